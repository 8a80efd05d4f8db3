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

  it('has no sum for a corrupt leaf', () => {
    const { steps, device } = walk('#1&k=6.12&len=1G+2M+4K', 2 ** 29);
    const last = steps.at(-1);
    expect(last?.holds).toMatchObject({ kind: 'leaf', run: { corrupt: true } });
    expect(last && sumOf(last, device.mapping.start + 2 ** 29)).toBeUndefined();
  });

  it('goes through three levels on s390x, until the process reaches above 4 TiB', () => {
    expect(walk('#1&a=s390x', 0).steps.map(s => s.level)).toEqual(['PUD', 'PMD', 'PTE']);
    const high = walk('#1&a=s390x&as=bare&hint=0x100_0000_0000_0', 0).steps;
    expect(high.length).toBeGreaterThanOrEqual(3);
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

it('names the root as the manuals do, and counts what the hardware reads', () => {
  const of = (id: string) => {
    const arch = archs.find(a => a.id === id);
    if (arch === undefined) throw new Error(id);
    const { name, reads } = rootOf(arch);
    return [name, reads(arch.levels.length)];
  };
  expect(of('x86_64-5')).toEqual(['CR3', 5]);
  expect(of('i386-pae')).toEqual(['CR3', 2]);
  expect(of('arm64-64k-48')).toEqual(['TTBR0_EL1', 3]);
  expect(of('riscv64-sv39')).toEqual(['satp', 3]);
  expect(of('ppc64-radix-64k')).toEqual(['the process table, by PID', 4]);
  expect(of('ppc64-hash-64k')).toEqual(['mm->pgd', undefined]);
  expect(of('loongarch64-16k')[0]).toBe('PGDL');
});
