import type { Arch, LeafKind } from '../../src/arch/arch.ts';
import { type LeafTally, tally } from '../../src/leaves/words.ts';
import { errnoName } from '../../src/placement/errno.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { type DeviceAnswer, type Solution, skippedOf } from '../../src/solve.ts';
import { type GapIndex, gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import { mod } from '../../src/units.ts';
import { refusalText } from '../scenario/words.ts';
import type { Answer } from '../state/solution.ts';

/** One stretch of a strip: leaves of one kind, as bytes from the start of the mapping. */
export interface StripRun {
  readonly kind: LeafKind;
  readonly from: number;
  readonly size: number;
  readonly count: number;
  readonly corrupt: boolean;
}

/** What device memory shows in a row: leaves, or blocks of them where entries are marked contiguous. */
export interface DeviceMeasures {
  readonly runs: readonly StripRun[];
  /** Leaves by kind, large to small. */
  readonly tallies: readonly LeafTally[];
  /** The kind that most leaves are of. */
  readonly most: LeafKind;
  readonly leaves: number;
  readonly faults: number;
  /** Page-table pages below the root. */
  readonly tables: number;
  readonly tableBytes: number;
  /** Size of the largest leaf that the machine has and the mapping could hold, and VA − PA modulo it. */
  readonly modulus: number;
  readonly residue: number;
}

/** The figures of a row whose mmap() succeeded. */
export interface Measures {
  readonly ok: true;
  readonly start: number;
  readonly length: number;
  readonly device: DeviceMeasures | undefined;
  /** Bytes that alignment leaves free beside the mapping; undefined where no search chose the place. */
  readonly skipped: number | undefined;
  /** The last search: bytes a gap had to hold, and what the gap taken holds. */
  readonly gap: { readonly needed: number; readonly found: number } | undefined;
  /** log2 of the addresses that alignment allows, taken from those that pages allow. */
  readonly aslr: number | undefined;
}

/** A row without an answer, and why. */
export interface Failure {
  readonly ok: false;
  readonly errno: string;
  readonly reason: string;
}

export type RowMeasures = Measures | Failure;

/** The last search of a placement: what it needed and what it took. */
const gapOf = (events: readonly PlacementEvent[], index: GapIndex): Measures['gap'] => {
  let head: Extract<PlacementEvent, { kind: 'search' }> | undefined;
  let gap: Measures['gap'];
  for (const event of events) {
    if (event.kind === 'search') head = event;
    if (event.kind !== 'taken' || head === undefined) continue;
    const found =
      Math.min(gapEnd(index, event.gap), head.high) - Math.max(gapStart(index, event.gap), head.low);
    gap = { needed: head.needed, found };
  }
  return gap;
};

/** Bytes that the address had to be a multiple of, or of which its residue was given. */
const alignmentOf = (events: readonly PlacementEvent[], steps: Solution['steps'], page: number): number => {
  let align = page;
  for (const event of events) {
    if (event.kind === 'search') align = event.alignMask === 0 ? page : event.alignMask + page;
    if (event.kind === 'congruent') align = Math.max(align, event.size);
  }
  for (const step of steps) if (step.kind === 'roundUp') align = Math.max(align, step.align);
  return align;
};

/**
 * The largest leaf that some release installs for device memory and that fits into `length` bytes; the page where
 * there is none: then no address is better than another.
 */
const modulusOf = (leaves: Arch['pfnLeaves'], length: number, page: number): number =>
  Math.max(page, ...leaves.filter(l => l.since !== undefined && l.size <= length).map(l => l.size));

/** Bytes of the BAR from the first mapping's begin to the last one's end. */
const lengthOf = (first: DeviceAnswer, last: DeviceAnswer): number =>
  last.mapping.pa - first.mapping.pa + (last.mapping.end - last.mapping.start);

/** Reads the figures of a row off an answer. */
export const measure = ({ scenario, solution, events }: Answer): RowMeasures => {
  const { placement, prepared, device, steps } = solution;
  const refused = refusalText(scenario, solution, events);
  if (!placement.ok)
    return { ok: false, errno: refused?.errno ?? errnoName(placement.errno), reason: refused?.text ?? '' };
  const { arch, mm } = prepared;
  const reserved = steps.some(step => step.kind === 'reserve');
  const searched = placement.by === 'search' || reserved;
  const { parts, total } = solution;
  const last = parts.at(-1);
  const end = last === undefined ? placement.end : Math.max(placement.end, last.mapping.end);
  const length = last === undefined || device === undefined ? end - placement.start : lengthOf(device, last);
  let shown: DeviceMeasures | undefined;
  if (device !== undefined && total !== undefined) {
    const { mapping } = device;
    const modulus = modulusOf(arch.pfnLeaves, length, arch.page);
    const tallies = tally(parts.flatMap(part => part.units));
    const most = tallies.reduce<LeafTally | undefined>(
      (a, b) => (a === undefined || b.count > a.count ? b : a),
      undefined,
    );
    shown = {
      runs: parts.flatMap(part =>
        part.units.map(run => ({
          kind: run.kind,
          from: part.mapping.pa - mapping.pa + (run.va - part.mapping.start),
          size: run.size,
          count: run.count,
          corrupt: run.corrupt === true,
        })),
      ),
      tallies,
      most: most?.kind ?? 'pte',
      leaves: tallies.reduce((sum, t) => sum + t.count, 0),
      faults: total.faults,
      tables: total.cost.tables.reduce((sum, t) => sum + t.count, 0),
      tableBytes: total.cost.tableBytes,
      modulus,
      residue: mod(mapping.start - mapping.pa, modulus),
    };
  }
  return {
    ok: true,
    start: placement.start,
    length,
    device: shown,
    skipped: skippedOf(solution, events),
    gap: searched ? gapOf(events, mm.space.index) : undefined,
    aslr: searched ? Math.log2(alignmentOf(events, steps, arch.page) / arch.page) : undefined,
  };
};
