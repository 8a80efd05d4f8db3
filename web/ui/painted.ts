import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How large a canvas is, in CSS pixels, and how many of the device's make one of them. */
export interface PaintedSize {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** How much larger everything is drawn than its coordinates say; 1 unless told otherwise. */
  readonly scale?: number;
  /** It is painted before it is known to be in view. */
  readonly atOnce: boolean;
}

/**
 * A canvas that is painted anew whenever its size or one of `when` changes, and only while it is within `margin` of
 * the window, given as CSS has it: what is scrolled out of view is painted when it comes back.
 */
export const usePainted = (
  { width, height, ratio, scale = 1, atOnce }: PaintedSize,
  margin: string,
  painter: (ctx: CanvasRenderingContext2D) => void,
  when: readonly unknown[],
): RefObject<HTMLCanvasElement | null> => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [inView, setInView] = useState(atOnce);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new IntersectionObserver(entries => setInView(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: margin,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [margin]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `when` stands for what is painted
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
    painter(ctx);
  }, [width, height, ratio, scale, inView, ...when]);
  return canvas;
};
