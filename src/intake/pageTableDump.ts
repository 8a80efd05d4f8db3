import type { DumpedLeaves } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for a line that only a dump of page tables has. */
export const isDumpLine = (_line: string): boolean => false;

/** Reads those lines. */
export const parsePageTableDump = (_lines: readonly NumberedLine[]): Parsed<DumpedLeaves> => ({
  items: [],
  problems: [],
  notes: [],
});
