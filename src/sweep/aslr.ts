import type { Arch } from '../arch/arch.ts';
import { KiB } from '../units.ts';

/** How many bits of page number a random mmap_base has. */
export interface RandomBits {
  /** As the kernel is configured where nobody chose: ARCH_MMAP_RND_BITS_MIN. */
  readonly usual: number;
  /** The most that vm.mmap_rnd_bits can be set to. */
  readonly most: number;
  readonly source: string;
}

/** arm64: the most follows from the address bits and the page. */
const arm64Most = (bits: number, page: number): number | undefined => {
  switch (bits) {
    case 39:
      return 24;
    case 42:
      return 27;
    case 47:
      return 30;
    case 48:
      return page === 64 * KiB ? 29 : page === 16 * KiB ? 31 : 33;
    default:
      return undefined;
  }
};

/**
 * Bits of vm.mmap_rnd_bits on an architecture; undefined where the architecture draws otherwise and nothing was read.
 *
 * Source: ARCH_MMAP_RND_BITS_MIN and _MAX in arch/{x86,arm64,riscv,powerpc}/Kconfig, 6.12; arch/Kconfig takes the
 * least where nobody chooses, some distributions the most.
 */
export const randomBits = (arch: Arch): RandomBits | undefined => {
  const source = `arch/${arch.family}/Kconfig`;
  const { page } = arch;
  switch (arch.family) {
    case 'x86':
      return arch.taskSize > 2 ** 40 ? { usual: 28, most: 32, source } : { usual: 8, most: 16, source };
    case 'arm64': {
      const usual = page === 64 * KiB ? 14 : page === 16 * KiB ? 16 : 18;
      return { usual, most: arm64Most(Math.round(Math.log2(arch.taskSize)), page) ?? usual, source };
    }
    case 'riscv':
      return { usual: 18, most: 24, source };
    case 'powerpc':
      return page === 64 * KiB ? { usual: 14, most: 29, source } : { usual: 18, most: 33, source };
    case 's390':
    case 'loongarch':
    case 'sparc':
    case 'mips':
    case 'arm':
      return undefined;
  }
};

/** Bytes over which a random mmap_base is spread, as kernels are usually configured; 1 GiB where nothing was read. */
export const randomRange = (arch: Arch): number => arch.page * 2 ** (randomBits(arch)?.usual ?? 18);
