import type { Ink } from '../draw/marks.ts';
import { pill, write } from './sheet.ts';
import type { Sheet } from './types.ts';

/** A box that a label takes, in CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** How a label is written. */
export interface LabelStyle {
  readonly size: number;
  readonly weight?: number;
  readonly mono?: boolean;
  readonly ink: Ink;
  /** Draws a pill around it, with an edge of this ink. */
  readonly pill?: Ink;
}

/** A place that a label may take. */
export interface Spot {
  readonly text: string;
  /** The left edge, middle or right edge of the text, by `align`. */
  readonly x: number;
  /** The middle of the line. */
  readonly y: number;
  readonly align?: 'start' | 'middle' | 'end';
  /** Pixels to keep free before the text, for a cross. */
  readonly before?: number;
}

/** Labels that never collide: each takes the first of its places that is free, or is not written. */
export interface Labels {
  /** Keeps a box free of labels. */
  readonly block: (box: Box) => void;
  /** Writes the first label that has room; undefined when none has, else the box it took. */
  readonly put: (spots: readonly Spot[], style: LabelStyle) => Box | undefined;
}

const overlap = (a: Box, b: Box, gap: number): boolean =>
  a.x < b.x + b.w + gap && b.x < a.x + a.w + gap && a.y < b.y + b.h && b.y < a.y + a.h;

/** Labels between `left` and `right`, at least `gap` pixels apart on a line. All in CSS pixels. */
export const labelsWithin = (s: Sheet, left: number, right: number, gap = 8): Labels => {
  const taken: Box[] = [];
  const boxOf = (spot: Spot, style: LabelStyle): Box => {
    const pad = style.pill === undefined ? 0 : 9;
    const before = spot.before ?? 0;
    const w = s.measure(spot.text, style) + 2 * pad + before;
    const h = style.size + (style.pill === undefined ? 0 : 9);
    const share = spot.align === 'middle' ? 0.5 : spot.align === 'end' ? 1 : 0;
    return { x: spot.x - w * share, y: spot.y - h / 2, w, h };
  };
  return {
    block: box => taken.push(box),
    put: (spots, style) => {
      for (const spot of spots) {
        const box = boxOf(spot, style);
        // What is measured in two ways differs in the last bits.
        if (box.x < left - 0.01 || box.x + box.w > right + 0.01) continue;
        if (taken.some(t => overlap(t, box, gap))) continue;
        taken.push(box);
        const { pill: stroke, ...text } = style;
        if (stroke === undefined)
          write(s, { x: box.x + (spot.before ?? 0), y: spot.y, text: spot.text, ...text });
        else pill(s, box.x + box.w / 2, spot.y, spot.text, { ...text, stroke });
        return box;
      }
      return undefined;
    },
  };
};
