import { useMemo } from 'react';
import type { PlacementEvent } from '../../../src/placement/mm.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { useCalmScenario, useRestedScenario } from '../../state/calm.ts';
import { askedOf, eventsOf, solutionOf } from '../../state/solution.ts';

/** What the verdict is made of. */
export interface Facts {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly events: readonly PlacementEvent[];
}

const factsOf = (scenario: Scenario): Facts => ({
  scenario,
  solution: solutionOf(scenario),
  events: eventsOf(scenario),
});

/** The Scenario shown, its answer, and how the answer came about, at the pace of a reader: see {@link useCalmScenario}. */
export const useCalmFacts = (): Facts => {
  const question = askedOf(useCalmScenario());
  return useMemo(() => factsOf(question), [question]);
};

/** The same once the hand has let go: see {@link useRestedScenario}. */
export const useRestedFacts = (): Facts => {
  const question = askedOf(useRestedScenario());
  return useMemo(() => factsOf(question), [question]);
};
