import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isResourceHeader, parseResource } from './resource.ts';

const sample = readFileSync(new URL('./fixtures/microvm.sysfs-resource.txt', import.meta.url), 'utf8');
const ZERO = '0x0000000000000000 0x0000000000000000 0x0000000000000000';
const MEM64 = '0x0000038000000000 0x00000387ffffffff 0x000000000014220c';
const file = (rows: Readonly<Record<number, string>>, count: number): string =>
  Array.from({ length: count }, (_, i) => rows[i] ?? ZERO).join('\n');
const reasons = (text: string): readonly string[] => parseResource(text).problems.map(p => p.reason);

describe('real text', () => {
  it('the sample: headers, zero lines, one BAR each', () => {
    const r = parseResource(sample);
    expect([r.items.length, r.problems]).toEqual([6, []]);
    expect(r.notes).toMatchObject([{ line: 1, text: '0000:00:00.0' }]);
    expect(r.items.slice(1).map(d => [d.address, d.bars])).toEqual(
      [1, 2, 3, 4, 5].map(n => [
        `0000:00:0${n}.0`,
        [
          {
            index: 0,
            base: 0x4000000000 + (n - 1) * 0x80000,
            size: 0x80000,
            kind: 'mem',
            bits: 64,
            prefetchable: false,
            disabled: false,
          },
        ],
      ]),
    );
  });
  it('a bare file has no address', () => {
    const r = parseResource(
      file({ 1: MEM64, 5: '0x000000000000e000 0x000000000000e07f 0x0000000000040101' }, 13),
    );
    expect(r.problems).toEqual([]);
    expect(r.items).toMatchObject([
      {
        address: '',
        bars: [
          { index: 1, base: 0x38000000000, size: 2 ** 35, bits: 64, prefetchable: true, kind: 'mem' },
          { index: 5, base: 0xe000, size: 128, bits: 32, prefetchable: false, kind: 'io' },
        ],
      },
    ]);
  });
});

describe('headers', () => {
  const row = file({ 0: MEM64 }, 7);
  it.each([
    '== 0000:01:00.0',
    '/sys/bus/pci/devices/0000:01:00.0/resource:',
    '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/resource',
    '==> /sys/bus/pci/devices/0000:01:00.0/resource <==',
    '0000:01:00.0',
    '$ cat /sys/bus/pci/devices/0000:01:00.0/resource',
  ])('%s', header => {
    const r = parseResource(`${header}\n${row}\n`);
    expect([r.problems, r.items.length, r.items[0]?.address, r.items[0]?.bars.length]).toEqual([
      [],
      1,
      '0000:01:00.0',
      1,
    ]);
  });
  it('a path before each line, as grep prints', () => {
    const text = ['0000:01:00.0', '0000:02:00.0']
      .map(a => row.replace(/^/gm, `/sys/bus/pci/devices/${a}/resource:`))
      .join('\n');
    expect(parseResource(text).items.map(d => [d.address, d.bars.length])).toEqual([
      ['0000:01:00.0', 1],
      ['0000:02:00.0', 1],
    ]);
  });
});

describe('position and flags', () => {
  it('ROM, SR-IOV and bridge windows, by the number of lines', () => {
    const rom = '0x00000000000c0000 0x00000000000dffff 0x0000000000046200';
    const win = '0x0000000081600000 0x00000000817fffff 0x0000000000200200';
    const pref = '0x0000000800000000 0x00000008000fffff 0x0000000000302201';
    const wide = parseResource(file({ 6: rom, 7: MEM64, 14: win, 15: pref }, 17)).items[0];
    expect(wide?.bars).toMatchObject([{ index: 6, size: 2 ** 17, disabled: true }]);
    expect(wide?.windows).toEqual([
      { kind: 'mem', base: 0x81600000, size: 2 ** 21 },
      { kind: 'prefetchable', base: 0x800000000, size: 2 ** 20 },
    ]);
    expect(parseResource(file({ 8: win }, 11)).items[0]?.windows).toHaveLength(1);
    expect(parseResource(file({ 8: win }, 13)).items[0]?.windows).toHaveLength(0);
  });
  it('an unset BAR has a size and no address', () => {
    expect(
      parseResource(file({ 2: '0x0000000000000000 0x00000000000fffff 0x0000000020040200' }, 7)).items[0],
    ).toMatchObject({ bars: [], unplaced: [{ index: 2, size: 2 ** 20, why: 'unassigned' }] });
  });
  it('all zero is noted', () => {
    expect(parseResource(file({}, 7)).notes).toHaveLength(1);
  });
  it('a BAR off its alignment is noted', () => {
    expect(parseResource('0x0000000000080000 0x000000000017ffff 0x0000000000040200').notes).toHaveLength(1);
  });
});

describe('problems', () => {
  it.each([
    ['hello', 'not three numbers'],
    ['0x0 0x1', 'not three numbers'],
    ['0x2000 0x0fff 0x200', 'ends before it starts'],
    ['0x1000 0x1fff 0x0', 'addresses without flags'],
    ['0x1000 0x1fff 0x1', 'neither memory nor I/O'],
    ['0x10000000000000000 0x1fff 0x200', 'more than 64 bits'],
    ['0xf000000000000001 0xf000000000000fff 0x200', 'too large to be held exactly'],
  ])('%s', (line, reason) => {
    expect(reasons(line)).toEqual([expect.stringContaining(reason)]);
  });
  it('an eighteenth line', () => {
    expect(parseResource(file({}, 18)).problems).toMatchObject([
      { line: 18, reason: 'more than 17 lines for one device' },
    ]);
  });
});

it('never throws on random, cut or shuffled text', () => {
  const lines = sample.split('\n');
  const line = fc.oneof(
    fc.constantFrom(...lines, MEM64),
    fc.tuple(fc.constantFrom(...lines), fc.nat(60)).map(([l, n]) => l.slice(0, n)),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), ls => {
      parseResource(ls.join('\n'));
    }),
    { numRuns: 500 },
  );
});

describe('hostile headers', () => {
  // What backtracks takes minutes: the time that any test has is for that.
  it('a line made to backtrack is read at once', () => {
    const line = `${'='.repeat(2000)}${'aa:aa.0'.repeat(290)} x`;
    for (let i = 0; i < 200; i++) expect(isResourceHeader(line)).toBe(false);
  });
});
