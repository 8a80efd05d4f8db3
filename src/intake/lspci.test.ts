import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLspci } from './lspci.ts';

const sample = readFileSync(new URL('./fixtures/microvm.lspci-vv.txt', import.meta.url), 'utf8');

const GPU = `0000:01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA102 [10de:2204] (rev a1) (prog-if 00 [VGA controller])
	Subsystem: NVIDIA Corporation Device 1454
	Control: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
	Region 0: Memory at fb000000 (32-bit, non-prefetchable) [size=16M]
	Region 1: Memory at 38000000000 (64-bit, prefetchable) [size=32G]
	Region 3: Memory at 38800000000 (64-bit, prefetchable) [disabled] [size=32M]
	Region 5: I/O ports at e000 [size=128]
	Expansion ROM at 000c0000 [virtual] [disabled] [size=128K]
	Capabilities: [b0] MSI-X: Enable+ Count=6 Masked-
		Vector table: BAR=0 offset=00b90000
		PBA: BAR=0 offset=00ba0000
	Capabilities: [bb0 v1] Physical Resizable BAR
		BAR 0: current size: 16MB, supported: 16MB
		BAR 1: current size: 32GB, supported: 64MB 128MB 256MB 32GB
	Capabilities: [bcc v1] Single Root I/O Virtualization (SR-IOV)
		Initial VFs: 16, Total VFs: 16, Number of VFs: 0, Function Dependency Link: 00
		Region 0: Memory at fa000000 (32-bit, non-prefetchable)
		Region 1: Memory at 0000037000000000 (64-bit, prefetchable)
		VF Migration: offset: 00000000, BIR: 0
	Kernel driver in use: vfio-pci
	Kernel modules: nvidiafb, nouveau
`;

const BRIDGE = `02:00.0 PCI bridge: Red Hat, Inc. QEMU PCIe Root port (prog-if 00 [Normal decode])
	Region 0: Memory at 81842000 (32-bit, non-prefetchable) [size=4K]
	Bus: primary=02, secondary=03, subordinate=03, sec-latency=0
	I/O behind bridge: [disabled] [16-bit]
	Memory behind bridge: 81600000-817fffff [size=2M] [32-bit]
	Prefetchable memory behind bridge: 0000000800000000-00000008000fffff [size=1M] [64-bit]
	Capabilities: [54] Express (v2) Root Port (Slot+), MSI 00
`;
const region = (line: string) => parseLspci(`00:01.0 X: y\n\t${line}`);

describe('real text', () => {
  it('the sample', () => {
    const r = parseLspci(sample);
    expect([r.items.length, r.problems, r.notes]).toEqual([6, [], []]);
    expect(r.items[1]).toEqual({
      address: '0000:00:01.0',
      name: 'Unassigned class [ffff]: Red Hat, Inc. Virtio 1.0 memory balloon (rev 01)',
      driver: 'virtio-pci',
      bars: [
        {
          index: 0,
          base: 0x4000000000,
          size: 0x80000,
          kind: 'mem',
          bits: 64,
          prefetchable: false,
          disabled: false,
        },
      ],
      unplaced: [],
      windows: [],
      resizable: [],
      msix: { table: { bar: 0, offset: 0x8000 }, pba: { bar: 0, offset: 0x48000 } },
      line: 5,
    });
  });
  it('a graphics card: 64-bit, ports, ROM, Resizable BAR, and no SR-IOV regions among its own', () => {
    const r = parseLspci(GPU);
    expect([r.problems, r.notes]).toEqual([[], []]);
    const d = r.items[0];
    expect(d?.name).toBe('VGA compatible controller [0300]: NVIDIA Corporation GA102 [10de:2204] (rev a1)');
    expect(d?.driver).toBe('vfio-pci');
    expect(d?.bars.map(b => [b.index, b.kind, b.base, b.size, b.bits, b.prefetchable, b.disabled])).toEqual([
      [0, 'mem', 0xfb000000, 2 ** 24, 32, false, false],
      [1, 'mem', 0x38000000000, 2 ** 35, 64, true, false],
      [3, 'mem', 0x38800000000, 2 ** 25, 64, true, true],
      [5, 'io', 0xe000, 128, 32, false, false],
      [6, 'mem', 0xc0000, 2 ** 17, 32, false, true],
    ]);
    expect(d?.resizable[1]).toEqual({
      bar: 1,
      current: 2 ** 35,
      supported: [2 ** 26, 2 ** 27, 2 ** 28, 2 ** 35],
    });
  });
  it('is the same with CRLF, quoted, and with its tabs turned to blanks', () => {
    const plain = parseLspci(GPU).items;
    for (const t of [
      GPU.replaceAll('\n', '\r\n'),
      GPU.replace(/^(?=.)/gm, '> '),
      GPU.replaceAll('\t', '        '),
    ])
      expect(parseLspci(t).items).toEqual(plain);
  });
  it("a bridge's windows", () => {
    const r = parseLspci(BRIDGE);
    expect(r.problems).toEqual([]);
    expect(r.items[0]?.windows).toEqual([
      { kind: 'mem', base: 0x81600000, size: 2 ** 21 },
      { kind: 'prefetchable', base: 0x800000000, size: 2 ** 20 },
    ]);
  });
  it('closed windows as -vvv of old versions prints them: limit below base', () => {
    const r = parseLspci(
      '00:01.0 PCI bridge: x\n\tI/O behind bridge: 0000f000-00000fff\n\tPrefetchable memory behind bridge: 00000000fff00000-00000000000fffff',
    );
    expect([r.problems, r.items[0]?.windows]).toEqual([[], []]);
  });
});

describe('marks', () => {
  it.each([
    ['Region 0: Memory at <unassigned> (64-bit, prefetchable) [disabled] [size=8G]', 'unassigned', 2 ** 33],
    ['Region 0: Memory at <ignored> (32-bit, non-prefetchable) [size=1M]', 'ignored', 2 ** 20],
    ['Region 0: I/O ports at <unassigned> [disabled]', 'unassigned', undefined],
    ['Region 0: Memory at 000003f0 (type 3, non-prefetchable) [virtual]', 'no size', undefined],
    ['Region 5: Memory at <broken-64-bit-slot> (64-bit, prefetchable)', 'broken', undefined],
    ['Expansion ROM at <ignored> [disabled]', 'ignored', undefined],
  ])('%s', (line, why, size) => {
    const r = region(line);
    expect(r.problems).toEqual([]);
    expect(r.items[0]?.bars).toEqual([]);
    expect(r.items[0]?.unplaced).toMatchObject([size === undefined ? { why } : { why, size }]);
  });
  it.each([
    'Region 0: [virtual] Memory at 000001f0 (32-bit, non-prefetchable) [size=16]',
    'Region 0: Memory at 000001f0 (32-bit, non-prefetchable) [virtual] [size=16]',
    'Region 0: Memory at 000001f0 (32-bit, non-prefetchable) [enhanced] [size=16]',
  ])('%s', line => expect(region(line).items[0]?.bars).toMatchObject([{ base: 0x1f0, size: 16 }]));
});

describe('problems', () => {
  it.each([
    ['Region 0: Memory at fe000000', 'neither'],
    ['Region 0: Memory at xyz (64-bit, prefetchable) [size=1M]', 'not hexadecimal'],
    ['Region 0: Memory at fe000000 (64-bit, prefetchable) [size=1Q]', 'the size is not a number'],
    ['Region 0: Memory at fe000000 (64-bit, prefetchable) [size=0]', 'the size is not a number'],
    ['Region 0: Memory at 1fe000000fe000000 (64-bit, prefetchable) [size=1M]', 'more than 64 bits'],
    ['Region 0: Memory at fe00000000000001 (64-bit, prefetchable) [size=1M]', 'too large to be held exactly'],
    ['Region 0: Memory at ffffffffffff0000 (64-bit, prefetchable) [size=1M]', 'ends above 64 bits'],
    ['Region 9: Memory at fe000000 (64-bit, prefetchable) [size=1M]', 'a region number above 5'],
    ['Region x: Memory at fe000000 (64-bit, prefetchable) [size=1M]', 'no region number'],
    ['Expansion ROM here', 'no address'],
    ['Memory behind bridge: somewhere', 'no address range'],
    ['Memory behind bridge: 0-10000000000000000', 'more than 64 bits'],
  ])('%s', (line, reason) => {
    const r = region(line);
    expect(r.problems).toHaveLength(1);
    expect(r.problems[0]).toMatchObject({ line: 2, reason: expect.stringContaining(reason) });
  });
  it('the same region twice', () => {
    const one = 'Region 0: I/O ports at e000 [size=32]';
    expect(region(`${one}\n\t${one}`).problems).toMatchObject([{ line: 3 }]);
  });
  it('text before the first device', () => {
    expect(parseLspci(`\nHi all,\n${GPU}`).problems).toEqual([
      { line: 2, text: 'Hi all,', reason: 'text before the first device' },
    ]);
  });
});

describe('notes', () => {
  it('a BAR off its natural alignment', () => {
    expect(region('Region 0: Memory at fe080000 (64-bit, prefetchable) [size=1M]').notes).toMatchObject([
      { line: 2, reason: 'BAR 0 does not start at a multiple of its size' },
    ]);
    expect(region('Region 0: Memory at fe000000 (64-bit, prefetchable) [size=3M]').notes).toMatchObject([
      { reason: 'BAR 0: its size is not a power of two' },
    ]);
  });
  it('lspci -v has no BAR numbers, said once', () => {
    const r = region('Memory at fe000000 (64-bit, prefetchable) [size=1M]\n\tI/O ports at e000 [size=32]');
    expect([r.problems.length, r.notes.length]).toEqual([0, 1]);
  });
  it('without -v, -n, -k or -x it has no BARs at all, said once', () => {
    const note = [{ line: 1, reason: 'lspci without -vv prints no BARs: use lspci -vv' }];
    expect(parseLspci('41:00.0 3D controller: A\n00:1f.2 SATA controller: B\n').notes).toMatchObject(note);
    expect(parseLspci('41:00.0 3D controller: A\n\tKernel driver in use: vfio-pci\n').notes).toMatchObject(
      note,
    );
    expect(parseLspci('41:00.0 3D controller: A\n00: de 10 b5 20\n').notes).toMatchObject(note);
    expect(parseLspci(sample).notes).not.toContainEqual(expect.objectContaining(note[0] ?? {}));
  });
  it('a line at the margin of an indented text is not lost in silence', () => {
    const r = parseLspci('41:00.0 3D controller: A\n\tControl: I/O- Mem+\nwhat is this\nand this\n');
    expect(r.notes).toMatchObject([
      {
        line: 3,
        reason: 'begins at the margin, where lspci prints devices alone: passed over, and 1 more such',
      },
    ]);
    expect(parseLspci('41:00.0 3D controller: A\nControl: I/O- Mem+\nLatency: 0\n').notes).toEqual([]);
  });
});

it('never throws on random, cut or shuffled text', () => {
  const lines = `${sample}${GPU}${BRIDGE}`.split('\n');
  const line = fc.oneof(
    fc.constantFrom(...lines),
    fc.tuple(fc.constantFrom(...lines), fc.nat(90)).map(([l, n]) => l.slice(0, n)),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), ls => {
      for (const d of parseLspci(ls.join('\n')).items)
        for (const b of d.bars) expect(b.size > 0 && b.base >= 0 && b.base + b.size <= 2 ** 64).toBe(true);
    }),
    { numRuns: 500 },
  );
});
