import { describe, expect, it } from 'vitest';
import type { PolicyId } from '../../src/placement/policies.ts';
import { emptyPlane } from '../../src/sweep/plane.ts';
import { CORRUPT, POINT } from '../../src/sweep/points.ts';
import { GiB, MiB } from '../../src/units.ts';
import { bestOf, NOBODY } from './best.ts';
import { boundariesOf, pixelOf, pointAt, ticksOf } from './frame.ts';
import { logShare, shownPlaces, spanOf } from './paintPlane.ts';
import type { KnownPlane } from './planes.ts';
import { regionsOf } from './regions.ts';
import { classText, percentText, policiesOf, policyList, valueText } from './words.ts';

const planeOf = (points: readonly (readonly [cls: number, faults: number])[]): KnownPlane => {
  const plane = emptyPlane(points.length, 1);
  points.forEach(([cls, faults], i) => {
    plane.cls[i] = cls;
    plane.faults[i] = faults;
  });
  return { plane, stride: 1, known: points.length };
};

describe('who wins', () => {
  it('tells ties, leaves out corrupt leaves, and finds nobody where all are refused', () => {
    const best = bestOf([
      [
        'shipped',
        planeOf([
          [1, 512],
          [3, 1],
          [POINT.pastEnd, 0],
          [5 + CORRUPT, 1],
        ]),
      ],
      [
        'xu1',
        planeOf([
          [3, 1],
          [3, 1],
          [POINT.pastEnd, 0],
          [3, 7],
        ]),
      ],
    ]);
    expect(best?.sets).toEqual([
      { policies: ['xu1'], points: 2 },
      { policies: ['shipped', 'xu1'], points: 1 },
    ]);
    expect([...(best?.at ?? [])]).toEqual([1, 2, NOBODY, 1]);
  });

  it('waits for every policy', () => {
    const late = { ...planeOf([[1, 1]]), stride: undefined };
    expect(
      bestOf([
        ['shipped', planeOf([[1, 1]])],
        ['xu1', late],
      ]),
    ).toBeUndefined();
  });
});

describe('a name', () => {
  it('stands in the largest rectangle of its category', () => {
    // A triangle of 1 below a triangle of 2; 3 is one point.
    const at = (column: number, row: number): number =>
      column === 0 && row === 0 ? 3 : column + row < 40 ? 1 : 2;
    const found = regionsOf(40, 40, at);
    const one = found.find(r => r.category === 1);
    expect((one?.columns ?? 0) * (one?.rows ?? 0)).toBeGreaterThan(350);
    for (const r of found)
      for (const [c, w] of [
        [r.column, r.row],
        [r.column + r.columns - 1, r.row + r.rows - 1],
      ] as const)
        expect(at(Math.floor(c), Math.floor(w))).toBe(r.category);
    expect(regionsOf(10, 10, () => -1)).toEqual([]);
  });
});

describe('the frame', () => {
  const axis = { input: 'len', from: 8 * MiB, step: 8 * MiB, count: 256 } as const;

  it('has ticks at powers of two, apart from each other', () => {
    const ticks = ticksOf(axis, 512, 56);
    expect(ticks.map(t => t.text)).toContain('1 GiB');
    for (const [i, t] of ticks.entries())
      if (i > 0) expect(t.at - (ticks[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(56);
  });

  it('finds the point of a pixel, and the pixel of its value', () => {
    for (const point of [0, 1, 100, 255])
      expect(pointAt(axis, pixelOf(axis, axis.from + point * axis.step, 512), 512)).toBe(point);
    expect(pointAt(axis, 600, 512)).toBe(255);
  });

  it('draws boundaries of a leaf size only where they can be told apart', () => {
    expect(boundariesOf(axis, 512, GiB)).toHaveLength(2);
    expect(boundariesOf(axis, 512, 2 * MiB)).toEqual([]);
  });
});

describe('what is painted', () => {
  it('shows a coarse point over its block until the finer ones are known', () => {
    const known = new Set([0, 16]);
    const places = shownPlaces({ columns: 256, rows: 256 }, place => known.has(place));
    expect([places[0], places[15], places[16], places[31], places[32]]).toEqual([0, 0, 16, 16, -1]);
    known.add(17);
    expect(shownPlaces({ columns: 256, rows: 256 }, place => known.has(place))[17]).toBe(17);
  });

  it('spans the figures of mapped points, on a log scale with a place for 0', () => {
    const { plane } = planeOf([
      [1, 512],
      [3, 2],
      [POINT.pastEnd, 0],
    ]);
    const span = spanOf(plane, 'faults');
    expect(span).toEqual({ least: 2, most: 512 });
    if (span === undefined) return;
    expect([logShare(2, span), logShare(32, span), logShare(512, span)]).toEqual([0, 0.5, 1]);
    expect(logShare(0, { least: 0, most: 8 })).toBe(0);
    expect(logShare(1, { least: 0, most: 8 })).toBeGreaterThan(0);
  });
});

describe('the words', () => {
  it('write the value of a point exactly', () => {
    expect(valueText('len', 1.25 * GiB)).toBe('1.25 GiB');
    expect(valueText('off', GiB + 616 * MiB)).toBe('1,640 MiB');
    expect(valueText('len', 2 * GiB - 4096)).toBe('2 GiB \u2212 4 KiB');
    expect(valueText('off', 0)).toBe('0');
    // A step of a page on is another text.
    expect(valueText('len', GiB + 616 * MiB)).not.toBe(valueText('len', GiB + 616 * MiB + 4096));
  });

  it('never round a share to all or nothing', () => {
    expect(percentText(0, 10)).toBe('0 %');
    expect(percentText(10, 10)).toBe('100 %');
    expect(percentText(1, 2 ** 18)).toBe('0.0004 %');
    expect(percentText(2 ** 18 - 1, 2 ** 18)).toBe('> 99.9 %');
    expect(percentText(1, 3)).toBe('33.3 %');
  });

  it('list those that win or those that do not, whichever is shorter', () => {
    const all: readonly PolicyId[] = ['shipped', 'thp', 'xu1'];
    expect(policyList(all, all, '7.3')).toBe('all alike');
    expect(policyList(['thp', 'xu1'], all, '7.3')).toBe('all but Linux 7.3');
    expect(policyList(['xu1'], all, '7.3')).toBe('Xu v1');
  });

  it('name every class, and begin the policies with the one chosen', () => {
    for (const cls of [...Object.values(POINT), 1, 3, 5, 5 + CORRUPT]) expect(classText(cls)).not.toBe('');
    expect(
      policiesOf({ machine: { policy: 'xu2pa' } as Parameters<typeof policiesOf>[0]['machine'] })[0],
    ).toBe('xu2pa');
  });
});
