import fc from 'fast-check';
import { expect, it } from 'vitest';
import { vmasFromText } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import { va } from '../units.ts';
import { MAP } from './flags.ts';
import { mmapInto, munmapFrom, type Process } from './process.ts';
import { callOf, machine, testLimits } from './testing.ts';

const list = vmasFromText('0x100000 4K AAA..BCC.D..EEEE....F.g..HIJ.K.L.MMMMM');

/** The pages of a range as a set of names by page: slow, and plain. */
const pagesOf = (vmas: readonly Vma[]): Map<number, string> => {
  const pages = new Map<number, string>();
  for (const v of vmas)
    for (let page = v.start / 4096; page < v.end / 4096; page++) pages.set(page, `${v.name}/${v.growsDown}`);
  return pages;
};

const edits = fc.array(
  fc.record({
    unmap: fc.boolean(),
    from: fc.integer({ min: 0, max: 50 }),
    pages: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 12 },
);

it('calls one after another leave the pages that each leaves, and count what is left', () => {
  fc.assert(
    fc.property(edits, all => {
      const mm = machine(list);
      let process: Process = { mm, limits: testLimits };
      const pages = pagesOf(list);
      all.forEach(({ unmap, from, pages: n }, i) => {
        const start = 0x10_0000 + from * 4096;
        const end = start + n * 4096;
        const name = `call ${i}`;
        for (let page = start; page < end; page += 4096)
          if (unmap) pages.delete(page / 4096);
          else pages.set(page / 4096, `${name}/false`);
        if (unmap) process = munmapFrom(process, start, end);
        else {
          const request = callOf({ hint: start, length: n * 4096, flags: MAP.PRIVATE | MAP.FIXED });
          process = mmapInto(process, request, name).process;
        }
      });
      const { space } = process.mm;
      expect(new Map([...pagesOf(space.vmas)].sort(([a], [b]) => a - b))).toEqual(
        new Map([...pages].sort(([a], [b]) => a - b)),
      );
      expect(space.count).toBe(space.vmas.length);
      space.vmas.reduce((end, v) => {
        expect(v.start).toBeGreaterThanOrEqual(end);
        expect(v.end).toBeGreaterThan(v.start);
        return v.end;
      }, va(0));
      // What was there before is left alone.
      expect(mm.space.vmas).toBe(list);
      expect(process.mm.space.index.count).toBe(space.count);
    }),
  );
});
