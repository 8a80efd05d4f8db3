import { describe, expect, it } from 'vitest';
import { x86Level4, x86Level5 } from '../arch/x86.ts';
import { GiB, MiB, TiB, va } from '../units.ts';
import { layoutFromBase, mmapLayout } from './mmapLayout.ts';

const still = { legacy: false, randomize: false, random: 0 };

describe('mmap_base on x86-64', () => {
  // Measured on 6.18.44.
  it.each([
    ['0', 0, 0x7fff_f7ff_f000],
    ['8 MiB', 8 * MiB, 0x7fff_f7ff_f000],
    ['127 MiB', 127 * MiB, 0x7fff_f7ff_f000],
    ['127 MiB + 4K', 127 * MiB + 4096, 0x7fff_f7ff_e000],
    ['128 MiB', 128 * MiB, 0x7fff_f7ef_f000],
    ['1 GiB', GiB, 0x7fff_bfef_f000],
    ['1 TiB', TiB, 0x7eff_ffef_f000],
    ['100 TiB', 100 * TiB, 0x1bff_ffef_f000],
    ['107 TiB', 107 * TiB, 0x1555_5555_6000],
    ['unlimited', Number.POSITIVE_INFINITY, 0x1555_5555_6000],
    ['2^64-1 as a double', 2 ** 64, 0x1555_5555_6000],
  ])('%s of stack', (_, stackLimit, expected) => {
    for (const arch of [x86Level4, x86Level5]) {
      const layout = mmapLayout(arch, { ...still, stackLimit });
      expect(layout).toEqual({ mmapBase: expected, legacyBase: 0x2aaa_aaaa_b000, topDown: true });
    }
  });

  it('moves by the random draw and by the room for a random stack', () => {
    const input = { stackLimit: 8 * MiB, legacy: false, randomize: true };
    expect(mmapLayout(x86Level4, { ...input, random: 0 })).toEqual({
      mmapBase: 0x7ffb_ff70_0000,
      legacyBase: 0x2aaa_aaaa_b000,
      topDown: true,
    });
    const random = 0xabc_d000;
    const drawn = mmapLayout(x86Level4, { ...input, random });
    expect(drawn).toMatchObject({
      mmapBase: 0x7ffb_ff70_0000 - random,
      legacyBase: 0x2aaa_aaaa_b000 + random,
    });
    expect(layoutFromBase(x86Level4, drawn.mmapBase, input)).toEqual(drawn);
  });

  it('only the legacy switch selects bottom-up', () => {
    expect(mmapLayout(x86Level4, { ...still, stackLimit: 8 * MiB, legacy: true }).topDown).toBe(false);
    expect(
      layoutFromBase(x86Level4, va(0x2aaa_aaaa_b000), {
        stackLimit: 8 * MiB,
        legacy: true,
        randomize: false,
      }),
    ).toEqual({ mmapBase: 0x2aaa_aaaa_b000, legacyBase: 0x2aaa_aaaa_b000, topDown: false });
  });
});
