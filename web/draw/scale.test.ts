import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedScale, linearScale, type Segment } from './scale.ts';

const PAGE = 4096;

test('a linear axis gives back the page it was given, from the whole address space to one page', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 44 - 1 }),
      fc.integer({ min: 0, max: 44 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (page, octave, where) => {
        const span = 2 ** octave * PAGE;
        const start = page * PAGE;
        const scale = linearScale(start, span, 24, 852);
        const address = start + Math.floor((where * span) / PAGE) * PAGE;
        // Half a page of room: the error of two divisions is far below it at any octave.
        expect(Math.abs(scale.toValue(scale.toPx(address)) - address)).toBeLessThan(
          Math.max(PAGE / 2, span * 1e-12),
        );
        expect(scale.toPx(start)).toBe(24);
        expect(scale.toPx(start + span)).toBe(876);
      },
    ),
  );
});

const segments: readonly Segment[] = [
  { from: 0, to: 1000, x: 10, w: 30 },
  { from: 1000, to: 2 ** 40, x: 40, w: 50 },
  { from: 2 ** 40, to: 2 ** 40 + PAGE, x: 90, w: 100 },
];

test('a folded axis keeps order and meets at its seams', () => {
  const scale = foldedScale(segments);
  expect(scale.toPx(0)).toBe(10);
  expect(scale.toPx(1000)).toBe(40);
  expect(scale.toPx(2 ** 40)).toBe(90);
  expect(scale.toPx(2 ** 40 + PAGE)).toBe(190);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 + PAGE }),
      fc.integer({ min: 0, max: 2 ** 40 + PAGE }),
      (a, b) => {
        const [lo, hi] = a < b ? [a, b] : [b, a];
        expect(scale.toPx(lo)).toBeLessThanOrEqual(scale.toPx(hi));
      },
    ),
  );
  fc.assert(
    fc.property(fc.double({ min: 10, max: 190, noNaN: true }), px => {
      expect(scale.toPx(scale.toValue(px))).toBeCloseTo(px, 4);
    }),
  );
});

test('values outside a folded axis stay at its ends', () => {
  const scale = foldedScale(segments);
  expect(scale.toPx(-5)).toBe(10);
  expect(scale.toPx(2 ** 50)).toBe(190);
  expect(scale.toValue(-100)).toBe(0);
  expect(scale.toValue(1000)).toBe(2 ** 40 + PAGE);
});
