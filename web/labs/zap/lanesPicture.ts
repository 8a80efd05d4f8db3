import type { Race } from '../../../src/zap/explore.ts';
import type { Lock, RaceState, Who } from '../../../src/zap/machine.ts';
import type { Told } from '../../../src/zap/tell.ts';
import type { Ink, Mark, Measure } from '../../draw/marks.ts';
import { wrap } from '../../picture/wrap.ts';
import { causeLines } from './words.ts';

/** What the two lanes are drawn from. */
export interface LanesInput {
  readonly race: Race;
  readonly turns: readonly Who[];
  /** The state before the first turn and after each. */
  readonly states: readonly RaceState[];
  /** Turns taken. */
  readonly at: number;
  readonly told: Told | undefined;
  /** CSS pixels. */
  readonly width: number;
  readonly measure: Measure;
}

/** A draw list, and the moment that a point of it means: so many turns taken. */
export interface LanesPicture {
  readonly marks: readonly Mark[];
  readonly height: number;
  readonly momentAt: (x: number, y: number) => number;
  /** From the left edge to where the first turn begins, and of all turns, where time runs to the right. */
  readonly span: { readonly from: number; readonly width: number } | undefined;
}

const NARROW = 600;
const SIZE = 11;

const locks: readonly Lock[] = ['driver', 'rmap'];
const lockNames: Readonly<Record<Lock, string>> = { driver: 'driver lock', rmap: 'i_mmap' };

/** The flags under the steps. */
const flags = ['zapping', 'linked', 'leaf', 'returned'] as const;
type Flag = (typeof flags)[number];
const flagNames: Readonly<Record<Flag, string>> = {
  zapping: 'zapping',
  linked: 'linked',
  leaf: 'leaf',
  returned: 'zap returned',
};

/** Neighbouring turns after which something is the same, and that is not nothing. */
interface Run<T> {
  /** The first turn, and the first one after. */
  readonly from: number;
  readonly to: number;
  readonly value: T;
}

const runsOf = <T>(
  states: readonly RaceState[],
  value: (s: RaceState) => T | undefined,
): readonly Run<T>[] => {
  const runs: Run<T>[] = [];
  // The state before the first turn belongs to none.
  for (const [turn, s] of states.slice(1).entries()) {
    const v = value(s);
    const last = runs.at(-1);
    if (last !== undefined && last.to === turn && last.value === v)
      runs[runs.length - 1] = { ...last, to: turn + 1 };
    else if (v !== undefined) runs.push({ from: turn, to: turn + 1, value: v });
  }
  return runs;
};

/** How a flag is shown: a leaf that is there after the zap has returned is what must not be. */
/** How a flag's bar is filled. What is wrong has an edge, which keeps it filled, and its words legible, with forced colours. */
const flagInk = (value: 'on' | 'wrong') =>
  value === 'wrong' ? ({ fill: 'red', stroke: 'red', strokeWidth: 1 } as const) : ({ fill: 'mut' } as const);

const flagRuns = (states: readonly RaceState[], flag: Flag): readonly Run<'on' | 'wrong'>[] =>
  runsOf(states, s => (!s[flag] ? undefined : flag === 'leaf' && s.returned ? 'wrong' : 'on'));

const labelsOf = ({ race, turns }: LanesInput): readonly { who: Who; label: string }[] => {
  const at = { mapper: 0, zapper: 0 };
  return turns.map(who => ({ who, label: race[who][at[who]++]?.label ?? '' }));
};

/** A step in its lane; the one that decides has an edge in red, or in ink where it decides for the good. */
const stepBox = (
  marks: Mark[],
  box: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  label: readonly string[],
  ink: Ink | undefined,
  alpha: number,
): void => {
  marks.push({
    kind: 'rect',
    ...box,
    fill: 'panel',
    stroke: ink ?? 'dim',
    strokeWidth: ink === undefined ? 1 : 2.5,
    radius: 3,
    alpha,
  });
  for (const [k, text] of label.entries())
    marks.push({
      kind: 'text',
      x: box.x + box.w / 2,
      y: box.y + box.h / 2 + (k - (label.length - 1) / 2) * 12.5,
      text,
      size: SIZE,
      ink: 'ink',
      align: 'middle',
      alpha,
    });
};

/** What is still to come is shown fainter. */
const TO_COME = 0.45;

const across = (input: LanesInput): LanesPicture => {
  const { turns, states, at, told, width, measure } = input;
  const marks: Mark[] = [];
  const left = 84;
  const count = Math.max(1, turns.length);
  const w = Math.min(112, (width - left - 8) / count);
  const x = (turn: number): number => left + turn * w;
  const labels = labelsOf(input).map(s => ({ ...s, lines: wrap(s.label, w - 10, measure) }));
  const most = Math.max(2, ...labels.map(l => l.lines.length));
  const laneH = most * 12.5 + 12;
  const top = 34;
  const lockY = top + laneH + 6;
  const zapY = lockY + 2 * 20 + 4;
  const flagY = zapY + laneH + 10;
  const height = flagY + flags.length * 17 + 6;
  const end = x(turns.length);
  const name = (y: number, text: string, strong = false): void => {
    marks.push({
      kind: 'text',
      x: left - 8,
      y,
      text,
      size: strong ? 12 : SIZE,
      weight: strong ? 600 : 400,
      ink: strong ? 'ink' : 'mut',
      align: 'end',
    });
  };
  name(top + laneH / 2, 'Mapper', true);
  name(zapY + laneH / 2, 'Zapper', true);
  for (const y of [top, zapY])
    marks.push({ kind: 'rect', x: left, y: y - 2, w: Math.max(0, end - left), h: laneH + 4, fill: 'gap' });

  // Beneath everything: where one looks.
  if (at > 0)
    marks.push({
      kind: 'rect',
      x: x(at - 1),
      y: top - 4,
      w,
      h: height - top + 2,
      fill: 'ink',
      alpha: 0.08,
    });
  for (const [turn, { who, lines }] of labels.entries()) {
    const taken = turn < at;
    marks.push({
      kind: 'text',
      x: x(turn) + w / 2,
      y: top - 12,
      text: String(turn + 1),
      size: SIZE,
      ink: taken ? 'ink' : 'dim',
      align: 'middle',
    });
    const decides = told?.turn === turn;
    const ink = decides ? (told.ending === 'good' ? 'ink' : 'red') : undefined;
    stepBox(
      marks,
      { x: x(turn) + 2, y: who === 'mapper' ? top : zapY, w: w - 4, h: laneH },
      lines,
      ink,
      taken ? 1 : TO_COME,
    );
  }
  for (const [i, lock] of locks.entries()) {
    const y = lockY + i * 20;
    name(y + 8, lockNames[lock]);
    for (const { from, to, value } of runsOf(states, s => s[lock])) {
      const alpha = from < at ? 1 : TO_COME;
      const band = {
        x: x(from) + w / 2,
        y,
        w: x(Math.min(to, turns.length)) - x(from) - (to < states.length - 1 ? 0 : w / 2),
        h: 16,
      };
      marks.push({ kind: 'rect', ...band, fill: 'vma', stroke: 'dim', strokeWidth: 1, alpha });
      if (value === 'zapper')
        marks.push({ kind: 'hatch', ...band, stroke: 'bg', pitch: 6, alpha: alpha * 0.5 });
      const text = `held by the ${value}`;
      const short = measure(text, { size: SIZE }) + 8 < band.w ? text : value;
      marks.push({
        kind: 'text',
        x: band.x + band.w / 2,
        y: y + 8,
        text: short,
        size: SIZE,
        ink: 'ink',
        align: 'middle',
        halo: 'vma',
        alpha,
      });
    }
  }
  for (const [i, flag] of flags.entries()) {
    const y = flagY + i * 17;
    name(y + 7, flagNames[flag]);
    marks.push({ kind: 'rect', x: left, y: y + 6.5, w: Math.max(0, end - left), h: 1, fill: 'line' });
    for (const { from, to, value } of flagRuns(states, flag)) {
      const alpha = from < at ? 1 : TO_COME;
      marks.push({
        kind: 'rect',
        x: x(from) + 2,
        y: y + 1,
        w: x(to) - x(from) - 2,
        h: 12,
        alpha,
        ...flagInk(value),
      });
      if (value === 'wrong')
        marks.push({
          kind: 'text',
          x: x(from) + 8,
          y: y + 7,
          text: `✕ ${told?.ending === 'stale' ? 'stale' : 'after the zap'}`,
          size: SIZE,
          weight: 600,
          ink: 'bg',
        });
    }
  }
  if (told?.turn !== undefined) {
    const bad = told.ending !== 'good';
    const text = `${bad ? '✕ ' : '✓ '}${causeLines(told.cause).join(' ')}`;
    const tw = measure(text, { size: 12, weight: 600 });
    const mid = x(told.turn) + w / 2;
    const tx = Math.min(Math.max(mid - tw / 2, left), Math.max(left, width - tw - 4));
    marks.push({ kind: 'text', x: tx, y: 8, text, size: 12, weight: 600, ink: bad ? 'red' : 'ink' });
  }
  if (at > 0)
    marks.push({
      kind: 'path',
      points: [
        [x(at), top - 6],
        [x(at), height - 2],
      ],
      stroke: 'ink',
      strokeWidth: 2,
    });
  return {
    marks,
    height,
    momentAt: px => Math.min(Math.max(Math.ceil((px - left) / w), 0), turns.length),
    span: { from: left, width: w * turns.length },
  };
};

const down = (input: LanesInput): LanesPicture => {
  const { turns, states, at, told, width, measure } = input;
  const marks: Mark[] = [];
  const flagW = 26;
  const lockW = 15;
  const left = 20;
  const flagsX = width - flags.length * flagW;
  const laneW = (flagsX - left - 2 * lockW - 16) / 2;
  const mapperX = left;
  const lockX = left + laneW + 4;
  const zapperX = lockX + 2 * lockW + 4;
  const row = 40;
  const top = 34;
  const y = (turn: number): number => top + turn * row;
  const height = y(Math.max(1, turns.length)) + 6;
  const head = (px: number, py: number, text: string, strong = false): void => {
    marks.push({
      kind: 'text',
      x: px,
      y: py,
      text,
      size: 11.5,
      weight: strong ? 600 : 400,
      ink: strong ? 'ink' : 'mut',
      align: 'middle',
    });
  };
  head(mapperX + laneW / 2, 22, 'Mapper', true);
  head(zapperX + laneW / 2, 22, 'Zapper', true);
  head(lockX + lockW, 8, 'locks');
  head(lockX + lockW / 2, 22, 'd');
  head(lockX + 1.5 * lockW, 22, 'i');
  for (const [i, text] of ['zap', 'link', 'leaf', 'ret'].entries())
    head(flagsX + (i + 0.5) * flagW, 22, text);
  if (at > 0) marks.push({ kind: 'rect', x: 0, y: y(at - 1), w: width, h: row, fill: 'ink', alpha: 0.08 });
  for (const [turn, { who, label }] of labelsOf(input).entries()) {
    const alpha = turn < at ? 1 : TO_COME;
    marks.push({ kind: 'text', x: 0, y: y(turn) + row / 2, text: String(turn + 1), size: 11.5, ink: 'mut' });
    const decides = told?.turn === turn;
    const ink = decides ? (told.ending === 'good' ? 'ink' : 'red') : undefined;
    stepBox(
      marks,
      { x: who === 'mapper' ? mapperX : zapperX, y: y(turn) + 2, w: laneW, h: row - 4 },
      wrap(label, laneW - 8, measure),
      ink,
      alpha,
    );
  }
  for (const [i, lock] of locks.entries())
    for (const { from, to, value } of runsOf(states, s => s[lock])) {
      const band = {
        x: lockX + i * lockW + 1,
        y: y(from) + row / 2,
        w: lockW - 2,
        h: y(to) - y(from) - (to < states.length - 1 ? 0 : row / 2),
      };
      const alpha = from < at ? 1 : TO_COME;
      marks.push({ kind: 'rect', ...band, fill: 'vma', stroke: 'dim', strokeWidth: 1, alpha });
      if (value === 'zapper') marks.push({ kind: 'hatch', ...band, stroke: 'bg', pitch: 5, alpha });
      marks.push({
        kind: 'text',
        x: band.x + band.w / 2,
        y: band.y + band.h / 2,
        text: value === 'mapper' ? 'm' : 'z',
        size: 11.5,
        ink: 'ink',
        align: 'middle',
        halo: 'vma',
        alpha,
      });
    }
  for (const [i, flag] of flags.entries()) {
    const px = flagsX + i * flagW + 6;
    for (const { from, to, value } of flagRuns(states, flag)) {
      const alpha = from < at ? 1 : TO_COME;
      const box = { x: px, y: y(from) + 2, w: flagW - 12, h: y(to) - y(from) - 4 };
      marks.push({ kind: 'rect', ...box, alpha, ...flagInk(value) });
      if (value === 'wrong')
        marks.push({
          kind: 'text',
          x: px + box.w / 2,
          y: box.y + 9,
          text: '✕',
          size: 11.5,
          weight: 600,
          ink: 'bg',
          align: 'middle',
        });
    }
  }
  if (at > 0)
    marks.push({
      kind: 'path',
      points: [
        [0, y(at)],
        [width, y(at)],
      ],
      stroke: 'ink',
      strokeWidth: 2,
    });
  return {
    marks,
    height,
    momentAt: (_, py) => Math.min(Math.max(Math.ceil((py - top) / row), 0), turns.length),
    span: undefined,
  };
};

/**
 * An order as two lanes over time, with the locks held as bands between them and the flags after each step below;
 * the step that decides is marked. Time runs to the right, and down where there is no room for that.
 */
export const drawLanes = (input: LanesInput): LanesPicture =>
  input.width < NARROW ? down(input) : across(input);
