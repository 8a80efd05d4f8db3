import { formatKernelVersion, parseKernelVersion } from '../kernel/version.ts';
import { captureArch } from './captureArch.ts';
import { type Json, reading } from './json.ts';
import { type BadLine, type CaseKind, replayLine } from './replay.ts';

/** What replaying a case came to, as a list tells it. */
export const outcomes = ['matched', 'miss', 'unsupported'] as const;
export type Outcome = (typeof outcomes)[number];

/** One replayed case as a list shows it: small and plain, so that thousands of them travel between threads. */
export interface ListedCase {
  /** Number of its line in the file, from 1. */
  readonly line: number;
  /** Which query of the line, from 1, where it holds search vectors; 0 elsewhere. */
  readonly query: number;
  /** As the row calls itself; `line-12` where a link could not hold that; line and query, `12.3`, of search vectors. */
  readonly id: string;
  readonly kind: CaseKind;
  /** `kind` of the row: the generator that made its request. `search` for search vectors. */
  readonly category: string;
  /** `7.3.4`; as the row has it where that is no version. */
  readonly kernel: string;
  /** A row of the architecture table; as the row has it where there is none. */
  readonly arch: string;
  readonly outcome: Outcome;
  /** Of a miss: what the kernel gave, and what the engine gives. */
  readonly expected?: string;
  readonly got?: string;
  /** Of an unsupported case. */
  readonly reason?: string;
}

/** What a line gave. */
export interface ListedLine {
  readonly cases: readonly ListedCase[];
  readonly bad: readonly BadLine[];
}

/** What a link can name a case by. */
const LINKABLE = /^[A-Za-z0-9._-]{1,80}$/;

const text = (row: Json, key: string): string => {
  const value = row[key];
  return typeof value === 'string' ? value : '';
};

/** The release of a row, as short as it is still known by. */
export const shortKernel = (kernel: string): string => {
  const version = parseKernelVersion(kernel);
  return version === undefined ? kernel : formatKernelVersion(version);
};

const archName = (row: Json): string => {
  const read = reading(() => captureArch(row));
  return 'value' in read && 'id' in read.value ? read.value.id : text(row, 'arch');
};

/** Replays line number `line` of a file; empty lines have no cases. Never throws. */
export const listLine = (line: number, content: string): ListedLine => {
  if (content.trim() === '') return { cases: [], bad: [] };
  const replayed = replayLine(content);
  if ('bad' in replayed) return { cases: [], bad: [{ line, reason: replayed.bad }] };
  const { row } = replayed;
  const cases: ListedCase[] = [];
  const bad: BadLine[] = [];
  const search = replayed.cases[0]?.kind === 'search';
  // The vectors name no kernel: their format is that of 7.3's search, compiled alone.
  const about = search
    ? { category: 'search', kernel: '7.3', arch: 'any' }
    : {
        category: text(row, 'kind') || 'none',
        kernel: shortKernel(text(row, 'kernel')),
        arch: archName(row),
      };
  for (const [i, { kind, id, verdict }] of replayed.cases.entries()) {
    if (verdict.kind === 'malformed') {
      bad.push({ line, reason: verdict.reason });
      continue;
    }
    const query = search ? i + 1 : 0;
    const name = search ? `${line}.${query}` : LINKABLE.test(id) ? id : `line-${line}`;
    const common = { line, query, id: name, kind, ...about };
    switch (verdict.kind) {
      case 'matched':
        cases.push({ ...common, outcome: 'matched' });
        break;
      case 'differs':
        cases.push({ ...common, outcome: 'miss', expected: verdict.expected, got: verdict.got });
        break;
      case 'unsupported':
        cases.push({ ...common, outcome: 'unsupported', reason: verdict.reason });
        break;
    }
  }
  return { cases, bad };
};
