import type { PlacementEvent } from '../../../src/placement/mm.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { eventsOf, solutionOf } from '../../state/solution.ts';
import { useScenario } from '../../state/store.ts';

/** What the verdict is made of. */
export interface Facts {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly events: readonly PlacementEvent[];
}

/** The Scenario shown, its answer, and how the answer came about. */
export const useFacts = (): Facts => {
  const scenario = useScenario();
  return { scenario, solution: solutionOf(scenario), events: eventsOf(scenario) };
};
