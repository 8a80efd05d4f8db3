/** C compiled and run by tests: the compiler of the machine, in a folder that is gone afterwards. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The first C compiler of this machine that answers; undefined where there is none. */
const compiler: string | undefined = [process.env['CC'] ?? '', 'cc', 'gcc', 'clang'].find(
  name => name !== '' && spawnSync(name, ['--version']).status === 0,
);

/** Whether C can be compiled here. Where not it says so, so that skipped tests are not taken for passed ones. */
export const canCompile = (what: string): boolean => {
  if (compiler === undefined || process.platform !== 'linux')
    console.warn(`SKIPPED: ${what} needs Linux and a C compiler (cc, gcc or clang), and here is none.`);
  return compiler !== undefined && process.platform === 'linux';
};

/** What became of a run. `code` is -1 where it was killed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const STRICT = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'];

/** Compiles C strictly, each source by itself. Gives the compiler's words: empty where it has nothing to say. */
export const check = (sources: readonly string[], how: 'syntax' | 'whole' = 'whole'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap-c-'));
  try {
    const names = sources.map((source, i) => {
      const name = join(folder, `${i}.c`);
      writeFileSync(name, source);
      return name;
    });
    const only = how === 'syntax' ? '-fsyntax-only' : '-c';
    const { status, stderr } = spawnSync(compiler ?? 'cc', [...STRICT, only, ...names], {
      encoding: 'utf8',
      cwd: folder,
    });
    return status === 0 ? stderr : `exit ${status}: ${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * Compiles sources strictly into one program and hands over what runs it. Throws with the compiler's words where
 * they do not compile.
 */
export const compiled = (
  sources: readonly string[],
  use: (run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Ran) => void,
): void => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap-c-'));
  try {
    const names = sources.map((source, i) => {
      const name = join(folder, `${i}.c`);
      writeFileSync(name, source);
      return name;
    });
    const program = join(folder, 'program');
    const build = spawnSync(compiler ?? 'cc', [...STRICT, '-o', program, ...names], { encoding: 'utf8' });
    if (build.status !== 0) throw new Error(build.stderr);
    use((args, env = {}) => {
      const { status, stdout, stderr } = spawnSync(program, [...args], {
        encoding: 'utf8',
        timeout: 60_000,
        env: { ...process.env, LC_ALL: 'C', ...env },
      });
      return { code: status ?? -1, out: stdout, err: stderr };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
