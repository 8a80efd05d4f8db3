import { U64 } from '../units.ts';
import type { Vma } from './vma.ts';

/** How much free room each kind of neighbour demands below itself. */
export interface GuardRule {
  /** `stack_guard_gap` in bytes: 256 pages by default (boot option stack_guard_gap=). */
  readonly stackGuardGap: number;
  /** Guard below a shadow stack in bytes: one page from 6.6 on, else 0. */
  readonly shadowStackGuard: number;
}

/**
 * The free ranges of an address space, built once and asked many times.
 *
 * Gap `i` lies before VMA `i` and runs from `ends[i-1]` (or 0) to `starts[i]` (or 2^64 for the one after the
 * last VMA); it may be empty. Over the gap sizes stands a tree of maxima, so that the next gap of a size is
 * found in a few dozen comparisons whatever the number of VMAs. Guards are kept beside the gaps, not in them:
 * the kernel looks at them only after it chose a gap.
 */
export interface GapIndex {
  /** Number of VMAs. There are `count + 1` gaps. */
  readonly count: number;
  /** Of the list without {@link GapIndex.extra}; so are the others: ask {@link startOf} and its like. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Start of each VMA less its guard, floored at 0; equal to its start where it has none. */
  readonly guardStarts: Float64Array;
  /** Level 0: gap sizes. Level k: the largest of each {@link FAN} entries of level k-1. */
  readonly levels: readonly Float64Array[];
  /** One VMA more, in a gap of the others: see {@link withExtra}. */
  readonly extra: ExtraVma | undefined;
}

/** VMA number `at`, [start, end), and the index without it. */
interface ExtraVma {
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly bare: GapIndex;
}

/** Children of one tree node; a power of two. 16 measured fastest of 4, 8, 16 and 32. */
const FAN = 16;
const FAN_SHIFT = 4;

/**
 * Builds the index of VMAs given in ascending order, not overlapping. Throws on a list that is not: callers
 * sort and check what they read, so a bad list is a mistake of ours.
 *
 * Source of the guards: vm_start_gap(), include/linux/mm.h, 6.12.
 */
export const buildGapIndex = (vmas: readonly Vma[], rule: GuardRule): GapIndex => {
  if (last?.vmas === vmas && sameRule(last.rule, rule)) return last.index;
  const n = vmas.length;
  const starts = new Float64Array(n);
  const ends = new Float64Array(n);
  const guardStarts = new Float64Array(n);
  const gaps = new Float64Array(n + 1);
  // What the list has in common with the last one is copied: a drag moves one VMA among tens of thousands.
  const { head, tail } = sharedEnds(vmas, rule);
  const old = last?.index;
  const fill = (from: number, to: number): void => {
    let end = from === 0 ? 0 : (ends[from - 1] as number);
    for (let i = from; i < to; i++) {
      const vma = vmas[i] as Vma;
      const { start } = vma;
      if (start < end || vma.end <= start) throw new Error(`VMAs overlap or descend at index ${i}`);
      gaps[i] = start - end;
      end = vma.end;
      starts[i] = start;
      ends[i] = end;
      const guard = vma.growsDown ? rule.stackGuardGap : vma.shadowStack ? rule.shadowStackGuard : 0;
      guardStarts[i] = start > guard ? start - guard : 0;
    }
  };
  if (old === undefined || head + tail === 0) fill(0, n);
  else {
    const copy = (to: Float64Array, from: Float64Array): void => {
      to.set(from.subarray(0, head));
      to.set(from.subarray(old.count - tail, old.count), n - tail);
    };
    copy(starts, old.starts);
    copy(ends, old.ends);
    copy(guardStarts, old.guardStarts);
    copy(gaps, old.levels[0] as Float64Array);
    // The gap before the first of the common tail is a new one too.
    fill(head, Math.min(n, n - tail + 1));
  }
  gaps[n] = U64 - (n === 0 ? 0 : (ends[n - 1] as number));
  const levels = [gaps];
  let below = gaps;
  while (below.length > FAN) {
    const length = Math.ceil(below.length / FAN);
    const level = new Float64Array(length);
    for (let k = 0; k < length; k++) {
      const stop = Math.min((k + 1) << FAN_SHIFT, below.length);
      let max = 0;
      for (let j = k << FAN_SHIFT; j < stop; j++) {
        const size = below[j] as number;
        if (size > max) max = size;
      }
      level[k] = max;
    }
    levels.push(level);
    below = level;
  }
  const index = { count: n, starts, ends, guardStarts, levels, extra: undefined };
  last = n < SHORT ? undefined : { vmas, rule, index };
  return index;
};

/** Below so many VMAs an index is built faster than it is looked for. */
const SHORT = 1000;

/** The last index of a long list. */
let last: { readonly vmas: readonly Vma[]; readonly rule: GuardRule; readonly index: GapIndex } | undefined;

/** How many entries at the beginning and, of the rest, at the end of two lists are the very same objects. */
export const commonEnds = <T>(a: readonly T[], b: readonly T[]): { head: number; tail: number } => {
  const least = Math.min(a.length, b.length);
  let head = 0;
  while (head < least && a[head] === b[head]) head++;
  let tail = 0;
  const [aEnd, bEnd] = [a.length - 1, b.length - 1];
  while (tail < least - head && a[aEnd - tail] === b[bEnd - tail]) tail++;
  return { head, tail };
};

const sameRule = (a: GuardRule, b: GuardRule): boolean =>
  a.stackGuardGap === b.stackGuardGap && a.shadowStackGuard === b.shadowStackGuard;

/** What a list shares with the last one that an index was built of under the same rule. */
const sharedEnds = (vmas: readonly Vma[], rule: GuardRule): { head: number; tail: number } =>
  last === undefined || vmas.length < SHORT || !sameRule(last.rule, rule)
    ? { head: 0, tail: 0 }
    : commonEnds(vmas, last.vmas);

/**
 * The index with one VMA more, [start, end), which lies within one gap and demands no guard. It shares all arrays, so
 * it takes no longer for tens of thousands of VMAs than for one: a drag of that VMA asks for one a frame. `index` has
 * no extra VMA yet.
 */
export const withExtra = (index: GapIndex, start: number, end: number): GapIndex => ({
  ...index,
  count: index.count + 1,
  extra: { at: findVma(index, start), start, end, bare: index },
});

/** The number in the arrays of VMA `i`, which is not the extra one. */
const own = ({ extra }: GapIndex, i: number): number => (extra === undefined || i < extra.at ? i : i - 1);

/** First byte of VMA `i`; undefined beyond the last one. */
export const startOf = (index: GapIndex, i: number): number | undefined =>
  i === index.extra?.at ? index.extra.start : index.starts[own(index, i)];

/** First byte after VMA `i`; undefined where there is none. */
export const endOf = (index: GapIndex, i: number): number | undefined =>
  i === index.extra?.at ? index.extra.end : index.ends[own(index, i)];

/** Where the guard of VMA `i` begins, its own start where it has none; undefined beyond the last one. */
export const guardStartOf = (index: GapIndex, i: number): number | undefined =>
  i === index.extra?.at ? index.extra.start : index.guardStarts[own(index, i)];

/** First byte of gap `i`. */
export const gapStart = (index: GapIndex, i: number): number =>
  i === 0 ? 0 : (endOf(index, i - 1) as number);

/** First byte after gap `i`; 2^64 for the gap after the last VMA. */
export const gapEnd = (index: GapIndex, i: number): number =>
  i === index.count ? U64 : (startOf(index, i) as number);

/** How many VMAs end at or below `address`: also the index of the first VMA whose end is above it (find_vma()). */
export const findVma = (index: GapIndex, address: number): number => {
  const { ends, extra } = index;
  let lo = 0;
  let hi = ends.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((ends[mid] as number) <= address) lo = mid + 1;
    else hi = mid;
  }
  if (extra === undefined || lo < extra.at) return lo;
  return lo > extra.at || extra.end <= address ? lo + 1 : lo;
};

/** True when some VMA intersects [start, end). Guards do not count. Source: find_vma_intersection(). */
export const intersects = (index: GapIndex, start: number, end: number): boolean => {
  const i = findVma(index, start);
  return i < index.count && (startOf(index, i) as number) < end;
};

const sizeOf = (index: GapIndex, i: number): number => gapEnd(index, i) - gapStart(index, i);

/** The highest gap at or below gap `from` of at least `size` bytes, or -1. */
export const lastGapOf = (index: GapIndex, from: number, size: number): number => {
  const { levels, extra } = index;
  if (extra === undefined) return lastIn(levels, from, size);
  const { at } = extra;
  // The extra VMA parts gap `at` of the others in two.
  const above = from > at + 1 ? lastIn(levels, from - 1, size) : -1;
  if (above > at) return above + 1;
  if (from > at && sizeOf(index, at + 1) >= size) return at + 1;
  if (from >= at && sizeOf(index, at) >= size) return at;
  return lastIn(levels, Math.min(from, at - 1), size);
};

const lastIn = (levels: readonly Float64Array[], from: number, size: number): number => {
  if (from < 0) return -1;
  let depth = 0;
  let i = from;
  for (;;) {
    const level = levels[depth] as Float64Array;
    const stop = i & ~(FAN - 1);
    while (i >= stop && (level[i] as number) < size) i--;
    if (i >= stop) break;
    if (stop === 0) return -1;
    i = (stop >> FAN_SHIFT) - 1;
    depth++;
  }
  while (depth > 0) {
    depth--;
    const level = levels[depth] as Float64Array;
    i = Math.min((i << FAN_SHIFT) + FAN - 1, level.length - 1);
    while ((level[i] as number) < size) i--;
  }
  return i;
};

/** The lowest gap at or above gap `from` of at least `size` bytes, or -1. */
export const firstGapOf = (index: GapIndex, from: number, size: number): number => {
  const { levels, extra } = index;
  if (extra === undefined) return firstIn(levels, from, size);
  const { at } = extra;
  const below = from < at ? firstIn(levels, from, size) : at;
  if (below >= 0 && below < at) return below;
  if (from <= at && sizeOf(index, at) >= size) return at;
  if (from <= at + 1 && sizeOf(index, at + 1) >= size) return at + 1;
  const above = firstIn(levels, Math.max(from - 1, at + 1), size);
  return above < 0 ? -1 : above + 1;
};

const firstIn = (levels: readonly Float64Array[], from: number, size: number): number => {
  if (from >= (levels[0] as Float64Array).length) return -1;
  let depth = 0;
  let i = from;
  for (;;) {
    const level = levels[depth] as Float64Array;
    const stop = Math.min((i | (FAN - 1)) + 1, level.length);
    while (i < stop && (level[i] as number) < size) i++;
    if (i < stop) break;
    if (stop === level.length) return -1;
    i = stop >> FAN_SHIFT;
    depth++;
  }
  while (depth > 0) {
    depth--;
    const level = levels[depth] as Float64Array;
    i <<= FAN_SHIFT;
    while ((level[i] as number) < size) i++;
  }
  return i;
};

/** The largest stretch without a VMA or its guard within [low, high): where it begins, and its bytes (0: there is none). */
export const largestGap = (
  index: GapIndex,
  low: number,
  high: number,
): { readonly start: number; readonly size: number } => {
  let best = { start: low, size: 0 };
  for (let i = 0; i <= index.count; i++) {
    const start = Math.max(gapStart(index, i), low);
    const size = Math.min(gapEnd(index, i), high) - start;
    if (size > best.size) best = { start, size };
  }
  return best;
};
