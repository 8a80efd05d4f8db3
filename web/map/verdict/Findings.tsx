import { startTransition, useEffect, useMemo, useState } from 'react';
import { skippedBytes } from '../../../src/placement/skipped.ts';
import { TRACEPOINT_OMITS, tracepointLines } from '../../../src/placement/tracepoint.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { mod } from '../../../src/units.ts';
import type { TermId } from '../../scenario/glossary.ts';
import { type Reason, reasonsOf } from '../../scenario/reasons.ts';
import { solutionOf } from '../../state/solution.ts';
import { app, useApp } from '../../state/store.ts';
import { explainTerms } from '../../ui/explain.ts';
import { whenIdle } from '../../ui/idle.ts';
import { type Piece, Pieces, plain, stopOf } from '../../ui/Pieces.tsx';
import { Term } from '../../ui/Term.tsx';
import { Terms } from '../../ui/Terms.tsx';
import { fixesOf } from '../fix.ts';
import { type OtherPiece, type Others, othersInSteps, othersSentence } from '../others.ts';
import { Tables } from '../tables/Tables.tsx';
import { fitsOf } from './fit.ts';
import { Steps } from './Steps.tsx';
import { useCalmFacts } from './useVerdict.ts';
import { Walk } from './Walk.tsx';
import './why.css';

const MARKS = { no: '✕', yes: '✓', so: '↳' } as const;
const SPOKEN = { no: 'No: ', yes: 'Yes: ', so: '' } as const;

const FitTable = () => {
  const { solution } = useCalmFacts();
  const { device } = solution;
  if (device === undefined) return null;
  const { start, pa } = device.mapping;
  return (
    <section>
      <h2>Is there a leaf of size S?</h2>
      <table className="fit">
        <thead>
          <tr>
            <th scope="col">S</th>
            <th scope="col" colSpan={2}>
              <Term id="congruent">VA − PA, mod S</Term>
            </th>
            <th scope="col">
              <span className="visually-hidden">that size or larger</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {fitsOf(device, solution.total?.leaves).map(({ kind, size, there: ok }) => {
            const residue = mod(start - pa, size);
            return (
              <tr key={kind}>
                <th scope="row" className={`ink-${kind}`}>
                  {formatSize(size)}
                </th>
                <td className="hex">{residue === 0 ? '' : formatAddress(residue)}</td>
                <td className={residue === 0 ? 'hex' : 'hex red'}>
                  {residue === 0 ? '0' : formatSize(residue)}
                </td>
                <td className={ok ? 'mark' : 'mark red'}>
                  <span aria-hidden="true">{ok ? '✓' : '✕'}</span>
                  <span className="visually-hidden">{ok ? 'yes' : 'no'}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
};

interface ExplainedReason {
  readonly reason: Reason;
  readonly head: readonly Piece[];
  readonly body: readonly Piece[];
}

/** The reasons with each word of the glossary explained where it stands first. */
const explainReasons = (reasons: readonly Reason[]): readonly ExplainedReason[] => {
  let known: ReadonlySet<TermId> = new Set();
  return reasons.map(reason => {
    const head = explainTerms([reason.head], known);
    const body = explainTerms(reason.body, head.known);
    known = body.known;
    return { reason, head: head.pieces, body: body.pieces };
  });
};

const Why = () => {
  const { scenario, solution, events } = useCalmFacts();
  const reasons = reasonsOf(scenario, solution, events);
  if (reasons.length === 0) return null;
  const title = !solution.placement.ok
    ? 'Why it is refused'
    : solution.device === undefined
      ? 'How it got there'
      : reasons.some(r => r.mark === 'yes')
        ? 'Why it fits'
        : 'Why not larger?';
  return (
    <section>
      <h2>{title}</h2>
      <ul className="reasons">
        {explainReasons(reasons).map(({ reason: r, head, body }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a figure that changes is a changed text, not another reason
          <li key={i}>
            <span className={`mark ${r.mark}`} aria-hidden="true">
              {MARKS[r.mark]}
            </span>
            <span>
              <span className="visually-hidden">{SPOKEN[r.mark]}</span>
              <b>
                <Pieces of={head} />.
              </b>{' '}
              <Pieces of={body} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

/**
 * The Scenario as it was when the hand last rested: what asks many variants of it must not slow a drag. The first
 * one counts as rested.
 */
const useRested = (scenario: Scenario): Scenario => {
  const [rested, setRested] = useState(scenario);
  const dragging = useApp(s => s.dragFrom !== undefined);
  useEffect(() => {
    if (dragging || rested === scenario) return;
    return whenIdle(() => startTransition(() => setRested(scenario)));
  }, [dragging, rested, scenario]);
  return rested;
};

/** Who would do better, once the browser has found the time. */
interface FoundOthers {
  /** The Scenario it was asked of; undefined: of none yet. */
  readonly of: Scenario | undefined;
  readonly others: readonly Others[];
}

/** Asks who would do better one policy at a time, each while the browser is idle. */
const useOthers = (rested: Scenario): FoundOthers => {
  const [found, setFound] = useState<FoundOthers>({ of: undefined, others: [] });
  useEffect(() => {
    const steps = othersInSteps(rested, solutionOf(rested));
    let stop: () => void;
    const run = (): void => {
      const step = steps.next();
      if (step.done === true) setFound({ of: rested, others: step.value });
      else stop = whenIdle(run);
    };
    stop = whenIdle(run);
    return () => stop();
  }, [rested]);
  return found;
};

/** A sentence whose names are buttons: each chooses what it names. */
const OthersLine = ({ of }: { readonly of: readonly OtherPiece[] }) => {
  let stop = '';
  return (
    <p className="others">
      {of.map((piece, i) => {
        const text = typeof piece === 'string' ? piece.slice(stop.length) : piece;
        if (typeof text === 'string' || !('other' in text)) {
          stop = '';
          // biome-ignore lint/suspicious/noArrayIndexKey: the words of one sentence, none of which moves alone
          return <Pieces key={i} of={[text]} />;
        }
        stop = stopOf(of[i + 1]);
        const { label, update } = text.other;
        return (
          <span className="joined" key={label}>
            <button type="button" className="choose" onClick={() => app.getState().change(update, 'done')}>
              {label}
            </button>
            {stop}
          </span>
        );
      })}
    </p>
  );
};

/** Whether something else could do better. */
const isWanting = ({ placement, device }: Solution): boolean =>
  !placement.ok || (device !== undefined && device.faults > device.bestCost.faults);

const Fixes = () => {
  const { scenario } = useCalmFacts();
  const rested = useRested(scenario);
  const found = useMemo(() => {
    const solution = solutionOf(rested);
    return { solution, fixes: fixesOf(rested, solution) };
  }, [rested]);
  const { solution, fixes } = found;
  const { of, others } = useOthers(rested);
  // The first ones come when all else is here: their room is kept where it takes fewer faults, for then there are some.
  const coming = of === undefined && isWanting(solution);
  if (fixes.length === 0 && others.length === 0 && !coming) return null;
  return (
    // What was found for the Scenario before keeps its room, so that nothing below jumps while a slider moves.
    <section className={rested !== scenario || (fixes.length === 0 && of !== rested) ? 'stale' : undefined}>
      <h2>{solution.placement.ok ? 'What would fix it' : 'What would be granted'}</h2>
      {fixes.map(({ text, action }) => (
        <div className="fix" key={plain(text)}>
          <p>
            <Pieces of={text} />
          </p>
          {action !== undefined && (
            <button
              type="button"
              className="button"
              onClick={() => app.getState().change(action.update, 'done')}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
      <div className={coming ? 'coming' : of === rested ? undefined : 'stale'}>
        {others.map(group => (
          <OthersLine key={plain(group.result)} of={othersSentence(group)} />
        ))}
      </div>
    </section>
  );
};

const Cost = () => {
  const { solution, events } = useCalmFacts();
  const { device, placement } = solution;
  const skipped = skippedBytes(placement, events);
  if (!placement.ok) return null;
  const pages = (tables: readonly { readonly count: number }[]): number =>
    tables.reduce((sum, t) => sum + t.count, 0);
  const rows: readonly (readonly [string, string, string])[] =
    device === undefined
      ? []
      : [
          ['Faults to touch all', formatCount(device.faults), formatCount(device.bestCost.faults)],
          [
            'Page-table pages',
            formatCount(pages(device.cost.tables)),
            formatCount(pages(device.bestCost.tables)),
          ],
          ['Page-table memory', formatSize(device.cost.tableBytes), formatSize(device.bestCost.tableBytes)],
          ['TLB entries', formatCount(device.cost.tlbEntries), formatCount(device.bestCost.tlbEntries)],
        ];
  if (rows.length === 0 && skipped === undefined) return null;
  return (
    <section>
      <h2>Cost</h2>
      <table className="cost">
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">What</span>
            </th>
            <th scope="col">here</th>
            <th scope="col">{rows.length > 0 && 'best'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, here, best]) => (
            <tr key={name}>
              <th scope="row">
                <Terms of={name} />
              </th>
              <td>{here}</td>
              <td className="best">{best}</td>
            </tr>
          ))}
          {skipped !== undefined && (
            <tr>
              <th scope="row">Address space skipped</th>
              <td>{formatSize(skipped)}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
};

const Trace = () => {
  const { events } = useCalmFacts();
  const lines = tracepointLines(events);
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>Expect this trace on a real machine</h2>
      {lines.map(line => (
        <p className="trace" key={line}>
          {line}
        </p>
      ))}
      <p className="note">
        mask is <Term id="alignMask">align_mask</Term>; {TRACEPOINT_OMITS}
      </p>
    </section>
  );
};

/**
 * Everything under the number: fit, reasons, fixes, cost, the walk, the trace, the tables. Each asks for the answer
 * itself, so that where frames are full each can follow in a frame of its own.
 */
export const Findings = () => (
  <div className="findings">
    <FitTable />
    <Why />
    <Steps />
    <Fixes />
    <Cost />
    <Walk />
    <Trace />
    <Tables />
  </div>
);
