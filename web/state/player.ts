import { useStore } from 'zustand';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { type SearchSteps, searchSteps } from '../picture/searchSteps.ts';
import type { ShownStep } from '../picture/types.ts';
import { sameQuestion, withMapView } from '../scenario/view.ts';
import { still } from './motion.ts';
import { type Player, player } from './playing.ts';
import { eventsOf, solutionOf } from './solution.ts';
import { app, useApp } from './store.ts';

let last: { readonly of: Scenario; readonly steps: SearchSteps } | undefined;
let seen: { readonly steps: SearchSteps; readonly at: number; readonly step: ShownStep } | undefined;

/** The steps of a Scenario's placement, the last ones remembered: of several mappings those of the first. */
export const stepsOf = (scenario: Scenario): SearchSteps => {
  if (last === undefined || !sameQuestion(last.of, scenario)) {
    const first = withMapView({ part: 1 })(scenario);
    last = { of: scenario, steps: searchSteps(eventsOf(first), solutionOf(first)) };
  }
  return last.steps;
};

const here = (state: Player, scenario: Scenario): Player =>
  state.of !== undefined && sameQuestion(state.of, scenario)
    ? state
    : { ...state, of: scenario, at: 0, playing: false };

/** The player for the Scenario shown. */
export const usePlayer = (scenario: Scenario): Player => {
  const state = useStore(player);
  return here(state, scenario);
};

/** The step that the drawing shows; undefined while the player is closed. */
export const useShownStep = (scenario: Scenario): ShownStep | undefined => {
  const { open, at } = usePlayer(scenario);
  // On every frame of a drag tens of thousands of gaps would be gone through anew.
  const dragging = useApp(s => s.dragFrom !== undefined);
  if (!open || dragging) return undefined;
  const steps = stepsOf(scenario);
  // The same object while the step stays, so that nothing is drawn again.
  if (seen?.steps !== steps || seen.at !== at) seen = { steps, at, step: steps.shown(at) };
  return seen.step;
};

/** Goes to step `at`, clamped, and stops there unless the playing itself asks. */
export const goToStep = (at: number, playing = false): void => {
  const { scenario: asked, setPart } = app.getState();
  // What is played is the search of the first mapping, and no other one's picture shows it.
  if (asked.view.map.part !== 1) setPart(1);
  const { scenario } = app.getState();
  const end = stepsOf(scenario).count - 1;
  const to = Math.min(Math.max(at, 0), end);
  player.setState({ open: true, of: scenario, at: to, playing: playing && to < end });
};

/** Opens the player at the first step and plays; where motion is not wanted it waits to be stepped. */
export const startPlayer = (): void => goToStep(0, !still());

/** Steps forward (1) or back (−1); opens the player where it is closed. */
export const stepPlayer = (by: 1 | -1): void => {
  const { scenario } = app.getState();
  const state = here(player.getState(), scenario);
  goToStep(state.open ? state.at + by : 0);
};

/** Plays on, from the start where the end was reached; or pauses. Without motion it only steps. */
export const togglePlaying = (): void => {
  const { scenario } = app.getState();
  const state = here(player.getState(), scenario);
  if (state.playing) player.setState({ ...state, playing: false });
  else if (still()) stepPlayer(1);
  else goToStep(state.at >= stepsOf(scenario).count - 1 ? 0 : state.at, true);
};
