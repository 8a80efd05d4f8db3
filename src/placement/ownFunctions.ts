import { alignUp } from '../units.ts';
import { maskOf, search, takeHint } from './ask.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { searchTopDown } from './policies/wilcox.ts';
import { NO_ROOM } from './search.ts';

/** True when s390 refuses a length by itself, for MAP_FIXED too. Source: arch_get_unmapped_area(), arch/s390/mm/mmap.c. */
export const s390TooLong = (mm: Mm, length: number): boolean =>
  length > mm.arch.taskSize - mm.arch.mmapMinAddr;

/** A search from mmap_base down (or from the legacy base up), shared by the functions below. */
const searchFrom = (
  mm: Mm,
  r: AreaRequest,
  fallback: { readonly topDown: boolean; readonly lowLimit: number; readonly highLimit: number },
  record?: Recorder,
): number => {
  const { arch } = mm;
  const { layout } = mm.space;
  const query = {
    length: r.length,
    alignMask: maskOf(mm, r),
    alignOffset: r.alignOffset,
    startGap: r.startGap,
  };
  if (!layout.topDown)
    return search(
      mm,
      { ...query, topDown: false, lowLimit: layout.legacyBase, highLimit: arch.taskSize },
      record,
    );
  const addr = searchTopDown(
    mm,
    r,
    { ...query, topDown: true, lowLimit: arch.page, highLimit: layout.mmapBase },
    record,
  );
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return search(mm, { ...query, ...fallback }, record);
};

const takesHint = (mm: Mm, r: AreaRequest, record?: Recorder): number | undefined => {
  if (r.hint === 0) return undefined;
  const hint = alignUp(r.hint, mm.arch.page);
  const inside = mm.arch.taskSize - r.length >= hint && hint >= mm.arch.mmapMinAddr;
  return takeHint(mm, hint, r.length, inside ? undefined : 'beyond the address space', record)
    ? hint
    : undefined;
};

/**
 * s390: a user space of almost 2^64, searched from a base below the 3-level limit. The page table grows on demand
 * when an address lies above it; that this can fail for want of memory is not modelled.
 *
 * Source: arch_get_unmapped_area_topdown(), arch/s390/mm/mmap.c, 7.2.
 */
export const s390Area = (mm: Mm, r: AreaRequest, record?: Recorder): number => {
  if (s390TooLong(mm, r.length)) return NO_ROOM;
  const { unmappedBase } = mm.arch.layout;
  return (
    takesHint(mm, r, record) ??
    searchFrom(mm, r, { topDown: false, lowLimit: unmappedBase, highLimit: mm.arch.taskSize }, record)
  );
};

/**
 * LoongArch: the second search keeps its direction and covers what lies above mmap_base.
 *
 * Source: arch_get_unmapped_area_common(), arch/loongarch/mm/mmap.c, 6.12. Not run.
 */
export const loongarchArea = (mm: Mm, r: AreaRequest, record?: Recorder): number => {
  if (r.length > mm.arch.taskSize) return NO_ROOM;
  const { mmapBase } = mm.space.layout;
  return (
    takesHint(mm, r, record) ??
    searchFrom(mm, r, { topDown: true, lowLimit: mmapBase, highLimit: mm.arch.taskSize }, record)
  );
};
