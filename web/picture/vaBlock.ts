import type { Ink, Point } from '../draw/marks.ts';
import type { Sheet } from './types.ts';
import type { VmaKind } from './vmaKind.ts';

/** Text that stands on a block of this kind; undefined where nothing may stand on it. */
export const inkOn = (kind: VmaKind): Ink | undefined =>
  kind === 'device' ? 'onVma2' : kind === 'none' ? undefined : 'ink';

/** Height of the strip at a block's foot that tells its kind. */
const STRIP = 6;

/**
 * A block of the address space. Kinds differ by tone and by the strip at the foot: chevrons point where a heap or a
 * stack grows, dots are anonymous memory, notches guest RAM; what the kernel placed itself is an outline, what nobody
 * may touch is hatched.
 */
export const drawBlock = (s: Sheet, kind: VmaKind, x: number, y: number, w: number, h: number): void => {
  switch (kind) {
    case 'kernel':
      s.marks.push({
        kind: 'rect',
        x: x + 1,
        y: y + 1,
        w: Math.max(1, w - 2),
        h: h - 2,
        fill: 'bg',
        stroke: 'dim',
        strokeWidth: 2,
      });
      return;
    case 'none':
      s.marks.push({
        kind: 'rect',
        x: x + 0.5,
        y: y + 0.5,
        w: Math.max(1, w - 1),
        h: h - 1,
        fill: 'bg',
        stroke: 'dim',
      });
      s.marks.push({ kind: 'hatch', x, y, w, h, stroke: 'dim', pitch: 4 });
      return;
    case 'device':
      s.marks.push({ kind: 'rect', x, y, w, h, fill: 'vma2' });
      return;
    default:
      s.marks.push({ kind: 'rect', x, y, w, h, fill: 'vma' });
  }
  if (w < 10) return;
  const foot = y + h - STRIP / 2 - 0.5;
  switch (kind) {
    case 'anon':
      s.marks.push({
        kind: 'path',
        points: [
          [x + 3, foot],
          [x + w - 2, foot],
        ],
        stroke: 'ink',
        strokeWidth: 1.6,
        dash: [1.6, 3.4],
      });
      return;
    case 'heap':
    case 'stack': {
      const n = Math.min(6, Math.max(1, Math.floor((w - 6) / 8)));
      const step = kind === 'heap' ? 8 : -8;
      const from = kind === 'heap' ? x + 3 : x + w - 3;
      for (let i = 0; i < n; i++) {
        const at = from + i * step;
        const points: readonly Point[] = [
          [at, foot - 2.5],
          [at + Math.sign(step) * 3.5, foot],
          [at, foot + 2.5],
        ];
        s.marks.push({ kind: 'path', points, stroke: 'ink', strokeWidth: 1.4 });
      }
      return;
    }
    case 'ram':
      for (let at = x + 4; at + 4 < x + w && at < x + 600; at += 8)
        s.marks.push({ kind: 'rect', x: at, y: y + h - 4, w: 4, h: 4, fill: 'bg' });
      return;
    case 'file':
      return;
  }
};

/** The torn edge across a stretch that was cut short: paper is missing between two zigzags. */
export const fold = (s: Sheet, x: number, y: number, h: number): void => {
  const edge = (dx: number): Point[] => {
    const points: Point[] = [];
    for (let i = 0; i <= 4; i++) points.push([x + dx + (i % 2 === 0 ? -3 : 3), y + (h * i) / 4]);
    return points;
  };
  const [left, right] = [edge(-3), edge(3)];
  s.marks.push({ kind: 'path', points: [...left, ...[...right].reverse()], close: true, fill: 'bg' });
  for (const points of [left, right]) s.marks.push({ kind: 'path', points, stroke: 'dim', strokeWidth: 1 });
};
