import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeReport, type FileReport, replayLines } from './replay.ts';

const folder = fileURLToPath(new URL('../../public/captures/', import.meta.url));
const files = readdirSync(folder).filter(file => file.endsWith('.jsonl.gz'));
const linesOf = (file: string): readonly string[] =>
  gunzipSync(readFileSync(`${folder}${file}`))
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '');

interface Listed {
  readonly file: string;
  readonly rows: number;
  readonly placement?: number;
  readonly leaf?: number;
  readonly queries?: number;
}
const index: readonly Listed[] = JSON.parse(readFileSync(`${folder}index.json`, 'utf8'));

describe('the captures that travel with the project', () => {
  it('are those of the index', () => {
    expect(files.length).toBeGreaterThanOrEqual(18);
    expect(index.map(listed => listed.file)).toEqual(files);
  });

  it.each(index)('$file agrees with the engine in every row', listed => {
    const lines = linesOf(listed.file);
    const report: FileReport = replayLines(listed.file, lines);
    expect(describeReport(report).slice(1)).toEqual([]);
    expect(lines.length).toBe(listed.rows);
    expect(listed.rows).toBeGreaterThan(0);
    expect(report.cases).toEqual({
      placement: listed.placement ?? 0,
      leaf: listed.leaf ?? 0,
      search: listed.queries ?? 0,
    });
    const cases = report.cases.placement + report.cases.leaf + report.cases.search;
    expect(cases).toBeGreaterThan(0);
    expect(report).toMatchObject({ matched: cases, differed: 0, unsupported: 0, badLines: [] });
  });

  it('hold the rows that tell the rules apart', () => {
    const rows = files
      .filter(file => !file.startsWith('vm_'))
      .flatMap(file => linesOf(file).map(line => JSON.parse(line)));
    const kinds = new Set(rows.map(row => row.kind));
    for (const kind of [
      'grid',
      'hole',
      'full',
      'gd',
      'hint',
      'fixed',
      'noreplace',
      'bit32',
      'err',
      'legacy',
      'aslr',
      'shmem',
      'leaf',
    ])
      expect(kinds).toContain(kind);
    const fds = new Set(rows.map(row => row.request.fd));
    for (const fd of ['anon', 'anon_shared', 'anon_hugetlb', 'memfd', 'ext4', 'dev_zero', 'dev_mem', 'vfio'])
      expect(fds).toContain(fd);
  });
});
