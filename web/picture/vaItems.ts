import type { PlacementEvent } from '../../src/placement/mm.ts';
import {
  endOf,
  findVma,
  firstGapOf,
  type GapIndex,
  gapEnd,
  gapStart,
  guardStartOf,
  largestGap,
  startOf,
} from '../../src/space/gapIndex.ts';
import type { Vma } from '../../src/space/vma.ts';
import { catalogOf, runAround, type VmaCatalog, type VmaKind, type VmaRun } from './vmaKind.ts';

/** One stretch of the folded address-space row, from low to high addresses. */
export type VaItem =
  | {
      readonly kind: 'vmas';
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly name: string;
      /** The kind of most of its bytes. */
      readonly what: VmaKind;
      /** It stands alone: one mapping, or the touching ones of one name; what it is must be readable. */
      readonly single: boolean;
      /** Touches the new mapping, or is the next one to it. */
      readonly neighbour: boolean;
    }
  | {
      readonly kind: 'gap';
      readonly from: number;
      readonly to: number;
      /**
       * passed: looked at and too small; guarded: large enough, but a guard cuts it; free: not in question; slit: one
       * of the many that have no place of their own.
       */
      readonly role: 'passed' | 'guarded' | 'free' | 'slit';
      /** Its number in the index, where it has a part in the search. */
      readonly gap?: number;
    }
  /** What a mapping above demands to be free below itself: inside a gap, and no mapping. */
  | {
      readonly kind: 'guard';
      readonly from: number;
      readonly to: number;
      readonly rule: 'stack' | 'shadow stack';
    }
  | { readonly kind: 'new'; readonly from: number; readonly to: number }
  /** Room that alignment left unused beside the new mapping. */
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  /** Outside the limits of the search. */
  | { readonly kind: 'unsearched'; readonly from: number; readonly to: number };

/** The search whose answer counted: the last one the kernel ran. */
export interface FinalSearch {
  readonly topDown: boolean;
  readonly low: number;
  readonly high: number;
  /** Bytes a gap had to hold: the length and what alignment adds. */
  readonly needed: number;
  /** Non-empty gaps that were too small. */
  readonly passedCount: number;
  /** Their index numbers, largest gap first; at most as many as are worth drawing. */
  readonly passed: readonly number[];
  /** Size of the largest of them in bytes. */
  readonly largestPassed: number;
  readonly guarded: readonly number[];
  /** The gap taken and the edge the mapping was pushed against; undefined when none fits. */
  readonly taken: { readonly gap: number; readonly edge: number } | undefined;
  /** The largest gap within the limits of all searches in bytes, where none was taken; else 0. */
  readonly largest: number;
  /** The top-down search had failed, and this is the bottom-up one after it. */
  readonly fallback: boolean;
}

const KEPT = 8;

/** A free range of this size is never hidden inside a stretch of mappings. */
const VAST = 2 ** 36;

/** The last reading of a trace: an animation asks for it on every frame. */
const readings = new WeakMap<
  readonly PlacementEvent[],
  { readonly index: GapIndex; readonly search: FinalSearch | undefined }
>();

/** Reads the last search out of a trace; undefined when no search ran (MAP_FIXED, a hint that was free). */
export const finalSearch = (events: readonly PlacementEvent[], index: GapIndex): FinalSearch | undefined => {
  const known = readings.get(events);
  if (known?.index === index) return known.search;
  const begin = events.findLastIndex(e => e.kind === 'search');
  const search = searchFrom(events, begin, index, 0);
  readings.set(events, { index, search });
  return search;
};

/** Gaps that a search passed in one go: how many are not empty, and the largest of them, largest first. */
interface Passed {
  readonly lo: number;
  readonly hi: number;
  readonly floor: number;
  readonly high: number;
  readonly count: number;
  readonly best: readonly { readonly gap: number; readonly size: number }[];
}

/** The last stretch of each index: while a length is dragged, the same tens of thousands of gaps are passed. */
const lastPassed = new WeakMap<GapIndex, Passed>();

/** What gaps `lo` to `hi` hold between `floor` and `high`. */
const passedOf = (index: GapIndex, lo: number, hi: number, floor: number, high: number): Passed => {
  const { extra } = index;
  // Above or below a lid the gaps are those of the space without it, which stays the same while the lid is dragged.
  if (extra !== undefined && hi < extra.at) return passedOf(extra.bare, lo, hi, floor, high);
  if (extra !== undefined && lo > extra.at + 1) {
    const bare = passedOf(extra.bare, lo - 1, hi - 1, floor, high);
    return { ...bare, best: bare.best.map(b => ({ ...b, gap: b.gap + 1 })) };
  }
  const known = lastPassed.get(index);
  if (known?.lo === lo && known.hi === hi && known.floor === floor && known.high === high) return known;
  const best: { gap: number; size: number }[] = [];
  let count = 0;
  // Most are empty or no larger than those kept.
  let least = 0;
  for (let gap = lo; gap <= hi; gap++) {
    const size = Math.min(gapEnd(index, gap), high) - Math.max(gapStart(index, gap), floor);
    if (size <= 0) continue;
    count++;
    if (size <= least) continue;
    keepBest(best, { gap, size });
    if (best.length === KEPT) least = best.at(-1)?.size ?? 0;
  }
  const passed = { lo, hi, floor, high, count, best };
  lastPassed.set(index, passed);
  return passed;
};

/** Puts a gap in its place among the largest; of equals the earlier one stays in front. */
const keepBest = (best: { gap: number; size: number }[], one: { gap: number; size: number }): void => {
  const at = best.findIndex(b => b.size < one.size);
  best.splice(at < 0 ? best.length : at, 0, one);
  if (best.length > KEPT) best.length = KEPT;
};

/**
 * Reads the search that begins with event `begin` out of a trace; undefined where none does. `minAddr`: the
 * mmap_min_addr that the search itself is clamped to, else 0.
 */
export const searchFrom = (
  events: readonly PlacementEvent[],
  begin: number,
  index: GapIndex,
  minAddr: number,
): FinalSearch | undefined => {
  const head = events[begin];
  if (head?.kind !== 'search') return undefined;
  let floor = Math.max(head.low, minAddr);
  let ceiling = head.high;
  const fallback = events.slice(0, begin).at(-1)?.kind === 'fallback';
  const best: { gap: number; size: number }[] = [];
  let passedCount = 0;
  let largestPassed = 0;
  const guarded: number[] = [];
  let taken: FinalSearch['taken'];
  for (const event of events.slice(begin + 1)) {
    if (event.kind === 'search') break;
    if (event.kind === 'passed') {
      const lo = Math.max(0, Math.min(event.first, event.last));
      const hi = Math.min(index.count, Math.max(event.first, event.last));
      const passed = passedOf(index, lo, hi, floor, ceiling);
      passedCount += passed.count;
      for (const one of passed.best) keepBest(best, one);
      largestPassed = Math.max(largestPassed, best[0]?.size ?? 0);
    } else if (event.kind === 'guarded') {
      guarded.push(event.gap);
      // The search goes on from the guard: what of the gap lies before it is not asked again.
      if (head.topDown) ceiling = event.limit;
      else floor = event.limit;
    } else if (event.kind === 'taken') taken = { gap: event.gap, edge: event.edge };
  }
  return {
    topDown: head.topDown,
    low: head.low,
    high: head.high,
    needed: head.needed,
    passedCount,
    passed: best.map(b => b.gap),
    largestPassed,
    guarded: guarded.slice(0, 2),
    taken,
    fallback,
    largest: taken === undefined ? largestOf(events, index, minAddr) : 0,
  };
};

/** The largest gap that any of the searches could have met, in bytes. */
const largestOf = (events: readonly PlacementEvent[], index: GapIndex, minAddr: number): number => {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const e of events)
    if (e.kind === 'search') {
      low = Math.min(low, e.low);
      high = Math.max(high, e.high);
    }
  return largestGap(index, Math.max(low, minAddr), high).size;
};

/** VMAs `a` to `b` (exclusive) in a word: the name and the kind that cover most bytes. */
interface Summary {
  readonly name: string;
  readonly what: VmaKind;
}

/** The last summaries of a catalog: a drag asks for the same ones on every frame. */
const summaries = new WeakMap<VmaCatalog, Map<number, Summary>>();

const summary = (vmas: readonly Vma[], catalog: VmaCatalog, a: number, b: number): Summary => {
  const { edited } = catalog;
  // A drag that edits the list asks for the same ones too, beside the edit.
  if (edited !== undefined && b <= edited.head) return summary(edited.vmas, edited.catalog, a, b);
  if (edited !== undefined && a >= vmas.length - edited.tail) {
    const shift = edited.vmas.length - vmas.length;
    return summary(edited.vmas, edited.catalog, a + shift, b + shift);
  }
  let known = summaries.get(catalog);
  if (!known || known.size > 4000) {
    known = new Map();
    summaries.set(catalog, known);
  }
  // Far more than there are mappings in a process.
  const key = a * 2 ** 26 + b;
  let found = known.get(key);
  if (!found) {
    found = summarize(vmas, catalog, a, b);
    known.set(key, found);
  }
  return found;
};

const summarize = (vmas: readonly Vma[], { names, kinds }: VmaCatalog, a: number, b: number): Summary => {
  const bytesByName = new Map<string, number>();
  const bytesByKind = new Map<VmaKind, number>();
  // Past a few hundred VMAs the first ones speak for the rest.
  for (let i = a; i < Math.min(b, a + 400); i++) {
    const v = vmas[i];
    if (!v) continue;
    const size = v.end - v.start;
    const name = names[i] ?? '';
    const kind = kinds[i] ?? 'anon';
    // A named mapping says more than anonymous memory, unless it is a crumb beside it.
    bytesByName.set(name, (bytesByName.get(name) ?? 0) + (name === '' ? size / 64 : size));
    bytesByKind.set(kind, (bytesByKind.get(kind) ?? 0) + size);
  }
  const name = most(bytesByName) ?? '';
  const what = most(bytesByKind) ?? 'anon';
  return { name: name !== '' ? name : what === 'none' ? 'no access' : 'anon', what };
};

/** The key with the largest number; the first one of several. */
const most = <K>(weights: ReadonlyMap<K, number>): K | undefined => {
  let best: K | undefined;
  let largest = -1;
  for (const [key, weight] of weights) {
    if (weight <= largest) continue;
    best = key;
    largest = weight;
  }
  return best;
};

/** What the row is built from. */
export interface VaItemsInput {
  readonly vmas: readonly Vma[];
  readonly index: GapIndex;
  readonly taskSize: number;
  readonly placed: { readonly start: number; readonly end: number } | undefined;
  readonly search: FinalSearch | undefined;
  /** How many of the passed gaps may have a place of their own. */
  readonly maxPassed: number;
  /** How many mappings may stand alone, besides the neighbours of the new one. */
  readonly maxSingles: number;
  /** The gap that a played search looks at, which always has its place. */
  readonly current?: { readonly gap: number; readonly kind: 'passed' | 'guarded' | 'taken' } | undefined;
}

/**
 * The stretches of the folded row, ascending and touching, from 0 to the end of user space. Mappings that do not stand
 * alone become one stretch with those beside them; the gaps inside it are too small to matter here.
 */
export const vaItems = (input: VaItemsInput): readonly VaItem[] => {
  const { vmas, index, placed, search, taskSize, current } = input;
  const catalog = catalogOf(vmas);
  const items: VaItem[] = [];
  const startAt = (i: number): number => startOf(index, i) ?? taskSize;
  const endAt = (i: number): number => endOf(index, i) ?? 0;
  type Role = Extract<VaItem, { kind: 'gap' }>['role'];
  const gap = (from: number, to: number, role: Role, number?: number) => {
    if (to > from)
      items.push({ kind: 'gap', from, to, role, ...(number === undefined ? {} : { gap: number }) });
  };

  // MAP_FIXED may land on mappings; they are cut or gone.
  const over = placed && search === undefined ? findVma(index, placed.start) : index.count;
  const buried = placed !== undefined && over < index.count && startAt(over) < placed.end;
  const upper = buried && placed ? findVma(index, placed.end - 4096) : 0;
  const above = !buried
    ? placed && findVma(index, placed.start)
    : placed && upper < index.count && endAt(upper) <= placed.end
      ? upper + 1
      : upper;
  const below = !buried ? above && above - 1 : placed && startAt(over) < placed.start ? over : over - 1;
  const neighbours = [below, above].filter((i): i is number => i !== undefined && i >= 0 && i < index.count);
  const beside = (run: VmaRun): boolean => neighbours.some(i => i >= run.first && i < run.after);
  const singles = [
    ...neighbours.map(i => runAround(vmas, catalog, i)),
    ...catalog.notable.slice(0, input.maxSingles),
  ].sort((a, b) => a.first - b.first);

  /** VMAs `a` to `b`, cut to [from, to), as one stretch between gaps that no stretch may hide. */
  const cluster = (a: number, b: number, from: number, to: number) => {
    let at = from;
    let first = a;
    const push = (after: number, end: number) =>
      items.push({
        kind: 'vmas',
        from: at,
        to: end,
        count: after - first,
        ...summary(vmas, catalog, first, after),
        single: after - first === 1,
        neighbour: neighbours.some(i => i >= first && i < after),
      });
    for (let g = firstGapOf(index, a + 1, VAST); g > a && g < b; g = firstGapOf(index, g + 1, VAST)) {
      const end = Math.min(endAt(g - 1), to);
      if (end > at) push(g, end);
      at = Math.min(startAt(g), to);
      gap(Math.max(end, from), at, 'free');
      first = g;
    }
    if (b > first && to > at) push(b, to);
  };
  const between = (from: number, to: number): Role => (to - from >= VAST ? 'free' : 'slit');
  /** VMAs `a` to `b`, cut to [from, to), with the ones that stand alone between the others. */
  const stretch = (a: number, b: number, from: number, to: number) => {
    let at = from;
    let next = a;
    for (const run of singles) {
      const first = Math.max(run.first, next);
      const after = Math.min(run.after, b);
      if (first >= after) continue;
      if (first > next) {
        const crowd = Math.max(at, startAt(next));
        gap(at, crowd, between(at, crowd));
        at = Math.max(crowd, Math.min(endAt(first - 1), to));
        cluster(next, first, crowd, at);
      }
      const start = Math.max(from, startAt(first));
      gap(at, start, between(at, start));
      const end = Math.min(endAt(after - 1), to);
      if (end > start)
        items.push({
          kind: 'vmas',
          from: start,
          to: end,
          count: after - first,
          ...summary(vmas, catalog, first, after),
          single: true,
          neighbour: beside(run),
        });
      at = Math.max(at, end);
      next = after;
    }
    if (next < b) {
      const start = next === a ? from : Math.min(Math.max(at, startAt(next)), to);
      gap(at, start, between(at, start));
      cluster(next, b, start, to);
    } else gap(at, to, between(at, to));
  };

  if (buried && placed && above !== undefined && below !== undefined) {
    const lowEnd = below >= 0 ? Math.min(endAt(below), placed.start) : Math.min(startAt(0), placed.start);
    gap(0, Math.min(startAt(0), placed.start), 'free');
    stretch(0, below + 1, startAt(0), lowEnd);
    gap(lowEnd, placed.start, 'free');
    items.push({ kind: 'new', from: placed.start, to: placed.end });
    const next = Math.max(placed.end, above < index.count ? startAt(above) : taskSize);
    gap(placed.end, Math.min(next, taskSize), 'free');
    stretch(above, index.count, next, endAt(index.count - 1));
    gap(Math.max(endAt(index.count - 1), placed.end), taskSize, 'free');
    return withGuards(items, index, vmas);
  }

  const shown = new Set<number>();
  shown.add(0);
  const home = placed === undefined ? undefined : findVma(index, placed.start);
  if (home !== undefined) shown.add(home);
  const largest = search?.passed.slice(0, input.maxPassed) ?? [];
  for (const g of largest) shown.add(g);
  for (const g of search?.guarded ?? []) shown.add(g);
  if (current) shown.add(current.gap);
  // The gap that the search begins in: what lies beyond its limit is not searched.
  const limit = search === undefined ? undefined : search.topDown ? search.high : search.low;
  const limitGap = limit === undefined || limit >= taskSize ? undefined : findVma(index, limit);
  if (limitGap !== undefined && limitGap <= index.count) shown.add(limitGap);

  let next = 0;
  for (const g of [...shown].sort((a, b) => a - b)) {
    if (g > next) stretch(next, g, startAt(next), endAt(g - 1));
    next = g;
    const from = gapStart(index, g);
    const to = Math.min(gapEnd(index, g), taskSize);
    if (to <= from) continue;
    const met = current?.gap === g && current.kind !== 'taken' ? current.kind : undefined;
    const role =
      met ?? (search?.guarded.includes(g) ? 'guarded' : largest.includes(g) ? 'passed' : ('free' as const));
    const piece = (a: number, b: number) => {
      if (b <= a) return;
      if (limit === undefined || search === undefined) gap(a, b, role, g);
      else if (search.topDown) {
        gap(a, Math.min(b, limit), role, g);
        if (b > limit) items.push({ kind: 'unsearched', from: Math.max(a, limit), to: b });
      } else {
        if (a < limit) items.push({ kind: 'unsearched', from: a, to: Math.min(b, limit) });
        gap(Math.max(a, limit), Math.min(b, search.high), role, g);
        if (b > search.high) items.push({ kind: 'unsearched', from: Math.max(a, search.high), to: b });
      }
    };
    if (placed && g === home) {
      const edge = search?.taken?.gap === home ? search.taken.edge : undefined;
      const skipsAbove = edge !== undefined && search?.topDown === true && edge > placed.end;
      const skipsBelow = edge !== undefined && search?.topDown === false && edge < placed.start;
      if (skipsBelow) {
        piece(from, edge);
        items.push({ kind: 'skipped', from: edge, to: placed.start });
      } else piece(from, placed.start);
      items.push({ kind: 'new', from: placed.start, to: placed.end });
      if (skipsAbove) {
        items.push({ kind: 'skipped', from: placed.end, to: edge });
        piece(edge, to);
      } else piece(placed.end, to);
    } else piece(from, to);
  }
  if (next < index.count) stretch(next, index.count, startAt(next), endAt(index.count - 1));
  const last = items.at(-1)?.to ?? 0;
  if (last < taskSize && shown.has(index.count)) gap(last, taskSize, 'free');
  return withGuards(items, index, vmas);
};

/**
 * Cuts the guard off the upper end of every stretch that is free. A gap that is no larger than the guard stays whole:
 * it was too small before the guard was looked at.
 */
const withGuards = (items: readonly VaItem[], index: GapIndex, vmas: readonly Vma[]): readonly VaItem[] =>
  items.flatMap((item): readonly VaItem[] => {
    if (item.kind !== 'gap' && item.kind !== 'unsearched') return [item];
    const above = findVma(index, item.from);
    const guardStart = guardStartOf(index, above);
    if (guardStart === undefined || startOf(index, above) !== item.to) return [item];
    if (guardStart >= item.to || guardStart <= item.from) return [item];
    const rule = vmas[above]?.growsDown ? 'stack' : 'shadow stack';
    return [
      { ...item, to: guardStart },
      { kind: 'guard', from: guardStart, to: item.to, rule },
    ];
  });
