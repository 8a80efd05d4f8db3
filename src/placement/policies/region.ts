import { alignUp, mod } from '../../units.ts';
import type { AreaRequest, Mm, Recorder } from '../mm.ts';
import type { VfioRegion } from '../request.ts';

/**
 * Places a VFIO mapping in the kernel, without MAP_FIXED: the address or a negative errno. `offset` is the file
 * offset, with the region's index at bit 40; `region` is undefined where no BAR stands behind it.
 */
export type VfioHook = (
  mm: Mm,
  region: VfioRegion | undefined,
  area: AreaRequest,
  offset: number,
  record: Recorder | undefined,
) => number;

/** What a driver sees of its BAR: the page-rounded length and where in it the request starts. */
export interface InBar {
  readonly length: number;
  readonly start: number;
  /** Physical address behind `start`. */
  readonly phys: number;
}

/** The request in its BAR; undefined where there is none, or where the request starts past its end. */
export const inBar = (mm: Mm, region: VfioRegion | undefined, offset: number): InBar | undefined => {
  if (region === undefined) return undefined;
  const length = alignUp(region.size, mm.arch.page);
  const start = mod(offset, 2 ** 40);
  return start < length ? { length, start, phys: region.phys + start } : undefined;
};
