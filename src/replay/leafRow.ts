import type { Arch } from '../arch/arch.ts';
import { findArch } from '../arch/index.ts';
import { faultsOf, type TableOwner, vmPteGrowth, writePassFaults } from '../cost/cost.ts';
import type { PfnMapping } from '../leaves/mapping.ts';
import { leafRules, type ThpPolicy } from '../leaves/rules.ts';
import { FaultList, type FaultRun, type TouchOrder, touchAll } from '../leaves/touch.ts';
import { alignUp, type Bytes, KiB, type Pa, type Va } from '../units.ts';
import type { CaptureKernel } from './captureKernel.ts';

/** What of a leaf row is compared. */
export type LeafField = 'minflt' | 'faults' | 'pre' | 'leaves' | 'write_pass_minflt' | 'vmpte_kb';

/** One field in which engine and kernel disagree, both in the row's own form. */
export interface LeafDifference {
  readonly field: LeafField;
  /** What the kernel did. */
  readonly expected: unknown;
  /** What the engine says. */
  readonly got: unknown;
}

/** The outcome of replaying one captured leaf row. */
export type LeafRowVerdict =
  | { readonly kind: 'matched'; readonly compared: readonly LeafField[] }
  | { readonly kind: 'differs'; readonly differences: readonly LeafDifference[] }
  /** The row is sound, but the engine has no row for its architecture, order or setting, or nothing was mapped. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Thrown and caught inside this file only: reading a row stops at the first thing that is not as it should be. */
class RowProblem extends Error {
  readonly kind: 'unsupported' | 'malformed';
  constructor(kind: 'unsupported' | 'malformed', reason: string) {
    super(reason);
    this.kind = kind;
  }
}
const malformed = (reason: string): never => {
  throw new RowProblem('malformed', reason);
};
const unsupported = (reason: string): never => {
  throw new RowProblem('unsupported', reason);
};

type Fields = Readonly<Record<string, unknown>>;

const asFields = (v: unknown, name: string): Fields =>
  typeof v === 'object' && v !== null && !Array.isArray(v)
    ? (v as Fields)
    : malformed(`${name} is no object`);
const asArray = (v: unknown, name: string): readonly unknown[] =>
  Array.isArray(v) ? v : malformed(`${name} is no list`);
const asText = (v: unknown, name: string): string =>
  typeof v === 'string' ? v : malformed(`${name} is no text`);
const asInteger = (v: unknown, name: string): number =>
  typeof v === 'number' && Number.isSafeInteger(v) ? v : malformed(`${name} is no integer`);
const asCount = (v: unknown, name: string): number => {
  const n = asInteger(v, name);
  return n >= 0 ? n : malformed(`${name} is negative`);
};

/** A hexadecimal address that is a multiple of the page, below 2^64: the only ones a double is sure to hold. */
const asPages = (v: unknown, name: string, page: number): number => {
  const text = asText(v, name);
  if (!/^0x[0-9a-f]{1,16}$/i.test(text)) malformed(`${name} is no address: ${text}`);
  const n = Number(text);
  return n % page === 0 && Number.isFinite(n) ? n : malformed(`${name} is no multiple of the page: ${text}`);
};

/** A list of integers of known length. */
const asTuple = (v: unknown, name: string, length: number): readonly number[] => {
  const items = asArray(v, name).map(x => asInteger(x, name));
  return items.length === length ? items : malformed(`${name} does not have ${length} numbers`);
};

const archOfRow = (row: Fields, variant: string): Arch => {
  const name = asText(row['arch'], 'arch');
  if (name !== 'x86_64') return unsupported(`architecture ${name} is not in the table yet`);
  const bits = row['va_bits'] === undefined ? 47 : asInteger(row['va_bits'], 'va_bits');
  const id = bits === 57 || variant === 'stock-la57' ? 'x86_64-5' : 'x86_64-4';
  return findArch(id) ?? unsupported(`architecture ${id} is not in the table`);
};

const policyOf = (enabled: string, madv: string): ThpPolicy => {
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

const preOf = (row: Fields, length: number, page: number): Pre =>
  asArray(row['pre'], 'pre').map((v): readonly [number, number] => {
    const [offset = 0, faulted = 0] = asTuple(v, 'pre', 2);
    if (offset < 0 || offset >= length || offset % page !== 0)
      malformed(`pre touches ${offset}, not a page of it`);
    return [offset, faulted];
  });

const orderOf = (row: Fields, order: string, pre: Pre): TouchOrder => {
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
      const perm = asFields(row['perm'], 'perm');
      return {
        kind: 'permuted',
        mul: asCount(perm['mul'], 'perm.mul'),
        add: asCount(perm['add'], 'perm.add'),
      };
    }
    default:
      return unsupported(`unknown touch order: ${order}`);
  }
};

const ownersOf = (layout: Fields, page: number): TableOwner[] =>
  asArray(layout['vmas'], 'layout.vmas').map(v => {
    const vma = asFields(v, 'layout.vmas');
    return {
      start: asPages(vma['start'], 'vma start', page) as Va,
      end: asPages(vma['end'], 'vma end', page) as Va,
      perms: asText(vma['flags'], 'vma flags'),
    };
  });

/** The same faults, split into runs by our own rule, so that only their order is compared. */
const recoded = (list: readonly FaultRun[]): readonly FaultRun[] => {
  const out = new FaultList();
  for (const [offset, stride, count] of list) out.add(offset, stride, count);
  return out.finish();
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

const replay = (input: unknown, kernel: CaptureKernel): LeafRowVerdict => {
  const row = asFields(input, 'row');
  const spec = asFields(row['spec'], 'spec');
  const request = asFields(row['request'], 'request');
  const result = asFields(row['result'], 'result');
  const arch = archOfRow(row, asText(row['variant'], 'variant'));
  const page = asCount(row['page_size'], 'page_size');
  if (page !== arch.page) return unsupported(`${arch.id} has no pages of ${page} bytes`);
  if (result['errno'] !== undefined)
    return unsupported(`nothing was mapped: errno ${asInteger(result['errno'], 'result.errno')}`);
  if (request['bar'] === undefined) return unsupported('the mapping is not one of a BAR');

  const bar = asFields(request['bar'], 'request.bar');
  const start = asPages(result['addr'], 'result.addr', page);
  const length = alignUp(asPages(request['len'], 'request.len', 1), page);
  if (length === 0) malformed('request.len is 0');
  const pa = asPages(bar['phys'], 'bar.phys', page) + asPages(bar['bar_offset'], 'bar.bar_offset', page);
  const mapping: PfnMapping = { start: start as Va, end: (start + length) as Va, pa: pa as Pa };
  if (asCount(row['touched'], 'touched') !== length / page) return unsupported('not every page was touched');

  const policy = policyOf(asText(row['thp_enabled'], 'thp_enabled'), asText(spec['madv'], 'spec.madv'));
  const rules = leafRules(arch, kernel.facts, kernel.version, policy);
  const pre = row['pre'] === undefined ? [] : preOf(row, length, page);
  const order = orderOf(row, asText(spec['order'], 'spec.order'), pre);
  const touched = touchAll(mapping, rules, order);
  if (touched === undefined) return unsupported('a permutation of too many pages for this fault era');

  const compared: LeafField[] = [];
  const differences: LeafDifference[] = [];
  const compare = (field: LeafField, same: boolean, expected: unknown, got: unknown): void => {
    compared.push(field);
    if (!same) differences.push({ field, expected, got });
  };
  const compareNumber = (field: LeafField, expected: number, got: number): void =>
    compare(field, expected === got, expected, got);

  compareNumber('minflt', asCount(row['minflt'], 'minflt'), touched.faults);
  // The count in closed form has to be the one of the touches, or the cost shown is not the cost paid.
  if (touched.faults !== faultsOf(touched.leaves, rules.era))
    differences.push({ field: 'minflt', expected: touched.faults, got: faultsOf(touched.leaves, rules.era) });

  if (row['faults'] !== undefined && touched.faultList !== undefined) {
    const expected = recoded(
      asArray(row['faults'], 'faults').map((v): FaultRun => {
        const [offset = 0, stride = 0, count = 0] = asTuple(v, 'faults', 3);
        return count > 0 ? [offset, stride, count] : malformed('faults has an empty run');
      }),
    );
    compare('faults', sameTuples(expected, touched.faultList), expected, touched.faultList);
  }
  if (pre.length > 0) {
    const got = pre.map(([offset], i): readonly [number, number] => [
      offset,
      touched.firstFaulted[i] ? 1 : 0,
    ]);
    compare('pre', sameTuples(pre, got), pre, got);
  }
  if (row['leaves'] !== undefined) {
    const expected = joined(
      asArray(row['leaves'], 'leaves').map((v): SizeRun => {
        const leaf = asFields(v, 'leaves');
        return [
          asPages(leaf['va'], 'leaf va', page),
          asPages(leaf['size'], 'leaf size', page),
          asCount(leaf['count'], 'leaf count'),
        ];
      }),
    );
    const got = joined(touched.leaves.map((run): SizeRun => [run.va, run.size, run.count]));
    compare('leaves', sameTuples(expected, got), expected, got);
  }
  const writePass = asInteger(row['write_pass_minflt'], 'write_pass_minflt');
  if (writePass >= 0) compareNumber('write_pass_minflt', writePass, writePassFaults(touched.leaves));

  const owners = ownersOf(asFields(row['layout'], 'layout'), page);
  const growth = asCount(row['vmpte_kb'], 'vmpte_kb') - asCount(row['vmpte_kb_before'], 'vmpte_kb_before');
  compareNumber('vmpte_kb', growth, vmPteGrowth(touched.leaves, arch, owners) / KiB);

  return differences.length === 0 ? { kind: 'matched', compared } : { kind: 'differs', differences };
};

/**
 * Replays one parsed leaf row of the captures: takes the address the kernel gave, touches the mapping in the row's
 * order under the row's settings, and compares faults, leaves and page-table growth (KiB) with what was measured.
 * Never throws, whatever the input.
 */
export const replayLeafRow = (row: unknown, kernel: CaptureKernel): LeafRowVerdict => {
  try {
    return replay(row, kernel);
  } catch (problem) {
    if (problem instanceof RowProblem) return { kind: problem.kind, reason: problem.message };
    throw problem;
  }
};
