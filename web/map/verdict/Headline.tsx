import { memo } from 'react';
import { leafCount } from '../../../src/leaves/runs.ts';
import { leafNames, tally } from '../../../src/leaves/words.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { unmappedBy } from '../../scenario/unmapped.ts';
import {
  bestPieces,
  faultSentence,
  leavesElsewhere,
  leavesPieces,
  refusalText,
  spokenVerdict,
} from '../../scenario/words.ts';
import { eventsOf, solutionOf } from '../../state/solution.ts';
import { useAsked } from '../../state/store.ts';
import { Pieces } from '../../ui/Pieces.tsx';
import { Spoken } from '../../ui/Spoken.tsx';
import { Term } from '../../ui/Term.tsx';
import { type Facts, useRestedFacts } from './useVerdict.ts';

/** Rendered for itself: the number above it changes at every move of a drag. */
const SpokenVerdict = memo(() => {
  const { scenario, solution, events } = useRestedFacts();
  return <Spoken text={spokenVerdict(scenario, solution, events)} />;
});

/** Long numbers are set smaller, so that they stay on one line of the column. */
const sizeClass = (text: string): string => (text.length <= 7 ? '' : text.length <= 9 ? 'long' : 'longer');

const Content = ({ scenario, solution }: Omit<Facts, 'events'>) => {
  const { placement, device } = solution;
  if (!placement.ok) {
    const failed = refusalText(scenario, solution, eventsOf(scenario));
    return (
      <>
        <p className="figure word red" data-testid="verdict">
          {failed?.errno}
        </p>
        <p className="sentence">
          <span className="red" aria-hidden="true">
            ✕{' '}
          </span>
          {failed?.text}
        </p>
      </>
    );
  }
  if (device === undefined)
    return (
      <>
        <p className="figure address" data-testid="verdict">
          {formatAddress(placement.start)}
        </p>
        <p className="kind">
          <b>placed</b>, {formatSize(placement.end - placement.start)}
        </p>
        <p className="sentence">{leavesElsewhere(scenario)}</p>
      </>
    );
  const kinds = tally(device.leaves);
  const count = leafCount(device.leaves);
  const corrupt = kinds.reduce((sum, t) => sum + t.corrupt, 0);
  const most = kinds.reduce(
    (a, b) => (b.count > a.count ? b : a),
    kinds[0] ?? { kind: 'pte' as const, count: 0 },
  );
  const lost = unmappedBy(solution);
  const single = kinds.length === 1 ? kinds[0] : undefined;
  return (
    <>
      <p className={`figure ink-${most.kind} ${sizeClass(formatCount(count))}`} data-testid="verdict">
        {formatCount(count)}
      </p>
      <div className="say">
        <p className="kind">
          {single === undefined ? (
            <Pieces of={leavesPieces(device.leaves)} />
          ) : (
            <>
              <b>
                <Term id={single.kind}>{leafNames[single.kind]}</Term>{' '}
                <Term id="leaf">{count === 1 ? 'leaf' : 'leaves'}</Term>
              </b>{' '}
              of {formatSize(single.size)}
            </>
          )}
        </p>
        {corrupt > 0 && (
          <p className="bad">
            <span aria-hidden="true">✕ </span>
            {formatCount(corrupt)} of them corrupt: the PFN in it is not a multiple of its size.
          </p>
        )}
        {lost !== undefined && (
          <p className="bad">
            <span aria-hidden="true">✕ </span>
            MAP_FIXED unmaps {formatCount(lost.count)} {lost.count === 1 ? 'mapping' : 'mappings'} that lay
            there.
          </p>
        )}
        <p className="sentence">
          {faultSentence(device)} <Pieces of={bestPieces(scenario, device)} />
        </p>
        {solution.parts.length > 1 && solution.total !== undefined && (
          <p className="sentence">
            Number {solution.parts.indexOf(device) + 1} of {solution.parts.length}{' '}
            {scenario.device.holes.length > 0 ? 'mappings around the holes' : 'physical ranges'}; together{' '}
            {formatCount(leafCount(solution.total.leaves))} leaves and {formatCount(solution.total.faults)}{' '}
            faults.
          </p>
        )}
      </div>
    </>
  );
};

/** The number, its sentence, and the voice that reads it. */
export const Headline = () => {
  const scenario = useAsked();
  return (
    <section className="headline" aria-label="Verdict">
      <Content scenario={scenario} solution={solutionOf(scenario)} />
      <SpokenVerdict />
    </section>
  );
};
