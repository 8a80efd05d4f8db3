import { type PointerEvent, useEffect, useMemo, useState } from 'react';
import { dmaPresets } from '../../../src/dma/published.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { roughMeasure } from '../../draw/marks.ts';
import { withDma } from '../../scenario/view.ts';
import { refusalText } from '../../scenario/words.ts';
import { bindLab } from '../../state/commands.ts';
import { eventsOf } from '../../state/solution.ts';
import { app, useScenario, useSolution, useThemeName } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { Pieces } from '../../ui/Pieces.tsx';
import { Spoken } from '../../ui/Spoken.tsx';
import { useWidth } from '../../ui/width.ts';
import { presetCommands } from '../presetCommands.ts';
import { type DmaFacts, dmaFacts } from './answer.ts';
import { Controls, IovaControl } from './Controls.tsx';
import './dma.css';
import { drawDma } from './picture.ts';
import { pictureOf } from './pictureOf.ts';
import { withPreset } from './preset.ts';
import { EraTable, Presets, Twin, VaTable } from './Tables.tsx';
import { iommufdWords, reasonsOf, refusalWords, sizesPieces, spokenDma, stepsOver } from './words.ts';

/** On a stage everything is drawn larger. */
const PROJECTED = 1.3;

const Picture = ({ facts }: { readonly facts: DmaFacts }) => {
  const [box, width] = useWidth();
  const [at, setAt] = useState<number | undefined>(undefined);
  const scale = useThemeName() === 'projector' ? PROJECTED : 1;
  const input = useMemo(() => pictureOf(facts), [facts]);
  const inside = at !== undefined && at < facts.length ? at : undefined;
  const whole = { ...input, width: width / scale, at: inside };
  const { height, byteAt } = drawDma({ ...whole, measure: roughMeasure });
  const point = (e: PointerEvent<HTMLDivElement>): void => {
    const left = e.currentTarget.getBoundingClientRect().left;
    setAt(byteAt((e.clientX - left) / scale));
  };
  const signature = JSON.stringify(whole);
  return (
    <>
      <div
        className="picture"
        ref={box}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(undefined)}
      >
        <MarkCanvas
          width={width}
          height={height * scale}
          scale={scale}
          signature={signature}
          draw={measure => drawDma({ ...whole, measure }).marks}
          label={`Three rulers over one axis. ${spokenDma(facts)}`}
          offered={`What DMA mapping does with it: ${spokenDma(facts)}`}
        />
      </div>
      <p className="addresses">
        {inside === undefined ? (
          <span className="note">
            One byte has three addresses. Point at the picture to read them; teeth that meet make room for an
            entry.
          </span>
        ) : (
          <>
            <span>
              IOVA <code>{formatAddress(facts.iova + inside)}</code>
            </span>
            <span>
              PA <code>{facts.pa === undefined ? 'anywhere' : formatAddress(facts.pa + inside)}</code>
            </span>
            <span>
              VA <code>{formatAddress(facts.cpu.va + inside)}</code>
            </span>
          </>
        )}
      </p>
    </>
  );
};

const Verdict = ({ facts }: { readonly facts: DmaFacts }) => {
  const { result } = facts;
  if (!result.ok)
    return (
      <section className="answer" aria-label="Verdict">
        <p className="figure red">{result.errno}</p>
        <p>
          <span className="red" aria-hidden="true">
            ✕{' '}
          </span>
          {refusalWords(result, facts)}
        </p>
      </section>
    );
  const { pinning, tables, leaves, best } = result;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Steps of the pin loop', formatCount(pinning.steps), ''],
    ['Faults on the way', formatCount(result.faults), 'if nothing was touched before'],
    ['Runs', formatCount(pinning.runs), 'physically contiguous'],
    ['Calls of iommu_map()', formatCount(pinning.calls), 'for each domain'],
    [
      'IOMMU entries',
      formatCount(leaves),
      best === undefined ? '' : `${formatCount(best.leaves)} at the best IOVA`,
    ],
    [
      'IOMMU page tables',
      formatSize(tables.bytes),
      `below the root; the CPU’s: ${formatSize(facts.cpu.tableBytes)}`,
    ],
    ['IOTLB entries for all of it', formatCount(leaves), 'if the IOTLB holds every size'],
  ];
  return (
    <section className="answer" aria-label="Verdict">
      <div className="heads">
        <div>
          <p className="figure">{formatCount(pinning.steps)}</p>
          <p>
            {pinning.steps === 1 ? 'step' : 'steps'} over {stepsOver(facts)}
          </p>
        </div>
        <div>
          <p className="figure">{formatCount(leaves)}</p>
          <p>
            {leaves === 1 ? 'entry' : 'entries'} in the IOMMU:{' '}
            <Pieces of={sizesPieces(result.sizes, facts.arch, 3)} />
          </p>
        </div>
      </div>
      <table className="figures">
        <caption className="visually-hidden">What the call comes to</caption>
        <tbody>
          {rows.map(([name, value, note]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="value">{value}</td>
              <td className="note">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="whys">
        {reasonsOf(facts, result).map(({ title, text }) => (
          <li key={title}>
            <b>{title}</b> <Pieces of={text} />
          </li>
        ))}
      </ul>
    </section>
  );
};

const Iommufd = ({ facts }: { readonly facts: DmaFacts }) => (
  <section aria-label="iommufd">
    <h3>iommufd beside it</h3>
    <ul className="whys">
      {iommufdWords(facts).map(text => (
        <li key={JSON.stringify(text)}>
          <Pieces of={text} />
        </li>
      ))}
    </ul>
  </section>
);

/** Where there is no BAR to map: why, and what to look at in its place. */
const Nothing = () => {
  const scenario = useScenario();
  const solution = useSolution();
  const why = refusalText(scenario, solution, eventsOf(scenario));
  return (
    <div className="nothing">
      <p>
        <span className="red" aria-hidden="true">
          ✕{' '}
        </span>
        {why === undefined
          ? 'The request on the Map is not a BAR, so that there is no device memory to map.'
          : `mmap() failed with ${why.errno}, so that there is nothing to map. ${why.text}`}
      </p>
      <button
        type="button"
        className="button"
        onClick={() => app.getState().change(withDma({ memory: 'thp' }), 'done')}
      >
        Map ordinary memory
      </button>
    </div>
  );
};

/** What VFIO_IOMMU_MAP_DMA does with the mapping of the Map. */
export const DmaLab = () => {
  const scenario = useScenario();
  const solution = useSolution();
  const facts = useMemo(() => dmaFacts(scenario, solution), [scenario, solution]);
  useEffect(
    () =>
      bindLab(
        presetCommands(
          'size of the threads',
          dmaPresets.length,
          () => dmaPresets.findIndex(p => p.size === app.getState().scenario.device.bar.size),
          i => app.getState().change(withPreset(dmaPresets[i]?.size ?? 0), 'done'),
        ),
        [],
      ),
    [],
  );
  return (
    <section className="lab dma" aria-labelledby="dma-title">
      <header className="intro">
        <h2 id="dma-title">What does DMA mapping do with it?</h2>
        <p className="note">
          <code>VFIO_IOMMU_MAP_DMA</code> gives devices an address, the IOVA, for memory that the program has
          at a VA. type1 first walks the CPU’s page table to find the physical memory, then maps that in the
          IOMMU. In 2025 the walk was made to follow leaves; the IOMMU’s own page sizes were never about VA at
          all.
        </p>
      </header>
      {facts === undefined ? (
        <Nothing />
      ) : (
        <>
          <div className="columns">
            <div className="top">
              <IovaControl facts={facts} />
              <Picture facts={facts} />
            </div>
            <div className="side">
              <Controls facts={facts} />
              <Verdict facts={facts} />
            </div>
            <div className="rest">
              <Twin facts={facts} />
              {facts.rows.length > 0 && <VaTable facts={facts} />}
              <EraTable facts={facts} />
              <Iommufd facts={facts} />
            </div>
          </div>
          <Presets facts={facts} />
        </>
      )}
      <Spoken text={spokenDma(facts)} />
    </section>
  );
};
