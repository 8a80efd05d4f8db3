import type { SearchTrace } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for a line of the tracepoint mmap:vm_unmapped_area. */
export const isSearchLine = (line: string): boolean => line.includes('vm_unmapped_area:');

/** Reads those lines. */
export const parseSearchTrace = (_lines: readonly NumberedLine[]): Parsed<SearchTrace> => ({
  items: [],
  problems: [],
  notes: [],
});
