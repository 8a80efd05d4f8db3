import { alignUp, mod } from '../units.ts';
import { plainArea } from './area.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import type { VfioRegion } from './request.ts';
import { thpAligned } from './thp.ts';

const OFFSET_SHIFT = 2 ** 40;

/**
 * What a VFIO device file's get_unmapped_area gives, or undefined where the kernel has no such hook (every
 * released one). Both hooks run with hints too.
 */
export const vfioArea = (
  mm: Mm,
  region: VfioRegion | undefined,
  area: AreaRequest,
  offset: number,
  record: Recorder | undefined,
): number | undefined => {
  switch (mm.facts.vfioHook) {
    case 'none':
      return undefined;
    case 'thp':
      return thpAligned(mm, area, offset, mm.arch.pmdSize, 0, record) || plainArea(mm, area, 1, record);
    case 'peterxV1':
      return peterxV1(mm, region, area, offset, record);
  }
};

/**
 * The device op of P. Xu's first series: align to the physical address, by PUD and then by PMD. The start in
 * the BAR is not taken off the length that it compares with the leaf sizes; that is how it was posted.
 *
 * Source: 20250613134111.469884 (13 June 2025), as built on 6.12.117 for the captures.
 */
const peterxV1 = (
  mm: Mm,
  region: VfioRegion | undefined,
  area: AreaRequest,
  offset: number,
  record: Recorder | undefined,
): number => {
  const start = mod(offset, OFFSET_SHIFT);
  const { pmdSize, pudSize, page } = mm.arch;
  if (region !== undefined && start < alignUp(region.size, page)) {
    const phys = region.phys + start;
    const length = Math.min(alignUp(region.size, page), area.length);
    const pud = length >= pudSize ? thpAligned(mm, area, phys, pudSize, 0, record) : 0;
    if (pud) return pud;
    const pmd = length >= pmdSize ? thpAligned(mm, area, phys, pmdSize, 1, record) : 0;
    if (pmd) return pmd;
  }
  return plainArea(mm, area, 2, record);
};
