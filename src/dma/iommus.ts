import type { Family } from '../arch/arch.ts';
import { GiB, KiB, MiB, TiB } from '../units.ts';
import type { IommuId } from './ids.ts';

/** A range of IOVAs that no program may map, half-open. */
export interface Reserved {
  readonly from: number;
  readonly to: number;
  /** What it is for. */
  readonly what: string;
}

/** A page-table format of an IOMMU, as a row of data. */
export interface Iommu {
  readonly id: IommuId;
  readonly label: string;
  /** The CPUs it comes with. */
  readonly family: Family;
  /** The pgsize_bitmap that its driver gives out, ascending: bytes that one entry may cover. */
  readonly sizes: readonly number[];
  /** log2 of the bytes that one entry of a level covers, from the lowest up; the last one is the root's. */
  readonly shifts: readonly number[];
  /** Bytes of a table of each level. */
  readonly tableBytes: readonly number[];
  /** The table begins with so many levels and grows upwards with the IOVAs in use; undefined: it has all at once. */
  readonly grows?: number;
  /** IOVAs are below 2 to this. */
  readonly width: number;
  readonly reserved: readonly Reserved[];
  /** The sizes that depend on what a machine has, in words; undefined: none do. */
  readonly depends?: string;
  readonly note: string;
  /** Where its sizes were read. */
  readonly source: string;
}

const powers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));

const KIB4 = 4 * KiB;
const nine = [12, 21, 30, 39] as const;
const pages4k = [KIB4, KIB4, KIB4, KIB4] as const;

/** Writes to it are interrupts. Source: MSI_RANGE_START, drivers/iommu/amd/; IOAPIC_RANGE_START, drivers/iommu/intel/iommu.c. */
const msi: Reserved = { from: 0xfee0_0000, to: 0xfef0_0000, what: 'the interrupt window' };
/** Source: HT_RANGE_START, drivers/iommu/amd/amd_iommu_types.h. */
const ht: Reserved = { from: 0xfd_0000_0000, to: 0x100_0000_0000, what: 'the HyperTransport range' };
/** Source: MSI_IOVA_BASE, drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c. */
const swMsi: Reserved = { from: 0x800_0000, to: 0x810_0000, what: 'the interrupt window' };

/**
 * The formats. Their sizes are those the drivers give out on hardware that has all of them; a person may take some
 * away.
 */
export const iommus: readonly Iommu[] = [
  {
    id: 'vtd2',
    label: 'Intel VT-d, second stage',
    family: 'x86',
    sizes: [KIB4, 2 * MiB, GiB],
    shifts: nine,
    tableBytes: pages4k,
    width: 48,
    reserved: [msi],
    depends: '2 MiB and 1 GiB are there where every unit has the capability bit (SLLPS)',
    note: 'What type1 uses on Intel.',
    source: 'vtdss_pt_can_have_leaf(), drivers/iommu/generic_pt/fmt/vtdss.h; drivers/iommu/intel/iommu.c',
  },
  {
    id: 'vtd1',
    label: 'Intel VT-d, first stage',
    family: 'x86',
    sizes: [KIB4, 2 * MiB, GiB],
    shifts: nine,
    tableBytes: pages4k,
    width: 47,
    reserved: [msi],
    depends: '1 GiB is there where every unit has FL1GP',
    note: 'The format of x86-64 itself.',
    source: 'drivers/iommu/intel/iommu.c; drivers/iommu/generic_pt/fmt/x86_64.h',
  },
  {
    id: 'amd1',
    label: 'AMD, v1 table',
    family: 'x86',
    sizes: powers(12, 51).filter(size => size !== 512 * GiB),
    shifts: [12, 21, 30, 39, 48],
    tableBytes: [KIB4, KIB4, KIB4, KIB4, KIB4],
    grows: 3,
    width: 57,
    reserved: [msi, ht],
    note: 'Every power of two but 512 GiB, left out for a hardware bug. A size between two levels is one leaf in up to 256 equal entries.',
    source: 'amdv1pt_possible_sizes(), drivers/iommu/generic_pt/fmt/amdv1.h; AMD_IOMMU_PGSIZES',
  },
  {
    id: 'amd2',
    label: 'AMD, v2 table',
    family: 'x86',
    sizes: [KIB4, 2 * MiB, GiB],
    shifts: nine,
    tableBytes: pages4k,
    width: 47,
    reserved: [msi, ht],
    note: 'The format of x86-64 itself.',
    source: 'AMD_IOMMU_PGSIZES_V2, drivers/iommu/amd/amd_iommu_types.h',
  },
  {
    id: 'smmu4k',
    label: 'Arm SMMUv3, 4 KiB granule',
    family: 'arm64',
    sizes: [KIB4, 2 * MiB, GiB],
    shifts: nine,
    tableBytes: pages4k,
    width: 48,
    reserved: [swMsi],
    note: 'The granule is that of the CPU’s pages where the SMMU has it. The contiguous hint is not used.',
    source: 'arm_lpae_restrict_pgsizes(), drivers/iommu/io-pgtable-arm.c',
  },
  {
    id: 'smmu16k',
    label: 'Arm SMMUv3, 16 KiB granule',
    family: 'arm64',
    sizes: [16 * KiB, 32 * MiB],
    shifts: [14, 25, 36, 47],
    tableBytes: [16 * KiB, 16 * KiB, 16 * KiB, 16 * KiB],
    width: 48,
    reserved: [swMsi],
    note: '2,048 entries a table. The contiguous hint is not used.',
    source: 'arm_lpae_restrict_pgsizes(), drivers/iommu/io-pgtable-arm.c',
  },
  {
    id: 'smmu64k',
    label: 'Arm SMMUv3, 64 KiB granule',
    family: 'arm64',
    sizes: [64 * KiB, 512 * MiB],
    shifts: [16, 29, 42],
    tableBytes: [64 * KiB, 64 * KiB, 64 * KiB],
    width: 48,
    reserved: [swMsi],
    depends: '4 TiB is there too where the SMMU puts out more than 48 bits',
    note: '8,192 entries a table. The contiguous hint is not used.',
    source: 'arm_lpae_restrict_pgsizes(), drivers/iommu/io-pgtable-arm.c',
  },
  {
    id: 'riscv',
    label: 'RISC-V IOMMU, Sv48',
    family: 'riscv',
    sizes: [KIB4, 2 * MiB, GiB, 512 * GiB],
    shifts: nine,
    tableBytes: pages4k,
    width: 47,
    reserved: [],
    depends: '64 KiB is there too where the IOMMU and the kernel have Svnapot',
    note: 'A leaf may stand in any level.',
    source: 'riscvpt_can_have_leaf(), drivers/iommu/generic_pt/fmt/riscv.h; drivers/iommu/riscv/iommu.c',
  },
  {
    id: 's390',
    label: 's390 zPCI',
    family: 's390',
    sizes: [KIB4],
    shifts: [12, 20, 31],
    tableBytes: [2 * KiB, 16 * KiB, 16 * KiB],
    width: 42,
    reserved: [],
    note: 'No large pages: every 4 KiB has an entry.',
    source: 's390_domain_alloc_paging(), drivers/iommu/s390-iommu.c',
  },
];

/** The format of an id. */
export const iommuOf = (id: IommuId): Iommu => {
  const found = iommus.find(i => i.id === id);
  if (found === undefined) throw new Error(`no such IOMMU: ${id}`);
  return found;
};

/** Sizes beyond a driver's own that a person may add, ascending: those that some machine of the format has. */
export const moreSizes: Readonly<Partial<Record<IommuId, readonly number[]>>> = {
  smmu64k: [4 * TiB],
  riscv: [64 * KiB],
};

/**
 * The format that a machine's type1 uses unless told otherwise: Intel's second stage on x86, the SMMU with the
 * granule of the CPU's pages on arm64.
 */
export const usualIommu = (family: Family, page: number): IommuId => {
  switch (family) {
    case 'arm64':
      return page === 64 * KiB ? 'smmu64k' : page === 16 * KiB ? 'smmu16k' : 'smmu4k';
    case 'riscv':
      return 'riscv';
    case 's390':
      return 's390';
    case 'x86':
    case 'powerpc':
    case 'loongarch':
    case 'sparc':
    case 'mips':
    case 'arm':
      return 'vtd2';
  }
};
