import { startTransition, useEffect, useState } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { app } from './store.ts';

/** Sentences that change faster than this cannot be read. */
const CALM_MS = 400;

// One clock for all, so that everything calm is rendered and laid out in one go.
const followers = new Set<(scenario: Scenario) => void>();
let timer: number | undefined;
let stop: (() => void) | undefined;

const follow = (): void => {
  window.clearTimeout(timer);
  timer = undefined;
  const { scenario } = app.getState();
  startTransition(() => {
    for (const tell of followers) tell(scenario);
  });
};

const join = (tell: (scenario: Scenario) => void): (() => void) => {
  followers.add(tell);
  stop ??= app.subscribe((now, before) => {
    if (now.dragFrom !== undefined) {
      if (now.scenario !== before.scenario) timer ??= window.setTimeout(follow, CALM_MS);
    } else if (now.scenario !== before.scenario || before.dragFrom !== undefined) follow();
  });
  return () => {
    followers.delete(tell);
    if (followers.size > 0) return;
    stop?.();
    stop = undefined;
    window.clearTimeout(timer);
    timer = undefined;
  };
};

/**
 * The Scenario shown, for what is read and not watched: while a drag lasts it follows a few times a second, and
 * always after what follows the hand has been drawn.
 */
export const useCalmScenario = (): Scenario => {
  const [calm, setCalm] = useState(() => app.getState().scenario);
  useEffect(() => {
    startTransition(() => setCalm(app.getState().scenario));
    return join(setCalm);
  }, []);
  return calm;
};

/** The Scenario shown, for what nobody looks at during a drag: it follows when the hand has let go. */
export const useRestedScenario = (): Scenario => {
  const [rested, setRested] = useState(() => app.getState().scenario);
  useEffect(
    () =>
      join(scenario => {
        if (app.getState().dragFrom === undefined) setRested(scenario);
      }),
    [],
  );
  return rested;
};
