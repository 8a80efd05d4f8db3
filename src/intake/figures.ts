import type { Figures } from './facts.ts';
import type { NumberedLine, Parsed } from './line.ts';

/** True for a line that gives a single figure. */
export const isFigureLine = (_line: string): boolean => false;

/** Reads those lines. */
export const parseFigures = (
  _lines: readonly NumberedLine[],
): Parsed<unknown> & { readonly figures: Figures } => ({ items: [], problems: [], notes: [], figures: {} });
