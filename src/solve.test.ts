import { describe, expect, it } from 'vitest';
import { archOf } from './arch/index.ts';
import { leafCount } from './leaves/runs.ts';
import { spacePresets } from './scenario/presets.ts';
import { processOf } from './scenario/process.ts';
import { defaultScenario, type Scenario, type SpaceId } from './scenario/scenario.ts';
import { deviceAnswer, prepare, requestOf, solve, trace } from './solve.ts';
import { testVma } from './space/testing.ts';
import { bytes, GiB, KiB, MiB, mod, pa, va } from './units.ts';

interface Change {
  readonly id?: SpaceId;
  readonly machine?: Partial<Scenario['machine']>;
  readonly space?: Partial<Scenario['space']>;
  readonly request?: Partial<Scenario['request']>;
}
const scenario = ({ id = 'scene', machine, space, request }: Change): Scenario => ({
  ...defaultScenario,
  machine: { ...defaultScenario.machine, ...machine },
  space: { ...defaultScenario.space, source: { kind: 'preset', id }, ...space },
  request: { ...defaultScenario.request, ...request },
});

const shipped = (kernel: string) => ({ kernel, policy: 'shipped' }) as const;
const proposed = (policy: 'thp' | 'xu1') => ({ kernel: '7.3', policy }) as const;

/** Start, distance to the physical address modulo 2 MiB and 1 GiB, leaves, tables from PTE up. */
const answer = (s: Scenario) => {
  const { placement, device } = solve(s);
  if (!placement.ok || !device) throw new Error('not placed');
  const distance = placement.start - s.device.bar.base;
  return [
    placement.start,
    mod(distance, 2 * MiB),
    mod(distance, GiB),
    device.leaves.map(run => `${run.count} ${run.kind}`).join(', '),
    device.cost.tables.map(t => t.count).join(' / '),
  ];
};

describe('the figures of the design', () => {
  const unaligned = [0x7ffe_6cc5_4000, 336 * KiB, 0x2cc5_4000, '524288 pte', '1025 / 3 / 1'];
  const pmd = [0x7ffe_6cc0_0000, 0, 0x2cc0_0000, '1024 pmd', '0 / 3 / 1'];
  const pud = [0x7ffe_4000_0000, 0, 0, '2 pud', '0 / 0 / 1'];
  it.each([
    ['7.3', shipped('7.3'), unaligned],
    ['6.18', shipped('6.18'), unaligned],
    ['6.13', shipped('6.13'), unaligned],
    ['6.12.117', shipped('6.12.117'), pmd],
    ['Pighin', proposed('thp'), pmd],
    ['Xu v1', proposed('xu1'), pud],
  ])('scene under %s', (_, machine, expected) => {
    expect(answer(scenario({ machine }))).toEqual(expected);
  });

  it.each([
    ['7.3', shipped('7.3'), [0x7fff_77ff_7000, 0x1f_7000, 0x37ff_7000, '524288 pte', '1025 / 3 / 1']],
    ['Xu v1', proposed('xu1'), [0x7fff_4000_0000, 0, 0, '2 pud', '0 / 0 / 1']],
  ])('bare under %s', (_, machine, expected) => {
    expect(answer(scenario({ id: 'bare', machine }))).toEqual(expected);
  });

  it.each([
    ['7.3', shipped('7.3'), '524288 pte'],
    ['6.12.117', shipped('6.12.117'), '1024 pmd'],
    ['Pighin', proposed('thp'), '1024 pmd'],
    ['Xu v1', proposed('xu1'), '2 pud'],
  ])('qemu under %s', (_, machine, leaves) => {
    expect(answer(scenario({ id: 'qemu', machine }))[3]).toBe(leaves);
  });

  it('the first visit has more than half a million faults', () => {
    const { device } = solve(defaultScenario);
    expect(device?.faults).toBe(524_288);
    expect(device && leafCount(device.leaves)).toBe(524_288);
    expect(device && leafCount(device.best.runs)).toBe(2);
  });
});

describe('the road from scenario to answer', () => {
  it('is the same with what was prepared before', () => {
    const s = scenario({ machine: shipped('6.12.117') });
    const prepared = prepare(s.machine, s.space);
    const { placement, device } = solve(s);
    expect(solve(s, prepared)).toMatchObject({ placement, device });
    expect(trace(s, prepared)).toEqual(trace(s));
    expect(solve(s, prepared).prepared).toBe(prepared);
  });

  it('has no device memory where nothing was placed, or nothing physical', () => {
    const failed = solve(scenario({ request: { length: bytes(0) } }));
    expect(failed).toMatchObject({ placement: { ok: false, refusal: 'length 0' } });
    expect(failed.device).toBeUndefined();
    expect(solve(scenario({ request: { file: 'anon', flags: 2 } })).device).toBeUndefined();
  });

  it('counts in pages where a BAR does not begin one, as Enhanced Allocation may place it', () => {
    const s = scenario({ machine: { arch: 'arm64-16k-48' } });
    const at = (base: number): Scenario => ({
      ...s,
      device: { ...s.device, bar: { ...s.device.bar, base: pa(base) } },
    });
    const own = solve(at(0x4000_0000));
    const off = solve(at(0x4000_1000));
    expect(off.device?.mapping).toEqual(own.device?.mapping);
    expect(off.total?.faults).toBe(131_072);
    expect(off.device?.leaves).toEqual(own.device?.leaves);
  });

  it('puts the BAR index into the file offset of vfio only', () => {
    const offset = bytes(64 * KiB);
    expect(requestOf(scenario({ request: { offset } })).offset).toEqual({
      base: 2 * 2 ** 40 + 64 * KiB,
      rest: 0,
    });
    expect(requestOf(scenario({ request: { offset, file: 'memfd' } }))).toMatchObject({
      offset: { base: 64 * KiB },
      region: undefined,
    });
  });

  it('tells what the faults would do anywhere else', () => {
    const s = scenario({ machine: shipped('7.3') });
    const { leaves } = deviceAnswer(
      s,
      prepare(s.machine, s.space),
      va(0x7ffe_4000_0000),
      va(0x7ffe_c000_0000),
    );
    expect(leaves).toMatchObject([{ kind: 'pud', count: 2 }]);
  });

  it.each(['asc', 'desc', 'middle'] as const)('touched %s: every byte has a leaf', touch => {
    for (const kernel of ['6.1.192', '6.11', '6.12', '6.12.28', '6.12.117', '7.3']) {
      const { device } = solve(scenario({ machine: shipped(kernel), request: { touch } }));
      expect(device?.leaves.reduce((sum, run) => sum + run.count * run.size, 0)).toBe(2 * GiB);
    }
  });

  it('ends the trace with the address', () => {
    const events = trace(scenario({ machine: shipped('7.3') }));
    expect(events.map(e => e.kind)).toEqual(['unaligned', 'search', 'passed', 'taken']);
    expect(events.at(-1)).toMatchObject({ addr: 0x7ffe_6cc5_4000, edge: 0x7ffe_ecc5_4000 });
    expect(trace(scenario({ machine: shipped('6.12.117') })).at(-1)).toMatchObject({
      kind: 'congruent',
      addr: 0x7ffe_6cc0_0000,
    });
  });

  it('refuses a kernel that is none: scenarios hold only what parses', () => {
    expect(() => solve(scenario({ machine: { kernel: 'soon' } }))).toThrow('not a kernel version');
  });
});

describe('the address space of a scenario', () => {
  const arch = archOf('x86_64-4');
  const space = (part: Partial<Scenario['space']>, id: SpaceId = 'bare') =>
    scenario({ id, space: part }).space;

  it('follows the stack limit where the process is not a running one', () => {
    expect(processOf(arch, space({})).layout.mmapBase).toBe(0x7fff_f7ff_f000);
    expect(processOf(arch, space({ stackLimit: GiB })).layout.mmapBase).toBe(0x7fff_bfef_f000);
    expect(processOf(arch, space({ stackLimit: GiB }, 'scene')).layout.mmapBase).toBe(0x7fff_f7ff_f000);
    expect(processOf(arch, space({ stackLimit: GiB })).vmas.find(v => v.name === '[vdso]')?.end).toBe(
      0x7fff_bfef_f000,
    );
  });

  it('takes an mmap_base given by hand', () => {
    expect(processOf(arch, space({ mmapBase: va(0x7fff_0000_0000) }, 'qemu')).layout.mmapBase).toBe(
      0x7fff_0000_0000,
    );
  });

  it('goes up in the legacy layout, from the base of the same random draw', () => {
    expect(processOf(arch, space({ legacy: true })).layout).toEqual({
      mmapBase: 0x7fff_f7ff_f000,
      legacyBase: 0x2aaa_aaaa_b000,
      topDown: false,
    });
    const qemu = processOf(arch, space({ legacy: true }, 'qemu')).layout;
    expect(qemu.topDown).toBe(false);
    expect(qemu.mmapBase - 0x7ffb_ff70_0000).toBe(0x2aaa_aaaa_b000 - qemu.legacyBase);
  });

  it('has a lid where one is asked for', () => {
    const lid = va(0x7fff_2345_6000);
    const { vmas } = processOf(arch, space({ lid }));
    expect(vmas.find(v => v.name === 'lid')).toMatchObject({ start: lid, end: 0x7fff_f7ff_7000 });
    expect(solve(scenario({ id: 'bare', space: { lid } })).placement).toMatchObject({
      start: 0x7ffe_a345_6000,
    });
    // Inside a mapping, or above everything: no room for one.
    for (const none of [va(0x40_0000), va(0x7fff_ffff_f000)])
      expect(processOf(arch, space({ lid: none })).vmas.some(v => v.name === 'lid')).toBe(false);
    const pasted = {
      kind: 'pasted',
      name: '',
      vmas: [testVma(0x40_0000, 0x50_0000)],
      mmapBase: va(0x7fff_f7ff_f000),
    } as const;
    expect(processOf(arch, space({ source: pasted, lid })).vmas.at(-1)).toMatchObject({
      start: lid,
      end: 0x7fff_f7ff_f000,
    });
  });

  it.each(spacePresets.map(p => p.id))('%s can be prepared on every architecture', id => {
    for (const a of ['x86_64-4', 'x86_64-5'] as const)
      expect(solve(scenario({ id, machine: { arch: a } })).placement.ok).toBe(true);
  });
});
