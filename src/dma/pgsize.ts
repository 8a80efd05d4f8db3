import { lowestBit, mod } from '../units.ts';

/** `count` neighbouring entries of one size in an IOMMU's page table, from `iova` up and from `pa` up. Bytes. */
export interface IommuRun {
  readonly iova: number;
  readonly pa: number;
  readonly size: number;
  /** At least 1. */
  readonly count: number;
}

/** What one call of the driver's map_pages() is asked for. */
export interface PageChoice {
  /** Bytes of one entry. */
  readonly size: number;
  readonly count: number;
}

/**
 * The entry size that the core asks the IOMMU driver for next, and how many of them before a larger one is worth a
 * look. `sizes` ascend and are powers of two; `iova`, `pa` and `left` are multiples of the smallest. Bytes.
 * Source: iommu_pgsize(), drivers/iommu/iommu.c, 6.12 and 7.3. It compares `iova ^ pa`; low bits of an exclusive or are
 * clear exactly where the difference is a multiple. From 6.19 on page tables of the generic kind choose the same size
 * an entry at a time: pt_compute_best_pgsize(), drivers/iommu/generic_pt/pt_iter.h.
 */
export const iommuPgsize = (
  sizes: readonly number[],
  iova: number,
  pa: number,
  left: number,
): PageChoice | undefined => {
  const allowed = Math.min(lowestBit(iova), lowestBit(pa), left);
  const at = sizes.findLastIndex(z => z <= allowed);
  const size = sizes[at];
  if (size === undefined) return undefined;
  const next = sizes[at + 1];
  if (next !== undefined && mod(iova - pa, next) === 0) {
    const offset = next - mod(iova, next);
    if (offset + next <= left) return { size, count: offset / size };
  }
  return { size, count: Math.floor(left / size) };
};

/**
 * The entries that iommu_map() makes of a physically contiguous range: ascending, tiling it exactly, at most two runs
 * a size. Empty where the range is not made of the smallest size, which the kernel refuses with EINVAL. Bytes.
 * Source: iommu_map(), drivers/iommu/iommu.c, 7.3.
 */
export const iommuLeaves = (
  sizes: readonly number[],
  iova: number,
  pa: number,
  size: number,
): readonly IommuRun[] => {
  const smallest = sizes[0];
  if (smallest === undefined || [iova, pa, size].some(n => mod(n, smallest) !== 0)) return [];
  const runs: IommuRun[] = [];
  let done = 0;
  while (done < size) {
    const choice = iommuPgsize(sizes, iova + done, pa + done, size - done);
    if (choice === undefined) return [];
    const last = runs.at(-1);
    // Where a size could not be left for a larger one, the next call goes on with the same.
    if (last?.size === choice.size) runs[runs.length - 1] = { ...last, count: last.count + choice.count };
    else runs.push({ iova: iova + done, pa: pa + done, ...choice });
    done += choice.size * choice.count;
  }
  return runs;
};

/** Number of entries in all runs: what a TLB needs that holds every size. */
export const iommuLeafCount = (runs: readonly IommuRun[]): number => {
  let count = 0;
  for (const run of runs) count += run.count;
  return count;
};
