import { type Answer, type JobKind, type Jobs, type Order, runInSlices, workOf } from './jobs.ts';
import MadeWorker from './worker.ts?worker&inline';

/** How a job ended. `stopped` is what the one who asked did. */
export type End =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A job under way. */
export interface Running {
  /** Fulfilled once, when no part comes any more. Never rejects. */
  readonly end: Promise<End>;
  /** Stops it; parts that are on their way are dropped. */
  readonly stop: () => void;
}

interface Waiting {
  readonly part: (part: unknown) => void;
  readonly end: (end: End) => void;
  /** Runs the job on the page, from its beginning: no part of it has come. */
  readonly onPage: () => void;
}

const waiting = new Map<number, Waiting>();
let lastId = 0;

const take = ({ data }: MessageEvent<Answer>): void => {
  const job = waiting.get(data.id);
  switch (data.answer) {
    case 'part':
      job?.part(data.part);
      return;
    case 'done':
      job?.end({ kind: 'done' });
      return;
    case 'failed':
      job?.end({ kind: 'failed', reason: data.reason });
      return;
  }
};

/** undefined: none runs, and the next job starts one; null: this browser starts none here, and jobs run on the page. */
let worker: Worker | null | undefined;

const start = (): Worker | null => {
  try {
    const made = new MadeWorker();
    let answered = false;
    made.onmessage = (event: MessageEvent<Answer>) => {
      answered = true;
      take(event);
    };
    made.onerror = event => {
      event.preventDefault();
      // What still runs in it is nobody's any more.
      made.terminate();
      // One that never said a word was kept from starting, and so will be the next one.
      worker = answered ? undefined : null;
      for (const job of [...waiting.values()])
        if (answered) job.end({ kind: 'failed', reason: event.message || 'the worker ended' });
        else job.onPage();
    };
    return made;
  } catch {
    return null;
  }
};

const send = (to: Worker, order: Order): void => to.postMessage(order);

const onPage = (run: () => void): void => {
  window.setTimeout(run, 0);
};

/**
 * Runs a job beside the page and hands over its parts as they come: in one worker for all jobs, in turns, or in slices
 * on the page where a browser starts no worker. Never throws.
 */
export const runJob = <K extends JobKind>(
  kind: K,
  input: Jobs[K]['input'],
  part: (part: Jobs[K]['part']) => void,
): Running => {
  if (worker === undefined) worker = start();
  const id = ++lastId;
  const used = worker;
  let stop = (): void => {};
  const end = new Promise<End>(settle => {
    const finish = (how: End): void => {
      waiting.delete(id);
      settle(how);
    };
    const onThisPage = (): void => {
      const halt = runInSlices(workOf(kind, input), 'page', onPage, (answer, value) => {
        if (answer === 'part') waiting.get(id)?.part(value);
        else finish(answer === 'done' ? { kind: 'done' } : { kind: 'failed', reason: String(value) });
      });
      stop = () => {
        halt();
        finish({ kind: 'stopped' });
      };
    };
    // The two sides are built together, so the parts are those of this kind.
    waiting.set(id, { part: p => part(p as Jobs[K]['part']), end: finish, onPage: onThisPage });
    if (used === null || used === undefined) {
      onThisPage();
      return;
    }
    stop = () => {
      if (!waiting.has(id)) return;
      send(used, { order: 'stop', id });
      finish({ kind: 'stopped' });
    };
    send(used, { order: 'start', id, kind, input });
  });
  return { end, stop: () => stop() };
};
