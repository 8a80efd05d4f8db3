import { powerBelow } from '../../units.ts';
import { plainArea } from '../area.ts';
import type { AreaRequest, Mm, Recorder } from '../mm.ts';
import { thpAligned } from '../thp.ts';
import { contiguousSizes, descending, pfnSizes } from './leafSizes.ts';
import { inBar, type VfioHook } from './region.ts';

/**
 * The leaves the core may choose from, large to small: all that the architecture has for PFN mappings, runs of
 * contiguous entries included, up to the order that the driver names, which is that of the whole BAR.
 */
export const leavesUpTo = (mm: Mm, limit: number): readonly number[] =>
  descending([...pfnSizes(mm), ...contiguousSizes(mm)]).filter(size => size <= limit);

/**
 * J. Gunthorpe: the driver says up to which order an address congruent to the file offset means something, and
 * leaves lengths and build options to the core, which takes the largest leaf not above that order nor above the
 * length. A hint turns it off, as in the series it was said of.
 *
 * Here the core searches with an alignment mask, then with the next smaller leaf's, then plainly.
 *
 * Source: 20251216185850.GH6079@nvidia.com, the thread of P. Xu's second series. Nothing was posted as code.
 */
export const leafRule: VfioHook = (mm, region, area, offset, record) => {
  const limit = inBar(mm, region, offset) === undefined ? 0 : powerBelow(region?.size ?? 0);
  return masked(mm, leavesUpTo(mm, Math.min(limit, area.length)), area, offset, record);
};

/** The strict side: the largest leaf that the driver's order allows, however short the mapping. */
export const fullOrder: VfioHook = (mm, region, area, offset, record) => {
  const limit = inBar(mm, region, offset) === undefined ? 0 : powerBelow(region?.size ?? 0);
  return masked(mm, leavesUpTo(mm, limit), area, offset, record);
};

/** The same leaf through the THP helper, which gives up where the range holds no whole block; no second size. */
export const leafRuleHelper: VfioHook = (mm, region, area, offset, record) => {
  if (area.hint !== 0) return hinted(mm, area, offset, record);
  const limit = inBar(mm, region, offset) === undefined ? 0 : powerBelow(region?.size ?? 0);
  const leaf = leavesUpTo(mm, Math.min(limit, area.length))[0];
  const found = leaf === undefined ? 0 : thpAligned(mm, area, offset, leaf, 0, record);
  return found || plainArea(mm, { ...area, alignOffset: offset }, 1, record);
};

const hinted = (mm: Mm, area: AreaRequest, offset: number, record: Recorder | undefined): number => {
  record?.({ kind: 'unaligned', why: 'the caller gave a hint' });
  return plainArea(mm, { ...area, alignOffset: offset }, 0, record);
};

const masked = (
  mm: Mm,
  sizes: readonly number[],
  area: AreaRequest,
  offset: number,
  record: Recorder | undefined,
): number => {
  if (area.hint !== 0) return hinted(mm, area, offset, record);
  let attempt = 0;
  for (const size of sizes) {
    const addr = plainArea(
      mm,
      { ...area, alignMask: size - mm.arch.page, alignOffset: offset },
      attempt++,
      record,
    );
    record?.({ kind: 'masked', size, offset, addr: addr < 0 ? undefined : addr });
    if (addr >= 0) return addr;
  }
  return plainArea(mm, { ...area, alignOffset: offset }, attempt, record);
};
