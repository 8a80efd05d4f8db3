import type { Solution } from '../../src/solve.ts';
import { findVma } from '../../src/space/gapIndex.ts';

/** What MAP_FIXED takes away. */
export interface Unmapped {
  /** Mappings that lose pages. */
  readonly count: number;
  readonly bytes: number;
  /** Names of those mappings and the bytes each loses, most first; nameless ones together under ''. */
  readonly byName: readonly { readonly name: string; readonly bytes: number }[];
}

/** The mappings that a request with MAP_FIXED replaces; undefined where it replaces none. */
export const unmappedBy = ({ placement, prepared }: Solution): Unmapped | undefined => {
  if (!placement.ok || placement.by !== 'fixed') return undefined;
  const { index, vmas } = prepared.mm.space;
  const names = new Map<string, number>();
  let count = 0;
  let bytes = 0;
  for (let i = findVma(index, placement.start); i < vmas.length; i++) {
    const v = vmas[i];
    if (v === undefined || v.start >= placement.end) break;
    const lost = Math.min(v.end, placement.end) - Math.max(v.start, placement.start);
    count++;
    bytes += lost;
    const name = v.name.slice(0, 80);
    names.set(name, (names.get(name) ?? 0) + lost);
  }
  if (count === 0) return undefined;
  const byName = [...names].map(([name, lost]) => ({ name, bytes: lost })).sort((a, b) => b.bytes - a.bytes);
  return { count, bytes, byName };
};
