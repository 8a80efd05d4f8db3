import {
  useCallback,
  useDeferredValue,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { archOf } from '../../src/arch/index.ts';
import { releases } from '../../src/kernel/releases.ts';
import { policies, policyOf } from '../../src/placement/policies.ts';
import {
  type Scenario,
  type SweepAxis,
  type SweepView,
  sweepColours,
  sweepInputs,
} from '../../src/scenario/scenario.ts';
import { type Axis, axisOf, boundsOf, lastOf, nearest, valueAt } from '../../src/sweep/axis.ts';
import { inputOf } from '../../src/sweep/inputs.ts';
import { figuresOf, POINT } from '../../src/sweep/points.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { alignDown } from '../../src/units.ts';
import { withMachine } from '../scenario/edit.ts';
import { offerPicture, offerTable } from '../state/offered.ts';
import { answerVariant } from '../state/solution.ts';
import { app, useApp, useMedia, useScenario } from '../state/store.ts';
import { BytesField, readPages, writeSize } from '../ui/BytesField.tsx';
import { LeafStrip } from '../ui/LeafStrip.tsx';
import { Spoken } from '../ui/Spoken.tsx';
import { LuckPanel, Multiples, PointTable, Shares } from './Beside.tsx';
import { type Best, bestOf } from './best.ts';
import { type Cell, openPoint, scenarioAt, withSweep } from './change.ts';
import { letterOf } from './frameMarks.ts';
import { PlaneView } from './PlaneView.tsx';
import { rampCss, spanOf } from './paintPlane.ts';
import { planePicture } from './planePicture.ts';
import { type KnownPlane, type Planes, usePlanes } from './planes.ts';
import { planeTable } from './planeTable.ts';
import { Scroll } from './Scroll.tsx';
import './sweep.css';
import { formatAddress } from '../../src/text.ts';
import {
  classText,
  colourNames,
  figuresText,
  inputNames,
  inputNotes,
  policiesOf,
  policyList,
  policyShort,
  titleOf,
  valueText,
} from './words.ts';

const DETAILS = [64, 256, 1024] as const;

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** What is swept, in a line. */
const requestLine = (s: Scenario, x: Axis, y: Axis): string => {
  const { bar } = s.device;
  const steps =
    x.step === y.step
      ? `steps of ${formatSize(x.step)}`
      : `steps of ${formatSize(x.step)} and ${formatSize(y.step)}`;
  const fixed = (['off', 'len', 'hint'] as const)
    .filter(i => i !== x.input && i !== y.input)
    .map(i => `${inputNames[i]} ${valueText(i, inputOf(s, i))}`);
  return `${formatCount(x.count * y.count)} requests on BAR ${bar.index} (${formatSize(bar.size)}), ${steps}, ${fixed.length > 0 ? `${fixed.join(', ')}, ` : ''}${archOf(s.machine.arch).label}.`;
};

/** The input and the range of one axis. */
const AxisControls = ({
  side,
  axis,
  scenario,
}: {
  readonly side: 'x' | 'y';
  readonly axis: Axis;
  readonly scenario: Scenario;
}) => {
  const id = useId();
  const { change } = app.getState();
  const chosen = scenario.view.sweep[side];
  const other = side === 'x' ? 'y' : 'x';
  const set = (next: SweepAxis): void =>
    change(s => {
      const { sweep } = s.view;
      // Two axes of one input would be a line: they change places.
      const clash = sweep[other].input === next.input;
      const { point } = sweep;
      // The point keeps what it has of the inputs that stay.
      if (clash)
        return withSweep({
          [side]: next,
          [other]: sweep[side],
          point: point && { x: point.y, y: point.x },
        })(s);
      const same = next.input === sweep[side].input;
      return withSweep({
        [side]: next,
        point:
          same || point === undefined ? point : { ...point, [side]: alignDown(inputOf(s, next.input), 4096) },
      })(s);
    }, 'done');
  const bounds = boundsOf(scenario, axis.input);
  const range = { from: axis.from, to: lastOf(axis) };
  const write = axis.input === 'base' || axis.input === 'hint' ? formatAddress : writeSize;
  return (
    <fieldset className="axis">
      <legend className="visually-hidden">{side} axis</legend>
      <label htmlFor={id}>{side}</label>
      <select
        id={id}
        value={chosen.input}
        onChange={e => {
          const input = sweepInputs.find(i => i === e.target.value);
          if (input !== undefined) set({ input, range: undefined });
        }}
      >
        {sweepInputs.map(input => (
          <option key={input} value={input}>
            {inputNames[input]}
          </option>
        ))}
      </select>
      <BytesField
        label={`${side} from`}
        value={range.from}
        write={write}
        read={text => {
          const read = readPages(text);
          return read.ok && (read.value >= range.to || read.value < bounds.from)
            ? { ok: false, reason: `not from ${valueText(axis.input, bounds.from)} to below the end` }
            : read;
        }}
        onCommit={from => set({ input: axis.input, range: { from, to: range.to } })}
      />
      <BytesField
        label={`${side} to`}
        value={range.to}
        write={write}
        read={text => {
          const read = readPages(text);
          return read.ok && (read.value <= range.from || read.value > bounds.to)
            ? { ok: false, reason: `not above the begin, at most ${valueText(axis.input, bounds.to)}` }
            : read;
        }}
        onCommit={to => set({ input: axis.input, range: { from: range.from, to } })}
      />
    </fieldset>
  );
};

/** Who places on which kernel. */
const MachineControls = ({ machine }: { readonly machine: Scenario['machine'] }) => {
  const { change } = app.getState();
  const listed = releases.some(r => r.version === machine.kernel);
  return (
    <>
      <label>
        <span>Policy</span>
        <select
          value={machine.policy}
          onChange={e => {
            const policy = policies.find(p => p.id === e.target.value);
            if (policy) change(withMachine({ policy: policy.id }), 'done');
          }}
        >
          {policies
            .filter(p => p.kind !== 'none' || p.id === machine.policy)
            .map(p => (
              <option key={p.id} value={p.id}>
                {policyShort(p.id, machine.kernel)}
              </option>
            ))}
        </select>
      </label>
      <label>
        <span>Kernel</span>
        <select
          value={machine.kernel}
          onChange={e => change(withMachine({ kernel: e.target.value }), 'done')}
        >
          {!listed && <option value={machine.kernel}>Linux {machine.kernel}</option>}
          {releases.map(r => (
            <option key={r.version} value={r.version}>
              Linux {r.version}
            </option>
          ))}
        </select>
      </label>
    </>
  );
};

/** How far the planes are, where it takes long enough to be noticed. */
const Progress = ({ shown }: { readonly shown: Planes }) => {
  const { x, y, policies: wanted } = shown.ask;
  const main = wanted[0] === undefined ? undefined : shown.planes.get(wanted[0]);
  const total = x.count * y.count;
  if (shown.end === 'failed')
    return (
      <p className="progress bad" role="alert">
        ✕ The sweep stopped: {shown.reason}
      </p>
    );
  const known = main?.known ?? 0;
  const done = known >= total;
  if (shown.end === 'done' || !shown.slow) return <p className="progress" />;
  return (
    <p className="progress">
      <progress max={total} value={done ? undefined : known} aria-label="Points computed" />{' '}
      {done
        ? 'the other policies…'
        : `${formatCount(known)} of ${formatCount(total)} points${main?.stride === undefined || main.stride === 1 ? '' : `, blocks show every ${main.stride}th`}`}
    </p>
  );
};

/** What the colours mean. */
const Key = ({
  shown,
  known,
  best,
  scenario,
}: {
  readonly shown: Planes;
  readonly known: KnownPlane | undefined;
  readonly best: Best | undefined;
  readonly scenario: Scenario;
}) => {
  const { colour } = scenario.view.sweep;
  const { kernel } = scenario.machine;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known stands for what the arrays hold
  const span = useMemo(
    () => (known === undefined ? undefined : spanOf(known.plane, colour)),
    [known?.plane, known?.known, colour],
  );
  const leaves = archOf(scenario.machine.arch).pfnLeaves;
  const ramp = rampCss(8);
  switch (colour) {
    case 'leaf':
      return (
        <ul className="key" aria-label="Colour key">
          {leaves.map(l => (
            <li key={l.kind}>
              <LeafStrip width={34} parts={[{ kind: l.kind, share: 1 }]} />{' '}
              {classText(1 + ['pte', 'contpte', 'pmd', 'contpmd', 'pud'].indexOf(l.kind))}{' '}
              {formatSize(l.size)}
            </li>
          ))}
          <li>
            <span className="swatch hatch" /> past the end
          </li>
          <li>
            <span className="swatch cross" /> no room
          </li>
          <li>
            <span className="swatch dots" /> blocks of a leaf begin
          </li>
        </ul>
      );
    case 'best':
      return (
        <ul className="key sets" aria-label="Colour key">
          {best === undefined && <li>waiting for all policies…</li>}
          {best?.sets.slice(0, 8).map((set, i) => (
            <li key={set.policies.join()}>
              <span className="swatch" style={{ background: ramp[(i * 5 + 2 + 5) % 8] }} />
              <b>{letterOf(i)}</b> {policyList(set.policies, shown.ask.policies, kernel)}
              <small>
                {' '}
                {formatCount(set.points)} points{best.stride > 1 ? ` of every ${best.stride}th` : ''}
              </small>
            </li>
          ))}
          {best !== undefined && best.sets.length > 8 && <li>and {best.sets.length - 8} more ties</li>}
        </ul>
      );
    case 'faults':
    case 'tables':
    case 'skipped':
      return (
        <div className="key scale">
          {span === undefined ? (
            'no figures on this plane'
          ) : (
            <>
              <span>{colour === 'faults' ? formatCount(span.least) : formatSize(span.least)}</span>
              {ramp.map(c => (
                <span key={c} className="swatch" style={{ background: c }} />
              ))}
              <span>{colour === 'faults' ? formatCount(span.most) : formatSize(span.most)}</span>
              <small>{colourNames[colour]}, log scale</small>
            </>
          )}
        </div>
      );
  }
};

const figuresAt = (known: KnownPlane | undefined, { column, row }: Cell): string => {
  if (known === undefined) return 'not computed yet';
  const { plane } = known;
  const place = row * plane.columns + column;
  return figuresText({
    cls: plane.cls[place] ?? 0,
    faults: plane.faults[place] ?? 0,
    tableBytes: plane.tableBytes[place] ?? 0,
    skipped: plane.skipped[place] ?? Number.NaN,
  });
};

/** The figures of one Scenario, without a plane. */
const answerAt = (s: Scenario): string => {
  try {
    const { solution, events } = answerVariant(s, s.machine);
    return figuresText(figuresOf(solution, events));
  } catch {
    return classText(POINT.impossible);
  }
};

const CORNERS = [
  ['Bottom left', 0, 0],
  ['Bottom right', 1, 0],
  ['Top left', 0, 1],
  ['Top right', 1, 1],
] as const;

/** The point at hand and the corners of the plane in words. */
const Corners = ({
  shown,
  known,
  cell,
}: {
  readonly shown: Planes;
  readonly known: KnownPlane | undefined;
  readonly cell: Cell;
}) => {
  const { x, y } = shown.ask;
  const rows = [
    ...CORNERS.map(([name, cx, cy]) => ({
      name,
      cell: { column: cx * (x.count - 1), row: cy * (y.count - 1) },
    })),
    { name: 'The point', cell },
  ];
  return (
    <details className="corners">
      <summary>The corners as a table</summary>
      <Scroll>
        <table className="point">
          <thead>
            <tr>
              <th scope="col">Corner</th>
              <th scope="col">{capital(inputNames[x.input])}</th>
              <th scope="col">{capital(inputNames[y.input])}</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(r => (
              <tr key={r.name}>
                <th scope="row">{r.name}</th>
                <td>{valueText(x.input, valueAt(x, r.cell.column))}</td>
                <td>{valueText(y.input, valueAt(y, r.cell.row))}</td>
                <td>{figuresAt(known, r.cell)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
};

const sameAxis = (a: Axis, b: Axis): boolean =>
  a.input === b.input && a.from === b.from && a.step === b.step && a.count === b.count;

type Point = SweepView['point'];

/** A point that has rested so long goes into the link, in milliseconds. */
const RESTED_MS = 250;

/** Where the point stands on an axis; where none was chosen, where the request stands. */
const heldOf = (s: Scenario, axis: Axis, value: number | undefined): number =>
  nearest(axis, value ?? inputOf(s, axis.input));

/**
 * The point at hand and what moves it. While it moves it is known here alone; once it rests the view has it, and what
 * else moves that, a link or a step of undo, is followed.
 */
const usePoint = (): readonly [Point, (next: NonNullable<Point>) => void] => {
  const kept = useApp(s => s.scenario.view.sweep.point);
  const inputs = useApp(({ scenario: { view } }) => `${view.sweep.x.input} ${view.sweep.y.input}`);
  const [moved, setMoved] = useState<{ readonly to: Point; readonly over: Point; readonly inputs: string }>();
  const to = moved !== undefined && moved.over === kept && moved.inputs === inputs ? moved.to : undefined;
  useEffect(() => {
    if (to === undefined) return;
    const timer = window.setTimeout(() => app.getState().look(withSweep({ point: to })), RESTED_MS);
    return () => window.clearTimeout(timer);
  }, [to]);
  const move = useCallback(
    (next: NonNullable<Point>): void => setMoved({ to: next, over: kept, inputs }),
    [kept, inputs],
  );
  return [to ?? kept, move];
};

/** What the drawing may take of a window: not so much that everything else is below it. */
const useSide = (): readonly [React.RefObject<HTMLDivElement | null>, number] => {
  const box = useRef<HTMLDivElement>(null);
  const [side, setSide] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const wide = window.innerWidth >= 1000;
      const most = wide ? Math.max(360, window.innerHeight - 236) : Math.max(300, window.innerHeight - 150);
      setSide(Math.floor(Math.min(element.clientWidth, most)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, []);
  return [box, side];
};

/** Two inputs on two axes, and what every point comes to. */
export const SweepScreen = () => {
  const scenario = useScenario();
  const { machine, device, space, request, view } = scenario;
  const { sweep } = view;
  const { change } = app.getState();
  // biome-ignore lint/correctness/useExhaustiveDependencies: where one looks does not move the axes
  const [x, y] = useMemo(
    () => [axisOf(scenario, sweep.x, sweep.detail), axisOf(scenario, sweep.y, sweep.detail)] as const,
    [machine, device, space, request, sweep.x, sweep.y, sweep.detail],
  );
  const wanted = useMemo(() => policiesOf({ machine: { ...machine, policy: machine.policy } }), [machine]);
  const shown = usePlanes(scenario, x, y, wanted);
  const [point, movePoint] = usePoint();
  const cell: Cell = { column: heldOf(scenario, x, point?.x), row: heldOf(scenario, y, point?.y) };
  const [box, side] = useSide();
  const touch = useMedia('(max-width: 719px), (pointer: coarse)');
  const zooms = useRef<{ readonly x: SweepAxis; readonly y: SweepAxis }[]>([]);

  const main = shown?.ask.policies[0];
  const known = main === undefined ? undefined : shown?.planes.get(main);
  const fits = shown !== undefined && sameAxis(shown.ask.x, x) && sameAxis(shown.ask.y, y);
  // The planes are filled in place: the counts say that they changed.
  const stamp = shown?.ask.policies.map(id => shown.planes.get(id)?.known ?? 0).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for what the arrays hold
  const best = useMemo(() => {
    if (shown === undefined || sweep.colour !== 'best') return undefined;
    const all = shown.ask.policies.flatMap(id => {
      const plane = shown.planes.get(id);
      return plane === undefined ? [] : [[id, plane] as const];
    });
    return all.length === shown.ask.policies.length ? bestOf(all) : undefined;
  }, [shown?.ask, stamp, sweep.colour]);

  const title = titleOf(x.input, y.input, sweep.colour);
  const latest = useRef({ scenario, shown, best, title });
  latest.current = { scenario, shown, best, title };
  // Offered anew when the plane is whole: until then what is known of it.
  const whole = shown?.end === 'done' ? shown : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another plane is another picture
  useEffect(() => {
    const ends = [
      offerPicture(() => {
        const { scenario: s, shown: planes, best: won, title: named } = latest.current;
        if (planes === undefined) return undefined;
        return planePicture(s, planes, won, named, requestLine(s, planes.ask.x, planes.ask.y));
      }),
      offerTable(() => {
        const { shown: planes } = latest.current;
        const first = planes?.ask.policies[0];
        const plane = first === undefined ? undefined : planes?.planes.get(first)?.plane;
        return planes === undefined || plane === undefined
          ? undefined
          : planeTable(plane, planes.ask.x, planes.ask.y);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [whole, best, sweep.colour]);

  const { column, row } = cell;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where one looks does not move the point
  const there = useMemo(
    () => scenarioAt(scenario, x, y, { column, row }),
    [machine, device, space, request, x, y, column, row],
  );
  const settled = useDeferredValue(there);
  const setCell = useCallback(
    (next: Cell): void => movePoint({ x: valueAt(x, next.column), y: valueAt(y, next.row) }),
    [x, y, movePoint],
  );
  const back = (): void => {
    const last = zooms.current.pop();
    const { sweep: now } = app.getState().scenario.view;
    if (last === undefined && now.x.range === undefined && now.y.range === undefined) return;
    change(
      withSweep(
        last?.x.input === now.x.input && last.y.input === now.y.input
          ? last
          : { x: { ...now.x, range: undefined }, y: { ...now.y, range: undefined } },
      ),
      'done',
    );
  };
  const brush = (a: Cell, b: Cell): void => {
    const rangeOf = (axis: Axis, p: number, q: number) => ({
      from: valueAt(axis, Math.min(p, q)),
      to: valueAt(axis, Math.max(p, q)),
    });
    const next = {
      x: { input: x.input, range: rangeOf(x, a.column, b.column) },
      y: { input: y.input, range: rangeOf(y, a.row, b.row) },
    };
    if (next.x.range.from === next.x.range.to || next.y.range.from === next.y.range.to) return;
    zooms.current.push({ x: sweep.x, y: sweep.y });
    change(withSweep(next), 'done');
  };
  const zoomed = sweep.x.range !== undefined || sweep.y.range !== undefined;
  const where = `${inputNames[x.input]} ${valueText(x.input, valueAt(x, column))}, ${inputNames[y.input]} ${valueText(y.input, valueAt(y, row))}`;
  const place = row * x.count + column;
  const drawn = fits && (known?.plane.cls[place] ?? POINT.unknown) !== POINT.unknown;
  // What the plane does not show yet is answered by itself.
  const value = useMemo(
    () => (drawn ? figuresAt(known, { column, row }) : answerAt(there)),
    [drawn, known, column, row, there],
  );
  useEffect(() => {
    const onEscape = (e: KeyboardEvent): void => {
      if (e.key === 'Escape' && !e.defaultPrevented && e.target === document.body && zoomed)
        backRef.current();
    };
    window.addEventListener('keydown', onEscape);
    return () => window.removeEventListener('keydown', onEscape);
  }, [zoomed]);
  const backRef = useRef(back);
  backRef.current = back;
  const label = `Plane of ${inputNames[x.input]} and ${inputNames[y.input]}, coloured by ${colourNames[sweep.colour]}. At ${where}: ${value}`;
  return (
    <main className="sweep" tabIndex={-1}>
      <section className="intro">
        <h2>{title}</h2>
        <p className="note">{requestLine(scenario, x, y)} One square is one mmap().</p>
      </section>
      {request.file !== 'vfio' && (
        <p className="note">What is mapped here is no device BAR: there are no leaves to tell apart.</p>
      )}
      <section className="main" aria-label="Plane">
        <div className="plane-head">
          <MachineControls machine={machine} />
          <label>
            <span>Colour</span>
            <select
              value={sweep.colour}
              onChange={e => {
                const colour = sweepColours.find(c => c === e.target.value);
                if (colour !== undefined) change(withSweep({ colour }), 'done');
              }}
            >
              {sweepColours.map(c => (
                <option key={c} value={c}>
                  {colourNames[c]}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div ref={box} className="plane-box">
          {shown !== undefined && side > 0 && (
            <PlaneView
              shown={shown}
              scenario={scenario}
              best={best}
              cell={
                fits
                  ? cell
                  : {
                      column: Math.min(column, shown.ask.x.count - 1),
                      row: Math.min(row, shown.ask.y.count - 1),
                    }
              }
              side={side}
              label={label}
              onCell={setCell}
              onOpen={c => openPoint(x, y, c)}
              onBrush={brush}
              onBack={back}
            />
          )}
        </div>
        {/* The plane has these words as its name already. */}
        <p className="at-hand" aria-hidden="true">
          At {where}: {value}
        </p>
        {shown !== undefined && <Key shown={shown} known={known} best={best} scenario={scenario} />}
        {shown !== undefined && <Progress shown={shown} />}
        <div className="axes">
          <AxisControls side="x" axis={x} scenario={scenario} />
          <AxisControls side="y" axis={y} scenario={scenario} />
          <div className="axis">
            <label>
              <span>grain</span>
              <select
                aria-label="Most steps along an axis"
                value={sweep.detail}
                onChange={e => change(withSweep({ detail: Number(e.target.value) }), 'done')}
              >
                {DETAILS.map(d => (
                  <option key={d} value={d}>
                    up to {formatCount(d)} steps
                  </option>
                ))}
              </select>
            </label>
            <button type="button" className="button" disabled={!zoomed} onClick={back}>
              Zoom back
            </button>
          </div>
        </div>
        {[x.input, y.input].map(input =>
          inputNotes[input] === undefined ? null : (
            <p key={input} className="note">
              {inputNotes[input]}
            </p>
          ),
        )}
        <p className="note" id="sweep-keys">
          {touch
            ? 'A tap moves the point, a second one on it shows it in Map. A drag sideways zooms.'
            : 'Arrows move the point, with Shift by 16; Home, End, Page Up, Page Down to the edges. Click or Enter: show it in Map. Drag a rectangle or + zooms, 0 or Esc goes back.'}
        </p>
      </section>
      <div className="beside">
        <PointTable
          scenario={settled}
          policies={wanted}
          title={`At ${where}`}
          value={value}
          onOpen={() => openPoint(x, y, cell)}
        />
        {shown !== undefined && <Multiples shown={shown} scenario={scenario} />}
        {policyOf(machine.policy).kind !== 'none' && <LuckPanel scenario={settled} />}
        {shown !== undefined && <Shares shown={shown} scenario={scenario} />}
        {shown !== undefined && <Corners shown={shown} known={known} cell={cell} />}
      </div>
      <Spoken text={`At ${where}: ${value}`} />
    </main>
  );
};
