import { useMemo } from 'react';
import { formatAddress, type Read } from '../../src/text.ts';
import { alignDown, bytes, GiB, TiB } from '../../src/units.ts';
import { baseWindow, withBarBase, withLength, withOffset, withRequest } from '../scenario/edit.ts';
import { idleOffset } from '../scenario/fileOffset.ts';
import { solutionOf } from '../state/solution.ts';
import { app, useApp, useArch } from '../state/store.ts';
import { BytesField, readPages } from '../ui/BytesField.tsx';
import { BytesSlider } from '../ui/BytesSlider.tsx';
import { linearScale, octaveScale, sizeInWords } from '../ui/scale.ts';

/**
 * The fields and sliders of a request that several screens show. Each is a line with the exact value and a slider
 * under it. Each reads only the numbers it shows, so that a drag draws one of them again and not all.
 */

/** Where the mapping begins in the BAR, or in the file. */
export const OffsetControl = () => {
  const value = useApp(s => s.scenario.request.offset);
  const vfio = useApp(s => s.scenario.request.file === 'vfio');
  const barSize = useApp(s => s.scenario.device.bar.size);
  const { change, finish } = app.getState();
  const { page } = useArch();
  const idle = useApp(s => idleOffset(s.scenario, solutionOf(s.scenario).prepared.facts));
  const room = vfio ? alignDown(Math.max(page, barSize - page), page) : 4 * GiB;
  const scale = useMemo(() => linearScale(0, room, page), [room, page]);
  return (
    <>
      <BytesField
        label={vfio ? 'Offset in BAR' : 'Offset'}
        value={value}
        read={readPages}
        disabled={idle}
        onCommit={offset => change(withRequest({ offset: bytes(offset) }), 'done')}
      />
      <BytesSlider
        label={vfio ? 'Offset in BAR' : 'Offset in the file'}
        value={value}
        scale={scale}
        words={`${sizeInWords(value)} into the ${vfio ? 'BAR' : 'file'}`}
        page={page}
        bigStep={(v, direction) =>
          room > GiB ? v + direction * GiB : direction > 0 ? v * 2 : alignDown(v / 2, page)
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
  const value = useApp(s => s.scenario.request.length);
  const { page } = useArch();
  const { change, finish } = app.getState();
  const most = useApp(({ scenario: { request, device } }) =>
    request.file === 'vfio' ? device.bar.size - request.offset : TiB,
  );
  const scale = useMemo(() => octaveScale(Math.max(page, alignDown(most, page)), page), [most, page]);
  return (
    <>
      <BytesField label="Length" value={value} onCommit={length => change(withLength(length), 'done')} />
      <BytesSlider
        label="Length"
        value={value}
        scale={scale}
        words={sizeInWords(value)}
        page={page}
        onDrag={length => change(withLength(length), 'drag')}
        onDone={finish}
      />
    </>
  );
};

/** The address that the caller would like. */
export const HintControl = () => {
  const value = useApp(s => s.scenario.request.hint);
  return (
    <BytesField
      label="Hint"
      term="hint"
      value={value}
      write={n => (n === 0 ? '0' : formatAddress(n))}
      onCommit={hint => app.getState().change(withRequest({ hint }), 'done')}
    />
  );
};

/** Where the BAR lies in physical memory. */
export const BaseControl = () => {
  const bar = useApp(s => s.scenario.device.bar);
  const { change, finish } = app.getState();
  const { page } = useArch();
  const low = useApp(s => baseWindow(s.scenario).low);
  const high = useApp(s => baseWindow(s.scenario).high);
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
