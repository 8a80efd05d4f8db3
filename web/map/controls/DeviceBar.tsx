import { barAlignment, devicePresets } from '../../../src/scenario/devices.ts';
import type { BridgeWindow, Scenario } from '../../../src/scenario/scenario.ts';
import { formatAddress, formatSize, type Read } from '../../../src/text.ts';
import { TiB } from '../../../src/units.ts';
import { BaseControl } from '../../controls/request.tsx';
import { innermostWindow, withBarIndex, withBarSize, withDevice, withWindow } from '../../scenario/edit.ts';
import { app, useApp } from '../../state/store.ts';
import { BytesField, readPages } from '../../ui/BytesField.tsx';
import { BytesSlider } from '../../ui/BytesSlider.tsx';
import { useChosen } from '../../ui/chosen.ts';
import { octaveScale, sizeInWords } from '../../ui/scale.ts';
import { Term } from '../../ui/Term.tsx';
import { Note, Section } from './Section.tsx';

const PAGE = 4096;
/** vfio keeps the region's number at bit 40 of the file offset, so no region is larger. */
const LARGEST = TiB;
const sizes = octaveScale(LARGEST, PAGE, 1);

const readSize = (text: string): Read<number> => {
  const read = readPages(text);
  if (!read.ok) return read;
  if (read.value === 0) return { ok: false, reason: 'a BAR has at least a page here' };
  return read.value > LARGEST
    ? { ok: false, reason: 'above 1 TiB: the file offset has 40 bits for a region' }
    : read;
};

const nextPower = (value: number, direction: 1 | -1): number =>
  sizes.value(
    sizes.position(value) + (direction > 0 || sizes.value(sizes.position(value)) === value ? direction : 0),
  );

const sameDevice = (a: Scenario['device'], b: Scenario['device']): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const windowWords = (w: BridgeWindow): string =>
  `Bridge window of ${formatSize(w.size)}${w.label === '' ? '' : ` (${w.label})`}`;

/** The window of the bridge above the device: the physical row shows what lies in it. */
const WindowFields = () => {
  const window = useApp(s => innermostWindow(s.scenario));
  const { change } = app.getState();
  const read = (text: string, end: (n: number) => number): Read<number> => {
    const pages = readPages(text);
    return pages.ok && end(pages.value) > 2 ** 57
      ? { ok: false, reason: 'beyond any physical address' }
      : pages;
  };
  return (
    <details className="more">
      <summary>{window === undefined ? 'Bridge window' : windowWords(window)}</summary>
      {window === undefined ? (
        <button type="button" className="button" onClick={() => change(withWindow({}), 'done')}>
          Add one around the BAR
        </button>
      ) : (
        <>
          <BytesField
            label="Window base"
            value={window.base}
            write={formatAddress}
            read={text => read(text, base => base + window.size)}
            onCommit={base => change(withWindow({ base }), 'done')}
          />
          <BytesField
            label="Window size"
            value={window.size}
            read={text => read(text, size => window.base + size)}
            onCommit={size => change(withWindow({ size }), 'done')}
          />
          <Note>A size of 0 takes it away.</Note>
        </>
      )}
    </details>
  );
};

/** The entry of the list for a device that is none of the presets. */
const OWN = 'own';

/** Size, physical base and number of the BAR. */
export const DeviceBar = () => {
  const device = useApp(s => s.scenario.device);
  const vfio = useApp(s => s.scenario.request.file === 'vfio');
  const { bar, holes, ranges } = device;
  const preset = devicePresets.find(p => sameDevice(p.device, device));
  const { change, finish } = app.getState();
  const [shown, show] = useChosen(preset?.id ?? OWN, id => {
    const chosen = devicePresets.find(p => p.id === id);
    if (chosen) change(withDevice(chosen.device), 'done');
  });
  if (!vfio)
    return (
      <Section title="Device BAR">
        <Note>This request maps no BAR: only VFIO does.</Note>
      </Section>
    );
  return (
    <Section
      title="Device BAR"
      term="bar"
      aside={
        <select
          aria-label="BAR number"
          value={bar.index}
          onChange={e => change(withBarIndex(Number(e.target.value)), 'done')}
        >
          {[0, 1, 2, 3, 4, 5].map(n => (
            <option key={n} value={n}>
              BAR {n}
            </option>
          ))}
        </select>
      }
    >
      <select
        aria-label="Device"
        className="device-choice"
        value={shown}
        onChange={e => show(e.target.value)}
      >
        {preset === undefined && <option value={OWN}>set by hand</option>}
        {devicePresets.map(p => (
          <option key={p.id} value={p.id}>
            {p.label}
          </option>
        ))}
      </select>
      <BytesField
        label="Size"
        term="resizable"
        value={bar.size}
        read={readSize}
        onCommit={size => change(withBarSize(size), 'done')}
      />
      <BytesSlider
        label="BAR size"
        value={bar.size}
        scale={sizes}
        words={sizeInWords(bar.size)}
        step={nextPower}
        onDrag={size => change(withBarSize(size), 'drag')}
        onDone={finish}
      />
      <BaseControl />
      {preset !== undefined && preset !== devicePresets[0] && <Note>{preset.about}</Note>}
      {barAlignment(bar) === 'off' && preset === undefined && (
        <Note>No multiple of its size: only Enhanced Allocation and devices that are no PCI BAR lie so.</Note>
      )}
      <WindowFields />
      {ranges.length > 0 && (
        <Note>
          {ranges.map(r => `from ${formatSize(r.offset)} on at ${formatAddress(r.phys)}`).join(', ')}: the
          pictures show one part at a time.
        </Note>
      )}
      {holes.length > 0 && (
        <Note>
          <Term id="hole">{holes.length === 1 ? 'Hole' : 'Holes'}</Term>:{' '}
          {holes.map(h => `${formatSize(h.size)} at ${formatSize(h.offset)}`).join(', ')} left out, so it is
          mapped in parts.
        </Note>
      )}
    </Section>
  );
};
