import type { CompareColumn } from '../../src/scenario/scenario.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { leafNames } from '../scenario/words.ts';
import { MarkCanvas } from '../ui/MarkCanvas.tsx';
import { logPlace, residueText, textOf } from './columns.ts';
import { BASELINE, SAME } from './differences.ts';
import type { DeviceMeasures, Measures } from './measures.ts';
import type { Row } from './rows.ts';
import { stripMarks, stripSignature } from './strip.ts';

/** Height of a strip of leaves in CSS pixels. */
const STRIP = 26;

/** What all rows share. */
export interface Axes {
  /** Bytes that the strips stand for, and their width in pixels. */
  readonly axis: number;
  readonly width: number;
  /** Ends of the log scales. */
  readonly faults: number;
  readonly tables: number;
  /** Letters of the longest count beside a dot, so that the dots share one axis. */
  readonly digits: number;
  /** The modulus of all residues, where they share one. */
  readonly modulus: number | undefined;
}

/** A figure as a dot on a log scale, in the colour of the leaves behind it. */
const Dot = ({ figure, end, kind }: { figure: number; end: number; kind: DeviceMeasures['most'] }) => {
  const place = logPlace(figure, end);
  return (
    <span className={`log ink-${kind}`} aria-hidden="true">
      <i style={{ width: `${place * 100}%` }} />
      <b style={{ left: `${place * 100}%` }} data-none={figure === 0 || undefined} />
    </span>
  );
};

/** The strip of leaves. */
export const Strip = ({ measures, axes }: { readonly measures: Measures; readonly axes: Axes }) => (
  <MarkCanvas
    width={axes.width}
    height={STRIP}
    signature={stripSignature(measures, axes.axis)}
    draw={() => stripMarks(measures, axes.axis, axes.width, STRIP)}
  />
);

const Leaves = ({ measures }: { readonly measures: Measures }) => {
  const { device } = measures;
  if (device === undefined) return <>placed</>;
  const corrupt = device.tallies.reduce((sum, t) => sum + t.corrupt, 0);
  return (
    <>
      {device.tallies.map(t => (
        <b key={t.kind} className={`kind ink-${t.kind}`}>
          {formatCount(t.count)} {leafNames[t.kind]}
        </b>
      ))}
      {corrupt > 0 && (
        <small className="bad">
          <span aria-hidden="true">✕ </span>
          {formatCount(corrupt)} corrupt
        </small>
      )}
    </>
  );
};

const Content = ({
  row,
  measures,
  column,
  axes,
}: {
  readonly row: Row;
  readonly measures: Measures;
  readonly column: CompareColumn;
  readonly axes: Axes;
}) => {
  const { device } = measures;
  const text = textOf(row, column);
  switch (column) {
    case 'name':
      return null;
    case 'leaves':
      return <Leaves measures={measures} />;
    case 'faults':
      return device === undefined ? null : (
        <span className="dotted">
          <Dot figure={device.faults} end={axes.faults} kind={device.most} />
          <span>{formatCount(device.faults)}</span>
        </span>
      );
    case 'tables':
      return device === undefined ? null : (
        <span className="dotted">
          <Dot figure={device.tables} end={axes.tables} kind={device.most} />
          <span>{formatCount(device.tables)}</span>
        </span>
      );
    case 'residue':
      return device === undefined ? null : (
        <span className={device.residue === 0 ? 'residue' : 'residue red'}>
          {residueText(device.residue)}
          <span className="mark">
            <span aria-hidden="true">{device.residue === 0 ? '✓' : '✕'}</span>
            <span className="visually-hidden">
              {device.residue === 0 ? ', congruent' : ', not congruent'}
            </span>
          </span>
        </span>
      );
    case 'gap':
      return measures.gap === undefined ? null : formatSize(measures.gap.needed);
    default:
      return text;
  }
};

/** The second line of a cell where no difference stands there. */
const underOf = (measures: Measures, column: CompareColumn, axes: Axes): string => {
  const { device } = measures;
  switch (column) {
    case 'tables':
      return device === undefined ? '' : formatSize(device.tableBytes);
    case 'gap':
      return measures.gap === undefined ? '' : `of ${formatSize(measures.gap.found)}`;
    case 'residue':
      return device !== undefined && axes.modulus === undefined ? `mod ${formatSize(device.modulus)}` : '';
    default:
      return '';
  }
};

const standing = (difference: string): string => {
  if (difference === '') return '';
  return difference === SAME || difference === BASELINE ? 'same' : 'difference';
};

/** One cell: its figure, and under it the difference to the baseline or what belongs to the figure. */
export const Cell = ({
  row,
  measures,
  column,
  axes,
  difference,
}: {
  readonly row: Row;
  readonly measures: Measures;
  readonly column: CompareColumn;
  readonly axes: Axes;
  readonly difference: string;
}) => {
  const under = difference === '' ? underOf(measures, column, axes) : difference;
  return (
    <>
      <Content row={row} measures={measures} column={column} axes={axes} />
      {under !== '' && <small className={`under ${standing(difference)}`}>{under}</small>}
    </>
  );
};
