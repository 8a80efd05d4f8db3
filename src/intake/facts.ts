import type { Bytes, Pa, Va } from '../units.ts';

/** A range of /proc/iomem. */
export interface IomemRange {
  readonly start: Pa;
  /** First byte after the range. */
  readonly end: Pa;
  readonly name: string;
  /** 0 at the left margin; each level is two blanks in. */
  readonly depth: number;
  readonly line: number;
}

/** What /proc/iomem shows. */
export interface Iomem {
  readonly ranges: readonly IomemRange[];
  /** Every address reads as zero: it was printed without CAP_SYS_ADMIN. */
  readonly zeroed: boolean;
}

/** One line of the tracepoint mmap:vm_unmapped_area. Numbers as the kernel prints them. */
export interface SearchTrace {
  readonly line: number;
  /** Task and pid, where the line tells. */
  readonly task: string | undefined;
  readonly pid: number | undefined;
  /** The address found; undefined where `err` is not 0. */
  readonly addr: Va | undefined;
  /** 0 or a negative errno. */
  readonly err: number;
  readonly totalVm: number;
  readonly topDown: boolean;
  readonly length: Bytes;
  readonly low: Va;
  readonly high: Va;
  readonly alignMask: number;
  readonly alignOffset: number;
}

/** One fault that vfio-pci tells of with its dynamic debug line, in either form. */
export interface HugeFault {
  readonly line: number;
  /** PCI address, as `fullAddress` writes it. */
  readonly device: string | undefined;
  /** Leaf asked for, in powers of two of the page: 0 for one page; with 4 KiB pages 9 for 2 MiB, 18 for 1 GiB. */
  readonly order: number;
  /** Undefined in the later form, which does not tell it. */
  readonly bar: number | undefined;
  /** Offset in the mapping, not in the BAR, in pages. Undefined in the later form. */
  readonly pageOffset: number | undefined;
  /** Page frame, where the form tells: the first of the leaf where one was installed. */
  readonly pfn: number | undefined;
  /** Address of the page that was touched; only the later form tells. */
  readonly va?: Va | undefined;
  /** True where the driver installed a leaf of this order; false where it fell back, or failed. */
  readonly installed: boolean;
  /** The vm_fault_t returned: 0x100 installed, 0x800 fell back to a smaller leaf, 0x2 SIGBUS, 0x1 no memory. */
  readonly returned?: number;
}

/** One mapping that the alignment test of VFIO reports on. */
export interface AlignmentResult {
  readonly line: number;
  readonly device: string | undefined;
  readonly bar: number | undefined;
  /** Length of the mapping. Undefined for a rule that passed, which speaks of many lengths. */
  readonly size: Bytes | undefined;
  /** Only a failure tells it. */
  readonly va: Va | undefined;
  /** What the test itself says of it; undefined where it skipped the BAR or the log ends before. */
  readonly passed: boolean | undefined;
  /** The whole BAR; from a random offset to its end; from its start, a random length. */
  readonly rule?: 'whole' | 'offset' | 'size';
  /** Offset in the BAR. Undefined for a rule that passed at many. */
  readonly offset?: Bytes | undefined;
  /** Alignment of the address as a power of two (21 for 2 MiB): the least seen where passed, else this one's. */
  readonly got?: number | undefined;
  /** The least that the test asks for, as a power of two. */
  readonly wanted?: number | undefined;
}

/** A part of a region, as offsets in the region. */
export interface RegionArea {
  readonly offset: Bytes;
  /** First byte after. */
  readonly end: Bytes;
  readonly line: number;
}

/** What QEMU tells of a region of a device. */
export interface QemuRegion {
  /** The first line that speaks of it. */
  readonly line: number;
  /** Name of the region as QEMU gives it, such as `0000:01:00.0 BAR 2`. */
  readonly name: string;
  /** PCI address, as `fullAddress` writes it; another name (of a mediated device) as it is. */
  readonly device?: string | undefined;
  /** Number of the region; 0 to 5 are the BARs of a PCI device. */
  readonly index: number | undefined;
  /** Undefined where vfio_region_setup is not in the log. */
  readonly size: Bytes | undefined;
  /** Areas that the device lets be mapped (sparse); none where it is the whole region. */
  readonly areas: readonly RegionArea[];
  /** Areas that QEMU mapped and has not unmapped since. Offsets only: QEMU traces no address. */
  readonly mmaps: readonly RegionArea[];
  /** Areas whose mmap() failed, with the errno (positive). Offsets in the region. */
  readonly failed?: readonly (RegionArea & { readonly errno: number })[];
}

/** A stretch of equal entries in a dump of page tables. Holes are not among them. */
export interface DumpedLeaves {
  readonly line: number;
  readonly start: Va;
  /** First byte after. */
  readonly end: Va;
  /** The level as it is printed: `pte`, `pmd`, `pud`, `PTE CON`, …; empty where the dump prints none. */
  readonly level: string;
  /** Size of one leaf, where the dump alone is proof of it. */
  readonly size: Bytes | undefined;
  /** Physical address of the first byte, where the dump tells: riscv and powerpc. */
  readonly pa?: Pa | undefined;
}

/** Single values that a machine prints or a person types beside the rest. Each with its line. */
export interface Figures {
  /** `uname -r`, `Linux version …`, or a bare version. */
  readonly kernel?: { readonly text: string; readonly line: number };
  /** `uname -m` or what goes with it. */
  readonly machine?: { readonly text: string; readonly line: number };
  /** Page faults counted over the mapping. */
  readonly faults?: { readonly count: number; readonly line: number };
  /** VmPTE of the process, in KiB. */
  readonly vmPte?: { readonly kib: number; readonly line: number };
  /** transparent_hugepage/enabled: the word in brackets. */
  readonly thp?: { readonly text: string; readonly line: number };
  /** `getconf PAGESIZE`, in bytes: 4096, 8192, 16384 or 65536. */
  readonly page?: { readonly size: number; readonly line: number };
}
