import type { TableLevel } from '../../../src/arch/arch.ts';
import type { LeafRun } from '../../../src/leaves/runs.ts';
import type { DeviceAnswer, Solution } from '../../../src/solve.ts';
import { intersects } from '../../../src/space/gapIndex.ts';
import { formatCount, formatSize } from '../../../src/text.ts';
import { pill, trapezoid, triangle, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';

const ROW_H = 21;
const ROW_GAP = 14;

/** Pixels the ladder needs for so many levels. */
export const ladderHeight = (levels: number): number => 30 + levels * (ROW_H + ROW_GAP);

/** Slots of one level that the mapping uses. Absolute numbers: address divided by the slot's size. */
interface Used {
  readonly level: TableLevel;
  readonly size: number;
  /** First and last slot + 1 that lead to the mapping. */
  readonly first: number;
  readonly end: number;
  /** Slots that are leaves of this level. */
  readonly leaves: readonly { first: number; end: number; run: LeafRun }[];
  /** No table of this level is needed: larger leaves cover everything. */
  readonly unneeded: boolean;
}

const usedOf = (device: DeviceAnswer, level: TableLevel, root: boolean): Used => {
  const size = 2 ** level.shift;
  const { leaves, mapping } = device;
  // A table of this level exists where a leaf of this size or smaller is.
  const below = leaves.filter(r => r.size <= size);
  const leafSlots = below
    .filter(r => r.size === size)
    .map(run => ({ first: run.va / size, end: run.va / size + run.count, run }));
  const from = root ? mapping.start : (below[0]?.va ?? mapping.start);
  const last = below.at(-1);
  const to = root || !last ? mapping.end : last.va + last.size * last.count;
  return {
    level,
    size,
    first: Math.floor(from / size),
    end: Math.ceil(to / size),
    leaves: leafSlots,
    unneeded: !root && below.length === 0,
  };
};

/** The slots of a level that the row shows. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  readonly x: number;
  readonly w: number;
}

/** Pixels of the stretch that stands for the slots left out on one side. */
const CUT = 64;

/** Up to so many used slots are drawn one by one, with their numbers. */
const FEW = 10;

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
  const labelW = 44;
  const countW = narrow ? 96 : 150;
  const rowX = x + labelW;
  const rowW = w - labelW - countW;
  const levels = [...arch.levels].reverse();
  let above: Window | undefined;
  let aboveUsed: Used | undefined;
  levels.forEach((level, i) => {
    const y = top + 24 + i * (ROW_H + ROW_GAP);
    const root = i === 0;
    const used = usedOf(device, level, root);
    write(s, { x, y: y + ROW_H / 2, text: level.name, size: 12.5, weight: 600, ink: 'ink' });
    const tables = device.cost.tables.find(t => t.name === level.name);
    const count = root
      ? `${formatCount(level.entries)} slots`
      : `${formatCount(tables?.count ?? 0)} ${tables?.count === 1 ? 'table' : 'tables'}${!narrow && (tables?.count ?? 0) > 4 ? `, ${formatSize(tables?.bytes ?? 0)}` : ''}`;
    write(s, { x: x + w, y: y + ROW_H / 2, text: count, size: 11.5, ink: 'ink', align: 'end' });
    if (used.unneeded) {
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
    const window = windowOf(used, level, root, rowX, rowW);
    if (above && aboveUsed) {
      const u = above;
      const at = (slot: number): number =>
        u.x + ((Math.min(Math.max(slot, u.from), u.to) - u.from) / (u.to - u.from)) * u.w;
      const parent = 2 ** aboveUsed.level.shift;
      const x0 = at((window.from * used.size) / parent);
      const x1 = at((window.to * used.size) / parent);
      trapezoid(
        s,
        { y: y - ROW_GAP, x0, x1: Math.max(x1, x0 + 2) },
        { y, x0: window.x, x1: window.x + window.w },
      );
    }
    drawRow(s, solution, used, window, y, rowX, rowW, root);
    if (input.crosshair !== undefined) {
      const slot = (device.mapping.start + input.crosshair) / used.size;
      if (slot >= used.first && slot < used.end) {
        const px = window.x + ((slot - window.from) / (window.to - window.from)) * window.w;
        triangle(s, Math.min(Math.max(px, window.x), window.x + window.w), y - 4, 4, 'down', 'ink');
      }
    }
    const start = device.mapping.start;
    const end = device.mapping.end;
    s.hits.push({
      x: window.x,
      y,
      w: window.w,
      h: ROW_H,
      offsetAt: px => {
        const slot = window.from + ((px - window.x) / window.w) * (window.to - window.from);
        return Math.min(Math.max(slot * used.size, start), end - 4096) - start;
      },
    });
    above = window;
    aboveUsed = used;
  });
};

const windowOf = (used: Used, level: TableLevel, root: boolean, x: number, w: number): Window => {
  const table = level.entries;
  const tableFrom = Math.floor(used.first / table) * table;
  const tableTo = Math.ceil(used.end / table) * table;
  if (used.end - used.first > FEW || root) {
    // Bands: all tables of the level, at their true width.
    return { from: tableFrom, to: tableTo, cutLeft: false, cutRight: false, x, w };
  }
  const count = Math.min(16, tableTo - tableFrom);
  const from = Math.min(
    Math.max(used.first - Math.floor((count - (used.end - used.first)) * 0.7), tableFrom),
    tableTo - count,
  );
  const cutLeft = from > tableFrom;
  const cutRight = from + count < tableTo;
  const left = cutLeft ? CUT : 0;
  const right = cutRight ? CUT : 0;
  return { from, to: from + count, cutLeft, cutRight, x: x + left, w: w - left - right };
};

const drawRow = (
  s: Sheet,
  solution: Solution,
  used: Used,
  window: Window,
  y: number,
  rowX: number,
  rowW: number,
  root: boolean,
): void => {
  const { index } = solution.prepared.mm.space;
  const slots = window.to - window.from;
  const slotW = window.w / slots;
  const table = used.level.entries;
  const px = (slot: number): number => window.x + (slot - window.from) * slotW;
  s.marks.push({ kind: 'rect', x: rowX, y, w: rowW, h: ROW_H, fill: 'gap', stroke: 'line' });
  for (const [cut, cx, text] of [
    [window.cutLeft, rowX, `0–${(window.from % table) - 1}`],
    [window.cutRight, rowX + rowW - CUT, `${window.to % table}–${table - 1}`],
  ] as const)
    if (cut) {
      write(s, {
        x: cx + (cx === rowX ? 6 : CUT - 6),
        y: y + ROW_H / 2,
        text,
        size: 10.5,
        mono: true,
        ink: 'mut',
        align: cx === rowX ? 'start' : 'end',
      });
      zigzag(s, cx === rowX ? window.x - 8 : window.x + window.w + 8, y + 1, ROW_H - 2);
    }

  if (slotW >= 16) {
    for (let slot = window.from; slot < window.to; slot++) {
      const x0 = px(slot);
      const inside = slot >= used.first && slot < used.end;
      const leaf = used.leaves.find(l => slot >= l.first && slot < l.end);
      const number = String(slot % table);
      if (leaf) {
        s.marks.push({
          kind: 'leaves',
          leaf: leaf.run.kind,
          x: x0 + 1,
          y: y + 1,
          w: slotW - 2,
          h: ROW_H - 2,
          first: x0 + 1,
          pitch: slotW - 2,
          corrupt: leaf.run.corrupt,
        });
        if (slotW > 30)
          write(s, {
            x: x0 + slotW / 2,
            y: y + ROW_H / 2,
            text: number,
            size: 11,
            weight: 700,
            ink: `${leaf.run.kind}.on`,
            align: 'middle',
          });
      } else if (inside) {
        s.marks.push({
          kind: 'rect',
          x: x0 + 1.5,
          y: y + 1,
          w: slotW - 3,
          h: ROW_H - 2,
          fill: 'bg',
          stroke: 'ink',
          strokeWidth: 1.8,
          radius: 2,
        });
        if (slotW > 30)
          write(s, {
            x: x0 + slotW / 2,
            y: y + ROW_H / 2,
            text: number,
            size: 11,
            weight: 700,
            ink: 'ink',
            align: 'middle',
          });
      } else {
        const taken = intersects(index, slot * used.size, (slot + 1) * used.size);
        s.marks.push({
          kind: 'rect',
          x: x0 + 1,
          y: y + 1,
          w: slotW - 2,
          h: ROW_H - 2,
          ...(taken ? { fill: 'vma' as const } : { stroke: 'hair' as const }),
        });
      }
    }
    return;
  }
  // Bands.
  if (root && used.size * table >= 2 ** 47) {
    const user = solution.prepared.arch.taskSize / used.size;
    const half = Math.min(Math.max(px(user), window.x), window.x + window.w);
    if (half < window.x + window.w - 40) {
      s.marks.push({ kind: 'hatch', x: half, y, w: window.x + window.w - half, h: ROW_H, stroke: 'line' });
      write(s, {
        x: (half + window.x + window.w) / 2,
        y: y + ROW_H / 2,
        text: 'kernel half',
        size: 11,
        ink: 'mut',
        align: 'middle',
        halo: 'bg',
      });
    }
  }
  // Other mappings, at pixel resolution: one question a pixel column at most.
  const columns = Math.min(slots, Math.floor(window.w));
  for (let c = 0; c < columns; c++) {
    const a = window.from + Math.floor((c * slots) / columns);
    const b = window.from + Math.floor(((c + 1) * slots) / columns);
    if (b > used.first && a < used.end) continue;
    if (intersects(index, a * used.size, b * used.size))
      s.marks.push({
        kind: 'rect',
        x: px(a),
        y: y + 1,
        w: Math.max(1.5, (b - a) * slotW),
        h: ROW_H - 2,
        fill: 'vma',
      });
  }
  const x0 = px(used.first);
  const bandW = Math.max(2.5, (used.end - used.first) * slotW);
  s.marks.push({ kind: 'rect', x: x0, y: y + 0.5, w: bandW, h: ROW_H - 1, fill: 'bg' });
  const pointers = used.end - used.first - used.leaves.reduce((n, l) => n + l.end - l.first, 0);
  if (pointers > 0) {
    s.marks.push({ kind: 'rect', x: x0, y: y + 1, w: bandW, h: ROW_H - 2, stroke: 'ink', strokeWidth: 1.8 });
    for (let lx = x0 + 6; lx < x0 + bandW - 4; lx += 6)
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
    const lw = Math.max(2.5, (l.end - l.first) * slotW);
    s.marks.push({
      kind: 'leaves',
      leaf: l.run.kind,
      x: px(l.first),
      y: y + 1,
      w: lw,
      h: ROW_H - 2,
      first: px(l.first),
      pitch: slotW,
      corrupt: l.run.corrupt,
    });
  }
  const leafCount = used.leaves.reduce((n, l) => n + l.end - l.first, 0);
  const kind = used.leaves[0]?.run.kind;
  const words = [
    ...(pointers > 0 ? [`${formatCount(pointers)} ${pointers === 1 ? 'slot' : 'slots'} to tables`] : []),
    ...(leafCount > 0 ? [`${formatCount(leafCount)} leaves`] : []),
  ].join(', ');
  if (root) {
    const text =
      used.end - used.first === 1
        ? `slot ${used.first % table}`
        : `slots ${used.first % table}–${(used.end - 1) % table}`;
    const tw = s.measure(text, { size: 11 });
    write(s, {
      x: x0 - 6 - tw > rowX ? x0 - 6 : x0 + bandW + 6 + tw,
      y: y + ROW_H / 2,
      text,
      size: 11,
      ink: 'ink',
      align: 'end',
      halo: 'gap',
    });
  } else {
    const tw = s.measure(words, { size: 11, weight: 600 }) + 24;
    const mid = Math.min(Math.max(x0 + bandW / 2, rowX + tw / 2), rowX + rowW - tw / 2);
    pill(s, mid, y + ROW_H / 2, words, {
      size: 11,
      weight: 600,
      ink: pointers === 0 && kind ? `${kind}.text` : 'ink',
      stroke: kind && pointers === 0 ? `${kind}.text` : 'dim',
    });
  }
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
