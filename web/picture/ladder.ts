import type { Family, LeafKind, TableLevel } from '../../src/arch/arch.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { intersects } from '../../src/space/gapIndex.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { spaceShown } from '../scenario/spaceShown.ts';
import { pill, trapezoid, triangle, write, zigzag } from './sheet.ts';
import type { LadderEntry, PictureInput, Sheet } from './types.ts';

/** Families whose root table holds the kernel's entries beside those of the process. */
const sharedRoot: ReadonlySet<Family> = new Set(['x86', 'riscv']);

const ROW_H = 21;
const ROW_GAP = 12;

/** Pixels the ladder needs for so many levels. */
export const ladderHeight = (levels: number): number => 30 + levels * (ROW_H + ROW_GAP);

/** Neighbouring slots of one level, by absolute number: address divided by the slot's size. */
interface Slots {
  readonly first: number;
  readonly end: number;
}

/** Neighbouring leaves of one kind. */
interface LeafSlots extends Slots {
  readonly kind: LeafKind;
  readonly corrupt: boolean;
  /** Slots that one TLB entry may cover: 1, or more where entries are marked contiguous. */
  readonly group: number;
}

/** What one level holds of the mapping. */
interface Used {
  readonly level: TableLevel;
  readonly size: number;
  /** Slots that are leaves of this level. */
  readonly leaves: readonly LeafSlots[];
  /** Slots that point to a table of the level below. */
  readonly pointers: readonly Slots[];
  /** First byte of the mapping, and the first one after. */
  readonly start: number;
  readonly end: number;
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
  // A run marked contiguous is made of entries of the leaf it lies in.
  const leaves = device.units.flatMap(({ va, kind, size: unit, count, corrupt }): LeafSlots[] => {
    const own = device.leaves.find(r => va >= r.va && va < r.va + r.size * r.count)?.size;
    if (own !== size) return [];
    const first = va / size;
    return [{ first, end: first + (unit * count) / size, kind, corrupt, group: unit / size }];
  });
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
  const { start, end } = device.mapping;
  return { level, size, leaves, pointers, tables, start, end };
};

/** Whether a slot holds part of any other mapping. What MAP_FIXED replaced is gone. */
const hasOthers = (solution: Solution, { size, start, end }: Used, slot: number): boolean => {
  const { index } = spaceShown(solution);
  const from = slot * size;
  const to = from + size;
  if (to <= start || from >= end) return intersects(index, from, to);
  return (from < start && intersects(index, from, start)) || (to > end && intersects(index, end, to));
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
/** A slot drawn by itself has so many pixels at least. */
const SLOT_PX = 26;
/** Beside the number of a slot, on both sides together: its outline, and air. */
const SLOT_AIR = 11;
const SLOT_STYLE = { size: 11, weight: 700 } as const;
/** Pixels of a stretch left out on one side, without its text. */
const CUT = 22;

/** The numbers of the slots left out on one side. */
const cutText = (from: number, to: number): string => (from === to ? String(from) : `${from}–${to}`);
const CUT_STYLE = { size: 10.5, mono: true } as const;

/** The least width of a slot that is drawn by itself: room for the longest number of its table. */
const slotPxOf = (s: Sheet, { level }: Used): number =>
  Math.max(SLOT_PX, s.measure(String(level.entries - 1), SLOT_STYLE) + SLOT_AIR);

const axisOf = (s: Sheet, used: Used, root: boolean, x: number, w: number): Axis => {
  const slots = joined([...used.leaves, ...used.pointers].sort((a, b) => a.first - b.first));
  const first = slots[0]?.first ?? 0;
  const end = slots.at(-1)?.end ?? 1;
  const [table] = used.tables;
  const slotPx = slotPxOf(s, used);
  // Fewer of them, where that leaves room to name the others.
  const named = Math.floor(
    (w - 2 * (s.measure(cutText(used.level.entries - 2, used.level.entries - 1), CUT_STYLE) + CUT + 8)) /
      slotPx,
  );
  const most = Math.min(16, named >= Math.max(8, end - first) ? named : Math.floor((w - 2 * CUT) / slotPx));
  if (table && used.tables.length === 1 && end - first <= Math.min(FEW, most) && !root) {
    const { entries } = used.level;
    const count = Math.min(most, table.end - table.first);
    const from = Math.min(
      Math.max(first - Math.floor((count - (end - first)) * 0.7), table.first),
      table.end - count,
    );
    const cutLeft = from > table.first;
    const cutRight = from + count < table.end;
    // The numbers left out are named where that costs the others nothing.
    const textW = (text: string): number => {
      const wide = s.measure(text, CUT_STYLE) + CUT + 8;
      return w - 2 * wide >= count * slotPx ? wide : CUT;
    };
    const cutL = cutLeft ? textW(cutText(0, (from % entries) - 1)) : 0;
    const cutR = cutRight ? textW(cutText((from + count) % entries, entries - 1)) : 0;
    const left = x + cutL;
    const width = w - cutL - cutR;
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
  let before = 0;
  // Tables side by side, though what they cover may lie far apart.
  const parts = used.tables.map(t => {
    const part = { from: t.first, to: t.end, x: x + before * slotW };
    before += t.end - t.first;
    return part;
  });
  const [low] = parts;
  return {
    x,
    w,
    from: low?.from ?? 0,
    to: parts.at(-1)?.to ?? 1,
    cutLeft: false,
    cutRight: false,
    seams: parts.slice(1).map(p => p.x),
    slotW,
    toPx: slot => {
      const part = parts.findLast(p => slot >= p.from) ?? low;
      if (part === undefined) return x;
      return part.x + (Math.min(Math.max(slot, part.from), part.to) - part.from) * slotW;
    },
    toSlot: px => {
      const part = parts.findLast(p => px >= p.x) ?? low;
      if (part === undefined) return 0;
      // The last pixel belongs to the last slot.
      return Math.min(part.from + Math.max(0, px - part.x) / slotW, part.to - 1 / 64);
    },
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
  const titleW = write(s, { x, y: top + 8, text: 'Page-table ladder', size: 12.5, weight: 600, ink: 'ink' });
  const free = narrow ? x + w : drawLegend(s, solution, device, x + w, top + 8, x + titleW + 14);
  const { tables: costs, tableBytes } = device.cost;
  const count = costs.reduce((sum, t) => sum + t.count, 0);
  const sumText = [
    `${tablesText(count)}, ${formatSize(tableBytes)}, and the root`,
    `${tablesText(count)}, ${formatSize(tableBytes)}`,
  ].find(t => x + titleW + 10 + s.measure(t, { size: 11.5 }) < free - 8);
  if (sumText !== undefined)
    write(s, { x: x + titleW + 10, y: top + 8, text: sumText, size: 11.5, ink: 'mut' });
  const rowX = x + 44;
  // Where a line has no room for both, the bytes stand under the count.
  const countOfLevel = (name: TableLevel['name'], root: boolean, entries: number): readonly string[] => {
    if (root) return [`${formatCount(entries)} slots`];
    const tables = device.cost.tables.find(t => t.name === name);
    const n = tables?.count ?? 0;
    const parts = n === 0 ? [tablesText(0)] : [tablesText(n), formatSize(tables?.bytes ?? 0)];
    return narrow ? parts : [parts.join(', ')];
  };
  const downwards = [...arch.levels].reverse();
  const countStyle = { size: narrow ? 10.5 : 11.5 };
  const widest = Math.max(
    ...downwards.flatMap((level, i) =>
      countOfLevel(level.name, i === 0, level.entries).map(line => s.measure(line, countStyle)),
    ),
  );
  const rowW = w - 44 - Math.max(narrow ? 60 : 150, widest + 18);
  let above: { axis: Axis; used: Used; path: number | undefined } | undefined;
  downwards.forEach((level, i) => {
    const y = top + 24 + i * (ROW_H + ROW_GAP);
    const root = i === 0;
    const used = usedOf(device, level);
    write(s, { x, y: y + ROW_H / 2, text: level.name, size: 12.5, weight: 600, ink: 'ink' });
    // The level whose entries the arrow keys walk.
    if (input.crosshair !== undefined && input.walk === downwards.length - 1 - i)
      s.marks.push({
        kind: 'path',
        points: [
          [x - 10, y + ROW_H / 2 - 5],
          [x - 3, y + ROW_H / 2],
          [x - 10, y + ROW_H / 2 + 5],
        ],
        close: true,
        fill: 'ink',
      });
    const lines = countOfLevel(level.name, root, level.entries);
    lines.forEach((text, line) => {
      const lineY = y + ROW_H / 2 + (line - (lines.length - 1) / 2) * 11.5;
      write(s, { x: x + w, y: lineY, text, ...countStyle, ink: 'ink', align: 'end' });
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
    const axis = axisOf(s, used, root, rowX, rowW);
    if (above) {
      const parent = above.used.size;
      const x0 = above.axis.toPx((axis.from * used.size) / parent);
      const end = (axis.to * used.size) / parent;
      const last = Math.ceil(end) - 1;
      const x1 = above.axis.toPx(last) + (end - last) * above.axis.slotW;
      trapezoid(s, { y: y - ROW_GAP, x0, x1: Math.max(x1, x0 + 2) }, { y, x0: axis.x, x1: axis.x + axis.w });
    }
    const { start, end } = device.mapping;
    const slot =
      input.crosshair === undefined ? undefined : Math.floor((start + input.crosshair) / used.size);
    const path = slot !== undefined && slot >= axis.from && slot < axis.to ? slot : undefined;
    if (path !== undefined && above?.path !== undefined)
      joinPath(s, above.axis, above.path, axis, used, path, y);
    drawRow(s, solution, used, axis, y, rowX, rowW, root, path);
    if (path !== undefined) triangle(s, axis.toPx(path) + axis.slotW / 2, y - 4, 4, 'down', 'ink');
    const slotAt = (px: number): number =>
      Math.min(Math.max(Math.floor(axis.toSlot(px)), axis.from), axis.to - 1);
    s.hits.push({
      x: axis.x,
      y,
      w: axis.w,
      h: ROW_H,
      level: level.name,
      entryAt: px => entryOf(solution, used, slotAt(px)),
      // The part of the entry that the mapping has; nothing where the entry is another's.
      offsetAt: px => {
        const slot = slotAt(px);
        if ((slot + 1) * used.size <= start || slot * used.size >= end) return -1;
        return Math.min(Math.max(axis.toSlot(px) * used.size, start), end - arch.page) - start;
      },
    });
    above = { axis, used, path };
  });
};

/** The entry of the upper row that the crosshair goes through, magnified to the table of the lower row. */
const joinPath = (
  s: Sheet,
  upper: Axis,
  slot: number,
  axis: Axis,
  used: Used,
  path: number,
  y: number,
): void => {
  const { entries } = used.level;
  const table = Math.floor(path / entries) * entries;
  const first = Math.max(table, axis.from);
  const x0 = axis.toPx(first);
  const x1 = x0 + (Math.min(table + entries, axis.to) - first) * axis.slotW;
  const left = upper.toPx(slot);
  for (const [from, to] of [
    [left, x0],
    [left + upper.slotW, x1],
  ] as const)
    s.marks.push({
      kind: 'path',
      points: [
        [from, y - ROW_GAP],
        [to, y],
      ],
      stroke: 'ink',
      strokeWidth: 1.2,
    });
};

const tablesText = (n: number): string => `${formatCount(n)} ${n === 1 ? 'table' : 'tables'}`;

/** One entry in words. */
const entryOf = (solution: Solution, used: Used, slot: number): LadderEntry => {
  const { level, size } = used;
  const from = slot * size;
  const leaf = used.leaves.find(l => slot >= l.first && slot < l.end);
  const shared = hasOthers(solution, used, slot) ? ', shared with other mappings' : '';
  const holds =
    leaf !== undefined
      ? `${leaf.kind.toUpperCase()} leaf of ${formatSize(size * leaf.group)}${leaf.corrupt ? ', corrupt' : ''}`
      : used.pointers.some(p => slot >= p.first && slot < p.end)
        ? `points to a table${shared}`
        : from >= solution.prepared.arch.taskSize
          ? 'above user space'
          : shared === ''
            ? 'empty'
            : 'other mappings';
  return { from, to: from + size, label: `${level.name} entry ${slot % level.entries}: ${holds}` };
};

/** The outline of the entry that the crosshair goes through; wide enough to be seen where a slot is not. */
const outlineEntry = (s: Sheet, axis: Axis, path: number, y: number): void => {
  const w = Math.max(axis.slotW, 3);
  const x = axis.toPx(path) + axis.slotW / 2 - w / 2;
  s.marks.push({ kind: 'rect', x: x - 1, y: y - 1, w: w + 2, h: ROW_H + 2, stroke: 'ink', strokeWidth: 2.4 });
};

/** A grey foot: the table is shared with other mappings. */
const foot = (s: Sheet, x: number, y: number, w: number): void => {
  s.marks.push({ kind: 'rect', x, y: y + ROW_H - 6, w, h: 5, fill: 'vma' });
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
  path: number | undefined,
): void => {
  s.marks.push({ kind: 'rect', x: rowX, y, w: rowW, h: ROW_H, fill: 'gap', stroke: 'line' });
  // A hair less is the same width, divided and multiplied again.
  if (axis.slotW >= slotPxOf(s, used) - 0.01) {
    drawSlots(s, solution, used, axis, y, rowX, rowW);
    if (path !== undefined) outlineEntry(s, axis, path, y);
  } else drawBands(s, solution, used, axis, y, rowX, rowW, root, path);
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
  const { slotW } = axis;
  const table = used.level.entries;
  const middle = y + ROW_H / 2;
  if (axis.cutLeft) {
    if (axis.x - rowX > CUT)
      write(s, {
        x: rowX + 6,
        y: middle,
        text: cutText(0, (axis.from % table) - 1),
        ...CUT_STYLE,
        ink: 'mut',
      });
    zigzag(s, axis.x - 11, y + 1, ROW_H - 2);
  }
  if (axis.cutRight) {
    if (rowX + rowW - axis.x - axis.w > CUT)
      write(s, {
        x: rowX + rowW - 6,
        y: middle,
        text: cutText(axis.to % table, table - 1),
        ...CUT_STYLE,
        ink: 'mut',
        align: 'end',
      });
    zigzag(s, axis.x + axis.w + 11, y + 1, ROW_H - 2);
  }
  for (let slot = axis.from; slot < axis.to; slot++) {
    const x0 = axis.toPx(slot);
    const leaf = used.leaves.find(l => slot >= l.first && slot < l.end);
    const pointer = used.pointers.some(p => slot >= p.first && slot < p.end);
    const label = {
      x: x0 + slotW / 2,
      y: middle,
      text: String(slot % table),
      ...SLOT_STYLE,
      align: 'middle',
    } as const;
    const box = { kind: 'rect', x: x0 + 1.5, y: y + 1, w: slotW - 3, h: ROW_H - 2 } as const;
    if (leaf) {
      const { kind, corrupt } = leaf;
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
      // A slab and a single page are a ground to write upon; what has lines in it is not.
      const plain = !corrupt && (kind === 'pud' || kind === 'pte');
      if (!plain) {
        const [w, h] = [s.measure(label.text, SLOT_STYLE) + 6, SLOT_STYLE.size + 2];
        s.marks.push({ kind: 'rect', x: label.x - w / 2, y: middle - h / 2, w, h, radius: 3, fill: 'bg' });
      }
      write(s, { ...label, ink: plain ? `${kind}.on` : corrupt ? 'red' : `${kind}.text` });
    } else if (pointer) {
      s.marks.push({ ...box, fill: 'bg' });
      if (hasOthers(solution, used, slot)) foot(s, box.x, y, box.w);
      s.marks.push({ ...box, stroke: 'ink', strokeWidth: 1.8, radius: 2 });
      write(s, { ...label, ink: 'ink' });
    } else if (hasOthers(solution, used, slot)) s.marks.push({ ...box, fill: 'vma' });
    else s.marks.push({ ...box, stroke: 'hair' });
  }
};

/** Where a pill of `half` the width stands in a row, as near to `wanted` as the outline of the entry walked allows. */
const clearOf = (
  axis: Axis,
  path: number,
  wanted: number,
  half: number,
  rowX: number,
  rowW: number,
): number => {
  const at = axis.toPx(path) + axis.slotW / 2;
  const apart = half + Math.max(axis.slotW, 3) / 2 + 4;
  if (Math.abs(at - wanted) >= apart) return wanted;
  const beside = [at - apart, at + apart].filter(x => x - half >= rowX && x + half <= rowX + rowW);
  return beside.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted;
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
  path: number | undefined,
): void => {
  const { index } = spaceShown(solution);
  const { slotW } = axis;
  const table = used.level.entries;
  const middle = y + ROW_H / 2;
  const right = axis.x + axis.w;
  let beyond: { readonly from: number; readonly text: string } | undefined;
  if (root) {
    const half = Math.min(Math.max(axis.toPx(solution.prepared.arch.taskSize / used.size), axis.x), right);
    if (half < right - 40) {
      s.marks.push({ kind: 'hatch', x: half, y, w: right - half, h: ROW_H, stroke: 'line' });
      beyond = {
        from: half,
        text: sharedRoot.has(solution.prepared.arch.family) ? 'kernel half' : 'above user space',
      };
    }
  }
  // Other mappings, at pixel resolution: one question a pixel column at most. Columns side by side are one block.
  for (const t of used.tables) {
    const slots = t.end - t.first;
    const columns = Math.max(1, Math.min(slots, Math.floor(slots * slotW)));
    const edge = (c: number): number => t.first + Math.floor((c * slots) / columns);
    for (let c = 0; c < columns; c++) {
      const a = edge(c);
      if (!intersects(index, a * used.size, edge(c + 1) * used.size)) continue;
      while (c + 1 < columns && intersects(index, edge(c + 1) * used.size, edge(c + 2) * used.size)) c++;
      s.marks.push({
        kind: 'rect',
        x: axis.toPx(a),
        y: y + 1,
        w: Math.max(1.5, (edge(c + 1) - a) * slotW),
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
    });
    // Only the ends of a mapping share a table with what lies beyond them.
    for (const slot of new Set([p.first, p.end - 1]))
      if (hasOthers(solution, used, slot))
        foot(s, Math.min(axis.toPx(slot), x0 + w - 3), y, Math.max(3, slotW));
    s.marks.push({ kind: 'rect', x: x0, y: y + 1, w, h: ROW_H - 2, stroke: 'ink', strokeWidth: 1.8 });
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
      leaf: l.kind,
      x: x0,
      y: y + 1,
      w,
      h: ROW_H - 2,
      first: x0,
      pitch: slotW * l.group,
      corrupt: l.corrupt,
    });
  }
  for (const seam of axis.seams) {
    s.marks.push({ kind: 'rect', x: seam - 6, y: y - 1, w: 12, h: ROW_H + 2, fill: 'bg' });
    zigzag(s, seam, y, ROW_H);
  }
  if (path !== undefined) outlineEntry(s, axis, path, y);
  const all = [...used.pointers, ...used.leaves].sort((a, b) => a.first - b.first);
  const first = all[0]?.first ?? 0;
  const last = (all.at(-1)?.end ?? 1) - 1;
  if (root) {
    const text = first === last ? `slot ${first % table}` : `slots ${first % table}–${last % table}`;
    const tw = s.measure(text, { size: 11 });
    const x0 = axis.toPx(first);
    const x1 = axis.toPx(last) + slotW;
    // On the side where nothing lies under it; on a ground of its own where both are taken.
    const isFree = (from: number): boolean =>
      from > rowX &&
      from + tw < rowX + rowW &&
      axis.toSlot(from + tw + 3) * used.size <= solution.prepared.arch.taskSize &&
      !intersects(index, axis.toSlot(from - 3) * used.size, axis.toSlot(from + tw + 3) * used.size);
    const at = [x0 - 8 - tw, x1 + 8].find(isFree);
    let end = x1;
    if (at !== undefined) {
      write(s, { x: at, y: middle, text, size: 11, ink: 'ink', halo: 'gap' });
      end = Math.max(end, at + tw);
    } else {
      const half = (tw + 20) / 2;
      const mid = x0 - 8 - 2 * half > rowX ? x0 - 8 - half : Math.min(x1 + 8 + half, rowX + rowW - half);
      pill(s, mid, middle, text, { size: 11, ink: 'ink', stroke: 'dim' });
      end = Math.max(end, mid + half);
    }
    if (beyond === undefined) return;
    // In the middle of the hatch, or of what the slot's own words leave of it.
    const style = { size: 11, ink: 'mut', align: 'middle', halo: 'bg' } as const;
    const bw = s.measure(beyond.text, style);
    const spot = [beyond.from, end]
      .map(from => ({ from, x: (from + right) / 2 }))
      .find(p => p.x - bw / 2 >= Math.max(end, beyond.from) + 6 && p.x + bw / 2 <= right - 2);
    if (spot !== undefined) write(s, { x: spot.x, y: middle, text: beyond.text, ...style });
    return;
  }
  const pointers = countOf(used.pointers);
  const leafCount = countOf(used.leaves);
  const most = used.leaves.reduce<LeafSlots | undefined>(
    (a, l) => (a === undefined || l.end - l.first > a.end - a.first ? l : a),
    undefined,
  );
  const kind = most?.kind;
  const groups = used.leaves.reduce((n, l) => n + (l.group > 1 ? (l.end - l.first) / l.group : 0), 0);
  const toTables = `${formatCount(pointers)} ${pointers === 1 ? 'slot' : 'slots'} to tables`;
  const leavesWords = `${formatCount(leafCount)} ${leafCount === 1 ? 'leaf' : 'leaves'}`;
  const style = { size: 11, weight: 600 };
  const choices =
    pointers === 0
      ? [
          ...(groups === 0 ? [] : [`${leavesWords}, ${formatCount(groups)} groups of ${most?.group ?? 1}`]),
          leavesWords,
        ]
      : leafCount === 0
        ? [toTables]
        : [`${toTables}, ${leavesWords}`, leavesWords];
  const words = choices.find(c => s.measure(c, style) + 24 < rowW);
  if (words === undefined) return;
  const half = (s.measure(words, style) + 20) / 2;
  // Over the middle of what it counts, but not outside the row.
  const mid = (axis.toPx(first) + axis.toPx(last) + slotW) / 2;
  const wanted = Math.min(Math.max(mid, rowX + half), rowX + rowW - half);
  const ink = pointers === 0 && kind ? (`${kind}.text` as const) : 'ink';
  pill(s, path === undefined ? wanted : clearOf(axis, path, wanted, half, rowX, rowW), middle, words, {
    ...style,
    ink,
    stroke: ink === 'ink' ? 'dim' : ink,
  });
};

/** What the colours mean, from the right; gives where it begins. Leaves out what would reach below `least`. */
const drawLegend = (
  s: Sheet,
  solution: Solution,
  device: DeviceAnswer,
  right: number,
  y: number,
  least: number,
): number => {
  const kind = device.leaves[0]?.kind ?? 'pte';
  let at = right;
  const put = (text: string, swatch: (x: number) => void) => {
    const w = s.measure(text, { size: 11 });
    if (at - w - 31 < least) return;
    at -= w;
    write(s, { x: at, y, text, size: 11, ink: 'mut' });
    at -= 17;
    swatch(at);
    at -= 14;
  };
  const box = (x: number) => ({ kind: 'rect', x, y: y - 5, w: 11, h: 10 }) as const;
  put('empty', x => s.marks.push({ ...box(x), fill: 'gap', stroke: 'line' }));
  put('other mappings', x => s.marks.push({ ...box(x), fill: 'vma' }));
  const shared = solution.prepared.arch.levels.some(level => {
    const used = usedOf(device, level);
    return used.pointers.some(
      p => hasOthers(solution, used, p.first) || hasOthers(solution, used, p.end - 1),
    );
  });
  if (shared)
    put('shared table', x => {
      s.marks.push({ ...box(x), fill: 'bg' });
      s.marks.push({ kind: 'rect', x, y, w: 11, h: 5, fill: 'vma' });
      s.marks.push({ ...box(x), stroke: 'ink', strokeWidth: 1.6, radius: 2 });
    });
  put('points to a table', x =>
    s.marks.push({ ...box(x), fill: 'bg', stroke: 'ink', strokeWidth: 1.6, radius: 2 }),
  );
  put('leaf', x =>
    s.marks.push({ kind: 'leaves', leaf: kind, x, y: y - 5, w: 11, h: 10, first: x, pitch: 1 }),
  );
  return at;
};
