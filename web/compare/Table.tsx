import { type CSSProperties, type KeyboardEvent, memo, useLayoutEffect, useRef } from 'react';
import { type CompareColumn, type CompareGroup, compareColumns } from '../../src/scenario/scenario.ts';
import { formatSize } from '../../src/text.ts';
import { withCompare } from '../scenario/view.ts';
import { runKey } from '../state/commands.ts';
import { app, useApp } from '../state/store.ts';
import { openRow, toggleBaseline } from './actions.ts';
import { type Axes, Cell, Strip } from './Cells.tsx';
import { columnName, textOf } from './columns.ts';
import { differenceOf } from './differences.ts';
import { groupNames, type Row } from './rows.ts';
import { stripSignature } from './strip.ts';

const figures = compareColumns.filter(c => c !== 'name');

/** What a click on a head does: upwards, downwards, the table's own order. */
const nextSort = (column: CompareColumn): void =>
  app.getState().change(s => {
    const { sort } = s.view.compare;
    const next =
      sort?.by !== column ? { by: column, down: false } : sort.down ? undefined : { by: column, down: true };
    return withCompare({ sort: next })(s);
  }, 'done');

const Head = ({ column, axes }: { readonly column: CompareColumn; readonly axes: Axes }) => {
  const sort = useApp(s => s.scenario.view.compare.sort);
  const on = sort?.by === column;
  return (
    <th
      scope="col"
      className={`col-${column}`}
      aria-sort={on ? (sort.down ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" onClick={() => nextSort(column)}>
        {columnName(column, axes.modulus)}
        <span aria-hidden="true" className="arrow">
          {on ? (sort.down ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
};

interface RowProps {
  readonly row: Row;
  readonly base: Row | undefined;
  readonly axes: Axes;
  readonly pinned: boolean;
  readonly focused: boolean;
  readonly onPin: (id: string) => void;
  readonly onFocus: (id: string) => void;
}

/** Equal for rows that look the same. */
const signatureOf = ({ row, base, axes, pinned, focused }: RowProps): string =>
  [
    row.id,
    row.name,
    row.note,
    row.present,
    pinned,
    focused,
    axes.width,
    axes.faults,
    axes.tables,
    axes.modulus,
    row.measures.ok ? stripSignature(row.measures, axes.axis) : row.measures.reason,
    ...compareColumns.map(c => `${textOf(row, c)}/${base === undefined ? '' : differenceOf(row, base, c)}`),
  ].join('|');

/** The row as it was last drawn: what opens it must be the present one. */
const TableRow = memo(
  ({ row, base, axes, pinned, focused, onPin, onFocus }: RowProps) => {
    const { measures } = row;
    const tab = focused ? 0 : -1;
    const isBase = base?.id === row.id;
    return (
      <tr
        data-row={row.id}
        tabIndex={tab}
        className={[pinned ? 'pinned' : '', isBase ? 'base' : ''].join(' ')}
        onFocus={() => onFocus(row.id)}
      >
        <td className="col-pick">
          <input
            type="checkbox"
            aria-label={`Pin ${row.name}`}
            tabIndex={tab}
            checked={pinned}
            onChange={() => onPin(row.id)}
          />
          <button
            type="button"
            className="versus"
            tabIndex={tab}
            aria-pressed={isBase}
            aria-label={`Compare the others with ${row.name}`}
            title="Compare the others with this row (B)"
            onClick={() => toggleBaseline(row)}
          >
            Δ
          </button>
        </td>
        <th scope="row" className="col-name">
          <button
            type="button"
            className="open"
            tabIndex={tab}
            title="Open in Map (Enter)"
            data-open={row.id}
          >
            {row.name}
          </button>
          <small className="under">
            {row.present && <b>in the Map, </b>}
            {row.note}
          </small>
        </th>
        {measures.ok ? (
          <>
            <td className="col-strip">
              <Strip measures={measures} axes={axes} />
            </td>
            {figures.map(column => (
              <td key={column} className={`col-${column}`}>
                <Cell
                  row={row}
                  measures={measures}
                  column={column}
                  axes={axes}
                  difference={base === undefined ? '' : differenceOf(row, base, column)}
                />
              </td>
            ))}
          </>
        ) : (
          <td colSpan={figures.length + 1} className="col-failed red">
            <b>
              <span aria-hidden="true">✕ </span>
              {measures.errno}
            </b>{' '}
            {measures.reason}
          </td>
        )}
      </tr>
    );
  },
  (a, b) => a.onPin === b.onPin && signatureOf(a) === signatureOf(b),
);

/** The table: a body a group, rows that take the focus one at a time. */
export const CompareTable = ({
  rows,
  base,
  axes,
  pins,
  groupNotes,
  focus,
  onPin,
  onFocus,
  onWidth,
}: {
  readonly rows: readonly Row[];
  readonly base: Row | undefined;
  readonly axes: Axes;
  readonly pins: readonly string[];
  readonly groupNotes: Readonly<Record<CompareGroup, string>>;
  /** The row that Tab leads to. */
  readonly focus: string | undefined;
  readonly onPin: (id: string) => void;
  readonly onFocus: (id: string) => void;
  /** The width that the strips have. */
  readonly onWidth: (width: number) => void;
}) => {
  const table = useRef<HTMLTableElement>(null);
  // A narrow screen folds the head away: the cells of the rows tell the width.
  useLayoutEffect(() => {
    const element = table.current;
    if (element === null) return;
    const read = (): void => {
      const cell = element.querySelector('tbody .col-strip') ?? element.querySelector('.col-strip');
      if (cell === null) return;
      const style = getComputedStyle(cell);
      onWidth(
        cell.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight),
      );
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onWidth]);

  const press = (e: KeyboardEvent): void => {
    if (e.altKey) return;
    const own = e.target instanceof HTMLButtonElement || e.target instanceof HTMLInputElement;
    if (own && (e.key === 'Enter' || e.key === ' ')) return;
    runKey(e, 'Compare');
  };
  const groups = [...new Set(rows.map(r => r.group))];
  return (
    <table
      ref={table}
      style={{ ['--digits' as string]: axes.digits } as CSSProperties}
      onKeyDown={press}
      onClick={e => {
        const button = e.target instanceof Element ? e.target.closest('[data-open]') : null;
        const row = rows.find(r => r.id === button?.getAttribute('data-open'));
        if (row) openRow(row);
      }}
    >
      <thead>
        <tr>
          <th scope="col" className="col-pick">
            <span className="visually-hidden">Pin, baseline</span>
          </th>
          <Head column="name" axes={axes} />
          <td className="col-strip">Leaves over the {formatSize(axes.axis)}</td>
          {figures.map(column => (
            <Head key={column} column={column} axes={axes} />
          ))}
        </tr>
      </thead>
      {groups.map(group => (
        <tbody key={group}>
          <tr className="group">
            <th colSpan={figures.length + 3} scope="rowgroup">
              {groupNames[group]} <small>{groupNotes[group]}</small>
            </th>
          </tr>
          {rows
            .filter(r => r.group === group)
            .map(row => (
              <TableRow
                key={row.id}
                row={row}
                base={base}
                axes={axes}
                pinned={pins.includes(row.id)}
                focused={row.id === focus}
                onPin={onPin}
                onFocus={onFocus}
              />
            ))}
        </tbody>
      ))}
    </table>
  );
};
