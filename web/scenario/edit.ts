import type { ArchId } from '../../src/arch/arch.ts';
import { archOf } from '../../src/arch/index.ts';
import { type Bar, type BridgeWindow, type Scenario, usualWindows } from '../../src/scenario/scenario.ts';
import { alignDown, alignUp, bytes, GiB, pa, type Va } from '../../src/units.ts';
import type { Update } from '../state/steps.ts';
import { carried } from './carried.ts';

/**
 * Changes to a Scenario, as the controls and the drawing make them. Sliders keep the request inside the BAR; the
 * exact fields do not, because the kernel's answer to a bad request is worth seeing.
 */

/** The page of the architecture shown, in bytes: what offsets and sliders count in. */
const pageOf = (s: Scenario): number => archOf(s.machine.arch).page;

const withMachine =
  (part: Partial<Scenario['machine']>): Update =>
  s => ({ ...s, machine: { ...s.machine, ...part } });
const withSpace =
  (part: Partial<Scenario['space']>): Update =>
  s => ({ ...s, space: { ...s.space, ...part } });
const withRequest =
  (part: Partial<Scenario['request']>): Update =>
  s => ({ ...s, request: { ...s.request, ...part } });

export { withMachine, withRequest, withSpace };

/** Another architecture; `said` tells what had to be rounded. */
export const withArch = (id: ArchId): { readonly update: Update; readonly said: (s: Scenario) => string } => {
  const arch = archOf(id);
  return {
    update: s => carried(s, arch).scenario,
    said: s => {
      const { notes } = carried(s, arch);
      return notes.length === 0 ? arch.label : `${arch.label}: ${notes.join(', ')}`;
    },
  };
};

/** The mapping reaches to the end of the BAR, in pages as mmap() counts them, so it follows the BAR. */
const mapsTheRest = (s: Scenario): boolean =>
  s.request.file === 'vfio' &&
  alignUp(s.request.offset + s.request.length, pageOf(s)) === alignUp(s.device.bar.size, pageOf(s));

/** Another device, its BAR mapped whole. */
export const withDevice =
  (device: Scenario['device']): Update =>
  s => ({
    ...s,
    device,
    request: { ...s.request, file: 'vfio', offset: bytes(0), length: device.bar.size },
  });

/** The device with another BAR. A window that nobody asked for is not kept where the BAR leaves it. */
const withBar = ({ device }: Scenario, part: Partial<Bar>): Scenario['device'] => {
  const bar = { ...device.bar, ...part };
  const usual = usualWindows(device.bar);
  const { windows } = device;
  const asked =
    windows.length !== usual.length ||
    windows.some(
      (w, i) => w.label !== usual[i]?.label || w.base !== usual[i].base || w.size !== usual[i].size,
    );
  return { ...device, bar, windows: asked ? windows : usualWindows(bar) };
};

/** Another BAR size. A request that mapped the rest of the BAR still does; another one is cut where it must be. */
export const withBarSize =
  (size: number): Update =>
  s => {
    const device = withBar(s, { size: bytes(size) });
    if (s.request.file !== 'vfio') return { ...s, device };
    const page = pageOf(s);
    // The last page that begins in the BAR, which may be less than a page long.
    const offset = Math.min(s.request.offset, alignDown(Math.max(0, size - page), page));
    const room = size - offset;
    const length = mapsTheRest(s) ? room : Math.min(s.request.length, room);
    return { ...s, device, request: { ...s.request, offset: bytes(offset), length: bytes(length) } };
  };

/** Another BAR base. */
export const withBarBase =
  (base: number): Update =>
  s => ({ ...s, device: withBar(s, { base: pa(base) }) });

/** Another BAR number. */
export const withBarIndex =
  (index: number): Update =>
  s => ({ ...s, device: { ...s.device, bar: { ...s.device.bar, index } } });

/**
 * Another base or size of the innermost bridge window, which is then nobody's in particular; size 0: no such window.
 * Where there is none yet it is laid around the BAR, four times its size.
 */
export const withWindow =
  (part: { readonly base?: number; readonly size?: number }): Update =>
  s => {
    const { bar } = s.device;
    const old = innermostWindow(s);
    const width = 4 * 2 ** Math.ceil(Math.log2(bar.size));
    const from = old ?? { base: alignDown(bar.base, width), size: width, prefetchable: true };
    const window: BridgeWindow = {
      label: '',
      base: pa(part.base ?? from.base),
      size: bytes(part.size ?? from.size),
      prefetchable: from.prefetchable,
    };
    const windows = [...s.device.windows.filter(w => w !== old), ...(window.size === 0 ? [] : [window])];
    return {
      ...s,
      device: { ...s.device, windows: windows.sort((a, b) => a.base - b.base || b.size - a.size) },
    };
  };

/** The smallest of the bridge windows; undefined where none is known. */
export const innermostWindow = (s: Scenario): BridgeWindow | undefined =>
  s.device.windows.reduce<BridgeWindow | undefined>(
    (least, w) => (least === undefined || w.size < least.size ? w : least),
    undefined,
  );

/** Another offset from a slider: the length stays within the BAR, or follows its end where it did before. */
export const withOffset =
  (offset: number): Update =>
  s => {
    if (s.request.file !== 'vfio') return withRequest({ offset: bytes(offset) })(s);
    const left = s.device.bar.size - offset;
    const room = left > 0 ? left : pageOf(s);
    const length = mapsTheRest(s) ? room : Math.min(s.request.length, room);
    return withRequest({ offset: bytes(offset), length: bytes(length) })(s);
  };

/** Another length. */
export const withLength = (length: number): Update => withRequest({ length: bytes(length) });

/** Another lid; undefined: none. */
export const withLid = (lid: Va | undefined): Update => withSpace({ lid });

/** Where the base slider runs: the 4 GiB (or twice the BAR) around the present base. */
export const baseWindow = (s: Scenario): { readonly low: number; readonly high: number } => {
  const { base, size } = s.device.bar;
  let width = 4 * GiB;
  while (width < size * 2) width *= 2;
  const low = alignDown(base, width);
  return { low, high: low + width - pageOf(s) };
};
