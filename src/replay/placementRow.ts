import type { Arch } from '../arch/arch.ts';
import { errnoName } from '../placement/errno.ts';
import { MAP } from '../placement/flags.ts';
import type { Mm } from '../placement/mm.ts';
import { mmap, type Placement } from '../placement/mmap.ts';
import { type FileKind, type Limits, type MmapRequest, ordinaryLimits } from '../placement/request.ts';
import type { ShmemSetting } from '../placement/shmem.ts';
import { makeAddressSpace } from '../space/addressSpace.ts';
import { layoutFromBase } from '../space/mmapLayout.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, GiB, MiB, pa, va, wordOfBigInt } from '../units.ts';
import { captureArch } from './captureArch.ts';
import { captureKernel } from './captureKernel.ts';
import {
  arrayIn,
  ascending,
  booleanIn,
  countIn,
  hex,
  isJson,
  type Json,
  malformed,
  numberIn,
  objectIn,
  pageHex,
  permsIn,
  reading,
  stringIn,
} from './json.ts';
import { MATCHED, type Verdict } from './verdict.ts';

/** The request and machine of one captured row, ready for the engine. */
export interface CapturedCall {
  readonly mm: Mm;
  readonly limits: Limits;
  readonly request: MmapRequest;
  /** MAP_32BIT drew its start at random: any start may have been drawn. */
  readonly randomStart: boolean;
}

const fileKinds: Readonly<Record<string, FileKind>> = {
  anon: 'anon',
  anon_shared: 'anon',
  anon_growsdown: 'anon',
  anon_hugetlb: 'anonHugetlb',
  memfd: 'memfd',
  memfd_hugetlb: 'hugetlbFile',
  tmpfs_huge_never: 'tmpfsHugeNever',
  tmpfs_huge_always: 'tmpfsHugeAlways',
  // The captured initramfs is a tmpfs with huge=never.
  rootfs_file: 'tmpfsHugeNever',
  ext4: 'hookedFile',
  ramfs: 'ramfs',
  dev_zero: 'devZero',
  dev_mem: 'devMem',
  vfio: 'vfio',
};

/** Largest request the small captured machine grants where memory is accounted: 1500 MiB less the kernel. */
const CAPTURED_RAM = bytes(Math.floor((1.4 * GiB) / MiB) * MiB);
const CAPTURED_PHYS_BITS = 40;

const shmemSettings: readonly ShmemSetting[] = ['always', 'within_size', 'advise', 'never', 'deny', 'force'];

/** Flags as x86 numbers them. powerpc has numbers of its own; those that only x86 has mean nothing elsewhere. */
const x86Flags = (arch: Arch, flags: number): number => {
  switch (arch.family) {
    case 'x86':
      return flags;
    case 'powerpc':
      return (
        (flags & ~(POWERPC_NORESERVE | POWERPC_LOCKED)) |
        (flags & POWERPC_NORESERVE ? MAP.NORESERVE : 0) |
        (flags & POWERPC_LOCKED ? MAP.LOCKED : 0)
      );
    default:
      return flags;
  }
};

/** Source: arch/powerpc/include/uapi/asm/mman.h. */
const POWERPC_NORESERVE = 0x40;
const POWERPC_LOCKED = 0x80;

const readVma = (x: unknown): Vma => {
  if (!isJson(x)) return malformed('a VMA is not an object');
  return {
    start: va(pageHex(x['start'], 'start')),
    end: va(pageHex(x['end'], 'end')),
    growsDown: booleanIn(x, 'growsdown'),
    shadowStack: false,
    perms: permsIn(x, 'flags'),
    name: stringIn(x, 'name'),
  };
};

/** Reads the part of a captured row that mmap() depends on. Throws only what {@link reading} catches. */
export const readCall = (row: Json): CapturedCall | { readonly unsupported: string } => {
  const arch = captureArch(row);
  if ('unsupported' in arch) return arch;
  const kernel = captureKernel(stringIn(row, 'kernel'), stringIn(row, 'variant'));
  if ('unsupported' in kernel) return kernel;
  const layout = objectIn(row, 'layout');
  const vmas = ascending(arrayIn(layout, 'vmas').map(readVma));
  const randomize = booleanIn(layout, 'randomize');
  const request = objectIn(row, 'request');
  const fd = stringIn(request, 'fd');
  const file = Object.hasOwn(fileKinds, fd) ? fileKinds[fd] : undefined;
  if (file === undefined) return { unsupported: `file kind ${fd}` };
  const setting = stringIn(row, 'shmem_enabled');
  // A machine without huge pages shows no setting.
  const shmemEnabled = setting === '?' ? 'never' : shmemSettings.find(s => s === setting);
  if (shmemEnabled === undefined) return { unsupported: `shmem_enabled ${setting}` };
  const flags = x86Flags(arch, countIn(request, 'flags'));
  const offset = hex(request['offset'], 'offset');
  const bar = request['bar'];
  const region =
    isJson(bar) && offset >> 40n === hex(bar['region_offset'], 'region_offset') >> 40n
      ? {
          phys: pa(Number(hex(bar['phys'], 'phys'))),
          size: bytes(Number(hex(bar['size'], 'size'))),
          mappable: true,
        }
      : undefined;
  const emulated = row['variant'] !== 'host';
  return {
    mm: {
      arch,
      facts: kernel.facts,
      space: makeAddressSpace(
        vmas,
        layoutFromBase(arch, va(pageHex(layout['mmap_base'], 'mmap_base')), {
          stackLimit: Number(hex(layout['rlimit_stack'], 'rlimit_stack')),
          legacy: booleanIn(layout, 'legacy'),
          randomize,
        }),
        kernel.facts,
        arch,
      ),
      randomize,
      bit32Start: () => 0,
    },
    limits: {
      ...ordinaryLimits,
      rawIo: true,
      ram: emulated ? CAPTURED_RAM : undefined,
      physBits: !emulated ? ordinaryLimits.physBits : arch.family === 'x86' ? CAPTURED_PHYS_BITS : 52,
      devMem: arch.family !== 's390',
    },
    request: {
      file,
      hint: wordOfBigInt(hex(request['hint'], 'hint')),
      length: wordOfBigInt(hex(request['len'], 'len')),
      offset: wordOfBigInt(offset),
      prot: countIn(request, 'prot'),
      flags,
      region,
      hugePage: arch.hugePages[0] ?? bytes(2 * MiB),
      shmemEnabled,
      shadowStack: false,
    },
    randomStart:
      arch.family === 'x86' &&
      randomize &&
      (flags & MAP.BIT32) !== 0 &&
      (flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) === 0,
  };
};

const show = (p: Placement): string =>
  p.ok ? `0x${BigInt(p.start).toString(16)}` : `${errnoName(p.errno)} (${p.refusal})`;

/** 32 MiB in pages: how many starts MAP_32BIT can draw. */
const STARTS = 8192;

/** A result as the captures tell it: the address, or the error number alone. */
const told = (p: Placement): string => (p.ok ? `0x${BigInt(p.start).toString(16)}` : errnoName(p.errno));

/**
 * Every result that some draws of MAP_32BIT's random starts give. Each search of one mmap() draws anew, so every
 * start of the first is tried with a few of the second, and every start of the second with each first one that led
 * to another kind of outcome: a second search depends on the first through no more than that and, where it fails,
 * through the first one's address.
 */
const everyDraw = (call: CapturedCall): ReadonlySet<string> => {
  const results = new Set<string>();
  const run = (draws: readonly number[]): number => {
    let searches = 0;
    const mm: Mm = {
      ...call.mm,
      bit32Start: attempt => {
        searches = Math.max(searches, attempt + 1);
        return draws[Math.min(attempt, draws.length - 1)] ?? 0;
      },
    };
    results.add(told(mmap(mm, call.limits, call.request)));
    return searches;
  };
  const all = Array.from({ length: STARTS }, (_, i) => i * 4096);
  const last = all.at(-1) ?? 0;
  const samples = [0, last / 2, last];
  const led = new Set<number>();
  for (const first of all)
    for (const later of samples) if (run([first, later]) > 1 && led.size < LED) led.add(first);
  for (const first of [...led, ...samples])
    for (const second of all) for (const third of samples) run([first, second, third]);
  for (const third of all) run([last, last, third]);
  return results;
};

/** How many first draws that lead on are tried with every second one. */
const LED = 4;

/** The answer of the kernel and that of the engine to one captured mmap(), side by side. */
export interface ComparedPlacement {
  /** The address, or the errno. */
  readonly expected: string;
  /** The address, or the errno and the check that gave it. */
  readonly got: string;
  readonly same: boolean;
  /** The kernel drew at random, and what it gave is one of the answers that some draw gives. */
  readonly oneOfSeveral: boolean;
}

/** Runs the mmap() of one captured row, placement or leaf, beside what the kernel answered. Never throws on bad input. */
export const comparePlacement = (
  row: Json,
): ComparedPlacement | { readonly unsupported: string } | { readonly malformed: string } => {
  const read = reading(() => {
    const call = readCall(row);
    if ('unsupported' in call) return call;
    const result = objectIn(row, 'result');
    const expected =
      result['errno'] === undefined
        ? { addr: hex(result['addr'], 'addr') }
        : { errno: numberIn(result, 'errno') };
    return { call, expected };
  });
  if ('malformed' in read) return read;
  if ('unsupported' in read.value) return read.value;
  const { call, expected } = read.value;
  const wanted = 'addr' in expected ? `0x${expected.addr.toString(16)}` : errnoName(expected.errno);
  const got = mmap(call.mm, call.limits, call.request);
  const agrees = got.ok
    ? 'addr' in expected && BigInt(got.start) === expected.addr
    : 'errno' in expected && got.errno === expected.errno;
  const sides = { expected: wanted, got: show(got) };
  if (agrees) return { ...sides, same: true, oneOfSeveral: false };
  if (call.randomStart) {
    const all = everyDraw(call);
    if (all.size > 1 && all.has(wanted)) return { ...sides, same: true, oneOfSeveral: true };
  }
  return { ...sides, same: false, oneOfSeveral: false };
};

/** Runs the mmap() of one captured row, placement or leaf, and compares the address or errno. */
export const replayPlacement = (row: Json): Verdict => {
  const compared = comparePlacement(row);
  if ('malformed' in compared) return { kind: 'malformed', reason: compared.malformed };
  if ('unsupported' in compared) return { kind: 'unsupported', reason: compared.unsupported };
  return compared.same ? MATCHED : { kind: 'differs', expected: compared.expected, got: compared.got };
};
