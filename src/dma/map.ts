import type { KernelVersion } from '../kernel/version.ts';
import type { LeafRun } from '../leaves/runs.ts';
import { mod } from '../units.ts';
import type { MemoryKind } from './ids.ts';
import type { Iommu } from './iommus.ts';
import { type BestIova, bestIova } from './iova.ts';
import { type IommuRun, iommuLeafCount, iommuLeaves } from './pgsize.ts';
import { type Pinning, pinFolios, pinPfnMap, pinRules } from './pin.ts';
import { type IommuTables, iommuTables } from './tables.ts';

/** The memory behind the virtual addresses. */
export type Backing =
  | {
      readonly kind: 'bar';
      readonly pa: number;
      /** The CPU's leaves after every page was touched in ascending order, and the faults that took. */
      readonly leaves: readonly LeafRun[];
      readonly faults: number;
    }
  | {
      readonly kind: Exclude<MemoryKind, 'bar'>;
      /** Bytes of one folio; they lie apart from each other, each at a multiple of its size. */
      readonly folio: number;
    };

/** One VFIO_IOMMU_MAP_DMA. Bytes. */
export interface DmaRequest {
  readonly version: KernelVersion;
  /** The CPU's base page. */
  readonly page: number;
  readonly va: number;
  readonly length: number;
  readonly iova: number;
  readonly backing: Backing;
  readonly iommu: Iommu;
  /** The sizes that may be used, ascending. */
  readonly sizes: readonly number[];
  /** The module option disable_hugepages. */
  readonly disabled: boolean;
}

/** Entries of one size. */
export interface SizeCount {
  readonly size: number;
  readonly count: number;
}

/** What one VFIO_IOMMU_MAP_DMA comes to. */
export interface DmaMapped {
  readonly ok: true;
  readonly pinning: Pinning;
  /** Page faults on the way, in a process that had touched nothing. */
  readonly faults: number;
  /** The entries, ascending in IOVA. Of ordinary memory, which lies everywhere, `pa` means nothing. */
  readonly runs: readonly IommuRun[];
  /** All entries by size, largest first. */
  readonly sizes: readonly SizeCount[];
  readonly leaves: number;
  readonly tables: IommuTables;
  /** undefined for ordinary memory, which lies everywhere. */
  readonly best: (BestIova & { readonly leaves: number }) | undefined;
}

/** Why the kernel refuses a call, and the errno it gives; a screen words it. */
export interface DmaRefused {
  readonly ok: false;
  readonly errno: 'EINVAL';
  readonly reason: 'sizes' | 'granule' | 'width' | 'reserved' | 'pa';
  /** The smallest size, the width in bits, or the start of the reserved range: what the reason is about. */
  readonly about: number;
}

const refused = (reason: DmaRefused['reason'], about: number): DmaRefused => ({
  ok: false,
  errno: 'EINVAL',
  reason,
  about,
});

/** Why a call is refused before anything is pinned, in the order of the kernel's checks; undefined: it is not. */
const refusalOf = (r: DmaRequest): DmaRefused | undefined => {
  const smallest = r.sizes[0];
  if (smallest === undefined) return refused('sizes', 0);
  // type1 pretends to have whole pages where the IOMMU has smaller ones.
  const granule = Math.max(smallest, r.page);
  if ([r.va, r.iova, r.length].some(n => mod(n, granule) !== 0)) return refused('granule', granule);
  if (r.iova + r.length > 2 ** r.iommu.width) return refused('width', r.iommu.width);
  const hit = r.iommu.reserved.find(x => r.iova < x.to && r.iova + r.length > x.from);
  if (hit) return refused('reserved', hit.from);
  // iommu_map() itself wants every piece it is given to be made of the smallest size.
  const piece = r.disabled ? r.page : r.backing.kind === 'bar' ? r.length : r.backing.folio;
  const at = r.backing.kind === 'bar' ? r.backing.pa : 0;
  return piece < smallest || mod(at, smallest) !== 0 ? refused('pa', smallest) : undefined;
};

const bySize = (runs: readonly IommuRun[]): readonly SizeCount[] => {
  const counts = new Map<number, number>();
  for (const { size, count } of runs) counts.set(size, (counts.get(size) ?? 0) + count);
  return [...counts].map(([size, count]) => ({ size, count })).sort((a, b) => b.size - a.size);
};

/**
 * The entries of folios one after the other in IOVA. A folio lies at a multiple of its size and no entry is longer, so
 * that physical address 0 stands for each, and its entries have one size: that which the IOVA allows. Only a last
 * folio that is mapped in part may have more.
 */
const folioRuns = (r: DmaRequest, piece: number): readonly IommuRun[] => {
  const wholes = Math.floor(r.length / piece);
  const done = wholes * piece;
  const first = wholes === 0 ? [] : iommuLeaves(r.sizes, r.iova, 0, piece);
  const tail = done === r.length ? [] : iommuLeaves(r.sizes, r.iova + done, 0, r.length - done);
  return [...first.map(run => ({ ...run, count: run.count * wholes })), ...tail];
};

/**
 * What type1 does with one VFIO_IOMMU_MAP_DMA in a domain that has nothing mapped yet. The CPU's leaves decide faults and
 * steps alone; the IOMMU's entries follow from IOVA, PA and length.
 * Source: vfio_dma_do_map(), vfio_pin_map_dma(), vfio_iommu_map(), drivers/vfio/vfio_iommu_type1.c, 6.12 and 7.3.
 */
export const mapDma = (r: DmaRequest): DmaMapped | DmaRefused => {
  const refusal = refusalOf(r);
  if (refusal) return refusal;
  const rules = pinRules(r.version, r.page, r.disabled);
  const pages = r.length / r.page;
  if (r.backing.kind === 'bar') {
    const { pa, leaves, faults } = r.backing;
    // A page an iommu_map() gives entries of no more than a page.
    const sizes = r.disabled ? r.sizes.filter(z => z <= r.page) : r.sizes;
    const runs = iommuLeaves(sizes, r.iova, pa, r.length);
    const best = bestIova(sizes, r.iova, pa, r.length);
    return {
      ok: true,
      pinning: pinPfnMap(rules, leaves, pages),
      faults,
      runs,
      sizes: bySize(runs),
      leaves: iommuLeafCount(runs),
      tables: iommuTables(r.iommu, runs),
      best: best && { ...best, leaves: iommuLeafCount(iommuLeaves(sizes, pa, pa, r.length)) },
    };
  }
  const { folio } = r.backing;
  const runs = folioRuns(r, r.disabled ? r.page : folio);
  return {
    ok: true,
    pinning: pinFolios(rules, pages, folio / r.page),
    faults: Math.ceil(r.length / folio),
    runs,
    sizes: bySize(runs),
    leaves: iommuLeafCount(runs),
    tables: iommuTables(r.iommu, runs),
    best: undefined,
  };
};
