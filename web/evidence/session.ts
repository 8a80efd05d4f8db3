import { createStore, useStore } from 'zustand';
import type { ListedCase } from '../../src/replay/listed.ts';
import type { BadLine } from '../../src/replay/replay.ts';
import { MiB } from '../../src/units.ts';
import { MAX_CAPTURE_FILE } from '../jobs/captureLines.ts';
import type { ReplayedPart } from '../jobs/jobs.ts';
import { type Running, runJob } from '../jobs/work.ts';
import { type ShippedFile, shippedData, shippedFiles } from './shipped.ts';

/** A file of captures, and what has been replayed of it. */
export interface CaptureSet {
  /** As a link names it. */
  readonly key: string;
  readonly file: string;
  /** What is known of a file that comes with the app; undefined for the reader's own. */
  readonly shipped: ShippedFile | undefined;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly cases: readonly ListedCase[];
  readonly badLines: readonly BadLine[];
  /** Malformed lines beyond those of `badLines`. */
  readonly moreBad: number;
  /** Lines done, and how much of the file that is, 0 to 1. */
  readonly line: number;
  readonly share: number;
  /** Why it was not replayed to its end. */
  readonly problem: string | undefined;
  /** Tells a file from an older one of the same name. */
  readonly serial: number;
}

/** What is replayed on this page; it lives as long as the page does. */
export interface Session {
  /** The reader's own files first, then the shipped ones. */
  readonly sets: readonly CaptureSet[];
  readonly phase: 'idle' | 'running' | 'stopped' | 'done';
  /** Time spent replaying, in milliseconds. */
  readonly took: number;
  /** Files that could not be used, in sentences, newest first. */
  readonly refused: readonly string[];
}

/** So many malformed lines of a file are kept. */
const MOST_BAD = 200;

let serials = 0;
const fresh = (key: string, file: string, shipped: ShippedFile | undefined): CaptureSet => ({
  key,
  file,
  shipped,
  state: 'waiting',
  cases: [],
  badLines: [],
  moreBad: 0,
  line: 0,
  share: 0,
  problem: undefined,
  serial: ++serials,
});

const session = createStore<Session>()(() => ({
  sets: shippedFiles.map(s => fresh(s.key, s.file, s)),
  phase: 'idle',
  took: 0,
  refused: [],
}));

/** What is replayed, as a component sees it. */
export const useSession = <T>(select: (state: Session) => T): T => useStore(session, select);

/** The bytes of the reader's own files, by the serial of their set. */
const own = new Map<number, Uint8Array>();

const dataOf = (set: CaptureSet): Promise<Uint8Array> => {
  const mine = own.get(set.serial);
  return mine === undefined ? shippedData(set.file) : Promise.resolve(mine);
};

const patch = (serial: number, change: (set: CaptureSet) => Partial<CaptureSet>): void =>
  session.setState(({ sets }) => ({
    sets: sets.map(s => (s.serial === serial ? { ...s, ...change(s) } : s)),
  }));

/** Cases with names that no other case of the set has: a link and a list find them by it. */
const named = (known: readonly ListedCase[], cases: readonly ListedCase[]): readonly ListedCase[] => {
  const names = new Set(known.map(c => c.id));
  return cases.map(c => {
    const id = names.has(c.id) ? `${c.id}.line-${c.line}`.slice(-80) : c.id;
    names.add(id);
    return id === c.id ? c : { ...c, id };
  });
};

const take = (serial: number, part: ReplayedPart): void =>
  patch(serial, set => {
    const bad = [...set.badLines, ...part.badLines];
    return {
      cases: part.cases.length === 0 ? set.cases : [...set.cases, ...named(set.cases, part.cases)],
      badLines: bad.slice(0, MOST_BAD),
      moreBad: set.moreBad + Math.max(0, bad.length - MOST_BAD),
      line: part.line,
      share: part.share,
      problem: part.problem ?? set.problem,
    };
  });

let running: Running | undefined;
let stopping = false;
/** Ends the wait for a file that is still on its way. */
let stopWaiting = (): void => {};

/** The set that the reader looks at comes first. */
let preferred: string | undefined;

const nextWaiting = (): CaptureSet | undefined => {
  const waiting = session.getState().sets.filter(s => s.state === 'waiting');
  return waiting.find(s => s.key === preferred) ?? waiting[0];
};

/** A file that holds nothing to show is named, with the first reason, and leaves no set behind. */
const dropIfEmpty = (serial: number): void => {
  const set = session.getState().sets.find(s => s.serial === serial);
  if (set === undefined || set.shipped !== undefined || set.cases.length > 0) return;
  const [first] = set.badLines;
  const why = set.problem ?? 'it holds no captured case';
  const line = first === undefined ? '' : ` (line ${first.line}: ${first.reason})`;
  // Whatever else a machine prints has a screen of its own.
  const elsewhere = first?.reason === 'not JSON' ? ' What maps and lspci print is read on Diagnose.' : '';
  own.delete(serial);
  session.setState(({ sets, refused }) => ({
    sets: sets.filter(s => s.serial !== serial),
    refused: [`${set.file}: ${why}${line}.${elsewhere}`, ...refused].slice(0, 5),
  }));
};

const replaySet = async (set: CaptureSet): Promise<void> => {
  const { serial } = set;
  patch(serial, () => ({ state: 'running' }));
  const stopped = new Promise<undefined>(end => {
    stopWaiting = () => end(undefined);
  });
  let data: Uint8Array | undefined;
  try {
    data = await Promise.race([dataOf(set), stopped]);
  } catch {
    patch(serial, () => ({ state: 'failed', problem: 'this part of the page did not load' }));
    return;
  }
  if (data === undefined || stopping) {
    patch(serial, () => ({ state: 'waiting' }));
    return;
  }
  // The next one is on its way while this one is replayed.
  const ahead = nextWaiting();
  if (ahead !== undefined) dataOf(ahead).catch(() => {});
  running = runJob('replay', { data, from: set.line }, part => take(serial, part));
  const end = await running.end;
  running = undefined;
  switch (end.kind) {
    case 'done':
      patch(serial, () => ({ state: 'done' }));
      dropIfEmpty(serial);
      return;
    case 'stopped':
      patch(serial, () => ({ state: 'waiting' }));
      return;
    case 'failed':
      patch(serial, () => ({ state: 'failed', problem: end.reason }));
  }
};

/** Replays this set, where it waits, before the others. */
export const preferSet = (key: string | undefined): void => {
  preferred = key;
};

/** Replays what waits, set by set, and goes on where it was stopped. Does nothing while it runs. Never throws. */
export const startReplay = async (): Promise<void> => {
  if (session.getState().phase === 'running' || nextWaiting() === undefined) return;
  stopping = false;
  session.setState({ phase: 'running' });
  for (;;) {
    const set = nextWaiting();
    if (stopping || set === undefined) break;
    const began = performance.now();
    await replaySet(set);
    session.setState(({ took }) => ({ took: took + performance.now() - began }));
  }
  session.setState({ phase: stopping ? 'stopped' : 'done' });
};

/** Stops the replay where it stands; what is replayed stays. */
export const stopReplay = (): void => {
  stopping = true;
  stopWaiting();
  running?.stop();
};

/** Asks again for sets that failed. */
export const retryReplay = (): void => {
  session.setState(({ sets }) => ({
    sets: sets.map(s => (s.state === 'failed' ? { ...s, state: 'waiting', problem: undefined } : s)),
  }));
  void startReplay();
};

/** The name of a file as a link can carry it. */
const keyOf = (file: string): string =>
  `yours-${file.replace(/(\.jsonl|\.json|\.txt)?(\.gz)?$/i, '').replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`.slice(
    0,
    80,
  );

const refuse = (reason: string): void =>
  session.setState(({ refused }) => ({ refused: [reason, ...refused].slice(0, 5) }));

/**
 * Takes files of the reader's own: they are read here and sent nowhere. A file of a name that is there already takes
 * the place of the older one. Gives the keys of the sets that were added. Never throws.
 */
export const addFiles = async (files: readonly File[]): Promise<readonly string[]> => {
  const added: string[] = [];
  session.setState({ refused: [] });
  for (const file of files) {
    if (file.size > MAX_CAPTURE_FILE) {
      refuse(`${file.name}: above ${MAX_CAPTURE_FILE / MiB} MiB, and not read.`);
      continue;
    }
    let data: Uint8Array;
    try {
      data = new Uint8Array(await file.arrayBuffer());
    } catch {
      refuse(`${file.name}: the browser could not read it.`);
      continue;
    }
    const set = fresh(keyOf(file.name), file.name, undefined);
    own.set(set.serial, data);
    for (const old of session.getState().sets) if (old.key === set.key) own.delete(old.serial);
    session.setState(({ sets }) => ({ sets: [set, ...sets.filter(s => s.key !== set.key)] }));
    added.push(set.key);
  }
  void startReplay();
  return added;
};

/** Forgets a file of the reader's own. */
export const removeSet = (key: string): void => {
  for (const set of session.getState().sets)
    if (set.key === key && set.shipped === undefined) {
      own.delete(set.serial);
      session.setState(({ sets }) => ({ sets: sets.filter(s => s.serial !== set.serial) }));
    }
};

/** Forgets which files were not read, and why. */
export const clearRefused = (): void => session.setState({ refused: [] });

/** The text of a case's line; undefined where it cannot be had any more. Never rejects. */
export const lineOf = async (set: CaptureSet, line: number): Promise<string | undefined> => {
  let found: string | undefined;
  try {
    const data = await dataOf(set);
    await runJob('captureLine', { data, line }, part => {
      found = part.text;
    }).end;
  } catch {
    return undefined;
  }
  return found;
};
