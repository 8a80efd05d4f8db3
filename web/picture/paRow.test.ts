import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readLink } from '../../src/scenario/link.ts';
import { type Bar, type BridgeWindow, defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { solve } from '../../src/solve.ts';
import { bytes, GiB, KiB, MiB, pa } from '../../src/units.ts';
import { type Mark, roughMeasure, type TextMark } from '../draw/marks.ts';
import { paItems, placeOf, placePieces } from './paPieces.ts';
import { drawPaRow, PA_ROW_HEIGHT } from './paRow.ts';
import type { Hit, Sheet } from './types.ts';

const scene = (hash: string): Scenario => readLink(hash, { pack: t => t, unpack: t => t }).scenario;

interface Drawn {
  readonly marks: readonly Mark[];
  readonly hits: readonly Hit[];
  readonly texts: readonly TextMark[];
  readonly words: readonly string[];
}

const X = 24;
const Y = 100;

const draw = (scenario: Scenario, w = 852, crosshair?: number): Drawn => {
  const s: Sheet = { marks: [], hits: [], measure: roughMeasure };
  const solution = solve(scenario);
  const { device } = solution;
  const input = {
    scenario,
    solution,
    search: undefined,
    width: w + 2 * X,
    height: 824,
    crosshair,
    pane: undefined,
    measure: roughMeasure,
  };
  const length = device ? device.mapping.end - device.mapping.start : 0;
  drawPaRow(s, input, device, X, Y, w, device && { y: 60, x0: X, x1: X + w / 2, from: 0, to: length });
  const texts = s.marks.filter((m): m is TextMark => m.kind === 'text');
  return { ...s, texts, words: texts.map(t => t.text) };
};

/** The box of a text; its letters are no higher than its size. */
const boxOf = (t: TextMark) => {
  const w = roughMeasure(t.text, t);
  const x = t.x - w * (t.align === 'middle' ? 0.5 : t.align === 'end' ? 1 : 0);
  return { x0: x, x1: x + w, y0: t.y - t.size / 2, y1: t.y + t.size / 2 };
};

/** Pairs of texts that lie upon each other, and texts outside the row. */
const collisions = ({ texts }: Drawn, w: number): readonly string[] => {
  const boxes = texts.map(t => ({ ...boxOf(t), text: t.text }));
  return boxes.flatMap((a, i) => [
    ...(a.x0 < X - 0.1 || a.x1 > X + w + 0.1 || a.y0 < Y || a.y1 > Y + PA_ROW_HEIGHT
      ? [`${a.text} is outside`]
      : []),
    ...boxes
      .slice(i + 1)
      .filter(b => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
      .map(b => `${a.text} | ${b.text}`),
  ]);
};

/** Hatches and zigzags that a text lies upon without a pill of its own. */
const struck = ({ marks, texts }: Drawn): readonly string[] =>
  texts.flatMap(t => {
    const box = boxOf(t);
    const pilled = marks.some(
      m =>
        m.kind === 'rect' &&
        m.radius !== undefined &&
        m.y < t.y &&
        m.y + m.h > t.y &&
        m.x <= box.x0 &&
        m.x + m.w >= box.x1,
    );
    if (pilled) return [];
    return marks
      .filter(m => m.kind === 'path' && m.points.length > 4)
      .filter(
        m =>
          m.kind === 'path' &&
          m.points.some(([x, y]) => x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1),
      )
      .map(() => t.text);
  });

describe.each([852, 1400, 1192, 362, 330])('%d pixels wide', w => {
  it.each([
    '',
    '#1&off=1M&len=512M',
    '#1&holes=0x2000+4K',
    '#1&bar=0@0xfc00_0000+16M&len=16M&others=&holes=4M+64K',
    '#1&bar=2@0x38_8000_0000+3G&len=3G&others=&ranges=1536M@0x50_0020_0000',
    '#1&ranges=256M@0x40_0000_0000,512M@0x50_0000_0000,1G@0x60_0000_0000,1280M@0x10_0000_0000',
    '#1&others=0@0xfc00_0000+16M,1@0xfd00_0000+4K,3@0x10_0000_0000+1G,4@0x39_0000_0000+32M,0000:02:00.0/0@0x39_0200_0000+16K,0000:02:00.0/2@0x39_0200_4000+16K,0000:02:00.1/0@0x39_0201_0000+1M,0000:03:00.0/0@0x38_0000_0000+1M',
    '#1&bar=2@0x800_0000_0000+1T&len=1T&others=',
    '#1&bar=2@0x0+1T&len=1T',
    '#1&bar=0@0xfe00_4000+16K&len=16K&others=',
    '#1&bar=2@0x38_8010_0000+2G',
    '#1&bar=2@0x39_c000_0000+2G&others=&win=0x38_0000_0000+8G,0000:00:01.0@0x38_0000_0000+16G',
    '#1&bar=2@0x1000_0000_0000+0x2f_00f0_0000&len=0x2f_00f0_0000',
    '#1&len=4G',
  ])('%s: no text lies upon another or outside, none is struck through', hash => {
    const drawn = draw(scene(hash), w, 4096);
    expect(collisions(drawn, w)).toEqual([]);
    expect(struck(drawn)).toEqual([]);
  });
});

const power = (from: number, to: number) => fc.integer({ min: from, max: to }).map(n => 2 ** n);
/** A BAR as PCI places one. */
const natural = fc
  .tuple(fc.nat(5), power(12, 38), fc.nat(2 ** 14))
  .map(([index, size, n]): Bar => ({ index, base: pa(n * size), size: bytes(size) }));
const other = fc
  .tuple(natural, fc.option(fc.constantFrom('0000:02:00.0', '10002:ff:1f.7'), { nil: undefined }))
  .map(([bar, owner]): Bar => (owner === undefined ? bar : { ...bar, owner }));
const devices: fc.Arbitrary<Scenario['device']> = fc
  .tuple(natural, fc.array(other, { maxLength: 10 }), fc.array(fc.nat(4), { maxLength: 3 }), fc.boolean())
  .map(([bar, others, wide, holed]) => ({
    bar,
    others: [...others].sort((a, b) => a.base - b.base),
    windows: wide
      .map((k): BridgeWindow => {
        const size = bar.size * 2 ** k;
        return {
          label: k === 1 ? '0000:00:01.0' : '',
          base: pa(Math.floor(bar.base / size) * size),
          size: bytes(size),
          prefetchable: k > 1,
        };
      })
      .sort((a, b) => a.base - b.base || b.size - a.size),
    holes: holed && bar.size > 16 * KiB ? [{ offset: bytes(bar.size / 4), size: bytes(8 * KiB) }] : [],
    ranges: [],
  }));
const scenarios = fc.tuple(devices, fc.integer({ min: 300, max: 1600 })).map(([device, w]) => ({
  w,
  scenario: {
    ...defaultScenario,
    device,
    request: { ...defaultScenario.request, length: device.bar.size },
  },
}));

describe('any device', () => {
  it('is drawn without a text upon another, with finite and few marks', () => {
    fc.assert(
      fc.property(scenarios, ({ scenario, w }) => {
        const drawn = draw(scenario, w);
        expect(collisions(drawn, w)).toEqual([]);
        expect(struck(drawn)).toEqual([]);
        expect(drawn.marks.length).toBeLessThan(600);
        const numbers = drawn.marks.flatMap(m => Object.values(m).flat(2)).filter(n => typeof n === 'number');
        expect(numbers.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('fills the row from 0 on without gaps, in order, and keeps the mapped BAR', () => {
    fc.assert(
      fc.property(scenarios, ({ scenario, w }) => {
        const { items, top } = paItems(scenario.device);
        const pieces = placePieces(items, 0, w, { mine: w * 0.36, bar: () => 50, between: 24 });
        expect(pieces[0]).toMatchObject({ from: 0, x: 0 });
        expect(pieces.at(-1)?.to).toBe(top);
        const last = pieces.at(-1);
        expect((last?.x ?? 0) + (last?.w ?? 0)).toBeCloseTo(w, 6);
        expect(pieces.slice(1).map(p => p.from)).toEqual(pieces.slice(0, -1).map(p => p.to));
        const { base, size } = scenario.device.bar;
        expect(pieces.filter(p => p.kind === 'mine')).toMatchObject([{ from: base, to: base + size }]);
        expect(placeOf(pieces, base + size / 2)).toBeCloseTo(
          (placeOf(pieces, base) + placeOf(pieces, base + size)) / 2,
          6,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('what the row says', () => {
  it('the default: BARs with their sizes, the window, the alignment', () => {
    const { words } = draw(defaultScenario);
    expect(words).toEqual(
      expect.arrayContaining([
        'BAR 0',
        '16 MiB',
        'BAR 4',
        '32 MiB',
        'bridge window',
        '8 GiB, sample',
        'BAR 2, all 2 GiB mapped',
        'aligned to its size, 2 GiB',
        '256 GiB, true scale: BAR 2 is 2 GiB of it',
      ]),
    );
  });

  it('a base off its size, in red with a cross', () => {
    const { texts, marks } = draw(scene('#1&bar=2@0x38_8010_0000+2G'));
    expect(texts.find(t => t.text.startsWith('not a multiple of its size'))?.ink).toBe('red');
    expect(marks.filter(m => m.kind === 'path' && m.stroke === 'red').length).toBeGreaterThanOrEqual(2);
    expect(draw(defaultScenario).marks.some(m => 'stroke' in m && m.stroke === 'red')).toBe(false);
  });

  it('a BAR that its window cuts', () => {
    const { words } = draw(scene('#1&bar=2@0x39_c000_0000+1G&others=&win=0x38_0000_0000+7680M'));
    expect(words.some(t => t.startsWith('reaches past its bridge window'))).toBe(true);
    const inside = draw(scene('#1&bar=2@0x39_c000_0000+1G&others=&win=0x38_0000_0000+8G'));
    expect(inside.words.some(t => t.includes('past'))).toBe(false);
  });

  it('how the base is aligned, under the pointer', () => {
    const tip = (hash: string): string =>
      draw(scene(hash))
        .hits.flatMap(h => h.lines ?? [])
        .join('\n');
    expect(tip('')).toContain('base divisible by 2 GiB, no larger power of two');
    expect(tip('#1&bar=0@0x3800_0010_0000+64M&others=')).toContain(
      'by 1 MiB, no larger power of two: not by its size',
    );
  });
});

/** The stretch of the row that leaves are drawn in. */
const leavesOf = ({ marks }: Drawn) =>
  marks.filter(m => m.kind === 'leaves').map(m => ({ x: m.x, end: m.x + m.w, leaf: m.leaf }));

describe('every mapping is drawn', () => {
  test('around a hole, which is hatched with its size', () => {
    const drawn = draw(scene('#1&bar=0@0xfc00_0000+16M&len=16M&others=&holes=8M+1M&p=xu1'));
    const hatch = drawn.marks.find(m => m.kind === 'hatch');
    expect(drawn.words).toContain('1 MiB hole');
    expect(hatch).toBeDefined();
    const leaves = leavesOf(drawn);
    expect(leaves.some(l => l.end <= (hatch?.x ?? 0) + 1)).toBe(true);
    expect(leaves.some(l => l.x >= (hatch?.x ?? 0) + (hatch?.w ?? 0) - 1)).toBe(true);
  });

  test('of ranges that lie elsewhere, each with its own leaves', () => {
    const s = scene('#1&bar=2@0x38_8000_0000+3G&len=3G&others=&ranges=1536M@0x50_0020_0000&p=xu1');
    const { items } = paItems(s.device);
    expect(items.filter(i => i.kind === 'mine')).toEqual([
      { kind: 'mine', from: 0x38_8000_0000, to: 0x38_e000_0000, offset: 0 },
      { kind: 'mine', from: 0x50_0020_0000, to: 0x50_6020_0000, offset: 1536 * MiB },
    ]);
    const drawn = draw(s);
    expect(leavesOf(drawn).map(l => l.leaf)).toEqual(['pud', 'pmd', 'pmd']);
    // The second part is one hit with its own addresses, the first one takes the crosshair.
    expect(drawn.hits.filter(h => h.offsetAt)).toHaveLength(1);
    expect(drawn.hits.flatMap(h => h.lines ?? [])).toContainEqual(
      expect.stringMatching(/^Part 2 of 2: 1.5 GiB/),
    );
  });

  test('ranges that overlap in memory are one stretch', () => {
    const { device } = scene('#1&ranges=1G@0x38_a000_0000');
    expect(paItems(device).items.filter(i => i.kind === 'mine')).toMatchObject([
      { from: 0x38_8000_0000, to: 0x38_8000_0000 + 1.5 * GiB },
    ]);
  });
});
