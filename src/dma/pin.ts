import { contains, type KernelVersion, type Since } from '../kernel/version.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';

/** How a kernel's type1 driver pins. */
export interface PinRules {
  /** PFNs that one step takes from a VMA without struct pages: one, or all to the end of the leaf. */
  readonly pfnStep: 'page' | 'leaf';
  /** Pages that one call of pin_user_pages_remote() may return. */
  readonly batch: number;
  /** How the pages of a batch are tested: each by itself, or a contiguous piece of them at once. */
  readonly counter: 'page' | 'piece';
  /** The module option disable_hugepages: a page a step, a page an iommu_map(). */
  readonly disabled: boolean;
}

/** Commits that changed the loop, oldest first. */
export const pinChanges = {
  batch: { since: { mainline: '5.12-rc1' }, commit: '4d83de6da265' },
  leaf: { since: { mainline: '6.15-rc1' }, commit: '0fd06844de5d' },
  piece: { since: { mainline: '6.18-rc1' }, commit: '929bf010e059' },
} as const satisfies Readonly<Record<string, { readonly since: Since; readonly commit: string }>>;

const POINTER_BYTES = 8;

/**
 * The pin loop of a release on a machine with pages of `page` bytes. The batch is a page of pointers. 929bf010e059 was
 * refused for 6.17-rc1 and came with 6.18-rc1; until then each page of a batch was compared by itself.
 * Source: vfio_pin_pages_remote(), vaddr_get_pfns() and VFIO_BATCH_MAX_CAPACITY, drivers/vfio/vfio_iommu_type1.c,
 * 6.12 and 7.3, and the commits. disable_hugepages leaves room for one page in the batch, and since 6.15 asks for one page at a
 * time, PFN maps included.
 */
export const pinRules = (v: KernelVersion, page: number, disabled = false): PinRules => ({
  pfnStep: contains(v, pinChanges.leaf.since) && !disabled ? 'leaf' : 'page',
  batch: contains(v, pinChanges.batch.since) && !disabled ? page / POINTER_BYTES : 1,
  counter: contains(v, pinChanges.piece.since) && !disabled ? 'piece' : 'page',
  disabled,
});

/** The work of one VFIO_IOMMU_MAP_DMA before anything is in the IOMMU's table. */
export interface Pinning {
  /** Times that the loop goes to the page tables: looks a PFN up, or calls pin_user_pages_remote(). */
  readonly steps: number;
  /** Physically contiguous ranges, each collected before it is mapped. */
  readonly runs: number;
  /** Calls of iommu_map() a domain. */
  readonly calls: number;
  /** Times that the PFN is compared and the accounting looked at. */
  readonly tests: number;
  /** struct page pointers that num_pages_contiguous() compares; 0 where there is none. */
  readonly compared: number;
}

/** Leaves that a range of a mapping touches; a part of one counts as one. `from` below `to`, virtual, in bytes. */
export const leavesTouched = (leaves: readonly LeafRun[], from: number, to: number): number => {
  let count = 0;
  for (const run of leaves) {
    const first = Math.max(0, Math.floor((from - run.va) / run.size));
    const last = Math.min(run.count, Math.ceil((to - run.va) / run.size));
    if (last > first) count += last - first;
  }
  return count;
};

/**
 * Pinning a VMA without struct pages: each step asks for normal pages first, which such a VMA never has, then looks the
 * leaf up. Its memory is contiguous, so that all of it is one run, unless disable_hugepages cuts it into pages.
 * `leaves` are those of the whole mapping, `pages` its base pages.
 */
export const pinPfnMap = (rules: PinRules, leaves: readonly LeafRun[], pages: number): Pinning => {
  const steps = rules.pfnStep === 'leaf' ? leafCount(leaves) : pages;
  const runs = rules.disabled ? pages : 1;
  return { steps, runs, calls: runs, tests: steps, compared: 0 };
};

/**
 * Pinning ordinary memory made of folios of `folio` pages that lie apart from each other, the first one whole. A piece
 * ends where a batch or a folio does. num_pages_contiguous() compares each pointer with the one before, up to the first
 * that does not follow. Source: num_pages_contiguous(), include/linux/mm_inline.h, 6.18.
 */
export const pinFolios = (rules: PinRules, pages: number, folio: number): Pinning => {
  const { batch } = rules;
  const steps = Math.ceil(pages / batch);
  const runs = rules.disabled ? pages : Math.ceil(pages / folio);
  // Both are powers of two, so that the larger one's bounds are bounds of the smaller one too.
  const pieces = Math.ceil(pages / Math.min(batch, folio));
  return rules.counter === 'piece'
    ? { steps, runs, calls: runs, tests: pieces, compared: pages - steps }
    : { steps, runs, calls: runs, tests: pages, compared: 0 };
};
