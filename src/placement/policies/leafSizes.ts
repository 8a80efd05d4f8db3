import { contains, type KernelVersion } from '../../kernel/version.ts';
import type { Mm } from '../mm.ts';

const known = new WeakMap<Mm, readonly number[]>();

/** Features of an architecture arrive in a merge window: the first candidate of the series has them. */
const has = (v: KernelVersion, series: string): boolean => contains(v, { mainline: `${series}-rc1` });

/**
 * The sizes above a page that this release may install for PFN mappings on this architecture, large to small:
 * what ARCH_SUPPORTS_PUD_PFNMAP and ARCH_SUPPORTS_PMD_PFNMAP say.
 */
export const pfnSizes = (mm: Mm): readonly number[] => {
  const found = known.get(mm);
  if (found !== undefined) return found;
  const { page, pfnLeaves } = mm.arch;
  const sizes = pfnLeaves
    .filter(leaf => leaf.size > page && leaf.since !== undefined && has(mm.facts.version, leaf.since))
    .map(leaf => leaf.size as number);
  known.set(mm, sizes);
  return sizes;
};

/** Whether this release may install a leaf of this size for PFN mappings. */
export const mayInstall = (mm: Mm, size: number): boolean => pfnSizes(mm).includes(size);

/** The sizes of runs that the hardware can be told are contiguous. */
export const contiguousSizes = (mm: Mm): readonly number[] => mm.arch.contiguous.map(c => c.size);

/** Distinct sizes, large to small. */
export const descending = (sizes: readonly number[]): readonly number[] =>
  [...new Set(sizes)].sort((a, b) => b - a);
