import { formatCount, formatSize } from '../../src/text.ts';
import type { Segment } from '../draw/scale.ts';
import { spaceShown } from '../scenario/spaceShown.ts';
import type { PictureInput, Sheet, ShownStep } from './types.ts';
import { type FinalSearch, type VaItem, vaItems } from './vaItems.ts';

/** How wide each stretch of the folded row is. */

const NEW_SHARE = 0.26;

/** What every part of the row is drawn with. */
export interface Row {
  readonly s: Sheet;
  readonly input: PictureInput;
  readonly search: FinalSearch | undefined;
  readonly step: ShownStep | undefined;
  readonly x: number;
  readonly w: number;
  readonly narrow: boolean;
  /** End of the space that is drawn. */
  readonly userTop: number;
  readonly laneY: number;
  readonly bracketY: number;
  readonly rowY: number;
  readonly rowH: number;
}

/** A size on two lines: the figure and its unit, or the two terms of a sum. */
export const twoLines = (size: number): readonly [string, string] => {
  const text = formatSize(size);
  const sum = /^(.+?) ([+\u2212] .+)$/.exec(text);
  if (sum) return [sum[1] ?? '', sum[2] ?? ''];
  const [number = '', unit = ''] = text.split(' ');
  return [number, unit];
};

/** A stretch of mappings. */
export type Vmas = Extract<VaItem, { kind: 'vmas' }>;

/** What stands on a stretch of mappings. */
export const nameOf = (item: Vmas): string =>
  item.single || item.count === 1 ? item.name : `${item.name} +${formatCount(item.count - 1)}`;

/** Width of an item that cannot shrink, or its weight in what is left. */
const widthOf = (row: Row, item: VaItem): { fixed: number } | { weight: number; least: number } => {
  const { s, w } = row;
  const size = item.to - item.from;
  const label = { size: 11, weight: 600 };
  switch (item.kind) {
    case 'new':
      return { fixed: w * NEW_SHARE };
    case 'gap': {
      if (item.role === 'slit') return { fixed: 4 };
      if (item.role === 'free') return { weight: size > 2 ** 30 ? 2.4 : 1, least: size > 2 ** 36 ? 40 : 16 };
      const [number, unit] = twoLines(size);
      return { fixed: Math.max(34, s.measure(number, label) + 8, s.measure(unit, label) + 8) };
    }
    case 'guard':
      return { fixed: 14 };
    case 'skipped': {
      const [number] = twoLines(size);
      return { fixed: Math.max(46, s.measure(number, label) + 10) };
    }
    case 'unsearched':
      return { fixed: 52 };
    case 'vmas': {
      // A fold takes room of its own.
      const name = s.measure(nameOf(item), { size: 11 }) + (size > 2 ** 30 ? 36 : 12);
      const least = item.neighbour
        ? Math.min(130, Math.max(26, name))
        : item.single && item.what !== 'none'
          ? Math.min(96, Math.max(22, name))
          : 18;
      return { weight: 1 + Math.log2(size / 4096) / 12, least: row.narrow ? Math.min(least, 52) : least };
    }
  }
};

/** Assigns pixels to items: fixed ones first, the rest by weight. undefined when they do not fit. */
const layOut = (row: Row, items: readonly VaItem[], spare: number): readonly Segment[] | undefined => {
  const sizes = items.map(item => widthOf(row, item));
  let left = row.w;
  let weights = 0;
  for (const size of sizes) {
    if ('fixed' in size) left -= size.fixed;
    else {
      left -= size.least;
      weights += size.weight;
    }
  }
  if (left < spare || (weights === 0 && left > 0 && sizes.length === 0)) return undefined;
  let at = row.x;
  return items.map((item, i) => {
    const size = sizes[i];
    const width =
      size === undefined
        ? 0
        : 'fixed' in size
          ? size.fixed
          : size.least + (left * size.weight) / (weights || 1);
    const segment = { from: item.from, to: item.to, x: at, w: width };
    at += width;
    return segment;
  });
};

/** How many gaps and how many mappings may have places of their own, richest first. */
const BUDGETS: readonly (readonly [passed: number, singles: number])[] = [
  [8, 20],
  [8, 14],
  [6, 10],
  [6, 6],
  [4, 6],
  [4, 4],
  [4, 2],
  [4, 0],
  [3, 1],
  [2, 2],
  [2, 0],
  [1, 0],
  [0, 0],
];

/** The items that fit, as many as may be, and where they stand. */
export const foldRow = (
  row: Row,
  placed: { readonly start: number; readonly end: number } | undefined,
  userTop: number,
): { readonly items: readonly VaItem[]; readonly segments: readonly Segment[] } => {
  const { vmas, index } = spaceShown(row.input.solution);
  let items: readonly VaItem[] = [];
  for (const [maxPassed, maxSingles] of BUDGETS) {
    if (row.narrow && maxPassed > 2) continue;
    items = vaItems({
      vmas,
      index,
      taskSize: userTop,
      placed,
      search: row.search,
      maxPassed,
      maxSingles,
      current: row.step?.current,
    });
    const segments = layOut(row, items, maxPassed === 0 ? 0 : row.w * 0.03);
    if (segments) return { items, segments };
  }
  const each = row.w / items.length;
  return {
    items,
    segments: items.map((item, i) => ({ from: item.from, to: item.to, x: row.x + i * each, w: each })),
  };
};
