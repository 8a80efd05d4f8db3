import { search } from '../ask.ts';
import type { AreaRequest, ByLength, Mm, Recorder } from '../mm.ts';
import { NO_ROOM, type SearchQuery } from '../search.ts';
import { contiguousSizes, descending } from './leafSizes.ts';

/** PUD_SIZE and PMD_SIZE, whatever may be installed there, and where asked the sizes of contiguous runs. */
export const lengthSizes = (mm: Mm, contiguous: boolean): readonly number[] =>
  descending([mm.arch.pudSize, mm.arch.pmdSize, ...(contiguous ? contiguousSizes(mm) : [])]);

/** What M. Wilcox's core would try before the plain search, for every kind of mapping; undefined as shipped. */
export const lengthRule = (mm: Mm): ByLength | undefined => {
  const rule = mm.facts.lengthAlign;
  if (rule === undefined) return undefined;
  return { sizes: lengthSizes(mm, rule.contiguous), cascade: rule.cascade, phys: undefined };
};

/**
 * The first search of a top-down function. Where the core aligns by length, searches with a mask go before it:
 * same limits, the real length, congruent to the file offset. They ask for a page less than the THP helper and do
 * not care whether the range holds a whole block. Hints were dealt with before; hugetlb has its own mask.
 *
 * Source: M. Wilcox, 17 June 2026, in the thread of 20260616180129.160016-1-anthony.pighin@nokia.com; not written
 * as a patch. He named the generic function; here the ones of x86, s390 and loongarch make the same call.
 */
export const searchTopDown = (mm: Mm, r: AreaRequest, query: SearchQuery, record?: Recorder): number => {
  if (r.byLength !== undefined && r.alignMask === 0) {
    const addr = aligned(mm, r.byLength, query, record);
    if (addr >= 0) return addr;
  }
  return search(mm, query, record);
};

const aligned = (mm: Mm, rule: ByLength, query: SearchQuery, record: Recorder | undefined): number => {
  const offset = rule.phys ?? query.alignOffset;
  for (const size of rule.sizes) {
    if (size > query.length) continue;
    const addr = search(mm, { ...query, alignMask: size - mm.arch.page, alignOffset: offset }, record);
    record?.({ kind: 'masked', size, offset, addr: addr < 0 ? undefined : addr });
    if (addr >= 0) return addr;
    if (!rule.cascade) break;
  }
  return NO_ROOM;
};
