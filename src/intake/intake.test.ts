import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessMmapBase, readIntake } from './intake.ts';
import { MAX_INTAKE } from './limit.ts';
import { parseMaps } from './maps.ts';
import { recognise } from './recognise.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const maps = fixture('qemu-system-x86_64.maps.txt');
const lspci = fixture('microvm.lspci-vv.txt');
const resource = fixture('microvm.sysfs-resource.txt');
const sections = (text: string) => recognise(text).sections;
const kinds = (text: string) => sections(text).map(s => [s.kind, s.first]);

describe('recognise', () => {
  it('each format alone', () => {
    for (const [text, kind] of [
      [maps, 'maps'],
      [lspci, 'lspci'],
      [resource, 'resource'],
    ] as const) {
      expect(sections(text)).toMatchObject([{ kind, first: 1, confidence: 1 }]);
      expect(sections(text.replace(/^(?=.)/gm, '> '))).toMatchObject([{ kind, confidence: 1 }]);
    }
  });
  it('a mixed paste, lines kept with their numbers', () => {
    expect(kinds(`${maps}\n${lspci}\n${resource}`)).toEqual([
      ['maps', 1],
      ['lspci', 464],
      ['resource', 574],
    ]);
    expect(kinds(`$ cat /proc/1/maps\n${maps}$ lspci -vv\n${lspci}$ `)).toEqual([
      ['maps', 1],
      ['lspci', 464],
    ]);
  });
  it('unknown text, with the first line that does not fit', () => {
    expect(sections('\n\nhello\nworld')).toMatchObject([
      { kind: 'unknown', problem: { line: 3, text: 'hello' } },
    ]);
    expect(kinds(`Hi,\n\n${lspci}`)).toEqual([
      ['unknown', 1],
      ['lspci', 3],
    ]);
  });
  it.each([
    ['0000-0cf7 : PCI Bus 0000:00', '/proc/ioports'],
    ['-[0000:00]-+-00.0', 'lspci -t'],
    ['Slot:\t00:01.0', 'lspci -vmm'],
  ])('names the relative it takes %j for', (text, name) => {
    expect(readIntake(text).problems).toMatchObject([{ reason: expect.stringContaining(name) }]);
  });
  it('blank text is nothing', () => {
    expect(sections(' \n\n')).toEqual([]);
    expect(readIntake('')).toMatchObject({ devices: [], deviceMappings: [], problems: [], unread: 0, given: [] });
    expect(readIntake('').notes).toEqual([]);
  });
  it('confidence falls with lines that do not fit', () => {
    expect(sections('1000-2000 rw-p 0 0:0 0\nx\ny\nz')).toMatchObject([{ kind: 'maps', confidence: 0.25 }]);
  });
});

describe('readIntake', () => {
  it('maps, lspci and resource in one paste', () => {
    const r = readIntake(`${maps}\n${lspci}\n${resource}`);
    expect(r.problems).toEqual([]);
    expect(r.vmas).toHaveLength(461);
    expect(r.mmapBaseGuess).toBe(0x7f437dadc000);
    expect(r.devices).toHaveLength(6);
    expect(r.devices[1]).toMatchObject({
      address: '0000:00:01.0',
      driver: 'virtio-pci',
      bars: [{ index: 0 }],
    });
    expect(r.notes.map(n => n.line)).toEqual([0, 462, 574]);
  });
  it('line numbers speak of the whole paste', () => {
    const r = readIntake(`${maps}nonsense\n${lspci}\n00:06.0 X: y\n\tRegion 1: nonsense\n`);
    expect(r.problems.map(p => p.line)).toEqual([463, 575]);
  });
  it('two accounts of one device that differ', () => {
    const r = readIntake(
      `01:00.0 X: y\n\tRegion 0: Memory at fe000000 (32-bit, non-prefetchable) [size=1M]\n\n== 0000:01:00.0\n0x00000000fd000000 0x00000000fd0fffff 0x0000000000040200\n0x00000000fc000000 0x00000000fc0fffff 0x0000000000040200\n`,
    );
    expect(r.devices).toMatchObject([{ bars: [{ base: 0xfe000000 }, { index: 1, base: 0xfc000000 }] }]);
    expect(r.notes).toMatchObject([
      { line: 4, reason: 'BAR 0 of 0000:01:00.0 differs from line 1, which is kept' },
    ]);
  });
  it('a second process is refused, not mixed in', () => {
    const r = readIntake(`${maps}${maps}`);
    expect(r.vmas).toHaveLength(461);
    expect(r.problems).toMatchObject([
      { line: 463, reason: expect.stringContaining('second address space') },
    ]);
  });
  it('a text that is too long', () => {
    const r = readIntake('x'.repeat(MAX_INTAKE + 1));
    expect(r.problems).toMatchObject([{ line: 1, reason: 'the text is longer than 32 MiB: not read' }]);
  });
});

describe('device mappings and their BARs', () => {
  const device = `01:00.0 X: y\n\tRegion 0: Memory at e2000000 (64-bit, non-prefetchable) [size=16M]\n\tRegion 2: Memory at 38000000000 (64-bit, prefetchable) [size=32G]\n\tKernel driver in use: vfio-pci\n`;
  const placed = (offset: string, name = 'anon_inode:[vfio-device]') =>
    readIntake(`7f0000000000-7f0000004000 rw-s ${offset} 00:0f 1050 ${name}\n${device}`).deviceMappings[0];
  it('6.10 and newer: region and offset', () => {
    expect(placed('20000003000')).toMatchObject({
      reading: 'region',
      places: [{ address: '0000:01:00.0', bar: 2, pa: 0x38000003000, offset: 0x3000 }],
    });
  });
  it('older: the physical address', () => {
    for (const [offset, bar, at] of [
      ['e2c20000', 0, 0xc20000],
      ['38000004000', 2, 0x4000],
    ] as const)
      expect(placed(offset)).toMatchObject({ reading: 'physical', places: [{ bar, offset: at }] });
  });
  it('nothing fits', () => {
    expect(placed('99000000')).toMatchObject({ reading: 'unclear', places: [] });
    expect(placed('530000000000')).toMatchObject({ reading: 'physical', places: [] });
  });
  it('both fit: BAR 0 so long that a physical address is an offset in it too', () => {
    const r = readIntake(
      `7f0000000000-7f0000004000 rw-s e2c20000 00:0f 1050 /dev/vfio/devices/vfio0\n${device}02:00.0 X: y\n\tRegion 0: Memory at 40000000000 (64-bit, prefetchable) [size=32G]\n\tKernel driver in use: vfio-pci\n`,
    ).deviceMappings[0];
    expect(r).toMatchObject({ reading: 'unclear' });
    expect(r?.places.map(p => p.address)).toEqual(['0000:02:00.0', '0000:01:00.0']);
  });
  it('sysfs is always physical', () => {
    expect(placed('38000000000', '/sys/devices/pci0000:00/0000:01:00.0/resource2')).toMatchObject({
      reading: 'physical',
      places: [{ bar: 2, offset: 0 }],
    });
  });
});

describe('guessMmapBase', () => {
  const guess = (...lines: readonly string[]) => {
    const r = parseMaps(lines.map(l => l.replace(' ', ' rw-p 00000000 00:00 0 ')).join('\n'));
    expect(r.problems).toEqual([]);
    return guessMmapBase(r.items).base;
  };
  const LD = '/usr/lib64/ld-linux-x86-64.so.2';
  const STACK = '7ffdfcee8000-7ffdfcf09000 [stack]';
  it('the end of the loader, its bss included', () => {
    expect(
      guess('400000-401000 /bin/x', `7f4000000000-7f4000001000 ${LD}`, '7f4000001000-7f4000002000 ', STACK),
    ).toBe(0x7f4000002000);
  });
  it('parts of the stack below [stack] are not mistaken for it; vdso above is ignored', () => {
    expect(
      guess(
        `7f4000000000-7f4000001000 ${LD}`,
        '7ffdfcee0000-7ffdfcee8000 ',
        STACK,
        '7ffdfcf0a000-7ffdfcf0c000 [vdso]',
      ),
    ).toBe(0x7f4000001000);
  });
  it('other loaders, and unlimited stacks', () => {
    for (const ld of [
      '/lib/ld-musl-x86_64.so.1',
      '/lib/ld-2.28.so',
      '/lib64/ld64.so.2',
      '/system/bin/linker64',
      '[vdso]',
    ])
      expect(guess(`155555550000-155555556000 ${ld}`, STACK)).toBe(0x155555556000);
  });
  it('a static program: the mapping near the stack', () => {
    expect(guess('400000-401000 /bin/x', '7f4000000000-7f4000001000 ', STACK)).toBe(0x7f4000001000);
  });
  it('none: no stack, nothing near, bottom-up', () => {
    expect(guess(`7f4000000000-7f4000001000 ${LD}`)).toBeUndefined();
    expect(guess(STACK)).toBeUndefined();
    expect(guess('400000-401000 /bin/x', STACK)).toBeUndefined();
    expect(
      guess(
        `2aaaaaaab000-2aaaaaaac000 ${LD}`,
        '2aaaaaaac000-2aaaaaaad000 /lib/libc.so.6',
        '2aaaaaaad000-2aaaaaaae000 ',
        STACK,
      ),
    ).toBeUndefined();
  });
});

it('never throws, and line numbers stay inside the text', () => {
  const lines = `${maps}\n${lspci}\n${resource}`.split('\n');
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...lines) },
    fc.tuple(fc.constantFrom(...lines), fc.nat(90)).map(([l, n]) => l.slice(0, n)),
    fc.constantFrom('$ ', 'cat /proc/1/maps', '> x', '==', 'Size: 4 kB'),
    fc.string({ unit: 'binary' }).map(s => s.replace(/[\r\n]/g, '')),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), ls => {
      const r = readIntake(ls.join('\n'));
      for (const p of [...r.problems, ...r.notes]) {
        expect(p.line).toBeLessThanOrEqual(ls.length);
        expect(p.text.length).toBeLessThanOrEqual(120);
      }
    }),
    { numRuns: 500 },
  );
});

it('megabytes of anything are read in linear time', () => {
  const n = 3_000_000;
  const t = performance.now();
  for (const text of [
    'x1 y2\n'.repeat(n / 6),
    '>'.repeat(n),
    '== 0000:00:00.0'.repeat(n / 15),
    `00:00.0 x: y\n\tRegion 0: Memory at ${'[size='.repeat(n / 6)}`,
    '1000-2000 rw-p 0 0:0 0\n'.repeat(n / 23),
    `${'a'.repeat(n)}$`,
  ])
    readIntake(text);
  expect(performance.now() - t).toBeLessThan(6000);
});

describe('the lines that were not read', () => {
  const maps = [
    '00400000-00401000 r-xp 00000000 fe:00 1 /bin/a',
    '7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 [stack]',
  ].join('\n');

  it('count those of a second process, and of text in no format', () => {
    expect(readIntake(maps).unread).toBe(0);
    expect(readIntake(`${maps}\n\n${maps}\n`)).toMatchObject({ unread: 2, problems: [{ line: 4 }] });
    expect(readIntake('one\n\ntwo\nthree')).toMatchObject({ unread: 3, problems: [{ line: 1 }] });
    expect(readIntake(`${maps}\n7fff00000000-7ffe00000000 rw-p 00000000 00:00 0`).unread).toBe(1);
  });
});
