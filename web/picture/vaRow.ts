import { findVma } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignUp } from '../../src/units.ts';
import { foldedScale, type Scale, type Segment } from '../draw/scale.ts';
import { cross, fitText, pill, trapezoid, triangle, write } from './sheet.ts';
import type { PictureInput, Sheet, ShownStep } from './types.ts';
import { drawBlock, fold, inkOn } from './vaBlock.ts';
import { type FinalSearch, type VaItem, vaItems } from './vaItems.ts';
import { aboutKind, vmaKinds } from './vmaKind.ts';

/** Where the folded row put the new mapping, for the trapezoid below it. */
export interface VaRow {
  readonly placed: { readonly x0: number; readonly x1: number } | undefined;
  /** Upper edge of the folded row. */
  readonly top: number;
  readonly bottom: number;
  /** Where the folded row shows an address. */
  readonly toPx: (address: number) => number;
}

const NEW_SHARE = 0.26;

/** Height of the address space's part of the drawing, in its pixels. */
export const VA_ROW_HEIGHT = 152;

/** What every part of the row is drawn with. */
interface Row {
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
const twoLines = (size: number): readonly [string, string] => {
  const text = formatSize(size);
  const sum = /^(.+?) ([+\u2212] .+)$/.exec(text);
  if (sum) return [sum[1] ?? '', sum[2] ?? ''];
  const [number = '', unit = ''] = text.split(' ');
  return [number, unit];
};

type Vmas = Extract<VaItem, { kind: 'vmas' }>;

/** What stands on a stretch of mappings. */
const nameOf = (item: Vmas): string =>
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
const foldRow = (
  row: Row,
  placed: { readonly start: number; readonly end: number } | undefined,
  userTop: number,
): { readonly items: readonly VaItem[]; readonly segments: readonly Segment[] } => {
  const { vmas, index } = row.input.solution.prepared.mm.space;
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

/** Draws the virtual address space: a true-scale bar, the search, and the row that folds the large gaps. */
export const drawVaRow = (s: Sheet, input: PictureInput, x: number, top: number, w: number): VaRow => {
  const { solution } = input;
  const { arch, mm } = solution.prepared;
  const { taskSize } = arch;
  const { index } = mm.space;
  const { placement } = solution;
  const placed = placement.ok ? placement : undefined;
  const step = input.step?.done ? undefined : input.step;
  const laneY = top + 29;
  const userTop =
    taskSize > 2 ** 48 &&
    (placed === undefined || placed.end <= arch.window) &&
    (index.ends[index.count - 1] ?? 0) <= arch.window + 4096
      ? arch.window
      : taskSize;
  const row: Row = {
    s,
    input,
    search: step ? step.search : input.search,
    step,
    x,
    w,
    narrow: w < 560,
    userTop,
    laneY,
    bracketY: laneY + 15,
    rowY: laneY + 66,
    rowH: 34,
  };
  const { rowY, rowH, search } = row;

  const truePx = (address: number): number => x + (Math.min(address, userTop) / userTop) * w;
  const { items, segments } = foldRow(row, placed, userTop);
  const legend = legendOf(row, items);
  const titleEnd = drawTitle(row, top, userTop, placed, legend);
  drawTrueScale(row, top + 20, truePx, placed);
  if (placed && input.viewport !== undefined) {
    // Where the zipper looks, on the whole of user space.
    const from = placed.start + input.viewport.origin;
    const x0 = Math.max(x, Math.min(truePx(from), x + w - 8));
    const x1 = Math.max(x0 + 8, Math.min(truePx(from + input.viewport.span), x + w));
    s.marks.push({
      kind: 'rect',
      x: x0,
      y: top + 17,
      w: x1 - x0,
      h: 15,
      stroke: 'ink',
      strokeWidth: 1.5,
      radius: 2,
    });
  }

  const scale = foldedScale(segments);

  // The lens from the true-scale bar to the part of the row around the new mapping and the search.
  const lensFrom = placed
    ? Math.min(placed.start, search?.topDown === false ? search.low : placed.start)
    : (search?.low ?? 0);
  const lensTo = search?.topDown
    ? Math.max(search.high, placed?.end ?? 0)
    : Math.max(placed?.end ?? userTop, 0);
  const bracket = { x0: scale.toPx(lensFrom), x1: scale.toPx(Math.min(lensTo, userTop - 4096)) };
  trapezoid(
    s,
    { y: laneY, x0: truePx(lensFrom), x1: Math.min(x + w, Math.max(truePx(lensTo), truePx(lensFrom) + 1)) },
    { y: row.bracketY, ...bracket },
  );
  // It lands on a bracket above the labels, so that no edge crosses them.
  for (const points of [
    [
      [bracket.x0, rowY],
      [bracket.x0, row.bracketY],
    ],
    [
      [bracket.x0, row.bracketY],
      [bracket.x1, row.bracketY],
    ],
    [
      [bracket.x1, row.bracketY],
      [bracket.x1, rowY],
    ],
  ] as const)
    s.marks.push({ kind: 'path', points, stroke: 'dim', strokeWidth: 1, alpha: 0.8 });

  s.marks.push({ kind: 'rect', x, y: rowY, w, h: rowH, fill: 'gap', stroke: 'line' });
  const labels = new Labels(row, [bracket.x0, bracket.x1]);
  const drawn = drawItems(row, items, segments, placed, labels);
  if (search) drawSearch(row, search, scale, drawn, labels);
  drawNames(row, drawn, placed);
  if (!placed && step === undefined) drawNoPlace(row, x + w / 2, rowY + rowH + 30);
  if (step) drawCurrent(row, step, scale, labels);
  if (!row.narrow) {
    const hint = input.scenario.request.hint;
    // A program's MAP_FIXED lies in a reservation that was searched for: then the search is what there is to say.
    if (placed && placed.by !== 'search' && search === undefined && drawn.placed && !step)
      labels.put(
        placed.by === 'fixed'
          ? ['MAP_FIXED: no search']
          : [`the hint ${formatAddress(hint)} is free: no search`, 'the hint is free: no search'],
        (drawn.placed.x0 + drawn.placed.x1) / 2,
        'middle',
        'ink',
        [rowY - 14],
      );
    drawLegend(row, legend, bracket, titleEnd, top, labels);
  }
  return { placed: drawn.placed, top: rowY, bottom: rowY + rowH + 18, toPx: scale.toPx };
};

/** What the true-scale bar hides, in a few words. */
const trueScaleAside = (
  { w, input }: Row,
  userTop: number,
  placed: { readonly start: number; readonly end: number } | undefined,
): string =>
  userTop < input.solution.prepared.arch.taskSize
    ? `the ${Math.log2(wholePower(userTop))}-bit window; a hint opens ${formatSize(wholePower(input.solution.prepared.arch.taskSize))}`
    : placed && (placed.end - placed.start) / userTop < 1 / w
      ? 'the new mapping is less than a pixel'
      : '';

/** The power of two that a user space is cut from: its end leaves out a page or two. */
const wholePower = (bytes: number): number => 2 ** Math.ceil(Math.log2(bytes));

/** The title line. Gives where its words end. */
const drawTitle = (
  row: Row,
  top: number,
  userTop: number,
  placed: { readonly start: number; readonly end: number } | undefined,
  legend: Legend,
): number => {
  const { s, x, w } = row;
  const y = top + 8;
  const title = write(s, { x, y, text: 'Virtual address space', size: 12.5, weight: 600, ink: 'ink' });
  const scaleText = `${formatSize(wholePower(userTop))}, true scale`;
  const aside = trueScaleAside(row, userTop, placed);
  const whole = aside === '' ? scaleText : `${scaleText}: ${aside}`;
  s.hits.push({
    x,
    y: top + 16,
    w,
    h: 16,
    lines: [`Bar: ${scaleText}`, ...(aside === '' ? [] : [aside]), 'click: look there'],
    addressAt: px => ((px - x) / w) * userTop,
  });
  const size = 11.5;
  const at = x + title + 14;
  const room = x + w - at;
  const width = (text: string): number => s.measure(text, { size });
  // The legend goes before the aside, which the bar's tip has too.
  const text =
    [whole, scaleText].find(t => width(t) + 20 + legend.line <= room) ??
    [whole, scaleText].find(t => width(t) <= room);
  if (text === undefined) return x + title;
  return at + write(s, { x: at, y, text, size, ink: 'mut' });
};

/** True scale: nothing is widened, except to 2 px. */
const drawTrueScale = (
  row: Row,
  barY: number,
  truePx: (address: number) => number,
  placed: { readonly start: number; readonly end: number } | undefined,
): void => {
  const { s, x, w } = row;
  const h = 9;
  s.marks.push({ kind: 'rect', x, y: barY, w, h, fill: 'gap', stroke: 'line' });
  const { index } = row.input.solution.prepared.mm.space;
  const userTop = row.userTop;
  let painted = x;
  for (let i = 0; i < index.count; ) {
    // Widened to 2 px where it stands, never pushed on: neighbours of less than a pixel share one mark.
    const at = Math.min(truePx(index.starts[i] ?? 0), x + w - 2);
    const x0 = Math.max(at, painted);
    const x1 = Math.min(Math.max(truePx(index.ends[i] ?? 0), at + 2), x + w);
    if (x1 > x0) {
      s.marks.push({ kind: 'rect', x: x0, y: barY, w: x1 - x0, h, fill: 'vma' });
      painted = x1;
    }
    // On to the next one that shows: tens of thousands may share a pixel.
    i = Math.max(i + 1, findVma(index, ((painted - x) / w) * userTop));
  }
  if (placed && row.step === undefined)
    s.marks.push({
      kind: 'rect',
      x: Math.min(truePx(placed.start), x + w - 2.5),
      y: barY - 1,
      w: Math.max(2.5, truePx(placed.end) - truePx(placed.start)),
      h: h + 2,
      fill: 'ink',
    });
};

/** What the items left for the search and the names to stand by. */
interface Drawn {
  readonly placed: { readonly x0: number; readonly x1: number } | undefined;
  readonly crossed: readonly { readonly x: number; readonly gap: number | undefined }[];
  readonly names: readonly { readonly x: number; readonly text: string; readonly first: boolean }[];
}

/** Whether a played search has come to a gap. */
const reached = ({ step, search }: Row, gap: number | undefined): boolean => {
  if (step === undefined || step.reached === 'all') return true;
  if (step.reached === 'nothing' || gap === undefined) return false;
  return search?.topDown === false ? gap <= step.reached : gap >= step.reached;
};

/** The words of a guard. Source: vm_start_gap(), include/linux/mm.h; stack_guard_gap, mm/mmap.c. */
const guardLines = (item: Extract<VaItem, { kind: 'guard' }>): readonly string[] => [
  item.rule === 'stack'
    ? `Guard of the stack above: ${formatSize(item.to - item.from)}`
    : `Guard of the shadow stack above: ${formatSize(item.to - item.from)}`,
  item.rule === 'stack'
    ? 'stack_guard_gap, 256 pages: no new mapping may end here, unless MAP_FIXED'
    : 'One page below a shadow stack, from 6.6 on',
  `${formatAddress(item.from)} to ${formatAddress(item.to)}`,
];

const drawItems = (
  row: Row,
  items: readonly VaItem[],
  segments: readonly Segment[],
  placed: { readonly start: number; readonly end: number } | undefined,
  labels: Labels,
): Drawn => {
  const { s, input, rowY, rowH, search } = row;
  let span: Drawn['placed'];
  const crossed: { x: number; gap: number | undefined }[] = [];
  const names: { x: number; text: string; first: boolean }[] = [];
  const newAt = segments[items.findIndex(i => i.kind === 'new')];
  const density = placed && newAt ? (placed.end - placed.start) / newAt.w : 2 ** 25;
  items.forEach((item, i) => {
    const seg = segments[i];
    if (!seg) return;
    const size = item.to - item.from;
    const mid = seg.x + seg.w / 2;
    const box = { x: seg.x, y: rowY, w: seg.w, h: rowH };
    const spot = { ...box, addresses: { from: item.from, to: item.to } };
    const range = `${formatAddress(item.from)} to ${formatAddress(item.to)}`;
    const figure = (ink: 'red' | 'mut', weight: number) => {
      const [number, unit] = twoLines(size);
      const both = { x: mid, weight, ink, align: 'middle' } as const;
      write(s, { ...both, y: rowY + rowH / 2 - 6, text: number, size: 11 });
      write(s, { ...both, y: rowY + rowH / 2 + 7, text: unit, size: 10.5 });
    };
    // Cut short: far more bytes to a pixel than where the new mapping is drawn.
    const cut = size > 2 ** 30 && size / seg.w > 4 * density && seg.w > 15;
    switch (item.kind) {
      case 'vmas': {
        drawVmas(row, item, seg, cut, names);
        const name =
          item.count === 1 || item.single
            ? item.name
            : `${formatCount(item.count)} mappings, the most of ${item.name}`;
        s.hits.push({
          ...spot,
          lines: [
            `${name}: ${aboutKind(item.what)}`,
            ...(item.single && item.count > 1 ? [`${formatCount(item.count)} mappings that touch`] : []),
            range,
            formatSize(size),
          ],
        });
        break;
      }
      case 'gap': {
        if (item.role === 'passed' || item.role === 'guarded') {
          const seen = reached(row, item.gap);
          figure(seen ? 'red' : 'mut', seen ? 600 : 400);
          crossed.push({ x: mid, gap: item.gap });
          const needed = formatSize(search?.needed ?? 0);
          s.hits.push({
            ...spot,
            lines: [
              item.role === 'passed'
                ? `Gap of ${formatSize(size)}: too small for ${needed}`
                : `Gap of ${formatSize(size)} and a guard: the guard of the mapping above cuts it`,
              range,
            ],
          });
        } else {
          if (item.role === 'free' && size > 2 ** 30 && seg.w > 15)
            fold(s, seg.w > 60 ? seg.x + 18 : mid, rowY, rowH);
          if (item.role === 'free' && seg.w > 66) {
            const text = [`free ${formatSize(size)}`, 'free'].find(
              t => s.measure(t, { size: 11 }) + 34 < seg.w,
            );
            if (text !== undefined)
              write(s, {
                x: seg.x + 24 + (seg.w - 24) / 2,
                y: rowY + rowH / 2,
                text,
                size: 11,
                ink: 'mut',
                align: 'middle',
              });
          }
          s.hits.push({ ...spot, lines: [`Free: ${formatSize(size)}`, range] });
        }
        break;
      }
      case 'guard':
        s.marks.push({ kind: 'hatch', ...box, stroke: 'mut', pitch: 4 });
        s.marks.push({
          kind: 'path',
          points: [
            [seg.x, rowY],
            [seg.x, rowY + rowH],
          ],
          stroke: 'mut',
          dash: [2, 2],
        });
        names.push({ x: mid, text: 'guard', first: false });
        s.hits.push({ ...spot, lines: guardLines(item) });
        break;
      case 'skipped': {
        s.marks.push({
          kind: 'rect',
          x: seg.x + 1.5,
          y: rowY + 1,
          w: seg.w - 3,
          h: rowH - 2,
          stroke: 'mut',
          dash: [3, 3],
        });
        figure('mut', 400);
        names.push({ x: mid, text: 'hole', first: true });
        s.hits.push({ ...spot, lines: [`Hole that alignment leaves: ${formatSize(size)}`, range] });
        break;
      }
      case 'unsearched':
        s.marks.push({ kind: 'hatch', ...box, stroke: 'dim' });
        if (cut || size > 2 ** 36) fold(s, mid, rowY, rowH);
        s.hits.push({ ...spot, lines: ['Not searched', range, formatSize(size)] });
        if (!row.narrow)
          for (const [k, text] of ['not', 'searched'].entries()) {
            const y = rowY - (17 - k * 11);
            const size = 10.5;
            const half = s.measure(text, { size }) / 2;
            write(s, { x: mid + 2, y, text, size, ink: 'mut', align: 'middle', halo: 'bg' });
            labels.block(mid + 2 - half, mid + 2 + half, y);
          }
        break;
      case 'new': {
        span = { x0: seg.x, x1: seg.x + seg.w };
        drawPlaced(row, seg);
        if (row.step === undefined) s.hits.push({ ...box, offsetAt: px => ((px - seg.x) / seg.w) * size });
        break;
      }
    }
  });
  // The new mapping's outline lies over its neighbours.
  if (span && row.step === undefined)
    s.marks.push({
      kind: 'rect',
      x: span.x0,
      y: rowY,
      w: span.x1 - span.x0,
      h: rowH,
      stroke: 'ink',
      strokeWidth: 2,
    });
  return { placed: input.solution.placement.ok ? span : undefined, crossed, names };
};

/** A stretch of mappings with its name and size on it, or its name for the line below. */
const drawVmas = (
  { s, rowY, rowH }: Row,
  item: Vmas,
  seg: Segment,
  cut: boolean,
  names: { x: number; text: string; first: boolean }[],
): void => {
  const mid = seg.x + seg.w / 2;
  drawBlock(s, item.what, seg.x + 0.5, rowY, Math.max(1.5, seg.w - 1), rowH);
  if (!item.single && seg.w > 26)
    // Several mappings in one: a stack of edges at its right end.
    for (const dx of [3, 6])
      s.marks.push({
        kind: 'path',
        points: [
          [seg.x + seg.w - dx, rowY],
          [seg.x + seg.w - dx, rowY + rowH],
        ],
        stroke: 'bg',
        strokeWidth: 1,
      });
  const text = nameOf(item);
  const ink = inkOn(item.what);
  const room = seg.w - (item.single ? 6 : 14);
  const style = { size: 11 };
  const inside = fitText(s, text, room, style);
  const upright = ink !== undefined && (inside === text || (item.neighbour && inside !== ''));
  if (cut) fold(s, upright ? seg.x + 10 : mid, rowY, rowH);
  if (!upright || ink === undefined) {
    // The hatch says as much as these words; only beside the new mapping they always stand.
    if (item.name !== 'no access' || item.neighbour) names.push({ x: mid, text, first: item.neighbour });
    return;
  }
  const size = formatSize(item.to - item.from);
  const at = { x: mid - (item.single ? 0 : 4), ink, align: 'middle' } as const;
  if (s.measure(size, { size: 10 }) <= room && !cut) {
    write(s, { ...at, y: rowY + 9, text: inside, ...style });
    write(s, { ...at, y: rowY + 21, text: size, size: 10 });
  } else
    write(s, {
      ...at,
      x: cut ? at.x + 8 : at.x,
      y: rowY + rowH / 2 - 2,
      text: cut ? fitText(s, text, room - 20, style) : inside,
      ...style,
    });
};

const drawPlaced = (row: Row, seg: Segment): void => {
  const { s, input, rowY: y, rowH: h } = row;
  const device = input.solution.device;
  const span = seg.to - seg.from;
  if (row.step) {
    // Not there yet: only where it will be.
    s.marks.push({
      kind: 'rect',
      x: seg.x + 1,
      y: y + 1,
      w: seg.w - 2,
      h: h - 2,
      stroke: 'mut',
      dash: [4, 4],
    });
    return;
  }
  if (device) {
    for (const run of device.units) {
      const x0 = seg.x + ((run.va - seg.from) / span) * seg.w;
      const runW = Math.max(2.5, ((run.size * run.count) / span) * seg.w);
      s.marks.push({
        kind: 'leaves',
        leaf: run.kind,
        x: x0,
        y: y + 2,
        w: Math.min(runW, seg.x + seg.w - x0),
        h: h - 4,
        first: x0,
        pitch: (run.size / span) * seg.w,
        corrupt: run.corrupt,
      });
    }
  } else s.marks.push({ kind: 'rect', x: seg.x, y: y + 2, w: seg.w, h: h - 4, fill: 'vma2' });
  const text = `new VMA ${formatSize(span)}`;
  const style = { size: 11.5, weight: 600 };
  if (s.measure(text, style) + 24 < seg.w)
    pill(s, seg.x + seg.w / 2, y + h / 2, text, {
      ...style,
      ink: 'ink',
      stroke: device?.leaves[0] ? `${device.leaves[0].kind}.text` : 'dim',
    });
};

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
}

/** The labels above the row: each finds a place where no other stands and no upright line strikes it through. */
class Labels {
  private readonly boxes: Box[] = [];
  private readonly row: Row;
  private readonly uprights: number[];

  constructor(row: Row, uprights: readonly number[]) {
    this.row = row;
    this.uprights = [...uprights];
  }

  /** An upright line that labels keep clear of. */
  upright(x: number): void {
    this.uprights.push(x);
  }

  /** A stretch at height `y` that labels keep clear of. */
  block(a: number, b: number, y: number): void {
    this.boxes.push({ x0: Math.min(a, b), x1: Math.max(a, b), y });
  }

  /** Whether no label stands between two heights. */
  empty(x0: number, x1: number, y0: number, y1: number): boolean {
    return this.boxes.every(b => b.y < y0 || b.y > y1 || b.x1 <= x0 || b.x0 >= x1);
  }

  private clear(x0: number, x1: number, y: number): boolean {
    return (
      this.uprights.every(u => u < x0 - 3 || u > x1 + 3) &&
      this.boxes.every(b => Math.abs(b.y - y) >= 12 || b.x1 + 8 <= x0 || b.x0 - 8 >= x1)
    );
  }

  /**
   * Writes the first of the wordings, long to short, that has room on one of the lines, as near to `x` as it can. Where
   * none has, the shortest stands on a plate.
   */
  put(
    wordings: readonly string[],
    x: number,
    align: 'start' | 'middle' | 'end',
    ink: 'ink' | 'red' | 'mut',
    lines: readonly number[],
  ): void {
    const { s } = this.row;
    const style = { size: 11.5, weight: 600 };
    wordings.some((text, i) => {
      const w = s.measure(text, style);
      const wanted = align === 'start' ? x : align === 'end' ? x - w : x - w / 2;
      const clamp = (at: number): number =>
        Math.min(Math.max(at, this.row.x), Math.max(this.row.x, this.row.x + this.row.w - w));
      const stops = [wanted, ...this.uprights.flatMap(u => [u + 5, u - 5 - w])];
      for (const b of this.boxes) stops.push(b.x1 + 10, b.x0 - 10 - w);
      const best = lines
        .flatMap((y, line) =>
          stops.map(at => ({ at: clamp(at), y, cost: Math.abs(clamp(at) - wanted) + line * 60 })),
        )
        .filter(t => this.clear(t.at, t.at + w, t.y))
        .sort((a, b) => a.cost - b.cost)[0];
      if (best === undefined && i < wordings.length - 1) return false;
      const at = best?.at ?? clamp(wanted);
      const y = best?.y ?? lines[0] ?? this.row.rowY;
      write(s, { x: at, y, text, ...style, ink, halo: 'bg', plate: best === undefined });
      this.boxes.push({ x0: at, x1: at + w, y });
      return true;
    });
  }
}

/** The search as a line that hops from the limit over the gaps that were too small to the one taken. */
const drawSearch = (row: Row, search: FinalSearch, scale: Scale, drawn: Drawn, labels: Labels): void => {
  const { s, input, rowY, rowH, laneY, step } = row;
  const { prepared } = input.solution;
  const hopY = rowY - 9;
  const start = search.topDown
    ? Math.min(scale.toPx(Math.min(search.high, prepared.arch.taskSize - 4096)), row.x + row.w - 1)
    : scale.toPx(search.low);
  s.marks.push({
    kind: 'path',
    points: [
      [start, row.bracketY],
      [start, rowY + rowH + 2],
    ],
    stroke: 'ink',
    strokeWidth: 1.5,
  });
  labels.upright(start);
  const limit = search.topDown ? search.high : search.low;
  const name =
    search.topDown && search.high === prepared.mm.space.layout.mmapBase ? 'mmap_base' : 'search from';
  // Far enough apart for the halo of the one to spare the letters of the other.
  const upper = laneY + 24;
  const middle = laneY + 39.5;
  labels.put(
    row.narrow ? [name] : [`${name} ${formatAddress(limit)}`, name],
    search.topDown ? start - 5 : start + 5,
    search.topDown ? 'end' : 'start',
    'ink',
    [upper],
  );

  const stops = drawn.crossed
    .filter(c => reached(row, c.gap))
    .sort((a, b) => (search.topDown ? b.x - a.x : a.x - b.x));
  let at = start;
  const hop = (to: number, dy: number, rise: number) => {
    s.marks.push({
      kind: 'hop',
      from: [at, hopY],
      to: [to, hopY + dy],
      rise,
      stroke: 'ink',
      strokeWidth: 1.5,
    });
    at = to;
  };
  for (const stop of stops) hop(stop.x, 0, 9);
  const last = at;
  const arrived = step === undefined || step.current?.kind === 'taken' || step.reached === 'all';
  const goal =
    search.taken === undefined || !arrived
      ? undefined
      : scale.toPx(search.topDown ? search.taken.edge - 4096 : search.taken.edge);
  const goalX = goal === undefined ? undefined : search.topDown ? goal + 1 : goal;
  if (goalX !== undefined) {
    if (Math.abs(goalX - at) > 3) hop(goalX, 4, 12);
    triangle(s, goalX, rowY - 5, 4.5, 'down', 'ink');
  }
  for (const stop of stops) cross(s, stop.x, hopY, 4.5);
  labels.block(start, at, rowY - 14);

  if (step === undefined && search.passedCount > 0) {
    const many = search.passedCount;
    const asked = alignUp(input.scenario.request.length, input.solution.prepared.arch.page);
    const pad = search.needed - asked;
    const needed = pad > 0 ? `${formatSize(asked)} + ${formatSize(pad)}` : formatSize(search.needed);
    const text =
      many === 1 ? `1 gap too small for ${needed}` : `${formatCount(many)} gaps too small for ${needed}`;
    const passed = stops.length;
    const extra =
      passed > 0 && passed < many && !row.narrow
        ? `, the ${passed === 1 ? 'largest' : `${passed} largest`} shown`
        : '';
    const xs = stops.map(c => c.x);
    const mid = xs.length > 0 ? (Math.min(...xs) + Math.max(...xs)) / 2 : last;
    const short = many === 1 ? '1 gap too small' : `${formatCount(many)} gaps too small`;
    labels.put([text + extra, text, short], mid, 'middle', 'red', [middle, upper]);
  }
  if (step === undefined && search.taken !== undefined && !row.narrow && drawn.placed) {
    const { index } = prepared.mm.space;
    const gap = search.taken.gap;
    const from = gap === 0 ? 0 : (index.ends[gap - 1] ?? 0);
    const to = Math.min(index.starts[gap] ?? Number.POSITIVE_INFINITY, search.high);
    const free = `${formatSize(Math.max(0, to - Math.max(from, search.low)))} free`;
    const side = (goalX ?? drawn.placed.x1) + (search.topDown ? -12 : 12);
    labels.put(
      [`${free}: take its ${search.topDown ? 'top' : 'bottom'}`, free],
      side,
      search.topDown ? 'end' : 'start',
      'ink',
      [rowY - 17, middle],
    );
  }
};

/** The gap that a played search looks at: outlined, with its size against the size needed. */
const drawCurrent = (row: Row, step: ShownStep, scale: Scale, labels: Labels): void => {
  const { current } = step;
  if (!current) return;
  const { s, rowY, rowH, laneY } = row;
  const x0 = scale.toPx(current.from);
  const x1 = Math.max(scale.toPx(current.to), x0 + 3);
  s.marks.push({
    kind: 'rect',
    x: x0 - 1,
    y: rowY - 2,
    w: x1 - x0 + 2,
    h: rowH + 4,
    stroke: current.kind === 'taken' ? 'ink' : 'red',
    strokeWidth: 2.5,
  });
  const size = formatSize(current.size);
  const needed = formatSize(current.needed);
  const text =
    current.kind === 'passed'
      ? `${size} < ${needed}`
      : current.kind === 'guarded'
        ? `${size}, but a guard cuts it`
        : `${size} \u2265 ${needed}`;
  labels.put([text], (x0 + x1) / 2, 'middle', current.kind === 'taken' ? 'ink' : 'red', [
    laneY + 39.5,
    laneY + 24,
  ]);
};

/** The line under the row: the new mapping's bounds first, then as many names as have room. */
const drawNames = (
  { s, x, w, rowY, rowH, step }: Row,
  { names, placed: span }: Drawn,
  placed: { readonly start: number; readonly end: number } | undefined,
): void => {
  const y = rowY + rowH + 10;
  const taken: { x0: number; x1: number }[] = [];
  const free = (x0: number, x1: number): boolean =>
    x0 >= x - 2 && x1 <= x + w + 2 && taken.every(t => x1 + 6 <= t.x0 || x0 - 6 >= t.x1);
  if (placed && span && step === undefined) {
    const style = { size: 11, mono: true };
    const [a, b] = [formatAddress(placed.start), formatAddress(placed.end)];
    const [aw, bw] = [s.measure(a, style), s.measure(b, style)];
    // Side by side under the block where both fit, else hanging out to its left and right.
    const fits = aw + bw + 10 <= span.x1 - span.x0;
    const ax = Math.max(x, fits ? span.x0 : Math.min(span.x0, span.x1 - bw - aw - 10));
    write(s, { x: ax, y, text: a, ...style, ink: 'ink' });
    const bx = Math.max(ax + aw + 10, span.x1 - bw);
    write(s, { x: bx, y, text: b, ...style, ink: 'ink' });
    taken.push({ x0: ax, x1: bx + bw });
  }
  for (const name of [...names].sort((a, b) => Number(b.first) - Number(a.first))) {
    const width = s.measure(name.text, { size: 11 });
    // A name may move aside a little; its own block is still the nearest.
    const mid = [name.x, name.x + 12, name.x - 12, x + width / 2, x + w - width / 2]
      .filter(m => Math.abs(m - name.x) <= 40)
      .find(m => free(m - width / 2, m + width / 2));
    if (mid === undefined) continue;
    taken.push({ x0: mid - width / 2, x1: mid + width / 2 });
    write(s, { x: mid, y, text: name.text, size: 11, ink: 'mut', align: 'middle' });
  }
};

/** The kinds in the row, and what room they take on one line. */
interface Legend {
  readonly kinds: typeof vmaKinds;
  readonly widths: readonly number[];
  readonly line: number;
}

const legendOf = (row: Row, items: readonly VaItem[]): Legend => {
  const present = new Set(items.map(i => (i.kind === 'vmas' ? i.what : undefined)));
  const kinds = row.narrow ? [] : vmaKinds.filter(k => present.has(k.kind));
  const widths = kinds.map(k => 16 + 19 + row.s.measure(k.label, { size: 10.5 }));
  return { kinds, widths, line: widths.reduce((a, b) => a + b, 0) };
};

/** What the blocks mean: on the title line, else in the part of the lane that nothing needs, else nowhere. */
const drawLegend = (
  row: Row,
  { kinds, widths, line }: Legend,
  bracket: { readonly x0: number; readonly x1: number },
  titleEnd: number,
  top: number,
  labels: Labels,
): void => {
  const { s, x, w, laneY } = row;
  if (kinds.length < 2) return;
  const swatch = 16;
  const entry = (at: number, y: number, k: (typeof kinds)[number]) => {
    drawBlock(s, k.kind, at, y - 6, swatch, 11);
    write(s, { x: at + swatch + 5, y, text: k.label, size: 10.5, ink: 'mut' });
  };
  if (titleEnd + 20 + line <= x + w) {
    let at = x + w - line;
    kinds.forEach((k, i) => {
      entry(at, top + 8, k);
      at += widths[i] ?? 0;
    });
    return;
  }
  const column = Math.max(...widths);
  const columns = Math.ceil(kinds.length / 3);
  const need = columns * column;
  const up = row.search?.topDown === false;
  const from = up ? x + w - need : x;
  if (up ? from < bracket.x1 + 14 : from + need > bracket.x0 - 14) return;
  if (!labels.empty(from - 4, from + need, laneY, laneY + 60)) return;
  kinds.forEach((k, i) => {
    entry(from + Math.floor(i / 3) * column, laneY + (14 + (i % 3) * 15), k);
  });
};

const drawNoPlace = ({ s, input, search }: Row, x: number, y: number): void => {
  if (input.solution.placement.ok) return;
  const text =
    search && search.taken === undefined
      ? `No gap holds ${formatSize(search.needed)}; the largest is ${formatSize(search.largest)}`
      : 'mmap() refuses this request: see the verdict';
  write(s, { x, y, text, size: 13, weight: 600, ink: 'red', align: 'middle' });
};
