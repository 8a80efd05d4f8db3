import { expect, it } from 'vitest';
import { lowestBit, powerAbove, powerBelow } from './units.ts';

it('powers of two, up to those of addresses', () => {
  expect([lowestBit(0), lowestBit(0x3000), lowestBit(2 ** 56)]).toEqual([Infinity, 0x1000, 2 ** 56]);
  expect([0, 1, 5, 8, 2 ** 56 + 4096].map(powerBelow)).toEqual([1, 1, 4, 8, 2 ** 56]);
  expect([0, 1, 5, 8, 2 ** 56 + 4096].map(powerAbove)).toEqual([1, 1, 8, 8, 2 ** 57]);
});
