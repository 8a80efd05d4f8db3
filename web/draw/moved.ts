import type { Mark, Point } from './marks.ts';

/** The lowest pixel of a mark. */
export const bottomOf = (mark: Mark): number => {
  switch (mark.kind) {
    case 'path':
      return Math.max(...mark.points.map(p => p[1]));
    case 'hop':
      return Math.max(mark.from[1], mark.to[1]);
    case 'circle':
      return mark.y + mark.r;
    case 'text':
      return mark.y + mark.size / 2;
    case 'rect':
    case 'leaves':
    case 'hatch':
      return mark.y + mark.h;
  }
};

/** The same mark, so many pixels further down, and to the right. */
export const moved = (mark: Mark, down: number, right = 0): Mark => {
  const point = ([x, y]: Point): Point => [x + right, y + down];
  switch (mark.kind) {
    case 'path':
      return { ...mark, points: mark.points.map(point) };
    case 'hop':
      return { ...mark, from: point(mark.from), to: point(mark.to) };
    case 'leaves':
      return { ...mark, x: mark.x + right, y: mark.y + down, first: mark.first + right };
    case 'rect':
    case 'circle':
    case 'text':
    case 'hatch':
      return { ...mark, x: mark.x + right, y: mark.y + down };
  }
};
