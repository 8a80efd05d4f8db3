import type { Arch } from '../arch/arch.ts';
import type { MmapLayout } from '../space/mmapLayout.ts';
import type { Vma } from '../space/vma.ts';
import { alignUp, type Va, va } from '../units.ts';
import { qemuVmas } from './qemuProcess.ts';
import type { SpaceId } from './scenario.ts';

/** An address space that comes with the app. */
export interface SpacePreset {
  readonly id: SpaceId;
  readonly label: string;
  /** Where it comes from, in a sentence. */
  readonly about: string;
  /** The VMAs on an architecture under a layout. Presets of running processes do not move and ignore both. */
  readonly vmas: (arch: Arch, layout: MmapLayout) => readonly Vma[];
  /** Whether such a process can exist there. */
  readonly fits: (arch: Arch) => boolean;
  /** The process was started with address randomization. */
  readonly randomize: boolean;
  /** mmap_base of a running process; undefined: follows from the stack limit. */
  readonly mmapBase: Va | undefined;
}

const vma = (start: number, end: number, perms: string, name: string): Vma => ({
  start: va(start),
  end: va(end),
  growsDown: name === '[stack]',
  shadowStack: false,
  perms,
  name,
});

const stack = vma(0x7fff_fffd_e000, 0x7fff_ffff_f000, 'rw-p', '[stack]');

/** Only what exec itself maps: the program, its heap, vvar and vdso where searches begin, the stack. */
const bare = (arch: Arch, layout: MmapLayout): readonly Vma[] => {
  const page = (n: number): number => alignUp(n, arch.page);
  const vvar = page(0x6000);
  const vdso = page(0x2000);
  const start = layout.topDown ? layout.mmapBase - vvar - vdso : layout.legacyBase;
  const { stackTop } = arch.layout;
  return [
    vma(0x40_0000, page(0x40_1000), 'r--p', 'init'),
    vma(page(0x40_1000), page(0x4a_1000), 'r-xp', 'init'),
    vma(page(0x4a_1000), page(0x4d_3000), 'rw-p', 'init'),
    vma(page(0x4d_3000), page(0xfa_6000), 'rw-p', '[heap]'),
    vma(start, start + vvar, 'r--p', '[vvar]'),
    vma(start + vvar, start + vvar + vdso, 'r-xp', '[vdso]'),
    vma(stackTop - page(0x2_1000), stackTop, 'rw-p', '[stack]'),
  ];
};

/** x86-64 has room for the addresses of the captured processes; no other row's kernel lays them out so. */
const x86only = (arch: Arch): boolean => arch.family === 'x86' && arch.window > 2 ** 46;

/**
 * A QEMU-like process without address randomization, each library counted as one VMA. Sizes of libraries are
 * examples; the four gaps and the free space below 0x7ffe_ecc5_4000 are those of the design.
 */
const scene = (): readonly Vma[] => {
  const below: Vma[] = [];
  let at = 0x7fff_f7ff_f000;
  const put = (size: number, perms: string, name: string) => {
    below.push(vma(at - size, at, perms, name));
    at -= size;
  };
  const gap = (size: number) => {
    at -= size;
  };
  put(0x3_5000, 'r-xp', 'ld.so');
  put(0x2000, 'r-xp', '[vdso]');
  put(0x2000, 'r--p', '[vvar_vclock]');
  put(0x4000, 'r--p', '[vvar]');
  gap(392 * 1024);
  put(0x9_c000, 'r-xp', 'libpixman');
  put(0x3_6000, 'r-xp', 'libpng');
  put(0x1_f000, 'r-xp', 'libz');
  put(0x9_2000, 'r-xp', 'libjpeg');
  put(0x2_f000, 'r-xp', 'libudev');
  put(0x2_0000, 'r-xp', 'libseccomp');
  put(0x14_1000, 'r-xp', 'libglib');
  put(0x24_3000, 'r-xp', 'libc');
  put(0x3_b000, 'r-xp', 'libgcc');
  put(0x22_1000, 'r-xp', 'libstdc++');
  gap(0x1a_e000);
  put(0x80_1000, 'rw-p', 'thread stack 1');
  put(0x80_1000, 'rw-p', 'thread stack 2');
  put(0x80_1000, 'rw-p', 'thread stack 3');
  gap(0x1df_d000);
  // malloc aligns an arena to its own 64 MiB.
  const arena = Math.floor(at / 0x400_0000) * 0x400_0000 - 0x400_0000;
  at = arena + 0x400_0000;
  put(0x400_0000, '---p', 'arena');
  gap(2044 * 1024);
  put(0x1000, '---p', 'guard page');
  put(0x1_0000_0000, 'rw-p', 'guest RAM');
  put(at - 0x7ffe_ecc5_4000, 'rw-p', 'initrd');
  return [
    vma(0x5555_5555_4000, 0x5555_5642_2000, 'r-xp', 'qemu'),
    vma(0x5555_5642_2000, 0x5555_5658_0000, 'rw-p', 'qemu'),
    vma(0x5555_5658_0000, 0x5555_5a36_e000, 'rw-p', '[heap]'),
    ...below.reverse(),
    stack,
  ];
};

/** The presets, in the order of the menu. */
export const spacePresets: readonly SpacePreset[] = [
  {
    id: 'qemu',
    label: 'QEMU as its devices are set up',
    about:
      'A real qemu-system-x86_64, 1.5 GiB guest, ASLR on. The threads and malloc arenas it starts later are left out.',
    vmas: () => qemuVmas(false),
    fits: x86only,
    randomize: true,
    mmapBase: va(0x7f43_7dad_c000),
  },
  {
    id: 'qemu-run',
    label: 'The same QEMU, guest running',
    about: 'All VMAs of the same process some time later: 64 MiB malloc arenas now lie lowest.',
    vmas: () => qemuVmas(true),
    fits: x86only,
    randomize: true,
    mmapBase: va(0x7f43_7dad_c000),
  },
  {
    id: 'scene',
    label: 'QEMU-like, 25 VMAs, no ASLR',
    about: 'A made-up process with four gaps too small for a BAR; every library counted as one VMA.',
    vmas: scene,
    fits: x86only,
    randomize: false,
    mmapBase: va(0x7fff_f7ff_f000),
  },
  {
    id: 'bare',
    label: 'Bare process, no ASLR',
    about: 'Just the program, the vdso and the stack. mmap_base follows from the stack limit.',
    vmas: bare,
    fits: () => true,
    randomize: false,
    mmapBase: undefined,
  },
];

/** The preset with this id. */
export const spacePreset = (id: SpaceId): SpacePreset => {
  const found = spacePresets.find(p => p.id === id);
  if (!found) throw new Error(`no preset ${id}`);
  return found;
};
