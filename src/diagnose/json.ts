import type { LeafRun } from '../leaves/runs.ts';
import { tally } from '../leaves/words.ts';
import { plain } from '../pieces.ts';
import type { BarOutcome, Diagnosis, DiagnosisRow, Fix, Told } from './diagnosis.ts';
import { residueIn } from './judge.ts';
import {
  askText,
  barPieces,
  causeText,
  checkScriptText,
  countText,
  disagreementText,
  fixHead,
  fixText,
  headline,
  physicalPieces,
  publicTestText,
  searchText,
  totalsPieces,
} from './words.ts';

/** An address as JSON has it: hex in a string, exact in every reader. */
const hex = (n: number): string => `0x${BigInt(n).toString(16)}`;
const address = (n: number | undefined): string | null => (n === undefined ? null : hex(n));

const leaves = (runs: readonly LeafRun[]) =>
  tally(runs).map(({ kind, size, count }) => ({ kind, size, count }));

const told = ({ value, how, line }: Told<string>) => ({ value, how, line: line ?? null });

const fix = (f: Fix) => ({ kind: f.kind, where: fixHead(f), text: fixText(f), leaves: leaves(f.leaves) });

const row = (r: DiagnosisRow, d: Diagnosis) => ({
  line: r.line,
  source: r.source,
  device: r.device ?? null,
  bar: r.bar ?? null,
  va: hex(r.start),
  pa: r.physical.kind === 'bar' || r.physical.kind === 'column' ? hex(r.physical.pa) : null,
  paKnown: r.physical.kind,
  paText: plain(physicalPieces(r)),
  length: r.length,
  offset: r.offset ?? null,
  candidates: r.candidates.map(c => ({
    device: c.address,
    bar: c.bar ?? null,
    base: hex(c.base),
    size: c.size,
  })),
  verdict: r.verdict,
  cause: r.cause.kind,
  causeText: causeText(r, d),
  residues: r.answer === undefined ? [] : residueIn(r.answer),
  leaves: r.answer === undefined ? null : leaves(r.answer.leaves),
  faults: r.answer?.faults ?? null,
  pageTableBytes: r.answer?.cost.tableBytes ?? null,
  best:
    r.ideal === undefined
      ? null
      : {
          leaves: leaves(r.ideal.runs),
          faults: r.ideal.cost.faults,
          pageTableBytes: r.ideal.cost.tableBytes,
        },
  nearest:
    r.nearest === undefined
      ? null
      : { va: hex(r.nearest.start), lower: r.nearest.distance, free: r.nearest.free },
  fixes: r.fixes.map(fix),
  publicTest:
    r.publicTest === undefined
      ? null
      : { multipleOf: r.publicTest.wanted, passes: r.publicTest.passes, text: publicTestText(r) },
  checkScript:
    r.checkScript === undefined
      ? null
      : { multipleOf: r.checkScript.wanted, passes: r.checkScript.passes, text: checkScriptText(r) },
});

const outcome = (o: BarOutcome) => ({
  leaves: leaves(o.leaves),
  faults: o.faults,
  pageTableBytes: o.tableBytes,
});

/**
 * A diagnosis as a value for JSON. The keys are described in the README of this folder and stay: new ones may come,
 * none goes or changes its meaning. Sizes are numbers of bytes, addresses strings of hex.
 */
export const diagnosisJson = (d: Diagnosis) => ({
  format: 1,
  overall: d.overall,
  headline: headline(d),
  text: plain(totalsPieces(d)),
  kernel: told(d.kernel),
  arch: told(d.arch),
  thp: told(d.thp),
  totals: {
    bars: d.totals.bars,
    mappings: d.totals.rows,
    leaves: leaves(d.totals.leaves),
    best: leaves(d.totals.best),
    faults: d.totals.faults,
    bestFaults: d.totals.bestFaults,
    pageTableBytes: d.totals.tableBytes,
    bestPageTableBytes: d.totals.bestTableBytes,
  },
  mappings: d.rows.map(r => row(r, d)),
  bars: d.bars.map(b => ({
    line: b.line,
    device: b.address,
    bar: b.bar ?? null,
    base: hex(b.base),
    size: b.size,
    modulus: b.modulus,
    best: outcome(b.best),
    worst: outcome(b.worst),
    text: plain(barPieces(b)),
  })),
  searches: d.searches.map(s => ({
    line: s.trace.line,
    outcome: s.outcome.kind,
    kernelSaid: address(s.trace.addr),
    engineSaid:
      s.outcome.kind === 'differ'
        ? address(s.outcome.got)
        : s.outcome.kind === 'agree'
          ? address(s.trace.addr)
          : null,
    text: searchText(s),
  })),
  searchesLeft: d.searchesLeft,
  counts: d.counts.map(c => ({
    what: c.what,
    given: c.given,
    matched: c.matches.length > 0,
    text: countText(c),
  })),
  disagreements: d.disagreements.map(x => ({ lines: x.lines, text: disagreementText(x) })),
  asks: d.asks.map(a => ({ what: a.what, text: askText(a) })),
});
