import type { IomemRange } from '../intake/facts.ts';
import type { FaultEra } from '../kernel/facts.ts';
import { formatAddress, formatSize } from '../text.ts';
import type { DiagnosisRow, Disagreement, Told } from './diagnosis.ts';
import type { Given } from './given.ts';
import { keepsOffset } from './physical.ts';

/** So many lines are named at most. */
const MOST_LINES = 8;

const where = (row: DiagnosisRow): string =>
  row.bar === undefined ? `the mapping at ${formatAddress(row.start)}` : `BAR ${row.bar}`;

/** BARs of lspci or sysfs that /proc/iomem has elsewhere. */
const againstIomem = ({ iomem, devices }: Given): readonly Disagreement[] => {
  if (iomem === undefined || iomem.zeroed) return [];
  const byName = new Map<string, IomemRange[]>();
  for (const r of iomem.ranges) {
    const known = byName.get(r.name);
    if (known === undefined) byName.set(r.name, [r]);
    else known.push(r);
  }
  return devices.flatMap(d => {
    const ranges = byName.get(d.address);
    if (ranges === undefined || d.address === '') return [];
    return d.bars
      .filter(b => b.kind === 'mem' && b.size >= 4096 && !b.disabled)
      .filter(b => !ranges.some(r => r.start === b.base && r.end - r.start === b.size))
      .map(b => ({
        lines: [d.line, ...ranges.map(r => r.line)],
        text: `${d.address} BAR ${b.index} is ${formatSize(b.size)} at ${formatAddress(b.base)} here, and /proc/iomem has ${ranges.map(r => `${formatSize(r.end - r.start)} at ${formatAddress(r.start)}`).join(' and ')}. The first is taken.`,
      }));
  });
};

/** The offset column reads as the other kind of kernel would print it. */
const againstKernel = (
  from: Given,
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

/** A mapping of a BAR that is longer than every BAR of that number. */
const tooLong = (from: Given): readonly Disagreement[] =>
  from.deviceMappings.flatMap(m => {
    if (m.source !== 'vfio' || m.offsetInRegion === undefined || m.places.length > 0 || m.region > 5)
      return [];
    if (m.reading === 'physical') return [];
    const end = m.offsetInRegion + m.length;
    const bars = from.devices.flatMap(d =>
      d.bars.filter(b => b.index === m.region && b.kind === 'mem').map(b => ({ d, b })),
    );
    const [first] = bars;
    if (first === undefined || bars.some(({ b }) => b.size >= end)) return [];
    return [
      {
        lines: [m.line, first.d.line],
        text: `${formatSize(end)} of region ${m.region} are mapped, and BAR ${m.region} of ${first.d.address} has ${formatSize(first.b.size)}${bars.length > 1 ? ', no other one more' : ''}.`,
      },
    ];
  });

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
    if (publicTest?.log !== undefined && publicTest.log.passed !== publicTest.passes)
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

/** Everything that does not go together, in the order of how much hangs on it. */
export const disagreementsOf = (
  from: Given,
  rows: readonly DiagnosisRow[],
  era: FaultEra,
  kernel: Told<string>,
): readonly Disagreement[] => [
  ...againstKernel(from, rows, era, kernel),
  ...tooLong(from),
  ...againstIomem(from),
  ...measured(rows),
];
