import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arch } from '../arch/arch.ts';
import { x86Level4, x86Level5 } from '../arch/x86.ts';
import { closedForm } from '../leaves/runs.ts';
import { LARGE, PAGE, pagesMapping, SMALL, tinyRules } from '../leaves/testing.ts';
import { touchAll } from '../leaves/touch.ts';
import { bytes, GiB, KiB, MiB, va } from '../units.ts';
import {
  bytesOf,
  costOf,
  faultsOf,
  type TableOwner,
  tablesNeeded,
  vmPteGrowth,
  writePassFaults,
} from './cost.ts';

const tinyArch: Arch = {
  ...x86Level4,
  levels: [PAGE, SMALL, LARGE, 4 * LARGE].map((size, i) => ({
    name: (['PTE', 'PMD', 'PUD', 'PGD'] as const)[i] ?? 'PGD',
    shift: Math.log2(size),
    entries: 4,
    tableBytes: bytes(4 * KiB),
  })),
};

const owner = (start: number, end: number, perms = 'rw-p'): TableOwner => ({
  start: va(start),
  end: va(end),
  perms,
});

describe('tables', () => {
  test('arithmetic equals a set of slots, with and without tables that exist', () => {
    const mapping = fc
      .record({
        start: fc.nat(200),
        pages: fc.integer({ min: 1, max: 150 }),
        pa: fc.nat(80),
        same: fc.boolean(),
      })
      .map(({ start, pages, pa, same }) => pagesMapping(start, pages, same ? start : pa));
    const owners = fc
      .array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 30 }), fc.constantFrom('rw-p', '---p')), {
        maxLength: 8,
      })
      .map(list => {
        let at = 0;
        return list.map(([gap, pages, perms]) => {
          const start = at + gap;
          at = start + pages;
          return owner(start * PAGE, at * PAGE, perms);
        });
      });
    fc.assert(
      fc.property(mapping, owners, fc.array(fc.nat(149), { maxLength: 3 }), (m, existing, touches) => {
        const first = touches.map(i => bytes(i * PAGE)).filter(o => m.start + o < m.end);
        const runs = touchAll(m, tinyRules('hugeExact'), { kind: 'firstThenAscending', first })?.leaves ?? [];
        const naive = [SMALL, LARGE, 4 * LARGE].map(slot => {
          const needed = new Set<number>();
          for (const run of runs)
            for (let i = 0; run.size < slot && i < run.count; i++)
              needed.add(Math.floor((run.va + i * run.size) / slot));
          for (const v of existing)
            for (let x: number = v.start; v.perms !== '---p' && x < v.end; x += PAGE)
              needed.delete(Math.floor(x / slot));
          return needed.size;
        });
        expect(tablesNeeded(runs, tinyArch, existing).map(t => t.count)).toEqual(naive);
        expect(vmPteGrowth(runs, tinyArch, existing)).toBe(naive.reduce((a, b) => a + b) * 4 * KiB);
      }),
      { numRuns: 3000 },
    );
  });

  test('five levels have one more', () => {
    const runs = closedForm(pagesMapping(0, 1, 0), tinyRules('hugeAligned'));
    expect(tablesNeeded(runs, x86Level5).map(t => [t.name, t.count])).toEqual([
      ['PTE', 1],
      ['PMD', 1],
      ['PUD', 1],
      ['P4D', 1],
    ]);
  });

  test('a neighbour in the same 2 MiB has all the tables already, a reserved range has none', () => {
    const at = 0x7f00_0000_0000;
    const runs = closedForm(
      { start: va(at + MiB), end: va(at + MiB + 4096), pa: 0 as never },
      tinyRules('perPage'),
    );
    expect(vmPteGrowth(runs, x86Level4, [])).toBe(12 * KiB);
    expect(vmPteGrowth(runs, x86Level4, [owner(at, at + 4096, '---p')])).toBe(12 * KiB);
    // A fifth level has a table more, which __p4d_alloc() does not count.
    expect(costOf(runs, x86Level5, 'hugeAligned').tableBytes).toBe(16 * KiB);
    expect(vmPteGrowth(runs, x86Level5, [])).toBe(12 * KiB);
    expect(vmPteGrowth(runs, x86Level4, [owner(at, at + 4096)])).toBe(0);
    expect(vmPteGrowth(runs, x86Level4, [owner(at + 2 * MiB, at + 4 * MiB)])).toBe(4 * KiB);
    expect(vmPteGrowth(runs, x86Level4, [owner(at + 2 * GiB, at + 3 * GiB)])).toBe(8 * KiB);
  });
});

describe('faults', () => {
  const runs = closedForm(pagesMapping(0, 21, 0), tinyRules('hugeAligned'));

  test('by era', () => {
    expect(runs.map(r => r.count)).toEqual([1, 1, 1]);
    expect(faultsOf(runs, 'hugeAligned')).toBe(3);
    const pages = closedForm(pagesMapping(0, 21, 0), tinyRules('perPage'));
    expect(faultsOf(pages, 'perPage')).toBe(21);
    expect(faultsOf(pages, 'fullRemap')).toBe(1);
    expect(faultsOf(pages, 'fullInsert')).toBe(1);
    expect(faultsOf(pages, 'premap')).toBe(0);
    expect(faultsOf([], 'fullRemap')).toBe(0);
  });

  test('a writing pass costs one a leaf without hardware dirty bits', () => {
    expect(writePassFaults(runs)).toBe(0);
    expect(writePassFaults(runs, false)).toBe(3);
  });

  test('the whole cost adds up', () => {
    const cost = costOf(runs, tinyArch, 'hugeAligned');
    expect(cost).toMatchObject({ faults: 3, tlbEntries: 3, tableBytes: bytesOf(cost.tables) });
    expect(cost.tables.map(t => t.count)).toEqual([1, 1, 1]);
  });
});
