import { formatSize } from '../../src/text.ts';
import { mod } from '../../src/units.ts';
import type { Point } from '../draw/marks.ts';
import { sameViewport } from '../draw/viewport.ts';
import { besideOf } from './beside.ts';
import { drawLadder, ladderHeight } from './ladder.ts';
import { drawPaRow, PA_ROW_HEIGHT } from './paRow.ts';
import { lensOnBracket, write } from './sheet.ts';
import type { Picture, PictureInput, Sheet } from './types.ts';
import { drawVaRow, VA_ROW_HEIGHT, type VaRow } from './vaRow.ts';
import { drawZipper, type ZipperBands } from './zipper.ts';

const LENS = 42;
/** Of that, from the folded row to the bracket over the titles of the panes. */
const LENS_DROP = 9;
const LEAVES = 64;
const LANE = 40;
/** The true scale under the physical row: the first to go below where height is dear. */
const PA_SCALE_HEIGHT = 42;
/** An axis below the lower jaw, and the verdicts below that. */
const VERDICT = 44;
const LOWER_LENS = 20;
/** With it all of the picture stands in a window of 1440 by 900, in the 762 px that the lines around leave. */
const LEAST_JAW = 65;
const MOST_JAW = 190;
/** The addresses under the row of the address space, and half the height of the words upon its mapping. */
const VA_LINE = 18;
const PILL = 11;
const TOP = 6;

/** The row of the address space as it was drawn last. */
let lastRow:
  | {
      readonly input: PictureInput;
      readonly x: number;
      readonly w: number;
      readonly sheet: Sheet;
      readonly row: VaRow;
    }
  | undefined;

/** Whether the row of one picture is that of another: it has no crosshair, and does not walk page tables. */
const sameRow = (a: PictureInput, b: PictureInput): boolean =>
  a.scenario === b.scenario &&
  a.solution === b.solution &&
  a.search === b.search &&
  a.step === b.step &&
  a.comb === b.comb &&
  a.measure === b.measure &&
  sameViewport(a.viewport, b.viewport);

/** The row of the address space. It is the dearest of the four, so a crosshair that moves leaves it as it is. */
const vaRowOf = (s: Sheet, input: PictureInput, x: number, w: number): VaRow => {
  if (lastRow === undefined || lastRow.x !== x || lastRow.w !== w || !sameRow(lastRow.input, input)) {
    const sheet: Sheet = { marks: [], hits: [], measure: input.measure };
    lastRow = { input, x, w, sheet, row: drawVaRow(sheet, input, x, TOP, w) };
  }
  s.marks.push(...lastRow.sheet.marks);
  s.hits.push(...lastRow.sheet.hits);
  return lastRow.row;
};

/**
 * The whole Map as a draw list: address space, zipper, physical ranges, page tables, from top to bottom. A pure
 * function of what is given: the screen and every export paint the same list.
 */
export const drawMap = (input: PictureInput): Picture => {
  const s: Sheet = { marks: [], hits: [], measure: input.measure };
  const margin = input.width < 600 ? 14 : 24;
  const x = margin;
  const w = input.width - 2 * margin;
  const { device, prepared } = input.solution;
  const levels = prepared.arch.levels.length;
  const above = TOP + VA_ROW_HEIGHT + LENS + LEAVES + LANE + VERDICT + LOWER_LENS + PA_ROW_HEIGHT + 8;
  const fixed = above + (input.tablesBelow ? -PA_SCALE_HEIGHT : ladderHeight(levels));
  // A fifth level takes its row from the jaws.
  const least = LEAST_JAW - Math.max(0, levels - 4) * 14;
  // As much of the height to spare as a wide picture bears.
  const most = Math.max(MOST_JAW, w * 0.17);
  const share = Math.min(most, Math.max(least, (input.height - fixed) / 2));
  const height = Math.max(input.height, above + ladderHeight(levels) + 2 * share);
  // Beyond what a jaw needs, the leaves and the lane grow with it.
  const extra = Math.max(0, share - MOST_JAW);
  const jaw = share - extra / 2;
  const leaves = LEAVES + 0.8 * extra;
  const lane = LANE + 0.2 * extra;

  const va = vaRowOf(s, input, x, w);
  const zipTop = TOP + VA_ROW_HEIGHT + LENS;
  const bands: ZipperBands = {
    titleY: zipTop - 24,
    vaY: zipTop,
    jawH: jaw,
    leavesY: zipTop + jaw + 2,
    leavesH: leaves - 4,
    laneH: lane,
    paY: zipTop + jaw + leaves + lane,
    verdictY: zipTop + 2 * jaw + leaves + lane + 30,
  };
  const paY = zipTop + 2 * jaw + leaves + lane + VERDICT + LOWER_LENS;
  const ladderY = paY + PA_ROW_HEIGHT + 8;
  let first: Picture['first'];
  if (device) {
    const under: Sheet = { marks: [], hits: s.hits, measure: s.measure };
    const { mapping } = device;
    const length = mapping.end - mapping.start;
    const pane = drawZipper(
      under,
      {
        crosshair: input.crosshair,
        pane: input.pane,
        viewport: input.viewport,
        comb: input.comb,
        contiguous: prepared.arch.contiguous,
        beside: besideOf(input, mapping),
        axis: true,
      },
      device,
      x,
      w,
      bands,
    );
    if (pane.view !== undefined) first = { view: pane.view, x0: pane.x0, x1: pane.x1 };
    /** Where the folded row shows an offset; within the mapping by the mapping's own stretch. */
    const rowAt = (offset: number): number =>
      va.placed === undefined || offset < 0 || offset > length
        ? va.toPx(mapping.start + offset)
        : va.placed.x0 + (offset / length) * (va.placed.x1 - va.placed.x0);
    const paneAt = (offset: number): number =>
      pane.x0 + ((offset - pane.from) / (pane.to - pane.from)) * (pane.x1 - pane.x0);
    const bracketY = va.bottom + LENS_DROP;
    lensOnBracket(
      s,
      { y: va.bottom, x0: rowAt(pane.from), x1: rowAt(pane.to) },
      { y: bracketY, x0: pane.x0, x1: pane.x1 },
      bands.vaY,
    );
    if (input.crosshair !== undefined) {
      const cx = rowAt(input.crosshair);
      // Not through the words upon the mapping, nor through the addresses under the row.
      const row = va.bottom - VA_LINE;
      const words =
        va.placed !== undefined && Math.abs(cx - (va.placed.x0 + va.placed.x1) / 2) < va.placed.pill / 2;
      if (words) {
        const middle = (va.top + row) / 2;
        dotted(s, [cx, va.top], [cx, middle - PILL]);
        dotted(s, [cx, middle + PILL], [cx, row]);
      } else dotted(s, [cx, va.top], [cx, row]);
      if (input.crosshair >= pane.from && input.crosshair <= pane.to) {
        const px = paneAt(input.crosshair);
        dotted(s, [cx, va.bottom], [px, bracketY]);
        dotted(s, [px, bracketY], [px, bands.vaY]);
      }
    }
    s.marks.push(...under.marks);
    // The part of the mapping that the pane shows is magnified from the physical row.
    const from = Math.max(pane.from, 0);
    const to = Math.min(pane.to, length);
    drawPaRow(
      s,
      input,
      device,
      x,
      paY,
      w,
      to > from ? { y: bands.verdictY + 12, x0: paneAt(from), x1: paneAt(to), from, to } : undefined,
    );
    drawLadder(s, input, device, x, ladderY, w);
  } else {
    drawEmpty(s, input, x, w, bands);
    if (input.scenario.request.file === 'vfio') drawPaRow(s, input, undefined, x, paY, w, undefined);
  }
  return { marks: s.marks, hits: s.hits, height, first };
};

/** A piece of the crosshair. */
const dotted = (s: Sheet, a: Point, b: Point): void => {
  s.marks.push({ kind: 'path', points: [a, b], stroke: 'ink', strokeWidth: 1.2, dash: [2, 3] });
};

/** Outlines where there are no leaves to show, and why. */
const drawEmpty = (s: Sheet, input: PictureInput, x: number, w: number, b: ZipperBands): void => {
  const { placement, prepared } = input.solution;
  const bottom = b.paY + b.jawH;
  s.marks.push({
    kind: 'rect',
    x: x + 0.5,
    y: b.vaY,
    w: w - 1,
    h: bottom - b.vaY,
    stroke: 'line',
    dash: [4, 4],
  });
  const mid = x + w / 2;
  const y = (b.vaY + bottom) / 2;
  if (!placement.ok) {
    write(s, { x: mid, y, text: 'No mapping, so no leaves.', size: 13, ink: 'mut', align: 'middle' });
    return;
  }
  const pmd = prepared.arch.pmdSize;
  const residue = mod(placement.start - input.scenario.request.offset, pmd);
  write(s, {
    x: mid,
    y: y - 10,
    text:
      residue === 0
        ? `Congruent to its offset modulo ${formatSize(pmd)}`
        : `${formatSize(residue)} off its offset modulo ${formatSize(pmd)}`,
    size: 15,
    weight: 600,
    ink: 'ink',
    align: 'middle',
  });
  const aside = 'Placement only: choose a VFIO BAR to see leaves.';
  write(s, { x: mid, y: y + 14, text: aside, size: 12.5, ink: 'mut', align: 'middle' });
};
