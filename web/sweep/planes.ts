import { useEffect, useRef, useState } from 'react';
import type { PolicyId } from '../../src/placement/policies.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import type { Axis } from '../../src/sweep/axis.ts';
import { passesOf } from '../../src/sweep/order.ts';
import { emptyPlane, type Plane, type PlaneAsk, type PlanePart, putPart } from '../../src/sweep/plane.ts';
import { runJob } from '../jobs/work.ts';

/** A plane under one policy, as far as it is known. */
export interface KnownPlane {
  readonly plane: Plane;
  /** The finest stride at which every point is known; undefined: none yet. */
  readonly stride: number | undefined;
  /** Points known. */
  readonly known: number;
}

/** Planes that are being computed, or are done. */
export interface Planes {
  readonly ask: PlaneAsk;
  readonly planes: ReadonlyMap<PolicyId, KnownPlane>;
  readonly end: 'running' | 'done' | 'failed';
  /** It takes longer than a reader would call at once. */
  readonly slow: boolean;
  readonly reason: string;
}

/** From here on a wait is shown, in milliseconds. */
const PATIENCE_MS = 150;

const countsOf = (part: PlanePart): number => part.cls.length;

/**
 * Computes the planes of a Scenario in the worker and hands them over as they grow: the last ones stay until the first
 * part of the new ones is here. Stops what is not wanted any more.
 */
export const usePlanes = (
  { machine, device, space, request }: Scenario,
  x: Axis,
  y: Axis,
  policies: readonly PolicyId[],
): Planes | undefined => {
  const [state, setState] = useState<Planes>();
  const key = JSON.stringify([x, y, policies]);
  const latest = useRef({ x, y, policies });
  latest.current = { x, y, policies };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for axes and policies
  useEffect(() => {
    const asked = latest.current;
    const ask: PlaneAsk = {
      scenario: { ...defaultScenario, machine, device, space, request },
      ...asked,
    };
    const planes = new Map<PolicyId, KnownPlane>();
    const passes = passesOf(asked.x.count, asked.y.count);
    let end: Planes['end'] = 'running';
    let reason = '';
    let slow = false;
    let frame: number | undefined;
    const show = (): void => {
      frame = undefined;
      setState({ ask, planes: new Map(planes), end, slow, reason });
    };
    const showSoon = (): void => {
      frame ??= window.requestAnimationFrame(show);
    };
    const timer = window.setTimeout(() => {
      slow = true;
      showSoon();
    }, PATIENCE_MS);
    const job = runJob('plane', ask, part => {
      const old = planes.get(part.policy);
      const plane = old?.plane ?? emptyPlane(asked.x.count, asked.y.count);
      putPart(plane, part);
      const whole = part.toRow >= asked.y.count;
      planes.set(part.policy, {
        plane,
        stride: whole ? part.pass.stride : old?.stride,
        known: (old?.known ?? 0) + countsOf(part),
      });
      // The coarse picture is shown at once, later ones a frame apart.
      if (part.pass.stride === passes[0]?.stride && part.policy === asked.policies[0] && whole) {
        if (frame !== undefined) window.cancelAnimationFrame(frame);
        show();
      } else showSoon();
    });
    void job.end.then(how => {
      window.clearTimeout(timer);
      if (how.kind === 'stopped') return;
      end = how.kind;
      reason = how.kind === 'failed' ? how.reason : '';
      showSoon();
    });
    return () => {
      window.clearTimeout(timer);
      if (frame !== undefined) window.cancelAnimationFrame(frame);
      job.stop();
    };
  }, [machine, device, space, request, key]);
  return state;
};
