import { formatAddress, type Read } from '../../src/text.ts';
import {
  anchored,
  between,
  panned,
  type Range,
  sameViewport,
  type Viewport,
  viewportOf,
  within,
  zoomed,
} from '../draw/viewport.ts';
import { type Ground, groundOf } from '../picture/ground.ts';
import { readPlace } from '../scenario/place.ts';
import { still } from './motion.ts';
import { solutionOf } from './solution.ts';
import { app } from './store.ts';

const ground = (): Ground | undefined => groundOf(solutionOf(app.getState().scenario));

/** What the first pane showed when it was last drawn: on a phone that depends on the size chosen there. */
let drawn: Viewport | undefined;
let bySize = false;

/** Told by the drawing after each frame: what its first pane shows, and whether that pane is of a size chosen there. */
export const setDrawn = (view: Viewport | undefined, ofSize: boolean): void => {
  drawn = view;
  bySize = ofSize;
};

const present = (g: Ground): Viewport => {
  const { viewport } = app.getState();
  return viewport === undefined ? (drawn ?? g.whole) : within(viewport, g.bounds);
};

const GLIDE_MS = 180;
let frame: number | undefined;
/** Where the glide in progress goes: the next key goes on from there, not from half the way. */
let aim: Viewport | undefined;

/** Ends a glide where it is. */
const halt = (): void => {
  if (frame !== undefined) cancelAnimationFrame(frame);
  frame = undefined;
  aim = undefined;
};

/** Moves to what `to` shows, in log scale; undefined: to what is shown without a zoom. */
const glide = (g: Ground, to: Viewport | undefined): void => {
  halt();
  const { setViewport } = app.getState();
  const target = to ?? g.whole;
  const from = present(g);
  if (still() || sameViewport(from, target)) {
    setViewport(to);
    return;
  }
  const began = performance.now();
  let shown = app.getState().viewport;
  const step = (now: number): void => {
    // Somebody else moved it meanwhile, a link that arrived or a lesson: theirs it is.
    if (app.getState().viewport !== shown) {
      frame = undefined;
      aim = undefined;
      return;
    }
    const t = Math.min(1, (now - began) / GLIDE_MS);
    frame = t < 1 ? requestAnimationFrame(step) : undefined;
    if (t >= 1) aim = undefined;
    // Ease-out; the end is exact.
    shown = t < 1 ? between(from, target, 1 - (1 - t) ** 3) : to;
    setViewport(shown);
  };
  aim = target;
  frame = requestAnimationFrame(step);
};

/**
 * Zooms at once by `factor` (above 1: out) about `at`, a share of the first pane: what wheel and pinch do. The pane may
 * be wider or narrower afterwards: `after` gives the share then.
 */
export const zoomAt = (factor: number, at: number, after: (v: Viewport) => number = () => at): void => {
  const g = ground();
  if (g === undefined) return;
  halt();
  const v = present(g);
  const to = after(zoomed(v, factor, at, g.page, g.bounds));
  app.getState().setViewport(zoomed(v, factor, at, g.page, g.bounds, to));
};

/** Zooms by a key or a button, about the crosshair where it is in view, else about the middle. */
export const zoomBy = (factor: number): void => {
  const g = ground();
  if (g === undefined) return;
  const v = aim ?? present(g);
  const { crosshair } = app.getState();
  const share = crosshair === undefined ? 0.5 : (crosshair - v.origin - v.sub) / v.span;
  glide(g, zoomed(v, factor, share >= 0 && share <= 1 ? share : 0.5, g.page, g.bounds));
};

/** Moves by a share of what is shown; above 0: towards higher addresses. */
export const panBy = (share: number): void => {
  const g = ground();
  if (g !== undefined) glide(g, panned(aim ?? present(g), share, g.bounds));
};

/** Shows `from` at once, moved by a share of it: what a drag does. */
export const panFrom = (from: Viewport, share: number): void => {
  const g = ground();
  if (g === undefined) return;
  halt();
  app.getState().setViewport(panned(from, share, g.bounds));
};

/** Shows the whole mapping, however long it is. */
export const fit = (): void => {
  const g = ground();
  if (g === undefined) return;
  const all = viewportOf({ from: 0, to: g.length });
  // No zoom where that is shown without one; a phone shows what the size chosen there wants.
  glide(g, !bySize && sameViewport(all, g.whole) ? undefined : all);
};

/** Shows what is shown where nobody zoomed: the mapping, or as much of its end as has teeth that can be told apart. */
export const showTeeth = (): void => {
  const g = ground();
  if (g !== undefined) glide(g, undefined);
};

/** Shows all of user space. */
export const showAll = (): void => {
  const g = ground();
  if (g !== undefined) glide(g, viewportOf(g.bounds));
};

/** Shows offsets `from` to `to` of the mapping, at least a page. */
export const showOffsets = ({ from, to }: Range): void => {
  const g = ground();
  if (g === undefined) return;
  // What of it is user space; an entry of the kernel's half has none.
  const [a, b] = [Math.max(from, g.bounds.from), Math.min(to, g.bounds.to)];
  if (b <= a) {
    app.getState().say('That lies outside user space');
    return;
  }
  glide(g, within(viewportOf({ from: a, to: Math.max(b, a + g.page) }), g.bounds));
};

/** Shows virtual addresses `from` to `to`. */
export const showAddresses = (from: number, to: number): void => {
  const g = ground();
  if (g !== undefined) showOffsets({ from: from - g.start, to: to - g.start });
};

/** Shows as much as now around a virtual address. */
export const centreOn = (address: number): void => {
  const g = ground();
  if (g === undefined) return;
  const offset = Math.floor((address - g.start) / g.page) * g.page;
  glide(g, anchored(present(g), offset, 0.5, g.bounds));
};

/** Goes where a text says; the answer is what there is to say about it, or why it cannot be read. */
export const goTo = (text: string): Read<string> => {
  const g = ground();
  if (g === undefined) return { ok: false, reason: 'there is no device mapping to look at' };
  const place = readPlace(text, g.page, g.start + g.bounds.to);
  if (!place.ok) return place;
  const { value } = place;
  switch (value.kind) {
    case 'range':
      glide(g, viewportOf({ from: value.from - g.start, to: value.to - g.start }));
      return { ok: true, value: value.rounded ? 'Rounded to whole pages' : '' };
    case 'span': {
      const v = present(g);
      glide(g, zoomed(v, value.span / v.span, 0.5, g.page, g.bounds));
      return { ok: true, value: '' };
    }
    case 'point': {
      const offset = Math.floor((value.at - g.start) / g.page) * g.page;
      const inside = offset >= 0 && offset < g.length;
      if (inside) app.getState().pinCrosshair(offset);
      const v = present(g);
      const share = (offset - v.origin - v.sub) / v.span;
      if (share < 0 || share > 1) glide(g, anchored(v, offset, 0.5, g.bounds));
      return { ok: true, value: inside ? '' : `${formatAddress(value.at)} is outside the mapping` };
    }
  }
};
