import type { Arch, LeafKind } from '../arch/arch.ts';
import { alignDown, alignUp, type Bytes, bytes, mod, va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import type { LeafRun } from './runs.ts';

/** Which entries of a PFN mapping are marked contiguous. */
export type ContRule =
  /** what kernels do: none, on any architecture, because the entries of a PFN mapping are special */
  | 'today'
  /** what a kernel could do: every block that is aligned in VA and PA and wholly filled with entries of one size */
  | 'marked';

const contOf: Readonly<Partial<Record<LeafKind, 'contpte' | 'contpmd'>>> = {
  pte: 'contpte',
  pmd: 'contpmd',
};

/**
 * What a TLB may hold one entry for each of: the leaves, or, where the rule marks them, blocks of neighbouring
 * leaves. The page tables, and the faults that filled them, are the same either way.
 *
 * Source: contpte_ptep_try_fold() and set_ptes(), arch/arm64/mm/contpte.c, 6.12: folding leaves special entries out,
 * while a batch of entries is marked without that test. No merged kernel inserts PFN entries in batches; the rule
 * `marked` follows the proposals of June 2026.
 */
export const tlbUnits = (
  m: PfnMapping,
  leaves: readonly LeafRun[],
  arch: Arch,
  rule: ContRule,
): readonly LeafRun[] => {
  if (rule === 'today' || arch.contiguous.length === 0) return leaves;
  return leaves.flatMap(run => {
    const kind = contOf[run.kind];
    const hint = arch.contiguous.find(h => h.kind === kind);
    if (kind === undefined || hint === undefined || run.corrupt) return [run];
    return marked(m, run, kind, hint.size);
  });
};

const marked = (m: PfnMapping, run: LeafRun, kind: 'contpte' | 'contpmd', size: Bytes): LeafRun[] => {
  const end = run.va + run.size * run.count;
  const lo = alignUp(run.va, size);
  const hi = alignDown(end, size);
  if (lo >= hi || mod(m.start - m.pa, size) !== 0) return [run];
  const part = (from: number, to: number): LeafRun[] =>
    to > from ? [{ ...run, va: va(from), count: (to - from) / run.size }] : [];
  return [
    ...part(run.va, lo),
    { va: va(lo), kind, size: bytes(size), count: (hi - lo) / size, corrupt: false },
    ...part(hi, end),
  ];
};
