/**
 * Bytes, addresses and alignment.
 *
 * Addresses and sizes are plain numbers of bytes under a brand. Inside the engine they are multiples of
 * 4 KiB, and a double holds every multiple of 4 KiB below 2^64 exactly, so `+`, `-` and the helpers below
 * are exact. The 32-bit operators (`&`, `|`, `<<`) are not used on them.
 */

declare const unit: unique symbol;

/** A number that carries its unit in the type only. */
export type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A virtual address in bytes. */
export type Va = Unit<'Va'>;
/** A physical address in bytes. */
export type Pa = Unit<'Pa'>;
/** A size or distance in bytes. */
export type Bytes = Unit<'Bytes'>;

/** Brands a number of bytes as a virtual address. */
export const va = (n: number): Va => n as Va;
/** Brands a number of bytes as a physical address. */
export const pa = (n: number): Pa => n as Pa;
/** Brands a number as a size in bytes. */
export const bytes = (n: number): Bytes => n as Bytes;

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;
/** 2^64: one past the largest address the engine can hold. */
export const U64 = 2 ** 64;

/** A power of two in its largest unit, for labels: `64 KiB`, `2 MiB`. */
export const formatPower = (n: number): string =>
  n >= GiB ? `${n / GiB} GiB` : n >= MiB ? `${n / MiB} MiB` : `${n / KiB} KiB`;

/**
 * Rounds `x` down to a multiple of `a`. `a` is a power of two; exact for every value a double holds exactly,
 * because dividing by a power of two only changes the exponent.
 */
export const alignDown = (x: number, a: number): number => Math.floor(x / a) * a;
/** Rounds `x` up to a multiple of `a`, a power of two. May reach 2^64: the caller checks where the kernel wraps. */
export const alignUp = (x: number, a: number): number => Math.ceil(x / a) * a;
/** `x` modulo `a`, a power of two, always in [0, a): the residue of the unsigned kernel arithmetic, also for negative `x`. */
export const mod = (x: number, a: number): number => x - Math.floor(x / a) * a;

/** The largest power of two that divides `x`, a non-negative exact number; Infinity for 0, which all divide. */
export const lowestBit = (x: number): number => {
  if (x === 0) return Number.POSITIVE_INFINITY;
  let bit = 1;
  while (mod(x, bit * 2) === 0) bit *= 2;
  return bit;
};

/** The largest power of two that is not above `x`; 1 for what is below. */
export const powerBelow = (x: number): number => {
  let power = 1;
  while (power * 2 <= x) power *= 2;
  return power;
};

/** The smallest power of two that is not below `x`; 1 for what is below. */
export const powerAbove = (x: number): number => {
  let power = 1;
  while (power < x) power *= 2;
  return power;
};

/**
 * A raw 64-bit system-call argument, split so that two doubles hold any value exactly: `base` is a multiple
 * of 4 KiB below 2^64, `rest` is 0..4095. Only the entry checks of mmap() see one.
 */
export interface Word {
  readonly base: number;
  readonly rest: number;
}

/** Splits an exact non-negative number into a {@link Word}. */
export const word = (n: number): Word => {
  const base = Math.floor(n / 4096) * 4096;
  return { base, rest: n - base };
};

/** Splits a BigInt in [0, 2^64) into a {@link Word}; higher bits are cut as a register would. */
export const wordOfBigInt = (n: bigint): Word => {
  const u = BigInt.asUintN(64, n);
  const rest = Number(u % 4096n);
  return { base: Number(u - BigInt(rest)), rest };
};

/** True when the word is 0. */
export const isZero = (w: Word): boolean => w.base === 0 && w.rest === 0;
