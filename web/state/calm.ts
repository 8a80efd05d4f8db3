import { startTransition, useEffect, useState } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { app } from './store.ts';

/** Sentences that change faster than this cannot be read. */
const CALM_MS = 400;

/**
 * The Scenario shown, for what is read and not watched: while a drag lasts it follows a few times a second, and
 * always after what follows the hand has been drawn.
 */
export const useCalmScenario = (): Scenario => {
  const [calm, setCalm] = useState(() => app.getState().scenario);
  useEffect(() => {
    let timer: number | undefined;
    const follow = (): void => {
      window.clearTimeout(timer);
      timer = undefined;
      startTransition(() => setCalm(app.getState().scenario));
    };
    follow();
    const stop = app.subscribe((now, before) => {
      if (now.dragFrom !== undefined) {
        if (now.scenario !== before.scenario) timer ??= window.setTimeout(follow, CALM_MS);
      } else if (now.scenario !== before.scenario || before.dragFrom !== undefined) follow();
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, []);
  return calm;
};
