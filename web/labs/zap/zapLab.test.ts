import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScenario, type ZapView } from '../../../src/scenario/scenario.ts';
import { type DesignId, designIds } from '../../../src/zap/ids.ts';
import type { Who } from '../../../src/zap/machine.ts';
import { type Mark, roughMeasure } from '../../draw/marks.ts';
import { oddMarks } from '../../picture/testing.ts';
import { drawLanes } from './lanesPicture.ts';
import { explored, plainestOrder, shownOf, stepped, toggled, toMoment, walked } from './race.ts';
import { drawShare } from './sharePicture.ts';
import { drawSmallSquare, drawSquare } from './squarePicture.ts';
import { orderText } from './text.ts';
import { endWords, figureOf } from './words.ts';

const first = defaultScenario.view.labs.zap;
const viewOf = (part: Partial<ZapView>): ZapView => ({ ...first, ...part });
const then = (view: ZapView, change: Partial<ZapView> | undefined): ZapView => ({ ...view, ...change });

const views: fc.Arbitrary<ZapView> = fc.record({
  design: fc.constantFrom(...designIds),
  dropped: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8]),
  turns: fc.option(fc.array(fc.constantFrom<Who>('mapper', 'zapper'), { maxLength: 32 }), { nil: undefined }),
  at: fc.option(fc.nat(99), { nil: undefined }),
});

const pictureOf = (view: ZapView, width: number) => {
  const { square, turns, at, told, race, played } = shownOf(view);
  const base = { turns, at, told, width, measure: roughMeasure };
  return {
    square: drawSquare({ ...base, square, title: 'B: a title that is rather long', row: 50 }),
    lanes: drawLanes({ ...base, race, states: played.states }),
  };
};

describe('the pictures', () => {
  it('have finite marks inside the drawing, for every design, order and width', () => {
    fc.assert(
      fc.property(views, fc.constantFrom(340, 520, 676, 1000, 1392), (view, width) => {
        const { square, lanes } = pictureOf(view, width);
        expect(oddMarks(square.marks, width)).toEqual([]);
        expect(oddMarks(lanes.marks, width)).toEqual([]);
        expect(square.height).toBeGreaterThan(100);
      }),
      { numRuns: 150 },
    );
    for (const id of designIds) {
      expect(oddMarks(drawSmallSquare(explored(id).square, 84, 98), 84)).toEqual([]);
      expect(oddMarks(drawShare(explored(id).square.root.ends, 150, 14), 150)).toEqual([]);
    }
  });

  it('keep what is red filled where colours are forced, and what is well is not', () => {
    const outlined = (marks: readonly Mark[]) =>
      marks.flatMap(m => (m.kind === 'rect' && m.fill === 'red' && m.stroke === undefined ? [m] : []));
    for (const width of [340, 1000]) {
      const { lanes } = pictureOf(first, width);
      expect(lanes.marks.some(m => m.kind === 'rect' && m.fill === 'red')).toBe(true);
      expect(outlined(lanes.marks)).toEqual([]);
    }
    const share = drawShare(explored('B').square.root.ends, 150, 14);
    expect(outlined(share)).toEqual([]);
    expect(share.map(m => m.kind === 'rect' && m.fill)).toEqual(['vma2', 'red']);
  });

  it('say what decides B, in the square and in the lanes', () => {
    const { square, lanes } = pictureOf(first, 676);
    const words = (marks: typeof square.marks) => marks.flatMap(m => (m.kind === 'text' ? [m.text] : []));
    expect(words(square.marks)).toContain('the zap finds no VMA');
    expect(words(square.marks).filter(t => t.includes('both would'))).toHaveLength(2);
    expect(words(lanes.marks)).toContain('✕ the zap finds no VMA to walk: it clears nothing');
    expect(words(lanes.marks)).toContain('✕ stale');
    // Nothing of C is red, however wide.
    for (const width of [340, 1000])
      expect(
        pictureOf(viewOf({ design: 'C' }), width).lanes.marks.filter(m => 'fill' in m && m.fill === 'red'),
      ).toEqual([]);
    for (const width of [340, 1000])
      expect(pictureOf(first, width).lanes.marks.filter(m => 'fill' in m && m.fill === 'red')).toHaveLength(
        1,
      );
  });

  it('give back the place and the moment that a point means', () => {
    const { square, lanes } = pictureOf(first, 676);
    const ring = square.marks.findLast(m => m.kind === 'circle' && m.r === 10);
    expect(ring?.kind === 'circle' && square.placeAt(ring.x, ring.y)).toEqual({ mapper: 6, zapper: 7 });
    expect(square.placeAt(2, 2)).toBeUndefined();
    const { from, width } = lanes.span ?? { from: 0, width: 0 };
    expect(lanes.momentAt(from + width - 1, 0)).toBe(13);
    expect(lanes.momentAt(from + 1, 0)).toBe(1);
    expect(lanes.momentAt(0, 0)).toBe(0);
  });
});

describe('what is shown', () => {
  it('is the plainest order of the worst end there is, whole', () => {
    const { turns, at, told } = shownOf(first);
    expect(at).toBe(turns.length);
    expect(told?.ending).toBe('stale');
    expect(shownOf(viewOf({ design: 'F' })).told?.ending).toBe('deadlock');
    expect(shownOf(viewOf({ design: 'G' })).told?.ending).toBe('late');
    expect(shownOf(viewOf({ design: 'C' })).told?.ending).toBe('good');
  });

  it('stops at the first turn of a link that cannot be taken', () => {
    const shown = shownOf(viewOf({ turns: ['mapper', 'zapper', 'mapper'] }));
    expect(shown.turns).toEqual(['mapper']);
    expect(shown.blocked).toEqual({ turn: 1, why: 'waits' });
    expect(shown.waits).toEqual([{ who: 'zapper', lock: 'driver', holder: 'mapper' }]);
  });

  it('never fails, and stands within its order', () => {
    fc.assert(
      fc.property(views, view => {
        const { at, turns, node, played } = shownOf(view);
        expect(at).toBeLessThanOrEqual(turns.length);
        expect(node.state).toEqual(played.states[at]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a hand', () => {
  it('steps: the order stays where it goes that way, else the rest of it goes', () => {
    const view = viewOf({ at: 3 });
    expect(stepped(shownOf(view), 'zapper')).toEqual({ at: 4 });
    const other = then(view, stepped(shownOf(view), 'mapper'));
    expect(other.turns).toEqual(['mapper', 'mapper', 'mapper', 'mapper']);
    expect(shownOf(other).at).toBe(4);
    const inside = viewOf({ turns: ['mapper'] });
    expect(stepped(shownOf(inside), 'zapper')).toBeUndefined();
    expect(toMoment(shownOf(first), -1)).toEqual({ at: 0 });
    expect(toMoment(shownOf(first), 99)).toEqual({ at: undefined });
  });

  it('walks to a place: on the order another moment, else a way there, into a block never', () => {
    const shown = shownOf(first);
    expect(walked(shown, { mapper: 3, zapper: 2 })).toEqual({ at: 5 });
    const view = then(first, walked(shown, { mapper: 6, zapper: 2 }));
    expect(shownOf(view).node).toMatchObject({ mapper: 6, zapper: 2 });
    expect(walked(shown, { mapper: 1, zapper: 3 })).toBeUndefined();
  });

  it('takes a lock out with its unlock, and puts both back; an unlock goes alone', () => {
    const c = viewOf({ design: 'C' });
    const broken = then(c, toggled(shownOf(c), 3));
    expect(broken.dropped).toEqual([3, 5]);
    expect(shownOf(broken).told?.ending).toBe('stale');
    expect(toggled(shownOf(broken), 3).dropped).toEqual([]);
    expect(toggled(shownOf(c), 5).dropped).toEqual([5]);
  });

  it('asks for an order by its end', () => {
    const f = shownOf(viewOf({ design: 'F' }));
    const late = then(viewOf({ design: 'F' }), plainestOrder(f, 'late'));
    expect(shownOf(late).told?.ending).toBe('late');
    expect(plainestOrder(f, 'stale')).toBeUndefined();
  });
});

describe('the order as text', () => {
  it('fits a mail, and marks where it goes wrong', () => {
    const lines = orderText(shownOf(first)).split('\n');
    expect(lines).toContain('10 of 21 orders leave a stale leaf.');
    expect(lines).toContain(' 1  lock driver                                           . . . .');
    expect(lines).toContain(' 7                                clear leaf if linked    Z . L . <--');
    expect(lines.filter(l => /^13 {2}unlock i_mmap +Z V L R$/.test(l))).toHaveLength(1);
  });

  it('is never wider than 72 columns', () => {
    fc.assert(
      fc.property(views, view => {
        for (const line of orderText(shownOf(view)).split('\n')) expect(line.length).toBeLessThanOrEqual(72);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the words', () => {
  it.each<[DesignId, number, number, string]>([
    ['B', 10, 21, 'orders leave a stale leaf'],
    ['C', 0, 21, 'orders end badly'],
    ['F', 10, 41, 'orders end in a deadlock'],
    ['H', 55, 88, 'orders let a leaf outlive the zap'],
  ])('%s: %i of %i %s', (id, count, of, what) => {
    expect(figureOf(explored(id).square.root.ends)).toMatchObject({ count, of, what });
  });

  it('say of a stale leaf what is wrong with it, and nothing that anybody was told', () => {
    const { more } = figureOf(explored('B').square.root.ends);
    expect(more).toBe('The zap has returned, and a leaf still maps the device.');
  });

  it('speak of one order as one', () => {
    expect(figureOf({ good: 12, stale: 1, late: 0, deadlock: 0 }).what).toBe('order leaves a stale leaf');
  });

  it('find words for every end of every design', () => {
    for (const id of designIds)
      for (const ending of ['good', 'stale', 'late', 'deadlock'] as const) {
        const view = viewOf({ design: id });
        const order = plainestOrder(shownOf(view), ending);
        if (order === undefined) continue;
        const { told } = shownOf(then(view, order));
        expect(told?.ending).toBe(ending);
        if (told !== undefined) expect(endWords(told).text).toMatch(/^[A-Z].*\.$/);
      }
  });
});
