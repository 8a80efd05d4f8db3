import type { AlignmentResult } from '../intake/facts.ts';
import { leafCount } from '../leaves/runs.ts';
import type { DeviceAnswer } from '../solve.ts';
import { type Bytes, bytes, GiB, MiB } from '../units.ts';
import type { CheckScript, DiagnosisRow, PublicTest } from './diagnosis.ts';

/** The alignment that the public test expects of a length, in bytes, by x86's leaves. See docs/policies.md. */
export const multipleForSize = (size: number): Bytes =>
  bytes(size < 2 * MiB ? 4096 : size < GiB ? 2 * MiB : GiB);

/**
 * The alignment that it expects of a mapping from an offset to the end of the BAR, in bytes. The limits are above
 * 1 GiB and above 2 MiB, not from there on.
 */
export const multipleForOffset = (offset: number, length: number): Bytes => {
  const common = [2 * GiB, 4 * MiB].find(n => offset % n === 0 && length % n === 0);
  return bytes(common === undefined ? 4096 : common / 2 === GiB ? GiB : 2 * MiB);
};

/**
 * How the rule of the public test judges a mapping, against the leaves that it gets. `least`: the leaves of the best
 * layout on any kernel.
 */
export const publicTest = (
  answer: DeviceAnswer,
  least: number,
  offset: number,
  log: AlignmentResult | undefined,
): PublicTest => {
  const { start, end } = answer.mapping;
  const length = end - start;
  const wanted = offset === 0 ? multipleForSize(length) : multipleForOffset(offset, length);
  const passes = start % wanted === 0;
  const fewest = leafCount(answer.leaves) === least;
  return {
    wanted,
    passes,
    differs: passes === fewest ? undefined : passes ? 'multiple, not congruent' : 'congruent, no multiple',
    log:
      log?.passed === undefined ? undefined : { line: log.line, passed: log.passed, here: log.va === start },
  };
};

/**
 * How the script judges a mapping by its line of maps alone: the address must be a multiple of the length rounded up to
 * a power of two, of 1 GiB at most, whatever the offset. `least`: the leaves of the best layout on any kernel. Source: tools/vfio-check-alignment.py of
 * github.com/awilliam/tests, 2026.
 */
export const checkScript = (answer: DeviceAnswer, least: number): CheckScript => {
  const { start, end } = answer.mapping;
  const wanted = bytes(Math.min(2 ** Math.ceil(Math.log2(end - start)), GiB));
  const passes = start % wanted === 0;
  const fewest = leafCount(answer.leaves) === least;
  return { wanted, passes, differs: passes === fewest ? undefined : passes ? 'passes' : 'warns' };
};

type Mapped = Pick<DiagnosisRow, 'start' | 'length' | 'offset' | 'bar' | 'barSize' | 'device'>;

/** The results of a log, to be asked for one mapping after the other. */
export interface LogIndex {
  /** The first result of each mapping that failed, by address and length. */
  readonly byPlace: ReadonlyMap<string, AlignmentResult>;
  /** Results of whole BARs, by number. */
  readonly byBar: ReadonlyMap<number, readonly AlignmentResult[]>;
}

/** Results of one BAR number that are kept: the test tells of each device's BAR once. */
const MOST_WHOLE = 1024;

const placeKey = (start: number, length: number): string => `${start} ${length}`;

/** A log of the test by what mappings are looked up with. */
export const indexLog = (log: readonly AlignmentResult[]): LogIndex => {
  const byPlace = new Map<string, AlignmentResult>();
  const byBar = new Map<number, AlignmentResult[]>();
  for (const a of log) {
    if (a.va !== undefined && a.size !== undefined) {
      const key = placeKey(a.va, a.size);
      if (!byPlace.has(key)) byPlace.set(key, a);
    }
    if (a.passed === undefined || a.bar === undefined || (a.rule ?? 'whole') !== 'whole') continue;
    const same = byBar.get(a.bar);
    if (same === undefined) byBar.set(a.bar, [a]);
    else if (same.length < MOST_WHOLE) same.push(a);
  }
  return { byPlace, byBar };
};

/** What a log of the test says of a mapping: of this very one, else of the whole BAR that it maps, too. */
export const logOf = ({ byPlace, byBar }: LogIndex, row: Mapped): AlignmentResult | undefined =>
  byPlace.get(placeKey(row.start, row.length)) ??
  (row.bar === undefined || row.offset !== 0
    ? undefined
    : byBar
        .get(row.bar)
        ?.find(
          a =>
            (a.size === undefined || a.size === row.length) &&
            (row.barSize === undefined || row.barSize === row.length) &&
            (a.device === undefined || row.device === undefined || a.device === row.device),
        ));
