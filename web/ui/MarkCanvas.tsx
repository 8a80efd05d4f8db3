import { useEffect, useRef } from 'react';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { offerPicture } from '../state/offered.ts';
import { useThemeName } from '../state/store.ts';
import { usePainted } from './painted.ts';
import { usePixelRatio } from './pixelRatio.ts';

/**
 * A draw list on a canvas of a known size in CSS pixels. It is drawn again only when `signature`, its size or the
 * colours change, and only while it is in view.
 */
export const MarkCanvas = ({
  width,
  height,
  signature,
  draw,
  label,
  scale = 1,
  offered,
}: {
  readonly width: number;
  readonly height: number;
  readonly signature: string;
  readonly draw: (measure: Measure) => readonly Mark[];
  /** What it shows; undefined where the words stand beside it. */
  readonly label?: string;
  /** How much larger everything is drawn than its marks say. */
  readonly scale?: number;
  /** The title under which it may be exported; undefined: it is no picture by itself. */
  readonly offered?: string;
}) => {
  const theme = useThemeName();
  const ratio = usePixelRatio();
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(
    () =>
      offered === undefined
        ? undefined
        : offerPicture(() => ({
            title: offered,
            width: width / scale,
            height: height / scale,
            draw: measure => latest.current(measure),
          })),
    [offered, width, height, scale],
  );
  const canvas = usePainted(
    { width, height, ratio, scale, atOnce: true },
    '100px',
    ctx => paint(ctx, latest.current(canvasMeasure(ctx)), palettes[theme], outlined.has(theme)),
    [signature, theme],
  );
  return (
    <canvas
      ref={canvas}
      style={{ width: `${width}px`, height: `${height}px` }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
};
