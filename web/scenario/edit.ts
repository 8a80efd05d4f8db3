import type { ArchId } from '../../src/arch/arch.ts';
import { archOf } from '../../src/arch/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { alignDown, bytes, formatPower, GiB, pa, type Va } from '../../src/units.ts';
import type { Update } from '../state/steps.ts';

/**
 * Changes to a Scenario, as the controls and the drawing make them. Sliders keep the request inside the BAR; the
 * exact fields do not, because the kernel's answer to a bad request is worth seeing.
 */

const PAGE = 4096;

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

/**
 * Another architecture. The request keeps its bytes; what must be a multiple of the page is rounded down to its own,
 * and `said` tells what was.
 */
export const withArch = (id: ArchId): { readonly update: Update; readonly said: (s: Scenario) => string } => {
  const { page, label } = archOf(id);
  const offsetOf = (s: Scenario): number => alignDown(s.request.offset, page);
  return {
    update: s => ({
      ...s,
      machine: { ...s.machine, arch: id },
      request: { ...s.request, offset: bytes(offsetOf(s)) },
    }),
    said: s =>
      offsetOf(s) === s.request.offset
        ? label
        : `${label}: the offset was rounded down to a page of ${formatPower(page)}`,
  };
};

/** The mapping reaches to the end of the BAR, so it follows the BAR. */
const mapsTheRest = (s: Scenario): boolean =>
  s.request.file === 'vfio' && s.request.offset + s.request.length === s.device.bar.size;

/** Another device, its BAR mapped whole. */
export const withDevice =
  (device: Scenario['device']): Update =>
  s => ({
    ...s,
    device,
    request: { ...s.request, file: 'vfio', offset: bytes(0), length: device.bar.size },
  });

/** Another BAR size. A request that mapped the rest of the BAR still does; another one is cut where it must be. */
export const withBarSize =
  (size: number): Update =>
  s => {
    const device = { ...s.device, bar: { ...s.device.bar, size: bytes(size) } };
    if (s.request.file !== 'vfio') return { ...s, device };
    const offset = Math.min(s.request.offset, Math.max(0, size - PAGE));
    const room = Math.max(PAGE, size - offset);
    const length = mapsTheRest(s) ? room : Math.min(s.request.length, room);
    return { ...s, device, request: { ...s.request, offset: bytes(offset), length: bytes(length) } };
  };

/** Another BAR base. */
export const withBarBase =
  (base: number): Update =>
  s => ({ ...s, device: { ...s.device, bar: { ...s.device.bar, base: pa(base) } } });

/** Another BAR number. */
export const withBarIndex =
  (index: number): Update =>
  s => ({ ...s, device: { ...s.device, bar: { ...s.device.bar, index } } });

/** Another offset from a slider: the length stays within the BAR, or follows its end where it did before. */
export const withOffset =
  (offset: number): Update =>
  s => {
    if (s.request.file !== 'vfio') return withRequest({ offset: bytes(offset) })(s);
    const room = Math.max(PAGE, s.device.bar.size - offset);
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
  return { low, high: low + width - PAGE };
};
