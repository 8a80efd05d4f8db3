import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { x86Level5 } from '../arch/x86.ts';
import { hole, lidAt, sealed, sealedBelow, testVma } from '../space/testing.ts';
import { bytes, GiB, MiB } from '../units.ts';
import { MAP } from './flags.ts';
import { type CallInput, call, machine, resultText } from './testing.ts';

/** What kernel `kernel` makes of a call in a space. */
const on = (kernel: string, vmas: Parameters<typeof machine>[0], input: CallInput): string =>
  resultText(call(machine(vmas, { kernel }), input));

describe('private anonymous memory by version', () => {
  const lid = lidAt(0x7fff_0000_0000);
  const high = lidAt(0x7fff_0000_1000);
  const hinted = lidAt(0x7fff_0000_1000, testVma(0x7ffe_0000_0000, 0x7ffe_0000_1000));

  it.each([
    ['6.6', '0x7ffeffc01000'],
    ['6.7', '0x7ffeffc00000'],
    ['6.8', '0x7ffeffc00000'],
    ['6.12.117', '0x7ffeffc00000'],
    ['7.3', '0x7ffeffc00000'],
  ])('%s: 4M below 0x7fff00001000 at %s', (kernel, expected) => {
    expect(on(kernel, high, { length: 4 * MiB })).toBe(expected);
  });

  it.each([
    ['6.6', '0x7ffeffbff000'],
    ['6.8', '0x7ffeffa00000'],
    ['6.11.6', '0x7ffeffa00000'],
    ['6.12-rc5', '0x7ffeffa00000'],
    ['6.11.7', '0x7ffeffbff000'],
    ['6.12-rc6', '0x7ffeffbff000'],
    ['6.12', '0x7ffeffbff000'],
    ['7.3', '0x7ffeffbff000'],
  ])('O2 on %s: 4M+4K at %s', (kernel, expected) => {
    expect(on(kernel, lid, { length: 0x40_1000 })).toBe(expected);
  });

  it.each([
    ['6.8', '0x7ffeffc00000'],
    ['6.12.4', '0x7ffeffc00000'],
    ['6.12.5', '0x7ffeffc01000'],
    ['6.13', '0x7ffeffc01000'],
    ['7.3', '0x7ffeffc01000'],
  ])('O3 on %s: 4M, hint occupied, at %s', (kernel, expected) => {
    expect(on(kernel, hinted, { length: 4 * MiB, hint: 0x7ffe_0000_0000 })).toBe(expected);
  });

  it('the offset given with anonymous memory counts only before 6.7.6', () => {
    const c = { length: 4 * MiB, offset: 0x1000 };
    expect(on('6.7.5', lid, c)).toBe('0x7ffeffa01000');
    expect(on('6.7.6', lid, c)).toBe('0x7ffeffc00000');
    expect(on('6.8-rc3', lid, c)).toBe('0x7ffeffc00000');
    expect(on('7.3', lid, c)).toBe('0x7ffeffc00000');
  });
});

describe('a congruent padded range', () => {
  it('is used from its top in a top-down process only', () => {
    const up = machine([testVma(0x2aaa_aaaa_b000, 0x2aaa_aac0_0000)], { legacy: true });
    expect(resultText(call(up, { length: 4 * MiB }))).toBe('0x2aaaaac00000');
    const down = machine(lidAt(0x7fff_0000_0000));
    expect(resultText(call(down, { length: 4 * MiB }))).toBe('0x7ffeffc00000');
  });
});

describe('files by version', () => {
  it.each([
    ['6.1.192', '0x7ffeffa00000'],
    ['6.6.50', '0x7ffeffa00000'],
    ['6.7.5', '0x7ffeffa00000'],
    ['6.7.6', '0x7ffeffc00000'],
    ['6.8', '0x7ffeffc00000'],
    ['7.3', '0x7ffeffc00000'],
  ])('O1 on %s: a congruent padded range leaves a hole above it, or none: %s', (kernel, expected) => {
    expect(on(kernel, lidAt(0x7fff_0000_0000), { file: 'hookedFile', length: 4 * MiB })).toBe(expected);
  });

  it.each([
    ['6.9', '0x7ffeffc01000'],
    ['6.10', '0x7ffeffc00000'],
    ['6.12', '0x7ffeffc00000'],
    ['6.12.117', '0x7ffeffc00000'],
    ['6.13-rc5', '0x7ffeffc00000'],
    ['6.13-rc6', '0x7ffeffc01000'],
    ['6.13', '0x7ffeffc01000'],
    ['7.3', '0x7ffeffc01000'],
  ])('SB7 on %s: a file without hook at %s', (kernel, expected) => {
    expect(on(kernel, lidAt(0x7fff_0000_1000), { file: 'devMem', length: 4 * MiB })).toBe(expected);
  });

  it('ramfs is plain always', () => {
    for (const kernel of ['6.1.192', '6.11', '6.12.117', '7.3'])
      expect(on(kernel, lidAt(0x7fff_0000_1000), { file: 'ramfs', length: 4 * MiB })).toBe('0x7ffeffc01000');
  });

  it('/dev/zero private is aligned to its own offset from 6.18 on', () => {
    const c = { file: 'devZero', length: 4 * MiB, offset: 0x1000 } as const;
    expect(on('6.17.13', lidAt(0x7fff_0000_0000), c)).toBe('0x7ffeffc00000');
    expect(on('6.18', lidAt(0x7fff_0000_0000), c)).toBe('0x7ffeffa01000');
  });
});

describe('hugetlb by version', () => {
  const lid = lidAt(0x7fff_0000_1000);
  const huge = { file: 'hugetlbFile', length: 4 * MiB } as const;

  it('O4: a hint is rounded down up to 6.12, up from 6.13', () => {
    expect(on('6.12.117', lid, { ...huge, hint: 0x5000_0000_1000 })).toBe('0x500000000000');
    expect(on('6.13', lid, { ...huge, hint: 0x5000_0000_1000 })).toBe('0x500000200000');
  });

  it('a hint is told from a search result in both', () => {
    for (const kernel of ['6.12.117', '6.13'])
      expect(call(machine(lid, { kernel }), { ...huge, hint: 0x5000_0000_1000 })).toMatchObject({
        by: 'hint',
      });
    expect(call(machine(lid), huge)).toMatchObject({ by: 'search' });
  });

  it('MAP_32BIT counts from 6.13 on', () => {
    const c = { ...huge, flags: MAP.PRIVATE | MAP.BIT32 };
    expect(on('6.12.117', lid, c)).toBe('0x7ffeffc00000');
    expect(on('6.13', lid, c)).toBe('0x40000000');
  });

  it('a hint rounded up past 64 bits is none', () => {
    expect(on('7.3', lid, { ...huge, hint: 2n ** 64n - 4096n })).toBe('0x7ffeffc00000');
  });

  // Measured on arm64 6.12.43: the limits follow from the rounded hint, which is 0.
  it.each([
    ['6.10', '0x0'],
    ['6.12.43', '0xffffefe00000'],
    ['7.3', '0xffffefe00000'],
  ])('a hint rounded up past 64 bits on arm64 %s leads to %s', (kernel, expected) => {
    const arch = archOf('arm64-4k-52');
    const mm = machine([testVma(0xffff_f000_0000, 0xffff_f000_1000)], { kernel, arch });
    const c = { file: 'hugetlbFile', length: 128 * MiB, hint: 2n ** 64n - 8192n } as const;
    expect(resultText(call(mm, { ...c, length: 2 * MiB }, { rawIo: true }))).toBe(
      kernel === '6.10' ? expected : '0xfffff7e00000',
    );
    const full = machine([testVma(0x1000, 0x40_0000), testVma(0xffff_f000_0000, 0xffff_f000_1000)], {
      kernel,
      arch,
    });
    expect(resultText(call(full, c, { rawIo: true }))).toBe('0xffffe8000000');
  });

  // In 6.10 no hint is tested against mmap_min_addr, but 0 is none.
  it.each(['6.10', '6.12.43'])('on arm64 %s a hint may end with user space, and 0 is none', kernel => {
    const mm = machine([testVma(0xffff_f000_0000, 0xffff_f000_1000)], {
      kernel,
      arch: archOf('arm64-4k-52'),
    });
    const at = (hint: number): string => resultText(call(mm, { ...huge, hint }));
    expect(at(2 ** 48 - 4 * MiB)).toBe('0xffffffc00000');
    expect(at(2 ** 48 - 2 * MiB)).toBe(at(0));
    expect(at(0)).toBe('0xfffff7c00000');
  });

  // generic_hugetlb_get_unmapped_area() before dffe24e95876 (6.11) tested the length against TASK_SIZE only.
  it.each([
    ['6.10', '0xfffff8000000', '0x200000', 'EINVAL'],
    ['6.12.43', 'ENOMEM', 'ENOMEM', 'ENOMEM'],
    ['7.3', 'ENOMEM', 'ENOMEM', 'EINVAL'],
  ])(
    'as long as the window on arm64 %s: %s, MAP_FIXED %s, and not aligned %s',
    (kernel, found, fixed, off) => {
      const mm = machine([testVma(0x40_0000, 0x40_1000)], { kernel, arch: archOf('arm64-4k-52') });
      const c = { file: 'hugetlbFile', length: 2 ** 48 } as const;
      expect(resultText(call(mm, c))).toBe(found);
      const flags = MAP.PRIVATE | MAP.FIXED;
      expect(resultText(call(mm, { ...c, flags, hint: 0x20_0000 }))).toBe(fixed);
      expect(resultText(call(mm, { ...c, flags, hint: 0x20_1000 }))).toBe(off);
    },
  );

  it.each(['6.12.117', '7.3'])('the exact aligned hole is not used, and above mmap_base is (%s)', kernel => {
    const h1 = hole(0x7ffe_8000_0000, 4 * MiB);
    expect(on(kernel, sealedBelow(h1), huge)).toBe('0x7ffff8000000');
    expect(on(kernel, sealed(h1), huge)).toBe('ENOMEM');
  });

  it.each(['6.12.117', '7.3'])('goes up in the legacy layout (%s)', kernel => {
    const mm = machine(lid, { kernel, legacy: true });
    expect(resultText(call(mm, huge))).toBe('0x2aaaaac00000');
  });

  it('opens the high half of a 5-level machine by its hint', () => {
    for (const kernel of ['6.12.117', '7.3']) {
      const mm = machine(lid, { kernel, arch: x86Level5 });
      expect(resultText(call(mm, { ...huge, hint: 2 ** 48 }))).toBe('0x1000000000000');
      const taken = machine(lidAt(0x7fff_0000_1000, testVma(2 ** 48, 2 ** 48 + 4096)), {
        kernel,
        arch: x86Level5,
      });
      expect(resultText(call(taken, { ...huge, hint: 2 ** 48 }))).toBe('0xfffffff7a00000');
    }
  });

  it('a 1 GiB request needs nearly 2 GiB', () => {
    const c = { file: 'hugetlbFile', length: GiB, hugePage: GiB } as const;
    expect(on('7.3', sealed(hole(0x7ffe_8000_0000, 2 * GiB - 4096)), c)).toBe('0x7ffe80000000');
    expect(on('7.3', sealed(hole(0x7ffe_8000_0000, 2 * GiB - 8192)), c)).toBe('ENOMEM');
  });
});

describe('the search by version', () => {
  const below = sealed(hole(0x7ffe_8000_0000, 0x1_0000), hole(0x7ffd_0000_0000, 0x10_0000));

  it('before 6.1.26 a mapping may land inside a guard', () => {
    const vmas = lidAt(0x7fff_0000_1000, testVma(0x7fff_0000_0000, 0x7fff_0000_1000, 'growsDown'));
    expect(on('6.1.25', vmas, {})).toBe('0x7ffefffff000');
    expect(on('6.1.26', vmas, {})).toBe('0x7ffeffeff000');
    expect(on('6.4', vmas, {})).toBe('0x7ffeffeff000');
  });

  it('the search stays above mmap_min_addr from 6.4 on', () => {
    const vmas = [testVma(0x1_0000, 0x7fff_ffff_f000)];
    // The search of 6.1 goes lower, and the check after it refuses the address to an ordinary user.
    expect(on('6.1.192', vmas, {})).toBe('EPERM');
    expect(on('6.4', vmas, {})).toBe('ENOMEM');
  });

  it('a new shadow stack keeps a page free below it from 6.10 on', () => {
    const c = { length: 0x1_0000, shadowStack: true };
    expect(on('6.9', below, c)).toBe('0x7ffe80000000');
    expect(on('6.10', below, c)).toBe('0x7ffd000f0000');
    expect(on('6.10', below, { ...c, length: 0xf000 })).toBe('0x7ffe80001000');
    expect(on('6.10', below, { ...c, length: 0xe000 })).toBe('0x7ffe80002000');
  });

  it('the fallback forgets the start gap', () => {
    const exact = sealed(hole(0x7ffe_8000_0000, 0x1_0000));
    expect(on('7.3', exact, { length: 0x1_0000, shadowStack: true })).toBe('0x7ffe80000000');
    expect(on('7.3', sealedBelow(), { length: 0x7ed_f000, shadowStack: true })).toBe('0x7ffff7fff000');
  });

  it('a shadow stack has a guard page from 6.6 on', () => {
    const vmas = lidAt(0x7fff_0000_1000, testVma(0x7fff_0000_0000, 0x7fff_0000_1000, 'shadow'));
    expect(on('6.5', vmas, {})).toBe('0x7ffefffff000');
    expect(on('6.6', vmas, {})).toBe('0x7ffeffffe000');
  });

  it('MAP_ABOVE4G keeps a search above 4 GiB from 6.6 on', () => {
    const vmas = sealedBelow(hole(0x8000_0000, 0x10_0000));
    const c = { flags: MAP.PRIVATE | MAP.ABOVE4G };
    expect(on('6.5', vmas, c)).toBe('0x800ff000');
    expect(on('6.6', vmas, c)).toBe('0x7ffff7fff000');
    expect(on('7.3', vmas, { flags: MAP.PRIVATE })).toBe('0x800ff000');
  });
});

describe('a kernel without transparent huge pages', () => {
  // Measured on 6.12.117+deb13-rt-amd64: TRANSPARENT_HUGEPAGE depends on !PREEMPT_RT.
  const lid = lidAt(0x7fff_0000_1000);

  it.each([
    ['anon', {}],
    ['hookedFile', {}],
    ['devMem', {}],
    ['devZero', {}],
    ['tmpfsHugeAlways', {}],
    ['memfd', { shmemEnabled: 'force' }],
    ['anon', { flags: MAP.SHARED, shmemEnabled: 'always' }],
  ] as const)('aligns no %s %j', (file, more) => {
    const c = { file, length: 4 * MiB, ...more };
    for (const kernel of ['6.12.117', '6.8', '7.3'])
      expect(on(`${kernel}-rt`, lid, c)).toBe('0x7ffeffc01000');
  });

  it('has huge pages of its own all the same', () => {
    expect(on('6.12.117-rt', lid, { file: 'hugetlbFile', length: 4 * MiB })).toBe('0x7ffeffc00000');
  });

  it('takes no hook either, and says so', () => {
    const facts = { vfioHook: 'thp' } as const;
    const steps: string[] = [];
    const mm = machine(lid, { kernel: '7.3-rt', facts });
    const found = call(mm, { file: 'vfio', length: 4 * MiB, flags: MAP.SHARED }, {}, e => {
      if (e.kind === 'unaligned') steps.push(e.why);
    });
    expect(found).toMatchObject({ ok: false, refusal: 'not a mappable BAR' });
    expect(steps).toEqual(['this kernel aligns no mapping of this kind']);
  });
});

describe('what 6.12.43 and 7.3.4 on arm64 answered', () => {
  const on64 = (kernel: string, input: CallInput, limits = {}): string =>
    resultText(call(machine([], { kernel, arch: archOf('arm64-4k-52') }), input, limits));

  it.each(['6.12.43', '7.3.4'])('to MAP_HUGETLB of every size (%s)', kernel => {
    const sizes = Array.from({ length: 40 }, (_, i) => i).filter(log => {
      const flags = MAP.PRIVATE | (log << MAP.HUGE_SHIFT);
      return log > 0 && on64(kernel, { file: 'anonHugetlb', length: 2 ** log, flags }) !== 'EINVAL';
    });
    expect(sizes).toEqual([16, 21, 25, 30]);
  });

  it('to flags that only x86 has, validated', () => {
    for (const flag of [MAP.BIT32, MAP.ABOVE4G]) {
      const c = { file: 'memfd', flags: MAP.SHARED | MAP.PRIVATE | flag } as const;
      expect(on64('7.3.4', c)).toBe('EOPNOTSUPP');
      expect(on('7.3.4', lidAt(0x7fff_0000_1000), c)).not.toBe('EOPNOTSUPP');
    }
    expect(on64('7.3.4', { file: 'memfd', flags: MAP.SHARED | MAP.BIT32 })).not.toBe('EOPNOTSUPP');
  });

  it('to MAP_SYNC of a file of ext4, though MAP_SHARED takes any flag', () => {
    expect(on64('7.3.4', { file: 'hookedFile', flags: MAP.SHARED | MAP.SYNC })).toBe('EOPNOTSUPP');
    expect(on64('7.3.4', { file: 'memfd', flags: MAP.SHARED | MAP.SYNC })).not.toBe('EOPNOTSUPP');
  });
});

// Read, not run: shmem_zero_setup() takes the length as a signed number, __shmem_file_setup(), mm/shmem.c, 7.2.
it('on s390x shared anonymous memory of 2^63 bytes has room, but cannot be a file', () => {
  const mm = machine([], { kernel: '7.2', arch: archOf('s390x') });
  const c = { length: 2n ** 63n, flags: MAP.SHARED };
  expect(resultText(call(mm, c))).toBe('EINVAL');
  expect(resultText(call(mm, c, { ram: bytes(GiB) }))).toBe('EINVAL');
  expect(resultText(call(mm, { ...c, flags: MAP.PRIVATE }))).toBe('0x20000000000');
});
