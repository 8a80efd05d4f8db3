import { readdirSync, readFileSync } from 'node:fs';
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
    expect(readIntake('')).toMatchObject({
      devices: [],
      deviceMappings: [],
      problems: [],
      unread: 0,
      given: [],
    });
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
    const text =
      'BAR 0 of 0000:01:00.0 is at 0xfd00_0000, 1 MiB, here and at 0xfe00_0000, 1 MiB, in line 1, which is kept';
    expect(r.notes).toMatchObject([{ line: 4, reason: text }]);
    expect(r.contradictions).toEqual([{ lines: [1, 4], address: '0000:01:00.0', text }]);
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

const iomem = fixture('microvm.iomem.txt');
const trace = fixture('objdump.ftrace.txt');
const status = fixture('microvm.status.txt');

describe('several formats in one paste', { timeout: 60_000 }, () => {
  const parts = [maps, lspci, resource, iomem, trace, status, '6.12.117-amd64\n', 'faults: 524288\n'];
  const all = readIntake(parts.join(''));
  it('says what was recognised, in the order of the text', () => {
    expect(all.problems).toEqual([]);
    expect(all.given.map(g => [g.kind, g.line, g.says])).toEqual([
      ['maps', 1, '461 VMAs'],
      ['lspci', 463, '6 devices'],
      ['resource', 572, '6 devices'],
      ['iomem', 620, '27 ranges'],
      ['search', 647, '5 searches'],
      ['figures', 653, '3 figures'],
    ]);
  });
  it('in any order: the same facts', () => {
    const facts = (r: typeof all) => ({
      vmas: r.vmas,
      devices: r.devices
        .map(d => ({ address: d.address, bars: d.bars, driver: d.driver }))
        .sort((a, b) => (a.address < b.address ? -1 : 1)),
      ranges: r.iomem?.ranges.length,
      searches: r.searches.map(s => s.addr),
      figures: [r.figures.kernel?.text, r.figures.faults?.count, r.figures.vmPte?.kib],
      given: r.given.map(g => `${g.kind}: ${g.says}`).sort(),
    });
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), fc.boolean(), (shuffled, crlf) => {
        const text = shuffled.join('');
        const r = readIntake(crlf ? text.replaceAll('\n', '\r\n') : text);
        expect(r.problems).toEqual([]);
        expect(facts(r)).toEqual(facts(all));
      }),
      { numRuns: 60 },
    );
  });
  it('lines of a trace inside maps belong to the trace, and maps go on', () => {
    const lines = maps.split('\n');
    const r = readIntake(
      [...lines.slice(0, 100), ...trace.trimEnd().split('\n'), ...lines.slice(100)].join('\n'),
    );
    expect(r.problems).toEqual([]);
    expect(r.vmas).toHaveLength(461);
    expect(r.searches.map(s => s.line)).toEqual([101, 102, 103, 104, 105]);
  });
  it('devices mapped are counted', () => {
    const r = readIntake('7f0000000000-7f0000004000 rw-s 0 00:0f 1050 anon_inode:[vfio-device]\n');
    expect(r.given).toMatchObject([{ says: '1 VMA, 1 of devices' }]);
  });
});

describe('a log', () => {
  // github.com/snu-csl/nvmevirt/issues/60
  const dmesg = `[    1.347721] pci 0000:00:14.0: PME# supported from D0 D3hot D3cold
[    1.348181] pci 0000:00:14.2: [8086:a1b1] type 00 class 0x118000 conventional PCI endpoint
[    1.348217] pci 0000:00:14.2: BAR 0 [mem 0x383fffa46000-0x383fffa46fff 64bit]
[    1.449254] pci 0000:00:1c.0: bridge window [mem 0x90400000-0x905fffff]: assigned
`;
  it('with one line that matters: one note for all the rest', () => {
    const r = readIntake(`${dmesg.repeat(1000)}${trace}${dmesg.repeat(10)}`);
    expect(r.problems).toEqual([]);
    expect(r.unread).toBe(0);
    expect(r.searches[0]?.line).toBe(4001);
    expect(r.notes).toEqual([
      { line: 1, text: '', reason: '4,041 lines of a log that say nothing of a mapping: passed over' },
    ]);
  });
  it('without any: one problem that says so', () => {
    expect(readIntake(dmesg)).toMatchObject({
      unread: 4,
      notes: [],
      problems: [{ line: 1, reason: expect.stringContaining('a log of 4 lines, and none of them') }],
    });
  });
  it('a damaged line in it is listed with its number', () => {
    const r = readIntake(`${dmesg}${trace.replace('lo=0x1000', 'lo=')}`);
    expect(r.searches).toHaveLength(4);
    expect(r.problems).toMatchObject([{ line: 5, reason: 'a vm_unmapped_area line: no lo= with a number' }]);
    expect(r.unread).toBe(1);
  });
  it.each([
    '# tracer: nop',
    '#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION',
    'cpus=8',
    '2026-11-21T08:00:00.123456Z qemu-system-x86_64: warning: number of dies',
    'vfio_realize  (0000:01:00.0) group 26',
    '4242@1700000000.123456:vfio_listener_region_add_ram region_add [ram] 0x0 - 0x1 [0x2]',
    'Nov 21 10:00:00 host systemd[1]: Started Session 4 of User root.',
    ' qemu-kvm-4242 [002] .....  4351.435234: exit_mmap: mt_mod ffffff8149991980, DESTROY',
  ])('other lines of tracers and of QEMU: %s', text => {
    const r = readIntake(`${maps}${text}\n`);
    expect(r.problems).toEqual([]);
    expect(r.notes.at(-1)?.reason).toContain('1 line of a log');
  });
});

describe('two of one kind', () => {
  it('smaps_rollup is no process beside the maps, before or after them', () => {
    const rollup =
      '55a4b84cc000-7fff75e85000 ---p 00000000 00:00 0                          [rollup]\nRss:                1672 kB\nPss:                 299 kB\n';
    for (const text of [`${rollup}$ cat /proc/1/maps\n${maps}`, `${maps}${rollup}`, `${rollup}${maps}`]) {
      const r = readIntake(text);
      expect(r.problems).toEqual([]);
      expect(r.vmas).toHaveLength(461);
    }
  });
  it('a second iomem is refused; one that is all zeros gives way', () => {
    const twice = readIntake(`${iomem}$ cat /proc/iomem\n${iomem}`);
    expect(twice.iomem?.ranges).toHaveLength(27);
    expect(twice.problems).toMatchObject([
      { line: 29, reason: expect.stringContaining('a second /proc/iomem') },
    ]);
    const better = readIntake(`${fixture('thunderx2.iomem.txt')}$ sudo cat /proc/iomem\n${iomem}`);
    expect(better.iomem?.zeroed).toBe(false);
    expect(better.given).toMatchObject([{ kind: 'iomem', line: 30, says: '27 ranges' }]);
    expect(better.problems).toEqual([]);
  });
});

describe('what lspci prints with -nn and -t (<92686c1c-46c6-43a5-8077-65e02c163561@ext.kapsi.fi> on devicetree)', () => {
  const r = readIntake(fixture('orion.lspci-nn-vv.txt'));
  it('-nn: names with their numbers, BARs without an address', () => {
    expect(r.devices.map(d => [d.address, d.bars.length, d.unplaced.map(b => b.why)])).toEqual([
      ['0000:00:00.0', 0, ['ignored']],
      ['0000:00:01.0', 2, []],
      ['0001:01:00.0', 0, ['unassigned', 'ignored', 'ignored', 'ignored']],
    ]);
    expect(r.devices[1]?.driver).toBe('sata_mv');
  });
  it('-t is told apart', () => {
    expect(r.problems).toMatchObject([{ line: 49, reason: expect.stringContaining('lspci -t') }]);
  });
});

describe('what people paste instead', () => {
  const maps = '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n';
  it.each([
    ['lspci -t', '-[0000:00]-+-00.0\n           +-01.0-[01]----00.0\n'],
    ['lspci -vmm', 'Slot:\t41:00.0\nClass:\t3D controller\n'],
    ['lspci -mm', '41:00.0 "3D controller" "NVIDIA Corporation" "GA100" -ra1 "NVIDIA" "Device 1234"\n'],
    ['ls -l', '-rw------- 1 root root   16777216 Jan  3 13:48 resource0\n'],
    ['pmap', '1234:   qemu\n0000555555554000   15160    8000       0 r-x-- qemu-system-x86_64\n'],
    ['pmap', '1234:   qemu\n0000555555554000  15160K r-x-- qemu-system-x86_64\n'],
    [
      'pmap -X',
      '1234:   qemu\n    7137c0000000 rw-s 57a000000000  00:0f    1050  134217728         0         0\n',
    ],
    ['numa_maps', '7f1234000000 default file=/usr/lib/libc.so.6 mapped=38 N0=38\n'],
    [
      'info proc mappings',
      'process 1\n          Start Addr           End Addr       Size     Offset  Perms  objfile\n',
    ],
  ])('%s, alone or behind maps: one problem that says so', (name, text) => {
    for (const all of [text, `${maps}${text}`, `${text}${maps}`]) {
      const { problems, vmas } = readIntake(all);
      const told = problems.filter(p => p.reason.startsWith(`this looks like ${name}`));
      expect(told).toHaveLength(1);
      expect(vmas?.length ?? 0).toBe(all === text ? 0 : 1);
    }
  });
});

describe('what grep, cat -n and mailers put before every line', () => {
  const lines = fixture('qemu-system-x86_64.maps.txt').trimEnd().split('\n');
  const plain = readIntake(lines.join('\n'));
  it.each([
    ['grep -H', (l: string) => `/proc/1234/maps:${l}`],
    ['grep -Hn', (l: string, i: number) => `/proc/1234/maps:${i + 1}:${l}`],
    ['grep -n', (l: string, i: number) => `${i + 1}:${l}`],
    ['cat -n', (l: string, i: number) => `${String(i + 1).padStart(6)}\t${l}`],
    ['a bar', (l: string) => `| ${l}`],
  ])('%s: the same VMAs', (_, put) => {
    const r = readIntake(lines.map(put).join('\n'));
    expect(r.problems).toEqual([]);
    expect(r.vmas).toEqual(plain.vmas);
  });
  it('smaps too', () => {
    const text = '/proc/1/smaps:7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n/proc/1/smaps:Rss: 4 kB\n';
    expect(readIntake(text)).toMatchObject({ problems: [], vmas: [{ start: 0x7f00_0000_0000 }] });
  });
  it('lspci numbered by cat -n', () => {
    const text = fixture('microvm.lspci-vv.txt');
    const numbered = text.split('\n').map((l, i) => `${String(i + 1).padStart(6)}\t${l}`);
    expect(readIntake(numbered.join('\n')).devices.map(d => d.bars)).toEqual(
      readIntake(text).devices.map(d => d.bars),
    );
  });
  it('two files of grep are two processes', () => {
    const text =
      '/proc/1/maps:7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n/proc/2/maps:7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n';
    const r = readIntake(text);
    expect(r.vmas).toHaveLength(1);
    expect(r.problems).toMatchObject([{ line: 2, reason: expect.stringContaining('second address space') }]);
  });
});

it('a figure or a stranger below lspci is neither swallowed nor lost', () => {
  const device =
    '41:00.0 3D controller: A\n\tRegion 0: Memory at 92000000 (32-bit, non-prefetchable) [size=16M]\n';
  expect(readIntake(`${device}\n6.12.10-amd64 x86_64\n`).figures.kernel?.text).toBe('6.12.10-amd64');
  expect(readIntake(`${device}\nno format at all\n`).problems).toMatchObject([{ line: 4 }]);
});

describe('what is listed has an end', () => {
  it('of problems and notes the first thousand, then how many more', () => {
    const r = readIntake('1000-2000 rw-p 0 0:0 0\n'.repeat(5000));
    expect(r.problems).toHaveLength(1001);
    expect(r.problems.at(-1)).toMatchObject({ reason: 'and 3,999 more like these' });
    expect(r.unread).toBe(4999);
    const notes = readIntake('0000000000000000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]\n'.repeat(3)).notes;
    expect(notes.length).toBeLessThan(5);
  });
  it('a hundred lines on end that fit nothing are no maps any more', () => {
    const r = readIntake(`1000-2000 rw-p 0 0:0 0\n${'prose of some kind\n'.repeat(5000)}`);
    expect(r.unread).toBe(5000);
    expect(r.problems).toHaveLength(101);
    expect(r.problems.at(-1)?.reason).toMatch(/^in none of the formats/);
  });
  it('more lines than any text of that length has in a known format', () => {
    expect(readIntake('\n'.repeat(1_000_001))).toMatchObject({
      problems: [{ reason: 'the text has more than a million lines: not read' }],
    });
  });
});

describe('anything at all', { timeout: 60_000 }, () => {
  const files = readdirSync(new URL('./fixtures/', import.meta.url)).map(fixture);
  const lines = files.flatMap(f => f.split('\n'));
  const real = fc.constantFrom(...lines);
  const line = fc.oneof(
    { weight: 4, arbitrary: real },
    { weight: 2, arbitrary: fc.tuple(real, fc.nat(90), fc.nat(90)).map(([l, a, b]) => l.slice(a, a + b)) },
    fc.tuple(real, real, fc.nat(60)).map(([a, b, n]) => a.slice(0, n) + b.slice(n)),
    fc
      .tuple(
        real,
        fc.nat(80),
        fc.constantFrom('\0', '\u202e', '\u200f', '\u2066', '\ud800', '\ufffd', '\t', '\u00a0'),
      )
      .map(([l, n, c]) => l.slice(0, n) + c + l.slice(n)),
    fc.tuple(real, fc.integer({ min: 1, max: 3000 })).map(([l, n]) => l.repeat(n).slice(0, 20_000)),
    fc.constantFrom(
      '$ ',
      'cat /proc/1/maps',
      '> x',
      '==',
      'Size: 4 kB',
      '__proto__: 1',
      'constructor',
      '{"__proto__": {"a": 1}}',
    ),
    fc.string({ unit: 'binary' }).map(s => s.replace(/[\r\n]/g, '')),
  );
  const check = (text: string): void => {
    const r = readIntake(text);
    const count = text.split(/\r\n|\n|\r/).length;
    for (const p of [...r.problems, ...r.notes]) {
      expect(p.line).toBeLessThanOrEqual(count);
      expect(p.text.length).toBeLessThanOrEqual(120);
      expect(p.text).not.toMatch(/[\0\u202e\u2066]/);
      expect(p.reason.length).toBeLessThanOrEqual(400);
    }
    expect(r.problems.length).toBeLessThanOrEqual(1001);
    expect(r.notes.length).toBeLessThanOrEqual(1001);
    expect(r.unread).toBeLessThanOrEqual(count);
    for (const f of [...r.searches, ...r.hugeFaults, ...r.alignment, ...r.qemuRegions, ...r.dumped])
      expect(f.line).toBeLessThanOrEqual(count);
  };
  it('lines cut, mixed and joined: never throws, and numbers stay inside the text', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), ls => check(ls.join('\n'))),
      { numRuns: 400 },
    );
  });
  it('real files cut anywhere and put together', () => {
    const piece = fc
      .tuple(fc.constantFrom(...files), fc.nat(4000), fc.nat(4000))
      .map(([f, a, n]) => f.slice(a, a + n));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), ps => check(ps.join(''))),
      { numRuns: 100 },
    );
  });
  it('random characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), check), { numRuns: 100 });
  });
  it('leaves the prototype of everything as it was', () => {
    check('__proto__=0x1 vm_unmapped_area: __proto__=0x2 constructor=0x3\n00000000-00000fff : __proto__\n');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

// What is not linear takes hours: the time that any test has is for that.
it('megabytes of anything are read in linear time', () => {
  const n = 3_000_000;
  for (const text of [
    'x1 y2\n'.repeat(n / 6),
    '>'.repeat(n),
    '== 0000:00:00.0'.repeat(n / 15),
    `00:00.0 x: y\n\tRegion 0: Memory at ${'[size='.repeat(n / 6)}`,
    '1000-2000 rw-p 0 0:0 0\n'.repeat(n / 23),
    `${'a'.repeat(n)}$`,
  ])
    readIntake(text);
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
