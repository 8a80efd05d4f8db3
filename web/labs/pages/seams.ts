import { type Layout, pageOf } from '../../../src/memmap/layout.ts';
import type { Run } from '../../../src/memmap/setup.ts';

/** Two pages of the list, one after the other, of which frames and pointers tell different things. */
export interface Seam {
  /** `false`: pointers touch, frames do not. `short`: frames follow, pointers do not. */
  readonly kind: 'false' | 'short';
  /** The frames on either side of it. */
  readonly before: number;
  readonly after: number;
  /** Their struct pages. */
  readonly pageBefore: number;
  readonly pageAfter: number;
}

/** Every seam of a list on a layout, in the order of the list. */
export const seamsOf = (runs: readonly Run[], layout: Layout): readonly Seam[] => {
  const s = layout.pagesPerSection;
  const seams: Seam[] = [];
  const look = (before: number, after: number): void => {
    const [pageBefore, pageAfter] = [pageOf(layout, before), pageOf(layout, after)];
    if (pageBefore === undefined || pageAfter === undefined) return;
    const follows = after === before + 1;
    const touches = pageAfter === pageBefore + 1;
    if (follows === touches) return;
    seams.push({ kind: touches ? 'false' : 'short', before, after, pageBefore, pageAfter });
  };
  for (const [i, { first, count }] of runs.entries()) {
    // Inside a section pointers always follow.
    for (let q = (Math.floor(first / s) + 1) * s; q < first + count; q += s) look(q - 1, q);
    const next = runs[i + 1];
    if (next !== undefined) look(first + count - 1, next.first);
  }
  return seams;
};
