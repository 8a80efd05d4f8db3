/** Points computed at one go: rows of them as a coarse grid, or all that lie between the points of a coarser one. */
export interface Pass {
  /** Every how many points along both axes. */
  readonly stride: number;
  /** The stride of the pass before; undefined for the first. */
  readonly done: number | undefined;
}

/** Each pass has a quarter of the stride of the one before. */
const REFINE = 4;
/** The first pass has at least so many points along the longer axis, where there are as many. */
const FIRST = 16;

/** The passes over a grid, coarse to fine. Together they reach every point once. */
export const passesOf = (columns: number, rows: number): readonly Pass[] => {
  const passes: Pass[] = [];
  let stride = 1;
  while (stride * REFINE * FIRST <= Math.max(columns, rows)) stride *= REFINE;
  for (let done: number | undefined; stride >= 1; stride /= REFINE) {
    passes.push({ stride, done });
    done = stride;
  }
  return passes;
};

/** The points of one row in a pass, as first column and distance; and whether those of the pass before are left out. */
const skipsKnown = (pass: Pass, row: number): boolean => pass.done !== undefined && row % pass.done === 0;

/**
 * Calls `visit` with column and row of every point of a pass in rows [fromRow, toRow), in the one order that both ends
 * of a worker agree on. `fromRow` is a multiple of the stride.
 */
export const visitPass = (
  pass: Pass,
  columns: number,
  fromRow: number,
  toRow: number,
  visit: (column: number, row: number) => void,
): void => {
  const { stride, done = 1 } = pass;
  for (let row = fromRow; row < toRow; row += stride) {
    const leave = skipsKnown(pass, row);
    for (let column = 0; column < columns; column += stride)
      if (!leave || column % done !== 0) visit(column, row);
  }
};

/** How many points {@link visitPass} visits. */
export const countPass = (pass: Pass, columns: number, fromRow: number, toRow: number): number => {
  const { stride, done = 1 } = pass;
  const whole = Math.ceil(columns / stride);
  const known = Math.ceil(columns / done);
  let count = 0;
  for (let row = fromRow; row < toRow; row += stride) count += skipsKnown(pass, row) ? whole - known : whole;
  return count;
};
