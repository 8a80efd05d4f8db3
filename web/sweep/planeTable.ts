import { type Axis, valueAt } from '../../src/sweep/axis.ts';
import type { Plane } from '../../src/sweep/plane.ts';
import { isMapped } from '../../src/sweep/points.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import type { Twin } from '../scenario/twins.ts';
import { classText, inputNames, valueText } from './words.ts';

/** More rows than this no table of a plane has. */
const MOST_ROWS = 10_000;

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The points of a plane as a table, from the bottom left, a row of the plane after the other; of too many one in so many. */
export const planeTable = (plane: Plane, x: Axis, y: Axis): Twin => {
  let every = 1;
  while (Math.ceil(x.count / every) * Math.ceil(y.count / every) > MOST_ROWS) every++;
  const rows: (readonly string[])[] = [];
  for (let row = 0; row < y.count; row += every)
    for (let column = 0; column < x.count; column += every) {
      const place = row * plane.columns + column;
      const cls = plane.cls[place] ?? 0;
      const skipped = plane.skipped[place] ?? Number.NaN;
      rows.push([
        valueText(x.input, valueAt(x, column)),
        valueText(y.input, valueAt(y, row)),
        classText(cls),
        ...(isMapped(cls)
          ? [
              formatCount(plane.faults[place] ?? 0),
              formatSize(plane.tableBytes[place] ?? 0),
              Number.isNaN(skipped) ? '' : formatSize(skipped),
            ]
          : ['', '', '']),
      ]);
    }
  return {
    caption: 'Plane',
    head: [
      capital(inputNames[x.input]),
      capital(inputNames[y.input]),
      'Outcome',
      'Faults',
      'Page tables',
      'VA wasted',
    ],
    rows,
    note:
      every === 1
        ? undefined
        : `One in ${formatCount(every)} columns and rows of ${formatCount(x.count)} by ${formatCount(y.count)} points.`,
  };
};
