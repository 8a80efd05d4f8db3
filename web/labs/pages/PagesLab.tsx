import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { counters, countOn, truth } from '../../../src/memmap/counters.ts';
import { presets } from '../../../src/memmap/presets.ts';
import { pfnsOf, type Setup, writeSetup } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import { bindLab } from '../../state/commands.ts';
import { Spoken } from '../../ui/Spoken.tsx';
import { presetCommands } from '../presetCommands.ts';
import { Build } from './Build.tsx';
import { Counters } from './Counters.tsx';
import { Differ } from './Differ.tsx';
import { MemoryPicture, memoryKeys } from './MemoryPicture.tsx';
import { MemoryTable } from './MemoryTable.tsx';
import { PresetTable } from './PresetTable.tsx';
import './pages.css';
import { RangeCheck, Story } from './Story.tsx';
import { toCase, useSetup } from './state.ts';
import { kindNames, spokenWords } from './words.ts';

/** What is shown, in a line: a case and what it teaches, or what was built. */
const Intro = ({ setup }: { readonly setup: Setup }) => {
  const preset = presets.find(p => p.id === writeSetup(setup));
  return (
    <div className="intro">
      <h2>Are these pages next to each other?</h2>
      <p>
        {preset === undefined ? (
          <>
            Your own: {kindNames[setup.kind]}, {formatCount(setup.layout.pagesPerSection)} pages a section.
          </>
        ) : (
          <>
            <b>
              {preset.id}, {preset.title}.
            </b>{' '}
            {preset.about}
          </>
        )}
      </p>
    </div>
  );
};

/** The struct-page lab. */
export const PagesLab = () => {
  const { setup, problem } = useSetup();
  const shown = useRef('');
  shown.current = writeSetup(setup);
  useEffect(
    () =>
      bindLab(
        presetCommands(
          'case',
          presets.length,
          () => presets.findIndex(p => p.id === shown.current),
          i => toCase(presets[i]?.id ?? ''),
        ),
        memoryKeys,
      ),
    [],
  );
  // The picture follows the hand; nine counters over a folio of 1 GiB may come a frame later.
  const counted = useDeferredValue(setup);
  const pfns = useMemo(() => pfnsOf(counted.runs), [counted]);
  const spoken = useMemo(() => {
    const answers = counters.map(c => ({ id: c.id, answer: countOn(c, counted.layout, pfns).answer }));
    const shown = writeSetup(counted);
    const title = presets.find(p => p.id === shown)?.title ?? kindNames[counted.kind];
    return spokenWords(title, answers, truth(pfns), pfns);
  }, [counted, pfns]);
  return (
    <section className="lab pages" aria-label="struct page contiguity">
      <div className="pages-main">
        <Intro setup={setup} />
        {problem !== undefined && (
          <p className="bad">
            <span aria-hidden="true">✕ </span>The link’s memory cannot be: {problem}. Case M1 is shown.
          </p>
        )}
        <MemoryPicture setup={setup} />
        <MemoryTable setup={setup} />
        <Counters setup={counted} pfns={pfns} />
        <RangeCheck setup={setup} />
      </div>
      <div className="pages-side">
        <PresetTable setup={counted} pfns={pfns} />
        <Differ setup={setup} />
        <Build setup={setup} />
      </div>
      <Story />
      <Spoken text={spoken} />
    </section>
  );
};
