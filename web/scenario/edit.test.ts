import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArchId } from '../../src/arch/arch.ts';
import { archOf, archs } from '../../src/arch/index.ts';
import { readLink, writeLink } from '../../src/scenario/link.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { solve } from '../../src/solve.ts';
import { bytes, GiB, KiB, MiB, pa } from '../../src/units.ts';
import { carried } from './carried.ts';
import { baseWindow, withArch, withBarBase, withBarSize, withOffset, withWindow } from './edit.ts';

const onArch = (arch: ArchId, size: number, offset: number, length: number): Scenario => ({
  ...defaultScenario,
  machine: { ...defaultScenario.machine, arch },
  device: {
    ...defaultScenario.device,
    bar: { index: 2, base: pa(0x38_8000_0000), size: bytes(size) },
    others: [],
  },
  request: { ...defaultScenario.request, offset: bytes(offset), length: bytes(length) },
});

describe('sliders on pages of 64 KiB', () => {
  const arch = 'arm64-64k-48';

  it('a smaller BAR leaves the offset at a page, and the last page mapped', () => {
    const { request } = withBarSize(MiB)(onArch(arch, 16 * MiB, 8 * MiB, 8 * MiB));
    expect(request).toMatchObject({ offset: MiB - 64 * KiB, length: 64 * KiB });
  });

  it('a BAR below a page is mapped from its start, and followed when it grows again', () => {
    const small = withBarSize(16 * KiB)(onArch(arch, 16 * MiB, 8 * MiB, 8 * MiB));
    expect(small.request).toMatchObject({ offset: 0, length: 16 * KiB });
    expect(withBarSize(MiB)(small).request).toMatchObject({ offset: 0, length: MiB });
    // A length rounded up to a page reaches the end of such a BAR as well.
    expect(withBarSize(MiB)(onArch(arch, 16 * KiB, 0, 64 * KiB)).request.length).toBe(MiB);
  });

  it('the base runs in pages, up to the last one of its window', () => {
    const { low, high } = baseWindow(onArch(arch, 16 * MiB, 0, 16 * MiB));
    expect([low % (64 * KiB), high % (64 * KiB)]).toEqual([0, 0]);
    expect((high + 64 * KiB) % 2 ** 32).toBe(0);
  });
});

it('no slider makes a request that the page alone forbids, on any architecture', () => {
  const cases = fc.tuple(
    fc.constantFrom(...archs.map(a => a.id)),
    fc.integer({ min: 16, max: 36 }),
    fc.integer({ min: 12, max: 36 }),
    fc.nat(1000),
    fc.boolean(),
  );
  fc.assert(
    fc.property(cases, ([arch, size, next, share, rest]) => {
      const { page } = archOf(arch);
      const whole = Math.max(2 ** size, page);
      const offset = Math.floor(((whole - page) * share) / 1000 / page) * page;
      const s = onArch(arch, whole, offset, rest ? whole - offset : page);
      const resized = withBarSize(2 ** next)(s);
      expect(resized.request.offset % page).toBe(0);
      expect(resized.request.length).toBeGreaterThan(0);
      expect(resized.request.offset + resized.request.length).toBeLessThanOrEqual(2 ** next);
      const moved = withOffset(0)(s);
      expect(moved.request.offset + moved.request.length).toBeLessThanOrEqual(whole);
      if (rest) expect(moved.request.length).toBe(whole);
    }),
    { numRuns: 300 },
  );
});

describe('another architecture', () => {
  const odd = onArch('x86_64-4', MiB, 4096, MiB - 8192);

  it('is the same change in the Map and in Compare, and says what is rounded', () => {
    for (const arch of archs) {
      const { update, said } = withArch(arch.id);
      const { scenario, notes } = carried(odd, arch);
      expect(update(odd)).toEqual(scenario);
      for (const note of notes) expect(said(odd)).toContain(note);
    }
    expect(withArch('arm64-64k-48').said(odd)).toContain('offset rounded to 0, length rounded to 1 MiB');
  });

  it('answers as with the length that mmap() makes of it', () => {
    const there = carried(odd, archOf('arm64-64k-48')).scenario;
    const rounded = { ...there, request: { ...there.request, length: bytes(MiB) } };
    expect(solve(there).device).toEqual(solve(rounded).device);
  });
});

describe('the bridge window', () => {
  const packer = { pack: (t: string) => t, unpack: (t: string) => t };

  it('is set by hand, added around the BAR and taken away, and the link carries each', () => {
    const wide = withWindow({ size: 16 * GiB })(defaultScenario);
    expect(wide.device.windows).toEqual([
      { label: '', base: 0x38_0000_0000, size: 16 * GiB, prefetchable: true },
    ]);
    const none = withWindow({ size: 0 })(wide);
    expect(none.device.windows).toEqual([]);
    const back = withWindow({})(none);
    expect(back.device.windows).toMatchObject([{ base: 0x38_0000_0000, size: 8 * GiB }]);
    for (const s of [wide, none, back]) expect(readLink(writeLink(s, packer), packer).scenario).toEqual(s);
  });

  it('that nobody asked for goes when the BAR leaves it, comes back with it, and is in no link', () => {
    const away = withBarBase(0x30_8000_0000)(defaultScenario);
    expect(away.device.windows).toEqual([]);
    expect(writeLink(away, packer)).toBe('#1&bar=2@0x30_8000_0000+2G');
    const back = withBarBase(defaultScenario.device.bar.base)(away);
    expect(back).toEqual(defaultScenario);
    const large = withBarSize(16 * GiB)(defaultScenario);
    expect(writeLink(large, packer)).not.toContain('win=');
    for (const s of [away, large]) expect(readLink(writeLink(s, packer), packer).scenario).toEqual(s);
  });

  it('that somebody set, or took away, stays as it is wherever the BAR goes', () => {
    const wide = withWindow({ size: 16 * GiB })(defaultScenario);
    expect(withBarBase(0x30_8000_0000)(wide).device.windows).toEqual(wide.device.windows);
    const none = withWindow({ size: 0 })(defaultScenario);
    expect(withBarBase(0x38_0000_0000)(none).device.windows).toEqual([]);
  });

  it('below another one keeps the outer one and the order', () => {
    const two = {
      ...defaultScenario,
      device: {
        ...defaultScenario.device,
        windows: [
          { label: '0000:00:01.0', base: pa(0x38_0000_0000), size: bytes(16 * GiB), prefetchable: true },
          { label: '0000:01:00.0', base: pa(0x38_0000_0000), size: bytes(4 * GiB), prefetchable: true },
        ],
      },
    };
    const moved = withWindow({ base: 0x37_0000_0000 })(two);
    expect(moved.device.windows.map(w => [w.label, w.base])).toEqual([
      ['', 0x37_0000_0000],
      ['0000:00:01.0', 0x38_0000_0000],
    ]);
    expect(readLink(writeLink(moved, packer), packer).scenario).toEqual(moved);
  });
});
