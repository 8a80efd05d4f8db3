/** A rectangle of points that are all of one category: where its name can stand. */
export interface Region {
  readonly category: number;
  /** First column and row, and how many. */
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** A side of the grid on which names are placed. */
const GRID = 48;

/**
 * The largest rectangle of every category on the plane, found on a coarser grid of it. `categoryAt` tells the category
 * of a point; below 0: nothing is written there.
 */
export const regionsOf = (
  columns: number,
  rows: number,
  categoryAt: (column: number, row: number) => number,
): readonly Region[] => {
  const w = Math.min(columns, GRID);
  const h = Math.min(rows, GRID);
  const grid: number[] = [];
  for (let r = 0; r < h; r++)
    for (let c = 0; c < w; c++)
      grid.push(categoryAt(Math.floor(((c + 0.5) * columns) / w), Math.floor(((r + 0.5) * rows) / h)));
  const best = new Map<number, { area: number; c: number; r: number; w: number; h: number }>();
  // How many squares of the same category stand on each other, by column.
  const heights = new Array<number>(w).fill(0);
  for (let r = 0; r < h; r++) {
    for (let c = 0; c < w; c++) {
      const same = r > 0 && grid[r * w + c] === grid[(r - 1) * w + c];
      heights[c] = (same ? (heights[c] ?? 0) : 0) + 1;
    }
    for (let c = 0; c < w; c++) {
      const category = grid[r * w + c] ?? -1;
      if (category < 0) continue;
      let low = heights[c] ?? 0;
      for (let to = c; to < w && grid[r * w + to] === category; to++) {
        low = Math.min(low, heights[to] ?? 0);
        const area = low * (to - c + 1);
        // Names are wider than high: a rectangle of one square's height is of no use.
        if (area > (best.get(category)?.area ?? 0))
          best.set(category, { area, c, r: r - low + 1, w: to - c + 1, h: low });
      }
    }
  }
  return [...best].map(([category, b]) => ({
    category,
    column: (b.c * columns) / w,
    row: (b.r * rows) / h,
    columns: (b.w * columns) / w,
    rows: (b.h * rows) / h,
  }));
};
