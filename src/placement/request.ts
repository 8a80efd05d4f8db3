import type { Bytes, Pa, Word } from '../units.ts';
import type { ShmemSetting } from './shmem.ts';

/** What can be mapped. The names of the kinds are those of the capture format. */
export const fileKinds = [
  /** a vfio-pci device file */
  'vfio',
  /** anonymous memory; MAP_SHARED or MAP_PRIVATE decides which */
  'anon',
  /** anonymous memory of huge pages (MAP_HUGETLB) */
  'anonHugetlb',
  'memfd',
  /** a file of huge pages: hugetlbfs or memfd with MFD_HUGETLB */
  'hugetlbFile',
  'tmpfsHugeNever',
  'tmpfsHugeAlways',
  /** a file whose file system has the THP helper as hook: ext4, xfs, btrfs, ... */
  'hookedFile',
  /** ramfs: a hook that places plainly */
  'ramfs',
  'devZero',
  /** /dev/mem: a character device without hook */
  'devMem',
] as const;

/** One of {@link fileKinds}. */
export type FileKind = (typeof fileKinds)[number];

/** A device region behind a VFIO request. */
export interface VfioRegion {
  readonly phys: Pa;
  readonly size: Bytes;
  /** vfio-pci lets user space map it (bar_mmap_supported). */
  readonly mappable: boolean;
}

/** One call of mmap(), as the arguments arrive. */
export interface MmapRequest {
  readonly file: FileKind;
  readonly hint: Word;
  readonly length: Word;
  /** Byte offset in the file. For VFIO the region index sits at bit 40. */
  readonly offset: Word;
  readonly prot: number;
  readonly flags: number;
  /** The BAR that a VFIO offset names; undefined where the device has none at this index. */
  readonly region: VfioRegion | undefined;
  /** Size of a huge page for the hugetlb kinds. */
  readonly hugePage: Bytes;
  readonly shmemEnabled: ShmemSetting;
  /** map_shadow_stack(): the new mapping is a shadow stack. */
  readonly shadowStack: boolean;
}

/** What the process may do; undefined fields do not limit. */
export interface Limits {
  /** vm.max_map_count. */
  readonly maxMapCount: number;
  /**
   * The sysctl vm.mmap_min_addr; below it a caller without CAP_SYS_RAWIO gets EPERM. undefined: what the
   * architecture row says, as distributions set both alike.
   */
  readonly sysctlMinAddr: number | undefined;
  readonly rawIo: boolean;
  /** RAM and swap in bytes: what the heuristic overcommit mode grants to one request. */
  readonly ram: Bytes | undefined;
  /** Bytes that may still be locked (MAP_LOCKED); 0 with a limit of 0. */
  readonly lockable: Bytes | undefined;
  /** Bytes of address space left under RLIMIT_AS. */
  readonly addressSpaceLeft: Bytes | undefined;
  /** The kernel lets /dev/mem map anything at all. */
  readonly devMem: boolean;
  /** Bits of physical address of the CPU, for /dev/mem. */
  readonly physBits: number;
}

/** The limits of an ordinary process on an ordinary machine. */
export const ordinaryLimits: Limits = {
  maxMapCount: 65_530,
  sysctlMinAddr: undefined,
  rawIo: false,
  ram: undefined,
  lockable: undefined,
  addressSpaceLeft: undefined,
  devMem: true,
  physBits: 46,
};
