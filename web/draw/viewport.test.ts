import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anchored,
  between,
  pageAt,
  panned,
  rangeOf,
  ticksOf,
  type Viewport,
  viewportOf,
  viewportScale,
  within,
  zoomed,
} from './viewport.ts';

const PAGE = 4096;
/** All of a 5-level user space, and as much below 0: offsets from a mapping at its top. */
const BOUNDS = { from: -(2 ** 56), to: 2 ** 56 };
const [X, W] = [24, 852];

const divides = (size: number, n: number): boolean => Number.isInteger(n / size);

/** A range at any octave, from one page to the whole of user space. */
const ranges = fc
  .tuple(
    fc.integer({ min: 0, max: 44 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([octave, where, more]) => {
    const span = Math.max(1, Math.floor(2 ** octave * (0.5 + more / 2))) * PAGE;
    const from = -(2 ** 56) + Math.floor((where * (2 ** 57 - span)) / PAGE) * PAGE;
    return { from, to: from + span };
  });

test('a typed range is exactly the shown range', () => {
  fc.assert(
    fc.property(ranges, range => {
      const v = viewportOf(range);
      expect(rangeOf(v)).toEqual(range);
      const scale = viewportScale(v, X, W);
      expect(scale.toPx(range.from)).toBe(X);
      expect(scale.toPx(range.to)).toBe(X + W);
    }),
  );
});

test('pixel to address and back to the pixel, at every octave', () => {
  fc.assert(
    fc.property(
      ranges,
      fc.double({ min: 0, max: PAGE, noNaN: true, maxExcluded: true }),
      fc.double({ min: X, max: X + W, noNaN: true }),
      (range, sub, px) => {
        const v: Viewport = { ...viewportOf(range), sub };
        const scale = viewportScale(v, X, W);
        const page = pageAt(v, X, W, px, PAGE);
        const pagePx = (PAGE / v.span) * W;
        // The page under a pixel begins at most one page to its left and ends to its right.
        expect(scale.toPx(page)).toBeLessThanOrEqual(px + 1e-6);
        expect(scale.toPx(page + PAGE)).toBeGreaterThan(px - 1e-6);
        // Its middle is the same page again: nothing was lost on the way.
        const middle = scale.toPx(page) + pagePx / 2;
        if (pagePx > 1e-6) expect(pageAt(v, X, W, middle, PAGE)).toBe(page);
      },
    ),
  );
});

test('neighbouring pages stand exactly one page apart, at any address', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 0, max: 1000 }), (range, n) => {
      const scale = viewportScale(viewportOf(range), X, W);
      const a = range.from + n * PAGE;
      const step = (PAGE / (range.to - range.from)) * W;
      expect(scale.toPx(a + PAGE) - scale.toPx(a)).toBeCloseTo(step, 6);
    }),
  );
});

test('zooming about a point keeps it in place, without drift over a hundred steps', () => {
  let longest = 0;
  fc.assert(
    fc.property(
      ranges,
      fc.double({ min: 0, max: 1, noNaN: true }),
      // Each way in or out has its way back near it, so that a hundred steps stay between the bounds.
      fc
        .array(fc.double({ min: 0.6, max: 1.6, noNaN: true }), { minLength: 1, maxLength: 50, size: 'max' })
        .map(fs => fs.flatMap(f => [f, (1 / f) * 0.999])),
      (range, at, factors) => {
        let v = viewportOf(range);
        // Where the anchor is, counted from the origin: the sum itself would not fit into a double.
        const anchor = v.sub + at * v.span;
        const from = v.origin;
        let steps = 0;
        for (const f of factors) {
          const next = zoomed(v, f, at, PAGE, BOUNDS);
          const start = next.origin + next.sub;
          // Where the bounds or the least span push, the anchor may move: up to there it must not.
          if (start <= BOUNDS.from || start + next.span >= BOUNDS.to || next.span <= PAGE) break;
          steps++;
          v = next;
        }
        const now = v.origin - from + v.sub + at * v.span;
        const px = ((now - anchor) / v.span) * W;
        expect(Math.abs(px)).toBeLessThan(0.01);
        longest = Math.max(longest, steps);
      },
    ),
    { numRuns: 1000 },
  );
  // The property was not spent on ranges that touch the bounds at once.
  expect(longest).toBeGreaterThan(30);
});

test('zoom and pan stay inside the bounds and above the least span', () => {
  fc.assert(
    fc.property(
      ranges,
      fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (range, factor, share) => {
        for (const v of [
          zoomed(viewportOf(range), factor, 0.3, PAGE, BOUNDS),
          panned(viewportOf(range), share, BOUNDS),
          anchored(viewportOf(range), range.from, share, BOUNDS),
          within({ origin: range.from * 4, sub: 5, span: (range.to - range.from) * 9 }, BOUNDS),
        ]) {
          expect(v.span).toBeGreaterThanOrEqual(PAGE);
          expect(v.span).toBeLessThanOrEqual(2 ** 57);
          expect(v.sub).toBeGreaterThanOrEqual(0);
          expect(v.sub).toBeLessThan(PAGE);
          expect(divides(PAGE, v.origin)).toBe(true);
          const { from, to } = rangeOf(v);
          expect(from).toBeGreaterThanOrEqual(BOUNDS.from);
          expect(to).toBeLessThanOrEqual(BOUNDS.to);
        }
      },
    ),
  );
});

test('what settles is the nearest pages, at least one, and zooming may put the anchor elsewhere', () => {
  expect(rangeOf({ origin: 8 * PAGE, sub: 100, span: 2 * PAGE + 300 })).toEqual({
    from: 8 * PAGE,
    to: 10 * PAGE,
  });
  expect(rangeOf({ origin: 8 * PAGE, sub: 4000, span: PAGE })).toEqual({ from: 9 * PAGE, to: 10 * PAGE });
  const v = zoomed(viewportOf({ from: 0, to: 2 ** 30 }), 0.5, 0.25, PAGE, BOUNDS, 0.5);
  expect(v).toEqual(viewportOf({ from: 0, to: 2 ** 29 }));
});

test('the way between two viewports begins and ends exactly, and the span never turns back', () => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      const [va, vb] = [viewportOf(a), viewportOf(b)];
      expect(between(va, vb, 0)).toEqual(va);
      expect(between(va, vb, 1)).toEqual(vb);
      let last = va.span;
      for (const t of [0.25, 0.5, 0.75]) {
        const v = between(va, vb, t);
        expect(v.span >= last === vb.span >= va.span || v.span === last).toBe(true);
        last = v.span;
        expect(v.sub).toBeGreaterThanOrEqual(0);
        expect(v.sub).toBeLessThan(PAGE);
      }
    }),
  );
});

test('ticks are multiples of powers of two in address space, and their labels keep apart', () => {
  const sizes = [PAGE, 65_536, 2 ** 21, 2 ** 25, 2 ** 30, 2 ** 39, 2 ** 48];
  fc.assert(
    fc.property(ranges, fc.integer({ min: 0, max: 2 ** 44 }), (range, basePage) => {
      const v = viewportOf(range);
      const base = basePage * PAGE;
      const ticks = ticksOf(v, W, base, sizes, 110);
      const px = (value: number): number => ((value - v.origin) / v.span) * W;
      const labels = ticks.filter(t => t.labelled).map(t => px(t.value));
      for (const [i, t] of ticks.entries()) {
        expect(divides(t.size, base + t.value)).toBe(true);
        expect(Math.log2(t.size) % 1).toBe(0);
        const next = ticks[i + 1];
        if (next) expect(px(next.value) - px(t.value)).toBeGreaterThanOrEqual(6.9);
      }
      for (const [i, at] of labels.entries())
        if (i > 0) expect(at - (labels[i - 1] ?? 0)).toBeGreaterThanOrEqual(110);
    }),
  );
});

test('the whole of user space has ticks of 32 TiB, one page has its two ends', () => {
  const sizes = [PAGE, 2 ** 21, 2 ** 30, 2 ** 39];
  const whole = ticksOf(viewportOf({ from: 0, to: 2 ** 47 }), W, 0, sizes, 110);
  expect(whole.filter(t => t.labelled).map(t => t.value / 2 ** 40)).toEqual([0, 32, 64, 96, 128]);
  const page = ticksOf(viewportOf({ from: 0, to: PAGE }), W, 0x7f42_540e_3000, sizes, 110);
  expect(page.map(t => t.value)).toEqual([0, PAGE]);
});
