import { contains, type KernelVersion, type Since } from '../kernel/version.ts';
import { alignUp, lowestBit, mod, powerAbove } from '../units.ts';

/** The IOVAs that would give a range the fewest entries. */
export interface BestIova {
  /** The largest entry that fits when IOVA and PA agree; any IOVA that agrees modulo it is as good as any other. */
  readonly size: number;
  /** How far the present IOVA is above one that agrees: in [0, size). */
  readonly residue: number;
  /** The nearest ones at or below and above; undefined where that would be below 0. */
  readonly below: number | undefined;
  readonly above: number;
}

/**
 * What the best IOVA for a physical range is: one congruent to `pa` modulo the largest entry of which a whole one
 * lies in the range. `sizes` ascend; undefined where not even the smallest fits. Bytes.
 */
export const bestIova = (
  sizes: readonly number[],
  iova: number,
  pa: number,
  length: number,
): BestIova | undefined => {
  const size = sizes.findLast(z => alignUp(pa, z) + z <= pa + length);
  if (size === undefined) return undefined;
  const residue = mod(iova - pa, size);
  const below = iova - residue;
  return { size, residue, below: below < 0 ? undefined : below, above: below + size };
};

/** Since then iommufd's own choice of an IOVA is aligned to no more than a PMD. */
const capped: Since = { mainline: '6.12-rc1', stable: { '6.6': 54, '6.10': 13, '6.11': 2 } };

/** Since then vfio-pci exports its BARs as dma-buf, which iommufd maps. */
const dmabuf: Since = { mainline: '6.19-rc1' };

/** True where iommufd can map a BAR at all. */
export const hasDmabuf = (v: KernelVersion): boolean => contains(v, dmabuf);

/**
 * What iommufd's own choice of an IOVA is a multiple of: the length rounded up to a power of two, no more than the
 * address it is asked for (a virtual one, or the offset in a dma-buf; 0 limits nothing) is a multiple of, and no more
 * than a PMD, `pmd` bytes, on kernels with THP. Never the physical address. At least `page`.
 * Source: iopt_alloc_iova(), drivers/iommu/iommufd/io_pagetable.c, 7.3; 8f6887349b2f for the PMD.
 */
export const autoAlignment = (
  v: KernelVersion,
  address: number,
  length: number,
  pmd: number,
  page: number,
): number => {
  const wanted = Math.min(powerAbove(length), lowestBit(address));
  return Math.max(page, contains(v, capped) ? Math.min(wanted, pmd) : wanted);
};

/** Pages that iommufd pins with one call: 64 KiB of pointers. Source: TEMP_MEMORY_LIMIT, drivers/iommu/iommufd/pages.c. */
export const IOMMUFD_PIN_PAGES = 8192;

/** Runs that one of iommufd's batches holds: 64 KiB of a PFN and a count each. Source: batch_init(), drivers/iommu/iommufd/pages.c. */
const IOMMUFD_BATCH_RUNS = 5461;

/** What iommufd does with ordinary memory of folios apart from each other; `folio` and `pages` in base pages. */
export const iommufdFolios = (
  pages: number,
  folio: number,
): { readonly pins: number; readonly runs: number; readonly batches: number } => {
  const runs = Math.ceil(pages / folio);
  return { pins: Math.ceil(pages / IOMMUFD_PIN_PAGES), runs, batches: Math.ceil(runs / IOMMUFD_BATCH_RUNS) };
};
