import { expect, it } from 'vitest';
import { readHash } from '../state/links.ts';
import { solutionOf } from '../state/solution.ts';
import { spaceShown } from './spaceShown.ts';
import { spaceTwin } from './twins.ts';

const HOLED = '#1&as=scene&holes=0x1000_0000+4K';
const answer = (hash: string) => solutionOf(readHash(hash).scenario);

it('has the other mappings of the device around any but the first', () => {
  const first = answer(HOLED);
  expect(spaceShown(first)).toBe(first.prepared.mm.space);
  const second = answer(`${HOLED}&part=2`);
  const [other, shown] = second.parts;
  expect(second.device).toBe(shown);
  const { vmas } = spaceShown(second);
  expect(vmas).toHaveLength(first.prepared.mm.space.vmas.length + 1);
  expect(vmas.find(v => v.name === 'vfio, part 1')).toMatchObject({
    start: other?.mapping.start,
    end: other?.mapping.end,
  });
  expect(spaceShown(second)).toBe(spaceShown(second));
  expect(spaceTwin(second, []).rows.map(r => r.join(' | '))).toContainEqual(
    expect.stringContaining('vfio, part 1'),
  );
});

it('leaves the process as it is where a mapping lies over what was there', () => {
  const second = answer(`${HOLED}&part=2`);
  const vma = second.prepared.mm.space.vmas.at(-1);
  if (vma === undefined) throw new Error('no VMAs');
  const parts = second.parts.map(part =>
    part === second.device ? part : { ...part, mapping: { ...part.mapping, start: vma.start, end: vma.end } },
  );
  expect(spaceShown({ ...second, parts })).toBe(second.prepared.mm.space);
});
