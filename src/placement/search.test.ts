import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGapIndex, type GuardRule } from '../space/gapIndex.ts';
import { testVma, vmasFromText } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import type { PlacementEvent } from './mm.ts';
import {
  andMask,
  NO_ROOM,
  type SearchEvent,
  type SearchQuery,
  type SearchRules,
  vmUnmappedArea,
} from './search.ts';
import { call, machine } from './testing.ts';

const PAGE = 0x1000n;
const U64 = 2n ** 64n;
const TOP = 2n ** 64n - 1n;

/**
 * The rule of the specification as it stands, over BigInt: free intervals in order, the first that is large
 * enough, guards only afterwards. `high - 1` is computed modulo 2^64, as the kernel does.
 */
const naive = (vmas: readonly Vma[], guard: GuardRule, rules: SearchRules, q: SearchQuery): number => {
  const list = vmas.map(v => {
    const room = BigInt(v.growsDown ? guard.stackGuardGap : v.shadowStack ? guard.shadowStackGuard : 0);
    const start = BigInt(v.start);
    return { start, end: BigInt(v.end), guarded: room > 0n, guardStart: start > room ? start - room : 0n };
  });
  const free = [...list, undefined].map((next, i) => ({
    a: list[i - 1]?.end ?? 0n,
    b: next?.start ?? U64,
    next,
  }));
  const [length, mask, off, gap] = [q.length, q.alignMask, q.alignOffset, q.startGap].map(BigInt) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const needed = length + mask + gap;
  if (needed > TOP) return NO_ROOM;
  const max = (a: bigint, b: bigint) => (a > b ? a : b);
  const min = (a: bigint, b: bigint) => (a < b ? a : b);
  let lo = max(BigInt(q.lowLimit), BigInt(rules.minAddr));
  let hi = BigInt(q.highLimit);
  if (q.topDown) {
    for (;;) {
      const limit = BigInt.asUintN(64, hi - 1n) + 1n;
      const found = free.findLast(f => min(f.b, limit) - max(f.a, lo) >= needed);
      if (!found) return NO_ROOM;
      const end = min(found.b, limit);
      const last = end - length;
      const addr = last - (BigInt.asUintN(64, last - off) & mask);
      if (rules.guards && found.next?.guarded && found.next.guardStart < end) hi = found.next.guardStart;
      else return Number(addr);
    }
  }
  for (;;) {
    const found = free.find(f => min(f.b, hi) - max(f.a, lo) >= needed);
    if (!found) return NO_ROOM;
    const base = max(found.a, lo) + gap;
    const addr = base + (BigInt.asUintN(64, off - base) & mask);
    if (rules.guards && found.next?.guarded && found.next.guardStart < addr + needed) lo = found.next.end;
    else return Number(addr);
  }
};

const guard: GuardRule = { stackGuardGap: 256 * 4096, shadowStackGuard: 4096 };

/** Sizes in pages that meet each other: small, about a guard, about an alignment, and large. */
const pages = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 2, arbitrary: fc.integer({ min: 250, max: 262 }) },
  { weight: 2, arbitrary: fc.integer({ min: 508, max: 1028 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300_000 }) },
);
const gapPages = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: pages });
const kind = fc.constantFrom('plain', 'plain', 'plain', 'growsDown', 'shadow');

/** Layouts from address 0 or from high up; some so low that a guard reaches 0. */
const layouts = fc
  .record({
    origin: fc.constantFrom(0, 0x1_0000, 0x10_0000, 0x7ffe_0000_0000, 2 ** 56),
    parts: fc.array(fc.tuple(gapPages, pages, kind), { maxLength: 24 }),
  })
  .map(({ origin, parts }) => {
    let at = origin;
    return parts.map(([free, size, k]) => {
      const start = at + free * 4096;
      at = start + size * 4096;
      return testVma(start, at, k);
    });
  });

const masks = fc.constantFrom(0, 0, 0xf000, 0x1f_f000, 0x3fff_f000, 0x1ff_e000, 0x7000, 0x5000, 0x10_3000);

/** Limits near what is there: a VMA's edge, a few pages off, or far away. */
const limitOf = (vmas: readonly Vma[], pick: number, shift: number, otherwise: number): number => {
  const edges = vmas.flatMap(v => [v.start, v.end]);
  const edge = edges[pick % Math.max(1, edges.length * 2)];
  return edge === undefined ? otherwise : Math.max(0, edge + shift * 4096);
};

const cases = fc
  .record({
    vmas: layouts,
    topDown: fc.boolean(),
    length: pages,
    low: fc.tuple(fc.nat(200), fc.integer({ min: -600, max: 600 })),
    high: fc.tuple(fc.nat(200), fc.integer({ min: -600, max: 600 })),
    farHigh: fc.constantFrom(0, 4096, 0x10_0000, 0x7fff_ffff_f000, 2 ** 57),
    alignMask: masks,
    alignOffset: fc.integer({ min: 0, max: 2 ** 30 }),
    startGap: fc.constantFrom(0, 0, 4096),
    rules: fc.record({ minAddr: fc.constantFrom(0, 0x1_0000), guards: fc.boolean() }),
  })
  .map(({ vmas, low, high, farHigh, rules, length, alignOffset, ...rest }) => ({
    vmas,
    rules,
    query: {
      ...rest,
      length: length * 4096,
      alignOffset: alignOffset * 4096,
      lowLimit: limitOf(vmas, low[0], low[1], 4096),
      highLimit: limitOf(vmas, high[0], high[1], farHigh),
    } satisfies SearchQuery,
  }));

const runs = { numRuns: 20_000 };

describe('vm_unmapped_area()', () => {
  it('is the rule of the specification, on any layout', () => {
    let found = 0;
    let none = 0;
    fc.assert(
      fc.property(cases, ({ vmas, rules, query }) => {
        const expected = naive(vmas, guard, rules, query);
        expect(vmUnmappedArea(buildGapIndex(vmas, guard), rules, query)).toBe(expected);
        if (expected === NO_ROOM) none++;
        else found++;
      }),
      runs,
    );
    // The generator is of use only while both answers are common.
    expect(Math.min(found, none)).toBeGreaterThan(runs.numRuns / 10);
  });

  it('gives what was asked for: free, inside the limits, congruent, clear of the guard', () => {
    fc.assert(
      fc.property(cases, ({ vmas, query }) => {
        const rules = { minAddr: 0x1_0000, guards: true };
        if (query.highLimit === 0) return;
        const addr = vmUnmappedArea(buildGapIndex(vmas, guard), rules, query);
        if (addr === NO_ROOM || vmas.some(v => v.growsDown && v.start <= guard.stackGuardGap)) return;
        const end = addr + query.length;
        expect(addr - query.startGap).toBeGreaterThanOrEqual(Math.max(query.lowLimit, rules.minAddr));
        expect(end).toBeLessThanOrEqual(query.highLimit);
        expect(vmas.filter(v => v.start < end && v.end > addr)).toEqual([]);
        // With a mask that does not begin at the page bit the kernel's arithmetic may carry out of it.
        if (Number.isInteger(Math.log2(query.alignMask + 4096)))
          expect(andMask(addr - query.alignOffset, query.alignMask)).toBe(0);
        const next = vmas.find(v => v.start >= end);
        const room = next?.growsDown ? guard.stackGuardGap : next?.shadowStack ? 4096 : 0;
        if (next) expect(end).toBeLessThanOrEqual(next.start - room);
      }),
      runs,
    );
  });

  it('is not changed by a recorder, whose last event is the result', () => {
    fc.assert(
      fc.property(cases, ({ vmas, rules, query }) => {
        const index = buildGapIndex(vmas, guard);
        const events: SearchEvent[] = [];
        const silent = vmUnmappedArea(index, rules, query);
        const told = vmUnmappedArea(index, rules, query, e => events.push(e));
        expect(told).toBe(silent);
        const last = events.at(-1);
        if (silent === NO_ROOM) expect(last).toEqual({ kind: 'none' });
        else {
          expect(last).toMatchObject({ kind: 'taken', addr: silent });
          if (last?.kind === 'taken')
            expect(silent).toBe(
              query.topDown ? last.edge - query.length - last.shift : last.edge + last.shift,
            );
        }
        for (const e of events) {
          if (e.kind === 'passed') {
            expect(e.first).toBeLessThanOrEqual(index.count);
            expect(e.last).toBeLessThanOrEqual(index.count);
          }
        }
        expect(events.filter(e => e.kind === 'taken' || e.kind === 'none')).toHaveLength(1);
      }),
      { numRuns: 5000 },
    );
  });

  it('a length that wraps with its padding finds nothing', () => {
    const query = {
      topDown: true,
      lowLimit: 0,
      highLimit: 2 ** 57,
      alignMask: 0x1f_f000,
      alignOffset: 0,
      startGap: 0,
    };
    const empty = buildGapIndex([], guard);
    const rules = { minAddr: 0, guards: true };
    expect(vmUnmappedArea(empty, rules, { ...query, length: 2 ** 64 - 4096 })).toBe(NO_ROOM);
    expect(vmUnmappedArea(empty, rules, { ...query, topDown: false, length: 2 ** 64 - 4096 })).toBe(NO_ROOM);
  });
});

describe('a search drawn as text', () => {
  const rules = { minAddr: 0, guards: true };
  // A guard of two columns, so that it can be drawn.
  const small: GuardRule = { stackGuardGap: 0x2000, shadowStackGuard: 0x1000 };
  const query = { lowLimit: 0x1_0000, highLimit: 0x2_0000, alignMask: 0, alignOffset: 0, startGap: 0 };
  const down = (picture: string, length: number, more: Partial<SearchQuery> = {}): string =>
    draw(picture, { ...query, topDown: true, length: length * 4096, ...more });
  const up = (picture: string, length: number, more: Partial<SearchQuery> = {}): string =>
    draw(picture, { ...query, topDown: false, length: length * 4096, ...more });
  const draw = (picture: string, q: SearchQuery): string => {
    const index = buildGapIndex(vmasFromText(`0x10000 4K ${picture}`), small);
    const addr = vmUnmappedArea(index, rules, q);
    if (addr === NO_ROOM) return 'ENOMEM';
    const at = (addr - 0x1_0000) / 4096;
    const size = q.length / 4096;
    return `${picture.slice(0, at)}${'#'.repeat(size)}${picture.slice(at + size)}`;
  };

  it.each([
    ['the top of the highest gap', down('..AA....BB......', 2), '..AA....BB....##'],
    ['the highest gap that is large enough', down('......A..B..C..D', 3), '...###A..B..C..D'],
    ['below a guard', down('..........g.AAAA', 4), '....####..g.AAAA'],
    ['a gap that a guard makes too small is left', down('....AA....g.AAAA', 4), '####AA....g.AAAA'],
    ['below a guard where the gap is large enough', down('....AA.....gAAAA', 3), '....AA###..gAAAA'],
    ['a shadow stack keeps one page', down('AAAA.....sAAAAAA', 2), 'AAAA..##.sAAAAAA'],
    ['the bottom of the lowest gap', up('AA....BB........', 2), 'AA##..BB........'],
  ])('%s', (_, got, expected) => {
    expect(got).toBe(expected);
  });

  it('up, a gap cut by a guard is left with all below the guarded VMA', () => {
    expect(up('AA....g....BBBBB', 4)).toBe('AA....g####BBBBB');
    expect(up('AA....g....BBBBB', 2)).toBe('AA##..g....BBBBB');
  });

  it('the padding decides which gap, not the fit', () => {
    // Four columns wait free and aligned on the right, but seven are asked for.
    expect(down('.......A....AAAA', 4, { alignMask: 0x3000 })).toBe('####...A....AAAA');
    expect(down('......AA....AAAA', 4, { alignMask: 0x3000 })).toBe('ENOMEM');
  });

  it('congruent to the offset, from either end', () => {
    expect(down('.........AAAAAAA', 2, { alignMask: 0x3000, alignOffset: 0x1000 })).toBe('.....##..AAAAAAA');
    expect(up('A........AAAAAAA', 2, { alignMask: 0x3000, alignOffset: 0x3000 })).toBe('A..##....AAAAAAA');
  });

  it('a start gap is kept below', () => {
    expect(up('AA....AAAAAAAAAA', 3, { startGap: 0x1000 })).toBe('AA.###AAAAAAAAAA');
    expect(down('AA....AAAAAAAAAA', 3, { startGap: 0x1000 })).toBe('AA.###AAAAAAAAAA');
    expect(down('AA....AAAAAAAAAA', 4, { startGap: 0x1000 })).toBe('ENOMEM');
  });
});

describe('andMask()', () => {
  it('is the AND of 64-bit numbers, for negative differences too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
        fc.oneof(
          masks,
          fc.nat(2 ** 20).map(n => n * 4096),
        ),
        (x, mask) => {
          const expected = Number(BigInt.asUintN(64, BigInt(x) * PAGE) & BigInt(mask));
          expect(andMask(x * 4096, mask)).toBe(expected);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe('mmap() with a recorder', () => {
  const inputs = fc.record({
    file: fc.constantFrom(
      'anon',
      'hookedFile',
      'devMem',
      'memfd',
      'hugetlbFile',
      'devZero',
      'ramfs',
      'tmpfsHugeAlways',
    ),
    length: fc.oneof(pages, fc.constantFrom(512, 1024, 2048)).map(n => n * 4096),
    offset: fc.constantFrom(0, 4096, 2 ** 21),
    hint: fc.oneof(
      fc.constant(0),
      fc.nat(0x7_ffff_ffff).map(n => n * 4096),
    ),
    flags: fc.constantFrom(1, 2, 0x42, 0x22, 0x82, 0x12, 0x10_0002),
    shmemEnabled: fc.constantFrom('never', 'always', 'force'),
  } as const);
  const kernels = fc.constantFrom('6.1.192', '6.7', '6.11', '6.12.4', '6.12.117', '7.3');

  it('gives the same answer, and the last word of the trace is the address', () => {
    fc.assert(
      fc.property(layouts, inputs, kernels, fc.boolean(), (vmas, input, kernel, legacy) => {
        const mm = machine(
          vmas.filter(v => v.end < 0x7fff_f000_0000),
          { kernel, legacy },
        );
        const events: PlacementEvent[] = [];
        const silent = call(mm, input);
        expect(call(mm, input, {}, e => events.push(e))).toEqual(silent);
        if (!silent.ok || silent.by === 'fixed') return;
        const last = events.findLast(
          e =>
            e.kind === 'taken' ||
            e.kind === 'congruent' ||
            (e.kind === 'hint' && (e.verdict === 'taken' || silent.by === 'hint')),
        );
        switch (last?.kind) {
          case 'taken':
          case 'congruent':
            expect(last.addr).toBe(silent.start);
            break;
          case 'hint':
            expect(last.hint).toBe(silent.start);
            break;
          default:
            throw new Error('no event tells the address');
        }
      }),
      { numRuns: 5000 },
    );
  });
});
