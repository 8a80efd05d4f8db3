import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { foldedScale, type Segment } from '../draw/scale.ts';
import { cross, fitText, pill, trapezoid, triangle, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';
import { type VaItem, vaItems } from './vaItems.ts';

/** Where the folded row put the new mapping, for the trapezoid below it. */
export interface VaRow {
  readonly placed: { readonly x0: number; readonly x1: number } | undefined;
  readonly bottom: number;
  /** Where the folded row shows an address. */
  readonly toPx: (address: number) => number;
}

const NEW_SHARE = 0.26;

/** A size on two lines: the figure and its unit, or the two terms of a sum. */
const twoLines = (size: number): readonly [string, string] => {
  const text = formatSize(size);
  const sum = /^(.+?) ([+\u2212] .+)$/.exec(text);
  if (sum) return [sum[1] ?? '', sum[2] ?? ''];
  const [number = '', unit = ''] = text.split(' ');
  return [number, unit];
};

/** Width of an item that cannot shrink, or its weight in what is left. */
const widthOf = (
  s: Sheet,
  item: VaItem,
  w: number,
): { fixed: number } | { weight: number; least: number } => {
  const size = item.to - item.from;
  const label = { size: 11, weight: 600 };
  switch (item.kind) {
    case 'new':
      return { fixed: w * NEW_SHARE };
    case 'gap': {
      if (item.role === 'free')
        return { weight: size > 2 ** 30 ? 3.2 : 1.2, least: size > 2 ** 36 ? 40 : 16 };
      const [number, unit] = twoLines(size);
      return { fixed: Math.max(34, s.measure(number, label) + 8, s.measure(unit, label) + 8) };
    }
    case 'skipped': {
      const [number] = twoLines(size);
      return { fixed: Math.max(46, s.measure(number, label) + 10) };
    }
    case 'unsearched':
      return { fixed: 52 };
    case 'vmas':
      return { weight: 1.5 + Math.log2(size / 4096) / 9, least: 16 };
  }
};

/** Assigns pixels to items: fixed ones first, the rest by weight. undefined when they do not fit. */
const layOut = (s: Sheet, items: readonly VaItem[], x: number, w: number): readonly Segment[] | undefined => {
  const sizes = items.map(item => widthOf(s, item, w));
  let left = w;
  let weights = 0;
  for (const size of sizes) {
    if ('fixed' in size) left -= size.fixed;
    else {
      left -= size.least;
      weights += size.weight;
    }
  }
  if (left < 0 || (weights === 0 && left > 0 && sizes.length === 0)) return undefined;
  let at = x;
  return items.map((item, i) => {
    const size = sizes[i];
    const width =
      size === undefined
        ? 0
        : 'fixed' in size
          ? size.fixed
          : size.least + (left * size.weight) / (weights || 1);
    const segment = { from: item.from, to: item.to, x: at, w: width };
    at += width;
    return segment;
  });
};

/** Draws the virtual address space: a true-scale bar, the search, and the row that folds the large gaps. */
export const drawVaRow = (s: Sheet, input: PictureInput, x: number, top: number, w: number): VaRow => {
  const { solution, search, scenario } = input;
  const { arch, mm } = solution.prepared;
  const { taskSize } = arch;
  const { vmas, index } = mm.space;
  const { placement } = solution;
  const placed = placement.ok ? placement : undefined;
  const narrow = w < 560;

  write(s, { x, y: top + 8, text: 'Virtual address space', size: 12.5, weight: 600, ink: 'ink' });
  const userTop =
    taskSize > 2 ** 48 &&
    (placed === undefined || placed.end <= arch.window) &&
    vmas.every(v => v.end <= arch.window + 4096)
      ? arch.window
      : taskSize;
  write(s, {
    x: x + w,
    y: top + 8,
    text: `${formatSize(Math.round(userTop / 2 ** 40) * 2 ** 40)}, true scale${narrow ? '' : userTop < taskSize ? ': the 47-bit window; a hint opens 64 PiB' : placed && (placed.end - placed.start) / userTop < 1 / w ? ': the new mapping is less than a pixel' : ''}`,
    size: 11.5,
    ink: 'mut',
    align: 'end',
  });

  // True scale: nothing is widened, except to 2 px.
  const barY = top + 20;
  const truePx = (address: number): number => x + (Math.min(address, userTop) / userTop) * w;
  s.marks.push({ kind: 'rect', x, y: barY, w, h: 9, fill: 'gap', stroke: 'line' });
  let painted = Number.NEGATIVE_INFINITY;
  for (const v of vmas) {
    // Widened to 2 px where it stands, never pushed on: neighbours of less than a pixel share one mark.
    const at = Math.min(truePx(v.start), x + w - 2);
    const x0 = Math.max(at, painted);
    const x1 = Math.min(Math.max(truePx(v.end), at + 2), x + w);
    if (x1 <= x0) continue;
    s.marks.push({ kind: 'rect', x: x0, y: barY, w: x1 - x0, h: 9, fill: 'vma' });
    painted = x1;
  }
  if (placed)
    s.marks.push({
      kind: 'rect',
      x: Math.min(truePx(placed.start), x + w - 2.5),
      y: barY - 1,
      w: Math.max(2.5, truePx(placed.end) - truePx(placed.start)),
      h: 11,
      fill: 'ink',
    });

  const laneY = barY + 9;
  const rowY = laneY + 66;
  const rowH = 32;

  let items: readonly VaItem[] = [];
  let segments: readonly Segment[] | undefined;
  for (let maxPassed = narrow ? 2 : placed ? 4 : 6; maxPassed >= 0 && segments === undefined; maxPassed--) {
    items = vaItems({ vmas, index, taskSize: userTop, placed, search, maxPassed });
    segments = layOut(s, items, x, w);
  }
  segments ??= items.map((item, i) => ({
    from: item.from,
    to: item.to,
    x: x + (i * w) / items.length,
    w: w / items.length,
  }));
  const scale = foldedScale(segments);

  // The lens from the true-scale bar to the part of the row around the new mapping and the search.
  const lensFrom = placed
    ? Math.min(placed.start, search?.topDown === false ? search.low : placed.start)
    : (search?.low ?? 0);
  const lensTo = search?.topDown
    ? Math.max(search.high, placed?.end ?? 0)
    : Math.max(placed?.end ?? userTop, 0);
  trapezoid(
    s,
    { y: laneY, x0: truePx(lensFrom), x1: Math.min(x + w, Math.max(truePx(lensTo), truePx(lensFrom) + 1)) },
    { y: rowY, x0: scale.toPx(lensFrom), x1: scale.toPx(Math.min(lensTo, userTop - 4096)) },
  );

  s.marks.push({ kind: 'rect', x, y: rowY, w, h: rowH, fill: 'gap', stroke: 'line' });
  let placedSpan: { x0: number; x1: number } | undefined;
  const crossed: { x: number; item: VaItem }[] = [];
  const names: { x: number; text: string; w: number }[] = [];
  items.forEach((item, i) => {
    const seg = segments[i];
    if (!seg) return;
    const size = item.to - item.from;
    const mid = seg.x + seg.w / 2;
    const range = `${formatAddress(item.from)} to ${formatAddress(item.to)}`;
    switch (item.kind) {
      case 'vmas': {
        s.marks.push({
          kind: 'rect',
          x: seg.x + 0.5,
          y: rowY,
          w: Math.max(1.5, seg.w - 1),
          h: rowH,
          fill: 'vma',
        });
        const inside = fitText(s, item.name, seg.w - 10, { size: 11 });
        if (inside === item.name && seg.w > 40)
          write(s, { x: mid, y: rowY + rowH / 2, text: inside, size: 11, ink: 'ink', align: 'middle' });
        else names.push({ x: mid, text: item.name, w: seg.w });
        s.hits.push({
          x: seg.x,
          y: rowY,
          w: seg.w,
          h: rowH,
          lines: [
            item.count === 1 ? item.name : `${formatCount(item.count)} mappings around ${item.name}`,
            range,
            formatSize(size),
          ],
        });
        break;
      }
      case 'gap': {
        if (item.role === 'passed' || item.role === 'guarded') {
          const [number, unit] = twoLines(size);
          write(s, {
            x: mid,
            y: rowY + rowH / 2 - 6,
            text: number,
            size: 11,
            weight: 600,
            ink: 'red',
            align: 'middle',
          });
          write(s, {
            x: mid,
            y: rowY + rowH / 2 + 7,
            text: unit,
            size: 10.5,
            weight: 600,
            ink: 'red',
            align: 'middle',
          });
          crossed.push({ x: mid, item });
          s.hits.push({
            x: seg.x,
            y: rowY,
            w: seg.w,
            h: rowH,
            lines: [
              item.role === 'passed'
                ? `Gap of ${formatSize(size)}: too small for ${formatSize(search?.needed ?? 0)}`
                : `Gap of ${formatSize(size)}: cut by the guard of the mapping above it`,
              range,
            ],
          });
        } else {
          if (size > 2 ** 30 && seg.w > 22) zigzag(s, seg.w > 60 ? seg.x + 18 : mid, rowY + 1, rowH - 2);
          if (seg.w > 66)
            write(s, {
              x: seg.x + 24 + (seg.w - 24) / 2,
              y: rowY + rowH / 2,
              text: 'free',
              size: 11,
              ink: 'mut',
              align: 'middle',
            });
          s.hits.push({ x: seg.x, y: rowY, w: seg.w, h: rowH, lines: [`Free: ${formatSize(size)}`, range] });
        }
        break;
      }
      case 'skipped': {
        s.marks.push({
          kind: 'rect',
          x: seg.x + 1.5,
          y: rowY + 1,
          w: seg.w - 3,
          h: rowH - 2,
          stroke: 'mut',
          dash: [3, 3],
        });
        const [number, unit] = twoLines(size);
        write(s, { x: mid, y: rowY + rowH / 2 - 6, text: number, size: 11, ink: 'mut', align: 'middle' });
        write(s, { x: mid, y: rowY + rowH / 2 + 7, text: unit, size: 10.5, ink: 'mut', align: 'middle' });
        names.push({ x: mid, text: 'hole', w: seg.w });
        s.hits.push({
          x: seg.x,
          y: rowY,
          w: seg.w,
          h: rowH,
          lines: [`Hole that alignment leaves: ${formatSize(size)}`, range],
        });
        break;
      }
      case 'unsearched':
        s.marks.push({ kind: 'hatch', x: seg.x, y: rowY, w: seg.w, h: rowH, stroke: 'dim' });
        s.hits.push({
          x: seg.x,
          y: rowY,
          w: seg.w,
          h: rowH,
          lines: ['Not searched', range, formatSize(size)],
        });
        break;
      case 'new': {
        placedSpan = { x0: seg.x, x1: seg.x + seg.w };
        drawPlaced(s, input, seg, rowY, rowH);
        s.hits.push({ x: seg.x, y: rowY, w: seg.w, h: rowH, offsetAt: px => ((px - seg.x) / seg.w) * size });
        break;
      }
    }
  });

  drawSearch(s, input, { x, w, laneY, rowY, scaleAt: scale.toPx, placedSpan, crossed, narrow });
  drawNames(s, { x, w, y: rowY + rowH + 10, placed, placedSpan, names, narrow });
  if (!placed) drawNoPlace(s, input, x + w / 2, rowY + rowH + 34);
  const unsearched = items.findIndex(i => i.kind === 'unsearched');
  const unsearchedAt = segments[unsearched];
  if (unsearchedAt && !narrow) {
    for (const [k, text] of ['not', 'searched'].entries())
      write(s, {
        x: unsearchedAt.x + unsearchedAt.w / 2,
        y: rowY - 17 + k * 11.5,
        text,
        size: 10.5,
        ink: 'mut',
        align: 'middle',
        halo: 'bg',
      });
  }
  const hint = scenario.request.hint;
  // A program's MAP_FIXED lies in a reservation that was searched for: then the search is what there is to say.
  if (placed && placed.by !== 'search' && search === undefined && !narrow)
    write(s, {
      x: placedSpan
        ? Math.min(Math.max((placedSpan.x0 + placedSpan.x1) / 2, x + 130), x + w - 130)
        : x + w / 2,
      y: rowY - 14,
      text:
        placed.by === 'fixed' ? 'MAP_FIXED: no search' : `the hint ${formatAddress(hint)} is free: no search`,
      size: 12,
      weight: 600,
      ink: 'ink',
      align: 'middle',
      halo: 'bg',
    });
  return { placed: placedSpan, bottom: rowY + rowH + 18, toPx: scale.toPx };
};

const drawPlaced = (s: Sheet, input: PictureInput, seg: Segment, y: number, h: number): void => {
  const device = input.solution.device;
  const span = seg.to - seg.from;
  if (device) {
    for (const run of device.units) {
      const x0 = seg.x + ((run.va - seg.from) / span) * seg.w;
      const runW = Math.max(2.5, ((run.size * run.count) / span) * seg.w);
      s.marks.push({
        kind: 'leaves',
        leaf: run.kind,
        x: x0,
        y: y + 2,
        w: Math.min(runW, seg.x + seg.w - x0),
        h: h - 4,
        first: x0,
        pitch: (run.size / span) * seg.w,
        corrupt: run.corrupt,
      });
    }
  } else s.marks.push({ kind: 'rect', x: seg.x, y: y + 2, w: seg.w, h: h - 4, fill: 'vma2' });
  s.marks.push({ kind: 'rect', x: seg.x, y, w: seg.w, h, stroke: 'ink', strokeWidth: 2 });
  const text = `new VMA ${formatSize(span)}`;
  if (s.measure(text, { size: 11.5, weight: 600 }) + 24 < seg.w)
    pill(s, seg.x + seg.w / 2, y + h / 2, text, {
      size: 11.5,
      weight: 600,
      ink: 'ink',
      stroke: device?.leaves[0] ? `${device.leaves[0].kind}.text` : 'dim',
    });
};

interface SearchLane {
  readonly x: number;
  readonly w: number;
  readonly laneY: number;
  readonly rowY: number;
  readonly scaleAt: (address: number) => number;
  readonly placedSpan: { x0: number; x1: number } | undefined;
  readonly crossed: readonly { x: number; item: VaItem }[];
  readonly narrow: boolean;
}

/** The search as a line that hops from the limit over the gaps that were too small to the one taken. */
const drawSearch = (s: Sheet, input: PictureInput, lane: SearchLane): void => {
  const { search } = input;
  if (!search) return;
  const { rowY, laneY } = lane;
  const hopY = rowY - 9;
  const start = search.topDown
    ? Math.min(
        lane.scaleAt(Math.min(search.high, input.solution.prepared.arch.taskSize - 4096)),
        lane.x + lane.w - 1,
      )
    : lane.scaleAt(search.low);
  s.marks.push({
    kind: 'path',
    points: [
      [start, rowY - 38],
      [start, rowY + 34],
    ],
    stroke: 'ink',
    strokeWidth: 1.5,
  });
  const name = search.topDown
    ? search.high === input.solution.prepared.mm.space.layout.mmapBase
      ? 'mmap_base'
      : 'search from'
    : 'search from';
  const label = lane.narrow ? name : `${name} ${formatAddress(search.topDown ? search.high : search.low)}`;
  const labelW = s.measure(label, { size: 11.5, weight: 600 });
  write(s, {
    x: search.topDown
      ? Math.min(lane.x + lane.w, Math.max(start + 2, lane.x + labelW))
      : Math.max(lane.x, Math.min(start - 2, lane.x + lane.w - labelW)),
    y: laneY + 13,
    text: label,
    size: 11.5,
    weight: 600,
    ink: 'ink',
    align: search.topDown ? 'end' : 'start',
    halo: 'bg',
  });

  const stops = [...lane.crossed].sort((a, b) => (search.topDown ? b.x - a.x : a.x - b.x));
  let at = start;
  for (const stop of stops) {
    s.marks.push({
      kind: 'hop',
      from: [at, hopY],
      to: [stop.x, hopY],
      rise: 9,
      stroke: 'ink',
      strokeWidth: 1.5,
    });
    at = stop.x;
  }
  const goal =
    search.taken === undefined
      ? undefined
      : lane.scaleAt(search.topDown ? search.taken.edge - 4096 : search.taken.edge);
  const goalX = goal === undefined ? undefined : search.topDown ? goal + 1 : goal;
  if (goalX !== undefined && Math.abs(goalX - at) > 3) {
    s.marks.push({
      kind: 'hop',
      from: [at, hopY],
      to: [goalX, hopY + 4],
      rise: 12,
      stroke: 'ink',
      strokeWidth: 1.5,
    });
  }
  if (goalX !== undefined) triangle(s, goalX, rowY - 5, 4.5, 'down', 'ink');
  for (const stop of stops) cross(s, stop.x, hopY);

  const many = search.passedCount;
  if (many > 0) {
    const padded = search.needed > input.scenario.request.length;
    const pad = search.needed - Math.ceil(input.scenario.request.length / 4096) * 4096;
    const needed = padded
      ? `${formatSize(search.needed - pad)} + ${formatSize(pad)}`
      : formatSize(search.needed);
    const text =
      many === 1 ? `1 gap too small for ${needed}` : `${formatCount(many)} gaps too small for ${needed}`;
    const extra =
      stops.length < many && !lane.narrow
        ? stops.length > 0
          ? `, the ${stops.length === 1 ? 'largest' : `${stops.length} largest`} shown`
          : ''
        : '';
    const full = text + extra;
    const fullW = s.measure(full, { size: 11.5, weight: 600 });
    const xs = stops.map(c => c.x);
    const mid = xs.length > 0 ? (Math.min(...xs) + Math.max(...xs)) / 2 : at;
    write(s, {
      x: Math.min(Math.max(mid, lane.x + fullW / 2), lane.x + lane.w - fullW / 2),
      y: laneY + 30,
      text: full,
      size: 11.5,
      weight: 600,
      ink: 'red',
      align: 'middle',
      halo: 'bg',
    });
  }
  if (search.taken !== undefined && !lane.narrow && lane.placedSpan) {
    const { index } = input.solution.prepared.mm.space;
    const gap = search.taken.gap;
    const from = gap === 0 ? 0 : (index.ends[gap - 1] ?? 0);
    const to = Math.min(index.starts[gap] ?? Number.POSITIVE_INFINITY, search.high);
    const text = `${formatSize(Math.max(0, to - Math.max(from, search.low)))} free: take its ${search.topDown ? 'top' : 'bottom'}`;
    const textW = s.measure(text, { size: 11.5, weight: 600 });
    const anchor = search.topDown
      ? Math.max(lane.x + textW, (goalX ?? lane.placedSpan.x1) - 12)
      : Math.min(lane.x + lane.w - textW, (goalX ?? 0) + 12);
    write(s, {
      x: anchor,
      y: rowY - 17,
      text,
      size: 11.5,
      weight: 600,
      ink: 'ink',
      align: search.topDown ? 'end' : 'start',
      halo: 'bg',
    });
  }
};

interface Names {
  readonly x: number;
  readonly w: number;
  readonly y: number;
  readonly placed: { readonly start: number; readonly end: number } | undefined;
  readonly placedSpan: { x0: number; x1: number } | undefined;
  readonly names: readonly { x: number; text: string; w: number }[];
  readonly narrow: boolean;
}

/** The line under the row: the new mapping's bounds first, then as many names as have room. */
const drawNames = (s: Sheet, n: Names): void => {
  const taken: { x0: number; x1: number }[] = [];
  const free = (x0: number, x1: number): boolean =>
    x0 >= n.x - 14 && x1 <= n.x + n.w + 14 && taken.every(t => x1 + 6 <= t.x0 || x0 - 6 >= t.x1);
  if (n.placed && n.placedSpan) {
    const style = { size: 11, mono: true };
    const [a, b] = [formatAddress(n.placed.start), formatAddress(n.placed.end)];
    const [aw, bw] = [s.measure(a, style), s.measure(b, style)];
    // Side by side under the block where both fitText, else hanging out to its left and right.
    const room = n.placedSpan.x1 - n.placedSpan.x0;
    const fits = aw + bw + 10 <= room;
    const ax = Math.max(
      n.x,
      fits ? n.placedSpan.x0 : Math.min(n.placedSpan.x0, n.placedSpan.x1 - bw - aw - 10),
    );
    write(s, { x: ax, y: n.y, text: a, ...style, ink: 'ink' });
    const bx = Math.max(ax + aw + 10, n.placedSpan.x1 - bw);
    write(s, { x: bx, y: n.y, text: b, ...style, ink: 'ink' });
    taken.push({ x0: ax, x1: bx + bw });
  }
  for (const name of n.names) {
    const w = s.measure(name.text, { size: 11 });
    const [x0, x1] = [name.x - w / 2, name.x + w / 2];
    if (!free(x0, x1)) continue;
    taken.push({ x0, x1 });
    write(s, { x: name.x, y: n.y, text: name.text, size: 11, ink: 'mut', align: 'middle' });
  }
};

const drawNoPlace = (s: Sheet, input: PictureInput, x: number, y: number): void => {
  const { search, solution } = input;
  if (solution.placement.ok) return;
  const text =
    search && search.taken === undefined
      ? `No gap holds ${formatSize(search.needed)}; the largest is ${formatSize(search.largestPassed)}`
      : 'mmap() refuses this request: see the verdict';
  write(s, { x, y, text, size: 13, weight: 600, ink: 'red', align: 'middle' });
};
