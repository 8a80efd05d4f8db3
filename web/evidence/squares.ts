import type { Outcome } from '../../src/replay/listed.ts';
import type { Mark } from '../draw/marks.ts';

/** Squares in rows: how many in a row, and how far apart, in CSS pixels. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly pitch: number;
  /** Side of a square. */
  readonly side: number;
}

/** Pitch and side, large to small. */
const sizes: readonly (readonly [pitch: number, side: number])[] = [
  [18, 14],
  [14, 11],
  [11, 9],
];
const SMALL: readonly [number, number] = [7, 5];
/** Squares of the set that is looked at are as large as this height in pixels allows. */
const TALLEST = 260;

/** A grid of `count` squares that is `width` CSS pixels wide; `large` for the set that is looked at. */
export const gridOf = (count: number, width: number, large: boolean): Grid => {
  const made = ([pitch, side]: readonly [number, number]): Grid => {
    const columns = Math.max(1, Math.floor((width - 4 + pitch - side) / pitch));
    return { columns, rows: Math.ceil(count / columns), pitch, side };
  };
  const fitting = large ? sizes.map(made).find(g => g.rows * g.pitch <= TALLEST) : undefined;
  return fitting ?? made(large ? (sizes.at(-1) ?? SMALL) : SMALL);
};

/** A margin around the squares, for the ring of the one that is chosen. */
const EDGE = 2;

/** Height of the picture of a grid. */
export const gridHeight = (g: Grid): number => Math.max(1, g.rows) * g.pitch - (g.pitch - g.side) + 2 * EDGE;

/** The number of the square at a point; undefined beside all of them. */
export const squareAt = (g: Grid, x: number, y: number, count: number): number | undefined => {
  // The space between belongs to the nearest one: small squares are hard enough to hit.
  const half = (g.pitch - g.side) / 2;
  const column = Math.floor((x - EDGE + half) / g.pitch);
  const row = Math.floor((y - EDGE + half) / g.pitch);
  const at = row * g.columns + column;
  return column < 0 || column >= g.columns || row < 0 || at >= count ? undefined : at;
};

/** Where arrow keys lead from square `at`; the same square where there is none in that direction. */
export const moved = (g: Grid, at: number, key: string, count: number): number | undefined => {
  const to = (next: number): number => (next < 0 || next >= count ? at : next);
  switch (key) {
    case 'ArrowLeft':
      return to(at - 1);
    case 'ArrowRight':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - g.columns);
    case 'ArrowDown':
      return to(at + g.columns);
    case 'Home':
      return 0;
    case 'End':
      return Math.max(0, count - 1);
    default:
      return undefined;
  }
};

/** What a square stands for: a replayed case, or one that is still to come. */
export type Square = Outcome | 'waiting';

const tick = (x: number, y: number, side: number, stroke: 'bg' | 'ink'): Mark => ({
  kind: 'path',
  points: [
    [x + side * 0.24, y + side * 0.53],
    [x + side * 0.43, y + side * 0.72],
    [x + side * 0.76, y + side * 0.3],
  ],
  stroke,
  strokeWidth: side >= 14 ? 2 : 1.5,
});

/** One square. A miss is a ring with a cross, whatever its size: shape and colour tell it. */
const square = (what: Square, x: number, y: number, side: number, outlines: boolean): readonly Mark[] => {
  const large = side >= 9;
  const middle = side / 2;
  switch (what) {
    case 'waiting':
      return [{ kind: 'rect', x: x + 0.5, y: y + 0.5, w: side - 1, h: side - 1, stroke: 'line' }];
    case 'matched': {
      const box: Mark = {
        kind: 'rect',
        x,
        y,
        w: side,
        h: side,
        fill: 'mut',
        ...(large ? { radius: 2 } : {}),
      };
      // Outlined boxes are empty, so the tick has the ink.
      return large ? [box, tick(x, y, side, outlines ? 'ink' : 'bg')] : [box];
    }
    case 'unsupported':
      return [
        { kind: 'rect', x: x + 0.5, y: y + 0.5, w: side - 1, h: side - 1, stroke: 'dim' },
        {
          kind: 'path',
          points: [
            [x + side * 0.2, y + middle],
            [x + side * 0.8, y + middle],
          ],
          stroke: 'dim',
          strokeWidth: 1.5,
        },
      ];
    case 'miss': {
      const arm = large ? side * 0.24 : side * 0.3;
      const cross = (dy: number): Mark => ({
        kind: 'path',
        points: [
          [x + middle - arm, y + middle - dy],
          [x + middle + arm, y + middle + dy],
        ],
        stroke: 'red',
        strokeWidth: large ? 2 : 1.5,
      });
      const ring: Mark = {
        kind: 'circle',
        x: x + middle,
        y: y + middle,
        r: middle,
        stroke: 'red',
        strokeWidth: large ? 2 : 1,
      };
      return [ring, cross(arm), cross(-arm)];
    }
  }
};

/** The squares as marks; `chosen` has a ring of ink, and paper between. */
export const squareMarks = (
  g: Grid,
  squares: readonly Square[],
  chosen: number | undefined,
  outlines: boolean,
): readonly Mark[] => {
  const place = (i: number): readonly [number, number] => [
    EDGE + (i % g.columns) * g.pitch,
    EDGE + Math.floor(i / g.columns) * g.pitch,
  ];
  const marks = squares.flatMap((what, i) => square(what, ...place(i), g.side, outlines));
  if (chosen === undefined || chosen >= squares.length) return marks;
  const [x, y] = place(chosen);
  const around = (by: number, stroke: 'bg' | 'ink'): Mark => ({
    kind: 'rect',
    x: x - by,
    y: y - by,
    w: g.side + 2 * by,
    h: g.side + 2 * by,
    stroke,
    strokeWidth: by === 1 ? 2 : 2,
  });
  return [...marks, around(1, 'ink')];
};
