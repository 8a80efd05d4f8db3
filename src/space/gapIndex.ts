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
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Start of each VMA less its guard, floored at 0; equal to its start where it has none. */
  readonly guardStarts: Float64Array;
  /** Level 0: gap sizes. Level k: the largest of each {@link FAN} entries of level k-1. */
  readonly levels: readonly Float64Array[];
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
  const index = { count: n, starts, ends, guardStarts, levels };
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

/** What a list shares with the last one that an index was built of under the same rule. */
const sharedEnds = (vmas: readonly Vma[], rule: GuardRule): { head: number; tail: number } =>
  last === undefined ||
  vmas.length < SHORT ||
  last.rule.stackGuardGap !== rule.stackGuardGap ||
  last.rule.shadowStackGuard !== rule.shadowStackGuard
    ? { head: 0, tail: 0 }
    : commonEnds(vmas, last.vmas);

/** First byte of gap `i`. */
export const gapStart = (index: GapIndex, i: number): number => (i === 0 ? 0 : (index.ends[i - 1] as number));

/** First byte after gap `i`; 2^64 for the gap after the last VMA. */
export const gapEnd = (index: GapIndex, i: number): number =>
  i === index.count ? U64 : (index.starts[i] as number);

/** How many VMAs end at or below `address`: also the index of the first VMA whose end is above it (find_vma()). */
export const findVma = (index: GapIndex, address: number): number => {
  const { ends } = index;
  let lo = 0;
  let hi = index.count;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((ends[mid] as number) <= address) lo = mid + 1;
    else hi = mid;
  }
  return lo;
};

/** True when some VMA intersects [start, end). Guards do not count. Source: find_vma_intersection(). */
export const intersects = (index: GapIndex, start: number, end: number): boolean => {
  const i = findVma(index, start);
  return i < index.count && (index.starts[i] as number) < end;
};

/** The highest gap at or below gap `from` of at least `size` bytes, or -1. */
export const lastGapOf = (index: GapIndex, from: number, size: number): number => {
  if (from < 0) return -1;
  const { levels } = index;
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
  if (from > index.count) return -1;
  const { levels } = index;
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
