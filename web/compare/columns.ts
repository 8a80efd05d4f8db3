import { leafNames } from '../../src/leaves/words.ts';
import type { CompareColumn } from '../../src/scenario/scenario.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { Measures } from './measures.ts';
import type { Row } from './rows.ts';

/** The figure that a column is sorted by; undefined: none, and last. */
export const figureOf = (row: Row, column: CompareColumn): number | string | undefined => {
  if (column === 'name') return row.name;
  const { measures } = row;
  if (!measures.ok) return undefined;
  const { device } = measures;
  switch (column) {
    case 'leaves':
      return device?.leaves;
    case 'faults':
      return device?.faults;
    case 'tables':
      return device?.tableBytes;
    case 'skipped':
      return measures.skipped;
    case 'start':
      return measures.start;
    case 'residue':
      return device?.residue;
    case 'gap':
      return measures.gap?.needed;
    case 'aslr':
      return measures.aslr;
  }
};

/** “1 PUD, 512 PMD”. */
export const leavesOf = (measures: Measures): string =>
  (measures.device?.tallies ?? [])
    .map(t => {
      const corrupt = t.corrupt > 0 ? ` (${formatCount(t.corrupt)} corrupt)` : '';
      return `${formatCount(t.count)} ${leafNames[t.kind]}${corrupt}`;
    })
    .join(', ');

/** The figures of a row in words, for copies and for those who hear them. */
export const textOf = (row: Row, column: CompareColumn): string => {
  if (column === 'name') return row.name;
  const { measures } = row;
  if (!measures.ok) return column === 'leaves' ? `${measures.errno}: ${measures.reason}` : '';
  const { device } = measures;
  switch (column) {
    case 'leaves':
      return device === undefined ? 'placed' : leavesOf(measures);
    case 'faults':
      return device === undefined ? '' : formatCount(device.faults);
    case 'tables':
      return device === undefined ? '' : `${formatCount(device.tables)} (${formatSize(device.tableBytes)})`;
    case 'skipped':
      return measures.skipped === undefined ? '' : formatSize(measures.skipped);
    case 'start':
      return formatAddress(measures.start);
    case 'residue':
      return device === undefined ? '' : residueText(device.residue);
    case 'gap':
      return measures.gap === undefined
        ? ''
        : `${formatSize(measures.gap.needed)} of ${formatSize(measures.gap.found)}`;
    case 'aslr':
      return measures.aslr === undefined ? '' : formatCount(measures.aslr);
  }
};

/** A residue as an address; `0` for none. */
export const residueText = (residue: number): string => (residue === 0 ? '0' : formatAddress(residue));

/** What a column is called. `modulus`: the largest leaf, where all rows agree on it. */
export const columnName = (column: CompareColumn, modulus: number | undefined): string => {
  switch (column) {
    case 'name':
      return 'Policy';
    case 'leaves':
      return 'Leaves';
    case 'faults':
      return 'Faults, log scale';
    case 'tables':
      return 'Page-table pages, log';
    case 'skipped':
      return 'VA skipped';
    case 'start':
      return 'Start VA';
    case 'residue':
      return `VA − PA mod ${modulus === undefined ? 'largest leaf' : formatSize(modulus)}`;
    case 'gap':
      return 'Gap needed, found';
    case 'aslr':
      return 'ASLR bits lost';
  }
};

/** The modulus of the residues, where all rows have the same. */
export const commonModulus = (rows: readonly Row[]): number | undefined => {
  const all = new Set(rows.flatMap(r => (r.measures.ok ? [r.measures.device?.modulus] : [])));
  const [only] = all;
  return all.size === 1 ? only : undefined;
};

/** The end of a log axis from 1: the power of ten above every figure, so that it stands still while a slider moves. */
export const logEnd = (largest: number): number => {
  let end = 10;
  while (end < largest) end *= 10;
  return end;
};

/** The place of a figure on a log axis, 0 to 1. */
export const logPlace = (figure: number, end: number): number =>
  figure <= 1 ? 0 : Math.log(figure) / Math.log(end);
