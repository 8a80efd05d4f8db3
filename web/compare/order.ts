import type { CompareView } from '../../src/scenario/scenario.ts';
import { figureOf, textOf } from './columns.ts';
import type { Row } from './rows.ts';

const compareFigures = (a: number | string, b: number | string): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
};

/**
 * The rows of each group in the order asked for. Rows that are equal keep their order, whichever way it goes; rows
 * without the figure come last.
 */
export const sorted = (rows: readonly Row[], sort: CompareView['sort']): readonly Row[] => {
  if (sort === undefined) return rows;
  const groups = [...new Set(rows.map(r => r.group))];
  return groups.flatMap(group =>
    rows
      .filter(r => r.group === group)
      .sort((a, b) => {
        const x = figureOf(a, sort.by);
        const y = figureOf(b, sort.by);
        if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
        return sort.down ? compareFigures(y, x) : compareFigures(x, y);
      }),
  );
};

/** The rows that have every word of the filter, in their name, note, leaves or error. */
export const filtered = (rows: readonly Row[], filter: string): readonly Row[] => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(row => {
    const text = `${row.name} ${row.note} ${textOf(row, 'leaves')}`.toLowerCase();
    return words.every(w => text.includes(w));
  });
};
