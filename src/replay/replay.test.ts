import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { describeReport, describeTotals, looksLikeCaptures, replayLines, totalsOf } from './replay.ts';

const vma = (start: string, end: string, growsdown = false) => ({
  start,
  end,
  flags: 'rw-p',
  growsdown,
  name: '',
});
const placement = {
  id: 'hole-1.0',
  kernel: '6.18.44',
  variant: 'host',
  arch: 'x86_64',
  page_size: 4096,
  kind: 'hole',
  thp_enabled: 'madvise',
  shmem_enabled: 'never',
  layout: {
    rlimit_stack: '0x800000',
    legacy: false,
    randomize: false,
    mmap_base: '0x7ffff7fff000',
    vmas: [vma('0x7fff00001000', '0x7ffff7fff000'), vma('0x7ffffffde000', '0x7ffffffff000', true)],
  },
  request: { hint: '0x0', len: '0x400000', prot: 0, flags: 0x22, fd: 'anon', offset: '0x0' },
  result: { addr: '0x7ffeffc00000' },
};
const search = {
  vmas: [['0x7fff00000000', '0x7ffff7fff000', 0]],
  q: [
    {
      td: 1,
      len: '0x1000',
      low: '0x1000',
      high: '0x7ffff7fff000',
      mask: '0x0',
      off: '0x0',
      gap: '0x0',
      r: '0x7ffefffff000',
    },
    {
      td: 1,
      len: '0xffff00000000',
      low: '0x1000',
      high: '0x7ffff7fff000',
      mask: '0x0',
      off: '0x0',
      gap: '0x0',
      r: -12,
    },
  ],
};
const leaf = {
  ...placement,
  id: 'leaf-whole-1',
  kernel: '7.3.4+deb13-amd64',
  variant: 'stock',
  kind: 'leaf',
  thp_enabled: 'always',
  spec: { place: 'k', order: 'asc', madv: 'none' },
  request: {
    hint: '0x0',
    len: '0x3000',
    prot: 3,
    flags: 1,
    fd: 'vfio',
    offset: '0x20000000000',
    bar: { phys: '0x652000000', size: '0x1000000', bar_offset: '0x0', region_offset: '0x20000000000' },
  },
  result: { addr: '0x7ffeffffe000' },
  faults: [[0, 4096, 3]],
  leaves: [{ va: '0x7ffeffffe000', size: '0x1000', count: 3 }],
  minflt: 3,
  touched: 3,
  write_pass_minflt: 0,
  vmpte_kb_before: 40,
  vmpte_kb: 48,
};
const lines = (...rows: readonly unknown[]): readonly string[] => rows.map(row => JSON.stringify(row));

describe('replaying lines', () => {
  it('recognises placement rows, leaf rows and search queries by content', () => {
    const report = replayLines('x', lines(placement, search, leaf));
    expect(report.cases).toEqual({ placement: 1, leaf: 1, search: 2 });
    expect(report.matched + report.differed).toBe(4);
  });

  it('counts what matches', () => {
    expect(totalsOf([replayLines('x', lines(placement, search))])).toEqual({
      passed: 3,
      failed: 0,
      skipped: 0,
    });
  });

  it('names what differs, with the expected and the found value', () => {
    const wrong = { ...placement, result: { addr: '0x7ffeffbff000' } };
    const report = replayLines('x', lines(placement, wrong));
    expect(report.differences).toEqual([
      { id: 'hole-1.0', line: 2, expected: '0x7ffeffbff000', got: '0x7ffeffc00000' },
    ]);
    expect(describeReport(report)).toEqual([
      'x: 1 matched, 1 differed, 0 unsupported (2 placement)',
      '  x:2: hole-1.0: expected 0x7ffeffbff000, got 0x7ffeffc00000',
    ]);
    const query = { ...search, q: search.q.map(q => ({ ...q, r: '0x1000' })) };
    expect(replayLines('x', lines(query)).differences.map(d => [d.id, d.got])).toEqual([
      ['query 1', '0x7ffefffff000'],
      ['query 2', 'ENOMEM'],
    ]);
  });

  it('shows an errno by name, and the check that gave it', () => {
    const errno = { ...placement, result: { errno: 12, errname: 'ENOMEM' } };
    expect(replayLines('x', lines(errno)).differences).toMatchObject([
      { expected: 'ENOMEM', got: '0x7ffeffc00000' },
    ]);
    const zero = { ...placement, request: { ...placement.request, len: '0x0' } };
    expect(replayLines('x', lines(zero)).differences).toMatchObject([{ got: 'EINVAL (length 0)' }]);
  });

  it('counts a leaf row once, and as matched only where address and leaves both agree', () => {
    expect(replayLines('x', lines(leaf))).toMatchObject({ cases: { leaf: 1 }, matched: 1, differed: 0 });
    expect(replayLines('x', lines({ ...leaf, minflt: 4 })).differences).toMatchObject([
      { expected: 'minflt 4', got: 'minflt 3' },
    ]);
    const elsewhere = { ...leaf, result: { addr: '0x7ffe00000000' } };
    expect(replayLines('x', lines(elsewhere)).differences).toMatchObject([
      { expected: '0x7ffe00000000', got: '0x7ffeffffe000' },
    ]);
  });

  it('takes of MAP_32BIT any start that is drawn, and no other address', () => {
    const judged = (addr: string, randomize: boolean): number =>
      replayLines(
        'x',
        lines({
          ...placement,
          kind: 'bit32',
          layout: { ...placement.layout, randomize },
          request: { ...placement.request, len: '0x1000', flags: 0x62 },
          result: { addr },
        }),
      ).matched;
    // 32 MiB of starts, a page apart.
    expect(['0x40000000', '0x40201000', '0x41fff000'].map(a => judged(a, true))).toEqual([1, 1, 1]);
    expect(['0x3ffff000', '0x42000000', '0x7ffefffff000'].map(a => judged(a, true))).toEqual([0, 0, 0]);
    expect(['0x40000000', '0x40201000'].map(a => judged(a, false))).toEqual([1, 0]);
  });

  it('a leaf row whose mmap() failed is settled by the errno', () => {
    const failed = {
      ...leaf,
      request: { ...leaf.request, len: '0xffff000000000000' },
      result: { errno: 12 },
    };
    expect(replayLines('x', lines(failed))).toMatchObject({ matched: 1, unsupported: 0 });
  });

  it('counts why a case is unsupported', () => {
    const other = { ...placement, arch: 'alpha' };
    const report = replayLines('x', lines(other, other, { ...placement, variant: 'homemade' }));
    expect([...report.reasons]).toEqual([
      ['architecture alpha, pages of 4096', 2],
      ['unknown kernel variant: homemade', 1],
    ]);
    expect(describeReport(report)).toContain('  unsupported: 2 x architecture alpha, pages of 4096');
    expect(totalsOf([report])).toEqual({ passed: 0, failed: 0, skipped: 3 });
  });

  it.each([
    ['no JSON', '{"id":', 'not JSON'],
    ['a list', '[1]', 'not a JSON object'],
    ['a stranger', '{"a":1}', 'neither a captured row'],
    ['a missing field', JSON.stringify({ ...placement, layout: {} }), '"vmas" is not a list'],
    ['a wrong number', JSON.stringify({ ...placement, result: { addr: '12' } }), '"addr" is not a 64-bit'],
    [
      'VMAs that overlap',
      JSON.stringify({
        ...placement,
        layout: { ...placement.layout, vmas: [vma('0x2000', '0x4000'), vma('0x3000', '0x5000')] },
      }),
      'overlap',
    ],
    ['a bad query', JSON.stringify({ ...search, q: [{}] }), 'is not a number'],
  ])('%s is malformed: named with its line, counted as failed', (_, text, reason) => {
    const report = replayLines('x', [JSON.stringify(placement), '', text]);
    expect(report.badLines).toMatchObject([{ line: 3, reason: expect.stringContaining(reason) }]);
    expect(describeReport(report).join('\n')).toContain('x:3: malformed: ');
    expect(totalsOf([report])).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('shows only the first few of many', () => {
    const wrong = { ...placement, result: { errno: 22 } };
    const report = replayLines('x', [...lines(...Array(9).fill(wrong)), ...Array(7).fill('{')]);
    expect(report.differences.length).toBe(9);
    expect(describeReport(report)).toHaveLength(1 + 5 + 1 + 5 + 1);
    expect(describeReport(report)).toContain('  and 4 more differences');
    expect(describeTotals([report, report])).toBe('0 passed, 32 failed, 0 skipped');
  });

  it('never throws, whatever the lines', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), texts => {
        replayLines('x', texts);
        looksLikeCaptures(texts);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(leaf)), fc.jsonValue(), (key, value) => {
        const report = replayLines('x', lines({ ...leaf, [key]: value }));
        const { passed, failed, skipped } = totalsOf([report]);
        expect(passed + failed + skipped).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('npm run replay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap-replay-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, data: string | Uint8Array): string => {
    writeFileSync(join(folder, name), data);
    return join(folder, name);
  };
  const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
  const run = (args: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', cli, ...args], {
      input,
      encoding: 'utf8',
    });
    return { status, stderr, out: stdout.trimEnd().split('\n') };
  };
  const text = `${lines(placement, search).join('\n')}\n`;
  const good = file('good.jsonl', text);

  it('reads plain and gzipped files, with Windows line ends too, and ends with the count', () => {
    const result = run([
      good,
      file('good.jsonl.gz', gzipSync(text)),
      file('crlf.jsonl', text.replaceAll('\n', '\r\n')),
    ]);
    expect(result.out.at(-1)).toBe('9 passed, 0 failed, 0 skipped');
    expect(result.status).toBe(0);
  });

  it('reads standard input', () => {
    const result = run(['-'], text);
    expect(result.out).toEqual([
      'standard input: 3 matched, 0 differed, 0 unsupported (1 placement, 2 search)',
      '3 passed, 0 failed, 0 skipped',
    ]);
    expect(result.status).toBe(0);
  });

  it('exits with 1 on a difference and on a malformed line', () => {
    const wrong = file('wrong.jsonl', `${JSON.stringify({ ...placement, result: { errno: 1 } })}\n`);
    expect(run([good, wrong])).toMatchObject({ status: 1 });
    const bad = run([file('bad.jsonl', `${text}{"id"\n`)]);
    expect(bad.status).toBe(1);
    expect(bad.out.join('\n')).toContain('bad.jsonl:3: malformed: not JSON');
    expect(bad.out.at(-1)).toBe('3 passed, 1 failed, 0 skipped');
  });

  it('takes a folder for its captures and passes over other files', () => {
    const notes = file('notes.md', '# Notes\n');
    const only = mkdtempSync(join(folder, 'only-'));
    writeFileSync(join(only, 'a.jsonl'), text);
    writeFileSync(join(only, 'notes.md'), '#');
    const result = run([only, notes]);
    expect(result.out.at(-1)).toBe('3 passed, 0 failed, 0 skipped');
    expect(result.out.join('\n')).toContain('notes.md: no captures in it');
    expect(result.status).toBe(0);
  });

  it.each([
    ['no file', [], 'no file given'],
    ['a missing file', [join(folder, 'gone.jsonl')], 'cannot read'],
    ['a damaged archive', [file('cut.jsonl.gz', gzipSync(text.repeat(50)).subarray(0, 60))], 'cannot read'],
    ['nothing in it', [file('empty.jsonl', '')], 'no captures'],
  ])('exits with 2 and one line on %s', (_, args, message) => {
    const result = run(args);
    expect(result.status).toBe(2);
    expect(result.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(message)]);
  });
});
