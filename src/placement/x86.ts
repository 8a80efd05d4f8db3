import { alignDown, alignUp, GiB } from '../units.ts';
import { maskOf, search, takeHint } from './ask.ts';
import { MAP } from './flags.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { searchTopDown } from './policies/wilcox.ts';
import { NO_ROOM } from './search.ts';

const BIT32_BEGIN = GiB;
const BIT32_END = 2 * GiB;

/**
 * What keeps a hint from being used at all: it must fit below TASK_SIZE and lie on one side of the 47-bit line.
 * Source: mmap_address_hint_valid(), arch/x86/mm/mmap.c, 6.12.
 */
export const hintObstacle = (
  mm: Mm,
  hint: number,
  length: number,
): 'beyond the address space' | 'across the 47-bit line' | undefined => {
  const { taskSize, window } = mm.arch;
  if (taskSize - length < hint) return 'beyond the address space';
  return hint > window === hint + length > window ? undefined : 'across the 47-bit line';
};

/** Upper limit of a top-down search: a hint above the window opens the whole space. */
export const topDownHigh = (mm: Mm, hint: number): number => {
  const { taskSize, window } = mm.arch;
  return mm.space.layout.mmapBase + (hint > window ? taskSize - window : 0);
};

/**
 * The per-mm placement function: the address for a request without MAP_FIXED, or a negative errno.
 * `attempt` numbers the searches of one mmap() from 0; MAP_32BIT draws a new start for each.
 *
 * Source: arch_get_unmapped_area_topdown(), arch_get_unmapped_area(), arch/x86/kernel/sys_x86_64.c,
 * read in 6.1, 6.12 and 7.x. The AMD family 15h colour bits are not modelled.
 */
export const x86Area = (mm: Mm, r: AreaRequest, attempt: number, record?: Recorder): number => {
  if (!mm.space.layout.topDown) return bottomUp(mm, r, attempt, record);
  if (r.length > mm.arch.taskSize) return NO_ROOM;
  // The bottom-up function is called without the VMA's flags: a shadow stack's start gap is lost.
  if (r.flags & MAP.BIT32) return bottomUp(mm, { ...r, startGap: 0 }, attempt, record);
  const hint = alignDown(r.hint, mm.arch.page);
  if (hint > 0 && takeHint(mm, hint, r.length, hintObstacle(mm, hint, r.length), record)) return hint;
  const addr = searchTopDown(
    mm,
    r,
    {
      topDown: true,
      length: r.length,
      lowLimit: mm.facts.above4g && r.flags & MAP.ABOVE4G ? 4 * GiB : mm.arch.page,
      highLimit: topDownHigh(mm, hint),
      alignMask: maskOf(mm, r),
      alignOffset: r.alignOffset,
      startGap: r.startGap,
    },
    record,
  );
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  return bottomUp(mm, { ...r, startGap: 0 }, attempt, record);
};

const bottomUp = (mm: Mm, r: AreaRequest, attempt: number, record?: Recorder): number => {
  const { taskSize, window } = mm.arch;
  const bit32 = (r.flags & MAP.BIT32) !== 0;
  const begin = bit32 ? BIT32_BEGIN + mm.bit32Start(attempt) : mm.space.layout.legacyBase;
  const end = bit32 ? BIT32_END : r.hint > window ? taskSize : window;
  if (r.length > end) return NO_ROOM;
  if (r.hint > 0) {
    const hint = alignUp(r.hint, mm.arch.page);
    const obstacle = end - r.length >= hint ? undefined : 'beyond the address space';
    if (takeHint(mm, hint, r.length, obstacle, record)) return hint;
  }
  return search(
    mm,
    {
      topDown: false,
      length: r.length,
      lowLimit: begin,
      highLimit: end,
      alignMask: maskOf(mm, r),
      alignOffset: r.alignOffset,
      startGap: r.startGap,
    },
    record,
  );
};
