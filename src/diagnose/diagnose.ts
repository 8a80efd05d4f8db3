import { archOf } from '../arch/index.ts';
import { costOf } from '../cost/cost.ts';
import { pastedSpace } from '../intake/choose.ts';
import type { Intake, PlacedMapping } from '../intake/intake.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, prepare, trace } from '../solve.ts';
import { type Bytes, bytes, va } from '../units.ts';
import { checkScript, indexLog, logOf, publicTest } from './alignmentTest.ts';
import { barsOf } from './bars.ts';
import type {
  Ask,
  BarGroup,
  Cause,
  DiagnoseChoices,
  Diagnosis,
  DiagnosisRow,
  Disagreement,
  Fix,
  Totals,
  Verdict,
} from './diagnosis.ts';
import { disagreementsOf } from './disagreements.ts';
import { fixesOf } from './fixes.ts';
import { countChecks, dumpHeld, faultsHeld, layoutsOf, qemuHeld, regionsByIndex } from './held.ts';
import { answerAt, asSysfs, type Bench, idealOf, idealRulesOf, judge, nearestOf } from './judge.ts';
import { machineDisagreements, toldArch, toldKernel, toldThp } from './machine.ts';
import { type Behind, makeBehind, physOf } from './physical.ts';
import { machineOf, type Stretch, scenarioFor, spaceWithout } from './scenarioOf.ts';
import { type Asked, checkSearches } from './searches.ts';

/** More mappings are not judged; one text of the size limit could name 100,000. */
const MOST_ROWS = 4096;

/** How much searching for fixes may cost: VMAs indexed, over all rows. */
const FIX_BUDGET = 4_000_000;
/** Of it, so much is for rows that get the first fix alone, once the rest is spent. */
const BRIEF_BUDGET = 2_000_000;
/** Spaces that are indexed for the fixes of one row; for the first of them alone. */
const SPACES = 16;
const BRIEF = 2;

const RANK: Readonly<Record<Verdict, number>> = { bad: 3, better: 2, unknown: 1, good: 0 };
const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.reduce<Verdict>((a, b) => (RANK[b] > RANK[a] ? b : a), 'good');

const unknownRow = {
  answer: undefined,
  atBest: undefined,
  ideal: undefined,
  verdict: 'unknown',
  cause: { kind: 'unknown' },
  nearest: undefined,
  fixes: [],
  publicTest: undefined,
  checkScript: undefined,
  faults: undefined,
  dump: undefined,
  qemu: undefined,
} as const;

type Plain = Omit<DiagnosisRow, keyof typeof unknownRow>;

const plainRow = (m: PlacedMapping, behind: Behind, names: ReadonlyMap<string, string>): Plain => {
  const { physical, offset, candidates, bar } = behind;
  const known = physical.kind === 'bar' ? physical.candidate : undefined;
  const device = known?.address ?? (m.source === 'sysfs' ? m.device : undefined);
  return {
    key: `line ${m.line}`,
    line: m.line,
    source: m.source,
    device,
    deviceName: names.get(device ?? '') ?? '',
    bar: known?.bar ?? bar,
    barSize: known?.size,
    start: m.va,
    end: va(m.va + m.length),
    length: m.length,
    offset,
    column: { value: m.fileOffset, as: behind.as },
    physical,
    candidates,
    group: '',
  };
};

/** Gives rows of one BAR one group. Of an unknown device a second pass over a BAR is a second device. */
const grouped = (rows: readonly Plain[]): readonly Plain[] => {
  const passes = new Map<string, { n: number; spans: { from: number; to: number }[] }>();
  return rows.map(row => {
    const { device, bar, offset, physical } = row;
    if (bar === undefined || offset === undefined) return { ...row, group: row.key };
    if (physical.kind === 'bar') return { ...row, group: `${device ?? ''} BAR ${bar}` };
    const key = `? BAR ${bar}`;
    const pass = passes.get(key) ?? { n: 1, spans: [] };
    const span = { from: offset as number, to: offset + row.length };
    if (pass.spans.some(s => s.from < span.to && s.to > span.from)) {
      pass.n++;
      pass.spans = [];
    }
    pass.spans.push(span);
    passes.set(key, pass);
    return { ...row, group: pass.n === 1 ? key : `${key} (${pass.n})` };
  });
};

const stretchOf = (row: Plain, at: Stretch['pa']): Stretch => ({
  length: row.length,
  pa: at,
  offset: row.offset,
  bar: row.bar,
  barSize: row.barSize,
});

type Judgement = Pick<DiagnosisRow, 'answer' | 'atBest' | 'ideal' | 'verdict' | 'cause'>;

/** The verdict on one mapping, without what its neighbours make of it. */
const judged = (bench: Bench, row: Plain): Judgement => {
  const sysfs = row.source === 'sysfs';
  const one = (at: Stretch['pa']) => {
    const answer = answerAt(bench, stretchOf(row, at), row.start, sysfs);
    const ideal = idealOf(bench, row.length, at);
    return {
      answer,
      atBest: undefined,
      ideal,
      ...judge(answer, ideal, bench.idealRules.levels.length === 0),
    };
  };
  const at = physOf(row.physical);
  const whole = row.start % bench.prepared.arch.page === 0 && row.length % bench.prepared.arch.page === 0;
  if (!whole) return unknownRow;
  if (at !== undefined) return at % bench.prepared.arch.page === 0 ? one(at) : unknownRow;
  if (row.physical.kind !== 'several') return unknownRow;
  const all = row.candidates
    .filter(c => c.pa % bench.prepared.arch.page === 0)
    .map(c => one(c.pa))
    .sort((a, b) => leafCount(a.answer.leaves) - leafCount(b.answer.leaves));
  const [least, most] = [all[0], all.at(-1)];
  if (least === undefined || most === undefined) return unknownRow;
  const sure = all.every(a => a.verdict === most.verdict);
  return {
    ...most,
    atBest: least.answer,
    verdict: sure ? most.verdict : 'unknown',
    cause: sure ? most.cause : { kind: 'unknown' },
  };
};

interface Neighbours {
  readonly group: BarGroup;
  /** The run of rows that this one is in; undefined where it touches none. */
  readonly touching: Touching | undefined;
}

/** What the other mappings of the BAR make of a verdict. */
const amongNeighbours = (
  bench: Bench,
  row: Plain & Judgement,
  { group, touching }: Neighbours,
): Judgement => {
  const { answer, cause } = row;
  const at = physOf(row.physical);
  if (answer === undefined || at === undefined || row.offset === undefined || cause.kind !== 'none')
    return row;
  if (touching !== undefined) {
    const { pieces, now, joined } = touching;
    if (leafCount(joined) < now)
      return { ...row, verdict: 'better', cause: { kind: 'split', pieces, leaves: leafCount(joined) } };
  }
  const hole = group.holes.find(
    h => h.offset === (row.offset ?? 0) + row.length || h.offset + h.size === row.offset,
  );
  if (hole === undefined || row.ideal === undefined) return row;
  // With the hole filled: the mapping and the hole together.
  const low = Math.min(row.offset, hole.offset);
  const high = Math.max(row.offset + row.length, hole.offset + hole.size);
  const filled = idealOf(bench, bytes(high - low), (at - (row.offset - low)) as Stretch['pa']);
  return filled.modulus > row.ideal.modulus
    ? { ...row, cause: { kind: 'hole', size: filled.modulus, hole } }
    : row;
};

const holesIn = (rows: readonly Plain[]): readonly { readonly offset: Bytes; readonly size: Bytes }[] => {
  const holes: { offset: Bytes; size: Bytes }[] = [];
  let at: number | undefined;
  for (const { offset, length } of rows) {
    if (offset === undefined) return [];
    if (at !== undefined && offset > at) holes.push({ offset: bytes(at), size: bytes(offset - at) });
    at = Math.max(at ?? 0, offset + length);
  }
  return holes;
};

const groupsOf = (
  rows: readonly (Plain & Judgement)[],
): ReadonlyMap<string, { readonly group: BarGroup; readonly rows: readonly (Plain & Judgement)[] }> => {
  const byKey = new Map<string, (Plain & Judgement)[]>();
  for (const row of rows) {
    const known = byKey.get(row.group);
    if (known === undefined) byKey.set(row.group, [row]);
    else known.push(row);
  }
  return new Map(
    [...byKey].map(([key, members]) => {
      const ascending = members.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
      const [first] = ascending;
      const group: BarGroup = {
        key,
        device: first?.device,
        bar: first?.bar,
        rows: ascending.map(r => r.key),
        verdict: worst(members.map(r => r.verdict)),
        holes: holesIn(ascending),
      };
      return [key, { group, rows: ascending }];
    }),
  );
};

/** Rows of one BAR that touch each other, in the BAR and in the address space alike. */
interface Touching {
  readonly pieces: number;
  /** Leaves that they have together. */
  readonly now: number;
  /** What one mapping in their place would have. */
  readonly joined: readonly LeafRun[];
}

/** The runs of rows that touch each other, two and more, by the key of each row. Rows ascend by offset. */
const touchingOf = (
  bench: Bench,
  rows: readonly (Plain & Judgement)[],
): readonly (readonly [string, Touching])[] => {
  // By the place where a row would go on: a BAR mapped twice has two rows at one offset, each with its own follower.
  const place = (source: string, at: number, offset: number): string => `${source} ${at} ${offset}`;
  const runs = new Map<string, (Plain & Judgement)[]>();
  for (const row of rows) {
    const { source, start, end, offset } = row;
    if (offset === undefined) continue;
    const here = place(source, start, offset);
    const run = runs.get(here) ?? [];
    runs.delete(here);
    runs.set(place(source, end, offset + row.length), [...run, row]);
  }
  return [...runs.values()].flatMap(run => {
    const [first] = run;
    const at = first && physOf(first.physical);
    if (first === undefined || at === undefined || run.length < 2) return [];
    const length = bytes(run.reduce((n, r) => n + r.length, 0));
    const stretch = { ...stretchOf(first, at), length };
    const touching: Touching = {
      pieces: run.length,
      now: run.reduce((n, r) => n + (r.answer === undefined ? 0 : leafCount(r.answer.leaves)), 0),
      joined: answerAt(bench, stretch, first.start, first.source === 'sysfs').leaves,
    };
    return run.map(row => [row.key, touching] as const);
  });
};

const totalsOf = (rows: readonly DiagnosisRow[], groups: readonly BarGroup[], bench: Bench): Totals => {
  const count = (verdicts: readonly Verdict[]): Readonly<Record<Verdict, number>> => ({
    good: verdicts.filter(v => v === 'good').length,
    better: verdicts.filter(v => v === 'better').length,
    bad: verdicts.filter(v => v === 'bad').length,
    unknown: verdicts.filter(v => v === 'unknown').length,
  });
  const known = rows.flatMap(r =>
    r.answer === undefined || r.ideal === undefined ? [] : [{ answer: r.answer, ideal: r.ideal }],
  );
  const { arch, facts } = bench.prepared;
  const leaves: readonly LeafRun[] = known.flatMap(r => r.answer.leaves).sort((a, b) => a.va - b.va);
  const sum = (
    of: (r: { readonly answer: DeviceAnswer; readonly ideal: NonNullable<DiagnosisRow['ideal']> }) => number,
  ) => known.reduce((n, r) => n + of(r), 0);
  // Neighbours share tables, so those in use are counted over all leaves at once.
  const { tableBytes } = costOf(leaves, arch, facts.faultEra);
  return {
    bars: count(groups.map(g => g.verdict)),
    rows: count(rows.map(r => r.verdict)),
    leaves,
    best: known.flatMap(r => r.ideal.runs),
    faults: sum(r => r.answer.faults),
    bestFaults: Math.min(
      sum(r => r.answer.faults),
      sum(r => r.ideal.cost.faults),
    ),
    tableBytes,
    bestTableBytes: bytes(
      Math.min(
        tableBytes,
        sum(r => r.ideal.cost.tableBytes),
      ),
    ),
  };
};

const asksOf = (
  from: Intake,
  d: Pick<Diagnosis, 'kernel'>,
  rows: readonly DiagnosisRow[],
): readonly Ask[] => {
  const keys = (of: (r: DiagnosisRow) => boolean): readonly string[] => rows.filter(of).map(r => r.key);
  const asks: Ask[] = [];
  const ask = (what: Ask['what'], settles: readonly string[]): void => {
    if (settles.length > 0)
      asks.push({
        what,
        rows: settles,
        ...(what === 'lspci' && from.devices.some(x => x.bars.length > 0) ? { again: true } : {}),
      });
  };
  if (from.vmas === undefined) asks.push({ what: 'maps', rows: [] });
  else if (rows.length === 0) asks.push({ what: 'device mappings', rows: [] });
  ask(
    'lspci',
    keys(r => r.candidates.length === 0 && (r.physical.kind === 'residue' || r.physical.kind === 'unknown')),
  );
  if (from.iomem?.zeroed === true)
    ask(
      'iomem as root',
      keys(r => r.candidates.length === 0 && r.physical.kind === 'residue'),
    );
  ask(
    'pairing',
    keys(r => r.candidates.length > 1 && r.physical.kind !== 'bar'),
  );
  if (d.kernel.how === 'assumed')
    ask(
      'kernel',
      rows.map(r => r.key),
    );
  return asks;
};

const commonOf = (rows: readonly DiagnosisRow[]): Cause['kind'] | undefined => {
  const causes = new Set(
    rows.filter(r => r.verdict === 'bad' || r.verdict === 'better').map(r => r.cause.kind),
  );
  const [only] = causes;
  return causes.size === 1 ? only : undefined;
};

const overallOf = (rows: readonly DiagnosisRow[]): Diagnosis['overall'] => {
  if (rows.length === 0) return 'nothing';
  const verdicts = new Set(rows.map(r => r.verdict));
  if (verdicts.has('bad')) return 'bad';
  if (verdicts.has('better')) return 'better';
  return verdicts.has('good') ? 'good' : 'unknown';
};

/**
 * Judges every device mapping of a paste: its leaves on this kernel and architecture where it lies, against the best
 * at any address; why, and what would help. Nothing is searched for but the fixes, which are played in the engine.
 * What is missing is assumed and said, or asked for. Never throws; linear in what was pasted, up to
 * 4,096 mappings.
 */
export const diagnose = (from: Intake, choices: DiagnoseChoices = {}): Diagnosis => {
  const vmas = from.vmas ?? [];
  const vfio = from.deviceMappings.filter(m => m.source === 'vfio');
  const printsPhysical =
    vfio.some(m => m.reading === 'physical') && vfio.every(m => m.reading !== 'region' || m.fileOffset === 0);
  const kernel = toldKernel(from.figures, choices.kernel, printsPhysical);
  const arch = toldArch(vmas, from.figures, choices.arch);
  const thp = toldThp(from.figures, choices.thp);
  const policy = choices.policy ?? 'shipped';
  const { page } = archOf(arch.value);
  const machine = machineOf({ kernel, arch, thp, policy });
  const source = pastedSpace(vmas, from.mmapBaseGuess, '');
  const prepared = prepare({ ...machine, policy: 'shipped' }, { ...defaultScenario.space, source });
  const bench: Bench = {
    machine,
    source,
    prepared,
    sysfs: asSysfs(prepared),
    idealRules: idealRulesOf(archOf(arch.value)),
  };

  const behind = makeBehind(from, prepared.facts.faultEra, choices.pairings ?? []);
  const mappings = from.deviceMappings.slice(0, MOST_ROWS);
  const names = new Map(from.devices.toReversed().map(d => [d.address, d.name]));
  const plain = grouped(mappings.map(m => plainRow(m, behind(m), names)));
  const first = plain.map(row => ({ ...row, ...judged(bench, row) }));
  const groups = groupsOf(first);
  const touching = new Map([...groups].flatMap(([, g]) => touchingOf(bench, g.rows)));

  let budget = FIX_BUDGET;
  const dumped = from.dumped.toSorted((a, b) => a.start - b.start);
  const tested = indexLog(from.alignment);
  const regions = regionsByIndex(from.qemuRegions);
  const unheld = first.map((row): DiagnosisRow => {
    const group = groups.get(row.group);
    const settled =
      group === undefined
        ? row
        : {
            ...row,
            ...amongNeighbours(bench, row, { group: group.group, touching: touching.get(row.key) }),
          };
    const { answer, cause, verdict } = settled;
    const at = physOf(settled.physical);
    const may = answer !== undefined && at !== undefined && verdict !== 'good' && budget > 0;
    let fixes: readonly Fix[] = [];
    if (may) {
      const brief = budget < BRIEF_BUDGET;
      budget -= (brief ? BRIEF : SPACES) * (vmas.length + 100);
      fixes =
        cause.kind === 'split'
          ? [{ kind: 'join', leaves: touching.get(row.key)?.joined ?? [] }]
          : fixesOf(bench, spaceWithout(from, settled), stretchOf(settled, at), {
              start: settled.start,
              cause,
              now: leafCount(answer.leaves),
              align: answer.best.modulus,
              best: answer.best.leaves,
              source: settled.source,
              brief,
            });
    }
    const log = logOf(tested, settled);
    return {
      ...settled,
      nearest: answer && at !== undefined ? nearestOf(answer, prepared) : undefined,
      fixes,
      checkScript:
        answer && settled.source === 'vfio'
          ? checkScript(answer, settled.ideal?.leaves ?? answer.best.leaves)
          : undefined,
      publicTest:
        answer && at !== undefined && settled.offset !== undefined
          ? publicTest(answer, settled.ideal?.leaves ?? answer.best.leaves, settled.offset, log)
          : undefined,
      faults: undefined,
      dump: dumpHeld(dumped, settled),
      qemu: qemuHeld(regions, settled),
    };
  });

  const told = faultsHeld(from.hugeFaults, unheld, page);
  const rows = unheld.map((row): DiagnosisRow => ({ ...row, faults: told.get(row.key) }));
  const barGroups = [...groupsOf(rows)].map(([, { group }]) => group);
  const layouts = layoutsOf(rows, arch.value, prepared.facts.faultEra, bench.idealRules);
  const { faults, vmPte } = from.figures;
  const searches = checkSearches(from, prepared, rows, row => askedBy(bench, from, row));
  const listed = rows.length === 0 ? barsOf(from, bench) : { bars: [], short: 0, left: 0 };
  const disagreements: readonly Disagreement[] = shortened([
    ...machineDisagreements(vmas, from.figures, arch.value),
    ...disagreementsOf(from, rows, prepared.facts.faultEra, kernel),
    ...(from.deviceMappings.length > MOST_ROWS
      ? [
          {
            lines: [from.deviceMappings[MOST_ROWS]?.line ?? 0],
            text: `Device mappings from here on are not judged: there are more than ${MOST_ROWS}.`,
          },
        ]
      : []),
  ]);
  return {
    kernel,
    arch,
    thp,
    policy,
    rows,
    groups: barGroups,
    bars: listed.bars,
    barsShort: listed.short,
    barsLeft: listed.left,
    totals: totalsOf(rows, barGroups, bench),
    commonCause: commonOf(rows),
    searches,
    searchesLeft: from.searches.length - searches.length,
    counts: countChecks(
      {
        faults: choices.faults === undefined ? faults : { count: choices.faults, line: undefined },
        vmPte: choices.vmPteKib === undefined ? vmPte : { kib: choices.vmPteKib, line: undefined },
      },
      layouts,
      vmas,
      rows,
      arch.value,
    ),
    disagreements,
    asks: asksOf(from, { kernel }, rows),
    overall: overallOf(rows),
  };
};

/** So many disagreements are told; of more the last tells how many. */
const MOST_TOLD = 200;

const shortened = (all: readonly Disagreement[]): readonly Disagreement[] =>
  all.length <= MOST_TOLD
    ? all
    : [...all.slice(0, MOST_TOLD), { lines: [], text: `${all.length - MOST_TOLD} more like these.` }];

/** What this kernel and policy would ask the first search for, to place a row. */
const askedBy = (bench: Bench, from: Intake, row: DiagnosisRow): Asked | undefined => {
  const at = physOf(row.physical);
  if (at === undefined || row.source === 'sysfs') return undefined;
  const events = trace(scenarioFor(bench.machine, spaceWithout(from, row), stretchOf(row, at)));
  return events.find(e => e.kind === 'search');
};
