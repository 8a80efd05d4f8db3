import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { drawStage, STAGE_FACTOR, STAGE_SIZE } from '../picture/stage.ts';
import { finalSearch } from '../picture/vaItems.ts';
import { still } from '../state/motion.ts';
import { eventsOf } from '../state/solution.ts';
import { useThemeName } from '../state/store.ts';
import { type Shown, useTween } from '../ui/tween.ts';

/** The size of the picture on the canvas of 1920 by 1080, in its pixels. */
const WIDTH = STAGE_SIZE.width * STAGE_FACTOR;
const HEIGHT = STAGE_SIZE.height * STAGE_FACTOR;

/** Keeps what a canvas shows. */
const keep = (from: HTMLCanvasElement | null, into: { current: HTMLCanvasElement | null }): void => {
  if (from === null || from.width === 0) return;
  const copy = document.createElement('canvas');
  copy.width = from.width;
  copy.height = from.height;
  copy.getContext('2d')?.drawImage(from, 0, 0);
  into.current = copy;
};

const REVEAL_MS = 240;

/** How much of the answer is to be seen, 0 to 1, from the moment on in which it is no longer asked. */
const useReveal = (blind: boolean, snapshot: () => void): number => {
  const [done, setDone] = useState(1);
  const was = useRef(blind);
  const latest = useRef(snapshot);
  latest.current = snapshot;
  // Before the drawing paints: the canvas still holds the combs alone.
  useLayoutEffect(() => {
    const asked = was.current;
    was.current = blind;
    if (!asked || blind || still() || document.hidden) return;
    latest.current();
    setDone(0);
    let began: number | undefined;
    let frame = requestAnimationFrame(function step(time) {
      began ??= time;
      const share = Math.min(1, (time - began) / REVEAL_MS);
      setDone(share);
      if (share < 1) frame = requestAnimationFrame(step);
    });
    return () => {
      cancelAnimationFrame(frame);
      setDone(1);
    };
  }, [blind]);
  return done;
};

/** The picture of a scene. From answer to answer the comb of VA slides, as on the Map. */
export const StagePicture = ({
  now,
  blind,
  size,
  scale,
  label,
}: {
  /** Stays the same object while nothing changes. */
  readonly now: Shown;
  /** The combs alone: what fits is being asked. */
  readonly blind: boolean;
  /** How large it stands there, of its full size. */
  readonly size: number;
  /** Device pixels for a pixel of the canvas of 1920 by 1080. */
  readonly scale: number;
  /** What it shows, in words. */
  readonly label: string;
}) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const old = useRef<HTMLCanvasElement>(null);
  const theme = useThemeName();
  const phase = useTween(now, false, () => keep(canvas.current, old));
  const revealed = useReveal(blind, () => keep(canvas.current, old));
  const sliding = phase.kind === 'slide' ? phase : undefined;
  const fade = phase.kind === 'fade' ? phase.alpha : 1 - revealed;
  const shown = sliding?.from ?? now;
  const comb = useMemo(
    () => (sliding === undefined ? undefined : { delta: sliding.delta, done: sliding.done }),
    [sliding],
  );
  useLayoutEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx) return;
    const w = Math.round(WIDTH * scale);
    const h = Math.round(HEIGHT * scale);
    if (element.width !== w || element.height !== h) {
      element.width = w;
      element.height = h;
    }
    const { scenario, solution } = shown;
    const marks = drawStage({
      scenario,
      solution,
      search: finalSearch(eventsOf(scenario), solution.prepared.mm.space.index),
      comb,
      blind,
      measure: canvasMeasure(ctx),
    });
    const factor = scale * STAGE_FACTOR;
    const palette = palettes[theme];
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = palette.bg;
    ctx.fillRect(0, 0, w, h);
    ctx.setTransform(factor, 0, 0, factor, 0, 0);
    paint(ctx, marks, palette, outlined.has(theme));
    if (fade > 0 && old.current !== null) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.globalAlpha = fade;
      ctx.drawImage(old.current, 0, 0, w, h);
      ctx.globalAlpha = 1;
    }
  }, [shown, comb, blind, fade, scale, theme]);
  return (
    <canvas
      ref={canvas}
      className="stage-picture"
      style={{ width: `${WIDTH * size}px`, height: `${HEIGHT * size}px` }}
      role="img"
      aria-label={label}
    />
  );
};
