import { captureKernel } from './captureKernel.ts';
import { isJson, type Json } from './json.ts';
import { replayLeafRow } from './leafRow.ts';
import { replayPlacement } from './placementRow.ts';
import { replaySearches } from './searchRow.ts';
import { MATCHED, type Verdict } from './verdict.ts';

/** One case that did not match, with what a reader needs to find it. */
export interface Difference {
  readonly id: string;
  /** Number of the line in its file, from 1. */
  readonly line: number;
  readonly expected: string;
  readonly got: string;
}

/** A line that could not be read as a case. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** What replaying one file gave. Cases are rows, or the queries of a search vector. */
export interface FileReport {
  readonly name: string;
  /** Cases by what they ask for; every line that is not malformed has some. */
  readonly cases: Readonly<Record<CaseKind, number>>;
  readonly matched: number;
  readonly differed: number;
  readonly unsupported: number;
  /** Why cases were unsupported, and how many of each. */
  readonly reasons: ReadonlyMap<string, number>;
  /** All of them; a printer shows the first few. */
  readonly differences: readonly Difference[];
  readonly badLines: readonly BadLine[];
}

/** What a line of a capture file holds: a placement row, a leaf row, or queries for the search alone. */
export type CaseKind = 'placement' | 'leaf' | 'search';

/** A case of a line, and what replaying it gave. */
export interface Case {
  readonly kind: CaseKind;
  /** As the row calls itself; `query 3` for the third query of search vectors. */
  readonly id: string;
  readonly verdict: Verdict;
}

/** Tells the kinds of line apart by their fields; undefined: none of them. */
export const kindOf = (row: Json): CaseKind | undefined => {
  if (Array.isArray(row['q']) && Array.isArray(row['vmas'])) return 'search';
  if (!isJson(row['request']) || !isJson(row['result'])) return undefined;
  return row['kind'] === 'leaf' || isJson(row['spec']) ? 'leaf' : 'placement';
};

/** A leaf row is one case: its mmap() must give the captured address, and the touches the captured leaves. */
const replayLeaf = (row: Json): Verdict => {
  const placed = replayPlacement(row);
  if (placed.kind !== 'matched') return placed;
  // The mmap() failed, as it should: there is nothing to touch.
  if (isJson(row['result']) && row['result']['errno'] !== undefined) return placed;
  const kernel = captureKernel(String(row['kernel']), String(row['variant']));
  if ('unsupported' in kernel) return { kind: 'unsupported', reason: kernel.unsupported };
  const leaves = replayLeafRow(row, kernel);
  return leaves.kind === 'matched' ? MATCHED : leaves;
};

/** The JSON object of a line, or what is wrong with it. */
export const readLine = (text: string): { readonly row: Json } | { readonly bad: string } => {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    return { bad: 'not JSON' };
  }
  return isJson(row) ? { row } : { bad: 'not a JSON object' };
};

const casesOf = (row: Json): readonly Case[] | { readonly bad: string } => {
  const kind = kindOf(row);
  const id = typeof row['id'] === 'string' ? row['id'] : '';
  switch (kind) {
    case undefined:
      return { bad: 'neither a captured row ("request" and "result") nor search queries ("vmas" and "q")' };
    case 'placement':
      return [{ kind, id, verdict: replayPlacement(row) }];
    case 'leaf':
      return [{ kind, id, verdict: replayLeaf(row) }];
    case 'search':
      return replaySearches(row).map((verdict, i) => ({ kind, id: `query ${i + 1}`, verdict }));
  }
};

/** A line's cases; a line the engine itself chokes on (VMAs that overlap, say) is as bad as one that is no JSON. */
const safeCasesOf = (row: Json): readonly Case[] | { readonly bad: string } => {
  try {
    return casesOf(row);
  } catch (error) {
    return { bad: error instanceof Error ? error.message : String(error) };
  }
};

/** What replaying one line gave: its row and its cases, or why it is none. Never throws. */
export const replayLine = (
  text: string,
): { readonly row: Json; readonly cases: readonly Case[] } | { readonly bad: string } => {
  const read = readLine(text);
  if ('bad' in read) return read;
  const cases = safeCasesOf(read.row);
  return 'bad' in cases ? cases : { row: read.row, cases };
};

/** Replays the lines of one file of captures against the engine. Empty lines are passed over. Never throws. */
export const replayLines = (name: string, lines: Iterable<string>): FileReport => {
  const cases = { placement: 0, leaf: 0, search: 0 };
  const reasons = new Map<string, number>();
  const differences: Difference[] = [];
  const badLines: BadLine[] = [];
  let matched = 0;
  let unsupported = 0;
  let line = 0;
  for (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const found = replayLine(text);
    if ('bad' in found) {
      badLines.push({ line, reason: found.bad });
      continue;
    }
    for (const { kind, id, verdict } of found.cases) {
      if (verdict.kind === 'malformed') {
        badLines.push({ line, reason: verdict.reason });
        continue;
      }
      cases[kind]++;
      switch (verdict.kind) {
        case 'matched':
          matched++;
          break;
        case 'differs':
          differences.push({ id, line, expected: verdict.expected, got: verdict.got });
          break;
        case 'unsupported':
          unsupported++;
          reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
          break;
      }
    }
  }
  return {
    name,
    cases,
    matched,
    differed: differences.length,
    unsupported,
    reasons,
    differences,
    badLines,
  };
};

/** True when at least one line is a JSON object: the text means to be a file of captures. */
export const looksLikeCaptures = (lines: Iterable<string>): boolean => {
  for (const text of lines) {
    if (!text.trimStart().startsWith('{')) continue;
    try {
      if (isJson(JSON.parse(text))) return true;
    } catch {
      // Some other text with a brace in it.
    }
  }
  return false;
};

/** Passed, failed and skipped cases over some reports; a malformed line counts as failed. */
export const totalsOf = (
  reports: readonly FileReport[],
): { readonly passed: number; readonly failed: number; readonly skipped: number } => {
  const sum = (of: (r: FileReport) => number): number => reports.reduce((n, r) => n + of(r), 0);
  return {
    passed: sum(r => r.matched),
    failed: sum(r => r.differed + r.badLines.length),
    skipped: sum(r => r.unsupported),
  };
};

/** How many differences, and how many malformed lines, a printed report shows of each file. */
const SHOWN = 5;

const more = (count: number, what: string): readonly string[] =>
  count > SHOWN ? [`  and ${count - SHOWN} more ${what}`] : [];

/** A report as lines of text: a summary, then why cases were left out, bad lines, and the first differences. */
export const describeReport = (r: FileReport): readonly string[] => {
  const counted = (['placement', 'leaf', 'search'] as const)
    .filter(kind => r.cases[kind] > 0)
    .map(kind => `${r.cases[kind]} ${kind}`)
    .join(', ');
  const summary = `${r.matched} matched, ${r.differed} differed, ${r.unsupported} unsupported`;
  const bad = r.badLines.length > 0 ? `, ${r.badLines.length} malformed` : '';
  return [
    `${r.name}: ${summary}${bad}${counted === '' ? '; no cases' : ` (${counted})`}`,
    ...[...r.reasons].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `  unsupported: ${n} x ${reason}`),
    ...r.badLines.slice(0, SHOWN).map(b => `  ${r.name}:${b.line}: malformed: ${b.reason}`),
    ...more(r.badLines.length, 'malformed'),
    ...r.differences
      .slice(0, SHOWN)
      .map(d => `  ${r.name}:${d.line}: ${d.id}: expected ${d.expected}, got ${d.got}`),
    ...more(r.differences.length, 'differences'),
  ];
};

/** The last line of every replay. */
export const describeTotals = (reports: readonly FileReport[]): string => {
  const { passed, failed, skipped } = totalsOf(reports);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
};
