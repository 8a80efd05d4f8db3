import { factChanges, factsOf, type KernelFacts } from '../../src/kernel/facts.ts';
import { releases } from '../../src/kernel/releases.ts';
import {
  formatKernelVersion,
  type KernelVersion,
  parseKernelVersion,
  versionRank,
} from '../../src/kernel/version.ts';
import type { FileKind } from '../../src/placement/request.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** Releases that answer a kind of request alike. */
export interface KernelGroup {
  /** `Linux 6.13 to 7.3`, `Linux 6.12.10 and newer 6.12.y`. */
  readonly label: string;
  /** What sets the group apart, in a few words. */
  readonly note: string;
  /** The release that stands for the group: its newest that the app offers. */
  readonly kernel: string;
  /** Ranks of the first release of the group and of the first one after it. */
  readonly from: number;
  readonly until: number;
}

/**
 * What decides which kernels answer alike: nothing here moves with a slider, so that no row comes or goes while
 * one is dragged.
 */
export interface Setting {
  readonly file: FileKind;
  /** transparent_hugepage/enabled would forbid huge leaves where it is obeyed. */
  readonly thpForbids: boolean;
  /** Pages are not touched in ascending order, so that the order matters where faults are not rounded down. */
  readonly orderMatters: boolean;
  /** There is a hint. */
  readonly hinted: boolean;
}

/** The {@link Setting} of a Scenario. */
export const settingOf = ({ machine, request }: Scenario): Setting => ({
  file: request.file,
  thpForbids: machine.thp === 'never' || (machine.thp === 'madvise' && request.advice !== 'huge'),
  orderMatters: request.touch !== 'asc',
  hinted: request.hint !== 0,
});

type Fact = keyof KernelFacts;

const factsThatMatter = (file: FileKind): readonly Fact[] => {
  switch (file) {
    case 'vfio':
      return ['faultEra', 'unhookedAlign', 'thpGate'];
    case 'devMem':
    case 'ramfs':
      return ['unhookedAlign'];
    case 'anon':
      return ['anonAlign', 'thpFlushTop', 'anonPgoffZero'];
    case 'devZero':
      return ['devZeroThp', 'anonAlign'];
    case 'anonHugetlb':
    case 'hugetlbFile':
      return ['hugetlbCore'];
    case 'memfd':
    case 'tmpfsHugeNever':
    case 'tmpfsHugeAlways':
    case 'hookedFile':
      return ['thpFlushTop'];
  }
};

/** A fact as far as it can be told from outside under a setting. */
const visible = (facts: KernelFacts, fact: Fact, setting: Setting): string => {
  const value = facts[fact];
  if (fact === 'thpGate' && !setting.thpForbids) return '';
  // Two ways to fill the whole VMA with PTEs on the first fault.
  if (value === 'fullRemap') return 'fullInsert';
  // Without a hint, and touched from below, these pairs do the same.
  if (value === 'hugeExact' && !setting.orderMatters) return 'hugeAligned';
  if (value === 'pmdMultipleNoHint' && !setting.hinted) return 'pmdMultiple';
  return String(value);
};

const keyOf = (facts: KernelFacts, setting: Setting): string =>
  factsThatMatter(setting.file)
    .map(f => visible(facts, f, setting))
    .join('|');

const parse = (text: string): KernelVersion => {
  const version = parseKernelVersion(text);
  if (version === undefined) throw new Error(`not a kernel version: ${text}`);
  return version;
};

const seriesOf = (v: KernelVersion): string => `${v.major}.${v.minor}`;

/** The releases at which something may change, oldest first: each series, and each backport within one. */
const probesOf = (setting: Setting, extra: KernelVersion): readonly KernelVersion[] => {
  const series = new Set(releases.map(r => seriesOf(parse(r.version))));
  const oldest = Math.min(...[...series].map(s => versionRank(parse(s))));
  if (versionRank(extra) < oldest) series.add(seriesOf(extra));
  const texts = new Set(series);
  for (const { fact, since } of factChanges) {
    if (!factsThatMatter(setting.file).includes(fact)) continue;
    for (const [of, patch] of Object.entries(since.stable ?? {}))
      if (series.has(of)) texts.add(`${of}.${patch}`);
  }
  return [...texts].map(parse).sort((a, b) => versionRank(a) - versionRank(b));
};

const labelOf = (first: KernelVersion, last: KernelVersion, next: KernelVersion | undefined): string => {
  const from = formatKernelVersion(first);
  const cut = next !== undefined && seriesOf(next) === seriesOf(last);
  const to = cut ? `${seriesOf(last)}.${next.patch - 1}` : seriesOf(last);
  if (from === to) return `Linux ${from}`;
  return !cut && seriesOf(first) === seriesOf(last)
    ? `Linux ${from} and newer ${to}.y`
    : `Linux ${from} to ${to}`;
};

const fillWords: Readonly<Record<KernelFacts['faultEra'], string>> = {
  premap: 'mmap() maps all PTEs',
  fullRemap: 'one fault fills all',
  perPage: 'one PTE a fault',
  fullInsert: 'one fault fills all',
  hugeExactNoPfn: 'PFN unchecked',
  hugeExact: 'huge at their first byte',
  hugeAligned: 'huge leaves',
};
const alignWords: Readonly<Record<KernelFacts['unhookedAlign'], string>> = {
  never: 'plain search',
  anyLength: 'aligned by accident',
  pmdMultiple: 'aligned if n × PMD_SIZE',
  pmdMultipleNoHint: 'aligned if n × PMD_SIZE',
};

const noteOf = (facts: KernelFacts, { file, thpForbids }: Setting): string => {
  switch (file) {
    case 'vfio': {
      const gate = thpForbids && facts.thpGate === 'bypassed' ? ', THP switch ignored' : '';
      return `${fillWords[facts.faultEra]}, ${alignWords[facts.unhookedAlign]}${gate}`;
    }
    case 'devMem':
    case 'ramfs':
      return alignWords[facts.unhookedAlign];
    case 'anon':
      return alignWords[facts.anonAlign].replace(' by accident', ' at any length');
    case 'devZero':
      return facts.devZeroThp ? 'through the THP helper' : alignWords[facts.anonAlign];
    case 'anonHugetlb':
    case 'hugetlbFile':
      return facts.hugetlbCore ? 'the ordinary search' : 'a search of its own';
    case 'memfd':
    case 'tmpfsHugeNever':
    case 'tmpfsHugeAlways':
    case 'hookedFile':
      return facts.thpFlushTop ? 'padded range used from its top' : 'padded range used from its bottom';
  }
};

const known = new Map<string, readonly KernelGroup[]>();
const MOST_KNOWN = 100;

/**
 * The releases the app offers, grouped where the facts that matter to a request are the same, oldest first.
 * `extra`, the kernel of the Scenario, is among them even where it is older than all.
 */
export const kernelGroups = (setting: Setting, extra: string): readonly KernelGroup[] => {
  // Asked for on every move of a slider, which changes none of it.
  const key = [setting.file, setting.hinted, setting.orderMatters, setting.thpForbids, extra].join('|');
  const old = known.get(key);
  if (old !== undefined) return old;
  const groups = makeGroups(setting, extra);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, groups);
  return groups;
};

const makeGroups = (setting: Setting, extra: string): readonly KernelGroup[] => {
  const probes = probesOf(setting, parse(extra));
  const groups: KernelGroup[] = [];
  let first = 0;
  for (let i = 1; i <= probes.length; i++) {
    const start = probes[first];
    const last = probes[i - 1];
    const next = probes[i];
    if (start === undefined || last === undefined) break;
    const facts = factsOf(start);
    if (next !== undefined && keyOf(factsOf(next), setting) === keyOf(facts, setting)) continue;
    const from = versionRank(start);
    const until = next === undefined ? Number.POSITIVE_INFINITY : versionRank(next);
    const offered = releases.find(r => {
      const rank = versionRank(parse(r.version));
      return rank >= from && rank < until;
    });
    groups.push({
      label: labelOf(start, last, next),
      note: noteOf(factsOf(last), setting),
      kernel: offered?.version ?? formatKernelVersion(last),
      from,
      until,
    });
    first = i;
  }
  return groups;
};

/** The group that a release is in. A candidate of a release counts as what came before it. */
export const groupWith = (groups: readonly KernelGroup[], kernel: string): KernelGroup | undefined => {
  const version = parseKernelVersion(kernel);
  if (version === undefined) return undefined;
  const rank = versionRank(version);
  return groups.find(g => rank >= g.from && rank < g.until);
};
