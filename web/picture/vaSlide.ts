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
 * The stretches of the row `from` on their way to where they stand in the row `to`: `done` of the way, 0 to 1. The
 * new mapping moves along the row, and what lies beside it makes room. Undefined where the folding does not allow
 * that: the two rows fold other mappings together, or the new mapping would have to jump over one.
 */
export const slidSegments = (from: Folded, to: Folded, done: number): readonly Segment[] | undefined => {
  const [a, b] = [newOf(from), newOf(to)];
  if (a === undefined || b === undefined) return undefined;
  const kept = stretchesOf(to);
  if (kept.join() !== stretchesOf(from).join()) return undefined;
  const at = from.segments.indexOf(a);
  const ends = from.segments.map((s, i): readonly [x0: number, x1: number] => {
    if (i === at) return [b.x, b.x + b.w];
    // What lies beside the new mapping ends where that begins, wherever it is by then.
    const x0 = pxOf(to, s.from);
    const x1 = pxOf(to, s.to);
    return i < at
      ? [Math.min(x0, b.x), Math.min(x1, b.x)]
      : [Math.max(x0, b.x + b.w), Math.max(x1, b.x + b.w)];
  });
  // Nobody else gives way: a mapping that would have to is one that it jumps over.
  const pushed = from.segments.some((s, i) => {
    const [x0, x1] = ends[i] ?? [0, 0];
    return (
      from.items[i]?.kind === 'vmas' &&
      (Math.abs(x0 - pxOf(to, s.from)) > 0.01 || Math.abs(x1 - pxOf(to, s.to)) > 0.01)
    );
  });
  if (pushed) return undefined;
  return from.segments.map((s, i) => {
    const [x0, x1] = ends[i] ?? [s.x, s.x + s.w];
    return { ...s, x: s.x + (x0 - s.x) * done, w: s.w + (x1 - x0 - s.w) * done };
  });
};
