import { describe, expect, it } from 'vitest';
import type { PolicyId } from './placement/policies.ts';
import { defaultScenario, type Hole, type Scenario } from './scenario/scenario.ts';
import { prepare, solve, trace } from './solve.ts';
import { bytes, GiB, KiB, MiB, va } from './units.ts';

/** 2 GiB of BAR below an odd address, with holes. */
const scene = (policy: PolicyId, holes: readonly (readonly [number, number])[] = []): Scenario => ({
  ...defaultScenario,
  machine: { ...defaultScenario.machine, policy },
  device: {
    ...defaultScenario.device,
    ranges: [],
    holes: holes.map(([offset, size]): Hole => ({ offset: bytes(offset), size: bytes(size) })),
  },
  space: {
    ...defaultScenario.space,
    source: { kind: 'preset', id: 'bare' },
    lid: va(0x7fff_2345_6000),
  },
});
const MSIX = [[0x2000, 4 * KiB]] as const;
const leavesOf = (s: Scenario): string =>
  solve(s)
    .parts.map(part => part.leaves.map(r => `${r.count} ${r.kind}`).join(' '))
    .join(' | ');

describe('a BAR without holes', () => {
  it('is one part, and the total is that part', () => {
    const { device, parts, total, steps } = solve(scene('shipped'));
    expect(parts).toEqual([device]);
    expect(total).toBe(device);
    expect(steps).toEqual([]);
  });

  it('is unmoved by holes outside the range', () => {
    const s = scene('shipped', [[GiB, GiB]]);
    const half = { ...s, request: { ...s.request, length: bytes(GiB) } };
    expect(solve(half).device?.mapping).toEqual(
      solve({ ...half, device: { ...half.device, holes: [] } }).device?.mapping,
    );
  });
});

describe('a BAR with a hole', () => {
  it('is mapped area by area on a growing address space, by the kernel chosen', () => {
    const { parts, placement, total } = solve(scene('shipped', MSIX));
    expect(parts.map(p => [p.mapping.start, p.mapping.end])).toEqual([
      [0x7fff_2345_4000, 0x7fff_2345_6000],
      [0x7fff_2345_4000 - 0x7fff_d000, 0x7fff_2345_4000],
    ]);
    expect(placement).toMatchObject({ start: 0x7fff_2345_4000 });
    expect(parts.map(p => p.mapping.pa - defaultScenario.device.bar.base)).toEqual([0, 0x3000]);
    expect(total?.faults).toBe(2 + 0x7_fffd);
  });

  it('keeps its distances in one reservation of QEMU’s, and loses them area by area', () => {
    expect(leavesOf(scene('qemu', MSIX))).toBe('2 pte | 509 pte 511 pmd 1 pud');
    expect(leavesOf(scene('qemu9', MSIX))).toBe(`2 pte | ${0x7_fffd} pte`);
    expect(leavesOf(scene('chv', MSIX))).toBe(`2 pte | ${0x7_fffd} pte`);
    expect(leavesOf(scene('xu1', MSIX))).toBe('2 pte | 509 pte 511 pmd 1 pud');
  });

  it('counts tables over all parts at once', () => {
    const { parts, total } = solve(scene('qemu', MSIX));
    const tables = (list: readonly { readonly count: number }[]) => list.map(t => t.count);
    // Both flanks share a PTE table, a PMD table and a PUD table.
    expect(tables(total?.cost.tables ?? [])).toEqual([1, 1, 1]);
    expect(parts.map(p => tables(p.cost.tables))).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(total?.leaves).toEqual(parts.flatMap(p => p.leaves));
    expect(total?.cost.tlbEntries).toBe(2 + 509 + 511 + 1);
  });

  it('takes one fault a mapping on kernels that fill a VMA at once', () => {
    const s = scene('shipped', MSIX);
    const old = { ...s, machine: { ...s.machine, kernel: '6.1.192' } };
    expect(solve(old).total).toMatchObject({ faults: 2, cost: { faults: 2 } });
  });

  it('may leave nothing to map', () => {
    for (const policy of ['shipped', 'qemu', 'chv'] as const)
      expect(solve(scene(policy, [[0, 2 * GiB]])).placement).toMatchObject({
        ok: false,
        refusal: 'holes leave nothing to map',
      });
  });

  it('fails as a whole where one area fails', () => {
    const s = scene('shipped', MSIX);
    const long = { ...s, request: { ...s.request, length: bytes(4 * GiB) } };
    expect(solve(long)).toMatchObject({
      placement: { ok: false, refusal: 'beyond the end of the BAR' },
      parts: [],
      device: undefined,
      total: undefined,
    });
  });
});

describe('programs', () => {
  it('give their steps, and the trace of the reservation', () => {
    const s = scene('qemu');
    expect(solve(s).steps.map(step => step.kind)).toEqual(['reserve', 'roundUp', 'unmap', 'unmap', 'map']);
    expect(trace(s).find(e => e.kind === 'search')).toMatchObject({ length: 3 * GiB + 2 * MiB });
    expect(trace(s).filter(e => e.kind === 'taken')).toHaveLength(1);
    expect(trace(scene('chv52')).filter(e => e.kind === 'taken')).toHaveLength(1);
  });

  it('pay no heed to what mmap() would be asked otherwise', () => {
    const s = scene('qemu');
    const hinted = { ...s, request: { ...s.request, hint: 0x6000_0000_0000 } };
    expect(solve(hinted).device?.mapping).toEqual(solve(s).device?.mapping);
  });

  it('are for devices only', () => {
    const s = scene('qemu');
    const anon: Scenario = { ...s, request: { ...s.request, file: 'anon', flags: 2 } };
    expect(solve(anon)).toMatchObject({ placement: { ok: true }, steps: [], parts: [] });
  });

  it('take a prepared machine as it comes', () => {
    const s = scene('qemu', MSIX);
    const prepared = prepare(s.machine, s.space);
    const { placement, steps, parts } = solve(s);
    expect(solve(s, prepared)).toMatchObject({ placement, steps, parts });
    expect(prepared.mm.space.vmas).toEqual(prepare(s.machine, s.space).mm.space.vmas);
  });
});

describe('no MMU', () => {
  it('has no address to give, and a reason', () => {
    expect(solve(scene('nommu'))).toMatchObject({
      placement: { ok: false, refusal: 'no MMU' },
      device: undefined,
      parts: [],
    });
    expect(trace(scene('nommu'))).toEqual([]);
  });
});
