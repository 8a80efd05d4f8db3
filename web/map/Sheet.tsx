import { useMemo, useState } from 'react';
import { formatAddress } from '../../src/text.ts';
import { alignDown, GiB, TiB } from '../../src/units.ts';
import { withLength, withOffset } from '../scenario/edit.ts';
import { idleOffset } from '../scenario/fileOffset.ts';
import { solveVariant } from '../state/solution.ts';
import { app, useScenario, useSolution } from '../state/store.ts';
import { writeSize } from '../ui/BytesField.tsx';
import { BytesSlider } from '../ui/BytesSlider.tsx';
import { linearScale, octaveScale, sizeInWords } from '../ui/scale.ts';
import { choosePolicy, Preview, PreviewCount, policyRows } from './controls/Policy.tsx';

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
        {policyRows(scenario).map(row => {
          const solution = solveVariant(scenario, row.machine);
          return (
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
              <Preview solution={solution} width={80} />
              <b>
                <PreviewCount solution={solution} />
              </b>
            </button>
          );
        })}
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
