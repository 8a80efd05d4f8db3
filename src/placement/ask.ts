import { findVma, type GapIndex, guardStartOf } from '../space/gapIndex.ts';
import { MAP } from './flags.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { type SearchQuery, type SearchRules, vmUnmappedArea } from './search.ts';

/** True when [start, start + length) is free and clear of the next VMA's guard. Source: find_vma(), vm_start_gap(). */
export const freeAt = (index: GapIndex, start: number, length: number): boolean => {
  const next = findVma(index, start);
  return next === index.count || start + length <= (guardStartOf(index, next) as number);
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

/**
 * The bits of the address that a search must keep equal to the offset: hugetlb's own, or the architecture's colour
 * for files and shared memory. Source: the users of vm_unmapped_area() in arch/.
 */
export const maskOf = (mm: Mm, r: AreaRequest): number => {
  if (r.alignMask !== 0) return r.alignMask;
  const { colourMask, colourNeedsRandomize } = mm.arch;
  if (colourMask === 0 || (colourNeedsRandomize && !mm.randomize)) return 0;
  return r.isFile || (r.flags & MAP.SHARED) !== 0 ? colourMask : 0;
};

/** Tests a hint that is usable as an address, tells the recorder, and gives whether it is taken. */
export const takeHint = (
  mm: Mm,
  hint: number,
  length: number,
  obstacle: 'beyond the address space' | 'across the 47-bit line' | undefined,
  record?: Recorder,
): boolean => {
  const free = obstacle === undefined && freeAt(mm.space.index, hint, length);
  record?.({ kind: 'hint', hint, length, verdict: free ? 'taken' : (obstacle ?? 'occupied') });
  return free;
};
