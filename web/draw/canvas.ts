import type { LeafKind } from '../../src/arch/arch.ts';
import { paintHatch, paintLeaves } from './leaves.ts';
import type { Ink, Mark, Measure } from './marks.ts';
import type { Pen } from './pen.ts';
import type { Palette } from './tokens.ts';

/** The type of everything that is not a number or an address. */
export const SANS =
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
 * Paints a draw list in order, on a canvas or into a file. The pen is scaled to CSS pixels already. With `outlines`
 * every filled block is an outline: forced colours leave too few colours to tell fills apart.
 */
export const paint = (ctx: Pen, marks: readonly Mark[], palette: Palette, outlines = false): void => {
  const ink = (i: Ink): string => colourOf(palette, i);
  ctx.lineJoin = 'round';
  ctx.lineDashOffset = 0;
  for (const mark of marks) {
    ctx.globalAlpha = mark.alpha ?? 1;
    switch (mark.kind) {
      case 'rect': {
        // Too thin for any screen, and without an edge to show for it.
        if (!mark.stroke && (mark.w < 0.005 || mark.h < 0.005)) break;
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

const fillAndStroke = (ctx: Pen, mark: Strokeable, ink: (i: Ink) => string): void => {
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
