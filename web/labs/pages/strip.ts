import type { Setup } from '../../../src/memmap/setup.ts';
import { pagesOf } from '../../../src/memmap/setup.ts';
import type { Mark, Measure } from '../../draw/marks.ts';

/** What a counter made of the list: a cell a page while there is room, else stretches. */

/** Pages narrower than this are not told apart. */
const NARROWEST = 5;
/** A cell is never wider. */
const WIDEST = 40;

const pitchOf = (pages: number, width: number): number => Math.min(WIDEST, width / pages);

/** Where the truth ends, from the top of the strip to its bottom: strips under each other make one line. */
const truthLine = (x: number, h: number): Mark => ({
  kind: 'path',
  points: [
    [x, 0],
    [x, h],
  ],
  stroke: 'ink',
  strokeWidth: 1.5,
  dash: [3, 2],
});

/** The cells of an answer: taken, too long with a cross each, never reached. */
export const drawStrip = (
  pages: number,
  answer: number,
  right: number,
  width: number,
  height: number,
): readonly Mark[] => {
  const pitch = pitchOf(pages, width);
  const [top, h] = [5, height - 10];
  const marks: Mark[] = [];
  const taken = Math.min(answer, right);
  const stretch = (from: number, to: number, fill: 'mut' | 'red' | 'gap'): void => {
    if (to <= from) return;
    const single = pitch >= NARROWEST;
    const gap = pitch >= 8 ? 1 : 0;
    const count = single ? to - from : 1;
    for (let i = 0; i < count; i++) {
      const x = single ? (from + i) * pitch : Math.min(from * pitch, width - 3);
      const w = single ? pitch - gap : Math.max(3, (to - from) * pitch);
      marks.push({
        kind: 'rect',
        x,
        y: top,
        w,
        h,
        fill,
        // With an edge of its own a block stays filled where the system picks the colours.
        stroke: fill === 'gap' ? 'hair' : fill,
        strokeWidth: fill === 'gap' ? 1 : 0.5,
        ...(pitch >= 12 ? { radius: 2 } : {}),
      });
      if (fill !== 'red') continue;
      // Red never stands without a cross.
      const [cx, cy, r] = [x + w / 2, top + h / 2, Math.min(5, w / 2 - 0.5, h / 2 - 2)];
      if (r < 1.5) continue;
      for (const turn of [1, -1])
        marks.push({
          kind: 'path',
          points: [
            [cx - r, cy - r * turn],
            [cx + r, cy + r * turn],
          ],
          stroke: 'bg',
          strokeWidth: 2,
        });
    }
  };
  stretch(Math.max(taken, answer), pages, 'gap');
  stretch(0, taken, 'mut');
  stretch(right, answer, 'red');
  marks.push(truthLine(Math.min(width - 1, right * pitch), height));
  return marks;
};

/** The frames over the strips: each where there is room, else where runs begin. */
export const drawHead = (
  { runs }: Pick<Setup, 'runs'>,
  width: number,
  height: number,
  size: number,
  measure: Measure,
): readonly Mark[] => {
  const pages = pagesOf(runs);
  const pitch = pitchOf(pages, width);
  const marks: Mark[] = [];
  let free = 0;
  let index = 0;
  for (const { first, count } of runs)
    for (let i = 0; i < count; ) {
      const text = String(first + i);
      const w = measure(text, { size, mono: true });
      const whole = w + 4 <= pitch;
      const middle = (index + 0.5) * pitch;
      const x = whole ? middle - w / 2 : Math.min(index * pitch, width - w);
      if ((whole || i === 0) && x >= free) {
        marks.push({ kind: 'text', x, y: height / 2, text, size, mono: true, ink: 'mut' });
        free = x + w + 4;
      }
      // Where not every page has room, only the first of a run is named.
      const step = whole ? 1 : count - i;
      i += step;
      index += step;
    }
  return marks;
};
