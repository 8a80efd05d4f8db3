import type { PlacementEvent } from '../../src/placement/mm.ts';
import type { Placement } from '../../src/placement/mmap.ts';
import type { Step } from '../../src/placement/policies/userSpace.ts';
import type { Solution } from '../../src/solve.ts';
import { type GapIndex, gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import { formatAddress } from '../../src/text.ts';
import type { ShownStep } from './types.ts';
import { type FinalSearch, searchFrom } from './vaItems.ts';

/** A gap as the search met it, cut to the limits that held at that moment. Bytes. */
interface MetGap {
  /** Number in the {@link GapIndex}. */
  readonly gap: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly needed: number;
}

type EventOf<Kind extends PlacementEvent['kind']> = Extract<PlacementEvent, { kind: Kind }>;

/** One step of a placement as it is played, in the kernel's order. */
export type SearchStep =
  | ({
      readonly kind: 'begin';
      readonly startGap: number;
      /** Bytes that a program reserves to find its place in; undefined where the kernel maps at once. */
      readonly reserves: number | undefined;
    } & Omit<EventOf<'search'>, 'kind'>)
  /** Too small. */
  | ({ readonly kind: 'passed'; readonly shortfall: number } & MetGap)
  /** Large enough, but cut by the guard of the VMA above it; `guard` is the guard's size. */
  | ({
      readonly kind: 'guarded';
      readonly topDown: boolean;
      readonly guardStart: number;
      readonly guard: number;
      readonly candidate: number;
      readonly limit: number;
    } & MetGap)
  | ({
      readonly kind: 'taken';
      readonly search: EventOf<'search'>;
      readonly edge: number;
      readonly shift: number;
      readonly addr: number;
    } & MetGap)
  | { readonly kind: 'none'; readonly needed: number }
  | EventOf<'hint' | 'pad' | 'padGaveUp' | 'congruent' | 'masked' | 'unaligned'>
  /** `topDown`: the direction of the search that follows. */
  | { readonly kind: 'fallback'; readonly topDown: boolean }
  /** A user-space program went on by itself. */
  | { readonly kind: 'program'; readonly step: Step }
  | { readonly kind: 'done'; readonly placement: Placement };

/** The steps of a placement. A step is made when it is asked for: there may be 65,530 gaps. */
export interface SearchSteps {
  /** At least 1: the last one is `done`. */
  readonly count: number;
  /** Step `i` of 0 to count − 1; clamped. */
  readonly at: (i: number) => SearchStep;
  /** The same step as the address-space row draws it. */
  readonly shown: (i: number) => ShownStep;
  /** Steps that playing stops at, ascending, with how long each stays, in milliseconds. */
  readonly plan: readonly PlayStop[];
}

/** A stop of the playing. */
export interface PlayStop {
  readonly step: number;
  readonly ms: number;
}

/** One event of the trace, and the steps it makes. */
interface Entry {
  readonly event: PlacementEvent;
  /** The number of the search that it belongs to, in the trace; undefined where no search ran. */
  readonly search: number | undefined;
  /** The limits at that moment. */
  readonly low: number;
  readonly high: number;
  /** Non-empty gaps of a `passed` event, in the order of the search. */
  readonly gaps: Int32Array | undefined;
  /** The first step. */
  readonly from: number;
  readonly count: number;
}

/** The non-empty gaps of a `passed` event within the limits, in the order of the search. */
const metGaps = (index: GapIndex, event: EventOf<'passed'>, low: number, high: number): Int32Array => {
  const down = event.first >= event.last;
  const lo = Math.max(0, Math.min(event.first, event.last));
  const hi = Math.min(index.count, Math.max(event.first, event.last));
  const found = new Int32Array(Math.max(0, hi - lo + 1));
  let n = 0;
  for (let k = 0; k <= hi - lo; k++) {
    const gap = down ? hi - k : lo + k;
    if (Math.min(gapEnd(index, gap), high) > Math.max(gapStart(index, gap), low)) found[n++] = gap;
  }
  return found.subarray(0, n);
};

/**
 * Turns the trace of a placement into steps that can be played. Gaps that are empty or outside the limits are left
 * out: the kernel's tree never shows them to the search.
 *
 * Source of the order: unmapped_area_topdown() and unmapped_area(), mm/vma.c, 7.3; the trace is that of
 * src/placement.
 */
export const searchSteps = (events: readonly PlacementEvent[], solution: Solution): SearchSteps => {
  const { prepared, placement } = solution;
  const { index } = prepared.mm.space;
  const minAddr = prepared.facts.searchMinAddr ? prepared.arch.mmapMinAddr : 0;
  const entries: Entry[] = [];
  const firstSearch = events.findIndex(e => e.kind === 'search');
  let search = firstSearch < 0 ? undefined : firstSearch;
  let head: EventOf<'search'> | undefined;
  let [low, high] = [0, 0];
  let count = 0;
  events.forEach((event, i) => {
    let gaps: Int32Array | undefined;
    if (event.kind === 'search') {
      search = i;
      head = event;
      low = Math.max(event.low, minAddr);
      high = event.high;
    } else if (event.kind === 'passed') gaps = metGaps(index, event, low, high);
    const n = gaps === undefined ? 1 : gaps.length;
    entries.push({ event, search, low, high, gaps, from: count, count: n });
    count += n;
    if (event.kind === 'guarded') {
      if (head?.topDown) high = event.limit;
      else low = event.limit;
    }
  });
  // The first call of a program is the search itself.
  const program = solution.steps.slice(1);
  const total = count + program.length + 1;

  const entryOf = (i: number): Entry | undefined => {
    let [lo, hi] = [0, entries.length - 1];
    while (lo < hi) {
      const mid = Math.ceil((lo + hi) / 2);
      if ((entries[mid]?.from ?? 0) <= i) lo = mid;
      else hi = mid - 1;
    }
    // Events without steps share their first step with the next one; the last of them has it.
    return i < count ? entries[lo] : undefined;
  };
  const searchOf = (entry: Entry): EventOf<'search'> | undefined => {
    const found = entry.search === undefined ? undefined : events[entry.search];
    return found?.kind === 'search' ? found : undefined;
  };
  const met = (entry: Entry, gap: number, needed: number): MetGap => {
    const from = Math.max(gapStart(index, gap), entry.low);
    const to = Math.min(gapEnd(index, gap), entry.high);
    return { gap, from, to, size: to - from, needed };
  };
  const stepOf = (entry: Entry, i: number): SearchStep => {
    const { event } = entry;
    const needed = searchOf(entry)?.needed ?? 0;
    switch (event.kind) {
      case 'search': {
        const startGap = event.needed - event.length - event.alignMask;
        // What the search is clamped to, not what it was asked for.
        const low = Math.max(event.low, minAddr);
        const [call] = solution.steps;
        // The first search of a program is that of its reservation.
        const reserves =
          call?.kind === 'reserve' && events[firstSearch] === event ? call.end - call.start : undefined;
        return { ...event, kind: 'begin', startGap, low, reserves };
      }
      case 'passed': {
        const gap = met(entry, entry.gaps?.[i - entry.from] ?? 0, event.needed);
        return { kind: 'passed', ...gap, shortfall: event.needed - gap.size };
      }
      case 'guarded': {
        const { kind, gap, guardStart, candidate, limit } = event;
        const guard = (index.starts[gap] ?? guardStart) - guardStart;
        const topDown = searchOf(entry)?.topDown ?? true;
        return { kind, topDown, guardStart, guard, candidate, limit, ...met(entry, gap, needed) };
      }
      case 'taken': {
        const head = searchOf(entry);
        if (head === undefined) return { kind: 'none', needed };
        const { kind, gap, edge, shift, addr } = event;
        return { kind, search: head, edge, shift, addr, ...met(entry, gap, needed) };
      }
      case 'none':
        return { kind: 'none', needed };
      case 'fallback': {
        const at = events.indexOf(event);
        const next = events.slice(at).find(e => e.kind === 'search');
        return { kind: 'fallback', topDown: next?.kind === 'search' && next.topDown };
      }
      default:
        return event;
    }
  };
  const clamp = (i: number): number => Math.min(Math.max(Math.trunc(i), 0), total - 1);
  const at = (wanted: number): SearchStep => {
    const i = clamp(wanted);
    const entry = entryOf(i);
    if (entry) return stepOf(entry, i);
    const step = program[i - count];
    return step === undefined ? { kind: 'done', placement } : { kind: 'program', step };
  };

  const views = new Map<number, FinalSearch | undefined>();
  const viewOf = (search: number | undefined): FinalSearch | undefined => {
    if (search === undefined) return undefined;
    if (!views.has(search)) views.set(search, searchFrom(events, search, index, minAddr));
    return views.get(search);
  };
  const shown = (wanted: number): ShownStep => {
    const i = clamp(wanted);
    const entry = entryOf(i) ?? entries.at(-1);
    const step = at(i);
    const search = viewOf(entry?.search);
    const done = step.kind === 'done';
    if (step.kind === 'passed' || step.kind === 'guarded' || step.kind === 'taken')
      return { search, current: step, reached: step.gap, done };
    // Before the first gap of its search nothing is crossed; after its last one everything is.
    const before = entry?.search !== undefined && entry.from <= (entryAt(entry.search)?.from ?? 0);
    return { search, current: undefined, reached: before ? 'nothing' : 'all', done };
  };
  const entryAt = (event: number): Entry | undefined => entries[event];

  return { count: total, at, shown, plan: planOf(entries, total, viewOf) };
};

/** What playing takes in all at most, in milliseconds: the stops that count, and the quick ones between them. */
const SLOW_MS = 14_000;
const STEP_MS = 1000;
const QUICK_MS = 60;
const SLOW_STOPS = 48;
const QUICK_STOPS = 90;

/** `n` of the numbers, evenly, the last one always. */
const thinned = (all: readonly number[], n: number): readonly number[] =>
  all.length <= n
    ? all
    : Array.from({ length: n }, (_, k) => all[Math.round((k * (all.length - 1)) / (n - 1))] ?? 0);

/**
 * Where playing stops. Every step has its second, as long as there are few; of a long run of gaps the largest have
 * it and the others flit by.
 */
const planOf = (
  entries: readonly Entry[],
  total: number,
  viewOf: (search: number | undefined) => FinalSearch | undefined,
): readonly PlayStop[] => {
  const slow: number[] = [];
  for (const entry of entries) {
    if (entry.gaps === undefined || entry.count <= 12)
      for (let k = 0; k < entry.count; k++) slow.push(entry.from + k);
    else {
      const best = new Set(viewOf(entry.search)?.passed ?? []);
      entry.gaps.forEach((gap, k) => {
        if (best.has(gap) || k === 0) slow.push(entry.from + k);
      });
    }
  }
  const end = entries.reduce((n, e) => n + e.count, 0);
  for (let i = end; i < total; i++) slow.push(i);
  const kept = thinned(slow, SLOW_STOPS);
  const ms = Math.min(STEP_MS, SLOW_MS / kept.length);
  const between = Math.max(1, Math.floor(QUICK_STOPS / kept.length));
  const stops: PlayStop[] = [];
  let last = -1;
  for (const step of kept) {
    const skipped = step - last - 1;
    const quick = Math.min(skipped, between);
    for (let k = 1; k <= quick; k++)
      stops.push({ step: last + Math.ceil((k * skipped) / quick), ms: QUICK_MS });
    stops.push({ step, ms });
    last = step;
  }
  return stops;
};

/** A line of arithmetic: what it is in the kernel's names, and the same with its numbers, ending in the result. */
export interface ArithmeticLine {
  readonly words: string;
  /** `0x7fff_0000_0000 − 0x8000_0000 = 0x7ffe_8000_0000`. */
  readonly sum: string;
  /** The right side. */
  readonly value: number;
}

const line = (words: string, left: string, value: number): ArithmeticLine => ({
  words,
  sum: `${left} = ${formatAddress(value)}`,
  value,
});

/** Where a search puts the mapping in the gap it chose. Source: unmapped_area() and unmapped_area_topdown(). */
const takenLines = ({
  search,
  from,
  to,
  edge,
  shift,
  addr,
}: Extract<SearchStep, { kind: 'taken' }>): readonly ArithmeticLine[] => {
  const hex = formatAddress;
  const { length, alignMask, alignOffset, topDown } = search;
  if (topDown) {
    const first = line('gap end − length', `${hex(to)} − ${hex(length)}`, to - length);
    if (alignMask === 0) return [first];
    const at = to - length;
    return [
      first,
      line(
        '(address − align_offset) & align_mask',
        `(${hex(at)} − ${hex(alignOffset)}) & ${hex(alignMask)}`,
        shift,
      ),
      line('address − that', `${hex(at)} − ${hex(shift)}`, addr),
    ];
  }
  const lines: ArithmeticLine[] = [];
  if (edge > from) lines.push(line('gap start + start_gap', `${hex(from)} + ${hex(edge - from)}`, edge));
  if (alignMask === 0) {
    if (lines.length === 0) lines.push(line('gap start', hex(from), addr));
    return lines;
  }
  lines.push(
    line(
      '(align_offset − address) & align_mask',
      `(${hex(alignOffset)} − ${hex(edge)}) & ${hex(alignMask)}`,
      shift,
    ),
    line('address + that', `${hex(edge)} + ${hex(shift)}`, addr),
  );
  return lines;
};

/**
 * The arithmetic of a step, line by line; the last line's value is the step's result. Empty where there is nothing to
 * work out.
 *
 * Source: vm_unmapped_area() for `needed`, {@link takenLines}; __thp_get_unmapped_area(), mm/huge_memory.c; the
 * rounding of programs as in src/placement/policies/userSpace.ts.
 */
export const arithmeticOf = (step: SearchStep): readonly ArithmeticLine[] => {
  const hex = formatAddress;
  switch (step.kind) {
    case 'begin':
      return step.needed === step.length
        ? []
        : [
            line(
              'length + align_mask + start_gap',
              `${hex(step.length)} + ${hex(step.alignMask)} + ${hex(step.startGap)}`,
              step.needed,
            ),
          ];
    case 'taken':
      return takenLines(step);
    case 'congruent': {
      const { offset, found, size, flushed, added, addr } = step;
      const distance = flushed ? 0 : added;
      return [
        line(
          '(offset − found) & (size − 1)',
          `(${hex(offset)} − ${hex(found)}) & ${hex(size - 1)}`,
          distance,
        ),
        line(
          flushed ? 'congruent already: found + size, towards the top' : 'found + that',
          `${hex(found)} + ${hex(added)}`,
          addr,
        ),
      ];
    }
    case 'program':
      if (step.step.kind !== 'roundUp') return [];
      return [
        line(
          'to the next multiple',
          `${hex(step.step.from)} + ${hex(step.step.to - step.step.from)}`,
          step.step.to,
        ),
      ];
    default:
      return [];
  }
};
