import { genericArea, genericLimits, genericTooLong } from './generic.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { loongarchArea, s390Area, s390TooLong } from './ownFunctions.ts';
import { x86Area } from './x86.ts';

/**
 * The architecture's placement function for a request without MAP_FIXED: the address, or a negative errno.
 * `attempt` numbers the searches of one mmap() from 0; MAP_32BIT draws a new start for each.
 *
 * Source: mm_get_unmapped_area_vmflags(), mm/mmap.c, 6.12.
 */
export const plainArea = (mm: Mm, r: AreaRequest, attempt: number, record?: Recorder): number => {
  switch (mm.arch.placement.kind) {
    case 'x86':
      return x86Area(mm, r, attempt, record);
    case 'generic':
      return genericArea(mm, r, record);
    case 's390':
      return s390Area(mm, r, record);
    case 'loongarch':
      return loongarchArea(mm, r, record);
  }
};

/** True when the architecture refuses a MAP_FIXED range for its length before it looks at the address. */
export const fixedTooLong = (mm: Mm, hint: number, length: number): boolean => {
  switch (mm.arch.placement.kind) {
    case 'generic':
      return genericTooLong(mm, length, genericLimits(mm, hint, hint + length).end);
    case 's390':
      return s390TooLong(mm, length);
    case 'x86':
    case 'loongarch':
      return false;
  }
};
