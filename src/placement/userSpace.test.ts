import { describe, expect, it } from 'vitest';
import { lidAt } from '../space/testing.ts';
import { type Bytes, bytes, GiB, KiB, MiB, pa } from '../units.ts';
import { errnoName } from './errno.ts';
import {
  cloudHypervisor,
  type Device,
  eachAsItComes,
  type Outcome,
  qemuByArea,
  qemuByRegion,
  type Step,
  type UserRule,
} from './policies/userSpace.ts';
import { mmapInto, munmapFrom, type Process } from './process.ts';
import { ordinaryLimits } from './request.ts';
import { type MachineInput, machine } from './testing.ts';

type Area = readonly [offset: number, size: number];

const hex = (n: number): string => `0x${n.toString(16)}`;

const processAt = (lid: number, input: MachineInput = {}): Process => ({
  mm: machine(lidAt(lid), input),
  limits: ordinaryLimits,
});

const deviceOf = (size: number, areas: readonly Area[]): Device => ({
  index: 2,
  region: { phys: pa(0x3800_0000_0000), size: bytes(size), mappable: true },
  areas: areas.map(([offset, length]) => ({ offset: bytes(offset), size: bytes(length) })),
  prot: 3,
});

const starts = (o: Outcome): string => o.mappings.map(m => hex(m.start)).join(' ');
const bases = (o: Outcome): string =>
  o.steps.flatMap(s => (s.kind === 'reserve' ? [hex(s.start)] : [])).join(' ');

/** A step in a line. */
const word = (step: Step): string => {
  switch (step.kind) {
    case 'reserve':
      return `reserve ${hex(step.start)} ${hex(step.end)}`;
    case 'roundUp':
      return `round ${hex(step.from)} to ${hex(step.to)}`;
    case 'unmap':
      return `unmap ${step.part} ${hex(step.start)} ${hex(step.end)}`;
    case 'map':
      return `map ${hex(step.start)} ${hex(step.end)} from ${hex(step.offset)}${step.fixed ? '' : ', not fixed'}`;
    case 'failed':
      return `${step.call} failed at ${hex(step.offset)}`;
  }
};

const M16 = 0x100_0000;
const lidHigh = 0x7fff_0000_0000;
const lidOdd = 0x7fff_2345_6000;
const holed: readonly Area[] = [
  [0, 0x40_0000],
  [0x41_0000, 0xbf_0000],
];

/** Run on 6.18.44: bases of the reservations, then the final addresses. */
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
  it.each(rows)('%s', (id, lid, region, areas, base, final) => {
    const rule = id.endsWith('a') ? qemuByArea : qemuByRegion;
    const got = rule(processAt(lid), deviceOf(region, areas));
    expect(`${id} ${bases(got)}`).toBe(`${id} ${base}`);
    expect(`${id} ${starts(got)}`).toBe(`${id} ${final}`);
    for (const m of got.mappings) {
      expect(m.pa).toBe(0x3800_0000_0000 + m.offset);
      // The new rule keeps addresses congruent to the offset in the region.
      const align = Math.min(2 ** Math.ceil(Math.log2(region)), GiB);
      if (rule === qemuByRegion) expect((m.start - m.offset) % align).toBe(0);
    }
  });

  it('finds an unaligned reservation on 6.6, and the same final address', () => {
    const got = qemuByRegion(processAt(lidOdd, { kernel: '6.6.50' }), deviceOf(GiB, [[0, GiB]]));
    expect(bases(got)).toBe('0x7ffea3456000');
    expect(starts(got)).toBe('0x7ffec0000000');
  });

  it('9.2 takes its steps area by area', () => {
    expect(qemuByArea(processAt(lidOdd), deviceOf(M16, holed)).steps.map(word)).toEqual([
      'reserve 0x7fff22c00000 0x7fff23400000',
      'round 0x7fff22c00000 to 0x7fff22c00000',
      'unmap tail 0x7fff23000000 0x7fff23400000',
      'map 0x7fff22c00000 0x7fff23000000 from 0x0',
      'reserve 0x7fff22000000 0x7fff22c00000',
      'round 0x7fff22000000 to 0x7fff22000000',
      'unmap tail 0x7fff22bf0000 0x7fff22c00000',
      'map 0x7fff22000000 0x7fff22bf0000 from 0x410000',
    ]);
  });

  it('today takes its steps in one reservation, with a hole for the MSI-X table', () => {
    const areas: readonly Area[] = [
      [0x1000, 0x3f_f000],
      [0x41_0000, 0xb0_0000],
    ];
    expect(qemuByRegion(processAt(lidOdd), deviceOf(M16, areas)).steps.map(word)).toEqual([
      'reserve 0x7fff21400000 0x7fff23400000',
      'round 0x7fff21400000 to 0x7fff22000000',
      'unmap head 0x7fff21400000 0x7fff22000000',
      'unmap tail 0x7fff23000000 0x7fff23400000',
      'unmap gap 0x7fff22000000 0x7fff22001000',
      'map 0x7fff22001000 0x7fff22400000 from 0x1000',
      'unmap gap 0x7fff22400000 0x7fff22410000',
      'map 0x7fff22410000 0x7fff22f10000 from 0x410000',
      'unmap tail 0x7fff22f10000 0x7fff23000000',
    ]);
  });

  it('leaves nothing of the reservation behind', () => {
    for (const rule of [qemuByArea, qemuByRegion, cloudHypervisor]) {
      const start = processAt(lidOdd);
      const { process, mappings } = rule(start, deviceOf(M16, holed));
      const fresh = process.mm.space.vmas.filter(v => !start.mm.space.vmas.includes(v));
      expect(fresh.map(v => [v.name, v.perms, v.start, v.end])).toEqual(
        mappings
          .map(m => ['vfio', 'rw-s', m.start as number, m.end as number] as const)
          .sort((a, b) => a[2] - b[2]),
      );
    }
  });
});

describe('Cloud Hypervisor', () => {
  const place = (rule: UserRule, size: number, areas: readonly Area[]) =>
    starts(rule(processAt(lidOdd), deviceOf(size, areas)));

  it('aligns whole regions to the next power of two, at most 1 GiB', () => {
    expect(place(cloudHypervisor, M16, [[0, M16]])).toBe('0x7fff22000000');
    expect(place(cloudHypervisor, 3 * GiB, [[0, 3 * GiB]])).toBe('0x7ffe40000000');
    expect(place(cloudHypervisor, 0x2f_00f0_0000, [[0, 0x2f_00f0_0000]])).toBe('0x7fd000000000');
  });

  it('aligns an area behind a hole to 0, so no leaf fits there', () => {
    const start = Number(place(cloudHypervisor, M16, [[0x1_0000, 0xff_0000]]));
    expect(start % M16).toBe(0);
    expect((start - 0x1_0000) % (2 * MiB)).not.toBe(0);
  });

  it('maps a single page as it comes', () => {
    const steps = cloudHypervisor(processAt(lidOdd), deviceOf(4 * KiB, [[0, 4 * KiB]])).steps.map(word);
    expect(steps).toEqual(['map 0x7fff23455000 0x7fff23456000 from 0x0, not fixed']);
  });

  it('up to v52 left it all to the kernel, area by area', () => {
    expect(place(eachAsItComes, M16, holed)).toBe('0x7fff23056000 0x7fff22466000');
  });
});

describe('a program', () => {
  const rules = [qemuByArea, qemuByRegion, cloudHypervisor, eachAsItComes];
  const textOf = (o: Outcome): string =>
    o.placement.ok ? 'ok' : `${errnoName(o.placement.errno)}: ${o.placement.refusal}`;

  it('gets the kernel’s refusal for what the region does not have', () => {
    for (const rule of rules) {
      const p = processAt(lidOdd);
      expect(textOf(rule(p, deviceOf(M16, [[0, M16 + 4096]])))).toBe('EINVAL: beyond the end of the BAR');
      expect(textOf(rule(p, deviceOf(M16, [[0, 0]])))).toBe('EINVAL: length 0');
    }
  });

  it('fails where its reservation does, though the mapping alone would fit', () => {
    const size = 0xc_0000_0000;
    // Below the lid is room for the size, but not for 1 GiB more, and above mmap_base there is less.
    const tight = processAt(0xc_2000_0000);
    expect(textOf(eachAsItComes(tight, deviceOf(size, [[0, size]])))).toBe('ok');
    for (const rule of [qemuByArea, qemuByRegion, cloudHypervisor]) {
      const got = rule(tight, deviceOf(size, [[0, size]]));
      expect(textOf(got)).toBe('ENOMEM: no gap fits');
      expect(got.steps.map(word)).toEqual(['reserve failed at 0x0']);
      expect(got.mappings).toEqual([]);
      expect(got.process).toBe(tight);
    }
  });

  it('fails at the first area that the kernel refuses', () => {
    const odd = deviceOf(M16, holed);
    const unmappable = { ...odd, region: { ...odd.region, mappable: false } };
    for (const rule of rules)
      expect(textOf(rule(processAt(lidOdd), unmappable))).toBe('EINVAL: not a mappable BAR');
  });
});

describe('an address space that grows', () => {
  const size = (n: number): Bytes => bytes(n);
  const at = (p: Process, start: number, end: number): Process =>
    mmapInto(
      p,
      {
        file: 'anon',
        hint: { base: start, rest: 0 },
        length: { base: end - start, rest: 0 },
        offset: { base: 0, rest: 0 },
        prot: 7,
        flags: 0x12,
        region: undefined,
        hugePage: size(2 * MiB),
        shmemEnabled: 'never',
        shadowStack: false,
      },
      'x',
    ).process;
  const ranges = (p: Process): string =>
    p.mm.space.vmas.map(v => `${v.start.toString(16)}-${v.end.toString(16)}`).join(' ');
  const empty: Process = { mm: machine([]), limits: ordinaryLimits };

  it('replaces what MAP_FIXED overlaps', () => {
    const one = at(empty, 0x10_0000, 0x20_0000);
    expect(ranges(at(one, 0x14_0000, 0x18_0000))).toBe('100000-140000 140000-180000 180000-200000');
    expect(ranges(at(one, 0x18_0000, 0x28_0000))).toBe('100000-180000 180000-280000');
    expect(ranges(at(one, 0x8_0000, 0x28_0000))).toBe('80000-280000');
    expect(ranges(at(one, 0x20_0000, 0x28_0000))).toBe('100000-200000 200000-280000');
    expect(one.mm.space.vmas[0]?.perms).toBe('rwxp');
  });

  it('splits and empties by munmap()', () => {
    const two = at(at(empty, 0x10_0000, 0x20_0000), 0x30_0000, 0x40_0000);
    expect(ranges(munmapFrom(two, 0x14_0000, 0x18_0000))).toBe('100000-140000 180000-200000 300000-400000');
    expect(ranges(munmapFrom(two, 0x18_0000, 0x38_0000))).toBe('100000-180000 380000-400000');
    expect(ranges(munmapFrom(two, 0, 0x50_0000))).toBe('');
    expect(ranges(munmapFrom(two, 0x20_0000, 0x30_0000))).toBe(ranges(two));
  });
});
