import { describe, expect, it } from 'vitest';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { bytes, GiB, MiB, va } from '../../src/units.ts';
import { withBarSize, withOffset, withRequest } from '../scenario/edit.ts';
import { skippedBytes } from '../scenario/skipped.ts';
import { faultSentence, leavesText, reasonsOf, refusalText, spokenVerdict } from '../scenario/words.ts';
import { plain } from '../ui/Pieces.tsx';
import { fixesOf } from './fix.ts';
import { tracepointLines } from './tracepoint.ts';

/** The scene of the design: 25 VMAs, gaps of known size. */
const scene: Scenario = {
  ...defaultScenario,
  space: { ...defaultScenario.space, source: { kind: 'preset', id: 'scene' } },
};
const on = (kernel: string, s = scene): Scenario => ({ ...s, machine: { ...s.machine, kernel } });
const policy = (id: Scenario['machine']['policy']): Scenario => ({
  ...scene,
  machine: { ...scene.machine, policy: id },
});
const reasons = (s: Scenario): readonly string[] =>
  reasonsOf(s, solve(s), trace(s)).map(r => `${r.mark} ${r.head}. ${plain(r.body)}`);
const faults = (s: Scenario): string => {
  const { device } = solve(s);
  if (device === undefined) throw new Error('not placed');
  return faultSentence(device);
};

describe('the verdict in words', () => {
  it('counts faults as the era has them', () => {
    expect(faults(scene)).toBe('one fault each.');
    expect(faults(on('6.1.192'))).toBe('1 fault maps all 524,288 PTEs.');
    expect(faults(on('5.4'))).toBe('no fault: mmap() itself maps all 524,288 PTEs.');
    expect(faults(policy('xu1'))).toBe('two faults map it all.');
  });

  it('names mixed leaves, large first', () => {
    const { device } = solve(on('6.12'));
    expect(leavesText(device?.leaves ?? [])).toBe('1 PUD and 512 PMD leaves');
  });

  it('is spoken whole', () => {
    expect(spokenVerdict(scene, solve(scene), trace(scene))).toBe(
      '524,288 PTE leaves, 524,288 faults. Best possible: 2 PUD leaves. At 0x7ffe_6cc5_4000.',
    );
  });
});

describe('reasons', () => {
  it('tell the two distances of the design and why nothing was aligned', () => {
    expect(reasons(scene)).toEqual([
      'no PUD. From a 1 GiB boundary of VA to the next one of PA is 716.33 MiB: vfio_pci_mmap_huge_fault falls back. c1d9dac0db16',
      'no PMD. Same test at 2 MiB, 336 KiB apart.',
      'so Placement. vfio has no get_unmapped_area, so no alignment was asked for since 6.13. 34d7cf637c43',
    ]);
  });

  it('tell how 6.12 aligns, and what 6.12.0 corrupts', () => {
    expect(reasons(on('6.12.117')).at(-1)).toBe(
      'so Placement. thp_get_unmapped_area asks for 2 MiB more and goes to an address congruent to the file offset modulo 2 MiB. ed48e87c7df3',
    );
    expect(reasons(on('6.12'))[0]).toMatch(/^no Corrupt\. 1 PUD leaf holds a PFN that is not a multiple/);
  });

  it('say once that a kernel is too old', () => {
    expect(reasons(on('6.1.192'))[0]).toBe(
      'no PUD, PMD. Linux maps device memory with it since 6.12. 75182022a043',
    );
  });

  it('say that all fits where it does', () => {
    expect(reasons(policy('xu1'))[0]).toMatch(/^yes VA and PA agree\. Modulo 1 GiB/);
  });
});

describe('refusals', () => {
  it('carry the numbers', () => {
    const long = withRequest({ length: bytes(3 * GiB) })(scene);
    expect(refusalText(long, solve(long), trace(long))).toEqual({
      errno: 'EINVAL',
      text: 'A length of 3 GiB ends 1 GiB beyond the 2 GiB BAR.',
    });
    const low = { ...scene, space: { ...scene.space, mmapBase: va(2 * GiB) } };
    const solution = solve(low, prepare(low.machine, low.space));
    if (!solution.placement.ok)
      expect(refusalText(low, solution, trace(low))?.text).toMatch(/^No gap has room for 2 GiB\./);
  });
});

describe('fixes', () => {
  it('move the mapping to the address of the design, and it works', () => {
    const [fix] = fixesOf(scene, solve(scene));
    expect(plain(fix?.text ?? [])).toBe('Start 716.33 MiB lower, at 0x7ffe_4000_0000, and 2 PUD leaves fit.');
    const fixed = fix?.action?.update(scene);
    if (fixed === undefined) throw new Error('no action');
    expect(solve(fixed).device?.faults).toBe(2);
    expect(fixesOf(fixed, solve(fixed))).toEqual([]);
  });
});

describe('the address space skipped', () => {
  it('is that of the design', () => {
    const skipped = (s: Scenario) => skippedBytes(solve(s).placement, trace(s));
    expect(skipped(scene)).toBe(0);
    expect(skipped(on('6.12.117'))).toBe(336 * 1024);
    expect(skipped(policy('xu1'))).toBe(0x2cc5_4000);
    expect(skipped(withRequest({ hint: 0x7ffe_4000_0000 })(scene))).toBeUndefined();
  });
});

describe('the tracepoint', () => {
  it('prints what the kernel would', () => {
    const lines = (s: Scenario) => tracepointLines(trace(s));
    expect(lines(scene)).toEqual([
      'vm_unmapped_area: addr=0x7ffe6cc54000 flags=0x1 len=0x80000000 lo=0x1000 hi=0x7ffff7fff000 mask=0x0 ofs=0x20000000000',
    ]);
    expect(lines(policy('xu1'))).toEqual([
      'vm_unmapped_area: addr=0x7ffe2cc54000 flags=0x1 len=0xc0000000 lo=0x1000 hi=0x7ffff7fff000 mask=0x0 ofs=0x3880000000',
    ]);
  });
});

describe('edits', () => {
  it('let the length follow the BAR, and stay inside it', () => {
    expect(withBarSize(4 * GiB)(scene).request.length).toBe(4 * GiB);
    expect(withOffset(512 * MiB)(scene).request.length).toBe(1536 * MiB);
    const part = withRequest({ length: bytes(GiB) })(scene);
    expect(withBarSize(4 * GiB)(part).request.length).toBe(GiB);
    expect(withOffset(1536 * MiB)(part).request.length).toBe(512 * MiB);
    expect(withBarSize(512 * MiB)(part).request.length).toBe(512 * MiB);
  });
});
