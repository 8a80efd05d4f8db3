import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { bytes, GiB, MiB } from '../units.ts';
import { axisOf, lastOf, nearest, valueAt } from './axis.ts';
import { withInput } from './inputs.ts';
import { countPass, passesOf, visitPass } from './order.ts';
import { emptyPlane, type PlaneAsk, planeParts, putPart } from './plane.ts';
import { POINT, Points } from './points.ts';

describe('the order of points', () => {
  it('reaches every point once, and counts what it visits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (columns, rows) => {
        const seen = new Uint8Array(columns * rows);
        for (const pass of passesOf(columns, rows)) {
          let visited = 0;
          visitPass(pass, columns, 0, rows, (column, row) => {
            visited++;
            seen[row * columns + column] = (seen[row * columns + column] ?? 0) + 1;
          });
          expect(visited).toBe(countPass(pass, columns, 0, rows));
        }
        expect(seen.every(n => n === 1)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('begins with a grid of at least 16 by 16 where there are as many', () => {
    expect(passesOf(256, 256)[0]?.stride).toBe(16);
    expect(passesOf(1024, 1024)[0]?.stride).toBe(64);
    expect(passesOf(20, 10)[0]?.stride).toBe(1);
  });
});

describe('an axis', () => {
  it('shows the whole BAR in steps of a power of two of pages', () => {
    const axis = axisOf(defaultScenario, { input: 'off', range: undefined }, 256);
    expect(axis).toEqual({ input: 'off', from: 0, step: 8 * MiB, count: 256 });
    const length = axisOf(defaultScenario, { input: 'len', range: undefined }, 256);
    expect([length.from, lastOf(length)]).toEqual([8 * MiB, 2 * GiB]);
  });

  it('keeps to a chosen range, never more points than asked for, and finds the nearest of them', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 20 }),
        fc.nat({ max: 2 ** 20 }),
        fc.constantFrom(64, 256, 1024),
        (a, b, most) => {
          const range = { from: Math.min(a, b) * 4096, to: Math.max(a, b) * 4096 };
          const axis = axisOf(defaultScenario, { input: 'off', range }, most);
          expect(axis.from).toBe(range.from);
          expect(axis.count).toBeLessThanOrEqual(most + 1);
          expect(lastOf(axis)).toBeLessThanOrEqual(range.to);
          for (const i of [0, axis.count - 1]) expect(nearest(axis, valueAt(axis, i))).toBe(i);
        },
      ),
    );
  });
});

const ask = (scenario: Scenario, x: 'off' | 'gap', policies: PlaneAsk['policies']): PlaneAsk => ({
  scenario,
  x: axisOf(scenario, { input: x, range: undefined }, 64),
  y: axisOf(scenario, { input: 'len', range: undefined }, 48),
  policies,
});

describe('the parts of a plane', () => {
  it.each(['off', 'gap'] as const)('put together are every point of it, %s on the axis', x => {
    const asked = ask(defaultScenario, x, ['shipped', 'xu2']);
    const planes = new Map(asked.policies.map(p => [p, emptyPlane(asked.x.count, asked.y.count)] as const));
    for (const part of planeParts(asked)) {
      const plane = part && planes.get(part.policy);
      if (part && plane) putPart(plane, part);
    }
    for (const [policy, plane] of planes) {
      const points = new Points(defaultScenario, x, 'len', policy);
      for (let row = 0; row < plane.rows; row++)
        for (let column = 0; column < plane.columns; column++) {
          points.solve(valueAt(asked.x, column), valueAt(asked.y, row));
          const at = row * plane.columns + column;
          expect([plane.cls[at], plane.faults[at]]).toEqual([points.cls, points.faults]);
        }
      expect(plane.cls).not.toContain(POINT.unknown);
    }
  });

  it('breathes between them where points are dear', () => {
    const holes = { ...defaultScenario.device, holes: [{ offset: bytes(MiB), size: bytes(MiB) }] };
    const asked = ask({ ...defaultScenario, device: holes }, 'off', ['shipped']);
    let breaths = 0;
    for (const part of planeParts(asked)) if (part === undefined) breaths++;
    expect(breaths).toBeGreaterThan(10);
  });
});

describe('a gap', () => {
  it('is the room below the lid', () => {
    const s = withInput(defaultScenario, 'gap', 2 * GiB);
    const points = new Points(defaultScenario, 'gap', 'len');
    points.solve(2 * GiB, 2 * GiB);
    const fits = points.cls;
    points.solve(2 * GiB - 4096, 2 * GiB);
    expect(s.space.lid).toBeDefined();
    expect(fits).toBe(1);
    expect(points.skipped).not.toBe(undefined);
  });
});
