import { alignUp, bytes, GiB, KiB, MiB, va } from '../units.ts';
import type { Arch, ArchId, PfnLeaf } from './arch.ts';
import { tableLevels } from './levels.ts';

const names = ['PTE', 'PMD', 'PUD', 'PGD'] as const;
const since = '7.1';
const commit = 'd1503aa9ab80';

interface Row {
  readonly id: ArchId;
  readonly label: string;
  readonly summary: string;
  readonly page: number;
  readonly levels: Arch['levels'];
  readonly pfnLeaves: readonly PfnLeaf[];
  readonly hardware: readonly number[];
  readonly pmd: number;
  readonly pud: number;
  readonly taskBits: number;
  readonly windowBits: number;
  readonly unmodelled: readonly string[];
}

const powerpc = (row: Row): Arch => ({
  id: row.id,
  family: 'powerpc',
  label: row.label,
  summary: row.summary,
  source: 'arch/powerpc/include/asm/task_size_64.h, book3s/64/{radix,hash}*.h, 7.3-rc7',
  unmodelled: row.unmodelled,
  page: bytes(row.page),
  levels: row.levels,
  pfnLeaves: row.pfnLeaves,
  hardwareLeaves: row.hardware.map(n => bytes(n)),
  contiguous: [],
  taskSize: va(2 ** row.taskBits),
  window: va(2 ** row.windowBits),
  mmapMinAddr: va(0x8000),
  pmdSize: bytes(row.pmd),
  pudSize: bytes(row.pud),
  hugePages: [bytes(row.pmd)],
  placement: { kind: 'generic', mmapEnd: 'windowOrRange', shiftsBase: true },
  layout: {
    stackTop: va(2 ** row.windowBits),
    unmappedBase: va(alignUp(2 ** row.windowBits / 4, row.page)),
    stackRnd: bytes(Math.floor(0x3_ffff / (row.page / 4096)) * row.page),
    unlimitedIsLegacy: true,
  },
  colourMask: 0,
  colourNeedsRandomize: false,
});

const base = (page: number): PfnLeaf => ({ kind: 'pte', size: bytes(page), since: '1.0', commit: undefined });
const slices =
  'the hash MMU searches slices of one page size (256 MiB below 4 GiB, 1 TiB above); shown as the generic search';

/** The powerpc64 rows: the MMU is chosen at boot, the page size when building. */
export const powerpcRows: readonly Arch[] = [
  powerpc({
    id: 'ppc64-radix-64k',
    label: 'ppc64 radix, 64K pages',
    summary:
      '64 KiB pages; 2 MiB and 1 GiB leaves for device memory since 7.1. Searches stay below 2^47 unless a hint lies above.',
    page: 64 * KiB,
    // PTE tables are fragments of 256 bytes, the others of 4 KiB.
    levels: tableLevels(names, [16, 21, 30, 39], 52, 256),
    pfnLeaves: [
      { kind: 'pud', size: bytes(GiB), since, commit },
      { kind: 'pmd', size: bytes(2 * MiB), since, commit },
      base(64 * KiB),
    ],
    hardware: [64 * KiB, 2 * MiB, GiB],
    pmd: 2 * MiB,
    pud: GiB,
    taskBits: 52,
    windowBits: 47,
    unmodelled: [],
  }),
  powerpc({
    id: 'ppc64-radix-4k',
    label: 'ppc64 radix, 4K pages',
    summary: '4 KiB pages; 2 MiB and 1 GiB leaves for device memory since 7.1. User space ends at 2^46.',
    page: 4 * KiB,
    levels: tableLevels(names, [12, 21, 30, 39], 52, 4 * KiB),
    pfnLeaves: [
      { kind: 'pud', size: bytes(GiB), since, commit },
      { kind: 'pmd', size: bytes(2 * MiB), since, commit },
      base(4 * KiB),
    ],
    hardware: [4 * KiB, 2 * MiB, GiB],
    pmd: 2 * MiB,
    pud: GiB,
    taskBits: 46,
    windowBits: 46,
    unmodelled: [],
  }),
  powerpc({
    id: 'ppc64-hash-64k',
    label: 'ppc64 hash, 64K pages',
    summary:
      '64 KiB pages in a hashed table; 16 MiB leaves since 7.1. The kernel also compiles a 16 GiB leaf that the hash table cannot hold: shown as none.',
    page: 64 * KiB,
    levels: tableLevels(names, [16, 24, 34, 44], 52, 4 * KiB),
    pfnLeaves: [{ kind: 'pmd', size: bytes(16 * MiB), since, commit }, base(64 * KiB)],
    hardware: [64 * KiB, 16 * MiB],
    pmd: 16 * MiB,
    pud: 16 * GiB,
    taskBits: 52,
    windowBits: 47,
    unmodelled: [slices],
  }),
  powerpc({
    id: 'ppc64-hash-4k',
    label: 'ppc64 hash, 4K pages',
    summary: '4 KiB pages in a hashed table, and no huge leaf: no THP, so PTEs only.',
    page: 4 * KiB,
    levels: tableLevels(names, [12, 21, 28, 37], 46, 4 * KiB),
    pfnLeaves: [base(4 * KiB)],
    hardware: [4 * KiB, 16 * MiB],
    pmd: 2 * MiB,
    pud: 256 * MiB,
    taskBits: 46,
    windowBits: 46,
    unmodelled: [slices],
  }),
];
