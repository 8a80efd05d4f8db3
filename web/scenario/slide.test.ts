import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { mod } from '../../src/units.ts';
import { isSlid, snapped, withoutStart, withStart } from './slide.ts';

const PAGE = 4096;
const rail = { page: PAGE, low: 0x1_0000, high: 2 ** 46, pa: 0x38_8000_0000, sizes: [2 ** 30, 2 ** 21] };

/** Where a hand can be: about a boundary of either size, above and below the physical address, between pages too. */
const hands = fc
  .tuple(
    fc.constantFrom(...rail.sizes, PAGE),
    fc.integer({ min: -200, max: 100_000 }),
    fc.integer({ min: -600, max: 600 }),
    fc.double({ min: 0, max: PAGE, noNaN: true }),
  )
  .map(([size, k, pages, rest]) => rail.pa + k * size + pages * PAGE + rest);

test('a start is always a page on the rail, and no further from the hand than the slack or a page', () => {
  fc.assert(
    fc.property(hands, fc.double({ min: 0, max: 2 ** 29, noNaN: true }), (wanted, slack) => {
      const start = snapped(wanted, rail, slack);
      expect(start % PAGE).toBe(0);
      expect(start).toBeGreaterThanOrEqual(rail.low);
      expect(start).toBeLessThanOrEqual(rail.high);
      if (wanted > rail.low + PAGE && wanted < rail.high)
        expect(Math.abs(start - wanted)).toBeLessThanOrEqual(Math.max(slack, PAGE));
    }),
    { numRuns: 1000 },
  );
});

test('pages of 64 KiB hold where the physical address is none of them', () => {
  fc.assert(
    fc.property(hands, wanted => {
      const start = snapped(wanted, { ...rail, page: 65_536, pa: rail.pa + PAGE }, 2 ** 22);
      expect(start % 65_536).toBe(0);
    }),
  );
});

test('the largest size within reach holds the hand', () => {
  const congruent = 0x7f42_4000_0000;
  expect(snapped(congruent + 5 * PAGE, { ...rail, high: 2 ** 47 }, 2 ** 20)).toBe(congruent);
  expect(snapped(congruent + 2 ** 21 + PAGE, { ...rail, high: 2 ** 47 }, 2 ** 20)).toBe(congruent + 2 ** 21);
  // Nothing within reach: the page under the hand.
  const free = snapped(congruent + 2 ** 20 + 0.5, { ...rail, high: 2 ** 47 }, PAGE);
  expect(free).toBe(congruent + 2 ** 20);
  expect(mod(free - rail.pa, 2 ** 21)).not.toBe(0);
});

test('a slide is a MAP_FIXED request, and letting go leaves no trace of it', () => {
  const slid = withStart(0x7f42_4000_0000, false)(defaultScenario);
  expect(isSlid(slid)).toBe(true);
  expect(isSlid(defaultScenario)).toBe(false);
  expect(withoutStart(slid)).toEqual(defaultScenario);
  const qemu = { ...defaultScenario, machine: { ...defaultScenario.machine, policy: 'qemu' as const } };
  expect(withStart(0x1000_0000, true)(qemu).machine.policy).toBe('shipped');
});
