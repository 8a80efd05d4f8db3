import { alignUp, bytes, GiB, KiB, MiB, va } from '../units.ts';
import type { Arch, PfnLeaf, TableLevel } from './arch.ts';

const table = bytes(4 * KiB);
const level = (name: TableLevel['name'], shift: number): TableLevel => ({
  name,
  shift,
  entries: 512,
  tableBytes: table,
});

/**
 * Huge PFN maps on x86 arrived with 6.12.
 * Source: 75182022a043 "mm/x86: support large pfn mappings", and f9e54c3a2f5b for vfio-pci.
 */
const pfnLeaves: readonly PfnLeaf[] = [
  { kind: 'pud', size: bytes(GiB), since: '6.12', commit: '75182022a043' },
  { kind: 'pmd', size: bytes(2 * MiB), since: '6.12', commit: '75182022a043' },
  { kind: 'pte', size: bytes(4 * KiB), since: '1.0', commit: undefined },
];

const fourLevels = [level('PTE', 12), level('PMD', 21), level('PUD', 30), level('PGD', 39)];
const fiveLevels = [level('PTE', 12), level('PMD', 21), level('PUD', 30), level('P4D', 39), level('PGD', 48)];

const common = {
  family: 'x86',
  source: 'arch/x86/include/asm/page_64_types.h, pgtable_64_types.h; arch/x86/kernel/sys_x86_64.c',
  unmodelled: ['AMD family 15h colours its mappings when addresses are randomized'],
  page: bytes(4 * KiB),
  pfnLeaves,
  /** 2^47 less a guard page: DEFAULT_MAP_WINDOW, arch/x86/include/asm/page_64_types.h. */
  window: va(2 ** 47 - 4096),
  /** Debian's x86-64 kernels: max(sysctl vm.mmap_min_addr, CONFIG_LSM_MMAP_MIN_ADDR) = 64 KiB. */
  mmapMinAddr: va(0x1_0000),
  pmdSize: bytes(2 * MiB),
  pudSize: bytes(GiB),
  hardwareLeaves: [bytes(4 * KiB), bytes(2 * MiB), bytes(GiB)],
  contiguous: [],
  hugePages: [bytes(2 * MiB), bytes(GiB)],
  placement: { kind: 'x86' },
  // Both layouts lie in the 47-bit window, with 5 levels too.
  layout: {
    stackTop: va(2 ** 47 - 4096),
    unmappedBase: va(alignUp(Math.floor((2 ** 47 - 4096) / 3), 4096)),
    stackRnd: bytes(0x3f_ffff * 4096),
    unlimitedIsLegacy: false,
  },
  colourMask: 0,
  colourNeedsRandomize: false,
} as const satisfies Partial<Arch>;

/** x86-64 with 4-level paging. */
export const x86Level4: Arch = {
  ...common,
  id: 'x86_64-4',
  label: 'x86-64, 4 levels',
  summary: '4 KiB pages; 2 MiB and 1 GiB leaves for device memory since 6.12. User space ends at 2^47.',
  levels: fourLevels,
  taskSize: va(2 ** 47 - 4096),
};

/** x86-64 with 5-level paging: 56 bits of user space, opened only by a hint above the 47-bit window. */
export const x86Level5: Arch = {
  ...common,
  id: 'x86_64-5',
  label: 'x86-64, 5 levels',
  summary:
    '4 KiB pages; 2 MiB and 1 GiB leaves since 6.12. User space ends at 2^56, but only a hint above 2^47 opens it.',
  levels: fiveLevels,
  taskSize: va(2 ** 56 - 4096),
};
