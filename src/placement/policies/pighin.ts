import { plainArea } from '../area.ts';
import { thpAligned } from '../thp.ts';
import type { VfioHook } from './region.ts';

/**
 * The THP helper as the get_unmapped_area of VFIO device files, as ext4 has it: PMD_SIZE, congruent to the file
 * offset, with hints too.
 *
 * Source: 20260616180129.160016-1-anthony.pighin@nokia.com, as built on 6.12.117 for the captures.
 */
export const thpHook: VfioHook = (mm, _region, area, offset, record) =>
  thpAligned(mm, area, offset, mm.arch.pmdSize, 0, record) ||
  plainArea(mm, { ...area, alignOffset: offset }, 1, record);
