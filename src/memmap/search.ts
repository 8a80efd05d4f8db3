import { type CounterId, counterOf, countOn } from './counters.ts';
import { type Layout, type Placing, placed } from './layout.ts';

/** A layout and a list of pages. */
export interface Case {
  readonly layout: Layout;
  readonly pfns: readonly number[];
}

/** Frames from `first` on. */
export const frames = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** Every order of some numbers. */
const orders = (items: readonly number[]): readonly (readonly number[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map(rest => [item, ...rest]));

const placings: readonly Placing[] = ['boot612', 'boot73', 'padded'];

/** Layouts of up to `most` sections among the first `most + 1`, the plainest first. */
function* layouts(pagesPerSection: number, most: number): Generator<Layout, void> {
  const masks = Array.from({ length: 2 ** (most + 1) }, (_, mask) =>
    frames(0, most + 1).filter(section => Math.floor(mask / 2 ** section) % 2 === 1),
  )
    .filter(sections => sections.length >= 1 && sections.length <= most)
    .sort((a, b) => a.length - b.length || (a.at(-1) ?? 0) - (b.at(-1) ?? 0));
  for (const sections of masks) {
    for (const how of placings) yield placed(sections, pagesPerSection, how);
    for (const order of orders(sections))
      yield {
        model: 'sparse',
        pagesPerSection,
        sections: sections.map(section => ({
          section,
          base: 100 + order.indexOf(section) * pagesPerSection,
        })),
      };
  }
}

/** Pages of a run at a section's end or start: enough to cross it, and few enough to be looked at. */
const MOST_OF_A_RUN = 8;
/** Whole sections are among the lists up to this size. */
const MOST_WHOLE = 1024;

/** Lists of pages worth asking about: one run, or one that ends with a section and a second that begins one. */
function* lists({ sections, pagesPerSection: s }: Layout): Generator<readonly number[], void> {
  const half = Math.min(MOST_OF_A_RUN, Math.max(1, s / 2));
  const starts = sections.map(({ section }) => section * s);
  for (const start of starts)
    for (const second of starts) {
      if (second === start) continue;
      yield [...frames(start + s - half, half), ...frames(second, half)];
      if (s <= MOST_WHOLE) yield [...frames(start, s), ...frames(second, half)];
    }
}

/** What a search found, and how much it tried for it. */
export interface Search {
  /** The plainest case on which the two answer differently; undefined where they agree on all that was tried. */
  readonly found: Case | undefined;
  /** Layouts tried, the one found included. */
  readonly layouts: number;
  /** Lists of pages tried on them. */
  readonly lists: number;
}

/**
 * Looks for the plainest case, on classic sparse memory with sections of `pagesPerSection` frames and at most `most`
 * of them (up to 4), on which two counters answer differently.
 */
export const searchDifference = (a: CounterId, b: CounterId, pagesPerSection: number, most = 3): Search => {
  const [first, second] = [counterOf(a), counterOf(b)];
  let tried = 0;
  let asked = 0;
  for (const layout of layouts(pagesPerSection, most)) {
    tried++;
    for (const pfns of lists(layout)) {
      asked++;
      if (countOn(first, layout, pfns).answer !== countOn(second, layout, pfns).answer)
        return { found: { layout, pfns }, layouts: tried, lists: asked };
    }
  }
  return { found: undefined, layouts: tried, lists: asked };
};
