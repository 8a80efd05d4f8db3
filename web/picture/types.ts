import type { TableName } from '../../src/arch/arch.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import type { Viewport } from '../draw/viewport.ts';
import type { FinalSearch } from './vaItems.ts';

/** A moment of a search that is played, as the address-space row draws it. */
export interface ShownStep {
  /** The search that the moment belongs to; undefined where none ran. */
  readonly search: FinalSearch | undefined;
  /** The gap that is looked at: its number, bounds and size in bytes, and what becomes of it. */
  readonly current:
    | {
        readonly kind: 'passed' | 'guarded' | 'taken';
        readonly gap: number;
        readonly from: number;
        readonly to: number;
        readonly size: number;
        readonly needed: number;
      }
    | undefined;
  /** The number of the gap that the search has come to. */
  readonly reached: number | 'nothing' | 'all';
  /** The placement is over: the mapping stands. */
  readonly done: boolean;
}

/** The VA side on its way to another start. */
export interface Moving {
  /** Bytes from this start to the other. */
  readonly delta: number;
  /** So much of the way, 0 to 1. */
  readonly done: number;
  /** The answer at its end, the same object all the way; left out, the folded row waits for it. */
  readonly to?: Pick<PictureInput, 'solution' | 'search'>;
}

/** What the Map is drawn from. */
export interface PictureInput {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly search: FinalSearch | undefined;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Byte of the mapping under the crosshair. */
  readonly crosshair: number | undefined;
  /** On a narrow screen one pane of the zipper is drawn: the number of its size, largest first. */
  readonly pane: number | undefined;
  /** What the zipper's first pane shows; undefined: the mapping. */
  readonly viewport?: Viewport | undefined;
  /** The page-table level that the arrow keys walk, counted from that of the PTEs. */
  readonly walk?: number;
  /** The VA comb, and the new mapping in the folded row, on their way to another start. */
  readonly comb?: Moving | undefined;
  readonly measure: Measure;
  /** The step of the search that is shown while it is played; left out, the search is over. */
  readonly step?: ShownStep | undefined;
  /** The page tables and the true physical scale may lie below the height given: what leads to the leaves has the room. */
  readonly tablesBelow?: boolean;
}

/** What lies under the pointer. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** The byte of the mapping at a horizontal position, where there is one. */
  readonly offsetAt?: (x: number) => number;
  /** Lines of text for what has no byte of the mapping. */
  readonly lines?: readonly string[];
  /** What a drag does here: moves what is shown, or slides the VMA along the physical comb. */
  readonly drag?: 'pan' | 'slide';
  /** What the first pane of the zipper shows, where the drag begins on it. */
  readonly pane?: Viewport;
  /** Offsets in the mapping that a double click zooms to. */
  readonly range?: { readonly from: number; readonly to: number };
  /** The virtual addresses that lie here, for a double click to zoom to. */
  readonly addresses?: { readonly from: number; readonly to: number };
  /** On a row true to scale: the virtual address at a horizontal position, for a click to go to. */
  readonly addressAt?: (x: number) => number;
  /** In the page-table ladder: the level of the row. */
  readonly level?: TableName;
  /** In the page-table ladder: the entry at a horizontal position, the virtual addresses it covers, what it holds. */
  readonly entryAt?: (x: number) => LadderEntry;
}

/** One entry of a page table: `[from, to)` in virtual addresses, and what it is in words. */
export interface LadderEntry {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** A draw list and what can be pointed at, the last one on top. */
export interface Picture {
  readonly marks: readonly Mark[];
  readonly hits: readonly Hit[];
  /** CSS pixels the picture needs; at least the height it was given. */
  readonly height: number;
  /** The first pane of the zipper, where there is one: what it shows, and between which pixels. */
  readonly first?: { readonly view: Viewport; readonly x0: number; readonly x1: number } | undefined;
}

/** Collects marks and hits while a picture is drawn. */
export interface Sheet {
  readonly marks: Mark[];
  readonly hits: Hit[];
  readonly measure: Measure;
}
