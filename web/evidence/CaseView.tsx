import { type RefObject, useEffect, useState } from 'react';
import type { ListedCase } from '../../src/replay/listed.ts';
import { LeafStrip } from '../ui/LeafStrip.tsx';
import { choose, chooseNone, openCase } from './actions.ts';
import { type Compared, type Detail, detailOf, type Side } from './detail.ts';
import { type CaptureSet, lineOf } from './session.ts';
import { categoryName, outcomeName, setSource, setTitle } from './words.ts';

type State =
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly detail: Detail }
  | { readonly kind: 'gone' };

/** A case in full, read again from its file; what came last stays until the next is there. */
const useDetail = (set: CaptureSet, c: ListedCase): State => {
  const [state, setState] = useState<State & { readonly of?: ListedCase }>({ kind: 'coming' });
  const { serial } = set;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a set is another object with every part that comes
  useEffect(() => {
    let gone = false;
    void lineOf(set, c.line).then(content => {
      if (gone) return;
      const detail = content === undefined ? undefined : detailOf(c, content);
      setState(detail === undefined ? { kind: 'gone', of: c } : { kind: 'here', detail, of: c });
    });
    return () => {
      gone = true;
    };
  }, [serial, c]);
  return state.of === undefined || state.of === c ? state : { kind: 'coming' };
};

const OneSide = ({ side }: { readonly side: Side }) => (
  <>
    {side.strip.length > 0 && <LeafStrip parts={side.strip} width={120} />}
    <span className={side.mono ? 'value' : ''}>{side.text}</span>
  </>
);

const CompareRow = ({ label, expected, got, same, note }: Compared) => (
  <tr>
    <th scope="row">{label}</th>
    <td>
      <OneSide side={expected} />
    </td>
    <td>
      <OneSide side={got} />
      {note !== '' && <span className="note"> {note}</span>}
    </td>
    <td className={same ? 'same' : 'red'}>
      <span aria-hidden="true">{same ? '✓' : '✕'}</span> {same ? 'equal' : 'differs'}
    </td>
  </tr>
);

const Body = ({
  detail,
  open,
}: {
  readonly detail: Detail;
  readonly open: RefObject<HTMLButtonElement | null>;
}) => {
  const { map } = detail;
  return (
    <>
      <dl className="input">
        {detail.input.map(({ label, text, mono }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{mono ? <code>{text}</code> : text}</dd>
          </div>
        ))}
      </dl>
      {detail.compared.length > 0 && (
        <table className="compared">
          <thead>
            <tr>
              <td />
              <th scope="col">the kernel gave</th>
              <th scope="col">computed here</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {detail.compared.map(c => (
              <CompareRow key={c.label} {...c} />
            ))}
          </tbody>
        </table>
      )}
      {detail.reason !== '' && <p className="note">Not compared: {detail.reason}.</p>}
      <div className="to-map">
        {map.kind === 'scenario' ? (
          <>
            <button
              ref={open}
              type="button"
              className="button strong"
              onClick={() => void openCase(map.scenario)}
            >
              Open in Map
            </button>
            {[...map.notes, ...map.remarks].length > 0 && (
              <ul className="note">
                {[...map.notes, ...map.remarks].map(n => (
                  <li key={n}>{n}</li>
                ))}
              </ul>
            )}
          </>
        ) : (
          <p className="note">Map cannot show it: {map.reason}.</p>
        )}
      </div>
    </>
  );
};

/** Leads to the squares of a set. */
const showSet = (key: string): void => {
  const squares = document.querySelector<HTMLElement>(`[data-set="${CSS.escape(key)}"]`);
  squares?.focus({ preventScroll: true });
  squares?.closest('section')?.scrollIntoView({ block: 'center' });
};

/** One case: what was asked, what the kernel gave, what is computed here. */
export const CaseView = ({
  set,
  shown: c,
  order,
  open,
  top,
}: {
  readonly set: CaptureSet;
  readonly shown: ListedCase;
  /** The cases of the set as its squares have them. */
  readonly order: readonly ListedCase[];
  readonly open: RefObject<HTMLButtonElement | null>;
  /** Where the case begins. */
  readonly top: RefObject<HTMLElement | null>;
}) => {
  const state = useDetail(set, c);
  const at = order.findIndex(o => o.id === c.id);
  const turn = (by: 1 | -1) => {
    const next = order[at + by];
    return (
      <button
        type="button"
        className="button icon"
        aria-label={by > 0 ? 'Next case' : 'Previous case'}
        disabled={next === undefined}
        onClick={() => next !== undefined && choose(set.key, next.id)}
      >
        {by > 0 ? '→' : '←'}
      </button>
    );
  };
  return (
    <section className="case" aria-label="Case" ref={top}>
      <header>
        <div>
          <h2>{c.id}</h2>
          <p className="note">
            {categoryName(c.category)},{' '}
            <button type="button" className="link" onClick={() => showSet(set.key)}>
              {setTitle(set)}
            </button>
          </p>
        </div>
        <p className={c.outcome === 'miss' ? 'outcome red' : 'outcome'}>
          <span aria-hidden="true">
            {c.outcome === 'matched' ? '✓ ' : c.outcome === 'miss' ? '✕ ' : '– '}
          </span>
          {outcomeName[c.outcome]}
        </p>
        <div className="turns">
          {turn(-1)}
          {turn(1)}
          <button
            type="button"
            className="button icon quiet"
            aria-label="Close the case"
            onClick={chooseNone}
          >
            ✕
          </button>
        </div>
      </header>
      {state.kind === 'here' && <Body detail={state.detail} open={open} />}
      {state.kind === 'gone' && <p className="note">Its line cannot be read again.</p>}
      <p className="note source">
        {set.file}, line {c.line}. {setSource(set)}
      </p>
    </section>
  );
};
