import { type CSSProperties, memo } from 'react';
import { type Counter, calls, counters, countOn, judge, truth } from '../../../src/memmap/counters.ts';
import type { Layout } from '../../../src/memmap/layout.ts';
import type { Setup } from '../../../src/memmap/setup.ts';
import { pagesOf, writeRuns } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import { useMedia, useThemeName } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { useWidth } from '../../ui/width.ts';
import { changeView, useDrawnFor } from './state.ts';
import { drawHead, drawStrip } from './strip.ts';
import { groupCalls, groupWords, shortNames, stopWords, verdictWords, workWords } from './words.ts';

/** Groups of calls that a row has room for. */
const MOST_GROUPS = 4;

/** Where a layout has its blocks: `0@100, 1@108`; of many the first. */
const blocksText = ({ sections }: Layout): string =>
  `${sections
    .slice(0, 6)
    .map(s => `${s.section}@${s.base}`)
    .join(', ')}${sections.length > 6 ? ', …' : ''}`;

/** What a counter that changes the layout counts on, and a way to see it. */
const OwnLayout = ({ counter, setup }: { readonly counter: Counter; readonly setup: Setup }) => {
  const drawn = useDrawnFor()?.id === counter.id;
  const { id } = counter;
  if (id !== 'J1' && id !== 'J2' && id !== 'J3') return null;
  const own = counter.layout(setup.layout);
  const same = JSON.stringify(own.sections) === JSON.stringify(setup.layout.sections);
  if (setup.layout.model !== 'sparse')
    return <span className="note">The memmap is one piece: nothing to change.</span>;
  return (
    <span className="note own">
      {same ? (
        'Its layout is the one above.'
      ) : (
        <>
          Its own layout: <code>{blocksText(own)}</code>
        </>
      )}{' '}
      {(!same || drawn) && (
        <button
          type="button"
          className="link"
          aria-pressed={drawn}
          onClick={() => changeView({ drawnFor: drawn ? 'none' : id })}
        >
          {drawn ? `Draw the layout as it is` : `Draw ${id}’s layout`}
        </button>
      )}
    </span>
  );
};

const Strip = ({
  pages,
  answer,
  right,
  width,
}: {
  readonly pages: number;
  readonly answer: number;
  readonly right: number;
  readonly width: number;
}) => (
  <MarkCanvas
    width={width}
    height={34}
    signature={`${pages} ${answer} ${right}`}
    draw={() => drawStrip(pages, answer, right, width, 34)}
  />
);

const CallList = ({
  counter,
  setup,
  pfns,
}: {
  readonly counter: Counter;
  readonly setup: Setup;
  readonly pfns: readonly number[];
}) => {
  const made = calls(counter, setup.layout, pfns);
  const groups = groupCalls(made);
  return (
    <>
      <b>{formatCount(made.length)}</b> {made.length === 1 ? 'call' : 'calls'}
      <span className="note">
        {groups.slice(0, MOST_GROUPS).map((g, i) => (
          <span key={g.from}>
            {i > 0 && ', '}
            <span className={g.wrong ? 'red' : ''}>
              {g.wrong && <span aria-hidden="true">✕ </span>}
              {groupWords(g)}
              {g.wrong && <span className="visually-hidden"> wrong</span>}
            </span>
          </span>
        ))}
        {groups.length > MOST_GROUPS && ', …'}
      </span>
      <span className="note">
        {workWords(made)}
        {counter.id === 'V1' &&
          setup.layout.model === 'sparse' &&
          `, ${formatCount(made.reduce((sum, c) => sum + c.looked - 1, 0))} lookups`}
      </span>
    </>
  );
};

/** What each counter answers for the pages of the list. */
export const Counters = memo(
  ({ setup, pfns }: { readonly setup: Setup; readonly pfns: readonly number[] }) => {
    const [cell, width] = useWidth();
    const narrow = useMedia('(max-width: 719px)');
    const size = useThemeName() === 'projector' ? 14 : 11;
    const right = truth(pfns);
    const pages = pagesOf(setup.runs);
    const strip = Math.max(40, width);
    const list = writeRuns(setup.runs.slice(0, 6), ', ');
    return (
      <section ref={narrow ? cell : undefined} aria-labelledby="counters-head" className="counters">
        <h3 id="counters-head">
          What each counter answers for the {pages === 1 ? 'page' : `${formatCount(pages)} pages`}{' '}
          <span className="value">
            {list}
            {setup.runs.length > 6 && ', …'}
          </span>
        </h3>
        <table style={{ ['--figure' as string]: `${formatCount(pages).length}ch` } as CSSProperties}>
          <thead>
            <tr>
              <th scope="col">Counter</th>
              <td ref={narrow ? undefined : cell} className="col-strip">
                {!narrow && (
                  <MarkCanvas
                    width={strip}
                    height={20}
                    signature={JSON.stringify([setup.runs, size])}
                    draw={measure => drawHead(setup, strip, 20, size, measure)}
                  />
                )}
              </td>
              <th scope="col" className="col-answer">
                Answer
              </th>
              <th scope="col">Why it stops there</th>
              <th scope="col" className="col-calls">
                Calls to finish
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                Truth<small>Frames that follow each other</small>
              </th>
              <td className="col-strip">
                <Strip pages={pages} answer={right} right={right} width={strip} />
              </td>
              <td className="col-answer">{formatCount(right)}</td>
              <td className="col-why note">
                {right === pages
                  ? 'All of the list is one run'
                  : `PFN ${formatCount(pfns[right] ?? 0)} does not follow ${formatCount(pfns[right - 1] ?? 0)}`}
              </td>
              <td />
            </tr>
            {counters.map(counter => {
              const count = countOn(counter, setup.layout, pfns);
              const judged = judge(count.answer, pfns);
              return (
                <tr key={counter.id} data-judged={judged}>
                  <th scope="row" title={counter.source}>
                    {shortNames[counter.id]} {counter.title}
                    <small>{counter.rule}</small>
                    <OwnLayout counter={counter} setup={setup} />
                  </th>
                  <td className="col-strip">
                    <Strip pages={pages} answer={count.answer} right={right} width={strip} />
                  </td>
                  <td className="col-answer">{formatCount(count.answer)}</td>
                  <td className="col-why">
                    <b className="judged">
                      {judged === 'unsafe' && <span aria-hidden="true">✕ </span>}
                      {verdictWords(count.answer, right)}
                    </b>
                    <span className="note">
                      {stopWords(counter.id, counter.layout(setup.layout), pfns, count)}
                    </span>
                  </td>
                  <td className="col-calls">
                    <CallList counter={counter} setup={setup} pfns={pfns} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    );
  },
);
