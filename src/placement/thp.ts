import { alignUp, mod, U64 } from '../units.ts';
import { plainArea } from './area.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';

/** The 64 bits of `n` as a signed number, loff_t. */
const signed = (n: number): number => {
  const u = mod(n, U64);
  return u >= 2 ** 63 ? u - U64 : u;
};

/**
 * The THP helper: asks for `length + size`, then moves to an address congruent to `offset` modulo `size`.
 * Returns 0 for "no answer" (the caller then places the real length), as the kernel does.
 *
 * `offset` is a page multiple below 2^64. The kernel compares offsets as signed numbers, and rounding up wraps like
 * any sum: a range that has a whole block before 2^63 and ends above it counts as empty, one whose first block begins
 * at 2^63 does not (/dev/zero at 2^63 - 4096, measured on 6.18.44).
 *
 * Source: __thp_get_unmapped_area(), mm/huge_memory.c, 6.12 and 7.0; the last step 96204e15310c.
 */
export const thpAligned = (
  mm: Mm,
  r: AreaRequest,
  offset: number,
  size: number,
  attempt: number,
  record?: Recorder,
): number => {
  const end = signed(offset + r.length);
  const firstBlock = signed(alignUp(signed(offset), size));
  if (end <= firstBlock || end - firstBlock < size) {
    record?.({ kind: 'padGaveUp', size, why: 'no whole block of the offset in the range' });
    return 0;
  }
  const length = r.length + size;
  if (length >= U64 || offset + length >= U64) {
    record?.({ kind: 'padGaveUp', size, why: 'the padded length wraps' });
    return 0;
  }
  record?.({ kind: 'pad', size, offset, length });
  const found = plainArea(mm, { ...r, length, alignOffset: offset }, attempt, record);
  if (found < 0) {
    record?.({ kind: 'padGaveUp', size, why: 'no room for the padded length' });
    return 0;
  }
  // How a usable hint wins: the arch function gave back just what was asked for.
  if (found === r.hint) return found;
  const distance = mod(offset - found, size);
  // The mm's flag decides, not the direction of the search that succeeded: after a bottom-up fallback this
  // leaves a hole of `size` below the mapping.
  const flushed = mm.facts.thpFlushTop && mm.space.layout.topDown && distance === 0;
  const added = flushed ? size : distance;
  record?.({ kind: 'congruent', size, offset, found, added, flushed, addr: found + added });
  return found + added;
};
