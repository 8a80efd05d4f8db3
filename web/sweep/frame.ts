import type { SweepInput } from '../../src/scenario/scenario.ts';
import { type Axis, lastOf } from '../../src/sweep/axis.ts';
import { valueText } from './words.ts';

/** A mark on an axis. */
export interface Tick {
  /** Pixels from the axis' begin. */
  readonly at: number;
  readonly text: string;
}

/** Where a value stands on an axis of so many pixels: the middle of its point's square. */
export const pixelOf = (axis: Axis, value: number, length: number): number =>
  (((value - axis.from) / axis.step + 0.5) * length) / axis.count;

/** The point whose square holds a pixel. */
export const pointAt = (axis: Axis, pixel: number, length: number): number =>
  Math.min(Math.max(Math.floor((pixel / length) * axis.count), 0), axis.count - 1);

/** Multiples of a power of two, so that the marks stand where leaves begin: at least `apart` pixels from each other. */
export const ticksOf = (axis: Axis, length: number, apart: number): readonly Tick[] => {
  const perByte = length / (axis.step * axis.count);
  let every = axis.step;
  while (every * perByte < apart) every *= 2;
  const ticks: Tick[] = [];
  for (let value = Math.ceil(axis.from / every) * every; value <= lastOf(axis); value += every)
    ticks.push({ at: pixelOf(axis, value, length), text: tickText(axis.input, value) });
  return ticks;
};

const tickText = (input: SweepInput, value: number): string => valueText(input, value);

/** Multiples of a leaf size on an axis, where they do not stand too close to be told apart. */
export const boundariesOf = (axis: Axis, length: number, size: number): readonly number[] => {
  const perByte = length / (axis.step * axis.count);
  if (size * perByte < 24 || size <= axis.step) return [];
  const at: number[] = [];
  for (let value = Math.ceil(axis.from / size) * size; value <= lastOf(axis); value += size)
    at.push(pixelOf(axis, value, length));
  return at;
};
