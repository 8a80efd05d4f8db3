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
