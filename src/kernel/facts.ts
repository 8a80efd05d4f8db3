import { contains, type KernelVersion, type Since } from './version.ts';

/** Which lengths and hints make the kernel try THP alignment by itself. */
export type AlignRule =
  /** never aligned */
  | 'never'
  /** any length that the helper accepts, with or without a hint */
  | 'anyLength'
  /** only lengths that are a multiple of PMD_SIZE, with or without a hint */
  | 'pmdMultiple'
  /** only lengths that are a multiple of PMD_SIZE, and only without a hint */
  | 'pmdMultipleNoHint';

/** How vfio-pci puts pages under a mapping. See docs/model.md for what each era does. */
export type FaultEra =
  | 'premap'
  | 'fullRemap'
  | 'perPage'
  | 'fullInsert'
  | 'hugeExactNoPfn'
  | 'hugeExact'
  | 'hugeAligned';

/**
 * Who places a VFIO mapping in place of the kernel's rule for files without hook: a key of the table in
 * src/placement/policies/hooks.ts, where each is described. No released kernel has one.
 */
export type VfioHookId =
  | 'none'
  | 'thp'
  | 'peterxV1'
  | 'xu2'
  | 'xu2pa'
  | 'jg'
  | 'jgh'
  | 'jgfull'
  | 'spfn'
  | 'spfnc';

/** A search that the core makes for every mapping first, aligned by its length. See src/placement/policies/wilcox.ts. */
export interface LengthAlign {
  /** The contiguous sizes count too, not PUD and PMD alone. */
  readonly contiguous: boolean;
  /** Where a size finds no room, the next smaller one is tried. */
  readonly cascade: boolean;
}

/** Everything the engine asks about a kernel. Each field is decided by the dated rows below. */
export interface KernelFacts {
  /** The release itself, for what an architecture row dates. */
  readonly version: KernelVersion;
  /**
   * Built with CONFIG_TRANSPARENT_HUGEPAGE. Without it nothing is aligned to PMD_SIZE (thp_get_unmapped_area is
   * NULL, shmem_get_unmapped_area() places plainly) and no PFN map has huge leaves.
   */
  readonly thpBuilt: boolean;
  /** Private anonymous memory. */
  readonly anonAlign: AlignRule;
  /** Files whose driver has no get_unmapped_area: VFIO, /dev/mem, ramfs. */
  readonly unhookedAlign: AlignRule;
  /** The helper hands out the top of the padded range when it is already congruent (its last step). */
  readonly thpFlushTop: boolean;
  /** The page offset of an anonymous mapping is forced to 0 before placement. */
  readonly anonPgoffZero: boolean;
  /** Private /dev/zero goes through the THP helper. */
  readonly devZeroThp: boolean;
  /** hugetlb uses the common search with a mask, rather than a copy of its own. */
  readonly hugetlbCore: boolean;
  /** The generic copy of hugetlb's own keeps mappings above mmap_min_addr, and tests the length against its window. */
  readonly hugetlbMinAddr: boolean;
  /** The search retries below guard gaps. */
  readonly searchGuards: boolean;
  /** The search itself never goes below mmap_min_addr. */
  readonly searchMinAddr: boolean;
  /** A new shadow stack gets a start gap. */
  readonly startGap: boolean;
  /** An existing shadow stack has a guard of one page below it. */
  readonly shadowStackGuard: boolean;
  /** MAP_ABOVE4G is understood. */
  readonly above4g: boolean;
  /** MAP_DROPPABLE is a mapping type. */
  readonly droppable: boolean;
  /** What a fault on a vfio-pci mapping installs. */
  readonly faultEra: FaultEra;
  /** Huge PFN leaves obey /sys/kernel/mm/transparent_hugepage/enabled. */
  readonly thpGate: 'obeyed' | 'bypassed';
  /** Who places VFIO mappings. Shipped kernels: none. */
  readonly vfioHook: VfioHookId;
  /** The core aligns by length before it searches. Shipped kernels: undefined. */
  readonly lengthAlign: LengthAlign | undefined;
}

/** The facts that changes decide. */
type Fact = Exclude<keyof KernelFacts, 'version' | 'thpBuilt'>;

/** One dated change of one fact. */
export interface FactChange<K extends Fact> {
  readonly fact: K;
  readonly value: KernelFacts[K];
  readonly since: Since;
  /** Commit, as mainline has it. */
  readonly commit: string | undefined;
  readonly what: string;
}
type AnyChange = { [K in Fact]: FactChange<K> }[Fact];

const oldest: Omit<KernelFacts, 'version' | 'thpBuilt'> = {
  anonAlign: 'never',
  unhookedAlign: 'never',
  thpFlushTop: false,
  anonPgoffZero: false,
  devZeroThp: false,
  hugetlbCore: false,
  hugetlbMinAddr: false,
  searchGuards: false,
  searchMinAddr: false,
  startGap: false,
  shadowStackGuard: false,
  above4g: false,
  droppable: false,
  faultEra: 'premap',
  thpGate: 'obeyed',
  vfioHook: 'none',
  lengthAlign: undefined,
};

/**
 * The changes, oldest first within a fact: the last one a release contains decides. Sources are the commits;
 * where a row was measured, docs/model.md says on which kernels.
 */
export const factChanges: readonly AnyChange[] = [
  {
    fact: 'faultEra',
    value: 'fullRemap',
    since: { mainline: '5.8-rc1' },
    commit: '11c4cd07ba11',
    what: 'vfio-pci maps the whole VMA with PTEs on the first fault',
  },
  {
    fact: 'faultEra',
    value: 'perPage',
    since: { mainline: '6.10-rc1' },
    commit: 'aac6db75a9fc',
    what: 'vfio-pci inserts one PTE per fault',
  },
  {
    fact: 'faultEra',
    value: 'fullInsert',
    since: { mainline: '6.10-rc4', stable: { '6.9': 11 } },
    commit: 'd71a989cf5d9',
    what: 'vfio-pci inserts every PTE of the VMA on the first fault',
  },
  {
    fact: 'faultEra',
    value: 'hugeExactNoPfn',
    since: { mainline: '6.12-rc1' },
    commit: 'f9e54c3a2f5b',
    what: 'vfio-pci installs huge leaves, one a fault, without checking the PFN',
  },
  {
    fact: 'faultEra',
    value: 'hugeExact',
    since: { mainline: '6.13-rc7', stable: { '6.12': 10 } },
    commit: '09dfc8a5f2ce',
    what: 'vfio-pci checks the PFN alignment before a huge leaf',
  },
  {
    fact: 'faultEra',
    value: 'hugeAligned',
    since: { mainline: '6.15-rc6', stable: { '6.12': 29, '6.14': 7 } },
    commit: 'c1d9dac0db16',
    what: 'vfio-pci rounds the fault address down to the leaf before it tests alignment',
  },
  {
    fact: 'thpGate',
    value: 'bypassed',
    since: { mainline: '7.3-rc4', stable: { '6.12': 115, '6.18': 54, '7.2': 8 } },
    commit: 'e384abeb559d',
    what: 'huge PFN maps ignore transparent_hugepage/enabled',
  },
  {
    fact: 'anonAlign',
    value: 'anyLength',
    since: { mainline: '6.7-rc1' },
    commit: 'efa7df3e3bb5',
    what: 'private anonymous memory is aligned to PMD_SIZE',
  },
  {
    fact: 'anonAlign',
    value: 'pmdMultiple',
    since: { mainline: '6.12-rc6', stable: { '6.11': 7 } },
    commit: 'd4148aeab412',
    what: 'only lengths that are a multiple of PMD_SIZE are aligned',
  },
  {
    fact: 'anonAlign',
    value: 'pmdMultipleNoHint',
    since: { mainline: '6.13-rc1', stable: { '6.12': 5 } },
    commit: '249608ee4713',
    what: 'nothing is aligned when the caller gave a hint',
  },
  {
    fact: 'unhookedAlign',
    value: 'anyLength',
    since: { mainline: '6.10-rc1' },
    commit: 'ed48e87c7df3',
    what: 'files without get_unmapped_area are aligned too, by accident',
  },
  {
    fact: 'unhookedAlign',
    value: 'pmdMultiple',
    since: { mainline: '6.12-rc6', stable: { '6.11': 7 } },
    commit: 'd4148aeab412',
    what: 'only lengths that are a multiple of PMD_SIZE are aligned',
  },
  {
    fact: 'unhookedAlign',
    value: 'pmdMultipleNoHint',
    since: { mainline: '6.13-rc1', stable: { '6.12': 5 } },
    commit: '249608ee4713',
    what: 'nothing is aligned when the caller gave a hint',
  },
  {
    fact: 'unhookedAlign',
    value: 'never',
    since: { mainline: '6.13-rc6' },
    commit: '34d7cf637c43',
    what: 'files without get_unmapped_area are not aligned any more',
  },
  {
    fact: 'thpFlushTop',
    value: true,
    since: { mainline: '6.8-rc3', stable: { '6.7': 6 } },
    commit: '96204e15310c',
    what: 'a congruent padded range is used from its top',
  },
  {
    fact: 'anonPgoffZero',
    value: true,
    since: { mainline: '6.8-rc3', stable: { '6.7': 6 } },
    commit: '96204e15310c',
    what: 'the offset of an anonymous mapping is 0 for placement',
  },
  {
    fact: 'devZeroThp',
    value: true,
    since: { mainline: '6.18-rc1' },
    commit: undefined,
    what: 'private /dev/zero uses the THP helper (seen on 6.18 and newer, not on 6.17)',
  },
  {
    fact: 'hugetlbCore',
    value: true,
    since: { mainline: '6.13-rc1' },
    commit: '7bd3f1e1a9ae',
    what: 'hugetlb is placed by the ordinary search with an alignment mask',
  },
  {
    fact: 'hugetlbMinAddr',
    value: true,
    since: { mainline: '6.11-rc1' },
    commit: 'dffe24e95876',
    what: 'the generic hugetlb function refuses what lies below mmap_min_addr or is longer than the window',
  },
  {
    fact: 'searchGuards',
    value: true,
    since: { mainline: '6.3', stable: { '6.1': 26, '6.2': 13 } },
    commit: '58c5d0d6d522',
    what: 'the maple-tree search respects guard gaps',
  },
  {
    fact: 'searchMinAddr',
    value: true,
    since: { mainline: '6.4-rc1' },
    commit: '6b008640db73',
    what: 'the search is clamped to mmap_min_addr',
  },
  {
    fact: 'startGap',
    value: true,
    since: { mainline: '6.10-rc1' },
    commit: '8a0fe564bb2e',
    what: 'a new shadow stack keeps a page free below it',
  },
  {
    fact: 'shadowStackGuard',
    value: true,
    since: { mainline: '6.6-rc1' },
    commit: undefined,
    what: 'shadow stacks have a guard page below them',
  },
  {
    fact: 'above4g',
    value: true,
    since: { mainline: '6.6-rc1' },
    commit: undefined,
    what: 'MAP_ABOVE4G',
  },
  {
    fact: 'droppable',
    value: true,
    since: { mainline: '6.11-rc1' },
    commit: undefined,
    what: 'MAP_DROPPABLE',
  },
];

/**
 * The facts of one release, each decided by the last change it contains. Any version can be asked. PREEMPT_RT and
 * transparent huge pages exclude each other: TRANSPARENT_HUGEPAGE, mm/Kconfig, depends on !PREEMPT_RT.
 */
export const factsOf = (v: KernelVersion): KernelFacts =>
  Object.assign(
    { ...oldest, version: v, thpBuilt: v.rt !== true },
    ...factChanges.filter(c => contains(v, c.since)).map(c => ({ [c.fact]: c.value })),
  );

/** The change that gave a release its present value of one fact, or undefined where none has touched it. */
export const changeBehind = <K extends Fact>(v: KernelVersion, fact: K): AnyChange | undefined =>
  factChanges.filter(c => c.fact === fact && contains(v, c.since)).at(-1);
