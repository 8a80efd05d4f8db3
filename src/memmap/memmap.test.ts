import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Count,
  type CounterId,
  calls,
  counterIds,
  counterOf,
  counters,
  countOn,
  judge,
  pageRangeContiguous,
  truth,
} from './counters.ts';
import { isPresent, type Layout, layoutProblem, pageOf, placed } from './layout.ts';
import { presets } from './presets.ts';
import { frames, searchDifference } from './search.ts';

const presetOf = (id: string) => {
  const found = presets.find(p => p.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('the worked examples', () => {
  // truth, V1, V2, V3, V3fixed, V4 = V5, J1, J2, J3
  it.each<readonly [string, readonly number[]]>([
    ['M1', [4, 4, 8, 1, 4, 4, 4, 4, 4]],
    ['M2', [8, 8, 8, 8, 4, 4, 8, 4, 8]],
    ['M3', [8, 8, 8, 1, 8, 8, 8, 8, 8]],
    ['M4', [4, 4, 8, 8, 4, 4, 4, 4, 4]],
    ['M5', [8, 8, 4, 4, 4, 4, 4, 4, 8]],
    ['M6', [4, 4, 8, 1, 4, 4, 4, 4, 4]],
    ['M7', [24, 24, 24, 8, 8, 8, 24, 8, 24]],
    ['M8', [2, 2, 12, 8, 2, 2, 2, 2, 2]],
    ['M9', [16, 16, 20, 8, 8, 8, 16, 8, 16]],
    ['M10', [11, 11, 11, 1, 3, 3, 11, 3, 11]],
    ['M11', [8, 8, 4, 4, 4, 4, 4, 4, 8]],
    ['M12', [8, 8, 4, 4, 4, 4, 4, 4, 8]],
    ['M13', [4, 4, 8, 1, 4, 4, 4, 4, 4]],
    ['M14', [3, 3, 5, 1, 3, 3, 3, 3, 3]],
    ['M15', [4, 4, 4, 4, 4, 4, 4, 4, 4]],
  ])('%s', (id, expected) => {
    const { layout, pfns } = presetOf(id);
    const of = (counter: CounterId): number => countOn(counterOf(counter), layout, pfns).answer;
    expect([
      truth(pfns),
      of('V1'),
      of('V2'),
      of('V3'),
      of('V3fixed'),
      of('V4'),
      of('J1'),
      of('J2'),
      of('J3'),
    ]).toEqual(expected);
    expect(of('V5')).toBe(of('V4'));
  });

  it.each<readonly [CounterId, Omit<Count, 'answer'>]>([
    ['V1', { looked: 5, lookups: 4, stop: 'absent' }],
    ['V2', { looked: 8, lookups: 0, stop: 'end' }],
    ['V3', { looked: 1, lookups: 0, stop: 'limit' }],
    ['V3fixed', { looked: 4, lookups: 0, stop: 'limit' }],
    ['V4', { looked: 5, lookups: 0, stop: 'section' }],
    ['V5', { looked: 5, lookups: 0, stop: 'section' }],
    ['J1', { looked: 5, lookups: 0, stop: 'pointer' }],
  ])('the work of one call of %s on M1, and why it stops', (id, work) => {
    const { layout, pfns } = presetOf('M1');
    expect(countOn(counterOf(id), layout, pfns)).toMatchObject(work);
  });

  it.each<readonly [string, CounterId, readonly number[]]>([
    ['M1', 'V5', [4, 4]],
    ['M2', 'V5', [4, 4]],
    ['M3', 'V5', [8]],
    ['M7', 'V5', [8, 8, 8]],
    ['M8', 'V5', [2, 8, 2]],
    ['M9', 'V5', [8, 8, 4]],
    ['M10', 'V5', [3, 8]],
    ['M1', 'V3', [1, 1, 1, 1, 1, 1, 1, 1]],
    ['M3', 'V3', [1, 1, 1, 1, 1, 1, 1, 1]],
    ['M7', 'V3', [8, 1, 1, 1, 1, 1, 1, 1, 1, 8]],
    ['M8', 'V3', [8, 4]],
  ])('calls for %s with %s', (id, counter, expected) => {
    const { layout, pfns } = presetOf(id);
    expect(calls(counterOf(counter), layout, pfns).map(c => c.answer)).toEqual(expected);
  });

  it('a 1 GiB page of 16,384 takes 64 calls where a section has 256, and one on vmemmap', () => {
    const layout = placed(frames(0, 64), 256, 'boot612');
    const pfns = frames(0, 16384);
    expect(calls(counterOf('V5'), layout, pfns)).toHaveLength(64);
    expect(calls(counterOf('V5'), { ...layout, model: 'vmemmap' }, pfns)).toEqual([
      { from: 0, answer: 16384, truth: 16384, looked: 16384 },
    ]);
  });
});

/** Layouts of up to 6 sections, each block anywhere that is free. */
const layoutArb: fc.Arbitrary<Layout> = fc
  .record({
    power: fc.integer({ min: 0, max: 4 }),
    sections: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
    places: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 6, maxLength: 6 }),
    spare: fc.integer({ min: 0, max: 1 }),
    model: fc.constantFrom('sparse', 'sparse', 'vmemmap', 'flat'),
  })
  .map(({ power, sections, places, spare, model }) => ({
    model,
    pagesPerSection: 2 ** power,
    sections: [...sections]
      .sort((a, b) => a - b)
      .map((section, i) => ({ section, base: 50 + (places[i] ?? 0) * (2 ** power + spare) })),
  }));

/** A list of present frames: some runs, in any order. */
const caseArb = layoutArb.chain(layout => {
  const present = layout.sections.flatMap(({ section }) =>
    frames(section * layout.pagesPerSection, layout.pagesPerSection),
  );
  return fc
    .array(
      fc.record({
        from: fc.integer({ min: 0, max: present.length - 1 }),
        count: fc.integer({ min: 1, max: 2 * layout.pagesPerSection }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map(runs => ({ layout, pfns: runs.flatMap(r => present.slice(r.from, r.from + r.count)) }));
});

describe('on any layout', () => {
  it('what is called safe is never longer than the truth, and the two that are exact are exact', () => {
    fc.assert(
      fc.property(caseArb, ({ layout, pfns }) => {
        expect(layoutProblem(layout)).toBeUndefined();
        for (const counter of counters) {
          const { answer, looked } = countOn(counter, layout, pfns);
          expect(answer).toBeGreaterThanOrEqual(1);
          expect(looked).toBeLessThanOrEqual(pfns.length);
          if (counter.safe) expect(judge(answer, pfns)).not.toBe('unsafe');
        }
        for (const id of ['V1', 'J3'] as const)
          expect(countOn(counterOf(id), layout, pfns).answer).toBe(truth(pfns));
        expect(countOn(counterOf('V5'), layout, pfns).answer).toBe(
          countOn(counterOf('V4'), layout, pfns).answer,
        );
      }),
    );
  });

  it('calls use the list up, and never take a page twice', () => {
    fc.assert(
      fc.property(caseArb, fc.constantFrom(...counterIds), ({ layout, pfns }, id) => {
        let at = 0;
        for (const call of calls(counterOf(id), layout, pfns)) {
          const rest = pfns.slice(at);
          expect(call).toEqual({
            from: at,
            answer: countOn(counterOf(id), layout, rest).answer,
            looked: countOn(counterOf(id), layout, rest).looked,
            truth: truth(rest),
          });
          at += call.answer;
        }
        expect(at).toBe(pfns.length);
      }),
    );
  });

  it('where the memmap is one piece all counters are exact', () => {
    fc.assert(
      fc.property(caseArb, ({ layout, pfns }) => {
        fc.pre(layout.model !== 'sparse');
        for (const counter of counters) expect(countOn(counter, layout, pfns).answer).toBe(truth(pfns));
      }),
    );
  });

  it('changed layouts are layouts, with the same memory', () => {
    fc.assert(
      fc.property(layoutArb, layout => {
        for (const counter of counters) {
          const changed = counter.layout(layout);
          expect(layoutProblem(changed)).toBeUndefined();
          expect(changed.sections.map(s => s.section)).toEqual(layout.sections.map(s => s.section));
        }
      }),
    );
  });

  it('page_range_contiguous() says whether pointer arithmetic holds', () => {
    fc.assert(
      fc.property(
        layoutArb,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (layout, pfn, n) => {
          fc.pre(frames(pfn, n).every(p => isPresent(layout, p)));
          const first = pageOf(layout, pfn) ?? Number.NaN;
          expect(pageRangeContiguous(layout, pfn, n)).toBe(
            frames(pfn, n).every((p, i) => pageOf(layout, p) === first + i),
          );
        },
      ),
    );
  });
});

describe('the search for a difference', () => {
  it.each<readonly [CounterId, CounterId]>([
    ['V1', 'V2'],
    ['V2', 'V5'],
    ['V3', 'V3fixed'],
    ['V5', 'V1'],
    ['J1', 'J2'],
  ])('%s and %s', (a, b) => {
    const { found, layouts, lists } = searchDifference(a, b, 8);
    expect(layouts).toBeGreaterThan(0);
    expect(lists).toBeGreaterThan(0);
    expect(found).toBeDefined();
    if (found === undefined) return;
    expect(layoutProblem(found.layout)).toBeUndefined();
    expect(found.pfns.every(pfn => isPresent(found.layout, pfn))).toBe(true);
    expect(countOn(counterOf(a), found.layout, found.pfns).answer).not.toBe(
      countOn(counterOf(b), found.layout, found.pfns).answer,
    );
  });

  it('finds none where there is none, and says how much it tried', () => {
    for (const [a, b] of [
      ['V4', 'V5'],
      ['V1', 'J3'],
      ['V3fixed', 'V5'],
      ['V5', 'J2'],
    ] as const) {
      const { found, layouts, lists } = searchDifference(a, b, 8);
      expect(found).toBeUndefined();
      // 4 sections give 4 + 6 + 4 sets of up to 3; each is placed in 3 ways and in every order: 14 × 3 + 4 + 12 + 24.
      expect(layouts).toBe(82);
      // No list where there is one section, 4 where there are 2, 12 where there are 3.
      expect(lists).toBe(6 * 5 * 4 + 4 * 9 * 12);
    }
  });

  it.each([1, 2, 16, 256, 32768])('finds one for sections of %i pages, and a short one', s => {
    const { found } = searchDifference('V1', 'V2', s);
    expect(found?.layout.pagesPerSection).toBe(s);
    expect(found?.pfns.length).toBeLessThanOrEqual(32);
  });
});
