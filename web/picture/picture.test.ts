import { describe, expect, test } from 'vitest';
import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { type Mark, roughMeasure, type TextMark } from '../draw/marks.ts';
import { drawMap } from './picture.ts';
import { oddMarks } from './testing.ts';
import type { Picture, PictureInput } from './types.ts';
import { finalSearch } from './vaItems.ts';

const draw = (hash: string, width = 900, height = 824, crosshair?: number, pane?: number): Picture => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: t => t });
  const prepared = prepare(scenario.machine, scenario.space);
  return drawMap({
    scenario,
    solution: solve(scenario, prepared),
    search: finalSearch(trace(scenario, prepared), prepared.mm.space.index),
    width,
    height,
    crosshair,
    pane,
    measure: roughMeasure,
  });
};

const texts = (p: Picture): string[] =>
  p.marks.filter((m): m is TextMark => m.kind === 'text').map(m => m.text);
const leaves = (p: Picture) => p.marks.filter(m => m.kind === 'leaves');

test('a picture is the same whatever was drawn before it', () => {
  const { scenario } = readLink('#1&as=scene', { pack: t => t, unpack: t => t });
  const prepared = prepare(scenario.machine, scenario.space);
  const solution = solve(scenario, prepared);
  const search = finalSearch(trace(scenario, prepared), prepared.mm.space.index);
  const input = {
    scenario,
    solution,
    search,
    width: 900,
    height: 824,
    pane: undefined,
    measure: roughMeasure,
  };
  const views: readonly Partial<PictureInput>[] = [
    { crosshair: 0 },
    { crosshair: 2 ** 30 },
    { crosshair: 2 ** 30, walk: 2 },
    { viewport: { origin: 0, sub: 0, span: 2 ** 22 } },
    { viewport: { origin: 2 ** 22, sub: 0, span: 2 ** 22 } },
    { width: 590 },
    // As wide between its margins.
    { width: 610 },
    { comb: { delta: 2 ** 21, done: 0.5 } },
    { crosshair: 4096, height: 700, tablesBelow: true },
  ];
  const marks = (view: Partial<PictureInput>, measure = roughMeasure) =>
    drawMap({ ...input, crosshair: undefined, ...view, measure }).marks;
  for (const before of views)
    for (const view of views) {
      // Texts measured by another measure are drawn anew.
      const fresh = marks(view, (...of) => roughMeasure(...of));
      marks(before);
      expect(marks(view)).toEqual(fresh);
    }
});

test('the designed scene says what the design says', () => {
  const words = texts(draw('#1&as=scene', 980));
  expect(words).toContain('524,288 × PTE 4 KiB');
  expect(words).toContain('miss by 716.33 MiB');
  expect(words).toContain('miss by 336 KiB');
  expect(words).toContain('4 gaps too small for 2 GiB');
  expect(words).toContain('42.66 TiB free: take its top');
  expect(words).toContain('mmap_base 0x7fff_f7ff_f000');
  expect(words).toContain('0x7ffe_6cc5_4000');
  expect(words).toContain('1,025 slots to tables');
});

test('a red arrow is as long as (VA − PA) mod the size, on the scale of its pane', () => {
  const picture = draw('#1&as=scene', 900);
  const arrows = picture.marks.filter(
    m =>
      m.kind === 'path' &&
      m.stroke === 'red' &&
      m.points.length === 2 &&
      m.points[0]?.[1] === m.points[1]?.[1],
  );
  // The first pane is half of 852 px for 2 GiB; its first whole arrow is 716.33 MiB long, less its head.
  const [from, to] = (arrows[0] as Extract<Mark, { kind: 'path' }>).points;
  const px = (0x2cc5_4000 / 2 ** 31) * 426;
  expect((to?.[0] ?? 0) - (from?.[0] ?? 0) + 3).toBeCloseTo(px, 6);
});

test('where the teeth meet there is no red in the panes, and the slabs are labelled', () => {
  const picture = draw('#1&as=scene&p=xu1');
  const words = texts(picture);
  expect(words).toContain('PUD 1 GiB');
  expect(words).toContain('meet: a 1 GiB leaf fits');
  expect(words).toContain('no table needed');
  expect(words.some(w => w.startsWith('miss by'))).toBe(false);
});

test('a corrupt run is never drawn as success', () => {
  const picture = draw('#1&k=6.12&len=1G+2M+4K');
  expect(leaves(picture).some(m => m.kind === 'leaves' && m.corrupt)).toBe(true);
  expect(texts(picture)).toContain('corrupt entries');
});

test('a refused request shows no leaves', () => {
  const picture = draw('#1&len=4G');
  expect(leaves(picture)).toHaveLength(0);
  expect(texts(picture)).toContain('No mapping, so no leaves.');
});

describe.each([
  ['', 852],
  ['', 340],
  ['', 1400],
  ['#1&len=4K', 852],
  ['#1&len=15M&off=1028K&p=thp', 852],
  ['#1&bar=2@0x0+1T&len=1T&p=xu1', 852],
  ['#1&bar=2@0x0+1T&len=1T', 852],
  ['#1&a=x86_64-5&hint=0x80_0000_0000_0000', 852],
  ['#1&layout=bottomup&as=bare', 852],
  ['#1&k=6.12.28&t=desc', 852],
  ['#1&fl=shared.fixed&hint=0x7f43_0000_0000', 340],
])('%s at %d px', (hash, width) => {
  test('has finite marks, few of them, inside the drawing', () => {
    for (const pane of [undefined, 0, 1, 2]) {
      const picture = draw(hash, width + 48, 824, 8192, pane);
      expect(picture.marks.length).toBeLessThan(4000);
      // One expectation over all marks: thousands of them, at several sizes.
      const odd = oddMarks(picture.marks, width + 48);
      expect(odd).toEqual([]);
    }
  });
});

test('a crosshair runs through every row', () => {
  const without = draw('#1&as=scene');
  const picture = draw('#1&as=scene', 900, 824, 2 ** 31 - 4096);
  expect(picture.marks.length - without.marks.length).toBeGreaterThanOrEqual(9);
});

test('what is pointed at in the zipper is a byte of the mapping', () => {
  const picture = draw('#1&as=scene');
  const pane = picture.hits.find(h => h.offsetAt && h.h > 200);
  expect(pane?.offsetAt?.(pane.x)).toBe(0);
  expect(pane?.offsetAt?.(pane.x + pane.w)).toBeCloseTo(2 ** 31, 0);
});

describe('the page-table ladder', () => {
  const rows = (p: Picture) => p.hits.filter(h => h.entryAt !== undefined);
  const middle = (p: Picture, level: string) => {
    const row = rows(p).find(h => h.level === level);
    if (row?.entryAt === undefined || row.offsetAt === undefined) throw new Error(`no row ${level}`);
    return { ...row, entryAt: row.entryAt, offsetAt: row.offsetAt };
  };

  test('every entry says what it covers and holds', () => {
    const picture = draw('#1&as=scene');
    expect(rows(picture).map(h => h.level)).toEqual(['PGD', 'PUD', 'PMD', 'PTE']);
    const pte = middle(picture, 'PTE');
    for (let px = pte.x; px < pte.x + pte.w; px += 7.3) {
      const { from, to, label } = pte.entryAt(px);
      expect(to - from).toBe(4096);
      expect(from % 4096).toBe(0);
      expect(label).toMatch(/^PTE entry \d+: (PTE leaf of 4 KiB|other mappings|empty)$/);
    }
    const root = middle(picture, 'PGD');
    expect(root.entryAt(root.x + root.w - 1).label).toBe('PGD entry 511: above user space');
  });

  test('the entry under the pointer covers the byte the crosshair goes to', () => {
    for (const hash of ['#1&as=scene', '#1&len=15M&off=1028K&p=thp&k=6.12.117', '#1&a=arm64-16k-47']) {
      const { scenario } = readLink(hash, { pack: t => t, unpack: t => t });
      const start = solve(scenario).device?.mapping.start ?? 0;
      for (const row of rows(draw(hash)))
        for (let px = row.x + 0.5; px < row.x + row.w; px += 11) {
          const entry = row.entryAt?.(px);
          const at = start + (row.offsetAt?.(px) ?? 0);
          if (entry === undefined || !/leaf|points/.test(entry.label)) continue;
          // The crosshair stays inside the mapping, where an entry reaches beyond it.
          expect(at).toBeGreaterThanOrEqual(Math.max(start, entry.from));
          expect(at).toBeLessThan(entry.to);
        }
    }
  });

  test('tables far apart have one scale: a leaf is as wide in the first as in the last', () => {
    const picture = draw('#1&len=64M&off=1028K&p=thp&k=6.12.117');
    const pte = middle(picture, 'PTE');
    const slots: number[] = [];
    for (let px = pte.x + 0.25; px < pte.x + pte.w; px += 0.5) slots.push(pte.entryAt(px).from / 4096);
    const distinct = new Set(slots);
    // Two tables of 512 slots on some 630 px: no slot is left out for long, and none repeats far.
    expect(distinct.size).toBeGreaterThan(1000);
  });

  test('an entry that other mappings share says so', () => {
    const picture = draw('#1&as=scene');
    const pud = middle(picture, 'PUD');
    const labels = new Set<string>();
    for (let px = pud.x; px < pud.x + pud.w; px += 3) labels.add(pud.entryAt(px).label);
    expect([...labels].some(l => l.endsWith('points to a table, shared with other mappings'))).toBe(true);
    expect([...labels].some(l => l.endsWith(': points to a table'))).toBe(true);
  });

  test('runs marked contiguous are groups', () => {
    const hash = '#1&a=arm64-4k-48&hint=0x7f00_0001_0000';
    const marked = draw(`${hash}&cont=marked`, 1400);
    expect(texts(marked)).toContain('524,288 leaves, 32,768 groups of 16');
    const pte = middle(marked, 'PTE');
    expect(pte.entryAt(pte.x + pte.w / 2).label).toContain('CONTPTE leaf of 64 KiB');
    expect(texts(draw(hash, 1400))).toContain('524,288 leaves');
  });

  test('bytes of tables stand beside their number', () => {
    expect(texts(draw('#1&as=scene'))).toContain('1,025 tables, 4,100 KiB');
    const narrow = texts(draw('#1&as=scene', 390, 844, undefined, 0));
    expect(narrow).toContain('1,025 tables');
    expect(narrow).toContain('4,100 KiB');
  });
});
