/**
 * Pictures for plain-text mail: ASCII only, no line longer than 72 columns, the same for the same input, so that two
 * can be compared with diff.
 */
import type { LeafKind } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { leafNames, leavesText } from '../leaves/words.ts';
import { policyOf } from '../placement/policies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../solve.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { alignUp, mod } from '../units.ts';

/** Columns of a line of mail. */
export const COLUMNS = 72;

/** Columns before the picture: `VA  `. */
const LEFT = 4;
/** Columns of the picture: 64 steps, so that blocks of a power of two are equally wide. */
const WIDE = 65;

/** At most so many blocks are drawn; of a longer mapping the first few. */
const MOST_BLOCKS = 8;
const FIRST_BLOCKS = 4;

/** A texture a leaf kind, small to large. */
const FILL: Readonly<Record<LeafKind, string>> = {
  pte: ':',
  contpte: ';',
  pmd: '=',
  contpmd: '%',
  pud: '#',
};

/** The text in ASCII: the signs that sentences use have plain forms. */
export const ascii = (text: string): string =>
  text
    .replaceAll('\u2212', '-')
    .replaceAll('\u2261', '==')
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll('\u2019', "'")
    .replaceAll('\u2026', '...')
    .replaceAll(/[^\n\x20-\x7e]/g, '?');

/**
 * Breaks a text at blanks, so that no line is longer than `width`. The first line begins with `first`, the others with
 * `rest`. A word that no line can hold is cut.
 */
export const wrap = (text: string, width = COLUMNS, rest = '', first = ''): readonly string[] => {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  const end = (): void => {
    lines.push(line.trimEnd());
    line = rest;
    empty = true;
  };
  for (let word of text.split(/ +/).filter(w => w !== '')) {
    if (!empty && line.length + 1 + word.length > width) end();
    while (empty && line.length + word.length > width && width > line.length) {
      const room = width - line.length;
      line += word.slice(0, room);
      word = word.slice(room);
      end();
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  if (!empty || lines.length === 0) end();
  return lines;
};

/** What of a mapping is drawn: its first `span` bytes, with teeth of `size`. */
interface Window {
  readonly size: number;
  readonly span: number;
  readonly whole: boolean;
}

const windowOf = (length: number, size: number): Window => {
  const whole = length <= size * MOST_BLOCKS;
  return { size, span: whole ? length : size * FIRST_BLOCKS, whole };
};

const columnOf = (offset: number, { span }: Window): number => Math.round((offset / span) * (WIDE - 1));

/** Offsets of the boundaries of `size` in an address range that begins at `start`. */
const teethOf = (start: number, w: Window): readonly number[] => {
  const teeth: number[] = [];
  for (let at = alignUp(start, w.size) - start; at <= w.span; at += w.size) teeth.push(at);
  return teeth;
};

const blank = (fill: string): string[] => Array.from({ length: WIDE }, () => fill);

const comb = (label: string, teeth: readonly number[], mark: string, w: Window): string => {
  const line = blank('-');
  for (const t of teeth) line[columnOf(t, w)] = mark;
  return `${label.padEnd(LEFT)}${line.join('')}`;
};

/** From every VA boundary to the next one of PA on its right; a bar where the two meet. */
const lane = (start: number, residue: number, w: Window): string | undefined => {
  const line = blank(' ');
  for (const t of teethOf(start, w)) {
    const from = columnOf(t, w);
    if (residue === 0) {
      line[from] = '|';
      continue;
    }
    const to = columnOf(t + residue, w);
    for (let i = from + 1; i < Math.min(to, WIDE); i++) line[i] = '-';
    line[from] = '+';
    if (to < WIDE) line[to] = '>';
  }
  const text = `${' '.repeat(LEFT)}${line.join('')}`.trimEnd();
  return text === '' ? undefined : text;
};

/** The leaves as textures; a boundary between leaves is drawn where each has three columns or more. */
const leafLine = (runs: readonly LeafRun[], start: number, w: Window): string => {
  const line = blank(' ');
  for (const run of runs) {
    const from = run.va - start;
    if (from >= w.span) break;
    const to = Math.min(from + run.size * run.count, w.span);
    const last = columnOf(to, w);
    for (let i = columnOf(from, w); i < Math.min(last + (to === w.span ? 1 : 0), WIDE); i++)
      line[i] = run.corrupt ? '?' : FILL[run.kind];
    if ((run.size / w.span) * WIDE < 3) continue;
    for (let at = from; at <= to; at += run.size) line[columnOf(at, w)] = '|';
  }
  return `${' '.repeat(LEFT)}${line.join('')}`.trimEnd();
};

const keyOf = (runs: readonly LeafRun[]): string => {
  const kinds = [...new Map(runs.map(r => [r.kind, r.size]))];
  return kinds.map(([kind, size]) => `${FILL[kind]} ${leafNames[kind]} ${formatSize(size)}`).join('   ');
};

/**
 * One mapping: the boundaries of VA from above, those of PA from below, the leaves between them, and every run of
 * leaves with its figures. The teeth are those of the largest leaf that any address would give. Lines of ASCII, 72
 * columns at most.
 */
export const plainPicture = (title: string, answer: DeviceAnswer): readonly string[] => {
  const { mapping, leaves, best } = answer;
  const length = mapping.end - mapping.start;
  const w = windowOf(length, best.modulus);
  const residue = mod(mapping.start - mapping.pa, w.size);
  const lines: string[] = [
    ...wrap(title, COLUMNS, '  '),
    `VA ${formatAddress(mapping.start)}  PA ${formatAddress(mapping.pa)}  ${formatSize(length)}`,
    '',
  ];
  const small = best.modulus === answer.rules.page;
  if (!small) {
    const laneLine = lane(mapping.start, residue, w);
    const off =
      residue === 0 ? 'the teeth meet' : `VA - PA == ${formatAddress(residue)}, ${formatSize(residue)}`;
    lines.push(
      `${formatSize(w.size)} teeth, ${w.whole ? 'the whole mapping' : `the first ${formatSize(w.span)}`}: ${off}`,
      comb('VA', teethOf(mapping.start, w), 'v', w),
      leafLine(leaves, mapping.start, w),
      ...(laneLine === undefined ? [] : [laneLine]),
      comb('PA', teethOf(mapping.pa, w), '^', w),
      `${' '.repeat(LEFT)}${keyOf(leaves)}`,
      '',
    );
  }
  lines.push(`${'offset'.padEnd(20)}${'VA'.padEnd(24)}leaves`);
  for (const run of leaves)
    lines.push(
      `${formatAddress(run.va - mapping.start).padEnd(20)}${formatAddress(run.va).padEnd(24)}${formatCount(run.count)} ${leafNames[run.kind]} of ${formatSize(run.size)}${run.corrupt ? ', wrong PFN' : ''}`,
    );
  lines.push('');
  const tables = (n: number): string => `${formatSize(n)} of page tables`;
  lines.push(
    ...wrap(
      `${leavesText(leaves)}, ${formatCount(answer.faults)} faults, ${tables(answer.cost.tableBytes)}`,
      COLUMNS,
      '      ',
      'now:  ',
    ),
    ...(leafCount(leaves) === best.leaves
      ? ['best: the same']
      : wrap(
          `${leavesText(best.runs)}, ${formatCount(answer.bestCost.faults)} faults, ${tables(answer.bestCost.tableBytes)}`,
          COLUMNS,
          '      ',
          'best: ',
        )),
  );
  return lines.flatMap(line => fitted(ascii(line)));
};

/** A line as it is, broken where it is too long for a mail: plain forms of signs are longer than the signs. */
export const fitted = (line: string): readonly string[] => {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return line.length <= COLUMNS ? [line.trimEnd()] : wrap(line, COLUMNS, indent, indent);
};

/**
 * The picture of a Scenario, a mapping after the other where holes make several: what the Map shows, for a mail.
 * Undefined where no device memory is mapped. Lines of ASCII, 72 columns at most, the last one ended.
 */
export const scenarioPicture = (scenario: Scenario, { parts }: Solution): string | undefined => {
  if (parts.length === 0) return undefined;
  const { device, machine } = scenario;
  const policy = machine.policy === 'shipped' ? '' : `, ${policyOf(machine.policy).label}`;
  const head = `BAR ${device.bar.index} of ${formatSize(device.bar.size)}, Linux ${machine.kernel}, ${archOf(machine.arch).label}${policy}`;
  const pictures = parts.map((part, i) =>
    plainPicture(parts.length === 1 ? head : `${head}, part ${i + 1} of ${parts.length}`, part).join('\n'),
  );
  return `${pictures.join('\n\n')}\n`;
};
