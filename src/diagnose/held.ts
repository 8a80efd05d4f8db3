import type { ArchId } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { bytesOf, costOf, faultsOf, tablesNeeded } from '../cost/cost.ts';
import type { HugeFault } from '../intake/facts.ts';
import type { FaultEra } from '../kernel/facts.ts';
import type { LeafRules } from '../leaves/rules.ts';
import type { LeafRun } from '../leaves/runs.ts';
import { bestPossible } from '../leaves/why.ts';
import type { Vma } from '../space/vma.ts';
import { type Bytes, bytes, KiB, va } from '../units.ts';
import type { CountCheck, DiagnosisRow, DumpHeld, FaultsHeld, Layout, QemuHeld } from './diagnosis.ts';
import type { Given } from './given.ts';

/** The size of the leaf over one byte of a mapping; undefined outside. Runs ascend. */
const leafAt = (runs: readonly LeafRun[], at: number): LeafRun | undefined =>
  runs.find(run => at >= run.va && at < run.va + run.size * run.count);

type Judgeable = Pick<DiagnosisRow, 'answer' | 'start' | 'end' | 'length' | 'offset' | 'bar' | 'device'>;

/** Whether a fault line speaks of this mapping. */
const speaksOf = (fault: HugeFault, row: Judgeable, page: number): boolean => {
  if (fault.pageOffset === undefined || row.offset === undefined) return false;
  if (fault.bar !== undefined && row.bar !== undefined && fault.bar !== row.bar) return false;
  if (fault.device !== undefined && row.device !== undefined && fault.device !== row.device) return false;
  if (fault.bar === undefined && (fault.device === undefined || row.device === undefined)) return false;
  const at = fault.pageOffset * page - row.offset;
  return at >= 0 && at < row.length;
};

/**
 * Fault lines of one mapping held against its leaves: a fault that installed order n says that there is a leaf of
 * that size, one that fell back that there is a smaller one. Undefined where no line speaks of it.
 */
export const faultsHeld = (
  faults: readonly HugeFault[],
  row: Judgeable,
  page: number,
): FaultsHeld | undefined => {
  const { answer, offset } = row;
  if (answer === undefined || offset === undefined) return undefined;
  let count = 0;
  let agree = 0;
  let first: FaultsHeld['first'];
  for (const fault of faults) {
    if (!speaksOf(fault, row, page)) continue;
    const leaf = leafAt(answer.leaves, row.start + (fault.pageOffset ?? 0) * page - offset);
    if (leaf === undefined) continue;
    count++;
    const size = bytes(page * 2 ** fault.order);
    // A size that the architecture has no leaf of is asked for and refused.
    if (fault.installed ? leaf.size === size : leaf.size < size) agree++;
    else first ??= { fault, size, expected: leaf.size };
  }
  return count === 0 ? undefined : { count, agree, first };
};

/** A page-table dump held against the leaves of one mapping. Undefined where it shows none of it. */
export const dumpHeld = (dumped: Given['dumped'], row: Judgeable): DumpHeld | undefined => {
  const { answer } = row;
  if (answer === undefined) return undefined;
  let shown = 0;
  let agree = 0;
  let first: DumpHeld['first'];
  for (const d of dumped) {
    if (d.size === undefined || d.end <= row.start || d.start >= row.end) continue;
    for (const run of answer.leaves) {
      const from = Math.max(d.start, run.va, row.start);
      const to = Math.min(d.end, run.va + run.size * run.count, row.end);
      if (from >= to) continue;
      shown += to - from;
      if (d.size === run.size) agree += to - from;
      else first ??= { line: d.line, start: va(from), size: d.size, expected: run.size };
    }
  }
  return shown === 0 ? undefined : { shown: bytes(shown), agree: bytes(agree), first };
};

/** The region that QEMU names for a mapping, and the area of it that is mapped. */
export const qemuHeld = (regions: Given['qemuRegions'], row: Judgeable): QemuHeld | undefined => {
  const { offset } = row;
  if (offset === undefined || row.bar === undefined) return undefined;
  const mine = regions.filter(
    r =>
      (r.index ?? Number(/\bBAR (\d)\b/.exec(r.name)?.[1] ?? -1)) === row.bar &&
      (row.device === undefined || !/[0-9a-f]:[0-9a-f]{2}\.\d/.test(r.name) || r.name.includes(row.device)) &&
      (r.size === undefined || r.size >= offset + row.length),
  );
  const [region] = mine;
  if (region === undefined || mine.length > 1 || region.areas.length + region.mmaps.length === 0)
    return undefined;
  const end = offset + row.length;
  const mapped = region.mmaps.find(m => (m.offset ?? m.start) === offset);
  const area =
    region.areas.find(a => a.offset === offset && a.end === end) ??
    (mapped === undefined
      ? undefined
      : {
          offset,
          end: bytes(offset + (mapped.end - mapped.start)),
          line: mapped.line,
        });
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
    const { tableBytes } = costOf(leaves, found, era);
    const faults = parts.reduce((n, runs) => n + faultsOf(runs, era), 0);
    const key = `${faults} ${tableBytes}`;
    if (leaves.length === 0 || seen.has(key)) return;
    seen.add(key);
    layouts.push({ id, row, leaves, faults, tableKib: tableBytes / KiB });
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

/** At most so many KiB of page tables the rest of the process has: as if every page of it were present. */
const otherTables = (vmas: readonly Vma[], rows: readonly DiagnosisRow[], arch: ArchId): number => {
  const found = archOf(arch);
  const mine = new Set(rows.map(r => r.start as number));
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
  return bytesOf(tablesNeeded(runs, found)) / KiB;
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
