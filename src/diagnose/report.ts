import { plain } from '../pieces.ts';
import { formatAddress, formatSize } from '../text.ts';
import type { Diagnosis, DiagnosisRow } from './diagnosis.ts';
import { ascii, COLUMNS, fitted, plainPicture, wrap } from './plain.ts';
import {
  askText,
  barName,
  barPieces,
  barsHeading,
  barsRestText,
  causeText,
  checkPieces,
  checkScriptText,
  columnText,
  commonCausePieces,
  countText,
  disagreementText,
  dumpText,
  faultsText,
  fixHead,
  fixText,
  headline,
  leavesBest,
  leavesNow,
  machineTexts,
  nearestPieces,
  physicalPieces,
  publicTestText,
  qemuText,
  rowName,
  searchesLeftText,
  searchText,
  testLogText,
  totalsPieces,
  verdictWords,
} from './words.ts';

/** “0000:41:00.0 BAR 2”. */
const nameOf = (row: DiagnosisRow): string =>
  row.device === undefined || row.device === '' ? rowName(row) : `${row.device} ${rowName(row)}`;

/** A label and a text, wrapped under the text. */
const labelled = (label: string, text: string, width: number): readonly string[] =>
  wrap(text, width, ' '.repeat(10), `  ${label.padEnd(8)}`);

/** Everything that is said of one row beside its figures. */
const detailsOf = (row: DiagnosisRow, d: Diagnosis, width: number): readonly string[] => {
  const nearest = plain(nearestPieces(row));
  const check = plain(checkPieces(row));
  const physical =
    row.physical.kind === 'bar' || row.physical.kind === 'column' ? '' : plain(physicalPieces(row));
  return [
    ...(physical === '' ? [] : labelled('PA', physical, width)),
    ...(row.column.value === 0 ? [] : labelled('maps', columnText(row), width)),
    ...labelled('cause', causeText(row, d), width),
    ...(nearest === '' ? [] : labelled('nearest', `${nearest}.`, width)),
    ...row.fixes.flatMap(fix => labelled('fix', `${fixHead(fix)}: ${fixText(fix)}`, width)),
    ...(check === '' ? [] : labelled('check', check, width)),
    ...[
      checkScriptText(row),
      publicTestText(row),
      testLogText(row),
      faultsText(row),
      dumpText(row),
      qemuText(row),
    ]
      .filter(text => text !== '')
      .flatMap(text => labelled('also', text, width)),
  ];
};

const headOf = (d: Diagnosis, width: number): readonly string[] => [
  headline(d),
  ...wrap(plain(totalsPieces(d)), width).filter(line => line !== ''),
  ...machineTexts(d).flatMap(text => wrap(`${text}.`, width, '  ')),
];

/** What does not belong to one row: traces, counts, disagreements and what is missing. */
const restOf = (d: Diagnosis, width: number): readonly string[] => {
  const section = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : ['', title, ...texts.flatMap(text => wrap(text, width, '    ', '  '))];
  return [
    ...section(
      barsHeading,
      [
        ...d.bars.map(b =>
          `${b.address} ${barName(b)}, ${formatSize(b.size)} at ${formatAddress(b.base)}: ${plain(barPieces(b))}`.trim(),
        ),
        barsRestText(d),
      ].filter(text => text !== ''),
    ),
    ...section(
      'Cause',
      [plain(commonCausePieces(d))].filter(text => text !== ''),
    ),
    ...section(
      'Traces played again',
      [...d.searches.map(searchText), searchesLeftText(d)].filter(text => text !== ''),
    ),
    ...section('Counts', d.counts.map(countText)),
    ...section('Inputs that disagree', d.disagreements.map(disagreementText)),
    ...section('To know more', d.asks.map(askText)),
  ];
};

interface Column {
  readonly title: string;
  readonly of: (row: DiagnosisRow) => string;
  /** Dropped first where the table is too wide; 0 stays. */
  readonly rank: number;
}

const columns: readonly Column[] = [
  { title: 'verdict', of: r => verdictWords[r.verdict], rank: 0 },
  { title: 'device', of: r => r.device ?? '?', rank: 2 },
  { title: 'BAR', of: r => (r.bar === undefined ? '?' : String(r.bar)), rank: 0 },
  { title: 'length', of: r => formatSize(r.length), rank: 1 },
  { title: 'offset', of: r => (r.offset === undefined ? '?' : formatSize(r.offset)), rank: 5 },
  { title: 'VA', of: r => formatAddress(r.start), rank: 0 },
  {
    title: 'PA',
    of: r => (r.physical.kind === 'bar' || r.physical.kind === 'column' ? formatAddress(r.physical.pa) : '?'),
    rank: 4,
  },
  { title: 'leaves', of: leavesNow, rank: 0 },
  { title: 'could be', of: r => leavesBest(r) ?? '', rank: 0 },
];

/** The rows as a table of at most `width` columns: columns that do not fit go, the least telling first. */
const tableOf = (rows: readonly DiagnosisRow[], width: number): readonly string[] => {
  let shown = columns;
  for (;;) {
    const cells = [shown.map(c => c.title), ...rows.map(r => shown.map(c => c.of(r)))];
    const widths = shown.map((_, i) => Math.max(...cells.map(line => line[i]?.length ?? 0)));
    const total = widths.reduce((n, w) => n + w + 2, -2);
    const rank = Math.max(...shown.map(c => c.rank));
    if (total <= width || rank === 0)
      return cells.map(line =>
        line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()
          .slice(0, Math.max(width, 40)),
      );
    shown = shown.filter(c => c.rank !== rank);
  }
};

/** The verdict table, and under it cause and fix of every mapping. Lines of at most `width` columns, 40 or more. */
export const diagnosisTable = (d: Diagnosis, width = 80): string => {
  const lines: string[] = [...headOf(d, width)];
  if (d.rows.length > 0) lines.push('', ...tableOf(d.rows, width));
  for (const row of d.rows)
    lines.push(
      '',
      ...wrap(`${nameOf(row)}, ${row.key}: ${verdictWords[row.verdict]}`, width),
      ...detailsOf(row, d, width),
    );
  return `${[...lines, ...restOf(d, width)].join('\n')}\n`;
};

/** The whole diagnosis with a picture of every mapping, for mail: ASCII, 72 columns. */
export const diagnosisPicture = (d: Diagnosis): string => {
  const lines: string[] = [...headOf(d, COLUMNS)];
  for (const row of d.rows) {
    const title = `${nameOf(row)}: ${verdictWords[row.verdict]}`;
    lines.push('', '-'.repeat(COLUMNS));
    if (row.answer === undefined)
      lines.push(...wrap(`${title}, ${formatSize(row.length)} at ${formatAddress(row.start)}`));
    else lines.push(...plainPicture(title, row.answer));
    lines.push(...detailsOf(row, d, COLUMNS));
  }
  if (d.rows.length > 0) lines.push('', '-'.repeat(COLUMNS));
  return `${[...lines, ...restOf(d, COLUMNS)].flatMap(line => fitted(ascii(line))).join('\n')}\n`;
};
