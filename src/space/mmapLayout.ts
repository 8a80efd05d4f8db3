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

/** `stack_guard_gap`: 256 pages of 4 KiB. */
export const STACK_GUARD_GAP = 256 * 4096;
const STACK_RND = 0x3f_ffff * 4096;
const MIN_GAP = 128 * MiB;

/** What decides the layout at exec. */
export interface LayoutInput {
  readonly stackLimit: StackLimit;
  /** ADDR_COMPAT_LAYOUT or vm.legacy_va_layout: bottom-up. An unlimited stack does not select it on x86. */
  readonly legacy: boolean;
  /** Address randomization is on. */
  readonly randomize: boolean;
  /** The random distance drawn at exec in bytes, 0 when not randomizing; the same one serves both bases. */
  readonly random: number;
}

/**
 * mmap_base of an x86-64 process whose randomization drew `random` bytes. Both bases lie in the 47-bit
 * window, on 5-level machines too.
 *
 * Source: mmap_base(), arch_pick_mmap_layout(), arch/x86/mm/mmap.c, read in 6.1, 6.12 and 7.0.
 */
export const x86MmapLayout = (arch: Arch, input: LayoutInput): MmapLayout => {
  const task = arch.window;
  const pad = (input.randomize ? STACK_RND : 0) + STACK_GUARD_GAP;
  const wraps = input.stackLimit + pad >= 2 ** 64;
  const wanted = wraps ? input.stackLimit : input.stackLimit + pad;
  const gap = Math.min(Math.max(wanted, MIN_GAP), Math.floor(task / 6) * 5);
  return {
    mmapBase: va(alignUp(task - gap - input.random, arch.page)),
    legacyBase: va(alignUp(Math.floor(task / 3), arch.page) + input.random),
    topDown: !input.legacy,
  };
};

/**
 * The layout of a process whose `mmapBase` is known, with the legacy base that the same random draw gives.
 * `mmapBase` is the start of the bottom-up search where `legacy` is set.
 */
export const x86LayoutFromBase = (
  arch: Arch,
  mmapBase: Va,
  input: Omit<LayoutInput, 'random'>,
): MmapLayout => {
  if (input.legacy) return { mmapBase, legacyBase: mmapBase, topDown: false };
  const still = x86MmapLayout(arch, { ...input, random: 0 });
  const random = Math.max(0, still.mmapBase - mmapBase);
  return { mmapBase, legacyBase: va(still.legacyBase + random), topDown: true };
};
