import { archOf } from '../../src/arch/index.ts';
import { spacePreset } from '../../src/scenario/presets.ts';
import type { DiagnoseView, GivenText } from '../../src/scenario/scenario.ts';
import { mmapLayout } from '../../src/space/mmapLayout.ts';
import type { Vma } from '../../src/space/vma.ts';
import { MiB } from '../../src/units.ts';

/** Something to look at for who has nothing to paste yet. */
export interface Sample {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly given: () => Pick<DiagnoseView, 'texts'> & Partial<DiagnoseView>;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const hex = (n: number): string => BigInt(n).toString(16);
const line = (start: number, end: number, perms: string, offset: number, name: string): Line => ({
  start,
  end,
  text: `${hex(start)}-${hex(end)} ${perms} ${hex(offset).padStart(8, '0')} ${offset > 0 || name.startsWith('anon_inode') ? '00:0f 1057' : '00:00 0'}   ${name}`.trimEnd(),
});

const nameOf = ({ name }: Vma): string => {
  if (name === 'qemu') return '/usr/bin/qemu-system-x86_64';
  if (name === 'ld.so') return '/usr/lib/ld-linux-x86-64.so.2';
  if (name.startsWith('lib')) return `/usr/lib/${name}.so`;
  return name.startsWith('[') ? name : '';
};

const lineOf = (v: Vma): Line => line(v.start, v.end, v.perms, 0, nameOf(v));

/** A made-up QEMU with these mappings of its VFIO device. */
const maps = (...mapped: readonly Line[]): GivenText => {
  const arch = archOf('x86_64-4');
  const layout = mmapLayout(arch, { stackLimit: 8 * MiB, legacy: false, randomize: false, random: 0 });
  const vmas = spacePreset('scene').vmas(arch, layout).map(lineOf);
  const lines = [...vmas, ...mapped].sort((a, b) => a.start - b.start);
  return { name: 'maps', text: `${lines.map(l => l.text).join('\n')}\n` };
};

const VFIO = 'anon_inode:[vfio-device]';
/** A region of the device begins this far into its file: VFIO_PCI_INDEX_TO_OFFSET(). */
const REGION = 2 ** 40;
const bar = (start: number, size: number, index: number): Line =>
  line(start, start + size, 'rw-s', index * REGION, VFIO);

const lspci: GivenText = {
  name: 'lspci',
  text: `41:00.0 3D controller: made-up accelerator (rev a1)
	Region 0: Memory at 92000000 (32-bit, non-prefetchable) [size=16M]
	Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]
	Region 4: Memory at 3900000000 (64-bit, prefetchable) [size=32M]
	Kernel driver in use: vfio-pci
`,
};
const uname: GivenText = { name: 'uname -r', text: '7.3.0\n' };

const badly = (): readonly GivenText[] => [
  maps(
    bar(0x7ffe_6ac5_4000, 32 * MiB, 4),
    bar(0x7ffe_6cc5_4000, 2048 * MiB, 2),
    bar(0x7fff_f4df_d000, 16 * MiB, 0),
  ),
  lspci,
  uname,
];

/** The samples, most telling first. All of them are made up, and say so. */
export const samples: readonly Sample[] = [
  {
    id: 'bad',
    label: 'Three BARs, none mapped well',
    about: 'maps, lspci and a kernel version of a made-up machine: one cause, one fix',
    given: () => ({ texts: badly() }),
  },
  {
    id: 'good',
    label: 'The same BARs where QEMU 9.2 puts them',
    about: 'with the faults that were counted: what a good answer looks like',
    given: () => ({
      texts: [
        maps(
          bar(0x7ffe_3e00_0000, 32 * MiB, 4),
          bar(0x7ffe_4000_0000, 2048 * MiB, 2),
          bar(0x7fff_f4c0_0000, 16 * MiB, 0),
        ),
        lspci,
        uname,
      ],
      faults: 26,
    }),
  },
  {
    id: 'unknown',
    label: 'maps alone',
    about: 'what can be said before anyone knows where the BARs are',
    given: () => ({ texts: badly().slice(0, 1) }),
  },
];
