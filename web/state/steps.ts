import type { Scenario } from '../../src/scenario/scenario.ts';

/** The Scenario shown and the ones around it. */
export interface Steps {
  readonly scenario: Scenario;
  /** Oldest first. */
  readonly past: readonly Scenario[];
  /** The one that redo brings back first. */
  readonly future: readonly Scenario[];
  /** The Scenario as it was when the drag in progress began. */
  readonly dragFrom: Scenario | undefined;
}

/** Makes a new Scenario of an old one; the same object means "nothing changes". */
export type Update = (s: Scenario) => Scenario;

/** `drag`: more of the same gesture will follow; `done`: the gesture ends here. */
export type Phase = 'drag' | 'done';

// Scenarios share what they do not change, so a long past costs little.
const LONGEST_PAST = 200;

/** The steps of a page that has just opened. */
export const firstStep = (scenario: Scenario): Steps => ({
  scenario,
  past: [],
  future: [],
  dragFrom: undefined,
});

/** Two values say the same. Lists of VMAs are shared, never copied, so a difference of identity decides there. */
const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) && a.length > LONG_LIST) return false;
  const [x, y] = [Object.entries(a), Object.entries(b)];
  return x.length === y.length && x.every(([key, value]) => same(value, (b as Record<string, unknown>)[key]));
};
const LONG_LIST = 1000;

// What ends where it began is no step.
const stepped = (steps: Steps, before: Scenario, scenario: Scenario): Steps =>
  same(before, scenario)
    ? { ...steps, scenario: before, dragFrom: undefined }
    : { scenario, past: [...steps.past, before].slice(-LONGEST_PAST), future: [], dragFrom: undefined };

/**
 * Applies one change. During a drag every update gets the Scenario as it was when the drag began, so that what
 * one move clamps the next one gives back; the whole drag is one step of undo.
 */
export const change = (steps: Steps, update: Update, phase: Phase): Steps => {
  const before = steps.dragFrom ?? steps.scenario;
  const scenario = update(before);
  return phase === 'drag' ? { ...steps, scenario, dragFrom: before } : stepped(steps, before, scenario);
};

/** Ends the drag in progress where it stands. */
export const finish = (steps: Steps): Steps =>
  steps.dragFrom === undefined ? steps : stepped(steps, steps.dragFrom, steps.scenario);

/** One step back; the same object when there is none. */
export const undo = (all: Steps): Steps => {
  const steps = finish(all);
  const scenario = steps.past.at(-1);
  if (scenario === undefined) return all;
  return {
    scenario,
    past: steps.past.slice(0, -1),
    future: [steps.scenario, ...steps.future],
    dragFrom: undefined,
  };
};

/** One step forward again; the same object when there is none. */
export const redo = (all: Steps): Steps => {
  const steps = finish(all);
  const [scenario, ...future] = steps.future;
  if (scenario === undefined) return all;
  return { scenario, past: [...steps.past, steps.scenario], future, dragFrom: undefined };
};

/** The browser went to another entry of its history: undo or redo where it is the neighbour, else a step. */
export const arrive = (all: Steps, scenario: Scenario): Steps => {
  const steps = finish(all);
  if (steps.past.at(-1) === scenario) return undo(steps);
  if (steps.future[0] === scenario) return redo(steps);
  return stepped(steps, steps.scenario, scenario);
};
