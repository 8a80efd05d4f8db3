import { expect, it } from 'vitest';
import { toLines } from '../../src/intake/line.ts';
import { countLines, joinParts, locate } from './parts.ts';

it('counts lines as the readers do, for every kind of line end', () => {
  for (const text of ['a', 'a\n', 'a\nb', 'a\r\nb\r\n', 'a\rb', '\n\n', 'a\r\n\r\nb'])
    expect(countLines(text)).toBe(toLines(text).lines.length - (/[\r\n]$/.test(text) ? 1 : 0));
  expect(countLines('')).toBe(0);
});

it('tells where a line of the joined text came from', () => {
  const parts = [
    { name: '', text: 'one\ntwo' },
    { name: 'maps', text: 'three\nfour\n' },
    { name: 'lspci', text: 'five' },
  ].map(p => ({ ...p, lines: countLines(p.text) }));
  expect(joinParts(parts)).toBe('one\ntwo\nthree\nfour\nfive\n');
  expect(locate(parts, 2)).toEqual({ name: '', line: 2 });
  expect(locate(parts, 3)).toEqual({ name: 'maps', line: 1 });
  expect(locate(parts, 5)).toEqual({ name: 'lspci', line: 1 });
});
