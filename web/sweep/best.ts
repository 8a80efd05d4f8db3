import type { PolicyId } from '../../src/placement/policies.ts';
import { placesAt } from '../../src/sweep/plane.ts';
import { CORRUPT, isMapped } from '../../src/sweep/points.ts';
import type { KnownPlane } from './planes.ts';

/** Who takes the fewest faults at each point. */
export interface Best {
  /** By place: 0 unknown, 255 nobody maps it, else a place in `sets` plus 1. */
  readonly at: Uint8Array;
  /** The policies that tie somewhere, and at how many points; most points first. */
  readonly sets: readonly { readonly policies: readonly PolicyId[]; readonly points: number }[];
  readonly stride: number;
}

/** Nobody maps such a point. */
export const NOBODY = 255;
const MOST_SETS = 250;

/**
 * Compares policies point by point, at the finest stride that all of them are known at; undefined where one is not
 * known yet. Corrupt leaves win nothing.
 */
export const bestOf = (planes: readonly (readonly [PolicyId, KnownPlane])[]): Best | undefined => {
  const [first] = planes;
  if (first === undefined) return undefined;
  let stride = 1;
  for (const [, { stride: own }] of planes) {
    if (own === undefined) return undefined;
    stride = Math.max(stride, own);
  }
  const { plane } = first[1];
  const masks = new Map<number, number>();
  const counts: number[] = [];
  const at = new Uint8Array(plane.cls.length);
  for (const place of placesAt(plane, stride)) {
    let least = Number.POSITIVE_INFINITY;
    let mask = 0;
    planes.forEach(([, { plane: p }], i) => {
      const cls = p.cls[place] ?? 0;
      if (!isMapped(cls) || cls >= CORRUPT) return;
      const faults = p.faults[place] ?? 0;
      if (faults > least) return;
      if (faults < least) {
        least = faults;
        mask = 0;
      }
      mask += 2 ** i;
    });
    if (mask === 0) {
      at[place] = NOBODY;
      continue;
    }
    let set = masks.get(mask);
    if (set === undefined) {
      set = Math.min(masks.size, MOST_SETS);
      masks.set(mask, set);
    }
    counts[set] = (counts[set] ?? 0) + 1;
    at[place] = set + 1;
  }
  const found = [...masks].map(([mask, set]) => ({
    set,
    policies: planes.flatMap(([id], i) => (Math.floor(mask / 2 ** i) % 2 === 1 ? [id] : [])),
    points: counts[set] ?? 0,
  }));
  found.sort((a, b) => b.points - a.points);
  const renamed = new Map(found.map((f, i) => [f.set + 1, i + 1]));
  for (let i = 0; i < at.length; i++) at[i] = renamed.get(at[i] ?? 0) ?? at[i] ?? 0;
  return { at, sets: found.map(({ policies, points }) => ({ policies, points })), stride };
};
