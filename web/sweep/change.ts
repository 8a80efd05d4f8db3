import type { Scenario, SweepView } from '../../src/scenario/scenario.ts';
import type { Axis } from '../../src/sweep/axis.ts';
import { valueAt } from '../../src/sweep/axis.ts';
import { withInput } from '../../src/sweep/inputs.ts';
import type { Update } from '../state/steps.ts';
import { app } from '../state/store.ts';

/** Another look at the Sweep. */
export const withSweep =
  (part: Partial<SweepView>): Update =>
  s => ({ ...s, view: { ...s.view, sweep: { ...s.view.sweep, ...part } } });

/** A point of the plane: column and row. */
export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** The Scenario of a point. */
export const scenarioAt = (s: Scenario, x: Axis, y: Axis, { column, row }: Cell): Scenario =>
  withInput(withInput(s, x.input, valueAt(x, column)), y.input, valueAt(y, row));

/** Shows a point in the Map. */
export const openPoint = (x: Axis, y: Axis, cell: Cell): void =>
  app.getState().change(s => {
    const there = scenarioAt(s, x, y, cell);
    return {
      ...there,
      view: { ...there.view, screen: 'map', map: { range: undefined, at: undefined, part: 1 } },
    };
  }, 'done');
