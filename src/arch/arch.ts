import type { Bytes, Va } from '../units.ts';

/** The rows of the architecture table that exist so far. */
export type ArchId = 'x86_64-4' | 'x86_64-5';

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

/** One architecture in one configuration, as a row of data. */
export interface Arch {
  readonly id: ArchId;
  readonly label: string;
  /** What the row can do, in a sentence for the reader. */
  readonly summary: string;
  readonly page: Bytes;
  /** Levels from PTE (index 0) to the root. Folded levels are absent. */
  readonly levels: readonly TableLevel[];
  /** Leaves for PFN mappings, large to small; the last one is the base page. */
  readonly pfnLeaves: readonly PfnLeaf[];
  /** TASK_SIZE: one past the highest user address that a hint can open. */
  readonly taskSize: Va;
  /** DEFAULT_MAP_WINDOW: addresses above it need a hint above it. */
  readonly window: Va;
  /** Effective mmap_min_addr of a distribution kernel (a build option, see docs/model.md). */
  readonly mmapMinAddr: Va;
  /** PMD_SIZE, the size the THP helper aligns to. */
  readonly pmdSize: Bytes;
  /** PUD_SIZE. */
  readonly pudSize: Bytes;
}
