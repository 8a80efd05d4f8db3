import { barChoices, deviceAround, pastedSpace } from '../intake/choose.ts';
import type { Intake } from '../intake/intake.ts';
import { MAP } from '../placement/flags.ts';
import { policyOf } from '../placement/policies.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { formatSize } from '../text.ts';
import { type Bytes, bytes, type Pa, pa, powerAbove, type Va } from '../units.ts';
import type { Diagnosis, DiagnosisRow } from './diagnosis.ts';
import { physOf } from './physical.ts';

/** A range of device memory, in bytes. */
export interface Stretch {
  readonly length: Bytes;
  /** Physical address of its first byte. */
  readonly pa: Pa;
  /** Offset in the BAR; undefined: taken as 0, as if the BAR began there. */
  readonly offset: Bytes | undefined;
  readonly bar: number | undefined;
  readonly barSize: Bytes | undefined;
}

/** A Scenario that maps a stretch, wherever the kernel likes, into `source`. */
export const scenarioFor = (
  machine: Scenario['machine'],
  source: Scenario['space']['source'],
  s: Stretch,
): Scenario => {
  const offset = s.offset ?? bytes(0);
  const size = s.barSize !== undefined && s.barSize >= offset + s.length ? s.barSize : undefined;
  return {
    ...defaultScenario,
    machine,
    device: {
      bar: {
        index: s.bar ?? 0,
        base: pa(s.pa - offset),
        size: size ?? bytes(powerAbove(Math.max(4096, offset + s.length))),
      },
      others: [],
      windows: [],
      holes: [],
      ranges: [],
    },
    space: { ...defaultScenario.space, source },
    request: {
      ...defaultScenario.request,
      file: 'vfio',
      flags: MAP.SHARED,
      hint: 0,
      offset,
      length: s.length,
    },
  };
};

/** The stretch behind a row, undefined where its physical address is not known. */
const stretchOf = (row: DiagnosisRow): Stretch | undefined => {
  const at = physOf(row.physical);
  return at === undefined
    ? undefined
    : { length: row.length, pa: at, offset: row.offset, bar: row.bar, barSize: row.barSize };
};

/** The machine of a diagnosis as a Scenario has it. */
export const machineOf = ({
  arch,
  kernel,
  thp,
  policy,
}: Pick<Diagnosis, 'arch' | 'kernel' | 'thp' | 'policy'>): Scenario['machine'] => ({
  ...defaultScenario.machine,
  arch: arch.value,
  kernel: kernel.value,
  thp: thp.value,
  policy,
});

/** The process of the paste without what lies in [start, end). */
export const spaceWithout = (
  from: Intake,
  { start, end }: { readonly start: Va; readonly end: Va },
  name = '',
): Scenario['space']['source'] =>
  pastedSpace(
    (from.vmas ?? []).filter(v => v.end <= start || v.start >= end),
    from.mmapBaseGuess,
    name,
  );

/** Regions of VFIO lie so far apart in the file. Source: VFIO_PCI_OFFSET_SHIFT, include/linux/vfio_pci_core.h. */
const REGION = 2 ** 40;

/**
 * Why the Map cannot show a row, as a sentence; undefined where it can, and '' where nothing is to be shown: no physical
 * address is known, or it is a `resource` file of sysfs.
 */
export const whyNotOnMap = (row: DiagnosisRow): string | undefined => {
  const stretch = stretchOf(row);
  if (stretch === undefined || row.source === 'sysfs') return '';
  // No region of VFIO is longer and none is mapped from within a page, and no link could say it.
  const offset = stretch.offset ?? 0;
  const size = Math.max(offset + stretch.length, stretch.barSize ?? 0);
  if (size > REGION)
    return `The Map does not show it: a region of ${formatSize(size)} is above 1 TiB, which is all that the file offset of VFIO has room for.`;
  if (stretch.pa - offset + powerAbove(size) > 2 ** 57)
    return 'The Map does not show it: it ends beyond any physical address.';
  return [size, offset, stretch.pa].some(n => n % 4096 !== 0)
    ? 'The Map does not show it: it is not made of whole pages.'
    : undefined;
};

/**
 * The Scenario that shows a row in the Map: its BAR mapped with MAP_FIXED where it is, into the process without it,
 * so that dropping the flag asks where the kernel would put it. `name` is what to call the address space. Undefined
 * where {@link whyNotOnMap} has a reason. A program's rule gives way to the kernel's, because it would map elsewhere.
 */
export const scenarioOf = (
  from: Intake,
  diagnosis: Diagnosis,
  row: DiagnosisRow,
  name = '',
): Scenario | undefined => {
  const stretch = stretchOf(row);
  if (stretch === undefined || whyNotOnMap(row) !== undefined) return undefined;
  const policy = policyOf(diagnosis.policy).kind === 'kernel' ? diagnosis.policy : 'shipped';
  const plain = scenarioFor(machineOf({ ...diagnosis, policy }), spaceWithout(from, row, name), stretch);
  const known = barChoices(from).find(
    c =>
      c.problem === undefined &&
      c.device.address === row.device &&
      c.bar.index === row.bar &&
      c.bar.base === plain.device.bar.base,
  );
  return {
    ...plain,
    device: known === undefined ? plain.device : deviceAround(from, known),
    request: { ...plain.request, hint: row.start, flags: MAP.SHARED | MAP.FIXED },
  };
};
