import type { ArchId } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { faultsOf, tablesNeeded, vmPteOf } from '../cost/cost.ts';
import type { HugeFault } from '../intake/facts.ts';
import type { Intake } from '../intake/intake.ts';
import type { FaultEra } from '../kernel/facts.ts';
import type { LeafRules } from '../leaves/rules.ts';
import type { LeafRun } from '../leaves/runs.ts';
import { bestPossible } from '../leaves/why.ts';
import { leavesText } from '../leaves/words.ts';
import type { Vma } from '../space/vma.ts';
import { type Bytes, bytes, KiB, va } from '../units.ts';
import type { CountCheck, DiagnosisRow, DumpHeld, FaultsHeld, Layout, QemuHeld } from './diagnosis.ts';

/** The size of the leaf over one byte of a mapping; undefined outside. Runs ascend. */
const leafAt = (runs: readonly LeafRun[], at: number): LeafRun | undefined =>
  runs.find(run => at >= run.va && at < run.va + run.size * run.count);

type Judgeable = Pick<
  DiagnosisRow,
  'answer' | 'physical' | 'start' | 'end' | 'length' | 'offset' | 'bar' | 'device'
>;

/** vm_fault_t: what a fault returns that installed a leaf, and one that fell back to a smaller one. */
const NOPAGE = 0x100;
const FALLBACK = 0x800;

/** The mapping whose fault a line tells of, and the address; undefined where it is not clear. */
const placeOf = <T extends Judgeable>(
  fault: HugeFault,
  rows: readonly T[],
  page: number,
): { readonly row: T; readonly at: number } | undefined => {
  const { va: address, pageOffset } = fault;
  const mine = (row: T): boolean =>
    row.answer !== undefined &&
    (fault.bar === undefined || fault.bar === row.bar) &&
    (fault.device === undefined || row.device === undefined || fault.device === row.device);
  if (address !== undefined) {
    const row = rows.find(r => address >= r.start && address < r.end && mine(r));
    return row && { row, at: address };
  }
  if (pageOffset === undefined || fault.bar === undefined) return undefined;
  // The offset counts from the start of the mapping: of several mappings of a BAR it does not tell which.
  const [row, ...others] = rows.filter(r => mine(r) && pageOffset * page < r.length);
  return row === undefined || others.length > 0 ? undefined : { row, at: row.start + pageOffset * page };
};

/**
 * Fault lines held against the leaves, by row key: a fault that installed order n says that there is a leaf of that
 * size, one that fell back that there is a smaller one. Lines of no or of several mappings are left out, and so are
 * faults that failed.
 */
export const faultsHeld = (
  faults: readonly HugeFault[],
  rows: readonly (Judgeable & Pick<DiagnosisRow, 'key'>)[],
  page: number,
): ReadonlyMap<string, FaultsHeld> => {
  const held = new Map<string, FaultsHeld>();
  // A log may hold a line a page; a process with many mappings has few lines.
  const most = Math.ceil(MOST_COMPARED / Math.max(1, rows.length));
  for (const fault of faults.slice(0, most)) {
    if (fault.returned !== undefined && fault.returned !== NOPAGE && fault.returned !== FALLBACK) continue;
    const place = placeOf(fault, rows, page);
    const leaf = place && leafAt(place.row.answer?.leaves ?? [], place.at);
    if (place === undefined || leaf === undefined) continue;
    const { count = 0, agree = 0, first } = held.get(place.row.key) ?? {};
    const size = bytes(page * 2 ** fault.order);
    const fits = fault.installed ? leaf.size === size : leaf.size < size;
    held.set(place.row.key, {
      count: count + 1,
      agree: agree + (fits ? 1 : 0),
      first: first ?? (fits ? undefined : { fault, size, expected: leaf.size }),
    });
  }
  return held;
};

/** Lines times rows that are compared at most. */
const MOST_COMPARED = 4_000_000;

/** The first stretch of a dump that ends above an address. Stretches ascend. */
const firstAbove = (dumped: Intake['dumped'], address: number): number => {
  let lo = 0;
  let hi = dumped.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((dumped[mid]?.end ?? 0) <= address) lo = mid + 1;
    else hi = mid;
  }
  return lo;
};

/**
 * A page-table dump, its stretches ascending, held against the leaves of one mapping. Undefined where it shows none of
 * it with a size.
 */
export const dumpHeld = (dumped: Intake['dumped'], row: Judgeable): DumpHeld | undefined => {
  const { answer, physical } = row;
  if (answer === undefined) return undefined;
  const known = physical.kind === 'bar' || physical.kind === 'column' ? physical.pa : undefined;
  let shown = 0;
  let agree = 0;
  let first: DumpHeld['first'];
  let elsewhere: DumpHeld['elsewhere'];
  for (let i = firstAbove(dumped, row.start); i < dumped.length; i++) {
    const d = dumped[i];
    if (d === undefined || d.start >= row.end) break;
    if (
      d.pa !== undefined &&
      known !== undefined &&
      d.pa - d.start !== known - row.start &&
      elsewhere === undefined
    )
      elsewhere = { line: d.line, start: va(Math.max(d.start, row.start)), pa: d.pa };
    if (d.size === undefined) continue;
    for (const run of answer.leaves) {
      const from = Math.max(d.start, run.va, row.start);
      const to = Math.min(d.end, run.va + run.size * run.count, row.end);
      if (from >= to) continue;
      shown += to - from;
      if (d.size === run.size) agree += to - from;
      else first ??= { line: d.line, start: va(from), size: d.size, expected: run.size };
    }
  }
  return shown === 0 && elsewhere === undefined
    ? undefined
    : { shown: bytes(shown), agree: bytes(agree), first, elsewhere };
};

/** Regions of one number that are looked at for one mapping: QEMU names each device's once. */
const MOST_REGIONS = 1024;

/** QEMU's regions by number, to be asked for one mapping after the other. */
export const regionsByIndex = (
  regions: Intake['qemuRegions'],
): ReadonlyMap<number, Intake['qemuRegions'][number][]> => {
  const byIndex = new Map<number, Intake['qemuRegions'][number][]>();
  for (const r of regions) {
    if (r.index === undefined) continue;
    const same = byIndex.get(r.index);
    if (same === undefined) byIndex.set(r.index, [r]);
    else if (same.length < MOST_REGIONS) same.push(r);
  }
  return byIndex;
};

/** The region that QEMU names for a mapping, and the area of it that is mapped. */
export const qemuHeld = (
  byIndex: ReturnType<typeof regionsByIndex>,
  row: Judgeable,
): QemuHeld | undefined => {
  const { offset } = row;
  if (offset === undefined || row.bar === undefined) return undefined;
  const mine = (byIndex.get(row.bar) ?? []).filter(
    r =>
      (row.device === undefined || r.device === undefined || r.device === row.device) &&
      (r.size === undefined || r.size >= offset + row.length),
  );
  const [region] = mine;
  if (region === undefined || mine.length > 1) return undefined;
  const areas = [...region.mmaps, ...region.areas];
  if (areas.length === 0) return undefined;
  const area = areas.find(a => a.offset === offset && a.end === offset + row.length);
  return { name: region.name, line: region.line, area };
};

const sorted = (runs: readonly LeafRun[]): readonly LeafRun[] => [...runs].sort((a, b) => a.va - b.va);

/**
 * Every way the leaves could be, over all mappings together and over each alone: as predicted, the best layout, and
 * with each leaf size as the largest. Layouts that cost the same are named once.
 */
export const layoutsOf = (
  rows: readonly DiagnosisRow[],
  arch: ArchId,
  era: FaultEra,
  idealRules: LeafRules,
): readonly Layout[] => {
  const found = archOf(arch);
  const judged = rows.flatMap(r => (r.answer === undefined ? [] : [{ row: r, answer: r.answer }]));
  const seen = new Set<string>();
  const layouts: Layout[] = [];
  const add = (id: Layout['id'], row: string | undefined, parts: readonly (readonly LeafRun[])[]): void => {
    const leaves = sorted(parts.flat());
    const faults = parts.reduce((n, runs) => n + faultsOf(runs, era), 0);
    const key = `${row ?? ''} ${leavesText(leaves)}`;
    if (leaves.length === 0 || seen.has(key)) return;
    seen.add(key);
    layouts.push({ id, row, leaves, faults, tableKib: vmPteOf(tablesNeeded(leaves, found)) / KiB });
  };
  const all = (of: readonly (typeof judged)[number][], row: string | undefined): void => {
    add(
      'now',
      row,
      of.map(({ answer }) => answer.leaves),
    );
    add(
      'best',
      row,
      of.map(({ answer }) => answer.best.runs),
    );
    for (let i = idealRules.levels.length; i >= 0; i--) {
      const levels = idealRules.levels.slice(i);
      const rules = { ...idealRules, levels };
      const runs = of.map(
        ({ answer: { mapping } }) => bestPossible(bytes(mapping.end - mapping.start), mapping.pa, rules).runs,
      );
      add(levels[0]?.kind ?? 'pte', row, runs);
    }
  };
  if (judged.length === 0) return [];
  all(judged, undefined);
  if (judged.length > 1 && judged.length <= 64) for (const one of judged) all([one], one.row.key);
  return layouts;
};

const distance = (given: number, low: number, high: number): number =>
  given < low ? given - low : given > high ? given - high : 0;

const check = (
  what: CountCheck['what'],
  given: number,
  line: number | undefined,
  layouts: readonly Layout[],
  slack: number,
): CountCheck => {
  const of = (l: Layout): number => (what === 'faults' ? l.faults : l.tableKib);
  const known = new Set<number>();
  const ranked = layouts
    .filter(l => !known.has(of(l)) && known.add(of(l)))
    .map(layout => ({ layout, off: distance(given, of(layout), of(layout) + slack) }))
    .sort((a, b) => Math.abs(a.off) - Math.abs(b.off));
  return {
    what,
    given,
    line,
    slack,
    matches: ranked.filter(r => r.off === 0).map(r => r.layout),
    nearest: ranked[0],
  };
};

/**
 * At most so many KiB of page tables the rest of the process has: as if every page of it were present. Device mappings
 * of which nothing is known belong to the rest: no layout counts them.
 */
const otherTables = (vmas: readonly Vma[], rows: readonly DiagnosisRow[], arch: ArchId): number => {
  const found = archOf(arch);
  const mine = new Set(rows.flatMap(r => (r.answer === undefined ? [] : [r.start as number])));
  const runs = vmas
    .filter(v => !mine.has(v.start) && !v.perms.startsWith('---'))
    .map(
      (v): LeafRun => ({
        va: v.start,
        kind: 'pte',
        size: found.page as Bytes,
        count: Math.ceil((v.end - v.start) / found.page),
        corrupt: false,
      }),
    );
  return vmPteOf(tablesNeeded(runs, found)) / KiB;
};

/** The counts that were given, held against every layout. */
export const countChecks = (
  counts: {
    readonly faults: { readonly count: number; readonly line: number | undefined } | undefined;
    readonly vmPte: { readonly kib: number; readonly line: number | undefined } | undefined;
  },
  layouts: readonly Layout[],
  vmas: readonly Vma[],
  rows: readonly DiagnosisRow[],
  arch: ArchId,
): readonly CountCheck[] => [
  ...(counts.faults === undefined
    ? []
    : [check('faults', counts.faults.count, counts.faults.line, layouts, 0)]),
  ...(counts.vmPte === undefined
    ? []
    : [
        check(
          'vmPte',
          counts.vmPte.kib,
          counts.vmPte.line,
          // VmPTE is the whole process's: one mapping alone cannot be told from it.
          layouts.filter(l => l.row === undefined),
          otherTables(vmas, rows, arch),
        ),
      ]),
];
