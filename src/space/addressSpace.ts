import type { KernelFacts } from '../kernel/facts.ts';
import { buildGapIndex, type GapIndex } from './gapIndex.ts';
import { type MmapLayout, STACK_GUARD_GAP } from './mmapLayout.ts';
import type { Vma } from './vma.ts';

/** One process's address space, ready to be searched. */
export interface AddressSpace {
  /** Every VMA of the mm, ascending. */
  readonly vmas: readonly Vma[];
  readonly layout: MmapLayout;
  readonly index: GapIndex;
}

/** Builds an address space from VMAs in ascending order. `facts` decides which neighbours have guards. */
export const makeAddressSpace = (
  vmas: readonly Vma[],
  layout: MmapLayout,
  facts: KernelFacts,
): AddressSpace => ({
  vmas,
  layout,
  index: buildGapIndex(vmas, {
    stackGuardGap: STACK_GUARD_GAP,
    shadowStackGuard: facts.shadowStackGuard ? 4096 : 0,
  }),
});
