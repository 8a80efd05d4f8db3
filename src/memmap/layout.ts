/** How the kernel finds the struct page of a page frame. */
export type MemoryModel = 'flat' | 'vmemmap' | 'sparse';

/**
 * Physical memory and its memmap. Sections are counted from 0; section n has the frames from n * `pagesPerSection`.
 * Source: pfn_to_page(), include/asm-generic/memory_model.h; mm/sparse.c, 6.12 and 7.3.
 */
export interface Layout {
  readonly model: MemoryModel;
  /** PAGES_PER_SECTION, a power of two. */
  readonly pagesPerSection: number;
  /** The present sections, ascending, each with the pointer to its first struct page. Only sparse looks at it. */
  readonly sections: readonly { readonly section: number; readonly base: number }[];
}

/** The section of a frame. */
export const sectionOf = ({ pagesPerSection }: Layout, pfn: number): number =>
  Math.floor(pfn / pagesPerSection);

/** Where the memmap of a section begins; undefined where the section is not present. Sections ascend: halved until found. */
export const baseOf = ({ sections }: Layout, section: number): number | undefined => {
  let [from, to] = [0, sections.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const at = sections[middle];
    if (at === undefined) return undefined;
    if (at.section === section) return at.base;
    if (at.section < section) from = middle + 1;
    else to = middle;
  }
  return undefined;
};

/**
 * pfn_to_page(): the pointer to a frame's struct page; undefined where a classic sparse layout has no section there.
 * A kernel computes garbage then, or follows NULL with SPARSEMEM_EXTREME.
 */
export const pageOf = (layout: Layout, pfn: number): number | undefined => {
  if (layout.model !== 'sparse') return pfn;
  const base = baseOf(layout, sectionOf(layout, pfn));
  return base === undefined ? undefined : base + (pfn % layout.pagesPerSection);
};

/** Whether a frame is memory at all. */
export const isPresent = (layout: Layout, pfn: number): boolean =>
  baseOf(layout, sectionOf(layout, pfn)) !== undefined;

/** page_to_section() as the counters use it: 0 everywhere in flat and vmemmap, where the compiler drops the test. */
export const pageSection = (layout: Layout, pfn: number): number =>
  layout.model === 'sparse' ? sectionOf(layout, pfn) : 0;

/** How the memmap of each present section is placed. */
export type Placing =
  /** One buffer a node, handed out in the order of sections: neighbours touch, whether or not a hole lies between. */
  | 'boot612'
  /** An allocation a section, from the top down: neighbours are expected in descending order. */
  | 'boot73'
  /** As `boot612` with a spare struct page after each block. */
  | 'padded';

/** Where the first memmap block of a made layout lies. */
const FIRST = 100;

/**
 * A classic sparse layout with these sections present.
 * Source: sparse_buffer_init() and sparse_buffer_alloc(), mm/sparse.c, 6.12, for `boot612`; the shared buffer is gone in
 * 7.3, and memblock hands out from the top, hence `boot73` (expected, not measured).
 */
export const placed = (sections: readonly number[], pagesPerSection: number, how: Placing): Layout => {
  const ascending = [...new Set(sections)].sort((a, b) => a - b);
  const pitch = pagesPerSection + (how === 'padded' ? 1 : 0);
  const last = ascending.length - 1;
  return {
    model: 'sparse',
    pagesPerSection,
    sections: ascending.map((section, i) => ({
      section,
      base: FIRST + (how === 'boot73' ? last - i : i) * pitch,
    })),
  };
};

/** Blocks in the order in which they lie in memory. */
const byBase = ({ sections }: Layout): readonly { readonly section: number; readonly base: number }[] =>
  [...sections].sort((a, b) => a.base - b.base);

const rebased = (
  layout: Layout,
  blocks: readonly { readonly section: number; readonly base: number }[],
): Layout => ({ ...layout, sections: [...blocks].sort((a, b) => a.section - b.section) });

/** Blocks that touch although their sections do not follow each other, moved apart: all above such a seam go up. */
export const apartWhereFalse = (layout: Layout): Layout => {
  let shift = 0;
  let before: { readonly section: number; readonly base: number } | undefined;
  const blocks = byBase(layout).map(block => {
    if (
      before !== undefined &&
      block.base === before.base + layout.pagesPerSection &&
      block.section !== before.section + 1
    )
      shift += layout.pagesPerSection;
    before = block;
    return { ...block, base: block.base + shift };
  });
  return rebased(layout, blocks);
};

/** A spare struct page after every block: none ends where another begins. */
export const paddedEverywhere = (layout: Layout): Layout =>
  rebased(
    layout,
    byBase(layout).map((block, i) => ({ ...block, base: block.base + i })),
  );

/** One block for each run of sections that follow each other, with a gap between runs. */
export const oneBlockPerRun = (layout: Layout): Layout => {
  let base = FIRST;
  let before: number | undefined;
  return {
    ...layout,
    sections: layout.sections.map(({ section }) => {
      if (before !== undefined) base += layout.pagesPerSection + (section === before + 1 ? 0 : 1);
      before = section;
      return { section, base };
    }),
  };
};

/** Why a layout cannot be: a text for who typed it; undefined where it can. */
export const layoutProblem = ({ pagesPerSection, sections, model }: Layout): string | undefined => {
  if (pagesPerSection < 1 || !Number.isInteger(Math.log2(pagesPerSection)))
    return 'pages per section is not a power of two';
  if (sections.length === 0) return 'no section is present';
  for (const [i, { section }] of sections.entries())
    if (i > 0 && section <= (sections[i - 1]?.section ?? -1)) return `section ${section} stands twice`;
  if (model !== 'sparse') return undefined;
  const blocks = byBase({ pagesPerSection, sections, model });
  for (const [i, block] of blocks.entries()) {
    const before = blocks[i - 1];
    if (before !== undefined && block.base < before.base + pagesPerSection)
      return `the memmaps of sections ${before.section} and ${block.section} overlap`;
  }
  return undefined;
};

/** SECTION_SIZE_BITS of an architecture in 7.3, and whether its 64-bit or usual kernels have a virtual memmap. */
export interface SectionFacts {
  readonly name: string;
  readonly sectionBits: number;
  readonly pageBits: number;
  readonly vmemmap: boolean;
}

/**
 * The sections of common architectures. Source: SECTION_SIZE_BITS in arch/<arch>/include/asm/sparsemem.h, and which
 * Kconfig selects SPARSEMEM_VMEMMAP_ENABLE, 7.3.
 */
export const sectionFacts: readonly SectionFacts[] = [
  { name: 'x86-64', sectionBits: 27, pageBits: 12, vmemmap: true },
  { name: 'i386', sectionBits: 26, pageBits: 12, vmemmap: false },
  { name: 'i386 PAE', sectionBits: 29, pageBits: 12, vmemmap: false },
  { name: 'arm64, 4K pages', sectionBits: 27, pageBits: 12, vmemmap: true },
  { name: 'arm64, 16K pages', sectionBits: 27, pageBits: 14, vmemmap: true },
  { name: 'arm64, 64K pages', sectionBits: 29, pageBits: 16, vmemmap: true },
  { name: 'riscv64', sectionBits: 27, pageBits: 12, vmemmap: true },
  { name: 's390', sectionBits: 27, pageBits: 12, vmemmap: true },
  { name: 'powerpc64, 4K pages', sectionBits: 24, pageBits: 12, vmemmap: true },
  { name: 'powerpc64, 64K pages', sectionBits: 24, pageBits: 16, vmemmap: true },
  { name: 'loongarch64, 16K pages', sectionBits: 29, pageBits: 14, vmemmap: true },
  { name: 'sparc64', sectionBits: 30, pageBits: 13, vmemmap: true },
  { name: 'arm', sectionBits: 28, pageBits: 12, vmemmap: false },
];
