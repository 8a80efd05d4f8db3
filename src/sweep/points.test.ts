import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archs } from '../arch/index.ts';
import { policies } from '../placement/policies.ts';
import {
  defaultScenario,
  type Scenario,
  type SweepInput,
  sweepInputs,
  type TouchChoice,
} from '../scenario/scenario.ts';
import { prepare, solve, trace } from '../solve.ts';
import { bytes, GiB, MiB, pa } from '../units.ts';
import { boundsOf } from './axis.ts';
import { withInput } from './inputs.ts';
import { type Figures, figuresOf, isMapped, Points } from './points.ts';

/** Kernels of every fault era and placement rule. */
const kernels = [
  '6.1',
  '6.9',
  '6.9.11',
  '6.10-rc1',
  '6.10',
  '6.11',
  '6.12',
  '6.12.9',
  '6.12.10',
  '6.12.28',
  '6.12.29',
  '6.12.117',
  '6.13',
  '6.14.6',
  '6.15',
  '7.1',
  '7.3',
] as const;

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** A number of pages, whole blocks and ragged ones alike. */
const pages = (most: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.nat({ max: 1 << 20 }), pick([0, 1, 4, 9, 13, 18]))
    .map(([n, shift]) => Math.min((n % Math.max(1, Math.floor(most / 2 ** shift))) * 2 ** shift, most));

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    arch: fc.oneof(
      { weight: 3, arbitrary: pick(['x86_64-4', 'arm64-4k-48'] as const) },
      { weight: 2, arbitrary: pick(archs.map(a => a.id)) },
    ),
    kernel: pick(kernels),
    policy: pick(policies.map(p => p.id)),
    thp: pick(['always', 'always', 'never'] as const),
    preset: pick(['qemu', 'qemu-run', 'scene', 'bare'] as const),
    legacy: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
    touch: pick<TouchChoice>(['asc', 'asc', 'desc', 'middle']),
    file: fc
      .integer({ min: 0, max: 9 })
      .map(n => (n === 0 ? 'hookedFile' : 'vfio') as Scenario['request']['file']),
    advice: pick(['none', 'none', 'nohuge'] as const),
    size: pages(2 ** 21),
    base: pages(2 ** 23),
    offset: pages(2 ** 20),
    length: pages(2 ** 20),
    odd: pick([0, 0, 0, 100]),
    hint: pick([
      0, 0, 0x7f42_5402_1000, 0x5555_5555_4000, 0x7f43_0000_0000, 0x2000_0000_0000, 0x7f42_4000_0000,
      0x7f42_5402_1000, 4096,
    ]),
    hole: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
    range: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
    fixed: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
  })
  .map(r => ({
    ...defaultScenario,
    machine: { ...defaultScenario.machine, arch: r.arch, kernel: r.kernel, policy: r.policy, thp: r.thp },
    device: {
      ...defaultScenario.device,
      bar: { index: 2, base: pa(r.base * 4096), size: bytes(Math.max(1, r.size) * 4096) },
      holes: r.hole ? [{ offset: bytes(MiB), size: bytes(64 * 1024) }] : [],
      ranges: r.range ? [{ offset: bytes(GiB), phys: pa(0x50_0020_0000) }] : [],
    },
    space: { ...defaultScenario.space, source: { kind: 'preset', id: r.preset }, legacy: r.legacy },
    request: {
      ...defaultScenario.request,
      file: r.file,
      offset: bytes(r.offset * 4096),
      length: bytes(Math.max(1, r.length) * 4096 - r.odd),
      hint: r.hint,
      flags: r.fixed && r.hint > 0 ? 0x11 : 1,
      advice: r.advice,
      touch: r.touch,
    },
  }));

/** What solve() says of a point. */
const reference = (scenario: Scenario): Figures => {
  const prepared = prepare(scenario.machine, scenario.space);
  return figuresOf(solve(scenario, prepared), trace(scenario, prepared));
};

const figures = ({ cls, faults, tableBytes, skipped }: Figures): Figures => ({
  cls,
  faults,
  tableBytes,
  skipped,
});

const axes = fc.tuple(pick(sweepInputs), pick(sweepInputs)).filter(([x, y]) => x !== y);

const valuesFor = (s: Scenario, input: SweepInput, seeds: readonly number[]): readonly number[] => {
  const { from, to } = boundsOf(s, input);
  const page = 4096;
  const span = Math.min(to - from, 8 * GiB);
  return seeds.map((seed, i) => {
    const grain = [page, 64 * 1024, 2 * MiB, 512 * MiB][i % 4] ?? page;
    return from + Math.floor((((seed % 1024) / 1024) * span) / grain) * grain;
  });
};

describe('a point of the sweep', () => {
  it('is what solve() says of the Scenario with both inputs set', () => {
    const roads = new Map<string, number>();
    const kinds = new Map<number, number>();
    fc.assert(
      fc.property(
        scenarios,
        axes,
        fc.array(fc.nat({ max: 1023 }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat({ max: 1023 }), { minLength: 4, maxLength: 4 }),
        (scenario, [x, y], xs, ys) => {
          const points = new Points(scenario, x, y);
          roads.set(points.road, (roads.get(points.road) ?? 0) + 1);
          for (const vx of valuesFor(scenario, x, xs))
            for (const vy of valuesFor(scenario, y, ys)) {
              points.solve(vx, vy);
              const at = withInput(withInput(scenario, x, vx), y, vy);
              expect(figures(points), `${x}=${vx} ${y}=${vy}`).toEqual(reference(at));
              kinds.set(points.cls, (kinds.get(points.cls) ?? 0) + 1);
            }
        },
      ),
      { numRuns: 400 },
    );
    // The property says something only where every road is taken and points are mapped as well as refused.
    expect([...roads.keys()].sort()).toEqual(['closed form', 'one mmap() a point', 'whole answers']);
    expect([...kinds.keys()].filter(isMapped).length).toBeGreaterThan(2);
  }, 120_000);

  it('is the same for ordinary requests under every policy, page by page and block by block', () => {
    fc.assert(
      fc.property(
        pick(policies.map(p => p.id)),
        pick(kernels),
        pick([
          'x86_64-4',
          'arm64-4k-48',
          'arm64-64k-48',
          'arm64-16k-47',
          'riscv64-sv48',
          'ppc64-radix-64k',
        ] as const),
        pick(['qemu', 'scene', 'bare'] as const),
        pick(['off', 'base', 'size', 'gap', 'aslr'] as const),
        fc.array(fc.nat({ max: 1023 }), { minLength: 8, maxLength: 8 }),
        fc.array(fc.nat({ max: 1023 }), { minLength: 8, maxLength: 8 }),
        (policy, kernel, arch, preset, x, xs, ys) => {
          const scenario: Scenario = {
            ...defaultScenario,
            machine: { ...defaultScenario.machine, policy, kernel, arch },
            device: {
              ...defaultScenario.device,
              bar: { index: 2, base: pa(0x38_8000_0000), size: bytes(4 * GiB) },
            },
            space: { ...defaultScenario.space, source: { kind: 'preset', id: preset } },
          };
          const points = new Points(scenario, x, 'len');
          for (const vx of valuesFor(scenario, x, xs))
            for (const vy of valuesFor(scenario, 'len', ys)) {
              points.solve(vx, vy);
              const at = withInput(withInput(scenario, x, vx), 'len', vy);
              expect(figures(points), `${x}=${vx} len=${vy}`).toEqual(reference(at));
            }
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('is answered by the closed form where the request is an ordinary one', () => {
    for (const { id, kind } of policies)
      if (kind !== 'none') expect(new Points(defaultScenario, 'off', 'len', id).road, id).toBe('closed form');
  });
});
