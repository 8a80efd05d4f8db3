import { alignDown, alignUp, U64 } from '../units.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { NO_ROOM } from './search.ts';
import { freeAt, hintUsable, search, topDownHigh, x86UnmappedArea } from './x86.ts';

/**
 * Where a hugetlb mapping of huge pages of `huge` bytes goes; negative errno on failure. The length is a
 * multiple of `huge` already (the system call rounds it) and MAP_FIXED is not set.
 *
 * Source: hugetlb_get_unmapped_area(), fs/hugetlbfs/inode.c from 6.13 (cc92882ee218, 7bd3f1e1a9ae), and
 * arch/x86/mm/hugetlbpage.c up to 6.12.
 */
export const hugetlbArea = (mm: Mm, r: AreaRequest, huge: number, record?: Recorder): number => {
  const alignMask = huge - mm.arch.page;
  if (mm.facts.hugetlbCore) {
    const hint = alignUp(r.hint, huge);
    return x86UnmappedArea(
      mm,
      { ...r, hint: hint >= U64 ? 0 : hint, alignMask, alignOffset: 0, startGap: 0 },
      0,
      record,
    );
  }
  if (r.length > mm.arch.taskSize) return NO_ROOM;
  const hint = alignDown(r.hint, huge);
  if (hint > 0) {
    const usable = hintUsable(mm, hint, r.length);
    const free = usable && freeAt(mm.space.index, hint, r.length);
    record?.({
      kind: 'hint',
      hint,
      length: r.length,
      verdict: free ? 'taken' : usable ? 'occupied' : 'beyond the address space',
    });
    if (free) return hint;
  }
  const { taskSize, window } = mm.arch;
  const base = { length: r.length, alignMask, alignOffset: 0, startGap: 0 };
  if (!mm.space.layout.topDown)
    return search(
      mm,
      {
        ...base,
        topDown: false,
        lowLimit: mm.space.layout.legacyBase,
        highLimit: hint > window ? taskSize : window,
      },
      record,
    );
  const addr = search(
    mm,
    { ...base, topDown: true, lowLimit: mm.arch.page, highLimit: topDownHigh(mm, hint) },
    record,
  );
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return search(
    mm,
    {
      ...base,
      topDown: false,
      lowLimit: alignUp(Math.floor(window / 3), mm.arch.page),
      highLimit: window,
    },
    record,
  );
};
