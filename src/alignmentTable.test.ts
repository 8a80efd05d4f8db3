import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draw, holds, readPage, rowOf, rules, withTables } from '../scripts/alignmentTable.ts';
import { policies } from './placement/policies.ts';
import { defaultScenario } from './scenario/scenario.ts';
import { prepare } from './solve.ts';
import { va } from './units.ts';

describe('the table of the public alignment test', () => {
  it('in docs/policies.md is current (npm run docs:alignment)', () => {
    expect(withTables(readPage())).toBe(readPage());
  });

  it('needs its markers', () => {
    expect(() => withTables('# Policies')).toThrow('no <!--');
  });
});

/** Draws a rule on BARs from 8 KiB to 64 GiB, in processes whose free space ends anywhere. */
const draws = fc.record({
  power: fc.integer({ min: 13, max: 36 }),
  base: fc.integer({ min: 1, max: 2 ** 10 }),
  randoms: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    minLength: 4,
    maxLength: 4,
  }),
  lid: fc.integer({ min: 2 ** 34, max: 2 ** 35 - 2 ** 26 }),
});

describe.each(policies.filter(p => p.kind !== 'none').map(p => p.id))('%s', id => {
  const machine = { ...defaultScenario.machine, policy: id };
  const row = rowOf('x86_64-4', id);
  it.each(rules.map((rule, i) => [rule.title, row[i] ?? '', rule] as const))('%s: %s', (_, verdict, rule) => {
    if (verdict !== 'yes') expect(verdict).toMatch(/^no: \d/);
    else
      fc.assert(
        fc.property(draws, ({ power, base, randoms, lid }) => {
          let at = 0;
          const bar = 2 ** power;
          const drawn = rule.draw(() => randoms[at++ % randoms.length] ?? 0, bar);
          const d: Draw = { bar, base: bar * base, ...drawn };
          const space = {
            ...defaultScenario.space,
            source: { kind: 'preset', id: 'bare' } as const,
            lid: va(lid * 4096),
          };
          expect(holds(rule, d, machine, prepare(machine, space))).toBe(true);
        }),
        { numRuns: 150 },
      );
  });
});
