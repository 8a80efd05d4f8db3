import { expect, it } from 'vitest';
import { MAX_INTAKE } from '../../src/intake/limit.ts';
import { readFiles } from './TextFiles.tsx';

/** A file that is too large, or gone: what a browser gives for it. */
const odd = (name: string, size: number): File =>
  Object.defineProperty(
    Object.assign(new File([], name), { text: () => Promise.reject(new Error('gone')) }),
    'size',
    { value: size },
  );

it('reads what can be read, in its order, and names the rest', async () => {
  const files = [
    new File(['one'], 'a.txt'),
    odd('large.txt', MAX_INTAKE + 2 ** 20),
    odd('gone.txt', 3),
    new File(['two'], 'b.txt'),
  ];
  expect(await readFiles(files)).toEqual({
    texts: [
      { name: 'a.txt', text: 'one' },
      { name: 'b.txt', text: 'two' },
    ],
    trouble: 'large.txt has 33 MiB: above 32 MiB nothing is read. gone.txt: the browser could not read it.',
  });
  expect(await readFiles([])).toEqual({ texts: [], trouble: '' });
});
