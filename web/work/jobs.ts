import { type FileReport, replayLines } from '../../src/replay/replay.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { type Luck, luckOf, type NoLuck } from '../../src/sweep/luck.ts';
import { type PlaneAsk, type PlanePart, planeParts } from '../../src/sweep/plane.ts';

/**
 * Long work that a screen asks for, one entry a kind: what is asked, and what comes back, part by part. A job runs in
 * the worker, or in slices on the page where no worker starts, so its input and its parts are plain data.
 */
export interface Jobs {
  readonly replay: {
    readonly input: { readonly name: string; readonly text: string };
    readonly part: FileReport;
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

const works: { readonly [K in JobKind]: Work<K> } = {
  *replay({ name, text }) {
    yield replayLines(name, text.split(/\r?\n/));
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
