import type { PlacementEvent } from './mm.ts';
import type { Placement } from './mmap.ts';

/**
 * Bytes of address space that alignment leaves free between the mapping and the edge the search pushed it
 * against: above it in a top-down search, below it in a bottom-up one. Undefined where no search chose the place.
 */
export const skippedBytes = (placement: Placement, events: readonly PlacementEvent[]): number | undefined => {
  if (!placement.ok || placement.by !== 'search') return undefined;
  let topDown = true;
  let best: number | undefined;
  for (const event of events) {
    if (event.kind === 'search') topDown = event.topDown;
    if (event.kind !== 'taken') continue;
    const left = topDown ? event.edge - placement.end : placement.start - event.edge;
    // shmem searches twice and may keep the first answer: only an edge the mapping lies inside of counts.
    if (left >= 0) best = best === undefined ? left : Math.min(best, left);
  }
  return best;
};
