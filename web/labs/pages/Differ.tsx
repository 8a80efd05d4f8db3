import { useState } from 'react';
import { type CounterId, counterIds, counterOf, countOn } from '../../../src/memmap/counters.ts';
import { searchDifference } from '../../../src/memmap/search.ts';
import { type Setup, setupOf, writeSetup } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import { useApp } from '../../state/store.ts';
import { changeSetup, changeView } from './state.ts';
import { shortNames } from './words.ts';

/** What a search said, for as long as what it was asked stands. */
interface Said {
  readonly pair: string;
  readonly size: number;
  /** What it showed; the words go when something else is shown. */
  readonly shown: string | undefined;
  readonly words: string;
}

const isCounter = (text: string): text is CounterId => counterIds.some(id => id === text);

const Choice = ({
  label,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly value: CounterId;
  readonly onChoose: (id: CounterId) => void;
}) => (
  <select
    aria-label={label}
    value={value}
    onChange={e => isCounter(e.target.value) && onChoose(e.target.value)}
  >
    {counterIds.map(id => (
      <option key={id} value={id}>
        {shortNames[id]} {counterOf(id).title}
      </option>
    ))}
  </select>
);

/** Looks for the plainest layout on which two counters differ, and shows it. */
export const Differ = ({ setup }: { readonly setup: Setup }) => {
  const pair = useApp(s => s.scenario.view.labs.pages.pair);
  const [left = '', right = ''] = pair.split('.');
  const [a, b]: readonly [CounterId, CounterId] = [
    isCounter(left) ? left : 'V2',
    isCounter(right) ? right : 'V5',
  ];
  const [said, setSaid] = useState<Said>();
  const size = setup.layout.pagesPerSection;
  const run = (): void => {
    const { found, layouts, lists } = searchDifference(a, b, size);
    const tried = `${formatCount(layouts)} ${layouts === 1 ? 'layout' : 'layouts'} and ${formatCount(lists)} ${lists === 1 ? 'list' : 'lists'} of pages`;
    if (found === undefined) {
      const words = `${shortNames[a]} and ${shortNames[b]} agree on all of it: ${tried} tried, on classic sparse memory with up to 3 sections of ${formatCount(size)} in every order.`;
      setSaid({ pair, size, shown: undefined, words });
      return;
    }
    const answer = (id: CounterId): string =>
      `${shortNames[id]} ${formatCount(countOn(counterOf(id), found.layout, found.pfns).answer)}`;
    const next = setupOf(found);
    changeSetup(() => next);
    setSaid({
      pair,
      size,
      shown: writeSetup(next),
      words: `Shown: ${answer(a)}, ${answer(b)}. Found after ${tried}, the plainest first.`,
    });
  };
  const stands =
    said !== undefined &&
    said.pair === pair &&
    said.size === size &&
    (said.shown === undefined || said.shown === writeSetup(setup));
  return (
    <section aria-labelledby="differ-head" className="differ">
      <h3 id="differ-head">Where do two counters differ?</h3>
      <div className="differ-row">
        <Choice label="One counter" value={a} onChoose={id => changeView({ pair: `${id}.${b}` })} />
        <span>and</span>
        <Choice label="The other counter" value={b} onChoose={id => changeView({ pair: `${a}.${id}` })} />
        <button type="button" className="button" onClick={run}>
          Find a layout on which they differ
        </button>
      </div>
      <p className="note differ-said" role="status">
        {stands ? said.words : ''}
      </p>
    </section>
  );
};
