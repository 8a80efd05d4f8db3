import { alignUp } from '../units.ts';
import { maskOf, search, takeHint } from './ask.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { searchTopDown } from './policies/wilcox.ts';
import { NO_ROOM } from './search.ts';

/** What arch_get_mmap_end() and arch_get_mmap_base() depend on. */
export interface GenericLimits {
  /** Exclusive end of every search and of hints. */
  readonly end: number;
  /** Where top-down searches begin. */
  readonly base: number;
}

/**
 * The limits that a hint opens. `fixedEnd` is the end of a MAP_FIXED range, which counts on powerpc.
 *
 * Source: arch_get_mmap_end() and arch_get_mmap_base(), arch/{arm64,riscv,powerpc}/include/asm, 6.12 and 7.3.
 */
export const genericLimits = (mm: Mm, hint: number, fixedEnd = 0): GenericLimits => {
  const { placement, taskSize, window } = mm.arch;
  const { mmapBase } = mm.space.layout;
  if (placement.kind !== 'generic') throw new Error(`${mm.arch.id} has its own placement function`);
  const opened = hint > window;
  const base = mmapBase + (placement.shiftsBase && opened ? taskSize - window : 0);
  switch (placement.mmapEnd) {
    case 'taskSize':
      return { end: taskSize, base };
    case 'windowOrHint':
      return { end: opened ? taskSize : window, base };
    case 'windowOrRange':
      return { end: opened || fixedEnd > window ? taskSize : window, base };
  }
};

/** True when the length alone is refused, for MAP_FIXED too. Source: generic_get_unmapped_area(), mm/mmap.c. */
export const genericTooLong = (mm: Mm, length: number, end: number): boolean =>
  length > end - mm.arch.mmapMinAddr;

/**
 * The placement function of arm64, riscv and powerpc radix, for a request without MAP_FIXED: the address or a
 * negative errno.
 *
 * Source: generic_get_unmapped_area_topdown(), generic_get_unmapped_area(), mm/mmap.c, 6.1, 6.12 and 7.0.
 */
export const genericArea = (mm: Mm, r: AreaRequest, record?: Recorder): number => {
  const { arch } = mm;
  const { end, base } = genericLimits(mm, r.hint);
  if (genericTooLong(mm, r.length, end)) return NO_ROOM;
  if (r.hint > 0) {
    const hint = alignUp(r.hint, arch.page);
    const inside = end - r.length >= hint && hint >= arch.mmapMinAddr;
    if (takeHint(mm, hint, r.length, inside ? undefined : 'beyond the address space', record)) return hint;
  }
  const query = {
    length: r.length,
    alignMask: maskOf(mm, r),
    alignOffset: r.alignOffset,
    startGap: r.startGap,
  };
  const { layout } = mm.space;
  if (!layout.topDown)
    return search(mm, { ...query, topDown: false, lowLimit: layout.legacyBase, highLimit: end }, record);
  // Before the search itself was clamped, this function clamped its lower limit.
  const low = Math.max(arch.page, mm.facts.searchMinAddr ? 0 : arch.mmapMinAddr);
  const addr = searchTopDown(mm, r, { ...query, topDown: true, lowLimit: low, highLimit: base }, record);
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return search(mm, { ...query, topDown: false, lowLimit: arch.layout.unmappedBase, highLimit: end }, record);
};
