import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf, problemsOf, readSources } from '../scripts/importGraph.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Problems of files that exist nowhere. */
const problemsIn = (files: Readonly<Record<string, string>>): readonly string[] =>
  problemsOf(new Map(Object.entries(files)));

describe('the imports of this repository', () => {
  it('keep the rules', () => {
    const sources = readSources(root, ['src', 'web']);
    expect(sources.has('src/units.ts')).toBe(true);
    expect(problemsOf(sources)).toEqual([]);
  });
});

describe('what counts as an import', () => {
  it.each([
    ["import a, { type B } from './a.ts';", './a.ts'],
    ["import type { B } from './b.ts';", './b.ts'],
    ["import './effect.ts';", './effect.ts'],
    ["export * from './c.ts';", './c.ts'],
    ["export { d } from './d.ts';", './d.ts'],
    ["export type { E } from './e.ts';", './e.ts'],
    ["const f = import('./f.ts');", './f.ts'],
    ['const f = import(`./f.ts`);', './f.ts'],
    ['const f = import(name);', '(computed)'],
    ["type G = import('./g.ts').G;", './g.ts'],
    ["const h = require('h');", 'h'],
    ["new Worker(new URL('./w.ts', import.meta.url));", './w.ts'],
  ])('%s', (text, specifier) => {
    expect(importsOf('x.ts', text)).toEqual([specifier]);
  });

  it.each([
    '// import a from "./a.ts"',
    'const text = "import a from \'./a.ts\'";',
    "const url = new URL('./a.ts', 'https://example.org');",
    'export const a = 1;',
  ])('not: %s', text => {
    expect(importsOf('x.ts', text)).toEqual([]);
  });

  it('reads JSX, and refuses text that does not parse', () => {
    expect(importsOf('x.tsx', "import { A } from './a.tsx'; const x = <A>import b from 'b'</A>;")).toEqual([
      './a.tsx',
    ]);
    expect(() => importsOf('x.ts', 'import {')).toThrow('x.ts does not parse');
  });
});

describe('the rules fail on bad files', () => {
  const bad: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      'the engine imports the app',
      { 'src/solve.ts': "import '../web/state/a.ts';", 'web/state/a.ts': '' },
      'src/ never imports web/',
    ],
    [
      'the engine imports the app, as a type',
      { 'src/solve.ts': "import type { A } from '../web/state/a.ts';", 'web/state/a.ts': '' },
      'src/ never imports web/',
    ],
    ['the engine imports React', { 'src/units.ts': "import 'react';" }, 'src/ has no dependency'],
    ['the engine imports Node', { 'src/units.ts': "import 'node:fs';" }, 'src/ has no dependency'],
    ['the engine imports a package', { 'src/units.ts': "export * from 'zod';" }, 'src/ has no dependency'],
    ['a program imports a package', { 'src/replay/cli.ts': "import 'zod';" }, 'src/ has no dependency'],
    [
      'the engine reaches out of its folder',
      { 'src/units.ts': "import data from '../public/a.json';" },
      'src/ imports nothing outside itself',
    ],
    ['a path is computed', { 'src/units.ts': 'export const f = (x: string) => import(x);' }, 'computed'],
    [
      'the road leads up',
      { 'src/space/a.ts': "import '../placement/b.ts';", 'src/placement/b.ts': '' },
      'space may not import placement: the road leads down',
    ],
    [
      'neighbours of one row know each other',
      { 'src/leaves/a.ts': "import '../placement/b.ts';", 'src/placement/b.ts': '' },
      'leaves may not import placement',
    ],
    [
      'a folder imports the public face',
      { 'src/cost/a.ts': "import '../index.ts';", 'src/index.ts': '' },
      'cost may not import index.ts',
    ],
    [
      'a folder without a place in the order',
      { 'src/misc/a.ts': '' },
      'src/misc/a.ts: misc has no place in the order',
    ],
    [
      'two files in a circle',
      { 'src/space/a.ts': "import './b.ts';", 'src/space/b.ts': "import './a.ts';" },
      'a circle: src/space/a.ts imports src/space/b.ts imports src/space/a.ts',
    ],
    [
      'a circle of types',
      { 'web/ui/a.ts': "import type { B } from './b.ts';", 'web/ui/b.ts': "export type * from './a.ts';" },
      'a circle: web/ui/a.ts',
    ],
    [
      'a circle through three files, without extensions',
      {
        'src/space/a.ts': "import './b';",
        'src/space/b.ts': "import './c';",
        'src/space/c/index.ts': "import '../a';",
      },
      'a circle: src/space/a.ts imports src/space/b.ts imports src/space/c/index.ts imports src/space/a.ts',
    ],
    [
      'a screen imports a screen',
      { 'web/map/a.ts': "import '../compare/b.ts';", 'web/compare/b.ts': '' },
      'the screen map may not import the screen compare',
    ],
    [
      'a shared folder imports a screen',
      { 'web/state/a.ts': "import '../map/b.ts';", 'web/map/b.ts': '' },
      'state is shared and may not import the screen map',
    ],
    [
      'drawing imports React',
      { 'web/draw/a.ts': "import { useMemo } from 'react';" },
      'draw/ works without React',
    ],
    [
      'drawing reaches React through another folder',
      { 'web/draw/a.ts': "import '../ui/b.tsx';", 'web/ui/b.tsx': "import 'react';" },
      'web/draw/a.ts imports web/ui/b.tsx imports react: draw/ works without React',
    ],
    ['drawing holds JSX', { 'web/draw/a.tsx': '' }, 'draw/ holds no JSX'],
    ['the app imports Node', { 'web/main.tsx': "import 'node:fs';" }, 'web/ runs in a browser'],
    [
      'a file leans on a test',
      { 'src/units.ts': "import './units.test.ts';", 'src/units.test.ts': '' },
      'a test is imported by nothing',
    ],
    [
      'a file leans on a program',
      { 'src/replay/a.ts': "import './cli.ts';", 'src/replay/cli.ts': '' },
      'a command-line program is imported by nothing',
    ],
    ['a file is missing', { 'src/units.ts': "import './gone.ts';" }, 'no such file'],
  ];

  it.each(bad)('%s', (_, files, message) => {
    expect(problemsIn(files).join('\n')).toContain(message);
  });

  it('and pass on good ones', () => {
    expect(
      problemsIn({
        'src/units.ts': '',
        'src/units.test.ts': "import 'vitest'; import 'node:fs'; import './replay/cli.ts';",
        'src/space/a.ts': "import '../units.ts'; import './b.ts';",
        'src/space/b.ts': '',
        'src/solve.ts': "import './space/a.ts';",
        'src/replay/run.ts': "import '../solve.ts';",
        'src/replay/cli.ts': "import 'node:fs'; import './run.ts';",
        'src/index.ts': "export * from './solve.ts';",
        'web/draw/a.ts': "import '../../src/index.ts';",
        'web/ui/a.tsx': "import 'react'; import './a.css';",
        'web/map/a.tsx': "import '../ui/a.tsx'; import '../draw/a.ts';",
        'web/compare/a.tsx': "import '../ui/a.tsx';",
        'web/main.tsx': "import './map/a.tsx'; import './compare/a.tsx';",
      }),
    ).toEqual([]);
  });
});
