import type { Arch } from '../arch/arch.ts';
import type { KernelFacts } from '../kernel/facts.ts';
import { buildGapIndex, type GapIndex } from './gapIndex.ts';
import { type MmapLayout, stackGuardGap } from './mmapLayout.ts';
import type { Vma } from './vma.ts';

/** One process's address space, ready to be searched. */
export interface AddressSpace {
  /** Every VMA of the mm, ascending. */
  readonly vmas: readonly Vma[];
  /** How many they are: mm->map_count. */
  readonly count: number;
  readonly layout: MmapLayout;
  readonly index: GapIndex;
}

/** Builds an address space from VMAs in ascending order. `facts` and `arch` decide which neighbours
 * have guards, and how large. */
export const makeAddressSpace = (
  vmas: readonly Vma[],
  layout: MmapLayout,
  facts: KernelFacts,
  arch: Arch,
): AddressSpace => ({
  vmas,
  count: vmas.length,
  layout,
  index: buildGapIndex(vmas, {
    stackGuardGap: stackGuardGap(arch.page),
    shadowStackGuard: facts.shadowStackGuard ? arch.page : 0,
  }),
});
