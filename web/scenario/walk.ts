import type { Arch, TableName } from '../../src/arch/arch.ts';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { alignDown, bytes, mod, type Pa, pa } from '../../src/units.ts';

/** What one entry on the way holds. */
export type WalkEntry =
  | { readonly kind: 'table' }
  /** `pa`: physical address of the leaf's first byte. */
  | { readonly kind: 'leaf'; readonly run: LeafRun; readonly pa: Pa };

/** One level of a walk: the entry that is read, and what it covers. */
export interface WalkStep {
  readonly level: TableName;
  /** Number of the entry in its table, from 0. */
  readonly index: number;
  /** First address that the entry covers, and the first one after. */
  readonly from: number;
  readonly to: number;
  readonly holds: WalkEntry;
}

/** Where the walker finds the uppermost table. */
export interface Root {
  /** The register or the like, as the architecture's manual calls it. */
  readonly name: string;
  /** What else there is to know, in a sentence. */
  readonly note: string | undefined;
  /**
   * How many entries of a walk of so many levels the hardware reads from memory; undefined where it walks no tables
   * of Linux.
   */
  readonly reads: (levels: number) => number | undefined;
}

/** What holds the address of the uppermost table of a process, by architecture. */
export const rootOf = ({ family, id }: Pick<Arch, 'family' | 'id'>): Root => {
  const root = (name: string, note?: string, reads: Root['reads'] = levels => levels): Root => ({
    name,
    note,
    reads,
  });
  switch (family) {
    case 'x86':
      return id === 'i386-pae'
        ? root(
            'CR3',
            'With PAE the four entries of the uppermost table are loaded together with CR3.',
            n => n - 1,
          )
        : root('CR3');
    case 'arm64':
      return root('TTBR0_EL1');
    case 'arm':
      return root('TTBR0');
    case 'riscv':
      return root('satp');
    case 's390':
      return root(
        'the primary ASCE, control register 1',
        'It says how many levels there are: three below 4 TiB, more as the process needs them.',
      );
    case 'powerpc':
      return id === 'ppc64-hash-64k' || id === 'ppc64-hash-4k'
        ? root(
            'mm->pgd',
            'The hash MMU looks in a hashed table instead; Linux fills that from this tree.',
            () => undefined,
          )
        : root('the process table, by PID');
    case 'loongarch':
      return root('PGDL', 'The TLB refill exception walks the tables, in software.');
    case 'sparc':
      return root(
        'mm->pgd',
        'A TLB miss is looked up in a TSB first; the kernel walks the tables after that.',
      );
    case 'mips':
      return root('mm->pgd', 'The TLB refill exception walks the tables, in software.');
  }
};

/**
 * The levels that a walk goes through, from the PTEs up. On s390x a process has three until it maps above 4 TiB, and
 * a fourth and fifth as it grows: crst_table_upgrade(), arch/s390/mm/pgalloc.c, 6.12.
 */
const levelsFor = ({ levels, family }: Pick<Arch, 'levels' | 'family'>, end: number): Arch['levels'] => {
  if (family !== 's390') return levels;
  const needed = levels.findIndex((l, i) => i >= 2 && 2 ** l.shift * l.entries >= end);
  return needed < 0 ? levels : levels.slice(0, needed + 1);
};

/**
 * The walk of the byte `offset` bytes into the mapping, from the uppermost table down to the leaf: one entry is read
 * a level. Every page counts as touched.
 */
export const walkOf = (
  arch: Pick<Arch, 'levels' | 'family'>,
  { mapping, leaves }: Pick<DeviceAnswer, 'mapping' | 'leaves'>,
  offset: number,
): readonly WalkStep[] => {
  const address = mapping.start + alignDown(offset, 4096);
  const run = leaves.find(r => address >= r.va && address < r.va + r.size * r.count);
  // Every page counts as touched, so there is a leaf behind each; beyond the mapping there is no walk.
  if (run === undefined) return [];
  const steps: WalkStep[] = [];
  for (const { name, shift, entries } of [...levelsFor(arch, mapping.end)].reverse()) {
    const size = 2 ** shift;
    const from = alignDown(address, size);
    const step = { level: name, index: mod(from / size, entries), from, to: from + size };
    if (run.size >= size)
      return [
        ...steps,
        { ...step, holds: { kind: 'leaf', run, pa: pa(mapping.pa + (from - mapping.start)) } },
      ];
    steps.push({ ...step, holds: { kind: 'table' } });
  }
  return steps;
};

/**
 * The last sum of a walk: the leaf's first byte, and the low bits of the virtual address. undefined for a corrupt leaf:
 * low bits of its PFN overlap the offset, and what the CPU makes of them is not defined.
 */
export const sumOf = (
  { holds, from, to }: WalkStep,
  address: number,
): { readonly base: Pa; readonly low: number; readonly bits: number } | undefined =>
  holds.kind === 'leaf' && !holds.run.corrupt
    ? { base: holds.pa, low: bytes(address - from), bits: Math.log2(to - from) }
    : undefined;
