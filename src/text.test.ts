import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatCount, formatExact, formatSize, readBytes } from './text.ts';
import { GiB, KiB, MiB, TiB } from './units.ts';

/** Every page multiple below 2^64, small ones and ones near a power of two more often. */
const pages = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }),
  fc.nat(5_000_000).map(BigInt),
  fc
    .tuple(fc.nat(51), fc.integer({ min: -3, max: 3 }))
    .map(([power, n]) => 2n ** BigInt(power) + BigInt(n))
    .filter(n => n >= 0n && n < 2n ** 52n),
);
const multiples = pages.map(n => Number(n * 4096n));
const integers = fc.oneof(fc.maxSafeNat(), fc.nat(100_000));

const value = (text: string): number | string => {
  const read = readBytes(text);
  return read.ok ? read.value : read.reason;
};

describe('readBytes()', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['4,096', 4096],
    ['4_096', 4096],
    ['2G', 2 * GiB],
    ['2g', 2 * GiB],
    ['2GiB', 2 * GiB],
    ['2 GiB', 2 * GiB],
    ['2GB', 2 * GiB],
    ['1.5M', 1.5 * MiB],
    ['0.5K', 512],
    ['512K+4K', 516 * KiB],
    ['2G-4K', 2 * GiB - 4096],
    ['2G\u22124K', 2 * GiB - 4096],
    [' 2G - 4K ', 2 * GiB - 4096],
    ['4K-2G+2G', 4096],
    ['0x38_8000_0000', 0x38_8000_0000],
    ['0X1000', 4096],
    ['0x10K', 16 * KiB],
    ['1T', TiB],
    ['1P', 1024 * TiB],
    ['0xfffffffffffff000', 2 ** 64 - 4096],
    ['16384P-4K', 2 ** 64 - 4096],
    ['100B', 100],
  ])('%s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['', 'nothing there'],
    ['   ', 'nothing there'],
    ['-1', 'is not a number'],
    ['2G-', 'is not a number'],
    ['+', 'is not a number'],
    ['abc', 'is not a number'],
    ['1e9', 'is not a number'],
    ['NaN', 'is not a number'],
    ['0x', 'is not a number'],
    ['0x_', '0x needs digits'],
    ['0x12zz', '“zz” after “0x12” is not a number or a unit'],
    ['2G+3 foo', '“foo” after “3” is not'],
    ['0.3B', 'not a whole number of bytes'],
    ['1.0001K', 'not a whole number of bytes'],
    ['4K-2G', '“4K-2G” is below 0'],
    ['0x10000000000000000', 'does not fit in 64 bits'],
    ['16384P', 'does not fit in 64 bits'],
    ['0xffffffffffffffff', 'only multiples of a page'],
    ['9'.repeat(300), 'too long'],
  ])('%s is refused', (text, reason) => {
    expect(value(text)).toContain(reason);
  });

  it('never throws, and gives exact numbers in range only', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789abxXGKMT+-_., '), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), digits), text => {
        const read = readBytes(text);
        if (!read.ok) expect(read.reason).not.toBe('');
        else {
          expect(Number.isInteger(read.value)).toBe(true);
          expect(read.value).toBeGreaterThanOrEqual(0);
          expect(read.value).toBeLessThan(2 ** 64);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('formatExact()', () => {
  it.each([
    [0, '0'],
    [4096, '4K'],
    [2 * GiB, '2G'],
    [2 * GiB - 4096, '2G-4K'],
    [516 * KiB, '516K'],
    [1.5 * MiB, '1M+512K'],
    [100, '100'],
    // Every term after the minus is taken off.
    [3_116_470_272, '3G-99M-924K'],
  ])('%d', (n, expected) => {
    expect(formatExact(n)).toBe(expected);
    expect(readBytes(expected)).toEqual({ ok: true, value: n });
  });

  it('is read back as the same number: any page multiple below 2^64, any integer below 2^53', () => {
    fc.assert(
      fc.property(fc.oneof(multiples, integers), n => {
        expect(readBytes(formatExact(n))).toEqual({ ok: true, value: n });
      }),
      { numRuns: 5000 },
    );
  });

  it('needs no escape in a link', () => {
    fc.assert(
      fc.property(multiples, n => {
        expect(formatExact(n)).toMatch(/^[0-9A-Za-z_+-]+$/);
      }),
    );
  });
});

describe('formatAddress()', () => {
  it.each([
    [0, '0x0'],
    [0x1000, '0x1000'],
    [0x1_0000, '0x1_0000'],
    [0x7ffe_6cc5_4000, '0x7ffe_6cc5_4000'],
    [2 ** 64 - 4096, '0xffff_ffff_ffff_f000'],
  ])('%d', (n, expected) => {
    expect(formatAddress(n)).toBe(expected);
  });

  it('is read back as the same number', () => {
    fc.assert(
      fc.property(fc.oneof(multiples, integers), n => {
        expect(readBytes(formatAddress(n))).toEqual({ ok: true, value: n });
      }),
    );
  });
});

describe('formatSize()', () => {
  it.each([
    [0, '0'],
    [1, '1 B'],
    [1000, '1,000 B'],
    [1024, '1 KiB'],
    [1023 * KiB, '1,023 KiB'],
    [2044 * KiB, '2,044 KiB'],
    [2048 * KiB, '2 MiB'],
    [0x2cc5_4000, '716.33 MiB'],
    [0x1df_d000, '29.99 MiB'],
    [0x1a_e000, '1.68 MiB'],
    [392 * KiB, '392 KiB'],
    [336 * KiB, '336 KiB'],
    [0x7ffe_ecc5_4000 - 0x5555_5a36_e000, '42.66 TiB'],
    [GiB - 4096, '1 GiB − 4 KiB'],
    [2 * GiB + 4096, '2 GiB + 4 KiB'],
    [127 * 2 ** 40 - 4096, '127 TiB − 4 KiB'],
    // The sign of a sum goes for all of what is taken away.
    [4_498_096_571_673_478, '4 PiB − 5 TiB − 5.12 GiB'],
    [GiB + 2 * MiB, '1,026 MiB'],
    [2 * GiB, '2 GiB'],
    [1.5 * GiB, '1.5 GiB'],
    [2 ** 57, '128 PiB'],
    [2 ** 62, '4 EiB'],
  ])('%d is %s', (n, expected) => {
    expect(formatSize(n)).toBe(expected);
  });

  it('has at most two decimals, and a whole number only where it is exact', () => {
    fc.assert(
      fc.property(
        fc.oneof(multiples, integers).filter(n => n > 0),
        n => {
          const terms = formatSize(n).split(/ (?=[+−])/);
          let sum = 0;
          let slack = 0;
          for (const [k, term] of terms.entries()) {
            const m = /^([+−] )?([0-9,]+(?:\.\d{1,2})?) ([KMGTPE]?i?B)$/.exec(term);
            expect(m, term).not.toBeNull();
            const [, sign = '', figure = '', unit = ''] = m ?? [];
            expect(sign === '').toBe(k === 0);
            const scale = 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'].indexOf(unit);
            sum += Number(figure.replaceAll(',', '')) * scale * (sign.startsWith('−') ? -1 : 1);
            if (figure.includes('.')) slack = scale * 0.00501;
          }
          expect(terms.length).toBeLessThanOrEqual(3);
          // Doubles near 2^63 cannot add single bytes.
          expect(Math.abs(sum - n)).toBeLessThanOrEqual(Math.max(slack, n * 2 ** -52));
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe('formatCount()', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [524_288, '524,288'],
    [1_234_567, '1,234,567'],
    [1234.5, '1,234.5'],
    [2 ** 53, '9,007,199,254,740,992'],
  ])('%d is %s', (n, expected) => {
    expect(formatCount(n)).toBe(expected);
  });
});
