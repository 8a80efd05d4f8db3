import type { Va } from '../units.ts';

/** What a VMA is, as far as placement and page tables care. */
export interface Vma {
  /** First byte, page aligned. */
  readonly start: Va;
  /** First byte after, page aligned. */
  readonly end: Va;
  /** VM_GROWSDOWN: the search keeps `stack_guard_gap` free below it. */
  readonly growsDown: boolean;
  /** Shadow stack: one page is kept free below it from 6.6 on. */
  readonly shadowStack: boolean;
  /** Protection and sharing as /proc/PID/maps prints it: `rw-p`. */
  readonly perms: string;
  /** The name /proc/PID/maps prints, or ''. */
  readonly name: string;
}

/** The number of the first VMA that ends above `address`, in ascending order; their number where there is none. */
export const firstAbove = (vmas: readonly Vma[], address: number): number => {
  let lo = 0;
  let hi = vmas.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((vmas[mid] as Vma).end <= address) lo = mid + 1;
    else hi = mid;
  }
  return lo;
};
