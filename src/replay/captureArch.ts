import type { Arch, ArchId } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { type Json, numberIn, stringIn } from './json.ts';

/**
 * The rows of the architecture table that a captured machine can be: `arch`, page size, and the width of its user
 * space. The width is left out of older files, and all their arm64 machines had 52 bits.
 */
const captureRows: readonly (readonly [arch: string, page: number, bits: number | undefined, id: ArchId])[] =
  [
    ['x86_64', 4096, 57, 'x86_64-5'],
    ['x86_64', 4096, undefined, 'x86_64-4'],
    ['arm64', 4096, 39, 'arm64-4k-39'],
    ['arm64', 4096, 48, 'arm64-4k-48'],
    ['arm64', 4096, undefined, 'arm64-4k-52'],
    ['arm64', 16_384, 47, 'arm64-16k-47'],
    ['arm64', 16_384, 48, 'arm64-16k-48'],
    ['arm64', 16_384, undefined, 'arm64-16k-52'],
    ['arm64', 65_536, 42, 'arm64-64k-42'],
    ['arm64', 65_536, 48, 'arm64-64k-48'],
    ['arm64', 65_536, undefined, 'arm64-64k-52'],
    ['riscv64', 4096, 38, 'riscv64-sv39'],
    ['riscv64', 4096, 39, 'riscv64-sv39'],
    ['riscv64', 4096, 56, 'riscv64-sv57'],
    ['riscv64', 4096, 57, 'riscv64-sv57'],
    ['riscv64', 4096, undefined, 'riscv64-sv48'],
    ['ppc64le', 4096, undefined, 'ppc64-radix-4k'],
    ['ppc64le', 65_536, undefined, 'ppc64-radix-64k'],
    ['s390x', 4096, undefined, 's390x'],
  ];

/** The architecture row a captured line ran on, or why there is none. Throws only what {@link reading} catches. */
export const captureArch = (row: Json): Arch | { readonly unsupported: string } => {
  const arch = stringIn(row, 'arch');
  const page = numberIn(row, 'page_size');
  const bits = row['va_bits'] ?? (row['variant'] === 'stock-la57' ? 57 : undefined);
  const found =
    captureRows.find(([a, p, b]) => a === arch && p === page && b === bits) ??
    captureRows.find(([a, p, b]) => a === arch && p === page && b === undefined);
  return found === undefined ? { unsupported: `architecture ${arch}, pages of ${page}` } : archOf(found[3]);
};
