import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { congruentBits, flipBit } from '../../src/arch/bitFields.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { solve } from '../../src/solve.ts';
import { word } from '../../src/units.ts';
import { readHash } from '../state/links.ts';
import { type BitEdit, editBits, type Side } from './bits.ts';

const at = (hash: string): Scenario => readHash(hash).scenario;
const edit = (s: Scenario, side: Side, bit: number, offset = 0): BitEdit => {
  const solution = solve(s);
  const { mapping } = solution.device ?? {};
  const address = word((side === 'va' ? (mapping?.start ?? 0) : (mapping?.pa ?? 0)) + offset);
  const now = Math.floor(address.base / 2 ** bit) % 2;
  const low = Math.floor(address.rest / 2 ** bit) % 2;
  return editBits(s, solution, side, offset, { from: bit, to: bit + 1 }, 1 - (bit < 12 ? low : now));
};
const made = (s: Scenario, e: BitEdit): Scenario => {
  if (e.kind !== 'change') throw new Error(`not a change: ${JSON.stringify(e)}`);
  return e.update(s);
};

describe('bits of the VA', () => {
  it('move the mapping with MAP_FIXED, byte for byte', () => {
    const offset = 5 * 4096;
    const before = solve(defaultScenario).device?.mapping;
    const moved = solve(made(defaultScenario, edit(defaultScenario, 'va', 30, offset)));
    expect(moved.placement.ok && moved.placement.by).toBe('fixed');
    const va = (before?.start ?? 0) + offset;
    expect((moved.device?.mapping.start ?? 0) + offset).toBe(flipBit(word(va), 30).base);
    expect(moved.device?.mapping.pa).toBe(before?.pa);
  });

  it('flipped until they agree with the PA give the best leaves', () => {
    let s = at('#1&as=bare&p=xu1&off=4K&len=1G+2M');
    for (let bit = 12; bit < 30; bit++) {
      const { mapping } = solve(s).device ?? {};
      if (mapping && congruentBits(mapping.start, mapping.pa, 48) === bit) s = made(s, edit(s, 'va', bit));
    }
    const { device } = solve(s);
    expect(congruentBits(device?.mapping.start ?? 0, device?.mapping.pa ?? 0, 48)).toBeGreaterThanOrEqual(30);
    expect(device?.leaves.length).toBe(device?.best.runs.length);
  });

  it('any page bit moves the start by its weight, or is refused in a sentence', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', '#1&a=arm64-16k-47', '#1&a=x86_64-5', '#1&a=s390x', '#1&a=riscv64-sv39'),
        fc.integer({ min: 16, max: 56 }),
        fc.nat(1000),
        (hash, bit, pages) => {
          const s = at(hash);
          const { start = 0 } = solve(s).device?.mapping ?? {};
          const offset = pages * 65536;
          const e = edit(s, 'va', bit, offset);
          if (e.kind === 'refused') {
            expect(e.reason).toMatch(/^.+\.$/);
            return;
          }
          const then = solve(made(s, e)).device?.mapping.start ?? 0;
          expect(Math.abs(then - start)).toBe(2 ** bit);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are refused outside user space and around holes, and leave the policy of a program out', () => {
    expect(edit(defaultScenario, 'va', 47)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/user space ends at 0x7fff_ffff_f000\.$/),
    });
    // A program would map elsewhere: its policy is left out of the what-if.
    expect(edit(at('#1&p=qemu9'), 'va', 21)).toMatchObject({ kind: 'change' });
    expect(edit(at('#1&bar=0@0xfc00_0000+16M&holes=0x40_0000+64K&len=16M'), 'va', 21)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('holes'),
    });
    const low = solve(defaultScenario);
    expect(
      editBits(at('#1&hint=0x20_0000&fl=shared.fixed&as=bare&len=2M'), low, 'va', 0, { from: 12, to: 48 }, 1),
    ).toMatchObject({ kind: 'refused', reason: expect.stringContaining('mmap_min_addr') });
  });
});

describe('bits of the PA', () => {
  it('move the BAR, and the mapping stays where its policy leaves it', () => {
    const s = made(defaultScenario, edit(defaultScenario, 'pa', 21, 4096));
    expect(s.device.bar.base).toBe(0x38_8020_0000);
    expect(solve(s).device?.mapping.start).toBe(solve(defaultScenario).device?.mapping.start);
  });

  it('stay below 57 bits', () => {
    const s = at('#1&bar=2@0x100_0000_0000_0000+2G');
    expect(editBits(s, solve(s), 'pa', 0, { from: 30, to: 57 }, 2 ** 27 - 1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('57 bits'),
    });
  });

  it('of a further range do not move with the base', () => {
    const s = at('#1&bar=2@0x38_8000_0000+3G&ranges=1536M@0x50_0020_0000&off=2G&len=512M');
    expect(edit(s, 'pa', 21)).toMatchObject({ kind: 'refused' });
  });
});

it('bits below the page choose another byte of it, on either side', () => {
  for (const side of ['va', 'pa'] as const) {
    expect(edit(defaultScenario, side, 11, 4096)).toEqual({ kind: 'byte', offset: 4096 + 2048 });
    expect(edit(defaultScenario, side, 11, 4096 + 2048)).toEqual({ kind: 'byte', offset: 4096 });
  }
  expect(edit(at('#1&a=arm64-64k-48'), 'va', 15)).toEqual({ kind: 'byte', offset: 32768 });
});
