import { describe, expect, it } from 'vitest';
import type { ArchId } from '../arch/arch.ts';
import { readLink, writeLink } from '../scenario/link.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import { GiB, MiB } from '../units.ts';
import { barChoices, largestBar, withIntake } from './choose.ts';
import { readIntake } from './intake.ts';

const packer = { pack: (t: string) => t, unpack: (t: string) => t };

/** A bridge with two windows, a card with two functions below it, and a device on another bus. */
const LSPCI = `00:01.0 PCI bridge: Example Root Port (prog-if 00 [Normal decode])
	Bus: primary=00, secondary=01, subordinate=01, sec-latency=0
	I/O behind bridge: 00006000-00006fff [size=4K] [16-bit]
	Memory behind bridge: fc000000-fcffffff [size=16M] [32-bit]
	Prefetchable memory behind bridge: 0000003800000000-00000039ffffffff [size=8G] [64-bit]

01:00.0 VGA compatible controller: Example GPU
	Region 0: Memory at fc000000 (32-bit, non-prefetchable) [size=16M]
	Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]
	Region 5: I/O ports at 6000 [size=128]

01:00.1 Audio device: Example audio
	Region 0: Memory at 3900000000 (64-bit, prefetchable) [size=16K]
	Region 2: Memory at 3900004000 (64-bit, prefetchable) [size=256]

02:00.0 Ethernet controller: Example NIC
	Region 0: Memory at 5000000000 (64-bit, prefetchable) [size=1M]
`;

const used = (text: string) => {
  const intake = readIntake(text);
  return withIntake({ intake, name: '', bar: largestBar(barChoices(intake)) })(defaultScenario);
};

describe('lspci of a card below a bridge', () => {
  const { device } = used(LSPCI);

  it('gives the window that holds the chosen BAR, by its bridge', () => {
    expect(device.windows).toEqual([
      { label: '0000:00:01.0', base: 0x38_0000_0000, size: 8 * GiB, prefetchable: true },
    ]);
  });

  it('gives its own other BARs, and those of neighbours in the same window with their address', () => {
    expect(device.bar).toEqual({ index: 2, base: 0x38_8000_0000, size: 2 * GiB });
    expect(device.others).toEqual([
      { index: 0, base: 0xfc00_0000, size: 16 * MiB },
      { index: 0, base: 0x39_0000_0000, size: 16 * 1024, owner: '0000:01:00.1' },
    ]);
  });

  it('travels in a link', () => {
    const s = used(LSPCI);
    expect(readLink(writeLink(s, packer), packer)).toEqual({ scenario: s, problems: [] });
  });
});

it('without a bridge there is no window, and no neighbour', () => {
  const { device } = used(LSPCI.slice(LSPCI.indexOf('01:00.0')));
  expect(device.windows).toEqual([]);
  expect(device.others.map(o => o.owner)).toEqual([undefined]);
});

it('of more BARs than a link carries the nearest ones stay', () => {
  const many = Array.from(
    { length: 80 },
    (_, i) => `01:${(i + 1).toString(16).padStart(2, '0')}.0 Example: function
	Region 0: Memory at ${(0x38_0000_0000 + i * 0x10_0000).toString(16)} (64-bit, prefetchable) [size=1M]
`,
  ).join('\n');
  const s = used(`${LSPCI}\n${many}`);
  expect(s.device.others).toHaveLength(64);
  expect(s.device.others.map(o => o.base)).toEqual(expect.arrayContaining([0xfc00_0000, 0x39_0000_0000]));
  expect(s.device.others.some(o => o.base === 0x38_0000_0000)).toBe(false);
  expect(readLink(writeLink(s, packer), packer).problems).toEqual([]);
});

it('maps above 2^47 are of a machine with five levels, unless another architecture has room for them', () => {
  const arch = (end: string, shown: ArchId = 'x86_64-4', more = ''): string => {
    const intake = readIntake(`${more}7ffff7fc0000-${end} rw-p 00000000 00:00 0 [stack]\n`);
    const before = { ...defaultScenario, machine: { ...defaultScenario.machine, arch: shown } };
    return withIntake({ intake, name: '', bar: undefined })(before).machine.arch;
  };
  expect(arch('7ffffffff000')).toBe('x86_64-4');
  expect(arch('800000001000')).toBe('x86_64-5');
  // What the reader chose, where it fits.
  for (const shown of ['arm64-4k-48', 'arm64-4k-52', 'riscv64-sv57'] as const)
    expect(arch('800000001000', shown)).toBe(shown);
  // More room in the family that was chosen.
  expect(arch('1800000001000', 'arm64-4k-48')).toBe('arm64-4k-52');
  expect(arch('800000001000', 'riscv64-sv48')).toBe('riscv64-sv57');
  // What the texts say.
  const lib = '7fff00000000-7fff00001000 r-xp 00000000 fe:01 7 /usr/lib/aarch64-linux-gnu/libc.so.6\n';
  expect(arch('1800000001000', 'x86_64-4', lib)).toBe('arm64-4k-52');
  expect(arch('800000001000', 'x86_64-4', lib)).toBe('arm64-4k-48');
});
