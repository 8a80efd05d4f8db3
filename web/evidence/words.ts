import { archOf, findArch } from '../../src/arch/index.ts';
import { type ListedCase, type Outcome, shortKernel } from '../../src/replay/listed.ts';
import { formatCount } from '../../src/text.ts';
import type { CaptureSet } from './session.ts';
import type { ShippedFile } from './shipped.ts';

/** The generators of requests, as the rows name them, in the order of the lists. */
const categories: ReadonlyMap<string, string> = new Map([
  ['leaf', 'Leaves of BARs'],
  ['grid', 'Kinds, lengths, offsets'],
  ['empty', 'Empty address space'],
  ['rand', 'Random obstacles'],
  ['hole', 'Holes of about the size'],
  ['full', 'Full address space'],
  ['gd', 'Guards below stacks'],
  ['hint', 'Hints'],
  ['hi', 'Hints near the top'],
  ['fixed', 'MAP_FIXED'],
  ['noreplace', 'MAP_FIXED_NOREPLACE'],
  ['bit32', 'MAP_32BIT'],
  ['err', 'Bad arguments'],
  ['legacy', 'Bottom-up layout'],
  ['rlimit', 'Stack limits'],
  ['aslr', 'Random layouts'],
  ['shmem', 'shmem_enabled'],
  ['search', 'The search alone'],
]);

/** A category in words; as the row has it where it is not one of the shipped ones. */
export const categoryName = (category: string): string => categories.get(category) ?? category;

/** Categories in the order of the lists, unknown ones last. */
export const byCategory = (a: string, b: string): number => {
  const order = [...categories.keys()];
  const at = (c: string): number => (categories.has(c) ? order.indexOf(c) : order.length);
  return at(a) - at(b) || (a < b ? -1 : a > b ? 1 : 0);
};

export const outcomeName: Readonly<Record<Outcome, string>> = {
  matched: 'matched',
  miss: 'missed',
  unsupported: 'not supported',
};

/** An architecture in words: a row of the table where it is one. */
export const archName = (id: string): string =>
  findArch(id)?.label ?? (id === 'any' ? 'any architecture' : id);

/** The machine of a shipped file, by what its name says beyond the architecture. */
const machineOf = ({ key, arch }: ShippedFile): string => {
  if (arch === 'any') return 'the search alone';
  const row =
    arch === 'x86_64'
      ? key.includes('la57')
        ? 'x86_64-5'
        : 'x86_64-4'
      : arch === 'arm64'
        ? key.includes('16k')
          ? 'arm64-16k-52'
          : 'arm64-4k-52'
        : arch === 'riscv64'
          ? key.includes('sv57')
            ? 'riscv64-sv57'
            : 'riscv64-sv48'
          : arch === 'ppc64le'
            ? key.includes('64k')
              ? 'ppc64-radix-64k'
              : 'ppc64-radix-4k'
            : 's390x';
  return archOf(row).label;
};

const buildNames: Readonly<Record<string, string>> = {
  nofile: 'no alignment of plain files',
  'vfio-thp': 'Pighin',
  'vfio-peterx-v1': 'Xu v1',
  'fault-pfncheck': 'exact faults',
  'fault-v6.12.0': 'faults of 6.12.0',
};

/** What a set is called. */
export const setTitle = ({ file, shipped }: CaptureSet): string => {
  if (shipped === undefined) return file;
  const build = buildNames[shipped.variant];
  return `Linux ${shortKernel(shipped.kernel)}${build === undefined ? '' : `, ${build}`}, ${machineOf(shipped)}`;
};

const BUILT = 'Built from Debian’s source of 6.12.117 with one change';

/** How the rows of a shipped file were obtained, by the name of the build. */
const obtained: Readonly<Record<string, string>> = {
  stock: 'Debian’s kernel package untouched, under QEMU’s full emulation.',
  'stock-la57': 'Debian’s kernel package untouched, on an emulated CPU with 5-level paging.',
  host: 'The kernel of a cloud VM as it was found, not emulated.',
  nofile: `${BUILT}, 34d7cf637c43: files without a hook are not aligned, as from 6.13 on.`,
  'vfio-thp': `${BUILT} more than that: VFIO files place through the THP helper, as A. Pighin proposed in June 2026.`,
  'vfio-peterx-v1': `${BUILT} more than that: VFIO files place by physical address, as P. Xu proposed in June 2025.`,
  'fault-pfncheck': `${BUILT}: the huge fault test of 6.12.10 to 6.12.28, which wants the touched address itself aligned.`,
  'fault-v6.12.0': `${BUILT}: the huge fault test of 6.12.0, which does not look at the physical address.`,
  search: 'Linux 7.3’s own mm/vma.c, compiled in user space and asked about random address spaces.',
};

/** How the rows of a set were obtained, in a sentence or two. */
export const setSource = ({ shipped }: CaptureSet): string =>
  shipped === undefined
    ? 'Your file: replayed here, sent nowhere, forgotten with this page.'
    : `${obtained[shipped.variant] ?? `Build ${shipped.variant}.`}${shipped.only === undefined ? '' : ` Only ${shipped.only}.`}`;

/** Cases counted by outcome. */
export type Tally = Readonly<Record<Outcome, number>>;

/** Counts cases by outcome. */
export const tallyOf = (cases: readonly ListedCase[]): Tally => {
  const tally = { matched: 0, miss: 0, unsupported: 0 };
  for (const c of cases) tally[c.outcome]++;
  return tally;
};

/** `345 of 372`, or what else a set's row says of its state. */
export const setCount = (set: CaptureSet): string => {
  const { matched } = tallyOf(set.cases);
  const total = set.state === 'done' ? set.cases.length : (set.shipped?.total ?? set.cases.length);
  return set.cases.length === 0 && set.state !== 'done'
    ? `${formatCount(total)} cases`
    : `${formatCount(matched)} of ${formatCount(total)}`;
};

/** `1 case`, `12 cases`. */
export const casesText = (n: number): string => `${formatCount(n)} ${n === 1 ? 'case' : 'cases'}`;

/** A case in a few words, as those who hear the page get it. */
export const caseWords = (c: ListedCase): string =>
  `${c.id}, ${categoryName(c.category)}, ${outcomeName[c.outcome]}`;
