import type { Arch } from '../../src/arch/arch.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';

/** The lines of the tip over a byte of the mapping: its addresses, its leaf, its way through the tables. */
export const leafSentence = (device: DeviceAnswer, arch: Arch, offset: number): readonly string[] => {
  const { mapping, leaves } = device;
  const address = mapping.start + offset;
  const run = leaves.find(r => address >= r.va && address < r.va + r.size * r.count);
  const indices = [...arch.levels]
    .reverse()
    .filter(level => run === undefined || 2 ** level.shift >= run.size)
    .map(level => `${level.name} ${Math.floor(address / 2 ** level.shift) % level.entries}`)
    .join('  ');
  return [
    `VA ${formatAddress(address)}`,
    `PA ${formatAddress(mapping.pa + offset)}`,
    `offset in the mapping ${formatAddress(offset)}`,
    ...(run
      ? [
          `${run.kind.toUpperCase()} leaf of ${formatSize(run.size)}, number ${formatCount(Math.floor((address - run.va) / run.size) + 1)} of ${formatCount(run.count)}${run.corrupt ? ': corrupt' : ''}`,
        ]
      : []),
    indices,
  ];
};
