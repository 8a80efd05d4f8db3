/**
 * mmap() flags with their x86 numbers.
 * Source: include/uapi/linux/mman.h, include/uapi/asm-generic/mman*.h, arch/x86/include/uapi/asm/mman.h, 7.0.
 */
export const MAP = {
  SHARED: 0x01,
  PRIVATE: 0x02,
  SHARED_VALIDATE: 0x03,
  DROPPABLE: 0x08,
  TYPE: 0x0f,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  BIT32: 0x40,
  ABOVE4G: 0x80,
  GROWSDOWN: 0x0100,
  LOCKED: 0x2000,
  NORESERVE: 0x4000,
  HUGETLB: 0x4_0000,
  SYNC: 0x8_0000,
  FIXED_NOREPLACE: 0x10_0000,
  /** Where MAP_HUGETLB keeps log2 of the page size. */
  HUGE_SHIFT: 26,
} as const;

/** Protection bits. */
export const PROT = { READ: 1, WRITE: 2, EXEC: 4 } as const;

/**
 * The flags a plain MAP_SHARED mapping silently ignores when unknown to a file; MAP_SHARED_VALIDATE refuses any other.
 * MAP_32BIT and MAP_ABOVE4G are x86's: elsewhere their numbers are no flags at all, which 6.12 and 7.3 on arm64 showed.
 * Source: LEGACY_MAP_MASK, include/linux/mman.h, 6.12.
 */
export const legacyMapMask = (x86: boolean, above4g: boolean): number =>
  COMMON_MASK | (x86 ? MAP.BIT32 | (above4g ? MAP.ABOVE4G : 0) : 0);

const COMMON_MASK =
  0x01 | // shared
  0x02 | // private
  0x10 | // fixed
  0x20 | // anonymous
  0x100 | // growsdown
  0x800 | // denywrite
  0x1000 | // executable
  0x2000 | // locked
  0x4000 | // noreserve
  0x8000 | // populate
  0x1_0000 | // nonblock
  0x2_0000 | // stack
  0x4_0000 | // hugetlb
  (21 << 26) | // 2 MiB pages
  (30 << 26); // 1 GiB pages
