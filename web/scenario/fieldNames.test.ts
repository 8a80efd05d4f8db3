import { expect, it } from 'vitest';
import { linkKeys } from '../../src/scenario/link.ts';
import { fieldName } from './fieldNames.ts';

it('names every field of the link in words', () => {
  for (const key of [...linkKeys, 'version']) expect([key, fieldName(key)]).not.toEqual([key, key]);
  expect(fieldName('constructor')).toBe('constructor');
});
