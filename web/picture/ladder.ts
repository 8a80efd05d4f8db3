import type { TableLevel } from '../../src/arch/arch.ts';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { intersects } from '../../src/space/gapIndex.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { foldedScale, type Segment } from '../draw/scale.ts';
import { pill, trapezoid, triangle, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';

const ROW_H = 21;
const ROW_GAP = 14;

/** Pixels the ladder needs for so many levels. */
export const ladderHeight = (levels: number): number => 30 + levels * (ROW_H + ROW_GAP);

/** Neighbouring slots of one level, by absolute number: address divided by the slot's size. */
interface Slots {
  readonly first: number;
  readonly end: number;
}

/** What one level holds of the mapping. */
interface Used {
  readonly level: TableLevel;
  readonly size: number;
  /** Slots that are leaves of this level. */
  readonly leaves: readonly (Slots & { readonly run: LeafRun })[];
  /** Slots that point to a table of the level below. */
  readonly pointers: readonly Slots[];
  /** Slots of the tables that exist for the mapping, whole tables, ascending. Empty: no table is needed. */
  readonly tables: readonly Slots[];
}

/** Joins neighbours and overlaps of an ascending list. */
const joined = (slots: readonly Slots[]): Slots[] => {
  const out: Slots[] = [];
  for (const s of slots) {
    const last = out.at(-1);
    if (last && s.first <= last.end)
      out[out.length - 1] = { first: last.first, end: Math.max(last.end, s.end) };
    else out.push(s);
  }
  return out;
};

const countOf = (slots: readonly Slots[]): number => slots.reduce((n, s) => n + s.end - s.first, 0);

const usedOf = (device: DeviceAnswer, level: TableLevel): Used => {
  const size = 2 ** level.shift;
  const leaves = device.leaves
    .filter(r => r.size === size)
    .map(run => ({ first: run.va / size, end: run.va / size + run.count, run }));
  const pointers = joined(
    device.leaves
      .filter(r => r.size < size)
      .map(r => ({ first: Math.floor(r.va / size), end: Math.ceil((r.va + r.size * r.count) / size) })),
  );
  const tables = joined(
    [...leaves, ...pointers]
      .sort((a, b) => a.first - b.first)
      .map(s => ({
        first: Math.floor(s.first / level.entries) * level.entries,
        end: Math.ceil(s.end / level.entries) * level.entries,
      })),
  );
  return { level, size, leaves, pointers, tables };
};

/** The axis of a row: the slots it shows, and where tables that lie apart were joined. */
interface Axis {
  readonly x: number;
  readonly w: number;
  readonly from: number;
  readonly to: number;
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  /** Pixel positions between tables that are no neighbours. */
  readonly seams: readonly number[];
  readonly slotW: number;
  readonly toPx: (slot: number) => number;
  readonly toSlot: (px: number) => number;
}

/** Up to so many used slots are drawn one by one, with their numbers. */
const FEW = 10;
/** Pixels of the stretch that stands for the slots left out on one side. */
const CUT = 64;

const axisOf = (used: Used, root: boolean, x: number, w: number): Axis => {
  const slots = joined([...used.leaves, ...used.pointers].sort((a, b) => a.first - b.first));
  const first = slots[0]?.first ?? 0;
  const end = slots.at(-1)?.end ?? 1;
  const [table] = used.tables;
  if (table && used.tables.length === 1 && end - first <= FEW && !root) {
    const count = Math.min(16, table.end - table.first);
    const from = Math.min(
      Math.max(first - Math.floor((count - (end - first)) * 0.7), table.first),
      table.end - count,
    );
    const cutLeft = from > table.first;
    const cutRight = from + count < table.end;
    const left = x + (cutLeft ? CUT : 0);
    const width = w - (cutLeft ? CUT : 0) - (cutRight ? CUT : 0);
    return {
      x: left,
      w: width,
      from,
      to: from + count,
      cutLeft,
      cutRight,
      seams: [],
      slotW: width / count,
      toPx: slot => left + ((slot - from) / count) * width,
      toSlot: px => from + ((px - left) / width) * count,
    };
  }
  const total = countOf(used.tables);
  const slotW = w / total;
  let at = x;
  const segments: Segment[] = used.tables.map(t => {
    const segment = { from: t.first, to: t.end, x: at, w: (t.end - t.first) * slotW };
    at += segment.w;
    return segment;
  });
  const scale = foldedScale(segments);
  return {
    x,
    w,
    from: used.tables[0]?.first ?? 0,
    to: used.tables.at(-1)?.end ?? 1,
    cutLeft: false,
    cutRight: false,
    seams: segments.slice(1).map(seg => seg.x),
    slotW,
    toPx: scale.toPx,
    toSlot: scale.toValue,
  };
};

/** Draws the page tables, one row a level, from the root down. */
export const drawLadder = (
  s: Sheet,
  input: PictureInput,
  device: DeviceAnswer,
  x: number,
  top: number,
  w: number,
): void => {
  const { solution } = input;
  const { arch } = solution.prepared;
  const narrow = w < 560;
  write(s, { x, y: top + 8, text: 'Page-table ladder', size: 12.5, weight: 600, ink: 'ink' });
  if (!narrow) drawLegend(s, device, x + w, top + 8);
  const rowX = x + 44;
  const countOfLevel = (name: TableLevel['name'], root: boolean, entries: number): string => {
    if (root) return `${formatCount(entries)} slots`;
    const tables = device.cost.tables.find(t => t.name === name);
    const count = tables?.count ?? 0;
    const size = !narrow && count > 4 ? `, ${formatSize(tables?.bytes ?? 0)}` : '';
    return `${formatCount(count)} ${count === 1 ? 'table' : 'tables'}${size}`;
  };
  const downwards = [...arch.levels].reverse();
  const widest = Math.max(
    ...downwards.map((level, i) =>
      s.measure(countOfLevel(level.name, i === 0, level.entries), { size: 11.5 }),
    ),
  );
  const rowW = w - 44 - Math.max(narrow ? 96 : 150, widest + 18);
  let above: { axis: Axis; used: Used } | undefined;
  downwards.forEach((level, i) => {
    const y = top + 24 + i * (ROW_H + ROW_GAP);
    const root = i === 0;
    const used = usedOf(device, level);
    write(s, { x, y: y + ROW_H / 2, text: level.name, size: 12.5, weight: 600, ink: 'ink' });
    write(s, {
      x: x + w,
      y: y + ROW_H / 2,
      text: countOfLevel(level.name, root, level.entries),
      size: 11.5,
      ink: 'ink',
      align: 'end',
    });
    if (used.tables.length === 0) {
      s.marks.push({
        kind: 'rect',
        x: rowX + 0.5,
        y: y + 0.5,
        w: rowW - 1,
        h: ROW_H - 1,
        stroke: 'dim',
        dash: [4, 4],
        radius: 2,
      });
      write(s, {
        x: rowX + rowW / 2,
        y: y + ROW_H / 2,
        text: 'no table needed',
        size: 11,
        ink: 'mut',
        align: 'middle',
      });
      above = undefined;
      return;
    }
    const axis = axisOf(used, root, rowX, rowW);
    if (above) {
      const parent = above.used.size;
      const x0 = above.axis.toPx((axis.from * used.size) / parent);
      const x1 = above.axis.toPx((axis.to * used.size) / parent - 1e-9);
      trapezoid(s, { y: y - ROW_GAP, x0, x1: Math.max(x1, x0 + 2) }, { y, x0: axis.x, x1: axis.x + axis.w });
    }
    drawRow(s, solution, used, axis, y, rowX, rowW, root);
    const { start, end } = device.mapping;
    if (input.crosshair !== undefined) {
      const slot = (start + input.crosshair) / used.size;
      if (used.tables.some(t => slot >= t.first && slot < t.end)) {
        const px = Math.min(Math.max(axis.toPx(slot), axis.x), axis.x + axis.w);
        triangle(s, px, y - 4, 4, 'down', 'ink');
      }
    }
    s.hits.push({
      x: axis.x,
      y,
      w: axis.w,
      h: ROW_H,
      offsetAt: px => Math.min(Math.max(axis.toSlot(px) * used.size, start), end - 4096) - start,
    });
    above = { axis, used };
  });
};

const drawRow = (
  s: Sheet,
  solution: Solution,
  used: Used,
  axis: Axis,
  y: number,
  rowX: number,
  rowW: number,
  root: boolean,
): void => {
  s.marks.push({ kind: 'rect', x: rowX, y, w: rowW, h: ROW_H, fill: 'gap', stroke: 'line' });
  if (axis.slotW >= 16) drawSlots(s, solution, used, axis, y, rowX, rowW);
  else drawBands(s, solution, used, axis, y, rowX, rowW, root);
};

/** Every slot by itself, with its number in its table. */
const drawSlots = (
  s: Sheet,
  solution: Solution,
  used: Used,
  axis: Axis,
  y: number,
  rowX: number,
  rowW: number,
): void => {
  const { index } = solution.prepared.mm.space;
  const { slotW } = axis;
  const table = used.level.entries;
  const middle = y + ROW_H / 2;
  if (axis.cutLeft) {
    write(s, {
      x: rowX + 6,
      y: middle,
      text: `0–${(axis.from % table) - 1}`,
      size: 10.5,
      mono: true,
      ink: 'mut',
    });
    zigzag(s, axis.x - 8, y + 1, ROW_H - 2);
  }
  if (axis.cutRight) {
    write(s, {
      x: rowX + rowW - 6,
      y: middle,
      text: `${axis.to % table}–${table - 1}`,
      size: 10.5,
      mono: true,
      ink: 'mut',
      align: 'end',
    });
    zigzag(s, axis.x + axis.w + 8, y + 1, ROW_H - 2);
  }
  for (let slot = axis.from; slot < axis.to; slot++) {
    const x0 = axis.toPx(slot);
    const leaf = used.leaves.find(l => slot >= l.first && slot < l.end);
    const pointer = used.pointers.some(p => slot >= p.first && slot < p.end);
    const label = {
      x: x0 + slotW / 2,
      y: middle,
      text: String(slot % table),
      size: 11,
      weight: 700,
      align: 'middle',
    } as const;
    const box = { kind: 'rect', x: x0 + 1.5, y: y + 1, w: slotW - 3, h: ROW_H - 2 } as const;
    if (leaf) {
      const { kind, corrupt } = leaf.run;
      s.marks.push({
        kind: 'leaves',
        leaf: kind,
        x: x0 + 1,
        y: y + 1,
        w: slotW - 2,
        h: ROW_H - 2,
        first: x0 + 1,
        pitch: slotW - 2,
        corrupt,
      });
      if (slotW > 30) write(s, { ...label, ink: `${kind}.on`, halo: `${kind}.fill` });
    } else if (pointer) {
      s.marks.push({ ...box, fill: 'bg', stroke: 'ink', strokeWidth: 1.8, radius: 2 });
      if (slotW > 30) write(s, { ...label, ink: 'ink' });
    } else if (intersects(index, slot * used.size, (slot + 1) * used.size))
      s.marks.push({ ...box, fill: 'vma' });
    else s.marks.push({ ...box, stroke: 'hair' });
  }
};

/** Slots too narrow to tell apart, as bands with their count. */
const drawBands = (
  s: Sheet,
  solution: Solution,
  used: Used,
  axis: Axis,
  y: number,
  rowX: number,
  rowW: number,
  root: boolean,
): void => {
  const { index } = solution.prepared.mm.space;
  const { slotW } = axis;
  const table = used.level.entries;
  const middle = y + ROW_H / 2;
  const right = axis.x + axis.w;
  if (root) {
    const half = Math.min(Math.max(axis.toPx(solution.prepared.arch.taskSize / used.size), axis.x), right);
    if (half < right - 40) {
      s.marks.push({ kind: 'hatch', x: half, y, w: right - half, h: ROW_H, stroke: 'line' });
      write(s, {
        x: (half + right) / 2,
        y: middle,
        text: 'kernel half',
        size: 11,
        ink: 'mut',
        align: 'middle',
        halo: 'bg',
      });
    }
  }
  // Other mappings, at pixel resolution: one question a pixel column at most.
  for (const t of used.tables) {
    const slots = t.end - t.first;
    const columns = Math.max(1, Math.min(slots, Math.floor(slots * slotW)));
    for (let c = 0; c < columns; c++) {
      const a = t.first + Math.floor((c * slots) / columns);
      const b = t.first + Math.floor(((c + 1) * slots) / columns);
      if (intersects(index, a * used.size, b * used.size))
        s.marks.push({
          kind: 'rect',
          x: axis.toPx(a),
          y: y + 1,
          w: Math.max(1.5, (b - a) * slotW),
          h: ROW_H - 2,
          fill: 'vma',
        });
    }
  }
  for (const p of used.pointers) {
    const x0 = axis.toPx(p.first);
    const w = Math.max(3, (p.end - p.first) * slotW);
    s.marks.push({
      kind: 'rect',
      x: x0,
      y: y + 1,
      w,
      h: ROW_H - 2,
      fill: 'bg',
      stroke: 'ink',
      strokeWidth: 1.8,
    });
    for (let lx = x0 + 6; lx < x0 + w - 4; lx += 6)
      s.marks.push({
        kind: 'path',
        points: [
          [lx, y + 5],
          [lx, y + ROW_H - 5],
        ],
        stroke: 'mut',
        strokeWidth: 1,
      });
  }
  for (const l of used.leaves) {
    const x0 = axis.toPx(l.first);
    const w = Math.max(2.5, (l.end - l.first) * slotW);
    s.marks.push({ kind: 'rect', x: x0, y: y + 0.5, w, h: ROW_H - 1, fill: 'bg' });
    s.marks.push({
      kind: 'leaves',
      leaf: l.run.kind,
      x: x0,
      y: y + 1,
      w,
      h: ROW_H - 2,
      first: x0,
      pitch: slotW,
      corrupt: l.run.corrupt,
    });
  }
  for (const seam of axis.seams) {
    s.marks.push({ kind: 'rect', x: seam - 6, y: y - 1, w: 12, h: ROW_H + 2, fill: 'bg' });
    zigzag(s, seam, y, ROW_H);
  }
  const all = [...used.pointers, ...used.leaves].sort((a, b) => a.first - b.first);
  const first = all[0]?.first ?? 0;
  const last = (all.at(-1)?.end ?? 1) - 1;
  if (root) {
    const text = first === last ? `slot ${first % table}` : `slots ${first % table}–${last % table}`;
    const tw = s.measure(text, { size: 11 });
    const x0 = axis.toPx(first);
    const leftOf = x0 - 6 - tw > rowX;
    write(s, {
      x: leftOf ? x0 - 6 : axis.toPx(last) + slotW + 6,
      y: middle,
      text,
      size: 11,
      ink: 'ink',
      align: leftOf ? 'end' : 'start',
      halo: 'gap',
    });
    return;
  }
  const pointers = countOf(used.pointers);
  const leafCount = countOf(used.leaves);
  const kind = used.leaves[0]?.run.kind;
  const toTables = `${formatCount(pointers)} ${pointers === 1 ? 'slot' : 'slots'} to tables`;
  const leavesWords = `${formatCount(leafCount)} ${leafCount === 1 ? 'leaf' : 'leaves'}`;
  const style = { size: 11, weight: 600 };
  const choices =
    pointers === 0
      ? [leavesWords]
      : leafCount === 0
        ? [toTables]
        : [`${toTables}, ${leavesWords}`, leavesWords];
  const words = choices.find(c => s.measure(c, style) + 24 < rowW);
  if (words === undefined) return;
  const half = (s.measure(words, style) + 20) / 2;
  // Over the middle of what it counts, but not outside the row.
  const mid = (axis.toPx(first) + axis.toPx(last) + slotW) / 2;
  const ink = pointers === 0 && kind ? (`${kind}.text` as const) : 'ink';
  pill(s, Math.min(Math.max(mid, rowX + half), rowX + rowW - half), middle, words, {
    ...style,
    ink,
    stroke: ink === 'ink' ? 'dim' : ink,
  });
};

const drawLegend = (s: Sheet, device: DeviceAnswer, right: number, y: number): void => {
  const kind = device.leaves[0]?.kind ?? 'pte';
  let at = right;
  const put = (text: string, swatch: (x: number) => void) => {
    at -= s.measure(text, { size: 11 });
    write(s, { x: at, y, text, size: 11, ink: 'mut' });
    at -= 17;
    swatch(at);
    at -= 14;
  };
  put('empty', x => s.marks.push({ kind: 'rect', x, y: y - 5, w: 11, h: 10, fill: 'gap', stroke: 'line' }));
  put('other mappings', x => s.marks.push({ kind: 'rect', x, y: y - 5, w: 11, h: 10, fill: 'vma' }));
  put('points to a table', x =>
    s.marks.push({
      kind: 'rect',
      x,
      y: y - 5,
      w: 11,
      h: 10,
      fill: 'bg',
      stroke: 'ink',
      strokeWidth: 1.6,
      radius: 2,
    }),
  );
  put('leaf', x =>
    s.marks.push({ kind: 'leaves', leaf: kind, x, y: y - 5, w: 11, h: 10, first: x, pitch: 1 }),
  );
};
