import type { AlignmentResult } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for a line that only the log of VFIO's alignment test has. */
export const isAlignmentLine = (_line: string): boolean => false;

/** Reads those lines. */
export const parseAlignmentLog = (_lines: readonly NumberedLine[]): Parsed<AlignmentResult> => ({
  items: [],
  problems: [],
  notes: [],
});
