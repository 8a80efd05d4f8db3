import { describe, expect, it } from 'vitest';
import { leafCount } from '../../src/leaves/runs.ts';
import { leavesText } from '../../src/leaves/words.ts';
import { skippedBytes } from '../../src/placement/skipped.ts';
import { tracepointLines } from '../../src/placement/tracepoint.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { prepare, type Solution, solve, trace } from '../../src/solve.ts';
import { bytes, GiB, MiB, va } from '../../src/units.ts';
import { withBarSize, withOffset, withRequest } from '../scenario/edit.ts';
import { reasonsOf } from '../scenario/reasons.ts';
import { bestPieces, faultSentence, leavesElsewhere, refusalText, spokenVerdict } from '../scenario/words.ts';
import { readHash } from '../state/links.ts';
import { eventsOf, solutionOf } from '../state/solution.ts';
import { plain } from '../ui/Pieces.tsx';
import { fixesOf } from './fix.ts';
import { type Others, othersInSteps, othersSentence } from './others.ts';
import { fitsOf } from './verdict/fit.ts';

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
/** The Scenario of a link. */
const linked = (hash: string): Scenario => readHash(hash).scenario;
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
      'no PUD. From a 1 GiB boundary of VA to the next one of PA is 716.33 MiB: vfio_pci_mmap_huge_fault falls back (Linux 6.13, 09dfc8a5f2ce).',
      'no PMD. Same test at 2 MiB, 336 KiB apart.',
      'so Placement. vfio has no get_unmapped_area, so the search is not aligned (Linux 6.13, 34d7cf637c43) and takes the top of the first gap with room for 2 GiB, below 0x7ffe_ecc5_4000.',
    ]);
  });

  it('tell how 6.12 aligns, and what 6.12.0 corrupts', () => {
    expect(reasons(on('6.12.117')).at(-1)).toBe(
      'so Placement. thp_get_unmapped_area asks for 2 MiB more and goes to an address congruent to the file offset modulo 2 MiB (Linux 6.10, ed48e87c7df3).',
    );
    expect(reasons(on('6.12'))[0]).toMatch(/^no Corrupt\. 1 PUD leaf holds a PFN that is not a multiple/);
  });

  it('say once that a kernel is too old', () => {
    expect(reasons(on('6.1.192'))[0]).toBe(
      'no PUD, PMD. Linux maps device memory with leaves of this kind since 6.12. 75182022a043',
    );
  });

  it('name the release of the series that a change came with, and the change behind each rule', () => {
    const said = (hash: string): string => reasons(linked(hash)).join('\n');
    expect(said('#1&k=6.12.117')).toContain('falls back (Linux 6.12.10, 09dfc8a5f2ce).');
    expect(said('#1&k=6.12.117&len=2G-4K')).toContain(
      'No alignment: the length is not a multiple of PMD_SIZE (Linux 6.12, d4148aeab412); the search takes the top of the first gap with room for 2 GiB − 4 KiB, below 0x7f42_d40e_3000.',
    );
  });

  it('say once what is alike for all sizes, in the words of the smallest', () => {
    expect(reasons(linked('#1&len=64K'))[0]).toBe(
      'no PUD, PMD. The mapping has 64 KiB, less than one block of 2 MiB.',
    );
    expect(reasons(linked('#1&k=6.12.28&hint=0x7f42_4000_0000&t=desc'))[0]).toMatch(
      /^no PUD, PMD\. 2 GiB at/,
    );
  });

  it('do not speak of a search where the hint was taken', () => {
    expect(reasons(linked('#1&hint=0x7f42_4000_0000')).slice(1)).toEqual([
      'so Placement. The hint 0x7f42_4000_0000 is free, so it is taken as it is.',
    ]);
  });

  it('spell out a guard, a search without room and the parts behind a hole', () => {
    const said = (hash: string): string => reasons(linked(hash)).join('\n');
    expect(said('#1&bar=2@0x38_8000_0000+128M&as=scene&base=0x7fff_ffff_f000&len=127M')).toContain(
      'The gap of 127.87 MiB below 0x7fff_fffd_e000 keeps 1 MiB free, the guard of what grows down into it: vm_unmapped_area tries again below 0x7fff_ffed_e000 (Linux 6.3, 58c5d0d6d522).',
    );
    expect(said('#1&fl=shared.32bit')).toBe(
      'no Search. vm_unmapped_area was asked for 2 GiB, between 0x4000_0000 and 0x8000_0000, 1 GiB apart.',
    );
    expect(said('#1&p=qemu9&bar=0@0xfc00_0000+16M&others=&holes=0x40_0000+64K&len=16M')).toContain(
      'no PMD, part 2. The part at PA 0xfc41_0000 is 1.94 MiB off modulo 2 MiB.',
    );
  });

  it('tell of several mappings the one looked at, and of the others how far they miss', () => {
    const said = (hash: string): readonly string[] => {
      const s = linked(hash);
      return reasonsOf(s, solutionOf(s), eventsOf(s)).map(r => `${r.mark} ${r.head}. ${plain(r.body)}`);
    };
    const holes = '#1&as=scene&holes=0x1000_0000+4K&len=512M';
    expect(said(holes).slice(-2)).toEqual([
      'no PMD, part 2. The part at PA 0x38_9000_1000 is 336 KiB off modulo 2 MiB.',
      // The first call asks for what lies before the hole.
      'so Placement. vfio has no get_unmapped_area, so the search is not aligned (Linux 6.13, 34d7cf637c43) and takes the top of the first gap with room for 256 MiB, below 0x7ffe_ecc5_4000.',
    ]);
    expect(said(`${holes}&part=2`)).toEqual([
      'no PUD. The mapping has 256 MiB − 4 KiB, less than one block of 1 GiB.',
      'no PMD. From a 2 MiB boundary of VA to the next one of PA is 336 KiB: vfio_pci_mmap_huge_fault falls back (Linux 6.13, 09dfc8a5f2ce).',
      'no PMD, part 1. The part at PA 0x38_8000_0000 is 336 KiB off modulo 2 MiB.',
      'so Placement, part 1. vfio has no get_unmapped_area, so the search is not aligned (Linux 6.13, 34d7cf637c43) and takes the top of the first gap with room for 256 MiB, below 0x7ffe_ecc5_4000.',
    ]);
    // A further range has a physical address of its own.
    expect(said('#1&as=scene&ranges=1G@0x50_0010_0000&part=2')[0]).toBe(
      'no PUD. No whole 1 GiB block of 1 GiB from PA 0x50_0010_0000: the first sticks out 1 MiB below, the last 1,023 MiB above. No address helps.',
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

const fixes = (s: Scenario): readonly string[] => fixesOf(s, solve(s)).map(f => plain(f.text));
const leavesAfter = (s: Scenario): readonly (number | undefined)[] =>
  fixesOf(s, solve(s)).map(f => {
    const next = f.action && solve(f.action.update(s));
    return next?.device && leafCount(next.device.leaves);
  });

describe('fixes that were tried', () => {
  it('say what is needed but not enough', () => {
    expect(fixes(linked('#1&thp=never&k=7.2'))).toEqual([
      'Needed, but not enough: set transparent_hugepage/enabled to always.',
      'Needed, but not enough: Linux 7.3 ignores transparent_hugepage/enabled for device memory, as 7.2.8, 6.18.54 and 6.12.115 do. e384abeb559d',
    ]);
    expect(fixes(linked('#1&k=6.1.192&hint=0x7f42_4000_1000'))).toEqual([
      'Needed, but not enough: Linux 6.12.10 and newer map device memory with larger leaves here.',
    ]);
  });

  it.each([
    ['#1&k=6.1.192', 1024],
    ['#1&k=7.2&p=xu1&thp=never', 2],
    ['#1&k=7.2&p=xu1&thp=madvise', 2],
    ['#1&p=xu1&adv=nohuge', 2],
    ['#1&k=6.12.28&p=xu1&t=desc', 2],
    ['#1', 2],
  ])('%s: the first one gives %d leaves', (hash, count) => {
    expect(leavesAfter(linked(hash))[0]).toBe(count);
  });

  it('call no place taken that is free', () => {
    // In this era only ascending touches give what the place would.
    const desc = linked('#1&as=scene&k=6.12.20&len=16M&t=desc&hint=0x7fff_f4c0_1000');
    expect(fixes(desc)).toEqual([
      'Start 4 KiB lower, at 0x7fff_f4c0_0000, touch the pages in ascending order, and 8 PMD leaves fit.',
    ]);
    expect(leavesAfter(desc)).toEqual([8]);
    // A program follows no hint.
    expect(fixes(linked('#1&p=chv52&off=1M&len=1G'))).toEqual([
      'Start at an address congruent to 0x10_0000 modulo 2 MiB; this program does not look for one.',
    ]);
    // A hint moves the mapping before the hole only.
    const second = linked('#1&as=scene&holes=0x1000_0000+4K&part=2');
    expect(fixesOf(second, solutionOf(second))).toEqual([]);
  });

  it('lead a refused request to a mapping', () => {
    for (const hash of ['#1&len=4G', '#1&off=1G&len=2G', '#1&fl=private', '#1&len=0', '#1&lid=0x4000_0000']) {
      const s = linked(hash);
      const solution = solve(s);
      if (solution.placement.ok) continue;
      const [fix] = fixesOf(s, solution);
      if (fix?.action === undefined) throw new Error(`${hash} has no fix`);
      expect(solve(fix.action.update(s)).placement.ok).toBe(true);
    }
    expect(fixesOf(linked('#1&len=4G'), solve(linked('#1&len=4G')))[0]?.action?.label).toBe('Map it whole');
  });
});

describe('who would do better', () => {
  const othersOf = (s: Scenario, solution: Solution): readonly Others[] => {
    const steps = othersInSteps(s, solution);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  };
  const others = (hash: string): readonly string[] => {
    const s = linked(hash);
    return othersOf(s, solve(s)).map(o =>
      othersSentence(o)
        .map(p => (typeof p !== 'string' && 'other' in p ? `[${p.other.label}]` : plain([p])))
        .join(''),
    );
  };

  it('is merged by equal result, the best first, with what programs reserve', () => {
    expect(others('#1')).toEqual([
      '2 PUD leaves with [QEMU 2026], [QEMU 9.2] and [Cloud Hypervisor] (reserves 3 GiB); proposed: [Xu v1], [Xu v2], [Gunthorpe], [Wilcox] and [Start PFN].',
      '1,024 PMD leaves with [Linux 6.12.117]; proposed: [THP helper].',
    ]);
    expect(others('#1&k=6.1.192')).toEqual(['1,024 PMD leaves with [Linux 6.12.117].']);
  });

  it('is nobody where nothing is left to win, or nothing of a device is mapped', () => {
    for (const hash of ['#1&hint=0x7f42_4000_0000', '#1&len=64K', '#1&f=anon&fl=private', '#1&len=4G'])
      expect(others(hash)).toEqual([]);
  });

  it.each([
    '#1',
    '#1&as=qemu-run',
    '#1&p=thp',
    '#1&k=6.12&as=scene',
    '#1&off=4K&len=2G-4K',
    '#1&a=arm64-64k-48&as=bare',
  ])('%s: choosing a name gives what was promised, and more than there was', hash => {
    const s = linked(hash);
    const now = solve(s);
    const groups = othersOf(s, now);
    expect(groups.length).toBeGreaterThan(0);
    for (const { result, today, proposed } of groups)
      for (const { update } of [...today, ...proposed]) {
        const then = solve(update(s));
        expect(leavesText(then.total?.leaves ?? [])).toBe(plain(result));
        expect(then.total?.leaves.some(run => run.corrupt)).toBe(false);
      }
  });
});

describe('the table of sizes', () => {
  const there = (hash: string): readonly boolean[] => {
    const { device } = solve(linked(hash));
    return device === undefined ? [] : fitsOf(device).map(f => f.there);
  };
  it('says what is there, not what could be', () => {
    expect(there('#1&k=6.12.28&p=xu1&t=desc')).toEqual([false, false, true]);
    expect(there('#1&len=4K&hint=0x7f00_8000_0000')).toEqual([false, false, true]);
    expect(there('#1&p=xu1')).toEqual([true, true, true]);
    expect(there('#1&k=6.12')).not.toContain(undefined);
  });
});

describe('what could be better', () => {
  const best = (hash: string): string => {
    const s = linked(hash);
    const { device } = solve(s);
    return device === undefined ? '' : plain(bestPieces(s, device));
  };
  it('speaks of this kernel and these settings, and of cost', () => {
    expect(best('#1&k=6.1.192&as=scene')).toMatch(
      /^Linux 6\.1\.192 can do no fewer leaves with these settings; the/,
    );
    expect(best('#1&p=xu1')).toBe('Linux 7.3 with this proposal can do no better with these settings.');
    expect(best('#1')).toBe('Best possible: 2 PUD leaves.');
  });
});

describe('requests that are not as they seem', () => {
  const said = (hash: string): string => reasons(linked(hash)).join('\n');
  it('tell how a hint is rounded', () => {
    expect(said('#1&hint=0x1388&len=4K')).toContain('0x1388 is raised to mmap_min_addr, 0x1_0000.');
    expect(said('#1&hint=1')).toContain('The hint 0x1 rounds down to 0: no hint.');
    expect(said('#1&hint=0x7f00_0000_0001')).toContain('rounded down to a page, 0x7f00_0000_0000.');
    expect(said('#1&hint=0x7f00_0000_0000')).not.toContain('round');
  });

  it('tell what MAP_FIXED unmaps', () => {
    expect(said('#1&as=bare&hint=0x7fff_fffd_e000&len=128K&fl=shared.fixed')).toContain(
      'no Unmaps. MAP_FIXED unmaps what is there: 1 mapping, 128 KiB of [stack].',
    );
    expect(said('#1&as=bare&hint=0x7f00_0000_0000&fl=shared.fixed')).not.toContain('unmaps');
    const one = linked('#1&as=bare&hint=0x7fff_fffd_e000&len=128K&fl=shared.fixed');
    expect(spokenVerdict(one, solve(one), trace(one))).toContain('It unmaps 1 mapping that lay there.');
  });

  it('explain what hugetlb skips', () => {
    expect(said('#1&f=hugetlbFile')).toContain(
      'hugetlb asks the search for a multiple of the huge page, 2 MiB',
    );
  });

  it('begin the largest gap where the search begins', () => {
    const gap = (kernel: string): string => {
      const s = linked(`#1&as=bare&f=anon&fl=private&len=128T-8K&k=${kernel}`);
      return refusalText(s, solve(s), trace(s))?.text ?? '';
    };
    const low = linked('#1&as=bare&f=anon&fl=private&len=3G&base=0x4000_0000');
    expect(refusalText(low, solve(low), trace(low))?.text ?? '').not.toContain('at 0x1000.');
    expect(gap('7.3')).toContain('The largest gap has');
  });

  it('name the count of mappings and the limit', () => {
    const vmas = Array.from({ length: 65_531 }, (_, i) => ({
      start: va(0x10_0000 + i * 0x2000),
      end: va(0x10_1000 + i * 0x2000),
      growsDown: false,
      shadowStack: false,
      perms: 'rw-p',
      name: '',
    }));
    const full: Scenario = {
      ...defaultScenario,
      space: {
        ...defaultScenario.space,
        source: { kind: 'pasted', name: 'full', vmas, mmapBase: va(0x7fff_0000_0000) },
      },
    };
    expect(refusalText(full, solve(full), trace(full))?.text).toBe(
      'The process has 65,531 mappings, more than the 65,530 of vm.max_map_count.',
    );
  });

  it('have one sentence a kind of memory', () => {
    const sentences = [
      'anon',
      'anonHugetlb',
      'hugetlbFile',
      'memfd',
      'hookedFile',
      'ramfs',
      'devZero',
      'devMem',
    ].map(f => leavesElsewhere(linked(`#1&f=${f}&fl=private`)));
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(leavesElsewhere(linked('#1'))).toBeUndefined();
    expect(leavesElsewhere(linked('#1&f=devMem'))).toContain('remap_pfn_range()');
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
      'vm_unmapped_area: addr=0x7ffe6cc54000 err=0 flags=0x1 len=0x80000000 lo=0x1000 hi=0x7ffff7fff000 mask=0x0 ofs=0x20000000000',
    ]);
    expect(lines(policy('xu1'))).toEqual([
      'vm_unmapped_area: addr=0x7ffe2cc54000 err=0 flags=0x1 len=0xc0000000 lo=0x1000 hi=0x7ffff7fff000 mask=0x0 ofs=0x3880000000',
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
