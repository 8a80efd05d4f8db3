import type { Arch } from '../arch/arch.ts';
import { x86Level4 } from '../arch/x86.ts';
import { factsOf, type KernelFacts } from '../kernel/facts.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { makeAddressSpace } from '../space/addressSpace.ts';
import { type MmapLayout, mmapLayout } from '../space/mmapLayout.ts';
import { testVma } from '../space/testing.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, GiB, MiB, type Word, word, wordOfBigInt } from '../units.ts';
import { errnoName } from './errno.ts';
import { MAP } from './flags.ts';
import type { Mm, Recorder } from './mm.ts';
import { mmap, type Placement } from './mmap.ts';
import { type FileKind, type Limits, type MmapRequest, ordinaryLimits, type VfioRegion } from './request.ts';

/** For tests only: processes and requests in few words, and results as text. */

export interface MachineInput {
  readonly kernel?: string;
  readonly arch?: Arch;
  readonly layout?: MmapLayout;
  readonly legacy?: boolean;
  readonly stackLimit?: number;
  readonly facts?: Partial<KernelFacts>;
  readonly bit32Start?: Mm['bit32Start'];
}

export const factsFor = (kernel: string): KernelFacts => {
  const version = parseKernelVersion(kernel);
  if (!version) throw new Error(`not a kernel version: ${kernel}`);
  return factsOf(version);
};

/** A process on a kernel; 6.18.44 with an 8 MiB stack and no randomization unless told otherwise. */
export const machine = (vmas: readonly Vma[], input: MachineInput = {}): Mm => {
  const arch = input.arch ?? x86Level4;
  const facts = { ...factsFor(input.kernel ?? '6.18.44'), ...input.facts };
  const layout =
    input.layout ??
    mmapLayout(arch, {
      stackLimit: input.stackLimit ?? 8 * MiB,
      legacy: input.legacy ?? false,
      randomize: false,
      random: 0,
    });
  return {
    arch,
    facts,
    randomize: false,
    space: makeAddressSpace(vmas, layout, facts, arch),
    bit32Start: input.bit32Start ?? (() => 0),
  };
};

/** The same process after it mapped and unmapped something. */
const withVmas = (mm: Mm, vmas: readonly Vma[]): Mm => ({
  ...mm,
  space: makeAddressSpace(
    [...vmas].sort((a, b) => a.start - b.start),
    mm.space.layout,
    mm.facts,
    mm.arch,
  ),
});

/** The same process with [start, end) mapped as well. */
export const andMapped = (mm: Mm, start: number, end: number): Mm =>
  withVmas(mm, [...mm.space.vmas, testVma(start, end)]);

export interface CallInput {
  readonly file?: FileKind;
  readonly hint?: number | bigint;
  readonly length?: number | bigint;
  readonly offset?: number | bigint;
  readonly flags?: number;
  readonly prot?: number;
  readonly region?: VfioRegion;
  readonly hugePage?: number;
  readonly shmemEnabled?: MmapRequest['shmemEnabled'];
  readonly shadowStack?: boolean;
}

const wordOf = (n: number | bigint): Word => (typeof n === 'bigint' ? wordOfBigInt(n) : word(n));

/** One mmap() call: a private anonymous page, no hint, unless told otherwise. */
export const callOf = (input: CallInput): MmapRequest => ({
  file: input.file ?? 'anon',
  hint: wordOf(input.hint ?? 0),
  length: wordOf(input.length ?? 0x1000),
  offset: wordOf(input.offset ?? 0),
  prot: input.prot ?? 0,
  flags: input.flags ?? MAP.PRIVATE,
  region: input.region,
  hugePage: bytes(input.hugePage ?? 2 * MiB),
  shmemEnabled: input.shmemEnabled ?? 'never',
  shadowStack: input.shadowStack ?? false,
});

/** Wide enough for any offset that the examples map through /dev/mem, which stands for a file without hook. */
export const testLimits: Limits = { ...ordinaryLimits, physBits: 52 };

/** Makes the call. */
export const call = (mm: Mm, input: CallInput, limits: Partial<Limits> = {}, record?: Recorder): Placement =>
  mmap(mm, { ...testLimits, ...limits }, callOf(input), record);

/** What mmap() returned, as the tables write it: an address or the name of an errno. */
export const resultText = (p: Placement): string =>
  p.ok ? `0x${BigInt(p.start).toString(16)}` : errnoName(p.errno);

/** An example of a table: `SA7 thp 0x400000 0x1000 0 0x7ffeffa01000`. */
export interface Example {
  readonly id: string;
  readonly mapping: string;
  readonly input: CallInput;
  readonly expected: string;
}

const kinds: Readonly<Record<string, CallInput>> = {
  anon: {},
  thp: { file: 'hookedFile' },
  none: { file: 'devMem' },
  huge2M: { file: 'hugetlbFile', hugePage: 2 * MiB },
  huge1G: { file: 'hugetlbFile', hugePage: GiB },
  zero: { file: 'devZero' },
};
const flagBits: Readonly<Record<string, number>> = {
  '32bit': MAP.BIT32,
  fixed: MAP.FIXED,
  noreplace: MAP.FIXED_NOREPLACE,
};

/** Reads a table of examples: id, mapping, length, file offset, hint, result. */
export const examplesOf = (table: string): readonly Example[] =>
  table
    .trim()
    .split('\n')
    .map(line => {
      const [id = '', mapping = '', length = '', offset = '', hint = '', expected = ''] = line
        .trim()
        .split(/\s+/);
      const [kind = '', flag] = mapping.split('+');
      const input = kinds[kind];
      const bit = flag === undefined ? 0 : flagBits[flag];
      if (input === undefined || bit === undefined || expected === '')
        throw new Error(`bad example: ${line}`);
      return {
        id,
        mapping,
        expected,
        input: {
          ...input,
          length: BigInt(length),
          offset: BigInt(offset),
          hint: BigInt(hint),
          flags: MAP.PRIVATE | bit,
        },
      };
    });
