import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatExact } from '../../src/text.ts';
import { readPlace } from './place.ts';

const LIMIT = 2 ** 47 - 4096;
const read = (text: string) => readPlace(text, 4096, LIMIT);

describe('the address box', () => {
  it.each([
    ['0x7f42_540e_3000', { kind: 'point', at: 0x7f42_540e_3000 }],
    ['7f42540e3123', { kind: 'point', at: 0x7f42_540e_3123 }],
    [
      '7f42540e3000-7f42d40e3000',
      { kind: 'range', from: 0x7f42_540e_3000, to: 0x7f42_d40e_3000, rounded: false },
    ],
    ['0x1000 – 0x3000', { kind: 'range', from: 0x1000, to: 0x3000, rounded: false }],
    ['0x1001..0x2fff', { kind: 'range', from: 0x1000, to: 0x3000, rounded: true }],
    [
      '0x7f42_5400_0000 + 2G',
      { kind: 'range', from: 0x7f42_5400_0000, to: 0x7f42_d400_0000, rounded: false },
    ],
    [
      '0x7f4254000000+512K+4K',
      { kind: 'range', from: 0x7f42_5400_0000, to: 0x7f42_5408_1000, rounded: false },
    ],
    ['1G', { kind: 'span', span: 2 ** 30 }],
    ['5', { kind: 'span', span: 4096 }],
    ['0-128T', { kind: 'range', from: 0, to: LIMIT, rounded: true }],
    ['0-0x7ffffffff000', { kind: 'range', from: 0, to: LIMIT, rounded: false }],
    ['2G-4K', { kind: 'span', span: 2 ** 31 - 4096 }],
    ['131072', { kind: 'span', span: 131_072 }],
    ['700000000000', { kind: 'point', at: 0x7000_0000_0000 }],
    ['128T', { kind: 'span', span: LIMIT }],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'nothing there'],
    ['nowhere', 'is not a number'],
    ['0x2000-0x1000', 'ends before it begins'],
    ['0x8000_0000_0000', 'beyond user space'],
    ['0xffff888000000000-0xffff888000001000', 'beyond user space'],
    ['0x1000000+0', 'shows nothing'],
    ['0x1000000+x', 'is not a number'],
    ['0', 'shows nothing'],
    ['-1', 'is no place'],
    ['x'.repeat(300), 'too long'],
  ])('refuses %s: %s', (text, reason) => {
    const answer = read(text);
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.reason).toContain(reason);
  });

  it('takes every range of pages exactly, in both notations', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 34), fc.integer({ min: 1, max: 2 ** 30 }), (first, count) => {
        const from = (first + 2 ** 12) * 4096;
        const to = from + count * 4096;
        const value = { kind: 'range', from, to, rounded: false };
        expect(read(`${formatAddress(from)}-${formatAddress(to)}`)).toEqual({ ok: true, value });
        expect(read(`${formatAddress(from)}+${formatExact(to - from)}`)).toEqual({ ok: true, value });
      }),
    );
  });

  it('answers any text with a place or a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0x9aF_-+.KGT ') })), text => {
        const answer = read(text);
        if (answer.ok && answer.value.kind === 'range') {
          expect(answer.value.to).toBeGreaterThan(answer.value.from);
          expect(answer.value.to).toBeLessThanOrEqual(LIMIT);
        }
      }),
    );
  });
});
