import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterOf, countOn } from '../../../src/memmap/counters.ts';
import { pageOf } from '../../../src/memmap/layout.ts';
import { presets } from '../../../src/memmap/presets.ts';
import {
  memmapKinds,
  pagesFrom,
  pfnsOf,
  readSetup,
  type Setup,
  withKind,
} from '../../../src/memmap/setup.ts';
import { type Mark, roughMeasure, type TextMark } from '../../draw/marks.ts';
import { svgOf } from '../../draw/svg.ts';
import { oddNumbers, xmlProblem } from '../../draw/testing.ts';
import { palettes } from '../../draw/tokens.ts';
import { drawMemory } from './picture.ts';
import { itemAt, numberAt, rowsOf, xOf } from './rows.ts';
import { seamsOf } from './seams.ts';
import { drawHead, drawStrip } from './strip.ts';
import { groupCalls, groupWords, stopWords, verdictWords } from './words.ts';

const setup = (text: string): Setup => {
  const read = readSetup(text);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
};

const type = { text: 12.5, small: 11, rowHeight: 34 };
const draw = (s: Setup, width = 840) => drawMemory(s, s.layout, { width, measure: roughMeasure, type });
const texts = (marks: readonly Mark[]): readonly string[] =>
  marks.filter((m): m is TextMark => m.kind === 'text').map(m => m.text);
const reds = (marks: readonly Mark[]): readonly Mark[] =>
  marks.filter(
    m =>
      (m.kind === 'path' && m.stroke === 'red') ||
      (m.kind === 'circle' && m.fill === 'red') ||
      (m.kind === 'text' && m.ink === 'red'),
  );

describe('the seams of a list', () => {
  it('M1: pointers touch, frames do not', () => {
    const { runs, layout } = setup('M1');
    expect(seamsOf(runs, layout)).toEqual([
      { kind: 'false', before: 15, after: 24, pageBefore: 115, pageAfter: 116 },
    ]);
  });

  it('M5: frames follow, pointers do not', () => {
    const { runs, layout } = setup('M5');
    expect(seamsOf(runs, layout)).toEqual([
      { kind: 'short', before: 23, after: 24, pageBefore: 507, pageAfter: 900 },
    ]);
  });

  it('there are some exactly where comparing pointers is not exact', () => {
    for (const { id, layout, pfns } of presets) {
      const s = setup(id);
      const { answer } = countOn(counterOf('V2'), layout, pfns);
      const kinds = seamsOf(s.runs, layout).map(seam => seam.kind);
      const exact = answer === countOn(counterOf('V1'), layout, pfns).answer;
      if (exact) expect([id, kinds]).toEqual([id, []]);
      else expect(kinds.length).toBeGreaterThan(0);
    }
  });
});

describe('the rows', () => {
  const cases = fc
    .record({
      id: fc.constantFrom(...presets.map(p => p.id)),
      kind: fc.option(fc.constantFrom(...memmapKinds), { nil: undefined }),
      from: fc.nat(60),
      count: fc.integer({ min: 1, max: 40_000 }),
      own: fc.boolean(),
      width: fc.integer({ min: 300, max: 1600 }),
    })
    .map(({ id, kind, from, count, own, width }) => {
      const s = kind === undefined ? setup(id) : withKind(setup(id), kind);
      return { s: own ? s : { ...s, runs: pagesFrom(s.layout, from, count) }, width };
    });

  it('cover all frames once, in order, side by side, inside of the width', () => {
    fc.assert(
      fc.property(cases, ({ s, width }) => {
        const rows = rowsOf(s, s.layout, width, 6.6);
        for (const { items } of [rows.frames, rows.memmap]) {
          for (const [i, item] of items.entries()) {
            expect(item.to).toBeGreaterThan(item.from);
            const before = items[i - 1];
            if (before === undefined) continue;
            expect(item.from).toBe(before.to);
            expect(item.x).toBeCloseTo(before.x + before.w);
          }
          const last = items.at(-1);
          expect((last?.x ?? 0) + (last?.w ?? 0)).toBeLessThanOrEqual(width + 0.01);
        }
        expect(rows.frames.items[0]?.from).toBe(0);
      }),
    );
  });

  it('show the ends of the chosen runs as cells, as long as there is room', () => {
    for (const { id } of presets)
      for (const width of [360, 840, 1200]) {
        const s = setup(id);
        const { frames, memmap } = rowsOf(s, s.layout, width, 6.6);
        for (const { first, count } of s.runs)
          for (const pfn of [first, first + count - 1]) {
            const shown = (row: typeof frames, n: number) =>
              row.items.find(i => n >= i.from && n < i.to)?.kind;
            expect([id, width, pfn, shown(frames, pfn)]).toEqual([id, width, pfn, 'cells']);
            const page = pageOf(s.layout, pfn) ?? -1;
            expect([id, width, page, shown(memmap, page)]).toEqual([id, width, page, 'cells']);
          }
      }
  });

  it('what is under a pixel is what was drawn there', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 0.999, noNaN: true }), ({ s, width }, share) => {
        const { frames } = rowsOf(s, s.layout, width, 6.6);
        const x = share * (frames.items.at(-1)?.x ?? 0);
        const item = itemAt(frames, x);
        if (item === undefined) throw new Error('nothing there');
        const pfn = numberAt(item, x);
        expect(xOf(frames, pfn)).toBeLessThanOrEqual(x + 0.001);
        expect(xOf(frames, pfn + 1)).toBeGreaterThanOrEqual(x - 0.001);
      }),
    );
  });
});

describe('the picture', () => {
  it('has red where a pointer test goes wrong, and nowhere else', () => {
    for (const { id, layout, pfns } of presets) {
      const wrong =
        countOn(counterOf('V2'), layout, pfns).answer > countOn(counterOf('V1'), layout, pfns).answer;
      expect([id, reds(draw(setup(id)).marks).length > 0]).toEqual([id, wrong]);
    }
  });

  it('says what touches and what does not', () => {
    expect(texts(draw(setup('M1')).marks)).toEqual(
      expect.arrayContaining([
        'no memory: PFN 16 to 23',
        'pointers touch: 115, 116',
        'frames do not: 15, then 24',
        'section 3',
        '112',
      ]),
    );
    expect(texts(draw(setup('M5')).marks)).toEqual(
      expect.arrayContaining(['frames follow: 23, 24', 'pointers do not: 507, then 900']),
    );
    expect(texts(draw(setup('M15')).marks)).toContain('addresses, not backed: 8');
  });

  it('draws real sizes: 56 sections of 32,768 pages, those far from the list folded', () => {
    const marks = texts(draw(setup('M14')).marks);
    expect(marks).toEqual(
      expect.arrayContaining(['sections 0 to 23', 'no memory: 262,144', 'sections 32 to 63', '…431', '…576']),
    );
  });

  it('shows the layout of a counter that asks for another one, without its red', () => {
    const s = setup('M1');
    for (const id of ['J1', 'J2', 'J3'] as const) {
      const own = counterOf(id).layout(s.layout);
      const picture = drawMemory(s, own, { width: 840, measure: roughMeasure, type, drawnFor: id });
      expect(reds(picture.marks)).toEqual([]);
      expect(texts(picture.marks)).toContain(`struct pages as ${id} would lay them out`);
    }
  });

  it('is a file as it is a screen', () => {
    for (const { id } of presets)
      for (const width of [320, 840]) {
        const { marks, height } = draw(setup(id), width);
        const svg = svgOf(marks, { width, height, palette: palettes.light, title: id });
        expect(xmlProblem(svg)).toBeUndefined();
        expect(oddNumbers(svg)).toEqual([]);
        for (const m of marks)
          if (m.kind === 'rect') {
            expect(m.x).toBeGreaterThanOrEqual(-2);
            expect(m.x + m.w).toBeLessThanOrEqual(width + 2);
            expect(m.y + m.h).toBeLessThanOrEqual(height);
          }
      }
  });
});

describe('the strips', () => {
  const fills = (marks: readonly Mark[]): readonly string[] =>
    marks.flatMap(m => (m.kind === 'rect' && m.fill !== undefined ? [m.fill] : []));

  it('a cell a page: taken, too long, never reached', () => {
    const count = (answer: number, right: number) => {
      const all = fills(drawStrip(8, answer, right, 240, 34));
      return ['mut', 'red', 'gap'].map(f => all.filter(x => x === f).length);
    };
    expect(count(4, 4)).toEqual([4, 0, 4]);
    expect(count(8, 4)).toEqual([4, 4, 0]);
    expect(count(1, 4)).toEqual([1, 0, 7]);
  });

  it('of many pages stretches, none of them lost', () => {
    expect(fills(drawStrip(262144, 5, 3, 240, 34)).toSorted()).toEqual(['gap', 'mut', 'red']);
  });

  it('names each frame, or each run where there is no room', () => {
    expect(texts(drawHead(setup('M1'), 300, 20, 11, roughMeasure))).toHaveLength(8);
    expect(texts(drawHead(setup('M14'), 200, 20, 11, roughMeasure))).toEqual(['786429', '1048576']);
  });
});

describe('the words', () => {
  const why = (id: string, counter: Parameters<typeof counterOf>[0]): string => {
    const { layout, runs } = setup(id);
    const pfns = pfnsOf(runs);
    const c = counterOf(counter);
    return stopWords(counter, c.layout(layout), pfns, countOn(c, layout, pfns));
  };
  it.each([
    ['M1', 'V1', 'Stops at i = 4, PFN 24: PFN 16 should come, and section 2 has no memmap to ask'],
    ['M13', 'V1', 'Stops at i = 4, PFN 0: PFN 16 should come, and section 2 has no memmap to ask'],
    ['M1', 'V2', 'Took every page of the list'],
    ['M5', 'V2', 'Stops at i = 4, PFN 24: its struct page is 900, not 504 + 4'],
    ['M1', 'V3', 'Limit 8 − (12 AND 8) = 0, so the loop is not entered'],
    ['M8', 'V3', 'Limit 8 − (6 AND 8) = 8, so 8 pages'],
    ['M1', 'V3fixed', 'Limit 8 − 12 mod 8 = 4, the end of section 1'],
    ['M1', 'V5', 'Stops at i = 4, PFN 24: the pointer goes on, but into section 3 from 1'],
    ['M1', 'J1', 'Stops at i = 4, PFN 24: its struct page is 124, not 112 + 4'],
  ] as const)('%s, %s', (id, counter, expected) => expect(why(id, counter)).toBe(expected));

  it('judges', () => {
    expect(verdictWords(4, 4)).toBe('right');
    expect(verdictWords(1, 4)).toBe('short but safe');
    expect(verdictWords(8, 4)).toBe('too long: 4 wrong frames');
    expect(verdictWords(5, 4)).toBe('too long: 1 wrong frame');
  });

  it('puts calls that answered alike together', () => {
    const call = (from: number, answer: number, truth = answer) => ({ from, answer, truth, looked: answer });
    const groups = groupCalls([
      call(0, 8),
      call(8, 8),
      call(16, 1),
      call(17, 1, 1),
      call(18, 1),
      call(19, 1),
    ]);
    expect(groups.map(groupWords)).toEqual(['8, 8', '4 × 1']);
    expect(groupCalls([call(0, 8, 4)])[0]?.wrong).toBe(true);
  });
});
