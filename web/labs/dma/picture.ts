import type { LeafKind } from '../../../src/arch/arch.ts';
import type { IommuRun } from '../../../src/dma/pgsize.ts';
import type { LeafRun } from '../../../src/leaves/runs.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { alignUp, mod } from '../../../src/units.ts';
import type { Ink, Mark, Measure } from '../../draw/marks.ts';
import type { Scale } from '../../draw/scale.ts';
import { viewportOf, viewportScale } from '../../draw/viewport.ts';
import type { Pane } from '../../picture/panes.ts';
import { check, cross, fitText, pill, write } from '../../picture/sheet.ts';
import { clampTo, drawDistances, drawTeeth, teethOf } from '../../picture/teeth.ts';
import type { Sheet } from '../../picture/types.ts';
import { type RampBounds, rampOf } from './answer.ts';

/** What the picture of one VFIO_IOMMU_MAP_DMA is drawn from. Bytes and CSS pixels. */
export interface DmaPictureInput {
  readonly width: number;
  readonly measure: Measure;
  readonly bounds: RampBounds;
  readonly length: number;
  readonly iova: number;
  readonly va: number;
  /** undefined: ordinary memory, whose folios of `folio` bytes lie apart, each at a multiple of its size. */
  readonly pa: number | undefined;
  readonly folio: number;
  readonly iommu: readonly IommuRun[];
  readonly cpu: readonly LeafRun[];
  /** Sizes that have combs: of the IOMMU against the physical side, and of the CPU, largest first. */
  readonly iommuTeeth: readonly number[];
  readonly cpuTeeth: readonly number[];
  /** The errno, where there is nothing in the IOMMU's table. */
  readonly refused: string | undefined;
  /** The byte of the mapping that the crosshair is at. */
  readonly at: number | undefined;
  /** For a hall: so high, in few words, with room for two numbers on the right. */
  readonly hall?: number;
}

/** A draw list, its height, and where along it which byte lies. */
export interface DmaPicture {
  readonly marks: readonly Mark[];
  readonly height: number;
  /** The byte of the mapping at a horizontal position; undefined beside it. */
  readonly byteAt: (px: number) => number | undefined;
  /** The middles of the IOMMU's table and of the CPU's. */
  readonly tables: readonly [iommu: number, cpu: number];
}

/** How high the rows are, and how much room is beside them. CSS pixels. */
interface Form {
  readonly jaw: number;
  readonly band: number;
  readonly lane: number;
  readonly phys: number;
  /** Above the rows, and of that for the addresses. */
  readonly top: number;
  readonly axis: number;
  readonly names: number;
  /** Room on the right. */
  readonly right: number;
  /** For a hall: each thing is named once, and in few words. */
  readonly few: boolean;
}
// A ring at the end reaches beyond the axis.
const DESK: Form = {
  jaw: 62,
  band: 48,
  lane: 30,
  phys: 74,
  top: 30,
  axis: 22,
  names: 134,
  right: 7,
  few: false,
};
/** The rows of a hall's picture fill the height they are given. */
const hallForm = (height: number): Form => {
  const lane = 34;
  const unit = (height - 2 * lane - 16) / 202;
  return {
    jaw: 40 * unit,
    band: 36 * unit,
    lane,
    phys: 50 * unit,
    top: 6,
    axis: 0,
    names: 112,
    right: 168,
    few: true,
  };
};

const VERDICT = 26;
/** From this width on the rows' names stand beside them, and the end is magnified. */
const WIDE = 560;

/** The rows from top to bottom. */
const rows = (form: Form, top: number) => {
  const { jaw, band, lane, phys: physH } = form;
  const iova = top;
  const upperBand = iova + jaw + 2;
  const upperLane = upperBand + band;
  const phys = upperLane + lane;
  const lowerLane = phys + physH;
  const lowerBand = lowerLane + lane;
  const va = lowerBand + band + 2;
  return { iova, upperBand, upperLane, phys, lowerLane, lowerBand, va, end: va + jaw };
};

/** A stretch of the mapping on the axis, with the sizes whose teeth it shows. */
interface View {
  readonly x: number;
  readonly w: number;
  readonly from: number;
  readonly to: number;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
  readonly bounds: RampBounds;
  readonly form: Form;
}

const paneOf = (view: View, size: number): Pane => {
  const viewport = viewportOf({ from: view.from, to: view.to });
  return {
    kind: rampOf(size, view.bounds),
    size,
    why: undefined,
    x: view.x,
    w: view.w,
    view: viewport,
    from: view.from,
    to: view.to,
    scale: viewportScale(viewport, view.x, view.w),
    also: [],
  };
};

/** The blocks between the teeth of one side, pale where a part lies outside the mapping. */
const drawBlocks = (
  s: Sheet,
  pane: Pane,
  base: number,
  y: number,
  h: number,
  length: number,
  label: string | undefined,
): void => {
  const fill = `${pane.kind}.fill` as const;
  const inner = teethOf(pane, pane.size, base).filter(t => t > pane.from && t < pane.to);
  const edges = [pane.from, ...inner, pane.to];
  edges.slice(0, -1).forEach((edge, i) => {
    const next = edges[i + 1] ?? pane.to;
    const from = alignUp(base + edge + 1, pane.size) - pane.size - base;
    const whole = from >= 0 && from + pane.size <= length;
    const [x0, x1] = [pane.scale.toPx(edge), pane.scale.toPx(next)];
    s.marks.push({ kind: 'rect', x: x0, y, w: x1 - x0, h, fill, alpha: whole ? 0.34 : 0.13 });
    if (label === undefined) return;
    const text = whole ? `${formatSize(pane.size)} of ${label}` : 'cut';
    if (s.measure(text, { size: 11 }) <= x1 - x0 - 14)
      write(s, { x: x0 + 8, y: y + h / 2, text, size: 11, ink: whole ? 'ink' : 'mut' });
  });
};

/** Entries of one size that follow each other, wherever they are: in an IOMMU's table or the CPU's. */
interface Band {
  readonly from: number;
  readonly size: number;
  readonly count: number;
  readonly kind: LeafKind;
}

const drawBand = (s: Sheet, view: View, runs: readonly Band[], y: number, h: number): void => {
  const scale = viewportScale(viewportOf({ from: view.from, to: view.to }), view.x, view.w);
  for (const r of inView(view, runs)) {
    const { x, w } = extent(view, scale, r);
    const pitch = (r.size / (view.to - view.from)) * view.w;
    s.marks.push({ kind: 'leaves', leaf: r.kind, x, y, w, h, first: scale.toPx(r.from), pitch });
  }
};

const inView = (view: View, runs: readonly Band[]): readonly Band[] =>
  runs.filter(r => r.from < view.to && r.from + r.size * r.count > view.from);

/** Where a run is drawn: never narrower than a hand can see. */
const extent = (view: View, scale: Scale, r: Band): { readonly x: number; readonly w: number } => {
  const x0 = Math.max(view.x, scale.toPx(r.from));
  const x1 = Math.min(view.x + view.w, scale.toPx(r.from + r.size * r.count));
  const w = Math.max(2.5, x1 - x0);
  return { x: Math.min(x0, view.x + view.w - w), w };
};

/** Size and count upon each run that is wide enough; all of them are listed beside the row. */
const labelBand = (s: Sheet, view: View, runs: readonly Band[], y: number, counted: boolean): void => {
  const scale = viewportScale(viewportOf({ from: view.from, to: view.to }), view.x, view.w);
  for (const r of inView(view, runs)) {
    const { x, w } = extent(view, scale, r);
    const text = counted ? `${formatCount(r.count)} × ${formatSize(r.size)}` : formatSize(r.size);
    const ink = `${r.kind}.text` as const;
    const style = { size: 12, weight: 600, mono: true, ink };
    if (s.measure(text, style) + 22 <= w) pill(s, x + w / 2, y, text, style);
  }
};

/** The two sides of one page table, as far as its combs say. */
interface Side {
  readonly name: string;
  /** The address of the first byte. */
  readonly base: number;
  /** Where its jaw, its band and the lane before the physical side are; the jaw lies above the band or below it. */
  readonly jawY: number;
  readonly bandY: number;
  readonly laneY: number;
  readonly above: boolean;
  readonly runs: readonly Band[];
  readonly size: number | undefined;
  /** Where its words about this size stand. */
  readonly wordsY: number;
}

/** Teeth nearer to each other than this, in pixels, are not drawn. */
const CLOSEST = 8;

/** What a size comes to on one side of the physical memory. */
interface Meeting {
  readonly size: number;
  /** From a tooth of the side to the next physical one, in [0, size). */
  readonly residue: number;
  /** A whole block of physical memory lies in the mapping. */
  readonly fits: boolean;
  /** Larger entries cover what is shown: the size meets, too, and has nothing to do. */
  readonly covered: boolean;
  /** Teeth would stand too near to each other. */
  readonly fine: boolean;
}

const isCovered = (size: number, shown: readonly Band[]): boolean =>
  shown.some(r => r.size > size) && !shown.some(r => r.size === size);

const meetingOf = (view: View, side: Side, pa: number, length: number): Meeting | undefined => {
  const { size } = side;
  if (size === undefined) return undefined;
  return {
    size,
    residue: mod(side.base - pa, size),
    fits: alignUp(pa, size) + size <= pa + length,
    covered: isCovered(size, inView(view, side.runs)),
    fine: (size / (view.to - view.from)) * view.w < CLOSEST,
  };
};

/** The jaw, the teeth of both sides, what lies between them, and whether they meet. */
const drawSide = (
  s: Sheet,
  view: View,
  side: Side,
  pa: number,
  physY: number,
  length: number,
  first: boolean,
): void => {
  const { above } = side;
  const { jaw: JAW, band: BAND, lane: LANE, phys: PHYS, few } = view.form;
  const m = meetingOf(view, side, pa, length);
  const shut = m !== undefined && m.residue === 0 && m.fits && side.runs.length > 0;
  const bandY = shut && !above ? side.bandY - LANE + 4 : side.bandY;
  const bandH = shut ? BAND + LANE - 4 : BAND;
  const toothed = m !== undefined && !m.fine;
  const pane = paneOf(view, m?.size ?? length);
  if (toothed) drawBlocks(s, pane, side.base, side.jawY, JAW, length, few ? undefined : side.name);
  else s.marks.push({ kind: 'rect', x: view.x, y: side.jawY, w: view.w, h: JAW, fill: 'gap' });
  drawBand(s, view, side.runs, bandY, bandH);
  if (toothed) {
    const alpha = m.covered ? 0.4 : 1;
    const half = PHYS / 2;
    const tips = above
      ? { side: shut ? bandY : bandY + BAND + 9, pa: shut ? bandY + bandH : physY }
      : { side: shut ? bandY + bandH : bandY - 9, pa: shut ? bandY : physY + PHYS };
    if (side.runs.length === 0) return;
    const [down, up] = above ? (['va', 'pa'] as const) : (['pa', 'va'] as const);
    drawTeeth(s, pane, pane, down, side.base, {
      h: JAW,
      reach: 1,
      alpha,
      length,
      y: side.jawY,
      tip: tips.side,
    });
    const y = above ? physY : physY + half;
    drawTeeth(s, pane, pane, up, pa, { h: half, reach: 0.5, alpha, length, y, tip: tips.pa });
    if (shut && !m.covered) drawRings(s, pane, pa, bandY + bandH / 2, length);
    if (m.residue !== 0)
      drawDistances(s, pane, side.base, m.residue, side.laneY, side.laneY + LANE, length, few);
  }
  labelBand(s, view, side.runs, bandY + bandH / 2, first);
};

/** Where teeth meet the zipper is shut. */
const drawRings = (s: Sheet, pane: Pane, pa: number, y: number, length: number): void => {
  for (const tooth of teethOf(pane, pane.size, pa))
    if (tooth >= 0 && tooth <= length)
      s.marks.push({
        kind: 'circle',
        x: clampTo(pane, pane.scale.toPx(tooth)),
        y,
        r: 4.5,
        fill: 'bg',
        stroke: `${pane.kind}.text`,
        strokeWidth: 2,
      });
};

/** Whether the teeth of a size meet, in words over or under the rows. */
const drawWords = (s: Sheet, view: View, side: Side, pa: number, length: number): void => {
  const m = meetingOf(view, side, pa, length);
  // Numbers and distances tell a hall.
  if (m === undefined || view.form.few) return;
  const y = side.wordsY;
  const style = { size: 12, weight: 600 };
  const kind = rampOf(m.size, view.bounds);
  let x =
    view.x + write(s, { x: view.x, y, text: `${formatSize(m.size)}:`, ...style, ink: `${kind}.text` }) + 12;
  if (m.residue !== 0) cross(s, x, y);
  else if (m.fits && !m.covered) check(s, x, y, `${kind}.text`);
  else x -= 14;
  x += 12;
  const words: readonly [string, Ink] =
    m.residue !== 0
      ? [`miss by ${formatSize(m.residue)}`, 'red']
      : !m.fits
        ? ['meet, but no whole block lies in it', 'mut']
        : m.covered
          ? ['covered by larger', 'mut']
          : ['meet', 'ink'];
  const room = view.x + view.w - x;
  const more = m.fine ? `${words[0]}; teeth too fine here` : words[0];
  const text = s.measure(more, style) <= room ? more : fitText(s, words[0], room, style);
  write(s, { x, y, text, ...style, ink: words[1] });
};

/** The names of the rows, beside them or, where there is no room, upon them. */
const drawNames = (
  s: Sheet,
  input: DmaPictureInput,
  r: ReturnType<typeof rows>,
  form: Form,
  wide: boolean,
): void => {
  const { jaw: JAW, band: BAND, phys: PHYS, names: NAMES } = form;
  if (form.few) {
    for (const [y, text] of [
      [r.iova + JAW / 2, 'IOVA'],
      [r.upperBand + BAND / 2, 'IOMMU leaves'],
      [r.phys + PHYS / 2, 'PA'],
      [r.lowerBand + BAND / 2, 'CPU leaves'],
      [r.va + JAW / 2, 'VA'],
    ] as const)
      write(s, { x: 0, y, text, size: 13, weight: 600, ink: 'ink' });
    return;
  }
  const name = (y: number, title: string, second: string): void => {
    if (!wide) return;
    write(s, { x: 0, y: y - (second === '' ? 0 : 8), text: title, size: 12.5, weight: 600, ink: 'ink' });
    if (second !== '')
      write(s, { x: 0, y: y + 8, text: fitText(s, second, NAMES - 8, { size: 11 }), size: 11, ink: 'mut' });
  };
  name(r.iova + JAW / 2, 'IOVA', 'the device’s');
  const sizes = (runs: Parameters<typeof listed>[0]): string => {
    const { list, short } = listed(runs);
    return s.measure(list, { size: 11 }) <= NAMES - 8 ? list : short;
  };
  name(r.upperBand + BAND / 2, 'IOMMU table', sizes(input.iommu));
  name(
    r.phys + PHYS / 2,
    'Physical',
    input.pa === undefined ? `${formatSize(input.folio)}, apart` : 'one piece',
  );
  name(r.lowerBand + BAND / 2, 'CPU page table', sizes(input.cpu));
  name(r.va + JAW / 2, 'VA', 'the program’s');
};

/** Sizes with their counts, largest first, and the same in fewer letters. */
const listed = (
  runs: readonly { readonly size: number; readonly count: number }[],
): { readonly list: string; readonly short: string } => {
  const counts = new Map<number, number>();
  for (const { size, count } of runs) counts.set(size, (counts.get(size) ?? 0) + count);
  const sorted = [...counts].sort((a, b) => b[0] - a[0]);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  return {
    list: sorted.map(([size, count]) => `${formatCount(count)} × ${formatSize(size)}`).join(', '),
    short: `${formatCount(total)} in ${sorted.length} sizes`,
  };
};

/** Addresses of the first and the last byte along a jaw. */
const drawAxis = (s: Sheet, view: View, title: string, base: number, y: number, wide: boolean): void => {
  const style = { size: 11, mono: true, ink: 'mut' } as const;
  const from = formatAddress(base + view.from);
  const to = formatAddress(base + view.to);
  const named = wide ? from : `${title} ${from}`;
  const w = write(s, { x: view.x, y, text: named, ...style });
  if (w + s.measure(to, style) + 12 <= view.w)
    write(s, { x: view.x + view.w, y, text: to, ...style, align: 'end' });
};

/** The physical side: a BAR in one piece, or folios that lie apart. */
const drawPhysical = (s: Sheet, input: DmaPictureInput, view: View, y: number, first: boolean): void => {
  const { pa, folio, length } = input;
  const { phys: PHYS, few } = view.form;
  if (pa !== undefined) {
    s.marks.push({ kind: 'rect', x: view.x, y, w: view.w, h: PHYS, fill: 'gap' });
    const text = formatAddress(pa + view.from);
    const style = { size: 11, mono: true } as const;
    if (first && !few) {
      const mid = y + PHYS / 2;
      write(s, { x: view.x + 8, y: mid, text, ...style, ink: 'ink', halo: 'bg' });
      const end = formatAddress(pa + view.to);
      if (s.measure(text, style) + s.measure(end, style) + 40 < view.w)
        write(s, {
          x: view.x + view.w - 8,
          y: mid,
          text: end,
          ...style,
          ink: 'ink',
          align: 'end',
          halo: 'bg',
        });
    }
    return;
  }
  const pitch = (folio / (view.to - view.from)) * view.w;
  s.marks.push({ kind: 'rect', x: view.x, y, w: view.w, h: PHYS, fill: 'gap' });
  if (pitch < 5) {
    s.marks.push({
      kind: 'hatch',
      x: view.x,
      y: y + PHYS / 4,
      w: view.w,
      h: PHYS / 2,
      stroke: 'vma2',
      pitch: 6,
    });
    return;
  }
  const scale = viewportScale(viewportOf({ from: view.from, to: view.to }), view.x, view.w);
  const start = Math.floor(view.from / folio) * folio;
  for (let at = start, i = Math.floor(view.from / folio); at < Math.min(view.to, length); at += folio, i++) {
    const x0 = Math.max(view.x, scale.toPx(at) + 2);
    const x1 = Math.min(view.x + view.w, scale.toPx(Math.min(at + folio, length)) - 2);
    // Higher and lower, so that the eye sees that they do not follow each other.
    const lift = (i * 7) % 3;
    const h = PHYS * 0.35;
    const top = y + PHYS * 0.19 + lift * PHYS * 0.12;
    if (x1 > x0) s.marks.push({ kind: 'rect', x: x0, y: top, w: x1 - x0, h, fill: 'vma' });
  }
};

/** Teeth that a hall can tell apart without a lens. */
const COARSE = 24;
const isCoarse = (length: number, size: number): boolean => size > 0 && length / size <= COARSE;

/** How much of the end the lens shows, in teeth. */
const LENS_TEETH = 3;

const viewsOf = (input: DmaPictureInput, form: Form, x: number, w: number): readonly View[] => {
  const { bounds, length, iommuTeeth, cpuTeeth } = input;
  const whole = (width: number): View => ({
    x,
    w: width,
    from: 0,
    to: length,
    upper: iommuTeeth[0],
    lower: cpuTeeth[0],
    bounds,
    form,
  });
  const [upper, lower] = [iommuTeeth[1], cpuTeeth[1]];
  const teeth = Math.max(upper ?? 0, lower ?? 0);
  if (form.few && isCoarse(length, Math.max(iommuTeeth[0] ?? 0, cpuTeeth[0] ?? 0))) return [whole(w)];
  if (w < WIDE - form.names - form.right || teeth === 0 || teeth * LENS_TEETH * 4 > length) return [whole(w)];
  const first = Math.round(w * 0.62);
  const lens = Math.round(w * 0.33);
  return [
    whole(first),
    { ...whole(lens), x: x + w - lens, from: length - teeth * LENS_TEETH, to: length, upper, lower },
  ];
};

/**
 * The picture of the lab: IOVA, physical memory and VA as rulers over one axis, with the entries of the IOMMU's table
 * between the first two and those of the CPU's between the last. Combs are as in the zipper: where teeth of a size
 * meet, an entry of that size fits; where they miss, the distance is written down. A pure function of its input.
 */
export const drawDma = (input: DmaPictureInput): DmaPicture => {
  const s: Sheet = { marks: [], hits: [], measure: input.measure };
  const form = input.hall === undefined ? DESK : hallForm(input.hall);
  const { band: BAND, top: TOP, axis: AXIS } = form;
  const wide = input.width >= WIDE;
  const x = wide ? form.names : 6;
  const w = Math.max(60, input.width - x - form.right);
  const r = rows(form, TOP + AXIS);
  const height = r.end + (form.few ? 0 : AXIS + VERDICT);
  const views = viewsOf(input, form, x, w);
  // Folios lie at multiples of their size, so that 0 stands for each of them.
  const pa = input.pa ?? 0;
  const [first, lens] = views;
  if (first && lens) {
    const scale = viewportScale(viewportOf({ from: 0, to: input.length }), first.x, first.w);
    const x0 = scale.toPx(lens.from);
    trapezoidRight(s, first.x + first.w, Math.min(x0, first.x + first.w - 1), lens, r, BAND);
  }
  views.forEach((view, i) => {
    const upper: Side = {
      name: 'IOVA',
      base: input.iova,
      jawY: r.iova,
      bandY: r.upperBand,
      laneY: r.upperLane,
      above: true,
      runs: input.iommu.map(run => ({
        from: run.iova - input.iova,
        size: run.size,
        count: run.count,
        kind: rampOf(run.size, input.bounds),
      })),
      size: view.upper,
      wordsY: TOP - 16,
    };
    const lower: Side = {
      name: 'VA',
      base: input.va,
      jawY: r.va,
      bandY: r.lowerBand,
      laneY: r.lowerLane,
      above: false,
      runs: input.cpu.map(run => ({
        from: run.va - input.va,
        size: run.size,
        count: run.count,
        kind: run.kind,
      })),
      size: view.lower,
      wordsY: r.end + AXIS + 12,
    };
    drawPhysical(s, input, view, r.phys, i === 0);
    drawSide(s, view, upper, pa, r.phys, input.length, i === 0);
    drawSide(s, view, lower, pa, r.phys, input.length, i === 0);
    drawWords(s, view, upper, pa, input.length);
    drawWords(s, view, lower, pa, input.length);
    if (form.few) {
      // The rows are named; where they lie is for a desk.
    } else if (i === 0 || !wide) {
      drawAxis(s, view, 'IOVA', input.iova, r.iova - 11, wide);
      drawAxis(s, view, 'VA', input.va, r.end + 11, wide);
    } else {
      const text = `last ${formatSize(view.to - view.from)}`;
      write(s, { x: view.x, y: r.iova - 11, text, size: 11, ink: 'mut' });
      write(s, { x: view.x, y: r.end + 11, text, size: 11, ink: 'mut' });
    }
    if (input.refused !== undefined && i === 0) {
      const y = r.upperBand + BAND / 2;
      cross(s, view.x + 12, y);
      write(s, { x: view.x + 24, y, text: input.refused, size: 12, weight: 600, ink: 'red' });
    }
    drawCrosshair(s, input, view, r);
  });
  drawNames(s, input, r, form, wide);
  const byteAt = (px: number): number | undefined => {
    const view = views.find(v => px >= v.x && px <= v.x + v.w);
    if (view === undefined) return undefined;
    const at = Math.floor(view.from + ((px - view.x) / view.w) * (view.to - view.from));
    return Math.min(Math.max(at, 0), input.length - 1);
  };
  return { marks: s.marks, height, byteAt, tables: [r.upperBand + BAND / 2, r.lowerBand + BAND / 2] };
};

const drawCrosshair = (s: Sheet, input: DmaPictureInput, view: View, r: ReturnType<typeof rows>): void => {
  if (input.at === undefined || input.at < view.from || input.at >= view.to) return;
  const px = view.x + ((input.at - view.from) / (view.to - view.from)) * view.w;
  s.marks.push({
    kind: 'path',
    points: [
      [px, r.iova],
      [px, r.end],
    ],
    stroke: 'ink',
    strokeWidth: 1.2,
    dash: [2, 3],
  });
};

/** The end of the first stretch, magnified into the second: both tables at once. */
const trapezoidRight = (
  s: Sheet,
  edge: number,
  from: number,
  lens: View,
  r: ReturnType<typeof rows>,
  band: number,
): void => {
  for (const [top, bottom] of [
    [r.upperBand, r.upperBand + band],
    [r.lowerBand, r.lowerBand + band],
  ] as const) {
    const points = [
      [edge, top],
      [lens.x, top - 16],
      [lens.x, bottom + 16],
      [edge, bottom],
    ] as const;
    s.marks.push({ kind: 'path', points, close: true, fill: 'trap' });
    for (const [a, b] of [
      [points[0], points[1]],
      [points[3], points[2]],
    ] as const)
      s.marks.push({ kind: 'path', points: [a, b], stroke: 'dim', strokeWidth: 1, alpha: 0.8 });
    if (edge - from > 4)
      s.marks.push({
        kind: 'rect',
        x: from,
        y: top,
        w: edge - from,
        h: bottom - top,
        stroke: 'dim',
        dash: [3, 3],
      });
  }
};
