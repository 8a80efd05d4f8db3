import { U64 } from '../../units.ts';
import { plainArea } from '../area.ts';
import type { AreaRequest, Mm } from '../mm.ts';
import type { VfioRegion } from '../request.ts';
import { thpAligned } from '../thp.ts';
import { mayInstall } from './leafSizes.ts';
import { inBar, type VfioHook } from './region.ts';

/**
 * P. Xu's first series: a device op places by the physical address, by PUD and then by PMD. The start in the
 * BAR is not taken off the length that it compares with the leaf sizes; that is how it was posted.
 *
 * Source: 20250613134111.469884-1-peterx@redhat.com, as built on 6.12.117 for the captures.
 */
export const xuV1: VfioHook = (mm, region, area, offset, record) => {
  const { pmdSize, pudSize } = mm.arch;
  const bar = inBar(mm, region, offset);
  // The op exists only where some huge PFN leaf does.
  if (bar !== undefined && mayInstall(mm, pmdSize)) {
    const length = Math.min(bar.length, area.length);
    const pud =
      length >= pudSize && mayInstall(mm, pudSize) ? thpAligned(mm, area, bar.phys, pudSize, 0, record) : 0;
    if (pud) return pud;
    const pmd = length >= pmdSize ? thpAligned(mm, area, bar.phys, pmdSize, 1, record) : 0;
    if (pmd) return pmd;
  }
  return plainArea(mm, area, 2, record);
};

/**
 * The order that vfio-pci's get_mapping_order() answers in the second series, as a size in bytes: the largest leaf
 * that the rest of the BAR and the length both reach; a page for order 0.
 */
const sizeWanted = (mm: Mm, region: VfioRegion | undefined, length: number, offset: number): number => {
  const { page, pmdSize, pudSize } = mm.arch;
  const bar = inBar(mm, region, offset);
  if (bar === undefined) return page;
  const reach = Math.min(bar.length - bar.start, length);
  if (reach >= pudSize && mayInstall(mm, pudSize)) return pudSize;
  return reach >= pmdSize && mayInstall(mm, pmdSize) ? pmdSize : page;
};

/** What the core aligns to for an order: a page where PAGE << order leaves the 64 bits. */
export const sizeOfOrder = (page: number, order: number): number => {
  const size = page * 2 ** Math.max(order, 0);
  return size < U64 ? size : page;
};

/**
 * The second series: file_operations.get_mapping_order() names one order and the core runs the THP helper with it,
 * once, and not at all when the caller gave a hint. Order 0 goes through the helper too, so it asks for a page more
 * than it needs.
 *
 * Source: 20251204151003.171039-1-peterx@redhat.com, patches 2 and 4.
 */
export const xuV2: VfioHook = (mm, region, area, offset, record) =>
  byOrder(mm, region, area, offset, offset, record);

/**
 * The same, where the op also returns the page offset to align against: that of the physical address. Sketched as
 * option (b) of aFsPwLB41_3VDvtY@x1.local (24 June 2025), never posted as code.
 */
export const xuV2Phys: VfioHook = (mm, region, area, offset, record) =>
  byOrder(mm, region, area, offset, inBar(mm, region, offset)?.phys ?? offset, record);

const byOrder = (
  mm: Mm,
  region: VfioRegion | undefined,
  area: AreaRequest,
  offset: number,
  toward: number,
  record: Parameters<VfioHook>[4],
): number => {
  const plain = { ...area, alignOffset: offset };
  if (area.hint !== 0) {
    record?.({ kind: 'unaligned', why: 'the caller gave a hint' });
    return plainArea(mm, plain, 0, record);
  }
  const { page } = mm.arch;
  const size = sizeOfOrder(page, Math.log2(sizeWanted(mm, region, area.length, offset) / page));
  return thpAligned(mm, area, toward, size, 0, record) || plainArea(mm, plain, 1, record);
};
