import type { LeafKind } from '../arch/arch.ts';
import { alignDown, alignUp, type Bytes, bytes, mod, type Pa, type Va, va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import type { LeafRefusal, LeafRules } from './rules.ts';
import { acceptsBlock, closedForm, type LeafRun, leafCount } from './runs.ts';

/** A start address that agrees with the physical address modulo a leaf size, and what it would give. */
export interface NearestStart {
  readonly start: Va;
  /** Leaves after ascending touches with the mapping there; whether the place is free is not asked. */
  readonly leaves: readonly LeafRun[];
}

/** What stopped one leaf size on one part of a mapping. All distances in bytes. */
export type WhyCause =
  /** architecture, release, driver or THP policy: no address helps */
  | { readonly kind: 'notUsable'; readonly refusal: LeafRefusal }
  /**
   * No whole aligned block of physical memory lies in the mapping, so no address helps. `below` and `above`: how
   * far the blocks at its two ends stick out (one and the same block when the mapping lies inside it).
   */
  | {
      readonly kind: 'noWholeBlock';
      readonly tooShort: boolean;
      readonly below: Bytes;
      readonly above: Bytes;
    }
  /**
   * VA and PA disagree. `residue` = (VA - PA) mod size, in (0, size): also the way from any VA boundary to the next
   * PA boundary on its right. The nearest starts that agree are `residue` below and `size - residue` above.
   */
  | {
      readonly kind: 'congruence';
      readonly residue: Bytes;
      readonly below: NearestStart | undefined;
      readonly above: NearestStart;
    }
  /** The block across this bound of the VMA sticks out of it by so much. */
  | { readonly kind: 'bound'; readonly side: 'start' | 'end'; readonly sticksOut: Bytes }
  /** A touch at another place of the block came first and left a table, which stays (exact eras). */
  | { readonly kind: 'touchOrder' };

/** One part of the mapping that got smaller leaves than the size in question. */
export interface WhyPart {
  readonly where: 'whole' | 'startFlank' | 'body' | 'endFlank';
  readonly start: Va;
  readonly end: Va;
  readonly cause: WhyCause;
}

/** One leaf size, and every part of the mapping that did not get it (or a larger one), ascending. */
export interface WhySize {
  readonly kind: LeafKind;
  readonly size: Bytes;
  /** Empty: the whole mapping has leaves of at least this size. */
  readonly parts: readonly WhyPart[];
}

const nearest = (m: PfnMapping, rules: LeafRules, start: number): NearestStart => ({
  start: va(start),
  leaves: closedForm({ start: va(start), end: (start + (m.end - m.start)) as Va, pa: m.pa }, rules),
});

/** What keeps a usable size out of the whole mapping, or undefined if whole blocks of it can be mapped. */
const wholeCause = (m: PfnMapping, rules: LeafRules, size: number): WhyCause | undefined => {
  if (acceptsBlock(m, rules, size) && alignUp(m.start, size) < alignDown(m.end, size)) return undefined;
  // Only the physical range counts from here on: the VA could be chosen to match it.
  const hi = m.pa + (m.end - m.start);
  if (alignUp(m.pa, size) >= alignDown(hi, size))
    return {
      kind: 'noWholeBlock',
      tooShort: hi - m.pa < size,
      below: bytes(mod(m.pa, size)),
      above: bytes(mod(-hi, size)),
    };
  const residue = mod(m.start - m.pa, size);
  return {
    kind: 'congruence',
    residue: bytes(residue),
    below: m.start >= residue ? nearest(m, rules, m.start - residue) : undefined,
    above: nearest(m, rules, m.start - residue + size),
  };
};

/** Stretches of `[lo, hi)` whose leaves in `got` are smaller than `size`. */
const smaller = (got: readonly LeafRun[], size: number, lo: number, hi: number): WhyPart[] => {
  const parts: WhyPart[] = [];
  let from: number | undefined;
  let to = lo;
  const close = (): void => {
    if (from !== undefined)
      parts.push({ where: 'body', start: va(from), end: va(to), cause: { kind: 'touchOrder' } });
    from = undefined;
  };
  for (const run of got) {
    const start = Math.max(run.va, lo);
    const end = Math.min(run.va + run.size * run.count, hi);
    if (start >= end) continue;
    if (run.size < size) {
      from ??= start;
      to = end;
    } else close();
  }
  close();
  return parts;
};

/**
 * For every leaf larger than the base page: which parts of the mapping did not get it, and what stopped it there.
 * `got` are the leaves really there, as touchAll() gives them; without it those of ascending touches.
 * Where two things are in the way the one that outlasts the other is named: rules, then the length of the physical
 * range, then congruence, then the bounds, then the touch order.
 * Source: vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c, and __handle_mm_fault(), mm/memory.c,
 * 6.12.117 and 7.3.4.
 */
export const whyNotLarger = (m: PfnMapping, rules: LeafRules, got?: readonly LeafRun[]): WhySize[] =>
  rules.verdicts.map((verdict): WhySize => {
    const { kind, size } = verdict;
    const whole = (cause: WhyCause): WhySize => ({
      kind,
      size,
      parts: [{ where: 'whole', start: m.start, end: m.end, cause }],
    });
    if (!verdict.usable) return whole({ kind: 'notUsable', refusal: verdict.refusal });
    const cause = wholeCause(m, rules, size);
    if (cause !== undefined) return whole(cause);
    const lo = alignUp(m.start, size);
    const hi = alignDown(m.end, size);
    const parts: WhyPart[] = [];
    if (lo > m.start)
      parts.push({
        where: 'startFlank',
        start: m.start,
        end: va(lo),
        cause: { kind: 'bound', side: 'start', sticksOut: bytes(mod(m.start, size)) },
      });
    if (got !== undefined) parts.push(...smaller(got, size, lo, hi));
    if (hi < m.end)
      parts.push({
        where: 'endFlank',
        start: va(hi),
        end: m.end,
        cause: { kind: 'bound', side: 'end', sticksOut: bytes(mod(-m.end, size)) },
      });
    return { kind, size, parts };
  });

/** The fewest valid leaves that any virtual address could give one physical range. */
export interface BestPossible {
  readonly leaves: number;
  /** A start address is this good when it is `residue` modulo `modulus` (bytes): the largest leaf that appears. */
  readonly modulus: Bytes;
  readonly residue: Bytes;
  /** The leaves, for a mapping whose VA equals its PA: `va` of a run is a physical address. */
  readonly runs: readonly LeafRun[];
}

/**
 * The best a placement could do for `length` bytes at `pa` (both multiples of the base page, length > 0) under the
 * same kernel, architecture and policy, touched in ascending order: VA congruent to PA. Corrupt leaves do not
 * count as better.
 */
export const bestPossible = (length: Bytes, pa: Pa, rules: LeafRules): BestPossible => {
  const identity: PfnMapping = { start: pa as number as Va, end: (pa + length) as Va, pa };
  const runs = closedForm(identity, rules);
  let modulus = rules.page as number;
  for (const run of runs) modulus = Math.max(modulus, run.size);
  return { leaves: leafCount(runs), modulus: modulus as Bytes, residue: bytes(mod(pa, modulus)), runs };
};
