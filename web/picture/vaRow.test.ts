import { describe, expect, test } from 'vitest';
import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { makeAddressSpace } from '../../src/space/addressSpace.ts';
import type { Vma } from '../../src/space/vma.ts';
import { va } from '../../src/units.ts';
import { type Mark, roughMeasure, type TextMark } from '../draw/marks.ts';
import { searchSteps } from './searchSteps.ts';
import type { PictureInput, Sheet } from './types.ts';
import { finalSearch } from './vaItems.ts';
import { drawVaRow, VA_ROW_HEIGHT } from './vaRow.ts';
import { catalogOf, vmaKind } from './vmaKind.ts';

interface Options {
  readonly width?: number;
  /** Step of the search, from the end where it is negative. */
  readonly step?: number;
  readonly vmas?: (top: number) => readonly Vma[];
}

const draw = (hash: string, { width = 852, step, vmas }: Options = {}) => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: t => t });
  let prepared = prepare(scenario.machine, scenario.space);
  const { layout } = prepared.mm.space;
  if (vmas) {
    const space = makeAddressSpace(vmas(layout.mmapBase), layout, prepared.facts, prepared.arch);
    prepared = { ...prepared, mm: { ...prepared.mm, space } };
  }
  const solution = solve(scenario, prepared);
  const events = trace(scenario, prepared);
  const steps = searchSteps(events, solution);
  const sheet: Sheet = { marks: [], hits: [], measure: roughMeasure };
  const input: PictureInput = {
    scenario,
    solution,
    search: finalSearch(events, prepared.mm.space.index),
    width: width + 48,
    height: 824,
    crosshair: undefined,
    pane: undefined,
    measure: roughMeasure,
    ...(step === undefined ? {} : { step: steps.shown(step < 0 ? steps.count + step : step) }),
  };
  const row = drawVaRow(sheet, input, 24, 8, width);
  const texts = sheet.marks.filter((m): m is TextMark => m.kind === 'text');
  return {
    ...sheet,
    row,
    texts,
    words: texts.map(t => t.text),
    tips: sheet.hits.flatMap(h => h.lines ?? []),
    height: VA_ROW_HEIGHT,
    steps,
  };
};

const box = (t: TextMark) => {
  const w = roughMeasure(t.text, t);
  const x0 = t.align === 'middle' ? t.x - w / 2 : t.align === 'end' ? t.x - w : t.x;
  return { text: t.text, x0, x1: x0 + w, y0: t.y - t.size * 0.36, y1: t.y + t.size * 0.36 };
};

const scenes = [
  '',
  '#1&as=scene',
  '#1&as=scene&p=xu1',
  '#1&as=bare',
  '#1&a=arm64-4k-48',
  '#1&as=qemu-run',
  '#1&as=qemu-run&k=6.12.117',
  '#1&layout=bottomup',
  '#1&as=bare&layout=bottomup',
  '#1&a=x86_64-5&hint=0x7fffffffff0000',
  '#1&fl=shared.fixed&hint=0x7f43_0000_0000',
  '#1&p=qemu',
];

describe.each(scenes)('%s', hash => {
  test.each([687, 852, 1332])('no label stands on another or is struck through, at %d px', width => {
    {
      const { texts, marks, row, height } = draw(hash, { width });
      const boxes = texts.map(box);
      boxes.forEach((a, i) => {
        for (const b of boxes.slice(i + 1))
          expect(a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1, `${a.text} | ${b.text}`).toBe(
            false,
          );
      });
      // Upright and slanting lines above the row, hops apart.
      const above = texts.filter(t => t.y < row.top - 6 && t.y > 40 && t.weight === 600).map(box);
      const lines = marks.filter(
        (m): m is Extract<Mark, { kind: 'path' }> =>
          m.kind === 'path' && m.stroke !== undefined && m.points.length === 2 && m.stroke !== 'red',
      );
      for (const t of above)
        for (const { points } of lines) {
          const [a, b] = points;
          if (!a || !b || Math.abs(a[0] - b[0]) > 1) continue;
          const crosses =
            a[0] > t.x0 && a[0] < t.x1 && Math.min(a[1], b[1]) < t.y0 && Math.max(a[1], b[1]) > t.y1;
          expect(crosses, `${t.text} at ${width}`).toBe(false);
        }
      for (const m of marks) {
        if (m.kind !== 'hop') continue;
        const [x0, x1] = [Math.min(m.from[0], m.to[0]), Math.max(m.from[0], m.to[0])];
        for (const t of above)
          expect(t.x0 < x1 && t.x1 > x0 && t.y1 > m.from[1] - m.rise, `a hop strikes ${t.text}`).toBe(false);
      }
      expect(row.bottom).toBeLessThanOrEqual(8 + height);
    }
  });
});

test('the neighbours of the new mapping are named', () => {
  expect(draw('#1&as=scene').words).toContain('initrd');
  const bare = draw('#1&as=bare').words;
  expect(bare).toContain('[vvar]');
  expect(bare).toContain('[heap]');
});

test('room is used: more mappings are named on a wider drawing', () => {
  const named = (width: number) =>
    draw('#1&as=scene', { width }).words.filter(t => /^(thread stack \d|guest RAM|initrd|arena|\[)/.test(t));
  expect(named(1332)).toEqual(
    expect.arrayContaining(['thread stack 1', 'thread stack 2', 'thread stack 3', 'guest RAM']),
  );
  expect(named(1332).length).toBeGreaterThan(named(852).length);
});

test('the guard below the stack is hatched, with its size and rule in the tip', () => {
  const { marks, tips } = draw('#1&as=bare');
  expect(tips).toContain('Guard of the stack above: 1 MiB');
  expect(tips.some(t => t.startsWith('stack_guard_gap, 256 pages'))).toBe(true);
  expect(marks.filter(m => m.kind === 'hatch' && m.pitch === 4)).toHaveLength(1);
});

test('no colour of a leaf size stands for a mapping', () => {
  const { marks, row } = draw('#1&as=scene');
  const inks = marks.flatMap(m =>
    m.kind === 'rect' && m.y >= row.top && !(row.placed && m.x >= row.placed.x0 && m.x < row.placed.x1)
      ? [m.fill, m.stroke]
      : [],
  );
  expect(inks.filter(i => i !== undefined && (i.includes('.') || i === 'red'))).toEqual([]);
});

test('while the search is played only what was met is red, and the mapping is not there yet', () => {
  const reds = (step: number) => {
    const { marks, words } = draw('#1&as=scene', { step });
    const hops = marks.filter(m => m.kind === 'hop').length;
    return { hops, words, leaves: marks.filter(m => m.kind === 'leaves').length };
  };
  expect(reds(1)).toMatchObject({ hops: 0, leaves: 0 });
  const second = reds(3);
  expect(second).toMatchObject({ hops: 2, leaves: 0 });
  expect(second.words).toContain('1.68 MiB < 2 GiB');
  expect(second.words.some(t => t.includes('gaps too small'))).toBe(false);
  const taken = reds(6);
  expect(taken).toMatchObject({ hops: 5, leaves: 0 });
  expect(taken.words).toContain('42.66 TiB ≥ 2 GiB');
  expect(reds(7).leaves).toBeGreaterThan(0);
});

test('the gap of every step is in the row, however many there are', () => {
  const { steps } = draw('');
  for (let i = 0; i < steps.count; i++) {
    const step = steps.at(i);
    if (step.kind !== 'passed') continue;
    const { marks } = draw('', { step: i });
    const outline = marks.find(m => m.kind === 'rect' && m.strokeWidth === 2.5);
    expect(outline && 'w' in outline && outline.w, `step ${i}`).toBeGreaterThan(30);
  }
});

test('kinds follow from names and permissions', () => {
  const kind = (name: string, perms = 'rw-p', growsDown = false) =>
    vmaKind({ start: va(0x1000), end: va(0x2000), name, perms, growsDown, shadowStack: false });
  expect(kind('/usr/lib/x86_64-linux-gnu/libc.so.6')).toBe('file');
  expect(kind('')).toBe('anon');
  expect(kind('', '---p')).toBe('none');
  expect(kind('[heap]')).toBe('heap');
  expect(kind('[stack]')).toBe('stack');
  expect(kind('', 'rw-p', true)).toBe('stack');
  expect(kind('[vdso]')).toBe('kernel');
  expect(kind('anon_inode:[vfio-device]', 'rw-s')).toBe('device');
  expect(kind('/sys/devices/pci0000:00/0000:00:04.0/resource2', 'rw-s')).toBe('device');
  expect(kind('/memfd:pc.ram (deleted)', 'rw-s')).toBe('ram');
  expect(kind('/dev/hugepages/qemu_back_mem.ram', 'rw-s')).toBe('ram');
});

test('segments of one library are one notable run', () => {
  const vma = (at: number, perms: string, name: string): Vma => ({
    start: va(at),
    end: va(at + 0x1000),
    growsDown: false,
    shadowStack: false,
    perms,
    name,
  });
  const { notable, names } = catalogOf([
    vma(0x1000, 'r--p', '/lib/libc.so.6'),
    vma(0x2000, 'r-xp', '/lib/libc.so.6'),
    vma(0x3000, 'rw-p', ''),
  ]);
  expect(names).toEqual(['libc', 'libc', '']);
  expect(notable[0]).toEqual({ first: 0, after: 2 });
});
