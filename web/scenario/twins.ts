import type { LeafRun } from '../../src/leaves/runs.ts';
import type { WhyCause } from '../../src/leaves/why.ts';
import { leafNames } from '../../src/leaves/words.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { alignmentOf, barAlignment, physRanges } from '../../src/scenario/devices.ts';
import type { Bar, Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { findVma, gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignDown, alignUp, mod, pa } from '../../src/units.ts';
import { finalSearch } from '../picture/vaItems.ts';
import { spaceShown } from './spaceShown.ts';

/** A picture as a table. The first cell of a row names the row. */
export interface Twin {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the table leaves out, in a sentence. */
  readonly note: string | undefined;
}

/** More rows than this nobody reads; what is left out is said. */
const MOST_ROWS = 60;
/** Of them, so many on the far side of the mapping, where no search went. */
const BEYOND = 12;

type Row = readonly string[];

const sizeOrNone = (n: number): string => (n === 0 ? '0' : formatSize(n));

/** The gaps a search went through, by index number, and what became of each. */
const verdicts = (solution: Solution, events: readonly PlacementEvent[]) => {
  const { index } = solution.prepared.mm.space;
  const search = finalSearch(events, index);
  const last = events.slice(events.findLastIndex(e => e.kind === 'search') + 1);
  const verdictOf = (gap: number): string => {
    if (search?.taken?.gap === gap) return 'taken';
    for (const e of last) {
      if (e.kind === 'guarded' && e.gap === gap) return 'large enough, but the guard above cuts it';
      if (e.kind === 'passed' && gap >= Math.min(e.first, e.last) && gap <= Math.max(e.first, e.last))
        return 'too small';
    }
    return '';
  };
  return { search, verdictOf };
};

/**
 * The address space around the mapping, ascending: mappings, and each gap with its size, the size the search needed
 * and what became of it. At most `most` rows, most of them on the side the search came from.
 */
export const spaceTwin = (
  solution: Solution,
  events: readonly PlacementEvent[],
  most: number = MOST_ROWS,
): Twin => {
  const { placement, prepared } = solution;
  const { index, vmas } = spaceShown(solution);
  const { taskSize } = prepared.arch;
  // The trace is that of the first mapping, and the picture of another one has no search either.
  const { search, verdictOf } = verdicts(solution, solution.device === solution.parts[0] ? events : []);
  const placed = placement.ok ? placement : undefined;
  const home =
    search?.taken?.gap ??
    findVma(
      index,
      placed?.start ?? (search === undefined ? taskSize : search.topDown ? search.high - 4096 : search.low),
    );
  const row = (from: number, to: number, what: string, verdict = '', needed = ''): Row => [
    formatAddress(from),
    what,
    sizeOrNone(to - from),
    needed,
    verdict,
    formatAddress(to),
  ];
  /** A gap's rows; the mapping cuts its own gap in pieces. */
  const gapRows = (gap: number): Row[] => {
    const from = gapStart(index, gap);
    const to = Math.min(gapEnd(index, gap), taskSize);
    if (to <= from) return [];
    const verdict = verdictOf(gap);
    // A search sees only what lies between its limits.
    const [low, high] =
      verdict === '' || search === undefined || placed !== undefined
        ? [from, to]
        : [Math.max(from, search.low), Math.min(to, search.high)];
    if (low > from || high < to)
      return [
        ...(low > from ? [row(from, low, 'free', 'not searched')] : []),
        row(low, high, 'free', verdict, search === undefined ? '' : formatSize(search.needed)),
        ...(high < to ? [row(high, to, 'free', 'not searched')] : []),
      ];
    const needed = verdict === '' || search === undefined ? '' : formatSize(search.needed);
    if (placed === undefined || gap !== home || placed.start < from || placed.end > to)
      return [row(from, to, 'free', verdict, needed)];
    const rows: Row[] = [];
    const free = (a: number, b: number, edge: boolean): void => {
      if (b > a) rows.push(row(a, b, 'free', edge ? verdict : '', edge ? needed : ''));
    };
    free(from, placed.start, search?.topDown !== false);
    rows.push(
      row(placed.start, placed.end, 'the new mapping', placed.by === 'search' ? '' : `by ${placed.by}`),
    );
    free(placed.end, to, search?.topDown === false);
    return rows;
  };
  const vmaRows = (i: number): Row[] => {
    const v = vmas[i];
    if (v === undefined) return [];
    const hit = placed !== undefined && v.start < placed.end && v.end > placed.start;
    const name = v.name === '' ? 'anonymous' : v.name.slice(0, 80);
    return [row(v.start, v.end, name, hit ? 'MAP_FIXED takes all or part of it' : '')];
  };
  const over: Row[] =
    placed !== undefined && (placed.start < gapStart(index, home) || placed.end > gapEnd(index, home))
      ? [row(placed.start, placed.end, 'the new mapping', `by ${placed.by}`)]
      : [];
  const middle = [...over, ...gapRows(home)];
  const above: Row[] = [];
  const below: Row[] = [];
  const down = search?.topDown ?? true;
  const roomAbove = down ? most - BEYOND : BEYOND;
  let up = home;
  const stepUp = (limit: number): void => {
    while (up < index.count && above.length + 2 <= limit) {
      above.push(...vmaRows(up));
      up++;
      above.push(...gapRows(up));
    }
  };
  stepUp(roomAbove - middle.length);
  let low = home;
  while (low > 0 && below.length + above.length + middle.length + 2 <= most) {
    low--;
    below.unshift(...gapRows(low), ...vmaRows(low));
  }
  stepUp(most - middle.length - below.length);
  const left = index.count - (up - low);
  const unseen = search === undefined ? 0 : search.passedCount;
  return {
    caption: 'Address space around the mapping',
    head: ['From', 'What', 'Size', 'Needed', 'Verdict of the search', 'To'],
    rows: [...below, ...middle, ...above],
    note:
      left <= 0
        ? undefined
        : `${formatCount(left)} further ${left === 1 ? 'mapping is' : 'mappings are'} left out, with the gaps between them.${
            unseen > 0
              ? ` The search passed over ${formatCount(unseen)} ${unseen === 1 ? 'gap' : 'gaps'} in all, the largest of ${formatSize(search?.largestPassed ?? 0)}.`
              : ''
          }`,
  };
};

const causeWords = (cause: WhyCause): string => {
  switch (cause.kind) {
    case 'notUsable':
      switch (cause.refusal.kind) {
        case 'archNever':
          return 'no release installs it on this architecture';
        case 'kernelTooOld':
          return `Linux ${cause.refusal.since} and newer install it`;
        case 'era':
          return 'this kernel’s driver maps base pages only';
        case 'notBuilt':
          return 'a PREEMPT_RT kernel has no huge pages';
        case 'policy':
          return 'THP policy forbids it';
      }
      break;
    case 'noWholeBlock':
      return 'no whole block of physical memory in the mapping';
    case 'congruence':
      return `VA and PA are ${formatSize(cause.residue)} apart`;
    case 'bound':
      return `the block at the ${cause.side} sticks out by ${formatSize(cause.sticksOut)}`;
    case 'touchOrder':
      return 'a page table from an earlier touch is in the way';
  }
};

const countAt = (runs: readonly LeafRun[], size: number): number =>
  runs.reduce((n, r) => (r.size === size ? n + r.count : n), 0);

/** The zipper: every size of leaf or contiguous run, whether VA and PA meet there, and what came of it. */
export const zipperTwin = (solution: Solution, device: DeviceAnswer): Twin => {
  const { arch } = solution.prepared;
  const { start, end, pa } = device.mapping;
  const whys = new Map(device.why.map(w => [w.size as number, w.parts]));
  const sizes = [
    ...arch.pfnLeaves.map(l => ({ kind: l.kind, size: l.size as number })),
    ...arch.contiguous.map(l => ({ kind: l.kind, size: l.size as number })),
  ].sort((a, b) => b.size - a.size);
  return {
    caption: 'Zipper: where leaves of each size fit',
    head: ['Size', 'VA − PA mod size', 'Boundaries', 'Whole blocks of VA', 'Leaves', 'Why not more'],
    rows: sizes.map(({ kind, size }) => {
      const residue = mod(start - pa, size);
      const blocks = Math.max(0, (alignDown(end, size) - alignUp(start, size)) / size);
      const cont = kind === 'contpte' || kind === 'contpmd';
      const parts = whys.get(size) ?? [];
      return [
        `${leafNames[kind]} ${formatSize(size)}`,
        residue === 0 ? '0' : `${formatAddress(residue)}, ${formatSize(residue)}`,
        residue === 0 ? 'meet' : `miss by ${formatSize(residue)}`,
        formatCount(blocks),
        formatCount(countAt(cont ? device.units : device.leaves, size)),
        cont && countAt(device.units, size) === 0
          ? residue === 0
            ? 'not marked contiguous'
            : `VA and PA are ${formatSize(residue)} apart`
          : [...new Set(parts.map(p => causeWords(p.cause)))].join('; '),
      ];
    }),
    note: undefined,
  };
};

/** The leaves themselves: neighbouring ones of a kind in one row. */
export const leavesTwin = ({ leaves, mapping }: DeviceAnswer, most: number = MOST_ROWS): Twin => ({
  caption: 'Leaves',
  head: ['VA', 'PA', 'Leaf', 'Count'],
  rows: leaves
    .slice(0, most)
    .map(run => [
      formatAddress(run.va),
      formatAddress(mapping.pa + (run.va - mapping.start)),
      `${leafNames[run.kind]} ${formatSize(run.size)}${run.corrupt ? ', corrupt' : ''}`,
      formatCount(run.count),
    ]),
  note:
    leaves.length > most
      ? `${formatCount(leaves.length - most)} further runs of leaves are left out.`
      : undefined,
});

/** The physical side, ascending: BARs, what of them is mapped, and what is left out of the mapping. */
export const physicalTwin = (
  { device }: Scenario,
  { parts, prepared }: Solution,
  most: number = MOST_ROWS,
): Twin => {
  const natural = (bar: Pick<Bar, 'base' | 'size'>): string => {
    switch (barAlignment(bar)) {
      case 'natural':
        return 'a multiple of its size';
      case 'off':
        return `${formatSize(mod(bar.base, bar.size))} off a multiple of its size`;
      case 'odd':
        return 'its size is no power of two';
    }
  };
  const aligned = (address: number): string => {
    const size = alignmentOf(pa(address));
    return size === undefined ? 'every size' : formatSize(size);
  };
  const row = (from: number, size: number, what: string, natureOf = ''): readonly [number, Row] => [
    from,
    [
      formatAddress(from),
      what,
      formatSize(size),
      natureOf === '' ? aligned(from) : `${aligned(from)}, ${natureOf}`,
      formatAddress(from + size),
    ],
  ];
  const rows: (readonly [number, Row])[] = [
    ...device.windows.map(w =>
      row(
        w.base,
        w.size,
        `${w.prefetchable ? 'prefetchable ' : ''}bridge window${w.label === '' ? '' : `, ${w.label}`}`,
      ),
    ),
    ...device.others.map(b =>
      row(
        b.base,
        b.size,
        b.owner === undefined ? `BAR ${b.index}` : `BAR ${b.index} of ${b.owner}`,
        natural(b),
      ),
    ),
    row(device.bar.base, device.bar.size, `BAR ${device.bar.index}`, natural(device.bar)),
    ...physRanges(device)
      .slice(1)
      .map(f => row(f.phys, f.size, `BAR ${device.bar.index} from ${formatSize(f.offset)} on`)),
    ...parts.map((p, i) => {
      const { start, end, pa: base } = p.mapping;
      const which = parts.length === 1 ? 'mapped' : `mapped, part ${i + 1}`;
      return row(base, end - start, `${which}, at VA ${formatAddress(start)}`);
    }),
    ...device.holes.map(h => row(device.bar.base + h.offset, h.size, 'hole, not mapped')),
  ];
  // A BAR and what is mapped of it begin at one address: the sort is stable, and the BAR comes first.
  const all = rows.sort(([a], [b]) => a - b).map(([, cells]) => cells);
  return {
    caption: 'Physical address space',
    head: ['From', 'What', 'Size', 'Alignment', 'To'],
    rows: all.slice(0, most),
    note:
      all.length > most
        ? `${formatCount(all.length - most)} further ranges are left out.`
        : parts.length === 0
          ? `Nothing of it is mapped on ${prepared.arch.label}.`
          : undefined,
  };
};

/** The page tables, from the root down: how many, how large, and what their entries hold. */
export const ladderTwin = (solution: Solution, device: DeviceAnswer): Twin => {
  const { levels } = solution.prepared.arch;
  const { cost, leaves } = device;
  return {
    caption: 'Page tables of this mapping',
    head: ['Level', 'Tables', 'Bytes', 'Entries to tables', 'Leaves', 'Other entries', 'An entry covers'],
    rows: levels
      .map((level, i): Row => {
        const root = i === levels.length - 1;
        const own = root ? 1 : (cost.tables.find(t => t.name === level.name)?.count ?? 0);
        const below = levels[i - 1];
        const pointers = below === undefined ? 0 : (cost.tables.find(t => t.name === below.name)?.count ?? 0);
        const here = leaves.filter(r => r.size === 2 ** level.shift);
        const count = countAt(here, 2 ** level.shift);
        return [
          level.name,
          root ? '1, the root' : formatCount(own),
          sizeOrNone(own * level.tableBytes),
          formatCount(pointers),
          formatCount(count),
          formatCount(own * level.entries - pointers - count),
          formatSize(2 ** level.shift),
        ];
      })
      .reverse(),
    note: 'Every process has the root; its bytes are not counted as a cost.',
  };
};

/** What the tables are made of. */
interface Facts {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly events: readonly PlacementEvent[];
}

/** The tables of what is shown, in the order of the pictures; none has more than `most` rows. */
export const twinsOf = ({ scenario, solution, events }: Facts, most: number = MOST_ROWS): readonly Twin[] => {
  const { device } = solution;
  const space = spaceTwin(solution, events, most);
  if (device === undefined)
    return scenario.request.file === 'vfio' ? [space, physicalTwin(scenario, solution, most)] : [space];
  return [
    space,
    zipperTwin(solution, device),
    leavesTwin(device, most),
    physicalTwin(scenario, solution, most),
    ladderTwin(solution, device),
  ];
};
