import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extrapolatedFrom } from '../kernel/releases.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { mmapLayout } from '../space/mmapLayout.ts';
import { captureArch } from './captureArch.ts';
import { describeReport, replayLines } from './replay.ts';

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const source = here('public/probe/hugemap-probe.c');
const FLAGS = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'];
/** Seeds of each category. */
const COUNT = 30;

const compiler = ['gcc', 'cc'].find(name => spawnSync(name, ['--version']).status === 0);
/** Why there is no probe here; undefined where there is one. */
const missing =
  process.platform !== 'linux'
    ? `this is ${process.platform}, not Linux`
    : !/64|s390x/.test(process.arch)
      ? `${process.arch} is not a 64-bit machine`
      : compiler === undefined
        ? 'neither gcc nor cc'
        : undefined;

/** Why the engine is not held to what this kernel does. */
const unreadKernel = (name: string): string | undefined => {
  const version = parseKernelVersion(name);
  if (version === undefined || extrapolatedFrom(version) !== undefined)
    return `Linux ${name} is outside of the releases the engine was checked on`;
  // 6.8.0-45-generic may be a 6.8.12 with more on top.
  return /^\d+\.\d+\.0-\d+-/.test(name) && !name.startsWith('6.1.0-')
    ? `the name ${name} does not tell the point release`
    : undefined;
};
const unread = missing ?? unreadKernel(release());

const because = (reason: string | undefined): string => (reason === undefined ? '' : ` (skipped: ${reason})`);
const categories = ['grid', 'empty', 'rand', 'hole', 'hint', 'fixed', 'noreplace', 'gd', 'err', 'legacy']
  .concat(['rlimit', 'aslr', 'hi'])
  .concat(process.arch === 'x64' ? ['bit32'] : []);

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly layout: {
    readonly randomize: boolean;
    readonly legacy: boolean;
    readonly rlimit_stack: string;
    readonly mmap_base: string;
    readonly vmas: readonly { readonly growsdown: boolean; readonly name: string }[];
  };
  readonly request: { readonly fd: string; readonly len: string; readonly flags: number };
}

/**
 * Stands in for a device under VFIO whose BAR 2 has 4 MiB: a memfd answers in its place. What faults on it is memory,
 * so the rows are not those of a device; that they hold what a replay needs can be seen from them all the same.
 */
const STAND_IN = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
static int stand_in_ioctl(int fd, unsigned long request, ...) {
    va_list args;
    va_start(args, request);
    void *p = va_arg(args, void *);
    va_end(args);
    (void)fd;
    if (request == VFIO_GROUP_GET_STATUS)
        ((struct vfio_group_status *)p)->flags = VFIO_GROUP_FLAGS_VIABLE;
    if (request == VFIO_GROUP_GET_DEVICE_FD) {
        int device = memfd_create("device", MFD_CLOEXEC);
        return ftruncate(device, 8LL << 40) == 0 ? device : -1;
    }
    if (request == VFIO_DEVICE_GET_REGION_INFO) {
        struct vfio_region_info *info = p;
        info->offset = (unsigned long long)info->index << 40;
        info->size = info->index == 2 ? 4 << 20 : 0;
        info->flags = info->index == 2 ? VFIO_REGION_INFO_FLAG_MMAP : 0;
    }
    return 0;
}
static ssize_t stand_in_readlink(const char *path, char *link, size_t size) {
    (void)path;
    return (ssize_t)strlen(strncpy(link, "../groups/7", size));
}
static int stand_in_open(const char *path, int flags, ...) {
    if (strstr(path, "/dev/vfio/") == path) path = "/dev/null";
    if (strstr(path, "/resource") != NULL) path = RESOURCE;
    return open(path, flags, 0600);
}
#define ioctl stand_in_ioctl
#define readlink stand_in_readlink
#define open stand_in_open
`;
const RESOURCE = `${'0x0 0x0 0x0\n'.repeat(2)}0x0000003800003000 0x0000003800402fff 0x14220c\n`;

interface LeafRow {
  readonly spec: { readonly order: string; readonly place: string };
  readonly request: { readonly len: string };
  readonly page_size: number;
  readonly faults: readonly (readonly [number, number, number])[];
  readonly pre?: readonly (readonly [number, number])[];
  readonly minflt: number;
  readonly touched: number;
}

describe.skipIf(missing !== undefined)(`the probe on this machine${because(missing)}`, () => {
  let folder = '';
  let binary = '';
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const probe = (...args: readonly string[]) =>
    spawnSync(binary, args, { encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 28 });

  let lines: readonly string[] = [];
  let rows: readonly Row[] = [];
  /** What the probe said it left out, by category. */
  const leftOut = new Map<string, number>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hugemap-probe-'));
    binary = join(folder, 'hugemap-probe');
    const built = spawnSync(compiler ?? '', [...FLAGS, '-o', binary, source], { encoding: 'utf8' });
    expect(`${built.stderr}${built.error?.message ?? ''}`).toBe('');
    expect(built.status).toBe(0);
    const run = probe('--count', `${COUNT}`);
    expect(run.error).toBeUndefined();
    expect(run.status, run.stderr).toBe(0);
    lines = run.stdout.split('\n').filter(line => line !== '');
    rows = lines.map(line => JSON.parse(line));
    for (const [, name = '', n] of run.stderr.matchAll(/^hugemap-probe: (\w+): (\d+) of \d+ left out/gm))
      leftOut.set(name, (leftOut.get(name) ?? 0) + Number(n));
    if (run.stderr !== '') console.warn(run.stderr);
  }, 180_000);

  it.skipIf(unread !== undefined)(`agrees with the engine in every row${because(unread)}`, () => {
    const report = replayLines('probe', lines);
    expect(describeReport(report).filter(line => !line.includes('unsupported:'))).toHaveLength(1);
    expect(report.differences).toEqual([]);
    // An architecture the engine has no row for is unsupported as a whole, with the reason.
    const known = process.arch === 'x64' || process.arch === 'arm64' || report.unsupported < lines.length;
    if (known) expect([...report.reasons]).toEqual([]);
    expect(report.matched).toBe(known ? lines.length : 0);
  });

  it('writes rows that can be read, of every category', () => {
    const report = replayLines('probe', lines);
    expect(report.badLines).toEqual([]);
    expect(report.cases).toEqual({ placement: lines.length, leaf: 0, search: 0 });
    for (const category of categories) {
      const seeds = new Set(
        rows.filter(row => row.kind === category).map(row => row.id.replace(/\.\d+$/, '')),
      );
      const missed = leftOut.get(category) ?? 0;
      expect(seeds.size, category).toBeGreaterThanOrEqual(COUNT - missed);
      expect(seeds.size + missed, category).toBeGreaterThanOrEqual(COUNT);
    }
    expect(new Set(rows.map(row => row.id)).size).toBe(rows.length);
  });

  it.skipIf(unread !== undefined)(`measures the base that the kernel computes${because(unread)}`, () => {
    const still = rows.filter(row => !row.layout.randomize && !row.layout.legacy);
    for (const row of still) {
      const arch = captureArch({ ...row });
      if ('unsupported' in arch) continue;
      const stackLimit = Number(row.layout.rlimit_stack);
      const { mmapBase } = mmapLayout(arch, { stackLimit, legacy: false, randomize: false, random: 0 });
      expect(row.layout.mmap_base, row.id).toBe(`0x${mmapBase.toString(16)}`);
    }
    // Where personality() is refused, every row is randomized.
    if (leftOut.get('legacy') !== COUNT) expect(still.length).toBeGreaterThan(0);
  });

  it('maps more than anonymous memory, and knows what grows down', () => {
    const fds = new Set(rows.map(row => row.request.fd));
    for (const fd of ['anon', 'anon_shared', 'anon_growsdown']) expect(fds).toContain(fd);
    const stacks = rows.flatMap(row => row.layout.vmas.filter(vma => vma.name === '[stack]'));
    expect(stacks).toHaveLength(rows.length);
    expect(stacks.every(vma => vma.growsdown)).toBe(true);
    expect(rows.filter(row => row.layout.vmas.some(vma => vma.name === '[vsyscall]'))).toEqual([]);
    expect(
      rows.some(
        row => row.kind === 'gd' && row.layout.vmas.some(vma => vma.growsdown && vma.name !== '[stack]'),
      ),
    ).toBe(true);
  });

  it('asks the same again for the same seed', () => {
    const again: readonly Row[] = probe('--category', 'hole,gd', '--count', `${COUNT}`)
      .stdout.split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line));
    const asked = (list: readonly Row[]) =>
      list
        .filter(row => row.kind === 'hole' || row.kind === 'gd')
        .map(row => [row.id, row.request.fd, row.request.len, row.request.flags])
        .sort();
    expect(asked(again)).toEqual(asked(rows));
    expect(again.length).toBeGreaterThan(0);
  }, 60_000);

  it('says what is wrong with its arguments', () => {
    const usage = probe('--frobnicate', '1');
    expect([usage.status, usage.stdout]).toEqual([2, '']);
    expect(usage.stderr).toMatch(/^usage: hugemap-probe /);
    expect(probe('--count', 'many').status).toBe(2);
    expect(probe('--category', 'hole,nothing').status).toBe(2);
    const device = probe('--vfio', 'ffff:ff:1f.7');
    expect(device.status).toBe(1);
    expect(device.stderr).toContain('ffff:ff:1f.7 has no IOMMU group');
  });

  it('writes leaf rows that can be read, of every place and order', () => {
    const standIn = join(folder, 'stand-in');
    writeFileSync(`${standIn}.h`, STAND_IN);
    writeFileSync(`${standIn}.resource`, RESOURCE);
    const include = ['-include', `${standIn}.h`, `-DRESOURCE="${standIn}.resource"`];
    const built = spawnSync(compiler ?? '', ['-std=c11', ...include, '-o', standIn, source], {
      encoding: 'utf8',
    });
    expect(built.status, built.stderr).toBe(0);
    const run = spawnSync(standIn, ['--vfio', '0000:01:00.0'], { encoding: 'utf8', timeout: 120_000 });
    expect(run.status, run.stderr).toBe(0);
    const written = run.stdout.split('\n').filter(line => line !== '');
    const report = replayLines('stand-in', written);
    expect(report.badLines).toEqual([]);
    // All but the first PMD is no case where a PMD covers more than the BAR.
    expect([24, 36]).toContain(report.cases.leaf);
    expect(report.cases.leaf).toBe(written.length);
    const leafRows: readonly LeafRow[] = written.map(line => JSON.parse(line));
    expect(new Set(leafRows.map(row => `${row.spec.place} ${row.spec.order}`)).size).toBe(8);
    for (const row of leafRows) {
      const listed = row.faults.reduce((sum, [, , count]) => sum + count, 0);
      const before = (row.pre ?? []).filter(([, faulted]) => faulted === 1).length;
      expect(row.minflt).toBe(listed + before);
      expect(row.touched).toBe(Number(row.request.len) / row.page_size);
    }
  }, 120_000);

  it('is built by the line in the docs', () => {
    const line = `gcc ${FLAGS.join(' ')} -o hugemap-probe hugemap-probe.c`;
    expect(readFileSync(here('docs/captures.md'), 'utf8')).toContain(line);
    expect(readFileSync(source, 'utf8')).toContain(line);
  });
});
