import { expect, test } from 'vitest';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { labCaption } from './labNames.ts';
import { withDma, withLabs } from './view.ts';

test('a lab that is not about the BAR does not speak of it', () => {
  expect(labCaption(withLabs({ lab: 'pages' })(defaultScenario))).toBe('struct page contiguity');
  expect(labCaption(withLabs({ lab: 'zap' })(defaultScenario))).toBe('Zap against mmap');
  expect(labCaption(withDma({ memory: 'thp' })(defaultScenario))).toBe('2 GiB of ordinary memory');
  expect(labCaption(defaultScenario)).toBeUndefined();
});
