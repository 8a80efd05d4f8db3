import { lessonScenario } from '../../src/scenario/lessons.ts';
import type { Update } from '../state/steps.ts';

/**
 * What choosing a lesson of src/scenario/lessons.ts does: its Scenario on the present screen, the whole mapping in
 * view. A name that no lesson has changes nothing.
 */
export const lessonUpdate =
  (id: string): Update =>
  s => {
    const scenario = lessonScenario(id);
    return scenario === undefined ? s : { ...scenario, view: { ...s.view, map: scenario.view.map } };
  };
