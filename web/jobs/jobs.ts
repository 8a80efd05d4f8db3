import { type ListedCase, listLine } from '../../src/replay/listed.ts';
import type { BadLine } from '../../src/replay/replay.ts';
import { captureLines, UnreadableCapture } from './captureLines.ts';

/** Cases of a file of captures, as they come. */
export interface ReplayedPart {
  readonly cases: readonly ListedCase[];
  /** Lines that could not be read as a case. */
  readonly badLines: readonly BadLine[];
  /** Lines done so far, also before this part. */
  readonly line: number;
  /** How much of the file is done, 0 to 1. */
  readonly share: number;
  /** Why it was not read on, in the last part. */
  readonly problem?: string;
}

import type { Scenario } from '../../src/scenario/scenario.ts';
import { type Luck, luckOf, type NoLuck } from '../../src/sweep/luck.ts';
import { type PlaneAsk, type PlanePart, planeParts } from '../../src/sweep/plane.ts';

/**
 * Long work that a screen asks for, one entry a kind: what is asked, and what comes back, part by part. A job runs in
 * the worker, or in slices on the page where no worker starts, so its input and its parts are plain data.
 */
export interface Jobs {
  readonly replay: {
    /** A file as it is, packed or not, and how many of its lines were done before. */
    readonly input: { readonly data: Uint8Array; readonly from: number };
    readonly part: ReplayedPart;
  };
  /** One line of a file of captures, by its number from 1; no part where there is none. */
  readonly captureLine: {
    readonly input: { readonly data: Uint8Array; readonly line: number };
    readonly part: { readonly text: string };
  };
  readonly plane: { readonly input: PlaneAsk; readonly part: PlanePart };
  readonly luck: { readonly input: Scenario; readonly part: Luck | NoLuck };
}

export type JobKind = keyof Jobs;

/**
 * The work of a job. It yields its parts in order, and `undefined` wherever it has worked for about a millisecond
 * without one, so that it can be interrupted there. Throws only for a developer's error.
 */
export type Work<K extends JobKind> = (
  input: Jobs[K]['input'],
) => Generator<Jobs[K]['part'] | undefined, void>;

/** Replayed cases are handed over this often, in milliseconds: a few times a second is seen as a flow. */
const PART_MS = 80;
/** A text whose first lines all fail is no file of captures. */
const HOPELESS = 200;

const works: { readonly [K in JobKind]: Work<K> } = {
  *replay({ data, from }) {
    let cases: ListedCase[] = [];
    let badLines: BadLine[] = [];
    let read = false;
    let failed = 0;
    let line = from;
    let share = 0;
    let since = performance.now();
    const part = (problem?: string): ReplayedPart => {
      const made = { cases, badLines, line, share, ...(problem === undefined ? {} : { problem }) };
      cases = [];
      badLines = [];
      since = performance.now();
      return made;
    };
    try {
      for (const next of captureLines(data)) {
        if (next.text !== undefined && next.line > from) {
          const listed = listLine(next.line, next.text);
          for (const c of listed.cases) cases.push(c);
          for (const bad of listed.bad) badLines.push(bad);
          read ||= from > 0 || listed.cases.length > 0;
          failed += listed.bad.length;
          ({ line, share } = next);
          if (!read && failed >= HOPELESS) {
            yield part(`its first ${HOPELESS} lines hold no captured case`);
            return;
          }
        }
        yield performance.now() - since >= PART_MS ? part() : undefined;
      }
      share = 1;
      yield part(read ? undefined : 'it holds no captured case');
    } catch (error) {
      if (!(error instanceof UnreadableCapture)) throw error;
      yield part(error.message);
    }
  },
  *captureLine({ data, line }) {
    try {
      for (const next of captureLines(data)) {
        if (next.text !== undefined && next.line === line) {
          yield { text: next.text };
          return;
        }
        yield undefined;
      }
    } catch (error) {
      if (!(error instanceof UnreadableCapture)) throw error;
    }
  },
  plane: planeParts,
  *luck(scenario) {
    yield yield* luckOf(scenario);
  },
};

/** Begins a job; nothing is done before the first `next()`. */
export const workOf = <K extends JobKind>(
  kind: K,
  input: Jobs[K]['input'],
): Generator<Jobs[K]['part'] | undefined, void> => works[kind](input);

/** The buffers in a part, which may be handed over instead of copied. */
export const buffersOf = (part: unknown): Transferable[] => {
  if (typeof part !== 'object' || part === null) return [];
  return Object.values(part).flatMap(v =>
    ArrayBuffer.isView(v) && v.buffer instanceof ArrayBuffer ? [v.buffer] : [],
  );
};

/** What the page tells the worker. */
export type Order =
  | { readonly order: 'start'; readonly id: number; readonly kind: JobKind; readonly input: unknown }
  | { readonly order: 'stop'; readonly id: number };

/** What the worker answers. */
export type Answer =
  | { readonly id: number; readonly answer: 'part'; readonly part: unknown }
  | { readonly id: number; readonly answer: 'done' }
  | { readonly id: number; readonly answer: 'failed'; readonly reason: string };

/** How long work goes on without looking up, in milliseconds: orders wait that long, and so does a frame. */
const SLICE = { worker: 12, page: 6 } as const;

/**
 * Works through a job in slices with pauses between them. `pause` runs the next slice after whatever else is
 * waiting. The function that comes back stops it.
 */
export const runInSlices = (
  work: Generator<unknown, void>,
  where: keyof typeof SLICE,
  pause: (run: () => void) => void,
  tell: (answer: 'part' | 'done' | 'failed', value?: unknown) => void,
): (() => void) => {
  let stopped = false;
  const slice = (): void => {
    const until = performance.now() + SLICE[where];
    try {
      while (!stopped) {
        const { value, done } = work.next();
        if (done) {
          tell('done');
          return;
        }
        if (value !== undefined) tell('part', value);
        if (performance.now() >= until) {
          pause(slice);
          return;
        }
      }
    } catch (error) {
      tell('failed', error instanceof Error ? error.message : String(error));
    }
  };
  pause(slice);
  return () => {
    stopped = true;
  };
};
