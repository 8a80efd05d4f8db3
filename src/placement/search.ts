import {
  endOf,
  findVma,
  firstGapOf,
  type GapIndex,
  gapEnd,
  gapStart,
  guardStartOf,
  lastGapOf,
  startOf,
} from '../space/gapIndex.ts';
import { mod, U64 } from '../units.ts';

/** The kernel's -ENOMEM, as the search returns it. */
export const NO_ROOM = -12;

/** What vm_unmapped_area() is asked: struct vm_unmapped_area_info, in bytes. */
export interface SearchQuery {
  readonly topDown: boolean;
  readonly length: number;
  /** Inclusive. */
  readonly lowLimit: number;
  /** Exclusive. */
  readonly highLimit: number;
  /** 0, or the bits of the address that must equal those of `alignOffset`: usually size - PAGE. */
  readonly alignMask: number;
  readonly alignOffset: number;
  /** Bytes to keep free below the new mapping (a new shadow stack), else 0. */
  readonly startGap: number;
}

/** How the kernel at hand searches. */
export interface SearchRules {
  /** mmap_min_addr where the search itself is clamped to it, else 0. */
  readonly minAddr: number;
  /** False before 6.1.26, 6.2.13 and 6.3: the chosen gap is not tested against the next VMA's guard. */
  readonly guards: boolean;
}

/** What one step of the search saw. Gap numbers are those of the {@link GapIndex}. */
export type SearchEvent =
  /** Gaps from `first` to `last`, in the order of the search, are too small for `needed` bytes or out of limits. */
  | { readonly kind: 'passed'; readonly first: number; readonly last: number; readonly needed: number }
  /** Gap `gap` was large enough, but the guard of the VMA above it cuts it; the search goes on beyond `limit`. */
  | {
      readonly kind: 'guarded';
      readonly gap: number;
      readonly guardStart: number;
      readonly candidate: number;
      readonly limit: number;
    }
  /** Gap `gap` was taken: `edge` is the end the mapping was pushed against, `shift` what alignment moved it by. */
  | {
      readonly kind: 'taken';
      readonly gap: number;
      readonly edge: number;
      readonly shift: number;
      readonly addr: number;
    }
  | { readonly kind: 'none' };

/** Receives the steps of a search; absent on the fast path. */
export type SearchRecorder = (event: SearchEvent) => void;

/**
 * `x AND mask` for a mask of adjacent bits (any mask this kernel family builds). Exact on doubles: the masked
 * bits are the difference of two residues. A mask with holes is taken bit by bit.
 */
export const andMask = (x: number, mask: number): number => {
  if (mask === 0) return 0;
  let low = 4096;
  while (mod(mask, low * 2) === 0) low *= 2;
  const size = mask + low;
  if (Number.isInteger(Math.log2(size))) return mod(x, size) - mod(x, low);
  return Number(BigInt.asUintN(64, BigInt(x)) & BigInt(mask));
};

/**
 * vm_unmapped_area(): the address of a free range of `length` bytes, or {@link NO_ROOM}. Lengths and limits
 * are page multiples below 2^64.
 *
 * It is not "the highest aligned fit": the gap is chosen by size alone, with the worst misalignment added to
 * the length, and the guard of the VMA above the gap is tested only afterwards.
 *
 * Source: vm_unmapped_area(), unmapped_area(), unmapped_area_topdown(), mm/vma.c in 7.3, mm/mmap.c in 6.12.
 */
export const vmUnmappedArea = (
  index: GapIndex,
  rules: SearchRules,
  query: SearchQuery,
  record?: SearchRecorder,
): number => {
  const needed = query.length + query.alignMask + query.startGap;
  if (needed >= U64) {
    record?.({ kind: 'none' });
    return NO_ROOM;
  }
  return query.topDown
    ? searchDown(index, rules, query, needed, record)
    : searchUp(index, rules, query, needed, record);
};

const searchDown = (
  index: GapIndex,
  rules: SearchRules,
  query: SearchQuery,
  needed: number,
  record: SearchRecorder | undefined,
): number => {
  const lo = Math.max(query.lowLimit, rules.minAddr);
  let hi = query.highLimit;
  for (;;) {
    // The routine is given hi - 1 as inclusive limit, and a hi of 0 wraps to the top of the 64-bit space: a
    // grows-down VMA in the first MiB leads here.
    if (hi === 0) hi = U64;
    const top = findVma(index, hi - 4096);
    let gap = -1;
    if (Math.min(gapEnd(index, top), hi) - Math.max(gapStart(index, top), lo) >= needed) gap = top;
    else {
      gap = lastGapOf(index, top - 1, needed);
      if (gap >= 0 && gapEnd(index, gap) - Math.max(gapStart(index, gap), lo) < needed) gap = -1;
    }
    if (gap < 0) {
      record?.({ kind: 'passed', first: top, last: findVma(index, lo), needed });
      record?.({ kind: 'none' });
      return NO_ROOM;
    }
    if (gap < top) record?.({ kind: 'passed', first: top, last: gap + 1, needed });
    const end = Math.min(gapEnd(index, gap), hi);
    const shift = andMask(end - query.length - query.alignOffset, query.alignMask);
    const addr = end - query.length - shift;
    if (rules.guards && gap < index.count) {
      const guardStart = guardStartOf(index, gap) as number;
      if (guardStart < (startOf(index, gap) as number) && guardStart < end) {
        record?.({ kind: 'guarded', gap, guardStart, candidate: addr, limit: guardStart });
        hi = guardStart;
        continue;
      }
    }
    record?.({ kind: 'taken', gap, edge: end, shift, addr });
    return addr;
  }
};

const searchUp = (
  index: GapIndex,
  rules: SearchRules,
  query: SearchQuery,
  needed: number,
  record: SearchRecorder | undefined,
): number => {
  let lo = Math.max(query.lowLimit, rules.minAddr);
  const hi = query.highLimit;
  for (;;) {
    const bottom = findVma(index, lo);
    let gap = -1;
    if (Math.min(gapEnd(index, bottom), hi) - Math.max(gapStart(index, bottom), lo) >= needed) gap = bottom;
    else {
      gap = firstGapOf(index, bottom + 1, needed);
      if (gap >= 0 && Math.min(gapEnd(index, gap), hi) - gapStart(index, gap) < needed) gap = -1;
    }
    if (gap < 0) {
      record?.({ kind: 'passed', first: bottom, last: findVma(index, Math.max(hi - 4096, lo)), needed });
      record?.({ kind: 'none' });
      return NO_ROOM;
    }
    if (gap > bottom) record?.({ kind: 'passed', first: bottom, last: gap - 1, needed });
    const base = Math.max(gapStart(index, gap), lo) + query.startGap;
    const shift = andMask(query.alignOffset - base, query.alignMask);
    const addr = base + shift;
    if (rules.guards && gap < index.count) {
      const guardStart = guardStartOf(index, gap) as number;
      // The padded length is measured from the already aligned address, so up to align_mask bytes that the
      // mapping will not use must be clear of the guard too.
      if (guardStart < (startOf(index, gap) as number) && guardStart < addr + needed) {
        lo = endOf(index, gap) as number;
        record?.({ kind: 'guarded', gap, guardStart, candidate: addr, limit: lo });
        continue;
      }
    }
    record?.({ kind: 'taken', gap, edge: base, shift, addr });
    return addr;
  }
};
