import { describe, expect, it } from 'vitest';
import { x86Level5 } from '../arch/x86.ts';
import { lidAt, testVma } from '../space/testing.ts';
import { bytes, GiB, MiB, pa, TiB } from '../units.ts';
import { errnoName } from './errno.ts';
import { MAP } from './flags.ts';
import { type Refusal, splitVfioOffset, vfioOffset } from './mmap.ts';
import type { Limits } from './request.ts';
import { type CallInput, call, machine, resultText } from './testing.ts';

const mm = machine(lidAt(0x7fff_0000_1000));
const fixed = MAP.PRIVATE | MAP.FIXED;
const noreplace = MAP.PRIVATE | MAP.FIXED_NOREPLACE;
const region = { phys: pa(0x38_0000_0000), size: bytes(2 * GiB), mappable: true };
const bar = (input: CallInput): CallInput => ({
  file: 'vfio',
  flags: MAP.SHARED,
  offset: vfioOffset(2, 0),
  length: GiB,
  region,
  ...input,
});

type Check = readonly [
  what: string,
  errno: string,
  refusal: Refusal,
  input: CallInput,
  limits?: Partial<Limits>,
];

/** In the kernel's order. Each call passes every check above its own. */
const checks: readonly Check[] = [
  ['offset 1', 'EINVAL', 'offset not page aligned', { file: 'memfd', offset: 1 }],
  ['offset 2^64-1', 'EINVAL', 'offset not page aligned', { file: 'memfd', offset: 2n ** 64n - 1n }],
  [
    'MAP_HUGETLB on a file',
    'EINVAL',
    'MAP_HUGETLB on an ordinary file',
    { file: 'memfd', flags: MAP.HUGETLB | 1 },
  ],
  [
    'huge pages of 64K',
    'EINVAL',
    'unknown huge page size',
    { file: 'anonHugetlb', flags: MAP.PRIVATE | (16 << MAP.HUGE_SHIFT) },
  ],
  ['length 0', 'EINVAL', 'length 0', { length: 0 }],
  ['huge length that wraps', 'EINVAL', 'length 0', { file: 'hugetlbFile', length: 2n ** 64n - 1n }],
  ['length 2^64-1', 'ENOMEM', 'length wraps to 0', { length: 2n ** 64n - 1n }],
  ['length 2^64-4095', 'ENOMEM', 'length wraps to 0', { length: 2n ** 64n - 4095n }],
  ['more mappings than allowed', 'ENOMEM', 'too many mappings', {}, { maxMapCount: 2 }],
  ['length 2^64-4096', 'ENOMEM', 'longer than the address space', { length: 2n ** 64n - 4096n }],
  ['length TASK_SIZE + 1', 'ENOMEM', 'longer than the address space', { length: 0x7fff_ffff_f001 }],
  ['length TASK_SIZE', 'ENOMEM', 'no gap fits', { length: 0x7fff_ffff_f000 }],
  [
    'FIXED at an unaligned huge page',
    'EINVAL',
    'hint not aligned to the huge page',
    { file: 'hugetlbFile', hint: 0x5000_0000_1000, flags: fixed },
  ],
  ['FIXED at 2^64-1', 'EPERM', 'hint counts as an error number', { hint: 2n ** 64n - 1n, flags: fixed }],
  [
    'FIXED at 2^64-1300',
    'errno 1300',
    'hint counts as an error number',
    { file: 'tmpfsHugeNever', hint: 2n ** 64n - 1300n, flags: fixed },
  ],
  [
    'NOREPLACE at 2^64-4095',
    'errno 4095',
    'hint counts as an error number',
    { hint: 2n ** 64n - 4095n, flags: noreplace },
  ],
  [
    'FIXED at 2^64-4096',
    'ENOMEM',
    'ends beyond the address space',
    { hint: 2n ** 64n - 4096n, flags: fixed },
  ],
  ['FIXED at TASK_SIZE', 'ENOMEM', 'ends beyond the address space', { hint: 0x7fff_ffff_f000, flags: fixed }],
  [
    'FIXED across TASK_SIZE',
    'ENOMEM',
    'ends beyond the address space',
    { hint: 0x7fff_ffff_e000, length: 0x2000, flags: fixed },
  ],
  [
    'FIXED unaligned, one byte too far',
    'ENOMEM',
    'ends beyond the address space',
    { hint: 0x7fff_ffff_e001, flags: fixed },
  ],
  ['FIXED unaligned', 'EINVAL', 'address not page aligned', { hint: 0x5000_0000_0001, flags: fixed }],
  ['FIXED at 0x800', 'EINVAL', 'address not page aligned', { hint: 0x800, flags: fixed }],
  ['FIXED at 0', 'EPERM', 'below mmap_min_addr', { hint: 0, flags: fixed }],
  [
    'FIXED below a raised sysctl',
    'EPERM',
    'below mmap_min_addr',
    { hint: 0x1000, flags: fixed },
    { sysctlMinAddr: 0x1_0000 },
  ],
  [
    'NOREPLACE over the lid',
    'EEXIST',
    'overlaps a mapping (MAP_FIXED_NOREPLACE)',
    { hint: 0x7fff_0000_1000, flags: noreplace },
  ],
  [
    'NOREPLACE that ends in the lid',
    'EEXIST',
    'overlaps a mapping (MAP_FIXED_NOREPLACE)',
    { hint: 0x7fff_0000_0000, length: 0x2000, flags: noreplace },
  ],
  [
    'LOCKED without the right',
    'EPERM',
    'may not lock memory',
    { flags: MAP.PRIVATE | MAP.LOCKED },
    { lockable: bytes(0) },
  ],
  [
    'LOCKED beyond the limit',
    'EAGAIN',
    'RLIMIT_MEMLOCK exceeded',
    { length: 0x2000, flags: MAP.PRIVATE | MAP.LOCKED },
    { lockable: bytes(0x1000) },
  ],
  ['anonymous of no type', 'EINVAL', 'unknown mapping type', { flags: 0 }],
  ['anonymous SHARED_VALIDATE', 'EINVAL', 'unknown mapping type', { flags: MAP.SHARED_VALIDATE }],
  [
    'shared and growing down',
    'EINVAL',
    'MAP_GROWSDOWN on a file or shared memory',
    { flags: MAP.SHARED | MAP.GROWSDOWN },
  ],
  [
    'a regular file at 2^63-4096',
    'EOVERFLOW',
    'offset plus length overflows',
    { file: 'memfd', offset: 2n ** 63n - 4096n },
  ],
  [
    'a device at 2^64-4096',
    'EOVERFLOW',
    'offset plus length overflows',
    bar({ offset: 2n ** 64n - 4096n, length: 0x1000 }),
  ],
  [
    'an unknown flag, validated',
    'EOPNOTSUPP',
    'flags that MAP_SHARED_VALIDATE refuses',
    { file: 'memfd', flags: 3 | 0x20_0000 },
  ],
  ['a file of no type', 'EINVAL', 'unknown mapping type', { file: 'memfd', flags: 0 }],
  ['a file, DROPPABLE', 'EINVAL', 'unknown mapping type', { file: 'memfd', flags: MAP.DROPPABLE }],
  [
    'a file that grows down',
    'EINVAL',
    'MAP_GROWSDOWN on a file or shared memory',
    { file: 'memfd', flags: MAP.PRIVATE | MAP.GROWSDOWN },
  ],
  [
    'beyond RLIMIT_AS',
    'ENOMEM',
    'RLIMIT_AS exceeded',
    { length: 0x2000 },
    { addressSpaceLeft: bytes(0x1000) },
  ],
  [
    'more private memory than there is',
    'ENOMEM',
    'more memory than RAM and swap',
    bar({ length: 2 * GiB, flags: MAP.PRIVATE, prot: 3 }),
    { ram: bytes(1.5 * GiB) },
  ],
  [
    'more shared memory than there is',
    'ENOMEM',
    'more memory than RAM and swap',
    { file: 'devZero', length: 2 * GiB, flags: MAP.SHARED },
    { ram: bytes(1.5 * GiB) },
  ],
  [
    'hugetlb at a small offset',
    'EINVAL',
    'offset not a multiple of the huge page',
    { file: 'hugetlbFile', offset: 0x1000 },
  ],
  [
    '/dev/mem beyond the CPU',
    'EINVAL',
    'beyond the physical address width',
    { file: 'devMem', offset: TiB },
    { physBits: 40 },
  ],
  ['vfio, private', 'EINVAL', 'VFIO mapping must be shared', bar({ flags: MAP.PRIVATE })],
  ['vfio, the ROM', 'EINVAL', 'not a mappable BAR', bar({ offset: vfioOffset(6, 0) })],
  [
    'vfio, no such BAR',
    'EINVAL',
    'not a mappable BAR',
    { file: 'vfio', flags: MAP.SHARED, offset: vfioOffset(2, 0) },
  ],
  ['vfio, not mappable', 'EINVAL', 'not a mappable BAR', bar({ region: { ...region, mappable: false } })],
  ['vfio, too long', 'EINVAL', 'beyond the end of the BAR', bar({ length: 2 * GiB + 4096 })],
  ['vfio, past the end', 'EINVAL', 'beyond the end of the BAR', bar({ offset: vfioOffset(2, 1.5 * GiB) })],
];

describe('checks, each alone', () => {
  for (const [what, errno, refusal, input, limits] of checks)
    it(`${what}: ${errno}, ${refusal}`, () => {
      const got = call(mm, input, limits);
      expect(got).toMatchObject({ ok: false, refusal });
      expect(resultText(got)).toBe(errno);
    });
});

const order: readonly (readonly [string, Refusal, CallInput, Partial<Limits>?])[] = [
  ['offset before length', 'offset not page aligned', { file: 'memfd', offset: 1, length: 0 }],
  ['offset before MAP_HUGETLB', 'offset not page aligned', { file: 'memfd', offset: 1, flags: MAP.HUGETLB }],
  [
    'MAP_HUGETLB before length',
    'MAP_HUGETLB on an ordinary file',
    { file: 'memfd', flags: MAP.HUGETLB, length: 0 },
  ],
  [
    'huge page size before length',
    'unknown huge page size',
    { file: 'anonHugetlb', flags: MAP.PRIVATE | (16 << MAP.HUGE_SHIFT), length: 0 },
  ],
  ['length before the map count', 'length wraps to 0', { length: 2n ** 64n - 1n }, { maxMapCount: 0 }],
  ['map count before TASK_SIZE', 'too many mappings', { length: 2n ** 63n }, { maxMapCount: 0 }],
  [
    'TASK_SIZE before a fixed hint',
    'longer than the address space',
    { length: 2n ** 63n, hint: 1, flags: fixed },
  ],
  ['TASK_SIZE before the type', 'longer than the address space', { length: 2n ** 63n, flags: 0 }],
  [
    'the huge page before error numbers',
    'hint not aligned to the huge page',
    { file: 'hugetlbFile', hint: 2n ** 64n - 1n, flags: fixed },
  ],
  [
    'an unaligned end before the alignment',
    'ends beyond the address space',
    { hint: 0x7fff_ffff_f001, flags: fixed },
  ],
  ['alignment before mmap_min_addr', 'address not page aligned', { hint: 1, flags: fixed }],
  ['mmap_min_addr before EEXIST', 'below mmap_min_addr', { hint: 0, length: 0x50_0000, flags: noreplace }],
  [
    'EEXIST before locking',
    'overlaps a mapping (MAP_FIXED_NOREPLACE)',
    { hint: 0x7fff_0000_1000, flags: noreplace | MAP.LOCKED },
    { lockable: bytes(0) },
  ],
  ['locking before the type', 'may not lock memory', { flags: MAP.LOCKED }, { lockable: bytes(0) }],
  ['no gap before the type', 'no gap fits', { length: 0x7fff_ffff_f000, flags: 0 }],
  [
    'overflow before the type',
    'offset plus length overflows',
    { file: 'memfd', offset: 2n ** 63n - 4096n, flags: 0 },
  ],
  ['the type before RLIMIT_AS', 'unknown mapping type', { flags: 0 }, { addressSpaceLeft: bytes(0) }],
  [
    'growing down before RLIMIT_AS',
    'MAP_GROWSDOWN on a file or shared memory',
    bar({ flags: 0x102 }),
    { addressSpaceLeft: bytes(0) },
  ],
  [
    'RLIMIT_AS before accounting',
    'RLIMIT_AS exceeded',
    { length: 2 * GiB, prot: 3 },
    { addressSpaceLeft: bytes(0), ram: bytes(0) },
  ],
  [
    'accounting before vfio',
    'more memory than RAM and swap',
    bar({ flags: MAP.PRIVATE, prot: 3 }),
    { ram: bytes(0) },
  ],
];

describe('checks in their order', () => {
  for (const [what, refusal, input, limits] of order)
    it(what, () => {
      expect(call(mm, input, limits)).toMatchObject({ ok: false, refusal });
    });
});

describe('what the checks let through', () => {
  const passing: readonly (readonly [string, string, CallInput, Partial<Limits>?])[] = [
    ['as many mappings as allowed', '0x7fff00000000', {}, { maxMapCount: 3 }],
    ['FIXED up to TASK_SIZE', '0x7fffffffe000', { hint: 0x7fff_ffff_e000, flags: fixed }],
    [
      'FIXED at the sysctl limit, below the effective one',
      '0x1000',
      { hint: 0x1000, flags: fixed },
      { sysctlMinAddr: 4096 },
    ],
    ['FIXED at 0 with the right', '0x0', { hint: 0, flags: fixed }, { rawIo: true }],
    ['FIXED over a mapping', '0x7fff00001000', { hint: 0x7fff_0000_1000, flags: fixed }],
    ['NOREPLACE inside a guard', '0x7ffffffdd000', { hint: 0x7fff_fffd_d000, flags: noreplace }],
    ['NOREPLACE up to the lid', '0x7fff00000000', { hint: 0x7fff_0000_0000, flags: noreplace }],
    ['a hint of 2^64-1 without FIXED is beyond and dropped', '0x7fff00000000', { hint: 2n ** 64n - 1n }],
    [
      'LOCKED up to the limit',
      '0x7fff00000000',
      { flags: MAP.PRIVATE | MAP.LOCKED },
      { lockable: bytes(0x1000) },
    ],
    ['not locked', '0x7fff00000000', {}, { lockable: bytes(0) }],
    ['RLIMIT_AS exactly', '0x7fff00000000', {}, { addressSpaceLeft: bytes(0x1000) }],
    ['a regular file up to 2^63-4096', '0x7fff00000000', { file: 'memfd', offset: 2n ** 63n - 8192n }],
    ['/dev/mem up to the width', '0x7fff00000000', { file: 'devMem', offset: TiB - 4096 }, { physBits: 40 }],
    ['SHARED_VALIDATE with known flags', '0x7fff00000000', { file: 'memfd', flags: 3 | MAP.NORESERVE }],
    [
      'NORESERVE is not accounted',
      '0x7ffe80001000',
      { length: 2 * GiB, prot: 3, flags: MAP.SHARED | MAP.NORESERVE },
      { ram: bytes(0) },
    ],
    ['read-only private is not accounted', '0x7fff00000000', { prot: 1 }, { ram: bytes(0) }],
    [
      'a shared file is not accounted',
      '0x7fff00000000',
      { file: 'memfd', flags: MAP.SHARED, prot: 3 },
      { ram: bytes(0) },
    ],
    [
      'hugetlb is not accounted',
      '0x7ffeffe00000',
      { file: 'anonHugetlb', flags: MAP.PRIVATE, prot: 3 },
      { ram: bytes(0) },
    ],
    [
      'named huge pages of 1 GiB',
      '0x7ffec0000000',
      { file: 'anonHugetlb', flags: MAP.PRIVATE | (30 << MAP.HUGE_SHIFT) },
    ],
    [
      'named huge pages of 2 MiB',
      '0x7ffeffe00000',
      { file: 'anonHugetlb', flags: MAP.PRIVATE | (21 << MAP.HUGE_SHIFT), hugePage: GiB },
    ],
    [
      'a BAR smaller than a page',
      '0x7fff00000000',
      bar({ length: 0x1000, region: { ...region, size: bytes(256) } }),
    ],
    ['vfio up to the end', '0x7ffec0001000', bar({ offset: vfioOffset(2, GiB) })],
  ];
  for (const [what, expected, input, limits] of passing)
    it(`${what}: ${expected}`, () => {
      expect(resultText(call(mm, input, limits))).toBe(expected);
    });

  it('MAP_DROPPABLE is a type from 6.11 on', () => {
    const on = (kernel: string) =>
      call(machine(lidAt(0x7fff_0000_1000), { kernel }), { flags: MAP.DROPPABLE });
    expect(on('6.10')).toMatchObject({ ok: false, refusal: 'unknown mapping type' });
    expect(on('6.11')).toMatchObject({ ok: true });
  });

  it('offsets are signed: a first whole block at 2^63 is one, and a block below with an end above is none', () => {
    const now = machine(lidAt(0x7fff_0000_1000), { kernel: '6.18' });
    const at = (offset: bigint) =>
      resultText(call(now, { file: 'devZero', flags: MAP.PRIVATE, length: 4 * MiB, offset }));
    expect(at(2n ** 63n - 4096n)).toBe('0x7ffeffbff000');
    expect(at(2n ** 63n - 2n ** 21n - 4096n)).toBe('0x7ffeffc01000');
  });

  it('the length is rounded up to a page, and to the huge page', () => {
    expect(call(mm, { length: 1 })).toMatchObject({ start: 0x7fff_0000_0000, end: 0x7fff_0000_1000 });
    expect(call(mm, { file: 'hugetlbFile', length: 1 })).toMatchObject({ end: 0x7fff_0000_0000 });
  });
});

describe('hints', () => {
  it.each<readonly [string, number | bigint, number, string]>([
    ['1 rounds to none', 1, 0x1000, '0x7fff00000000'],
    ['4095 rounds to none', 4095, 0x1000, '0x7fff00000000'],
    ['4096 is raised', 4096, 0x1000, '0x10000'],
    ['0xffff is raised', 0xffff, 0x1000, '0x10000'],
    ['0x10000 stays', 0x1_0000, 0x1000, '0x10000'],
    ['0x11fff is rounded down', 0x1_1fff, 0x1000, '0x11000'],
    ['up to the image', 0x1_0000, 0x3f_0000, '0x10000'],
    ['into the image', 0x1_0000, 0x3f_1000, '0x7ffeffc10000'],
    ['inside a VMA', 0x40_0000, 0x1000, '0x7fff00000000'],
  ])('%s', (_, hint, length, expected) => {
    expect(resultText(call(mm, { hint, length }))).toBe(expected);
  });

  it('tells how the address came about', () => {
    expect(call(mm, { hint: 0x5000_0000_0000 })).toMatchObject({ by: 'hint' });
    expect(call(mm, { hint: 0x7fff_0000_1000 })).toMatchObject({ by: 'search' });
    expect(call(mm, { hint: 0x5000_0000_0000, flags: fixed })).toMatchObject({ by: 'fixed' });
  });
});

describe('5-level paging', () => {
  const five = machine(
    lidAt(0x7fff_0000_1000, testVma(2 ** 47, 2 ** 47 + 0x1000), testVma(2 ** 52, 2 ** 52 + 0x1000)),
    { arch: x86Level5 },
  );
  it.each<readonly [string, string, CallInput]>([
    ['no hint stays below 2^47', '0x7fff00000000', {}],
    ['X1: an occupied hint above the window searches the whole space', '0xfffffff7ffe000', { hint: 2 ** 47 }],
    ['a free hint above the window', '0x800000001000', { hint: 2 ** 47 + 0x1000 }],
    ['the last page', '0xffffffffffe000', { hint: 2 ** 56 - 8192 }],
    ['beyond the space: searched wide', '0xfffffff7ffd000', { hint: 2 ** 56 - 8192, length: 0x2000 }],
    ['X1: a hint across the window is ignored', '0x7ffefffff000', { hint: 0x7fff_ffff_e000, length: 0x2000 }],
    ['a hint at the window itself does not widen', '0x7fff00000000', { hint: 0x7fff_ffff_f000 }],
    ['FIXED above the window', '0x10000000000000', { hint: 2 ** 52, flags: fixed }],
    [
      'anonymous memory is not aligned above, for it has a hint',
      '0xfffffff7bff000',
      { hint: 2 ** 47, length: 4 * MiB },
    ],
    ['a hooked file is', '0xfffffff7a00000', { hint: 2 ** 47, length: 4 * MiB, file: 'hookedFile' }],
  ])('%s', (_, expected, input) => {
    expect(resultText(call(five, input))).toBe(expected);
  });

  it('one more page than a 4-level machine has', () => {
    expect(call(five, { length: 2 ** 47 })).toMatchObject({ refusal: 'no gap fits' });
    expect(call(five, { length: 2 ** 56 })).toMatchObject({ refusal: 'longer than the address space' });
    expect(call(five, { length: 2 ** 50, hint: 2 ** 53 })).toMatchObject({ ok: true, start: 2 ** 53 });
  });

  it('goes up above the window in the legacy layout', () => {
    const up = machine(lidAt(0x7fff_0000_1000, testVma(2 ** 47, 2 ** 47 + 0x1000)), {
      arch: x86Level5,
      legacy: true,
    });
    expect(resultText(call(up, { hint: 2 ** 47 }))).toBe('0x2aaaaaaab000');
    expect(resultText(call(up, { hint: 2 ** 47, length: 2 ** 50 }))).toBe('0x800000001000');
    expect(resultText(call(up, { length: 2 ** 50 }))).toBe('ENOMEM');
  });
});

describe('an unlimited stack', () => {
  it('X2: still goes down, from a third of the space', () => {
    const vdso = testVma(0x1555_5554_e000, 0x1555_5555_6000);
    const mm = machine([vdso], { stackLimit: Number.POSITIVE_INFINITY });
    expect(mm.space.layout).toMatchObject({ mmapBase: 0x1555_5555_6000, topDown: true });
    const first = call(mm, {});
    expect(resultText(first)).toBe('0x15555554d000');
    const after = machine([testVma(0x1555_5554_d000, 0x1555_5554_e000), vdso], {
      stackLimit: Number.POSITIVE_INFINITY,
    });
    expect(resultText(call(after, { length: 4 * MiB }))).toBe('0x155555000000');
  });
});

describe('MAP_32BIT', () => {
  const bit32 = MAP.PRIVATE | MAP.BIT32;
  it('starts anywhere in the first 32 MiB above 1 GiB, anew for each search', () => {
    const starts: number[] = [];
    const random = machine(lidAt(0x7fff_0000_0000), {
      bit32Start: attempt => {
        starts.push(attempt);
        return 0x1f_f000 + attempt * 0x1000;
      },
    });
    expect(resultText(call(random, { flags: bit32 }))).toBe('0x401ff000');
    expect(starts).toEqual([0]);
    // The padded search does not fit, the plain one draws another start.
    expect(resultText(call(random, { flags: bit32, length: GiB - 2 * MiB }))).toBe('0x40200000');
    expect(starts).toEqual([0, 0, 1]);
    // Shared memory is placed plainly first, then with room to spare.
    starts.length = 0;
    call(random, { file: 'memfd', shmemEnabled: 'always', flags: MAP.SHARED | MAP.BIT32, length: 4 * MiB });
    expect(starts).toEqual([0, 1]);
    starts.length = 0;
    call(random, { file: 'hugetlbFile', flags: bit32, length: 4 * MiB });
    expect(starts).toEqual([0]);
  });

  it('accepts a hint below its window', () => {
    expect(resultText(call(mm, { flags: bit32, hint: 0x1000_0000 }))).toBe('0x10000000');
  });

  it('has no fallback', () => {
    const full = machine([testVma(GiB, 2 * GiB)]);
    expect(resultText(call(full, { flags: bit32 }))).toBe('ENOMEM');
    expect(resultText(call(full, {}))).toBe('0x7ffff7ffe000');
  });
});

describe('shared memory', () => {
  const lid = machine(lidAt(0x7fff_0000_1000));
  const settings = ['never', 'always', 'within_size', 'advise', 'deny', 'force'] as const;
  const files = {
    memfd: [false, true, true, true, false, true],
    anon: [false, true, true, true, false, true],
    devZero: [false, true, true, true, false, true],
    tmpfsHugeAlways: [true, true, true, true, false, true],
    tmpfsHugeNever: [false, false, false, false, false, true],
  } as const;
  const rows = Object.entries(files).flatMap(([file, aligned]) =>
    settings.map((shmemEnabled, i) => [file as keyof typeof files, shmemEnabled, aligned[i]] as const),
  );
  it.each(rows)('%s under %s: aligned %s', (file, shmemEnabled, aligned) => {
    const got = call(lid, { file, shmemEnabled, flags: MAP.SHARED, length: 4 * MiB });
    // The lowest congruent address of a range one page less than 6 MiB: right below the lid's 2 MiB line.
    expect(resultText(got)).toBe(aligned ? '0x7ffeffc00000' : '0x7ffeffc01000');
  });

  it.each<readonly [string, string, CallInput]>([
    ['too short', '0x7ffeffe02000', { length: 0x1f_f000 }],
    // The plain address 0x…1000 is not congruent to these offsets, so that alignment would show.
    ['no whole block', '0x7ffeffe01000', { length: 2 * MiB, offset: 0x3000 }],
    ['a page less than a whole block', '0x7ffeffc05000', { length: 0x3f_c000, offset: 0x3000 }],
    ['just one whole block', '0x7ffeffc03000', { length: 0x3f_d000, offset: 0x3000 }],
    ['congruent by luck', '0x7ffeffc01000', { length: 4 * MiB, offset: 0x1000 }],
    ['congruent to the offset', '0x7ffeffa02000', { length: 4 * MiB, offset: 0x2000 }],
    ['a hint that is taken', '0x500000001000', { length: 4 * MiB, hint: 0x5000_0000_1000 }],
    ['a hint that is occupied', '0x7ffeffc00000', { length: 4 * MiB, hint: 0x7fff_0000_1000 }],
    ['FIXED', '0x500000001000', { length: 4 * MiB, hint: 0x5000_0000_1000, flags: MAP.SHARED | MAP.FIXED }],
  ])('%s', (_, expected, input) => {
    const got = call(lid, { file: 'memfd', shmemEnabled: 'always', flags: MAP.SHARED, ...input });
    expect(resultText(got)).toBe(expected);
  });

  it('/dev/zero counts the offset it was given, anonymous memory does not', () => {
    const c = { shmemEnabled: 'always', flags: MAP.SHARED, length: 4 * MiB, offset: 0x2000 } as const;
    expect(resultText(call(lid, { ...c, file: 'devZero' }))).toBe('0x7ffeffa02000');
    expect(resultText(call(lid, { ...c, file: 'anon' }))).toBe('0x7ffeffc00000');
  });

  it('needs a page less than twice the alignment', () => {
    const exact = machine([testVma(0x1_0000, 0x7ffe_8000_1000), testVma(0x7ffe_8060_0000, 0x7fff_ffff_f000)]);
    const c = { file: 'memfd', shmemEnabled: 'always', flags: MAP.SHARED, length: 4 * MiB } as const;
    expect(resultText(call(exact, { ...c, offset: 0x20_3000 }))).toBe('0x7ffe80003000');
  });

  it('stays plain where only the plain length fits', () => {
    const tight = machine([testVma(0x1_0000, 0x7ffe_8000_1000), testVma(0x7ffe_8040_1000, 0x7fff_ffff_f000)]);
    const c = { file: 'memfd', shmemEnabled: 'always', flags: MAP.SHARED, length: 4 * MiB } as const;
    expect(resultText(call(tight, c))).toBe('0x7ffe80001000');
  });
});

describe('names', () => {
  it('of errors', () => {
    expect([1, 2, 11, 12, 17, 22, 75, 95, 1300].map(errnoName)).toEqual([
      'EPERM',
      'ENOENT',
      'EAGAIN',
      'ENOMEM',
      'EEXIST',
      'EINVAL',
      'EOVERFLOW',
      'EOPNOTSUPP',
      'errno 1300',
    ]);
  });

  it('of regions in a VFIO offset', () => {
    expect(splitVfioOffset(vfioOffset(5, 0x1234_5000))).toEqual({ index: 5, inRegion: 0x1234_5000 });
  });
});
