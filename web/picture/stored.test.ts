import { readdirSync, readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { archs } from '../../src/arch/index.ts';
import { policies } from '../../src/placement/policies.ts';
import { svgOf } from '../draw/svg.ts';
import { oddNumbers, xmlProblem } from '../draw/testing.ts';
import { palettes } from '../draw/tokens.ts';
import { drawScene, storedPictures, storedScenes } from './scenes.ts';

const STORED = new URL('./stored/', import.meta.url);
const stored = (file: string): string | undefined => {
  try {
    return readFileSync(new URL(file, STORED), 'utf8');
  } catch {
    return undefined;
  }
};

/** How a picture differs from the stored one, and what to do about it; undefined where they are the same. */
const difference = (file: string, before: string | undefined, now: string): string | undefined => {
  if (before === now) return undefined;
  const todo = [
    'To look: npm run pictures -- --png FOLDER makes a PNG of it, and of the new one beside it.',
    'To accept: npm run pictures draws it anew; say in the commit why it changed.',
  ];
  if (before === undefined) return [`${file} is not stored.`, ...todo].join('\n');
  const [was, is] = [before.split('\n'), now.split('\n')];
  const at = is.findIndex((line, i) => line !== was[i]);
  const [old, fresh] = [new Set(was), new Set(is)];
  const [gone, added] = [was.filter(l => !fresh.has(l)).length, is.filter(l => !old.has(l)).length];
  return [
    `${file} is drawn differently: ${gone} lines gone, ${added} lines new. The first, line ${at + 1}:`,
    `- ${was[at] ?? '(end)'}`,
    `+ ${is[at] ?? '(end)'}`,
    ...todo,
  ].join('\n');
};

const pictures = storedPictures();

describe('stored pictures', () => {
  test.each(pictures.map(p => [p.file, p.svg] as const))('%s is what is drawn', (file, svg) => {
    const problem = difference(file, stored(file), svg);
    if (problem !== undefined) expect.fail(problem);
  });

  test.each(pictures.map(p => [p.file, p.svg] as const))('%s cuts no words', (_, svg) => {
    expect(svg.match(/<text[^>]*>[^<]*…/g) ?? []).toEqual([]);
  });

  test('nothing else is stored', () => {
    expect(readdirSync(STORED).sort()).toEqual(pictures.map(p => p.file).sort());
    expect(new Set(storedScenes().map(s => s.id)).size).toBe(storedScenes().length);
  });

  test('together they stay small enough to clone without a thought', () => {
    const bytes = pictures.reduce((sum, p) => sum + (statSync(new URL(p.file, STORED)).size ?? 0), 0);
    expect(bytes).toBeLessThan(2.5 * 2 ** 20);
    expect(bytes / pictures.length).toBeLessThan(60 * 1024);
  });

  test('a difference is told with its place and how to accept it', () => {
    expect(difference('a.svg', 'x\n', 'x\n')).toBeUndefined();
    expect(difference('a.svg', 'x\ny\n', 'x\nz\n')).toMatch(
      /line 2:\n- y\n\+ z\n(?:.*\n)*.*npm run pictures/,
    );
    expect(difference('a.svg', undefined, '')).toMatch(/not stored/);
  });
});

test('the same scene is drawn the same twice', () => {
  expect(storedPictures()).toEqual(pictures);
});

const lengths = ['4K', '64K', '2M', '1G+2M+4K', '15M', '2G', '1T', '3G-4K'];
const bars = ['2@0x38_8000_0000+2G', '0@0x1000+64K', '2@0x0+1T', '5@0x20_0010_0000+256M'];
const hash = fc
  .record({
    a: fc.constantFrom(...archs.map(a => a.id)),
    k: fc.constantFrom('6.1', '6.6.30', '6.12', '6.12.117', '6.16', '7.3'),
    p: fc.constantFrom(...policies.map(p => p.id)),
    len: fc.constantFrom(...lengths),
    bar: fc.constantFrom(...bars),
    as: fc.constantFrom('qemu', 'qemu-run', 'scene', 'bare'),
    layout: fc.constantFrom('topdown', 'bottomup'),
    hint: fc.constantFrom('0x0', '0x7f43_0000_0000', '0x80_0000_0000_0000'),
  })
  .map(
    fields =>
      `#1&${Object.entries(fields)
        .map(([k, v]) => `${k}=${v}`)
        .join('&')}`,
  );

test('any scenario makes a well-formed document of finite numbers, at any size and in any theme', () => {
  fc.assert(
    fc.property(
      hash,
      fc.integer({ min: 300, max: 2200 }),
      fc.integer({ min: 400, max: 1400 }),
      fc.constantFrom('dark', 'light', 'projector', 'forced'),
      (link, width, atLeast, theme) => {
        const { marks, height } = drawScene(link, width, atLeast);
        const svg = svgOf(marks, {
          width,
          height,
          palette: palettes[theme],
          title: link,
          outlines: theme === 'forced',
        });
        expect(xmlProblem(svg)).toBeUndefined();
        expect(oddNumbers(svg)).toEqual([]);
        expect(svg.length).toBeLessThan(400_000);
      },
    ),
    { numRuns: 50 },
  );
  // Slow machines are no failure.
}, 60_000);
