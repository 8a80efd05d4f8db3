import type { CompareColumn } from '../../src/scenario/scenario.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { figureOf } from './columns.ts';
import type { Row } from './rows.ts';

/** No difference, and the row that differences are taken from. */
export const SAME = 'same';
export const BASELINE = 'baseline';

/** “×512 fewer”: how many times one count is of another. */
export const ratioText = (own: number, base: number): string => {
  if (own === base) return SAME;
  const [more, less] = own > base ? [own, base] : [base, own];
  const word = own > base ? 'more' : 'fewer';
  if (less === 0) return `${formatCount(more)} ${word}`;
  const ratio = more / less;
  const shown = ratio >= 100 ? Math.round(ratio) : Number(ratio.toFixed(ratio >= 10 ? 1 : 2));
  // A ratio that rounds to 1 says nothing; the distance does.
  return shown === 1 ? `${formatCount(more - less)} ${word}` : `×${formatCount(shown)} ${word}`;
};

/** “−4 MiB”: a distance in bytes. */
export const bytesText = (own: number, base: number): string =>
  own === base ? SAME : `${own > base ? '+' : '−'}${formatSize(Math.abs(own - base))}`;

/** What sets a row apart from the baseline in one column; '' where there is nothing to compare. */
export const differenceOf = (row: Row, base: Row, column: CompareColumn): string => {
  if (row.id === base.id) return BASELINE;
  const own = figureOf(row, column);
  const other = figureOf(base, column);
  if (typeof own !== 'number' || typeof other !== 'number') return '';
  switch (column) {
    case 'leaves':
    case 'faults':
      return ratioText(own, other);
    case 'tables':
    case 'skipped':
    case 'start':
    case 'gap':
      return bytesText(own, other);
    case 'aslr':
      return own === other ? SAME : `${own > other ? '+' : '−'}${formatCount(Math.abs(own - other))}`;
    case 'name':
    case 'residue':
      return '';
  }
};
