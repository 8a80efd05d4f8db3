import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { U64 } from '../units.ts';
import {
  buildGapIndex,
  endOf,
  findVma,
  firstGapOf,
  type GapIndex,
  gapEnd,
  gapStart,
  guardStartOf,
  intersects,
  largestGap,
  lastGapOf,
  startOf,
  withExtra,
} from './gapIndex.ts';
import { testVma, vmasFromText } from './testing.ts';
import type { Vma } from './vma.ts';

const rule = { stackGuardGap: 256 * 4096, shadowStackGuard: 4096 };

/** Layouts of exactly `count` VMAs, from a seed: generating thousands of values one by one is slow. */
const layoutOf = (count: number, seed: number): readonly Vma[] => {
  let state = seed;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let at = 0;
  return Array.from({ length: count }, () => {
    // Mostly neighbours, some gaps, a rare wide one.
    const free = next(4) > 0 ? 0 : next(20) === 0 ? next(1_000_000) : next(40);
    const start = at + free * 4096;
    at = start + (1 + next(30)) * 4096;
    const k = next(12);
    return testVma(start, at, k === 0 ? 'growsDown' : k === 1 ? 'shadow' : 'plain');
  });
};

const counts = fc.oneof(
  fc.constantFrom(0, 1, 2, 14, 15, 16, 17, 254, 255, 256, 257, 4095, 4096, 5000),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 5000 }),
);

describe('the gap index', () => {
  it('finds what a walk over all gaps finds', () => {
    fc.assert(
      fc.property(
        counts,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(60)), { minLength: 20, maxLength: 20 }),
        (count, seed, asks) => {
          const vmas = layoutOf(count, seed);
          const index = buildGapIndex(vmas, rule);
          expect(index.count).toBe(count);
          const gaps = Array.from({ length: count + 1 }, (_, i) => gapEnd(index, i) - gapStart(index, i));
          const end = vmas.at(-1)?.end ?? 0;
          for (const [where, small] of asks) {
            const from = where % (count + 1);
            // Sizes that exist, a page more, small ones, and one that nothing holds.
            const held = gaps[(where * 7) % (count + 1)] ?? 0;
            for (const size of [held, held + 4096, small * 4096, 0, U64 + 4096]) {
              const down = gaps.findLastIndex((g, i) => i <= from && g >= size);
              const up = gaps.findIndex((g, i) => i >= from && g >= size);
              expect(lastGapOf(index, from, size)).toBe(down);
              expect(firstGapOf(index, from, size)).toBe(up);
            }
            const address = Math.floor(((where % 1000) / 999) * (end / 4096 + 2)) * 4096;
            const vma = vmas.findIndex(v => v.end > address);
            expect(findVma(index, address)).toBe(vma < 0 ? count : vma);
            const stop = address + (1 + small) * 4096;
            expect(intersects(index, address, stop)).toBe(vmas.some(v => v.start < stop && v.end > address));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has one gap more than VMAs, the last up to 2^64', () => {
    const index = buildGapIndex(vmasFromText('0x10000 4K .AAB.CC'), rule);
    expect(index.count).toBe(3);
    const gaps = [0, 1, 2, 3].map(i => [gapStart(index, i), gapEnd(index, i)]);
    expect(gaps).toEqual([
      [0, 0x1_1000],
      [0x1_3000, 0x1_3000],
      [0x1_4000, 0x1_5000],
      [0x1_7000, U64],
    ]);
    expect(lastGapOf(index, -1, 0)).toBe(-1);
    expect(firstGapOf(index, 4, 0)).toBe(-1);
  });

  it('keeps guards beside the gaps, floored at 0', () => {
    const index = buildGapIndex(vmasFromText('0x80000 4K g.s.A\n0x200000 4K g'), rule);
    expect([...index.guardStarts]).toEqual([0, 0x8_1000, 0x8_4000, 0x10_0000]);
    expect([...index.starts]).toEqual([0x8_0000, 0x8_2000, 0x8_4000, 0x20_0000]);
  });

  it('refuses lists that descend, overlap or hold empty VMAs', () => {
    for (const bad of [
      [testVma(0x2000, 0x3000), testVma(0x1000, 0x2000)],
      [testVma(0x1000, 0x3000), testVma(0x2000, 0x4000)],
      [testVma(0x1000, 0x1000)],
    ])
      expect(() => buildGapIndex(bad, rule)).toThrow('overlap or descend');
  });
});

describe('layouts drawn as text', () => {
  it('are VMAs', () => {
    const vmas = vmasFromText(`
      0x10000        4K  ..AABB..gg
      0x7ffe80000000 2M  A.s
    `);
    expect(vmas.map(v => [v.start, v.end, v.growsDown, v.shadowStack])).toEqual([
      [0x1_2000, 0x1_4000, false, false],
      [0x1_4000, 0x1_6000, false, false],
      [0x1_8000, 0x1_a000, true, false],
      [0x7ffe_8000_0000, 0x7ffe_8020_0000, false, false],
      [0x7ffe_8040_0000, 0x7ffe_8060_0000, false, true],
    ]);
    expect(() => vmasFromText('0x10001 4K A')).toThrow('not an address');
    expect(() => vmasFromText('0x10000 4 A')).toThrow('not a size');
  });
});

describe('the index of an edited list', () => {
  const clone = (vmas: readonly Vma[]): readonly Vma[] => vmas.map(v => ({ ...v }));

  it('is the index that the list would have by itself', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1000, max: 1300 }),
        fc.nat(),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        (seed, count, where, taken, put) => {
          const list = layoutOf(count, seed);
          const at = where % (count + 1);
          const low = list[at - 1]?.end ?? 0;
          const after = list.slice(at + taken);
          // New ones side by side in the room that the taken ones leave, as far as there is room.
          const high = after[0]?.start ?? low + 2 ** 30;
          const room = Math.min(put, Math.floor((high - low) / 4096));
          const fresh = Array.from({ length: room }, (_, i) =>
            testVma(low + i * 4096, low + (i + 1) * 4096, i === 1 ? 'growsDown' : 'plain'),
          );
          const edited = [...list.slice(0, at), ...fresh, ...after];
          buildGapIndex(list, rule);
          const got = buildGapIndex(edited, rule);
          expect(got).toEqual(buildGapIndex(clone(edited), rule));
          // Another rule makes other guards of the same VMAs.
          const other = { stackGuardGap: 4096, shadowStackGuard: 0 };
          expect(buildGapIndex(edited, other)).toEqual(buildGapIndex(clone(edited), other));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is built anew under another rule', () => {
    const vmas = layoutOf(2000, 5);
    const guardsUnder = (shadowStackGuard: number): readonly number[] => [
      ...buildGapIndex(vmas, { ...rule, shadowStackGuard }).guardStarts,
    ];
    const without = guardsUnder(0);
    const edited = buildGapIndex(vmas.slice(0, -1), rule);
    expect(guardsUnder(4096)).not.toEqual(without);
    expect([...edited.guardStarts]).toEqual(guardsUnder(4096).slice(0, -1));
  });

  it('still refuses a new VMA that overlaps', () => {
    const list = layoutOf(1200, 7);
    buildGapIndex(list, rule);
    const hit = list[600];
    if (hit === undefined) throw new Error('no VMA 600');
    const bad = [...list.slice(0, 600), { ...hit }, ...list.slice(600)];
    expect(() => buildGapIndex(bad, rule)).toThrow('index 601');
  });
});

describe('the index with one VMA more', () => {
  it('answers as the index that the list would have by itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 300 })),
        fc.nat(),
        fc.nat(),
        fc.nat(60),
        fc.nat(60),
        (count, seed, where, before, pages) => {
          const list = layoutOf(count, seed);
          const bare = buildGapIndex(list, rule);
          // Any gap that holds a page, the one after the last included.
          const gaps = Array.from({ length: count + 1 }, (_, i) => i).filter(
            i => gapEnd(bare, i) > gapStart(bare, i),
          );
          const gap = gaps[where % gaps.length] ?? count;
          const room = Math.min((gapEnd(bare, gap) - gapStart(bare, gap)) / 4096, 200);
          const start = gapStart(bare, gap) + (before % room) * 4096;
          const end = start + (1 + (pages % (room - (before % room)))) * 4096;
          const got = withExtra(bare, start, end);
          const vmas = [...list.slice(0, gap), testVma(start, end), ...list.slice(gap)];
          const want = buildGapIndex(vmas, rule);
          const sizes = [0, 4096, 8192, end - start, 40 * 4096, 2 ** 31, U64];
          const near = Array.from({ length: count + 2 }, (_, i) => gapStart(want, i)).flatMap(a =>
            [-4096, -1, 0, 4096].map(by => Math.max(0, a + by)),
          );
          const told = (index: GapIndex): unknown => [
            index.count,
            near.map(a => [findVma(index, a), intersects(index, a, a + 8192)]),
            Array.from({ length: count + 2 }, (_, i) => [
              startOf(index, i),
              endOf(index, i),
              guardStartOf(index, i),
              gapStart(index, i),
              gapEnd(index, i),
              sizes.map(size => [lastGapOf(index, i - 1, size), firstGapOf(index, i + 1, size)]),
            ]),
          ];
          expect(told(got)).toEqual(told(want));
          expect(largestGap(got, 0, 2 ** 47)).toEqual(largestGap(want, 0, 2 ** 47));
        },
      ),
      { numRuns: 150 },
    );
  });
});
