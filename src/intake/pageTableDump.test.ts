import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GiB, KiB, MiB } from '../units.ts';
import type { NumberedLine } from './line.ts';
import { isDumpLine, parsePageTableDump } from './pageTableDump.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.page-tables.txt`, import.meta.url), 'utf8');
const numbered = (text: string): readonly NumberedLine[] =>
  text.split('\n').flatMap((t, i) => (t === '' ? [] : [{ line: i + 1, text: t }]));
const known = (text: string): readonly NumberedLine[] => numbered(text).filter(l => isDumpLine(l.text));
const parse = (text: string) => parsePageTableDump(known(text));
const short = (text: string) => parse(text).items.map(i => [i.line, i.level, i.size, i.end - i.start]);

describe('real dumps', () => {
  it('x86, 4.18: from the boot log in https://lore.kernel.org/r/20180811113039.GA10397@bombadil.infradead.org (M. Gavrilov), some lines; the last from a program, S. Liu on linux-mm, 20 August 2019', () => {
    const r = parse(fixture('x86'));
    expect([r.problems, r.notes]).toEqual([[], []]);
    expect(known(fixture('x86'))).toHaveLength(numbered(fixture('x86')).length);
    expect(short(fixture('x86'))).toEqual([
      [2, 'pte', 4 * KiB, 32 * KiB],
      [4, 'pte', 4 * KiB, 388 * KiB],
      [8, 'pte', 4 * KiB, 252 * KiB],
      [9, 'pmd', 2 * MiB, 144 * MiB],
      [10, 'pte', 4 * KiB, 4 * KiB],
      [16, 'pud', GiB, 2 * GiB],
      [17, 'pmd', 2 * MiB, 418 * MiB],
      [18, 'pte', 4 * KiB, 4 * KiB],
      [19, 'pte', 4 * KiB, 12 * KiB],
      [20, 'pte', 4 * KiB, 4 * KiB],
      [22, 'pmd', 2 * MiB, 8 * MiB],
    ]);
    expect(r.items[3]).toEqual({
      line: 9,
      start: 0xcd400000,
      end: 0xd6400000,
      level: 'pmd',
      size: 2 * MiB,
      pa: undefined,
    });
  });
  it('arm64, 4 KiB pages: R. Roberts, in https://lore.kernel.org/r/20250917190323.3828347-1-yang@os.amperecomputing.com', () => {
    const r = parse(fixture('arm64'));
    expect([r.problems, r.notes]).toEqual([[], []]);
    expect(short(fixture('arm64')).map(([, level, size]) => [level, size])).toEqual([
      ['PMD', 2 * MiB],
      ['PTE CON', 64 * KiB],
      ['PTE', 4 * KiB],
      ['PMD', 2 * MiB],
      ['PTE', 4 * KiB],
      ['PTE CON', 64 * KiB],
      ['PMD', 2 * MiB],
      ['PMD CON', 32 * MiB],
      ['PUD', GiB],
      ['PTE', 4 * KiB],
      ['PTE', 4 * KiB],
    ]);
  });
  it('arm64, 64 KiB pages: https://lore.kernel.org/r/20221106145354.3876410-1-ardb@kernel.org; no proof of the page, so no sizes', () => {
    const r = parse(fixture('arm64-64k'));
    expect(r.problems).toEqual([]);
    expect(r.items.map(i => [i.line, i.level, i.size])).toEqual([
      [5, 'PTE', undefined],
      [8, 'PTE', undefined],
    ]);
  });
  it('riscv: the examples of e59e5e2754bf and 749b94b08005, before and after the wider flags', () => {
    expect(parse(fixture('riscv')).items).toMatchObject([
      { level: 'PUD', size: GiB, pa: 0xc0000000, start: 0xffffffd840000000 },
      { level: 'PTE', size: 4 * KiB, pa: 0x11d65d000 },
      { level: 'PTE', size: 4 * KiB, pa: 0x11d6dc000 },
    ]);
  });
  it('powerpc: https://lore.kernel.org/r/877d24n6rt.fsf@mpe.ellerman.id.au; the end is the last byte', () => {
    const r = parse(fixture('powerpc'));
    expect(r.problems).toEqual([]);
    expect(r.items.map(i => [i.level, i.size, i.pa, i.end - i.start])).toEqual([
      ['', undefined, 0, 20 * MiB],
      ['', undefined, 0x1400000, 12 * MiB],
      ['', undefined, 0x2000000, 2016 * MiB],
    ]);
  });
  it('s390: the log of 75c10d5377d8, and a hole from that of KMSAN for s390 (I. Leoshkevich, July 2024)', () => {
    const r = parse(fixture('s390'));
    expect(r.problems).toEqual([]);
    expect(r.items.map(i => [i.level, i.size])).toEqual([
      ['PMD', MiB],
      ['PTE', 4 * KiB],
      ['PTE', 4 * KiB],
      ['PMD', MiB],
      ['PTE', 4 * KiB],
      ['PTE', 4 * KiB],
      ['PTE', 4 * KiB],
    ]);
  });
  it('32-bit arm: A. Biesheuvel on linux-efi, October 2022', () => {
    const r = parse(fixture('arm'));
    expect([r.problems, r.items.map(i => [i.level, i.size])]).toEqual([
      [],
      [
        ['PTE', undefined],
        ['PTE', undefined],
      ],
    ]);
  });
});

describe('single lines, made from the format strings', () => {
  it.each([
    [
      'a run of riscv',
      '0xffffaf8000000000-0xffffaf8000010000    0x0000000080000000        64K PTE N   ..     ..   D A G . . W R V',
      'PTE N',
      64 * KiB,
    ],
    [
      'the top of riscv, folded',
      '0xffffffd840000000-0xffffffd900000000    0x00000000c0000000         3G PGD     D A G . . W R V',
      'PGD',
      undefined,
    ],
    [
      'powerpc since 6.18',
      '0xc000000000000000-0xc000000003ffffff  0x0000000000000000        64M PMD         r      X   pte  valid  present        dirty  accessed',
      'PMD',
      undefined,
    ],
    [
      'the same page over and over',
      '0xc000000000000000-0xc00000000003ffff [0x0000000000100000]       64K         r          pte  valid  present',
      '',
      undefined,
    ],
  ])('%s', (_, text, level, size) => {
    const r = parse(text);
    expect(r.problems).toEqual([]);
    expect(r.items).toMatchObject([{ level, size }]);
  });
  it('the last page of the space', () => {
    expect(
      parse('0xffffffffff600000-0x0000000000000000          10M     RW                 GLB NX pte').items,
    ).toMatchObject([{ start: 0xffffffffff600000, end: 2 ** 64 }]);
  });
  it('a table of arm64 is no leaf', () => {
    expect(
      parse('0xffff0fb640200000-0xffff0fb640400000           2M PMD TBL RW x NXTbl UXNTbl MEM/NORMAL').items,
    ).toEqual([]);
  });
  it('notes entries that x86 skips', () => {
    const r = parse('---[ ESPfix Area ]---\n... 65436 entries skipped ... \n---[ EFI Runtime Services ]---');
    expect([r.items, r.problems, r.notes.map(n => n.line)]).toEqual([[], [], [2]]);
  });
  it.each([
    '---[ end trace 0000000000000000 ]---',
    '------------[ cut here ]------------',
    '---[ end Kernel panic - not syncing: Fatal exception ]---',
    '0xffffd68d77e00000-0xffffd68d79e00000 33554432 pcpu_get_vm_areas+0x0/0x550 vmalloc',
    '0: 0xc0000000-0xc07fffff 0x00000000 Kernel EXEC coherent',
    '0x0000000000000000 0x0000000000000000 0x0000000000000000',
  ])('%s is no line of a dump', text => {
    expect(isDumpLine(text)).toBe(false);
  });
});

describe('damaged lines', () => {
  it.each([
    [
      '0x0000000000200000-0x0000000000400000           4M     RW         PSE         x  pmd',
      /size does not go/,
    ],
    ['0x0000000000400000-0x0000000000200000           2M     RW         PSE         x  pmd', /ends before/],
    [
      '0x0000000000200001-0x0000000000400000           2M     RW         PSE         x  pmd',
      /multiple of 4 KiB/,
    ],
    [
      '0x0000000000200000-0x0000000000400800           2M     RW         PSE         x  pmd',
      /multiple of 4 KiB/,
    ],
    ['0x000000200000-0x000000400000           2M     RW         PSE         x  pmd', /^expected/],
  ])('%s', (text, reason) => {
    const r = parse(text);
    expect([r.items, r.problems.length]).toEqual([[], 1]);
    expect(r.problems[0]?.reason).toMatch(reason);
  });
  it('never throws, cut and in any order', () => {
    const lines = ['x86', 'arm64', 'riscv', 'powerpc', 's390', 'arm'].flatMap(n => [...numbered(fixture(n))]);
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), fc.nat(120), fc.string(), (some, cut, junk) => {
        parsePageTableDump(some);
        parsePageTableDump(some.map(l => ({ ...l, text: `${l.text.slice(0, cut)}${junk}` })));
        isDumpLine(junk);
      }),
    );
  });
});

describe('reads back what the kernel would print', () => {
  const units = 'KMGTPE';
  const printed = (length: number): string => {
    let n = length / 1024;
    let u = 0;
    for (; n % 1024 === 0 && u < 5; u++) n /= 1024;
    return `${n}${units[u]}`.padStart(10);
  };
  const hex = (n: number): string => `0x${n.toString(16).padStart(16, '0')}`;
  const stretch = fc.record({
    level: fc.constantFrom('pte', 'pmd', 'pud'),
    at: fc.nat(2 ** 16),
    count: fc.integer({ min: 1, max: 2 ** 16 }),
    hole: fc.boolean(),
  });
  const sizes = { pte: 4 * KiB, pmd: 2 * MiB, pud: GiB } as const;
  it('x86', () => {
    fc.assert(
      fc.property(stretch, ({ level, at, count, hole }) => {
        const size = sizes[level as keyof typeof sizes];
        const [start, end] = [at * size, (at + count) * size];
        const flags = hole ? ''.padEnd(30) : `USR RW     PCD ${level === 'pte' ? '   ' : 'PSE'}         NX `;
        const r = parse(`${hex(start)}-${hex(end)}   ${printed(end - start)} ${flags}${level}`);
        expect(r.problems).toEqual([]);
        expect(r.items).toEqual(hole ? [] : [{ line: 1, start, end, level, size, pa: undefined }]);
      }),
    );
  });
  it('arm64, where the page is proven', () => {
    const proof = '0xffff800080000000-0xffff800080001000           4K PTE';
    fc.assert(
      fc.property(stretch, fc.boolean(), ({ level, at, count, hole }, cont) => {
        const size = sizes[level as keyof typeof sizes] * (cont && level !== 'pud' ? 16 : 1);
        const [start, end] = [at * size, (at + count) * size];
        const name = level.toUpperCase();
        const con = cont && level !== 'pud' ? 'CON' : '   ';
        const flags = hole
          ? ''
          : `       RW NX SHD AF    ${con} ${level === 'pte' ? '   ' : 'BLK'} UXN    DEVICE/nGnRE`;
        const r = parse(`${hex(start)}-${hex(end)}   ${printed(end - start)} ${name}${flags}\n${proof}`);
        expect(r.problems).toEqual([]);
        expect(r.items).toEqual(
          hole
            ? []
            : [{ line: 1, start, end, level: con === 'CON' ? `${name} CON` : name, size, pa: undefined }],
        );
      }),
    );
  });
});
