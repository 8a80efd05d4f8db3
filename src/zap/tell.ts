import { play, type Race } from './explore.ts';
import type { Ending, Lock, RaceState, Step, Who } from './machine.ts';

/** Why an order ends as it does. */
export type Cause =
  /** The zap cleared nothing: the leaf was there, and the rmap did not lead to it. */
  | { readonly kind: 'unlinked' }
  /** The leaf was inserted after the zap had cleared: nobody asked, nobody had looked, or the look came too early. */
  | { readonly kind: 'inserted'; readonly check: 'none' | 'missing' | 'early' }
  /** Who waits, for which lock, and who holds it. */
  | { readonly kind: 'waiting'; readonly waits: readonly Waiting[] }
  /** The zap found the leaf and cleared it. */
  | { readonly kind: 'cleared' }
  /** The hook refused, and the mapping was taken down. */
  | { readonly kind: 'refused' }
  /** The mapper saw the zap and inserted nothing: a fault gets SIGBUS. */
  | { readonly kind: 'skipped' }
  /** No step inserts a leaf. */
  | { readonly kind: 'nothing' };

/** A thread that cannot go on. */
export interface Waiting {
  readonly who: Who;
  readonly lock: Lock;
  readonly holder: Who;
}

/** How a schedule has ended, and where that was decided. */
export interface Told {
  readonly ending: Ending;
  readonly cause: Cause;
  /** The turn, from 0, at which it happens; undefined where it is no single step. */
  readonly turn: number | undefined;
}

/** A turn that was taken. */
interface Taken {
  readonly turn: number;
  readonly step: Step;
  readonly before: RaceState;
  readonly after: RaceState;
}

const takenOf = (race: Race, turns: readonly Who[], states: readonly RaceState[]): readonly Taken[] => {
  const at = { mapper: 0, zapper: 0 };
  const taken: Taken[] = [];
  for (const [turn, who] of turns.entries()) {
    const step = race[who][at[who]++];
    const before = states[turn];
    const after = states[turn + 1];
    if (step === undefined || before === undefined || after === undefined) break;
    taken.push({ turn, step, before, after });
  }
  return taken;
};

/** The threads that wait for a lock where a schedule has led. */
export const waitsOf = (race: Race, turns: readonly Who[]): readonly Waiting[] => {
  const { state } = play(race, turns);
  return (['mapper', 'zapper'] as const).flatMap(who => {
    const act = race[who][turns.filter(t => t === who).length]?.act;
    if (act?.do !== 'lock') return [];
    const holder = state[act.lock];
    return holder === undefined ? [] : [{ who, lock: act.lock, holder }];
  });
};

/** Why the leaf that is there after `taken` is there. */
const survival = (taken: readonly Taken[]): Pick<Told, 'cause' | 'turn'> => {
  const inserted = taken.findLast(t => !t.before.leaf && t.after.leaf);
  const cleared = taken.findLast(t => t.step.act.do === 'clear');
  if (inserted === undefined || cleared === undefined || inserted.turn < cleared.turn)
    return { cause: { kind: 'unlinked' }, turn: cleared?.turn };
  const { act } = inserted.step;
  const asks = act.do === 'populate' && act.unless === 'looked';
  const check = !asks ? 'none' : inserted.before.looked === undefined ? 'missing' : 'early';
  return { cause: { kind: 'inserted', check }, turn: inserted.turn };
};

/** Tells how a schedule ended and why; undefined while somebody can go on. Turns that cannot be taken do not count. */
export const tell = (race: Race, turns: readonly Who[]): Told | undefined => {
  const played = play(race, turns);
  const { ending } = played;
  if (ending === undefined) return undefined;
  const valid = turns.slice(0, played.states.length - 1);
  const taken = takenOf(race, valid, played.states);
  switch (ending) {
    case 'stale':
      return { ending, ...survival(taken) };
    case 'late': {
      const began = taken.findIndex(t => t.after.late);
      return { ending, ...survival(taken.slice(0, began + 1)) };
    }
    case 'deadlock': {
      const waits = waitsOf(race, valid);
      // From the moment on when the last of the locks was taken that somebody waits for.
      const taking = taken.findLast(
        ({ step: { act } }) => act.do === 'lock' && waits.some(w => w.lock === act.lock),
      );
      return { ending, cause: { kind: 'waiting', waits }, turn: taking?.turn };
    }
    case 'good': {
      const gone = taken.findLast(t => t.before.leaf && !t.after.leaf);
      if (gone !== undefined)
        return {
          ending,
          cause: { kind: gone.step.act.do === 'clear' ? 'cleared' : 'refused' },
          turn: gone.turn,
        };
      const skipped = taken.find(t => t.step.act.do === 'populate');
      return { ending, cause: { kind: skipped ? 'skipped' : 'nothing' }, turn: skipped?.turn };
    }
  }
};
