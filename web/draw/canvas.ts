import type { LeafKind } from '../../src/arch/arch.ts';
import type { HatchMark, Ink, LeavesMark, Mark, Measure } from './marks.ts';
import type { Palette } from './tokens.ts';

const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

const fontOf = (style: { size: number; weight?: number; mono?: boolean }): string =>
  `${style.weight ?? 400} ${style.size}px ${style.mono ? MONO : SANS}`;

/** A measure that asks the canvas. */
export const canvasMeasure = (ctx: CanvasRenderingContext2D): Measure => {
  const known = new Map<string, number>();
  return (text, style) => {
    const font = fontOf(style);
    const key = `${font}|${text}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    ctx.font = font;
    const { width } = ctx.measureText(text);
    if (known.size > 5000) known.clear();
    known.set(key, width);
    return width;
  };
};

/** The colour that an ink has in a palette. */
const colourOf = (palette: Palette, ink: Ink): string => {
  const [head, part] = ink.split('.');
  if (part === undefined) return palette[head as Exclude<keyof Palette, 'leaf'>];
  return palette.leaf[head as LeafKind][part as 'fill' | 'text' | 'on'];
};

/**
 * Paints a draw list in order. The context is scaled to CSS pixels already. With `outlines` every filled block is an
 * outline: forced colours leave too few colours to tell fills apart.
 */
export const paint = (
  ctx: CanvasRenderingContext2D,
  marks: readonly Mark[],
  palette: Palette,
  outlines = false,
): void => {
  const ink = (i: Ink): string => colourOf(palette, i);
  for (const mark of marks) {
    ctx.globalAlpha = mark.alpha ?? 1;
    switch (mark.kind) {
      case 'rect': {
        ctx.beginPath();
        if (mark.radius) ctx.roundRect(mark.x, mark.y, mark.w, mark.h, mark.radius);
        else ctx.rect(mark.x, mark.y, mark.w, mark.h);
        if (outlines && mark.fill && !mark.stroke && mark.fill !== 'bg' && mark.fill !== 'ink') {
          ctx.globalAlpha = 1;
          fillAndStroke(ctx, { fill: 'bg', stroke: 'ink', strokeWidth: 1 }, ink);
        } else fillAndStroke(ctx, mark, ink);
        break;
      }
      case 'path': {
        ctx.beginPath();
        mark.points.forEach(([x, y], i) => {
          if (i === 0) ctx.moveTo(x, y);
          else ctx.lineTo(x, y);
        });
        if (mark.close) ctx.closePath();
        fillAndStroke(ctx, mark, ink);
        break;
      }
      case 'hop': {
        const [x0, y0] = mark.from;
        const [x1, y1] = mark.to;
        ctx.beginPath();
        ctx.moveTo(x0, y0);
        ctx.bezierCurveTo(
          x0 + (x1 - x0) * 0.25,
          y0 - mark.rise * 1.33,
          x0 + (x1 - x0) * 0.75,
          y1 - mark.rise * 1.33,
          x1,
          y1,
        );
        fillAndStroke(ctx, mark, ink);
        break;
      }
      case 'circle':
        ctx.beginPath();
        ctx.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI);
        fillAndStroke(ctx, mark, ink);
        break;
      case 'text':
        ctx.font = fontOf(mark);
        ctx.textAlign = mark.align === 'middle' ? 'center' : (mark.align ?? 'start');
        ctx.textBaseline = 'middle';
        if (mark.halo) {
          ctx.strokeStyle = ink(mark.halo);
          ctx.lineWidth = 4;
          ctx.lineJoin = 'round';
          ctx.setLineDash([]);
          ctx.strokeText(mark.text, mark.x, mark.y);
        }
        ctx.fillStyle = ink(mark.ink);
        ctx.fillText(mark.text, mark.x, mark.y);
        break;
      case 'leaves':
        paintLeaves(ctx, mark, ink);
        break;
      case 'hatch':
        paintHatch(ctx, mark, ink);
        break;
    }
  }
  ctx.globalAlpha = 1;
};

interface Strokeable {
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
}

const fillAndStroke = (ctx: CanvasRenderingContext2D, mark: Strokeable, ink: (i: Ink) => string): void => {
  if (mark.fill) {
    ctx.fillStyle = ink(mark.fill);
    ctx.fill();
  }
  if (mark.stroke) {
    ctx.strokeStyle = ink(mark.stroke);
    ctx.lineWidth = mark.strokeWidth ?? 1;
    ctx.setLineDash([...(mark.dash ?? [])]);
    ctx.stroke();
  }
};

const clipped = (
  ctx: CanvasRenderingContext2D,
  box: { x: number; y: number; w: number; h: number },
  draw: () => void,
): void => {
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.w, box.h);
  ctx.clip();
  draw();
  ctx.restore();
};

const paintHatch = (
  ctx: CanvasRenderingContext2D,
  mark: Pick<HatchMark, 'x' | 'y' | 'w' | 'h' | 'stroke' | 'pitch'>,
  ink: (i: Ink) => string,
): void =>
  clipped(ctx, mark, () => {
    const pitch = mark.pitch ?? 7;
    ctx.strokeStyle = ink(mark.stroke);
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    for (let x = mark.x - mark.h; x < mark.x + mark.w; x += pitch) {
      ctx.moveTo(x, mark.y + mark.h);
      ctx.lineTo(x + mark.h * 0.6, mark.y);
    }
    ctx.stroke();
  });

/** From this width on a leaf is drawn as a block of its own. */
const BLOCK_PX = 5;

const paintLeaves = (ctx: CanvasRenderingContext2D, mark: LeavesMark, ink: (i: Ink) => string): void =>
  clipped(ctx, mark, () => {
    ctx.fillStyle = ink(`${mark.leaf}.fill`);
    ctx.setLineDash([]);
    if (mark.pitch >= BLOCK_PX) paintBlocks(ctx, mark, ink);
    else paintTexture(ctx, mark);
    if (mark.corrupt) {
      ctx.globalAlpha = 1;
      paintHatch(ctx, { ...mark, stroke: 'bg', pitch: 5 }, ink);
      paintHatch(ctx, { ...mark, stroke: 'red', pitch: 9 }, ink);
    }
  });

/** The texture of each leaf size: told apart by shape, anchored to the band so that it does not shimmer. */
const paintTexture = (ctx: CanvasRenderingContext2D, m: LeavesMark): void => {
  const end = m.x + m.w;
  ctx.beginPath();
  switch (m.leaf) {
    case 'pte':
      for (let x = m.x; x < end; x += 3) ctx.rect(x, m.y, 1.6, m.h);
      break;
    case 'contpte':
      for (let x = m.x; x < end; x += 14) {
        for (let i = 0; i < 4; i++) ctx.rect(x + i * 3, m.y, 1.6, m.h);
        ctx.rect(x, m.y, 10.6, 1.6);
        ctx.rect(x, m.y + m.h - 1.6, 10.6, 1.6);
      }
      break;
    case 'pmd': {
      const course = (m.h - 1.5) / 2;
      for (let x = m.x - 5; x < end; x += 11) {
        ctx.rect(x + 5, m.y, 9.5, course);
        ctx.rect(x - 0.5, m.y + course + 1.5, 9.5, course);
      }
      break;
    }
    case 'contpmd':
      for (let x = m.x; x < end; x += 24) {
        ctx.rect(x, m.y, 22.5, m.h);
      }
      break;
    case 'pud':
      for (let x = m.x; x < end; x += 16) ctx.roundRect(x, m.y, 14.5, m.h, 3);
      break;
  }
  ctx.fill();
};

const paintBlocks = (ctx: CanvasRenderingContext2D, m: LeavesMark, ink: (i: Ink) => string): void => {
  const from = Math.max(0, Math.floor((m.x - m.first) / m.pitch));
  const to = Math.ceil((m.x + m.w - m.first) / m.pitch);
  const gap = m.pitch > 24 ? 2 : 1;
  ctx.beginPath();
  for (let i = from; i < to; i++) {
    const x = m.first + i * m.pitch + gap / 2;
    const w = m.pitch - gap;
    if (m.leaf === 'pud' && w > 10) ctx.roundRect(x, m.y + 1, w, m.h - 2, 4);
    else if (m.leaf === 'pmd' && w > 12 && m.h > 24) {
      // Two courses of bricks: a whole one above, two halves below.
      const course = (m.h - 1.5) / 2;
      ctx.rect(x, m.y, w, course);
      ctx.rect(x, m.y + course + 1.5, w / 2 - 0.75, course);
      ctx.rect(x + w / 2 + 0.75, m.y + course + 1.5, w / 2 - 0.75, course);
    } else ctx.rect(x, m.y, w, m.h);
  }
  ctx.fill();
  if (m.leaf === 'pud' && m.pitch > 20) {
    ctx.strokeStyle = ink('pud.on');
    ctx.globalAlpha *= 0.55;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let i = from; i < to; i++) {
      const inset = Math.min(3.5, m.h / 6);
      ctx.roundRect(
        m.first + i * m.pitch + gap / 2 + inset,
        m.y + 1 + inset,
        m.pitch - gap - 2 * inset,
        m.h - 2 - 2 * inset,
        3,
      );
    }
    ctx.stroke();
  }
};
