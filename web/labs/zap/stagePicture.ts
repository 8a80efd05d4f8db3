import type { ZapView } from '../../../src/scenario/scenario.ts';
import { designOf } from '../../../src/zap/designs.ts';
import type { Step } from '../../../src/zap/machine.ts';
import type { Square } from '../../../src/zap/square.ts';
import { HALL, HALL_SMALL, type HallScene, largest, shifted } from '../../picture/hall.ts';
import { labelsWithin } from '../../picture/labels.ts';
import { fitText, write } from '../../picture/sheet.ts';
import type { Sheet } from '../../picture/types.ts';
import { wrap } from '../../picture/wrap.ts';
import { type Shown, shownOf } from './race.ts';
import { drawShare } from './sharePicture.ts';
import {
  boxOf,
  clearOf,
  drawBlocks,
  drawEdges,
  drawPlaces,
  type Grid,
  LARGE,
  pointsOf,
} from './squarePicture.ts';
import { causeLines, figureOf } from './words.ts';

/** Room for the zapper's steps on the left, and for the mapper's in two lines above. */
const LEFT = 166;
const TOP = 48;
const BOTTOM = 12;
const RING = 11;

/** A step in few words. What a lock does is a block of the square and needs none. */
const stepWords = ({ act, label }: Step): string | undefined =>
  act.do === 'lock' || act.do === 'unlock' ? undefined : label.replace(/ unless .*$/, '');

/** The names of the steps that are no locks: the mapper's above, on two lines where they are near, the zapper's beside. */
const nameSteps = (s: Sheet, { race }: Shown, grid: Grid, right: number): void => {
  const labels = labelsWithin(s, 0, right, 10);
  const style = { size: 12, ink: 'ink', weight: 600 } as const;
  labels.put([{ text: 'mapper →', x: LEFT - 22, y: TOP - 18, align: 'end' }], { ...style, ink: 'mut' });
  labels.put([{ text: 'zapper ↓', x: LEFT - 22, y: TOP + 4, align: 'end' }], { ...style, ink: 'mut' });
  for (const [i, step] of race.mapper.entries()) {
    const text = stepWords(step);
    if (text === undefined) continue;
    const x = (grid.x(i) + grid.x(i + 1)) / 2;
    const box = labels.put(
      [TOP - 18, TOP - 36].map(y => ({ text, x, y, align: 'middle' as const })),
      style,
    );
    if (box === undefined) continue;
    const from = box.y + box.h + 1;
    s.marks.push({
      kind: 'path',
      points: [
        [x, from],
        [x, TOP - 6],
      ],
      stroke: 'dim',
      strokeWidth: 1,
    });
    // Nothing is written over the line to its step.
    labels.block({ x: x - 2, y: from, w: 4, h: TOP - from });
  }
  for (const [i, step] of race.zapper.entries()) {
    const text = stepWords(step);
    const y = (grid.y(i) + grid.y(i + 1)) / 2;
    if (text === undefined) continue;
    labels.put([{ text: fitText(s, text, LEFT - 22, style), x: LEFT - 22, y, align: 'end' }], style);
    s.marks.push({
      kind: 'path',
      points: [
        [LEFT - 18, y],
        [LEFT - 8, y],
      ],
      stroke: 'dim',
      strokeWidth: 1,
    });
  }
};

const nameBlocks = (s: Sheet, { square }: Shown, grid: Grid): void => {
  const end = grid.x(square.race.mapper.length) + (grid.x(1) - grid.x(0)) / 2;
  const boxes = square.blocks.map(b => boxOf(b, grid, end));
  const named = new Set<string>();
  for (const [i, { lock }] of square.blocks.entries()) {
    const box = boxes[i];
    if (box === undefined || named.has(lock)) continue;
    const free = clearOf(
      box,
      boxes.filter(b => b !== box),
    );
    const words = lock === 'rmap' ? 'i_mmap lock' : 'driver lock';
    const lines = wrap(words, free.x1 - free.x0 - 8, s.measure, HALL_SMALL);
    if (lines.some(l => s.measure(l, { size: HALL_SMALL }) > free.x1 - free.x0)) continue;
    named.add(lock);
    for (const [k, text] of lines.entries())
      write(s, {
        x: (free.x0 + free.x1) / 2,
        y: (free.y0 + free.y1) / 2 + (k - (lines.length - 1) / 2) * 14,
        text,
        size: HALL_SMALL,
        ink: 'mut',
        align: 'middle',
        halo: 'gap',
      });
  }
};

/** Beside the square: the design, how many orders end how, and what decides the one that is drawn. */
const tellResult = (
  s: Sheet,
  { square, design, dropped, told }: Shown,
  x: number,
  height: number,
  asked: boolean,
): void => {
  const { ends } = square.root;
  const { count, of, what } = figureOf(ends);
  const ink = count > 0 ? 'red' : 'ink';
  const room = HALL.width - x - 4;
  const { id, title } = designOf(design);
  const name = `${id}: ${title.replaceAll('`', '')}${dropped.length > 0 ? `, ${dropped.length} taken out` : ''}`;
  const bold = { weight: 600 };
  const titleSize = 15;
  const lines = wrap(name, room, (t, z) => s.measure(t, { ...z, ...bold }), titleSize);
  let y = height > HALL.low ? 22 : 12;
  for (const text of lines.slice(0, 3)) {
    write(s, { x, y, text, size: titleSize, ...bold, ink: 'ink' });
    y += 18;
  }
  if (asked) return;
  y += 30;
  const figure = `${count} of ${of}`;
  const big = largest(s, [figure], [60, 50, 44, 38, 32], room, { weight: 700 });
  write(s, { x, y, text: figure, size: big?.size ?? 28, weight: 700, ink });
  y += 46;
  const words = largest(s, [what], [19, 17, 15, 13, 12], room, bold);
  write(s, {
    x,
    y,
    text: words?.text ?? fitText(s, what, room, { size: HALL_SMALL }),
    size: words?.size ?? HALL_SMALL,
    ...bold,
    ink,
  });
  y += 22;
  // True to scale: so much of all orders.
  for (const m of drawShare(ends, room, 22)) s.marks.push(shifted(m, x, y));
  y += 36;
  if (ends.good > 0 && ends.good < of) {
    write(s, { x, y, text: `${ends.good} end well`, size: 12, ink: 'mut' });
    y += 20;
  }
  y += 14;
  if (told === undefined) return;
  const tone = told.ending === 'good' ? 'ink' : 'red';
  s.marks.push({ kind: 'circle', x: x + RING, y: y + 9, r: RING, stroke: tone, strokeWidth: 2.5 });
  const left = 2 * RING + 10;
  const said = causeLines(told.cause);
  const size =
    [15, 14, 13, 12].find(z => said.every(text => s.measure(text, { ...bold, size: z }) <= room - left)) ??
    HALL_SMALL;
  for (const [i, text] of said.entries())
    write(s, {
      x: x + left,
      y: y + i * 18,
      text: fitText(s, text, room - left, { ...bold, size }),
      size,
      ...bold,
      ink: tone,
    });
};

/** The square before anybody is told what comes of it: each order is one of many. */
const untold = (square: Square): Square => ({
  ...square,
  places: square.places.map(p => ({ ...p, outlooks: ['either'], stuck: false })),
  edges: square.edges.map(e => ({ ...e, outlooks: ['either'] })),
});

const drawShown = (s: Sheet, shown: Shown, height: number, asked: boolean): void => {
  const { race } = shown;
  const square = asked ? untold(shown.square) : shown.square;
  const { turns, at, told } = asked ? { turns: [], at: 0, told: undefined } : shown;
  // A step is as long down as to the right.
  const pitch = Math.min(
    (height - TOP - BOTTOM) / race.zapper.length,
    (HALL.width * 0.45) / Math.max(1, race.mapper.length),
  );
  const grid: Grid = { x: m => LEFT + m * pitch, y: z => TOP + z * pitch, grain: LARGE };
  drawBlocks(s.marks, square, grid, undefined);
  const points = pointsOf(turns.slice(0, at), grid);
  const tone = told === undefined || told.ending === 'good' ? 'ink' : 'red';
  if (points.length > 1) s.marks.push({ kind: 'path', points, stroke: tone, strokeWidth: 14, alpha: 0.4 });
  drawEdges(s.marks, square, grid);
  drawPlaces(s.marks, square, grid);
  const [from, to] = told?.turn === undefined ? [] : pointsOf(turns, grid).slice(told.turn, told.turn + 2);
  if (told !== undefined && from !== undefined && to !== undefined)
    s.marks.push({
      kind: 'circle',
      x: (from[0] + to[0]) / 2,
      y: (from[1] + to[1]) / 2,
      r: RING,
      stroke: tone,
      strokeWidth: 2.5,
    });
  nameBlocks(s, shown, grid);
  const right = grid.x(race.mapper.length);
  nameSteps(s, shown, grid, right + 40);
  tellResult(s, shown, right + 56, height, asked);
};

/** The lab of the zap for a hall: the square of paths with one order on it, and how many orders end how. */
export const zapOnStage = (view: ZapView): HallScene => {
  const shown = shownOf(view);
  const { count, of, what } = figureOf(shown.square.root.ends);
  return {
    number: undefined,
    draw: (height, measure) => {
      const s: Sheet = { marks: [], hits: [], measure };
      drawShown(s, shown, height, false);
      return s.marks;
    },
    asked: (height, measure) => {
      const s: Sheet = { marks: [], hits: [], measure };
      drawShown(s, shown, height, true);
      return s.marks;
    },
    words: `${count} of ${of} ${what}.`,
  };
};
