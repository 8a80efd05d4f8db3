import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { mmapLayout } from '../space/mmapLayout.ts';
import { formatSize } from '../text.ts';
import { va } from '../units.ts';
import { spacePreset, spacePresets } from './presets.ts';

const BASE = va(0x7fff_f7ff_f000);

const arch = archOf('x86_64-4');
const under = (base: number) => ({
  ...mmapLayout(arch, { stackLimit: 8 * 2 ** 20, legacy: false, randomize: false, random: 0 }),
  mmapBase: va(base),
});

/** The free ranges below mmap_base, from the top down, as sizes. */
const gapsBelow = (id: (typeof spacePresets)[number]['id'], base: number): readonly string[] => {
  const vmas = spacePreset(id)
    .vmas(arch, under(base))
    .filter(v => v.start < base);
  return vmas
    .map((v, i) => v.start - (vmas[i - 1]?.end ?? 0))
    .filter(gap => gap > 0)
    .map(formatSize)
    .reverse();
};

describe.each(spacePresets.map(p => p.id))('the space %s', id => {
  const preset = spacePreset(id);
  const vmas = preset.vmas(arch, under(preset.mmapBase ?? BASE));

  it('is found by its id, and says what it is', () => {
    expect(preset.id).toBe(id);
    expect(preset.label).not.toBe('');
    expect(preset.about).toMatch(/\.$/);
  });

  it('holds VMAs that ascend, do not overlap and are page aligned', () => {
    expect(vmas.length).toBeGreaterThan(5);
    let end = 0;
    for (const v of vmas) {
      expect(v.start).toBeGreaterThanOrEqual(end);
      expect(v.end).toBeGreaterThan(v.start);
      expect(v.start % 4096).toBe(0);
      expect(v.end % 4096).toBe(0);
      expect(v.perms).toMatch(/^[r-][w-][x-][ps]$/);
      end = v.end;
    }
  });

  it('has one stack, which grows down, above mmap_base and below 2^47', () => {
    const stacks = vmas.filter(v => v.growsDown);
    expect(stacks.map(v => v.name)).toEqual(['[stack]']);
    const [stack] = stacks;
    expect(stack?.start).toBeGreaterThan(preset.mmapBase ?? BASE);
    expect(stack?.end).toBeLessThanOrEqual(2 ** 47 - 4096);
    expect(vmas.at(-1)).toBe(stack);
  });
});

it('an unknown space is a mistake of ours', () => {
  expect(() => spacePreset('nowhere' as 'bare')).toThrow('no preset');
});

describe('scene', () => {
  it('has the gaps of the design, from the top down', () => {
    expect(gapsBelow('scene', BASE).slice(0, 5)).toEqual([
      '392 KiB',
      '1.68 MiB',
      '29.99 MiB',
      '2,044 KiB',
      '42.66 TiB',
    ]);
  });

  it('has 25 VMAs, and is free below 0x7ffe_ecc5_4000', () => {
    const vmas = spacePreset('scene').vmas(arch, under(BASE));
    expect(vmas).toHaveLength(25);
    expect(vmas.find(v => v.start > 0x6000_0000_0000)?.start).toBe(0x7ffe_ecc5_4000);
    expect(spacePreset('scene').mmapBase).toBe(BASE);
  });
});

describe('bare', () => {
  it('keeps vvar and vdso right below mmap_base, wherever that is', () => {
    for (const base of [BASE, va(0x1555_5555_6000)]) {
      const vmas = spacePreset('bare').vmas(arch, under(base));
      expect(vmas.find(v => v.end === base)?.name).toBe('[vdso]');
      expect(vmas.find(v => v.end === base - 0x2000)).toMatchObject({ name: '[vvar]', start: base - 0x8000 });
    }
    expect(spacePreset('bare').mmapBase).toBeUndefined();
  });
});

describe('qemu', () => {
  it('is the running process without what came later', () => {
    const base = spacePreset('qemu').mmapBase ?? va(0);
    const setUp = spacePreset('qemu').vmas(arch, under(base));
    const running = spacePreset('qemu-run').vmas(arch, under(base));
    expect(spacePreset('qemu-run').mmapBase).toBe(base);
    expect(running.length).toBeGreaterThan(setUp.length);
    const known = new Set(running.map(v => `${v.start} ${v.end} ${v.name}`));
    expect(setUp.filter(v => !known.has(`${v.start} ${v.end} ${v.name}`))).toEqual([]);
    expect(setUp.some(v => v.name === 'qemu-system-x86_64')).toBe(true);
    expect(running.every(v => !v.name.includes('/'))).toBe(true);
  });
});
