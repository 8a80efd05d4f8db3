/** Why a line of a text is shown: it is a mapping, one mapped badly, tells of a BAR, or could not be read. */
export type LineMark = 'row' | 'row-bad' | 'bar' | 'bad';

/** A line of an excerpt, or the lines left out there. */
export type ExcerptPart =
  | {
      readonly kind: 'line';
      readonly line: number;
      readonly text: string;
      readonly mark: LineMark | undefined;
    }
  | { readonly kind: 'more'; readonly line: number; readonly count: number };

export type Excerpt = readonly ExcerptPart[];

/** So many marked lines are shown; a text with more of them is better looked at where it came from. */
const MOST_MARKED = 40;
/** A text this short is shown whole. */
const SHORT = 8;
/** Characters of a line that are shown. */
const LONGEST = 160;

const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
/** A line as it may be shown: a tab as blanks, what would turn or break it as a sign. */
const shown = (text: string): string =>
  text.slice(0, LONGEST).replaceAll('\t', '    ').replace(UNSAFE, '\uFFFD') +
  (text.length > LONGEST ? '…' : '');

/**
 * The lines of a text that matter: those that are marked, the first and the last, and how many are left out in between.
 * Lines are numbered from `first`.
 */
export const excerptOf = (
  lines: readonly string[],
  first: number,
  marks: ReadonlyMap<number, LineMark>,
): Excerpt => {
  const kept = new Set<number>();
  const filled = lines.flatMap((text, i) => (text.trim() === '' ? [] : [i]));
  if (filled.length <= SHORT) for (const i of filled) kept.add(i);
  else {
    for (const i of [filled[0], filled.at(-1)]) if (i !== undefined) kept.add(i);
    for (const i of filled) {
      if (kept.size >= MOST_MARKED) break;
      if (marks.has(first + i)) kept.add(i);
    }
  }
  const parts: ExcerptPart[] = [];
  let left = 0;
  for (const i of filled) {
    if (!kept.has(i)) {
      left++;
      continue;
    }
    if (left > 0) parts.push({ kind: 'more', line: first + i - 0.5, count: left });
    left = 0;
    parts.push({ kind: 'line', line: first + i, text: shown(lines[i] ?? ''), mark: marks.get(first + i) });
  }
  return parts;
};
