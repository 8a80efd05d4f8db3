import type { PointerEvent as ReactPointerEvent } from 'react';
import type { Viewport } from '../draw/viewport.ts';
import type { Hit } from '../picture/types.ts';
import { type Rail, snapped, withStart } from '../scenario/slide.ts';
import { panFrom, zoomAt } from '../state/look.ts';
import { app } from '../state/store.ts';

/** A pointer moves this far before a press becomes a drag. */
const SLOP_PX = 4;
/** A hand within so many CSS pixels of a boundary means the boundary. */
const SNAP_PX = 7;
/** Teeth nearer to each other than this would hold the hand everywhere. */
const LEAST_PITCH_PX = 18;

/** Where the first pane lies in the canvas, in the drawing's own pixels. */
export interface Field {
  readonly x0: number;
  readonly x1: number;
  readonly view: Viewport;
}

/** What a slide needs to know when it begins. */
export interface SlideFrom {
  readonly start: number;
  readonly rail: Rail;
  /** A program in user space chose the address. */
  readonly program: boolean;
}

type Drag =
  | { readonly kind: 'pan'; readonly x: number; readonly from: Viewport; readonly w: number }
  | { readonly kind: 'slide'; readonly x: number; readonly perPx: number; readonly slide: SlideFrom };

interface Touch {
  readonly x: number;
  readonly y: number;
}

/** What a gesture asks of the drawing. */
export interface Stage {
  readonly field: () => Field | undefined;
  readonly slideFrom: () => SlideFrom | undefined;
  /** Pixels of the drawing from those of the event. */
  readonly at: (e: { readonly clientX: number; readonly clientY: number }) => Touch;
  readonly hitAt: (x: number, y: number) => Hit | undefined;
  /** How wide the first pane is when it shows this. */
  readonly firstWidth: (v: Viewport) => number;
  /** A press that was no drag. */
  readonly clicked: (x: number, hit: Hit | undefined) => void;
}

/** The gestures of one canvas: a drag pans or slides, two fingers pinch, a press without a drag is a click. */
export interface Gestures {
  readonly down: (e: ReactPointerEvent<HTMLCanvasElement>) => void;
  /** True while a gesture has the pointer. */
  readonly move: (e: ReactPointerEvent<HTMLCanvasElement>) => boolean;
  readonly up: (e: ReactPointerEvent<HTMLCanvasElement>) => void;
  readonly cancel: (e: ReactPointerEvent<HTMLCanvasElement>) => void;
  /** Takes a slide in progress back; true where there was one. */
  readonly abandon: () => boolean;
  /** Ends what is going on where it stands: the drawing has another size. */
  readonly stop: () => void;
}

/** Makes the gestures of a canvas; `stage` is asked anew at each event, so that it may change between them. */
export const makeGestures = (stage: () => Stage): Gestures => {
  const touches = new Map<number, Touch>();
  let pressed: { readonly id: number; readonly at: Touch; readonly hit: Hit | undefined } | undefined;
  let drag: Drag | undefined;
  let pinch: { readonly gap: number } | undefined;

  const spread = (): { readonly gap: number; readonly mid: number } | undefined => {
    const [a, b] = [...touches.values()];
    if (a === undefined || b === undefined) return undefined;
    return { gap: Math.max(8, Math.hypot(a.x - b.x, a.y - b.y)), mid: (a.x + b.x) / 2 };
  };

  const begin = (hit: Hit | undefined, at: Touch): Drag | undefined => {
    const { field, slideFrom } = stage();
    const f = field();
    if (f === undefined || hit?.drag === undefined) return undefined;
    const w = f.x1 - f.x0;
    if (hit.drag === 'pan') return { kind: 'pan', x: at.x, from: f.view, w };
    const slide = slideFrom();
    return slide === undefined ? undefined : { kind: 'slide', x: at.x, perPx: f.view.span / w, slide };
  };

  const go = (d: Drag, at: Touch, free: boolean): void => {
    switch (d.kind) {
      case 'pan':
        panFrom(d.from, (d.x - at.x) / d.w);
        break;
      case 'slide': {
        // The comb follows the hand: teeth to the right mean a start further down.
        const wanted = d.slide.start - (at.x - d.x) * d.perPx;
        const sizes = d.slide.rail.sizes.filter(s => s / d.perPx >= LEAST_PITCH_PX);
        const to = snapped(wanted, { ...d.slide.rail, sizes: free ? [] : sizes }, SNAP_PX * d.perPx);
        app.getState().change(withStart(to, d.slide.program), 'drag');
        break;
      }
    }
  };

  const end = (e: ReactPointerEvent<HTMLCanvasElement>): void => {
    touches.delete(e.pointerId);
    if (touches.size < 2) pinch = undefined;
    if (pressed?.id !== e.pointerId) return;
    const slid = drag?.kind === 'slide';
    // Before anything that could fail: no drag may outlive its pointer.
    pressed = undefined;
    drag = undefined;
    if (slid) app.getState().finish();
  };

  return {
    down: e => {
      if (e.button !== 0) return;
      const at = stage().at(e);
      touches.set(e.pointerId, at);
      const two = spread();
      if (two !== undefined) {
        const slid = drag?.kind === 'slide';
        pinch = { gap: two.gap };
        pressed = undefined;
        drag = undefined;
        if (slid) app.getState().finish();
        return;
      }
      pressed = { id: e.pointerId, at, hit: stage().hitAt(at.x, at.y) };
    },
    move: e => {
      // The button was let go where nobody told: outside the window, over a dialog.
      if (e.buttons === 0 && touches.has(e.pointerId)) end(e);
      const at = stage().at(e);
      if (touches.has(e.pointerId)) touches.set(e.pointerId, at);
      const two = spread();
      const f = stage().field();
      if (pinch !== undefined && two !== undefined && f !== undefined) {
        const share = (two.mid - f.x0) / (f.x1 - f.x0);
        const middle = Math.min(Math.max(share, 0), 1);
        zoomAt(pinch.gap / two.gap, middle, v => (middle * (f.x1 - f.x0)) / stage().firstWidth(v));
        pinch = { gap: two.gap };
        return true;
      }
      if (pressed?.id !== e.pointerId) return false;
      if (drag === undefined) {
        if (Math.abs(at.x - pressed.at.x) < SLOP_PX) return false;
        drag = begin(pressed.hit, pressed.at);
        if (drag === undefined) return false;
        e.currentTarget.setPointerCapture(e.pointerId);
      }
      go(drag, at, e.altKey);
      return true;
    },
    up: e => {
      const click = pressed?.id === e.pointerId && drag === undefined;
      const hit = pressed?.hit;
      const { x } = stage().at(e);
      end(e);
      if (click) stage().clicked(x, hit);
    },
    cancel: end,
    abandon: () => {
      if (drag?.kind !== 'slide') return false;
      drag = undefined;
      pressed = undefined;
      // An update during a drag gets the Scenario as it was before.
      app.getState().change(before => before, 'done');
      return true;
    },
    stop: () => {
      const slid = drag?.kind === 'slide';
      drag = undefined;
      pressed = undefined;
      pinch = undefined;
      if (slid) app.getState().finish();
    },
  };
};
