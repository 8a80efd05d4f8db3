import type { HugeFault } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for the dynamic debug line of vfio-pci about a huge fault, in either form. */
export const isHugeFaultLine = (_line: string): boolean => false;

/** Reads those lines. */
export const parseHugeFaults = (_lines: readonly NumberedLine[]): Parsed<HugeFault> => ({
  items: [],
  problems: [],
  notes: [],
});
