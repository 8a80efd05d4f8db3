import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Vma } from '../../../src/space/vma.ts';
import { va } from '../../../src/units.ts';
import { changesTo, packVmas, unpackVmas } from './orders.ts';

test('VMAs come out of their columns as they went in, in pieces of any size', () => {
  const vma = fc.record({
    start: fc.integer({ min: 0, max: 2 ** 40 }).map(n => va(n * 4096)),
    end: fc.integer({ min: 0, max: 2 ** 44 }).map(n => va(n * 4096)),
    growsDown: fc.boolean(),
    shadowStack: fc.boolean(),
    perms: fc.constantFrom('rw-p', 'r-xp', '---p', ''),
    name: fc.oneof(fc.constantFrom('', '[heap]', 'true', 'a b'), fc.string()),
  });
  fc.assert(
    fc.property(fc.array(vma), fc.integer({ min: 1, max: 9 }), (vmas: readonly Vma[], piece) => {
      const back: Vma[] = [];
      for (let at = 0; at < vmas.length; at += piece)
        back.push(...unpackVmas(structuredClone(packVmas(vmas, at, at + piece))));
      expect(back).toEqual(vmas);
    }),
  );
});

test('told only what has changed, one knows all', () => {
  const painting = fc.record({
    a: fc.integer({ max: 3, min: 0 }),
    b: fc.constantFrom('x', 'y'),
    c: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(painting), all => {
      let here: (typeof all)[number] | undefined;
      let there = {};
      for (const now of all) {
        const changes = changesTo(now, here);
        expect(Object.keys(changes).every(key => here?.[key as 'a'] !== now[key as 'a'])).toBe(true);
        there = { ...there, ...structuredClone(changes) };
        here = now;
        expect(there).toEqual(now);
      }
    }),
  );
});
