import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArchId } from '../arch/arch.ts';
import { archOf, archs } from '../arch/index.ts';
import { factsOf } from '../kernel/facts.ts';
import { GiB, KiB, MiB, pa, va } from '../units.ts';
import { type ContRule, tlbUnits } from './contiguous.ts';
import type { PfnMapping } from './mapping.ts';
import { defaultThpPolicy, leafRules } from './rules.ts';
import { closedForm, type LeafRun } from './runs.ts';

const kernel = { major: 7, minor: 3, patch: 0, rc: 0 };

const units = (id: ArchId, m: PfnMapping, rule: ContRule = 'marked') => {
  const arch = archOf(id);
  const leaves = closedForm(m, leafRules(arch, factsOf(kernel), kernel, defaultThpPolicy));
  return tlbUnits(m, leaves, arch, rule);
};
const words = (id: ArchId, m: PfnMapping, rule?: ContRule): string =>
  units(id, m, rule)
    .map(r => `${r.count} ${r.kind}`)
    .join(', ');

const B = 0x7f00_0000_0000;
const mapping = (start: number, length: number, phys: number): PfnMapping => ({
  start: va(start),
  end: va(start + length),
  pa: pa(phys),
});

describe('contiguous hints', () => {
  it('today no entry of a PFN mapping is marked', () => {
    const m = mapping(B + 64 * KiB, MiB, 0x20_0001_0000);
    expect(words('arm64-4k-48', m, 'today')).toBe('256 pte');
  });

  it('marked: 1 MiB that agrees modulo 64 KiB, but has no 2 MiB block, is 16 units', () => {
    expect(words('arm64-4k-48', mapping(B + 64 * KiB, MiB, 0x20_0001_0000))).toBe('16 contpte');
  });

  it('marked: runs of PMDs become units of 32 MiB, flanks stay', () => {
    expect(words('arm64-4k-48', mapping(B + 30 * MiB, 100 * MiB, 0x20_01e0_0000))).toBe(
      '1 pmd, 3 contpmd, 1 pmd',
    );
  });

  it('marked: not where VA and PA disagree modulo the unit', () => {
    expect(words('arm64-4k-48', mapping(B + 4 * KiB, MiB, 0x20_0000_0000))).toBe('256 pte');
    expect(words('arm64-4k-48', mapping(B + 2 * MiB, 64 * MiB, 0x20_0000_0000))).toBe('32 pmd');
  });

  it('an architecture without the hint has none', () => {
    expect(words('x86_64-4', mapping(B, GiB + 64 * KiB, 0x20_0000_0000))).toBe('1 pud, 16 pte');
  });

  it('units tile the mapping, are aligned, and are never more than the leaves', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...archs.filter(a => a.contiguous.length > 0)),
        fc.integer({ min: 0, max: 4096 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 0, max: 4096 }),
        fc.boolean(),
        (arch, startPages, pages, paPages, congruent) => {
          const start = 0x10_0000_0000 + startPages * arch.page;
          const phys = congruent ? 0x20_0000_0000 + startPages * arch.page : paPages * arch.page;
          const m = mapping(start, pages * arch.page, phys);
          const leaves = closedForm(m, leafRules(arch, factsOf(kernel), kernel, defaultThpPolicy));
          const got = tlbUnits(m, leaves, arch, 'marked');
          let at = m.start as number;
          for (const run of got) {
            expect(run.va).toBe(at);
            if (run.kind.startsWith('cont')) {
              expect(run.va % run.size).toBe(0);
              expect((m.pa + (run.va - m.start)) % run.size).toBe(0);
            }
            at += run.size * run.count;
          }
          expect(at).toBe(m.end);
          const count = (runs: readonly LeafRun[]) => runs.reduce((n, r) => n + r.count, 0);
          expect(count(got)).toBeLessThanOrEqual(count(leaves));
        },
      ),
    );
  });
});
