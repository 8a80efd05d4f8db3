import { useLayoutEffect, useRef } from 'react';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { HALL, HALL_TALL, type HallScene } from '../picture/hall.ts';
import { useThemeName } from '../state/store.ts';

/** The picture that a screen other than the Map has for a hall. */
export const HallPicture = ({
  of,
  asked,
  tall,
  size,
  scale,
  label,
}: {
  readonly of: HallScene;
  /** Nothing is told yet: what is asked about, where there is a picture of it. */
  readonly asked: boolean;
  /** No number stands above it. */
  readonly tall: boolean;
  /** How large it stands there, of its full size. */
  readonly size: number;
  /** Device pixels for a pixel of the canvas of 1920 by 1080. */
  readonly scale: number;
  /** What it shows, in words. */
  readonly label: string;
}) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeName();
  const height = tall ? HALL_TALL : HALL.low;
  useLayoutEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx) return;
    const factor = scale * HALL.factor;
    element.width = Math.round(HALL.width * factor);
    element.height = Math.round(height * factor);
    const palette = palettes[theme];
    ctx.fillStyle = palette.bg;
    ctx.fillRect(0, 0, element.width, element.height);
    ctx.setTransform(factor, 0, 0, factor, 0, 0);
    paint(
      ctx,
      (asked ? (of.asked ?? of.draw) : of.draw)(height, canvasMeasure(ctx)),
      palette,
      outlined.has(theme),
    );
  }, [of, asked, height, scale, theme]);
  return (
    <canvas
      ref={canvas}
      className="stage-picture"
      style={{ width: `${HALL.width * HALL.factor * size}px`, height: `${height * HALL.factor * size}px` }}
      role="img"
      aria-label={label}
    />
  );
};
