import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type ListedCase, outcomes } from '../../src/replay/listed.ts';
import type { EvidenceView } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import { choose } from './actions.ts';
import { passes, showsAll } from './filter.ts';
import { Squares } from './Squares.tsx';
import { type CaptureSet, removeSet } from './session.ts';
import { byCategory, casesText, categoryName, setCount, setSource, setTitle, tallyOf } from './words.ts';

/** Misses first, then what is not supported, then by category, as the file has them. */
export const inOrder = (cases: readonly ListedCase[]): readonly ListedCase[] =>
  cases.toSorted(
    (a, b) =>
      order.indexOf(a.outcome) - order.indexOf(b.outcome) ||
      byCategory(a.category, b.category) ||
      a.line - b.line ||
      a.query - b.query,
  );
const order = [...outcomes].sort((a, b) => (a === 'matched' ? 1 : 0) - (b === 'matched' ? 1 : 0));

/** Matched of total, category by category. */
const Categories = ({ cases }: { readonly cases: readonly ListedCase[] }) => {
  const groups = new Map<string, ListedCase[]>();
  for (const c of cases) {
    const group = groups.get(c.category);
    if (group === undefined) groups.set(c.category, [c]);
    else group.push(c);
  }
  return (
    <dl className="categories">
      {[...groups]
        .sort((a, b) => byCategory(a[0], b[0]))
        .map(([category, some]) => {
          const { matched } = tallyOf(some);
          return (
            <div key={category}>
              <dt>{categoryName(category)}</dt>
              <dd>
                {formatCount(matched)} of {formatCount(some.length)}
              </dd>
            </div>
          );
        })}
    </dl>
  );
};

/** Lines that are no case, with their numbers. */
const BadLines = ({ set }: { readonly set: CaptureSet }) => {
  const count = set.badLines.length + set.moreBad;
  if (count === 0) return null;
  return (
    <details className="bad-lines" open>
      <summary>
        <span className="red" aria-hidden="true">
          ✕{' '}
        </span>
        {formatCount(count)} malformed {count === 1 ? 'line' : 'lines'}, passed over
      </summary>
      <ul>
        {set.badLines.slice(0, 20).map(b => (
          <li key={`${b.line} ${b.reason}`}>
            line {formatCount(b.line)}: {b.reason}
          </li>
        ))}
        {count > 20 && <li>and {formatCount(count - 20)} more</li>}
      </ul>
    </details>
  );
};

const OneSet = ({
  set,
  only,
  at,
  width,
  onLeave,
  onEnter,
  onPick,
}: {
  readonly set: CaptureSet;
  readonly only: EvidenceView['only'];
  readonly at: EvidenceView['at'];
  readonly width: number;
  readonly onLeave: (step: 1 | -1) => void;
  readonly onEnter: () => void;
  readonly onPick: () => void;
}) => {
  const { cases } = set;
  const all = showsAll(only);
  const shown = useMemo(() => inOrder(cases.filter(c => passes(c, only))), [cases, only]);
  const waiting = all && set.state !== 'done' ? Math.max(0, (set.shipped?.total ?? 0) - set.cases.length) : 0;
  const here = at?.set === set.key;
  const title = setTitle(set);
  if (!all && shown.length === 0) return null;
  return (
    <section className={here ? 'set here' : 'set'} aria-label={title}>
      <header>
        <h3>
          <button
            type="button"
            className="link"
            aria-expanded={here}
            onClick={() => choose(set.key, here ? at?.id : undefined)}
          >
            {title}
          </button>
        </h3>
        <span className="count">{all ? setCount(set) : casesText(shown.length)}</span>
      </header>
      <p className="note">
        {setSource(set)}
        {set.shipped === undefined && (
          <button type="button" className="link remove" onClick={() => removeSet(set.key)}>
            Remove
          </button>
        )}
      </p>
      {set.problem !== undefined && (
        <p className="bad" role="alert">
          <span aria-hidden="true">✕ </span>
          Not replayed to its end: {set.problem}.
        </p>
      )}
      {width > 0 && shown.length + waiting > 0 && (
        <Squares
          setKey={set.key}
          label={`Cases of ${title}`}
          cases={shown}
          waiting={waiting}
          chosen={here ? at?.id : undefined}
          large={here}
          width={width}
          onLeave={onLeave}
          onEnter={onEnter}
          onPick={onPick}
        />
      )}
      {here && <Categories cases={shown} />}
      <BadLines set={set} />
    </section>
  );
};

/** The sets, each with its squares. */
export const Sets = ({
  sets,
  only,
  at,
  open,
  onPick,
}: {
  readonly sets: readonly CaptureSet[];
  readonly only: EvidenceView['only'];
  readonly at: EvidenceView['at'];
  /** The button that opens the chosen case. */
  readonly open: RefObject<HTMLButtonElement | null>;
  /** A case was chosen by hand. */
  readonly onPick: () => void;
}) => {
  const list = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const measure = (): void => setWidth(Math.max(0, Math.floor(element.clientWidth) - INSET));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const leave = (key: string, step: 1 | -1): void => {
    const boxes = [...(list.current?.querySelectorAll<HTMLElement>('[data-set]') ?? [])];
    const next = boxes[boxes.findIndex(b => b.dataset['set'] === key) + step];
    if (next === undefined) return;
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="sets" ref={list}>
      {sets.map(set => (
        <OneSet
          key={set.serial}
          set={set}
          only={only}
          at={at}
          width={width}
          onLeave={step => leave(set.key, step)}
          onEnter={() => open.current?.focus()}
          onPick={onPick}
        />
      ))}
    </div>
  );
};

/** The rule and the padding left and right of the squares, as evidence.css has them. */
const INSET = 30;
