import { bytes, GiB, KiB, MiB, va } from '../units.ts';
import type { Arch, ArchId, PfnLeaf } from './arch.ts';
import { tableLevels } from './levels.ts';

const pfnLeaves: readonly PfnLeaf[] = [
  { kind: 'pud', size: bytes(GiB), since: '6.16', commit: 'c3cc2a4a3a23' },
  { kind: 'pmd', size: bytes(2 * MiB), since: '6.15', commit: '03dc00a2b678' },
  { kind: 'pte', size: bytes(4 * KiB), since: '1.0', commit: undefined },
];

interface Row {
  readonly id: ArchId;
  readonly name: string;
  readonly names: readonly ('PTE' | 'PMD' | 'PUD' | 'P4D' | 'PGD')[];
  readonly shifts: readonly number[];
  readonly space: number;
  readonly taskBits: number;
  readonly windowBits: number;
  readonly leaves: readonly number[];
}

const riscv = (row: Row): Arch => ({
  id: row.id,
  family: 'riscv',
  label: `riscv64, ${row.name}`,
  summary: `4 KiB pages; 2 MiB leaves for device memory since 6.15, 1 GiB since 6.16. User space ends at 2^${row.taskBits}.${row.taskBits > row.windowBits ? ` Searches begin below 2^${row.windowBits}; a hint may lie above.` : ''}`,
  source: 'arch/riscv/include/asm/{processor,pgtable}.h, 6.12 and 7.2',
  unmodelled: ['6.6 to 6.11 limited a result by its hint, and 6.1 had no window below TASK_SIZE'],
  page: bytes(4 * KiB),
  levels: tableLevels(row.names, row.shifts, row.space, 4 * KiB),
  pfnLeaves,
  hardwareLeaves: row.leaves.map(n => bytes(n)),
  contiguous: [{ kind: 'contpte', size: bytes(64 * KiB), today: 'Svnapot, for hugetlb and vmap only' }],
  taskSize: va(2 ** row.taskBits),
  window: va(2 ** row.windowBits),
  mmapMinAddr: va(0x8000),
  pmdSize: bytes(2 * MiB),
  pudSize: bytes(GiB),
  hugePages: [bytes(2 * MiB), bytes(GiB)],
  placement: { kind: 'generic', mmapEnd: 'taskSize', shiftsBase: false },
  layout: {
    stackTop: va(2 ** row.windowBits),
    // A third of the smallest user space, whatever the mode.
    unmappedBase: va(0x2a_aaaa_b000),
    stackRnd: bytes(0x3_ffff * 4096),
    unlimitedIsLegacy: true,
  },
  colourMask: 0,
  colourNeedsRandomize: false,
});

/** The riscv64 rows: one kernel picks the mode at boot. */
export const riscvRows: readonly Arch[] = [
  riscv({
    id: 'riscv64-sv48',
    name: 'Sv48',
    names: ['PTE', 'PMD', 'PUD', 'PGD'],
    shifts: [12, 21, 30, 39],
    space: 48,
    taskBits: 47,
    windowBits: 47,
    leaves: [4 * KiB, 2 * MiB, GiB, 512 * GiB],
  }),
  riscv({
    id: 'riscv64-sv39',
    name: 'Sv39',
    // The root's entries cover 1 GiB: it plays the part of the PUD table.
    names: ['PTE', 'PMD', 'PGD'],
    shifts: [12, 21, 30],
    space: 39,
    taskBits: 38,
    windowBits: 38,
    leaves: [4 * KiB, 2 * MiB, GiB],
  }),
  riscv({
    id: 'riscv64-sv57',
    name: 'Sv57',
    names: ['PTE', 'PMD', 'PUD', 'P4D', 'PGD'],
    shifts: [12, 21, 30, 39, 48],
    space: 57,
    taskBits: 56,
    windowBits: 47,
    leaves: [4 * KiB, 2 * MiB, GiB, 512 * GiB, 256 * 1024 * GiB],
  }),
];
