import type { Solution } from '../../src/solve.ts';
import type { Range, Viewport } from '../draw/viewport.ts';
import { firstView, teethSizes } from './panes.ts';

/** Where one can look: offsets in the mapping, from the first byte of user space to its end. */
export interface Ground {
  /** The VA behind offset 0; 0 where nothing is mapped. */
  readonly start: number;
  readonly length: number;
  readonly page: number;
  readonly bounds: Range;
  /** What is shown where nobody zoomed. */
  readonly whole: Viewport;
}

/** The ground of an answer; undefined where there is no device mapping to look at. */
export const groundOf = ({ device, prepared }: Solution): Ground | undefined => {
  if (device === undefined) return undefined;
  const { start, end } = device.mapping;
  return {
    start,
    length: end - start,
    page: prepared.arch.page,
    bounds: { from: -start, to: prepared.arch.taskSize - start },
    whole: firstView(teethSizes(device, prepared.arch.contiguous), end - start),
  };
};
