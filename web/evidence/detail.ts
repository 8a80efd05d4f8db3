import type { LeafKind } from '../../src/arch/arch.ts';
import { findArch } from '../../src/arch/index.ts';
import type { FaultRun } from '../../src/leaves/touch.ts';
import { captureKernel } from '../../src/replay/captureKernel.ts';
import { isJson, type Json } from '../../src/replay/json.ts';
import { compareLeafRow, type LeafComparison, type LeafField } from '../../src/replay/leafRow.ts';
import type { ListedCase } from '../../src/replay/listed.ts';
import { comparePlacement } from '../../src/replay/placementRow.ts';
import { readLine } from '../../src/replay/replay.ts';
import { type RowScenario, scenarioOfRow } from '../../src/replay/scenarioOfRow.ts';
import { compareSearches } from '../../src/replay/searchRow.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { KiB } from '../../src/units.ts';
import type { StripPart } from '../ui/LeafStrip.tsx';
import { archName } from './words.ts';

/** One side of a comparison: words, and a strip of leaves where it is about leaves. */
export interface Side {
  readonly text: string;
  /** It is an address or an error: set in mono. */
  readonly mono: boolean;
  readonly strip: readonly StripPart[];
}

/** One thing that the kernel and the engine both tell of a case. */
export interface Compared {
  readonly label: string;
  readonly expected: Side;
  readonly got: Side;
  readonly same: boolean;
  /** What else there is to say, in a sentence; empty where there is nothing. */
  readonly note: string;
}

/** A case in full. */
export interface Detail {
  /** What was asked, as label and words; `mono` where it is code. */
  readonly input: readonly { readonly label: string; readonly text: string; readonly mono: boolean }[];
  readonly compared: readonly Compared[];
  /** Why nothing could be compared; empty where something was. */
  readonly reason: string;
  readonly map: RowScenario;
}

/** Digits of a hexadecimal number in groups of four. */
const grouped = (hex: string): string =>
  /^0x[0-9a-f]+$/i.test(hex) ? hex.toLowerCase().replaceAll(/(?<=x.+)(?=(?:.{4})+$)/g, '_') : hex;

const text = (row: Json, key: string): string => {
  const value = row[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

const object = (row: Json, key: string): Json => {
  const value = row[key];
  return isJson(value) ? value : {};
};

/** A size that the row has in hexadecimal, in words where it is one a person would say. */
const sized = (hex: string): string => {
  const n = Number(hex);
  if (!Number.isFinite(n) || hex === '') return hex;
  return n % KiB === 0 && n < 2 ** 62 ? formatSize(n) : grouped(hex);
};

const protWords = (prot: unknown): string => {
  if (typeof prot !== 'number') return '?';
  const names = [
    ...(prot & 1 ? ['PROT_READ'] : []),
    ...(prot & 2 ? ['PROT_WRITE'] : []),
    ...(prot & 4 ? ['PROT_EXEC'] : []),
  ];
  return names.join('|') || 'PROT_NONE';
};

const fileWords: Readonly<Record<string, string>> = {
  anon: 'private anonymous memory',
  anon_shared: 'shared anonymous memory',
  anon_growsdown: 'a private mapping that grows down',
  anon_hugetlb: 'anonymous huge pages',
  memfd: 'a memfd',
  memfd_hugetlb: 'a memfd of huge pages',
  tmpfs_huge_never: 'a file of tmpfs, huge=never',
  tmpfs_huge_always: 'a file of tmpfs, huge=always',
  rootfs_file: 'a file of the initramfs',
  ext4: 'a file of ext4',
  ramfs: 'a file of ramfs',
  dev_zero: '/dev/zero',
  dev_mem: '/dev/mem',
  vfio: 'a VFIO device file',
};

const orderWords: Readonly<Record<string, string>> = {
  asc: 'reads, upwards',
  wasc: 'writes, upwards',
  desc: 'reads, downwards',
  firstmid: 'reads of the first, the middle, the last and three more pages, then upwards',
  rnd: 'reads of random pages, then upwards',
  one: 'a read of one page, then upwards',
  perm: 'reads of all pages in a pseudo-random order',
};

/** The words for something that a stranger's row names, which may be `constructor`. */
const wordsFor = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;

const adviceWords: Readonly<Record<string, string>> = {
  huge: ', after MADV_HUGEPAGE',
  nohuge: ', after MADV_NOHUGEPAGE',
  rand: ', after MADV_RANDOM',
  prctl: ', after prctl(PR_SET_THP_DISABLE)',
};

type Input = Detail['input'][number];
const line = (label: string, words: string, mono = false): Input => ({ label, text: words, mono });

const callInput = (row: Json, arch: string): readonly Input[] => {
  const request = object(row, 'request');
  const layout = object(row, 'layout');
  const bar = object(request, 'bar');
  const spec = object(row, 'spec');
  const fd = text(request, 'fd');
  const vmas = Array.isArray(layout['vmas']) ? layout['vmas'].length : 0;
  const stack = text(layout, 'rlimit_stack');
  const offset = text(request, 'offset');
  const call = `mmap(${grouped(text(request, 'hint'))}, ${sized(text(request, 'len'))}, ${protWords(request['prot'])}, ${text(request, 'flag_names') || text(request, 'flags')}, ${fd}, ${grouped(offset)})`;
  const out = [line('request', call, true), line('of', wordsFor(fileWords, fd) ?? fd)];
  if (bar['phys'] !== undefined) {
    const index = Math.floor(Number(text(bar, 'region_offset')) / 2 ** 40);
    out.push(
      line(
        'device',
        `BAR ${index} at ${grouped(text(bar, 'phys'))}, ${sized(text(bar, 'size'))}; mapped from ${sized(text(bar, 'bar_offset')) || '0'} on`,
      ),
    );
  }
  out.push(
    line(
      'process',
      `${formatCount(vmas)} mappings; searches ${layout['legacy'] === true ? 'upwards' : 'downwards'} from ${grouped(text(layout, 'mmap_base'))}; stack limit ${/^0xf{16}$/.test(stack) ? 'unlimited' : sized(stack)}; ${layout['randomize'] === true ? 'randomised' : 'not randomised'}`,
    ),
  );
  if (spec['order'] !== undefined) {
    const order = text(spec, 'order');
    const touched = wordsFor(orderWords, order.replace(/:.*$/, '')) ?? order;
    out.push(line('touched', `${touched}${wordsFor(adviceWords, text(spec, 'madv')) ?? ''}`));
  }
  out.push(
    line(
      'machine',
      `Linux ${text(row, 'kernel')} (${text(row, 'variant')}), ${archName(arch)}; THP ${text(row, 'thp_enabled')}, shmem ${text(row, 'shmem_enabled')}`,
    ),
  );
  return out;
};

const searchInput = (row: Json, query: number): readonly Input[] => {
  const list = Array.isArray(row['q']) ? row['q'] : [];
  const asked: unknown = list[query - 1];
  const q = isJson(asked) ? asked : {};
  const vmas = Array.isArray(row['vmas']) ? row['vmas'].length : 0;
  const mask = text(q, 'mask');
  return [
    line(
      'request',
      `vm_unmapped_area(${q['td'] === 1 ? 'top-down' : 'bottom-up'}, ${sized(text(q, 'len'))})`,
      true,
    ),
    line('limits', `${grouped(text(q, 'low'))} to ${grouped(text(q, 'high'))}`, true),
    ...(Number(mask) === 0
      ? []
      : [line('alignment', `mask ${grouped(mask)}, offset ${grouped(text(q, 'off'))}`, true)]),
    ...(Number(text(q, 'gap')) === 0 ? [] : [line('start gap', sized(text(q, 'gap')))]),
    line('process', `${formatCount(vmas)} mappings, made at random`),
    line('machine', 'Linux 7.3’s mm/vma.c, compiled in user space'),
  ];
};

const plain = (words: string, mono = false): Side => ({ text: words, mono, strip: [] });
/** An answer of mmap(): `0x…`, or an errno with its reason. */
const answer = (words: string): Side => plain(grouped(words), true);

const labels: Readonly<Record<LeafField, string>> = {
  minflt: 'page faults',
  faults: 'faults, in order',
  pre: 'first touches',
  leaves: 'leaves',
  multi_fault_touches: 'touches that faulted twice',
  write_pass_minflt: 'faults, second pass',
  vmpte_kb: 'page tables, VmPTE',
};

type Runs = readonly (readonly number[])[];
const asRuns = (x: unknown): Runs => (Array.isArray(x) ? (x as Runs) : []);

/** So many runs of a list are written out. */
const SHOWN = 4;

const listed = (runs: Runs, say: (run: readonly number[]) => string): string => {
  const shown = runs.slice(0, SHOWN).map(say).join('; ');
  return runs.length > SHOWN
    ? `${shown}; and ${formatCount(runs.length - SHOWN)} runs more`
    : shown || 'none';
};

/** Leaves counted by size, large to small. */
const bySize = (runs: Runs): readonly (readonly [size: number, count: number])[] => {
  const counts = new Map<number, number>();
  for (const [, size = 0, count = 0] of runs) counts.set(size, (counts.get(size) ?? 0) + count);
  return [...counts].sort((a, b) => b[0] - a[0]);
};

/** So many runs are drawn; more would be thinner than a line. */
const DRAWN = 40;

const leavesSide = (runs: Runs, arch: string): Side => {
  const kinds = findArch(arch)?.pfnLeaves ?? [];
  const kindOf = (size: number): LeafKind => kinds.find(l => l.size === size)?.kind ?? 'pte';
  const words = bySize(runs).map(([size, count]) => `${formatCount(count)} × ${formatSize(size)}`);
  const strip =
    runs.length > DRAWN
      ? bySize(runs).map(([size, count]) => ({ kind: kindOf(size), share: size * count, count }))
      : runs.map(([, size = 0, count = 0]) => ({ kind: kindOf(size), share: size * count, count }));
  return { text: words.join(', ') || 'none', mono: false, strip };
};

const faultRun = ([offset = 0, stride = 0, count = 0]: readonly number[] | FaultRun): string => {
  const at = offset === 0 ? 'the start' : `+${formatSize(offset)}`;
  if (count === 1) return `at ${at}`;
  const step = `${formatSize(Math.abs(stride))} ${stride < 0 ? 'down' : 'up'} each`;
  return `${formatCount(count)} from ${at}, ${step}`;
};

const leafSide = (field: LeafField, value: unknown, arch: string): Side => {
  switch (field) {
    case 'minflt':
    case 'multi_fault_touches':
    case 'write_pass_minflt':
      return plain(formatCount(Number(value)));
    case 'vmpte_kb':
      return plain(formatSize(Number(value) * KiB));
    case 'leaves':
      return leavesSide(asRuns(value), arch);
    case 'faults':
      return plain(listed(asRuns(value), faultRun));
    case 'pre':
      return plain(
        listed(
          asRuns(value),
          ([offset = 0, faulted = 0]) => `+${formatSize(offset)} ${faulted ? 'faulted' : 'did not'}`,
        ),
      );
  }
};

const leafCompared = ({ field, same, expected, got }: LeafComparison, arch: string): Compared => ({
  label: labels[field],
  expected: leafSide(field, expected, arch),
  got: leafSide(field, got, arch),
  same,
  note: '',
});

/** The comparisons of a row, or why there is none. */
const comparedOf = (
  row: Json,
  c: ListedCase,
): { readonly compared: readonly Compared[]; readonly reason: string } => {
  const none = (reason: string) => ({ compared: [], reason });
  if (c.kind === 'search') {
    const all = compareSearches(row);
    if ('malformed' in all) return none(all.malformed);
    const one = all.value[c.query - 1];
    if (one === undefined) return none('no such query');
    return {
      reason: '',
      compared: [
        { label: 'address', expected: answer(one.expected), got: answer(one.got), same: one.same, note: '' },
      ],
    };
  }
  const placed = comparePlacement(row);
  if ('malformed' in placed) return none(placed.malformed);
  if ('unsupported' in placed) return none(placed.unsupported);
  const address: Compared = {
    label: placed.expected.startsWith('0x') ? 'address' : 'error',
    expected: answer(placed.expected),
    got: answer(placed.got),
    same: placed.same,
    note: placed.oneOfSeveral
      ? 'MAP_32BIT draws its start at random: one draw is shown, and what the kernel gave is what another one gives.'
      : '',
  };
  if (c.kind === 'placement' || !placed.same || object(row, 'result')['errno'] !== undefined)
    return { compared: [address], reason: '' };
  const kernel = captureKernel(text(row, 'kernel'), text(row, 'variant'));
  if ('unsupported' in kernel) return { compared: [address], reason: kernel.unsupported };
  const leaves = compareLeafRow(row, kernel);
  if ('malformed' in leaves) return { compared: [address], reason: leaves.malformed };
  if ('unsupported' in leaves) return { compared: [address], reason: leaves.unsupported };
  return { compared: [address, ...leaves.value.map(v => leafCompared(v, c.arch))], reason: '' };
};

/** Everything there is to show of a case; `content` is its line. undefined where the line is not its line any more. */
export const detailOf = (c: ListedCase, content: string): Detail | undefined => {
  const read = readLine(content);
  if ('bad' in read) return undefined;
  const { row } = read;
  return {
    input: c.kind === 'search' ? searchInput(row, c.query) : callInput(row, c.arch),
    ...comparedOf(row, c),
    map: scenarioOfRow(row, Math.max(1, c.query)),
  };
};
