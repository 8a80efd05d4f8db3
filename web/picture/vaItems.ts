import type { PlacementEvent } from '../../src/placement/mm.ts';
import { findVma, firstGapOf, type GapIndex, gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import type { Vma } from '../../src/space/vma.ts';

/** One stretch of the folded address-space row, from low to high addresses. */
export type VaItem =
  | {
      readonly kind: 'vmas';
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly name: string;
    }
  | {
      readonly kind: 'gap';
      readonly from: number;
      readonly to: number;
      /** passed: looked at and too small; guarded: large enough, but a guard cuts it; free: not in question. */
      readonly role: 'passed' | 'guarded' | 'free';
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
  /** The top-down search had failed, and this is the bottom-up one after it. */
  readonly fallback: boolean;
}

const KEPT = 8;

/** A free range of this size is never hidden inside a stretch of mappings. */
const VAST = 2 ** 36;

/** Reads the last search out of a trace; undefined when no search ran (MAP_FIXED, a hint that was free). */
export const finalSearch = (events: readonly PlacementEvent[], index: GapIndex): FinalSearch | undefined => {
  const begin = events.findLastIndex(e => e.kind === 'search');
  const head = events[begin];
  if (head?.kind !== 'search') return undefined;
  const fallback = events.slice(0, begin).at(-1)?.kind === 'fallback';
  const best: { gap: number; size: number }[] = [];
  let passedCount = 0;
  let largestPassed = 0;
  const guarded: number[] = [];
  let taken: FinalSearch['taken'];
  for (const event of events.slice(begin + 1)) {
    if (event.kind === 'passed') {
      const lo = Math.max(0, Math.min(event.first, event.last));
      const hi = Math.min(index.count, Math.max(event.first, event.last));
      // Tens of thousands of gaps on every frame of a drag: most are empty or no larger than those kept.
      let least = 0;
      for (let gap = lo; gap <= hi; gap++) {
        const size = Math.min(gapEnd(index, gap), head.high) - Math.max(gapStart(index, gap), head.low);
        if (size <= 0) continue;
        passedCount++;
        if (size <= least) continue;
        const at = best.findIndex(b => b.size < size);
        best.splice(at < 0 ? best.length : at, 0, { gap, size });
        if (best.length > KEPT) best.length = KEPT;
        if (best.length === KEPT) least = best.at(-1)?.size ?? 0;
      }
      largestPassed = Math.max(largestPassed, best[0]?.size ?? 0);
    } else if (event.kind === 'guarded') guarded.push(event.gap);
    else if (event.kind === 'taken') taken = { gap: event.gap, edge: event.edge };
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
  };
};

/** A short name for VMAs `a` to `b` (exclusive): the name that covers most bytes, without path and version. */
const clusterName = (vmas: readonly Vma[], a: number, b: number): string => {
  const bytesByName = new Map<string, number>();
  // Past a few hundred VMAs the first ones speak for the rest.
  for (let i = a; i < Math.min(b, a + 400); i++) {
    const v = vmas[i];
    if (!v) continue;
    const name = shortName(v.name);
    bytesByName.set(name, (bytesByName.get(name) ?? 0) + (v.end - v.start));
  }
  let best = '';
  let most = -1;
  for (const [name, size] of bytesByName) {
    // A named mapping says more than anonymous memory, unless it is a crumb beside it.
    const weight = name === '' ? size / 64 : size;
    if (weight > most) {
      best = name;
      most = weight;
    }
  }
  return best === '' ? 'anon' : best;
};

/** A mapping's name without its folder and version: `libpixman`, `[heap]`. */
export const shortName = (name: string): string => {
  // The end of a name tells what it is; cut first, so that no pattern meets a long one.
  const base = name
    .slice(-200)
    .replace(/ \(deleted\)$/, '')
    .replace(/^.*\//, '')
    .slice(0, 80);
  return base.replace(/[-.]?[\d.]*\.so[\d.]*$/, '').replace(/^(.{18}).+$/, '$1…');
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
}

/**
 * The stretches of the folded row, ascending and touching, from 0 to the end of user space. VMAs between two
 * gaps that are shown become one stretch; the gaps inside it are too small to matter here.
 */
export const vaItems = (input: VaItemsInput): readonly VaItem[] => {
  const { vmas, index, placed, search, taskSize } = input;
  const items: VaItem[] = [];
  const gap = (from: number, to: number, role: 'passed' | 'guarded' | 'free') => {
    if (to > from) items.push({ kind: 'gap', from, to, role });
  };
  /** VMAs `a` to `b`, cut to [from, to), as one stretch between gaps that no stretch may hide. */
  const cluster = (a: number, b: number, from: number, to: number) => {
    let at = from;
    let first = a;
    for (let g = firstGapOf(index, a + 1, VAST); g > a && g < b; g = firstGapOf(index, g + 1, VAST)) {
      const end = Math.min(endOf(g - 1), to);
      if (end > at)
        items.push({ kind: 'vmas', from: at, to: end, count: g - first, name: clusterName(vmas, first, g) });
      at = Math.min(startOf(g), to);
      gap(Math.max(end, from), at, 'free');
      first = g;
    }
    if (b > first && to > at)
      items.push({ kind: 'vmas', from: at, to, count: b - first, name: clusterName(vmas, first, b) });
  };
  const startOf = (i: number): number => index.starts[i] ?? taskSize;
  const endOf = (i: number): number => index.ends[i] ?? 0;

  // MAP_FIXED may land on mappings; they are cut or gone.
  const over = placed && search === undefined ? findVma(index, placed.start) : index.count;
  if (placed && over < index.count && startOf(over) < placed.end) {
    const after = findVma(index, placed.end - 4096);
    const upper = after < index.count && endOf(after) <= placed.end ? after + 1 : after;
    const below = startOf(over) < placed.start ? over + 1 : over;
    gap(0, Math.min(startOf(0), placed.start), 'free');
    cluster(0, below, startOf(0), Math.min(endOf(below - 1), placed.start));
    gap(
      below > 0 ? Math.min(endOf(below - 1), placed.start) : Math.min(startOf(0), placed.start),
      placed.start,
      'free',
    );
    items.push({ kind: 'new', from: placed.start, to: placed.end });
    const next = Math.max(placed.end, upper < index.count ? startOf(upper) : taskSize);
    gap(placed.end, Math.min(next, taskSize), 'free');
    cluster(upper, index.count, next, endOf(index.count - 1));
    gap(Math.max(endOf(index.count - 1), placed.end), taskSize, 'free');
    return items;
  }

  const shown = new Set<number>();
  shown.add(0);
  const home = placed === undefined ? undefined : (search?.taken?.gap ?? findVma(index, placed.start));
  if (home !== undefined) shown.add(home);
  for (const g of search?.passed.slice(0, input.maxPassed) ?? []) shown.add(g);
  for (const g of search?.guarded ?? []) shown.add(g);
  // The gap that the search begins in: what lies beyond its limit is not searched.
  const limit = search === undefined ? undefined : search.topDown ? search.high : search.low;
  const limitGap = limit === undefined || limit >= taskSize ? undefined : findVma(index, limit);
  if (limitGap !== undefined && limitGap <= index.count) shown.add(limitGap);

  let next = 0;
  for (const g of [...shown].sort((a, b) => a - b)) {
    cluster(next, g, startOf(next), endOf(g - 1));
    next = g;
    const from = gapStart(index, g);
    const to = Math.min(gapEnd(index, g), taskSize);
    if (to <= from) continue;
    const role = search?.guarded.includes(g) ? 'guarded' : search?.passed.includes(g) ? 'passed' : 'free';
    const piece = (a: number, b: number) => {
      if (b <= a) return;
      if (limit === undefined || search === undefined) gap(a, b, role);
      else if (search.topDown) {
        gap(a, Math.min(b, limit), role);
        if (b > limit) items.push({ kind: 'unsearched', from: Math.max(a, limit), to: b });
      } else {
        if (a < limit) items.push({ kind: 'unsearched', from: a, to: Math.min(b, limit) });
        gap(Math.max(a, limit), b, role);
      }
    };
    if (placed && g === home) {
      const edge = search?.taken?.edge;
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
  cluster(next, index.count, startOf(next), endOf(index.count - 1));
  const last = items.at(-1)?.to ?? 0;
  if (last < taskSize && shown.has(index.count)) gap(last, taskSize, 'free');
  return items;
};
