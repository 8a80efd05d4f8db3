import { archOf } from '../arch/index.ts';
import { openRange, processOf } from '../scenario/process.ts';
import type { Scenario, SweepInput } from '../scenario/scenario.ts';
import { bytes, pa, type Va, va } from '../units.ts';

type Space = Scenario['space'];

/** The inputs that change the address space; the others change the request or the device. */
export const isSpaceInput = (input: SweepInput): input is 'gap' | 'aslr' =>
  input === 'gap' || input === 'aslr';

/** The free range that a process grows into, as it is without a lid and without a slide. */
export const openOf = ({
  machine,
  space,
}: Pick<Scenario, 'machine' | 'space'>): { readonly start: Va; readonly end: Va } => {
  const { slide: _, ...still } = space;
  return openRange(processOf(archOf(machine.arch), { ...still, lid: undefined }));
};

/** A space with another slide, in bytes; 0: as the process is. */
const withSlide = (space: Space, slide: number): Space => {
  const { slide: _, ...still } = space;
  return slide === 0 ? still : { ...still, slide: bytes(slide) };
};

/**
 * The Scenario with one input set, in bytes. Nothing else follows it: a length that reaches past the end of the BAR
 * stays, and the kernel refuses it. `gap` is the room left in the free range that the process grows into, by a lid
 * above it; `aslr` is how much farther mmap_base lies than that of the process as it is.
 */
export const withInput = (s: Scenario, input: SweepInput, value: number): Scenario => {
  switch (input) {
    case 'off':
      return { ...s, request: { ...s.request, offset: bytes(value) } };
    case 'len':
      return { ...s, request: { ...s.request, length: bytes(value) } };
    case 'hint':
      return { ...s, request: { ...s.request, hint: value } };
    case 'base':
      return { ...s, device: { ...s.device, bar: { ...s.device.bar, base: pa(value) } } };
    case 'size':
      return { ...s, device: { ...s.device, bar: { ...s.device.bar, size: bytes(value) } } };
    case 'gap':
      return { ...s, space: { ...s.space, lid: va(openOf(s).start + value) } };
    case 'aslr':
      return { ...s, space: withSlide(s.space, value) };
  }
};

/** The value that an input has in a Scenario, in bytes. Where no lid stands the gap is the whole free range. */
export const inputOf = (s: Scenario, input: SweepInput): number => {
  switch (input) {
    case 'off':
      return s.request.offset;
    case 'len':
      return s.request.length;
    case 'hint':
      return s.request.hint;
    case 'base':
      return s.device.bar.base;
    case 'size':
      return s.device.bar.size;
    case 'gap': {
      const open = openOf(s);
      return Math.max(0, (s.space.lid ?? open.end) - open.start);
    }
    case 'aslr':
      return s.space.slide ?? 0;
  }
};
