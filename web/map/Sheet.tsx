import { memo, useMemo, useState } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { formatAddress } from '../../src/text.ts';
import { alignDown, GiB, TiB } from '../../src/units.ts';
import { withLength, withOffset } from '../scenario/edit.ts';
import { idleOffset } from '../scenario/fileOffset.ts';
import { usePausedScenario } from '../state/calm.ts';
import { solveVariant } from '../state/solution.ts';
import { app, useScenario, useSolution } from '../state/store.ts';
import { writeSize } from '../ui/BytesField.tsx';
import { BytesSlider } from '../ui/BytesSlider.tsx';
import { linearScale, octaveScale, sizeInWords } from '../ui/scale.ts';
import { choosePolicy, Preview, PreviewCount, policyRows } from './controls/Policy.tsx';

/** What a card would give. It follows a drag when the hand pauses, as the rows of a wide page do. */
const CardOutcome = memo(({ kernel, policy }: Pick<Scenario['machine'], 'kernel' | 'policy'>) => {
  const scenario = usePausedScenario();
  // All else from one Scenario: its address space may not fit another architecture.
  const solution = solveVariant(scenario, { ...scenario.machine, kernel, policy });
  return (
    <>
      <Preview solution={solution} width={80} />
      {solution.device !== undefined && (
        <b>
          <PreviewCount device={solution.device} />
        </b>
      )}
    </>
  );
});

/** The bottom sheet of a phone: policies and the two sliders that matter most, under the thumb. */
export const Sheet = () => {
  const scenario = useScenario();
  const [open, setOpen] = useState(true);
  const { change, finish } = app.getState();
  const { request, device } = scenario;
  const vfio = request.file === 'vfio';
  const { arch, facts } = useSolution().prepared;
  const { page } = arch;
  const idle = idleOffset(scenario, facts);
  const room = vfio ? alignDown(Math.max(page, device.bar.size - page), page) : 4 * GiB;
  const offsets = useMemo(() => linearScale(0, room, page), [room, page]);
  const most = vfio ? device.bar.size - request.offset : TiB;
  const lengths = useMemo(() => octaveScale(Math.max(page, alignDown(most, page)), page), [most, page]);
  return (
    <section className="sheet" aria-label="Policy and request">
      <button
        type="button"
        className="handle"
        aria-expanded={open}
        aria-label={open ? 'Fold the sheet' : 'Open the sheet'}
        onClick={() => setOpen(!open)}
      >
        <span />
      </button>
      <div className="cards">
        {policyRows(scenario).map(row => (
          <button
            key={row.id}
            type="button"
            className={row.chosen ? 'card chosen' : 'card'}
            aria-pressed={row.chosen}
            disabled={row.off !== undefined && !row.chosen}
            title={row.off}
            onClick={() => change(choosePolicy(row), 'done')}
          >
            <span>{row.short}</span>
            <CardOutcome kernel={row.machine.kernel} policy={row.machine.policy} />
          </button>
        ))}
      </div>
      {open && (
        <>
          <div className="line">
            <span>{vfio ? 'Offset in BAR' : 'Offset'}</span>
            <BytesSlider
              label={vfio ? 'Offset in BAR' : 'Offset in the file'}
              value={request.offset}
              scale={offsets}
              words={`${sizeInWords(request.offset)} into the ${vfio ? 'BAR' : 'file'}`}
              page={page}
              disabled={idle !== undefined}
              bigStep={(v, d) => v + d * GiB}
              onDrag={v => change(withOffset(v), 'drag')}
              onDone={finish}
            />
            <output>{request.offset === 0 ? '0' : formatAddress(request.offset)}</output>
          </div>
          <div className="line">
            <span>Length</span>
            <BytesSlider
              label="Length"
              value={request.length}
              scale={lengths}
              words={sizeInWords(request.length)}
              page={page}
              onDrag={v => change(withLength(v), 'drag')}
              onDone={finish}
            />
            <output>{writeSize(request.length)}</output>
          </div>
        </>
      )}
    </section>
  );
};
