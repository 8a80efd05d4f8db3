import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policies } from '../placement/policies.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { prepare, solve, trace } from '../solve.ts';
import { bytes, GiB, MiB } from '../units.ts';
import { withInput } from './inputs.ts';
import { type Luck, luckOf, type NoLuck } from './luck.ts';
import { figuresOf } from './points.ts';

const run = (scenario: Scenario): Luck | NoLuck => {
  const work = luckOf(scenario);
  for (;;) {
    const { value, done } = work.next();
    if (done) return value;
  }
};

const counted = (scenario: Scenario): Luck => {
  const luck = run(scenario);
  if (luck.how === 'none') throw new Error(luck.why);
  return luck;
};

const withPolicy = (policy: Scenario['machine']['policy'], kernel = '7.3'): Scenario => ({
  ...defaultScenario,
  machine: { ...defaultScenario.machine, policy, kernel },
});

describe('luck', () => {
  it('gives 1 GiB leaves to one base in 2^18, and 2 MiB to one in 512, where nothing aligns', () => {
    const luck = counted(defaultScenario);
    expect(luck).toMatchObject({ how: 'counted', period: GiB, bases: 2 ** 18 });
    expect(Object.fromEntries(luck.counts)).toEqual({ 5: 1, 3: 511, 1: 2 ** 18 - 512 });
  });

  it('is needed for 1 GiB only, where the kernel aligns to 2 MiB', () => {
    const luck = counted(withPolicy('shipped', '6.12.117'));
    expect(Object.fromEntries(luck.counts)).toEqual({ 5: 512, 3: 2 ** 18 - 512 });
  });

  it('is not needed where the policy aligns to the physical address', () => {
    expect(Object.fromEntries(counted(withPolicy('xu1')).counts)).toEqual({ 5: 2 ** 18 });
  });

  it('has no part where the hint is taken', () => {
    const hinted = { ...defaultScenario, request: { ...defaultScenario.request, hint: 0x7f42_4000_0000 } };
    expect(run(hinted)).toEqual({ how: 'none', why: 'hint' });
  });

  it('is sampled where a hole makes two mappings', () => {
    const holes = [{ offset: bytes(MiB), size: bytes(MiB) }];
    expect(counted({ ...defaultScenario, device: { ...defaultScenario.device, holes } }).how).toBe('sampled');
  });

  it('counts over one period what whole answers give at bases many periods away', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...policies.filter(p => p.kind !== 'none').map(p => p.id)),
        fc.constantFrom('6.6', '6.12.5', '6.12.117', '7.3'),
        fc.constantFrom('qemu' as const, 'scene' as const, 'bare' as const),
        fc.integer({ min: 1, max: 12 }),
        fc.nat({ max: 2 ** 28 - 1 }),
        (policy, kernel, id, size, draw) => {
          // Blocks of 64 KiB, so that one period has few positions and all of them can be asked.
          const scenario: Scenario = {
            ...withPolicy(policy, kernel),
            space: { ...defaultScenario.space, source: { kind: 'preset', id } },
            request: { ...defaultScenario.request, length: bytes(size * MiB) },
            device: {
              ...defaultScenario.device,
              bar: { ...defaultScenario.device.bar, size: bytes(16 * MiB) },
            },
          };
          const luck = counted(scenario);
          if (luck.how !== 'counted') return;
          const at = (slide: number): number => {
            const there = withInput(scenario, 'aslr', slide);
            const prepared = prepare(there.machine, there.space);
            return figuresOf(solve(there, prepared), trace(there, prepared)).cls;
          };
          const cls = at(draw * 4096);
          expect(at((draw * 4096) % luck.period)).toBe(cls);
          expect(luck.counts.has(cls)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
