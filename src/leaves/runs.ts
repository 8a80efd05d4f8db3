import type { LeafKind } from '../arch/arch.ts';
import { alignDown, alignUp, type Bytes, mod, type Va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import type { LeafRules } from './rules.ts';

/** `count` neighbouring leaves of one kind, `size` bytes each, from `va` up. */
export interface LeafRun {
  readonly va: Va;
  readonly kind: LeafKind;
  readonly size: Bytes;
  /** At least 1. */
  readonly count: number;
  /** The entries hold a PFN that is not a multiple of their size: written by 6.12.0 to 6.12.9, undefined by the CPU. */
  readonly corrupt: boolean;
}

/**
 * Whether VA and PA of the mapping agree modulo `size`. The same for every block of the mapping, and true for all
 * smaller sizes when true for one.
 */
const congruent = (m: PfnMapping, size: number): boolean => mod(m.start - m.pa, size) === 0;

/**
 * Whether the driver accepts a whole block of `size` bytes inside the mapping. Only the first predicate, of
 * 6.12.0 to 6.12.9, leaves the PFN out of it.
 * Source: vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c; f9e54c3a2f5b, 09dfc8a5f2ce.
 */
export const acceptsBlock = (m: PfnMapping, rules: LeafRules, size: number): boolean =>
  rules.era === 'hugeExactNoPfn' || congruent(m, size);

/** Takes `count` leaves of `rules.levels[level]`, or base pages where `level` is `rules.levels.length`. */
export type PutLeaves = (at: number, level: number, count: number) => void;

/**
 * The closed form on `[lo, hi)`, using the levels from index `from` on, handed to `put` in ascending order.
 * `lo` and `hi` are bounds of the mapping or multiples of the level before `from`, so that no block cut by them
 * lies inside the mapping.
 */
export const walkClosedForm = (
  m: PfnMapping,
  rules: LeafRules,
  lo: number,
  hi: number,
  from: number,
  put: PutLeaves,
): void => {
  const { levels, page } = rules;
  const n = levels.length;
  let top = from;
  for (; top < n; top++) {
    const size = levels[top]?.size ?? page;
    if (acceptsBlock(m, rules, size) && alignUp(lo, size) < alignDown(hi, size)) break;
  }
  let at = lo;
  // Up the left flank: each size reaches to the first boundary of the next larger one.
  for (let level = n; level > top; level--) {
    const to = alignUp(lo, levels[level - 1]?.size ?? page);
    if (to > at) {
      put(at, level, (to - at) / (levels[level]?.size ?? page));
      at = to;
    }
  }
  for (let level = top; level <= n; level++) {
    const size = levels[level]?.size ?? page;
    const to = alignDown(hi, size);
    if (to > at) {
      put(at, level, (to - at) / size);
      at = to;
    }
  }
};

/**
 * The leaves under a mapping after every page was touched once in ascending order: at most
 * 2 x levels + 1 runs, ascending, tiling the mapping exactly. For the eras without huge leaves it is one run of
 * base pages. In era `hugeAligned` any order gives the same leaves; for the exact eras see touch.ts.
 * Source: __handle_mm_fault(), mm/memory.c; vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c,
 * 6.12.117 and 7.3.4, and c1d9dac0db16 for the difference to the exact eras.
 */
export const closedForm = (m: PfnMapping, rules: LeafRules): LeafRun[] => {
  const runs: LeafRun[] = [];
  walkClosedForm(m, rules, m.start, m.end, 0, (at, level, count) => {
    runs.push(leafRun(m, rules, at, level, count));
  });
  return runs;
};

/** A run of `rules.levels[level]`, or of base pages where `level` is `rules.levels.length`; `at` is a VA in bytes. */
export const leafRun = (
  m: PfnMapping,
  rules: LeafRules,
  at: number,
  level: number,
  count: number,
): LeafRun => {
  const leaf = rules.levels[level];
  if (leaf === undefined) return { va: at as Va, kind: 'pte', size: rules.page, count, corrupt: false };
  return { va: at as Va, kind: leaf.kind, size: leaf.size, count, corrupt: !congruent(m, leaf.size) };
};

/** Number of leaves in all runs. */
export const leafCount = (runs: readonly LeafRun[]): number => {
  let count = 0;
  for (const run of runs) count += run.count;
  return count;
};
