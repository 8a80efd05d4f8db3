import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { intersects } from '../space/gapIndex.ts';
import { testVma } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import { alignDown, alignUp, bytes, GiB, MiB, mod, pa } from '../units.ts';
import { MAP } from './flags.ts';
import type { Mm, PlacementEvent } from './mm.ts';
import { vfioOffset } from './mmap.ts';
import { type Policy, policies } from './policies.ts';
import { ordinaryLimits } from './request.ts';
import { type CallInput, call, factsFor, machine } from './testing.ts';

const archIds = ['x86_64-4', 'x86_64-5', 'arm64-4k-48', 'arm64-64k-48', 'riscv64-sv39', 's390x'] as const;

/** A process whose free ranges are of the sizes that decide something: around a leaf, and around two. */
interface World {
  readonly arch: (typeof archIds)[number];
  readonly kernel: string;
  readonly legacy: boolean;
  readonly gaps: readonly (readonly [power: number, more: number, taken: number])[];
  readonly sealed: boolean;
}
const worlds: fc.Arbitrary<World> = fc.record({
  arch: fc.constantFrom(...archIds),
  kernel: fc.constantFrom('7.3.4', '6.18.44', '6.12.117', '6.6.50'),
  legacy: fc.boolean(),
  gaps: fc.array(fc.tuple(fc.integer({ min: 16, max: 32 }), fc.integer({ min: -3, max: 3 }), fc.nat(40)), {
    maxLength: 12,
  }),
  sealed: fc.boolean(),
});

const vmasOf = (mm: Mm, { gaps, sealed }: World): readonly Vma[] => {
  const { page } = mm.arch;
  const vmas: Vma[] = [];
  let at = alignDown(mm.space.layout.mmapBase, page);
  for (const [power, more, taken] of gaps) {
    const start = at - (taken + 1) * page;
    vmas.unshift(testVma(start, at, taken === 7 ? 'growsDown' : 'plain'));
    at = start - Math.max(0, alignUp(2 ** power, page) + more * page);
    if (at < 64 * GiB) break;
  }
  return sealed && at > 64 * MiB ? [testVma(64 * MiB, at), ...vmas] : vmas;
};

/** A request on a BAR whose base may be misaligned by pages, as devices with Enhanced Allocation are. */
interface Ask {
  readonly power: number;
  readonly base: number;
  readonly skew: number;
  readonly offset: number;
  readonly length: number;
  readonly hint: number;
}
const asks: fc.Arbitrary<Ask> = fc.record({
  power: fc.integer({ min: 16, max: 34 }),
  base: fc.nat(1000),
  skew: fc.oneof(fc.constant(0), fc.nat(600)),
  offset: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.99, noNaN: true })),
  length: fc.oneof(fc.constant(1), fc.double({ min: 0.001, max: 1, noNaN: true })),
  hint: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(2 ** 30)),
});

const deviceOf = (mm: Mm, ask: Ask) => {
  const { page } = mm.arch;
  const size = alignUp(2 ** ask.power, page);
  const offset = alignDown(ask.offset * size, page);
  const length = Math.max(page, alignDown(ask.length * (size - offset), page));
  return { size, offset, length, phys: ask.base * size + ask.skew * page };
};

const mmOf = (world: World, policy: Policy): Mm => {
  const input = { kernel: world.kernel, arch: archOf(world.arch), legacy: world.legacy };
  const bare = machine([], input);
  return machine(vmasOf(bare, world), { ...input, facts: policy.apply(factsFor(world.kernel)) });
};

const inputOf = (mm: Mm, ask: Ask): CallInput => {
  const { size, offset, length, phys } = deviceOf(mm, ask);
  return {
    file: 'vfio',
    flags: MAP.SHARED,
    prot: 3,
    length,
    offset: vfioOffset(2, offset),
    hint: ask.hint * mm.arch.page,
    region: { phys: pa(phys), size: bytes(size), mappable: true },
  };
};

const expectPlaced = (mm: Mm, start: number, end: number): void => {
  expect(mod(start, mm.arch.page)).toBe(0);
  expect(start).toBeGreaterThanOrEqual(mm.arch.mmapMinAddr);
  expect(end).toBeLessThanOrEqual(mm.arch.taskSize);
  expect(intersects(mm.space.index, start, end)).toBe(false);
};

const shipped = policies.find(p => p.id === 'shipped');
if (shipped === undefined) throw new Error('no shipped policy');
const runs = { numRuns: 400 };

describe.each(policies.filter(p => p.kind === 'kernel').map(p => [p.id, p] as const))('%s', (_, policy) => {
  it('gives free, page aligned addresses within the limits, and never fails where plain placement would not', () => {
    fc.assert(
      fc.property(worlds, asks, (world, ask) => {
        const mm = mmOf(world, policy);
        const placed = call(mm, inputOf(mm, ask));
        if (placed.ok) expectPlaced(mm, placed.start, placed.end);
        else {
          const plain = machine(mm.space.vmas, {
            arch: mm.arch,
            kernel: world.kernel,
            legacy: world.legacy,
            facts: { unhookedAlign: 'never' },
          });
          expect(call(plain, inputOf(mm, ask)).ok).toBe(false);
        }
      }),
      runs,
    );
  });

  it('is congruent to what it promises wherever its aligned search decided', () => {
    fc.assert(
      fc.property(worlds, asks, (world, ask) => {
        const mm = mmOf(world, policy);
        const events: PlacementEvent[] = [];
        const placed = call(mm, inputOf(mm, ask), {}, event => events.push(event));
        if (!placed.ok) return;
        const { offset, phys } = deviceOf(mm, ask);
        const toward = policy.congruentTo === 'physical address' ? phys + offset : vfioOffset(2, offset);
        for (const event of events) {
          if (event.kind !== 'congruent' && event.kind !== 'masked') continue;
          if (event.addr !== placed.start) continue;
          // A hint that is taken passes through a search with a mask as it is.
          if (placed.by === 'hint') continue;
          expect(mod(placed.start - toward, event.size)).toBe(0);
        }
        if (policy.id !== 'shipped')
          expect(events.some(e => e.kind === 'unaligned' && e.why !== 'the caller gave a hint')).toBe(false);
      }),
      runs,
    );
  });

  it('honours a hint where plain placement does and the hint turns alignment off', () => {
    fc.assert(
      fc.property(worlds, asks, (world, ask) => {
        const mm = mmOf(world, policy);
        if (ask.hint === 0) return;
        const placed = call(mm, inputOf(mm, ask));
        const plain = call(mmOf(world, shipped), inputOf(mm, ask));
        const helps = ['thp', 'xu1', 'shipped'].includes(policy.id);
        if (!helps && plain.ok && plain.by === 'hint') expect(placed).toEqual(plain);
      }),
      runs,
    );
  });
});

/** What a program's mapping must be a multiple of, less its offset where the rule keeps that. */
const promised = (id: string, size: number, region: number): number => {
  const above = (n: number): number => 2 ** Math.ceil(Math.log2(n));
  let low = 4096;
  while (size % (low * 2) === 0) low *= 2;
  switch (id) {
    case 'qemu':
      return Math.min(above(region), GiB);
    case 'qemu9':
      return Math.min(low, GiB);
    case 'chv':
      return Math.min(above(size), GiB);
    default:
      return 1;
  }
};

describe.each(policies.flatMap(p => (p.kind === 'program' ? [[p.id, p] as const] : [])))(
  '%s, with holes',
  (id, policy) => {
    it('gives free, page aligned addresses within the limits, congruent to what it promises', () => {
      fc.assert(
        fc.property(worlds, asks, fc.array(fc.nat(1000), { maxLength: 3 }), (world, ask, cuts) => {
          const mm = mmOf(world, policy);
          const { page } = mm.arch;
          const { size, offset, length, phys } = deviceOf(mm, ask);
          const ends = cuts.map(c => offset + alignDown((c / 1000) * length, page)).sort((a, b) => a - b);
          const areas = [offset, ...ends].flatMap((from, i, all) => {
            const to = (all[i + 1] ?? offset + length + page) - page;
            return to > from ? [{ offset: bytes(from), size: bytes(to - from) }] : [];
          });
          if (areas.length === 0) return;
          const region = { phys: pa(phys), size: bytes(size), mappable: true };
          const got = policy.rule({ mm, limits: ordinaryLimits }, { index: 2, region, areas, prot: 3 });
          if (!got.placement.ok) {
            expect(got.mappings).toEqual([]);
            expect(got.steps.at(-1)?.kind).toBe('failed');
            return;
          }
          expect(got.mappings.map(m => [m.offset, m.end - m.start])).toEqual(
            areas.map(a => [a.offset, a.size]),
          );
          for (const m of got.mappings) {
            expectPlaced(mm, m.start, m.end);
            expect(m.pa).toBe(phys + m.offset);
            const kept = policy.congruentTo === 'region offset' ? m.offset : 0;
            expect(mod(m.start - kept, Math.max(page, promised(id, m.end - m.start, size)))).toBe(0);
          }
          // They lie apart, and the process holds just what it did and them.
          const sorted = [...got.mappings].sort((a, b) => a.start - b.start);
          for (const [i, m] of sorted.entries()) expect(m.start >= (sorted[i - 1]?.end ?? 0)).toBe(true);
          expect(got.process.mm.space.vmas).toHaveLength(mm.space.vmas.length + areas.length);
        }),
        { numRuns: 300 },
      );
    });
  },
);
