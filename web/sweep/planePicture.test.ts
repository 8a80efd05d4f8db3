import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScenario, type Scenario, sweepColours } from '../../src/scenario/scenario.ts';
import { axisOf } from '../../src/sweep/axis.ts';
import { emptyPlane } from '../../src/sweep/plane.ts';
import { CORRUPT, POINT } from '../../src/sweep/points.ts';
import { roughMeasure } from '../draw/marks.ts';
import { svgOf } from '../draw/svg.ts';
import { xmlProblem } from '../draw/testing.ts';
import { palettes } from '../draw/tokens.ts';
import { bestOf } from './best.ts';
import { patchesOf, planePicture } from './planePicture.ts';
import type { Planes } from './planes.ts';
import { planeTable } from './planeTable.ts';

describe('patches of a grid', () => {
  it('cover every point that is painted once, with its own category, and hang together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }).chain(columns =>
          fc.record({
            columns: fc.constant(columns),
            cells: fc.array(
              fc.array(fc.integer({ min: -1, max: 2 }), { minLength: columns, maxLength: columns }),
              {
                minLength: 1,
                maxLength: 12,
              },
            ),
          }),
        ),
        ({ columns, cells }) => {
          const painted = cells.map(row => row.map(() => -1));
          for (const { category, row, runs } of patchesOf(
            columns,
            cells.length,
            (c, r) => cells[r]?.[c] ?? -1,
          ))
            for (const [i, [from, to]] of runs.entries()) {
              const below = runs[i - 1];
              if (below !== undefined) expect(from < below[1] && below[0] < to).toBe(true);
              for (let c = from; c < to; c++) {
                const line = painted[row + i] ?? [];
                expect(line[c]).toBe(-1);
                line[c] = category;
              }
            }
          expect(painted).toEqual(cells);
        },
      ),
    );
  });
});

/** A plane of the default scene with a value at every point, of a grain. */
const swept = (detail: number, clsAt: (column: number, row: number) => number): Planes => {
  const { sweep } = defaultScenario.view;
  const [x, y] = [axisOf(defaultScenario, sweep.x, detail), axisOf(defaultScenario, sweep.y, detail)];
  const plane = emptyPlane(x.count, y.count);
  for (let row = 0; row < y.count; row++)
    for (let column = 0; column < x.count; column++) {
      const place = row * x.count + column;
      plane.cls[place] = clsAt(column, row);
      plane.faults[place] = 1 + column;
      plane.tableBytes[place] = 4096 * (1 + row);
    }
  return {
    ask: { scenario: defaultScenario, x, y, policies: ['shipped'] },
    planes: new Map([['shipped', { plane, stride: 1, known: x.count * y.count }]]),
    end: 'done',
    slow: false,
    reason: '',
  };
};

const coloured = (colour: Scenario['view']['sweep']['colour']): Scenario => ({
  ...defaultScenario,
  view: { ...defaultScenario.view, sweep: { ...defaultScenario.view.sweep, colour } },
});

const kinds = [1, 3, 5 + CORRUPT, POINT.pastEnd, POINT.noRoom, POINT.placed, POINT.unknown] as const;

describe('the plane as a file', () => {
  it.each(sweepColours)('by %s: nothing leaves its frame, and it is a well-formed SVG', colour => {
    const shown = swept(64, (column, row) => kinds[(column >> 3) % kinds.length] ?? row);
    const best = bestOf([...shown.planes]);
    const picture = planePicture(coloured(colour), shown, best, 'Offset', 'About it.');
    if (picture === undefined) throw new Error('no picture');
    const marks = picture.draw(roughMeasure);
    for (const mark of marks)
      if (mark.kind === 'path')
        for (const [px, py] of mark.points) {
          expect(px).toBeGreaterThanOrEqual(0);
          expect(px).toBeLessThanOrEqual(picture.width);
          expect(py).toBeGreaterThanOrEqual(0);
          expect(py).toBeLessThanOrEqual(picture.height);
        }
    // Red is said of corrupt entries alone, and of those always.
    expect(marks.some(m => m.kind === 'path' && m.stroke === 'red')).toBe(true);
    const svg = svgOf(marks, { ...picture, palette: palettes.dark });
    expect(xmlProblem(svg)).toBeUndefined();
  });

  it('of a million points in disorder stays small, and says that it left some out', () => {
    const shown = swept(1024, (column, row) => 1 + ((column * 7 + row * 13 + column * row) % 3));
    const picture = planePicture(coloured('leaf'), shown, undefined, 'Offset', 'About it.');
    if (picture === undefined) throw new Error('no picture');
    expect(picture.draw(roughMeasure).length).toBeLessThan(20_000);
    expect(picture.about).toMatch(/One in \d+ of its columns and rows is drawn/);
    expect(
      planePicture(
        coloured('leaf'),
        swept(64, () => 1),
        undefined,
        '',
        '',
      )?.about,
    ).toContain('One square is one mmap()');
  });

  it('is a table too, of ten thousand rows at most', () => {
    const { ask, planes } = swept(256, column => (column < 100 ? 3 : POINT.pastEnd));
    const plane = planes.get('shipped')?.plane;
    if (plane === undefined) throw new Error('no plane');
    const table = planeTable(plane, ask.x, ask.y);
    expect(table.rows.length).toBeLessThanOrEqual(10_000);
    expect(table.rows[0]).toEqual(['0', '8 MiB', 'PMD', '1', '4 KiB', '0']);
    expect(table.rows.at(-1)?.slice(2)).toEqual(['past the end of the BAR', '', '', '']);
    expect(table.note).toContain('256 by 256');
  });
});
