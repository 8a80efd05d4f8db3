import { type ReadLink, readLink, writeLink } from '../../src/scenario/link.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { codec } from './codec.ts';

/** The hash of a Scenario. What is packed in it is written and compressed once, however often it is asked for. */
export const hashOf = (s: Scenario): string => writeLink(s, codec);

/** Reads a hash. Never throws. */
export const readHash = (hash: string): ReadLink => readLink(hash, codec);

/** The browser's side of the link. */
export interface Links {
  /** The Scenario moved during a drag: replaces the address once the hand rests. */
  readonly drag: (s: Scenario) => void;
  /** A step is done: the entry of `before` stays in the history, `after` gets a new one. */
  readonly done: (before: Scenario, after: Scenario) => void;
  /** Undo and redo: the present entry shows another step, so that Back never brings back what was undone. */
  readonly replace: (s: Scenario) => void;
  /** Writes what a drag still owes. */
  readonly flush: () => void;
  /** What the address says, where it is not what was written or read last. */
  readonly arrived: () => ReadLink | undefined;
}

/** What of `window` the link needs. */
export interface LinkHost {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: {
    readonly pushState: (data: unknown, unused: string, url: string) => void;
    readonly replaceState: (data: unknown, unused: string, url: string) => void;
  };
  readonly setTimeout: (run: () => void, ms: number) => number;
  readonly clearTimeout: (id: number) => void;
  /** Runs something when the browser has nothing better to do, at once where it cannot tell. */
  readonly whenIdle?: (run: () => void) => void;
}

/**
 * Browsers allow about 100 changes of the address in 10 to 30 s, and each costs as much as half a frame's work: the
 * address follows when the hand has rested this long.
 */
const RESTED_MS = 250;
/** An address this long takes longer to replace than a frame, so a drag leaves it for its end. */
const LONG = 32 * 1024;
const REMEMBERED = 64;

/** A {@link Links}, and how to read the Scenario of the present address back. */
export const makeLinks = (host: LinkHost): Links & { readonly read: () => ReadLink } => {
  let owed: Scenario | undefined;
  let timer: number | undefined;
  /** Hashes written here, so that Back brings back the very object, and with it what is remembered about it. */
  const written = new Map<string, Scenario>();
  /** The hash that is shown. */
  let seen: string | undefined;
  const url = (hash: string): string =>
    hash === '' ? `${host.location.pathname}${host.location.search}` : hash;
  const remember = (hash: string, s: Scenario): void => {
    written.delete(hash);
    written.set(hash, s);
    for (const oldest of written.keys()) {
      if (written.size <= REMEMBERED) break;
      written.delete(oldest);
    }
  };
  const put = (how: 'pushState' | 'replaceState', s: Scenario): void => {
    const hash = hashOf(s);
    remember(hash, s);
    try {
      host.history[how](null, '', url(hash));
      seen = host.location.hash;
    } catch {
      // Refused for being too long or too frequent. The page goes on; only the address stays behind.
    }
  };
  /** Steps whose long address is still to be written, oldest first: neither the next frame nor the next key waits for it. */
  let late: (() => void)[] = [];
  const catchUp = (): void => {
    const steps = late;
    late = [];
    for (const step of steps) step();
  };
  let resting: number | undefined;
  /** One at a time: each takes longer than a frame, and a key may come between two. */
  const catchUpByOne = (): void => {
    const [step, ...rest] = late;
    late = rest;
    step?.();
    if (late.length > 0) host.whenIdle?.(catchUpByOne);
  };
  const isLong = (s: Scenario): boolean =>
    (s.space.source.kind === 'pasted' || s.view.diagnose.texts.length > 0) && hashOf(s).length > LONG;
  const flush = (): void => {
    catchUp();
    if (timer !== undefined) host.clearTimeout(timer);
    timer = undefined;
    const s = owed;
    owed = undefined;
    if (s !== undefined && !isLong(s)) put('replaceState', s);
  };
  /** Forgets what a drag still owes. */
  const drop = (): void => {
    if (timer !== undefined) host.clearTimeout(timer);
    timer = undefined;
    owed = undefined;
  };
  /** Writes a step into the history. */
  const step = (before: Scenario, after: Scenario): void => {
    // The drag replaced the entry it began on; give it back, so that Back undoes the whole drag.
    // Where it still shows that, a long address is spared the time.
    const hash = hashOf(before);
    if (hash === host.location.hash) remember(hash, before);
    else put('replaceState', before);
    put('pushState', after);
  };
  const read = (): ReadLink => {
    const { hash } = host.location;
    seen = hash;
    const known = written.get(hash);
    return known === undefined ? readHash(hash) : { scenario: known, problems: [] };
  };
  return {
    // How long it is takes a while to find out, and no move of the hand waits for it.
    drag: s => {
      if (timer !== undefined) host.clearTimeout(timer);
      owed = s;
      timer = host.setTimeout(() => {
        timer = undefined;
        flush();
      }, RESTED_MS);
    },
    done: (before, after) => {
      drop();
      const write = (): void => step(before, after);
      if (host.whenIdle !== undefined && (isLong(before) || isLong(after))) {
        late.push(write);
        if (resting !== undefined) host.clearTimeout(resting);
        resting = host.setTimeout(() => host.whenIdle?.(catchUpByOne), RESTED_MS);
        return;
      }
      catchUp();
      write();
    },
    replace: s => {
      catchUp();
      drop();
      put('replaceState', s);
    },
    flush,
    read,
    // One edit of the hash fires popstate and hashchange both; only the first finds something new.
    arrived: () => {
      if (host.location.hash === seen) return undefined;
      // The reader has left the entry that these were to follow.
      late = [];
      return read();
    },
  };
};
