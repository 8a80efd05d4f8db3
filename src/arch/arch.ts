import type { Bytes, Va } from '../units.ts';

/** The rows of the architecture table. */
export type ArchId =
  | 'x86_64-4'
  | 'x86_64-5'
  | 'arm64-4k-48'
  | 'arm64-64k-48'
  | 'arm64-16k-47'
  | 'riscv64-sv48'
  | 'riscv64-sv39'
  | 'riscv64-sv57'
  | 'ppc64-radix-64k'
  | 'ppc64-radix-4k'
  | 's390x'
  | 'arm64-4k-52'
  | 'arm64-4k-39'
  | 'arm64-16k-48'
  | 'arm64-16k-52'
  | 'arm64-64k-42'
  | 'arm64-64k-52'
  | 'loongarch64-16k'
  | 'loongarch64-4k'
  | 'ppc64-hash-64k'
  | 'ppc64-hash-4k'
  | 'sparc64'
  | 'mips64-4k'
  | 'arm-lpae'
  | 'i386-pae';

/** The kernel's own name of a family of rows: a folder of arch/. */
export type Family = 'x86' | 'arm64' | 'riscv' | 'powerpc' | 's390' | 'loongarch' | 'sparc' | 'mips' | 'arm';

/** The sizes of leaf the engine knows, small to large. `contpte` and `contpmd` are runs marked contiguous. */
export type LeafKind = 'pte' | 'contpte' | 'pmd' | 'contpmd' | 'pud';

/** The names of page-table levels, from the one that holds PTEs up to the root. */
export type TableName = 'PTE' | 'PMD' | 'PUD' | 'P4D' | 'PGD';

/** One level of the page table. */
export interface TableLevel {
  readonly name: TableName;
  /** log2 of the bytes that one entry of this level covers. */
  readonly shift: number;
  /** Entries in one table of this level. */
  readonly entries: number;
  /** Bytes of one table of this level. */
  readonly tableBytes: Bytes;
}

/** A leaf that Linux may install for a PFN mapping, and the first release that does. */
export interface PfnLeaf {
  readonly kind: LeafKind;
  readonly size: Bytes;
  /** First mainline release that installs this leaf for PFN mappings; undefined: never so far. */
  readonly since: string | undefined;
  /** The commit behind `since`. */
  readonly commit: string | undefined;
}

/** Which function places mappings, and what it takes from the architecture. */
export type PlacementRules =
  | { readonly kind: 'x86' }
  | {
      readonly kind: 'generic';
      /** arch_get_mmap_end(): where searches end. */
      readonly mmapEnd:
        | 'taskSize'
        /** the window, unless the hint lies above it */
        | 'windowOrHint'
        /** the same, and for MAP_FIXED also where the range ends above it */
        | 'windowOrRange';
      /** arch_get_mmap_base(): a hint above the window shifts the top-down base by the rest of the space. */
      readonly shiftsBase: boolean;
    }
  | { readonly kind: 's390' }
  /** The second search stays top-down, from the end of user space down to mmap_base. */
  | { readonly kind: 'loongarch' };

/** What mmap_base follows from. */
export interface LayoutRules {
  /** STACK_TOP, from which the stack's gap is taken. */
  readonly stackTop: Va;
  /** TASK_UNMAPPED_BASE: where bottom-up searches begin. */
  readonly unmappedBase: Va;
  /** STACK_RND_MASK in bytes: room left for the stack's random start when randomizing. */
  readonly stackRnd: Bytes;
  /** An unlimited stack selects the bottom-up layout. */
  readonly unlimitedIsLegacy: boolean;
}

/** Entries that one TLB entry may cover when the hardware is told that they are contiguous. */
export interface ContiguousHint {
  readonly kind: 'contpte' | 'contpmd';
  readonly size: Bytes;
  /** Who sets it today. */
  readonly today: string;
}

/** One architecture in one configuration, as a row of data. */
export interface Arch {
  readonly id: ArchId;
  readonly family: Family;
  readonly label: string;
  /** What the row can do, in a sentence for the reader. */
  readonly summary: string;
  /** Where its figures were read. */
  readonly source: string;
  /** What the engine leaves out for this row, in the reader's words. */
  readonly unmodelled: readonly string[];
  readonly page: Bytes;
  /** Levels from PTE (index 0) to the root. Folded levels are absent. */
  readonly levels: readonly TableLevel[];
  /** Leaves for PFN mappings, large to small; the last one is the base page. */
  readonly pfnLeaves: readonly PfnLeaf[];
  /** Every leaf size the hardware has, small to large. */
  readonly hardwareLeaves: readonly Bytes[];
  readonly contiguous: readonly ContiguousHint[];
  /** TASK_SIZE: one past the highest user address that a hint can open. */
  readonly taskSize: Va;
  /** DEFAULT_MAP_WINDOW: addresses above it need a hint above it. */
  readonly window: Va;
  /** Effective mmap_min_addr of a distribution kernel (a build option, see docs/model.md). */
  readonly mmapMinAddr: Va;
  /** PMD_SIZE, the size the THP helper aligns to. */
  readonly pmdSize: Bytes;
  /** PUD_SIZE; PMD_SIZE where the level is folded. */
  readonly pudSize: Bytes;
  /** Sizes that MAP_HUGETLB offers, the default one first; empty where the machine has none. */
  readonly hugePages: readonly Bytes[];
  readonly placement: PlacementRules;
  readonly layout: LayoutRules;
  /** Bits of the address that files and shared memory keep equal to their offset, 0 for none. */
  readonly colourMask: number;
  /** The colour counts only in processes whose addresses are randomized. */
  readonly colourNeedsRandomize: boolean;
}
