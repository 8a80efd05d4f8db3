import type { QemuRegion } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for QEMU's traces vfio_region_setup, vfio_region_sparse_mmap_entry and vfio_region_mmap. */
export const isQemuRegionLine = (_line: string): boolean => false;

/** Reads those lines; several of one region make one item. */
export const parseQemuTrace = (_lines: readonly NumberedLine[]): Parsed<QemuRegion> => ({
  items: [],
  problems: [],
  notes: [],
});
