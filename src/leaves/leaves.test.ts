import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { x86Level4 } from '../arch/x86.ts';
import { type FaultEra, factsOf } from '../kernel/facts.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { type Bytes, bytes, GiB, KiB, MiB, pa, va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import { defaultThpPolicy, leafRules, type ThpPolicy, thpObstacle } from './rules.ts';
import { closedForm, leafCount } from './runs.ts';
import { LARGE, naiveTouch, PAGE, pagesMapping, SMALL, spread, tinyRules } from './testing.ts';
import {
  FaultList,
  type FaultRun,
  firstMidOffsets,
  MAX_PERMUTED_PAGES,
  type TouchOrder,
  touchAll,
} from './touch.ts';
import { bestPossible, whyNotLarger } from './why.ts';

const hugeEras: readonly FaultEra[] = ['hugeExactNoPfn', 'hugeExact', 'hugeAligned'];
const mapping = fc
  .record({
    start: fc.nat(80),
    pages: fc.integer({ min: 1, max: 80 }),
    pa: fc.nat(80),
    together: fc.boolean(),
  })
  .map(({ start, pages, pa, together }) => pagesMapping(start, pages, together ? start : pa));
const pagesOf = (m: PfnMapping): number => (m.end - m.start) / PAGE;
const offsetsOf = (m: PfnMapping): Bytes[] => Array.from({ length: pagesOf(m) }, (_, i) => bytes(i * PAGE));
const expand = (list: readonly FaultRun[] | undefined): number[] =>
  (list ?? []).flatMap(([offset, stride, count]) =>
    Array.from({ length: count }, (_, i) => offset + stride * i),
  );

describe('closed form', () => {
  test.each(hugeEras)('equals the page-by-page walk in era %s', era => {
    fc.assert(
      fc.property(mapping, m => {
        const runs = closedForm(m, tinyRules(era));
        const naive = naiveTouch(m, era, offsetsOf(m));
        expect(spread(runs)).toEqual(naive.sizes);
        expect(leafCount(runs)).toBe(naive.faulted.filter(f => f).length);
      }),
      { numRuns: 2000 },
    );
  });

  test('tiles the VMA with at most five runs, no two neighbours alike', () => {
    fc.assert(
      fc.property(mapping, fc.constantFrom(...hugeEras, 'fullInsert' as const), (m, era) => {
        const runs = closedForm(m, tinyRules(era));
        let at: number = m.start;
        for (const run of runs) {
          expect(run.va).toBe(at);
          expect(run.va % run.size).toBe(0);
          expect(run.count).toBeGreaterThan(0);
          at += run.size * run.count;
        }
        expect(at).toBe(m.end);
        expect(runs.length).toBeLessThanOrEqual(5);
        for (let i = 1; i < runs.length; i++) expect(runs[i]?.size).not.toBe(runs[i - 1]?.size);
      }),
      { numRuns: 2000 },
    );
  });

  test('is corrupt only without the PFN check, and then exactly where VA and PA disagree', () => {
    fc.assert(
      fc.property(mapping, m => {
        for (const run of closedForm(m, tinyRules('hugeExactNoPfn')))
          expect(run.corrupt).toBe((m.start - m.pa) % run.size !== 0);
        for (const run of closedForm(m, tinyRules('hugeExact'))) expect(run.corrupt).toBe(false);
      }),
    );
  });

  test('holds at the top of 64 bits', () => {
    const m = { start: va(2 ** 64 - 2 * GiB - 4096), end: va(2 ** 64 - 4096), pa: pa(2 ** 56 - 4096) };
    const version = parseKernelVersion('7.3');
    if (!version) throw new Error('7.3');
    const runs = closedForm(m, leafRules(x86Level4, factsOf(version), version, defaultThpPolicy));
    expect(runs.map(r => [r.kind, r.count])).toEqual([
      ['pte', 1],
      ['pud', 1],
      ['pmd', 511],
      ['pte', 511],
    ]);
  });
});

describe('touches', () => {
  const coprime = (pages: number, mul: number): boolean => (pages <= 1 ? true : gcd(pages, mul) === 1);
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const order = (m: PfnMapping) =>
    fc.oneof(
      fc.constant<TouchOrder>({ kind: 'ascending' }),
      fc.constant<TouchOrder>({ kind: 'descending' }),
      fc
        .array(fc.nat(pagesOf(m) - 1), { maxLength: 8 })
        .map((list): TouchOrder => ({ kind: 'firstThenAscending', first: list.map(i => bytes(i * PAGE)) })),
      fc
        .record({ mul: fc.integer({ min: 1, max: 200 }), add: fc.nat(200) })
        .filter(({ mul }) => coprime(pagesOf(m), mul))
        .map((p): TouchOrder => ({ kind: 'permuted', ...p })),
    );
  const sequence = (m: PfnMapping, o: TouchOrder): number[] => {
    const all = offsetsOf(m);
    switch (o.kind) {
      case 'ascending':
        return all;
      case 'descending':
        return all.toReversed();
      case 'firstThenAscending':
        return [...o.first, ...all];
      case 'permuted':
        return all.map((_, i) => ((i * o.mul + o.add) % all.length) * PAGE);
    }
  };
  const caseOf = mapping.chain(m => fc.tuple(fc.constant(m), order(m)));

  test.each(hugeEras)('equal the page-by-page walk in era %s, in every order', era => {
    fc.assert(
      fc.property(caseOf, ([m, o]) => {
        const offsets = sequence(m, o);
        const first = o.kind === 'firstThenAscending' ? o.first.length : 0;
        const naive = naiveTouch(m, era, offsets);
        const touched = touchAll(m, tinyRules(era), o);
        expect(touched?.firstFaulted).toEqual(naive.faulted.slice(0, first));
        expect(expand(touched?.faultList)).toEqual(offsets.filter((_, i) => i >= first && naive.faulted[i]));
        expect(touched?.faults).toBe(naive.faulted.filter(f => f).length);
        expect(spread(touched?.leaves ?? [])).toEqual(naive.sizes);
      }),
      { numRuns: 3000 },
    );
  });

  test('end in the closed form whatever the order, in era hugeAligned', () => {
    fc.assert(
      fc.property(caseOf, ([m, o]) => {
        const rules = tinyRules('hugeAligned');
        expect(touchAll(m, rules, o)?.leaves).toEqual(closedForm(m, rules));
      }),
      { numRuns: 2000 },
    );
  });

  test('fill at once in the remap eras, one by one in perPage, and not at all when premapped', () => {
    const m = pagesMapping(3, 10, 3);
    const one = (era: FaultEra, o: TouchOrder) => touchAll(m, tinyRules(era), o);
    const first: TouchOrder = { kind: 'firstThenAscending', first: [bytes(7 * PAGE), bytes(0)] };
    expect(one('fullRemap', { kind: 'ascending' })).toMatchObject({ faults: 1, faultList: [[0, 0, 1]] });
    expect(one('fullInsert', { kind: 'descending' })).toMatchObject({
      faults: 1,
      faultList: [[9 * PAGE, 0, 1]],
    });
    expect(one('fullRemap', { kind: 'permuted', mul: 3, add: 14 })).toMatchObject({
      faultList: [[4 * PAGE, 0, 1]],
    });
    expect(one('fullRemap', first)).toMatchObject({ faults: 1, faultList: [], firstFaulted: [true, false] });
    expect(one('fullRemap', { ...first, first: [] })).toMatchObject({
      faultList: [[0, 0, 1]],
      firstFaulted: [],
    });
    expect(one('premap', first)).toMatchObject({ faults: 0, faultList: [], firstFaulted: [false, false] });
    expect(one('perPage', { kind: 'ascending' })).toMatchObject({ faults: 10, faultList: [[0, PAGE, 10]] });
  });

  test('a permutation too long to play gives its count where the order does not matter, and nothing where it does', () => {
    const m = pagesMapping(0, MAX_PERMUTED_PAGES + 1, 0);
    const o: TouchOrder = { kind: 'permuted', mul: 3, add: 0 };
    const aligned = touchAll(m, tinyRules('hugeAligned'), o);
    expect(aligned?.faults).toBe(MAX_PERMUTED_PAGES / 16 + 1);
    expect(aligned?.faultList).toBeUndefined();
    expect(touchAll(m, tinyRules('hugeExact'), o)).toBeUndefined();
  });

  test('begin at first, middle, last, second, quarter and third page', () => {
    expect(firstMidOffsets(4096 * PAGE, PAGE)).toEqual([0, 8388608, 16773120, 4096, 4194304, 5591040]);
    expect(firstMidOffsets(PAGE, PAGE)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('fault list', () => {
  test('breaks runs as the probe does', () => {
    const of = (xs: readonly number[]) => {
      const list = new FaultList();
      for (const x of xs) list.add(x, 0, 1);
      return list.finish();
    };
    expect(of([])).toEqual([]);
    expect(of([8])).toEqual([[8, 0, 1]]);
    expect(of([8, 4])).toEqual([[8, -4, 2]]);
    expect(of([10, 20, 21, 22])).toEqual([
      [10, 0, 1],
      [20, 1, 3],
    ]);
    expect(of([1, 2, 3, 13, 23])).toEqual([
      [1, 1, 3],
      [13, 10, 2],
    ]);
  });

  test('is the same whether faults come singly or in batches', () => {
    const batch = fc.tuple(
      fc.nat(6),
      fc.integer({ min: -2, max: 3 }).filter(s => s !== 0),
      fc.integer({ min: 1, max: 7 }),
    );
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 6 }), batches => {
        const together = new FaultList();
        const singly = new FaultList();
        for (const [offset, stride, count] of batches) together.add(offset, stride, count);
        for (const x of expand(batches)) singly.add(x, 0, 1);
        const runs = together.finish();
        expect(runs).toEqual(singly.finish());
        expect(expand(runs)).toEqual(expand(batches));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('rules', () => {
  const verdicts = (kernel: string, policy: Partial<ThpPolicy> = {}) => {
    const version = parseKernelVersion(kernel);
    if (!version) throw new Error(kernel);
    return leafRules(x86Level4, factsOf(version), version, { ...defaultThpPolicy, ...policy });
  };

  test('both larger leaves are usable from 6.12 on, candidates included', () => {
    expect(verdicts('6.12-rc1').levels.map(l => l.kind)).toEqual(['pud', 'pmd']);
    expect(verdicts('6.11').levels).toEqual([]);
    expect(verdicts('6.11').verdicts[0]).toMatchObject({
      usable: false,
      refusal: { kind: 'kernelTooOld', since: '6.12' },
    });
  });

  test('the era and the architecture are named where they are the reason', () => {
    const version = { major: 6, minor: 12, patch: 0, rc: 0 };
    const facts = { ...factsOf(version), faultEra: 'perPage' as const };
    expect(leafRules(x86Level4, facts, version, defaultThpPolicy).verdicts[1]).toMatchObject({
      refusal: { kind: 'era', era: 'perPage' },
    });
    const pfnLeaves = x86Level4.pfnLeaves.map(l => (l.kind === 'pud' ? { ...l, since: undefined } : l));
    const rules = leafRules({ ...x86Level4, pfnLeaves }, factsOf(version), version, defaultThpPolicy);
    expect(rules.verdicts[0]).toMatchObject({ usable: false, refusal: { kind: 'archNever' } });
    expect(rules.levels.map(l => l.kind)).toEqual(['pmd']);
  });

  test('a kernel built without transparent huge pages has none', () => {
    for (const kernel of ['6.12.117-rt', '7.3+deb13-rt-amd64']) {
      expect(verdicts(kernel, { enabled: 'always' }).levels).toEqual([]);
      expect(verdicts(kernel).verdicts[0]).toMatchObject({ refusal: { kind: 'notBuilt' } });
    }
    expect(verdicts('6.11-rt').verdicts[0]).toMatchObject({ refusal: { kind: 'kernelTooOld' } });
  });

  test('THP switches', () => {
    const obstacle = (
      enabled: ThpPolicy['enabled'],
      advice: ThpPolicy['advice'],
      gate: 'obeyed' | 'bypassed',
    ) => thpObstacle({ enabled, advice, processDisabled: false }, gate);
    expect(obstacle('always', 'none', 'obeyed')).toBeUndefined();
    expect(obstacle('madvise', 'none', 'obeyed')).toBe('enabledMadvise');
    expect(obstacle('madvise', 'huge', 'obeyed')).toBeUndefined();
    expect(obstacle('never', 'huge', 'obeyed')).toBe('enabledNever');
    for (const enabled of ['always', 'madvise', 'never'] as const) {
      expect(obstacle(enabled, 'none', 'bypassed')).toBeUndefined();
      expect(obstacle(enabled, 'nohuge', 'bypassed')).toBe('adviceNohuge');
      expect(thpObstacle({ enabled, advice: 'huge', processDisabled: true }, 'bypassed')).toBe(
        'processDisabled',
      );
    }
    expect(verdicts('6.12.114', { enabled: 'never' }).levels).toEqual([]);
    expect(verdicts('6.12.115', { enabled: 'never' }).levels).toHaveLength(2);
  });
});

describe('why', () => {
  const rules = tinyRules('hugeAligned');
  const cause = (m: PfnMapping, size: number) => whyNotLarger(m, rules).find(w => w.size === size)?.parts;

  test('a congruent mapping lacks a size only at its bounds', () => {
    // Pages 3..37: whole blocks of 16 from 16 to 32, whole blocks of 4 from 4 to 36.
    const m = pagesMapping(3, 34, 3);
    expect(cause(m, LARGE)).toEqual([
      {
        where: 'startFlank',
        start: 3 * PAGE,
        end: 16 * PAGE,
        cause: { kind: 'bound', side: 'start', sticksOut: 3 * PAGE },
      },
      {
        where: 'endFlank',
        start: 32 * PAGE,
        end: 37 * PAGE,
        cause: { kind: 'bound', side: 'end', sticksOut: 11 * PAGE },
      },
    ]);
    expect(cause(m, SMALL)).toEqual([
      {
        where: 'startFlank',
        start: 3 * PAGE,
        end: 4 * PAGE,
        cause: { kind: 'bound', side: 'start', sticksOut: 3 * PAGE },
      },
      {
        where: 'endFlank',
        start: 36 * PAGE,
        end: 37 * PAGE,
        cause: { kind: 'bound', side: 'end', sticksOut: 3 * PAGE },
      },
    ]);
    expect(cause(pagesMapping(16, 32, 0), LARGE)).toEqual([]);
  });

  test('a mapping off by some pages tells residue and nearest starts', () => {
    const m = pagesMapping(37, 32, 0);
    const [part] = cause(m, LARGE) ?? [];
    expect(part).toMatchObject({ where: 'whole', cause: { kind: 'congruence', residue: 5 * PAGE } });
    if (part?.cause.kind !== 'congruence') throw new Error('no congruence');
    expect(part.cause.below).toMatchObject({ start: 32 * PAGE, leaves: [{ kind: 'pud', count: 2 }] });
    expect(part.cause.above).toMatchObject({ start: 48 * PAGE, leaves: [{ kind: 'pud', count: 2 }] });
    const [low] = cause(pagesMapping(5, 32, 0), LARGE) ?? [];
    expect(low?.cause).toMatchObject({ kind: 'congruence', below: { start: 0 } });
    const [lowest] = cause(pagesMapping(2, 32, 5), LARGE) ?? [];
    expect(lowest?.cause).toMatchObject({ residue: 13 * PAGE, below: undefined, above: { start: 5 * PAGE } });
  });

  test('no whole block: too short, or lying across a boundary', () => {
    // Behind a block of physical memory, so that its length counts and not where it ends.
    expect(cause(pagesMapping(37, 8, 18), LARGE)?.[0]?.cause).toEqual({
      kind: 'noWholeBlock',
      tooShort: true,
      below: 2 * PAGE,
      above: 6 * PAGE,
    });
    expect(cause(pagesMapping(4, 16, 4), LARGE)?.[0]?.cause).toEqual({
      kind: 'noWholeBlock',
      tooShort: false,
      below: 4 * PAGE,
      above: 12 * PAGE,
    });
  });

  test('a spoilt block is laid to the touch order, and only it', () => {
    const exact = tinyRules('hugeExact');
    const m = pagesMapping(16, 32, 0);
    const touched = touchAll(m, exact, { kind: 'firstThenAscending', first: [bytes(21 * PAGE)] });
    const why = whyNotLarger(m, exact, touched?.leaves);
    expect(why.map(w => w.parts)).toEqual([
      [{ where: 'body', start: 32 * PAGE, end: 48 * PAGE, cause: { kind: 'touchOrder' } }],
      [{ where: 'body', start: 36 * PAGE, end: 40 * PAGE, cause: { kind: 'touchOrder' } }],
    ]);
  });

  test('rules come before addresses', () => {
    expect(whyNotLarger(pagesMapping(37, 8, 2), tinyRules('fullRemap'))[0]?.parts[0]?.cause).toEqual({
      kind: 'notUsable',
      refusal: { kind: 'era', era: 'fullRemap' },
    });
  });

  test('the parts are exactly the bytes with smaller leaves, in every order', () => {
    fc.assert(
      fc.property(
        mapping,
        fc.constantFrom(...hugeEras),
        fc.array(fc.nat(79), { maxLength: 4 }),
        (m, era, touches) => {
          const first = touches.filter(i => i < pagesOf(m)).map(i => bytes(i * PAGE));
          const touched = touchAll(m, tinyRules(era), { kind: 'firstThenAscending', first });
          const sizes = spread(touched?.leaves ?? []);
          for (const { size, parts } of whyNotLarger(m, tinyRules(era), touched?.leaves)) {
            const blamed = offsetsOf(m).map(o =>
              parts.some(p => m.start + o >= p.start && m.start + o < p.end),
            );
            expect(blamed).toEqual(sizes.map(s => s < size));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('nearest starts are congruent, and nothing nearer is', () => {
    fc.assert(
      fc.property(mapping, m => {
        for (const { size, parts } of whyNotLarger(m, rules))
          for (const { cause: c } of parts) {
            if (c.kind !== 'congruence') continue;
            expect((c.above.start - m.pa) % size === 0).toBe(true);
            expect(c.above.start - m.start).toBe(size - c.residue);
            if (c.below) expect(m.start - c.below.start).toBe(c.residue);
            expect(c.above.leaves.some(r => r.size >= size)).toBe(true);
          }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('best possible', () => {
  test('is the fewest leaves over all starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.nat(40), (pages, at) => {
        const rules = tinyRules('hugeAligned');
        const best = bestPossible(bytes(pages * PAGE), pa(at * PAGE), rules);
        const counts = Array.from({ length: 16 }, (_, s) =>
          leafCount(closedForm(pagesMapping(s, pages, at), rules)),
        );
        expect(best.leaves).toBe(Math.min(...counts));
        for (let s = 0; s < 16; s++)
          if ((s * PAGE) % best.modulus === best.residue) expect(counts[s]).toBe(best.leaves);
      }),
    );
  });

  test('a corrupt leaf is no gain, and a kernel without huge leaves has nothing to offer', () => {
    const args = [bytes(2 * GiB), pa(0x20_0000_1000)] as const;
    const noPfn = bestPossible(...args, tinyRules('hugeExactNoPfn'));
    expect(noPfn.runs.some(r => r.corrupt)).toBe(false);
    expect(bestPossible(bytes(16 * KiB), pa(MiB), tinyRules('fullRemap'))).toMatchObject({
      leaves: 4,
      modulus: 4 * KiB,
    });
  });
});
