import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import { collectCommands, collectPaste, collectScript } from './collect.ts';
import { traceRecipes } from './traceRecipes.ts';

const shell = (args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync('sh', [...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
  return { code: status, out: stdout, err: stderr };
};
/** Parses without running. */
const parses = (text: string) => shell(['-n', '-s'], text);
const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('SKIPPED: the collecting script is run on Linux only.');

describe('every command', () => {
  it.each(collectCommands.map(c => [c.id, c] as const))('%s is shell, and says what it is', (_, c) => {
    expect(parses(c.command)).toEqual({ code: 0, out: '', err: '' });
    expect(c.needsRoot).toBe(/sudo /.test(c.command));
    expect(c.says).toMatch(/\.$/);
    expect(c.command).not.toMatch(/[^\x20-\x7e\n…]/);
    // A variable that is not set must not glue paths together unquoted.
    expect(c.command.replaceAll(/"[^"]*"/g, '')).not.toContain('$');
  });

  it('is known for a command where it is pasted with what it prints', () => {
    const { problems } = readIntake(collectCommands.map(c => `${c.command}\n`).join(''));
    expect(problems).toEqual([]);
  });

  it.skipIf(!onLinux)('of kernel and counts prints what is read', () => {
    for (const id of ['kernel', 'counts'] as const) {
      const { out } = shell(['-s'], collectCommands.find(c => c.id === id)?.command, {
        PID: String(process.pid),
      });
      const { figures, problems } = readIntake(out);
      expect(problems).toEqual([]);
      if (id === 'kernel') expect(figures).toMatchObject({ kernel: {}, machine: {}, page: {} });
      else expect(figures).toMatchObject({ faults: {}, vmPte: {} });
    }
  });

  it.each(traceRecipes(defaultScenario).map(r => [r.id, r] as const))(
    'the trace recipe %s is shell',
    (_, r) => {
      expect(r.ok).toBe(true);
      if (r.ok) expect(parses(r.command)).toEqual({ code: 0, out: '', err: '' });
    },
  );

  it('has a name of its own', () => {
    expect(new Set(collectCommands.map(c => c.id)).size).toBe(collectCommands.length);
    expect(new Set(collectCommands.map(c => c.title)).size).toBe(collectCommands.length);
  });
});

describe('the script', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hugemap-collect-'));
    writeFileSync(join(folder, 'collect.sh'), collectScript);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (args: readonly string[], env = {}) => shell([join(folder, 'collect.sh'), ...args], '', env);

  it('is shell, as a file and pasted', () => {
    expect(parses(collectScript)).toEqual({ code: 0, out: '', err: '' });
    expect(parses(collectPaste)).toEqual({ code: 0, out: '', err: '' });
  });

  it('refuses what is no process id', () => {
    for (const args of [[], [''], ['x'], ['1;id'], ['-1'], ['../1']])
      expect(run(args)).toMatchObject({ code: 2, out: '', err: 'usage: sh hugemap-collect.sh PID [FILE]\n' });
  });

  it.skipIf(!onLinux)('collects a process in one file that the app reads', () => {
    const file = join(folder, 'self.txt');
    expect(run([String(process.pid), file])).toMatchObject({ code: 0, out: `${file}\n` });
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^\$ uname -r -m\n\d+\.\d+/);
    expect(readIntake(text).figures).toMatchObject({ kernel: {}, machine: {}, page: {} });
    const { vmas, problems } = readIntake(text);
    expect(vmas?.length ?? 0).toBeGreaterThan(20);
    expect(vmas?.some(v => v.name === '[stack]')).toBe(true);
    // What the reader of maps does not know stands in the lines before them.
    const maps = text
      .split('\n')
      .findIndex(line => line.startsWith('$ cat /proc/') && line.endsWith('/maps'));
    expect(problems.filter(p => p.line > maps && !/iomem/.test(p.reason))).toEqual([]);
  });

  it.skipIf(!onLinux)('says what is missing, and goes on', () => {
    const file = join(folder, 'bare.txt');
    // Nothing but what the script cannot do without.
    const bin = join(folder, 'bin');
    spawnSync('mkdir', ['-p', bin]);
    for (const tool of ['cat', 'id']) {
      const [path = ''] = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.split(
        '\n',
      );
      spawnSync('ln', ['-s', path, join(bin, tool)]);
    }
    const sh = spawnSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).stdout.trim();
    const { status, stderr } = spawnSync(sh, [join(folder, 'collect.sh'), String(process.pid), file], {
      encoding: 'utf8',
      env: { PATH: bin },
    });
    expect(status).toBe(0);
    expect(stderr).toContain('left out, grep is not installed: grep VmPTE');
    expect(readIntake(readFileSync(file, 'utf8')).vmas?.length ?? 0).toBeGreaterThan(20);
  });

  it.skipIf(!onLinux)('replaces no file and leaves none behind for no process', () => {
    const file = join(folder, 'kept.txt');
    writeFileSync(file, 'mine');
    expect(run([String(process.pid), file])).toMatchObject({ code: 2, err: `${file} is there already\n` });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const gone = join(folder, 'gone.txt');
    expect(run(['999999999', gone]).code).toBe(2);
    expect(existsSync(gone)).toBe(false);
  });

  it.skipIf(!onLinux)('works pasted, where PID is set', () => {
    const { code, out } = spawnSyncIn(folder, collectPaste, { PID: String(process.pid) });
    expect(code).toBe(0);
    expect(out).toBe(`hugemap-${process.pid}.txt\n`);
    expect(existsSync(join(folder, `hugemap-${process.pid}.txt`))).toBe(true);
  });
});

const spawnSyncIn = (cwd: string, input: string, env: Readonly<Record<string, string>>) => {
  const { status, stdout } = spawnSync('sh', ['-s'], {
    encoding: 'utf8',
    cwd,
    input,
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout };
};
