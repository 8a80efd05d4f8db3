import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { QemuRegion } from './facts.ts';
import { readIntake } from './intake.ts';
import { parseIomem } from './iomem.ts';
import { joinIomem } from './iomemBars.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const said = (text: string): readonly string[] => readIntake(text).notes.map(n => `${n.line}: ${n.reason}`);
/** What iomem of a kernel that could place the BARs of the fixture would have. */
const PLACED = `e8000000-e81fffff : PCI Bus 0000:01
  e8000000-e80fffff : 0000:01:00.0
    e8000000-e80fffff : vfio-pci
  e8100000-e8103fff : 0000:01:00.0
`;

describe('a BAR that lspci shows without an address', () => {
  it('gets the range of its size (lspci: <20200306214753.GA235309@google.com> on linux-pci)', () => {
    const lspci = fixture('coral.lspci-vv.txt');
    expect(readIntake(lspci).devices[1]).toMatchObject({
      address: '0000:01:00.0',
      bars: [],
      unplaced: [
        { index: 0, size: 0x4000 },
        { index: 2, size: 0x100000 },
      ],
    });
    const r = readIntake(`${lspci}\n${PLACED}`);
    expect(r.problems).toEqual([]);
    expect(r.devices[1]).toMatchObject({
      driver: 'vfio-pci',
      bars: [
        { index: 0, base: 0xe8100000, size: 0x4000, bits: 64, prefetchable: true },
        { index: 2, base: 0xe8000000, size: 0x100000 },
      ],
      unplaced: [],
    });
    expect(r.devices[1]?.unnumbered).toBeUndefined();
    const first = lspci.split('\n').length + 1;
    expect(r.notes.map(n => n.line)).toEqual([first + 1, first + 3]);
    expect(r.notes[0]?.reason).toMatch(/^BAR 2 of 0000:01:00\.0 has no address in line 10: .* by its size$/);
  });
  it('stays open where two ranges, or two BARs, have that size', () => {
    const two = `01:00.0 X: y
	Region 0: Memory at <unassigned> (64-bit, prefetchable) [size=1M]
e8000000-e80fffff : 0000:01:00.0
e8100000-e81fffff : 0000:01:00.0
`;
    const r = readIntake(two);
    expect(r.devices).toMatchObject([{ bars: [], unplaced: [{ index: 0 }] }]);
    expect(r.devices[0]?.unnumbered).toHaveLength(2);
    expect(said(two)).toEqual([expect.stringContaining('2 ranges that could be it')]);
    const bars = `01:00.0 X: y
	Region 0: Memory at <unassigned> (64-bit, prefetchable) [size=1M]
	Region 2: Memory at <unassigned> (64-bit, prefetchable) [size=1M]
e8000000-e80fffff : 0000:01:00.0
`;
    expect(readIntake(bars).devices).toMatchObject([{ bars: [], unplaced: [{ index: 0 }, { index: 2 }] }]);
    expect(said(bars)[0]).toContain('one range for several such BARs');
  });
  it('without a size it gets the only range that is left', () => {
    const text = `01:00.0 X: y
	Region 0: Memory at fe000000 (32-bit, non-prefetchable) [size=1M]
	Region 2: Memory at <ignored> (64-bit, prefetchable)
fe000000-fe0fffff : 0000:01:00.0
3880000000-38ffffffff : 0000:01:00.0
`;
    expect(readIntake(text).devices).toMatchObject([
      { bars: [{ index: 0 }, { index: 2, base: 0x3880000000, size: 0x80000000 }], unplaced: [] },
    ]);
    expect(said(text)).toEqual([expect.stringContaining('the only range left')]);
  });
});

describe('lspci and iomem', () => {
  it('agree in silence (github.com/xCuri0/ReBarUEFI/issues/384: the card’s ROM, other devices unknown)', () => {
    const r = readIntake(`${fixture('desktop.lspci-vvvv.txt')}\n${fixture('desktop.iomem.txt')}`);
    expect(r.problems).toEqual([]);
    expect(r.devices[0]).toMatchObject({
      address: '0000:07:00.0',
      bars: [{ index: 0 }, { index: 2, base: 0x380000000000, size: 32 * 2 ** 30 }, { index: 6 }],
    });
    expect(r.devices[0]?.unnumbered).toBeUndefined();
    expect(r.devices[1]).toMatchObject({
      address: '0000:04:00.0',
      unnumbered: [
        { base: 0xee000000, size: 0x1000000 },
        { base: 0xef000000, size: 0x80000 },
      ],
    });
    expect(r.notes.map(n => n.reason)).toEqual([
      'a shell prompt or command',
      'a shell prompt or command',
      expect.stringContaining('7 devices are known from /proc/iomem only'),
    ]);
  });
  it('disagree: both lines are named, lspci is kept', () => {
    const text = `01:00.0 X: y
	Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]
3800000000-387fffffff : 0000:01:00.0
`;
    expect(readIntake(text).devices).toMatchObject([{ bars: [{ index: 2, base: 0x3880000000 }] }]);
    expect(said(text)).toEqual([
      '3: /proc/iomem has 0x38_0000_0000, 2 GiB where BAR 2 of 0000:01:00.0 in line 1 is at 0x38_8000_0000, 2 GiB: line 1 is kept',
    ]);
  });
  it('zeros say nothing of a device', () => {
    const r = readIntake(`${fixture('desktop.lspci-vvvv.txt')}\n${fixture('thunderx2.iomem.txt')}`);
    expect(r.devices).toHaveLength(1);
    expect(r.iomem?.zeroed).toBe(true);
    expect(r.notes.at(-1)?.reason).toContain('only root sees them');
  });
});

describe('a device that only iomem knows', () => {
  const iomem = parseIomem(PLACED).iomem;
  const region = (index: number, size: number): QemuRegion => ({
    line: 1,
    name: `0000:01:00.0 BAR ${index}`,
    index,
    size: size as never,
    areas: [],
    mmaps: [],
  });
  it('is added; its ranges have no numbers', () => {
    expect(joinIomem([], iomem, [], () => undefined)).toEqual([
      {
        address: '0000:01:00.0',
        name: '',
        driver: 'vfio-pci',
        bars: [],
        unplaced: [],
        windows: [],
        resizable: [],
        unnumbered: [
          { base: 0xe8000000, size: 0x100000, line: 2 },
          { base: 0xe8100000, size: 0x4000, line: 4 },
        ],
        line: 2,
      },
    ]);
  });
  it('QEMU’s regions number them, unless two regions have one size', () => {
    const numbered = joinIomem([], iomem, [region(2, 0x100000), region(7, 0x4000)], () => undefined);
    expect(numbered).toMatchObject([
      { bars: [{ index: 2, base: 0xe8000000 }], unnumbered: [{ size: 0x4000 }] },
    ]);
    expect(joinIomem([], iomem, [region(2, 0x100000), region(4, 0x100000)], () => undefined)).toMatchObject([
      { bars: [] },
    ]);
  });
  it('a mapping finds its range by address, and by size', () => {
    const mapping = (offset: string) =>
      readIntake(`7f0000000000-7f0000100000 rw-s ${offset} 00:0f 1050 anon_inode:[vfio-device]\n${PLACED}`)
        .deviceMappings[0];
    expect(mapping('e8000000')).toMatchObject({
      reading: 'physical',
      places: [],
      unnumbered: [{ address: '0000:01:00.0', pa: 0xe8000000, offset: 0 }],
    });
    expect(mapping('20000000000')).toMatchObject({
      places: [],
      unnumbered: [{ pa: 0xe8000000, range: { size: 0x100000 } }],
    });
  });
});
