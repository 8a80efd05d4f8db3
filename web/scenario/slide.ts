import type { NearestStart, WhyCause } from '../../src/leaves/why.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import { alignDown, alignUp, mod } from '../../src/units.ts';
import type { Update } from '../state/steps.ts';

/**
 * What if the mapping began at `start` (a page multiple)? MAP_FIXED asks the kernel for exactly that, so a policy
 * that chooses addresses has no say; one of user space is left out, because the program would map elsewhere.
 */
export const withStart =
  (start: number, program: boolean): Update =>
  s => ({
    ...s,
    machine: program ? { ...s.machine, policy: 'shipped' } : s.machine,
    request: {
      ...s.request,
      hint: start,
      flags: (s.request.flags | MAP.FIXED) & ~MAP.FIXED_NOREPLACE,
    },
  });

/** Why the mapping cannot be slid, in a sentence; undefined where it can. */
export const whyNoSlide = ({ device, parts }: Solution): string | undefined => {
  if (device === undefined) return 'There is no device mapping to slide.';
  return parts.length > 1
    ? 'Several mappings go around the holes: one start cannot place them all.'
    : undefined;
};

/** The nearer one of two starts that agree with the physical address, as far as it lies in user space. */
export const nearestStart = (
  { device, prepared }: Solution,
  { below, above }: Extract<WhyCause, { kind: 'congruence' }>,
): NearestStart | undefined => {
  if (device === undefined) return undefined;
  const { start, end } = device.mapping;
  const { mmapMinAddr, taskSize } = prepared.arch;
  return [below, above]
    .filter(to => to !== undefined)
    .filter(to => to.start >= mmapMinAddr && to.start + (end - start) <= taskSize)
    .sort((a, b) => Math.abs(a.start - start) - Math.abs(b.start - start))[0];
};

/** The start was chosen by hand. */
export const isSlid = (s: Scenario): boolean => (s.request.flags & MAP.FIXED) !== 0 && s.request.hint !== 0;

/** Lets the kernel place the mapping again. */
export const withoutStart: Update = s => ({
  ...s,
  request: { ...s.request, hint: 0, flags: s.request.flags & ~(MAP.FIXED | MAP.FIXED_NOREPLACE) },
});

/** What a slide may do: pages of the kernel, a range, and the physical address that the mapping shows. */
export interface Rail {
  readonly page: number;
  readonly low: number;
  /** The highest start. */
  readonly high: number;
  readonly pa: number;
  /** Sizes whose boundaries hold the hand, large to small. */
  readonly sizes: readonly number[];
}

/**
 * The start that a hand means at `wanted`, on pages and on the rail: the nearest that is congruent to the physical
 * address modulo the largest size within `slack` bytes, else `wanted` itself.
 */
export const snapped = (wanted: number, rail: Rail, slack: number): number => {
  // A start is a page: from here on every number is one, and exact.
  const page = alignDown(wanted, rail.page);
  const held = (n: number): boolean => n >= rail.low && n <= rail.high && mod(n, rail.page) === 0;
  for (const size of rail.sizes) {
    const off = mod(page - rail.pa, size);
    const near = off > size / 2 ? page - off + size : page - off;
    if (Math.abs(near - wanted) <= Math.max(slack, rail.page) && held(near)) return near;
  }
  return Math.min(Math.max(page, alignUp(rail.low, rail.page)), alignDown(rail.high, rail.page));
};
