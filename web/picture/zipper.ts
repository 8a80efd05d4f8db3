import type { ContiguousHint } from '../../src/arch/arch.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { mod } from '../../src/units.ts';
import type { Viewport } from '../draw/viewport.ts';
import { type Pane, panesOf, type Standing, standingOf, type Teeth, teethSizes } from './panes.ts';
import { write } from './sheet.ts';
import { clampTo, drawAxis, drawDistances, drawJaw, drawTeeth, teethOf } from './teeth.ts';
import type { PictureInput, Sheet } from './types.ts';
import { type Beside, drawBeside, drawLeaves, labelLeaves, pointOut } from './zipperLeaves.ts';
import { drawVerdict } from './zipperVerdict.ts';

/** Vertical bands of the zipper. */
export interface ZipperBands {
  readonly titleY: number;
  readonly vaY: number;
  readonly jawH: number;
  readonly leavesY: number;
  readonly leavesH: number;
  readonly laneH: number;
  readonly paY: number;
  readonly verdictY: number;
}

/** What the zipper looks at besides the answer itself. */
export interface ZipperInput extends Pick<PictureInput, 'crosshair' | 'pane' | 'comb'> {
  /** Draw so many panes, those of the largest sizes; undefined: one a size. */
  readonly most?: number;
  /** The panes are about their own size and no other. */
  readonly alone?: boolean;
  /** Blocks that the architecture can mark contiguous: they have a comb too. */
  readonly contiguous?: readonly ContiguousHint[];
  /** What the first pane shows; undefined: the mapping. */
  readonly viewport?: Viewport | undefined;
  /** What lies beside the mapping, in VA and in PA, as far as a range shows it: asked only where it is drawn. */
  readonly beside?: (range: { readonly from: number; readonly to: number }, px: number) => Beside;
  /** Addresses along the first pane. */
  readonly axis?: boolean;
  /** For a hall: each thing is named once, and in few words. */
  readonly few?: boolean;
}

/** Where the first pane of the zipper lies and what it shows. */
export interface FirstPane {
  readonly x0: number;
  readonly x1: number;
  readonly from: number;
  readonly to: number;
  readonly view: Viewport | undefined;
}

/** Draws the zipper and gives the horizontal extent of its first pane. */
export const drawZipper = (
  s: Sheet,
  input: ZipperInput,
  device: DeviceAnswer,
  x: number,
  w: number,
  bands: ZipperBands,
): FirstPane => {
  const { mapping } = device;
  const length = mapping.end - mapping.start;
  const all = panesOf(teethSizes(device, input.contiguous), length, input, x, w);
  const panes = input.alone === true ? all.map(pane => ({ ...pane, also: [] })) : all;
  panes.forEach((pane, i) => {
    const before = panes[i - 1];
    if (before) drawLens(s, before, pane, bands);
  });
  panes.forEach((pane, i) => {
    drawPane(s, input, device, pane, bands, i === 0);
  });
  const first = panes[0];
  return first
    ? { x0: first.x, x1: first.x + first.w, from: first.from, to: first.to, view: first.view }
    : { x0: x, x1: x + w, from: 0, to: length, view: undefined };
};

/** The lens between two panes: the end of the left one, magnified. */
const drawLens = (s: Sheet, left: Pane, right: Pane, b: ZipperBands): void => {
  const x0 = Math.min(left.x + left.w, Math.max(left.x, left.scale.toPx(right.to)));
  const x1 = Math.min(x0, Math.max(left.x, left.scale.toPx(right.from)));
  s.marks.push({
    kind: 'path',
    points: [
      [x0, b.leavesY + 2],
      [right.x, b.vaY],
      [right.x, b.paY + b.jawH],
      [x0, b.leavesY + b.leavesH - 2],
    ],
    close: true,
    fill: 'trap',
  });
  for (const [from, to] of [
    [b.leavesY + 2, b.vaY],
    [b.leavesY + b.leavesH - 2, b.paY + b.jawH],
  ] as const)
    s.marks.push({
      kind: 'path',
      points: [
        [x0, from],
        [right.x, to],
      ],
      stroke: 'dim',
      strokeWidth: 1,
      alpha: 0.8,
    });
  // What is magnified, where that is more than a line.
  if (x0 - x1 > 4)
    s.marks.push({
      kind: 'rect',
      x: x1,
      y: b.leavesY + 1,
      w: x0 - x1,
      h: b.leavesH - 2,
      stroke: 'dim',
      dash: [3, 3],
    });
};

const drawPane = (
  s: Sheet,
  input: ZipperInput,
  device: DeviceAnswer,
  pane: Pane,
  b: ZipperBands,
  first: boolean,
): void => {
  const { mapping } = device;
  const length = mapping.end - mapping.start;
  const residue = mod(mapping.start - mapping.pa, pane.size);
  const meet = residue === 0;
  const standing = standingOf(pane, device);
  const dimmed = standing.kind === 'covered';
  const alpha = dimmed ? 0.4 : 1;
  const moving = input.comb !== undefined && input.comb.done !== 0;
  /** The VA behind offset 0 as the comb has it: of all ways to the new start the shortest for these teeth. */
  const vaOf = (t: Teeth): number => {
    if (input.comb === undefined) return mapping.start;
    const way = mod(input.comb.delta, t.size);
    return mapping.start + (way > t.size / 2 ? way - t.size : way) * input.comb.done;
  };

  drawTitle(s, pane, b, first, length, input);

  // The leaves reach into the lane where the teeth meet: the zipper is shut.
  const shut = meet && !moving && (standing.kind === 'fits' || dimmed);
  const bandY = b.leavesY;
  const bandH = shut ? b.leavesH + b.laneH - 4 : b.leavesH;

  drawJaw(s, pane, 'va', vaOf(pane), b.vaY, b.jawH, alpha, length, input.few);
  drawJaw(s, pane, 'pa', mapping.pa, b.paY, b.jawH, alpha, length, input.few);
  if (first && input.beside !== undefined && (pane.from < 0 || pane.to > length))
    drawBeside(s, input.beside(pane, pane.w), pane, b);
  drawLeaves(s, pane, device, bandY, bandH);
  for (const t of [pane, ...pane.also].sort((p, q) => p.size - q.size)) {
    const own = t.size === pane.size;
    const tips = own
      ? { va: shut ? bandY : bandY + bandH + 9, pa: shut ? bandY + bandH : b.paY }
      : { va: bandY - 2, pa: bandY + bandH + (shut ? 2 : b.laneH - 2) };
    // Larger sizes reach further into their jaw, so that combs upon each other can be told apart.
    const reach = own || t.size > pane.size ? 1 : t.size * 8 >= pane.size ? 0.6 : 0.32;
    drawTeeth(s, pane, t, 'va', vaOf(t), { y: b.vaY, h: b.jawH, tip: tips.va, reach, alpha, length });
    drawTeeth(s, pane, t, 'pa', mapping.pa, { y: b.paY, h: b.jawH, tip: tips.pa, reach, alpha, length });
  }
  // Over the teeth, under the figures.
  if (input.crosshair !== undefined && input.crosshair >= pane.from && input.crosshair < pane.to) {
    const cx = pane.scale.toPx(input.crosshair);
    s.marks.push({
      kind: 'path',
      points: [
        [cx, b.vaY],
        [cx, b.paY + b.jawH],
      ],
      stroke: 'ink',
      strokeWidth: 1.2,
      dash: [2, 3],
    });
  }
  if (moving) {
    // On its way the comb neither meets nor misses.
  } else if (meet) {
    // On a stage only the first pane has room for rings: in a lens they would strike the words through.
    if (standing.kind === 'fits' && pane.kind !== 'pte' && (first || !input.few))
      for (const tooth of teethOf(pane, pane.size, mapping.start))
        if (tooth >= 0 && tooth <= length)
          s.marks.push({
            kind: 'circle',
            x: clampTo(pane, pane.scale.toPx(tooth)),
            y: bandY + bandH / 2,
            r: 4.5,
            fill: 'bg',
            stroke: `${pane.kind}.text`,
            strokeWidth: 2,
          });
  } else drawDistances(s, pane, mapping.start, residue, bandY + bandH, b.paY, length, input.few);
  if (first && input.axis) {
    drawAxis(s, pane, input.contiguous ?? [], vaOf(pane), b.vaY, 'va');
    drawAxis(s, pane, input.contiguous ?? [], mapping.pa, b.paY + b.jawH, 'pa');
  }
  labelLeaves(s, pane, device, bandY, bandH, first, input.few);
  if (first) pointOut(s, pane, length, bandY);
  if (!pane.overview) drawVerdicts(s, pane, device, standing, residue, b.verdictY, input.few);

  const hit = { x: pane.x, w: pane.w, offsetAt: (px: number) => pane.scale.toValue(px) };
  const range = { from: pane.from, to: pane.to };
  s.hits.push(
    first
      ? { ...hit, y: b.vaY, h: b.paY + b.jawH - b.vaY, drag: 'pan', pane: pane.view }
      : { ...hit, y: b.vaY, h: b.paY + b.jawH - b.vaY, range },
  );
  if (first) s.hits.push({ ...hit, y: b.vaY, h: b.jawH, drag: 'slide', pane: pane.view });
};

const drawTitle = (
  s: Sheet,
  pane: Pane,
  b: ZipperBands,
  first: boolean,
  length: number,
  { few, axis }: Pick<ZipperInput, 'few' | 'axis'>,
): void => {
  const span = pane.to - pane.from;
  const whole = pane.from === 0 && pane.to === length;
  const atEnd = pane.to === length;
  const window = whole
    ? ''
    : pane.kind === 'pte' && atEnd
      ? `last ${formatCount(span / pane.size)} pages`
      : `${atEnd ? 'last ' : ''}${formatSize(Math.round(span / 4096) * 4096 || span)}${atEnd ? '' : ' shown'}`;
  const title = `${formatSize(pane.size)} teeth`;
  const style = { size: 12.5, weight: 600, ink: `${pane.kind}.text`, plate: true } as const;
  if (few) {
    // The verdict names the size.
    if (window !== '') write(s, { x: pane.x, y: b.titleY, text: window, size: 11, ink: 'mut', plate: true });
    return;
  }
  if (!first) {
    // In a narrow lens the size says enough: the teeth are named beside it.
    const short = s.measure(title, style) <= pane.w ? title : formatSize(pane.size);
    write(s, { x: pane.x, y: b.titleY, text: short, ...style });
    if (window !== '')
      write(s, { x: pane.x, y: b.titleY + 14, text: window, size: 11, ink: 'mut', plate: true });
    return;
  }
  // Over an axis there is no room for a second line, and a bracket stands at the edge.
  const left = pane.x + (axis ? 6 : 0);
  if (pane.overview) {
    const words = [
      `${formatSize(Math.round(span / 4096) * 4096)}: too many ${formatSize(pane.size)} teeth to tell apart`,
      `too many ${formatSize(pane.size)} teeth`,
    ];
    const text = words.find(t => s.measure(t, style) < pane.w - 16) ?? '';
    write(s, { x: left, y: b.titleY, text, ...style, ink: 'mut' });
    return;
  }
  let at = left + write(s, { x: left, y: b.titleY, text: title, ...style }) + 6;
  for (const t of pane.also) {
    const text = formatSize(t.size);
    if (at + s.measure(text, style) > pane.x + pane.w * 0.7) break;
    at += write(s, { x: at, y: b.titleY, text, ...style, ink: `${t.kind}.text` }) + 6;
  }
  // The box above the picture has what is shown, too.
  if (window !== '' && at + s.measure(window, { size: 11.5 }) <= pane.x + pane.w - 4)
    write(s, { x: at, y: b.titleY, text: window, size: 11.5, ink: 'mut', plate: true });
};

/** The pane's own verdict, and beside it those of the other sizes it shows, as far as there is room. */
const drawVerdicts = (
  s: Sheet,
  pane: Pane,
  device: DeviceAnswer,
  standing: Standing,
  residue: number,
  y: number,
  few = false,
): void => {
  const { mapping } = device;
  const others = pane.also;
  if (few || others.length === 0) {
    drawVerdict(s, pane, standing, residue, { x: pane.x, y, w: pane.w, alone: !few, few });
    return;
  }
  const all = [pane, ...others].sort((p, q) => q.size - p.size);
  const style = { size: 12.5, weight: 600 };
  const each = pane.w / all.length;
  all.forEach((t, i) => {
    const x = pane.x + i * each;
    const label = formatSize(t.size);
    const labelW = s.measure(label, style);
    // Each has its share; one too narrow for its size and a mark is left to the lenses.
    if (labelW + 26 > each) return;
    write(s, { x, y, text: label, ...style, ink: `${t.kind}.text` });
    drawVerdict(s, t, standingOf(t, device), mod(mapping.start - mapping.pa, t.size), {
      x: x + labelW + 8,
      y,
      w: each - labelW - 20,
      alone: false,
    });
  });
};
