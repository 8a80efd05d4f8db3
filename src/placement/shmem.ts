import { mod, U64 } from '../units.ts';
import { plainArea } from './area.ts';
import { MAP } from './flags.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';

/** /sys/kernel/mm/transparent_hugepage/shmem_enabled. */
export type ShmemSetting = 'always' | 'within_size' | 'advise' | 'never' | 'deny' | 'force';

/** How huge= of the object's own mount stands: the internal mount follows shmem_enabled. */
export type ShmemMount = 'internal' | 'always' | 'never';

/**
 * Whether a shared memory object of at least PMD_SIZE goes on to the aligned attempt. The mount's own huge=
 * decides, except that deny and force decide for every mount. `transparent_hugepage/enabled` has no say.
 */
export const shmemWantsHuge = (mount: ShmemMount, setting: ShmemSetting): boolean => {
  switch (setting) {
    case 'deny':
      return false;
    case 'force':
      return true;
    case 'never':
      return mount === 'always';
    case 'always':
    case 'within_size':
    case 'advise':
      return mount !== 'never';
  }
};

/**
 * Where shared memory (memfd, tmpfs, anonymous MAP_SHARED) goes: placed plainly first, then, if huge pages
 * may back it and it is not congruent by luck, placed again with room to spare and moved up to the lowest
 * congruent address. Negative errno on failure.
 *
 * Source: shmem_get_unmapped_area(), mm/shmem.c, 6.1 to 7.3.
 */
export const shmemArea = (
  mm: Mm,
  r: AreaRequest,
  offset: number,
  huge: boolean,
  record?: Recorder,
): number => {
  const plain = plainArea(mm, { ...r, alignOffset: offset }, 0, record);
  const size = mm.arch.pmdSize;
  if (plain < 0 || plain === r.hint || r.flags & MAP.FIXED) return plain;
  if (!huge) {
    record?.({ kind: 'unaligned', why: 'shared memory without huge pages' });
    return plain;
  }
  if (r.length < size) return plain;
  const inBlock = mod(offset, size);
  if (inBlock !== 0 && inBlock + r.length < 2 * size) {
    record?.({ kind: 'padGaveUp', size, why: 'no whole block of the offset in the range' });
    return plain;
  }
  if (mod(plain, size) === inBlock) return plain;
  const length = r.length + size - mm.arch.page;
  if (length >= U64) return plain;
  record?.({ kind: 'pad', size, offset, length });
  // The second attempt names no file and page offset 0.
  const found = plainArea(mm, { ...r, length, alignOffset: 0, isFile: false }, 1, record);
  if (found < 0) {
    record?.({ kind: 'padGaveUp', size, why: 'no room for the padded length' });
    return plain;
  }
  const added = mod(inBlock - found, size);
  if (found + added > mm.arch.taskSize - r.length) return plain;
  record?.({ kind: 'congruent', size, offset, found, added, flushed: false, addr: found + added });
  return found + added;
};
