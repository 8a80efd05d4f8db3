import type { Who } from '../../../src/zap/machine.ts';
import type { Block, Outlook, Square } from '../../../src/zap/square.ts';
import type { Told } from '../../../src/zap/tell.ts';
import type { Ink, Mark, Measure, Point } from '../../draw/marks.ts';
import { wrap } from '../../picture/wrap.ts';
import { badWords, causeLines, lockWords } from './words.ts';

/** What the square is drawn from. */
export interface SquareInput {
  readonly square: Square;
  /** The order drawn on it, and how many of its turns have been taken. */
  readonly turns: readonly Who[];
  readonly at: number;
  /** How the order ends, where it does. */
  readonly told: Told | undefined;
  /** The mapper: a letter and words. */
  readonly title: string;
  /** CSS pixels. */
  readonly width: number;
  /** Height of a row. */
  readonly row: number;
  readonly measure: Measure;
}

/** A draw list, and the position of the square that a point of it means. */
export interface SquarePicture {
  readonly marks: readonly Mark[];
  readonly height: number;
  readonly placeAt: (
    x: number,
    y: number,
  ) => { readonly mapper: number; readonly zapper: number } | undefined;
}

const SIZE = 11;
/** Below this width of a column its step has a number instead of words. */
const NUMBERED = 46;
const WIDEST = 116;
const NARROW = 520;

const inkOf: Readonly<Record<Outlook, Ink>> = { good: 'ink', either: 'dim', bad: 'red' };
/** Where several outlooks share a place, each keeps to its side: in steps of the distance between them. */
const sideOf: Readonly<Record<Outlook, number>> = { good: -1, either: 0, bad: 1 };

/** Sizes of the marks of a place. */
interface Grain {
  readonly r: number;
  readonly line: number;
  /** Between outlooks that share a place or an edge. */
  readonly apart: number;
  readonly dash: readonly number[];
}
/** Marks of a square that is looked at; those of a small one stand for it among others. */
export const LARGE: Grain = { r: 4.5, line: 2, apart: 5.5, dash: [4, 3] };
const SMALL: Grain = { r: 1.9, line: 1.1, apart: 1.5, dash: [2.2, 1.6] };

/** The grid: where a position lies. */
export interface Grid {
  readonly x: (mapper: number) => number;
  readonly y: (zapper: number) => number;
  readonly grain: Grain;
}

const outlooksApart = (all: readonly Outlook[], grain: Grain): readonly (readonly [Outlook, number])[] =>
  all.map(o => [o, all.length === 1 ? 0 : sideOf[o] * grain.apart] as const);

/** The steps of the square as lines, each with the outlooks after it. */
export const drawEdges = (marks: Mark[], { edges }: Square, { x, y, grain }: Grid): void => {
  for (const { mapper, zapper, who, outlooks: all } of edges)
    for (const [outlook, off] of outlooksApart(all, grain)) {
      // Across the way it runs: down for a mapper's step, right for a zapper's.
      const [dx, dy] = who === 'mapper' ? [0, off] : [off, 0];
      marks.push({
        kind: 'path',
        points: [
          [x(mapper) + dx, y(zapper) + dy],
          [x(mapper + (who === 'mapper' ? 1 : 0)) + dx, y(zapper + (who === 'zapper' ? 1 : 0)) + dy],
        ],
        stroke: inkOf[outlook],
        strokeWidth: outlook === 'either' ? grain.line * 0.75 : grain.line,
        ...(outlook === 'bad' ? { dash: grain.dash } : {}),
      });
    }
};

/** The mark of an outlook: a disc, an open circle, a square. */
const outlookMark = (outlook: Outlook, px: number, py: number, { r, line }: Grain): Mark => {
  switch (outlook) {
    case 'good':
      return { kind: 'circle', x: px, y: py, r, fill: 'ink' };
    case 'either':
      return {
        kind: 'circle',
        x: px,
        y: py,
        r: r - line / 4,
        fill: 'bg',
        stroke: 'mut',
        strokeWidth: line * 0.8,
      };
    case 'bad':
      return {
        kind: 'path',
        points: [
          [px - r, py - r],
          [px + r, py - r],
          [px + r, py + r],
          [px - r, py + r],
        ],
        close: true,
        fill: 'red',
      };
  }
};

const cross = (px: number, py: number, r: number, width: number): readonly Mark[] =>
  [
    [-r, r],
    [r, -r],
  ].map(
    ([dx = 0, dy = 0]): Mark => ({
      kind: 'path',
      points: [
        [px + dx, py - r],
        [px + dy, py + r],
      ],
      stroke: 'red',
      strokeWidth: width,
    }),
  );

/** The positions of the square as marks, one for each outlook. */
export const drawPlaces = (marks: Mark[], { places }: Square, { x, y, grain }: Grid): void => {
  for (const { mapper, zapper, outlooks: all, stuck } of places) {
    // On the slant, so that the edges of neither row nor column run through the next.
    for (const [outlook, off] of outlooksApart(all, grain))
      marks.push(outlookMark(outlook, x(mapper) + off, y(zapper) + off, grain));
    if (stuck) marks.push(...cross(x(mapper), y(zapper), grain.r * 2.2, grain.line * 1.2));
  }
};

/** A rectangle of the drawing. */
export interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Where a block lies in the drawing, up to `end`, the right edge of the square. CSS pixels. */
export const boxOf = ({ mapper, zapper }: Block, { x, y }: Grid, end: number): Box => {
  const half = (x(1) - x(0)) / 2;
  const down = (y(1) - y(0)) / 2;
  return {
    x0: x(mapper[0]) - half,
    // A lock that is never let go is held beyond the end.
    x1: Math.min(x(mapper[1]) + half, end),
    y0: y(zapper[0]) - down,
    y1: y(zapper[1]) + down,
  };
};

const area = (b: Box): number => Math.max(0, b.x1 - b.x0) * Math.max(0, b.y1 - b.y0);

/** The largest part of a block that no other block covers, as a place for its words. */
export const clearOf = (box: Box, others: readonly Box[]): Box => {
  let best = box;
  for (const o of others) {
    if (o.x0 >= best.x1 || o.x1 <= best.x0 || o.y0 >= best.y1 || o.y1 <= best.y0) continue;
    const parts: Box[] = [
      { ...best, x1: o.x0 },
      { ...best, x0: o.x1 },
      { ...best, y1: o.y0 },
      { ...best, y0: o.y1 },
    ];
    best = parts.reduce((a, b) => (area(b) > area(a) ? b : a));
  }
  return best;
};

/** What no order reaches, hatched; its words where there is a measure, clear of what is `taken`. */
export const drawBlocks = (
  marks: Mark[],
  { blocks, race }: Square,
  grid: Grid,
  measure: Measure | undefined,
  taken: readonly Box[] = [],
): void => {
  const end = grid.x(race.mapper.length) + (grid.x(1) - grid.x(0)) / 2;
  const boxes = blocks.map(b => boxOf(b, grid, end));
  for (const { x0, x1, y0, y1 } of boxes)
    marks.push(
      { kind: 'rect', x: x0, y: y0, w: x1 - x0, h: y1 - y0, fill: 'gap' },
      {
        kind: 'hatch',
        x: x0,
        y: y0,
        w: x1 - x0,
        h: y1 - y0,
        stroke: 'line',
        pitch: measure === undefined ? 3 : 5,
      },
    );
  if (measure === undefined) return;
  for (const [i, block] of blocks.entries()) {
    const box = boxes[i];
    if (box === undefined) continue;
    const free = clearOf(box, [...boxes.filter(b => b !== box), ...taken]);
    const words = `both would hold ${lockWords[block.lock]}`;
    const lines = wrap(words, Math.min(free.x1 - free.x0 - 8, 110), measure);
    const widest = Math.max(...lines.map(l => measure(l, { size: SIZE })));
    if (widest > free.x1 - free.x0 + 6 || lines.length * 14 > free.y1 - free.y0) continue;
    for (const [k, text] of lines.entries())
      marks.push({
        kind: 'text',
        x: (free.x0 + free.x1) / 2,
        y: (free.y0 + free.y1) / 2 + (k - (lines.length - 1) / 2) * 14,
        text,
        size: SIZE,
        ink: 'mut',
        align: 'middle',
        halo: 'gap',
      });
  }
};

/** The points of an order, from the top left on. */
export const pointsOf = (turns: readonly Who[], { x, y }: Grid): readonly Point[] => {
  const at = { mapper: 0, zapper: 0 };
  const points: Point[] = [[x(0), y(0)]];
  for (const who of turns) {
    at[who]++;
    points.push([x(at.mapper), y(at.zapper)]);
  }
  return points;
};

/** The order as a band under the edges: broad where it has been taken, thin where it is to come. */
const drawWay = (marks: Mark[], turns: readonly Who[], at: number, grid: Grid): void => {
  const points = pointsOf(turns, grid);
  if (points.length > 1) marks.push({ kind: 'path', points, stroke: 'ink', strokeWidth: 7, alpha: 0.14 });
  if (at > 0)
    marks.push({ kind: 'path', points: points.slice(0, at + 1), stroke: 'ink', strokeWidth: 13, alpha: 0.3 });
};

const arrow = (marks: Mark[], from: Point, to: Point): void => {
  const [dx, dy] = [Math.sign(to[0] - from[0]), Math.sign(to[1] - from[1])];
  marks.push(
    { kind: 'path', points: [from, to], stroke: 'dim', strokeWidth: 1 },
    {
      kind: 'path',
      points: [
        to,
        [to[0] - 5 * dx - 3 * dy, to[1] - 5 * dy - 3 * dx],
        [to[0] - 5 * dx + 3 * dy, to[1] - 5 * dy + 3 * dx],
      ],
      close: true,
      fill: 'dim',
    },
  );
};

/** What is said of the step that decides: where, and in which box. */
interface CauseNote extends Box {
  readonly at: Point;
  readonly lines: readonly string[];
  readonly ink: Ink;
}

const CAUSE = { size: 12, weight: 600 } as const;
const RING = 12;
const LINE = 15;

/** Where the words about the deciding step go: beside a zapper's step, above a mapper's, clear of its own row. */
const causeNote = (
  told: Told,
  { turns, measure, width, row }: SquareInput,
  grid: Grid,
): CauseNote | undefined => {
  if (told.turn === undefined) return undefined;
  const points = pointsOf(turns, grid);
  const from = points[told.turn];
  const to = points[told.turn + 1];
  if (from === undefined || to === undefined) return undefined;
  const at: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const across = from[1] === to[1];
  const right = at[0] + RING + 8;
  const roomRight = width - 2 - right;
  const roomLeft = at[0] - RING - 8 - grid.x(0);
  const own = causeLines(told.cause);
  const widest = (lines: readonly string[]): number => Math.max(...lines.map(l => measure(l, CAUSE))) + 10;
  // Beside a step on a narrow screen there may be room for short lines only.
  const room = across ? width - 4 : Math.max(roomRight, roomLeft);
  const lines = widest(own) <= room ? own : wrap(own.join(' '), Math.max(room - 10, 60), measure, CAUSE.size);
  const w = widest(lines);
  const h = lines.length * LINE + 6;
  const toRight = roomRight >= w && (at[0] < (grid.x(0) + width) / 2 || roomLeft < w);
  const wanted = across ? at[0] - w / 2 : toRight ? right : at[0] - RING - 8 - w;
  const x0 = Math.min(Math.max(wanted, 2), width - w - 2);
  const above = at[1] - row / 2 > grid.y(0);
  const cy = across ? at[1] + (above ? -row / 2 : row / 2) : at[1];
  const ink = told.ending === 'good' ? 'ink' : 'red';
  return { at, lines, ink, x0, x1: x0 + w, y0: cy - h / 2, y1: cy + h / 2 };
};

const drawCause = (marks: Mark[], { at, lines, ink, x0, x1, y0, y1 }: CauseNote): void => {
  marks.push(
    { kind: 'rect', x: x0, y: y0, w: x1 - x0, h: y1 - y0, fill: 'bg', alpha: 0.92 },
    { kind: 'circle', x: at[0], y: at[1], r: RING, stroke: ink, strokeWidth: 2 },
  );
  for (const [i, text] of lines.entries())
    marks.push({
      kind: 'text',
      x: x0 + 5,
      y: (y0 + y1) / 2 + (i - (lines.length - 1) / 2) * LINE,
      text,
      ...CAUSE,
      ink,
    });
};

/** What the marks mean, in as many lines as they need; the height it took. */
const drawLegend = (marks: Mark[], input: SquareInput, top: number): number => {
  const { square, measure, width } = input;
  const shared = square.places.some(p => p.outlooks.length > 1);
  const entries: readonly { readonly outlook: Outlook | 'way' | 'shared'; readonly text: string }[] = [
    { outlook: 'good', text: 'can only end well' },
    { outlook: 'either', text: 'may still go either way' },
    { outlook: 'bad', text: `can only end ${badWords(square.root.ends)}` },
    ...(shared ? [{ outlook: 'shared' as const, text: 'depends on how it came there' }] : []),
    { outlook: 'way', text: 'the order shown' },
  ];
  let x = 0;
  let y = top + 8;
  for (const { outlook, text } of entries) {
    const w = 38 + measure(text, { size: 12 });
    if (x > 0 && x + w > width) {
      x = 0;
      y += 20;
    }
    const line = (stroke: Ink, strokeWidth: number, dash?: readonly number[]): Mark => ({
      kind: 'path',
      points: [
        [x, y],
        [x + 26, y],
      ],
      stroke,
      strokeWidth,
      ...(dash === undefined ? {} : { dash }),
    });
    switch (outlook) {
      case 'way':
        marks.push({ ...line('ink', 13), alpha: 0.3 });
        break;
      case 'shared':
        marks.push(outlookMark('good', x + 8, y - 3, LARGE), outlookMark('bad', x + 18, y + 3, LARGE));
        break;
      default:
        marks.push(
          line(inkOf[outlook], outlook === 'either' ? 1.5 : 2, outlook === 'bad' ? LARGE.dash : undefined),
          outlookMark(outlook, x + 13, y, LARGE),
        );
    }
    marks.push({ kind: 'text', x: x + 32, y, text, size: 12, ink: 'mut' });
    x += w + 18;
  }
  return y + 12 - top;
};

/**
 * The square of paths: right is a step of the mapper, down one of the zapper, a path from the top left to the bottom
 * right one interleaving. Each place and each step shows what may still come; a place that several states of the race
 * share has a mark for each outlook among them.
 */
export const drawSquare = (input: SquareInput): SquarePicture => {
  const { square, turns, at, told, title, width, row, measure } = input;
  const { mapper, zapper } = square.race;
  const marks: Mark[] = [];
  const phone = width < NARROW;
  const labelRoom = phone ? 84 : 128;
  const left = labelRoom + 18;
  const right = 16;
  const columns = Math.max(1, mapper.length);
  const w = Math.min(WIDEST, (width - left - right) / columns);
  const numbered = w < NUMBERED;
  const labels = mapper.map((s, i) => (numbered ? [String(i + 1)] : wrap(s.label, w - 6, measure)));
  const lines = Math.max(1, ...labels.map(l => l.length));
  const headY = 10;
  const bold: Measure = (text, style) => measure(text, { ...style, weight: CAUSE.weight });
  const titleLines = wrap(title, width - left + 8, bold, CAUSE.size);
  const top = headY + 18 + (titleLines.length - 1) * 15 + lines * 13 + 16;
  const grid: Grid = { x: m => left + m * w, y: z => top + z * row, grain: LARGE };
  const bottom = grid.y(zapper.length);

  marks.push(
    { kind: 'text', x: 0, y: headY, text: 'Mapper →', size: 12, weight: 600, ink: 'ink' },
    ...titleLines.map(
      (text, i): Mark => ({ kind: 'text', x: left - 8, y: headY + i * 15, text, ...CAUSE, ink: 'ink' }),
    ),
    { kind: 'text', x: 0, y: grid.y(0) - 9, text: 'Zapper ↓', size: 12, weight: 600, ink: 'ink' },
  );
  const next = { mapper: 0, zapper: 0 };
  for (const who of turns.slice(0, at)) next[who]++;
  for (const [i, label] of labels.entries()) {
    const mid = (grid.x(i) + grid.x(i + 1)) / 2;
    for (const [k, text] of label.entries())
      marks.push({
        kind: 'text',
        x: mid,
        y: top - 22 - (label.length - 1 - k) * 13,
        text,
        size: numbered ? 12 : SIZE,
        ink: i < next.mapper ? 'ink' : 'mut',
        align: 'middle',
      });
    arrow(marks, [grid.x(i) + 7, top - 12], [grid.x(i + 1) - 7, top - 12]);
  }
  for (const [i, { label }] of zapper.entries()) {
    const mid = (grid.y(i) + grid.y(i + 1)) / 2;
    const text = wrap(label, labelRoom - 4, measure, phone ? 11.5 : SIZE);
    for (const [k, line] of text.entries())
      marks.push({
        kind: 'text',
        x: labelRoom,
        y: mid + (k - (text.length - 1) / 2) * 13,
        text: line,
        size: phone ? 11.5 : SIZE,
        ink: i < next.zapper ? 'ink' : 'mut',
        align: 'end',
      });
    arrow(marks, [left - 12, grid.y(i) + 7], [left - 12, grid.y(i + 1) - 7]);
  }

  const note = told === undefined ? undefined : causeNote(told, input, grid);
  drawBlocks(marks, square, grid, measure, note === undefined ? [] : [note]);
  drawWay(marks, turns, at, grid);
  drawEdges(marks, square, grid);
  drawPlaces(marks, square, grid);
  const here = pointsOf(turns.slice(0, at), grid).at(-1);
  if (here !== undefined)
    marks.push({ kind: 'circle', x: here[0], y: here[1], r: 10, stroke: 'ink', strokeWidth: 2.5 });
  if (note !== undefined) drawCause(marks, note);
  marks.push({
    kind: 'text',
    x: grid.x(mapper.length),
    y: bottom + 19,
    text: 'end',
    size: SIZE,
    ink: 'mut',
    align: 'middle',
  });
  const legend = drawLegend(marks, input, bottom + 32);

  return {
    marks,
    height: bottom + 32 + legend,
    placeAt: (px, py) => {
      const m = Math.round((px - left) / w);
      const z = Math.round((py - top) / row);
      const inside = m >= 0 && z >= 0 && m <= mapper.length && z <= zapper.length;
      return inside ? { mapper: m, zapper: z } : undefined;
    },
  };
};

/** The square without words, in a box: to set beside others. */
export const drawSmallSquare = (square: Square, width: number, height: number): readonly Mark[] => {
  const marks: Mark[] = [];
  const pad = 4;
  const { mapper, zapper } = square.race;
  const w = (width - 2 * pad) / Math.max(1, mapper.length);
  const h = (height - 2 * pad) / zapper.length;
  const grid: Grid = { x: m => pad + m * w, y: z => pad + z * h, grain: SMALL };
  drawBlocks(marks, square, grid, undefined);
  drawEdges(marks, square, grid);
  drawPlaces(marks, square, grid);
  return marks;
};
