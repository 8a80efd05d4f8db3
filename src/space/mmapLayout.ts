import type { Arch } from '../arch/arch.ts';
import { alignUp, MiB, type Va, va } from '../units.ts';

/** RLIMIT_STACK at exec in bytes; Infinity for unlimited. */
export type StackLimit = number;

/** Where the search for a gap begins, and in which direction it runs. */
export interface MmapLayout {
  /** Top-down searches start here and go down. */
  readonly mmapBase: Va;
  /** Bottom-up searches start here and go up; also the lower end of the fallback. */
  readonly legacyBase: Va;
  /** MMF_TOPDOWN: false in the legacy layout. */
  readonly topDown: boolean;
}

/** `stack_guard_gap` in bytes: 256 pages of whatever size. Source: mm/mmap.c, 6.12. */
export const stackGuardGap = (page: number): number => 256 * page;

const MIN_GAP = 128 * MiB;

/** What decides the layout at exec. */
export interface LayoutInput {
  readonly stackLimit: StackLimit;
  /** ADDR_COMPAT_LAYOUT or vm.legacy_va_layout: bottom-up. An unlimited stack selects it too, except on x86. */
  readonly legacy: boolean;
  /** Address randomization is on. */
  readonly randomize: boolean;
  /** The random distance drawn at exec in bytes, 0 when not randomizing; the same one serves both bases. */
  readonly random: number;
}

/** True when a process with this stack limit is laid out bottom-up. */
const isLegacy = (arch: Arch, input: Pick<LayoutInput, 'legacy' | 'stackLimit'>): boolean =>
  input.legacy || (arch.layout.unlimitedIsLegacy && input.stackLimit >= 2 ** 64 - 4096);

/**
 * mmap_base of a process whose randomization drew `random` bytes.
 *
 * Source: mmap_base() and arch_pick_mmap_layout(), arch/x86/mm/mmap.c and mm/util.c, read in 6.1, 6.12 and 7.0;
 * arch/s390/mm/mmap.c does the same from its own STACK_TOP.
 */
export const mmapLayout = (arch: Arch, input: LayoutInput): MmapLayout => {
  const { stackTop, stackRnd, unmappedBase } = arch.layout;
  const pad = (input.randomize ? stackRnd : 0) + stackGuardGap(arch.page);
  const wraps = input.stackLimit + pad >= 2 ** 64;
  const wanted = wraps ? input.stackLimit : input.stackLimit + pad;
  const gap = Math.min(Math.max(wanted, MIN_GAP), Math.floor(stackTop / 6) * 5);
  return {
    mmapBase: va(alignUp(stackTop - gap - input.random, arch.page)),
    legacyBase: va(unmappedBase + input.random),
    topDown: !isLegacy(arch, input),
  };
};

/**
 * The layout of a process whose `mmapBase` is known, with the legacy base that the same random draw gives.
 * `mmapBase` is the start of the bottom-up search where `legacy` is set.
 */
export const layoutFromBase = (arch: Arch, mmapBase: Va, input: Omit<LayoutInput, 'random'>): MmapLayout => {
  if (input.legacy) return { mmapBase, legacyBase: mmapBase, topDown: false };
  const still = mmapLayout(arch, { ...input, random: 0 });
  const random = Math.max(0, still.mmapBase - mmapBase);
  return { mmapBase, legacyBase: va(still.legacyBase + random), topDown: true };
};
