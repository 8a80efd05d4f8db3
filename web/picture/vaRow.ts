import { endOf, findVma, startOf } from '../../src/space/gapIndex.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { foldedScale } from '../draw/scale.ts';
import { spaceShown } from '../scenario/spaceShown.ts';
import { lensOnBracket, write } from './sheet.ts';
import type { Moving, PictureInput, Sheet } from './types.ts';
import { Labels } from './vaLabels.ts';
import { foldRow, type Row } from './vaLayout.ts';
import { drawLegend, drawNames, type Legend, legendOf } from './vaNames.ts';
import { drawCurrent, drawNoPlace, drawSearch } from './vaSearch.ts';
import { type Folded, slidSegments } from './vaSlide.ts';
import { type Drawn, drawItems } from './vaStretches.ts';

/** Where the folded row put the new mapping, for the trapezoid below it. */
export interface VaRow {
  readonly placed: Drawn['placed'];
  /** Upper edge of the folded row. */
  readonly top: number;
  readonly bottom: number;
  /** Where the folded row shows an address. */
  readonly toPx: (address: number) => number;
}

/** Height of the address space's part of the drawing, in its pixels. */
export const VA_ROW_HEIGHT = 152;

let known: { readonly to: object; readonly w: number; readonly row: Folded } | undefined;

/** The folded row at the end of a slide; worked out once, not for each frame of it. */
const endOfWay = (row: Row, to: NonNullable<Moving['to']>, userTop: number): Folded => {
  if (known?.to === to && known.w === row.w) return known.row;
  const { placement } = to.solution;
  const there = { ...row, input: { ...row.input, ...to }, search: to.search };
  known = { to, w: row.w, row: foldRow(there, placement.ok ? placement : undefined, userTop) };
  return known.row;
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
    (endOf(index, index.count - 1) ?? 0) <= arch.window + 4096
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
  const folded = foldRow(row, placed, userTop);
  const { items } = folded;
  const moving = input.comb?.to === undefined ? undefined : input.comb;
  const segments =
    (moving?.to && slidSegments(folded, endOfWay(row, moving.to, userTop), moving.done)) ?? folded.segments;
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
  lensOnBracket(
    s,
    { y: laneY, x0: truePx(lensFrom), x1: Math.min(x + w, Math.max(truePx(lensTo), truePx(lensFrom) + 1)) },
    { y: row.bracketY, ...bracket },
    rowY,
  );

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
  const { index } = spaceShown(row.input.solution);
  const userTop = row.userTop;
  let painted = x;
  for (let i = 0; i < index.count; ) {
    // Widened to 2 px where it stands, never pushed on: neighbours of less than a pixel share one mark.
    const at = Math.min(truePx(startOf(index, i) ?? 0), x + w - 2);
    const x0 = Math.max(at, painted);
    const x1 = Math.min(Math.max(truePx(endOf(index, i) ?? 0), at + 2), x + w);
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
