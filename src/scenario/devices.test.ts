import { describe, expect, it } from 'vitest';
import { solve } from '../solve.ts';
import { bytes, GiB, KiB, MiB, pa } from '../units.ts';
import { alignmentOf, barAlignment, barMappable, devicePresets, physRanges } from './devices.ts';
import { readLink, writeLink } from './link.ts';
import { defaultScenario, type Scenario } from './scenario.ts';

const packer = { pack: (t: string) => t, unpack: (t: string) => t };

const mapped = (id: string, machine: Partial<Scenario['machine']> = {}): Scenario => {
  const preset = devicePresets.find(p => p.id === id);
  if (!preset) throw new Error(`no device ${id}`);
  return {
    ...defaultScenario,
    machine: { ...defaultScenario.machine, ...machine },
    device: preset.device,
    request: { ...defaultScenario.request, length: preset.device.bar.size },
  };
};

/** The leaves of all parts: `7 pmd, 1 pte`. */
const leaves = (s: Scenario): string => {
  const { placement, parts } = solve(s);
  if (!placement.ok) return placement.refusal;
  return parts.flatMap(p => p.leaves.map(r => `${r.count} ${r.kind}`)).join(', ');
};

describe('devices that come with the app', () => {
  it.each(devicePresets.map(p => [p.id, p] as const))('%s travels in a link', (_, p) => {
    const s = { ...defaultScenario, device: p.device };
    expect(readLink(writeLink(s, packer), packer)).toEqual({ scenario: s, problems: [] });
  });

  it('the first one is the default', () => {
    expect(devicePresets[0]?.device).toEqual(defaultScenario.device);
  });

  it('Enhanced Allocation: the offset misleads, the physical address does not', () => {
    expect(leaves(mapped('ea', { policy: 'thp' }))).toBe('16384 pte');
    expect(leaves(mapped('ea', { policy: 'xu1' }))).toBe('256 pte, 31 pmd, 256 pte');
  });

  it('an odd length keeps its large leaves where VA and PA agree', () => {
    expect(leaves(mapped('gb200', { policy: 'xu1' }))).toBe('188 pud, 7 pmd, 256 pte');
  });

  it('two ranges behind one file: no leaf spans the seam, and each has its own congruence', () => {
    const s = mapped('dax', { policy: 'xu1' });
    const { placement, parts, total } = solve(s);
    expect(placement.ok && placement.start % 2 ** 30).toBe(0);
    expect(parts.map(p => [p.mapping.pa, p.mapping.end - p.mapping.start])).toEqual([
      [0x38_8000_0000, 1536 * 2 ** 20],
      [0x50_0020_0000, 1536 * 2 ** 20],
    ]);
    expect(leaves(s)).toBe('1 pud, 256 pmd, 768 pmd');
    expect(total?.faults).toBe(1025);
    // One fault fills the VMA, whatever lies behind it.
    expect(solve(mapped('dax', { kernel: '6.1.192' })).total?.faults).toBe(1);
  });

  it('the MSI-X hole makes two mappings', () => {
    expect(solve(mapped('msix')).parts).toHaveLength(2);
  });

  it('a 16 KiB BAR is mappable on 64 KiB pages only where it begins one', () => {
    expect(leaves(mapped('16k'))).toBe('4 pte');
    expect(leaves(mapped('16k', { arch: 'arm64-64k-48' }))).toBe('not a mappable BAR');
    expect(barMappable(pa(0xfe00_0000), bytes(16 * KiB), bytes(64 * KiB))).toBe(true);
    expect(barMappable(pa(0xfe00_4000), bytes(16 * KiB), bytes(64 * KiB))).toBe(false);
    expect(barMappable(pa(0xfe00_4000), bytes(64 * KiB), bytes(64 * KiB))).toBe(true);
  });
});

describe('where a BAR lies', () => {
  it('the largest power of two that divides its base', () => {
    expect(alignmentOf(pa(0x38_8000_0000))).toBe(2 * GiB);
    expect(alignmentOf(pa(0x3800_0010_0000))).toBe(MiB);
    expect(alignmentOf(pa(2 ** 56))).toBe(2 ** 56);
    expect(alignmentOf(pa(4096))).toBe(4096);
    expect(alignmentOf(pa(0))).toBeUndefined();
  });

  it.each([
    ['2g', 'natural'],
    ['1t', 'natural'],
    ['16k', 'natural'],
    ['ea', 'off'],
    ['gb200', 'odd'],
  ])('%s: %s', (id, alignment) => {
    expect(barAlignment(mapped(id).device.bar)).toBe(alignment);
  });

  it('in one stretch, or in as many as its file has ranges', () => {
    expect(physRanges(mapped('2g').device)).toEqual([{ phys: 0x38_8000_0000, offset: 0, size: 2 * GiB }]);
    const { device } = mapped('dax');
    expect(physRanges(device)).toEqual([
      { phys: 0x38_8000_0000, offset: 0, size: 1536 * MiB },
      { phys: 0x50_0020_0000, offset: 1536 * MiB, size: 1536 * MiB },
    ]);
    // A range from the end of the BAR on has no bytes.
    const short = { ...device, bar: { ...device.bar, size: bytes(1536 * MiB) } };
    expect(physRanges(short)).toHaveLength(1);
  });
});
