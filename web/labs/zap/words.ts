import type { Counts } from '../../../src/zap/explore.ts';
import { worstEnding } from '../../../src/zap/explore.ts';
import type { Ending, Lock, RaceState, Step, Who } from '../../../src/zap/machine.ts';
import type { Block } from '../../../src/zap/square.ts';
import type { Cause, Told, Waiting } from '../../../src/zap/tell.ts';

/** A lock as sentences call it. */
export const lockWords: Readonly<Record<Lock, string>> = { driver: 'the driver lock', rmap: 'i_mmap' };

/** An ending in a word or two. */
export const endingWords: Readonly<Record<Ending, string>> = {
  good: 'well',
  stale: 'stale',
  late: 'late',
  deadlock: 'in a deadlock',
};

/** All interleavings together. */
export const totalOf = ({ good, stale, late, deadlock }: Counts): number => good + stale + late + deadlock;

const orders = (n: number): string => (n === 1 ? 'order' : 'orders');

/** The figure of a design: how many of how many, what they do, and what else there is to say. */
export const figureOf = (
  ends: Counts,
): { readonly count: number; readonly of: number; readonly what: string; readonly more: string } => {
  const of = totalOf(ends);
  const worst = worstEnding(ends);
  switch (worst) {
    case undefined:
      return {
        count: 0,
        of,
        what: 'orders end badly',
        more: 'No leaf is ever there once the zap has returned.',
      };
    case 'stale':
      return {
        count: ends.stale,
        of,
        what: `${orders(ends.stale)} ${ends.stale === 1 ? 'leaves' : 'leave'} a stale leaf`,
        more: 'The zap has returned, and a leaf still maps the device.',
      };
    case 'deadlock':
      return {
        count: ends.deadlock,
        of,
        what: `${orders(ends.deadlock)} ${ends.deadlock === 1 ? 'ends' : 'end'} in a deadlock`,
        more:
          ends.late > 0
            ? `${ends.late} more let a leaf outlive the zap for a while.`
            : 'Neither thread can ever go on.',
      };
    case 'late':
      return {
        count: ends.late,
        of,
        what: `${orders(ends.late)} ${ends.late === 1 ? 'lets' : 'let'} a leaf outlive the zap`,
        more: 'It goes in the end; until then another thread can use it.',
      };
  }
};

/** What positions that cannot end well end in, of these counts: “stale”, “late or in a deadlock”. */
export const badWords = (ends: Counts): string =>
  (['stale', 'late', 'deadlock'] as const)
    .filter(e => ends[e] > 0)
    .map(e => endingWords[e])
    .join(' or ') || 'badly';

const waiting = ({ who, lock, holder }: Waiting): string =>
  holder === who
    ? `the ${who} waits for ${lockWords[lock]}, which it holds itself`
    : `the ${who} waits for ${lockWords[lock]}, which the ${holder} holds`;

/** Why one cannot take a step; undefined where it can. */
export const whyNot = (who: Who, left: number, waits: readonly Waiting[]): string | undefined => {
  if (left === 0) return `the ${who} is at its end`;
  const mine = waits.find(w => w.who === who);
  return mine === undefined ? undefined : waiting(mine);
};

/** What happens at the step that decides, in few words for the drawing: two short lines. */
export const causeLines = (cause: Cause): readonly [string, string] => {
  switch (cause.kind) {
    case 'unlinked':
      return ['the zap finds no VMA', 'to walk: it clears nothing'];
    case 'inserted':
      switch (cause.check) {
        case 'none':
          return ['a leaf after the zap', 'has cleared: nobody asks'];
        case 'missing':
          return ['a leaf after the zap', 'has cleared: nobody looked'];
        case 'early':
          return ['a leaf after the zap has', 'cleared: the look was too early'];
      }
      break;
    case 'waiting':
      return ['each waits for', 'what the other holds'];
    case 'cleared':
      return ['the zap finds the leaf', 'and clears it'];
    case 'refused':
      return ['the hook refused:', 'the mapping goes'];
    case 'skipped':
      return ['the mapper sees the zap', 'and inserts nothing'];
    case 'nothing':
      return ['no step', 'inserts a leaf'];
  }
};

const causeSentence = (cause: Cause): string => {
  switch (cause.kind) {
    case 'unlinked':
      return 'When the zap walked the rmap, the VMA was not in it: it cleared nothing, and the leaf that was there already stayed.';
    case 'inserted':
      switch (cause.check) {
        case 'none':
          return 'The zap had cleared what there was; then the mapper inserted a leaf without asking.';
        case 'missing':
          return 'The zap had cleared what there was; then the mapper inserted a leaf, having never looked.';
        case 'early':
          return 'The mapper had looked before the zap began. By the time it inserted the leaf, the zap had cleared what there was.';
      }
      break;
    case 'waiting':
      return `${cause.waits.map((w, i) => (i === 0 ? waiting(w).replace(/^t/, 'T') : waiting(w))).join('; ')}.`;
    case 'cleared':
      return 'The zap found the leaf through the rmap and cleared it; a fault from then on gets SIGBUS while the memory is off.';
    case 'refused':
      return 'The hook saw the zap and refused; the mapping was taken down before the zap returned, or nothing had used it.';
    case 'skipped':
      return 'The mapper saw the zap and inserted nothing. A touch gets SIGBUS while the memory is off, and a leaf by a fault later: that is no bad end.';
    case 'nothing':
      return 'No step inserts a leaf, so there is none to be stale, and nothing is mapped either.';
  }
};

const heads: Readonly<Record<Ending, string>> = {
  good: 'Ends well.',
  stale: 'Stale leaf after zap.',
  late: 'The leaf outlives the zap for a while.',
  deadlock: 'Deadlock.',
};

/** How an order ended, in a few words and in a sentence. */
export const endWords = ({ ending, cause }: Told): { readonly head: string; readonly text: string } => ({
  head: heads[ending],
  text:
    ending === 'late'
      ? `${causeSentence(cause)} The hook took it down later; in between, another thread could reach a device that was being reset.`
      : causeSentence(cause),
});

/** How an order stands that has not ended. */
export const soFar = (ends: Counts): string => {
  const of = totalOf(ends);
  const bad = of - ends.good;
  if (bad === 0) return `Whatever comes, it ends well: ${of} ${orders(of)} from here.`;
  if (ends.good === 0) return `It can only end ${badWords(ends)} now: ${of} ${orders(of)} from here.`;
  return `${bad} of the ${of} ${orders(of)} from here end ${badWords(ends)}.`;
};

/** The state of the race in words: what is true, and who holds what. */
export const stateWords = (s: RaceState): string => {
  const facts = [
    s.zapping ? 'zapping' : undefined,
    s.linked ? 'linked' : undefined,
    s.leaf ? 'leaf' : undefined,
    s.returned ? 'zap returned' : undefined,
    s.refused ? 'hook refused' : undefined,
    s.driver === undefined ? undefined : `${s.driver} holds the driver lock`,
    s.rmap === undefined ? undefined : `${s.rmap} holds i_mmap`,
  ].filter(f => f !== undefined);
  return facts.length === 0 ? 'nothing yet' : facts.join(', ');
};

/** A turn in words: “zapper: lock driver”. */
export const turnWords = (who: Who, step: Step | undefined): string => `${who}: ${step?.label ?? ''}`;

/** Why no order leads to a position: the block it lies in. */
export const blockWords = (block: Block | undefined): string =>
  block === undefined
    ? 'No order leads there.'
    : `No order leads there: both would hold ${lockWords[block.lock]}.`;
