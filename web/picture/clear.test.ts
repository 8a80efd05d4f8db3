import { describe, expect, test } from 'vitest';
import { type Mark, type Point, roughMeasure } from '../draw/marks.ts';
import { drawScene, storedScenes } from './scenes.ts';

type Line = readonly [Point, Point];

/** Whether a line goes through a box: Liang and Barsky's clipping leaves a part of it. */
const goesThrough = ([a, b]: Line, x0: number, y0: number, x1: number, y1: number): boolean => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  let [from, to] = [0, 1];
  for (const [p, q] of [
    [-dx, a[0] - x0],
    [dx, x1 - a[0]],
    [-dy, a[1] - y0],
    [dy, y1 - a[1]],
  ] as const) {
    if (p === 0) {
      if (q < 0) return false;
    } else if (p < 0) from = Math.max(from, q / p);
    else to = Math.min(to, q / p);
  }
  return to > from;
};

/** The edges of trapezoids and lenses: thin lines that slant. */
const edgesOf = (marks: readonly Mark[]): readonly Line[] =>
  marks.flatMap((m): Line[] => {
    if (m.kind !== 'path' || m.stroke !== 'dim') return [];
    const [a, b, more] = m.points;
    if (a === undefined || b === undefined || more !== undefined) return [];
    return a[0] === b[0] || a[1] === b[1] ? [] : [[a, b]];
  });

/** Texts that an edge goes through or behind. */
const struckThrough = (marks: readonly Mark[]): readonly string[] => {
  const edges = edgesOf(marks);
  return marks.flatMap(m => {
    if (m.kind !== 'text') return [];
    const w = roughMeasure(m.text, m);
    const x = m.align === 'end' ? m.x - w : m.align === 'middle' ? m.x - w / 2 : m.x;
    const half = m.size * 0.4;
    return edges.some(e => goesThrough(e, x, m.y - half, x + w, m.y + half)) ? [m.text] : [];
  });
};

/** Heads and words of the red arrows of a picture, by the height they stand at. */
const arrowsOf = (marks: readonly Mark[]) => {
  const red = marks.filter(m => m.kind === 'path' && m.stroke === 'red');
  const lines = red.flatMap(m => {
    if (m.kind !== 'path' || m.points.length !== 2 || m.strokeWidth !== 2) return [];
    const [a, b] = m.points;
    return a !== undefined && b !== undefined && a[1] === b[1] ? [{ x0: a[0], x1: b[0], y: a[1] }] : [];
  });
  const bars = red.flatMap(m => {
    const [a, b] = m.kind === 'path' ? m.points : [];
    return a !== undefined && b !== undefined && a[0] === b[0] ? [a[0]] : [];
  });
  const words = marks.flatMap(m => (m.kind === 'text' && m.ink === 'red' ? [m] : []));
  return lines.map(l => ({
    headed: bars.some(x => Math.abs(x - l.x1 - 3) < 0.5),
    worded: words.some(
      t => t.y < l.y && t.y > l.y - 20 && t.x < l.x1 && t.x + roughMeasure(t.text, t) > l.x0,
    ),
  }));
};

const links = [
  ...storedScenes().map(s => s.hash),
  '#1&bar=2@0x80_0000_0000%2B1T&len=1T',
  '#1&bar=2@0x80_0000_0000+1T&len=1T&v=0..1T',
  '#1&a=arm64-4k-48',
  '#1&a=arm64-64k-48',
  '#1&a=x86_64-5',
  '#1&len=4K',
  '#1&v=-100G..100G',
  '#1&v=1M..1M+64K',
  '#1&v=-400M..700M',
  '#1&v=0..1G+100M',
  '#1&v=300M..1500M',
];

describe.each(links)('%s', link => {
  test.each([300, 340, 600, 735, 868, 1100, 1348])('no edge runs through a word, %i pixels wide', width => {
    expect(struckThrough(drawScene(link, width, 800).marks)).toEqual([]);
  });

  test.each([600, 868, 1348])('no red arrow is a bare dash, %i pixels wide', width => {
    const bare = arrowsOf(drawScene(link, width, 800).marks).filter(a => !a.headed && !a.worded);
    expect(bare).toEqual([]);
  });
});

test('the last arrow of the lens that everybody sees first has its words', () => {
  const { marks } = drawScene('', 868, 770);
  const said = marks.filter(m => m.kind === 'text' && m.text === '908 KiB' && m.ink === 'red');
  expect(said).toHaveLength(3);
});

test('of teeth too many to tell apart the first pane is an overview, and a lens has them', () => {
  const words = drawScene('#1&bar=2@0x80_0000_0000+1T&len=1T&v=0..1T', 1100, 800).marks.flatMap(m =>
    m.kind === 'text' ? [m.text] : [],
  );
  expect(words).toContain('1 TiB: too many 1 GiB teeth to tell apart');
  expect(words).toContain('1 GiB teeth');
  expect(words).toContain('last 3 GiB');
  // Once: the lens has the verdict.
  expect(words.filter(w => w === 'miss by 320.89 MiB')).toHaveLength(1);
});
