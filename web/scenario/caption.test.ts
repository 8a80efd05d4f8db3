import { expect, test } from 'vitest';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { sceneCaption } from './caption.ts';
import { withDma, withLabs, withScreen } from './view.ts';

test('the scene is captioned by its BAR and its address space', () => {
  expect(sceneCaption(defaultScenario)).toMatch(/^2 GiB BAR, /);
});

test('a lab that is not about the BAR does not speak of it', () => {
  const labs = withScreen('labs')(defaultScenario);
  expect(sceneCaption(withLabs({ lab: 'pages' })(labs))).toBe('struct page contiguity');
  expect(sceneCaption(withLabs({ lab: 'zap' })(labs))).toBe('Zap against mmap');
  expect(sceneCaption(labs)).toMatch(/^2 GiB BAR, /);
  expect(sceneCaption(withDma({ memory: 'thp' })(labs))).toBe('2 GiB of ordinary memory');
  // Which lab was left open matters on the Labs screen alone.
  expect(sceneCaption(withLabs({ lab: 'zap' })(defaultScenario))).toMatch(/^2 GiB BAR, /);
});
