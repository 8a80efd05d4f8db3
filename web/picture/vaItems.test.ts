import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { readLink } from '../../src/scenario/link.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { type Prepared, prepare, solve, trace } from '../../src/solve.ts';
import { makeAddressSpace } from '../../src/space/addressSpace.ts';
import type { Vma } from '../../src/space/vma.ts';
import { va } from '../../src/units.ts';
import { finalSearch, type VaItem, vaItems } from './vaItems.ts';
import { shortName } from './vmaKind.ts';

const noPacker = { pack: (t: string) => t, unpack: (t: string) => t };
const linked = (hash: string): Scenario => readLink(hash, noPacker).scenario;

const itemsOf = (scenario: Scenario, maxPassed = 4, maxSingles = 6): readonly VaItem[] => {
  const prepared = prepare(scenario.machine, scenario.space);
  const { placement } = solve(scenario, prepared);
  return vaItems({
    vmas: prepared.mm.space.vmas,
    index: prepared.mm.space.index,
    taskSize: prepared.arch.taskSize,
    placed: placement.ok ? placement : undefined,
    search: finalSearch(trace(scenario, prepared), prepared.mm.space.index),
    maxPassed,
    maxSingles,
  });
};

test('the designed scene: four gaps too small, then the new mapping at the top of the free range', () => {
  const items = itemsOf(linked('#1&as=scene'));
  const passed = items.filter(i => i.kind === 'gap' && i.role === 'passed').map(i => i.to - i.from);
  expect(passed.map(n => n / 1024)).toEqual([2044, 0x1df_d000 / 1024, 0x1a_e000 / 1024, 392]);
  const at = items.findIndex(i => i.kind === 'new');
  expect(items[at]).toMatchObject({ from: 0x7ffe_6cc5_4000, to: 0x7ffe_ecc5_4000 });
  expect(items[at + 1]).toMatchObject({ kind: 'vmas' });
  expect(items.some(i => i.kind === 'skipped')).toBe(false);
  expect(items.filter(i => i.kind === 'unsearched')).toHaveLength(1);
});

test('alignment leaves a hole above the mapping', () => {
  const items = itemsOf(linked('#1&as=scene&p=xu1'));
  const hole = items.find(i => i.kind === 'skipped');
  expect(hole && hole.to - hole.from).toBe(0x2cc5_4000);
});

test('a lid that is dragged over thousands of mappings gives the row that its list gives by itself', () => {
  const mapping = (start: number, pages: number, name: string): Vma => ({
    start: va(start),
    end: va(start + pages * 4096),
    growsDown: name === '[stack]',
    shadowStack: false,
    perms: 'rw-p',
    name,
  });
  const many = Array.from({ length: 1500 }, (_, i) =>
    mapping(0x7000_0000_0000 + i * 2 ** 20, 3 + (i % 5), i % 7 === 0 ? 'libc.so.6' : ''),
  );
  const vmas = [
    mapping(0x40_0000, 900, '[heap]'),
    ...many,
    ...many.map(v => ({ ...v, start: va(v.start + 2 ** 40), end: va(v.end + 2 ** 40) })),
    mapping(0x7fff_0000_0000, 64, '[stack]'),
  ];
  const space = {
    ...defaultScenario.space,
    source: { kind: 'pasted', name: 'many', vmas, mmapBase: va(0x7ffe_0000_0000) },
  } as const;
  // In the free range between the two crowds, below both, between two neighbours, and above all but the stack.
  for (const lid of [
    0x70f0_0000_0000, 0x7090_0000_1000, 0x5000_0000_0000, 0x7000_0008_0000, 0x7f00_0000_0000,
  ])
    for (const legacy of [false, true]) {
      const scenario = { ...defaultScenario, space: { ...space, legacy, lid: va(lid) } };
      const { arch, mm } = prepare(scenario.machine, scenario.space);
      const alone = mm.space.vmas.map(v => ({ ...v }));
      const fresh = makeAddressSpace(alone, mm.space.layout, mm.facts, arch);
      expect(mm.space.index.extra?.start).toBe(lid);
      expect(fresh.index.extra).toBeUndefined();
      const row = (prepared: Prepared): unknown => {
        const { placement } = solve(scenario, prepared);
        const events = trace(scenario, prepared);
        const search = finalSearch(events, prepared.mm.space.index);
        const placed = placement.ok ? placement : undefined;
        const { vmas: list, index } = prepared.mm.space;
        const input = { vmas: list, index, taskSize: arch.taskSize, placed, search };
        return [placement, events, search, vaItems({ ...input, maxPassed: 4, maxSingles: 6 })];
      };
      const prepared = prepare(scenario.machine, scenario.space);
      expect(row(prepared)).toEqual(row({ ...prepared, mm: { ...mm, space: fresh } }));
    }
});

const links = fc.constantFrom(
  '',
  '#1&as=scene',
  '#1&as=scene&p=xu1',
  '#1&as=qemu-run&k=6.12.117',
  '#1&as=bare&layout=bottomup',
  '#1&layout=bottomup',
  '#1&fl=shared.fixed&hint=0x7f43_0000_0000',
  '#1&fl=shared.fixed&hint=0x5555_0000_0000',
  '#1&hint=0x6000_0000_0000',
  '#1&a=x86_64-5',
  '#1&a=x86_64-5&hint=0x80_0000_0000_0000',
  '#1&bar=2@0x0+1T&len=100T',
);

test('the stretches ascend, touch and contain the mapping, whatever the scenario', () => {
  fc.assert(
    fc.property(
      links,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 4 * 2 ** 18 }),
      (hash, maxPassed, maxSingles, pages) => {
        const base = linked(hash);
        const scenario = {
          ...base,
          request: {
            ...base.request,
            length: Math.min(base.request.length, pages * 4096) as typeof base.request.length,
          },
        };
        const items = itemsOf(scenario, maxPassed, maxSingles);
        expect(items[0]?.from).toBe(0);
        items.forEach((item, i) => {
          expect(item.to, `${item.kind} ${i}`).toBeGreaterThan(item.from);
          const next = items[i + 1];
          if (next) expect(next.from, `after ${item.kind} ${i}`).toBe(item.to);
        });
        const { placement } = solve(scenario);
        const placed = items.filter(i => i.kind === 'new');
        expect(placed).toHaveLength(placement.ok ? 1 : 0);
        if (placement.ok) expect(placed[0]).toMatchObject({ from: placement.start, to: placement.end });
      },
    ),
    { numRuns: 300 },
  );
});

test('no stretch of mappings hides a vast free range', () => {
  for (const item of itemsOf(linked('#1&layout=bottomup')))
    if (item.kind === 'vmas') expect(item.to - item.from).toBeLessThan(2 ** 40);
});

test('a lid moves the mapping down', () => {
  const scenario = { ...defaultScenario, space: { ...defaultScenario.space, lid: va(0x7f42_0000_0000) } };
  const items = itemsOf(scenario);
  expect(items.find(i => i.kind === 'new')?.to).toBe(0x7f42_0000_0000);
});

test('names lose their folder and version', () => {
  expect(shortName('/usr/lib/x86_64-linux-gnu/libpixman-1.so.0.42.2')).toBe('libpixman');
  expect(shortName('libgnutls30.so')).toBe('libgnutls');
  expect(shortName('/usr/lib/libglib-2.0.so.0.7800.4')).toBe('libglib');
  expect(shortName('/lib64/ld-linux-x86-64.so.2')).toBe('ld-linux-x86-64');
  expect(shortName('/usr/lib/qemu/accel-tcg-x86_64.so')).toBe('accel-tcg-x86_64');
  expect(shortName('/memfd:ram (deleted)')).toBe('memfd:ram');
  expect(shortName('[heap]')).toBe('[heap]');
  expect(shortName('')).toBe('');
});

test('only the last search counts', () => {
  const { index } = prepare(defaultScenario.machine, defaultScenario.space).mm.space;
  const events: PlacementEvent[] = [
    {
      kind: 'search',
      topDown: true,
      length: 4096,
      needed: 4096,
      low: 4096,
      high: 2 ** 46,
      alignMask: 0,
      alignOffset: 0,
    },
    { kind: 'none' },
    { kind: 'fallback' },
    {
      kind: 'search',
      topDown: false,
      length: 8192,
      needed: 8192,
      low: 2 ** 45,
      high: 2 ** 47,
      alignMask: 0,
      alignOffset: 0,
    },
    { kind: 'none' },
  ];
  expect(finalSearch(events, index)).toMatchObject({
    topDown: false,
    needed: 8192,
    fallback: true,
    taken: undefined,
  });
  expect(finalSearch([], index)).toBeUndefined();
});
