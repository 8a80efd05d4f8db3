import { MiB, va } from '../units.ts';
import type { Vma } from './vma.ts';

/** For tests only: address spaces drawn as ASCII, and the ones the worked examples are set in. */

/** A VMA of a test. */
export const testVma = (
  start: number,
  end: number,
  kind: 'plain' | 'growsDown' | 'shadow' = 'plain',
): Vma => ({
  start: va(start),
  end: va(end),
  growsDown: kind === 'growsDown',
  shadowStack: kind === 'shadow',
  perms: 'rw-p',
  name: '',
});

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

const readSize = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d+)([KMGT])$/.exec(text) ?? [];
  const scale = UNITS[unit];
  if (scale === undefined) throw new Error(`not a size: ${text}`);
  return Number(digits) * scale;
};

/**
 * VMAs drawn as text. A line is an address, the size one column stands for, and a picture: `.` is free, a run
 * of one letter is one VMA, of `g` a VMA that grows down, of `s` a shadow stack. So
 *
 *     vmasFromText('0x10000 4K ..AABB..gg')
 *
 * has A at 0x12000 to 0x14000, B right above it, and a stack of two pages. Lines ascend.
 */
export const vmasFromText = (text: string): readonly Vma[] => {
  const vmas: Vma[] = [];
  for (const line of text.trim().split('\n')) {
    const [address = '', size = '', picture = ''] = line.trim().split(/\s+/);
    const unit = readSize(size);
    const origin = Number(address);
    if (!Number.isSafeInteger(origin / 4096)) throw new Error(`not an address: ${address}`);
    for (const { 0: run, index } of picture.matchAll(/([A-Za-z])\1*/g)) {
      const start = origin + index * unit;
      const kind = run.startsWith('g') ? 'growsDown' : run.startsWith('s') ? 'shadow' : 'plain';
      vmas.push(testVma(start, start + run.length * unit, kind));
    }
  }
  return vmas;
};

/** mmap_base of every worked example: 8 MiB stack, no randomization. */
const EXAMPLE_BASE = 0x7fff_f7ff_f000;
const MIN_ADDR = 0x1_0000;
const STACK_START = 0x7fff_fffd_e000;
const GUARD_START = STACK_START - MiB;

const image = testVma(0x40_0000, 0xcf_2000);
const stack = testVma(STACK_START, 0x7fff_ffff_f000, 'growsDown');

type Range = readonly [start: number, end: number];

const complement = (from: number, to: number, holes: readonly Range[]): readonly Vma[] => {
  const vmas: Vma[] = [];
  let at = from;
  for (const [start, end] of [...holes].sort((a, b) => a[0] - b[0])) {
    if (start > at) vmas.push(testVma(at, start));
    at = end;
  }
  if (to > at) vmas.push(testVma(at, to));
  return vmas;
};

/** Free up to `lid`; everything from there to mmap_base is taken. */
export const lidAt = (lid: number, ...others: readonly Vma[]): readonly Vma[] =>
  [image, testVma(lid, EXAMPLE_BASE), stack, ...others].sort((a, b) => a.start - b.start);

/** Everything from 0x10000 to mmap_base is taken but the holes; above mmap_base all is free up to the stack. */
export const sealedBelow = (...holes: readonly Range[]): readonly Vma[] => [
  ...complement(MIN_ADDR, EXAMPLE_BASE, holes),
  stack,
];

/** As {@link sealedBelow}, with the space between mmap_base and the stack's guard taken as well. */
export const sealed = (...holes: readonly Range[]): readonly Vma[] => [
  ...complement(MIN_ADDR, GUARD_START, holes),
  stack,
];

/** A hole of `size` bytes at `start`. */
export const hole = (start: number, size: number): Range => [start, start + size];

/** The legacy layout: free from 0x2aaa_aaab_3000, above vvar and vdso. */
export const legacySpace = (...others: readonly Vma[]): readonly Vma[] =>
  [image, testVma(0x2aaa_aaaa_b000, 0x2aaa_aaab_3000), stack, ...others].sort((a, b) => a.start - b.start);

/** A lid at 0x7fff_0000_0000 that reaches down to a page that grows down at 0x7ffe_0000_0000. */
export const guardedLid = (): readonly Vma[] => [
  image,
  ...vmasFromText('0x7ffe00000000 4K gA'),
  testVma(0x7ffe_0000_2000, EXAMPLE_BASE),
  stack,
];

/** A VMA that grows down at 1 MiB, so that its guard reaches address 0; free below it, and above mmap_base. */
export const guardAtZero = (): readonly Vma[] => [
  testVma(0x10_0000, 0x10_1000, 'growsDown'),
  testVma(0x10_1000, EXAMPLE_BASE),
  stack,
];
