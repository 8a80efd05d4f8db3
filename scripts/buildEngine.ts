/**
 * npm run build:engine: the engine of src/ as a package in dist-engine/, for Node and for bundlers: ES modules, types,
 * no dependency. `npm pack ./dist-engine` makes a file of it that can be installed.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface OwnPackage {
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly engines: unknown;
}

/** The name under which the engine is installed. */
export const ENGINE = 'hugemap-engine';

/** Builds the package into a folder, which is emptied before. */
export const buildEngine = (out: string): void => {
  rmSync(out, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.engine.json', '--outDir', out], {
    cwd: root,
    stdio: 'inherit',
  });
  // The compiler writes the paths of the modules anew and leaves those of the types.
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join(out, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*|import\('\.[^']*)\.ts'/g, "$1.js'"),
    );
  }
  const { version, license, description, engines } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as OwnPackage;
  const made = {
    name: ENGINE,
    version,
    description,
    license,
    type: 'module',
    sideEffects: false,
    engines,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
  };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(made, undefined, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  cpSync(join(root, 'docs/engine.md'), join(out, 'README.md'));
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) buildEngine(join(root, 'dist-engine'));
