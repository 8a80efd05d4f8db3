import type { Bar, BridgeWindow, Scenario, SpaceSource } from '../scenario/scenario.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, TiB, type Va } from '../units.ts';
import type { PciBar, PciDevice } from './devices.ts';
import type { Intake } from './intake.ts';
import { roomyArch } from './machineArch.ts';

const PAGE = 4096;
/** A link carries no more. */
const MOST_OTHERS = 64;
const MOST_WINDOWS = 16;

/** A BAR of the pasted devices, and why it cannot be mapped where it cannot. */
export interface BarChoice {
  readonly key: string;
  readonly device: PciDevice;
  readonly bar: PciBar;
  readonly problem: string | undefined;
}

const problemOf = (bar: PciBar): string | undefined => {
  if (bar.kind === 'io') return 'ports, not memory';
  if (bar.index > 5) return 'the ROM is not mapped through VFIO';
  if (bar.size < PAGE) return 'smaller than a page';
  if (bar.size % PAGE !== 0 || bar.base % PAGE !== 0) return 'not made of whole pages';
  if (bar.size > TiB) return 'above 1 TiB: the file offset has 40 bits for a region';
  return bar.base + bar.size > 2 ** 57 ? 'beyond any physical address' : undefined;
};

/** Every BAR that was read, in the order of the text. */
export const barChoices = (intake: Intake): readonly BarChoice[] =>
  intake.devices.flatMap(device =>
    device.bars.map(bar => ({
      key: `${device.line}.${bar.index}`,
      device,
      bar,
      problem: problemOf(bar),
    })),
  );

/** The BAR offered first: the largest that can be mapped. */
export const largestBar = (choices: readonly BarChoice[]): BarChoice | undefined =>
  choices
    .filter(c => c.problem === undefined)
    .reduce<BarChoice | undefined>((a, b) => (a === undefined || b.bar.size > a.bar.size ? b : a), undefined);

const asBar = ({ index, base, size }: PciBar): Bar => ({ index, base, size });

interface Stretch {
  readonly base: number;
  readonly size: number;
}
const holds = (outer: Stretch, inner: Stretch): boolean =>
  inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;

/** The memory windows of the bridges above a BAR: those that hold it, in the form that a link carries. */
const windowsAbove = (intake: Intake, bar: PciBar): readonly BridgeWindow[] =>
  intake.devices
    .flatMap(bridge =>
      bridge.windows
        .filter(w => w.kind !== 'io' && holds(w, bar) && w.base % PAGE === 0 && w.size % PAGE === 0)
        .filter(w => w.base + w.size <= 2 ** 57)
        .map(({ base, size, kind }) => ({
          label: bridge.address,
          base,
          size,
          prefetchable: kind === 'prefetchable',
        })),
    )
    .sort((a, b) => a.base - b.base || b.size - a.size)
    .slice(-MOST_WINDOWS);

/** Bytes between a BAR and the chosen one; the chosen device's own BARs come before all others. */
const distance = (a: Bar, chosen: Stretch): number =>
  a.owner === undefined ? -1 : Math.max(0, a.base - chosen.base - chosen.size, chosen.base - a.base - a.size);

/**
 * What lies beside a BAR: the other BARs of its device, and those of other devices in the same bridge windows, which
 * keep their owner's address. Of too many its own and the nearest ones stay. Ascending by base.
 */
const besideBar = (
  choices: readonly BarChoice[],
  chosen: BarChoice,
  windows: readonly Stretch[],
): readonly Bar[] =>
  choices
    .filter(c => c.key !== chosen.key && c.problem === undefined)
    .flatMap((c): readonly Bar[] => {
      if (c.device === chosen.device) return [asBar(c.bar)];
      // A device without an address could not be told from the chosen one.
      if (c.device.address === '' || !windows.some(w => holds(w, c.bar))) return [];
      return [{ ...asBar(c.bar), owner: c.device.address }];
    })
    .sort((a, b) => distance(a, chosen.bar) - distance(b, chosen.bar))
    .slice(0, MOST_OTHERS)
    .sort((a, b) => a.base - b.base);

/** Line separators end a line for the reader of links, though not for the kernel that printed the name. */
const safeName = (v: Vma): Vma =>
  /[\u2028\u2029]/.test(v.name) ? { ...v, name: v.name.replaceAll(/[\u2028\u2029]/g, '\uFFFD') } : v;

/** VMAs as the address space of a Scenario, called `name`. */
export const pastedSpace = (vmas: readonly Vma[], mmapBase: Va | undefined, name: string): SpaceSource => ({
  kind: 'pasted',
  name: name.replaceAll(/\s+/g, ' ').trim().slice(0, 60) || 'pasted maps',
  vmas: vmas.map(safeName),
  mmapBase,
});

/** A BAR as the device of a Scenario, with what lies around it for the picture: bridge windows, and BARs in them. */
export const deviceAround = (intake: Intake, bar: BarChoice): Scenario['device'] => {
  const windows = windowsAbove(intake, bar.bar);
  const others = besideBar(barChoices(intake), bar, windows);
  return { bar: asBar(bar.bar), others, windows, holes: [], ranges: [] };
};

/** What the dialog has decided to take. */
export interface Choice {
  readonly intake: Intake;
  /** What to call the address space. */
  readonly name: string;
  readonly bar: BarChoice | undefined;
}

/**
 * Puts what was read into a Scenario: the address space in place of the old one, the chosen BAR mapped whole, and
 * what lies around it for the picture: the bridge windows above it and the other BARs in them.
 */
export const withIntake =
  ({ intake, name, bar }: Choice) =>
  (s: Scenario): Scenario => {
    let next: Scenario = s;
    if (intake.vmas !== undefined && intake.vmas.length > 0) {
      const source = pastedSpace(intake.vmas, intake.mmapBaseGuess, name);
      const arch = roomyArch(intake.vmas, intake.figures, next.machine.arch);
      next = {
        ...next,
        machine: arch === next.machine.arch ? next.machine : { ...next.machine, arch },
        space: { ...next.space, source, mmapBase: undefined, lid: undefined },
      };
    }
    if (bar !== undefined) {
      next = {
        ...next,
        device: deviceAround(intake, bar),
        request: {
          ...next.request,
          file: 'vfio',
          flags: (next.request.flags & ~0xf) | 1,
          offset: bytes(0),
          length: bar.bar.size,
        },
      };
    }
    return next;
  };
