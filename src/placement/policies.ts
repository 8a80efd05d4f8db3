import type { KernelFacts } from '../kernel/facts.ts';

/** A way to decide where a VFIO mapping goes: the kernel's own, or a proposal laid over it. */
export interface Policy {
  readonly id: 'shipped' | 'thp' | 'xu1';
  readonly label: string;
  /** Who proposed it and when, or which kernels have it. */
  readonly who: string;
  /** Where it can be read: a Message-ID, or undefined for released behaviour. */
  readonly source: string | undefined;
  /** The facts of a kernel with this policy built in. */
  readonly apply: (facts: KernelFacts) => KernelFacts;
}

/** The policies, in the order of the menu. Both proposals were built and run for the captures. */
export const policies: readonly Policy[] = [
  {
    id: 'shipped',
    label: 'As shipped',
    who: 'the kernel chosen above',
    source: undefined,
    apply: facts => facts,
  },
  {
    id: 'thp',
    label: 'THP helper in vfio',
    who: 'A. Pighin, June 2026',
    source: '20260616180129.160016',
    apply: facts => ({ ...facts, vfioHook: 'thp' }),
  },
  {
    id: 'xu1',
    label: 'vfio hook, align to PA',
    who: 'P. Xu v1, June 2025',
    source: '20250613134111.469884',
    apply: facts => ({ ...facts, vfioHook: 'peterxV1' }),
  },
];

/** The policy with this id. */
export const policyOf = (id: Policy['id']): Policy => {
  const found = policies.find(p => p.id === id);
  if (!found) throw new Error(`no policy ${id}`);
  return found;
};
