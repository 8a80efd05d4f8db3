import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vma } from '../../src/space/vma.ts';
import { va } from '../../src/units.ts';
import { catalogOf } from './vmaKind.ts';

const names = ['', 'libc.so.6', '[heap]', 'arena', '/usr/lib/libpixman-1.so.0.42', '[stack]'];

const vmaAt = (page: number, pages: number, name: string): Vma => ({
  start: va(page * 4096),
  end: va((page + pages) * 4096),
  perms: name === 'arena' ? '---p' : 'rw-p',
  name,
  growsDown: false,
  shadowStack: false,
});

/** VMAs in runs and alone, from a seed, three pages apart at most. */
const listOf = (count: number, seed: number): readonly Vma[] => {
  let state = seed;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let at = 16;
  return Array.from({ length: count }, () => {
    const pages = 1 + next(next(10) === 0 ? 5000 : 20);
    const made = vmaAt(at, pages, names[next(names.length)] ?? '');
    at += pages + (next(2) === 0 ? 0 : 3);
    return made;
  });
};

describe('the catalog of an edited list', () => {
  it('is the one that the list would have by itself, as far as a row can use it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 1 }), (seed, where, taken) => {
        const list = listOf(1100, seed);
        const at = where % 1100;
        const low = list[at - 1]?.end ?? 0;
        const above = list[at + taken]?.start ?? low + 4096 * 100;
        const fresh = above > low ? [vmaAt(low / 4096, (above - low) / 4096, 'lid')] : [];
        const edited = [...list.slice(0, at), ...fresh, ...list.slice(at + taken)];
        // A list that shares nothing with the one before it, so that both begin anew.
        catalogOf(list);
        const got = catalogOf(edited);
        const want = catalogOf(edited.map(v => ({ ...v })));
        expect(got.names).toEqual(want.names);
        expect(got.kinds).toEqual(want.kinds);
        expect(got.notable.slice(0, 40)).toEqual(want.notable.slice(0, 40));
      }),
      { numRuns: 40 },
    );
  });
});
