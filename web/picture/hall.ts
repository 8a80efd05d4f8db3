import type { LeafKind } from '../../src/arch/arch.ts';
import type { Mark, Measure, Point } from '../draw/marks.ts';
import { STAGE_FACTOR, STAGE_SIZE } from './stage.ts';
import type { Sheet } from './types.ts';

/** How large a text may be written, in pixels of the picture: {@link STAGE_FACTOR} of them are one of the canvas. */
export const HALL_SMALL = 11;
/** The height of a picture that has the number of its scene in itself, and the room for that. */
export const HALL_TALL = 292;

/** The one number of a scene and what it counts. */
export interface StageNumber {
  readonly figure: string;
  readonly what: string;
  /** Whose colour it has: that of a leaf size, red where it is bad, or none. */
  readonly tone: LeafKind | 'bad' | 'plain';
}

/** A scene of a screen other than the Map, drawn for a hall. */
export interface HallScene {
  /** Its number, where that stands above the picture. */
  readonly number: StageNumber | undefined;
  /** Draws it {@link STAGE_SIZE} wide and so high: its own height, or {@link HALL_TALL} where no number stands above. */
  readonly draw: (height: number, measure: Measure) => readonly Mark[];
  /** The same before anything is told of it; undefined where nothing is left then. */
  readonly asked?: HallScene['draw'];
  /** What it shows, in a sentence, for those who hear the page. */
  readonly words: string;
}

/** The size of a picture for a hall, and how much it is enlarged. */
export const HALL = { width: STAGE_SIZE.width, low: STAGE_SIZE.height, factor: STAGE_FACTOR } as const;

/** The first of some texts, and the largest of some sizes, that fit into `room`; undefined where none does. */
export const largest = (
  s: Pick<Sheet, 'measure'>,
  texts: readonly string[],
  sizes: readonly number[],
  room: number,
  style: { readonly weight?: number; readonly mono?: boolean } = {},
): { readonly text: string; readonly size: number } | undefined => {
  for (const text of texts)
    for (const size of sizes) if (s.measure(text, { ...style, size }) <= room) return { text, size };
  return undefined;
};

/** A mark elsewhere. */
export const shifted = (m: Mark, dx: number, dy: number): Mark => {
  const point = ([x, y]: Point): Point => [x + dx, y + dy];
  switch (m.kind) {
    case 'path':
      return { ...m, points: m.points.map(point) };
    case 'hop':
      return { ...m, from: point(m.from), to: point(m.to) };
    case 'leaves':
      return { ...m, x: m.x + dx, y: m.y + dy, first: m.first + dx };
    default:
      return { ...m, x: m.x + dx, y: m.y + dy };
  }
};
