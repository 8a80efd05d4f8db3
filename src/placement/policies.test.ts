import { describe, expect, it } from 'vitest';
import type { Arch } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { x86Level4 } from '../arch/x86.ts';
import { lidAt, testVma } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, formatPower, GiB, KiB, MiB, pa } from '../units.ts';
import { MAP } from './flags.ts';
import type { Mm } from './mm.ts';
import { vfioOffset } from './mmap.ts';
import { sizeOfOrder } from './policies/xu.ts';
import { type Policy, policies, policyOf, sourceUrl } from './policies.ts';
import { type CallInput, call, factsFor, machine, resultText } from './testing.ts';

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
  xu2: column('7.3.4', 'xu2'),
  xu2pa: column('7.3.4', 'xu2pa'),
  jg: column('7.3.4', 'jg'),
  jgh: column('7.3.4', 'jgh'),
  jgfull: column('7.3.4', 'jgfull'),
  mw: column('7.3.4', 'mw'),
  mwc: column('7.3.4', 'mwc'),
  mwcont: column('7.3.4', 'mwcont'),
  mwcontc: column('7.3.4', 'mwcontc'),
  spfn: column('7.3.4', 'spfn'),
  spfnc: column('7.3.4', 'spfnc'),
};
type Column = keyof typeof columns;

interface Case {
  readonly bar: number;
  readonly phys: number;
  readonly length: number;
  readonly offset: number;
  readonly hint?: number;
}

const requestOf = (c: Case): CallInput => ({
  file: 'vfio',
  flags: MAP.SHARED,
  length: c.length,
  offset: vfioOffset(2, c.offset),
  hint: c.hint ?? 0,
  region: { phys: pa(c.phys), size: bytes(c.bar), mappable: true },
});

const place = (name: Column, vmas: readonly Vma[], c: Case, arch: Arch = x86Level4): string =>
  resultText(call(machine(vmas, { ...columns[name], arch }), requestOf(c)));

/** The sizes that were asked for, in order: by the THP helper as `pad`, by a mask as `mask`. */
const tries = (name: Column, vmas: readonly Vma[], c: Case, arch: Arch = x86Level4): string => {
  const seen: string[] = [];
  call(machine(vmas, { ...columns[name], arch }), requestOf(c), {}, event => {
    if (event.kind === 'pad') seen.push(`pad ${formatPower(event.size)}`);
    if (event.kind === 'padGaveUp') seen.push(`gave up ${formatPower(event.size)}`);
    if (event.kind === 'masked')
      seen.push(`${event.addr === undefined ? 'no mask' : 'mask'} ${formatPower(event.size)}`);
  });
  return seen.join(', ');
};

const mmapTop = (mm: Mm): number => mm.space.layout.mmapBase;

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

/**
 * id, plain (6.13 and newer), 6.11.7 to 6.12.y, THP helper as hook (e), P. Xu v1 (a), P. Xu v2 (b) and its order,
 * J. Gunthorpe's leaf rule (d) and its leaf, full order (d'), M. Wilcox (f), start PFN (f').
 */
const table = `
  P1  0x7ffea3456000 0x7ffea3400000 0x7ffea3400000 0x7ffe80000000 0x7ffe80000000 18 0x7ffe80000000 1GiB  0x7ffe80000000 0x7ffe80000000 0x7ffe80000000
  P2  0x7ffea3656000 0x7ffea3600000 0x7ffea3600000 0x7ffe80200000 0x7ffe80200000 18 0x7ffe80200000 1GiB  0x7ffe80200000 0x7ffe80200000 0x7ffe80200000
  P3  0x7ffee3656000 0x7ffee3600000 0x7ffee3600000 0x7ffee3600000 0x7ffee3600000 9  0x7ffee3600000 2MiB  0x7ffec0200000 0x7ffee3600000 0x7ffee3600000
  P4  0x7ffed3456000 0x7ffed3400000 0x7ffed3400000 0x7ffed3400000 0x7ffed3456000 18 0x7ffea0000000 1GiB  0x7ffea0000000 0x7ffea0000000 0x7ffea0000000
  P5  0x7fff22456000 0x7fff22400000 0x7fff22400000 0x7fff22400000 0x7fff22400000 9  0x7fff22400000 2MiB  0x7fff22400000 0x7fff22400000 0x7fff22400000
  P6  0x7fff23446000 0x7fff23446000 0x7fff23446000 0x7fff23446000 0x7fff23446000 0  0x7fff23446000 4KiB  0x7fff23446000 0x7fff23446000 0x7fff23446000
  P7  0x7fff22466000 0x7fff22466000 0x7fff22410000 0x7fff22410000 0x7fff22410000 9  0x7fff22410000 2MiB  0x7fff22410000 0x7fff22410000 0x7fff22410000
  P8  0x7fff13457000 0x7fff13457000 0x7fff13401000 0x7fff13401000 0x7fff13401000 9  0x7fff13401000 2MiB  0x7fff13401000 0x7fff13401000 0x7fff13401000
  P9  0x7fff23156000 0x7fff23156000 0x7fff23100000 0x7fff23100000 0x7fff23100000 9  0x7fff23100000 2MiB  0x7fff23100000 0x7fff23100000 0x7fff23100000
  P10 0x7fff23256000 0x7fff23200000 0x7fff23200000 0x7fff23200000 0x7fff23200000 9  0x7fff23200000 2MiB  0x7fff23200000 0x7fff23200000 0x7fff23200000
  P11 0x7fff1f456000 0x7fff1f400000 0x7fff1f400000 0x7fff1f300000 0x7fff1f400000 9  0x7fff1f400000 2MiB  0x7fff1f400000 0x7fff1f400000 0x7fff1f300000`;

describe('the policy table, free below 0x7fff23456000', () => {
  const space = lidAt(0x7fff_2345_6000);
  const rows = table
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/));
  it.each(rows)('%s', (id, plain, y612, helper, xu1, xu2, order, leaf, leafSize, full, length, pfn) => {
    const c = cases[id ?? ''];
    if (c === undefined) throw new Error(`no case ${id}`);
    const got = (name: Column) => `${id} ${name} ${place(name, space, c)}`;
    const expected: Readonly<Record<Column, string | undefined>> = {
      plain,
      newest: plain,
      first: plain,
      old: plain,
      y612,
      y611: y612,
      // Before 6.11.7 the length did not matter: as a hook.
      before611: helper,
      helper,
      xu1,
      xu2,
      // Aligned to the physical address, P11 is what v1 makes of it.
      xu2pa: id === 'P11' ? xu1 : xu2,
      jg: leaf,
      // Through the helper, a range without a whole GiB is not aligned at all.
      jgh: id === 'P4' ? plain : leaf,
      jgfull: full,
      mw: length,
      mwc: length,
      // x86 has no contiguous runs.
      mwcont: length,
      mwcontc: length,
      spfn: pfn,
      spfnc: pfn,
    };
    for (const name of Object.keys(columns) as Column[])
      expect(got(name)).toBe(`${id} ${name} ${expected[name]}`);
    const orderSize = formatPower(4096 * 2 ** Number(order));
    expect(`${id} ${tries('xu2', space, c).split(', ')[0]}`).toBe(
      id === 'P4' ? 'P4 gave up 1 GiB' : `${id} pad ${orderSize}`,
    );
    expect(`${id} ${tries('jg', space, c)}`).toBe(
      leafSize === '4KiB' ? `${id} ` : `${id} mask ${leafSize?.replace(/(?=[A-Z])/, ' ')}`,
    );
  });

  const P1: Case = { bar: 2 * GiB, phys: A, length: 2 * GiB, offset: 0 };
  it.each(Object.keys(columns) as Column[])('P13: a free hint wins, misaligned as it is (%s)', name => {
    expect(place(name, space, { ...P1, hint: 0x6000_0000_1000 })).toBe('0x600000001000');
  });

  it('P12: order 0 pads by a page, so a gap of exactly the length is passed over', () => {
    const vmas = lidAt(0x7fff_2345_6000, testVma(0x7fff_2340_0000, 0x7fff_2344_0000));
    const c = { bar: 128 * KiB, phys: 0xfe00_0000, length: 0x1_6000, offset: 0 };
    expect(place('plain', vmas, c)).toBe('0x7fff23440000');
    expect(place('xu2', vmas, c)).toBe('0x7fff233ea000');
    expect(place('xu2pa', vmas, c)).toBe('0x7fff233ea000');
    for (const name of ['helper', 'xu1', 'jg', 'jgh', 'jgfull', 'mw', 'mwc', 'spfn', 'spfnc'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7fff23440000`);
  });

  it('P14: an occupied hint is aligned by hooks and by the core’s own search, not where a hint turns it off', () => {
    const c = { ...P1, hint: 0x6000_0000_0000 };
    const vmas = lidAt(0x7fff_2345_6000, testVma(0x6000_0000_0000, 0x6000_0000_1000));
    for (const name of ['plain', 'y612', 'xu2', 'xu2pa', 'jg', 'jgh', 'jgfull'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7ffea3456000`);
    for (const name of ['y611', 'helper'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7ffea3400000`);
    for (const name of ['xu1', 'mw', 'mwc', 'spfn', 'spfnc'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7ffe80000000`);
  });

  it('P15: a perfectly aligned hole of exactly the length is passed over by whoever pads', () => {
    const vmas = lidAt(
      0x7fff_2345_6000,
      testVma(0x7ffe_0000_0000, 0x7ffe_8000_0000),
      testVma(0x7fff_0000_0000, 0x7fff_2345_6000),
    );
    for (const name of ['plain', 'newest', 'first', 'old'] as const)
      expect(place(name, vmas, P1)).toBe('0x7ffe80000000');
    for (const name of [
      'y612',
      'helper',
      'xu1',
      'xu2',
      'xu2pa',
      'jg',
      'jgh',
      'jgfull',
      'mw',
      'spfn',
    ] as const)
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

  it('no whole block in the range: the helper leaves it unaligned, a mask aligns it to no use', () => {
    const P4 = { ...P1, offset: 0x2000_0000, length: 0x5000_0000 };
    expect(tries('xu1', space, P4)).toBe('gave up 1 GiB, pad 2 MiB');
    expect(tries('xu2', space, P4)).toBe('gave up 1 GiB');
    expect(tries('jgh', space, P4)).toBe('gave up 1 GiB');
    for (const name of ['jg', 'jgfull', 'mw', 'spfn'] as const)
      expect(tries(name, space, P4)).toBe('mask 1 GiB');
  });

  it('a mask needs a page less than the helper', () => {
    const gap = (size: number): readonly Vma[] =>
      lidAt(0x7fff_2345_6000, testVma(0x7fff_2000_0000, 0x7fff_2345_6000 - size));
    const c = { bar: 2 * MiB, phys: 0xfd00_0000, length: 2 * MiB, offset: 0 };
    const exact = gap(4 * MiB - 4096);
    expect(place('mw', exact, c)).toBe('0x7fff23200000');
    expect(place('jg', exact, c)).toBe('0x7fff23200000');
    expect(place('helper', exact, c)).toBe('0x7fff1fe00000');
    expect(place('jgh', exact, c)).toBe('0x7fff1fe00000');
    expect(place('helper', gap(4 * MiB), c)).toBe('0x7fff23200000');
  });

  it('single gives up where a cascade finds the next smaller size', () => {
    // Below the lid 2 GiB and 4 MiB are free, below that nothing that large.
    const full = lidAt(0x7fff_2345_6000, testVma(0x100_0000, 0x7fff_2345_6000 - 2 * GiB - 4 * MiB));
    const aboveToo = [...full, testVma(0x7fff_f7ff_f000, 0x7fff_fffd_e000)].sort((a, b) => a.start - b.start);
    expect(tries('mw', aboveToo, P1)).toBe('no mask 1 GiB');
    expect(place('mw', aboveToo, P1)).toBe('0x7ffea3456000');
    expect(tries('mwc', aboveToo, P1)).toBe('no mask 1 GiB, mask 2 MiB');
    expect(place('mwc', aboveToo, P1)).toBe('0x7ffea3400000');
    expect(place('spfn', aboveToo, P1)).toBe('0x7ffea3456000');
    expect(place('spfnc', aboveToo, P1)).toBe('0x7ffea3400000');
    // The leaf rule goes on to the next leaf by itself; built on the helper it does not.
    expect(place('jg', aboveToo, P1)).toBe('0x7ffea3400000');
    expect(place('jgh', aboveToo, P1)).toBe('0x7ffea3456000');
    expect(place('xu1', aboveToo, P1)).toBe('0x7ffea3400000');
    expect(place('xu2', aboveToo, P1)).toBe('0x7ffea3456000');
  });

  it('the padded search goes above mmap_base before it goes plainly below; the core’s own does not', () => {
    const vmas = lidAt(0x7fff_2345_6000, testVma(0x100_0000, 0x7fff_2345_6000 - 3 * MiB));
    const c = { bar: 2 * MiB, phys: 0xfd00_0000, length: 2 * MiB, offset: 0 };
    expect(place('mw', vmas, c)).toBe('0x7fff23256000');
    // 8 MiB below the stack are free, less its guard.
    expect(Number(place('helper', vmas, c))).toBeGreaterThan(0x7fff_f7ff_f000);
    expect(Number(place('jg', vmas, c))).toBeGreaterThan(0x7fff_f7ff_f000);
  });

  it('a bottom-up fallback that lands congruent still adds the size, and leaves a hole (the fix-up)', () => {
    // Only the space above mmap_base is left, and it begins at a multiple of 2 MiB.
    const base = 0x7fff_f800_0000;
    const vmas = lidAt(
      0x7fff_2345_6000,
      testVma(0x1_0000, 0x40_0000),
      testVma(0xcf_2000, 0x7fff_2345_6000),
      testVma(0x7fff_f7ff_f000, base),
    );
    const c = { bar: 2 * MiB, phys: 0xfd00_0000, length: 2 * MiB, offset: 0 };
    for (const name of ['helper', 'xu1', 'xu2', 'jgh'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7ffff8200000`);
    for (const name of ['jg', 'mw', 'spfn'] as const)
      expect(`${name} ${place(name, vmas, c)}`).toBe(`${name} 0x7ffff8000000`);
  });

  it('the core aligns every kind of mapping, whatever could ever be under it', () => {
    const mm = machine(space, columns.mw);
    expect(resultText(call(mm, { file: 'devMem', length: GiB, flags: MAP.SHARED }))).toBe('0x7ffec0000000');
    expect(resultText(call(mm, { file: 'memfd', length: 2 * MiB, flags: MAP.SHARED }))).toBe(
      '0x7fff23200000',
    );
    // A driver's start PFN says nothing about other files.
    const pfn = machine(space, columns.spfn);
    expect(resultText(call(pfn, { file: 'devMem', length: GiB, flags: MAP.SHARED }))).toBe('0x7ffee3456000');
  });

  it('laid over the THP helper, the core’s search puts 1 GiB of anonymous memory 2 MiB past a GiB', () => {
    expect(resultText(call(machine(space, columns.mw), { length: GiB }))).toBe('0x7ffec0200000');
  });

  it('contiguous sizes count where the architecture has them', () => {
    const arm = machine([], { ...columns.mwcont, arch: archOf('arm64-4k-48') });
    const top = mmapTop(arm);
    const c = { bar: MiB, phys: 0xfd00_0000, length: 128 * KiB, offset: 4 * KiB };
    const lid = [testVma(top - 0x1_1000, top)];
    const on = (name: Column) => place(name, lid, c, arm.arch);
    expect(tries('mwcont', lid, c, arm.arch)).toBe('mask 64 KiB');
    expect(tries('jg', lid, c, arm.arch)).toBe('mask 64 KiB');
    expect(Number(on('mwcont')) % (64 * KiB)).toBe(4 * KiB);
    expect(on('mwcont')).toBe(on('jg'));
    expect(on('mw')).toBe(on('newest'));
    // 32 MiB of contiguous PMDs stand between PMD and PUD.
    const big = { bar: 64 * MiB, phys: 0x40_0000_0000, length: 64 * MiB, offset: 0 };
    expect(tries('mwcont', lid, big, arm.arch)).toBe('mask 32 MiB');
    expect(tries('mw', lid, big, arm.arch)).toBe('mask 2 MiB');
  });

  it('PUD pfnmaps that an architecture or a release lacks are not asked for, except by length', () => {
    const arch = archOf('arm64-4k-48');
    const lid = [testVma(mmapTop(machine([], { arch })) - 0x1000, mmapTop(machine([], { arch })))];
    expect(tries('xu1', lid, P1, arch)).toBe('pad 2 MiB');
    expect(tries('xu2', lid, P1, arch)).toBe('pad 2 MiB');
    expect(tries('jg', lid, P1, arch)).toBe('mask 32 MiB');
    expect(tries('mw', lid, P1, arch)).toBe('mask 1 GiB');
    const before = { kernel: '6.11.6', facts: policyOf('xu1').apply(factsFor('6.11.6')) };
    expect(resultText(call(machine(space, before), requestOf(P1)))).toBe('0x7ffea3456000');
  });

  it('an order that leaves the 64 bits counts as order 0', () => {
    expect(sizeOfOrder(4096, 18)).toBe(GiB);
    expect(sizeOfOrder(4096, 0)).toBe(4096);
    expect(sizeOfOrder(4096, -22)).toBe(4096);
    expect(sizeOfOrder(4096, 51)).toBe(2 ** 63);
    expect(sizeOfOrder(4096, 52)).toBe(4096);
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
    for (const p of policies) {
      expect(p.short.length).toBeLessThan(30);
      if (p.of !== undefined) {
        const base = policyOf(p.of);
        expect(base.of).toBeUndefined();
        // A variant differs from its base in a side of a choice that both name.
        expect(p.choices.map(c => c.switch)).toEqual(base.choices.map(c => c.switch));
        expect(p.choices).not.toEqual(base.choices);
      }
      if (p.source !== undefined) expect(sourceUrl(p.source)).toMatch(/^https:\/\/[^ ]+$/);
      if (p.group === 'proposal') expect(p.source?.kind).toBe('mail');
    }
    expect(policyOf('shipped').apply(factsFor('7.3'))).toEqual(factsFor('7.3'));
    expect(policyOf('thp').apply(factsFor('7.3')).vfioHook).toBe('thp');
    expect(policyOf('xu1').apply(factsFor('7.3')).vfioHook).toBe('peterxV1');
    expect(() => policyOf('none' as 'thp')).toThrow('no policy none');
  });
});
