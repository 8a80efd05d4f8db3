import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isIomemLine, parseIomem } from './iomem.ts';
import { toLines } from './line.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

describe('real files', () => {
  it('a small virtual machine', () => {
    const { iomem, problems, notes } = parseIomem(fixture('microvm.iomem.txt'));
    expect(problems).toEqual([]);
    expect(notes).toEqual([]);
    expect(iomem.zeroed).toBe(false);
    expect(iomem.ranges).toHaveLength(27);
    expect(iomem.ranges[0]).toEqual({ start: 0, end: 0x1000, name: 'Reserved', depth: 0, line: 1 });
    expect(iomem.ranges.at(-1)).toEqual({
      start: 0x4000200000,
      end: 0x4000280000,
      name: 'virtio-pci-modern',
      depth: 2,
      line: 27,
    });
  });
  it('a desktop, with its prompt (github.com/xCuri0/ReBarUEFI/issues/384)', () => {
    const { iomem, problems } = parseIomem(fixture('desktop.iomem.txt'));
    expect(problems).toEqual([]);
    expect(iomem.ranges.find(r => r.name === '0000:07:00.0')).toMatchObject({
      start: 0xef200000,
      end: 0xef400000,
      depth: 4,
    });
  });
  it('read without root (<cdf7dea4-732e-4d9d-932c-9435b0ed7b9b@huawei.com> on linux-arm-kernel): said', () => {
    const { iomem, problems, notes } = parseIomem(toLines(fixture('thunderx2.iomem.txt')));
    expect(problems).toEqual([]);
    expect(iomem.zeroed).toBe(true);
    expect(iomem.ranges).toHaveLength(27);
    expect(iomem.ranges.every(r => r.start === 0 && r.end === 0)).toBe(true);
    expect(notes.at(-1)?.reason).toContain('only root sees them');
  });
});

describe('lines', () => {
  it('a range of zeros among others is the kernel’s own (<20230525153248.712779-1-ross.lagerwall@citrix.com>)', () => {
    const { iomem, problems } = parseIomem(
      '00000000-00000000 : PCI Bus 0000:00\nf0000000-f3ffffff : PCI MMCONFIG 0000 [bus 00-3f]\n  f0000000-f3ffffff : Reserved\n',
    );
    expect(problems).toEqual([]);
    expect(iomem.zeroed).toBe(false);
    expect(iomem.ranges.map(r => r.end - r.start)).toEqual([0, 0x4000000, 0x4000000]);
  });
  it('as grep prints them over several files; ports are counted', () => {
    const { iomem, notes } = parseIomem(
      '/proc/ioports:       d000-dfff : PCI Bus 0000:24\n/proc/ioports:         d000-d01f : 0000:24:00.0\n/proc/iomem: 00000000-00000fff : Reserved\n/proc/iomem:   000c0000-000c7fff : Video ROM',
    );
    expect(iomem.ranges.map(r => [r.start, r.name])).toEqual([
      [0, 'Reserved'],
      [0xc0000, 'Video ROM'],
    ]);
    expect(notes).toMatchObject([{ line: 1, reason: expect.stringContaining('2 lines') }]);
  });
  it.each([
    ['4000000000-3fffffffff : x', 'ends before it starts'],
    ['10000000000000000-10000000000000fff : x', 'more than 64 bits'],
    ['fffffffffffff123-ffffffffffffffff : x', 'too large to be held exactly'],
    ['hello', 'START-END : name'],
  ])('%s: %s', (text, reason) => {
    expect(parseIomem(text).problems).toMatchObject([{ line: 1, reason: expect.stringContaining(reason) }]);
  });
  it.each([
    '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ',
    '0000-0cf7 : PCI Bus 0000:00',
    '00000000-00000fff: no blank',
    '',
  ])('is not one: %j', line => expect(isIomemLine(line)).toBe(false));
});
