import type { Scenario, SpaceSource } from '../../../src/scenario/scenario.ts';
import type { Vma } from '../../../src/space/vma.ts';
import type { Viewport } from '../../draw/viewport.ts';
import type { Look } from '../frame.ts';

type Pasted = Extract<SpaceSource, { readonly kind: 'pasted' }>;

/** What of a Scenario its picture depends on. */
export interface Asked extends Pick<Scenario, 'machine' | 'device' | 'space' | 'request'> {
  /** The mapping looked at, from 1. */
  readonly part: number;
}

/** What the page tells the worker that paints. */
export type Order =
  /** Some of the VMAs of an address space, in order, from its `first`; with the last of them all else that it is. */
  | {
      readonly order: 'vmas';
      readonly first: boolean;
      readonly vmas: readonly Vma[];
      readonly last: Omit<Pasted, 'vmas'> | undefined;
    }
  /** Paint. Where `kept`, the space is the one whose VMAs were told. */
  | {
      readonly order: 'paint';
      readonly id: number;
      readonly asked: Asked;
      readonly kept: boolean;
      readonly look: Look;
    };

/** A picture, painted. */
export interface Frame {
  readonly id: number;
  readonly look: Look;
  readonly bitmap: ImageBitmap;
  /** CSS pixels of the drawing. */
  readonly height: number;
  /** What the zipper's first pane shows. */
  readonly view: Viewport | undefined;
}
