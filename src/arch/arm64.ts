import { alignUp, bytes, formatPower, GiB, KiB, MiB, va } from '../units.ts';
import type { Arch, ArchId, ContiguousHint, PfnLeaf } from './arch.ts';
import { tableLevels } from './levels.ts';

interface Granule {
  readonly page: number;
  readonly pmd: number;
  /** Bytes of a PUD entry; undefined where the level is folded. */
  readonly contpte: number;
  readonly contpmd: number;
}

const granules = {
  '4k': { page: 4 * KiB, pmd: 2 * MiB, contpte: 64 * KiB, contpmd: 32 * MiB },
  '16k': { page: 16 * KiB, pmd: 32 * MiB, contpte: 2 * MiB, contpmd: GiB },
  '64k': { page: 64 * KiB, pmd: 512 * MiB, contpte: 2 * MiB, contpmd: 16 * GiB },
} as const satisfies Readonly<Record<string, Granule>>;

const names = ['PTE', 'PMD', 'PUD', 'P4D', 'PGD'] as const;

/** STACK_RND_MASK: 0x3ffff 4 KiB pages' worth of address space, in pages of the granule. */
const stackRnd = (page: number): number => Math.floor(0x3_ffff / (page / 4096)) * page;

interface Row {
  readonly id: ArchId;
  readonly granule: keyof typeof granules;
  readonly bits: number;
  /** log2 of what an entry of each level covers, PTE first. */
  readonly shifts: readonly number[];
  /** log2 of DEFAULT_MAP_WINDOW. */
  readonly windowBits: number;
  readonly extraLeaves: readonly number[];
}

const never = 'PFN-map entries are special, and the kernel sets the bit for ordinary folios only';

const arm64 = (row: Row): Arch => {
  const { page, pmd, contpte, contpmd } = granules[row.granule];
  const pfnLeaves: readonly PfnLeaf[] = [
    ...(row.granule === '4k'
      ? [{ kind: 'pud', size: bytes(GiB), since: undefined, commit: undefined } as const]
      : []),
    { kind: 'pmd', size: bytes(pmd), since: '6.12', commit: '3e509c9b03f9' },
    { kind: 'pte', size: bytes(page), since: '1.0', commit: undefined },
  ];
  const contiguous: readonly ContiguousHint[] = [
    { kind: 'contpte', size: bytes(contpte), today: never },
    { kind: 'contpmd', size: bytes(contpmd), today: 'hugetlb and kernel mappings only' },
  ];
  const window = 2 ** row.windowBits;
  return {
    id: row.id,
    family: 'arm64',
    label: `arm64, ${page / KiB}K pages, ${row.bits} bits`,
    summary: `${page / KiB} KiB pages; ${formatPower(pmd)} leaves for device memory since 6.12, never larger ones. A run of ${formatPower(contpte)} may be marked contiguous, but not for devices.${row.bits > row.windowBits ? ` A hint above 2^${row.windowBits} opens the rest.` : ''}`,
    source: 'arch/arm64/include/asm/{processor,memory,pgtable-hwdef}.h, mm/mmap.c; 6.12 and 7.3',
    unmodelled: [],
    page: bytes(page),
    levels: tableLevels(names.slice(0, row.shifts.length - 1).concat('PGD'), row.shifts, row.bits, page),
    pfnLeaves,
    hardwareLeaves: [page, pmd, ...row.extraLeaves].map(n => bytes(n)),
    contiguous,
    taskSize: va(2 ** row.bits),
    window: va(window),
    mmapMinAddr: va(0x8000),
    pmdSize: bytes(pmd),
    pudSize: bytes(row.granule === '4k' ? GiB : pmd),
    // hugetlbpage_init(), arch/arm64/mm/hugetlbpage.c: contiguous runs are sizes of their own. Seen on 6.12 and 7.3.
    hugePages: [
      bytes(pmd),
      ...(row.granule === '4k' ? [bytes(GiB)] : []),
      bytes(contpte),
      ...(row.shifts.length > 2 ? [bytes(contpmd)] : []),
    ],
    placement: { kind: 'generic', mmapEnd: 'windowOrHint', shiftsBase: true },
    layout: {
      stackTop: va(window),
      unmappedBase: va(alignUp(window / 4, page)),
      stackRnd: bytes(stackRnd(page)),
      unlimitedIsLegacy: true,
    },
    colourMask: 0,
    colourNeedsRandomize: false,
  };
};

/** The arm64 rows, most used first: granule and address width are choices of the build and the CPU. */
export const arm64Rows: readonly Arch[] = [
  arm64({
    id: 'arm64-4k-48',
    granule: '4k',
    bits: 48,
    shifts: [12, 21, 30, 39],
    windowBits: 48,
    extraLeaves: [GiB],
  }),
  arm64({
    id: 'arm64-64k-48',
    granule: '64k',
    bits: 48,
    shifts: [16, 29, 42],
    windowBits: 48,
    extraLeaves: [],
  }),
  arm64({
    id: 'arm64-16k-47',
    granule: '16k',
    bits: 47,
    shifts: [14, 25, 36],
    windowBits: 47,
    extraLeaves: [],
  }),
  arm64({
    id: 'arm64-4k-52',
    granule: '4k',
    bits: 52,
    shifts: [12, 21, 30, 39, 48],
    windowBits: 48,
    extraLeaves: [GiB, 512 * GiB],
  }),
  arm64({
    id: 'arm64-16k-52',
    granule: '16k',
    bits: 52,
    shifts: [14, 25, 36, 47],
    windowBits: 47,
    extraLeaves: [64 * GiB],
  }),
  arm64({
    id: 'arm64-64k-52',
    granule: '64k',
    bits: 52,
    shifts: [16, 29, 42],
    windowBits: 48,
    extraLeaves: [4096 * GiB],
  }),
  arm64({
    id: 'arm64-16k-48',
    granule: '16k',
    bits: 48,
    shifts: [14, 25, 36, 47],
    windowBits: 48,
    extraLeaves: [],
  }),
  arm64({
    id: 'arm64-4k-39',
    granule: '4k',
    bits: 39,
    shifts: [12, 21, 30],
    windowBits: 39,
    extraLeaves: [GiB],
  }),
  arm64({ id: 'arm64-64k-42', granule: '64k', bits: 42, shifts: [16, 29], windowBits: 42, extraLeaves: [] }),
];
