import type { Iomem, IomemRange } from './facts.ts';
import type { Lines, Parsed } from './line.ts';

const IOMEM = /^\s*[0-9a-fA-F]+-[0-9a-fA-F]+ : /;

/** True for a line of /proc/iomem. */
export const isIomemLine = (line: string): boolean => IOMEM.test(line);

/** Reads /proc/iomem. */
export const parseIomem = (_input: string | Lines): Parsed<IomemRange> & { readonly iomem: Iomem } => ({
  items: [],
  problems: [],
  notes: [],
  iomem: { ranges: [], zeroed: false },
});
