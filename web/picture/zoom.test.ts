import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { roughMeasure } from '../draw/marks.ts';
import { rangeOf, type Viewport, viewportOf } from '../draw/viewport.ts';
import { panesOf, standingOf, teethSizes } from './panes.ts';
import { drawMap } from './picture.ts';
import { oddMarks } from './testing.ts';
import type { Picture } from './types.ts';
import { finalSearch } from './vaItems.ts';

const PAGE = 4096;
const WIDTH = 900;

const known = new Map<string, ReturnType<typeof solveOf>>();
const solved = (hash: string) => {
  const found = known.get(hash) ?? solveOf(hash);
  known.set(hash, found);
  return found;
};

const solveOf = (hash: string) => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: t => t });
  const prepared = prepare(scenario.machine, scenario.space);
  const solution = solve(scenario, prepared);
  const search = finalSearch(trace(scenario, prepared), prepared.mm.space.index);
  if (solution.device === undefined) throw new Error('no device mapping');
  return { scenario, solution, search, device: solution.device };
};

const draw = (hash: string, viewport: Viewport, comb?: { delta: number; done: number }): Picture => {
  const { scenario, solution, search } = solved(hash);
  return drawMap({
    scenario,
    solution,
    search,
    width: WIDTH,
    height: 824,
    crosshair: undefined,
    pane: undefined,
    viewport,
    comb,
    measure: roughMeasure,
  });
};

describe.each([
  '',
  '#1&p=xu1',
  '#1&as=scene&off=1M&len=512M',
  '#1&bar=2@0x10000000000+1T&len=1T',
  '#1&a=x86_64-5&hint=0x80_0000_0000_0000',
  '#1&a=arm64-4k-48',
  '#1&a=arm64-64k-48&cont=marked',
  '#1&a=ppc64-radix-64k',
  '#1&k=6.12&len=1G+2M+4K',
  '#1&len=4M&p=thp',
  '#1&len=64K',
])('%s', hash => {
  const { solution, device } = solved(hash);
  const { start, end } = device.mapping;
  const user = solution.prepared.arch.taskSize;

  test('is drawn at every octave, from one page to all of user space, with few finite marks', () => {
    for (let span = PAGE; span < user; span *= 2)
      for (const at of [
        0,
        end - start - PAGE,
        -Math.min(start, span),
        Math.floor((end - start) / PAGE / 3) * PAGE,
      ]) {
        const from = Math.min(Math.max(at - Math.floor(span / PAGE / 2) * PAGE, -start), user - start - span);
        const picture = draw(hash, viewportOf({ from, to: from + span }));
        expect(picture.marks.length).toBeLessThan(3000);
        const odd = oddMarks(picture.marks, WIDTH);
        expect(odd).toEqual([]);
        // What is shown is exactly what was asked for, and a pixel of the pane is that offset.
        const first = picture.first;
        expect(first && rangeOf(first.view)).toEqual({ from, to: from + span });
        const pane = picture.hits.find(h => h.drag === 'pan');
        expect(pane?.offsetAt?.(pane.x)).toBeCloseTo(from, -1);
      }
  });

  test('no two addresses along the first pane touch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 35 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (octave, where) => {
          const span = Math.min(2 ** octave * PAGE, user);
          const from = Math.floor((-start + where * (user - span)) / PAGE) * PAGE;
          const picture = draw(
            hash,
            viewportOf({
              from: Math.min(from, user - start - span),
              to: Math.min(from, user - start - span) + span,
            }),
          );
          const lines = new Map<number, { x0: number; x1: number }[]>();
          for (const m of picture.marks)
            if (m.kind === 'text' && m.mono && m.ink === 'mut' && m.text.startsWith('0x')) {
              const w = roughMeasure(m.text, m);
              const x0 = m.align === 'end' ? m.x - w : m.align === 'middle' ? m.x - w / 2 : m.x;
              const line = lines.get(m.y) ?? [];
              for (const other of line) expect(x0 >= other.x1 || x0 + w <= other.x0).toBe(true);
              lines.set(m.y, [...line, { x0, x1: x0 + w }]);
            }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('every size has a comb, the panes lie side by side, and each lens shows less than the first', () => {
    const sizes = teethSizes(device, solution.prepared.arch.contiguous);
    expect(sizes.at(-1)?.size).toBe(solution.prepared.arch.page);
    for (const hint of solution.prepared.arch.contiguous)
      expect(sizes.some(t => t.kind === hint.kind && t.size === hint.size)).toBe(true);
    const panes = panesOf(sizes, end - start, {}, 24, 852);
    expect([...panes.map(p => p.size)]).toEqual(
      sizes.map(t => t.size).filter(s => panes.some(p => p.size === s)),
    );
    // Nothing is left out: what has no pane of its own stands in the first one, as far as teeth can be told apart.
    for (const t of sizes) {
      const pitch = (t.size / ((panes[0]?.to ?? 0) - (panes[0]?.from ?? 0))) * (panes[0]?.w ?? 0);
      const here =
        panes.some(p => p.size === t.size) || (panes[0]?.also.some(a => a.size === t.size) ?? false);
      expect(here || pitch < 14, `${t.kind}`).toBe(true);
    }
    for (const [i, p] of panes.entries()) {
      const next = panes[i + 1];
      if (next) expect(p.x + p.w).toBeLessThanOrEqual(next.x);
      else expect(p.x + p.w).toBeLessThanOrEqual(24 + 852 + 1e-9);
      if (i > 0) expect(p.to - p.from).toBeLessThanOrEqual((panes[0]?.to ?? 0) - (panes[0]?.from ?? 0));
      // A size of which there are leaves is never said to miss.
      if (device.units.some(u => u.kind === p.kind)) expect(standingOf(p, device).kind).toBe('fits');
    }
  });
});

test('a comb on its way ends where it belongs, and its teeth neither meet nor miss', () => {
  const v = viewportOf({ from: 0, to: 2 ** 31 });
  const rest = draw('', v);
  const there = draw('', v, { delta: 2 ** 30 - 4096, done: 0 });
  expect(there.marks).toEqual(rest.marks);
  const moving = draw('', v, { delta: 2 ** 29, done: 0.5 });
  const arrows = (p: Picture) => p.marks.filter(m => m.kind === 'path' && m.close && m.fill === 'red').length;
  expect(arrows(rest)).toBeGreaterThan(0);
  expect(arrows(moving)).toBe(0);
  // At the end of its way the comb stands where the next answer has it: 320.89 MiB lower the teeth of 1 GiB meet.
  const { device } = solved('');
  const delta = 0x7f42_4000_0000 - device.mapping.start;
  const teeth = (p: Picture): number[] =>
    p.marks.flatMap(m =>
      m.kind === 'path' && m.stroke === 'pud.text' && m.points.length === 2 ? [m.points[0]?.[0] ?? 0] : [],
    );
  const arrived = teeth(draw('', v, { delta, done: 1 }));
  for (const x of teeth(draw('#1&hint=0x7f42_4000_0000', v)))
    expect(Math.min(...arrived.map(a => Math.abs(a - x)))).toBeLessThan(1e-6);
});
