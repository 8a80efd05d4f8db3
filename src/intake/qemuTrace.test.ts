import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumberedLine } from './line.ts';
import { isQemuRegionLine, parseQemuTrace } from './qemuTrace.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
/** https://bugs.launchpad.net/qemu/+bug/1879175, the right column (QEMU 5.0.0): some lines, those it cut left out. */
const qemu5 = fixture('qemu-5.0.vfio-trace.txt');
/** S. Xue, https://lore.kernel.org/r/29f0cddc-3c23-4ab1-92d9-8c9918ddc187@linux.alibaba.com: arm64, a BAR of 256 GiB. */
const dmabuf = fixture('qemu-dmabuf.vfio-trace.txt');

const numbered = (text: string): readonly NumberedLine[] =>
  text.split('\n').flatMap((t, i) => (t === '' ? [] : [{ line: i + 1, text: t }]));
const known = (text: string): readonly NumberedLine[] => numbered(text).filter(l => isQemuRegionLine(l.text));
const parse = (text: string) => parseQemuTrace(known(text));

describe('real logs', () => {
  it('QEMU 5.0: two BARs mapped, other traces left alone', () => {
    expect(known(qemu5).map(l => l.line)).toEqual([4, 5]);
    const r = parse(qemu5);
    expect([r.problems, r.notes]).toEqual([[], []]);
    expect(r.items).toEqual([
      {
        line: 4,
        name: '0000:00:02.0 BAR 0',
        device: '0000:00:02.0',
        index: 0,
        size: undefined,
        areas: [],
        mmaps: [{ offset: 0, end: 0x1000000, line: 4 }],
        failed: [],
      },
      expect.objectContaining({ index: 2, mmaps: [{ offset: 0, end: 0x10000000, line: 5 }] }),
    ]);
  });
  it('with dma-buf', () => {
    expect(known(dmabuf)).toHaveLength(3);
    const r = parse(dmabuf);
    expect(r.problems).toEqual([]);
    expect(r.items.map(i => [i.device, i.index, i.mmaps[0]?.end])).toEqual([
      ['0008:01:00.0', 0, 0x4000000],
      ['0008:01:00.0', 2, 2 ** 38],
      ['0008:01:00.0', 4, 0x2e41f00000],
    ]);
  });
  it('both ends of a sparse area: X. Chen, https://lore.kernel.org/qemu-devel/ of 6 April 2022, before and after', () => {
    const head = 'vfio_region_sparse_mmap_header Device 0000:01:00.0 region 2: 1 sparse mmap entries\n';
    for (const entry of ['[0x1000 - 0x9000]', '[0x1000 - 0x8fff]'])
      expect(parse(`${head}vfio_region_sparse_mmap_entry sparse entry 0 ${entry}`).items).toMatchObject([
        { device: '0000:01:00.0', index: 2, areas: [{ offset: 0x1000, end: 0x9000, line: 2 }] },
      ]);
  });
});

// From here on the lines are made from the texts of hw/vfio/trace-events, with plausible figures.
const start = [
  '4242@1700000000.123456:vfio_region_setup Device 0000:01:00.0, region 0 "0000:01:00.0 BAR 0", flags: 0x7, offset: 0x0, size: 0x1000000',
  '4242@1700000000.123460:vfio_region_sparse_mmap_header Device 0000:01:00.0 region 2: 2 sparse mmap entries',
  '4242@1700000000.123461:vfio_region_sparse_mmap_entry sparse entry 0 [0x0 - 0x1fffff]',
  '4242@1700000000.123462:vfio_region_sparse_mmap_entry sparse entry 1 [0x400000 - 0x7ffffffff]',
  '4242@1700000000.123463:vfio_region_setup Device 0000:01:00.0, region 2 "0000:01:00.0 BAR 2", flags: 0xf, offset: 0x20000000000, size: 0x800000000',
  '4242@1700000000.223456:vfio_region_mmap Region 0000:01:00.0 BAR 0 mmaps[0] [0x0 - 0xffffff]',
  '4242@1700000000.223457:vfio_region_mmap Region 0000:01:00.0 BAR 2 mmaps[0] [0x0 - 0x1fffff]',
  '4242@1700000000.223458:vfio_region_mmap Region 0000:01:00.0 BAR 2 mmaps[1] [0x400000 - 0x7ffffffff]',
].join('\n');

describe('the whole story of a device', () => {
  it('is joined per region', () => {
    const r = parse(start);
    expect([r.problems, r.notes]).toEqual([[], []]);
    expect(r.items).toEqual([
      {
        line: 1,
        name: '0000:01:00.0 BAR 0',
        device: '0000:01:00.0',
        index: 0,
        size: 0x1000000,
        areas: [],
        mmaps: [{ offset: 0, end: 0x1000000, line: 6 }],
        failed: [],
      },
      {
        line: 2,
        name: '0000:01:00.0 BAR 2',
        device: '0000:01:00.0',
        index: 2,
        size: 2 ** 35,
        areas: [
          { offset: 0, end: 0x200000, line: 3 },
          { offset: 0x400000, end: 2 ** 35, line: 4 },
        ],
        mmaps: [
          { offset: 0, end: 0x200000, line: 7 },
          { offset: 0x400000, end: 2 ** 35, line: 8 },
        ],
        failed: [],
      },
    ]);
  });
  it.each([
    ['bare', ''],
    ['-msg timestamp=on', '2026-01-03T13:48:29.123456Z '],
    ['journal', 'Jan 03 13:48:29 host qemu-kvm[4242]: '],
    ['ftrace', ' qemu-kvm-4242 [002] .....  4351.435234: tracing_mark_write: '],
  ])('the same %s', (_, prefix) => {
    expect(parse(start.replace(/^4242@[\d.]+:/gm, prefix)).items).toEqual(parse(start).items);
  });
  it('what is unmapped again is not mapped', () => {
    const r = parse(
      `${start}\n4242@1700000000.3:vfio_region_unmap Region 0000:01:00.0 BAR 2 mmaps[0] unmap [0x0 - 0x1fffff]`,
    );
    expect(r.items[1]?.mmaps).toEqual([{ offset: 0x400000, end: 2 ** 35, line: 8 }]);
  });
  it('a failed mmap() is kept with its errno', () => {
    const r = parse(
      `${start}\n4242@1700000000.3:vfio_region_mmap_fault Region 0000:01:00.0 BAR 2 mmaps[1], [0x20000400000 - 0x207ffffffff], fault: -12`,
    );
    expect(r.items[1]?.failed).toEqual([{ offset: 0x400000, end: 2 ** 35, line: 9, errno: 12 }]);
  });
  it('two QEMUs with a device of one name are two, their lines in turn', () => {
    const both = start.split('\n').flatMap(l => [l, l.replace('4242@', '7@')]);
    const r = parse(both.join('\n'));
    expect([r.problems, r.notes, r.items.length]).toEqual([[], [], 4]);
    expect(r.items.map(i => i.areas.map(a => a.line))).toEqual([[], [], [5, 7], [6, 8]]);
    expect(r.items[3]?.mmaps.map(m => m.line)).toEqual([14, 16]);
  });
  it('a second setup is a new item', () => {
    const first = start.split('\n')[0] ?? '';
    expect(parse(`${first}\n${first}`).items).toHaveLength(2);
    expect(parse(`${start}\n${start.split('\n')[4]}`).items.map(i => i.areas.length)).toEqual([0, 2, 0]);
  });
  it('an empty area of old QEMUs is left out, with a note', () => {
    const r = parse(
      'vfio_region_sparse_mmap_header Device 0000:01:00.0 region 2: 2 sparse mmap entries\nvfio_region_sparse_mmap_entry sparse entry 0 [0x0 - 0x0]',
    );
    expect([r.items[0]?.areas, r.notes.map(n => n.line)]).toEqual([[], [1, 2]]);
  });
});

describe('damaged lines', () => {
  it.each([
    [
      'vfio_region_setup Device 0000:00:02.0, region 0 "0000:00:02.0 BAR 0", flags: 0x7, offset: 0x0, s',
      /^expected Device/,
    ],
    ['vfio_region_mmap Region 0000:00:02.0 BAR 0 mmaps[0] [0x0 - ', /^expected Region/],
    ['vfio_region_mmap Region 0000:00:02.0 BAR 0 mmaps[0] [0x2000 - 0xfff]', /ends before/],
    ['vfio_region_sparse_mmap_entry sparse entry 0 [0x0 - 0xfff]', /belongs to no region/],
    ['vfio_region_mmap_fault Region x', /^expected Region/],
    ['vfio_region_unmap', /^expected Region/],
    [
      'vfio_region_setup Device d, region 0 "n", flags: 0x7, offset: 0x0, size: 0xffffffffffffffff',
      /53 bits/,
    ],
  ])('%s', (text, reason) => {
    const r = parse(text);
    expect([r.items, r.problems.length]).toEqual([[], 1]);
    expect(r.problems[0]?.reason).toMatch(reason);
  });
  it('a region shorter than its areas', () => {
    const r = parse(start.replace('size: 0x800000000', 'size: 0x1000'));
    expect(r.problems).toMatchObject([{ line: 5 }]);
  });
  it('never throws, in any order', () => {
    const lines = numbered(start);
    fc.assert(
      fc.property(fc.shuffledSubarray([...lines]), fc.nat(200), fc.string(), (some, cut, junk) => {
        parseQemuTrace(some);
        parseQemuTrace(some.map(l => ({ ...l, text: `${l.text.slice(0, cut)}${junk}` })));
        isQemuRegionLine(junk);
      }),
    );
  });
});

it('reads back what QEMU would print', () => {
  const hex = (n: number): string => `0x${n.toString(16)}`;
  fc.assert(
    fc.property(
      fc.nat(5),
      fc.integer({ min: 1, max: 2 ** 24 }),
      fc.array(fc.integer({ min: 1, max: 2 ** 20 }), { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      (index, extra, lengths, old) => {
        // Areas and holes in turn, in pages.
        let at = 0;
        const areas: { offset: number; end: number }[] = [];
        lengths.forEach((n, i) => {
          if (i % 2 === 0) areas.push({ offset: at * 4096, end: (at + n) * 4096 });
          at += n;
        });
        const size = (at + extra) * 4096;
        const name = `0000:81:00.0 BAR ${index}`;
        const text = [
          `vfio_region_sparse_mmap_header Device 0000:81:00.0 region ${index}: ${areas.length} sparse mmap entries`,
          ...areas.map(
            (a, i) =>
              `vfio_region_sparse_mmap_entry sparse entry ${i} [${hex(a.offset)} - ${hex(old ? a.end : a.end - 1)}]`,
          ),
          `vfio_region_setup Device 0000:81:00.0, region ${index} "${name}", flags: 0xf, offset: ${hex(index * 2 ** 40)}, size: ${hex(size)}`,
          ...areas.map(
            (a, i) => `vfio_region_mmap Region ${name} mmaps[${i}] [${hex(a.offset)} - ${hex(a.end - 1)}]`,
          ),
        ].join('\n');
        const r = parse(text);
        expect([r.problems, r.notes]).toEqual([[], []]);
        expect(r.items).toEqual([
          {
            line: 1,
            name,
            device: '0000:81:00.0',
            index,
            size,
            areas: areas.map((a, i) => ({ ...a, line: 2 + i })),
            mmaps: areas.map((a, i) => ({ ...a, line: 3 + areas.length + i })),
            failed: [],
          },
        ]);
      },
    ),
  );
});
