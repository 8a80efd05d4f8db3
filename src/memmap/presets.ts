import { type Layout, placed } from './layout.ts';
import { type Case, frames } from './search.ts';

/** A case that was argued about, or that shows what was. */
export interface Preset extends Case {
  readonly id: string;
  /** In a few words. */
  readonly title: string;
  /** What it teaches. */
  readonly about: string;
}

const bases = (pagesPerSection: number, at: Readonly<Record<number, number>>): Layout => ({
  model: 'sparse',
  pagesPerSection,
  sections: Object.entries(at).map(([section, base]) => ({ section: Number(section), base })),
});

const boot612 = (...sections: readonly number[]): Layout => placed(sections, 8, 'boot612');
const boot73 = (...sections: readonly number[]): Layout => placed(sections, 8, 'boot73');
const range = (from: number, to: number): readonly number[] => frames(from, to - from + 1);

/** 128 MiB sections of 4 KiB pages. */
const REAL = 32768;

/** The cases, “the stars align” first. Sections have 8 pages but where they say otherwise. */
export const presets: readonly Preset[] = [
  {
    id: 'M1',
    title: 'the stars align',
    about:
      'Section 2 is a hole, yet its neighbours’ memmaps were handed out one after the other: the pointers touch, the frames do not. It is the usual layout at boot in 6.12, not luck.',
    layout: boot612(0, 1, 3),
    pfns: [...range(12, 15), ...range(24, 27)],
  },
  {
    id: 'M2',
    title: 'across a section, no hole',
    about: 'Both follow each other. Whoever stops at every section needs a call more, and is never wrong.',
    layout: boot612(0, 1, 3),
    pfns: range(4, 11),
  },
  {
    id: 'M3',
    title: 'an odd section from its start',
    about: 'The posted mask gives an odd section the limit 0: one page a call.',
    layout: boot612(0, 1, 3),
    pfns: range(8, 15),
  },
  {
    id: 'M4',
    title: 'a hole after an even section',
    about:
      'The posted mask gives an even section a whole section’s limit wherever it starts, and runs over the seam.',
    layout: boot612(0, 2),
    pfns: [...range(4, 7), ...range(16, 19)],
  },
  {
    id: 'M5',
    title: 'hotplugged sections',
    about: 'The frames follow each other, the memmaps lie apart: comparing pointers stops early.',
    layout: bases(8, { 0: 100, 2: 500, 3: 900 }),
    pfns: range(20, 27),
  },
  {
    id: 'M6',
    title: 'hotplugged in reverse',
    about: 'The memmap of section 2 begins where that of section 3 ends.',
    layout: bases(8, { 2: 508, 3: 500 }),
    pfns: [...range(28, 31), ...range(16, 19)],
  },
  {
    id: 'M7',
    title: 'a folio over three sections',
    about: 'Only hugetlb and device memory made folios larger than a section; a buddy folio never is.',
    layout: boot612(0, 1, 2),
    pfns: range(0, 23),
  },
  {
    id: 'M8',
    title: 'three islands',
    about: 'Comparing pointers takes all of them for one run of 12.',
    layout: boot612(0, 2, 5),
    pfns: [6, 7, ...range(16, 23), 40, 41],
  },
  {
    id: 'M9',
    title: 'two sections, then the hole',
    about: 'The further a run goes, the further it may go wrong.',
    layout: boot612(0, 1, 3),
    pfns: [...range(0, 15), ...range(24, 27)],
  },
  {
    id: 'M10',
    title: 'from the middle of an odd section',
    about: 'The safe counters stop at the section’s end after 3 pages, the posted one after 1.',
    layout: boot612(1, 2),
    pfns: range(13, 23),
  },
  {
    id: 'M11',
    title: 'a spare struct page between blocks',
    about: 'A gap in the memmap where memory has none: pointers stop early, nobody is wrong.',
    layout: bases(8, { 4: 100, 5: 109 }),
    pfns: range(36, 43),
  },
  {
    id: 'M12',
    title: '7.3 at boot, descending',
    about:
      'Each section’s memmap is an allocation of its own from the top down: true neighbours do not touch.',
    layout: boot73(0, 1),
    pfns: range(4, 11),
  },
  {
    id: 'M13',
    title: 'descending, wrapped',
    about: 'Section 1’s memmap ends where section 0’s begins: the false neighbours of 7.3.',
    layout: boot73(0, 1),
    pfns: [...range(12, 15), ...range(0, 3)],
  },
  {
    id: 'M14',
    title: 'real sizes: the hole below 4 GiB',
    about:
      'Sections of 128 MiB, memory up to 3 GiB and from 4 GiB on: the last pages below and the first above touch.',
    layout: placed([...range(0, 23), ...range(32, 63)], REAL, 'boot612'),
    pfns: [...frames(24 * REAL - 3, 3), ...frames(32 * REAL, 2)],
  },
  {
    id: 'M15',
    title: 'vmemmap',
    about:
      'The frames of the first case. Where the memmap is one virtual array, pointers follow frames, holes included.',
    layout: { ...boot612(0, 1, 3), model: 'vmemmap' },
    pfns: [...range(12, 15), ...range(24, 27)],
  },
];
