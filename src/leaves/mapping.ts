import type { Pa, Va } from '../units.ts';

/**
 * One VMA that maps physically contiguous device memory by PFN. Addresses in bytes, multiples of the base page,
 * `start < end <= 2^64`. The file offset is not here: only the physical address decides what a leaf may be.
 */
export interface PfnMapping {
  /** First byte of the VMA. */
  readonly start: Va;
  /** First byte after the VMA. */
  readonly end: Va;
  /** Physical address behind `start`; `pa + (x - start)` is behind x. */
  readonly pa: Pa;
}
