import type { LeafKind } from '../../src/arch/arch.ts';
import type { HatchMark, Ink, LeavesMark } from './marks.ts';
import type { Pen } from './pen.ts';

type InkOf = (ink: Ink) => string;

/** A row of bars over the whole width, drawn as one dashed line however many there are. Pixels. */
interface Course {
  /** From the top of the band. */
  readonly top: number;
  readonly height: number;
  /** Lengths of bar and gap, in turn. */
  readonly dash: readonly number[];
  /** How far into `dash` the band begins. */
  readonly offset?: number;
  /** The inner line of a slab: the ink upon the leaf, thinned. */
  readonly inner?: boolean;
}

/** Parts of one shape overlap by this much, or the ground would shine through between them. */
const LAP = 0.5;

/**
 * The texture of each leaf size, for a band `h` pixels high. Sizes are told apart by shape, in this order: fine lines;
 * lines in fours, tied top and bottom; two courses of bricks, offset by half; long bricks with three notches; rounded
 * slabs with an inner line.
 */
const texture = (leaf: LeafKind, h: number): readonly Course[] => {
  switch (leaf) {
    case 'pte':
      return [{ top: 0, height: h, dash: [1.6, 1.4] }];
    case 'contpte': {
      const tie = { height: 1.6, dash: [10.6, 3.4] };
      return [
        { top: 0, height: h, dash: [1.6, 1.4, 1.6, 1.4, 1.6, 1.4, 1.6, 3.4] },
        { ...tie, top: 0 },
        { ...tie, top: h - 1.6 },
      ];
    }
    case 'pmd': {
      const height = (h - 1.5) / 2;
      const dash = [9.5, 1.5];
      return [
        { top: 0, height, dash },
        { top: height + 1.5, height, dash, offset: 5.5 },
      ];
    }
    case 'contpmd':
      return [
        { top: 0, height: h / 2 + LAP, dash: [22.5, 1.5] },
        { top: h / 2, height: h / 2, dash: [4.5, 1.5] },
      ];
    case 'pud': {
      const corner = { height: 1.4 + LAP, dash: [12.1, 3.9], offset: 14.8 };
      const slab: readonly Course[] = [
        { top: 1.4, height: h - 2.8, dash: [14.5, 1.5] },
        { ...corner, top: 0 },
        { ...corner, top: h - corner.height },
      ];
      if (h < 9) return slab;
      const inset = Math.min(3.5, h / 5);
      const side = 14.5 - 2 * inset;
      const line = { height: 1, dash: [side, 16 - side], offset: 16 - inset, inner: true };
      const sides = { height: h - 2 * inset - 2, dash: [1, side - 2, 1, 16 - side], offset: 16 - inset };
      return [
        ...slab,
        { ...line, top: inset },
        { ...line, top: h - inset - 1 },
        { ...sides, top: inset + 1, inner: true },
      ];
    }
  }
};

/** How much of the ink upon a slab its inner line has. */
const INNER = 0.55;

/** The texture is anchored to the band, so that it does not shimmer while the band moves. */
const paintTexture = (pen: Pen, m: LeavesMark, ink: InkOf): void => {
  const alpha = pen.globalAlpha;
  for (const { top, height, dash, offset, inner } of texture(m.leaf, m.h)) {
    if (height <= 0) continue;
    const y = m.y + top + height / 2;
    pen.strokeStyle = ink(inner ? `${m.leaf}.on` : `${m.leaf}.fill`);
    pen.globalAlpha = inner ? alpha * INNER : alpha;
    pen.lineWidth = height;
    pen.setLineDash([...dash]);
    pen.lineDashOffset = offset ?? 0;
    pen.beginPath();
    pen.moveTo(m.x, y);
    pen.lineTo(m.x + m.w, y);
    pen.stroke();
  }
  pen.lineDashOffset = 0;
  pen.setLineDash([]);
  pen.globalAlpha = alpha;
};

/** A block as far as the window shows it: where it would begin and end, and whether the window cuts it there. */
interface Block {
  readonly x: number;
  readonly w: number;
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
}

const blocksOf = (m: LeavesMark): readonly Block[] => {
  const end = m.x + m.w;
  const gap = m.pitch > 24 ? 2 : 1;
  const w = m.pitch - gap;
  const from = Math.max(0, Math.floor((m.x - m.first) / m.pitch));
  const to = Math.ceil((end - m.first) / m.pitch);
  const blocks: Block[] = [];
  for (let i = from; i < to; i++) {
    const x = m.first + i * m.pitch + gap / 2;
    if (x < end && x + w > m.x) blocks.push({ x, w, cutLeft: x < m.x, cutRight: x + w > end });
  }
  return blocks;
};

/** The part of a rectangle that lies in the window, into the path. */
const rectIn = (pen: Pen, m: LeavesMark, x: number, y: number, w: number, h: number): void => {
  const from = Math.max(x, m.x);
  const to = Math.min(x + w, m.x + m.w);
  if (to > from && h > 0) pen.rect(from, y, to - from, h);
};

/** The shape of one leaf, into the path: the shapes of the textures, where there is room for them. */
const block = (pen: Pen, m: LeavesMark, b: Block): void => {
  const { x, w } = b;
  const { y, h } = m;
  const part = (dx: number, dy: number, pw: number, ph: number): void =>
    rectIn(pen, m, x + dx, y + dy, pw, ph);
  // Three slots make four lines; where a leaf is narrow, one slot must do.
  const slots = w > 10 ? 3 : 1;
  const slot = Math.min(3, Math.max(1, w / 16));
  const line = (w - slots * slot) / (slots + 1);
  const lines = (dy: number, height: number): void => {
    for (let i = 0; i <= slots; i++) part(i * (line + slot), dy, line, height);
  };
  switch (m.leaf) {
    case 'contpte':
      if (h > 8) {
        const tie = Math.min(5, Math.max(1.6, h / 8));
        part(0, 0, w, tie);
        part(0, h - tie, w, tie);
        lines(0, h);
        return;
      }
      break;
    case 'pmd':
      if (h > 8) {
        const course = (h - 1.5) / 2;
        part(0, 0, w, course);
        part(0, course + 1.5, w / 2 - 0.75, course);
        part(w / 2 + 0.75, course + 1.5, w / 2 - 0.75, course);
        return;
      }
      break;
    case 'contpmd':
      if (h > 8) {
        part(0, 0, w, h / 2);
        lines(h / 2, h / 2);
        return;
      }
      break;
    case 'pud':
      if (h > 4) {
        const r = Math.min(4, w / 3);
        const from = Math.max(x, m.x);
        const to = Math.min(x + w, m.x + m.w);
        const [left, right] = [b.cutLeft ? 0 : r, b.cutRight ? 0 : r];
        pen.roundRect(from, y + 1, to - from, h - 2, [left, right, right, left]);
        return;
      }
      break;
    case 'pte':
      break;
  }
  part(0, 0, w, h);
};

/** The inner line of a slab, into the path; open where the window cuts the slab. */
const innerLine = (pen: Pen, m: LeavesMark, b: Block): void => {
  const inset = Math.min(3.5, m.h / 6);
  const r = 3;
  const [left, right] = [b.x + inset, b.x + b.w - inset];
  const [top, bottom] = [m.y + 1 + inset, m.y + m.h - 1 - inset];
  const [from, to] = [m.x, m.x + m.w];
  if (left >= from && right <= to) {
    pen.roundRect(left, top, right - left, bottom - top, r);
    return;
  }
  const [x0, x1] = [Math.max(left + r, from), Math.min(right - r, to)];
  if (x1 <= x0) return;
  if (left < from) pen.moveTo(x0, bottom);
  else {
    pen.moveTo(x0, bottom);
    pen.quadraticCurveTo(left, bottom, left, bottom - r);
    pen.lineTo(left, top + r);
    pen.quadraticCurveTo(left, top, x0, top);
  }
  if (left < from) pen.moveTo(x0, top);
  pen.lineTo(x1, top);
  if (right > to) pen.moveTo(x1, bottom);
  else {
    pen.quadraticCurveTo(right, top, right, top + r);
    pen.lineTo(right, bottom - r);
    pen.quadraticCurveTo(right, bottom, x1, bottom);
  }
  pen.lineTo(x0, bottom);
};

const paintBlocks = (pen: Pen, m: LeavesMark, ink: InkOf): void => {
  const blocks = blocksOf(m);
  if (blocks.length === 0) return;
  pen.fillStyle = ink(`${m.leaf}.fill`);
  pen.beginPath();
  for (const b of blocks) block(pen, m, b);
  pen.fill();
  if (m.leaf !== 'pud' || m.pitch <= 14 || m.h < 10) return;
  const alpha = pen.globalAlpha;
  pen.strokeStyle = ink('pud.on');
  pen.globalAlpha = alpha * INNER;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const b of blocks) innerLine(pen, m, b);
  pen.stroke();
  pen.globalAlpha = alpha;
};

/** From this width on a leaf is drawn as a block of its own. */
const BLOCK_PX = 5;

/** Width of a texture's unit, where it is too wide for a swatch: from 8 px on the swatch shows one unit, made to fit. */
const unit: Readonly<Record<LeafKind, number>> = { pte: 0, contpte: 0, pmd: 0, contpmd: 22.5, pud: 14.5 };

/** Paints leaves of one size side by side: blocks where one is wide enough to be seen, else the size's texture. */
export const paintLeaves = (pen: Pen, mark: LeavesMark, ink: InkOf): void => {
  pen.setLineDash([]);
  if (mark.pitch >= BLOCK_PX) paintBlocks(pen, mark, ink);
  else if (mark.w >= 8 && mark.w < unit[mark.leaf])
    paintBlocks(pen, { ...mark, first: mark.x - 0.5, pitch: mark.w + 1 }, ink);
  else paintTexture(pen, mark, ink);
  if (mark.corrupt) {
    pen.globalAlpha = 1;
    paintHatch(pen, { ...mark, stroke: 'bg', pitch: 5 }, ink);
    paintHatch(pen, { ...mark, stroke: 'red', pitch: 9 }, ink);
  }
};

/** Paints the diagonal lines of a hatch, each cut where the rectangle ends. */
export const paintHatch = (
  pen: Pen,
  { x, y, w, h, stroke, pitch = 7 }: Pick<HatchMark, 'x' | 'y' | 'w' | 'h' | 'stroke' | 'pitch'>,
  ink: InkOf,
): void => {
  const lean = h * 0.6;
  if (lean <= 0 || w <= 0) return;
  pen.strokeStyle = ink(stroke);
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.beginPath();
  // Whole steps, so that the last line does not depend on rounding.
  const lines = Math.ceil((w + h) / pitch);
  for (let i = 0; i < lines; i++) {
    const foot = x - h + i * pitch;
    const from = Math.max(0, (x - foot) / lean);
    const to = Math.min(1, (x + w - foot) / lean);
    if (to <= from) continue;
    pen.moveTo(foot + from * lean, y + h - from * h);
    pen.lineTo(foot + to * lean, y + h - to * h);
  }
  pen.stroke();
};
