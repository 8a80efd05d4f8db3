import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mod, U64, type Word } from '../units.ts';
import {
  addressFields,
  bitAt,
  bitLength,
  congruentBits,
  fieldValue,
  flipBit,
  leafBits,
  withField,
  wordAbove,
} from './bitFields.ts';
import { archOf, archs } from './index.ts';

const big = ({ base, rest }: Word): bigint => BigInt(base) + BigInt(rest);
/** Any address of 64 bits, as the engine holds one. */
const address = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }), fc.nat(4095))
  .map(([page, rest]): Word => ({ base: Number(page) * 4096, rest }));
const anyArch = fc.constantFrom(...archs);

describe('the fields of an address', () => {
  it.each(archs.map(a => [a.id, a] as const))('%s: they touch, from bit 0 up', (_, arch) => {
    const fields = [...addressFields(arch)].reverse();
    let at = 0;
    for (const f of fields) {
      expect(f.from).toBe(at);
      expect(f.to).toBeGreaterThan(f.from);
      at = f.to;
    }
    expect(fields.map(f => f.name)).toEqual(['offset', ...arch.levels.map(l => l.name)]);
    expect(2 ** (fields[0]?.to ?? 0)).toBe(arch.page);
    expect(2 ** at).toBeGreaterThanOrEqual(arch.taskSize);
  });

  it('name what lies above every level, where there is more', () => {
    const lpae = archOf('arm-lpae');
    expect(addressFields(lpae, 38)[0]).toEqual({ name: 'above', from: 32, to: 38 });
    expect(addressFields(lpae, 32)[0]?.name).toBe('PGD');
  });

  it('an address is the sum of its fields, on every architecture', () => {
    fc.assert(
      fc.property(anyArch, address, (arch, a) => {
        let sum = 0n;
        for (const f of addressFields(arch, 64)) sum += BigInt(fieldValue(a, f)) * 2n ** BigInt(f.from);
        expect(sum).toBe(big(a));
      }),
    );
  });

  it('a field that is set reads back, and no other field moves', () => {
    fc.assert(
      fc.property(anyArch, address, fc.nat(), fc.nat(), (arch, a, which, wanted) => {
        const fields = addressFields(arch, 64);
        const field = fields[which % fields.length];
        if (field === undefined) throw new Error('no field');
        const value = mod(wanted, 2 ** (field.to - field.from));
        const set = withField(a, field, value);
        expect(fields.map(f => fieldValue(set, f))).toEqual(
          fields.map(f => (f === field ? value : fieldValue(a, f))),
        );
        expect(withField(set, field, fieldValue(a, field))).toEqual(a);
      }),
    );
  });

  it('a bit that is flipped changes the address by its weight, and back', () => {
    fc.assert(
      fc.property(address, fc.nat(63), (a, bit) => {
        const flipped = flipBit(a, bit);
        expect(big(flipped)).toBe(big(a) ^ (1n << BigInt(bit)));
        expect(bitAt(flipped, bit)).toBe(1 - bitAt(a, bit));
        expect(flipped.rest).toBeLessThan(4096);
        expect(flipBit(flipped, bit)).toEqual(a);
      }),
    );
  });
});

describe('the low bits that agree', () => {
  it('are as many as the largest power of two the addresses are congruent to', () => {
    fc.assert(
      fc.property(address, address, fc.integer({ min: 12, max: 57 }), (a, b, bits) => {
        const n = congruentBits(a.base, b.base, bits);
        expect(mod(a.base - b.base, 2 ** n)).toBe(0);
        if (n < bits) {
          expect(mod(a.base - b.base, 2 ** (n + 1))).not.toBe(0);
          expect(bitAt(a, n)).not.toBe(bitAt(b, n));
        }
        for (let bit = 12; bit < n; bit++) expect(bitAt(a, bit)).toBe(bitAt(b, bit));
      }),
    );
  });

  it('are all of them where nothing differs', () => {
    expect(congruentBits(0x7000, 0x7000, 48)).toBe(48);
    expect(congruentBits(0x7ffe_6cc5_4000, 0x38_8000_0000, 48)).toBe(14);
  });
});

it('an address above a page keeps its last bits at any height', () => {
  const top = wordAbove(2 ** 56 - 2 ** 16, 0xffff);
  expect(big(top)).toBe(2n ** 56n - 1n);
  expect(bitAt(top, 0)).toBe(1);
});

it('counts the bits of a number', () => {
  expect([0, 1, 4095, 4096, 2 ** 57 - 4096, U64].map(bitLength)).toEqual([0, 1, 12, 13, 57, 65]);
});

it('knows where the leaf sizes end', () => {
  const of = (id: Parameters<typeof archOf>[0]): string =>
    leafBits(archOf(id))
      .map(l => `${l.kind} ${l.bit}`)
      .join(', ');
  expect(of('x86_64-4')).toBe('pte 12, pmd 21, pud 30');
  expect(of('arm64-4k-48')).toBe('pte 12, contpte 16, pmd 21, contpmd 25, pud 30');
  expect(of('arm64-64k-48')).toBe('pte 16, contpte 21, pmd 29, contpmd 34');
});
