import type { LeafKind } from '../../src/arch/arch.ts';
import { paintHatch, paintLeaves } from './leaves.ts';
import type { Ink, Mark, Measure } from './marks.ts';
import type { Pen } from './pen.ts';
import type { Palette } from './tokens.ts';

/** The type of everything that is not a number or an address. */
export const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

const fonts = new Map<string, string>();

/** The font of a line. Remembered: a picture has hundreds of lines in a dozen fonts. */
const fontOf = ({ weight = 400, size, mono }: { size: number; weight?: number; mono?: boolean }): string => {
  const key = `${weight}/${size}${mono ? 'm' : ''}`;
  const known = fonts.get(key);
  if (known !== undefined) return known;
  const font = `${weight} ${size}px ${mono ? MONO : SANS}`;
  fonts.set(key, font);
  return font;
};

/** A measure that asks the canvas. */
export const canvasMeasure = (ctx: Pick<CanvasRenderingContext2D, 'font' | 'measureText'>): Measure => {
  /** By font, then by text: one long key for both would be built thousands of times a frame. */
  const known = new Map<string, Map<string, number>>();
  return (text, style) => {
    const font = fontOf(style);
    let widths = known.get(font);
    if (widths === undefined) {
      widths = new Map();
      known.set(font, widths);
    }
    const cached = widths.get(text);
    if (cached !== undefined) return cached;
    ctx.font = font;
    const { width } = ctx.measureText(text);
    if (widths.size > 2000) widths.clear();
    widths.set(text, width);
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
  const colours = new Map<Ink, string>();
  const ink = (i: Ink): string => {
    const known = colours.get(i);
    if (known !== undefined) return known;
    const colour = colourOf(palette, i);
    colours.set(i, colour);
    return colour;
  };
  ctx.lineJoin = 'round';
  ctx.lineDashOffset = 0;
  ctx.globalAlpha = 1;
  ctx.textBaseline = 'middle';
  let alpha = 1;
  let font = '';
  let align = '';
  // Telling a canvas what it knows already takes as long as telling it something new.
  const told: Told = { fill: '', stroke: '', width: Number.NaN, solid: false };
  const fillWith = (colour: string): void => {
    if (colour !== told.fill) ctx.fillStyle = colour;
    told.fill = colour;
  };
  for (const mark of marks) {
    const wanted = mark.alpha ?? 1;
    if (wanted !== alpha) ctx.globalAlpha = wanted;
    alpha = wanted;
    switch (mark.kind) {
      case 'rect': {
        // Too thin for any screen, and without an edge to show for it.
        if (!mark.stroke && (mark.w < 0.005 || mark.h < 0.005)) break;
        if (!outlines && ctx.fillRect && mark.fill && !mark.stroke && !mark.radius) {
          // Most marks are these, and a path costs three calls more.
          fillWith(ink(mark.fill));
          ctx.fillRect(mark.x, mark.y, mark.w, mark.h);
          break;
        }
        ctx.beginPath();
        if (mark.radius) ctx.roundRect(mark.x, mark.y, mark.w, mark.h, mark.radius);
        else ctx.rect(mark.x, mark.y, mark.w, mark.h);
        if (outlines && mark.fill && !mark.stroke && mark.fill !== 'bg' && mark.fill !== 'ink') {
          alpha = 1;
          ctx.globalAlpha = 1;
          fillAndStroke(ctx, { fill: 'bg', stroke: 'ink', strokeWidth: 1 }, ink, told);
        } else fillAndStroke(ctx, mark, ink, told);
        break;
      }
      case 'path': {
        ctx.beginPath();
        mark.points.forEach(([x, y], i) => {
          if (i === 0) ctx.moveTo(x, y);
          else ctx.lineTo(x, y);
        });
        if (mark.close) ctx.closePath();
        fillAndStroke(ctx, mark, ink, told);
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
        fillAndStroke(ctx, mark, ink, told);
        break;
      }
      case 'circle':
        ctx.beginPath();
        ctx.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI);
        fillAndStroke(ctx, mark, ink, told);
        break;
      case 'text':
        {
          const own = fontOf(mark);
          if (own !== font) ctx.font = own;
          font = own;
        }
        {
          const own = mark.align === 'middle' ? 'center' : (mark.align ?? 'start');
          if (own !== align) ctx.textAlign = own;
          align = own;
        }
        if (mark.halo) {
          strokeWith(ctx, ink(mark.halo), 4, undefined, told);
          ctx.strokeText(mark.text, mark.x, mark.y);
        }
        fillWith(ink(mark.ink));
        ctx.fillText(mark.text, mark.x, mark.y);
        break;
      case 'leaves':
        paintLeaves(ctx, mark, ink);
        // It may have left others.
        alpha = Number.NaN;
        forget(told);
        break;
      case 'hatch':
        paintHatch(ctx, mark, ink);
        forget(told);
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

const SOLID: number[] = [];

/** What the pen was told last: colours, the width of lines, and that they are not dashed. */
interface Told {
  fill: string;
  stroke: string;
  width: number;
  solid: boolean;
}

const forget = (told: Told): void => {
  told.fill = '';
  told.stroke = '';
  told.width = Number.NaN;
  told.solid = false;
};

const strokeWith = (
  ctx: Pen,
  colour: string,
  width: number,
  dash: readonly number[] | undefined,
  told: Told,
): void => {
  if (colour !== told.stroke) ctx.strokeStyle = colour;
  if (width !== told.width) ctx.lineWidth = width;
  if (dash !== undefined || !told.solid) ctx.setLineDash(dash === undefined ? SOLID : [...dash]);
  told.stroke = colour;
  told.width = width;
  told.solid = dash === undefined;
};

const fillAndStroke = (ctx: Pen, mark: Strokeable, ink: (i: Ink) => string, told: Told): void => {
  if (mark.fill) {
    const colour = ink(mark.fill);
    if (colour !== told.fill) ctx.fillStyle = colour;
    told.fill = colour;
    ctx.fill();
  }
  if (mark.stroke) {
    strokeWith(ctx, ink(mark.stroke), mark.strokeWidth ?? 1, mark.dash, told);
    ctx.stroke();
  }
};
