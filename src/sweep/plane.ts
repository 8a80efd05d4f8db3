import type { PolicyId } from '../placement/policies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Axis, valueAt } from './axis.ts';
import { isSpaceInput } from './inputs.ts';
import { countPass, type Pass, passesOf, visitPass } from './order.ts';
import { Points, type Road } from './points.ts';

/** A plane to be computed: a Scenario, its two axes, and the policies under which it is wanted, the main one first. */
export interface PlaneAsk {
  readonly scenario: Scenario;
  readonly x: Axis;
  readonly y: Axis;
  readonly policies: readonly PolicyId[];
}

/** Some rows of one pass over the plane of one policy, in the order of visitPass(). */
export interface PlanePart {
  readonly policy: PolicyId;
  readonly pass: Pass;
  readonly fromRow: number;
  readonly toRow: number;
  readonly cls: Uint8Array<ArrayBuffer>;
  readonly faults: Float64Array<ArrayBuffer>;
  readonly tableBytes: Float64Array<ArrayBuffer>;
  readonly skipped: Float64Array<ArrayBuffer>;
}

/** Points in a part, and between two breaths, by how dear a point is. */
const portions: Readonly<Record<Road, { readonly part: number; readonly breath: number }>> = {
  'closed form': { part: 65_536, breath: 4096 },
  'one mmap() a point': { part: 4096, breath: 512 },
  'whole answers': { part: 512, breath: 32 },
};

/** Most points of the planes beside the main one. */
const BESIDE = { fast: 70_000, slow: 4200 } as const;

/** The finest stride at which the planes beside the main one are computed. */
const strideBeside = (ask: Pick<PlaneAsk, 'x' | 'y'>, road: Road): number => {
  const space = isSpaceInput(ask.x.input) || isSpaceInput(ask.y.input);
  const most = road === 'closed form' && !space ? BESIDE.fast : BESIDE.slow;
  const finest = passesOf(ask.x.count, ask.y.count).findLast(
    ({ stride }) => Math.ceil(ask.x.count / stride) * Math.ceil(ask.y.count / stride) <= most,
  );
  return finest?.stride ?? 1;
};

function* rowsOf(
  points: Points,
  { x, y }: PlaneAsk,
  policy: PolicyId,
  pass: Pass,
): Generator<PlanePart | undefined, void> {
  const { part, breath } = portions[points.road];
  const { stride, done = 1 } = pass;
  // A column that changes the address space is computed as a whole, so that its space is asked many times in a row.
  const byColumn = isSpaceInput(x.input) && !isSpaceInput(y.input);
  const rowsIn = Math.max(1, Math.ceil((byColumn ? 65_536 : part) / Math.ceil(x.count / stride)));
  let since = 0;
  for (let fromRow = 0; fromRow < y.count; fromRow += rowsIn * stride) {
    const toRow = Math.min(fromRow + rowsIn * stride, y.count);
    const count = countPass(pass, x.count, fromRow, toRow);
    const out: PlanePart = {
      policy,
      pass,
      fromRow,
      toRow,
      cls: new Uint8Array(count),
      faults: new Float64Array(count),
      tableBytes: new Float64Array(count),
      skipped: new Float64Array(count),
    };
    const put = (column: number, row: number, at: number): void => {
      points.solve(valueAt(x, column), valueAt(y, row));
      out.cls[at] = points.cls;
      out.faults[at] = points.faults;
      out.tableBytes[at] = points.tableBytes;
      out.skipped[at] = points.skipped;
    };
    if (byColumn) {
      const whole = Math.ceil(x.count / stride);
      const known = Math.ceil(x.count / done);
      for (let column = 0; column < x.count; column += stride) {
        let first = 0;
        for (let row = fromRow; row < toRow; row += stride) {
          const leave = pass.done !== undefined && row % pass.done === 0;
          const place = column / stride;
          if (!leave) put(column, row, first + place);
          else if (column % done !== 0) put(column, row, first + place - (Math.floor(column / done) + 1));
          first += leave ? whole - known : whole;
          if (++since % breath === 0) yield undefined;
        }
      }
    } else {
      let at = 0;
      for (let row = fromRow; row < toRow; row += stride) {
        const leave = pass.done !== undefined && row % pass.done === 0;
        for (let column = 0; column < x.count; column += stride) {
          if (leave && column % done === 0) continue;
          put(column, row, at++);
          if (++since % breath === 0) yield undefined;
        }
      }
    }
    if (count > 0) yield out;
  }
}

/**
 * Computes a plane, coarse to fine: the main policy first, then the others beside it, every one of them coarse before
 * the first is fine. Yields parts, and undefined after about a millisecond without one. No point is computed twice.
 */
export function* planeParts(ask: PlaneAsk): Generator<PlanePart | undefined, void> {
  const { scenario, x, y, policies } = ask;
  const [main, ...others] = policies;
  if (main === undefined) return;
  const passes = passesOf(x.count, y.count);
  const points = new Points(scenario, x.input, y.input, main);
  for (const pass of passes) yield* rowsOf(points, ask, main, pass);
  const beside = strideBeside(ask, points.road);
  const rest = others.map(policy => ({ policy, points: new Points(scenario, x.input, y.input, policy) }));
  for (const pass of passes)
    if (pass.stride >= beside) for (const o of rest) yield* rowsOf(o.points, ask, o.policy, pass);
}

/** A plane as it comes together. */
export interface Plane {
  readonly columns: number;
  readonly rows: number;
  /** By row and then column; 0 where nothing is known yet. */
  readonly cls: Uint8Array;
  readonly faults: Float64Array;
  readonly tableBytes: Float64Array;
  readonly skipped: Float64Array;
}

/** A plane of which nothing is known. */
export const emptyPlane = (columns: number, rows: number): Plane => ({
  columns,
  rows,
  cls: new Uint8Array(columns * rows),
  faults: new Float64Array(columns * rows),
  tableBytes: new Float64Array(columns * rows),
  skipped: new Float64Array(columns * rows),
});

/** Puts a part in its place. */
export const putPart = (plane: Plane, part: PlanePart): void => {
  const { columns } = plane;
  let i = 0;
  visitPass(part.pass, columns, part.fromRow, part.toRow, (column, row) => {
    const at = row * columns + column;
    plane.cls[at] = part.cls[i] as number;
    plane.faults[at] = part.faults[i] as number;
    plane.tableBytes[at] = part.tableBytes[i] as number;
    plane.skipped[at] = part.skipped[i] as number;
    i++;
  });
};

/** The places of the points that a plane with this stride has, in ascending order. */
export function* placesAt(
  { columns, rows }: Pick<Plane, 'columns' | 'rows'>,
  stride: number,
): Generator<number> {
  for (let row = 0; row < rows; row += stride)
    for (let column = 0; column < columns; column += stride) yield row * columns + column;
}
