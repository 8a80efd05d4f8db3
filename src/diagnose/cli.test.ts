import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spacePreset } from '../scenario/presets.ts';
import { designText } from './testing.ts';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../intake/fixtures/${name}`, import.meta.url));
const stored = new URL('./fixtures/design.picture.txt', import.meta.url);
const args = ['--import', 'tsx', cli];
const SLOW = 60_000;

const design = designText(spacePreset('scene').vmas(undefined as never, undefined as never));
let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
  file = join(folder, 'card.txt');
  writeFileSync(file, design);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (options: readonly string[], input?: string | Uint8Array): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...args, ...options], {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input: input as string }),
  });

describe('the command', () => {
  it(
    'prints a table of 80 columns and ends with 1 where something is mapped badly',
    () => {
      const { status, stdout, stderr } = run(['--kernel', '7.3', file]);
      expect(stderr).toBe('');
      expect(status).toBe(1);
      expect(stdout).toContain('3 of 3 BARs are mapped badly\n');
      expect(stdout).toContain('Reserve 3 GiB with PROT_NONE');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
    SLOW,
  );

  it(
    'reads standard input, also zipped, with - and without',
    () => {
      const direct = run(['--kernel=7.3', '--json', '-'], design);
      const zipped = spawnSync(process.execPath, [...args, '--kernel=7.3', '--json'], {
        input: gzipSync(design),
      });
      expect(direct.status).toBe(1);
      expect(zipped.stdout.toString('utf8')).toBe(direct.stdout);
      expect(JSON.parse(direct.stdout)).toMatchObject({
        format: 1,
        overall: 'bad',
        kernel: { value: '7.3', how: 'chosen' },
        totals: { faults: 536_576, bestFaults: 26, bars: { bad: 3 } },
        mappings: expect.arrayContaining([
          expect.objectContaining({
            device: '0000:41:00.0',
            bar: 2,
            va: '0x7ffe6cc54000',
            pa: '0x3880000000',
            verdict: 'bad',
            cause: 'congruence',
            leaves: [{ kind: 'pte', size: 4096, count: 524_288 }],
            residues: [
              { size: 2 ** 30, residue: 0x2cc5_4000 },
              { size: 2 ** 21, residue: 0x5_4000 },
            ],
          }),
        ]),
      });
    },
    SLOW,
  );

  it(
    'prints the stored picture for mail',
    () => {
      const { status, stdout } = run(['--text', '--kernel', '7.3', file]);
      expect(status).toBe(1);
      expect(stdout).toBe(readFileSync(stored, 'utf8'));
      for (const line of stdout.split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,72}$/);
    },
    SLOW,
  );

  it(
    'ends with 0 where all is well, and counts lines in each file',
    () => {
      const good = join(folder, 'good.txt');
      writeFileSync(
        good,
        'not a line\n7f0000000000-7f0080000000 rw-s 20000000000 00:0e 1061 anon_inode:[vfio-device]\n',
      );
      const { status, stdout, stderr } = run([fixture('microvm.lspci-vv.txt'), good, '--kernel', '7.3']);
      expect(stdout).toContain('The BAR is mapped well');
      expect(status).toBe(0);
      expect(stderr === '' || stderr.includes(`${good}:1:`)).toBe(true);
    },
    SLOW,
  );

  it.each([
    [['--colour'], 'no option --colour'],
    [['--kernel', 'vmlinuz', '-'], 'not a kernel version'],
    [['--kernel'], 'needs a value'],
    [['--arch', 'vax', '-'], 'no architecture'],
    [['--faults', 'many', '-'], 'takes a whole number'],
    [['--pair', 'BAR2', '-'], '--pair takes'],
    [['/no/such/file'], 'cannot read /no/such/file'],
    [['-'], 'the input is empty'],
  ])(
    '%j ends with 2 and one line of why',
    (options, why) => {
      const { status, stdout, stderr } = run(options, '');
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(why);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
    SLOW,
  );

  it(
    'ends with 2 where there is nothing to judge, and says what is missing',
    () => {
      const maps = run([fixture('qemu-system-x86_64.maps.txt')]);
      expect(maps.status).toBe(2);
      expect(maps.stdout).toContain('No device mapping was found');
      expect(run(['-'], 'anything\n').status).toBe(2);
    },
    SLOW,
  );

  it(
    'explains itself, and lists architectures',
    () => {
      const help = run(['--help']);
      expect(help.status).toBe(0);
      expect(help.stdout).toContain('Exit status');
      for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      expect(run(['--arch', 'help']).stdout).toContain('arm64-64k-48');
    },
    SLOW,
  );

  it(
    'a reader that goes away early is no failure',
    async () => {
      const child = spawn(process.execPath, [...args, '--json', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
      let errors = '';
      child.stderr.on('data', chunk => {
        errors += String(chunk);
      });
      child.stdout.destroy();
      child.stdin.end(design);
      const status = await new Promise(resolve => child.on('close', resolve));
      expect(errors).not.toMatch(/EPIPE|at /);
      expect(status).toBe(1);
    },
    SLOW,
  );
});
