import { barChoices, deviceAround } from '../intake/choose.ts';
import type { PciDevice } from '../intake/devices.ts';
import type { Intake } from '../intake/intake.ts';
import { leafCount } from '../leaves/runs.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { type Bytes, bytes, GiB, type Pa, va } from '../units.ts';
import type { BarView, Diagnosis } from './diagnosis.ts';
import { answerAt, type Bench, idealOf } from './judge.ts';
import { machineOf } from './scenarioOf.ts';

/** More BARs are not answered; the largest come first. */
const MOST_BARS = 256;
/** Of more BARs, the smaller ones are counted without a look at what fits on them. */
const MOST_LOOKED = 8192;

interface Range {
  readonly bar: number | undefined;
  readonly base: Pa;
  readonly size: Bytes;
  readonly line: number;
}

const rangesOf = (d: PciDevice): readonly Range[] => [
  ...d.bars.filter(b => b.kind === 'mem' && b.index < 6).map(b => ({ ...b, bar: b.index, line: d.line })),
  ...(d.unnumbered ?? []).map(r => ({ ...r, bar: undefined })),
];

/** A multiple of every leaf that adds nothing to what an address is modulo one, and lies above `mmap_min_addr`. */
const ABOVE = 512 * GiB;

/**
 * What each BAR of a paste without device mappings could have on this machine: its leaves where VA and PA agree modulo
 * the largest leaf that fits, and where they agree modulo no more than a page. By size, the largest first, 256 at
 * most; what is no whole pages long, and what only base pages fit on, is counted alone.
 */
export const barsOf = (
  from: Intake,
  bench: Bench,
): { readonly bars: readonly BarView[]; readonly short: number; readonly left: number } => {
  const { page } = bench.prepared.arch;
  const all = from.devices
    .flatMap(device => rangesOf(device).map(range => ({ device, ...range })))
    .filter(r => r.size >= page && r.size % page === 0 && r.base % page === 0 && r.base + r.size <= 2 ** 57)
    .sort((a, b) => b.size - a.size);
  const looked = all.slice(0, MOST_LOOKED);
  const long = looked.filter(r => idealOf(bench, r.size, r.base).modulus > page);
  const bars = long.slice(0, MOST_BARS).map(({ device, bar, base, size, line }): BarView => {
    const stretch = { length: size, pa: base, offset: bytes(0), bar, barSize: size };
    const fits = va(ABOVE + (base % ABOVE));
    const best = answerAt(bench, stretch, fits);
    const worst = answerAt(bench, stretch, va(fits + page));
    return {
      key: `${device.address} ${bar ?? line}`,
      address: device.address,
      name: device.name,
      bar,
      base,
      size,
      line,
      best: { leaves: best.best.runs, faults: best.bestCost.faults, tableBytes: best.bestCost.tableBytes },
      worst: { leaves: worst.leaves, faults: worst.faults, tableBytes: worst.cost.tableBytes },
      modulus: best.best.modulus,
      refused: leafCount(idealOf(bench, size, base).runs) < leafCount(best.best.runs),
    };
  });
  return {
    bars,
    short: looked.length - long.length,
    left: all.length - looked.length + long.length - bars.length,
  };
};

/**
 * The Scenario that asks the kernel for a BAR of a paste without maps, whole, in the app's own process. Undefined
 * where VFIO cannot map it or its number is not known.
 */
export const barScenario = (from: Intake, diagnosis: Diagnosis, view: BarView): Scenario | undefined => {
  const choice = barChoices(from).find(
    c =>
      c.problem === undefined &&
      c.device.address === view.address &&
      c.bar.index === view.bar &&
      c.bar.base === view.base,
  );
  if (choice === undefined) return undefined;
  return {
    ...defaultScenario,
    machine: machineOf(diagnosis),
    device: deviceAround(from, choice),
    request: { ...defaultScenario.request, offset: bytes(0), length: view.size },
  };
};
