import { endOf, startOf } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignUp } from '../../src/units.ts';
import type { Scale } from '../draw/scale.ts';
import { cross, triangle, write } from './sheet.ts';
import type { ShownStep } from './types.ts';
import type { FinalSearch } from './vaItems.ts';
import type { Labels } from './vaLabels.ts';
import type { Row } from './vaLayout.ts';
import { type Drawn, reached } from './vaStretches.ts';

/** The search, drawn over the folded row. */

/** The search as a line that hops from the limit over the gaps that were too small to the one taken. */
export const drawSearch = (
  row: Row,
  search: FinalSearch,
  scale: Scale,
  drawn: Drawn,
  labels: Labels,
): void => {
  const { s, input, rowY, rowH, laneY, step } = row;
  const { prepared } = input.solution;
  const hopY = rowY - 9;
  const start = search.topDown
    ? Math.min(scale.toPx(Math.min(search.high, prepared.arch.taskSize - 4096)), row.x + row.w - 1)
    : scale.toPx(search.low);
  s.marks.push({
    kind: 'path',
    points: [
      [start, row.bracketY],
      [start, rowY + rowH + 2],
    ],
    stroke: 'ink',
    strokeWidth: 1.5,
  });
  labels.upright(start);
  const limit = search.topDown ? search.high : search.low;
  const name =
    search.topDown && search.high === prepared.mm.space.layout.mmapBase ? 'mmap_base' : 'search from';
  // Far enough apart for the halo of the one to spare the letters of the other.
  const upper = laneY + 24;
  const middle = laneY + 39.5;
  labels.put(
    row.narrow ? [name] : [`${name} ${formatAddress(limit)}`, name],
    search.topDown ? start - 5 : start + 5,
    search.topDown ? 'end' : 'start',
    'ink',
    [upper],
  );

  const stops = drawn.crossed
    .filter(c => reached(row, c.gap))
    .sort((a, b) => (search.topDown ? b.x - a.x : a.x - b.x));
  let at = start;
  const hop = (to: number, dy: number, rise: number) => {
    s.marks.push({
      kind: 'hop',
      from: [at, hopY],
      to: [to, hopY + dy],
      rise,
      stroke: 'ink',
      strokeWidth: 1.5,
    });
    at = to;
  };
  for (const stop of stops) hop(stop.x, 0, 9);
  const last = at;
  const arrived = step === undefined || step.current?.kind === 'taken' || step.reached === 'all';
  const goal =
    search.taken === undefined || !arrived
      ? undefined
      : scale.toPx(search.topDown ? search.taken.edge - 4096 : search.taken.edge);
  const goalX = goal === undefined ? undefined : search.topDown ? goal + 1 : goal;
  if (goalX !== undefined) {
    if (Math.abs(goalX - at) > 3) hop(goalX, 4, 12);
    triangle(s, goalX, rowY - 5, 4.5, 'down', 'ink');
  }
  for (const stop of stops) cross(s, stop.x, hopY, 4.5);
  labels.block(start, at, rowY - 14);

  if (step === undefined && search.passedCount > 0) {
    const many = search.passedCount;
    const asked = alignUp(input.scenario.request.length, input.solution.prepared.arch.page);
    const pad = search.needed - asked;
    const needed = pad > 0 ? `${formatSize(asked)} + ${formatSize(pad)}` : formatSize(search.needed);
    const text =
      many === 1 ? `1 gap too small for ${needed}` : `${formatCount(many)} gaps too small for ${needed}`;
    const passed = stops.length;
    const extra =
      passed > 0 && passed < many && !row.narrow
        ? `, the ${passed === 1 ? 'largest' : `${passed} largest`} shown`
        : '';
    const xs = stops.map(c => c.x);
    const mid = xs.length > 0 ? (Math.min(...xs) + Math.max(...xs)) / 2 : last;
    const short = many === 1 ? '1 gap too small' : `${formatCount(many)} gaps too small`;
    labels.put([text + extra, text, short], mid, 'middle', 'red', [middle, upper]);
  }
  if (step === undefined && search.taken !== undefined && !row.narrow && drawn.placed) {
    const { index } = prepared.mm.space;
    const gap = search.taken.gap;
    const from = gap === 0 ? 0 : (endOf(index, gap - 1) ?? 0);
    const to = Math.min(startOf(index, gap) ?? Number.POSITIVE_INFINITY, search.high);
    const free = `${formatSize(Math.max(0, to - Math.max(from, search.low)))} free`;
    const side = (goalX ?? drawn.placed.x1) + (search.topDown ? -12 : 12);
    labels.put(
      [`${free}: take its ${search.topDown ? 'top' : 'bottom'}`, free],
      side,
      search.topDown ? 'end' : 'start',
      'ink',
      [rowY - 17, middle],
    );
  }
};

/** The gap that a played search looks at: outlined, with its size against the size needed. */
export const drawCurrent = (row: Row, step: ShownStep, scale: Scale, labels: Labels): void => {
  const { current } = step;
  if (!current) return;
  const { s, rowY, rowH, laneY } = row;
  const x0 = scale.toPx(current.from);
  const x1 = Math.max(scale.toPx(current.to), x0 + 3);
  s.marks.push({
    kind: 'rect',
    x: x0 - 1,
    y: rowY - 2,
    w: x1 - x0 + 2,
    h: rowH + 4,
    stroke: current.kind === 'taken' ? 'ink' : 'red',
    strokeWidth: 2.5,
  });
  const size = formatSize(current.size);
  const needed = formatSize(current.needed);
  const text =
    current.kind === 'passed'
      ? `${size} < ${needed}`
      : current.kind === 'guarded'
        ? `${size}, but a guard cuts it`
        : `${size} \u2265 ${needed}`;
  labels.put([text], (x0 + x1) / 2, 'middle', current.kind === 'taken' ? 'ink' : 'red', [
    laneY + 39.5,
    laneY + 24,
  ]);
};

/** Why there is no block of the mapping, in place of one. */
export const drawNoPlace = ({ s, input, search, w }: Row, x: number, y: number): void => {
  if (input.solution.placement.ok) return;
  const needed = `No gap holds ${formatSize(search?.needed ?? 0)}`;
  const wordings =
    search && search.taken === undefined
      ? [`${needed}; the largest is ${formatSize(search.largest)}`, needed]
      : ['mmap() refuses this request: see the verdict', 'mmap() refuses this request'];
  const style = { size: 13, weight: 600 };
  const text = wordings.find(t => s.measure(t, style) <= w) ?? wordings.at(-1) ?? '';
  write(s, { x, y, text, ...style, ink: 'red', align: 'middle' });
};
