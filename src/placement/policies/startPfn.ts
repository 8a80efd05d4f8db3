import { plainArea } from '../area.ts';
import { inBar, type VfioHook } from './region.ts';
import { lengthSizes } from './wilcox.ts';

/**
 * J. Gunthorpe's answer to aligning by length: a callback of drivers that map by PFN tells the core the first PFN,
 * and the core needs nothing more. The searches are M. Wilcox's, congruent to the physical address, and only files
 * with the callback get them.
 *
 * Source: 17 June 2026, in the thread of 20260616180129.160016-1-anthony.pighin@nokia.com; not written as a patch.
 */
const startPfn =
  (cascade: boolean): VfioHook =>
  (mm, region, area, offset, record) => {
    const bar = inBar(mm, region, offset);
    const byLength =
      bar === undefined ? undefined : { sizes: lengthSizes(mm, false), cascade, phys: bar.phys };
    return plainArea(mm, { ...area, alignOffset: offset, byLength }, 0, record);
  };

/** Only the largest size that the length reaches is tried. */
export const startPfnSingle = startPfn(false);
/** Smaller sizes are tried where a larger one finds no room. */
export const startPfnCascade = startPfn(true);
