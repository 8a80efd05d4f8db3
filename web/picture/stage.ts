import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { Mark } from '../draw/marks.ts';
import { type Viewport, viewportOf } from '../draw/viewport.ts';
import { cross, fitText, pill, trapezoid, triangle, write, zigzag } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';
import { drawZipper } from './zipper.ts';

/** The size of the stage's picture in its own pixels; it is shown {@link STAGE_FACTOR} times as large. */
export const STAGE_SIZE = { width: 690, height: 250 } as const;
/** Enlarges the picture to its part of a canvas of 1920 by 1080: text of 11 becomes one of 28.6, the least that a hall reads. */
export const STAGE_FACTOR = 2.6;
/** The most words that a picture on stage may have. */
export const STAGE_LABELS = 12;

const SMALL = 11;
const BANDS = { hop: 15, row: 27, rowH: 24, zip: 72, jaw: 29, leaves: 34, lane: 30 } as const;
/** The middle of the row, where the hole that a policy leaves is named. */
const HOLE_Y = BANDS.row + BANDS.rowH / 2;
/** Gaps that were passed over have a place of their own up to this many. */
const MOST_CROSSES = 4;

/**
 * A scene for a hall, as a draw list: the search, the zipper with its two largest sizes, the BAR. A pure function of
 * what is given. Everything is named once at most, and in letters of {@link SMALL} or more.
 */
export const drawStage = (
  input: Pick<PictureInput, 'scenario' | 'solution' | 'search' | 'comb' | 'measure'> & Blind,
): readonly Mark[] => {
  const s: Sheet = { marks: [], hits: [], measure: input.measure };
  const { blind = false } = input;
  const { device } = input.solution;
  // Room for the names of the jaws on the left, and for the heads of the outer teeth on the right.
  const x = 26;
  const w = STAGE_SIZE.width - x - 7;
  const block = drawRow(s, input, x, w);
  if (device === undefined) return s.marks;
  const b = BANDS;
  const paY = b.zip + b.jaw + b.leaves + b.lane;
  const zipper: Sheet = { marks: [], hits: [], measure: s.measure };
  const pane = drawZipper(
    zipper,
    {
      crosshair: undefined,
      pane: undefined,
      viewport: closer(device),
      most: 2,
      alone: true,
      comb: blind ? onItsWay(input.comb) : input.comb,
      few: true,
    },
    blind ? { ...device, leaves: [], units: [] } : device,
    x,
    w,
    {
      titleY: b.zip - 9,
      vaY: b.zip,
      jawH: b.jaw,
      leavesY: b.zip + b.jaw + 2,
      leavesH: b.leaves - 4,
      laneH: b.lane,
      paY,
      verdictY: blind ? NOWHERE : paY + b.jaw + 12,
    },
  );
  const { length, toX } = inBlock(device, block);
  trapezoid(
    s,
    { y: b.row + b.rowH, x0: toX(Math.max(pane.from, 0)), x1: toX(Math.min(pane.to, length)) },
    { y: b.zip, x0: pane.x0, x1: pane.x1 },
  );
  s.marks.push(...(blind ? zipper.marks.filter(m => !isNowhere(m)) : zipper.marks));
  for (const [text, y] of [
    ['VA', b.zip + b.jaw / 2],
    ['PA', paY + b.jaw / 2],
  ] as const)
    write(s, { x: 0, y, text, size: 13, weight: 700, ink: 'ink', halo: 'bg' });
  drawBar(s, input, device, x, w, paY + b.jaw + 29, pane);
  // What was left free above the mapping is the first thing that a hall can do without.
  return s.marks.filter(m => m.kind === 'text').length <= STAGE_LABELS
    ? s.marks
    : s.marks.filter(m => !(m.kind === 'text' && m.ink === 'mut' && m.y === HOLE_Y));
};

/** A comb on its way neither meets nor misses: that is how one looks of which nothing is told yet. */
const onItsWay = (comb: PictureInput['comb']): NonNullable<PictureInput['comb']> => ({
  delta: comb?.delta ?? 0,
  done: comb?.done || Number.MIN_VALUE,
});

/** Where a verdict is put that is not to be seen, far above the picture. */
const NOWHERE = -1e4;
const isNowhere = (m: Mark): boolean => {
  const y = m.kind === 'path' ? m.points[0]?.[1] : m.kind === 'hop' ? m.from[1] : m.y;
  return y !== undefined && y < NOWHERE / 2;
};

/** Blocks that the first pane shows of a mapping with more of them than a hall can count. */
const MOST_BLOCKS = 10;
const FEW_BLOCKS = 5;

/**
 * The end of a mapping that is shorter than the largest leaf, as many blocks of the next as can be seen; undefined
 * where the zipper's own choice shows blocks of the largest one, or all of the mapping's.
 */
const closer = (device: DeviceAnswer): Viewport | undefined => {
  const length = device.mapping.end - device.mapping.start;
  const sizes = device.why.map(w => w.size as number);
  if (sizes.some(size => size > length / MOST_BLOCKS && size <= length)) return undefined;
  const size = Math.max(0, ...sizes.filter(s => s <= length));
  if (size === 0 || size === Math.max(...sizes)) return undefined;
  return viewportOf({ from: length - size * FEW_BLOCKS, to: length });
};

interface Blind {
  /** The combs alone, before anybody is told which leaves fit: neither leaves nor distances nor verdicts. */
  readonly blind?: boolean;
}

interface Span {
  readonly x0: number;
  readonly x1: number;
}

const inBlock = (device: DeviceAnswer, { x0, x1 }: Span) => {
  const length = device.mapping.end - device.mapping.start;
  return { length, toX: (offset: number): number => x0 + (offset / length) * (x1 - x0) };
};

/** The mapping's leaves as they lie in it, in a frame. */
const drawMapping = (
  s: Sheet,
  device: DeviceAnswer | undefined,
  { x0, x1 }: Span,
  y: number,
  h: number,
): void => {
  const frame = { kind: 'rect', x: x0, y, w: x1 - x0, h, stroke: 'ink', strokeWidth: 1.6 } as const;
  if (device === undefined) {
    s.marks.push({ ...frame, fill: 'vma2' });
    return;
  }
  const { toX } = inBlock(device, { x0, x1 });
  s.marks.push({ ...frame, fill: 'bg' });
  for (const run of device.units as readonly LeafRun[]) {
    const from = toX(run.va - device.mapping.start);
    const to = toX(run.va - device.mapping.start + run.size * run.count);
    s.marks.push({
      kind: 'leaves',
      leaf: run.kind,
      x: from,
      y: y + 1,
      w: Math.max(1.5, Math.min(to, x1) - from),
      h: h - 2,
      first: from,
      pitch: (to - from) / run.count,
      corrupt: run.corrupt,
    });
  }
  s.marks.push(frame);
};

/** The address space around the search, not to scale: what was passed over, what was left, where it landed. */
const drawRow = (
  s: Sheet,
  { scenario, solution, search, blind }: Pick<PictureInput, 'scenario' | 'solution' | 'search'> & Blind,
  x: number,
  w: number,
): Span => {
  const { row, rowH, hop } = BANDS;
  const { placement, device } = solution;
  const right = x + w;
  s.marks.push({ kind: 'rect', x, y: row, w, h: rowH, fill: 'gap', stroke: 'line' });
  zigzag(s, x + 14, row, rowH);
  const passed = search === undefined ? 0 : Math.min(search.passedCount, MOST_CROSSES);
  const unit = 27;
  // From mmap_base down: mappings with a gap before each but the first, all of one width.
  const wall: { readonly x: number; readonly gap: boolean }[] = [];
  let at = right - unit;
  const cells = search === undefined ? 3 : passed * 2 + 1;
  for (let i = 0; i < cells; i++) {
    wall.push({ x: at, gap: i % 2 === 1 });
    at -= unit;
  }
  const free = at + unit;
  for (const cell of wall)
    s.marks.push({
      kind: 'rect',
      x: cell.x + (cell.gap ? 0 : 0.8),
      y: row,
      w: unit - (cell.gap ? 0 : 1.6),
      h: rowH,
      fill: cell.gap && search !== undefined ? 'gap' : 'vma',
    });
  const skipped =
    placement.ok && search?.taken !== undefined ? Math.max(0, search.taken.edge - placement.end) : 0;
  const hole = skipped > 0 && search?.topDown === true ? 78 : 0;
  const block = { x0: x + 96, x1: Math.min(free - hole - 1, x + 440) };
  if (placement.ok) {
    drawMapping(s, blind ? undefined : device, block, row, rowH);
    const text = `new VMA at ${formatAddress(placement.start)}`;
    const style = { size: SMALL, weight: 600, mono: true, ink: 'ink' } as const;
    const room = block.x1 - block.x0 - 24;
    const short = [text, formatAddress(placement.start)].find(t => s.measure(t, style) + 18 < room);
    if (short !== undefined) pill(s, (block.x0 + block.x1) / 2, row + rowH / 2, short, style);
    if (hole > 0) {
      s.marks.push({
        kind: 'rect',
        x: block.x1 + 1.5,
        y: row + 1,
        w: free - block.x1 - 3,
        h: rowH - 2,
        stroke: 'dim',
        strokeWidth: 1.4,
        dash: [4, 3],
      });
      const words = [`${formatSize(skipped)} left free`, formatSize(skipped)].find(
        t => s.measure(t, { size: SMALL }) + 6 < free - block.x1,
      );
      if (words !== undefined)
        write(s, {
          x: (block.x1 + free) / 2,
          y: HOLE_Y,
          text: words,
          size: SMALL,
          ink: 'mut',
          align: 'middle',
        });
    }
  }
  drawHops(
    s,
    { scenario, solution, search },
    wall.filter(c => c.gap).map(c => c.x + unit / 2),
    {
      right,
      free,
      hop,
      block,
    },
  );
  return block;
};

/** The search over the row: from its limit over the gaps that were too small. */
const drawHops = (
  s: Sheet,
  { scenario, solution, search }: Pick<PictureInput, 'scenario' | 'solution' | 'search'>,
  stops: readonly number[],
  at: { readonly right: number; readonly free: number; readonly hop: number; readonly block: Span },
): void => {
  const { placement, prepared } = solution;
  const y = at.hop + 8;
  const style = { size: SMALL, weight: 600 } as const;
  if (search === undefined) {
    if (!placement.ok) return;
    const words =
      placement.by === 'hint'
        ? `the hint is free: no search`
        : placement.by === 'fixed'
          ? 'MAP_FIXED: no search'
          : '';
    if (words !== '') write(s, { x: at.block.x0, y: at.hop - 4, text: words, ...style, ink: 'ink' });
    return;
  }
  s.marks.push({
    kind: 'path',
    points: [
      [at.right - 1, at.hop],
      [at.right - 1, BANDS.row + BANDS.rowH],
    ],
    stroke: 'ink',
    strokeWidth: 2,
  });
  let from = at.right - 1;
  const hop = (to: number, rise: number): void => {
    s.marks.push({ kind: 'hop', from: [from, y], to: [to, y], rise, stroke: 'ink', strokeWidth: 1.6 });
    from = to;
  };
  for (const stop of stops) hop(stop, 7);
  if (search.taken !== undefined) {
    hop(at.free - 2, 7);
    triangle(s, at.free - 2, y + 2, 4, 'down', 'ink');
  }
  for (const stop of stops) cross(s, stop, y, 4.5);
  const name = search.topDown && search.high === prepared.mm.space.layout.mmapBase ? 'mmap_base' : 'search';
  const nameW = write(s, { x: at.right, y: at.hop - 9, text: name, ...style, ink: 'ink', align: 'end' });
  if (search.passedCount === 0) return;
  const many = `${formatCount(search.passedCount)} ${search.passedCount === 1 ? 'gap' : 'gaps'} too small`;
  const whole = `${many} for ${formatSize(search.needed)}`;
  const room = at.right - nameW - 14 - at.block.x0;
  const text = fitText(s, [whole, many].find(t => s.measure(t, style) < room) ?? many, room, style);
  const exact = search.needed === scenario.request.length;
  write(s, {
    x: at.right - nameW - 14,
    y: at.hop - 9,
    text: exact ? (s.measure(many, style) < room ? many : text) : text,
    ...style,
    ink: 'red',
    align: 'end',
  });
};

/** The BAR with what of it is mapped, and its edges up to the part that the first pane shows. */
const drawBar = (
  s: Sheet,
  { scenario, blind }: Pick<PictureInput, 'scenario'> & Blind,
  device: DeviceAnswer,
  x: number,
  w: number,
  y: number,
  pane: { readonly x0: number; readonly x1: number; readonly from: number; readonly to: number },
): void => {
  const h = 22;
  const { bar } = scenario.device;
  const { mapping } = device;
  const length = mapping.end - mapping.start;
  s.marks.push({ kind: 'rect', x, y, w, h, fill: 'gap', stroke: 'line' });
  zigzag(s, x + 14, y, h);
  zigzag(s, x + w - 14, y, h);
  const x0 = x + 60;
  const x1 = x + w - 60;
  const within = mapping.pa >= bar.base && mapping.pa + length <= bar.base + bar.size;
  const from = within ? x0 + ((mapping.pa - bar.base) / bar.size) * (x1 - x0) : x0;
  const to = within ? from + Math.max((length / bar.size) * (x1 - x0), 2) : x1;
  s.marks.push({ kind: 'rect', x: x0, y, w: x1 - x0, h, fill: 'vma2' });
  const part = { x0: from, x1: Math.min(to, x1) };
  drawMapping(s, blind ? undefined : device, part, y, h);
  const { toX } = inBlock(device, part);
  trapezoid(
    s,
    { y: y - 8, x0: pane.x0, x1: pane.x1 },
    { y, x0: toX(Math.max(pane.from, 0)), x1: toX(Math.min(pane.to, length)) },
  );
  pill(s, (x0 + x1) / 2, y + h / 2, `BAR ${bar.index} at ${formatAddress(bar.base)}`, {
    size: SMALL,
    weight: 600,
    mono: true,
    ink: 'ink',
  });
};
