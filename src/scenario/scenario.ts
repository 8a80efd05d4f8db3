import type { ArchId } from '../arch/arch.ts';
import type { IommuId, MemoryKind } from '../dma/ids.ts';
import type { ContRule } from '../leaves/contiguous.ts';
import type { PolicyId } from '../placement/policies.ts';
import type { FileKind } from '../placement/request.ts';
import type { ShmemSetting } from '../placement/shmem.ts';
import type { Vma } from '../space/vma.ts';
import { type Bytes, bytes, GiB, MiB, type Pa, pa, type Va } from '../units.ts';
import type { DesignId } from '../zap/ids.ts';
import type { Who } from '../zap/machine.ts';

/** One BAR of the device. */
export interface Bar {
  /** 0 to 5, as the config space numbers them. */
  readonly index: number;
  readonly base: Pa;
  readonly size: Bytes;
  /** PCI address of the device it belongs to, where that is another one than the mapped BAR's. */
  readonly owner?: string;
}

/** A range of physical addresses that a bridge passes on to the devices below it. Every BAR below lies inside. */
export interface BridgeWindow {
  /** Whose it is: the bridge's PCI address, or another word; '' where it is not known. */
  readonly label: string;
  readonly base: Pa;
  /** Length in bytes, above 0. */
  readonly size: Bytes;
  readonly prefetchable: boolean;
}

/** Bytes of the mapped BAR that are not to be mapped: the MSI-X table, or what a sparse region leaves out. */
export interface Hole {
  readonly offset: Bytes;
  readonly size: Bytes;
}

/** Where the memory behind a file goes on at another physical address. */
export interface Range {
  /** Bytes in the BAR from which on this holds; ascending, above 0. */
  readonly offset: Bytes;
  readonly phys: Pa;
}

/** The address spaces that come with the app. */
export type SpaceId = 'qemu' | 'qemu-run' | 'scene' | 'bare';

/** Where the VMAs come from. */
export type SpaceSource =
  | { readonly kind: 'preset'; readonly id: SpaceId }
  | {
      readonly kind: 'pasted';
      /** What to call it on screen. */
      readonly name: string;
      /** Ascending, not overlapping. */
      readonly vmas: readonly Vma[];
      /** mmap_base, read off the VMAs; undefined where they do not show it. */
      readonly mmapBase: Va | undefined;
    };

/** In which order the pages are touched, as far as a person chooses. */
export type TouchChoice = 'asc' | 'desc' | 'middle';

/** The screens of the app. */
export const screenIds = ['map', 'compare', 'sweep', 'diagnose', 'labs', 'evidence'] as const;
export type ScreenId = (typeof screenIds)[number];

/** The groups of rows of the Compare table: kernels, proposals, architectures. */
export const compareGroups = ['kernels', 'policies', 'archs'] as const;
export type CompareGroup = (typeof compareGroups)[number];

/** The columns that the Compare table can be sorted by, as a link names them. */
export const compareColumns = [
  'name',
  'leaves',
  'faults',
  'tables',
  'skipped',
  'start',
  'residue',
  'gap',
  'aslr',
] as const;
export type CompareColumn = (typeof compareColumns)[number];

/** How the Compare table is looked at. Rows are named as the table names them; a name without a row is ignored. */
export interface CompareView {
  /** undefined: the table's own order. */
  readonly sort: { readonly by: CompareColumn; readonly down: boolean } | undefined;
  /** Words that a row must have to be shown. */
  readonly filter: string;
  /** The groups shown. */
  readonly groups: readonly CompareGroup[];
  /** The row that all others are compared with. */
  readonly baseline: string | undefined;
  /** The rows shown side by side; undefined: the table chooses. */
  readonly pins: readonly string[] | undefined;
}

/** How the Map is looked at. Offsets are bytes from the start of the mapping, below 0 what lies before it. */
export interface MapView {
  /** What the zipper shows, in multiples of 4 KiB; undefined: the mapping itself. */
  readonly range: { readonly from: number; readonly to: number } | undefined;
  /** The byte the crosshair is pinned to; undefined: none. */
  readonly at: number | undefined;
  /** Which of several mappings is looked at (around holes, or one a physical range), from 1; 1 where there is one. */
  readonly part: number;
}

/** A text that was given to the Diagnose screen. */
export interface GivenText {
  /** Of the file it came from; '' for what was typed or pasted. */
  readonly name: string;
  readonly text: string;
}

/** A device mapping of the given texts, shown by the reader to be a BAR. */
export interface GivenPairing {
  /** Line of the mapping, counted over all texts, 1-based. */
  readonly line: number;
  /** PCI address with its domain; '' for a device without one. */
  readonly address: string;
  readonly bar: number;
}

/** What is diagnosed, and what the reader said beside it. Everything left out is read, or assumed and said to be. */
export interface DiagnoseView {
  readonly texts: readonly GivenText[];
  /** A kernel version as `uname -r` prints it. */
  readonly kernel: string | undefined;
  readonly arch: ArchId | undefined;
  readonly thp: Scenario['machine']['thp'] | undefined;
  /** Page faults counted over the mappings. */
  readonly faults: number | undefined;
  readonly vmPteKib: number | undefined;
  readonly pairings: readonly GivenPairing[];
}

/** The ways a captured case can be filtered by, and the letter of each in a link. */
export const evidenceFilters = { kernel: 'k', arch: 'a', category: 'c', outcome: 'o', id: 'id' } as const;
export type EvidenceFilter = keyof typeof evidenceFilters;

/** How the Evidence is looked at. Names that no case has are shown as they stand, and match nothing. */
export interface EvidenceView {
  /** The set looked at, a file's name without its ending, and in it a case by its id; undefined: none. */
  readonly at: { readonly set: string; readonly id: string | undefined } | undefined;
  /** What a case must have to be shown; a filter that is not set is absent. */
  readonly only: Readonly<Partial<Record<EvidenceFilter, string>>>;
}

/** A tour that is presented. */
export interface PresentView {
  /** As src/tour/tour.ts reads it: a shipped tour, lessons with commas between, or a packed list of scenes. */
  readonly tour: string;
  /** Which scene is shown, from 1; beyond the last one: the last one. */
  readonly scene: number;
  /** This is the speaker's window: notes and a clock, no stage. */
  readonly notes: boolean;
}

/** What can stand on an axis of Sweep, as a link names it. */
export const sweepInputs = ['off', 'len', 'base', 'size', 'gap', 'hint', 'aslr'] as const;
export type SweepInput = (typeof sweepInputs)[number];

/** What the points of Sweep are coloured by, as a link names it. */
export const sweepColours = ['leaf', 'faults', 'tables', 'skipped', 'best'] as const;
export type SweepColour = (typeof sweepColours)[number];

/** One axis of Sweep. */
export interface SweepAxis {
  readonly input: SweepInput;
  /** First and last value that may be shown, in bytes; undefined: the usual range of the input. */
  readonly range: { readonly from: number; readonly to: number } | undefined;
}

/** How the Sweep is looked at. */
export interface SweepView {
  readonly x: SweepAxis;
  /** Never the input of `x`. */
  readonly y: SweepAxis;
  readonly colour: SweepColour;
  /** Most steps along an axis: 64, 256 or 1024. */
  readonly detail: number;
  /** The point at hand: the values of the inputs of `x` and `y`, in bytes; undefined: what the request has. */
  readonly point: { readonly x: number; readonly y: number } | undefined;
}

/** The labs: systems beside the placement that the threads argued about. */
export const labIds = ['dma', 'pages', 'zap'] as const;
export type LabId = (typeof labIds)[number];

/** What the zap lab shows. */
export interface ZapView {
  readonly design: DesignId;
  /** The mapper's steps that are taken out, by their places in its list, from 0; ascending. */
  readonly dropped: readonly number[];
  /** Whose turn it is, one entry a step; undefined: the plainest order that ends in the worst way there is. */
  readonly turns: readonly Who[] | undefined;
  /** How many of the turns have been taken where one looks; undefined: all. */
  readonly at: number | undefined;
}

/**
 * What is set in the lab of struct pages. Texts, read by the lab itself: what understands them (src/memmap/) is not
 * needed to open the page.
 */
export interface PagesLabView {
  /** Memory, its memmap and the list of pages, as src/memmap/setup.ts writes them: `M1`, or all of it. */
  readonly memory: string;
  /** The counter whose own layout is drawn; 'none': the layout as it is. */
  readonly drawnFor: 'none' | 'J1' | 'J2' | 'J3';
  /** The two counters between which a difference is looked for: `V2.V5`. */
  readonly pair: string;
}

/** What the DMA lab maps, and on which IOMMU. The mapping is the request's own. */
export interface DmaView {
  /** The IOVA, a multiple of 4 KiB; undefined: where a guest would have the BAR. */
  readonly iova: number | undefined;
  /** undefined: the usual one of the architecture. */
  readonly iommu: IommuId | undefined;
  /** The page sizes it may use, in bytes, ascending; undefined: all it has. */
  readonly sizes: readonly number[] | undefined;
  readonly memory: MemoryKind;
  /** What if the VA were a page higher. */
  readonly vaOff: boolean;
  /** The module option disable_hugepages of vfio_iommu_type1. */
  readonly smallPages: boolean;
}

/** Which lab is open, and what is set in it. */
export interface LabsView {
  readonly lab: LabId;
  readonly zap: ZapView;
  readonly pages: PagesLabView;
  readonly dma: DmaView;
}

/** Which screen is shown, and how. */
export interface View {
  readonly screen: ScreenId;
  readonly map: MapView;
  readonly compare: CompareView;
  readonly diagnose: DiagnoseView;
  readonly evidence: EvidenceView;
  readonly sweep: SweepView;
  readonly labs: LabsView;
  /** undefined: nothing is presented. */
  readonly present: PresentView | undefined;
}

/** The whole truth of what is shown: the link, undo, presets and saved files all speak it. */
export interface Scenario {
  readonly machine: {
    readonly arch: ArchId;
    /** A kernel version as people write it: `7.3`, `6.12.117`. Always one that parses. */
    readonly kernel: string;
    readonly policy: PolicyId;
    /** transparent_hugepage/enabled */
    readonly thp: 'always' | 'madvise' | 'never';
    readonly shmem: ShmemSetting;
    /** Which entries are marked contiguous, on architectures that can. */
    readonly cont: ContRule;
  };
  readonly device: {
    /** The BAR that is mapped. */
    readonly bar: Bar;
    /** The device's other BARs, and its neighbours', for the picture. Ascending by base. */
    readonly others: readonly Bar[];
    /** Windows of the bridges above the device, for the picture. Ascending by base, of one base the longest first. */
    readonly windows: readonly BridgeWindow[];
    /** Holes in the mapped BAR, ascending, apart from each other: several mappings go around them. */
    readonly holes: readonly Hole[];
    /** Further physical ranges behind the one file, as device dax has; none for a PCI BAR. */
    readonly ranges: readonly Range[];
  };
  readonly space: {
    readonly source: SpaceSource;
    /** RLIMIT_STACK at exec in bytes; Infinity for unlimited. Decides mmap_base where the source does not. */
    readonly stackLimit: number;
    /** Bottom-up layout. */
    readonly legacy: boolean;
    /** mmap_base set by hand. */
    readonly mmapBase: Va | undefined;
    /** Everything from here up to the next VMA is taken: a stand-in for a process with more mappings. */
    readonly lid: Va | undefined;
    /**
     * Bytes by which another random draw at exec moves mmap_base down, and all that was placed from there with it; a
     * page multiple. Absent: the process as it is.
     */
    readonly slide?: Bytes;
  };
  readonly request: {
    readonly file: FileKind;
    /** Offset in the BAR for VFIO, in the file otherwise; a page multiple. */
    readonly offset: Bytes;
    readonly length: Bytes;
    readonly hint: number;
    /** mmap() flags, numbers as on x86. */
    readonly flags: number;
    readonly prot: number;
    readonly advice: 'none' | 'huge' | 'nohuge';
    readonly touch: TouchChoice;
  };
  readonly view: View;
}

/** The window above the device of the first visit: made up, and called so. */
export const sampleWindow: BridgeWindow = {
  label: 'sample',
  base: pa(0x38_0000_0000),
  size: bytes(8 * GiB),
  prefetchable: true,
};

/** The windows above a BAR of which nobody said any: the sample, as long as the BAR lies in it. */
export const usualWindows = ({ base, size }: Bar): readonly BridgeWindow[] =>
  base >= sampleWindow.base && base + size <= sampleWindow.base + sampleWindow.size ? [sampleWindow] : [];

/** What a first visit shows: a 2 GiB BAR mapped whole into a real QEMU process on the newest kernel. */
export const defaultScenario: Scenario = {
  machine: {
    arch: 'x86_64-4',
    kernel: '7.3',
    policy: 'shipped',
    thp: 'always',
    shmem: 'never',
    cont: 'today',
  },
  device: {
    bar: { index: 2, base: pa(0x38_8000_0000), size: bytes(2 * GiB) },
    others: [
      { index: 0, base: pa(0xfc00_0000), size: bytes(16 * MiB) },
      { index: 4, base: pa(0x39_0000_0000), size: bytes(32 * MiB) },
    ],
    windows: [sampleWindow],
    holes: [],
    ranges: [],
  },
  space: {
    source: { kind: 'preset', id: 'qemu' },
    stackLimit: 8 * MiB,
    legacy: false,
    mmapBase: undefined,
    lid: undefined,
  },
  request: {
    file: 'vfio',
    offset: bytes(0),
    length: bytes(2 * GiB),
    hint: 0,
    flags: 1,
    prot: 3,
    advice: 'none',
    touch: 'asc',
  },
  view: {
    screen: 'map',
    map: { range: undefined, at: undefined, part: 1 },
    compare: {
      sort: undefined,
      filter: '',
      groups: ['kernels', 'policies'],
      baseline: undefined,
      pins: undefined,
    },
    diagnose: {
      texts: [],
      kernel: undefined,
      arch: undefined,
      thp: undefined,
      faults: undefined,
      vmPteKib: undefined,
      pairings: [],
    },
    evidence: { at: undefined, only: {} },
    sweep: {
      x: { input: 'off', range: undefined },
      y: { input: 'len', range: undefined },
      colour: 'leaf',
      detail: 256,
      point: undefined,
    },
    labs: {
      lab: 'dma',
      dma: {
        iova: undefined,
        iommu: undefined,
        sizes: undefined,
        memory: 'bar',
        vaOff: false,
        smallPages: false,
      },
      pages: { memory: 'M1', drawnFor: 'none', pair: 'V2.V5' },
      zap: { design: 'B', dropped: [], turns: undefined, at: undefined },
    },
    present: undefined,
  },
};
