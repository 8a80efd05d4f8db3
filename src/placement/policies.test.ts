import { describe, expect, it } from 'vitest';
import { lidAt, testVma } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, GiB, KiB, MiB, pa } from '../units.ts';
import { MAP } from './flags.ts';
import { vfioOffset } from './mmap.ts';
import { type Policy, policies, policyOf } from './policies.ts';
import { call, factsFor, machine, resultText } from './testing.ts';

/** A kernel with a policy laid over it. */
const column = (kernel: string, policy: Policy['id'] = 'shipped') => ({
  kernel,
  facts: policyOf(policy).apply(factsFor(kernel)),
});
const columns = {
  plain: column('6.18.44'),
  newest: column('7.3.4'),
  first: column('6.13'),
  y612: column('6.12.117'),
  y611: column('6.11.7'),
  before611: column('6.11.6'),
  old: column('6.6.50'),
  helper: column('7.3.4', 'thp'),
  xu1: column('7.3.4', 'xu1'),
};
type Column = keyof typeof columns;

interface Case {
  readonly bar: number;
  readonly phys: number;
  readonly length: number;
  readonly offset: number;
  readonly hint?: number;
}

const place = (name: Column, vmas: readonly Vma[], c: Case): string =>
  resultText(
    call(machine(vmas, columns[name]), {
      file: 'vfio',
      flags: MAP.SHARED,
      length: c.length,
      offset: vfioOffset(2, c.offset),
      hint: c.hint ?? 0,
      region: { phys: pa(c.phys), size: bytes(c.bar), mappable: true },
    }),
  );

const A = 0x3800_0000_0000;
const cases: Readonly<Record<string, Case>> = {
  P1: { bar: 2 * GiB, phys: A, length: 0x8000_0000, offset: 0 },
  P2: { bar: 2 * GiB, phys: A, length: 0x7fe0_0000, offset: 0x20_0000 },
  P3: { bar: GiB, phys: 0x3800_8000_0000, length: 0x3fe0_0000, offset: 0x20_0000 },
  P4: { bar: 2 * GiB, phys: A, length: 0x5000_0000, offset: 0x2000_0000 },
  P5: { bar: 16 * MiB, phys: 0xfc00_0000, length: 0x100_0000, offset: 0 },
  P6: { bar: 64 * KiB, phys: 0xfe00_0000, length: 0x1_0000, offset: 0 },
  P7: { bar: 16 * MiB, phys: 0xfc00_0000, length: 0xff_0000, offset: 0x1_0000 },
  P8: { bar: 256 * MiB, phys: 0x40_0000_0000, length: 0xfff_f000, offset: 0x1000 },
  P9: { bar: 4 * MiB, phys: 0xfd00_0000, length: 0x30_0000, offset: 0x10_0000 },
  P10: { bar: 2 * MiB, phys: 0xfd00_0000, length: 0x20_0000, offset: 0 },
  P11: { bar: 64 * MiB, phys: 0x3800_0010_0000, length: 0x400_0000, offset: 0 },
};

/** id, plain (6.13 and newer), 6.11.7 to 6.12.y, THP helper as hook (e), P. Xu v1 (a). */
const table = `
  P1  0x7ffea3456000 0x7ffea3400000 0x7ffea3400000 0x7ffe80000000
  P2  0x7ffea3656000 0x7ffea3600000 0x7ffea3600000 0x7ffe80200000
  P3  0x7ffee3656000 0x7ffee3600000 0x7ffee3600000 0x7ffee3600000
  P4  0x7ffed3456000 0x7ffed3400000 0x7ffed3400000 0x7ffed3400000
  P5  0x7fff22456000 0x7fff22400000 0x7fff22400000 0x7fff22400000
  P6  0x7fff23446000 0x7fff23446000 0x7fff23446000 0x7fff23446000
  P7  0x7fff22466000 0x7fff22466000 0x7fff22410000 0x7fff22410000
  P8  0x7fff13457000 0x7fff13457000 0x7fff13401000 0x7fff13401000
  P9  0x7fff23156000 0x7fff23156000 0x7fff23100000 0x7fff23100000
  P10 0x7fff23256000 0x7fff23200000 0x7fff23200000 0x7fff23200000
  P11 0x7fff1f456000 0x7fff1f400000 0x7fff1f400000 0x7fff1f300000`;

describe('the policy table, free below 0x7fff23456000', () => {
  const space = lidAt(0x7fff_2345_6000);
  const rows = table
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/));
  it.each(rows)('%s', (id, plain, y612, helper, xu1) => {
    const c = cases[id ?? ''];
    if (c === undefined) throw new Error(`no case ${id}`);
    const got = (name: Column) => `${id} ${name} ${place(name, space, c)}`;
    for (const name of ['plain', 'newest', 'first', 'old'] as const)
      expect(got(name)).toBe(`${id} ${name} ${plain}`);
    for (const name of ['y612', 'y611'] as const) expect(got(name)).toBe(`${id} ${name} ${y612}`);
    // Before 6.11.7 the length did not matter: as a hook.
    expect(got('before611')).toBe(`${id} before611 ${helper}`);
    expect(got('helper')).toBe(`${id} helper ${helper}`);
    expect(got('xu1')).toBe(`${id} xu1 ${xu1}`);
  });

  const P1: Case = { bar: 2 * GiB, phys: A, length: 2 * GiB, offset: 0 };
  it.each(Object.keys(columns) as Column[])('P13: a free hint wins, misaligned as it is (%s)', name => {
    expect(place(name, space, { ...P1, hint: 0x6000_0000_1000 })).toBe('0x600000001000');
  });

  it('P14: an occupied hint is aligned by hooks only', () => {
    const c = { ...P1, hint: 0x6000_0000_0000 };
    const vmas = lidAt(0x7fff_2345_6000, testVma(0x6000_0000_0000, 0x6000_0000_1000));
    expect(place('plain', vmas, c)).toBe('0x7ffea3456000');
    expect(place('y612', vmas, c)).toBe('0x7ffea3456000');
    expect(place('y611', vmas, c)).toBe('0x7ffea3400000');
    expect(place('helper', vmas, c)).toBe('0x7ffea3400000');
    expect(place('xu1', vmas, c)).toBe('0x7ffe80000000');
  });

  it('P15: a perfectly aligned hole of exactly the length is passed over by whoever pads', () => {
    const vmas = lidAt(
      0x7fff_2345_6000,
      testVma(0x7ffe_0000_0000, 0x7ffe_8000_0000),
      testVma(0x7fff_0000_0000, 0x7fff_2345_6000),
    );
    expect(place('plain', vmas, P1)).toBe('0x7ffe80000000');
    for (const name of ['y612', 'helper', 'xu1'] as const)
      expect(`${name} ${place(name, vmas, P1)}`).toBe(`${name} 0x7ffd80000000`);
  });

  it('P. Xu v1: a hint that is free for the length but not for 1 GiB more is lost', () => {
    const vmas = lidAt(0x7fff_2345_6000, testVma(0x6000_8020_0000, 0x6000_8020_1000));
    expect(place('xu1', vmas, { ...P1, hint: 0x6000_0000_0000 })).toBe('0x7ffe80000000');
    // 2 MiB more do fit.
    expect(place('helper', vmas, { ...P1, hint: 0x6000_0000_0000 })).toBe('0x600000000000');
  });

  it('P. Xu v1: no whole GiB in the range leaves the PMD attempt', () => {
    expect(place('xu1', space, { ...P1, offset: 0x2000_0000, length: GiB })).toBe('0x7ffee3400000');
    expect(place('plain', space, { ...P1, offset: 0x2000_0000, length: GiB })).toBe('0x7ffee3456000');
  });

  it('P. Xu v1: the PUD attempt follows the physical address, not the offset', () => {
    expect(place('xu1', space, { ...P1, phys: A + 0x1000_0000 })).toBe('0x7ffe90000000');
  });

  it('P. Xu v1: without a BAR behind the offset it places plainly, and mmap() is refused later', () => {
    const mm = machine(space, columns.xu1);
    const c = { file: 'vfio', flags: MAP.SHARED, length: 2 * GiB, offset: vfioOffset(7, 0) } as const;
    expect(call(mm, c)).toMatchObject({ ok: false, refusal: 'not a mappable BAR' });
  });
});

describe('policies', () => {
  it('are found by id, and released kernels have no hook', () => {
    expect(new Set(policies.map(p => p.id)).size).toBe(policies.length);
    // Links hold these for ever.
    expect(policies.map(p => p.id)).toEqual(expect.arrayContaining(['shipped', 'thp', 'xu1']));
    for (const p of policies) expect(policyOf(p.id)).toBe(p);
    expect(policyOf('shipped').apply(factsFor('7.3'))).toEqual(factsFor('7.3'));
    expect(policyOf('thp').apply(factsFor('7.3')).vfioHook).toBe('thp');
    expect(policyOf('xu1').apply(factsFor('7.3')).vfioHook).toBe('peterxV1');
    expect(() => policyOf('none' as 'thp')).toThrow('no policy none');
  });
});
