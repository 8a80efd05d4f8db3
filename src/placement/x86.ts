import { findVma, type GapIndex } from '../space/gapIndex.ts';
import { alignDown, alignUp, GiB } from '../units.ts';
import { MAP } from './flags.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { NO_ROOM, type SearchQuery, type SearchRules, vmUnmappedArea } from './search.ts';

const BIT32_BEGIN = GiB;
const BIT32_END = 2 * GiB;

/** True when [start, start + length) is free and clear of the next VMA's guard. Source: find_vma(), vm_start_gap(). */
export const freeAt = (index: GapIndex, start: number, length: number): boolean => {
  const next = findVma(index, start);
  return next === index.count || start + length <= (index.guardStarts[next] as number);
};

/**
 * True when a hint may be used at all: it fits below TASK_SIZE and lies on one side of the 47-bit line.
 * Source: mmap_address_hint_valid(), arch/x86/mm/mmap.c, 6.12.
 */
export const hintUsable = (mm: Mm, hint: number, length: number): boolean => {
  const { taskSize, window } = mm.arch;
  return taskSize - length >= hint && hint > window === hint + length > window;
};

const rulesOf = (mm: Mm): SearchRules => ({
  minAddr: mm.facts.searchMinAddr ? mm.arch.mmapMinAddr : 0,
  guards: mm.facts.searchGuards,
});

/** Runs one vm_unmapped_area() and tells the recorder what is asked. */
export const search = (mm: Mm, query: SearchQuery, record?: Recorder): number => {
  record?.({
    kind: 'search',
    topDown: query.topDown,
    length: query.length,
    needed: query.length + query.alignMask + query.startGap,
    low: query.lowLimit,
    high: query.highLimit,
    alignMask: query.alignMask,
    alignOffset: query.alignOffset,
  });
  return vmUnmappedArea(mm.space.index, rulesOf(mm), query, record);
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
export const x86UnmappedArea = (mm: Mm, r: AreaRequest, attempt: number, record?: Recorder): number => {
  if (!mm.space.layout.topDown) return bottomUp(mm, r, attempt, record);
  if (r.length > mm.arch.taskSize) return NO_ROOM;
  if (r.flags & MAP.BIT32) return bottomUp(mm, r, attempt, record);
  const hint = alignDown(r.hint, mm.arch.page);
  if (hint > 0) {
    const usable = hintUsable(mm, hint, r.length);
    const free = usable && freeAt(mm.space.index, hint, r.length);
    record?.({
      kind: 'hint',
      hint,
      length: r.length,
      verdict: free
        ? 'taken'
        : usable
          ? 'occupied'
          : mm.arch.taskSize - r.length < hint
            ? 'beyond the address space'
            : 'across the 47-bit line',
    });
    if (free) return hint;
  }
  const addr = search(
    mm,
    {
      topDown: true,
      length: r.length,
      lowLimit: mm.facts.above4g && r.flags & MAP.ABOVE4G ? 4 * GiB : mm.arch.page,
      highLimit: topDownHigh(mm, hint),
      alignMask: r.alignMask,
      alignOffset: r.alignOffset,
      startGap: r.startGap,
    },
    record,
  );
  if (addr >= 0) return addr;
  record?.({ kind: 'fallback' });
  // The fallback is called without the VMA's flags: a shadow stack's start gap is lost here.
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
    const fits = end - r.length >= hint;
    const free = fits && freeAt(mm.space.index, hint, r.length);
    record?.({
      kind: 'hint',
      hint,
      length: r.length,
      verdict: free ? 'taken' : fits ? 'occupied' : 'beyond the address space',
    });
    if (free) return hint;
  }
  return search(
    mm,
    {
      topDown: false,
      length: r.length,
      lowLimit: begin,
      highLimit: end,
      alignMask: r.alignMask,
      alignOffset: r.alignOffset,
      startGap: r.startGap,
    },
    record,
  );
};
