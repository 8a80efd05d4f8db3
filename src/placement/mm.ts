import type { Arch } from '../arch/arch.ts';
import type { KernelFacts } from '../kernel/facts.ts';
import type { AddressSpace } from '../space/addressSpace.ts';
import type { SearchEvent } from './search.ts';

/** Everything placement needs to know of the process and its kernel. */
export interface Mm {
  readonly arch: Arch;
  readonly facts: KernelFacts;
  readonly space: AddressSpace;
  /** The process was started with address randomization. */
  readonly randomize: boolean;
  /**
   * What MAP_32BIT's search number `attempt` draws at random: bytes below 32 MiB, a page multiple; 0 without
   * address randomization. The only randomness left in placement once a process runs.
   */
  readonly bit32Start: (attempt: number) => number;
}

/** A request as the per-architecture functions see it: page multiples, in bytes. */
export interface AreaRequest {
  /** The hint, 0 for none. */
  readonly hint: number;
  readonly length: number;
  readonly flags: number;
  /** 0, or huge page size less a page, for hugetlb. */
  readonly alignMask: number;
  /** Bytes of the file offset that the search is told; it decides nothing while the mask is 0. */
  readonly alignOffset: number;
  /** Bytes to keep free below a new shadow stack. */
  readonly startGap: number;
  /** A file is mapped: its pages may have a colour. */
  readonly isFile: boolean;
  /** What the top-down function tries before its own search; undefined on every released kernel. */
  readonly byLength: ByLength | undefined;
}

/** Aligned searches that the top-down function makes first, one a size that the length reaches. */
export interface ByLength {
  /** Bytes, large to small. */
  readonly sizes: readonly number[];
  /** Where a size finds no room, the next smaller one is tried. */
  readonly cascade: boolean;
  /** What addresses are congruent to; undefined: the file offset. */
  readonly phys: number | undefined;
}

/** One step of placement, in the order the kernel takes them; what a screen words and draws. */
export type PlacementEvent =
  /** A search of the whole window began. `attempt` says on whose behalf. */
  | {
      readonly kind: 'search';
      readonly topDown: boolean;
      readonly length: number;
      readonly needed: number;
      readonly low: number;
      readonly high: number;
      readonly alignMask: number;
      readonly alignOffset: number;
    }
  | SearchEvent
  /** The hint was tested. */
  | {
      readonly kind: 'hint';
      readonly hint: number;
      readonly length: number;
      readonly verdict: 'taken' | 'occupied' | 'beyond the address space' | 'across the 47-bit line';
    }
  /** The THP helper began: a search for `length + size`, congruent to `offset` modulo `size`. */
  | { readonly kind: 'pad'; readonly size: number; readonly offset: number; readonly length: number }
  /** The helper gave no answer. */
  | {
      readonly kind: 'padGaveUp';
      readonly size: number;
      readonly why:
        | 'no whole block of the offset in the range'
        | 'the padded length wraps'
        | 'no room for the padded length';
    }
  /** The helper moved the padded range's start to the congruent address. */
  | {
      readonly kind: 'congruent';
      readonly size: number;
      readonly offset: number;
      readonly found: number;
      readonly added: number;
      readonly flushed: boolean;
      readonly addr: number;
    }
  /** A search with an alignment mask ended; addr is undefined where no gap would do. */
  | {
      readonly kind: 'masked';
      readonly size: number;
      readonly offset: number;
      readonly addr: number | undefined;
    }
  /** The kernel did not try to align, and why. */
  | { readonly kind: 'unaligned'; readonly why: UnalignedReason }
  /** The top-down search failed and the bottom-up function runs. */
  | { readonly kind: 'fallback' };

/** Why no alignment was tried. */
export type UnalignedReason =
  | 'this kernel aligns no mapping of this kind'
  | 'the length is not a multiple of PMD_SIZE'
  | 'the caller gave a hint'
  | 'the file places its mappings itself, unaligned'
  | 'shared memory without huge pages';

/** Receives the steps; absent on the fast path. */
export type Recorder = (event: PlacementEvent) => void;
