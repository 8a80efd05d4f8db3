import { useMemo, useState } from 'react';
import type { PlacementEvent } from '../../../src/placement/mm.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { sameQuestion } from '../../scenario/view.ts';
import { useCalmScenario } from '../../state/calm.ts';
import { eventsOf, solutionOf } from '../../state/solution.ts';
import { useScenario } from '../../state/store.ts';

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

/** The Scenario shown, its answer, and how the answer came about. */
export const useFacts = (): Facts => factsOf(useScenario());

/** The same at the pace of a reader: see {@link useCalmScenario}. */
export const useCalmFacts = (): Facts => {
  const scenario = useCalmScenario();
  const [asked, setAsked] = useState(scenario);
  // Where one looks changes nothing of it.
  const same = sameQuestion(asked, scenario);
  if (!same) setAsked(scenario);
  const question = same ? asked : scenario;
  return useMemo(() => factsOf(question), [question]);
};
