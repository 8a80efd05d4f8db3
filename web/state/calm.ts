import { startTransition, useEffect, useState } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { afterFrame, isCrowded } from '../ui/frame.ts';
import { app } from './store.ts';

/** A hand that has not moved for so long is reading. */
const PAUSE_MS = 150;
/** While it moves on and on, sentences follow this often where frames have room for them: each time costs a frame or two. */
const CALM_MS = 1000;

/** When one follows during a drag: at a reader's pace, when the hand pauses, or not before it has let go. */
type Pace = 'calm' | 'paused' | 'rested';

// One clock for all, so that everything calm is rendered and laid out in one go; where frames are full, in one after another.
const followers = new Map<(scenario: Scenario) => void, Pace>();
let pause: number | undefined;
let calm: number | undefined;
let stop: (() => void) | undefined;

const still = (): void => {
  window.clearTimeout(pause);
  window.clearTimeout(calm);
  calm = undefined;
};

/** Those who are still to be told, one a frame. */
let owed: readonly ((scenario: Scenario) => void)[] = [];
let telling: (() => void) | undefined;

const tellNext = (): void => {
  telling = undefined;
  const [tell, ...rest] = owed;
  owed = rest;
  if (tell !== undefined && followers.has(tell)) {
    const { scenario } = app.getState();
    startTransition(() => tell(scenario));
  }
  if (owed.length > 0) telling = afterFrame(tellNext);
};

const forget = (): void => {
  telling?.();
  telling = undefined;
  owed = [];
};

const follow = (paces: readonly Pace[]): void => {
  const due = [...followers].filter(([, pace]) => paces.includes(pace)).map(([tell]) => tell);
  forget();
  owed = isCrowded() ? due : [];
  if (owed.length > 0) {
    telling = afterFrame(tellNext);
    return;
  }
  const { scenario } = app.getState();
  startTransition(() => {
    for (const tell of due) tell(scenario);
  });
};

const join = (tell: (scenario: Scenario) => void, pace: Pace): (() => void) => {
  followers.set(tell, pace);
  stop ??= app.subscribe((now, before) => {
    if (now.dragFrom === undefined) {
      if (now.scenario === before.scenario && before.dragFrom === undefined) return;
      still();
      follow(['calm', 'paused', 'rested']);
    } else if (now.scenario !== before.scenario) {
      // The hand is on its way again: who was not told yet is told when it pauses.
      forget();
      window.clearTimeout(pause);
      pause = window.setTimeout(() => {
        still();
        follow(['calm', 'paused']);
      }, PAUSE_MS);
      calm ??= window.setTimeout(() => {
        calm = undefined;
        if (!isCrowded()) follow(['calm']);
      }, CALM_MS);
    }
  });
  return () => {
    followers.delete(tell);
    if (followers.size > 0) return;
    stop?.();
    stop = undefined;
    still();
  };
};

const useFollowed = (pace: Pace): Scenario => {
  const [followed, setFollowed] = useState(() => app.getState().scenario);
  useEffect(() => {
    startTransition(() => setFollowed(app.getState().scenario));
    return join(setFollowed, pace);
  }, [pace]);
  return followed;
};

/**
 * The Scenario shown, for what is read and not watched: while a drag lasts it follows when the hand pauses, once a
 * second besides where frames have room for it, and always after what follows the hand has been drawn.
 */
export const useCalmScenario = (): Scenario => useFollowed('calm');

/** The Scenario shown, for what stands aside: it follows when the hand pauses. */
export const usePausedScenario = (): Scenario => useFollowed('paused');

/** The Scenario shown, for what nobody looks at during a drag: it follows when the hand has let go. */
export const useRestedScenario = (): Scenario => useFollowed('rested');
