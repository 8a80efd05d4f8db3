import type { Scenario, SpaceSource } from '../../../src/scenario/scenario.ts';
import type { Vma } from '../../../src/space/vma.ts';
import type { Va } from '../../../src/units.ts';
import type { Viewport } from '../../draw/viewport.ts';
import type { Look } from '../frame.ts';

type Pasted = Extract<SpaceSource, { readonly kind: 'pasted' }>;

/** VMAs in columns: objects by the ten thousand take the page too long to copy. */
export interface PackedVmas {
  /** First byte of each and first byte after, in turn. */
  readonly bounds: Float64Array;
  /** All else about each, by its number in `kinds`. */
  readonly what: Uint32Array;
  readonly kinds: readonly Omit<Vma, 'start' | 'end'>[];
}

/** VMAs number `from` to `to` of a list, packed. */
export const packVmas = (vmas: readonly Vma[], from: number, to: number): PackedVmas => {
  const some = vmas.slice(from, to);
  const bounds = new Float64Array(2 * some.length);
  const what = new Uint32Array(some.length);
  const kinds: Omit<Vma, 'start' | 'end'>[] = [];
  const known = new Map<string, number>();
  some.forEach(({ start, end, ...kind }, i) => {
    bounds[2 * i] = start;
    bounds[2 * i + 1] = end;
    const key = `${kind.perms} ${kind.growsDown} ${kind.shadowStack} ${kind.name}`;
    let number = known.get(key);
    if (number === undefined) {
      number = kinds.push(kind) - 1;
      known.set(key, number);
    }
    what[i] = number;
  });
  return { bounds, what, kinds };
};

/** What {@link packVmas} was given. */
export const unpackVmas = ({ bounds, what, kinds }: PackedVmas): readonly Vma[] => {
  const vmas: Vma[] = [];
  what.forEach((number, i) => {
    const kind = kinds[number];
    const [start, end] = [bounds[2 * i], bounds[2 * i + 1]];
    if (kind === undefined || start === undefined || end === undefined) return;
    vmas.push({ start: start as Va, end: end as Va, ...kind });
  });
  return vmas;
};

/** What of a Scenario its picture depends on. */
export interface Asked extends Pick<Scenario, 'machine' | 'device' | 'space' | 'request'> {
  /** The mapping looked at, from 1. */
  readonly part: number;
}

/** All that a picture is painted by. */
export interface Painting extends Asked {
  /** The space is the one whose VMAs were told. */
  readonly kept: boolean;
  readonly look: Look;
}

/** What of `now` is another value or object than `before`; all of it where nothing was before. */
export const changesTo = <T extends object>(now: T, before: T | undefined): Partial<T> => {
  const changes: Partial<T> = {};
  for (const key of Object.keys(now) as (keyof T)[])
    if (before === undefined || now[key] !== before[key]) changes[key] = now[key];
  return changes;
};

/** What the page tells the worker that paints. */
export type Order =
  /** Some of the VMAs of an address space, in order, from its `first`; with the last of them all else that it is. */
  | {
      readonly order: 'vmas';
      readonly first: boolean;
      readonly vmas: PackedVmas;
      readonly last: Omit<Pasted, 'vmas'> | undefined;
    }
  /** Paint, with what has changed since the last such order: to copy all of it takes as long as to read it. */
  | { readonly order: 'paint'; readonly id: number; readonly changes: Partial<Painting> };

/** A picture, painted. */
export interface Frame {
  readonly id: number;
  readonly bitmap: ImageBitmap;
  /** CSS pixels of the drawing. */
  readonly height: number;
  /** What the zipper's first pane shows. */
  readonly view: Viewport | undefined;
}
