import { mod, type Word, word } from '../units.ts';
import type { Arch, LeafKind, TableName } from './arch.ts';

/** Some neighbouring bits of an address: from bit `from` up to, not including, bit `to`. Bit 0 is the lowest. */
export interface BitField {
  /** The level whose table the bits index; `offset` in the page; `above` what no level uses. */
  readonly name: TableName | 'offset' | 'above';
  readonly from: number;
  readonly to: number;
}

/** A leaf size as a place in an address: every bit below `bit` lies inside the leaf. */
export interface LeafBit {
  readonly kind: LeafKind;
  readonly bit: number;
}

/**
 * The fields of a virtual address as the page walk reads them, from the highest bits down to the offset in the page.
 * They touch, and cover every bit that the architecture's levels translate. Where `bits` is more than that, an
 * `above` field comes first: physical addresses may be wider than virtual ones.
 */
export const addressFields = (arch: Pick<Arch, 'levels'>, bits = 0): readonly BitField[] => {
  const levels = arch.levels.map(({ name, shift, entries }): BitField => {
    return { name, from: shift, to: shift + Math.log2(entries) };
  });
  const top = levels.at(-1)?.to ?? 0;
  const fields: BitField[] = [{ name: 'offset', from: 0, to: levels[0]?.from ?? 0 }, ...levels];
  if (bits > top) fields.push({ name: 'above', from: top, to: bits });
  return fields.reverse();
};

/**
 * The number in a field of an address. Exact for every address below 2^64, whose low 12 bits a {@link Word} keeps
 * apart because a double has no room for all 64.
 */
export const fieldValue = ({ base, rest }: Word, { from, to }: Pick<BitField, 'from' | 'to'>): number =>
  Math.floor(mod(base, 2 ** to) / 2 ** from) + Math.floor(mod(rest, 2 ** to) / 2 ** from);

/** The same address with another number in a field; `value` in [0, 2^width), anything beyond is cut off. */
export const withField = (address: Word, field: Pick<BitField, 'from' | 'to'>, value: number): Word => {
  const low = 2 ** field.from;
  const before = word(fieldValue(address, field) * low);
  const after = word(mod(Math.floor(value), 2 ** (field.to - field.from)) * low);
  return {
    base: address.base - before.base + after.base,
    rest: address.rest - before.rest + after.rest,
  };
};

/** Bit number `bit` of an address. */
export const bitAt = (address: Word, bit: number): 0 | 1 =>
  fieldValue(address, { from: bit, to: bit + 1 }) === 1 ? 1 : 0;

/** The same address with bit number `bit` turned over. */
export const flipBit = (address: Word, bit: number): Word =>
  withField(address, { from: bit, to: bit + 1 }, 1 - bitAt(address, bit));

/** The address `offset` bytes above a multiple of 4 KiB: exact where a sum of two doubles would round. */
export const wordAbove = (page: number, offset: number): Word => {
  const at = word(offset);
  return { base: page + at.base, rest: at.rest };
};

/**
 * In how many of the low bits two addresses agree: the largest n ≤ `bits` with a ≡ b (mod 2^n). Both are multiples
 * of 4 KiB, and so is their difference, which decides alone: the lowest bit that differs is its lowest bit.
 */
export const congruentBits = (a: number, b: number, bits: number): number => {
  const difference = Math.abs(a - b);
  let n = 0;
  while (n < bits && mod(difference, 2 ** (n + 1)) === 0) n++;
  return n;
};

/** How many bits a number takes: 0 for 0, 13 for 4096. Exact, where a logarithm rounds near powers of two. */
export const bitLength = (n: number): number => {
  let bits = 0;
  while (2 ** bits <= n) bits++;
  return bits;
};

/** The leaf sizes of an architecture as places in an address, runs marked contiguous included, small to large. */
export const leafBits = (arch: Pick<Arch, 'pfnLeaves' | 'contiguous'>): readonly LeafBit[] =>
  [...arch.pfnLeaves, ...arch.contiguous]
    .map(({ kind, size }) => ({ kind, bit: Math.log2(size) }))
    .sort((a, b) => a.bit - b.bit);
