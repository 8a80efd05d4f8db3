import { describe, expect, it } from 'vitest';
import { lidAt } from '../space/testing.ts';
import { alignUp, GiB } from '../units.ts';
import { MAP } from './flags.ts';
import type { Mm } from './mm.ts';
import { andMapped, call, machine } from './testing.ts';

/**
 * QEMU's two ways to align a BAR in user space, as the mmap() calls it makes: an anonymous reservation with room
 * to spare, trimmed to the aligned part, and the device mapped FIXED over it. Run on 6.18.44.
 */
type Area = readonly [offset: number, size: number];

const hex = (n: number): string => `0x${n.toString(16)}`;

const reserve = (mm: Mm, length: number): number => {
  const placed = call(mm, { length, flags: MAP.PRIVATE });
  if (!placed.ok) throw new Error(placed.refusal);
  return placed.start;
};

const mapFixed = (mm: Mm, start: number, length: number): string => {
  const placed = call(mm, { file: 'devMem', length, hint: start, flags: MAP.SHARED | MAP.FIXED });
  if (!placed.ok) throw new Error(placed.refusal);
  expect(placed.by).toBe('fixed');
  return hex(placed.start);
};

const lowestBit = (n: number): number => {
  let bit = 4096;
  while (n % (bit * 2) === 0) bit *= 2;
  return bit;
};

/** 00b519c0bca0 (QEMU 9.2): every area for itself, aligned to its own size. */
const old = (start: Mm, areas: readonly Area[]) => {
  let mm = start;
  const bases: string[] = [];
  const finals: string[] = [];
  for (const [, size] of areas) {
    const align = Math.min(lowestBit(size), GiB);
    const base = reserve(mm, size + align);
    const aligned = alignUp(base, align);
    bases.push(hex(base));
    mm = andMapped(mm, aligned, aligned + size);
    finals.push(mapFixed(mm, aligned, size));
  }
  return { bases, finals };
};

/** 3863e47828d5: one reservation a region, so that areas keep their distance. */
const current = (mm: Mm, region: number, areas: readonly Area[]) => {
  const align = Math.min(2 ** Math.ceil(Math.log2(region)), GiB);
  const base = reserve(mm, region + align);
  const aligned = alignUp(base, align);
  return { bases: [hex(base)], finals: areas.map(([offset, size]) => mapFixed(mm, aligned + offset, size)) };
};

const M16 = 0x100_0000;
const lidHigh = 0x7fff_0000_0000;
const lidOdd = 0x7fff_2345_6000;
const holed: readonly Area[] = [
  [0, 0x40_0000],
  [0x41_0000, 0xbf_0000],
];

const rows: readonly (readonly [string, number, number, readonly Area[], string, string])[] = [
  ['Q1a', lidHigh, M16, [[0, M16]], '0x7ffefe000000', '0x7ffefe000000'],
  ['Q1b', lidHigh, M16, [[0, M16]], '0x7ffefe000000', '0x7ffefe000000'],
  ['Q2a', lidOdd, M16, [[0, M16]], '0x7fff21400000', '0x7fff22000000'],
  ['Q2b', lidOdd, M16, [[0, M16]], '0x7fff21400000', '0x7fff22000000'],
  ['Q3a', lidOdd, GiB, [[0, GiB]], '0x7ffea3400000', '0x7ffec0000000'],
  ['Q3b', lidOdd, GiB, [[0, GiB]], '0x7ffea3400000', '0x7ffec0000000'],
  ['Q4a', lidOdd, 2 * GiB, [[0, 2 * GiB]], '0x7ffe63400000', '0x7ffe80000000'],
  ['Q4b', lidOdd, 2 * GiB, [[0, 2 * GiB]], '0x7ffe63400000', '0x7ffe80000000'],
  ['Q5a', lidOdd, M16, [[0x1_0000, 0xff_0000]], '0x7fff22400000', '0x7fff22400000'],
  ['Q5b', lidOdd, M16, [[0x1_0000, 0xff_0000]], '0x7fff21400000', '0x7fff22010000'],
  ['Q6a', lidOdd, M16, holed, '0x7fff22c00000 0x7fff22000000', '0x7fff22c00000 0x7fff22000000'],
  ['Q6b', lidOdd, M16, holed, '0x7fff21400000', '0x7fff22000000 0x7fff22410000'],
  ['Q7a', lidOdd, 0x2f_00f0_0000, [[0, 0x2f_00f0_0000]], '0x7fd022400000', '0x7fd022400000'],
  ['Q7b', lidOdd, 0x2f_00f0_0000, [[0, 0x2f_00f0_0000]], '0x7fcfe2556000', '0x7fd000000000'],
  ['Q8a', lidOdd, 0x1_0000, [[0, 0x1_0000]], '0x7fff23436000', '0x7fff23440000'],
  ['Q8b', lidOdd, 0x1_0000, [[0, 0x1_0000]], '0x7fff23436000', '0x7fff23440000'],
  ['Q9a', lidOdd, 0x1000, [[0, 0x1000]], '0x7fff23454000', '0x7fff23454000'],
  ['Q9b', lidOdd, 0x1000, [[0, 0x1000]], '0x7fff23454000', '0x7fff23454000'],
  ['Q10a', lidOdd, 3 * GiB, [[0, 3 * GiB]], '0x7ffe23400000', '0x7ffe40000000'],
  ['Q10b', lidOdd, 3 * GiB, [[0, 3 * GiB]], '0x7ffe23400000', '0x7ffe40000000'],
];

describe('QEMU', () => {
  it.each(rows)('%s', (id, lid, region, areas, bases, finals) => {
    const mm = machine(lidAt(lid));
    const got = id.endsWith('a') ? old(mm, areas) : current(mm, region, areas);
    expect(`${id} ${got.bases.join(' ')}`).toBe(`${id} ${bases}`);
    expect(`${id} ${got.finals.join(' ')}`).toBe(`${id} ${finals}`);
  });

  it('finds an unaligned reservation on 6.6, and the same final address', () => {
    const got = current(machine(lidAt(lidOdd), { kernel: '6.6.50' }), GiB, [[0, GiB]]);
    expect(got).toEqual({ bases: ['0x7ffea3456000'], finals: ['0x7ffec0000000'] });
  });
});
