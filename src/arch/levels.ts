import { bytes } from '../units.ts';
import type { TableLevel } from './arch.ts';

/**
 * The levels of a page table from the shifts of their entries, PTE first. A table has as many entries as its
 * parent's entry has room for; the root covers `2^space` bytes. Each entry takes 8 bytes unless said otherwise, and
 * a table at least `least` bytes where the architecture hands out whole pages.
 */
export const tableLevels = (
  names: readonly TableLevel['name'][],
  shifts: readonly number[],
  space: number,
  least: number,
  entryBytes = 8,
): readonly TableLevel[] =>
  names.map((name, i) => {
    const shift = shifts[i];
    if (shift === undefined) throw new Error(`no shift for ${name}`);
    const entries = 2 ** ((shifts[i + 1] ?? space) - shift);
    return { name, shift, entries, tableBytes: bytes(Math.max(least, entries * entryBytes)) };
  });
