import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Order } from './jobs.ts';

/** A worker as the page sees it, which does what a test makes it do. */
class FakeWorker {
  static readonly made: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault: () => void }) => void) | null = null;
  readonly orders: Order[] = [];
  ended = false;
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(order: Order): void {
    this.orders.push(order);
  }
  terminate(): void {
    this.ended = true;
  }
  fail(): void {
    this.onerror?.({ message: 'broken', preventDefault: () => {} });
  }
}

vi.mock('./worker.ts?worker&inline', () => ({ default: FakeWorker }));

const input = { data: new TextEncoder().encode('{"a":1}\n'), from: 0 };

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('window', { setTimeout });
  FakeWorker.made.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('runs jobs on the page where the worker is kept from starting, the waiting one too', async () => {
  const { runJob } = await import('./work.ts');
  const parts: unknown[] = [];
  const first = runJob('replay', input, part => parts.push(part));
  FakeWorker.made[0]?.fail();
  expect(await first.end).toEqual({ kind: 'done' });
  const before = parts.length;
  expect(before).toBeGreaterThan(0);
  expect(await runJob('replay', input, part => parts.push(part)).end).toEqual({ kind: 'done' });
  expect(parts.length).toBe(2 * before);
  expect(FakeWorker.made).toHaveLength(1);
});

it('ends a worker that breaks later, fails its jobs and starts another for the next', async () => {
  const { runJob } = await import('./work.ts');
  const first = runJob('replay', input, () => {});
  const [worker] = FakeWorker.made;
  const id = worker?.orders[0]?.id ?? -1;
  worker?.onmessage?.({ data: { id, answer: 'part', part: {} } });
  worker?.fail();
  expect(await first.end).toEqual({ kind: 'failed', reason: 'broken' });
  expect(worker?.ended).toBe(true);
  const second = runJob('replay', input, () => {});
  expect(FakeWorker.made).toHaveLength(2);
  second.stop();
  expect(await second.end).toEqual({ kind: 'stopped' });
  expect(FakeWorker.made[1]?.orders.map(o => o.order)).toEqual(['start', 'stop']);
});

it('drops what comes of a job that was stopped, and stops it once', async () => {
  const { runJob } = await import('./work.ts');
  let parts = 0;
  const job = runJob('replay', input, () => parts++);
  const [worker] = FakeWorker.made;
  job.stop();
  job.stop();
  worker?.onmessage?.({ data: { id: worker.orders[0]?.id, answer: 'part', part: {} } });
  expect(parts).toBe(0);
  expect(worker?.orders.map(o => o.order)).toEqual(['start', 'stop']);
});
