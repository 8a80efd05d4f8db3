/** Who takes a step: the thread that maps, or the one that zaps. */
export type Who = 'mapper' | 'zapper';

/**
 * The two locks of the race: the driver's own (vfio-pci: memory_lock) and the rmap's (i_mmap_rwsem of the device file's
 * inode). Either is held by one of the two at a time: the zapper writes under the first, and the mapper under the
 * second, so readers among themselves do not matter here.
 */
export type Lock = 'driver' | 'rmap';

/** What one step does. A step is atomic; whoever cannot take a lock waits before that step. */
export type Act =
  /** Takes a lock. */
  | { readonly do: 'lock'; readonly lock: Lock }
  | { readonly do: 'unlock'; readonly lock: Lock }
  /** The driver notes that its memory is going away. */
  | { readonly do: 'setZapping' }
  /** unmap_mapping_range(): clears the leaf where the rmap leads to the VMA, and does nothing where it does not. */
  | { readonly do: 'clear' }
  /** The zap returns to its caller, who goes on to reset or power down the device. */
  | { readonly do: 'return' }
  /** The VMA becomes reachable through the rmap. */
  | { readonly do: 'link' }
  /** Remembers whether the driver is zapping. */
  | { readonly do: 'look' }
  /** Installs the leaf: always, unless the driver is zapping now, or unless it was when the mapper looked. */
  | { readonly do: 'populate'; readonly unless: 'never' | 'zapping' | 'looked' }
  /** The hook fails where the driver is zapping: what is mapped comes down again, at once or at `unmap`. */
  | { readonly do: 'judge'; readonly clears: boolean }
  /** Where the hook failed the VMA goes, and the leaf with it. */
  | { readonly do: 'unmap' };

/** A step as a list shows it. */
export interface Step {
  readonly act: Act;
  /** In a few words: “insert leaf unless zapping”. */
  readonly label: string;
}

/** Where the race stands. */
export interface RaceState {
  readonly zapping: boolean;
  /** The zap has returned to its caller. */
  readonly returned: boolean;
  /** The rmap leads to the VMA. */
  readonly linked: boolean;
  /** A leaf maps device memory. */
  readonly leaf: boolean;
  readonly driver: Who | undefined;
  readonly rmap: Who | undefined;
  /** What the mapper saw when it looked; undefined before. */
  readonly looked: boolean | undefined;
  /** The mapper's hook refused. */
  readonly refused: boolean;
  /** At some moment there was a leaf after the zap had returned. */
  readonly late: boolean;
}

/** Before either has done anything. */
export const beginning: RaceState = {
  zapping: false,
  returned: false,
  linked: false,
  leaf: false,
  driver: undefined,
  rmap: undefined,
  looked: undefined,
  refused: false,
  late: false,
};

const acted = (s: RaceState, act: Act, who: Who): RaceState | undefined => {
  switch (act.do) {
    case 'lock':
      return s[act.lock] === undefined ? { ...s, [act.lock]: who } : undefined;
    case 'unlock':
      // Where a step was taken out on purpose the lock may be another's, or nobody's.
      return s[act.lock] === who ? { ...s, [act.lock]: undefined } : s;
    case 'setZapping':
      return { ...s, zapping: true };
    case 'clear':
      return s.linked ? { ...s, leaf: false } : s;
    case 'return':
      return { ...s, returned: true };
    case 'link':
      return { ...s, linked: true };
    case 'look':
      return { ...s, looked: s.zapping };
    case 'populate': {
      const skipped =
        (act.unless === 'zapping' && s.zapping) || (act.unless === 'looked' && s.looked === true);
      return skipped ? s : { ...s, leaf: true };
    }
    case 'judge':
      return s.zapping ? { ...s, refused: true, leaf: s.leaf && !act.clears } : s;
    case 'unmap':
      return s.refused ? { ...s, leaf: false, linked: false } : s;
  }
};

/** The state after a step; undefined where whoever takes it has to wait for a lock. */
export const after = (s: RaceState, { act }: Step, who: Who): RaceState | undefined => {
  const next = acted(s, act, who);
  return next === undefined || !next.leaf || !next.returned || next.late ? next : { ...next, late: true };
};

/**
 * How an order of steps ends. `stale`: the driver has zapped and a leaf is still there, the one bad end that lasts;
 * `late`: none is there at the end, but one was after the zap had returned; `deadlock`: neither can go on. A fault that
 * gets SIGBUS while the memory is off is a good end.
 */
export type Ending = 'good' | 'stale' | 'late' | 'deadlock';

/** How a race that has come to its end, or that nobody can go on with, ends. */
export const endingOf = (s: RaceState, finished: boolean): Ending => {
  if (!finished) return 'deadlock';
  if (s.zapping && s.leaf) return 'stale';
  return s.late ? 'late' : 'good';
};
