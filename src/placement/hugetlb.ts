import { alignDown, alignUp, mod, U64 } from '../units.ts';
import { plainArea } from './area.ts';
import { search, takeHint } from './ask.ts';
import { genericLimits } from './generic.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { NO_ROOM, type SearchQuery } from './search.ts';
import { hintObstacle, topDownHigh } from './x86.ts';

/**
 * Where a hugetlb mapping of huge pages of `huge` bytes goes; negative errno on failure. The length is a
 * multiple of `huge` already (the system call rounds it) and MAP_FIXED is not set.
 *
 * Source: hugetlb_get_unmapped_area(), fs/hugetlbfs/inode.c from 6.13 (cc92882ee218, 7bd3f1e1a9ae), and
 * the copies of 6.12 and older.
 */
export const hugetlbArea = (mm: Mm, r: AreaRequest, huge: number, record?: Recorder): number => {
  const alignMask = huge - mm.arch.page;
  if (mm.facts.hugetlbCore) {
    return plainArea(
      mm,
      { ...r, hint: hintUp(r.hint, huge), alignMask, alignOffset: 0, startGap: 0 },
      0,
      record,
    );
  }
  if (r.length > mm.arch.taskSize) return NO_ROOM;
  const base = { length: r.length, alignMask, alignOffset: 0, startGap: 0 };
  return mm.arch.placement.kind === 'generic'
    ? oldGeneric(mm, r, huge, base, record)
    : oldX86(mm, r, huge, base, record);
};

/** ALIGN(hint, huge) of 64 bits: a hint in the last huge page wraps to 0, which is no hint. */
const hintUp = (hint: number, huge: number): number => mod(alignUp(hint, huge), U64);

/** The part of a query that both copies share. */
type HugeQuery = Pick<SearchQuery, 'length' | 'alignMask' | 'alignOffset' | 'startGap'>;

/** Source: hugetlb_get_unmapped_area(), arch/x86/mm/hugetlbpage.c, 6.12. */
const oldX86 = (mm: Mm, r: AreaRequest, huge: number, base: HugeQuery, record?: Recorder): number => {
  // The hint is tested before it is rounded: one below the first huge page becomes address 0, and may be used.
  const hint = alignDown(r.hint, huge);
  if (r.hint > 0 && takeHint(mm, hint, r.length, hintObstacle(mm, hint, r.length), record)) return hint;
  const { taskSize, window, page } = mm.arch;
  const { layout } = mm.space;
  const up = (lowLimit: number, highLimit: number): number =>
    search(mm, { ...base, topDown: false, lowLimit, highLimit }, record);
  if (!layout.topDown) return up(layout.legacyBase, hint > window ? taskSize : window);
  const addr = search(
    mm,
    { ...base, topDown: true, lowLimit: page, highLimit: topDownHigh(mm, hint) },
    record,
  );
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return up(mm.arch.layout.unmappedBase, window);
};

/**
 * The second search begins at mmap_base, and ends where arch_get_mmap_end() says for the *result* of the first:
 * -ENOMEM as a number lies above any window, so the whole space is open to it.
 *
 * Source: generic_hugetlb_get_unmapped_area(), fs/hugetlbfs/inode.c, 6.12; dffe24e95876 for mmap_min_addr.
 */
const oldGeneric = (mm: Mm, r: AreaRequest, huge: number, base: HugeQuery, record?: Recorder): number => {
  // The limits of the searches follow from the rounded hint: one that wrapped opens nothing above the window. It is
  // address 0 then, which only mmap_min_addr keeps from being used.
  const hint = hintUp(r.hint, huge);
  const { end } = genericLimits(mm, r.hint);
  const minAddr = mm.facts.hugetlbMinAddr ? mm.arch.mmapMinAddr : 0;
  if (mm.facts.hugetlbMinAddr && r.length > end - minAddr) return NO_ROOM;
  if (r.hint > 0) {
    const inside = end - r.length >= hint && hint >= minAddr;
    const obstacle = inside ? undefined : 'beyond the address space';
    if (takeHint(mm, hint, r.length, obstacle, record)) return hint;
  }
  const { layout } = mm.space;
  const { end: upEnd, base: downFrom } = genericLimits(mm, hint);
  if (!layout.topDown)
    return search(mm, { ...base, topDown: false, lowLimit: layout.mmapBase, highLimit: upEnd }, record);
  const addr = search(mm, { ...base, topDown: true, lowLimit: mm.arch.page, highLimit: downFrom }, record);
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return search(
    mm,
    {
      ...base,
      topDown: false,
      lowLimit: layout.mmapBase,
      highLimit: genericLimits(mm, U64 - 4096).end,
    },
    record,
  );
};
