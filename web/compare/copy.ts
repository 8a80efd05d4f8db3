import { type CompareColumn, compareColumns } from '../../src/scenario/scenario.ts';
import type { Twin } from '../scenario/twins.ts';
import { columnName, commonModulus, textOf } from './columns.ts';
import { differenceOf } from './differences.ts';
import type { Row } from './rows.ts';

const cellsOf = (row: Row, base: Row | undefined): readonly string[] =>
  compareColumns.map(column => {
    const text = textOf(row, column);
    const difference =
      base === undefined || column === 'name' || base.id === row.id ? '' : differenceOf(row, base, column);
    return difference === '' ? text : `${text} [${difference}]`;
  });

const headOf = (rows: readonly Row[]): readonly string[] => {
  const modulus = commonModulus(rows);
  return compareColumns.map((c: CompareColumn) => columnName(c, modulus).replace(/, log( scale)?$/, ''));
};

/** The table as it is exported: the rows shown, as they are sorted, with the differences to the baseline in brackets. */
export const asTwin = (rows: readonly Row[], base: Row | undefined): Twin => ({
  caption: 'Compare',
  head: headOf(rows),
  rows: rows.map(r => cellsOf(r, base)),
  note: base === undefined ? undefined : `In brackets: the difference to ${base.name}.`,
});

/** The table as Markdown, with the differences to the baseline in brackets. */
export const asMarkdown = (rows: readonly Row[], base: Row | undefined): string => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(c => c.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = compareColumns.map(c => (c === 'name' || c === 'leaves' ? '---' : '---:'));
  return [headOf(rows), rule, ...rows.map(r => cellsOf(r, base))].map(line).join('\n');
};

/** The table with tabs between its cells, as spreadsheets take it. */
export const asTsv = (rows: readonly Row[], base: Row | undefined): string =>
  [headOf(rows), ...rows.map(r => cellsOf(r, base))]
    .map(cells => cells.map(c => c.replaceAll(/[\t\n]/g, ' ')).join('\t'))
    .join('\n');
