import { alignmentOf, barAlignment } from '../../src/scenario/devices.ts';
import type { Bar, BridgeWindow } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { type Labels, labelsWithin, type Spot } from './labels.ts';
import { type PaItems, type PaPiece, paItems, placeOf, placePieces } from './paPieces.ts';
import { cross, trapezoid, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';

/** Height of the physical rows, from the top of the folded one. */
export const PA_ROW_HEIGHT = 94;

const ROW = 28;
/** Middle of the line of addresses. */
const LINE = 40;
/** The scale with the multiples of the BAR's size. */
const GRID = 49;
const GRID_H = 4;
const TRUE = 63;
const TRUE_H = 7;
const TITLE = 82;
/** Nothing is drawn narrower. */
const LEAST = 2.5;

const short = (address: string): string => address.replace(/^0000:/, '');

const barName = (bar: Bar): string =>
  bar.owner === undefined ? `BAR ${bar.index}` : `${short(bar.owner)} BAR ${bar.index}`;

const windowName = (w: BridgeWindow): string =>
  `${w.prefetchable ? 'prefetchable bridge window' : 'bridge window'}${w.label === '' ? '' : `, ${w.label}`}`;

const rangeLines = (from: number, to: number): readonly string[] => [
  `${formatAddress(from)} to ${formatAddress(to)}`,
  formatSize(to - from),
];

/** The lines of the tip over a BAR: where it lies, and how its base is aligned. */
const barLines = (bar: Bar): readonly string[] => {
  const alignment = alignmentOf(bar.base);
  const where = barAlignment(bar);
  return [
    bar.owner === undefined ? `BAR ${bar.index}` : `BAR ${bar.index} of ${bar.owner}`,
    ...rangeLines(bar.base, bar.base + bar.size),
    `${alignment === undefined ? 'base 0' : `base divisible by ${formatSize(alignment)}, no larger power of two`}${
      where === 'natural' ? '' : where === 'off' ? ': not by its size' : '; its size is no power of two'
    }`,
  ];
};

const tally = (part: DeviceAnswer): string =>
  part.leaves.length > 3
    ? `${formatCount(part.leaves.reduce((n, r) => n + r.count, 0))} leaves`
    : part.leaves.map(r => `${formatCount(r.count)} ${r.kind.toUpperCase()}`).join(', ');

/** The pane of the zipper above, and the bytes of the mapping that it shows. */
interface Upper {
  readonly y: number;
  readonly x0: number;
  readonly x1: number;
  readonly from: number;
  readonly to: number;
}

/** What the functions below draw with. */
interface Row {
  readonly s: Sheet;
  readonly input: PictureInput;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly known: PaItems;
  readonly pieces: readonly PaPiece[];
  /** The piece that the BAR begins in. */
  readonly home: PaPiece;
  readonly labels: Labels;
}

const at = (row: Row, phys: number): number => placeOf(row.pieces, phys);

/**
 * Draws the physical address space: the folded row with bridge windows, BARs, everything that is mapped and the
 * holes; under it the BAR among the multiples of its size; under that a true-scale bar. `upper` is the pane of the
 * zipper that the mapped part is magnified to.
 */
export const drawPaRow = (
  s: Sheet,
  input: PictureInput,
  device: DeviceAnswer | undefined,
  x: number,
  y: number,
  w: number,
  upper: Upper | undefined,
): void => {
  const known = paItems(input.scenario.device);
  const mines = known.items.filter(i => i.kind === 'mine').length;
  const pieces = placePieces(known.items, x, w, {
    mine: w * (mines > 1 ? 0.52 : w < 600 ? 0.46 : 0.36),
    bar: bar =>
      Math.max(40, ...barText(bar).map((text, i) => s.measure(text, i === 0 ? BAR_NAME : BAR_SIZE) + 12)),
    between: 24,
  });
  const { base } = input.scenario.device.bar;
  const home = pieces.find(p => p.kind === 'mine' && p.from <= base && base < p.to) ?? pieces[0];
  if (home === undefined) return;
  const row: Row = { s, input, x, y, w, known, pieces, home, labels: labelsWithin(s, x, x + w) };
  s.marks.push({ kind: 'rect', x, y, w, h: ROW, fill: 'gap', stroke: 'line' });
  drawWindows(row);
  const named = pieces.map(piece => drawPiece(row, piece));
  drawMapped(row, device, upper);
  const holes = drawHoles(row);
  drawAmount(row, device);
  drawGrid(row);
  drawTrueScale(row);
  drawWords(row);
  drawUnnamed(row, named);
  const small = { size: 10, ink: 'mut' } as const;
  for (const { beside, below } of holes)
    if (row.labels.put(beside, { ...small, pill: 'mut' }) === undefined) row.labels.put(below, small);
};

/** Bridge windows as outlines that reach over the row: what lies in one came through that bridge. */
const drawWindows = ({ s, y, known, pieces }: Row): void => {
  for (const [i, w] of known.windows.entries()) {
    const x0 = placeOf(pieces, w.base);
    const x1 = placeOf(pieces, w.base + w.size);
    const out = 2 + 2 * Math.min(1, known.windows.length - 1 - i);
    s.marks.push({
      kind: 'rect',
      x: x0,
      y: y - out,
      w: x1 - x0,
      h: ROW + 2 * out,
      fill: 'bg',
      stroke: 'dim',
      strokeWidth: 1.2,
    });
  }
};

const BAR_NAME = { size: 11, weight: 600 } as const;
const BAR_SIZE = { size: 10 } as const;

const barText = (bar: Bar): readonly [string, string] =>
  bar.owner === undefined
    ? [`BAR ${bar.index}`, formatSize(bar.size)]
    : [short(bar.owner), `BAR ${bar.index}, ${formatSize(bar.size)}`];

/** Draws one stretch; gives the window that it names. */
const drawPiece = ({ s, y }: Row, p: PaPiece): BridgeWindow | undefined => {
  switch (p.kind) {
    case 'mine':
      s.marks.push({ kind: 'rect', x: p.x, y, w: p.w, h: ROW, fill: 'vma2' });
      return undefined;
    case 'bar': {
      const own = p.bar.owner === undefined;
      const ink = own ? 'onVma2' : 'ink';
      s.marks.push({ kind: 'rect', x: p.x + 0.5, y, w: p.w - 1, h: ROW, fill: own ? 'vma2' : 'vma' });
      const [name, size] = barText(p.bar);
      const mid = p.x + p.w / 2;
      if (s.measure(name, BAR_NAME) <= p.w)
        write(s, { x: mid, y: y + 9, text: name, ...BAR_NAME, ink, align: 'middle' });
      if (s.measure(size, BAR_SIZE) <= p.w)
        write(s, { x: mid, y: y + 20, text: size, ...BAR_SIZE, ink, align: 'middle' });
      s.hits.push({ x: p.x, y, w: p.w, h: ROW, lines: barLines(p.bar) });
      return undefined;
    }
    case 'between':
      return drawBetween(s, p, y);
  }
};

/** What lies between: named after its window or the BARs left out, and cut short. Gives the window if it is named. */
const drawBetween = (s: Sheet, p: PaPiece & { kind: 'between' }, y: number): BridgeWindow | undefined => {
  const { window, hidden } = p;
  const lines: readonly (readonly [string, string])[] = [
    ...(hidden.length > 0
      ? [
          [`${hidden.length} BAR${hidden.length === 1 ? '' : 's'}`, 'not drawn'] as const,
          [`+${hidden.length}`, hidden.length === 1 ? 'BAR' : 'BARs'] as const,
        ]
      : []),
    ...(window === undefined
      ? []
      : [
          ...(window.label === ''
            ? []
            : [['bridge window', `${formatSize(window.size)}, ${short(window.label)}`] as const]),
          ['bridge window', formatSize(window.size)] as const,
          ['window', formatSize(window.size)] as const,
        ]),
  ];
  const size = { size: 10 } as const;
  const widthOf = (text: readonly [string, string]): number => Math.max(...text.map(t => s.measure(t, size)));
  // A count of what is left out says by itself that the row is cut short here.
  const few = hidden.length > 0 ? lines[1] : undefined;
  const said = lines.find(text => widthOf(text) + 32 <= p.w);
  // The words stand at the left and the zigzag at the right, so that it strikes nothing through.
  if (said) {
    for (const [i, text] of said.entries())
      write(s, { x: p.x + 7, y: y + 9 + 11 * i, text, ...size, ink: 'mut' });
    zigzag(s, p.x + p.w - 13, y + 1, ROW - 2);
  } else if (few && widthOf(few) + 8 <= p.w) {
    for (const [i, text] of few.entries())
      write(s, { x: p.x + p.w / 2, y: y + 9 + 11 * i, text, ...size, ink: 'mut', align: 'middle' });
  } else if (p.w > 20) zigzag(s, p.x + p.w / 2, y + 1, ROW - 2);
  s.hits.push({
    x: p.x,
    y,
    w: p.w,
    h: ROW,
    lines: [
      hidden.length > 0
        ? `No room for ${hidden.slice(0, 4).map(barName).join(', ')}${hidden.length > 4 ? ` and ${hidden.length - 4} more` : ''}`
        : window === undefined
          ? 'Not known: nothing of this device'
          : 'In the window of a bridge, otherwise not known',
      ...rangeLines(p.from, p.to),
      ...(window === undefined
        ? []
        : [windowName(window), ...rangeLines(window.base, window.base + window.size)]),
    ],
  });
  return said === undefined || hidden.length > 0 ? undefined : window;
};

/** The leaves of every mapping where they lie; of the first one also the lens and the crosshair. */
const drawMapped = (row: Row, device: DeviceAnswer | undefined, upper: Upper | undefined): void => {
  const { s, input, y } = row;
  const { parts } = input.solution;
  const extent = (
    part: DeviceAnswer,
  ): { readonly x0: number; readonly w: number; readonly length: number } => {
    const length = part.mapping.end - part.mapping.start;
    const x0 = at(row, part.mapping.pa);
    // What goes past the end of the BAR is drawn up to it.
    const end = Math.min(at(row, part.mapping.pa + length), row.x + row.w);
    return { x0, w: Math.max(LEAST, end - x0), length };
  };
  if (device && upper) {
    const { pa } = device.mapping;
    const x0 = at(row, pa + upper.from);
    trapezoid(s, upper, { y, x0, x1: Math.max(at(row, pa + upper.to), x0 + 2) });
  }
  for (const part of parts) {
    const { mapping, units } = part;
    const { x0, w } = extent(part);
    s.marks.push({ kind: 'rect', x: x0, y, w, h: ROW, fill: 'bg' });
    for (const run of units) {
      const from = mapping.pa + (run.va - mapping.start);
      const runX = at(row, from);
      const runW = at(row, from + run.size * run.count) - runX;
      s.marks.push({
        kind: 'leaves',
        leaf: run.kind,
        x: Math.max(x0, Math.min(runX, x0 + w - LEAST)),
        y: y + 2,
        w: Math.max(LEAST, runW),
        h: ROW - 4,
        first: runX,
        pitch: runW / run.count,
        corrupt: run.corrupt,
      });
    }
    s.marks.push({ kind: 'rect', x: x0, y, w, h: ROW, stroke: 'ink', strokeWidth: 2 });
  }
  for (const [i, part] of parts.entries()) {
    if (part === device) continue;
    const { mapping } = part;
    const { x0, w, length } = extent(part);
    s.hits.push({
      x: x0,
      y,
      w: Math.max(4, w),
      h: ROW,
      lines: [
        `Part ${i + 1} of ${parts.length}: ${formatSize(length)}, ${tally(part)}`,
        `VA ${formatAddress(mapping.start)} to ${formatAddress(mapping.end)}`,
        `PA ${formatAddress(mapping.pa)} to ${formatAddress(mapping.pa + length)}`,
      ],
    });
  }
  if (device) {
    const { x0, w, length } = extent(device);
    s.hits.push({ x: x0, y, w: Math.max(4, w), h: ROW, offsetAt: px => ((px - x0) / w) * length });
    drawCrosshair(row, device, upper);
  }
};

/** How much of the BAR is mapped, in a pill on its widest stretch, beside the holes. */
const drawAmount = (row: Row, device: DeviceAnswer | undefined): void => {
  const { home, input, labels } = row;
  const { bar } = input.scenario.device;
  const { parts } = input.solution;
  const name = `BAR ${bar.index}`;
  const size = formatSize(bar.size);
  const length = parts.reduce((sum, p) => sum + (p.mapping.end - p.mapping.start), 0);
  const many = parts.length > 1 ? ` in ${parts.length} parts` : '';
  const texts =
    parts.length === 0
      ? [`${name}, ${size}, not mapped`, `${name}, ${size}`, name]
      : length >= bar.size
        ? [`${name}, all ${size} mapped${many}`, `${name}, all ${size}${many}`, `${name}, ${size}`, name]
        : [
            `${name}, ${formatSize(length)} of ${size} mapped${many}`,
            `${formatSize(length)} of ${size}${many}`,
            `${name}, ${formatSize(length)}`,
            name,
          ];
  const mines = row.pieces.filter(p => p.kind === 'mine');
  const widest = mines.reduce((a, b) => (b.w > a.w ? b : a), home);
  labels.put(spotsInside(row, widest, texts, 24), {
    size: 11.5,
    weight: 600,
    ink: 'ink',
    pill: device?.leaves[0] ? `${device.leaves[0].kind}.text` : 'dim',
  });
};

/** Places in a piece for each text that fits inside it with `room` pixels to spare: the middle, then beside it. */
const spotsInside = ({ s, y }: Row, p: PaPiece, texts: readonly string[], room: number): readonly Spot[] =>
  texts.flatMap(text => {
    const half = (s.measure(text, { size: 11.5, weight: 600 }) + room) / 2;
    return [0.5, 0.6, 0.4, 0.7, 0.3]
      .map(share => p.x + p.w * share)
      .filter(mid => mid - half >= p.x && mid + half <= p.x + p.w)
      .map((mid): Spot => ({ text, x: mid, y: y + ROW / 2, align: 'middle' }));
  });

const drawCrosshair = (row: Row, device: DeviceAnswer, upper: Upper | undefined): void => {
  const { s, input, y } = row;
  const { crosshair } = input;
  if (crosshair === undefined || upper === undefined) return;
  const cx = at(row, device.mapping.pa + crosshair);
  const line = (from: readonly [number, number], to: readonly [number, number]) =>
    s.marks.push({ kind: 'path', points: [from, to], stroke: 'ink', strokeWidth: 1.2, dash: [2, 3] });
  if (crosshair >= upper.from) {
    const share = (crosshair - upper.from) / (upper.to - upper.from);
    line([upper.x0 + share * (upper.x1 - upper.x0), upper.y], [cx, y]);
  }
  line([cx, y], [cx, y + ROW]);
};

/** The innermost window of the BAR in words under the row, where it has no room in it. */
const drawUnnamed = (
  { x, y, w, input, known, pieces, labels }: Row,
  named: readonly (BridgeWindow | undefined)[],
): void => {
  const { bar } = input.scenario.device;
  const around = known.windows.findLast(v => v.base <= bar.base && bar.base + bar.size <= v.base + v.size);
  if (around === undefined || named.includes(around)) return;
  const size = formatSize(around.size);
  const line = y + LINE;
  const spots = [`in a bridge window of ${size}`, `bridge window ${size}`, `window ${size}`].flatMap(
    (text): readonly Spot[] => [
      { text, x: placeOf(pieces, around.base), y: line },
      { text, x: placeOf(pieces, around.base + around.size), y: line, align: 'end' },
      { text, x: x + w, y: line, align: 'end' },
      { text, x, y: line },
      { text, x: x + w, y: y + TITLE, align: 'end' },
    ],
  );
  labels.put(spots, { size: 10, ink: 'mut' });
};

/** Where the label of a hole may stand: in the row, or on the line of addresses. */
interface HoleSpots {
  readonly beside: readonly Spot[];
  readonly below: readonly Spot[];
}

/** What is left out of the BAR, hatched. Gives the places for the label of each hole. */
const drawHoles = (row: Row): readonly HoleSpots[] => {
  const { s, y, labels } = row;
  const places: HoleSpots[] = [];
  const { device } = row.input.scenario;
  for (const hole of device.holes) {
    if (hole.offset >= device.bar.size) continue;
    const size = Math.min(hole.size, device.bar.size - hole.offset);
    for (const piece of row.pieces) {
      if (piece.kind !== 'mine') continue;
      const from = Math.max(piece.from, piece.from + hole.offset - piece.offset);
      const to = Math.min(piece.to, piece.from + hole.offset + size - piece.offset);
      if (to <= from) continue;
      const x0 = at(row, from);
      const w = Math.max(5, at(row, to) - x0);
      const hx = Math.min(x0, piece.x + piece.w - w);
      s.marks.push(
        { kind: 'rect', x: hx, y: y + 1, w, h: ROW - 2, fill: 'bg' },
        { kind: 'hatch', x: hx, y: y + 1, w, h: ROW - 2, stroke: 'mut', pitch: 5 },
        { kind: 'rect', x: hx, y: y + 1, w, h: ROW - 2, stroke: 'mut', strokeWidth: 1 },
      );
      s.hits.push({
        x: hx - 2,
        y,
        w: w + 4,
        h: ROW,
        lines: [
          `Hole of ${formatSize(hole.size)}, ${formatSize(hole.offset)} into BAR ${device.bar.index}: left out of the mapping`,
          ...rangeLines(from, to),
        ],
      });
      const text = `${formatSize(hole.size)} hole`;
      const mid = y + ROW / 2;
      const inside = (spot: Spot): boolean => {
        const half = s.measure(spot.text, { size: 10 }) + 18;
        return spot.align === 'end' ? spot.x - half >= piece.x : spot.x + half <= piece.x + piece.w;
      };
      const beside: readonly Spot[] = [
        { text, x: hx + w + 9, y: mid },
        { text, x: hx - 9, y: mid, align: 'end' },
      ];
      const line = y + LINE;
      places.push({
        beside: beside.filter(inside),
        below: [
          { text, x: hx + w / 2, y: line, align: 'middle' },
          { text, x: hx, y: line },
          { text, x: hx + w, y: line, align: 'end' },
          { text, x: hx + w + 6, y: line },
          { text, x: hx - 6, y: line, align: 'end' },
        ],
      });
      labels.block({ x: hx, y, w, h: ROW });
    }
  }
  return places;
};

/** The scale under the row: the BAR among the multiples of its size, on the scale that it has in the row. */
const drawGrid = (row: Row): void => {
  const { s, input, x, y, w, home } = row;
  const { bar, others } = input.scenario.device;
  const perByte = home.w / (home.to - home.from);
  const px = (phys: number): number => home.x + (phys - home.from) * perByte;
  const left = Math.max(x, px(0));
  const step = gridStep(bar.size);
  s.marks.push({
    kind: 'rect',
    x: left,
    y: y + GRID,
    w: x + w - left,
    h: GRID_H,
    fill: 'gap',
    stroke: 'line',
  });
  const block = (from: number, to: number, fill: 'ink' | 'vma' | 'vma2'): void => {
    const x0 = Math.max(left, px(from));
    const x1 = Math.min(x + w, px(to));
    if (x1 > x0) s.marks.push({ kind: 'rect', x: x0, y: y + GRID, w: Math.max(1, x1 - x0), h: GRID_H, fill });
  };
  for (const o of others) block(o.base, o.base + o.size, o.owner === undefined ? 'vma2' : 'vma');
  block(bar.base, home.to, 'ink');
  for (const tick of ticks(row))
    s.marks.push({
      kind: 'path',
      points: [
        [px(tick), y + GRID - 3],
        [px(tick), y + GRID + GRID_H + 3],
      ],
      stroke: 'mut',
      strokeWidth: 1.5,
    });
  s.hits.push({
    x: left,
    y: y + GRID - 4,
    w: x + w - left,
    h: GRID_H + 8,
    lines: [`Ticks at the multiples of ${formatSize(step)}, on the scale of the BAR`, ...barLines(bar)],
  });
};

const gridStep = (size: number): number => 2 ** Math.ceil(Math.log2(size));

/** The multiples of the BAR's size that the scale under the row shows. */
const ticks = ({ input, x, w, home }: Row): readonly number[] => {
  const step = gridStep(input.scenario.device.bar.size);
  const perByte = home.w / (home.to - home.from);
  const from = Math.max(0, Math.ceil((home.from - (home.x - x) / perByte) / step));
  const to = Math.floor((home.from + (x + w - home.x) / perByte) / step);
  // A BAR of many ranges has a narrow first one, and the scale is short of room for few multiples only.
  return Array.from({ length: Math.min(64, Math.max(0, to - from + 1)) }, (_, i) => (from + i) * step);
};

const drawTrueScale = (row: Row): void => {
  const { s, input, x, y, w, known, home } = row;
  const { bar, others } = input.scenario.device;
  const top = y + TRUE;
  const px = (phys: number): number => x + (phys / known.top) * w;
  trapezoid(
    s,
    { y: y + GRID + GRID_H + 1, x0: home.x, x1: home.x + home.w },
    { y: top, x0: px(home.from), x1: Math.max(px(home.to), px(home.from) + 1) },
  );
  s.marks.push({ kind: 'rect', x, y: top, w, h: TRUE_H, fill: 'gap', stroke: 'line' });
  const block = (from: number, size: number, least: number) => {
    const bw = Math.max(least, (size / known.top) * w);
    return { x: Math.min(px(from), x + w - bw), w: bw };
  };
  for (const v of known.windows)
    s.marks.push({
      kind: 'rect',
      ...block(v.base, v.size, 3),
      y: top,
      h: TRUE_H,
      fill: 'bg',
      stroke: 'dim',
      strokeWidth: 1,
    });
  for (const o of others)
    s.marks.push({
      kind: 'rect',
      ...block(o.base, o.size, 2),
      y: top,
      h: TRUE_H,
      fill: o.owner === undefined ? 'vma2' : 'vma',
    });
  for (const m of row.pieces)
    if (m.kind === 'mine')
      s.marks.push({
        kind: 'rect',
        ...block(m.from, m.to - m.from, LEAST),
        y: top - 1,
        h: TRUE_H + 2,
        fill: 'ink',
      });
  s.hits.push({
    x,
    y: top - 2,
    w,
    h: TRUE_H + 4,
    lines: [`Physical addresses up to ${formatSize(known.top)}, true scale`, ...barLines(bar)],
  });
};

/** Everything in words under the row: addresses, what is wrong, how the BAR is aligned. */
const drawWords = (row: Row): void => {
  const { s, input, x, y, w, known, home, labels } = row;
  const { bar, ranges } = input.scenario.device;
  const line = y + LINE;
  const title = y + TITLE;
  const titleW = labels.put([{ text: 'Physical address space', x, y: title }], {
    size: 12.5,
    weight: 600,
    ink: 'ink',
  })?.w;

  // The two ends of the BAR, pushed apart where it is narrow.
  const mono = { size: 11, mono: true } as const;
  const [a, b] = [formatAddress(home.from), formatAddress(home.to)];
  const aw = s.measure(a, mono);
  // Among several stretches an end that is pushed out would seem to be another one's.
  const ended =
    row.pieces.filter(p => p.kind === 'mine').length === 1 || aw + s.measure(b, mono) + 10 <= home.w;
  const bw = ended ? s.measure(b, mono) : 0;
  const ax = Math.min(Math.max(x, home.x), x + w - aw - bw - 10);
  labels.put([{ text: a, x: ax, y: line }], { ...mono, ink: 'ink' });
  const bx = Math.max(ax + aw + 10, home.x + home.w - bw);
  if (ended) labels.put([{ text: b, x: bx, y: line }], { ...mono, ink: 'ink' });
  for (const p of row.pieces)
    if (p.kind === 'mine' && p !== home)
      labels.put([{ text: formatAddress(p.from), x: p.x, y: line }], { ...mono, ink: 'ink' });

  /** Beside the addresses, nearest first, else on the line of the title. */
  const say = (texts: readonly string[], ink: 'red' | 'mut'): void => {
    const before = ink === 'red' ? 14 : 0;
    const spots = texts.flatMap((text): readonly Spot[] => [
      { text, x: bx + bw + 14, y: line, before },
      { text, x: ax - 14, y: line, align: 'end', before },
      { text, x, y: line, before },
      { text, x: x + w, y: line, align: 'end', before },
      { text, x: x + (titleW ?? 0) + 16, y: title, before },
    ]);
    const box = labels.put(spots, { size: 11.5, weight: ink === 'red' ? 600 : 400, ink });
    if (box && ink === 'red') cross(s, box.x + 5, box.y + box.h / 2, 4);
  };
  const { clash, cutBy } = known;
  if (clash.length > 0) {
    const names = clash.slice(0, 3).map(barName).join(', ');
    const rest = clash.length > 3 ? ` and ${clash.length - 3} more` : '';
    say([`overlaps ${names}${rest}`, `overlaps ${clash.length} other BARs`, 'overlaps'], 'red');
  }
  if (cutBy)
    say(
      [
        `reaches past its bridge window of ${formatSize(cutBy.size)}: no bridge passes that on`,
        'reaches past its bridge window',
        'past its window',
      ],
      'red',
    );
  const size = formatSize(bar.size);
  const where = barAlignment(bar);
  switch (where) {
    case 'natural':
      if (ranges.length === 0) say([`aligned to its size, ${size}`, `aligned to ${size}`], 'mut');
      break;
    case 'off':
      say(
        [
          `not a multiple of its size, ${size}: no ordinary PCI BAR can be here`,
          'not a multiple of its size: no ordinary PCI BAR',
          'not a multiple of its size',
          'off its size',
        ],
        'red',
      );
      break;
    case 'odd':
      say(['its size is no power of two, so no PCI BAR register holds it', 'size no power of two'], 'mut');
  }

  const note = `${formatSize(known.top)}, true scale`;
  labels.put(
    [
      { text: `${note}: BAR ${bar.index} is ${size} of it`, x: x + w, y: title, align: 'end' },
      { text: note, x: x + w, y: title, align: 'end' },
    ],
    { size: 11.5, ink: 'mut' },
  );
  const perByte = home.w / (home.to - home.from);
  const tickSpots = (text: string, mid: number): readonly Spot[] => [
    { text, x: mid, y: line, align: 'middle' },
    { text, x: Math.max(x, mid - 6), y: line },
    { text, x: Math.min(x + w, mid + 6), y: line, align: 'end' },
  ];
  for (const tick of ticks(row))
    if (tick !== home.from && tick !== home.to)
      labels.put(tickSpots(formatAddress(tick), home.x + (tick - home.from) * perByte), {
        size: 10,
        mono: true,
        ink: 'mut',
      });
};
