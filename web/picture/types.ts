import type { TableName } from '../../src/arch/arch.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import type { FinalSearch } from './vaItems.ts';

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
  readonly measure: Measure;
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
}

/** Collects marks and hits while a picture is drawn. */
export interface Sheet {
  readonly marks: Mark[];
  readonly hits: Hit[];
  readonly measure: Measure;
}
