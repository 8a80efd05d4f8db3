import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMaps } from './maps.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const qemu = fixture('qemu-system-x86_64.maps.txt');
const reasons = (text: string): readonly string[] => parseMaps(text).problems.map(p => p.reason);
const OK = '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ';

describe('a real process', () => {
  it('gives every VMA, ascending, and notes the gate page', () => {
    const r = parseMaps(qemu);
    expect(r.problems).toEqual([]);
    expect(r.items).toHaveLength(461);
    expect(r.notes).toHaveLength(1);
    expect(r.notes[0]?.line).toBe(462);
    expect(r.items.every((v, i) => i === 0 || v.start >= (r.items[i - 1]?.end ?? 0))).toBe(true);
    expect(r.items[0]).toEqual({
      start: 0x55b60fd55000,
      end: 0x55b61015c000,
      growsDown: false,
      shadowStack: false,
      perms: 'r--p',
      name: '/usr/bin/qemu-system-x86_64',
    });
    expect(r.items.at(-1)).toMatchObject({ start: 0x7ffdfcee8000, name: '[stack]', growsDown: true });
    expect(r.items.filter(v => v.growsDown)).toHaveLength(1);
  });
  it('is the same with CRLF, quoted in a mail, indented, or with trailing blanks', () => {
    const plain = parseMaps(qemu);
    for (const change of [
      qemu.replaceAll('\n', '\r\n'),
      qemu.replace(/^(?=.)/gm, '> '),
      qemu.replace(/^(?=.)/gm, '> > '),
      qemu.replace(/^(?=.)/gm, '    '),
      qemu.replace(/$/gm, '  \t'),
    ])
      expect(parseMaps(change).items).toEqual(plain.items);
  });
});

describe('names', () => {
  it('keeps blanks and (deleted)', () => {
    const r = parseMaps(
      '7f0000000000-7f0000001000 rw-s 00000000 00:01 14938                      /memfd:my  region (deleted)',
    );
    expect(r.items[0]?.name).toBe('/memfd:my  region (deleted)');
  });
  it('joins a name that a mailer wrapped', () => {
    const r = parseMaps('7f0b5c5f4000-7f0b5c5f5000 rw-s e2c20000 00:0e 13653\n  anon_inode:[vfio-device]\n');
    expect(r.problems).toEqual([]);
    expect(r.items[0]?.name).toBe('anon_inode:[vfio-device]');
    expect(r.deviceMappings).toMatchObject([{ line: 1, fileOffset: 0xe2c20000 }]);
    expect(r.notes[0]).toMatchObject({ line: 2 });
  });
  it('notes prompts', () => {
    const r = parseMaps(`root@host:~# cat /proc/1/maps\n${OK}\nroot@host:~# `);
    expect([r.items.length, r.problems.length, r.notes.map(n => n.line)]).toEqual([1, 0, [1, 3]]);
  });
});

describe('problems, with the line and the reason', () => {
  it.each([
    ['7f0000002000-7f0000001000 rw-p 00000000 00:00 0', 'ends before it starts'],
    ['7f0000001000-7f0000001000 rw-p 00000000 00:00 0', 'is empty: it ends where it starts'],
    ['7f0000001001-7f0000002000 rw-p 00000000 00:00 0', 'an address is not a multiple of 4 KiB'],
    ['7f0000001000-7f0000002800 rw-p 00000000 00:00 0', 'an address is not a multiple of 4 KiB'],
    ['fffffffffffff001-ffffffffffffffff rw-p 00000000 00:00 0', 'an address is not a multiple of 4 KiB'],
    ['1000-10000000000000000 rw-p 00000000 00:00 0', 'an address has more than 64 bits'],
    [
      '1000-2000 rw-p 10000000000000000 00:00 0',
      'the file offset is not a multiple of 4 KiB, or has more than 64 bits',
    ],
    ['1000-2000 rwzp 00000000 00:00 0', 'bad permissions: four letters such as rw-p are expected'],
    ['1000-2000', 'the line stops after the address range'],
    ['1000-2000 rw-p', 'no hexadecimal file offset'],
    ['1000-2000 rw-p 0', 'no device number such as fe:00'],
    ['1000-2000 rw-p 0 fe:00', 'no inode number'],
    ['1000-2000 rw-p 0 fe:00 12x', 'no inode number'],
    ['hello', 'not a line of maps: it does not begin with an address range'],
    ['Colour: blue', 'not a field smaps is known to have'],
  ])('%s: %s', (line, reason) => {
    const r = parseMaps(`\n${line}\n`);
    expect(r.items).toEqual([]);
    expect(r.problems).toEqual([{ line: 2, text: line, reason }]);
  });
  it('overlapping and descending lines', () => {
    expect(reasons(`${OK}\n7f0000000000-7f0000002000 rw-p 00000000 00:00 0`)).toEqual([
      'overlaps the line before it',
    ]);
    expect(reasons(`${OK}\n1000-2000 rw-p 00000000 00:00 0`)).toEqual(['lies below the line before it']);
  });
  it('a bad line does not hide the next good one', () => {
    expect(
      parseMaps(`1000-2000 rw-p 0 0:0 0\n3000-1000 rw-p 0 0:0 0\n2000-3000 rw-p 0 0:0 0`).items,
    ).toHaveLength(2);
  });
});

describe('what is not a VMA is noted', () => {
  it.each([
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
    '8000000000000000-8000000000001000 rw-p 00000000 00:00 0',
    '00400000-7ffd74a21000 ---p 00000000 00:00 0                              [rollup]',
  ])('%s', line => {
    const r = parseMaps(line);
    expect([r.items.length, r.problems.length, r.notes.length]).toEqual([0, 0, 1]);
  });
  it('the last page below 2^63 is one', () => {
    expect(parseMaps('7ffffffffffff000-8000000000000000 rw-p 0 0:0 0').items).toHaveLength(1);
  });
});

describe('smaps', () => {
  const fields = (flags: string): string =>
    `Size:                132 kB\nKernelPageSize:        4 kB\nPss_Dirty:             8 kB\nTHPeligible:           0\nProtectionKey:         0\nVmFlags:${flags}\n`;
  it('VmFlags decide, not the name', () => {
    const r = parseMaps(
      `7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n${fields(' rd wr mr mw me gd ac ')}` +
        `7f0000001000-7f0000002000 rw-p 00000000 00:00 0 \n${fields(' rd wr mr mw me ss sd')}` +
        `7f0000002000-7f0000003000 rw-p 00000000 00:00 0 [stack]\n${fields(' rd wr mr mw me sd')}`,
    );
    expect(r.problems).toEqual([]);
    expect(r.smaps).toBe(true);
    expect(r.items.map(v => [v.growsDown, v.shadowStack])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
  it('the flags of a line left out go nowhere', () => {
    const r = parseMaps(`${OK}\n7f0000000000-7f0000002000 rw-p 0 0:0 0\nVmFlags: rd gd \n`);
    expect(r.items[0]?.growsDown).toBe(false);
  });
});

describe('device mappings', () => {
  const of = (offset: string, name: string) =>
    parseMaps(`7f0000000000-7f0000004000 rw-s ${offset} 00:0f 1050 ${name}`).deviceMappings;
  it.each(['/dev/vfio/16', 'anon_inode:[vfio-device]', '/dev/vfio/devices/vfio0'])('%s', name => {
    expect(of('20000003000', name)).toEqual([
      {
        source: 'vfio',
        va: 0x7f0000000000,
        length: 0x4000,
        name,
        perms: 'rw-s',
        fileOffset: 0x20000003000,
        region: 2,
        offsetInRegion: 0x3000,
        device: undefined,
        line: 1,
      },
    ]);
  });
  it('sysfs files name their device, and their offset is a physical address', () => {
    expect(of('fe000000', '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/resource2_wc')).toMatchObject([
      {
        source: 'sysfs',
        region: 2,
        device: '0000:01:00.0',
        offsetInRegion: undefined,
        fileOffset: 0xfe000000,
      },
    ]);
  });
  it.each(['/dev/vfio/vfio', '/usr/lib/vfio', 'anon_inode:[perf_event]', '/sys/fs/x', ''])('not %j', name =>
    expect(of('0', name)).toEqual([]),
  );
});

describe('size', () => {
  const rows = (n: number): string =>
    Array.from({ length: n }, (_, i) => {
      const a = 0x7f0000000000 + i * 8192;
      return `${a.toString(16)}-${(a + 4096).toString(16)} rw-p 00000000 fe:00 2173175                    /usr/lib/x/libfoo.so.${i}`;
    }).join('\n');
  // What is not linear takes minutes here and hours below: the time that any test has is for that.
  it('65,530 lines, the default vm.max_map_count', () => {
    const r = parseMaps(rows(65_530));
    expect([r.items.length, r.problems.length]).toEqual([65_530, 0]);
  });
  it('one line of megabytes, of any kind, is linear', () => {
    const n = 3_000_000;
    for (const long of [
      'f'.repeat(n),
      ' '.repeat(n),
      `${' '.repeat(n)}x`,
      `1000-2000 rw-p 0 0:0 0 ${'/a '.repeat(n / 3)}b`,
      // Begins as a wrapped name does, and is none: a line separator is a blank that ends a line for an expression.
      `/a${' '.repeat(n)}\u2028b`,
    ])
      expect(parseMaps(`1000-2000 rw-p 0 0:0 0\n${long}`).items.length).toBeGreaterThan(0);
  });
});

describe('any text', () => {
  const accounted = (text: string): void => {
    const r = parseMaps(text);
    const filled = text.split(/\r\n|\n|\r/).filter(l => l.replace(/^[\s>]+/, '').trim() !== '').length;
    // A smaps field is the only line that leaves no trace; these texts have none.
    expect(r.items.length + r.problems.length + r.notes.length).toBe(filled);
    for (let i = 1; i < r.items.length; i++)
      expect(r.items[i]?.start ?? 0).toBeGreaterThanOrEqual(r.items[i - 1]?.end ?? 0);
  };
  it('never throws on random strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), text => {
        parseMaps(text);
      }),
      { numRuns: 500 },
    );
  });
  it('every line of cut and shuffled maps is an item, a problem or a note', () => {
    const lines = qemu.split('\n').filter(l => l !== '');
    const line = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...lines) },
      fc.tuple(fc.constantFrom(...lines), fc.nat(80), fc.nat(20)).map(([l, a, b]) => l.slice(b, a)),
      fc.constantFrom('', ' ', 'cat /proc/1/maps', 'garbage', '0-0 rw-p 0 0:0 0'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), (ls, end) => {
        accounted(ls.join(end));
      }),
      { numRuns: 500 },
    );
  });
  it('agrees with BigInt on every address', () => {
    const page = fc.bigInt(0n, 2n ** 51n - 1n);
    fc.assert(
      fc.property(page, fc.bigInt(1n, 1000n), (p, n) => {
        const [a, b] = [p * 4096n, (p + n) * 4096n];
        const v = parseMaps(`${a.toString(16)}-${b.toString(16)} rw-p 0 0:0 0`).items[0];
        if (b <= 2n ** 63n) expect([BigInt(v?.start ?? -1), BigInt(v?.end ?? -1)]).toEqual([a, b]);
        else expect(v).toBeUndefined();
      }),
    );
  });
});

it('a VFIO mapping whose name a narrow terminal cut is one all the same, and noted', () => {
  const r = parseMaps('7ffe6cc54000-7ffeecc54000 rw-s 20000000000 00:0f 1057   anon_inode:[vf\n');
  expect(r.deviceMappings).toMatchObject([{ region: 2, name: 'anon_inode:[vfio-device]' }]);
  expect(r.notes).toMatchObject([
    { line: 1, reason: 'the name is cut short: taken for anon_inode:[vfio-device]' },
  ]);
  expect(parseMaps('7ffe6cc54000-7ffeecc54000 rw-s 0 00:0f 1057   anon_inode:[\n').deviceMappings).toEqual(
    [],
  );
});
