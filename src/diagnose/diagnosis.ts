import type { ArchId, LeafKind } from '../arch/arch.ts';
import type { LeafCost } from '../cost/cost.ts';
import type { HugeFault, SearchTrace } from '../intake/facts.ts';
import type { LeafRefusal } from '../leaves/rules.ts';
import type { LeafRun } from '../leaves/runs.ts';
import type { BestPossible } from '../leaves/why.ts';
import type { PolicyId } from '../placement/policies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { DeviceAnswer } from '../solve.ts';
import type { Bytes, Pa, Va } from '../units.ts';

/** A device mapping, by the line of its maps text, shown to be a BAR by the reader. */
export interface Pairing {
  /** Line of the mapping in the text, 1-based. */
  readonly line: number;
  /** PCI address, in the form of `fullAddress`; '' for a device without one. */
  readonly address: string;
  /** Number of the BAR; undefined: `base` tells which, of those that /proc/iomem names without number. */
  readonly bar: number | undefined;
  /** Where the range begins. Only needed without `bar`. */
  readonly base?: Pa;
}

/** What the reader said beside what was pasted. Everything left out is read, or assumed and said to be. */
export interface DiagnoseChoices {
  /** A kernel version as `uname -r` prints it; one that does not parse is ignored with a note. */
  readonly kernel?: string | undefined;
  readonly arch?: ArchId | undefined;
  /** Who placed the mappings. Decides only what `scenarioOf` opens and what trace lines are held against. */
  readonly policy?: PolicyId | undefined;
  readonly thp?: Scenario['machine']['thp'] | undefined;
  readonly pairings?: readonly Pairing[] | undefined;
  /** Page faults counted over all the mappings. */
  readonly faults?: number | undefined;
  /** VmPTE of the process, in KiB. */
  readonly vmPteKib?: number | undefined;
}

/** A setting of the machine, and how it is known. */
export interface Told<T> {
  readonly value: T;
  readonly how: 'chosen' | 'read' | 'assumed';
  /** Line of the text where it was read. */
  readonly line: number | undefined;
  /** What it was read from or why it is assumed, as a clause: “from the addresses”. */
  readonly why: string;
}

/** A BAR that a mapping may show. */
export interface Candidate {
  readonly address: string;
  /** 0 to 5; undefined where only /proc/iomem tells of it. */
  readonly bar: number | undefined;
  readonly base: Pa;
  readonly size: Bytes;
  /** Physical address of the mapping's first byte, were it this BAR. */
  readonly pa: Pa;
  readonly line: number;
}

/** What is known of the physical address behind a mapping's first byte. */
export type Physical =
  /** The BAR is known: by the one that fits, or by the reader's choice. */
  | { readonly kind: 'bar'; readonly by: 'input' | 'choice'; readonly pa: Pa; readonly candidate: Candidate }
  /** The offset column of maps is the physical address: sysfs, and VFIO before 6.10. No BAR is needed. */
  | { readonly kind: 'column'; readonly pa: Pa }
  /**
   * Unknown, but an ordinary BAR starts at a multiple of its size and is at least as long as the range: for every leaf
   * that fits in the range the offset tells the residue. `standIn` has it right, and the rest of it is made up.
   * Source: PCI 3.0, 6.2.5.1. Enhanced Allocation may place a BAR otherwise: the words say so.
   */
  | { readonly kind: 'residue'; readonly standIn: Pa; readonly several: boolean }
  /** Several BARs fit and would give different leaves. */
  | { readonly kind: 'several' }
  | {
      readonly kind: 'unknown';
      readonly why: 'no BAR fits' | 'beyond the address space' | 'not whole pages';
    };

/** As `judge` in judge.ts defines them. */
export type Verdict = 'good' | 'better' | 'bad' | 'unknown';

/** VA and PA disagree modulo a leaf size. Bytes. */
export interface Miss {
  readonly kind: LeafKind;
  readonly size: Bytes;
  /** (VA - PA) mod size: what the mapping would have to move down. */
  readonly residue: Bytes;
}

/** Why a mapping has smaller leaves than it could. */
export type Cause =
  /** Nothing is wrong. `largest`: of the leaves it has. `short`: no larger leaf fits the range at all; `bare`: the architecture has none for it. */
  | { readonly kind: 'none'; readonly largest: Bytes; readonly short: boolean; readonly bare: boolean }
  /** Large to small; every size of the best layout that is missed. */
  | { readonly kind: 'congruence'; readonly misses: readonly Miss[] }
  /** Kernel, driver or architecture install no such leaf. */
  | { readonly kind: 'kernel'; readonly refusal: LeafRefusal }
  /** transparent_hugepage/enabled forbids it, and this kernel obeys it for device memory. */
  | { readonly kind: 'thp'; readonly refusal: LeafRefusal }
  /** 6.12 to 6.12.9 installed leaves whose PFN is no multiple of the leaf. */
  | { readonly kind: 'corrupt'; readonly misses: readonly Miss[] }
  /** The BAR is mapped in pieces around a hole, and the piece by itself has no whole block of the size. */
  | {
      readonly kind: 'hole';
      readonly size: Bytes;
      readonly hole: { readonly offset: Bytes; readonly size: Bytes };
    }
  /** The BAR is mapped in several VMAs that touch: blocks across the seam cannot be leaves. */
  | { readonly kind: 'split'; readonly pieces: number; readonly leaves: number }
  | { readonly kind: 'unknown' };

/** One way to larger leaves. */
export type Fix =
  /** Reserve with PROT_NONE, round up, map with MAP_FIXED. `start`: where the engine's reservation puts it. */
  | {
      readonly kind: 'recipe';
      readonly reserve: Bytes;
      readonly align: Bytes;
      /** The address must be this modulo `align`. */
      readonly residue: Bytes;
      readonly start: Va;
      /** What must be changed besides, because as things are no address helps. */
      readonly needs: 'thp' | 'kernel' | undefined;
      /** With `needs` kernel: the oldest release known to do it, as every later one does. */
      readonly from: string | undefined;
      readonly leaves: readonly LeafRun[];
    }
  /** Released VMMs that do it by themselves; `leaves` as the first of them gets them. */
  | { readonly kind: 'vmm'; readonly policies: readonly PolicyId[]; readonly leaves: readonly LeafRun[] }
  /** Proposals that place it so; `leaves` are the best of them, which `policies` all give. */
  | { readonly kind: 'proposal'; readonly policies: readonly PolicyId[]; readonly leaves: readonly LeafRun[] }
  /** A released kernel, `own`: this one: as it would place the same request (`placed`), or at the same address. */
  | {
      readonly kind: 'kernel';
      readonly version: string;
      readonly placed: boolean;
      readonly own: boolean;
      readonly leaves: readonly LeafRun[];
    }
  | { readonly kind: 'thp'; readonly leaves: readonly LeafRun[] }
  /** VFIO in place of a `resource` file of sysfs, at the same address. */
  | { readonly kind: 'vfio'; readonly leaves: readonly LeafRun[] }
  /** One mmap() over all the pieces. */
  | { readonly kind: 'join'; readonly leaves: readonly LeafRun[] };

/** The nearest start below that agrees with the physical address modulo the largest leaf of the best layout. */
export interface Nearest {
  readonly start: Va;
  readonly distance: Bytes;
  readonly leaves: readonly LeafRun[];
  /** Nothing else is mapped there. */
  readonly free: boolean;
}

/** How the public alignment test judges the address, and whether that is this verdict. See docs/policies.md. */
export interface PublicTest {
  /** The multiple that it expects the address to be, in bytes. */
  readonly wanted: Bytes;
  readonly passes: boolean;
  /** Undefined: it agrees. */
  readonly differs:
    | undefined
    /** it passes what has not the fewest leaves */
    | 'multiple, not congruent'
    /** it fails what has the fewest leaves */
    | 'congruent, no multiple';
  /** What a pasted log of it says of this BAR. `here`: of this very address, not of a mapping of its own. */
  readonly log: { readonly line: number; readonly passed: boolean; readonly here: boolean } | undefined;
}

/** How the script vfio-check-alignment judges the address, and whether that is this verdict. See docs/policies.md. */
export interface CheckScript {
  /** The multiple that it expects the address to be, in bytes. */
  readonly wanted: Bytes;
  readonly passes: boolean;
  /** It passes what has not the fewest leaves, or warns of what has; undefined: it agrees. */
  readonly differs: undefined | 'passes' | 'warns';
}

/** Dynamic-debug lines held against the prediction. */
export interface FaultsHeld {
  readonly count: number;
  readonly agree: number;
  /** The first line that disagrees. */
  readonly first: { readonly fault: HugeFault; readonly size: Bytes; readonly expected: Bytes } | undefined;
}

/** A page-table dump held against the prediction. */
export interface DumpHeld {
  /** Bytes of the mapping that the dump shows with a known leaf size. */
  readonly shown: Bytes;
  readonly agree: Bytes;
  /** The first stretch that has leaves of another size. */
  readonly first:
    | { readonly line: number; readonly start: Va; readonly size: Bytes; readonly expected: Bytes }
    | undefined;
  /** The first stretch that has another physical address than the BAR gives. */
  readonly elsewhere: { readonly line: number; readonly start: Va; readonly pa: Pa } | undefined;
}

/** QEMU's account of the region that the mapping shows. */
export interface QemuHeld {
  readonly name: string;
  readonly line: number;
  /** The area of the region that the mapping is; undefined: QEMU names no such area. */
  readonly area: { readonly offset: Bytes; readonly end: Bytes; readonly line: number } | undefined;
}

/** One device mapping, judged. Addresses and sizes in bytes. */
export interface DiagnosisRow {
  /** Stable within one input: `line 2`. */
  readonly key: string;
  readonly line: number;
  readonly source: 'vfio' | 'sysfs';
  /** PCI address, '' where the device has none, undefined where it is not known. */
  readonly device: string | undefined;
  /** Class and name as lspci prints them, or ''. */
  readonly deviceName: string;
  readonly bar: number | undefined;
  readonly barSize: Bytes | undefined;
  readonly start: Va;
  readonly end: Va;
  readonly length: Bytes;
  /** Offset in the BAR. */
  readonly offset: Bytes | undefined;
  /** The offset column of maps, and how it was read: region and offset (from 6.10 on), or a physical address. */
  readonly column: { readonly value: Bytes; readonly as: 'region' | 'address' };
  readonly physical: Physical;
  /** What the reader may pair it with. Empty where nothing fits. */
  readonly candidates: readonly Candidate[];
  /** Rows of one BAR have the same group. */
  readonly group: string;
  /** The leaves where it is; undefined where PA is unknown. Under `several` it is the worst case. */
  readonly answer: DeviceAnswer | undefined;
  /** Under `several`: the best case. */
  readonly atBest: DeviceAnswer | undefined;
  /** The best layout at any address on any released kernel with THP on; undefined where PA is unknown. */
  readonly ideal: (BestPossible & { readonly cost: LeafCost }) | undefined;
  readonly verdict: Verdict;
  readonly cause: Cause;
  readonly nearest: Nearest | undefined;
  readonly fixes: readonly Fix[];
  readonly publicTest: PublicTest | undefined;
  /** Undefined for what is not mapped through VFIO: the script passes over it. */
  readonly checkScript: CheckScript | undefined;
  readonly faults: FaultsHeld | undefined;
  readonly dump: DumpHeld | undefined;
  readonly qemu: QemuHeld | undefined;
}

/** All rows of one BAR. */
export interface BarGroup {
  readonly key: string;
  readonly device: string | undefined;
  readonly bar: number | undefined;
  /** Keys of the rows, by offset. */
  readonly rows: readonly string[];
  /** The worst of its rows. */
  readonly verdict: Verdict;
  /** What no row maps between the first and the last byte mapped. */
  readonly holes: readonly { readonly offset: Bytes; readonly size: Bytes }[];
}

/** Over all rows whose leaves are known. */
export interface Totals {
  /** BARs, by verdict. */
  readonly bars: Readonly<Record<Verdict, number>>;
  readonly rows: Readonly<Record<Verdict, number>>;
  readonly leaves: readonly LeafRun[];
  /** The leaves of the best layouts; their addresses mean nothing. */
  readonly best: readonly LeafRun[];
  readonly faults: number;
  readonly bestFaults: number;
  readonly tableBytes: Bytes;
  readonly bestTableBytes: Bytes;
}

/** A trace line played again. */
export interface SearchCheck {
  readonly trace: SearchTrace;
  /** Row that the search placed. */
  readonly row: string | undefined;
  /** agree; differ; or why it could not be played. */
  readonly outcome:
    | { readonly kind: 'agree' }
    /** The engine's address; undefined: it finds no room. */
    | { readonly kind: 'differ'; readonly got: Va | undefined; readonly reason: DifferReason }
    | { readonly kind: 'not played'; readonly why: 'no maps' | 'bad numbers' };
  /** What length and mask tell about who asked. */
  readonly says: SearchSays;
  /** Whether this kernel and policy would ask the same for the row; undefined where no row is known. */
  readonly asKernel: boolean | undefined;
}

/** Why a search may come out otherwise today. */
export type DifferReason =
  /** What it found is mapped by nothing now: it was unmapped since, or it is another process. */
  | 'gone'
  /** Something that fits was free then or is free now: the maps were read at another time. */
  | 'changed'
  /** `hi` is not mmap_base as the maps show it: another process. */
  | 'other process';

export type SearchSays =
  /** No alignment asked. */
  | { readonly kind: 'plain' }
  /** The mask asks for multiples of `size`, or what is congruent to the offset. */
  | { readonly kind: 'mask'; readonly size: Bytes; readonly offset: Bytes }
  /** More was searched than was mapped: `size` for an alignment by the THP helper. */
  | { readonly kind: 'padded'; readonly size: Bytes };

/** One way the leaves could be, and what it would cost over all mappings. */
export interface Layout {
  /** `now`: as predicted. `best`: the best layout. A leaf size: that is the largest one used. */
  readonly id: 'now' | 'best' | LeafKind;
  /** Row key, where it speaks of one mapping alone. */
  readonly row: string | undefined;
  readonly leaves: readonly LeafRun[];
  readonly faults: number;
  /** Of their page tables what VmPTE counts. */
  readonly tableKib: number;
}

/** A count that was given, held against every layout. Nearest first; `off` is given less layout. */
export interface CountCheck {
  readonly what: 'faults' | 'vmPte';
  readonly given: number;
  readonly line: number | undefined;
  /** For VmPTE: what the tables of everything else can have at most, in KiB; 0 for faults. */
  readonly slack: number;
  readonly matches: readonly Layout[];
  readonly nearest: { readonly layout: Layout; readonly off: number } | undefined;
}

/** Two inputs that do not go together. */
export interface Disagreement {
  readonly lines: readonly number[];
  readonly text: string;
}

/** Something that would settle an open question: what to paste. */
export interface Ask {
  readonly what: 'maps' | 'lspci' | 'iomem as root' | 'kernel' | 'pairing' | 'device mappings';
  /** Rows it would settle. */
  readonly rows: readonly string[];
  /** Some of it was pasted already, and does not settle them. */
  readonly again?: boolean;
}

/** Leaves and their cost, in faults and bytes of page tables. */
export interface BarOutcome {
  readonly leaves: readonly LeafRun[];
  readonly faults: number;
  readonly tableBytes: Bytes;
}

/** A BAR that nothing pasted maps: what it could have on this machine. */
export interface BarView {
  readonly key: string;
  readonly address: string;
  /** Class and name as lspci prints them, or ''. */
  readonly name: string;
  /** 0 to 5; undefined where only /proc/iomem tells of it. */
  readonly bar: number | undefined;
  readonly base: Pa;
  readonly size: Bytes;
  readonly line: number;
  /** Where VA and PA agree modulo `modulus`. */
  readonly best: BarOutcome;
  /** Where they agree modulo a page alone. */
  readonly worst: BarOutcome;
  /** The largest leaf of `best`, in bytes. */
  readonly modulus: Bytes;
  /** A newer kernel, or another THP setting, has fewer leaves for it. */
  readonly refused: boolean;
}

/** The answer to what was pasted. */
export interface Diagnosis {
  readonly kernel: Told<string>;
  readonly arch: Told<ArchId>;
  readonly thp: Told<Scenario['machine']['thp']>;
  readonly policy: PolicyId;
  readonly rows: readonly DiagnosisRow[];
  readonly groups: readonly BarGroup[];
  /** Of a paste without device mappings: its BARs, the largest first. Empty where there are rows. */
  readonly bars: readonly BarView[];
  /** BARs that have room for base pages only, and more than are listed. */
  readonly barsShort: number;
  readonly barsLeft: number;
  readonly totals: Totals;
  /** Set where every row that is not good has a cause of this kind. */
  readonly commonCause: Cause['kind'] | undefined;
  readonly searches: readonly SearchCheck[];
  /** Trace lines beyond those that are played. */
  readonly searchesLeft: number;
  readonly counts: readonly CountCheck[];
  readonly disagreements: readonly Disagreement[];
  readonly asks: readonly Ask[];
  /** bad: something is. nothing: no device mapping was found. unknown: none could be judged. */
  readonly overall: Verdict | 'nothing';
}
