import type { ContiguousHint, LeafKind } from '../../src/arch/arch.ts';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignUp, mod } from '../../src/units.ts';
import { ticksOf, type Viewport } from '../draw/viewport.ts';
import { type Pane, panesOf, type Standing, standingOf, type Teeth, TOOTH_PX, teethSizes } from './panes.ts';
import { pill, triangle, write } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';
import { drawVerdict, kindName } from './zipperVerdict.ts';

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

/** Something that lies beside the mapping, in offsets of the mapping. */
export interface Neighbour {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** What the zipper looks at besides the answer itself. */
export interface ZipperInput extends Pick<PictureInput, 'crosshair' | 'pane'> {
  /** Draw so many panes, those of the largest sizes; undefined: one a size. */
  readonly most?: number;
  /** Blocks that the architecture can mark contiguous: they have a comb too. */
  readonly contiguous?: readonly ContiguousHint[];
  /** What the first pane shows; undefined: the mapping. */
  readonly viewport?: Viewport | undefined;
  /** What lies beside the mapping, in VA and in PA, as far as a range shows it: asked only where it is drawn. */
  readonly beside?: (
    range: { readonly from: number; readonly to: number },
    px: number,
  ) => {
    readonly va: readonly Neighbour[];
    readonly pa: readonly Neighbour[];
  };
  /** The VA comb on its way from another start: `delta` bytes to go, of which the share `left` is left. */
  readonly comb?: { readonly delta: number; readonly left: number } | undefined;
  /** Addresses along the first pane. */
  readonly axis?: boolean;
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
  const panes = panesOf(teethSizes(device, input.contiguous), length, input, x, w);
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

const isCont = (kind: LeafKind): boolean => kind === 'contpte' || kind === 'contpmd';

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
  const moving = input.comb !== undefined && input.comb.left !== 0;
  /** The VA behind offset 0 as the comb has it: of all ways to the new start the shortest for these teeth. */
  const vaOf = (t: Teeth): number => {
    if (input.comb === undefined) return mapping.start;
    const way = mod(input.comb.delta, t.size);
    return mapping.start + (way > t.size / 2 ? way - t.size : way) * input.comb.left;
  };

  drawTitle(s, pane, b, first, length);

  // The leaves reach into the lane where the teeth meet: the zipper is shut.
  const shut = meet && !moving && (standing.kind === 'fits' || dimmed);
  const bandY = b.leavesY;
  const bandH = shut ? b.leavesH + b.laneH - 4 : b.leavesH;

  drawJaw(s, pane, 'va', vaOf(pane), b.vaY, b.jawH, alpha, length);
  drawJaw(s, pane, 'pa', mapping.pa, b.paY, b.jawH, alpha, length);
  if (first) drawBeside(s, input, pane, b, length);
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
  if (moving) {
    // On its way the comb neither meets nor misses.
  } else if (meet) {
    if (standing.kind === 'fits' && pane.kind !== 'pte')
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
  } else drawDistances(s, pane, mapping.start, residue, bandY + bandH, b.paY, length);
  if (first && input.axis) {
    drawAxis(s, pane, input, vaOf(pane), b.vaY, 'va');
    drawAxis(s, pane, input, mapping.pa, b.paY + b.jawH, 'pa');
  }
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
  labelLeaves(s, pane, device, bandY, bandH, first);
  if (first) pointOut(s, pane, length, bandY);
  drawVerdicts(s, pane, device, standing, residue, b.verdictY);

  const hit = { x: pane.x, w: pane.w, offsetAt: (px: number) => pane.scale.toValue(px) };
  const range = { from: pane.from, to: pane.to };
  s.hits.push(
    first
      ? { ...hit, y: b.vaY, h: b.paY + b.jawH - b.vaY, drag: 'pan', pane: pane.view }
      : { ...hit, y: b.vaY, h: b.paY + b.jawH - b.vaY, range },
  );
  if (first) s.hits.push({ ...hit, y: b.vaY, h: b.jawH, drag: 'slide', pane: pane.view });
};

const drawTitle = (s: Sheet, pane: Pane, b: ZipperBands, first: boolean, length: number): void => {
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
  if (!first) {
    write(s, { x: pane.x, y: b.titleY, text: title, ...style });
    if (window !== '')
      write(s, { x: pane.x, y: b.titleY + 14, text: window, size: 11, ink: 'mut', plate: true });
    return;
  }
  // The first pane hangs under the trapezoid, whose edge would run through a second line.
  let at = pane.x + write(s, { x: pane.x, y: b.titleY, text: title, ...style }) + 6;
  for (const t of pane.also) {
    const text = formatSize(t.size);
    if (at + s.measure(text, style) > pane.x + pane.w * 0.7) break;
    at += write(s, { x: at, y: b.titleY, text, ...style, ink: `${t.kind}.text` }) + 6;
  }
  if (window !== '') write(s, { x: at, y: b.titleY, text: window, size: 11.5, ink: 'mut', plate: true });
};

const clampTo = (pane: Pane, px: number): number => Math.min(Math.max(px, pane.x), pane.x + pane.w);

/** Teeth too close to tell apart are not drawn; a lens or a nearer zoom shows them. */
const CLOSEST_PX = 3;

/** Offsets of the boundaries of `size` that a pane shows, counted from `base` (a VA or a PA behind offset 0). */
const teethOf = (pane: Pane, size: number, base: number): readonly number[] => {
  if ((size / (pane.to - pane.from)) * pane.w < CLOSEST_PX) return [];
  const teeth: number[] = [];
  // From the pane's origin, so that no fraction of a page is lost at high addresses.
  for (let tooth = alignUp(base + pane.view.origin, size) - base; ; tooth += size) {
    const inside = tooth - pane.view.origin - pane.view.sub;
    if (inside > pane.view.span) return teeth;
    if (inside >= 0) teeth.push(tooth);
  }
};

/** The blocks between the teeth: pale where a part lies outside the mapping, so that no leaf can sit there. */
const drawJaw = (
  s: Sheet,
  pane: Pane,
  side: 'va' | 'pa',
  base: number,
  y: number,
  h: number,
  alpha: number,
  length: number,
): void => {
  const fill = `${pane.kind}.fill` as const;
  const edges = [
    pane.from,
    ...teethOf(pane, pane.size, base).filter(t => t > pane.from && t < pane.to),
    pane.to,
  ];
  const tooFine = (pane.size / (pane.to - pane.from)) * pane.w < CLOSEST_PX;
  if (tooFine) {
    // Blocks beyond telling apart: the mapping against what lies beside it.
    s.marks.push({ kind: 'rect', x: pane.x, y, w: pane.w, h, fill, alpha: 0.08 * alpha });
    const x0 = clampTo(pane, pane.scale.toPx(0));
    const x1 = clampTo(pane, pane.scale.toPx(length));
    if (x1 > x0)
      s.marks.push({ kind: 'rect', x: x0, y, w: Math.max(x1 - x0, 1), h, fill, alpha: 0.34 * alpha });
    return;
  }
  edges.slice(0, -1).forEach((edge, i) => {
    const next = edges[i + 1] ?? pane.to;
    const from = alignUp(base + edge + 1, pane.size) - pane.size - base;
    const to = from + pane.size;
    const x0 = pane.scale.toPx(edge);
    const x1 = pane.scale.toPx(next);
    if (x1 <= x0) return;
    const whole = from >= 0 && to <= length;
    const outside = to <= 0 || from >= length;
    s.marks.push({
      kind: 'rect',
      x: x0,
      y,
      w: x1 - x0,
      h,
      fill,
      alpha: (whole ? 0.34 : outside ? 0.05 : 0.13) * alpha,
    });
    if (alpha < 1 || pane.kind === 'pte' || outside) return;
    const size = formatSize(pane.size);
    const words = whole
      ? [`${size} block of ${side.toUpperCase()}`, `${size} of ${side.toUpperCase()}`]
      : from < 0
        ? to > length
          ? ['cut at both ends']
          : ['cut by the start']
        : ['cut by the end'];
    const text = words.find(t => s.measure(t, { size: 11 }) <= x1 - x0 - 18);
    if (text === undefined) return;
    write(s, {
      x: x0 + 9,
      y: side === 'va' ? y + 14 : y + h - 14,
      text,
      size: 11,
      ink: whole ? 'ink' : 'mut',
    });
  });
};

interface Comb {
  readonly y: number;
  readonly h: number;
  /** Where the points of the teeth end. */
  readonly tip: number;
  /** How much of the jaw the teeth run through, from its mouth. */
  readonly reach: number;
  readonly alpha: number;
  readonly length: number;
}

/** The teeth themselves: VA from above, PA from below. */
const drawTeeth = (s: Sheet, pane: Pane, t: Teeth, side: 'va' | 'pa', base: number, c: Comb): void => {
  const own = t.size === pane.size;
  const pitch = (t.size / (pane.to - pane.from)) * pane.w;
  const fine = t.kind === 'pte' || pitch < TOOTH_PX;
  const r = fine ? 3.2 : own ? 6 : 4.4;
  const back = side === 'va' ? -r : r;
  const root = side === 'va' ? c.y + c.h * (1 - c.reach) : c.y + c.h * c.reach;
  const ink = `${t.kind}.text` as const;
  for (const tooth of teethOf(pane, t.size, base)) {
    const px = clampTo(pane, pane.scale.toPx(tooth));
    const inside = tooth >= 0 && tooth <= c.length;
    const alpha = c.alpha * (inside ? 1 : 0.35);
    s.marks.push({
      kind: 'path',
      points: [
        [px, root],
        [px, c.tip + back],
      ],
      stroke: ink,
      strokeWidth: fine ? 1.3 : own ? 3 : 2,
      alpha,
    });
    triangle(s, px, c.tip + back, r, side === 'va' ? 'down' : 'up', ink);
    const head = s.marks.pop();
    if (head) s.marks.push({ ...head, alpha });
  }
};

/** Least distance from one address to the next along an axis. */
const LABEL_PX = 118;

/** Addresses along the first pane: multiples of what an entry of a level covers. */
const drawAxis = (
  s: Sheet,
  pane: Pane,
  input: ZipperInput,
  base: number,
  y: number,
  side: 'va' | 'pa',
): void => {
  if (pane.kind === 'pte' && pane.also.length === 0 && pane.w < 200) return;
  const sizes = [
    ...new Set([
      4096,
      ...[pane, ...pane.also].map(t => t.size),
      ...(input.contiguous ?? []).map(c => c.size as number),
      2 ** 21,
      2 ** 30,
      2 ** 39,
      2 ** 48,
    ]),
  ].sort((a, b) => a - b);
  const out = side === 'va' ? -1 : 1;
  const style = { size: 11, mono: true } as const;
  let last = pane.x - 8;
  for (const tick of ticksOf(pane.view, pane.w, base, sizes, LABEL_PX)) {
    const px = pane.scale.toPx(tick.value);
    if (base + tick.value < 0) continue;
    s.marks.push({
      kind: 'path',
      points: [
        [px, y],
        [px, y + out * (tick.labelled ? 5 : 3)],
      ],
      stroke: 'dim',
      strokeWidth: 1,
    });
    if (!tick.labelled) continue;
    const text = formatAddress(base + tick.value);
    const textW = s.measure(text, style);
    const left = Math.min(Math.max(px - textW / 2, pane.x), pane.x + pane.w - textW);
    if (left < last + 8) continue;
    write(s, { x: left, y: y + out * 12, text, ...style, ink: 'mut', plate: true });
    last = left + textW;
  }
};

/** What lies beside the mapping: other mappings between the jaws, other BARs along the physical one. */
const drawBeside = (s: Sheet, input: ZipperInput, pane: Pane, b: ZipperBands, length: number): void => {
  if (input.beside === undefined || (pane.from >= 0 && pane.to <= length)) return;
  const beside = input.beside(pane, pane.w);
  const block = (n: Neighbour, y: number, h: number, fill: 'vma' | 'vma2'): void => {
    const x0 = clampTo(pane, pane.scale.toPx(n.from));
    const x1 = Math.max(clampTo(pane, pane.scale.toPx(n.to)), x0 + 1);
    s.marks.push({ kind: 'rect', x: x0, y, w: x1 - x0, h, fill });
    if (s.measure(n.name, { size: 11 }) + 10 < x1 - x0)
      write(s, {
        x: (x0 + x1) / 2,
        y: y + h / 2,
        text: n.name,
        size: 11,
        ink: fill === 'vma' ? 'ink' : 'onVma2',
        align: 'middle',
      });
  };
  for (const n of beside.va) block(n, b.leavesY + 8, b.leavesH - 16, 'vma');
  for (const n of beside.pa) block(n, b.paY + b.jawH - 16, 16, 'vma2');
};

/** A mapping of a few pixels is not overlooked: a head above it and its size. One out of sight is said to be there. */
const pointOut = (s: Sheet, pane: Pane, length: number, y: number): void => {
  const x0 = pane.scale.toPx(0);
  const x1 = pane.scale.toPx(length);
  const style = { size: 11.5, weight: 600, ink: 'ink', halo: 'bg' } as const;
  const side = x1 <= pane.x ? 'left' : x0 >= pane.x + pane.w ? 'right' : undefined;
  if (side !== undefined) {
    const text = side === 'left' ? '\u2190 the mapping' : 'the mapping \u2192';
    const x = side === 'left' ? pane.x + 6 : pane.x + pane.w - 6;
    write(s, { x, y: y - 10, text, ...style, align: side === 'left' ? 'start' : 'end' });
    return;
  }
  if (x1 - x0 > 12) return;
  const mid = Math.min(Math.max((x0 + x1) / 2, pane.x), pane.x + pane.w);
  triangle(s, mid, y - 6, 5, 'down', 'ink');
  const text = `the mapping, ${formatSize(length)}`;
  const w = s.measure(text, style);
  const onRight = mid + 12 + w < pane.x + pane.w;
  write(s, { x: onRight ? mid + 10 : mid - 10, y: y - 9, text, ...style, align: onRight ? 'start' : 'end' });
};

/** A run of leaves as far as a pane shows it. */
interface Shown {
  readonly run: LeafRun;
  readonly x: number;
  readonly w: number;
  /** Where the run's first leaf begins, perhaps left of the pane. */
  readonly first: number;
  readonly pitch: number;
}

const shownRuns = (pane: Pane, device: DeviceAnswer): readonly Shown[] =>
  device.units.flatMap(run => {
    const from = run.va - device.mapping.start;
    const to = from + run.size * run.count;
    if (to <= pane.from || from >= pane.to) return [];
    const x0 = Math.max(pane.scale.toPx(from), pane.x);
    const w = Math.max(2.5, Math.min(pane.scale.toPx(to), pane.x + pane.w) - x0);
    const pitch = (run.size / (pane.to - pane.from)) * pane.w;
    return [{ run, x: Math.min(x0, pane.x + pane.w - w), w, first: pane.scale.toPx(from), pitch }];
  });

const drawLeaves = (s: Sheet, pane: Pane, device: DeviceAnswer, y: number, h: number): void => {
  for (const { run, x, w, first, pitch } of shownRuns(pane, device))
    s.marks.push({ kind: 'leaves', leaf: run.kind, x, y, w, h, first, pitch, corrupt: run.corrupt });
};

/** Count and size of each run, upon the leaves or in a pill; after the teeth, so that none strikes it through. */
const labelLeaves = (
  s: Sheet,
  pane: Pane,
  device: DeviceAnswer,
  y: number,
  h: number,
  first: boolean,
): void => {
  for (const shown of shownRuns(pane, device)) {
    const { run, x, w, pitch } = shown;
    const mid = x + w / 2;
    const middle = y + h / 2;
    const name = kindName(run.kind);
    const on = `${run.kind}.on` as const;
    if (run.corrupt) {
      if (w > 90) pill(s, mid, middle, 'corrupt entries', { size: 12, weight: 600, ink: 'red' });
    } else if (run.size > pane.size || (first && pitch > pane.w)) {
      const style = { size: 11.5, weight: 600 };
      // The slab of a PUD is plain enough to write on; other leaves have a texture.
      const plain = run.kind === 'pud';
      const pad = plain ? 12 : 26;
      const text = [`inside one ${name} leaf`, `in a ${name} leaf`, `in a ${name}`].find(
        t => s.measure(t, style) + pad < w,
      );
      if (text === undefined || pitch < pane.w * 0.9) continue;
      if (plain) write(s, { x: mid, y: middle, text, ...style, ink: on, align: 'middle' });
      else pill(s, mid, middle, text, { ...style, ink: `${run.kind}.text` });
    } else if (first) {
      const each = `${name} ${formatSize(run.size)}`;
      const big = { size: 16, weight: 700 };
      const small = { size: 12.5, weight: 700, mono: true };
      const text = `${formatCount(run.count)} × ${each}`;
      if (pitch > s.measure(each, big) + 24) {
        const from = Math.max(0, Math.floor((pane.x - shown.first) / pitch));
        const to = Math.min(run.count, Math.ceil((pane.x + pane.w - shown.first) / pitch));
        for (let i = from; i < to; i++) {
          const leafX = shown.first + (i + 0.5) * pitch;
          if (leafX <= pane.x || leafX >= pane.x + pane.w) continue;
          if (run.kind === 'pud')
            write(s, { x: leafX, y: middle, text: each, ...big, ink: on, align: 'middle' });
          else pill(s, leafX, middle, each, { ...small, ink: `${run.kind}.text` });
        }
      } else if (s.measure(text, small) + 22 < w)
        pill(s, mid, middle, text, { ...small, ink: `${run.kind}.text` });
    }
  }
};

/** The red arrows: from a VA tooth to the next PA tooth on its right, exactly (VA − PA) mod size. */
const drawDistances = (
  s: Sheet,
  pane: Pane,
  start: number,
  residue: number,
  laneTop: number,
  laneBottom: number,
  length: number,
): void => {
  const y = laneTop + (laneBottom - laneTop) * 0.62;
  const style = { size: 11.5, weight: 600, ink: 'red' } as const;
  const text = formatSize(residue);
  const textW = s.measure(text, style);
  const limit = pane.x + pane.w;
  /** Right end of the last label. */
  let written = pane.x - 8;
  for (const tooth of teethOf(pane, pane.size, start)) {
    if (tooth < 0 || tooth > length) continue;
    const x0 = clampTo(pane, pane.scale.toPx(tooth));
    const target = pane.scale.toPx(tooth + residue);
    const cut = target > limit + 0.5;
    const x1 = Math.min(target, limit);
    if (x1 - x0 < 2) continue;
    const line = (points: readonly (readonly [number, number])[], strokeWidth: number) =>
      s.marks.push({ kind: 'path', points, stroke: 'red', strokeWidth });
    line(
      [
        [x0, y],
        [x1 - (cut ? 0 : 3), y],
      ],
      2,
    );
    if (!cut) {
      s.marks.push({
        kind: 'path',
        points: [
          [x1 - 6, y - 3.5],
          [x1, y],
          [x1 - 6, y + 3.5],
        ],
        close: true,
        fill: 'red',
      });
      line(
        [
          [x1, y - 6],
          [x1, y + 6],
        ],
        1.6,
      );
    }
    // Over its own arrow: in the middle where it fits, else from the tooth on, clear of the tooth's head.
    const roomy = x1 - x0 > textW + 8;
    const at = roomy ? (x0 + x1 - textW) / 2 : Math.min(x0 + 9, limit - textW);
    if (at < written + 8 || (cut && !roomy && written > pane.x)) continue;
    write(s, { x: at, y: y - 12, text, ...style, halo: 'bg' });
    written = at + textW;
  }
};

/** The pane's own verdict, and beside it those of the other sizes it shows, as far as there is room. */
const drawVerdicts = (
  s: Sheet,
  pane: Pane,
  device: DeviceAnswer,
  standing: Standing,
  residue: number,
  y: number,
): void => {
  const { mapping } = device;
  const others = pane.also.filter(t => !isCont(t.kind) || t.size !== pane.size);
  if (others.length === 0) {
    drawVerdict(s, pane, standing, residue, { x: pane.x, y, w: pane.w });
    return;
  }
  const each = pane.w / (others.length + 1);
  let at = pane.x;
  for (const t of [pane, ...others].sort((p, q) => q.size - p.size)) {
    const room = Math.max(each, 60);
    if (at + 70 > pane.x + pane.w) break;
    const label = formatSize(t.size);
    const style = { size: 12.5, weight: 600 };
    const labelW = write(s, { x: at, y, text: label, ...style, ink: `${t.kind}.text` });
    const used = drawVerdict(s, t, standingOf(t, device), mod(mapping.start - mapping.pa, t.size), {
      x: at + labelW + 8,
      y,
      w: Math.max(40, room - labelW - 16),
    });
    at += Math.max(room, labelW + used + 24);
  }
};
