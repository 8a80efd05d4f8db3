import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import type { Read } from '../../src/text.ts';
import { readScenario, readTourField, type Scene, type Tour } from '../../src/tour/tour.ts';
import { tours } from '../../src/tour/tours.ts';
import type { HallScene } from '../picture/hall.ts';
import { codec } from '../state/codec.ts';
import { solutionOf } from '../state/solution.ts';

/** The tour that a link's field names. Never throws. */
export const tourOf = (field: string): Read<Tour> => readTourField(field, tours, codec);

/** A scene, ready to be shown. */
export interface ReadyScene {
  readonly scene: Scene;
  readonly scenario: Scenario;
  /** undefined where the Scenario cannot be solved, or is about another screen. */
  readonly solution: Solution | undefined;
  /** The picture that another screen has of it for a hall. */
  readonly hall: HallScene | undefined;
  /** What of its link could not be used, in words. */
  readonly problem: string | undefined;
}

/** Reads a scene's link and asks the engine. Never throws. */
export const readyScene = (scene: Scene, hallScene: (s: Scenario) => HallScene | undefined): ReadyScene => {
  const { scenario, problems } = readScenario(scene.link, codec);
  const said = problems.map(p => `${p.field}: ${p.reason}`).join('; ');
  const problem = said === '' ? undefined : `Not all of its link could be used. ${said}.`;
  try {
    const solution = solutionOf(scenario);
    return {
      scene,
      scenario,
      solution: scenario.view.screen === 'map' ? solution : undefined,
      hall: hallScene(scenario),
      problem,
    };
  } catch (error) {
    return {
      scene,
      scenario,
      solution: undefined,
      hall: undefined,
      problem: `This scene cannot be: ${error instanceof Error ? error.message : String(error)}.`,
    };
  }
};
