import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archs } from '../../src/arch/index.ts';
import { solve } from '../../src/solve.ts';
import { readHash } from '../state/links.ts';
import { rootOf, sumOf, walkOf } from './walk.ts';

const walk = (hash: string, offset: number) => {
  const { prepared, device } = solve(readHash(hash).scenario);
  if (device === undefined) throw new Error(`not placed: ${hash}`);
  return { steps: walkOf(prepared.arch, device, offset), device };
};

describe('the walk', () => {
  it('of a PTE reads one entry a level', () => {
    const { steps } = walk('#1&as=scene', 4096);
    expect(steps.map(s => `${s.level} ${s.index} ${s.holds.kind}`)).toEqual([
      'PGD 255 table',
      'PUD 505 table',
      'PMD 358 table',
      'PTE 85 leaf',
    ]);
  });

  it('ends at a PUD leaf after two', () => {
    const { steps } = walk('#1&as=scene&p=xu1', 2 ** 30 + 4096);
    expect(steps.map(s => s.holds.kind)).toEqual(['table', 'leaf']);
  });

  it('says none where nothing is mapped', () => {
    const { device } = walk('#1&as=scene', 0);
    const { prepared } = solve(readHash('#1&as=scene').scenario);
    const steps = walkOf(prepared.arch, { mapping: device.mapping, leaves: [] }, 0);
    expect(steps.map(s => s.holds.kind)).toEqual(['none']);
  });

  it('ends at the physical address of the byte: base plus low bits, on every architecture', () => {
    fc.assert(
      fc.property(fc.constantFrom(...archs), fc.nat(4095), fc.boolean(), (arch, page, aligned) => {
        const { steps, device } = walk(
          `#1&a=${arch.id}&bar=2@0x8000_0000+64M&len=64M${aligned ? '&p=xu1' : ''}&as=bare`,
          page * 4096,
        );
        const address = device.mapping.start + page * 4096;
        for (const [i, s] of steps.entries()) {
          expect(address).toBeGreaterThanOrEqual(s.from);
          expect(address).toBeLessThan(s.to);
          const next = steps[i + 1];
          if (next) expect(next.from >= s.from && next.to <= s.to).toBe(true);
        }
        const last = steps.at(-1);
        const sum = last && sumOf(last, address);
        expect((sum?.base ?? 0) + (sum?.low ?? 0)).toBe(device.mapping.pa + page * 4096);
      }),
      { numRuns: 60 },
    );
  });
});

it('every architecture has a root to begin at', () => {
  for (const arch of archs) expect(rootOf(arch).name).not.toBe('');
});
