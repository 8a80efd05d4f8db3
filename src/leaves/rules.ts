import type { Arch, LeafKind, PfnLeaf } from '../arch/arch.ts';
import type { FaultEra, KernelFacts } from '../kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel/version.ts';
import type { Bytes } from '../units.ts';

/**
 * The THP switches that a fault on a PFN mapping looks at, as they stand before the first touch.
 * Source: thp_vma_allowable_orders(), include/linux/huge_mm.h and mm/huge_memory.c, 6.12 and 7.3.
 */
export interface ThpPolicy {
  /** /sys/kernel/mm/transparent_hugepage/enabled */
  readonly enabled: 'always' | 'madvise' | 'never';
  /** madvise() on the VMA: MADV_HUGEPAGE, MADV_NOHUGEPAGE or neither. */
  readonly advice: 'none' | 'huge' | 'nohuge';
  /** prctl(PR_SET_THP_DISABLE) before mmap(). */
  readonly processDisabled: boolean;
}

/** The switches of a distribution kernel that nobody has touched. */
export const defaultThpPolicy: ThpPolicy = { enabled: 'always', advice: 'none', processDisabled: false };

/** The one switch that forbids huge PFN leaves. */
export type ThpSwitch = 'processDisabled' | 'adviceNohuge' | 'enabledMadvise' | 'enabledNever';

/** Why a leaf size cannot appear at all, whatever the addresses. */
export type LeafRefusal =
  /** no release installs this leaf for PFN mappings on this architecture */
  | { readonly kind: 'archNever' }
  /** a later release does */
  | { readonly kind: 'kernelTooOld'; readonly since: string; readonly commit: string | undefined }
  /** the driver of this era inserts base pages only */
  | { readonly kind: 'era'; readonly era: FaultEra }
  /** the kernel is built without transparent huge pages, as PREEMPT_RT has it */
  | { readonly kind: 'notBuilt' }
  | { readonly kind: 'policy'; readonly by: ThpSwitch };

/** Whether a leaf larger than the base page may be tried, and if not, why. */
export type LeafVerdict =
  | { readonly usable: true; readonly kind: LeafKind; readonly size: Bytes }
  | { readonly usable: false; readonly kind: LeafKind; readonly size: Bytes; readonly refusal: LeafRefusal };

/** A leaf size that faults may install. Size in bytes. */
export interface UsableLeaf {
  readonly kind: LeafKind;
  readonly size: Bytes;
}

/** What the faults on one mapping may install. Everything in this folder works from it. */
export interface LeafRules {
  /** Size of the base page in bytes. */
  readonly page: Bytes;
  /** Usable leaves larger than the base page, large to small; each a power-of-two multiple of the next. */
  readonly levels: readonly UsableLeaf[];
  readonly era: FaultEra;
  /** One verdict for every larger leaf of the architecture, large to small. */
  readonly verdicts: readonly LeafVerdict[];
}

/**
 * True for the eras in which one fault may install a huge leaf (6.12 and newer).
 * Source: f9e54c3a2f5b "vfio/pci: implement huge_fault support".
 */
const hasHugeFault = (era: FaultEra): boolean => {
  switch (era) {
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      return true;
    case 'premap':
    case 'fullRemap':
    case 'perPage':
    case 'fullInsert':
      return false;
  }
};

/**
 * The switch that forbids huge PFN leaves, or undefined when they are allowed.
 * Source: thp_vma_allowable_orders() and vma_thp_disabled(), 6.12.117 and 7.3.4; e384abeb559d made huge PFN maps
 * ignore `enabled` but neither madvise() nor prctl().
 */
export const thpObstacle = (policy: ThpPolicy, gate: KernelFacts['thpGate']): ThpSwitch | undefined => {
  if (policy.processDisabled) return 'processDisabled';
  if (policy.advice === 'nohuge') return 'adviceNohuge';
  if (gate === 'bypassed') return undefined;
  switch (policy.enabled) {
    case 'always':
      return undefined;
    case 'madvise':
      return policy.advice === 'huge' ? undefined : 'enabledMadvise';
    case 'never':
      return 'enabledNever';
  }
};

// Few distinct texts, asked for on every change of a slider.
const parsed = new Map<string, KernelVersion>();
const seriesOf = (since: string): KernelVersion => {
  const known = parsed.get(since);
  if (known !== undefined) return known;
  const version = parseKernelVersion(since);
  if (!version) throw new Error(`not a kernel version in the architecture table: ${since}`);
  parsed.set(since, version);
  return version;
};

// Huge PFN support of an architecture comes in a merge window, so every candidate of the series has it.
const inSeries = (v: KernelVersion, since: string): boolean => {
  const first = seriesOf(since);
  return v.major > first.major || (v.major === first.major && v.minor >= first.minor);
};

const refusalOf = (
  leaf: PfnLeaf,
  facts: KernelFacts,
  version: KernelVersion,
  obstacle: ThpSwitch | undefined,
): LeafRefusal | undefined => {
  if (leaf.since === undefined) return { kind: 'archNever' };
  if (!inSeries(version, leaf.since)) return { kind: 'kernelTooOld', since: leaf.since, commit: leaf.commit };
  if (!hasHugeFault(facts.faultEra)) return { kind: 'era', era: facts.faultEra };
  if (!facts.thpBuilt) return { kind: 'notBuilt' };
  if (obstacle !== undefined) return { kind: 'policy', by: obstacle };
  return undefined;
};

/**
 * The leaves that faults on a vfio-pci mapping may install under this architecture, kernel and policy, with a
 * verdict for each. Where several things forbid a size the most lasting one is named: architecture, then
 * release, then driver, then build, then policy.
 * Source: ARCH_SUPPORTS_HUGE_PFNMAP (needs TRANSPARENT_HUGEPAGE) and CONFIG_ARCH_SUPPORTS_{PMD,PUD}_PFNMAP, mm/Kconfig and
 * include/linux/huge_mm.h; __thp_vma_allowable_orders(), mm/huge_memory.c; 6.12.117 and 7.3.4.
 */
export const leafRules = (
  arch: Arch,
  facts: KernelFacts,
  version: KernelVersion,
  policy: ThpPolicy,
): LeafRules => {
  const obstacle = thpObstacle(policy, facts.thpGate);
  const verdicts = arch.pfnLeaves
    .filter(leaf => leaf.size > arch.page)
    .map((leaf): LeafVerdict => {
      const refusal = refusalOf(leaf, facts, version, obstacle);
      const { kind, size } = leaf;
      return refusal === undefined ? { usable: true, kind, size } : { usable: false, kind, size, refusal };
    });
  const levels = verdicts.filter(v => v.usable).map(({ kind, size }) => ({ kind, size }));
  return { page: arch.page, levels, era: facts.faultEra, verdicts };
};
