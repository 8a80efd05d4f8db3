import { type PolicyId, policies } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import type { Ink } from '../draw/marks.ts';
import { HALL, HALL_SMALL, type HallScene, largest, shifted } from '../picture/hall.ts';
import { cross, fitText, write } from '../picture/sheet.ts';
import type { Sheet } from '../picture/types.ts';
import { wrap } from '../picture/wrap.ts';
import { leavesOf, logEnd, logPlace } from './columns.ts';
import { filtered, sorted } from './order.ts';
import { type Row, rowsOf } from './rows.ts';
import { stripMarks } from './strip.ts';

/** What the rows of a line on stage are counted as, one and more. */
const nouns = {
  release: ['kernel', 'kernels'],
  proposal: ['proposal', 'proposals'],
  program: ['program', 'programs'],
  arch: ['architecture', 'architectures'],
  /** Of several kinds. */
  row: ['row', 'rows'],
} as const;
type Noun = keyof typeof nouns;

/** Rows whose outcome is the same, as one line of the picture. */
export interface Line {
  readonly noun: Noun;
  /** One or more; sides of a choice that a proposal leaves open are not counted where they change nothing. */
  readonly rows: readonly Row[];
}

const policyIn = (row: Row) => policies.find(p => row.id === `p:${p.id}`);

const nounOf = (row: Row): Noun | undefined => {
  switch (row.group) {
    case 'kernels':
      return 'release';
    case 'archs':
      return 'arch';
    case 'policies':
      switch (policyIn(row)?.group) {
        case 'user space':
          return 'program';
        case 'none':
          // That there may be no MMU is no way to place a BAR.
          return undefined;
        default:
          return 'proposal';
      }
  }
};

const outcomeOf = ({ measures }: Row): string =>
  measures.ok ? `${leavesOf(measures)} ${measures.device?.faults}` : measures.errno;

/** Lines that a hall can take in. */
const MOST_LINES = 6;
/** Of so many lines at most it is said which rows they are. */
const MOST_NAMED = 4;
/** More rows than this are put together by their outcome. */
const MOST_SINGLE = 5;

/** The rows as lines: one each where there is room, else those of one outcome together. */
export const linesOf = (rows: readonly Row[]): readonly Line[] => {
  const outcomes = new Map<PolicyId, string>();
  for (const row of rows) {
    const policy = policyIn(row);
    if (policy !== undefined) outcomes.set(policy.id, outcomeOf(row));
  }
  const counted = rows.flatMap((row): readonly Line[] => {
    const noun = nounOf(row);
    const of = policyIn(row)?.of;
    const side = of !== undefined && outcomes.get(of) === outcomeOf(row);
    return noun === undefined || side ? [] : [{ noun, rows: [row] }];
  });
  if (counted.length <= MOST_SINGLE) return counted;
  const ofOneKind = together(counted, (line, row) => `${line.noun} ${outcomeOf(row)}`);
  return ofOneKind.length <= MOST_LINES ? ofOneKind : together(ofOneKind, (_, row) => outcomeOf(row));
};

/** Lines that have one key made one, in the order of the first. */
const together = (lines: readonly Line[], keyOf: (line: Line, row: Row) => string): readonly Line[] => {
  const made = new Map<string, Line>();
  for (const line of lines) {
    const [row] = line.rows;
    if (row === undefined) continue;
    const key = keyOf(line, row);
    const before = made.get(key);
    made.set(key, {
      noun: before === undefined || before.noun === line.noun ? line.noun : 'row',
      rows: [...(before?.rows ?? []), ...line.rows],
    });
  }
  return [...made.values()];
};

/** The lines that are shown: of too many those with the most rows, in their order. */
const shownOf = (lines: readonly Line[]): readonly Line[] => {
  if (lines.length <= MOST_LINES) return lines;
  const kept = new Set(lines.toSorted((a, b) => b.rows.length - a.rows.length).slice(0, MOST_LINES - 1));
  return lines.filter(line => kept.has(line));
};

const nameOf = ({ noun, rows }: Line): string =>
  rows.length === 1 ? (rows[0]?.name ?? '') : `${formatCount(rows.length)} ${nouns[noun][1]}`;

/** Of several, which they are. */
const asideOf = ({ rows }: Line): string =>
  rows.length === 1 ? '' : rows.map(row => policyIn(row)?.short ?? row.name).join(', ');

/** Where the columns begin and end. */
const COLUMNS = { name: [0, 196], strip: [208, 356], count: [370, 512], bar: [526, 690] } as const;
const HEAD = 20;

interface Scales {
  /** Bytes that the strips share. */
  readonly axis: number;
  /** The end of the log axis of the faults. */
  readonly faults: number;
}

const drawFigure = (s: Sheet, row: Row, y: number, { faults: end }: Scales): void => {
  const { measures } = row;
  const [x, to] = COLUMNS.count;
  const device = measures.ok ? measures.device : undefined;
  const text = measures.ok ? (device === undefined ? 'placed' : leavesOf(measures)) : measures.errno;
  const corrupt = device?.tallies.some(t => t.corrupt > 0) === true;
  const ink: Ink = !measures.ok || corrupt ? 'red' : device === undefined ? 'ink' : `${device.most}.text`;
  const style = { weight: 700 };
  const room = to - x - (measures.ok && !corrupt ? 0 : 16);
  const shorter = device === undefined ? text : `${formatCount(device.leaves)} leaves`;
  const fit = largest(s, [text, shorter], [21, 18, 15, 13, HALL_SMALL], room, style);
  const at = to - room;
  if (at > x) cross(s, x + 5, y);
  write(s, {
    x: at,
    y,
    text: fit?.text ?? fitText(s, text, room, { ...style, size: HALL_SMALL }),
    size: fit?.size ?? HALL_SMALL,
    ...style,
    ink,
  });
  if (device === undefined) return;
  const [left, right] = COLUMNS.bar;
  const words = formatCount(device.faults);
  const number = { size: 14, weight: 600 } as const;
  const most = right - left - s.measure(formatCount(end), number) - 8;
  // One fault has a bar, too.
  const w = 5 + logPlace(device.faults, end) * (most - 5);
  s.marks.push({ kind: 'rect', x: left, y: y - 7, w, h: 14, fill: 'vma2' });
  write(s, { x: left + w + 7, y, text: words, ...number, ink: 'ink' });
};

const drawStrip = (s: Sheet, { measures }: Row, y: number, h: number, { axis }: Scales): void => {
  if (!measures.ok) return;
  const [x, to] = COLUMNS.strip;
  for (const m of stripMarks(measures, axis, to - x, h)) s.marks.push(shifted(m, x, y - h / 2));
};

const drawLine = (s: Sheet, line: Line, y: number, h: number, aside: boolean, scales: Scales): void => {
  const [row] = line.rows;
  if (row === undefined) return;
  const [x, to] = COLUMNS.name;
  const style = { weight: 600 };
  const name = nameOf(line);
  const small = asideOf(line);
  const size = [17, 15, 13].find(z => s.measure(name, { ...style, size: z }) <= to - x);
  const lines =
    size === undefined ? wrap(name, to - x, (t, z) => s.measure(t, { ...z, ...style }), 12.5) : [name];
  const shown = lines.slice(0, 2);
  const seconds =
    aside && shown.length === 1 && small !== '' ? wrap(small, to - x, s.measure, HALL_SMALL).slice(0, 2) : [];
  const pitch = 15;
  const between = seconds.length > 0 ? 4 : 0;
  let at = y - ((shown.length + seconds.length - 1) * pitch + between) / 2;
  for (const text of shown) {
    const written = { ...style, size: size ?? 12.5 };
    write(s, { x, y: at, text: fitText(s, text, to - x, written), ...written, ink: 'ink' });
    at += pitch;
  }
  at += between;
  for (const text of seconds) {
    const written = { size: HALL_SMALL };
    write(s, { x, y: at, text: fitText(s, text, to - x, written), ...written, ink: 'mut' });
    at += pitch - 1;
  }
  drawStrip(s, row, y, Math.min(26, h * 0.6), scales);
  drawFigure(s, row, y, scales);
};

/** The lines as a draw list: who, the leaves as a strip and in numbers, and the faults on a log axis. */
const drawLines = (s: Sheet, lines: readonly Line[], length: number, height: number): void => {
  const shown = shownOf(lines);
  const rest = lines.filter(line => !shown.includes(line));
  const devices = lines.flatMap(({ rows: [row] }) =>
    row?.measures.ok && row.measures.device ? [row.measures.device] : [],
  );
  const scales: Scales = {
    axis: Math.max(length, ...lines.map(({ rows: [row] }) => (row?.measures.ok ? row.measures.length : 0))),
    faults: logEnd(Math.max(1, ...devices.map(d => d.faults))),
  };
  write(s, { x: COLUMNS.bar[0], y: 8, text: 'faults, log scale', size: HALL_SMALL, ink: 'mut' });
  const all = shown.length + (rest.length > 0 ? 1 : 0);
  const pitch = Math.min(68, (height - HEAD) / Math.max(1, all));
  const asides = all <= MOST_NAMED && pitch >= 54;
  shown.forEach((line, i) => {
    const y = HEAD + (i + 0.5) * pitch;
    s.marks.push({
      kind: 'path',
      points: [
        [0, HEAD + i * pitch],
        [HALL.width, HEAD + i * pitch],
      ],
      stroke: 'line',
      strokeWidth: 1,
    });
    drawLine(s, line, y, pitch, asides, scales);
  });
  if (rest.length > 0)
    write(s, {
      x: 0,
      y: HEAD + (shown.length + 0.5) * pitch,
      text: `and ${formatCount(rest.reduce((sum, l) => sum + l.rows.length, 0))} more with ${formatCount(rest.length)} other outcomes`,
      size: 13,
      ink: 'mut',
    });
};

/** Compare for a hall: the rows of a Scenario's table, those of one outcome together where they are many. */
export const compareOnStage = (scenario: Scenario): HallScene => {
  const { compare } = scenario.view;
  const rows = sorted(filtered(rowsOf(scenario, compare.groups), compare.filter), compare.sort);
  const lines = linesOf(rows);
  const outcome = ({ rows: [row] }: Line): string =>
    row === undefined ? '' : row.measures.ok ? leavesOf(row.measures) || 'placed' : row.measures.errno;
  return {
    number: undefined,
    draw: (height, measure) => {
      const s: Sheet = { marks: [], hits: [], measure };
      drawLines(s, lines, scenario.request.length, height);
      return s.marks;
    },
    words: lines.map(line => `${nameOf(line)}: ${outcome(line)}.`).join(' '),
  };
};
