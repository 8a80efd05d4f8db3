import { useLayoutEffect, useRef, useState } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import { sameQuestion } from '../scenario/view.ts';
import { still } from '../state/motion.ts';

/** The VA comb slides so long, then the leaves change so long (screens.md, section 6). */
const SLIDE_MS = 240;
const FADE_MS = 160;

/** An answer as it is drawn. */
export interface Shown {
  readonly scenario: Scenario;
  readonly solution: Solution;
}

/** The way from one answer to the next. */
export type Phase =
  /** The old answer, its comb on the way: `done` of `delta` bytes. */
  | { readonly kind: 'slide'; readonly from: Shown; readonly delta: number; readonly done: number }
  /** The new answer, the picture before it still visible at `alpha`. */
  | { readonly kind: 'fade'; readonly alpha: number }
  | { readonly kind: 'rest' };

const REST: Phase = { kind: 'rest' };

const deltaOf = (from: Shown, to: Shown): number | undefined => {
  const [a, b] = [from.solution.device?.mapping, to.solution.device?.mapping];
  if (a === undefined || b === undefined) return undefined;
  // The physical comb stands still, or the eye could not tell which side moved.
  const same =
    from.scenario.machine.arch === to.scenario.machine.arch &&
    a.pa === b.pa &&
    a.end - a.start === b.end - b.start;
  return same && a.start !== b.start ? b.start - a.start : undefined;
};

/**
 * How the picture gets from answer to answer. A drag is followed at once; a choice slides the VA comb, then lets the
 * leaves change. `now` stays the same object while one only looks elsewhere. `snapshot` is called when the new answer begins to show, while the canvas holds the old picture.
 */
export const useTween = (now: Shown, dragging: boolean, snapshot: () => void): Phase => {
  const [phase, setPhase] = useState<Phase>(REST);
  const before = useRef(now);
  const wasDragging = useRef(dragging);
  /** How the way to an answer begins. Known while it is rendered, so that no picture is drawn only to be replaced. */
  const opening = useRef<{ readonly to: Shown; readonly phase: Phase } | undefined>(undefined);
  const last = before.current;
  if (
    opening.current?.to !== now &&
    last !== now &&
    !(dragging || wasDragging.current || still() || document.hidden) &&
    !sameQuestion(last.scenario, now.scenario)
  ) {
    const delta = deltaOf(last, now);
    opening.current = {
      to: now,
      phase: delta === undefined ? { kind: 'fade', alpha: 1 } : { kind: 'slide', from: last, delta, done: 0 },
    };
  }
  const opened = last !== now && opening.current?.to === now ? opening.current.phase : undefined;
  const keep = useRef(snapshot);
  keep.current = snapshot;
  // Before the drawing paints: the canvas still holds the old picture here, and no frame of the new one slips in.
  useLayoutEffect(() => {
    const from = before.current;
    const held = dragging || wasDragging.current;
    before.current = now;
    wasDragging.current = dragging;
    if (sameQuestion(from.scenario, now.scenario)) return;
    if (held || still() || document.hidden) {
      setPhase(REST);
      return;
    }
    const delta = deltaOf(from, now);
    const slideMs = delta === undefined ? 0 : SLIDE_MS;
    let faded = false;
    let began: number | undefined;
    const at = (time: number): Phase => {
      const t = time / slideMs;
      if (delta !== undefined && t < 1) return { kind: 'slide', from, delta, done: 1 - (1 - t) ** 3 };
      if (!faded) keep.current();
      faded = true;
      const alpha = 1 - (time - slideMs) / FADE_MS;
      return alpha > 0 ? { kind: 'fade', alpha: Math.min(1, alpha) } : REST;
    };
    let frame = requestAnimationFrame(function step(time) {
      began ??= time;
      const next = at(time - began);
      setPhase(next);
      if (next.kind !== 'rest') frame = requestAnimationFrame(step);
    });
    const first = opening.current?.to === now ? opening.current.phase : at(0);
    if (first.kind === 'fade') at(0);
    setPhase(first);
    return () => {
      cancelAnimationFrame(frame);
      setPhase(REST);
    };
  }, [now, dragging]);
  return opened ?? phase;
};
