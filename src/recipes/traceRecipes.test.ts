import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyScenario } from '../../scripts/anyScenario.ts';
import { vmPteGrowth } from '../cost/cost.ts';
import { leafCount } from '../leaves/runs.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { solve } from '../solve.ts';
import { bytes, GiB, MiB } from '../units.ts';
import { type TraceId, type TraceRecipe, traceRecipes } from './traceRecipes.ts';

// Properties take as long as a busy machine needs.
vi.setConfig({ testTimeout: 60_000 });

const withMachine = (machine: Partial<Scenario['machine']>): Scenario => ({
  ...defaultScenario,
  machine: { ...defaultScenario.machine, ...machine },
});
const withRequest = (request: Partial<Scenario['request']>): Scenario => ({
  ...defaultScenario,
  request: { ...defaultScenario.request, ...request },
});
const one = (s: Scenario, id: TraceId, pid?: number): TraceRecipe => {
  const found = traceRecipes(s, pid).find(r => r.id === id);
  if (found === undefined) throw new Error(`no recipe ${id}`);
  return found;
};
const command = (s: Scenario, id: TraceId, pid?: number): string => {
  const recipe = one(s, id, pid);
  return recipe.ok ? recipe.command : `(${recipe.reason})`;
};
const expected = (s: Scenario, id: TraceId): string | undefined => {
  const recipe = one(s, id);
  return recipe.ok ? recipe.expected : `(${recipe.reason})`;
};

describe('what is expected', () => {
  it('of the first visit', () => {
    expect(expected(defaultScenario, 'search')).toMatch(
      /^vm_unmapped_area: addr=0x7f42540e3000 err=0 flags=0x1 len=0x80000000 /,
    );
    expect(expected(defaultScenario, 'orders')).toBe('@leaves[0]: 524288');
    expect(expected(defaultScenario, 'count')).toBe('524,288 minor-faults');
    expect(expected(defaultScenario, 'addresses')).toBe('524,288 from 0x7f42_540e_3000, 4 KiB apart');
    expect(expected(defaultScenario, 'vmpte')).toBe('4,104 kB more, for 524,288 leaves');
    expect(expected(defaultScenario, 'dyndbg')?.split('\n')).toEqual([
      'vfio_pci_mmap_huge_fault(,order = 18) BAR 2 page offset …: 0x800',
      'vfio_pci_mmap_huge_fault(,order = 9) BAR 2 page offset …: 0x800',
      'vfio_pci_mmap_huge_fault(,order = 0) BAR 2 page offset …: 0x100',
    ]);
  });

  it('of a congruent mapping is one attempt and one leaf a GiB', () => {
    const s = withRequest({ hint: 0x7f42_4000_0000 });
    expect(expected(s, 'dyndbg')).toBe('vfio_pci_mmap_huge_fault(,order = 18) BAR 2 page offset …: 0x100');
    expect(expected(s, 'orders')).toBe('@leaves[18]: 2');
    expect(expected(s, 'search')).toBe('No line: the address was given and is free, so nothing is searched.');
  });

  it('follows the page that is touched first', () => {
    const s = withRequest({ hint: 0x7f42_4000_0000, length: bytes(GiB + 4 * MiB), touch: 'desc' });
    expect(expected(s, 'dyndbg')?.split('\n').at(-1)).toContain('order = 9) BAR 2 page offset …: 0x100');
    expect(expected(s, 'orders')).toBe('@leaves[18]: 1\n@leaves[9]: 2');
  });

  it('counts orders in pages of the machine', () => {
    // 512 MiB of 64 KiB pages are order 13.
    const s = { ...withMachine({ arch: 'arm64-64k-48' }) };
    const at = { ...s, request: { ...s.request, hint: 0xff00_0000_0000 } };
    expect(expected(at, 'orders')).toBe('@leaves[13]: 4');
  });

  it('agrees with the engine everywhere', () => {
    fc.assert(
      fc.property(anyScenario, s => {
        const { total, prepared } = solve(s);
        for (const recipe of traceRecipes(s)) {
          if (!recipe.ok) {
            expect(recipe.reason).not.toBe('');
            continue;
          }
          const text = recipe.expected ?? '';
          if (total === undefined || s.request.file !== 'vfio') continue;
          const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((n, m) => n + Number(m[1]), 0);
          if (recipe.id === 'orders' && text.startsWith('@leaves'))
            expect(sum(/: (\d+)$/gm)).toBe(leafCount(total.leaves));
          if (recipe.id === 'count')
            expect(text).toBe(`${total.faults.toLocaleString('en-US')} minor-faults`);
          if (recipe.id === 'dyndbg')
            expect(text.split('\n').filter(line => /0x100$/.test(line))).toHaveLength(1);
          if (recipe.id === 'vmpte' && s.device.holes.length === 0 && s.device.ranges.length === 0) {
            const grown = vmPteGrowth(total.leaves, prepared.arch, prepared.mm.space.vmas);
            expect(Number(text.replaceAll(',', '').split(' ')[0])).toBe(Math.ceil(grown / 1024));
          }
        }
      }),
      { numRuns: 800 },
    );
  });
});

describe('the kernel decides which lines there are', () => {
  it.each([
    ['5.6', 'search', '(Linux 5.6 has no tracepoint'],
    ['5.7', 'search', 'sudo trace-cmd record -e mmap:vm_unmapped_area'],
    ['5.7', 'orders', '(vfio-pci of Linux 5.7 fills the mapping in mmap()'],
    ['5.10', 'orders', 'kprobe:vfio_pci_mmap_fault /'],
    ['6.11', 'orders', 'kprobe:vfio_pci_mmap_fault /'],
    ['6.11', 'dyndbg', '(vfio-pci of Linux 6.11 prints nothing on a fault; 6.12'],
    ['6.12', 'dyndbg', 'module vfio_pci_core func vfio_pci_mmap_huge_fault +p'],
    ['6.12', 'orders', 'kretprobe:vfio_pci_mmap_page_fault'],
  ] as const)('%s: %s', (kernel, id, text) => {
    expect(command(withMachine({ kernel }), id)).toContain(text);
  });

  it('and the old driver was another module', () => {
    expect(one(withMachine({ kernel: '5.14' }), 'orders').says).toContain('that vfio_pci answers');
    expect(one(withMachine({ kernel: '5.15' }), 'orders').says).toContain('that vfio_pci_core answers');
    expect(expected(withMachine({ kernel: '6.11' }), 'orders')).toBe('@faults: 1');
    expect(expected(withMachine({ kernel: '6.11' }), 'addresses')).toContain('1 line: one fault fills');
  });

  it('faults have an address in the trace of x86 only', () => {
    expect(one(withMachine({ arch: 'arm64-4k-48' }), 'addresses').ok).toBe(false);
    expect(command(defaultScenario, 'addresses')).toContain(
      "-f 'address >= 0x7f42540e3000 && address < 0x7f42d40e3000'",
    );
  });

  it('a mapping that fails, or of another file, asks nothing of vfio-pci', () => {
    expect(one(withRequest({ flags: 2 }), 'orders')).toMatchObject({ ok: false });
    expect(one(withRequest({ file: 'memfd' }), 'dyndbg')).toMatchObject({ ok: false });
    expect(one(withRequest({ file: 'memfd' }), 'search')).toMatchObject({ ok: true });
  });
});

describe('the process', () => {
  it('is a number or a variable of the shell', () => {
    expect(command(defaultScenario, 'count', 4711)).toMatch(/-p 4711$/);
    for (const pid of [undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(command(defaultScenario, 'count', pid)).toMatch(/-p "\$PID"$/);
  });

  it('and nothing else of a scenario reaches a command but numbers', () => {
    fc.assert(
      fc.property(anyScenario, s => {
        const addressless = (text: string) => text.replaceAll(/0x[0-9a-f]+/g, '0x');
        for (const recipe of traceRecipes(s)) {
          if (!recipe.ok) continue;
          const known = ['7.3', '6.11'].flatMap(kernel =>
            traceRecipes(withMachine({ kernel })).flatMap(r => (r.ok ? [addressless(r.command)] : [])),
          );
          expect(known).toContain(addressless(recipe.command));
        }
      }),
      { numRuns: 150 },
    );
  });
});
