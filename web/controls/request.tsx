import { useMemo } from 'react';
import { formatAddress, type Read } from '../../src/text.ts';
import { alignDown, bytes, GiB, TiB } from '../../src/units.ts';
import { baseWindow, withBarBase, withLength, withOffset, withRequest } from '../scenario/edit.ts';
import { idleOffset } from '../scenario/fileOffset.ts';
import { app, useScenario, useSolution } from '../state/store.ts';
import { BytesField, readPages } from '../ui/BytesField.tsx';
import { BytesSlider } from '../ui/BytesSlider.tsx';
import { linearScale, octaveScale, sizeInWords } from '../ui/scale.ts';

/**
 * The fields and sliders of a request that several screens show. Each is a line with the exact value and a slider
 * under it.
 */

/** Where the mapping begins in the BAR, or in the file. */
export const OffsetControl = () => {
  const scenario = useScenario();
  const { request, device } = scenario;
  const { change, finish } = app.getState();
  const { arch, facts } = useSolution().prepared;
  const { page } = arch;
  const idle = idleOffset(scenario, facts);
  const vfio = request.file === 'vfio';
  const room = vfio ? alignDown(Math.max(page, device.bar.size - page), page) : 4 * GiB;
  const scale = useMemo(() => linearScale(0, room, page), [room, page]);
  return (
    <>
      <BytesField
        label={vfio ? 'Offset in BAR' : 'Offset'}
        value={request.offset}
        read={readPages}
        disabled={idle}
        onCommit={offset => change(withRequest({ offset: bytes(offset) }), 'done')}
      />
      <BytesSlider
        label={vfio ? 'Offset in BAR' : 'Offset in the file'}
        value={request.offset}
        scale={scale}
        words={`${sizeInWords(request.offset)} into the ${vfio ? 'BAR' : 'file'}`}
        page={page}
        bigStep={(value, direction) =>
          room > GiB ? value + direction * GiB : direction > 0 ? value * 2 : alignDown(value / 2, page)
        }
        disabled={idle !== undefined}
        onDrag={offset => change(withOffset(offset), 'drag')}
        onDone={finish}
      />
    </>
  );
};

/** How much is mapped. */
export const LengthControl = () => {
  const { request, device } = useScenario();
  const { page } = useSolution().prepared.arch;
  const { change, finish } = app.getState();
  const vfio = request.file === 'vfio';
  const most = vfio ? device.bar.size - request.offset : TiB;
  const scale = useMemo(() => octaveScale(Math.max(page, alignDown(most, page)), page), [most, page]);
  return (
    <>
      <BytesField
        label="Length"
        value={request.length}
        onCommit={length => change(withLength(length), 'done')}
      />
      <BytesSlider
        label="Length"
        value={request.length}
        scale={scale}
        words={sizeInWords(request.length)}
        page={page}
        onDrag={length => change(withLength(length), 'drag')}
        onDone={finish}
      />
    </>
  );
};

/** The address that the caller would like. */
export const HintControl = () => {
  const { request } = useScenario();
  return (
    <BytesField
      label="Hint"
      term="hint"
      value={request.hint}
      write={n => (n === 0 ? '0' : formatAddress(n))}
      onCommit={hint => app.getState().change(withRequest({ hint }), 'done')}
    />
  );
};

/** Where the BAR lies in physical memory. */
export const BaseControl = () => {
  const scenario = useScenario();
  const { bar } = scenario.device;
  const { change, finish } = app.getState();
  const { page } = useSolution().prepared.arch;
  const { low, high } = baseWindow(scenario);
  const scale = useMemo(() => linearScale(low, high, page), [low, high, page]);
  const read = (text: string): Read<number> => {
    const pages = readPages(text);
    return pages.ok && pages.value + bar.size > 2 ** 57
      ? { ok: false, reason: 'beyond any physical address' }
      : pages;
  };
  return (
    <>
      <BytesField
        label="Physical base"
        value={bar.base}
        write={formatAddress}
        read={read}
        onCommit={base => change(withBarBase(base), 'done')}
      />
      <BytesSlider
        label="Physical base of the BAR"
        value={bar.base}
        scale={scale}
        words={formatAddress(bar.base)}
        page={page}
        bigStep={(value, direction) => value + direction * GiB}
        onDrag={base => change(withBarBase(base), 'drag')}
        onDone={finish}
      />
    </>
  );
};
