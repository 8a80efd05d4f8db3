import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { cross, pill, trapezoid, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';

/** Height of the physical rows, from the top of the folded one. */
export const PA_ROW_HEIGHT = 92;

interface Piece {
  readonly kind: 'bar' | 'mine' | 'between';
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** The BARs and what lies between them, ascending from 0. */
const piecesOf = (input: PictureInput): readonly Piece[] => {
  const { bar, others } = input.scenario.device;
  const bars = [
    ...others.filter(o => o.base + o.size <= bar.base || o.base >= bar.base + bar.size),
    bar,
  ].sort((a, b) => a.base - b.base);
  const pieces: Piece[] = [];
  let at = 0;
  for (const b of bars) {
    if (b.base < at) continue;
    if (b.base > at) pieces.push({ kind: 'between', from: at, to: b.base, label: '' });
    pieces.push({
      kind: b === bar ? 'mine' : 'bar',
      from: b.base,
      to: b.base + b.size,
      label: `BAR ${b.index}`,
    });
    at = b.base + b.size;
  }
  const top = 2 ** Math.ceil(Math.log2(Math.max(at, 2)));
  pieces.push({ kind: 'between', from: at, to: top > at ? top : at * 2, label: '' });
  return pieces;
};

/**
 * Draws the physical address space: the folded row with the device's BARs, the mapped part marked, and below it
 * a true-scale bar. `upper` is the pane of the zipper that the mapped part is magnified to.
 */
export const drawPaRow = (
  s: Sheet,
  input: PictureInput,
  device: DeviceAnswer | undefined,
  x: number,
  y: number,
  w: number,
  upper: { y: number; x0: number; x1: number; from: number; to: number } | undefined,
): void => {
  const { bar } = input.scenario.device;
  const rowH = 28;
  let pieces = piecesOf(input);
  const widthOf = (p: Piece, mineW: number): number =>
    p.kind === 'mine' ? mineW : p.kind === 'bar' ? Math.max(44, s.measure(p.label, { size: 11 }) + 14) : 0;
  const mineW = w * 0.36;
  // Too many neighbours: keep those next to the BAR that is mapped.
  while (
    pieces.filter(p => p.kind === 'bar').length > 1 &&
    pieces.reduce((sum, p) => sum + widthOf(p, mineW) + (p.kind === 'between' ? 26 : 0), 0) > w
  ) {
    const mine = pieces.findIndex(p => p.kind === 'mine');
    const far =
      mine > pieces.length - 1 - mine
        ? pieces.findIndex(p => p.kind === 'bar')
        : pieces.findLastIndex(p => p.kind === 'bar');
    pieces = merged(pieces, far);
  }
  const fixed = pieces.reduce((sum, p) => sum + widthOf(p, mineW), 0);
  const between = pieces.filter(p => p.kind === 'between');
  const each = Math.max(0, (w - fixed) / Math.max(1, between.length));
  let at = x;
  let mine: { x: number; w: number } = { x, w: 0 };
  s.marks.push({ kind: 'rect', x, y, w, h: rowH, fill: 'gap', stroke: 'line' });
  for (const p of pieces) {
    const pw = p.kind === 'between' ? each : widthOf(p, mineW);
    const range = [`${formatAddress(p.from)} to ${formatAddress(p.to)}`, formatSize(p.to - p.from)];
    if (p.kind === 'between') {
      if (pw > 20) zigzag(s, at + pw / 2, y + 1, rowH - 2);
      s.hits.push({ x: at, y, w: pw, h: rowH, lines: ['Not known: no BAR of this device', ...range] });
    } else if (p.kind === 'bar') {
      s.marks.push({ kind: 'rect', x: at + 0.5, y, w: pw - 1, h: rowH, fill: 'vma2' });
      write(s, {
        x: at + pw / 2,
        y: y + rowH / 2,
        text: p.label,
        size: 11,
        weight: 600,
        ink: 'onVma2',
        align: 'middle',
      });
      s.hits.push({ x: at, y, w: pw, h: rowH, lines: [p.label, ...range] });
    } else mine = { x: at, w: pw };
    at += pw;
  }

  const toPx = (phys: number): number => mine.x + ((phys - bar.base) / bar.size) * mine.w;
  s.marks.push({ kind: 'rect', x: mine.x, y, w: mine.w, h: rowH, fill: 'vma2' });
  let label = `BAR ${bar.index}, ${formatSize(bar.size)}, not mapped`;
  if (device) {
    const { mapping, units } = device;
    const length = mapping.end - mapping.start;
    const x0 = toPx(mapping.pa);
    const x1 = Math.min(toPx(mapping.pa + length), mine.x + mine.w);
    if (upper)
      trapezoid(s, upper, {
        y,
        x0: toPx(mapping.pa + upper.from),
        x1: Math.max(toPx(mapping.pa + upper.to), toPx(mapping.pa + upper.from) + 2),
      });
    s.marks.push({ kind: 'rect', x: x0, y, w: Math.max(2.5, x1 - x0), h: rowH, fill: 'bg' });
    for (const run of units) {
      const runX = toPx(mapping.pa + (run.va - mapping.start));
      const runW = Math.max(2.5, ((run.size * run.count) / bar.size) * mine.w);
      s.marks.push({
        kind: 'leaves',
        leaf: run.kind,
        x: Math.min(runX, mine.x + mine.w - 2.5),
        y: y + 2,
        w: runW,
        h: rowH - 4,
        first: runX,
        pitch: (run.size / bar.size) * mine.w,
        corrupt: run.corrupt,
      });
    }
    s.marks.push({
      kind: 'rect',
      x: x0,
      y,
      w: Math.max(2.5, x1 - x0),
      h: rowH,
      stroke: 'ink',
      strokeWidth: 2,
    });
    s.hits.push({
      x: x0,
      y,
      w: Math.max(4, x1 - x0),
      h: rowH,
      offsetAt: px => ((px - x0) / Math.max(1e-9, x1 - x0)) * length,
    });
    label =
      length >= bar.size
        ? `BAR ${bar.index}, all ${formatSize(bar.size)} mapped`
        : `BAR ${bar.index}, ${formatSize(length)} of ${formatSize(bar.size)} mapped`;
    if (input.crosshair !== undefined && upper) {
      const cx = toPx(mapping.pa + input.crosshair);
      const from =
        upper.x0 + ((input.crosshair - upper.from) / (upper.to - upper.from)) * (upper.x1 - upper.x0);
      if (input.crosshair >= upper.from)
        s.marks.push({
          kind: 'path',
          points: [
            [from, upper.y],
            [cx, y],
          ],
          stroke: 'ink',
          strokeWidth: 1.2,
          dash: [2, 3],
        });
      s.marks.push({
        kind: 'path',
        points: [
          [cx, y],
          [cx, y + rowH],
        ],
        stroke: 'ink',
        strokeWidth: 1.2,
        dash: [2, 3],
      });
    }
  }
  if (s.measure(label, { size: 11.5, weight: 600 }) + 24 < mine.w)
    pill(s, mine.x + mine.w / 2, y + rowH / 2, label, {
      size: 11.5,
      weight: 600,
      ink: 'ink',
      stroke: device?.leaves[0] ? `${device.leaves[0].kind}.text` : 'dim',
    });

  const mono = { size: 11, mono: true } as const;
  const [a, b] = [formatAddress(bar.base), formatAddress(bar.base + bar.size)];
  const bw = s.measure(b, mono);
  const aw = s.measure(a, mono);
  const ax = Math.min(Math.max(x, mine.x), x + w - aw - bw - 10);
  write(s, { x: ax, y: y + rowH + 11, text: a, ...mono, ink: 'ink' });
  write(s, {
    x: Math.max(ax + aw + 10, mine.x + mine.w - bw),
    y: y + rowH + 11,
    text: b,
    ...mono,
    ink: 'ink',
  });

  const clash = input.scenario.device.others.filter(
    o => o.base < bar.base + bar.size && o.base + o.size > bar.base,
  );
  if (clash.length > 0) {
    const text = `overlaps ${clash.map(o => `BAR ${o.index}`).join(', ')}`;
    cross(s, x + 6, y + rowH + 11);
    write(s, { x: x + 18, y: y + rowH + 11, text, size: 11.5, weight: 600, ink: 'red', plate: true });
  }

  // True scale.
  const top = pieces.at(-1)?.to ?? bar.base + bar.size;
  const trueY = y + rowH + 30;
  const truePx = (phys: number): number => x + (phys / top) * w;
  trapezoid(
    s,
    { y: y + rowH + 18, x0: mine.x, x1: mine.x + mine.w },
    { y: trueY, x0: truePx(bar.base), x1: Math.max(truePx(bar.base + bar.size), truePx(bar.base) + 1) },
  );
  s.marks.push({ kind: 'rect', x, y: trueY, w, h: 9, fill: 'gap', stroke: 'line' });
  for (const o of input.scenario.device.others)
    s.marks.push({
      kind: 'rect',
      x: truePx(o.base),
      y: trueY,
      w: Math.max(2, (o.size / top) * w),
      h: 9,
      fill: 'vma2',
    });
  s.marks.push({
    kind: 'rect',
    x: Math.min(truePx(bar.base), x + w - 2.5),
    y: trueY - 1,
    w: Math.max(2.5, (bar.size / top) * w),
    h: 11,
    fill: 'ink',
  });
  const titleW = write(s, {
    x,
    y: trueY + 22,
    text: 'Physical address space',
    size: 12.5,
    weight: 600,
    ink: 'ink',
  });
  const note = `${formatSize(top)}, true scale: BAR ${bar.index} is ${formatSize(bar.size)} of it`;
  if (titleW + s.measure(note, { size: 11.5 }) + 16 < w)
    write(s, { x: x + w, y: trueY + 22, text: note, size: 11.5, ink: 'mut', align: 'end' });
};

/** The row without BAR number `i`: it and the stretches beside it become one. */
const merged = (pieces: readonly Piece[], i: number): readonly Piece[] => {
  const from = pieces[i - 1]?.kind === 'between' ? i - 1 : i;
  const to = pieces[i + 1]?.kind === 'between' ? i + 1 : i;
  const first = pieces[from];
  const last = pieces[to];
  if (!first || !last) return pieces;
  return [
    ...pieces.slice(0, from),
    { kind: 'between', from: first.from, to: last.to, label: '' },
    ...pieces.slice(to + 1),
  ];
};
