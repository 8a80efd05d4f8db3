import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { hostileText } from '../../scripts/anyScenario.ts';
import { MAP } from '../placement/flags.ts';
import { cFlags, cHex, cString, inComment, linkInComment } from './cText.ts';

// Properties take as long as a busy machine needs.
vi.setConfig({ testTimeout: 60_000 });

describe('text in a comment', () => {
  it.each([inComment, linkInComment])('%o stays on one line of printable ASCII and ends no comment', make => {
    fc.assert(
      fc.property(hostileText, text => {
        const made = make(text);
        expect(made).toMatch(/^[\x20-\x7e]*$/);
        expect(made).not.toMatch(/\*\/|\/\*|\\|\?\?/);
        // Nor at the seam to what stands around it.
        expect(` * ${made}\n */`).not.toMatch(/\*\/(?!$)/);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps ordinary words and links as they are', () => {
    expect(inComment('2 GiB − 4 KiB')).toBe('2 GiB - 4 KiB');
    const link = "https://example.org/a/?b=1#1&k=7.3&hint=0x7f42_4000_0000&v=-2M..6M!~'()";
    expect(linkInComment(link)).toBe(link);
    expect(linkInComment('x#1&a=*/b')).toBe('x#1&a=%2A/b');
    expect(linkInComment('x'.repeat(2001))).toContain('2001 characters, left out');
  });
});

describe('C literals', () => {
  it('a string holds nothing that ends it', () => {
    fc.assert(
      fc.property(hostileText, text => {
        expect(cString(text)).toMatch(/^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]|"")*"$/);
        expect(cString(text)).not.toContain('??');
      }),
      { numRuns: 1000 },
    );
  });

  it('numbers are exact beyond 32 and 53 bits', () => {
    expect(cHex(0)).toBe('0x0ULL');
    expect(cHex(2 ** 56 + 4096)).toBe('0x100000000001000ULL');
  });

  it.each([
    [MAP.SHARED, 'MAP_SHARED'],
    [MAP.SHARED | MAP.FIXED, 'MAP_SHARED | MAP_FIXED'],
    [MAP.SHARED_VALIDATE, 'MAP_SHARED_VALIDATE'],
    [0x8001, 'MAP_SHARED | (int)0x8000U'],
    [0xf000_0002, 'MAP_PRIVATE | (int)0xf0000000U'],
    [0, '0'],
  ])('flags %i are %s', (flags, text) => {
    expect(cFlags(flags).text).toBe(text);
  });
});
