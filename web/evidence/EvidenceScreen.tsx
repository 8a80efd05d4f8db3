import { useEffect, useMemo, useRef } from 'react';
import { type ListedCase, outcomes } from '../../src/replay/listed.ts';
import type { EvidenceFilter, EvidenceView } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import { app, useApp, useMedia } from '../state/store.ts';
import { Spoken } from '../ui/Spoken.tsx';
import { choose, filterBy, rest, takeFiles } from './actions.ts';
import { CaseView } from './CaseView.tsx';
import './evidence.css';
import { filterValue, passes, showsAll, withFilterOf } from './filter.ts';
import { AddCapture, NotCovered } from './Notes.tsx';
import { inOrder, Sets } from './Sets.tsx';
import {
  type CaptureSet,
  clearRefused,
  preferSet,
  retryReplay,
  type Session,
  startReplay,
  stopReplay,
  useSession,
} from './session.ts';
import {
  archName,
  byCategory,
  casesText,
  categoryName,
  outcomeName,
  setTitle,
  type Tally,
  tallyOf,
} from './words.ts';

export { bringShipped } from './shipped.ts';

interface Totals extends Tally {
  readonly done: number;
  /** Of all cases, as far as is known before they are replayed. */
  readonly all: number;
  readonly bad: number;
}

const totalsOf = (sets: readonly CaptureSet[]): Totals => {
  const tally = tallyOf(sets.flatMap(s => s.cases));
  const done = tally.matched + tally.miss + tally.unsupported;
  const expected = (s: CaptureSet): number =>
    s.state === 'done' ? s.cases.length : Math.max(s.cases.length, s.shipped?.total ?? 0);
  return {
    ...tally,
    done,
    all: sets.reduce((n, s) => n + expected(s), 0),
    bad: sets.reduce((n, s) => n + s.badLines.length + s.moreBad, 0),
  };
};

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;

const Headline = ({
  phase,
  took,
  totals,
  failed,
}: {
  readonly phase: Session['phase'];
  readonly took: number;
  readonly totals: Totals;
  readonly failed: number;
}) => (
  <section className="replayed" aria-label="Replay">
    <p className="figure">
      {formatCount(totals.matched)} <span>of</span> {formatCount(totals.all)}
    </p>
    <div>
      <h2>cases matched, replayed in this tab</h2>
      <p className="note">One square, one case. A miss is a red ring with a cross, listed first.</p>
      <div className="progress">
        {phase === 'done' ? (
          <span className="note">
            {casesText(totals.done)} in {secondsText(took)} on this machine.
          </span>
        ) : (
          <progress value={totals.done} max={totals.all} aria-label="Replayed" />
        )}
        {phase === 'running' && (
          <button type="button" className="button" onClick={stopReplay}>
            Stop
          </button>
        )}
        {phase === 'stopped' && (
          <button type="button" className="button" onClick={() => void startReplay()}>
            Go on
          </button>
        )}
        {failed > 0 && phase !== 'running' && (
          <button type="button" className="button" onClick={retryReplay}>
            Try {failed === 1 ? 'the one that failed' : `the ${failed} that failed`} again
          </button>
        )}
      </div>
    </div>
  </section>
);

/** Files that could not be used. */
const Refused = ({ reasons }: { readonly reasons: readonly string[] }) =>
  reasons.length === 0 ? null : (
    <div className="refused" role="alert">
      <ul>
        {reasons.map(r => (
          <li key={r}>
            <span className="red" aria-hidden="true">
              ✕{' '}
            </span>
            {r}
          </li>
        ))}
      </ul>
      <button type="button" className="button quiet icon" aria-label="Dismiss" onClick={clearRefused}>
        ✕
      </button>
    </div>
  );

/** So many misses are listed. */
const SHOWN = 50;

/** What did not match, before everything else. */
const Misses = ({ sets, onPick }: { readonly sets: readonly CaptureSet[]; readonly onPick: () => void }) => {
  const all = sets.flatMap(set => set.cases.filter(c => c.outcome === 'miss').map(c => ({ set, c })));
  if (all.length === 0) return null;
  return (
    <section className="misses" aria-labelledby="misses">
      <h2 id="misses">{all.length === 1 ? '1 case missed' : `${formatCount(all.length)} cases missed`}</h2>
      <ul>
        {all.slice(0, SHOWN).map(({ set, c }) => (
          <li key={`${set.serial}-${c.id}`}>
            <button
              type="button"
              className="link"
              onClick={() => {
                choose(set.key, c.id);
                onPick();
              }}
            >
              <span className="red" aria-hidden="true">
                ✕{' '}
              </span>
              {c.id}
            </button>{' '}
            <span className="note">{setTitle(set)}</span>
            <p className="note">
              expected <code>{c.expected}</code>, got <code>{c.got}</code>
            </p>
          </li>
        ))}
        {all.length > SHOWN && <li className="note">and {formatCount(all.length - SHOWN)} more</li>}
      </ul>
    </section>
  );
};

/** What the engine does not model, by reason. */
const Unsupported = ({ sets }: { readonly sets: readonly CaptureSet[] }) => {
  const reasons = new Map<string, number>();
  for (const set of sets)
    for (const c of set.cases)
      if (c.outcome === 'unsupported')
        reasons.set(c.reason ?? 'unknown', (reasons.get(c.reason ?? 'unknown') ?? 0) + 1);
  if (reasons.size === 0) return null;
  return (
    <section className="unsupported" aria-labelledby="unsupported">
      <h2 id="unsupported">Not supported</h2>
      <ul>
        {[...reasons]
          .sort((a, b) => b[1] - a[1])
          .map(([reason, count]) => (
            <li key={reason}>
              {casesText(count)}: {reason}
            </li>
          ))}
      </ul>
    </section>
  );
};

const collator = new Intl.Collator('en', { numeric: true });

/** Values that a filter can have, with their words. */
const optionsOf = (
  cases: readonly ListedCase[],
  name: Exclude<EvidenceFilter, 'id'>,
): readonly (readonly [value: string, label: string])[] => {
  if (name === 'outcome') return outcomes.map(o => [o, outcomeName[o]] as const);
  const values = [...new Set(cases.map(c => filterValue(c[name])))].filter(v => v !== '');
  switch (name) {
    case 'kernel':
      return values.sort(collator.compare).map(v => [v, `Linux ${v}`] as const);
    case 'arch':
      return values.sort().map(v => [v, archName(v)] as const);
    case 'category':
      return values.sort(byCategory).map(v => [v, categoryName(v)] as const);
  }
};

const filterLabels: Readonly<Record<Exclude<EvidenceFilter, 'id'>, readonly [name: string, all: string]>> = {
  kernel: ['Kernel', 'Every kernel'],
  arch: ['Architecture', 'Every architecture'],
  category: ['Category', 'Every category'],
  outcome: ['Outcome', 'Every outcome'],
};

const Filters = ({
  sets,
  only,
}: {
  readonly sets: readonly CaptureSet[];
  readonly only: EvidenceView['only'];
}) => {
  const cases = useMemo(() => sets.flatMap(s => s.cases), [sets]);
  const count = useMemo(() => cases.filter(c => passes(c, only)).length, [cases, only]);
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">Filter the cases</legend>
      {(Object.keys(filterLabels) as (keyof typeof filterLabels)[]).map(name => {
        const value = only[name] ?? '';
        const options = optionsOf(cases, name);
        const [label, all] = filterLabels[name];
        return (
          <select
            key={name}
            aria-label={label}
            value={value}
            onChange={e => filterBy(withFilterOf(only, name, e.target.value))}
          >
            <option value="">{all}</option>
            {options.map(([v, words]) => (
              <option key={v} value={v}>
                {words}
              </option>
            ))}
            {value !== '' && !options.some(([v]) => v === value) && <option value={value}>{value}</option>}
          </select>
        );
      })}
      <input
        type="text"
        aria-label="Find a case by its id"
        placeholder="id: leaf-whole"
        autoComplete="off"
        spellCheck={false}
        value={only.id ?? ''}
        onChange={e => filterBy(withFilterOf(only, 'id', e.target.value), 'drag')}
        onBlur={rest}
        onKeyDown={e => {
          if (e.key === 'Enter') rest();
          if (e.key === 'Escape') filterBy(withFilterOf(only, 'id', ''));
        }}
      />
      {!showsAll(only) && (
        <>
          <span className="note" role="status">
            {casesText(count)}
          </span>
          <button type="button" className="button quiet" onClick={() => filterBy({})}>
            Show all
          </button>
        </>
      )}
    </fieldset>
  );
};

/** What stands where no case is chosen: why the one that is named is not there, or how to choose one. */
const NoCase = ({
  at,
  set,
  phase,
}: {
  readonly at: EvidenceView['at'];
  readonly set: CaptureSet | undefined;
  readonly phase: Session['phase'];
}) => {
  if (at !== undefined && set === undefined)
    return (
      <p className="note no-case">
        {at.set.startsWith('yours-')
          ? `The link names a case of a file that is not here, ${at.set.slice(6)}: drop that file on this screen.`
          : `There is no file of captures named ${at.set}.`}
      </p>
    );
  if (at?.id !== undefined && set !== undefined)
    return (
      <p className="note no-case">
        {set.state === 'done'
          ? `There is no case ${at.id} in ${set.file}.`
          : phase === 'running'
            ? `${at.id} is being replayed.`
            : `${at.id} has not been replayed yet.`}
      </p>
    );
  return (
    <p className="note no-case">
      Choose a square to see what was asked, what the kernel gave and what is computed here, and to open it in
      the Map. Arrow keys go from case to case, PageUp and PageDown from set to set.
    </p>
  );
};

/** The captures of real kernels, replayed here. */
export const EvidenceScreen = () => {
  const { at, only } = useApp(s => s.scenario.view.evidence);
  const sets = useSession(s => s.sets);
  const phase = useSession(s => s.phase);
  const took = useSession(s => s.took);
  const refused = useSession(s => s.refused);
  const dropped = useApp(s => s.captures);
  const phone = useMedia('(max-width: 899px)');
  const open = useRef<HTMLButtonElement>(null);
  const top = useRef<HTMLElement>(null);
  const totals = useMemo(() => totalsOf(sets), [sets]);
  const set = at === undefined ? undefined : sets.find(s => s.key === at.set);
  const shown = at?.id === undefined ? undefined : set?.cases.find(c => c.id === at.id);
  const order = useMemo(
    () => (set === undefined ? [] : inOrder(set.cases.filter(c => passes(c, only)))),
    [set, only],
  );

  useEffect(() => {
    preferSet(app.getState().scenario.view.evidence.at?.set);
    void startReplay();
  }, []);
  useEffect(() => {
    if (dropped.length === 0) return;
    app.getState().takeCaptures();
    void takeFiles(dropped);
  }, [dropped]);

  const { miss } = totals;
  useEffect(() => {
    const before = document.title;
    document.title = miss === 0 ? before : `✕ ${formatCount(miss)} missed · ${before}`;
    return () => {
      document.title = before;
    };
  }, [miss]);

  // On a phone the case stands above the squares: what is chosen there is brought into view.
  const onPick = (): void => {
    if (phone) requestAnimationFrame(() => top.current?.scrollIntoView({ block: 'start' }));
  };

  const failed = sets.filter(s => s.state === 'failed').length;
  const spoken =
    phase === 'done'
      ? `${formatCount(totals.matched)} of ${formatCount(totals.all)} cases matched${miss > 0 ? `, ${formatCount(miss)} missed` : ''}${totals.bad > 0 ? `, ${formatCount(totals.bad)} malformed lines` : ''}.`
      : phase === 'stopped'
        ? 'Replay stopped.'
        : '';
  return (
    <main className="evidence" tabIndex={-1}>
      <div className="left">
        <Headline phase={phase} took={took} totals={totals} failed={failed} />
        <Refused reasons={refused} />
        <Misses sets={sets} onPick={onPick} />
        <Filters sets={sets} only={only} />
        <Sets sets={sets} only={only} at={at} open={open} onPick={onPick} />
        <Unsupported sets={sets} />
      </div>
      <div className="right">
        {set !== undefined && shown !== undefined ? (
          <CaseView set={set} shown={shown} order={order} open={open} top={top} />
        ) : (
          <NoCase at={at} set={set} phase={phase} />
        )}
        <NotCovered />
        <AddCapture />
      </div>
      <Spoken text={spoken} />
    </main>
  );
};
