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
export const openPoint = (x: Axis, y: Axis, cell: Cell): void => {
  const { look, change } = app.getState();
  // Undo comes back to it.
  look(withSweep({ point: { x: valueAt(x, cell.column), y: valueAt(y, cell.row) } }));
  change(s => {
    const there = scenarioAt(s, x, y, cell);
    return {
      ...there,
      // It is the request's own now.
      view: {
        ...there.view,
        sweep: { ...there.view.sweep, point: undefined },
        screen: 'map',
        map: { range: undefined, at: undefined, part: 1 },
      },
    };
  }, 'done');
};
