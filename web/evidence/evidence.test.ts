import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archs } from '../../src/arch/index.ts';
import { type ListedCase, outcomes } from '../../src/replay/listed.ts';
import { captureLines } from '../jobs/captureLines.ts';
import { workOf } from '../jobs/jobs.ts';
import { detailOf } from './detail.ts';
import { filterValue, passes, withFilterOf } from './filter.ts';
import { shippedFiles } from './shipped.ts';
import { gridHeight, gridOf, moved, squareAt, squareMarks } from './squares.ts';
import { archName, categoryName } from './words.ts';

const folder = fileURLToPath(new URL('../../public/captures/', import.meta.url));

interface Loaded {
  readonly lines: readonly string[];
  readonly cases: readonly ListedCase[];
}
const load = (file: string): Loaded => {
  const data = new Uint8Array(readFileSync(`${folder}${file}`));
  return {
    lines: [...captureLines(data)].flatMap(l => (l.text === undefined ? [] : [l.text])),
    cases: [...workOf('replay', { data, from: 0 })].flatMap(p => p?.cases ?? []),
  };
};
const all = new Map(shippedFiles.map(s => [s.file, load(s.file)]));
const cases = [...all.values()].flatMap(l => l.cases);

describe('the shipped files', () => {
  it('are those of the folder, with as many cases as their index says', () => {
    expect(shippedFiles.map(s => s.file).sort()).toEqual(
      readdirSync(folder)
        .filter(f => f.endsWith('.jsonl.gz'))
        .sort(),
    );
    for (const { file, total } of shippedFiles)
      expect([file, all.get(file)?.cases.length]).toEqual([file, total]);
  });

  it('have words for every category and architecture', () => {
    for (const c of cases) {
      expect(categoryName(c.category)).not.toBe(c.category);
      expect(c.arch === 's390x' || archName(c.arch) !== c.arch).toBe(true);
    }
  });

  it('ran on no architecture that “Not covered yet” names', () => {
    const ran = new Set(cases.map(c => c.arch));
    // A capture of one of these, or another row of the table, changes what the screen must say.
    expect(archs.map(a => a.id).filter(id => !ran.has(id))).toEqual([
      'arm64-4k-48',
      'arm64-64k-48',
      'arm64-16k-47',
      'arm64-64k-52',
      'arm64-16k-48',
      'arm64-4k-39',
      'arm64-64k-42',
      'riscv64-sv39',
      'ppc64-hash-64k',
      'ppc64-hash-4k',
      'loongarch64-16k',
      'loongarch64-4k',
      'sparc64',
      'mips64-4k',
      'arm-lpae',
      'i386-pae',
    ]);
    const withLeaves = new Set(cases.filter(c => c.kind === 'leaf').map(c => c.arch));
    for (const arch of ['riscv64-sv48', 'riscv64-sv57', 's390x', 'x86_64-5'])
      expect(withLeaves).not.toContain(arch);
    expect([...new Set(cases.map(c => c.kernel))].sort()).toEqual([
      '6.1.192',
      '6.12.113',
      '6.12.117',
      '6.12.94',
      '6.17.13',
      '6.18.15',
      '6.18.44',
      '7.2.12',
      '7.2.13',
      '7.2.6',
      '7.3',
      '7.3.4',
    ]);
  });
});

describe('a case in full', () => {
  it('tells both sides of every shipped case, and that they are equal', () => {
    for (const { lines, cases: some } of all.values())
      for (const c of some.filter((_, i) => i % 5 === 0)) {
        const detail = detailOf(c, lines[c.line - 1] ?? '');
        expect(detail?.reason).toBe('');
        expect(detail?.compared.length).toBeGreaterThan(0);
        for (const { expected, got, same, note, label } of detail?.compared ?? []) {
          expect(same).toBe(true);
          expect(expected.text).not.toMatch(/NaN|undefined/);
          // An errno has its reason on one side only; a table may round; a random draw is told.
          if (label !== 'error' && label !== 'page tables, VmPTE' && note === '')
            expect([c.id, label, got.text]).toEqual([c.id, label, expected.text]);
        }
        for (const { text } of detail?.input ?? []) expect(text).not.toMatch(/NaN|undefined|\(\)|^$/);
      }
  });

  it('shows a leaf row as a person would say it', () => {
    const loaded = all.get('linux-7.3.4-debian.x86_64.jsonl.gz');
    const [c] = loaded?.cases ?? [];
    const [line = ''] = loaded?.lines ?? [];
    const detail = c && detailOf(c, line);
    expect(detail?.input[0]?.text).toBe(
      'mmap(0x0, 4 MiB, PROT_READ|PROT_WRITE, MAP_SHARED, vfio, 0x200_0000_0000)',
    );
    expect(detail?.compared.map(x => [x.label, x.expected.text])).toEqual([
      ['address', '0x7fff_f7bf_7000'],
      ['page faults', '1,024'],
      ['faults, in order', '1,024 from the start, 4 KiB up each'],
      ['leaves', '1,024 × 4 KiB'],
      ['touches that faulted twice', '0'],
      ['faults, second pass', '0'],
      ['page tables, VmPTE', '8 KiB'],
    ]);
    expect(detail?.map.kind).toBe('scenario');
  });

  it('tells both sides of a miss', () => {
    const loaded = all.get('linux-7.3.4-debian.x86_64.jsonl.gz');
    const [c] = loaded?.cases ?? [];
    const line = (loaded?.lines[0] ?? '').replace('"minflt":1024', '"minflt":1025');
    const differing = (c && detailOf(c, line))?.compared.filter(x => !x.same);
    expect(differing).toMatchObject([
      { label: 'page faults', expected: { text: '1,025' }, got: { text: '1,024' } },
    ]);
  });

  it('does not throw on a row with anything in its fields', () => {
    const loaded = all.get('linux-7.3.4-debian.x86_64.jsonl.gz');
    const row = JSON.parse(loaded?.lines[0] ?? '{}');
    const [c] = loaded?.cases ?? [];
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(row)), fc.jsonValue(), (key, value) => {
        if (c) detailOf(c, JSON.stringify({ ...row, [key]: value }));
        if (typeof row[key] === 'object' && row[key] !== null)
          for (const inner of Object.keys(row[key]))
            if (c) detailOf(c, JSON.stringify({ ...row, [key]: { ...row[key], [inner]: value } }));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the squares', () => {
  const grids = fc.tuple(fc.integer({ min: 1, max: 8000 }), fc.integer({ min: 60, max: 1200 }), fc.boolean());

  it('stand inside their picture, each found where it is drawn', () => {
    fc.assert(
      fc.property(grids, fc.nat(), ([count, width, large], pick) => {
        const g = gridOf(count, width, large);
        const at = pick % count;
        const marks = squareMarks(
          g,
          Array.from({ length: count }, () => 'waiting'),
          undefined,
          false,
        );
        const mark = marks[at];
        if (mark?.kind !== 'rect') throw new Error('a waiting square is one rectangle');
        expect(mark.x + mark.w).toBeLessThanOrEqual(width);
        expect(mark.y + mark.h).toBeLessThanOrEqual(gridHeight(g));
        expect(squareAt(g, mark.x + mark.w / 2, mark.y + mark.h / 2, count)).toBe(at);
      }),
      { numRuns: 60 },
    );
  });

  it('are walked by arrows without leaving them', () => {
    const keys = fc.array(fc.constantFrom('ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'));
    fc.assert(
      fc.property(grids, keys, ([count, width, large], pressed) => {
        const g = gridOf(count, width, large);
        let at = 0;
        for (const key of pressed) at = moved(g, at, key, count) ?? at;
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThan(count);
      }),
    );
    const g = gridOf(100, 300, true);
    expect(moved(g, 3, 'ArrowDown', 100)).toBe(3 + g.columns);
    expect(moved(g, 3, 'a', 100)).toBeUndefined();
  });

  it('of a miss are a red ring and a cross, of nothing else', () => {
    for (const what of [...outcomes, 'waiting'] as const) {
      const red = squareMarks(gridOf(1, 100, true), [what], undefined, false).filter(
        m => 'stroke' in m && m.stroke === 'red',
      );
      expect(red.map(m => m.kind)).toEqual(what === 'miss' ? ['circle', 'path', 'path'] : []);
    }
  });
});

describe('a filter', () => {
  const some = cases.filter((_, i) => i % 97 === 0);
  it('shows exactly the cases that have what it asks for', () => {
    const names = fc.constantFrom('kernel', 'arch', 'category', 'outcome') as fc.Arbitrary<
      'kernel' | 'arch' | 'category' | 'outcome'
    >;
    fc.assert(
      fc.property(names, fc.constantFrom(...some), (name, c) => {
        const only = withFilterOf({}, name, c[name]);
        expect(passes(c, only)).toBe(true);
        for (const other of some)
          expect(passes(other, only)).toBe(filterValue(other[name]) === filterValue(c[name]));
        expect(withFilterOf(only, name, '')).toEqual({});
      }),
    );
    expect(some.filter(c => passes(c, { id: 'leaf-' })).every(c => c.kind === 'leaf')).toBe(true);
  });

  it('holds only what a link can carry', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(filterValue(text)).toMatch(/^[A-Za-z0-9._+ -]{0,40}$/);
      }),
    );
  });
});
