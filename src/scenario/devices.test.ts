import { describe, expect, it } from 'vitest';
import { solve } from '../solve.ts';
import { bytes, KiB, pa } from '../units.ts';
import { barMappable, devicePresets } from './devices.ts';
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
