import type { Segment } from '../draw/scale.ts';
import type { VaItem } from './vaItems.ts';

/** How the folded row gets from one placement to the next. */

/** The folded row of an answer. */
export interface Folded {
  readonly items: readonly VaItem[];
  readonly segments: readonly Segment[];
}

const newOf = ({ items, segments }: Folded): Segment | undefined =>
  segments[items.findIndex(i => i.kind === 'new')];

const stretchesOf = ({ items }: Folded): readonly string[] =>
  items.flatMap(i => (i.kind === 'vmas' ? [`${i.from}-${i.to}`] : []));

/** Where an address of a row stands, in pixels. */
const pxOf = ({ segments }: Folded, address: number): number => {
  const at = segments.find(s => address >= s.from && address < s.to) ?? segments.at(-1);
  return at === undefined ? 0 : at.x + ((Math.min(address, at.to) - at.from) / (at.to - at.from)) * at.w;
};

/**
 * Where the new mapping goes in a row whose others stay: as far from the next mapping above it as it is in the end, or
 * as far as there is room.
 */
const beside = (from: Folded, to: Folded, a: Segment, b: Segment): Segment | undefined => {
  const at = from.segments.indexOf(a);
  const next = from.segments.find((_, i) => i > at && from.items[i]?.kind === 'vmas');
  if (next === undefined || next.from < b.to) return undefined;
  const below = from.segments.findLast((_, i) => i < at && from.items[i]?.kind === 'vmas');
  const x = next.x - (pxOf(to, next.from) - b.x - b.w) - a.w;
  return { ...b, x: Math.max(x, below === undefined ? x : below.x + below.w), w: a.w };
};

/**
 * The stretches of the row `from` on their way to where they stand in the row `to`: `done` of the way, 0 to 1. The
 * new mapping moves along the row, and what is free beside it makes room; where the two rows fold other mappings
 * together, those stay. Undefined where the folding does not allow that: the new mapping would have to jump over one.
 */
export const slidSegments = (from: Folded, to: Folded, done: number): readonly Segment[] | undefined => {
  const [a, there] = [newOf(from), newOf(to)];
  if (a === undefined || there === undefined) return undefined;
  const same = stretchesOf(to).join() === stretchesOf(from).join();
  const at = from.segments.indexOf(a);
  const b = same ? there : beside(from, to, a, there);
  if (b === undefined) return undefined;
  const ends: (readonly [x0: number, x1: number])[] = [];
  for (const [i, s] of from.segments.entries()) {
    if (i === at) {
      ends.push([b.x, b.x + b.w]);
      continue;
    }
    const x0 = same ? pxOf(to, s.from) : s.x;
    const x1 = same ? pxOf(to, s.to) : s.x + s.w;
    // What lies beside the new mapping ends where that begins, wherever it is by then.
    const end: readonly [number, number] =
      i < at ? [Math.min(x0, b.x), Math.min(x1, b.x)] : [Math.max(x0, b.x + b.w), Math.max(x1, b.x + b.w)];
    // Other mappings do not give way, and keep to their side of it.
    const aside = i < at ? s.to <= b.from : s.from >= b.to;
    const pushed = Math.abs(end[0] - x0) > 0.01 || Math.abs(end[1] - x1) > 0.01;
    if (from.items[i]?.kind === 'vmas' && (!aside || pushed)) return undefined;
    ends.push(end);
  }
  return from.segments.map((s, i) => {
    const [x0, x1] = ends[i] ?? [s.x, s.x + s.w];
    return { ...s, x: s.x + (x0 - s.x) * done, w: s.w + (x1 - x0 - s.w) * done };
  });
};
