import type { MemoryModel } from './layout.ts';

/** What decides how large a folio can be. */
export interface FolioConfig {
  readonly model: MemoryModel;
  /** ARCH_HAS_GIGANTIC_PAGE: there are folios that the buddy allocator cannot make. */
  readonly gigantic: boolean;
  readonly hugetlb: boolean;
  readonly is64: boolean;
  /** log2 of the page size in bytes. */
  readonly pageBits: number;
  /** log2 of the pages of a section. */
  readonly sectionOrder: number;
  /** log2 of the pages that a PUD leaf maps. */
  readonly pudOrder: number;
  /** The largest order of the buddy allocator. */
  readonly maxPageOrder: number;
}

/** A largest order and the rule that gave it. */
export interface FolioLimit {
  readonly order: number;
  readonly rule: 'buddy' | 'section' | 'hugetlb' | 'pud';
}

/**
 * MAX_FOLIO_ORDER since `page + i` is promised to hold within a folio: what the configuration can make at most, and a
 * section where the memmap is one block a section. Source: include/linux/mm.h, 7.3.
 */
export const maxFolioOrder = (config: FolioConfig): FolioLimit => {
  if (!config.gigantic) return { order: config.maxPageOrder, rule: 'buddy' };
  if (config.model === 'sparse') return { order: config.sectionOrder, rule: 'section' };
  // 16 GiB pages exist on powerpc64 alone, but the limit is one for all 64-bit kernels.
  if (config.hugetlb) return { order: (config.is64 ? 34 : 30) - config.pageBits, rule: 'hugetlb' };
  return { order: config.pudOrder, rule: 'pud' };
};
