import type { Twin } from '../scenario/twins.ts';

/** More rows than this no exported table has; its note says how many are left out. */
export const MOST_EXPORTED = 10_000;

// What a spreadsheet takes for the begin of a formula, or skips before one.
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;

/**
 * A cell of a CSV file. One that a spreadsheet would compute begins with an apostrophe: the names of mappings are
 * anybody's words. Source: RFC 4180, 2.5 to 2.7.
 */
const csvCell = (text: string): string => {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A table as CSV: head and rows, each line ended by CR LF. Source: RFC 4180. */
export const csvOf = ({ head, rows }: Twin): string =>
  [head, ...rows].map(row => `${row.map(csvCell).join(',')}\r\n`).join('');

/** Text that stays text in Markdown. */
export const markdownText = (text: string): string =>
  text.replaceAll(/[\\`*_[\]<>|~#&]/g, c => `\\${c}`).replaceAll(/\s+/g, ' ');

/** A table as Markdown, its caption above and what it leaves out below. */
export const markdownOf = ({ caption, head, rows, note }: Twin): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `**${markdownText(caption)}**`,
    '',
    line(head.map(markdownText)),
    line(head.map(() => '---')),
    ...rows.map(row => line(row.map(markdownText))),
    ...(note === undefined ? [] : ['', markdownText(note)]),
    '',
  ].join('\n');
};
