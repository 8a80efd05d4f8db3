import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errnoName } from '../placement/errno.ts';
import { type Packer, readLink, writeLink } from '../scenario/link.ts';
import { soundSpace } from '../scenario/spaceRules.ts';
import { type Solution, solve } from '../solve.ts';
import { scenarioOfRow } from './scenarioOfRow.ts';

const folder = fileURLToPath(new URL('../../public/captures/', import.meta.url));
const files = readdirSync(folder).filter(file => file.endsWith('.jsonl.gz'));
/** What the test reads of a row, or of a query of one. */
interface Row {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly layout: { readonly vmas: readonly unknown[] };
  readonly q?: readonly { readonly r: string | -12 }[];
  readonly result: {
    readonly addr: string;
    readonly errno?: number;
  };
  readonly leaves?: readonly { readonly va: string; readonly size: string; readonly count: number }[];
}
const rowsOf = (file: string): readonly Row[] =>
  gunzipSync(readFileSync(`${folder}${file}`))
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));

const plain: Packer = { pack: text => text, unpack: text => text };

/** Every case of a file: a row, or a query of one. */
const casesOf = (file: string): readonly { id: string; row: Row; query: number; result: string }[] =>
  rowsOf(file).flatMap((row, line) =>
    row.q !== undefined
      ? row.q.map((q, i) => ({
          id: `${line + 1}.${i + 1}`,
          row,
          query: i + 1,
          result: q.r === -12 ? 'ENOMEM' : q.r,
        }))
      : [
          {
            id: row.id,
            row,
            query: 1,
            result: row.result.errno === undefined ? row.result.addr : errnoName(row.result.errno),
          },
        ],
  );

/** Leaves as `[va, size, count]`, neighbours of one size joined. */
const joined = (runs: Iterable<readonly [number, number, number]>): readonly (readonly number[])[] => {
  const out: [number, number, number][] = [];
  for (const [at, size, count] of runs) {
    const last = out.at(-1);
    if (last && last[1] === size && last[0] + size * last[2] === at) last[2] += count;
    else out.push([at, size, count]);
  }
  return out;
};

const firstRow = (): Row => {
  const [row] = rowsOf('linux-7.3.4-debian.x86_64.jsonl.gz');
  if (row === undefined) throw new Error('the file is empty');
  return row;
};

describe('the Scenario of a captured case', () => {
  it('is none where mmap_base lies where no process has one, which no link could say', () => {
    const row = firstRow();
    const at = (base: string) => scenarioOfRow({ ...row, layout: { ...row.layout, mmap_base: base } }, 1);
    expect(at('0xfffffffffffff000')).toEqual({
      kind: 'none',
      reason: 'an mmap_base outside all of user space',
    });
    expect(at('0x7ffff7fff000').kind).toBe('scenario');
  });

  it('is none for a kind of file that only every object has', () => {
    const row = firstRow();
    const request = { ...(row['request'] as object), fd: 'toString' };
    expect(scenarioOfRow({ ...row, request }, 1)).toEqual({ kind: 'none', reason: 'file kind toString' });
  });

  it('is none for mappings above all of user space, of a search too', () => {
    const reason = 'a mapping above all of user space';
    const [row] = rowsOf('vm_unmapped_area-7.3.jsonl.gz');
    if (row === undefined) throw new Error('the file is empty');
    const search = (end: string) => ({ ...row, vmas: [['0x7ffff618c000', end, 0]] });
    expect(scenarioOfRow(search('0xfffffffffffff000'), 1)).toEqual({ kind: 'none', reason });
    expect(scenarioOfRow(row, 1)).not.toMatchObject({ reason });
  });

  it.each(files)('of %s gives in the Map what the kernel gave, wherever no note says otherwise', file => {
    const wrong: string[] = [];
    let shown = 0;
    let noted = 0;
    let none = 0;
    for (const { id, row, query, result } of casesOf(file)) {
      const made = scenarioOfRow(row, query);
      if (made.kind === 'none') {
        none++;
        continue;
      }
      if (made.notes.length > 0) {
        noted++;
        solve(made.scenario);
        continue;
      }
      shown++;
      const { placement, device } = solve(made.scenario);
      const got = placement.ok ? `0x${BigInt(placement.start).toString(16)}` : errnoName(placement.errno);
      if (got !== result) wrong.push(`${id}: ${result}, Map ${got}`);
      if (row.leaves && device) {
        const expected = joined(row.leaves.map(l => [Number(l.va), Number(l.size), l.count]));
        const leaves = joined(device.leaves.map(l => [l.va, l.size, l.count]));
        if (JSON.stringify(expected) !== JSON.stringify(leaves))
          wrong.push(`${id}: leaves ${JSON.stringify(expected)}, Map ${JSON.stringify(leaves)}`);
      }
    }
    expect(wrong).toEqual([]);
    // Most of a file is shown without reserve; of the search vectors, what an mmap() can ask at all.
    expect(shown).toBeGreaterThan(file.startsWith('vm_') ? 100 : 3 * (noted + none));
    if (!file.startsWith('vm_')) expect(none).toBe(0);
  });

  it.each(files)('of %s comes back from its link', file => {
    const sample = casesOf(file).filter((_, i) => i % 7 === 0);
    for (const { id, row, query } of sample) {
      const made = scenarioOfRow(row, query);
      if (made.kind === 'none') continue;
      const read = readLink(writeLink(made.scenario, plain), plain);
      expect([id, read.problems]).toEqual([id, []]);
      expect(soundSpace(read.scenario).problems).toEqual([]);
      const told = ({ placement }: Solution): unknown => placement;
      expect([id, told(solve(read.scenario))]).toEqual([id, told(solve(made.scenario))]);
    }
  });

  it('says why where there is none', () => {
    const [line] = rowsOf('vm_unmapped_area-7.3.jsonl.gz');
    expect(scenarioOfRow(line, 2)).toEqual({
      kind: 'none',
      reason: 'it asks the search alone for an alignment; which mask an mmap() uses, its file decides',
    });
  });

  it.each([
    [null, 'not a JSON object'],
    [{}, 'not a captured case'],
    [{ request: {}, result: {} }, '"arch" is not a string'],
    [{ vmas: [], q: [] }, 'no such query'],
  ])('of %j is none, with the reason', (row, reason) => {
    expect(scenarioOfRow(row)).toEqual({ kind: 'none', reason });
  });

  it('is none where mappings lie on each other', () => {
    const row = firstRow();
    const vmas = [...row.layout.vmas, row.layout.vmas[0]];
    expect(scenarioOfRow({ ...row, layout: { ...row.layout, vmas } })).toEqual({
      kind: 'none',
      reason: 'mapping 12 of the process overlaps the one before it, or is empty',
    });
  });

  it('never throws, whatever stands in a row', () => {
    const row = firstRow();
    const paths = ['layout', 'request', 'result', 'spec', 'kernel', 'variant', 'page_size', 'thp_enabled'];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.string(), fc.jsonValue(), (path, key, value) => {
        scenarioOfRow({ ...row, [path]: value });
        const inner = row[path];
        if (typeof inner !== 'object' || inner === null) return;
        const keys = Object.keys(inner);
        scenarioOfRow({ ...row, [path]: { ...inner, [keys[key.length % keys.length] ?? key]: value } });
      }),
    );
  });
});
