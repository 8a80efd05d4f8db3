import type { Read } from '../text.ts';
import { baseOf, type Layout, layoutProblem, type Placing, placed, sectionOf } from './layout.ts';
import { type Preset, presets } from './presets.ts';

/** What the memmap is made of, and where its blocks came to lie. */
export const memmapKinds = ['boot612', 'boot73', 'padded', 'hotplug', 'vmemmap', 'flat'] as const;
/** `hotplug`: classic sparse with every block where it is told; the other names as in {@link Placing} and MemoryModel. */
export type MemmapKind = (typeof memmapKinds)[number];

/** Page frames that follow each other. */
export interface Run {
  readonly first: number;
  /** At least 1. */
  readonly count: number;
}

/** Memory, its memmap, and the pages that a counter is asked about, in the order in which they are given to it. */
export interface Setup {
  readonly kind: MemmapKind;
  readonly layout: Layout;
  /** No frame twice; runs that follow each other are one. */
  readonly runs: readonly Run[];
}

/** Most pages of a list: a folio of 1 GiB of 4 KiB pages. */
export const MAX_PAGES = 2 ** 18;
/** Most sections of a layout. */
const MAX_SECTIONS = 256;
/** Most runs of a list. */
const MAX_RUNS = 64;
/** Sections are numbered below this: 128 TiB in sections of 128 MiB. */
const MAX_SECTION = 2 ** 20;
/** The largest PAGES_PER_SECTION there is. */
export const MAX_PAGES_PER_SECTION = 2 ** 17;
/** Pointers, in struct pages, are below this. */
const MAX_BASE = 2 ** 40;

const ok = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (reason: string): Read<never> => ({ ok: false, reason });

/** The frames of some runs, one by one. */
export const pfnsOf = (runs: readonly Run[]): readonly number[] =>
  runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));

/** How many pages some runs have. */
export const pagesOf = (runs: readonly Run[]): number => runs.reduce((sum, r) => sum + r.count, 0);

/** Runs with those that follow each other made one. */
const joined = (runs: readonly Run[]): readonly Run[] => {
  const out: Run[] = [];
  for (const run of runs) {
    const before = out.at(-1);
    if (before !== undefined && before.first + before.count === run.first)
      out[out.length - 1] = { first: before.first, count: before.count + run.count };
    else if (run.count > 0) out.push(run);
  }
  return out;
};

/** The runs of a list of frames. */
export const runsOf = (pfns: readonly number[]): readonly Run[] =>
  joined(pfns.map(first => ({ first, count: 1 })));

/** Whether every frame of a run is memory; else the first section that is missing. */
const missing = (layout: Layout, { first, count }: Run): number | undefined => {
  for (let section = sectionOf(layout, first); section <= sectionOf(layout, first + count - 1); section++)
    if (baseOf(layout, section) === undefined) return section;
  return undefined;
};

const writeRange = (first: number, last: number): string =>
  first === last ? `${first}` : `${first}-${last}`;

/** Runs as text: `12-15,24-27`; with `between` as what stands between them. */
export const writeRuns = (runs: readonly Run[], between = ','): string =>
  runs.map(({ first, count }) => writeRange(first, first + count - 1)).join(between);

const RANGE = /^(\d{1,12})(?:\s*(?:-|–|\.\.)\s*(\d{1,12}))?$/;

/** Ranges of numbers with commas between, as they stand. */
const readRanges = (text: string, what: string): Read<readonly (readonly [number, number])[]> => {
  const ranges: (readonly [number, number])[] = [];
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    if (trimmed === '' && ranges.length > 0) return bad('nothing stands beside a comma');
    const m = RANGE.exec(trimmed);
    if (!m) return bad(`“${trimmed.slice(0, 24)}” is not ${what}`);
    const [, firstText = '', lastText = firstText] = m;
    const [first, last] = [Number(firstText), Number(lastText)];
    if (last < first) return bad(`${firstText}-${lastText} ends before it begins`);
    ranges.push([first, last]);
  }
  return ok(ranges);
};

/**
 * Reads a list of pages, `12-15, 24-27`: frames in the order in which they are given to the counter. All of them must
 * be memory, none may stand twice.
 */
export const readRuns = (text: string, layout: Layout): Read<readonly Run[]> => {
  if (text.length > 2000) return bad('too long for a list of pages');
  const ranges = readRanges(text, 'a page frame or a range such as 12-15');
  if (!ranges.ok) return ranges;
  const runs = joined(ranges.value.map(([first, last]) => ({ first, count: last - first + 1 })));
  if (runs.length > MAX_RUNS) return bad(`more than ${MAX_RUNS} runs`);
  if (pagesOf(runs) > MAX_PAGES) return bad(`more than ${MAX_PAGES.toLocaleString('en')} pages`);
  for (const run of runs) {
    const hole = missing(layout, run);
    if (hole !== undefined)
      return bad(
        `PFN ${Math.max(run.first, hole * layout.pagesPerSection)} is no memory: section ${hole} is not present`,
      );
  }
  const byFirst = [...runs].sort((a, b) => a.first - b.first);
  for (const [i, run] of byFirst.entries()) {
    const before = byFirst[i - 1];
    if (before !== undefined && before.first + before.count > run.first)
      return bad(`PFN ${run.first} stands twice`);
  }
  return ok(runs);
};

/** Section numbers as text: `0-1,3`. */
export const writeSections = (layout: Layout, between = ','): string =>
  writeRuns(runsOf(layout.sections.map(s => s.section)), between);

/** Reads section numbers, `0,1,3` or `0-23, 32-63`, in any order. */
export const readSections = (text: string): Read<readonly number[]> => {
  if (text.length > 2000) return bad('too long for a list of sections');
  const ranges = readRanges(text, 'a section or a range such as 0-3');
  if (!ranges.ok) return ranges;
  let count = 0;
  for (const [first, last] of ranges.value) {
    if (last >= MAX_SECTION) return bad(`sections are numbered below ${MAX_SECTION.toLocaleString('en')}`);
    count += last - first + 1;
    if (count > MAX_SECTIONS) return bad(`more than ${MAX_SECTIONS} sections`);
  }
  const sections = ranges.value
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .sort((a, b) => a - b);
  const twice = sections.find((s, i) => s === sections[i - 1]);
  return twice === undefined ? ok(sections) : bad(`section ${twice} stands twice`);
};

/** The layout of present sections under a kind; `hotplug` keeps what `before` had and puts new blocks above. */
const laidOut = (
  kind: MemmapKind,
  sections: readonly number[],
  pagesPerSection: number,
  before?: Layout,
): Layout => {
  switch (kind) {
    case 'boot612':
    case 'boot73':
    case 'padded':
      return placed(sections, pagesPerSection, kind);
    case 'vmemmap':
    case 'flat':
      return { ...placed(sections, pagesPerSection, 'boot612'), model: kind };
    case 'hotplug': {
      let top = 100;
      for (const { base } of before?.sections ?? []) top = Math.max(top, base + pagesPerSection);
      return {
        model: 'sparse',
        pagesPerSection,
        sections: sections.map(section => {
          const base = before === undefined ? undefined : baseOf(before, section);
          if (base !== undefined) return { section, base };
          const next = { section, base: top };
          top += pagesPerSection;
          return next;
        }),
      };
    }
  }
};

/** The kind that places its blocks where a layout has them: `hotplug` where no rule does. */
const kindOf = (layout: Layout): MemmapKind => {
  if (layout.model !== 'sparse') return layout.model;
  const sections = layout.sections.map(s => s.section);
  const found = (['boot612', 'boot73', 'padded'] as const).find(how =>
    placed(sections, layout.pagesPerSection, how).sections.every(
      (s, i) => s.base === layout.sections[i]?.base,
    ),
  );
  return found ?? 'hotplug';
};

/** A case with the kind of its layout found out. */
export const setupOf = ({ layout, pfns }: Pick<Preset, 'layout' | 'pfns'>): Setup => ({
  kind: kindOf(layout),
  layout,
  runs: runsOf(pfns),
});

const written = ({ kind, layout, runs }: Setup): string =>
  [
    kind,
    layout.pagesPerSection,
    kind === 'hotplug' ? layout.sections.map(s => `${s.section}@${s.base}`).join(',') : writeSections(layout),
    writeRuns(runs),
  ].join(':');

const presetTexts: ReadonlyMap<string, string> = new Map(presets.map(p => [written(setupOf(p)), p.id]));

/**
 * A setup as a link carries it: a preset's id where it is one, else `boot612:8:0-1,3:12-15,24-27` (kind, pages per
 * section, present sections, pages), with `0@100,3@500` for the sections where blocks lie freely.
 */
export const writeSetup = (setup: Setup): string => {
  const text = written(setup);
  return presetTexts.get(text) ?? text;
};

const SECTION_AT = /^(\d{1,7})@(\d{1,13})$/;

/** Reads what {@link writeSetup} wrote, or a person. */
export const readSetup = (text: string): Read<Setup> => {
  const preset = presets.find(p => p.id === text);
  if (preset !== undefined) return ok(setupOf(preset));
  const [kindText, sizeText = '', sectionsText = '', pagesText = '', ...more] = text.split(':');
  const kind = memmapKinds.find(k => k === kindText);
  if (kind === undefined || more.length > 0)
    return bad(
      `not one of ${presets[0]?.id} to ${presets.at(-1)?.id}, nor of the form boot612:8:0-1,3:12-15`,
    );
  const size = Number(sizeText);
  if (!/^\d{1,6}$/.test(sizeText) || !isSectionSize(size)) return bad(notASize);
  const layout = kind === 'hotplug' ? readBlocks(sectionsText, size) : readPlaced(sectionsText, kind, size);
  if (!layout.ok) return layout;
  const runs = readRuns(pagesText, layout.value);
  return runs.ok ? ok({ kind, layout: layout.value, runs: runs.value }) : runs;
};

const readPlaced = (text: string, kind: MemmapKind, size: number): Read<Layout> => {
  const sections = readSections(text);
  return sections.ok ? ok(laidOut(kind, sections.value, size)) : sections;
};

const readBlocks = (text: string, size: number): Read<Layout> => {
  const sections: { readonly section: number; readonly base: number }[] = [];
  for (const part of text.split(',')) {
    const m = SECTION_AT.exec(part.trim());
    if (!m) return bad(`“${part.slice(0, 24)}” is not a section and its memmap, such as 3@500`);
    const [section, base] = [Number(m[1]), Number(m[2])];
    if (section >= MAX_SECTION || base >= MAX_BASE) return bad(`${part} is too large`);
    sections.push({ section, base });
  }
  if (sections.length > MAX_SECTIONS) return bad(`more than ${MAX_SECTIONS} sections`);
  const layout: Layout = {
    model: 'sparse',
    pagesPerSection: size,
    sections: sections.sort((a, b) => a.section - b.section),
  };
  const problem = layoutProblem(layout);
  return problem === undefined ? ok(layout) : bad(problem);
};

const notASize = `pages per section is not a power of two up to ${MAX_PAGES_PER_SECTION.toLocaleString('en')}`;
const isSectionSize = (n: number): boolean =>
  n >= 1 && n <= MAX_PAGES_PER_SECTION && Number.isInteger(Math.log2(n));

/** Reads PAGES_PER_SECTION. */
export const readSectionSize = (text: string): Read<number> => {
  const size = Number(text.trim().replaceAll(',', ''));
  return text.trim() !== '' && isSectionSize(size) ? ok(size) : bad(notASize);
};

/** The first `count` frames of memory from `first` on, holes passed over; as many as there are, at least one. */
export const pagesFrom = (layout: Layout, first: number, count: number): readonly Run[] => {
  const s = layout.pagesPerSection;
  const runs: Run[] = [];
  let left = Math.max(1, Math.min(count, MAX_PAGES));
  for (const { section } of layout.sections) {
    const start = Math.max(first, section * s);
    const take = Math.min(left, (section + 1) * s - start);
    if (take <= 0) continue;
    runs.push({ first: start, count: take });
    left -= take;
    if (left === 0) break;
  }
  if (runs.length > 0) return joined(runs);
  const last = layout.sections.at(-1)?.section ?? 0;
  return [{ first: (last + 1) * s - 1, count: 1 }];
};

/** A first frame that is no memory: the section it lies in, a hole, and where a list begins instead. */
export interface Passed {
  readonly asked: number;
  readonly section: number;
  readonly first: number;
}

/** What {@link pagesFrom} makes of a first frame that is no memory; undefined where it is memory. */
export const passedOver = (layout: Layout, asked: number): Passed | undefined => {
  const section = sectionOf(layout, asked);
  if (baseOf(layout, section) !== undefined) return undefined;
  return { asked, section, first: pagesFrom(layout, asked, 1)[0]?.first ?? 0 };
};

/** What of some runs is memory; the first few frames where nothing is left. */
const present = (layout: Layout, runs: readonly Run[]): readonly Run[] => {
  const s = layout.pagesPerSection;
  const left = runs.flatMap(({ first, count }) => {
    const parts: Run[] = [];
    for (let at = first; at < first + count; ) {
      const next = Math.min(first + count, (sectionOf(layout, at) + 1) * s);
      if (baseOf(layout, sectionOf(layout, at)) !== undefined) parts.push({ first: at, count: next - at });
      at = next;
    }
    return parts;
  });
  return left.length > 0 ? joined(left) : pagesFrom(layout, 0, Math.min(4, s));
};

/** Another way of placing the memmap; `hotplug` starts from where its blocks lie. */
export const withKind = (setup: Setup, kind: MemmapKind): Setup => {
  const { layout } = setup;
  const sections = layout.sections.map(s => s.section);
  return { ...setup, kind, layout: laidOut(kind, sections, layout.pagesPerSection, layout) };
};

/** Other sections present, at least one; pages in sections that go are left out. */
export const withSections = (setup: Setup, sections: readonly number[]): Setup => {
  if (sections.length === 0 || sections.length > MAX_SECTIONS) return setup;
  const ascending = [...new Set(sections)].sort((a, b) => a - b);
  const layout = laidOut(setup.kind, ascending, setup.layout.pagesPerSection, setup.layout);
  return { ...setup, layout, runs: present(layout, setup.runs) };
};

/** A section that becomes a hole, or a hole that becomes memory; the last section stays. */
export const toggleSection = (setup: Setup, section: number): Setup => {
  const sections = setup.layout.sections.map(s => s.section);
  return withSections(
    setup,
    sections.includes(section) ? sections.filter(s => s !== section) : [...sections, section],
  );
};

/** Another size of sections; blocks and pages keep their places in them as far as they can. */
export const withSectionSize = (setup: Setup, pagesPerSection: number): Setup => {
  const ratio = pagesPerSection / setup.layout.pagesPerSection;
  const before: Layout = {
    ...setup.layout,
    pagesPerSection,
    sections: setup.layout.sections.map(s => ({ ...s, base: Math.floor(s.base * ratio) })),
  };
  const sections = before.sections.map(s => s.section);
  const layout = laidOut(setup.kind, sections, pagesPerSection, before);
  // A list that ended with a section or began with one still does, and stays as long as it can.
  const runs = setup.runs.map(({ first, count }): Run => {
    const s = setup.layout.pagesPerSection;
    const end = first + count;
    if (sectionOf(setup.layout, first) !== sectionOf(setup.layout, end - 1) || pagesPerSection < s)
      return {
        first: Math.floor(first * ratio),
        count: Math.max(1, Math.floor(end * ratio) - Math.floor(first * ratio)),
      };
    return end % s === 0
      ? { first: end * ratio - count, count }
      : { first: Math.floor(first / s) * pagesPerSection + (first % s), count };
  });
  const fitting: Run[] = [];
  for (const run of runs) {
    const taken = fitting.some(f => f.first < run.first + run.count && run.first < f.first + f.count);
    if (!taken && pagesOf(fitting) + run.count <= MAX_PAGES) fitting.push(run);
  }
  return { ...setup, layout, runs: present(layout, joined(fitting)) };
};

/** A memmap block at another place; refused where blocks would overlap. */
export const withBase = (setup: Setup, section: number, base: number): Read<Setup> => {
  if (!Number.isInteger(base) || base < 0 || base >= MAX_BASE)
    return bad(`not a number of struct pages below ${MAX_BASE.toLocaleString('en')}`);
  const layout: Layout = {
    ...setup.layout,
    model: 'sparse',
    sections: setup.layout.sections.map(s => (s.section === section ? { section, base } : s)),
  };
  const problem = layoutProblem(layout);
  return problem === undefined ? ok({ ...setup, kind: 'hotplug', layout }) : bad(problem);
};

/** The free place for a block that is nearest to a wanted one. */
export const nearestBase = (
  { sections, pagesPerSection: s }: Layout,
  section: number,
  wanted: number,
): number => {
  const others = sections.filter(b => b.section !== section).map(b => b.base);
  const free = (base: number): boolean => base >= 0 && others.every(o => Math.abs(o - base) >= s);
  const at = Math.max(0, Math.round(wanted));
  if (free(at)) return at;
  const nearest = others
    .flatMap(o => [o - s, o + s])
    .filter(free)
    .sort((a, b) => Math.abs(a - at) - Math.abs(b - at))[0];
  return nearest ?? baseOf({ sections, pagesPerSection: s, model: 'sparse' }, section) ?? 0;
};

/** Pages in or out of the list, of `from` to `to` those that are memory; the last one stays. */
export const withPages = (setup: Setup, from: number, to: number, wanted: boolean): Setup => {
  const [first, last] = from <= to ? [from, to] : [to, from];
  const kept = setup.runs.flatMap((run): readonly Run[] => {
    const end = run.first + run.count;
    const before = { first: run.first, count: Math.min(end, first) - run.first };
    const after = { first: Math.max(run.first, last + 1), count: end - Math.max(run.first, last + 1) };
    return [before, after].filter(r => r.count > 0);
  });
  if (!wanted) return kept.length === 0 ? setup : { ...setup, runs: joined(kept) };
  const added = present(setup.layout, [{ first, count: last - first + 1 }]).filter(
    r => r.first >= first && r.first <= last,
  );
  const ascending = kept.every((r, i) => r.first > (kept[i - 1]?.first ?? -1));
  const all = [...kept, ...added];
  const runs = joined(ascending ? all.sort((a, b) => a.first - b.first) : all);
  return added.length === 0 || runs.length > MAX_RUNS || pagesOf(runs) > MAX_PAGES
    ? setup
    : { ...setup, runs };
};

/** One folio of 2^order pages; refused where it would not be aligned to its size or not all of it is memory. */
export const folio = (layout: Layout, order: number, first: number): Read<readonly Run[]> => {
  if (!Number.isInteger(order) || order < 0 || 2 ** order > MAX_PAGES)
    return bad(`not an order from 0 to ${Math.log2(MAX_PAGES)}`);
  const count = 2 ** order;
  if (!Number.isInteger(first) || first < 0) return bad('not a page frame');
  if (first % count !== 0) return bad(`a folio of order ${order} starts at a multiple of ${count}`);
  const hole = missing(layout, { first, count });
  return hole === undefined
    ? ok([{ first, count }])
    : bad(`it would reach into section ${hole}, which is not present`);
};
