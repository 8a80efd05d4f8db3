import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { policyOf } from '../../src/placement/policies.ts';
import {
  type CompareGroup,
  compareColumns,
  compareGroups,
  type Scenario,
} from '../../src/scenario/scenario.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { BaseControl, HintControl, LengthControl, OffsetControl } from '../controls/request.tsx';
import { withCompare, withFilter } from '../scenario/view.ts';
import { bindCompare } from '../state/commands.ts';
import { offerPicture, offerTable } from '../state/offered.ts';
import { app, useApp, useMedia, useScenario } from '../state/store.ts';
import { copyRows, openRow, toggleBaseline, togglePin } from './actions.ts';
import type { Axes } from './Cells.tsx';
import { columnName, commonModulus, logEnd } from './columns.ts';
import { asTwin } from './copy.ts';
import './compare.css';
import { filtered, sorted } from './order.ts';
import { Pinned } from './Pinned.tsx';
import { findRow, groupNames, type Row, rowsOf, usualPins } from './rows.ts';
import { CompareTable } from './Table.tsx';
import { tablePicture } from './tablePicture.ts';

const touchWords = { asc: 'in ascending order', desc: 'in descending order', middle: 'from the middle' };

/** The request in a line. */
const requestLine = ({ request, device }: Scenario): string => {
  const hint = request.hint === 0 ? '0' : formatAddress(request.hint);
  const what =
    request.file === 'vfio'
      ? ` of BAR ${device.bar.index} at ${formatAddress(device.bar.base + request.offset)}`
      : '';
  return `mmap(${hint}, ${formatSize(request.length)})${what}, touched ${touchWords[request.touch]}. Only who places it, and what faults do, changes.`;
};

/** Room for counts up to “524,288” at least, so that dots stand still over most of a drag. */
const LEAST_DIGITS = 7;

const axesOf = (rows: readonly Row[], width: number, length: number): Axes => {
  const devices = rows.flatMap(r => (r.measures.ok && r.measures.device ? [r.measures.device] : []));
  const faults = Math.max(1, ...devices.map(d => d.faults));
  const tables = Math.max(1, ...devices.map(d => d.tables));
  return {
    axis: Math.max(length, ...rows.map(r => (r.measures.ok ? r.measures.length : 0))),
    width,
    faults: logEnd(faults),
    tables: logEnd(tables),
    digits: Math.max(LEAST_DIGITS, formatCount(faults).length, formatCount(tables).length),
    modulus: commonModulus(rows),
  };
};

/** Which rows are shown, and how they are looked at. */
const Tools = ({
  shown,
  all,
  base,
  find,
}: {
  readonly shown: readonly Row[];
  readonly all: readonly Row[];
  readonly base: Row | undefined;
  readonly find: React.RefObject<HTMLInputElement | null>;
}) => {
  const view = useApp(s => s.scenario.view.compare);
  const phone = useMedia('(max-width: 719px)');
  const { change, finish } = app.getState();
  const toggle = (group: CompareGroup): void =>
    change(
      withCompare({
        groups: compareGroups.filter(g => view.groups.includes(g) !== (g === group)),
      }),
      'done',
    );
  return (
    <div className="tools-row">
      <fieldset className="groups">
        <legend className="visually-hidden">Rows</legend>
        {compareGroups.map(group => (
          <label key={group} className="check">
            <input type="checkbox" checked={view.groups.includes(group)} onChange={() => toggle(group)} />
            {groupNames[group]}
          </label>
        ))}
      </fieldset>
      <input
        ref={find}
        type="text"
        className="find"
        aria-label="Find rows"
        placeholder="Find: pud, 6.12, xu"
        autoComplete="off"
        spellCheck={false}
        value={view.filter}
        onChange={e => change(withFilter(e.target.value), 'drag')}
        onBlur={finish}
        onKeyDown={e => {
          if (e.key === 'Enter') finish();
          if (e.key === 'Escape') {
            change(withFilter(''), 'done');
            e.stopPropagation();
          }
        }}
      />
      <span className="count" role="status">
        {shown.length === all.length ? `${all.length} rows` : `${shown.length} of ${all.length} rows`}
      </span>
      {phone && (
        <select
          aria-label="Sort by"
          value={view.sort === undefined ? '' : `${view.sort.down ? '-' : ''}${view.sort.by}`}
          onChange={e => {
            const text = e.target.value;
            const by = compareColumns.find(c => c === text.replace(/^-/, ''));
            const sort = by === undefined ? undefined : { by, down: text.startsWith('-') };
            change(withCompare({ sort }), 'done');
          }}
        >
          <option value="">Oldest first</option>
          {compareColumns.flatMap(c => [
            <option key={c} value={c}>
              {columnName(c, undefined)} ↑
            </option>,
            <option key={`-${c}`} value={`-${c}`}>
              {columnName(c, undefined)} ↓
            </option>,
          ])}
        </select>
      )}
      {base !== undefined && (
        <span className="against">
          Differences to <b>{base.name}</b>
          <button
            type="button"
            className="button quiet icon"
            aria-label="No baseline"
            onClick={() => change(withCompare({ baseline: undefined }), 'done')}
          >
            ✕
          </button>
        </span>
      )}
      <span className="copies">
        <button type="button" className="button" onClick={() => void copyRows(shown, base, 'Markdown')}>
          Copy as Markdown
        </button>
        <button type="button" className="button" onClick={() => void copyRows(shown, base, 'TSV')}>
          TSV
        </button>
      </span>
    </div>
  );
};

/** What the columns mean. */
const Legend = () => (
  <dl className="legend">
    <div>
      <dt>VA skipped</dt>
      <dd>address space that alignment leaves free beside the mapping</dd>
    </div>
    <div>
      <dt>Gap needed, found</dt>
      <dd>bytes that the last search asked for, and those of the gap it took</dd>
    </div>
    <div>
      <dt>ASLR bits lost</dt>
      <dd>
        log2(alignment ÷ page): the page positions that alignment forbids, so bits that need not be guessed
      </dd>
    </div>
    <div>
      <dt>Page-table pages</dt>
      <dd>those below the root that the leaves need, in a process that has none near</dd>
    </div>
  </dl>
);

/** The same request under every kernel and proposal, one row each. */
export const CompareScreen = () => {
  const scenario = useScenario();
  const { compare } = scenario.view;
  const [width, setWidth] = useState(0);
  const [focus, setFocus] = useState<string | undefined>(undefined);
  const find = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);

  const all = useMemo(() => rowsOf(scenario, scenario.view.compare.groups), [scenario]);
  const shown = useMemo(
    () => sorted(filtered(all, compare.filter), compare.sort),
    [all, compare.filter, compare.sort],
  );
  // The usual pins are those of the first look, so that what is watched stays while sliders move.
  const [usual] = useState(() => usualPins(all));
  // A pin or a baseline counts also where its group is not shown.
  const named = (id: string): Row | undefined =>
    findRow(all, scenario, id) ?? findRow(rowsOf(scenario, compareGroups), scenario, id);
  const pinned = (compare.pins ?? usual).flatMap(id => named(id) ?? []);
  const pins = pinned.map(r => r.id);
  const base = compare.baseline === undefined ? undefined : named(compare.baseline);
  const axes = axesOf(shown, width, scenario.request.length);
  const focused = shown.some(r => r.id === focus) ? focus : shown[0]?.id;

  const latest = useRef({ shown, pins, base, focused });
  latest.current = { shown, pins, base, focused };
  const onPin = useCallback((id: string) => togglePin(id, latest.current.pins), []);
  useEffect(() => {
    const move = (to: (at: number, count: number) => number) => (): void => {
      const { shown: rows, focused: id } = latest.current;
      const at = rows.findIndex(r => r.id === id);
      const next = rows[Math.min(Math.max(to(at, rows.length), 0), rows.length - 1)];
      if (next === undefined) return;
      setFocus(next.id);
      box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.id)}"]`)?.focus();
    };
    const withRow = (act: (row: Row) => void) => (): void => {
      const row = latest.current.shown.find(r => r.id === latest.current.focused);
      if (row) act(row);
    };
    return bindCompare({
      previous: move(at => at - 1),
      next: move(at => at + 1),
      first: move(() => 0),
      last: move((_, count) => count - 1),
      pin: withRow(row => togglePin(row.id, latest.current.pins)),
      baseline: withRow(row => toggleBaseline(row)),
      open: withRow(openRow),
      copy: () => void copyRows(latest.current.shown, latest.current.base, 'Markdown'),
      find: () => find.current?.focus(),
    });
  }, []);

  const policy = policyOf(scenario.machine.policy);
  const groupNotes: Readonly<Record<CompareGroup, string>> = {
    kernels: 'releases that answer alike, oldest first',
    policies: `on Linux ${scenario.machine.kernel}`,
    archs: `what if, on Linux ${scenario.machine.kernel}${policy.group === 'kernel' ? '' : ` with ${policy.label}`}: a bare process on each, offset and length rounded to its pages`,
  };
  const drawn = useRef({ rows: shown, base, axis: axes.axis, about: requestLine(scenario), groupNotes });
  drawn.current = { rows: shown, base, axis: axes.axis, about: requestLine(scenario), groupNotes };
  useEffect(() => {
    const ends = [
      offerTable(() => asTwin(latest.current.shown, latest.current.base)),
      offerPicture(() => tablePicture(drawn.current)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return (
    <main className="compare">
      <section className="intro">
        <h2>Same request under every kernel and proposal</h2>
        <p className="note">{requestLine(scenario)}</p>
      </section>
      <section className="request" aria-label="Request">
        <div>
          <OffsetControl />
        </div>
        <div>
          <LengthControl />
        </div>
        {scenario.request.file === 'vfio' && (
          <div>
            <BaseControl />
          </div>
        )}
        <div>
          <HintControl />
        </div>
      </section>
      <Tools shown={shown} all={all} base={base} find={find} />
      <section className="table" ref={box} aria-label="Table">
        <CompareTable
          rows={shown}
          base={base}
          axes={axes}
          pins={pins}
          groupNotes={groupNotes}
          focus={focused}
          onPin={onPin}
          onFocus={setFocus}
          onWidth={setWidth}
        />
        {shown.length === 0 && <p className="note none">No row has these words.</p>}
        <Legend />
      </section>
      <Pinned rows={pinned} />
    </main>
  );
};
