import type { Arch } from '../arch/arch.ts';
import { type TableOwner, vmPteGrowth, writePassFaults } from '../cost/cost.ts';
import type { PfnMapping } from '../leaves/mapping.ts';
import { leafRules, type ThpPolicy } from '../leaves/rules.ts';
import { FaultList, type FaultRun, type TouchOrder, touchAll } from '../leaves/touch.ts';
import { alignUp, type Bytes, KiB, type Pa, type Va } from '../units.ts';
import { captureArch } from './captureArch.ts';
import type { CaptureKernel } from './captureKernel.ts';
import {
  arrayIn,
  countIn,
  hex,
  integerIn,
  isJson,
  type Json,
  malformed,
  objectIn,
  pageHex,
  permsIn,
  reading,
  stringIn,
} from './json.ts';
import type { Verdict } from './verdict.ts';

/** What of a leaf row is compared. */
export type LeafField =
  | 'minflt'
  | 'faults'
  | 'pre'
  | 'leaves'
  | 'multi_fault_touches'
  | 'write_pass_minflt'
  | 'vmpte_kb';

/** What replaying one captured leaf row gave: a {@link Verdict} that also names the fields. */
export type LeafRowVerdict =
  | { readonly kind: 'matched'; readonly compared: readonly LeafField[] }
  | (Extract<Verdict, { kind: 'differs' }> & { readonly fields: readonly LeafField[] })
  | Extract<Verdict, { kind: 'unsupported' | 'malformed' }>;

/** One thing of a leaf row that the kernel and the engine both tell. */
export interface LeafComparison {
  readonly field: LeafField;
  readonly same: boolean;
  /** As the row has it: a count, or a list of runs. */
  readonly expected: unknown;
  readonly got: unknown;
}

/** Thrown and caught inside this file only: the row is sound but nothing in the engine answers it. */
class Unsupported extends Error {}
const unsupported = (reason: string): never => {
  throw new Unsupported(reason);
};

const field = (o: Json, key: string): unknown => o[key];
const pagesIn = (o: Json, key: string): number => pageHex(o[key], key);
const objectOf = (x: unknown, what: string): Json =>
  isJson(x) ? x : malformed(`"${what}" is not an object`);

/** A list of integers of known length. */
const tuple = (x: unknown, what: string, length: number): readonly number[] => {
  if (!Array.isArray(x) || x.length !== length || !x.every(n => Number.isSafeInteger(n)))
    return malformed(`"${what}" is not a list of ${length} integers`);
  return x;
};

const policyOf = (shown: string, madv: string, thpBuilt: boolean): ThpPolicy => {
  // A kernel built without transparent huge pages has no such switch to show.
  const enabled = shown === '?' && !thpBuilt ? 'never' : shown;
  if (enabled !== 'always' && enabled !== 'madvise' && enabled !== 'never')
    return unsupported(`transparent_hugepage/enabled is ${enabled}`);
  switch (madv) {
    case 'none':
    case 'rand':
      return { enabled, advice: 'none', processDisabled: false };
    case 'huge':
    case 'nohuge':
      return { enabled, advice: madv, processDisabled: false };
    case 'prctl':
      return { enabled, advice: 'none', processDisabled: true };
    default:
      return unsupported(`unknown advice: ${madv}`);
  }
};

/** `pre` of a row: offset and whether the touch faulted. */
type Pre = readonly (readonly [offset: number, faulted: number])[];

const preOf = (row: Json, length: number, page: number): Pre =>
  arrayIn(row, 'pre').map((v): readonly [number, number] => {
    const [offset = 0, faulted = 0] = tuple(v, 'pre', 2);
    if (offset < 0 || offset >= length || offset % page !== 0)
      malformed(`pre touches ${offset}, not a page of it`);
    return [offset, faulted];
  });

const orderOf = (row: Json, order: string, pre: Pre): TouchOrder => {
  switch (order.replace(/:.*$/, '')) {
    case 'asc':
    case 'wasc':
      return { kind: 'ascending' };
    case 'desc':
      return { kind: 'descending' };
    case 'firstmid':
    case 'rnd':
    case 'one':
      return { kind: 'firstThenAscending', first: pre.map(([offset]) => offset as Bytes) };
    case 'perm': {
      const perm = objectIn(row, 'perm');
      return {
        kind: 'permuted',
        mul: countIn(perm, 'mul'),
        add: countIn(perm, 'add'),
      };
    }
    default:
      return unsupported(`unknown touch order: ${order}`);
  }
};

const ownersOf = (layout: Json): TableOwner[] =>
  arrayIn(layout, 'vmas').map(v => {
    const vma = objectOf(v, 'layout.vmas');
    return {
      start: pagesIn(vma, 'start') as Va,
      end: pagesIn(vma, 'end') as Va,
      perms: permsIn(vma, 'flags'),
    };
  });

/** The probe gives up on its list of faults after this many runs; the last run it was in comes on top. */
const PROBE_RUNS = 6000;

const faultsIn = (list: readonly FaultRun[]): number => list.reduce((sum, [, , count]) => sum + count, 0);

/** The first `limit` faults, split into runs by our own rule, so that only their order is compared. */
const recoded = (list: readonly FaultRun[], limit: number): readonly FaultRun[] => {
  const out = new FaultList();
  let left = limit;
  for (const [offset, stride, count] of list) {
    out.add(offset, stride, Math.min(count, left));
    left -= count;
    if (left <= 0) break;
  }
  return out.finish();
};

const BRIEF = 200;
/** A value as a short text for the reader. */
const brief = (x: unknown): string => {
  const text = JSON.stringify(x);
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
};

type SizeRun = readonly [va: number, size: number, count: number];

/** Neighbouring runs of one size joined: a leaf row knows sizes only. */
const joined = (runs: Iterable<SizeRun>): SizeRun[] => {
  const out: SizeRun[] = [];
  for (const [at, size, count] of runs) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === size && last[0] + last[1] * last[2] === at)
      out[out.length - 1] = [last[0], size, last[2] + count];
    else out.push([at, size, count]);
  }
  return out;
};

const sameTuples = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean =>
  a.length === b.length && a.every((t, i) => t.length === b[i]?.length && t.every((n, j) => n === b[i]?.[j]));

const compareFields = (input: unknown, kernel: CaptureKernel): readonly LeafComparison[] => {
  const row = objectOf(input, 'row');
  const spec = objectIn(row, 'spec');
  const request = objectIn(row, 'request');
  const result = objectIn(row, 'result');
  const arch = captureArch(row);
  if ('unsupported' in arch) return unsupported(arch.unsupported);
  const page = countIn(row, 'page_size');
  if (page !== arch.page) return unsupported(`${arch.id} has no pages of ${page} bytes`);
  if (field(result, 'errno') !== undefined)
    return unsupported(`nothing was mapped: errno ${integerIn(result, 'errno')}`);
  if (field(request, 'bar') === undefined) return unsupported('the mapping is not one of a BAR');

  const bar = objectIn(request, 'bar');
  const start = pagesIn(result, 'addr');
  const length = alignUp(Number(hex(field(request, 'len'), 'len')), page);
  if (length === 0) malformed('request.len is 0');
  const pa = pagesIn(bar, 'phys') + pagesIn(bar, 'bar_offset');
  const mapping: PfnMapping = { start: start as Va, end: (start + length) as Va, pa: pa as Pa };
  if (countIn(row, 'touched') !== length / page) return unsupported('not every page was touched');

  const policy = policyOf(stringIn(row, 'thp_enabled'), stringIn(spec, 'madv'), kernel.facts.thpBuilt);
  const rules = leafRules(arch, kernel.facts, kernel.version, policy);
  const pre = field(row, 'pre') === undefined ? [] : preOf(row, length, page);
  const order = orderOf(row, stringIn(spec, 'order'), pre);
  const touched = touchAll(mapping, rules, order);
  if (touched === undefined) return unsupported('a permutation of too many pages for this fault era');

  const compared: LeafComparison[] = [];
  const compare = (field: LeafField, same: boolean, expected: unknown, got: unknown): void => {
    compared.push({ field, same, expected, got });
  };
  const compareNumber = (field: LeafField, expected: number, got: number): void =>
    compare(field, expected === got, expected, got);

  compareNumber('minflt', countIn(row, 'minflt'), touched.faults);
  if (field(row, 'faults') !== undefined && touched.faultList !== undefined) {
    const captured = arrayIn(row, 'faults').map((v): FaultRun => {
      const [offset = 0, stride = 0, count = 0] = tuple(v, 'faults', 3);
      return count > 0 ? [offset, stride, count] : malformed('"faults" has an empty run');
    });
    const cut = captured.length > PROBE_RUNS;
    const expected = recoded(captured, Number.POSITIVE_INFINITY);
    const got = recoded(touched.faultList, cut ? faultsIn(captured) : Number.POSITIVE_INFINITY);
    compare('faults', sameTuples(expected, got), expected, got);
  }
  if (pre.length > 0) {
    const got = pre.map(([offset], i): readonly [number, number] => [
      offset,
      touched.firstFaulted[i] ? 1 : 0,
    ]);
    compare('pre', sameTuples(pre, got), pre, got);
  }
  if (field(row, 'leaves') !== undefined) {
    const expected = joined(
      arrayIn(row, 'leaves').map((v): SizeRun => {
        const leaf = objectOf(v, 'leaves');
        return [pagesIn(leaf, 'va'), pagesIn(leaf, 'size'), countIn(leaf, 'count')];
      }),
    );
    const got = joined(touched.leaves.map((run): SizeRun => [run.va, run.size, run.count]));
    compare('leaves', sameTuples(expected, got), expected, got);
  }
  if (field(row, 'multi_fault_touches') !== undefined)
    compareNumber('multi_fault_touches', countIn(row, 'multi_fault_touches'), 0);
  const writePass = field(row, 'write_pass_minflt') === undefined ? -1 : integerIn(row, 'write_pass_minflt');
  if (writePass >= 0) compareNumber('write_pass_minflt', writePass, writePassFaults(touched.leaves));

  const owners = ownersOf(objectIn(row, 'layout'));
  const growth = countIn(row, 'vmpte_kb') - countIn(row, 'vmpte_kb_before');
  const grown = (vmPteGrowth(touched.leaves, arch, owners) + probeTables(arch)) / KiB;
  // The file shows whole KiB, rounded down: tables of 256 bytes can show as one KiB more or less.
  const shown = Math.abs(grown - growth) < 1 ? growth : grown;
  compareNumber('vmpte_kb', growth, shown);

  return compared;
};

const replay = (input: unknown, kernel: CaptureKernel): LeafRowVerdict => {
  const all = compareFields(input, kernel);
  const differing = all.filter(c => !c.same);
  if (differing.length === 0) return { kind: 'matched', compared: all.map(c => c.field) };
  const told = (side: (c: LeafComparison) => unknown): string =>
    differing.map(c => `${c.field} ${brief(side(c))}`).join('; ');
  return {
    kind: 'differs',
    fields: differing.map(c => c.field),
    expected: told(c => c.expected),
    got: told(c => c.got),
  };
};

/** Runs a reader of rows and turns what it throws on bad or unknown input into values. */
const answering = <T>(
  read: () => T,
): { readonly value: T } | { readonly malformed: string } | { readonly unsupported: string } => {
  try {
    return reading(read);
  } catch (problem) {
    if (problem instanceof Unsupported) return { unsupported: problem.message };
    throw problem;
  }
};

/** What the kernel and the engine tell of one leaf row, field by field, in the order of the row. */
export const compareLeafRow = (
  row: unknown,
  kernel: CaptureKernel,
):
  | { readonly value: readonly LeafComparison[] }
  | { readonly malformed: string }
  | { readonly unsupported: string } => answering(() => compareFields(row, kernel));

/**
 * Bytes of page tables that the probe's own buffers add between the two readings of VmPTE: one table on powerpc
 * with 4 KiB pages, where they lie in a slot of their own; none elsewhere.
 */
const probeTables = (arch: Arch): number =>
  arch.id === 'ppc64-radix-4k' ? (arch.levels[0]?.tableBytes ?? 0) : 0;

/**
 * Replays one parsed leaf row of the captures: takes the address the kernel gave, touches the mapping in the row's
 * order under the row's settings, and compares faults, leaves and page-table growth (KiB) with what was measured.
 * Never throws, whatever the input.
 */
export const replayLeafRow = (row: unknown, kernel: CaptureKernel): LeafRowVerdict => {
  const outcome = answering(() => replay(row, kernel));
  if ('value' in outcome) return outcome.value;
  return 'unsupported' in outcome
    ? { kind: 'unsupported', reason: outcome.unsupported }
    : { kind: 'malformed', reason: outcome.malformed };
};
