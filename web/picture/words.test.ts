import { describe, expect, test } from 'vitest';
import { type Mark, type Measure, roughMeasure } from '../draw/marks.ts';
import { drawScene, storedScenes } from './scenes.ts';

/** A text where it stands. */
interface Words {
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly half: number;
}

const wordsOf = (marks: readonly Mark[], measure: Measure): readonly Words[] =>
  marks.flatMap(m => {
    if (m.kind !== 'text') return [];
    const w = measure(m.text, m);
    const x0 = m.align === 'end' ? m.x - w : m.align === 'middle' ? m.x - w / 2 : m.x;
    return [{ text: m.text, x0, x1: x0 + w, y: m.y, half: m.size * 0.36 }];
  });

/** Words that leave a picture `width` pixels wide, and pairs that stand upon each other. */
const problemsOf = (marks: readonly Mark[], width: number, measure: Measure): readonly string[] => {
  const words = wordsOf(marks, measure);
  return words.flatMap((a, i) => [
    ...(a.x0 < -0.5 || a.x1 > width + 0.5 ? [`${a.text}: outside`] : []),
    ...words
      .slice(i + 1)
      .filter(b => a.x0 < b.x1 - 0.5 && b.x0 < a.x1 - 0.5 && Math.abs(a.y - b.y) < a.half + b.half)
      .map(b => `${a.text} | ${b.text}`),
  ]);
};

const links = [
  ...storedScenes().map(s => s.hash),
  '#1&bar=2@0x80_0000_0000+1T&len=1T&v=0..1T',
  '#1&a=arm64-4k-48&cont=marked',
  '#1&a=arm64-64k-52&cont=marked&len=16M',
  '#1&a=s390x',
  '#1&bar=+4K&len=4K',
  '#1&v=0..4K&at=0',
  '#1&v=-100G..100G',
  '#1&v=-300G..2G',
  '#1&v=-127T..0',
  '#1&v=-400M..700M',
  '#1&layout=bottomup',
  '#1&as=qemu-run&at=700M',
  '#1&fl=shared.fixed&hint=0x7f43_0000_0000',
  '#1&len=1G+2M+4K',
];

// What the rule of thumb takes for the width of letters, and a wider hand than any that systems come with.
describe.each([1, 1.15])('letters %f times as wide', times => {
  const measure: Measure = (text, style) => roughMeasure(text, style) * times;

  test.each([280, 320, 366, 480, 600, 720, 868, 1100, 1348, 2000])(
    'no words stand upon others or leave a picture of %i pixels',
    width => {
      for (const link of links)
        for (const tablesBelow of [false, true]) {
          const { marks } = drawScene(link, width, 770, tablesBelow, measure);
          expect(problemsOf(marks, width, measure), link).toEqual([]);
        }
    },
  );
});

const rectsOf = (marks: readonly Mark[]) => marks.flatMap(m => (m.kind === 'rect' ? [m] : []));

test('where five levels end, a whole block is drawn as one', () => {
  const { marks } = drawScene('#1&a=x86_64-5&hint=0x80_0000_0000_0000');
  const blocks = rectsOf(marks).filter(m => m.fill === 'pud.fill');
  // Two blocks of 1 GiB in each jaw, all of them whole.
  expect(blocks.map(m => m.alpha)).toEqual([0.34, 0.34, 0.34, 0.34]);
});

test('no comb reaches below physical address 0', () => {
  const { marks } = drawScene('#1&bar=2@0x4000_0000+1G&len=1G&v=-3G..1G');
  const blocks = rectsOf(marks).filter(m => m.fill === 'pud.fill');
  const [va, pa] = [Math.min(...blocks.map(m => m.y)), Math.max(...blocks.map(m => m.y))];
  const left = (y: number): number => Math.min(...blocks.filter(m => m.y === y).map(m => m.x));
  expect(left(pa)).toBeGreaterThan(left(va) + 100);
});

test('every entry of a page table that is drawn by itself has its number', () => {
  for (const link of ['', '#1&a=arm64-64k-48&as=bare', '#1&a=s390x', '#1&bar=+4K&len=4K'])
    for (const width of [320, 600, 720, 768, 868, 1348]) {
      const { marks, hits } = drawScene(link, width, 770);
      // Its outline, and not that of a band: the outline of one entry is as high, and no wider than a few letters.
      const tables = hits.filter(h => h.level !== undefined);
      expect(tables.length).toBeGreaterThan(2);
      const entries = rectsOf(marks).filter(
        m => m.stroke === 'ink' && m.radius === 2 && m.h === 19 && m.strokeWidth === 1.8,
      );
      for (const e of entries)
        expect(
          marks.some(
            m =>
              m.kind === 'text' &&
              /^\d+$/.test(m.text) &&
              Math.abs(m.x - e.x - e.w / 2) < 1 &&
              Math.abs(m.y - e.y - e.h / 2) < 1,
          ),
          `${link} ${width}`,
        ).toBe(true);
    }
});

test('other mappings in a table are one block, not a block a pixel', () => {
  const { marks } = drawScene('');
  const edges = rectsOf(marks)
    .filter(m => m.fill === 'vma' && m.h === 19)
    .map(m => ({ from: m.x, to: m.x + m.w, y: m.y }));
  for (const a of edges)
    expect(edges.filter(b => b.y === a.y && b.from > a.from && b.from < a.to + 0.01)).toEqual([]);
});

test('the crosshair leaves out the words upon the mapping', () => {
  const { marks } = drawScene('#1&at=1G');
  const words = marks.find(m => m.kind === 'text' && m.text.startsWith('new VMA'));
  if (words?.kind !== 'text') throw new Error('the mapping has no words');
  const through = marks.filter(m => {
    const [a, b] = m.kind === 'path' && m.stroke === 'ink' && m.dash !== undefined ? m.points : [];
    return a && b && a[0] === b[0] && Math.min(a[1], b[1]) < words.y && Math.max(a[1], b[1]) > words.y;
  });
  expect(through).toEqual([]);
});

test('the count of a table stands beside the entry walked', () => {
  for (const at of ['0', '300M', '700M', '1G', '1500M']) {
    const { marks } = drawScene(`#1&at=${at}`);
    const entry = rectsOf(marks).filter(m => m.strokeWidth === 2.4);
    const pills = rectsOf(marks).filter(m => m.strokeWidth === 1.4 && m.radius === 10);
    expect(entry.length).toBeGreaterThan(2);
    for (const e of entry)
      expect(
        pills.filter(p => p.y < e.y + e.h && e.y < p.y + p.h && p.x < e.x + e.w && e.x < p.x + p.w),
        at,
      ).toEqual([]);
  }
});

test('a tall window is filled, by the leaves as well as by the jaws', () => {
  const lowest = (h: number): number =>
    Math.max(...rectsOf(drawScene('', 2020, h).marks).map(m => m.y + m.h));
  const band = (h: number): number =>
    Math.max(...drawScene('', 2020, h).marks.map(m => (m.kind === 'leaves' ? m.h : 0)));
  expect(lowest(1260)).toBeGreaterThan(1200);
  expect(band(1260)).toBeGreaterThan(band(900) + 40);
});
