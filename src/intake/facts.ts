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
  /** 0 for one page, 9 for 2 MiB of 4 KiB pages, 18 for 1 GiB. */
  readonly order: number;
  readonly bar: number | undefined;
  /** Offset in the BAR, in pages. */
  readonly pageOffset: number | undefined;
  /** Page frame, where the form tells. */
  readonly pfn: number | undefined;
  /** True where the driver installed a leaf of this order, false where it fell back. */
  readonly installed: boolean;
}

/** One mapping that the alignment test of VFIO reports on. */
export interface AlignmentResult {
  readonly line: number;
  readonly device: string | undefined;
  readonly bar: number | undefined;
  readonly size: Bytes | undefined;
  readonly va: Va | undefined;
  /** What the test itself says of it. */
  readonly passed: boolean | undefined;
}

/** What QEMU tells of a region of a device. */
export interface QemuRegion {
  readonly line: number;
  /** Name of the region as QEMU gives it, such as `0000:01:00.0 BAR 2`. */
  readonly name: string;
  readonly index: number | undefined;
  readonly size: Bytes | undefined;
  /** Areas that may be mapped, as offsets in the region; `end` is the first byte after. */
  readonly areas: readonly { readonly offset: Bytes; readonly end: Bytes; readonly line: number }[];
  /** Areas that were mapped: where QEMU tells of an address it is the guest's or the host's as its trace says. */
  readonly mmaps: readonly {
    readonly offset: Bytes | undefined;
    readonly start: number;
    readonly end: number;
    readonly line: number;
  }[];
}

/** A stretch of equal entries in a dump of page tables. */
export interface DumpedLeaves {
  readonly line: number;
  readonly start: Va;
  /** First byte after. */
  readonly end: Va;
  /** The level as it is printed: `pte`, `pmd`, `pud`, `PTE CON`, … */
  readonly level: string;
  /** Size of a leaf at that level where the dump tells or the level and page size give it. */
  readonly size: Bytes | undefined;
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
}
