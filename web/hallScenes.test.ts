import { describe, expect, test } from 'vitest';
import { memoryKinds } from '../src/dma/ids.ts';
import { counterIds } from '../src/memmap/counters.ts';
import { presets } from '../src/memmap/presets.ts';
import { lessons } from '../src/scenario/lessons.ts';
import { readScenario } from '../src/tour/tour.ts';
import { tourIds, tours } from '../src/tour/tours.ts';
import { designs } from '../src/zap/designs.ts';
import { rowsOf } from './compare/rows.ts';
import { linesOf } from './compare/stagePicture.ts';
import { type Mark, roughMeasure, type TextMark } from './draw/marks.ts';
import { hallScene } from './hallScenes.ts';
import { HALL, HALL_TALL } from './picture/hall.ts';
import { oddMarks } from './picture/testing.ts';

const scenarioOf = (link: string) => readScenario(link, { pack: () => '', unpack: () => undefined }).scenario;

const EA = 'bar=0@0x3800_0010_0000+64M&others=&len=64M';
const links = [
  ...tourIds.flatMap(id => tours[id].scenes.map(s => s.link)),
  ...designs.map(d => `#1&s=labs&lab=zap&zd=${d.id}`),
  '#1&s=labs&lab=zap&zd=F&zdrop=4.6',
  '#1&s=labs&lab=zap&zd=A&zt=mz&za=1',
  ...presets.map(p => `#1&s=labs&lab=pages&mem=${p.id}`),
  ...counterIds.slice(-3).map(id => `#1&s=labs&lab=pages&mem=M9&draw=${id}`),
  ...[
    '',
    '&k=6.12.117',
    '&k=6.14',
    '&p=xu1',
    `&${EA}`,
    '&a=arm64-64k-48&as=bare',
    '&a=riscv64-sv39&as=bare',
  ].flatMap(more => [
    `#1&s=labs&lab=dma${more}`,
    `#1&s=compare&rows=policies${more}`,
    `#1&s=compare&rows=kernels${more}`,
    `#1&s=compare&rows=archs${more}`,
    `#1&s=compare${more}`,
  ]),
  ...memoryKinds.map(kind => `#1&s=labs&lab=dma&dm=${kind}`),
  '#1&s=labs&lab=dma&iova=0x1000',
  '#1&s=labs&lab=dma&iova=0xfee0_0000',
  '#1&s=compare&find=xu',
  '#1&s=compare&find=none',
  '#1&s=compare&file=anon',
  ...lessons.map(l => `${l.hash}&s=compare`),
];

const pictures = [...new Set(links)].flatMap(link => {
  const scene = hallScene(scenarioOf(link));
  return scene === undefined
    ? []
    : [HALL.low, HALL_TALL].map(height => ({ link, height, marks: scene.draw(height, roughMeasure) }));
});

/** The points that a mark reaches, without the width of its line. */
const pointsOf = (m: Mark): readonly (readonly [number, number])[] => {
  switch (m.kind) {
    case 'path':
      return m.points;
    case 'hop':
      return [m.from, m.to];
    case 'circle':
      return [
        [m.x - m.r, m.y - m.r],
        [m.x + m.r, m.y + m.r],
      ];
    case 'text':
      return [];
    default:
      return [
        [m.x, m.y],
        [m.x + m.w, m.y + m.h],
      ];
  }
};

/** The number in a cell of a row is a tick of an axis and no word. */
const isTick = (m: TextMark): boolean => m.mono === true && /^…?\d+$/.test(m.text);

/** What a hall takes in: in a table a row is one thing, and it has three words. */
const most = (link: string): number => (link.includes('s=compare') ? 19 : 16);

/** Lines below each other in one hand are one label. */
const labelsOf = (texts: readonly TextMark[]): number =>
  texts.filter(
    t =>
      !isTick(t) &&
      !texts.some(
        b =>
          b.x === t.x &&
          b.size === t.size &&
          b.ink === t.ink &&
          b.align === t.align &&
          b.y < t.y &&
          t.y - b.y < 1.45 * t.size,
      ),
  ).length;

test('Compare and the labs have a picture for a hall, the others stand there as they are', () => {
  expect(pictures.length).toBeGreaterThan(80);
  for (const screen of ['sweep', 'diagnose', 'evidence', 'map'])
    expect(hallScene(scenarioOf(`#1&s=${screen}`))).toBeUndefined();
});

describe.each(pictures.map(p => [p.link, p.height, p.marks] as const))(
  '%s, %d high',
  (link, height, marks) => {
    const texts = marks.filter(m => m.kind === 'text');

    test('says little, and in letters that a hall reads', () => {
      expect(texts.length).toBeGreaterThan(0);
      expect(labelsOf(texts)).toBeLessThanOrEqual(most(link));
      for (const t of texts) expect([t.text, t.size * HALL.factor >= 28]).toEqual([t.text, true]);
    });

    test('has nothing beyond its edges, and no word upon another', () => {
      expect(oddMarks(marks, HALL.width)).toEqual([]);
      const beyond = marks.filter(m =>
        pointsOf(m).some(([x, y]) => x < -8 || x > HALL.width + 8 || y < -1 || y > height + 1),
      );
      expect(beyond).toEqual([]);
      const boxes = texts.map(t => {
        const w = roughMeasure(t.text, t) * 0.9;
        const x0 = t.align === 'middle' ? t.x - w / 2 : t.align === 'end' ? t.x - w : t.x;
        return { text: t.text, x0, x1: x0 + w, y0: t.y - t.size / 2, y1: t.y + t.size / 2 };
      });
      for (const b of boxes) {
        expect([b.text, b.x0 >= -0.01 && b.x1 <= HALL.width]).toEqual([b.text, true]);
        expect([b.text, b.y0 >= 0 && b.y1 <= height]).toEqual([b.text, true]);
      }
      const clashes = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter(b => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
          .map(b => `${a.text} / ${b.text}`),
      );
      expect(clashes).toEqual([]);
    });
  },
);

test('proposals of one outcome stand in one line, and their sides are not counted', () => {
  const lines = linesOf(rowsOf(scenarioOf('#1'), ['policies']));
  expect(lines.map(l => `${l.rows.length} ${l.noun} ${l.rows[0]?.id}`)).toEqual([
    '1 proposal p:thp',
    '5 proposal p:xu1',
    '3 program p:qemu',
    '1 program p:chv52',
  ]);
  // A side that comes to something else has a line of its own.
  const apart = linesOf(rowsOf(scenarioOf(`#1&${EA}`), ['policies']));
  const xu = apart.find(l => l.rows.some(r => r.id === 'p:xu2pa'));
  expect(xu?.rows.some(r => r.id === 'p:xu1')).toBe(true);
  expect(xu?.rows.some(r => r.id === 'p:xu2')).toBe(false);
});

test('before it is told, rows and squares stand there without a word of what comes of them', () => {
  const asked = [
    ...presets.map(p => `#1&s=labs&lab=pages&mem=${p.id}`),
    ...designs.map(d => `#1&s=labs&lab=zap&zd=${d.id}`),
  ];
  for (const link of asked) {
    const marks = hallScene(scenarioOf(link))?.asked?.(HALL.low, roughMeasure) ?? [];
    expect(marks.length).toBeGreaterThan(10);
    expect(oddMarks(marks, HALL.width)).toEqual([]);
    expect(JSON.stringify(marks)).not.toMatch(/"red"|touch|follow|counters|\d of \d|orders/);
  }
});

test('the numbers on the stage are those of the engine', () => {
  const textsOf = (link: string): readonly string[] =>
    (hallScene(scenarioOf(link))?.draw(HALL_TALL, roughMeasure) ?? []).flatMap(m =>
      m.kind === 'text' ? [m.text] : [],
    );
  expect(textsOf('#1&s=labs&lab=zap&zd=A')).toContain('65 of 80');
  expect(textsOf('#1&s=labs&lab=zap&zd=C')).toContain('0 of 21');
  expect(textsOf('#1&s=labs&lab=dma')).toEqual(
    expect.arrayContaining(['524,288', 'steps', '2', '320.89 MiB']),
  );
  expect(textsOf('#1&s=labs&lab=dma&p=xu1').filter(t => t === '2').length).toBe(2);
  expect(textsOf('#1&s=compare&rows=policies')).toEqual(
    expect.arrayContaining(['1,024 PMD', '5 proposals', '2 PUD', '524,288 PTE']),
  );
  expect(hallScene(scenarioOf('#1&s=labs&lab=pages&mem=M1'))?.number).toEqual({
    figure: '8',
    what: 'pages by their pointers, 4 in truth',
    tone: 'bad',
  });
});
