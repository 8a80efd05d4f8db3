import { leafNames } from '../../src/leaves/words.ts';
import { type CompareColumn, type CompareGroup, compareColumns } from '../../src/scenario/scenario.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import type { Ink, Mark, Measure } from '../draw/marks.ts';
import { moved } from '../draw/moved.ts';
import type { OfferedPicture } from '../state/offered.ts';
import { columnName, commonModulus, residueText, textOf } from './columns.ts';
import { differenceOf } from './differences.ts';
import type { Measures } from './measures.ts';
import { groupNames, type Row } from './rows.ts';
import { stripMarks } from './strip.ts';

/** Columns from left to right: where each ends, or begins where its text is read from the left. CSS pixels. */
const NAME = 8;
const STRIP = { x: 316, w: 170, h: 24 } as const;
const columns: Readonly<
  Record<Exclude<CompareColumn, 'name'>, { readonly x: number; readonly align: 'start' | 'end' }>
> = {
  leaves: { x: 502, align: 'start' },
  faults: { x: 688, align: 'end' },
  tables: { x: 792, align: 'end' },
  skipped: { x: 894, align: 'end' },
  start: { x: 914, align: 'start' },
  residue: { x: 1052, align: 'start' },
  gap: { x: 1282, align: 'end' },
  aslr: { x: 1382, align: 'end' },
};
const WIDTH = 1390;
const HEAD = 36;
const GROUP = 28;
/** A row has two lines, and one more for every kind of leaf above that. */
const ROW = 38;
const LINE = 15;
const TEXT = 12.5;
const SMALL = 10.5;

const figures = compareColumns.filter(c => c !== 'name');

/** What a line of a cell says, and how. */
interface Line {
  readonly text: string;
  readonly ink: Ink;
  readonly weight?: number;
  readonly mono?: boolean;
}

const plain = (text: string): Line => ({ text, ink: 'ink' });

/** The lines of a cell, as on the screen; a difference to the baseline takes the place of what stands below a figure. */
const linesOf = (
  row: Row,
  measures: Measures,
  column: Exclude<CompareColumn, 'name'>,
  modulus: number | undefined,
  difference: string,
): readonly Line[] => {
  const { device } = measures;
  const text = textOf(row, column);
  const under = (own: string): readonly Line[] => {
    const below = difference === '' ? own : difference;
    return below === '' ? [] : [{ text: below, ink: 'mut' }];
  };
  switch (column) {
    case 'leaves': {
      if (device === undefined) return [plain(text)];
      const corrupt = device.tallies.reduce((sum, t) => sum + t.corrupt, 0);
      return [
        ...device.tallies.map(
          (t): Line => ({
            text: `${formatCount(t.count)} ${leafNames[t.kind]}`,
            ink: `${t.kind}.text`,
            weight: 700,
          }),
        ),
        ...(corrupt > 0 ? [{ text: `✕ ${formatCount(corrupt)} corrupt`, ink: 'red' as const }] : []),
        ...under(''),
      ];
    }
    case 'tables':
      return device === undefined
        ? []
        : [plain(formatCount(device.tables)), ...under(formatSize(device.tableBytes))];
    case 'start':
      return [{ ...plain(text), mono: true }, ...under('')];
    case 'residue':
      return device === undefined
        ? []
        : [
            {
              text: `${residueText(device.residue)} ${device.residue === 0 ? '✓' : '✕'}`,
              ink: device.residue === 0 ? 'ink' : 'red',
              mono: true,
            },
            ...under(modulus === undefined ? `mod ${formatSize(device.modulus)}` : ''),
          ];
    case 'gap':
      return measures.gap === undefined
        ? []
        : [plain(formatSize(measures.gap.needed)), ...under(`of ${formatSize(measures.gap.found)}`)];
    case 'faults':
    case 'skipped':
    case 'aslr':
      return text === '' ? [] : [plain(text), ...under('')];
  }
};

/** A text that ends in `…` where it would be wider than `room`. */
const cut = (
  text: string,
  room: number,
  measure: Measure,
  style: { size: number; weight?: number },
): string => {
  if (measure(text, style) <= room) return text;
  let end = text.length;
  while (end > 0 && measure(`${text.slice(0, end)}…`, style) > room) end--;
  return `${text.slice(0, end).trimEnd()}…`;
};

/** What of the screen the picture shows. */
export interface TablePictureInput {
  /** The rows, filtered and sorted as they are shown. */
  readonly rows: readonly Row[];
  readonly base: Row | undefined;
  /** Bytes that the strips of leaves stand for. */
  readonly axis: number;
  /** What is compared, in a line. */
  readonly about: string;
  readonly groupNotes: Readonly<Record<CompareGroup, string>>;
}

/** The table of Compare as a picture for a file: the rows and columns of the screen, the strips from the same draw list. */
export const tablePicture = ({ rows, base, axis, about, groupNotes }: TablePictureInput): OfferedPicture => {
  const modulus = commonModulus(rows);
  const cells = rows.map(row => {
    const { measures } = row;
    if (!measures.ok) return { row, lines: undefined, height: ROW };
    const lines = figures.map(column => ({
      column,
      lines: linesOf(
        row,
        measures,
        column,
        modulus,
        base === undefined ? '' : differenceOf(row, base, column),
      ),
    }));
    const most = Math.max(2, ...lines.map(l => l.lines.length));
    return { row, lines, height: ROW + (most - 2) * LINE };
  });
  const groups = [...new Set(rows.map(r => r.group))];
  const height = HEAD + groups.length * GROUP + cells.reduce((sum, c) => sum + c.height, 0) + 4;
  const draw = (measure: Measure): readonly Mark[] => {
    const marks: Mark[] = [];
    const write = (
      x: number,
      y: number,
      { text, ...style }: Line,
      size: number,
      align: 'start' | 'end',
    ): void => {
      marks.push({ kind: 'text', x, y, text, size, align, ...style });
    };
    const rule = (y: number): void => {
      marks.push({ kind: 'rect', x: 0, y, w: WIDTH, h: 1, fill: 'line' });
    };
    const headed = (text: string, x: number, align: 'start' | 'end'): void =>
      write(x, HEAD / 2, { text, ink: 'mut' }, SMALL, align);
    headed(columnName('name', undefined), NAME, 'start');
    headed(`Leaves over the ${formatSize(axis)}`, STRIP.x, 'start');
    for (const column of figures) {
      const { x, align } = columns[column];
      headed(columnName(column, modulus).replace(/, log( scale)?$/, ''), x, align);
    }
    let y = HEAD;
    rule(y);
    for (const group of groups) {
      const name = groupNames[group];
      write(NAME, y + GROUP / 2, { text: name, ink: 'ink', weight: 700 }, SMALL + 0.5, 'start');
      const after = NAME + measure(name, { size: SMALL + 0.5, weight: 700 }) + 8;
      const note = cut(groupNotes[group], WIDTH - after, measure, { size: SMALL });
      write(after, y + GROUP / 2, { text: note, ink: 'mut' }, SMALL, 'start');
      y += GROUP;
      for (const { row, lines, height: h } of cells.filter(c => c.row.group === group)) {
        const { measures } = row;
        if (row.present) marks.push({ kind: 'rect', x: 0, y, w: 3, h, fill: 'ink' });
        const named = { size: TEXT, weight: 700 };
        const room = STRIP.x - NAME - 12;
        write(
          NAME,
          y + 13,
          { text: cut(row.name, room, measure, named), ink: 'ink', weight: 700 },
          TEXT,
          'start',
        );
        const under = `${row.present ? 'in the Map, ' : ''}${row.note}`;
        write(NAME, y + 28, { text: cut(under, room, measure, { size: SMALL }), ink: 'mut' }, SMALL, 'start');
        if (measures.ok && lines !== undefined) {
          const strip = stripMarks(measures, axis, STRIP.w, STRIP.h);
          marks.push(...strip.map(m => moved(m, y + (h - STRIP.h) / 2, STRIP.x)));
          for (const cell of lines) {
            const { x, align } = columns[cell.column];
            // What stands below a figure is smaller; leaves of several kinds stand below each other.
            for (const [i, line] of cell.lines.entries())
              write(x, y + 13 + i * LINE, line, line.ink === 'mut' ? SMALL : TEXT, align);
          }
        } else if (!measures.ok) {
          const text = cut(`✕ ${measures.errno} ${measures.reason}`, WIDTH - STRIP.x, measure, {
            size: TEXT,
          });
          write(STRIP.x, y + h / 2, { text, ink: 'red' }, TEXT, 'start');
        }
        y += h;
        rule(y - 1);
      }
    }
    return marks;
  };
  return { title: 'Same request under every kernel and proposal', about, width: WIDTH, height, draw };
};
