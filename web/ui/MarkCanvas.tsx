import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { offerPicture } from '../state/offered.ts';
import { useThemeName } from '../state/store.ts';
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
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeName();
  const ratio = usePixelRatio();
  // What is scrolled out of view is drawn when it comes back.
  const [inView, setInView] = useState(true);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new IntersectionObserver(entries => setInView(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: '100px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for what is drawn
  useLayoutEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx || width <= 0 || !inView) return;
    const w = Math.round(width * ratio);
    const h = Math.round(height * ratio);
    if (element.width !== w || element.height !== h) {
      element.width = w;
      element.height = h;
    }
    ctx.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
    ctx.clearRect(0, 0, width, height);
    paint(ctx, latest.current(canvasMeasure(ctx)), palettes[theme], outlined.has(theme));
  }, [signature, width, height, scale, theme, ratio, inView]);
  return (
    <canvas
      ref={canvas}
      style={{ width: `${width}px`, height: `${height}px` }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
};
