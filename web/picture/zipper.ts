import type { LeafKind } from '../../src/arch/arch.ts';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { WhyCause, WhySize } from '../../src/leaves/why.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignUp, mod } from '../../src/units.ts';
import { linearScale, type Scale } from '../draw/scale.ts';
import { check, cross, pill, triangle, write } from './sheet.ts';
import type { PictureInput, Sheet } from './types.ts';

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

/** One pane: the mapping, or its last few blocks, against the teeth of one leaf size. */
interface Pane {
  readonly kind: LeafKind;
  readonly size: number;
  readonly x: number;
  readonly w: number;
  /** Offsets in the mapping, in bytes. */
  readonly from: number;
  readonly to: number;
  readonly scale: Scale;
  readonly why: WhySize | undefined;
}

/** Words for a leaf kind on its own: `PUD`, `CONTPTE`. */
const kindName = (kind: LeafKind): string => kind.toUpperCase();

const LENS_BLOCKS = 3;
const PAGE_LENS = 6;
/** More teeth than this in a pane stand closer than an eye can tell: use the lens. */
const MOST_TEETH = 10;

/** What the zipper looks at besides the answer itself. */
export interface ZipperInput extends Pick<PictureInput, 'crosshair' | 'pane'> {
  /** Draw so many panes, those of the largest sizes; undefined: one a size. */
  readonly most?: number;
}

/** Draws the zipper and gives the horizontal extent of its first pane. */
export const drawZipper = (
  s: Sheet,
  input: ZipperInput,
  device: DeviceAnswer,
  x: number,
  w: number,
  bands: ZipperBands,
): { readonly x0: number; readonly x1: number; readonly from: number; readonly to: number } => {
  const { mapping, rules, why } = device;
  const length = mapping.end - mapping.start;
  const sizes: { kind: LeafKind; size: number; why: WhySize | undefined }[] = [
    ...why.map(v => ({ kind: v.kind, size: v.size as number, why: v })),
    { kind: 'pte' as const, size: rules.page as number, why: undefined },
  ];
  // Where three panes would be cramped the smallest goes first: its teeth always meet.
  const roomy = w < 640 ? Math.max(1, sizes.length - 1) : sizes.length;
  const all = sizes.slice(0, Math.min(roomy, input.most ?? roomy));
  const chosen = input.pane === undefined ? all : sizes.slice(input.pane, input.pane + 1);
  const gutter = w * 0.04;
  const shares =
    chosen.length === 3
      ? [0.5, 0.26, 0.16]
      : chosen.length === 2
        ? [0.62, 0.34]
        : chosen.map(() => (1 - 0.04 * (chosen.length - 1)) / chosen.length);
  let at = x;
  const panes = chosen.map((level, i): Pane => {
    const paneW = w * (shares[i] ?? 1);
    const blocks = level.kind === 'pte' ? PAGE_LENS : LENS_BLOCKS;
    const whole = i === 0 && length / level.size <= MOST_TEETH;
    const span = whole ? length : Math.min(length, level.size * (i === 0 ? MOST_TEETH / 2 : blocks));
    const pane = {
      ...level,
      x: at,
      w: paneW,
      from: length - span,
      to: length,
      scale: linearScale(length - span, span, at, paneW),
    };
    at += paneW + gutter;
    return pane;
  });

  panes.forEach((pane, i) => {
    const before = panes[i - 1];
    if (before) drawLens(s, before, pane, bands);
  });
  panes.forEach((pane, i) => {
    drawPane(s, input, device, pane, bands, i === 0);
  });
  const first = panes[0];
  return first
    ? { x0: first.x, x1: first.x + first.w, from: first.from, to: first.to }
    : { x0: x, x1: x + w, from: 0, to: length };
};

/** The lens between two panes: the end of the left one, magnified. */
const drawLens = (s: Sheet, left: Pane, right: Pane, b: ZipperBands): void => {
  const x0 = left.x + left.w;
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
};

type Standing =
  /** leaves of this size are there */
  | { readonly kind: 'fits' }
  /** VA and PA agree at this size, but larger leaves cover it all */
  | { readonly kind: 'covered' }
  | { readonly kind: 'not'; readonly cause: WhyCause };

const standingOf = (pane: Pane, leaves: readonly LeafRun[]): Standing => {
  const own = leaves.some(r => r.kind === pane.kind);
  const larger = leaves.some(r => r.size > pane.size);
  const cause = pane.why?.parts.find(p => p.where === 'whole')?.cause;
  if (own) return { kind: 'fits' };
  if (cause !== undefined) return { kind: 'not', cause };
  if (larger) return { kind: 'covered' };
  const part = pane.why?.parts[0]?.cause;
  return part === undefined ? { kind: 'fits' } : { kind: 'not', cause: part };
};

const drawPane = (
  s: Sheet,
  input: ZipperInput,
  device: DeviceAnswer,
  pane: Pane,
  b: ZipperBands,
  first: boolean,
): void => {
  const { mapping, leaves } = device;
  const length = mapping.end - mapping.start;
  const residue = mod(mapping.start - mapping.pa, pane.size);
  const meet = residue === 0;
  const standing = standingOf(pane, leaves);
  const dimmed = standing.kind === 'covered';
  const alpha = dimmed ? 0.4 : 1;

  const span = pane.to - pane.from;
  const window =
    pane.from === 0
      ? ''
      : pane.kind === 'pte'
        ? `last ${formatCount(span / pane.size)} pages`
        : `last ${formatSize(span)}`;
  const title = `${formatSize(pane.size)} teeth`;
  const titleInk = { size: 12.5, weight: 600, ink: `${pane.kind}.text`, plate: true } as const;
  // The first pane hangs under the trapezoid, whose edge would run through a second line.
  if (first)
    write(s, { x: pane.x, y: b.titleY, text: window === '' ? title : `${title}, ${window}`, ...titleInk });
  else {
    write(s, { x: pane.x, y: b.titleY, text: title, ...titleInk });
    if (window !== '')
      write(s, { x: pane.x, y: b.titleY + 14, text: window, size: 11, ink: 'mut', plate: true });
  }

  // The leaves reach into the lane where the teeth meet: the zipper is shut.
  const shut = meet && standing.kind !== 'not';
  const bandY = b.leavesY;
  const bandH = shut ? b.leavesH + b.laneH - 4 : b.leavesH;

  drawJaw(s, pane, 'va', mapping.start, b.vaY, b.jawH, alpha, length);
  drawJaw(s, pane, 'pa', mapping.pa, b.paY, b.jawH, alpha, length);
  drawLeaves(s, pane, device, bandY, bandH);
  drawTeeth(s, pane, 'va', mapping.start, b, alpha, shut ? bandY : bandY + bandH + 9, length);
  drawTeeth(s, pane, 'pa', mapping.pa, b, alpha, shut ? bandY + bandH : b.paY, length);
  if (meet) {
    if (!dimmed && standing.kind === 'fits' && pane.kind !== 'pte')
      for (const tooth of teethOf(pane, mapping.start, length))
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
  drawVerdict(s, pane, standing, residue, b.verdictY);

  s.hits.push({
    x: pane.x,
    y: b.vaY,
    w: pane.w,
    h: b.paY + b.jawH - b.vaY,
    offsetAt: px => pane.scale.toValue(px),
  });
};

const clampTo = (pane: Pane, px: number): number => Math.min(Math.max(px, pane.x), pane.x + pane.w);

/** Offsets of the boundaries of the pane's size, counted from `base` (a VA or a PA behind offset 0). */
const teethOf = (pane: Pane, base: number, length: number): number[] => {
  const teeth: number[] = [];
  const first = alignUp(base + pane.from, pane.size) - base;
  for (let tooth = first; tooth <= Math.min(pane.to, length) && teeth.length < 64; tooth += pane.size)
    teeth.push(tooth);
  return teeth;
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
  const first = alignUp(base + pane.from, pane.size) - base - pane.size;
  for (let from = first; from < pane.to; from += pane.size) {
    const to = from + pane.size;
    const x0 = pane.scale.toPx(Math.max(from, pane.from));
    const x1 = pane.scale.toPx(Math.min(to, pane.to));
    if (x1 <= x0) continue;
    const whole = from >= 0 && to <= length;
    s.marks.push({
      kind: 'rect',
      x: x0,
      y,
      w: x1 - x0,
      h,
      fill: `${pane.kind}.fill`,
      alpha: (whole ? 0.34 : 0.13) * alpha,
    });
    if (alpha < 1 || pane.kind === 'pte') continue;
    const address = formatAddress(base + Math.max(from, 0));
    const words =
      from < 0
        ? to > length
          ? 'cut at both ends'
          : 'cut by the start'
        : to > length
          ? 'cut by the end'
          : `${formatSize(pane.size)} block of ${side.toUpperCase()}`;
    const room = x1 - x0 - 18;
    const addressW = s.measure(address, { size: 11, mono: true });
    const wordsW = s.measure(words, { size: 11 });
    const lines: { text: string; mono: boolean; ink: 'ink' | 'mut' }[] = [];
    if (addressW <= room && from >= 0) lines.push({ text: address, mono: true, ink: 'ink' });
    if (wordsW <= room && (from < 0 || addressW <= room))
      lines.push({ text: words, mono: false, ink: 'mut' });
    lines.forEach((line, i) => {
      const lineY = side === 'va' ? y + 14 + i * 15 : y + h - 14 - (lines.length - 1 - i) * 15;
      write(s, { x: x0 + 9, y: lineY, text: line.text, size: 11, mono: line.mono, ink: line.ink });
    });
  }
};

/** The teeth themselves: VA from above, PA from below. */
const drawTeeth = (
  s: Sheet,
  pane: Pane,
  side: 'va' | 'pa',
  base: number,
  b: ZipperBands,
  alpha: number,
  reach: number,
  length: number,
): void => {
  const fine = pane.kind === 'pte';
  const r = fine ? 3.2 : 6;
  for (const tooth of teethOf(pane, base, length)) {
    const px = clampTo(pane, pane.scale.toPx(tooth));
    const tipY = side === 'va' ? (fine ? b.leavesY - 2 : reach) : fine ? b.paY + 2 : reach;
    const rootY = side === 'va' ? b.vaY : b.paY + b.jawH;
    s.marks.push({
      kind: 'path',
      points: [
        [px, rootY],
        [px, tipY + (side === 'va' ? -r : r)],
      ],
      stroke: `${pane.kind}.text`,
      strokeWidth: fine ? 1.3 : 3,
      alpha,
    });
    triangle(s, px, tipY + (side === 'va' ? -r : r), r, side === 'va' ? 'down' : 'up', `${pane.kind}.text`);
    const head = s.marks.pop();
    if (head) s.marks.push({ ...head, alpha });
  }
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
    } else if (run.size > pane.size) {
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
  for (const tooth of teethOf(pane, start, length)) {
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

/** What a pane says about its size. */
interface PaneVerdict {
  readonly text: string;
  readonly why: 'fits' | 'not';
  readonly aside: string;
}

const verdictOf = (s: Sheet, pane: Pane, standing: Standing, residue: number): PaneVerdict => {
  const name = kindName(pane.kind);
  const size = formatSize(pane.size);
  const not = (text: string, aside = ''): PaneVerdict => ({ text, why: 'not', aside });
  switch (standing.kind) {
    case 'fits':
      if (pane.kind === 'pte') {
        const text = 'always meet: PTE';
        const room = s.measure(text, VERDICT_STYLE) + 18 <= pane.w;
        return { text: room ? text : 'always meet', why: 'fits', aside: '' };
      }
      return residue === 0
        ? { text: `meet: a ${size} leaf fits`, why: 'fits', aside: '' }
        : not(`${size} leaves, PFN unchecked`);
    case 'covered':
      return { text: 'meet too', why: 'fits', aside: '' };
    case 'not':
      break;
  }
  const { cause } = standing;
  switch (cause.kind) {
    case 'congruence': {
      const text = `miss by ${formatSize(residue)}`;
      const wide = `VA − PA ≡ ${formatAddress(residue)} (mod ${size}): no ${name}`;
      const room = s.measure(text, VERDICT_STYLE) + 40 + s.measure(wide, { size: 11 }) < pane.w;
      return not(text, room ? wide : `no ${name}`);
    }
    case 'noWholeBlock':
      return not(`no whole ${size} block`, `inside the mapping: no ${name}`);
    case 'notUsable':
      switch (cause.refusal.kind) {
        case 'archNever':
          return not(`no ${name} on this architecture`);
        case 'kernelTooOld':
        case 'era':
          return not('this kernel maps PTEs only', residue === 0 ? 'though the teeth meet' : '');
        case 'policy':
          return not(`THP policy forbids ${name}`, residue === 0 ? 'though the teeth meet' : '');
      }
      break;
    case 'bound':
      return not(`cut by the ${cause.side} of the mapping`);
    case 'touchOrder':
      return not('touched elsewhere first', 'a page table is in the way');
  }
};

const VERDICT_STYLE = { size: 12.5, weight: 600 };

const drawVerdict = (s: Sheet, pane: Pane, standing: Standing, residue: number, y: number): void => {
  const { text, why, aside } = verdictOf(s, pane, standing, residue);
  const ink = why === 'not' ? 'red' : (`${pane.kind}.text` as const);
  if (why === 'not') cross(s, pane.x + 6, y, 5);
  else check(s, pane.x + 6, y, ink);
  const w = write(s, { x: pane.x + 18, y, text, ...VERDICT_STYLE, ink });
  if (aside !== '' && w + 28 + s.measure(aside, { size: 11 }) < pane.w)
    write(s, { x: pane.x + pane.w, y, text: aside, size: 11, ink: 'mut', align: 'end' });
};
