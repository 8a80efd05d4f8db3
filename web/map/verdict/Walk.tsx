import { useState } from 'react';
import { leafNames } from '../../../src/leaves/words.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { alignDown } from '../../../src/units.ts';
import { rootOf, sumOf, type WalkStep, walkOf } from '../../scenario/walk.ts';
import { useApp, useSolution } from '../../state/store.ts';
import { useCalmFacts } from './useVerdict.ts';
import './walk.css';

/** What an entry holds, in words. */
const Holds = ({ step, page }: { readonly step: WalkStep; readonly page: number }) => {
  const { holds } = step;
  switch (holds.kind) {
    case 'table':
      return <>points to a table</>;
    case 'leaf':
      return (
        <>
          <b className={`ink-${holds.run.kind}`}>
            {leafNames[holds.run.kind]} leaf of {formatSize(step.to - step.from)}
          </b>
          , PFN <span className="value">{formatAddress(Math.floor(holds.pa / page))}</span>
          {holds.run.corrupt && <span className="red"> ✕ no multiple of its size: corrupt</span>}
        </>
      );
  }
};

/** The walk of one address, as a hardware walker goes from the root to the leaf and adds the low bits. */
const Steps = () => {
  // Read, and not watched: it keeps a reader's pace while one drags.
  const { device, prepared } = useCalmFacts().solution;
  const crosshair = useApp(s => s.crosshair);
  if (device === undefined) return null;
  const { arch } = prepared;
  const { start, end } = device.mapping;
  const offset = Math.min(Math.max(0, alignDown(crosshair ?? 0, arch.page)), end - start - arch.page);
  const address = start + offset;
  const steps = walkOf(arch, device, offset);
  const last = steps.at(-1);
  const sum = last && sumOf(last, address);
  const root = rootOf(arch);
  const reads = root.reads(steps.length);
  return (
    <>
      <p>
        <span className="value">{formatAddress(address)}</span>
        {crosshair === undefined ? ', where the mapping begins' : ', under the crosshair'}
      </p>
      <ol className="walk">
        <li>
          <b>{root.name}</b> gives the {steps[0]?.level} table.
        </li>
        {steps.map(step => (
          <li key={step.level}>
            <b>
              {step.level} entry {formatCount(step.index)}
            </b>{' '}
            <Holds step={step} page={arch.page} />
            <span className="covers">
              covers <span className="value">{formatAddress(step.from)}</span>,{' '}
              {formatSize(step.to - step.from)}
            </span>
          </li>
        ))}
        {sum === undefined && (
          <li className="red">
            <span aria-hidden="true">✕ </span>The low bits of its PFN overlap the offset: what address the CPU
            makes of it is undefined.
          </li>
        )}
        {sum !== undefined && (
          <li>
            <span className="value">{formatAddress(sum.base)}</span> + the low {sum.bits} bits,{' '}
            <span className="value">{formatAddress(sum.low)}</span>, are{' '}
            <b>
              PA <span className="value">{formatAddress(sum.base + sum.low)}</span>
            </b>
            .
          </li>
        )}
      </ol>
      <p className="note">
        {reads !== undefined && `${reads} memory ${reads === 1 ? 'read' : 'reads'} where no cache helps. `}
        {root.note !== undefined && root.note}
      </p>
    </>
  );
};

/** The written-out walk, in the right column; nothing while it is closed. */
export const Walk = () => {
  const mapped = useSolution().device !== undefined;
  const [open, setOpen] = useState(true);
  if (!mapped) return null;
  return (
    <section>
      <details className="walk-details" open={open} onToggle={e => setOpen(e.currentTarget.open)}>
        <summary>
          <h2>The page walk</h2>
        </summary>
        {open && <Steps />}
      </details>
    </section>
  );
};
