import { describe, expect, test } from 'vitest';
import { lessons } from '../../src/scenario/lessons.ts';
import { solve, trace } from '../../src/solve.ts';
import { readScenario } from '../../src/tour/tour.ts';
import { tourIds, tours } from '../../src/tour/tours.ts';
import { type Mark, roughMeasure, type TextMark } from '../draw/marks.ts';
import { drawStage, STAGE_FACTOR, STAGE_LABELS, STAGE_SIZE } from './stage.ts';
import { oddMarks } from './testing.ts';
import { finalSearch } from './vaItems.ts';

const marksOf = (link: string, blind = false) => {
  const { scenario } = readScenario(link, { pack: () => '', unpack: () => undefined });
  const solution = solve(scenario);
  const part = solution.parts[scenario.view.map.part - 1];
  const search = finalSearch(trace(scenario), solution.prepared.mm.space.index);
  return drawStage({
    scenario,
    solution: { ...solution, device: part },
    search,
    comb: undefined,
    blind,
    measure: roughMeasure,
  });
};
const textsOf = (link: string): readonly TextMark[] => marksOf(link).filter(m => m.kind === 'text');

const links = [
  ...tourIds.flatMap(id => tours[id].scenes.map(s => s.link)),
  ...lessons.map(l => l.id),
  '#1&layout=bottomup',
  '#1&fl=shared.fixed&hint=0x7000_0000_0000',
];

describe.each([...new Set(links)].map(l => [l] as const))('the stage of %s', link => {
  test('says little, and in letters that a hall reads', () => {
    const texts = textsOf(link);
    expect(texts.map(t => t.text).length).toBeLessThanOrEqual(STAGE_LABELS);
    for (const t of texts) expect(t.size * STAGE_FACTOR).toBeGreaterThanOrEqual(28);
  });

  test('says nothing beyond its edges, and nothing upon another word', () => {
    const boxes = textsOf(link).map(t => {
      const w = roughMeasure(t.text, t) * 0.9;
      const x0 = t.align === 'middle' ? t.x - w / 2 : t.align === 'end' ? t.x - w : t.x;
      return { text: t.text, x0, x1: x0 + w, y0: t.y - t.size / 2, y1: t.y + t.size / 2 };
    });
    for (const b of boxes) {
      expect([b.text, b.x0 >= 0 && b.x1 <= STAGE_SIZE.width]).toEqual([b.text, true]);
      expect([b.text, b.y0 >= 0 && b.y1 <= STAGE_SIZE.height]).toEqual([b.text, true]);
    }
    const clashes = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter(b => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
        .map(b => `${a.text} / ${b.text}`),
    );
    expect(clashes).toEqual([]);
  });
});

test('the zipper is shut where teeth meet, and red only where they do not', () => {
  expect(marksOf('#1&p=xu1').some(m => m.kind === 'circle')).toBe(true);
  const shut = marksOf('congruent');
  expect(JSON.stringify(shut)).not.toContain('"red"');
  expect(marksOf('today').some(m => m.kind === 'circle')).toBe(false);
  expect(textsOf('today').map(t => t.text)).toContain('320.89 MiB');
});

test('while the hall is asked, the combs say nothing of the answer', () => {
  for (const id of tourIds)
    for (const { link } of tours[id].scenes) {
      const told = marksOf(link);
      const asked = marksOf(link, true);
      expect(asked.some(m => m.kind === 'leaves')).toBe(false);
      expect(asked.some(m => m.kind === 'circle')).toBe(false);
      const wordsIn = (marks: readonly Mark[]): readonly string[] =>
        // What was left free is the first thing that goes where words are too many.
        marks.flatMap(m => (m.kind === 'text' && m.ink !== 'mut' ? [m.text] : []));
      // Nothing is said that the answer does not say, and neither verdict nor count nor distance is.
      const more = wordsIn(asked).filter(t => !wordsIn(told).includes(t));
      expect(more).toEqual([]);
      expect(wordsIn(asked).filter(t => /\b(PTE|PMD|PUD|leaf|fit|meet|corrupt)/i.test(t))).toEqual([]);
      const red = asked.filter(m => m.kind === 'text' && m.ink === 'red').map(m => 'text' in m && m.text);
      expect(red.every(t => /^\d+ gaps? too small/.test(String(t)))).toBe(true);
      expect(oddMarks(asked, STAGE_SIZE.width)).toEqual([]);
    }
  // The teeth are where they are in the answer: whoever looks can tell.
  const heads = (marks: readonly Mark[]) =>
    marks.filter(m => m.kind === 'path' && m.close === true && m.fill === 'pud.text').length;
  expect(heads(marksOf('#1&p=xu1', true))).toBe(heads(marksOf('#1&p=xu1')));
});
