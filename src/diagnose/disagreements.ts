import type { PciBar, PciDevice } from '../intake/devices.ts';
import type { Intake } from '../intake/intake.ts';
import type { FaultEra } from '../kernel/facts.ts';
import { formatAddress, formatSize } from '../text.ts';
import type { DiagnosisRow, Disagreement, Told } from './diagnosis.ts';
import { keepsOffset } from './physical.ts';

/** So many lines are named at most. */
const MOST_LINES = 8;

const where = (row: DiagnosisRow): string =>
  row.bar === undefined ? `the mapping at ${formatAddress(row.start)}` : `BAR ${row.bar}`;

/** The offset column reads as the other kind of kernel would print it. */
const againstKernel = (
  from: Intake,
  rows: readonly DiagnosisRow[],
  era: FaultEra,
  kernel: Told<string>,
): readonly Disagreement[] => {
  const keeps = keepsOffset(era);
  const judged = new Set(rows.map(r => r.line));
  const odd = from.deviceMappings.filter(
    m =>
      m.source === 'vfio' &&
      m.fileOffset !== 0 &&
      m.reading !== 'unclear' &&
      (m.reading === 'region') !== keeps &&
      judged.has(m.line),
  );
  const [first] = odd;
  if (first === undefined) return [];
  const reading = keeps
    ? 'a physical address, which kernels before 6.10 print'
    : 'region and offset, which kernels from 6.10 on print';
  return [
    {
      lines: [
        ...odd.slice(0, MOST_LINES).map(m => m.line),
        ...(kernel.line === undefined ? [] : [kernel.line]),
      ],
      text: `Offset ${formatAddress(first.fileOffset)} is ${reading}; the kernel is ${kernel.value}${kernel.how === 'assumed' ? ' by assumption' : ''}.`,
    },
  ];
};

/** The BARs of one number: the first, the longest, and whether there are more. */
interface SameNumber {
  readonly device: PciDevice;
  readonly bar: PciBar;
  longest: number;
  several: boolean;
}

/** A mapping of a BAR that is longer than every BAR of that number. */
const tooLong = (from: Intake): readonly Disagreement[] => {
  const byNumber = new Map<number, SameNumber>();
  for (const device of from.devices)
    for (const bar of device.bars) {
      if (bar.kind !== 'mem') continue;
      const same = byNumber.get(bar.index);
      if (same === undefined) byNumber.set(bar.index, { device, bar, longest: bar.size, several: false });
      else {
        same.longest = Math.max(same.longest, bar.size);
        same.several = true;
      }
    }
  return from.deviceMappings.flatMap(m => {
    if (m.source !== 'vfio' || m.offsetInRegion === undefined || m.places.length > 0 || m.region > 5)
      return [];
    if (m.reading === 'physical') return [];
    const end = m.offsetInRegion + m.length;
    const same = byNumber.get(m.region);
    if (same === undefined || same.longest >= end) return [];
    const { device, bar, several } = same;
    return [
      {
        lines: [m.line, device.line],
        text: `${formatSize(end)} of region ${m.region} are mapped, and BAR ${m.region} of ${device.address} has ${formatSize(bar.size)}${several ? ', no other one more' : ''}.`,
      },
    ];
  });
};

/** Measurements that say something else than the prediction. */
const measured = (rows: readonly DiagnosisRow[]): readonly Disagreement[] =>
  rows.flatMap(row => {
    const found: Disagreement[] = [];
    const { faults, dump, publicTest, qemu } = row;
    if (faults?.first !== undefined) {
      const { fault, size, expected } = faults.first;
      found.push({
        lines: [row.line, fault.line],
        text: `vfio-pci ${fault.installed ? 'installed' : 'fell back from'} a leaf of ${formatSize(size)} in ${where(row)}, where ${formatSize(expected)} is expected.`,
      });
    }
    if (dump?.first !== undefined)
      found.push({
        lines: [row.line, dump.first.line],
        text: `The page tables have leaves of ${formatSize(dump.first.size)} at ${formatAddress(dump.first.start)}, where ${formatSize(dump.first.expected)} is expected.`,
      });
    if (dump?.elsewhere !== undefined)
      found.push({
        lines: [row.line, dump.elsewhere.line],
        text: `The page tables show another physical address at ${formatAddress(dump.elsewhere.start)} than ${where(row)} has.`,
      });
    if (publicTest?.log?.here === true && publicTest.log.passed !== publicTest.passes)
      found.push({
        lines: [row.line, publicTest.log.line],
        text: `The log of the alignment test says that ${where(row)} ${publicTest.log.passed ? 'passed' : 'failed'}; at this address its rule ${publicTest.passes ? 'passes' : 'fails'} it.`,
      });
    if (qemu !== undefined && qemu.area === undefined)
      found.push({
        lines: [row.line, qemu.line],
        text: `QEMU names no area of “${qemu.name}” with these ${formatSize(row.length)} from offset ${formatSize(row.offset ?? 0)}.`,
      });
    return found;
  });

/** BARs that QEMU or the alignment test measured, whose size is another one in lspci or sysfs. */
const otherSizes = (from: Intake): readonly Disagreement[] => {
  const known: ReadonlyMap<string, { readonly device: PciDevice; readonly bar: PciBar }> = new Map(
    from.devices.flatMap(device =>
      device.bars
        .filter(bar => bar.kind === 'mem')
        .map(bar => [`${device.address} ${bar.index}`, { device, bar }] as const),
    ),
  );
  const told = [
    ...from.qemuRegions.map(r => ({ ...r, bar: r.index, who: 'QEMU gives' })),
    ...from.alignment.filter(a => a.rule === 'whole').map(a => ({ ...a, who: 'The alignment test gives' })),
  ];
  return told.flatMap(({ line, device, bar: index, size, who }) => {
    const same = known.get(`${device ?? ''} ${index ?? ''}`);
    // A BAR below a page is a region of a page for QEMU.
    if (same === undefined || size === undefined || size === 0) return [];
    if (size === same.bar.size || size === Math.max(same.bar.size, 4096)) return [];
    return [
      {
        lines: [line, same.device.line],
        text: `${who} BAR ${same.bar.index} of ${same.device.address} ${formatSize(size)}, and it has ${formatSize(same.bar.size)} here: another machine, or resized since.`,
      },
    ];
  });
};

/** Where two texts put a BAR of a device that is mapped here. */
const placedTwice = (from: Intake, rows: readonly DiagnosisRow[]): readonly Disagreement[] => {
  const mapped = new Set(rows.flatMap(r => [r.device ?? '', ...r.candidates.map(c => c.address)]));
  return from.contradictions
    .filter(c => mapped.has(c.address))
    .slice(0, MOST_LINES)
    .map(({ lines, text }) => ({ lines, text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` }));
};

/** Everything that does not go together, in the order of how much hangs on it. */
export const disagreementsOf = (
  from: Intake,
  rows: readonly DiagnosisRow[],
  era: FaultEra,
  kernel: Told<string>,
): readonly Disagreement[] => [
  ...againstKernel(from, rows, era, kernel),
  ...placedTwice(from, rows),
  ...tooLong(from),
  ...otherSizes(from),
  ...measured(rows),
];
