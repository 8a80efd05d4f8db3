/**
 * npm run fuzz: throws at least 10^5 inputs at everything that reads what strangers write. `scripts/fuzzing.ts` says what
 * and at whom. It runs in a worker, which a watchdog ends where one input takes longer than any should.
 *
 *   npm run fuzz -- [--runs N] [--seed N] [--only TARGET]
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { takeSafely } from './fuzzing.ts';
import { targets } from './fuzzTargets.ts';

/** An input that takes longer, in milliseconds, hangs. The slowest takes a hundredth of it. */
const HANG_MS = 20_000;
/** So much of an input can be told when it hangs. */
const MOST_TOLD = 2 ** 20;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly only: string | undefined;
}

/** What one target came to. */
interface Done {
  readonly id: string;
  readonly runs: number;
  readonly ms: number;
  /** The slowest input, in milliseconds, and its length. */
  readonly slowest: number;
  readonly length: number;
  readonly failure: string | undefined;
}

/** What the worker is at: when it began, in milliseconds of Date.now(), and the input. */
interface Board {
  readonly began: Float64Array;
  readonly length: Int32Array;
  readonly input: Uint16Array;
}

const boardOf = (memory: SharedArrayBuffer): Board => ({
  began: new Float64Array(memory, 0, 1),
  length: new Int32Array(memory, 8, 1),
  input: new Uint16Array(memory, 16),
});

const work = ({ runs, seed, only }: Options, memory: SharedArrayBuffer): void => {
  const board = boardOf(memory);
  const all = targets.filter(t => only === undefined || t.id === only);
  const shares = all.reduce((n, t) => n + t.share, 0);
  for (const target of all) {
    const numRuns = Math.ceil((runs * target.share) / shares);
    const start = performance.now();
    let taken = 0;
    let slowest = 0;
    let length = 0;
    const result = fc.check(
      fc.property(target.inputs, input => {
        board.length[0] = input.length;
        for (let i = 0; i < input.length && i < MOST_TOLD; i++) board.input[i] = input.charCodeAt(i);
        board.began[0] = Date.now();
        const from = performance.now();
        takeSafely(target, input);
        const ms = performance.now() - from;
        board.began[0] = 0;
        taken++;
        if (ms > slowest) {
          slowest = ms;
          length = input.length;
        }
      }),
      { numRuns, seed },
    );
    board.began[0] = 0;
    const [input] = result.counterexample ?? [];
    const error = result.errorInstance;
    const failure = result.failed
      ? `${error instanceof Error ? error.stack : String(error)}\ninput, ${input?.length} characters: ${JSON.stringify(input)}`
      : undefined;
    const done: Done = {
      id: target.id,
      runs: taken,
      ms: performance.now() - start,
      slowest,
      length,
      failure,
    };
    parentPort?.postMessage(done);
  }
};

const readOptions = (args: readonly string[]): Options => {
  const given = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args[at + 1];
  };
  const known = args.every((a, i) => /^--(?:runs|seed|only)$/.test(i % 2 === 0 ? a : '--runs'));
  const runs = Number(given('--runs') ?? 110_000);
  const seed = Number(given('--seed') ?? Math.floor(Date.now() % 2 ** 31));
  const only = given('--only');
  if (!known || args.length % 2 > 0 || !(runs >= 1) || !Number.isInteger(seed))
    throw new Error('npm run fuzz -- [--runs N] [--seed N] [--only TARGET]');
  if (only !== undefined && !targets.some(t => t.id === only))
    throw new Error(`no target ${only}; there are ${targets.map(t => t.id).join(', ')}`);
  return { runs, seed, only };
};

const watch = (options: Options): void => {
  const memory = new SharedArrayBuffer(16 + 2 * MOST_TOLD);
  const board = boardOf(memory);
  const again = (id: string): string =>
    `npm run fuzz -- --seed ${options.seed} --runs ${options.runs} --only ${id}`;
  console.log(`seed ${options.seed}, ${options.runs} inputs`);
  // A worker knows nothing of TypeScript until it is told.
  const worker = new Worker(
    `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(import.meta.url)}); });`,
    { eval: true, workerData: { options, memory } },
  );
  let total = 0;
  let ms = 0;
  let failed = 0;
  let current = targets.find(t => options.only === undefined || t.id === options.only)?.id ?? '';
  const clock = setInterval(() => {
    const began = board.began[0] ?? 0;
    if (began === 0 || Date.now() - began < HANG_MS) return;
    const codes = board.input.subarray(0, Math.min(board.length[0] ?? 0, MOST_TOLD));
    const input = Array.from(codes, c => String.fromCharCode(c)).join('');
    console.error(`${current}: HANGS, more than ${HANG_MS / 1000} s. ${again(current)}`);
    console.error(`input, ${board.length[0]} characters: ${JSON.stringify(input)}`);
    process.exitCode = 1;
    clearInterval(clock);
    void worker.terminate();
  }, 500);
  worker.on('message', (done: Done) => {
    total += done.runs;
    ms += done.ms;
    const rate = Math.round((done.runs / done.ms) * 1000);
    console.log(
      `${done.id.padEnd(10)} ${String(done.runs).padStart(7)} inputs ${String(rate).padStart(6)}/s   slowest ${done.slowest.toFixed(0)} ms for ${done.length} characters`,
    );
    if (done.failure !== undefined) {
      failed++;
      console.error(`${done.id}: FAILED. ${again(done.id)}\n${done.failure}`);
    }
    const at = targets.findIndex(t => t.id === done.id);
    current = targets[at + 1]?.id ?? current;
  });
  worker.on('error', error => {
    console.error(error);
    process.exitCode = 1;
    clearInterval(clock);
  });
  worker.on('exit', () => {
    clearInterval(clock);
    if (failed > 0) process.exitCode = 1;
    console.log(`${total} inputs in ${(ms / 1000).toFixed(0)} s, ${failed} targets failed`);
  });
};

if (isMainThread) {
  try {
    watch(readOptions(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
} else {
  const { options, memory } = workerData as { options: Options; memory: SharedArrayBuffer };
  work(options, memory);
}
