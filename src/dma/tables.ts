import type { Iommu } from './iommus.ts';
import type { IommuRun } from './pgsize.ts';

/** What the entries of a mapping take in an IOMMU's page table. */
export interface IommuTables {
  /** Tables of each level from the lowest up, the root left out. */
  readonly counts: readonly number[];
  readonly bytes: number;
  /** Entries written: one a leaf, or as many as a leaf is repeated in. */
  readonly entries: number;
}

/** Slots of `slot` bytes in which leaves smaller than a slot lie; runs ascend. */
const slotsBelow = (runs: readonly IommuRun[], slot: number): number => {
  let count = 0;
  let next = 0;
  for (const run of runs) {
    if (run.size >= slot) continue;
    const from = Math.max(Math.floor(run.iova / slot), next);
    const to = Math.ceil((run.iova + run.size * run.count) / slot);
    if (to <= from) continue;
    count += to - from;
    next = to;
  }
  return count;
};

/** Entries that one leaf of `size` bytes takes: a size between two levels is written into neighbours alike. */
export const repeats = ({ shifts }: Pick<Iommu, 'shifts'>, size: number): number => {
  const level = shifts.findLast(shift => 2 ** shift <= size) ?? shifts[0] ?? 12;
  return size / 2 ** level;
};

/** Levels of the table, the root's among them, where the last byte mapped lies below `end`. */
const levelsFor = ({ shifts, grows, width }: Iommu, end: number): number => {
  if (grows === undefined) return shifts.length;
  const enough = shifts.findIndex((_, i) => end <= 2 ** (shifts[i + 1] ?? width));
  return Math.max(grows, enough < 0 ? shifts.length : enough + 1);
};

/**
 * The tables that leaves need in a domain that has only its root, as `runs` ascend: one for every entry of the next
 * level that is not itself covered by a leaf. Source: the walk of each format, __map_range() in
 * drivers/iommu/generic_pt/iommu_pt.h, 7.3, and __arm_lpae_map(), drivers/iommu/io-pgtable-arm.c.
 */
export const iommuTables = (iommu: Iommu, runs: readonly IommuRun[]): IommuTables => {
  const last = runs.at(-1);
  const levels = levelsFor(iommu, last === undefined ? 0 : last.iova + last.size * last.count);
  const counts = iommu.shifts.slice(1, levels).map(shift => slotsBelow(runs, 2 ** shift));
  let bytes = 0;
  counts.forEach((count, level) => {
    bytes += count * (iommu.tableBytes[level] ?? 0);
  });
  let entries = 0;
  for (const run of runs) entries += run.count * repeats(iommu, run.size);
  return { counts, bytes, entries };
};
