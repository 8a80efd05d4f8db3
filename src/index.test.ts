import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildEngine, ENGINE } from '../scripts/buildEngine.ts';

// A compiler and two programs on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = fileURLToPath(new URL('..', import.meta.url));
const doc = readFileSync(join(root, 'docs/engine.md'), 'utf8');

/** The programs of the page, each with what it prints. */
const examples = [...doc.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, code = '', prints = '']) => ({ code, prints }),
);

describe('the engine as a package', () => {
  let folder = '';
  let engine = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hugemap-engine-'));
    engine = join(folder, 'node_modules', ENGINE);
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    buildEngine(engine);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has examples', () => expect(examples).toHaveLength(3));

  it.each(examples.map(({ code, prints }, i) => [i + 1, code, prints] as const))(
    'example %i of docs/engine.md prints what stands below it, in plain Node',
    (i, code, prints) => {
      const file = join(folder, `example${i}.js`);
      writeFileSync(file, code);
      // No option, no loader.
      const printed = execFileSync(process.execPath, [file], { encoding: 'utf8', env: {} });
      expect(printed).toBe(prints);
    },
  );

  it('has types that another project can use', () => {
    writeFileSync(
      join(folder, 'use.ts'),
      [
        `import { defaultScenario, readLink, solve, type Scenario, type Solution, va } from '${ENGINE}';`,
        'const scenario: Scenario = { ...defaultScenario, space: { ...defaultScenario.space, mmapBase: va(2 ** 46) } };',
        'const solution: Solution = solve(scenario);',
        'export const count: number | undefined = solution.device?.leaves[0]?.count;',
        '// @ts-expect-error: a link is a text',
        'readLink(1);',
        '',
      ].join('\n'),
    );
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const said = execFileSync(process.execPath, [tsc, ...options, 'use.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toBe('');
  });

  it('holds what it needs and nothing else', () => {
    const files = readdirSync(engine, { recursive: true, encoding: 'utf8' });
    const odd = files.filter(
      f => /\.\w+$/.test(f) && !/^(?:package\.json|README\.md)$|\.js$|\.d\.ts$/.test(f),
    );
    expect(odd).toEqual([]);
    expect(files.filter(f => /test|testing|cli/.test(f))).toEqual([]);
    for (const file of files.filter(f => /\.(?:js|d\.ts)$/.test(f))) {
      const text = readFileSync(join(engine, file), 'utf8');
      const foreign = [...text.matchAll(/^(?:import|export) .* from '([^']+)';$/gm)].map(m => m[1] ?? '');
      for (const path of foreign) expect(path, `${file} imports`).toMatch(/^\.{1,2}\/.*\.js$/);
    }
    const { name, dependencies, exports } = JSON.parse(
      readFileSync(join(engine, 'package.json'), 'utf8'),
    ) as {
      readonly name: string;
      readonly dependencies?: unknown;
      readonly exports: unknown;
    };
    expect(name).toBe(ENGINE);
    expect(dependencies).toBeUndefined();
    expect(exports).toEqual({ '.': { types: './index.d.ts', default: './index.js' } });
  });
});
