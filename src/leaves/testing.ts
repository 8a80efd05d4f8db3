import type { FaultEra } from '../kernel/facts.ts';
import { bytes, type Pa, type Va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import type { LeafRules } from './rules.ts';
import type { LeafRun } from './runs.ts';

/**
 * For tests only: a machine whose larger leaves hold 4 and 16 pages, so that whole mappings can be walked page by
 * page, and the plainest page-table walk we could write, to check the fast code against.
 */
export const PAGE = 4096;
export const SMALL = 4 * PAGE;
export const LARGE = 16 * PAGE;

export const tinyRules = (era: FaultEra): LeafRules => {
  const larger = [
    { kind: 'pud', size: bytes(LARGE) },
    { kind: 'pmd', size: bytes(SMALL) },
  ] as const;
  const huge = era === 'hugeAligned' || era === 'hugeExact' || era === 'hugeExactNoPfn';
  const levels = huge ? larger : [];
  return {
    page: bytes(PAGE),
    levels,
    era,
    verdicts: larger.map(leaf =>
      huge ? { usable: true, ...leaf } : { usable: false, ...leaf, refusal: { kind: 'era', era } as const },
    ),
  };
};

/** A mapping given in pages. */
export const pagesMapping = (start: number, pages: number, pa: number): PfnMapping => ({
  start: (start * PAGE) as Va,
  end: ((start + pages) * PAGE) as Va,
  pa: (pa * PAGE) as Pa,
});

/** Size of the leaf over each page, ascending. */
export const spread = (runs: readonly LeafRun[]): number[] =>
  runs.flatMap(run => Array.from({ length: (run.count * run.size) / PAGE }, () => run.size));

/** Touches page by page in a huge era, and gives the faulting offsets and the size of the leaf over each page. */
export const naiveTouch = (
  m: PfnMapping,
  era: FaultEra,
  offsets: readonly number[],
): { faulted: boolean[]; sizes: (number | undefined)[] } => {
  const leaves = new Map<string, true>();
  const tables = new Set<string>();
  const congruent = (size: number): boolean =>
    era === 'hugeExactNoPfn' || (((m.start - m.pa) % size) + size) % size === 0;
  const visit = (x: number, install: boolean): { faulted: boolean; size: number | undefined } => {
    for (const size of [LARGE, SMALL]) {
      const block = x - (x % size);
      const key = `${size}@${block}`;
      if (leaves.has(key)) return { faulted: false, size };
      if (tables.has(key) || !install) continue;
      const at = era === 'hugeAligned' ? block : x;
      if (at % size === 0 && at >= m.start && at + size <= m.end && congruent(size)) {
        leaves.set(key, true);
        return { faulted: true, size };
      }
      tables.add(key);
    }
    const key = `${PAGE}@${x}`;
    if (leaves.has(key)) return { faulted: false, size: PAGE };
    if (!install) return { faulted: false, size: undefined };
    leaves.set(key, true);
    return { faulted: true, size: PAGE };
  };
  const faulted = offsets.map(offset => visit(m.start + offset, true).faulted);
  const sizes: (number | undefined)[] = [];
  for (let x = m.start as number; x < m.end; x += PAGE) sizes.push(visit(x, false).size);
  return { faulted, sizes };
};
