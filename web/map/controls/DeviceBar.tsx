import type { Read } from '../../../src/text.ts';
import { TiB } from '../../../src/units.ts';
import { BaseControl } from '../../controls/request.tsx';
import { withBarIndex, withBarSize } from '../../scenario/edit.ts';
import { app, useScenario } from '../../state/store.ts';
import { BytesField, readPages } from '../../ui/BytesField.tsx';
import { BytesSlider } from '../../ui/BytesSlider.tsx';
import { octaveScale, sizeInWords } from '../../ui/scale.ts';
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

/** Size, physical base and number of the BAR. */
export const DeviceBar = () => {
  const { device, request } = useScenario();
  const { bar } = device;
  const { change, finish } = app.getState();
  if (request.file !== 'vfio')
    return (
      <Section title="Device BAR">
        <Note>This request maps no BAR: only VFIO does.</Note>
      </Section>
    );
  return (
    <Section
      title="Device BAR"
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
      <BytesField
        label="Size"
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
    </Section>
  );
};
