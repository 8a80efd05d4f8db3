import {
  apartWhereFalse,
  type Layout,
  oneBlockPerRun,
  paddedEverywhere,
  pageOf,
  pageSection,
} from './layout.ts';

/** The counters of the threads. */
export const counterIds = ['V1', 'V2', 'V3', 'V3fixed', 'V4', 'V5', 'J1', 'J2', 'J3'] as const;
export type CounterId = (typeof counterIds)[number];

/** What a counter made of a list of pages. */
export interface Count {
  /** Pages it takes for contiguous, from the first on; at least 1. */
  readonly answer: number;
  /** Pages it looked at, the first included. */
  readonly looked: number;
  /** How often it asked for the struct page of a frame: a table lookup on classic sparse. */
  readonly lookups: number;
  /** Why it stopped. */
  readonly stop: Stop;
}

export type Stop =
  /** Every page was taken. */
  | 'end'
  /** The next pointer is not one further. */
  | 'pointer'
  /** The next page lies in another section. */
  | 'section'
  /** A limit worked out before the loop. */
  | 'limit'
  /** No section is there to ask. */
  | 'absent';

/** One counter. */
export interface Counter {
  readonly id: CounterId;
  /** As the thread knows it. */
  readonly title: string;
  /** The rule in a sentence. */
  readonly rule: string;
  /** Who, where, when. */
  readonly source: string;
  /** Never longer than the truth, whatever the layout. */
  readonly safe: boolean;
  /** The layout it is meant for; undefined: any as it stands. */
  readonly layout: (layout: Layout) => Layout;
  /** What it answers for the pages from index `from` on; 0 where left out. */
  readonly count: (layout: Layout, pfns: readonly number[], from?: number) => Count;
}

/**
 * How many pages, from index `from` on, are frames that follow each other: what every counter wants to know.
 */
export const truth = (pfns: readonly number[], from = 0): number => {
  const first = pfns[from] ?? 0;
  let n = 1;
  while (from + n < pfns.length && pfns[from + n] === first + n) n++;
  return n;
};

/**
 * Counts from index `from` on while `differs` has nothing to say of page i after it, up to `limit` pages; at least the
 * first.
 */
const prefix = (
  pfns: readonly number[],
  from: number,
  limit: number,
  differs: (pfn: number, i: number) => Stop | undefined,
): Pick<Count, 'answer' | 'looked' | 'stop'> => {
  const pages = pfns.length - from;
  for (let i = 1; i < pages; i++) {
    if (i >= limit) return { answer: i, looked: i, stop: 'limit' };
    const stop = differs(pfns[from + i] ?? 0, i);
    if (stop !== undefined) return { answer: i, looked: i + 1, stop };
  }
  return { answer: pages, looked: pages, stop: 'end' };
};

const asIs = (layout: Layout): Layout => layout;

/** V2's rule: page i lies i struct pages after the first. */
const comparePointers = (
  layout: Layout,
  pfns: readonly number[],
  from = 0,
  limit = Number.POSITIVE_INFINITY,
): Count => {
  const first = pageOf(layout, pfns[from] ?? 0) ?? Number.NaN;
  const counted = prefix(pfns, from, limit, (pfn, i) =>
    pageOf(layout, pfn) === first + i ? undefined : 'pointer',
  );
  return { ...counted, lookups: 0 };
};

/** V1: page i is what pfn_to_page() gives for the frame i after the first. */
const nthPage = (layout: Layout, pfns: readonly number[], from = 0): Count => {
  if (layout.model !== 'sparse') return comparePointers(layout, pfns, from);
  const first = pfns[from] ?? 0;
  const counted = prefix(pfns, from, Number.POSITIVE_INFINITY, (pfn, i) => {
    const wanted = pageOf(layout, first + i);
    if (wanted === undefined) return 'absent';
    return pageOf(layout, pfn) === wanted ? undefined : 'pointer';
  });
  return { ...counted, lookups: counted.looked - 1 };
};

/** A limit worked out from the first frame, then pointers one by one; no limit where the memmap is one piece. */
const capped =
  (limitOf: (pfn: number, pagesPerSection: number) => number) =>
  (layout: Layout, pfns: readonly number[], from = 0): Count =>
    comparePointers(
      layout,
      pfns,
      from,
      layout.model === 'sparse' ? limitOf(pfns[from] ?? 0, layout.pagesPerSection) : undefined,
    );

/** The pointer one further, and the section that of the first page. */
const sectionLoop = (layout: Layout, pfns: readonly number[], from = 0): Count => {
  const first = pfns[from] ?? 0;
  const page = pageOf(layout, first) ?? Number.NaN;
  const section = pageSection(layout, first);
  const counted = prefix(pfns, from, Number.POSITIVE_INFINITY, (pfn, i) => {
    if (pageOf(layout, pfn) !== page + i) return 'pointer';
    return pageSection(layout, pfn) === section ? undefined : 'section';
  });
  return { ...counted, lookups: 0 };
};

const sparseOnly =
  (change: (layout: Layout) => Layout) =>
  (layout: Layout): Layout =>
    layout.model === 'sparse' ? change(layout) : layout;

/** Every counter, in the order of the threads. */
export const counters: readonly Counter[] = [
  {
    id: 'V1',
    title: 'nth_page()',
    rule: 'Page i must be the struct page of the frame i after the first.',
    source: 'Li Zhe, v4 of the series for vfio/type1, 2025; nth_page(), include/linux/mm.h, until 6.18',
    safe: true,
    layout: asIs,
    count: nthPage,
  },
  {
    id: 'V2',
    title: 'compare pointers',
    rule: 'Page i must lie i struct pages after the first.',
    source: 'L. Torvalds, first answer to the pull request for 6.17-rc1, August 2025',
    safe: false,
    layout: asIs,
    count: (layout, pfns, from) => comparePointers(layout, pfns, from),
  },
  {
    id: 'V3',
    title: 'section limit, as posted',
    rule: 'Pointers one by one, up to S − (first AND S) pages. The mask is one off.',
    source: 'D. Hildenbrand’s draft in that thread, August 2025',
    safe: false,
    layout: asIs,
    // For a power of two, pfn AND S is S in every odd section and 0 in every even one.
    count: capped((pfn, s) => s - (Math.floor(pfn / s) % 2) * s),
  },
  {
    id: 'V3fixed',
    title: 'section limit, as meant',
    rule: 'Pointers one by one, up to the end of the first page’s section.',
    source: 'the same with S − 1 for its mask',
    safe: true,
    layout: asIs,
    count: capped((pfn, s) => s - (pfn % s)),
  },
  {
    id: 'V4',
    title: 'section loop',
    rule: 'Pointers one by one, and every section that of the first page.',
    source: 'L. Torvalds, in that thread, August 2025; its counter is declared inside the loop',
    safe: true,
    layout: asIs,
    count: sectionLoop,
  },
  {
    id: 'V5',
    title: 'num_pages_contiguous()',
    rule: 'The section loop; the test vanishes where the memmap is one piece.',
    source: 'num_pages_contiguous(), include/linux/mm_inline.h, 6.18 (929bf010e059)',
    safe: true,
    layout: asIs,
    count: sectionLoop,
  },
  {
    id: 'J1',
    title: 'allocate again where falsely adjacent',
    rule: 'Compare pointers; blocks that would touch without their frames following are moved apart.',
    source: 'J. Gunthorpe, in that thread, August 2025',
    safe: true,
    layout: sparseOnly(apartWhereFalse),
    count: (layout, pfns, from) => comparePointers(layout, pfns, from),
  },
  {
    id: 'J2',
    title: 'allocate a page more',
    rule: 'Compare pointers; a gap after every block, so that none touch.',
    source: 'J. Gunthorpe, in that thread, August 2025',
    safe: true,
    layout: sparseOnly(paddedEverywhere),
    count: (layout, pfns, from) => comparePointers(layout, pfns, from),
  },
  {
    id: 'J3',
    title: 'one allocation a range',
    rule: 'Compare pointers; one block a run of sections, a gap between runs.',
    source: 'J. Gunthorpe, in that thread, August 2025',
    safe: true,
    layout: sparseOnly(oneBlockPerRun),
    count: (layout, pfns, from) => comparePointers(layout, pfns, from),
  },
];

/** The counter of an id. */
export const counterOf = (id: CounterId): Counter => {
  const found = counters.find(c => c.id === id);
  if (found === undefined) throw new Error(`no counter ${id}`);
  return found;
};

/** What a counter answers for frames on a layout, which it first changes where it asks for another one. */
export const countOn = (counter: Counter, layout: Layout, pfns: readonly number[]): Count =>
  counter.count(counter.layout(layout), pfns);

/** How an answer stands to the truth. */
export type Judged = 'exact' | 'short' | 'unsafe';

/** A short answer costs another call; a long one takes frames for neighbours that are none. */
export const judge = (answer: number, pfns: readonly number[]): Judged => {
  const right = truth(pfns);
  return answer === right ? 'exact' : answer < right ? 'short' : 'unsafe';
};

/** One call of many: which pages it was asked about, what it answered, and what would have been right. */
export interface Call {
  /** Index in the list of the first page it was asked about. */
  readonly from: number;
  readonly answer: number;
  readonly truth: number;
  /** Pages it looked at for that. */
  readonly looked: number;
}

/** The truth for every index of a list, found in one walk from its end. */
const truths = (pfns: readonly number[]): readonly number[] => {
  const found = pfns.map(() => 1);
  for (let i = pfns.length - 2; i >= 0; i--)
    if (pfns[i + 1] === (pfns[i] ?? 0) + 1) found[i] = (found[i + 1] ?? 0) + 1;
  return found;
};

/** Call after call until the list is used up, as a caller gets them that believes each answer. */
export const calls = (counter: Counter, layout: Layout, pfns: readonly number[]): readonly Call[] => {
  const own = counter.layout(layout);
  const right = truths(pfns);
  const made: Call[] = [];
  for (let from = 0; from < pfns.length; ) {
    const { answer, looked } = counter.count(own, pfns, from);
    made.push({ from, answer, looked, truth: right[from] ?? 1 });
    from += answer;
  }
  return made;
};

/**
 * page_range_contiguous(): whether `page + i` is the struct page of frame `pfn + i` throughout. Constant true where the
 * memmap is one piece. Source: include/linux/mm.h, 6.18.
 */
export const pageRangeContiguous = (layout: Layout, pfn: number, pages: number): boolean => {
  if (layout.model !== 'sparse') return true;
  const s = layout.pagesPerSection;
  const first = pageOf(layout, pfn);
  for (let q = (Math.floor(pfn / s) + 1) * s; q < pfn + pages; q += s)
    if (first === undefined || pageOf(layout, q) !== first + (q - pfn)) return false;
  return true;
};
