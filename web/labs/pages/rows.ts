import { baseOf, type Layout } from '../../../src/memmap/layout.ts';
import type { Run, Setup } from '../../../src/memmap/setup.ts';

/**
 * The two rows of the picture: page frames, and struct pages as they lie in memory. A row is a list of items side by
 * side; of what lies far from the chosen pages whole stretches are folded into one item, so that real sizes fit.
 */
export interface Item {
  /** First frame (or struct page) and the first after it. */
  readonly from: number;
  readonly to: number;
  /**
   * `cells`: one cell each. `fold`: more than is drawn one by one. `hole`: nothing is there. `next`: room for a section
   * more.
   */
  readonly kind: 'cells' | 'fold' | 'hole' | 'next';
  /** The section it lies in; undefined for stretches over several and for what no section has. */
  readonly section: number | undefined;
  readonly x: number;
  readonly w: number;
}

/** One row. */
export interface Row {
  readonly items: readonly Item[];
  /** Width of a cell in CSS pixels. */
  readonly cell: number;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly section: number | undefined;
}

/** A stretch with the cells it is wide. */
type Sized = Omit<Item, 'x' | 'w'> & { readonly units: number };

/** Cells that a folded stretch, and a hole that is cut short, are wide. */
const FOLD = 4;
const MOST_HOLE = 6;
/** A cell is never wider. */
const WIDEST = 34;
/** And never narrower, as far as there is a choice. */
const NARROWEST = 9;
/** Nor wider in a row that is folded, where a number may be long. */
const WIDEST_FOLDED = 60;

/** Where items end up when they have `width` pixels together; in the middle of `over` where they need less. */
const placed = (sized: readonly Sized[], width: number, widest: number, over?: number): Row => {
  const units = sized.reduce((sum, s) => sum + s.units, 0);
  const cell = Math.min(widest, width / Math.max(1, units));
  const own = units * cell;
  let x = over === undefined ? 0 : Math.min(Math.max(0, (over - own) / 2), width - own);
  const items = sized.map(({ units: cells, ...item }): Item => {
    const at = x;
    x += cells * cell;
    return { ...item, x: at, w: cells * cell };
  });
  return { items, cell };
};

/** Where a frame (or struct page) begins in a row; beyond its ends the ends. */
export const xOf = ({ items }: Row, at: number): number => {
  for (const { from, to, x, w } of items)
    if (at < to) return at <= from ? x : x + (w * (at - from)) / (to - from);
  const last = items.at(-1);
  return last === undefined ? 0 : last.x + last.w;
};

/** What lies under a pixel of a row; undefined beside it. */
export const itemAt = ({ items }: Row, x: number): Item | undefined =>
  items.find(item => x >= item.x && x < item.x + item.w);

/** The frame (or struct page) under a pixel, within an item. */
export const numberAt = ({ from, to, x: start, w }: Item, x: number): number =>
  Math.min(to - 1, Math.max(from, from + Math.floor(((x - start) / w) * (to - from))));

/** Boundaries worth a look: ends of runs, and the section boundaries inside them; of many the first. */
const MOST_INSIDE = 6;
const boundariesOf = (runs: readonly Run[], s: number): readonly number[] => {
  const all: number[] = [];
  for (const { first, count } of runs) {
    all.push(first, first + count);
    let inside = 0;
    for (let q = (Math.floor(first / s) + 1) * s; q < first + count && inside < MOST_INSIDE; q += s, inside++)
      all.push(q);
  }
  return [...new Set(all)];
};

/** Cuts what is near some boundaries out of a stretch; the rest is folded. */
const cut = (stretch: Stretch, near: readonly (readonly [number, number])[]): readonly Sized[] => {
  const out: Sized[] = [];
  let at = stretch.from;
  const fold = (to: number): void => {
    if (to <= at) return;
    // A fold that hides no more than its own width is no use.
    const cells = to - at <= FOLD;
    out.push({
      ...stretch,
      from: at,
      to,
      kind: cells ? 'cells' : 'fold',
      units: cells ? to - at : FOLD,
    });
    at = to;
  };
  for (const [from, to] of near) {
    const [a, b] = [Math.max(from, at), Math.min(to, stretch.to)];
    if (a >= b) continue;
    fold(a);
    out.push({ ...stretch, from: a, to: b, kind: 'cells', units: b - a });
    at = b;
  }
  fold(stretch.to);
  return out;
};

/** Ranges around numbers, ascending and joined. */
const around = (numbers: readonly number[], k: number): readonly (readonly [number, number])[] => {
  const out: (readonly [number, number])[] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const before = out.at(-1);
    if (before !== undefined && n - k <= before[1]) out[out.length - 1] = [before[0], n + k];
    else out.push([n - k, n + k]);
  }
  return out;
};

/** Folds beside each other, and the holes between them that nothing drawn touches, become one. */
const merged = (sized: readonly Sized[]): readonly Sized[] => {
  const out: Sized[] = [];
  const far = (i: number): boolean => sized[i] === undefined || sized[i]?.kind !== 'cells';
  for (const [i, item] of sized.entries()) {
    const before = out.at(-1);
    const foldable = item.kind === 'fold' || (item.kind === 'hole' && far(i - 1) && far(i + 1));
    if (foldable && before?.kind === 'fold')
      out[out.length - 1] = {
        ...before,
        to: item.to,
        section: before.section === item.section ? item.section : undefined,
      };
    else out.push(item);
  }
  // A hole that ended up beside a fold alone says nothing any more, except at an end.
  return out;
};

const unitsOf = (sized: readonly Sized[]): number => sized.reduce((sum, s) => sum + s.units, 0);

/** How far around a boundary cells are drawn, the most first. */
const NEAR = [16, 12, 8, 6, 5, 4, 3, 2, 1] as const;

/**
 * Stretches as items that need at most `budget` cells, cells near the boundaries first; at worst `most` cells, which
 * have no room for a number any more.
 */
const fitted = (
  stretches: readonly Stretch[],
  boundaries: readonly number[],
  budget: number,
  most: number,
): readonly Sized[] => {
  const isHole = ({ section }: Stretch): boolean => section === undefined;
  const whole = (longest: number): readonly Sized[] =>
    stretches.map(
      (s): Sized =>
        isHole(s)
          ? { ...s, kind: 'hole', units: Math.min(s.to - s.from, longest) }
          : { ...s, kind: 'cells', units: s.to - s.from },
    );
  for (const longest of [Number.POSITIVE_INFINITY, MOST_HOLE, FOLD])
    if (unitsOf(whole(longest)) <= budget) return whole(longest);
  const folded = (k: number, some: readonly number[]): readonly Sized[] => {
    const near = around(some, k);
    return merged(
      stretches.flatMap((s): readonly Sized[] =>
        isHole(s) ? [{ ...s, kind: 'hole', units: Math.min(s.to - s.from, FOLD) }] : cut(s, near),
      ),
    );
  };
  for (const k of NEAR) {
    const sized = folded(k, boundaries);
    if (unitsOf(sized) <= budget) return sized;
  }
  // Rather cells without their numbers than pages that are not seen.
  for (const k of [2, 1]) {
    const sized = folded(k, boundaries);
    if (unitsOf(sized) <= most) return sized;
  }
  // Too many places to show them all: as many as there is room for, in the order of the list.
  for (let n = Math.min(boundaries.length - 1, Math.floor(most)); n > 1; n--) {
    const sized = folded(1, boundaries.slice(0, n));
    if (unitsOf(sized) <= most) return sized;
  }
  return folded(1, boundaries.slice(0, 1));
};

/** Sections and the holes between them, from frame 0 on. */
const framesOf = ({ sections, pagesPerSection: s }: Layout): readonly Stretch[] => {
  const out: Stretch[] = [];
  let at = 0;
  for (const { section } of sections) {
    if (section * s > at) out.push({ from: at, to: section * s, section: undefined });
    out.push({ from: section * s, to: (section + 1) * s, section });
    at = (section + 1) * s;
  }
  return out;
};

/** Memmap blocks and the room between them, in the order in which they lie in memory. */
const blocksOf = ({ sections, pagesPerSection: s }: Layout): readonly Stretch[] => {
  const out: Stretch[] = [];
  let at: number | undefined;
  for (const { section, base } of [...sections].sort((a, b) => a.base - b.base)) {
    if (at !== undefined && base > at) out.push({ from: at, to: base, section: undefined });
    out.push({ from: base, to: base + s, section });
    at = base + s;
  }
  return out;
};

/** Room for one section more, at the end of the frames. */
const NEXT = 1.6;

/** The width of a cell that holds its number, or the end of it. */
const roomyOf = (largest: number, digit: number): number =>
  Math.max(2.75 * digit, Math.min(4, String(largest).length) * digit + 6);

const isFolded = ({ kind }: Sized): boolean => kind === 'fold';
const widestOf = (sized: readonly Sized[]): number => (sized.some(isFolded) ? WIDEST_FOLDED : WIDEST);

/** Both rows of a setup, its memmap as `layout` has it; `digit` is how wide a figure is. */
export const rowsOf = (
  { runs, layout: own }: Setup,
  layout: Layout,
  width: number,
  digit: number,
): { readonly frames: Row; readonly memmap: Row } => {
  const s = own.pagesPerSection;
  const stretches = framesOf(own);
  const end = stretches.at(-1)?.to ?? s;
  const boundaries = boundariesOf(runs, s);
  const shown = fitted(
    stretches,
    boundaries,
    Math.max(8, Math.floor(width / roomyOf(end, digit)) - NEXT),
    width / NARROWEST - NEXT,
  );
  const next: Sized = {
    from: end,
    to: end + s,
    kind: 'next',
    section: undefined,
    units: NEXT,
  };
  const frames = placed([...shown, next], width, widestOf(shown));
  // One virtual array: pointers are frames, and lie under them.
  if (layout.model !== 'sparse')
    return { frames, memmap: { ...frames, items: frames.items.filter(i => i.kind !== 'next') } };
  const blocks = blocksOf(layout);
  const last = blocks.at(-1)?.to ?? 0;
  const images = boundaries.flatMap(pfn => {
    // A boundary is an end too: the page before it has its struct page elsewhere.
    const here = baseOf(layout, Math.floor(pfn / s));
    const before = baseOf(layout, Math.floor((pfn - 1) / s));
    return [
      ...(here === undefined ? [] : [here + (pfn % s)]),
      ...(before === undefined || pfn === 0 ? [] : [before + ((pfn - 1) % s) + 1]),
    ];
  });
  const drawn = fitted(
    blocks,
    [...new Set(images)],
    Math.max(8, Math.floor(width / roomyOf(last, digit))),
    width / NARROWEST,
  );
  return {
    frames,
    memmap: placed(
      drawn,
      width,
      Math.min(widestOf(drawn), Math.max(frames.cell, roomyOf(last, digit))),
      xOf(frames, end),
    ),
  };
};
