import { describe, expect, test } from 'vitest';
import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { type Mark, roughMeasure } from '../draw/marks.ts';
import { drawMap } from './picture.ts';
import { oddMarks } from './testing.ts';
import type { Moving, Picture } from './types.ts';
import { finalSearch } from './vaItems.ts';

const answer = (hash: string) => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: t => t });
  const prepared = prepare(scenario.machine, scenario.space);
  const solution = solve(scenario, prepared);
  return { scenario, solution, search: finalSearch(trace(scenario, prepared), prepared.mm.space.index) };
};

const draw = (of: ReturnType<typeof answer>, comb?: Moving, width = 1100): Picture =>
  drawMap({ ...of, width, height: 824, crosshair: undefined, pane: undefined, comb, measure: roughMeasure });

/** The outline of the new mapping in the folded row. */
const outline = (p: Picture): { readonly x: number; readonly w: number } => {
  const found = p.marks.find(
    (m): m is Extract<Mark, { kind: 'rect' }> =>
      m.kind === 'rect' && m.stroke === 'ink' && m.strokeWidth === 2 && m.h === 34,
  );
  if (found === undefined) throw new Error('no new mapping');
  return { x: found.x, w: found.w };
};

const between = (a: string, b: string, width?: number) => {
  const [from, to] = [answer(a), answer(b)];
  const delta = (to.solution.device?.mapping.start ?? 0) - (from.solution.device?.mapping.start ?? 0);
  expect(delta).not.toBe(0);
  const at = (done: number) =>
    draw(from, { delta, done, to: { solution: to.solution, search: to.search } }, width);
  return { at, from: outline(draw(from, undefined, width)), to: outline(draw(to, undefined, width)) };
};

describe('a new mapping on its way along the folded row', () => {
  // Shipped to aligned, within one gap, with a hole above it that comes or goes.
  test.each([
    ['', '#1&p=xu1'],
    ['#1&p=xu1', ''],
    ['#1&as=scene', '#1&as=scene&p=xu1'],
    ['#1&k=6.12.117', ''],
  ])('from %s to %s it leaves its place, and arrives at the other', (a, b) => {
    const { at, from, to } = between(a, b);
    expect(outline(at(0))).toEqual(from);
    const end = outline(at(1));
    expect(end.x).toBeCloseTo(to.x, 6);
    expect(end.w).toBeCloseTo(to.w, 6);
    const half = outline(at(0.5));
    expect(half.x).toBeCloseTo((from.x + to.x) / 2, 6);
    expect(Math.abs(to.x - from.x)).toBeGreaterThan(1);
    for (const done of [0, 0.3, 0.7, 1]) expect(oddMarks(at(done).marks, 1100)).toEqual([]);
  });

  test.each([
    ['', '#1&p=xu1', 868],
    ['#1&as=scene', '#1&as=scene&p=xu1', 868],
    ['', '#1&p=xu1', 1400],
  ])('from %s to %s, where others are folded together in the end, it makes room above', (a, b, width) => {
    const { at, from } = between(a, b, width);
    const [half, end] = [outline(at(0.5)), outline(at(1))];
    expect(end.w).toBeCloseTo(from.w, 6);
    // The hole that alignment leaves has its room.
    expect(end.x).toBeLessThan(from.x - 8);
    expect(half.x).toBeCloseTo((from.x + end.x) / 2, 6);
    for (const done of [0, 0.3, 0.7, 1]) expect(oddMarks(at(done).marks, width)).toEqual([]);
  });

  test.each([['it does not jump over other mappings', '', '#1&hint=0x1000_0000_0000']])(
    '%s: there the row waits for the end',
    (_, a, b) => {
      const { at, from, to } = between(a, b);
      expect(Math.abs(to.x - from.x)).toBeGreaterThan(1);
      for (const done of [0, 0.5, 1]) expect(outline(at(done))).toEqual(from);
    },
  );
});
