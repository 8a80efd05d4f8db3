import type { Arch, TableName } from '../arch/arch.ts';
import type { FaultEra } from '../kernel/facts.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import type { Vma } from '../space/vma.ts';
import type { Bytes } from '../units.ts';

/** Page tables of one level. */
export interface TableCost {
  /** The level whose entries the tables hold. */
  readonly name: TableName;
  readonly count: number;
  /** `count` times the size of one table, in bytes. */
  readonly bytes: Bytes;
}

/** What a set of leaves costs. */
export interface LeafCost {
  /** By level, from PTE up; the root, which every process has, is not counted. */
  readonly tables: readonly TableCost[];
  readonly tableBytes: Bytes;
  /** Page faults of touching every page once. */
  readonly faults: number;
  /** Entries that cover the mapping in a TLB holding every leaf size: one a leaf. */
  readonly tlbEntries: number;
}

/** A VMA as far as page tables care. */
export type TableOwner = Pick<Vma, 'start' | 'end' | 'perms'>;

/**
 * Counts the slots of `slotSize` bytes that hold at least one leaf smaller than a slot, leaving out those that an
 * existing VMA overlaps. Both lists ascend, so one walk over each is enough.
 */
const countSlots = (runs: readonly LeafRun[], slotSize: number, existing: readonly TableOwner[]): number => {
  let count = 0;
  /** First slot not counted yet. */
  let next = 0;
  let e = 0;
  for (const run of runs) {
    if (run.size >= slotSize) continue;
    let at = Math.max(Math.floor(run.va / slotSize), next);
    const end = Math.ceil((run.va + run.size * run.count) / slotSize);
    if (end <= at) continue;
    next = end;
    for (;;) {
      let owner = existing[e];
      while (owner !== undefined && Math.ceil(owner.end / slotSize) <= at) owner = existing[++e];
      const taken = owner === undefined ? end : Math.min(Math.floor(owner.start / slotSize), end);
      if (taken > at) count += taken - at;
      if (owner === undefined || taken === end) break;
      at = Math.min(Math.ceil(owner.end / slotSize), end);
      if (at === end) break;
    }
  }
  return count;
};

/**
 * The page tables a set of leaves needs, by level. A table of one level serves one entry of the next: it is needed
 * when that entry is not itself a leaf. The root is left out. Runs ascend; with `existing` (ascending, the VMAs
 * of the process before), tables that those already have are not counted; a PROT_NONE VMA has none.
 * Source: __pud_alloc(), __pmd_alloc() and __pte_alloc(), mm/memory.c, 6.12.117.
 */
export const tablesNeeded = (
  runs: readonly LeafRun[],
  arch: Arch,
  existing: readonly TableOwner[] = [],
): TableCost[] => {
  const owners = existing.length === 0 ? existing : existing.filter(v => !v.perms.startsWith('---'));
  const tables: TableCost[] = [];
  for (let i = 0; i + 1 < arch.levels.length; i++) {
    const level = arch.levels[i];
    const upper = arch.levels[i + 1];
    if (level === undefined || upper === undefined) break;
    const count = countSlots(runs, 2 ** upper.shift, owners);
    tables.push({ name: level.name, count, bytes: (count * level.tableBytes) as Bytes });
  }
  return tables;
};

/** Bytes of all tables. */
export const bytesOf = (tables: readonly TableCost[]): Bytes => {
  let sum = 0;
  for (const t of tables) sum += t.bytes;
  return sum as Bytes;
};

/**
 * What VmPTE in /proc/PID/status counts of tables, in bytes: all but those of the P4D level, which __p4d_alloc()
 * populates without a count. Source: mm_inc_nr_ptes(), _pmds() and _puds(), the only ones; mm/memory.c, 6.12.
 */
export const vmPteOf = (tables: readonly TableCost[]): Bytes => bytesOf(tables.filter(t => t.name !== 'P4D'));

/**
 * By how much VmPTE in /proc/PID/status grows, in bytes (the file shows KiB), when these leaves appear in a process
 * with these VMAs, ascending. Takes every table that an accessible VMA could have as present.
 * Source: mm_pgtables_bytes(), include/linux/mm.h, shown by task_mem(), fs/proc/task_mmu.c.
 */
export const vmPteGrowth = (runs: readonly LeafRun[], arch: Arch, existing: readonly TableOwner[]): Bytes =>
  vmPteOf(tablesNeeded(runs, arch, existing));

/**
 * Page faults of touching every page of a fresh mapping once, given its leaves afterwards. In the huge eras and in
 * `perPage` each fault installs one leaf.
 * Source: vfio_pci_mmap_fault() and vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c; 11c4cd07ba11,
 * aac6db75a9fc, d71a989cf5d9, f9e54c3a2f5b.
 */
export const faultsOf = (runs: readonly LeafRun[], era: FaultEra): number => {
  switch (era) {
    case 'premap':
      return 0;
    case 'fullRemap':
    case 'fullInsert':
      return runs.length === 0 ? 0 : 1;
    case 'perPage':
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      return leafCount(runs);
  }
};

/**
 * Page faults of a pass that writes every page after all were read. Entries are inserted clean: hardware that sets
 * the dirty bit itself (x86, arm64 with DBM, RISC-V with Svadu, powerpc radix) takes none, other hardware one a leaf.
 */
export const writePassFaults = (runs: readonly LeafRun[], hardwareDirty = true): number =>
  hardwareDirty ? 0 : leafCount(runs);

/** The cost of leaves that a whole touch in this era left behind, in a process that had no tables near them. */
export const costOf = (runs: readonly LeafRun[], arch: Arch, era: FaultEra): LeafCost => {
  const tables = tablesNeeded(runs, arch);
  return { tables, tableBytes: bytesOf(tables), faults: faultsOf(runs, era), tlbEntries: leafCount(runs) };
};
