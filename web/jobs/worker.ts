import { type Answer, buffersOf, type Order, runInSlices, workOf } from './jobs.ts';

/** What of a worker's own scope is used here: the types of a page and of a worker cannot be loaded together. */
interface Scope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  readonly postMessage: (answer: Answer, transfer?: Transferable[]) => void;
}
const scope = self as unknown as Scope;

/** A task after those that wait already; a timer would sleep for some milliseconds each time. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
const pause = (run: () => void): void => {
  waiting.push(run);
  channel.port2.postMessage(undefined);
};

const running = new Map<number, () => void>();

scope.onmessage = ({ data }) => {
  const { id } = data;
  if (data.order === 'stop') {
    running.get(id)?.();
    running.delete(id);
    return;
  }
  // The two sides are built together, so what arrives for a kind is its input.
  const work = workOf(data.kind, data.input as Parameters<typeof workOf>[1]);
  running.set(
    id,
    runInSlices(work, 'worker', pause, (answer, value) => {
      if (answer === 'part') scope.postMessage({ id, answer, part: value }, buffersOf(value));
      else {
        running.delete(id);
        scope.postMessage(answer === 'done' ? { id, answer } : { id, answer, reason: String(value) });
      }
    }),
  );
};
