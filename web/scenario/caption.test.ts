import { describe, expect, it } from 'vitest';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { screenCaption } from './caption.ts';
import { screens, withDiagnose, withScreen } from './view.ts';

describe('the caption of the header', () => {
  it('speaks of the scene only where the scene is shown', () => {
    const scene = screenCaption(defaultScenario);
    expect(scene).toContain('2 GiB BAR');
    const same = screens.filter(({ id }) => screenCaption(withScreen(id)(defaultScenario)) === scene);
    expect(same.map(({ id }) => id)).toEqual(['map', 'compare', 'sweep', 'labs']);
  });

  it('counts the texts that are diagnosed', () => {
    const asked = withScreen('diagnose')(defaultScenario);
    expect(screenCaption(asked)).toBe('what a machine prints');
    const given = (n: number): string =>
      screenCaption(
        withDiagnose({ texts: Array.from({ length: n }, () => ({ name: '', text: 'x' })) })(asked),
      );
    expect([given(1), given(2)]).toEqual(['1 text of a machine', '2 texts of a machine']);
  });
});
