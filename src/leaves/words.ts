import type { LeafKind } from '../arch/arch.ts';
import { formatCount } from '../text.ts';
import type { LeafRun } from './runs.ts';

/** The kernel's name of a leaf. */
export const leafNames: Readonly<Record<LeafKind, string>> = {
  pte: 'PTE',
  contpte: 'CONTPTE',
  pmd: 'PMD',
  contpmd: 'CONTPMD',
  pud: 'PUD',
};

/** Leaves of one kind, counted. */
export interface LeafTally {
  readonly kind: LeafKind;
  readonly size: number;
  readonly count: number;
  readonly corrupt: number;
}

/** Leaves by kind, large to small. */
export const tally = (runs: readonly LeafRun[]): readonly LeafTally[] => {
  const byKind = new Map<LeafKind, LeafTally>();
  for (const run of runs) {
    const old = byKind.get(run.kind);
    byKind.set(run.kind, {
      kind: run.kind,
      size: run.size,
      count: (old?.count ?? 0) + run.count,
      corrupt: (old?.corrupt ?? 0) + (run.corrupt ? run.count : 0),
    });
  }
  return [...byKind.values()].sort((a, b) => b.size - a.size);
};

/** `leaf` or `leaves`. */
export const leafWord = (n: number): string => (n === 1 ? 'leaf' : 'leaves');

/** “2 PUD leaves”, “1 PUD and 512 PMD leaves”. */
export const leavesText = (runs: readonly LeafRun[]): string => {
  const parts = tally(runs).map(t => `${formatCount(t.count)} ${leafNames[t.kind]}`);
  const last = tally(runs).at(-1)?.count ?? 0;
  const list =
    parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
  return `${list} ${leafWord(parts.length > 1 ? 2 : last)}`;
};
