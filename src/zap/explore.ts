import { after, beginning, type Ending, endingOf, type RaceState, type Step, type Who } from './machine.ts';

/** Two lists of steps that run against each other. */
export interface Race {
  readonly mapper: readonly Step[];
  readonly zapper: readonly Step[];
}

/** Interleavings by how they end. */
export type Counts = Readonly<Record<Ending, number>>;

/** Where two threads stand: how many steps each has taken, and what came of them in this order. */
export interface Node {
  readonly mapper: number;
  readonly zapper: number;
  readonly state: RaceState;
  /** Interleavings from here on, by how they end. */
  readonly ends: Counts;
  readonly next: readonly { readonly who: Who; readonly node: Node }[];
}

const none: Counts = { good: 0, stale: 0, late: 0, deadlock: 0 };

const add = (a: Counts, b: Counts): Counts => ({
  good: a.good + b.good,
  stale: a.stale + b.stale,
  late: a.late + b.late,
  deadlock: a.deadlock + b.deadlock,
});

/** The state as a key; one position may be reached in several states. */
const keyOf = (mapper: number, zapper: number, s: RaceState): string =>
  `${mapper} ${zapper} ${[s.zapping, s.returned, s.linked, s.leaf, s.looked, s.refused, s.late].map(Number).join('')} ${s.driver ?? ''} ${s.rmap ?? ''}`;

/**
 * Every interleaving of a race, as a graph from its beginning: orders that lead to the same state share what follows.
 * A thread that waits for a lock takes no step until it is free. Lists may have up to some tens of steps.
 */
export const explore = ({
  mapper,
  zapper,
}: Race): { readonly root: Node; readonly nodes: readonly Node[] } => {
  const known = new Map<string, Node>();
  const visit = (m: number, z: number, state: RaceState): Node => {
    const key = keyOf(m, z, state);
    const before = known.get(key);
    if (before !== undefined) return before;
    const next: { readonly who: Who; readonly node: Node }[] = [];
    const mine = mapper[m];
    const theirs = zapper[z];
    const afterMine = mine && after(state, mine, 'mapper');
    if (afterMine) next.push({ who: 'mapper', node: visit(m + 1, z, afterMine) });
    const afterTheirs = theirs && after(state, theirs, 'zapper');
    if (afterTheirs) next.push({ who: 'zapper', node: visit(m, z + 1, afterTheirs) });
    const finished = mine === undefined && theirs === undefined;
    const ends =
      next.length > 0
        ? next.reduce((sum, n) => add(sum, n.node.ends), none)
        : { ...none, [endingOf(state, finished)]: 1 };
    const node = { mapper: m, zapper: z, state, ends, next };
    known.set(key, node);
    return node;
  };
  const root = visit(0, 0, beginning);
  return { root, nodes: [...known.values()] };
};

/** How many interleavings end in which way, where the zapper runs in one go: between two steps of the mapper. */
export const coarseCounts = ({ mapper, zapper }: Race): Counts => {
  let counts = none;
  for (let at = 0; at <= mapper.length; at++) {
    const order: Who[] = [
      ...mapper.slice(0, at).map((): Who => 'mapper'),
      ...zapper.map((): Who => 'zapper'),
      ...mapper.slice(at).map((): Who => 'mapper'),
    ];
    const played = play({ mapper, zapper }, order);
    // The zapper would have had to wait: then it does not run in one go here.
    if (played.blocked !== undefined) continue;
    counts = add(counts, { ...none, [endingOf(played.state, true)]: 1 });
  }
  return counts;
};

/** A schedule played as far as it goes. */
export interface Played {
  /** The state before the first step, and after each that was taken. */
  readonly states: readonly RaceState[];
  /** The last of them. */
  readonly state: RaceState;
  /** The first turn that could not be taken: whose list is at its end, or who waits for a lock; undefined: none. */
  readonly blocked: { readonly turn: number; readonly why: 'waits' | 'finished' } | undefined;
  /** Who can go on from there. */
  readonly ready: readonly Who[];
  /** How it ended; undefined while somebody can go on. */
  readonly ending: Ending | undefined;
}

/** Plays a schedule: whose turn it is, one entry a step. It stops at the first turn that cannot be taken. */
export const play = ({ mapper, zapper }: Race, turns: readonly Who[]): Played => {
  const at = { mapper: 0, zapper: 0 };
  const lists = { mapper, zapper };
  const states: RaceState[] = [beginning];
  let state = beginning;
  let blocked: Played['blocked'];
  for (const [turn, who] of turns.entries()) {
    const step = lists[who][at[who]];
    const next = step && after(state, step, who);
    if (next === undefined) {
      blocked = { turn, why: step === undefined ? 'finished' : 'waits' };
      break;
    }
    at[who]++;
    state = next;
    states.push(state);
  }
  const can = (who: Who): boolean => {
    const step = lists[who][at[who]];
    return step !== undefined && after(state, step, who) !== undefined;
  };
  const ready = (['mapper', 'zapper'] as const).filter(can);
  const finished = at.mapper === mapper.length && at.zapper === zapper.length;
  const ending = ready.length > 0 ? undefined : endingOf(state, finished);
  return { states, state, blocked, ready, ending };
};

/** The worst way in which a race can end, what lasts before what passes; undefined where every order ends well. */
export const worstEnding = (ends: Counts): Exclude<Ending, 'good'> | undefined =>
  (['stale', 'deadlock', 'late'] as const).find(e => ends[e] > 0);

/**
 * The plainest way from a node to one that is wanted: the fewest changes of turn, of those the shortest, then the one
 * where the mapper goes first. `last`: who took the step before. undefined where none is reached.
 */
const plainestWay = (
  start: Node,
  last: Who | undefined,
  wanted: (node: Node) => boolean,
): readonly Who[] | undefined => {
  interface Way {
    readonly changes: number;
    readonly turns: readonly Who[];
  }
  const known = new Map<Node, Map<Who | undefined, Way | undefined>>();
  const from = (node: Node, before: Who | undefined): Way | undefined => {
    if (wanted(node)) return { changes: 0, turns: [] };
    const mine = known.get(node) ?? new Map<Who | undefined, Way | undefined>();
    known.set(node, mine);
    if (mine.has(before)) return mine.get(before);
    let best: Way | undefined;
    for (const { who, node: to } of node.next) {
      const rest = from(to, who);
      if (rest === undefined) continue;
      const changes = rest.changes + (before === undefined || before === who ? 0 : 1);
      const longer = best === undefined ? 0 : rest.turns.length + 1 - best.turns.length;
      if (best === undefined || changes < best.changes || (changes === best.changes && longer < 0))
        best = { changes, turns: [who, ...rest.turns] };
    }
    mine.set(before, best);
    return best;
  };
  return from(start, last)?.turns;
};

/**
 * The plainest schedule that ends in a given way, or in the worst way there is: the fewest changes of turn, of those
 * the shortest, then the one where the mapper goes first. undefined where no order ends so.
 */
export const plainest = (race: Race, wanted?: Ending): readonly Who[] | undefined => {
  const { root } = explore(race);
  const ending = wanted ?? worstEnding(root.ends);
  if (ending === undefined || root.ends[ending] === 0) return undefined;
  return plainestWay(root, undefined, n => n.next.length === 0 && n.ends[ending] > 0);
};

/** The nodes that a schedule passes, from the root on; it stops at the first turn that cannot be taken. */
export const nodesOn = (root: Node, turns: readonly Who[]): readonly [Node, ...Node[]] => {
  const nodes: [Node, ...Node[]] = [root];
  let at = root;
  for (const turn of turns) {
    const next = at.next.find(n => n.who === turn)?.node;
    if (next === undefined) break;
    nodes.push(next);
    at = next;
  }
  return nodes;
};

/**
 * A schedule that leads to where each has taken so many steps: the given one carried on, or cut off on its way, where
 * that leads there, else the plainest from the beginning. undefined where no order leads there.
 */
export const walkTo = (
  root: Node,
  turns: readonly Who[],
  to: { readonly mapper: number; readonly zapper: number },
): readonly Who[] | undefined => {
  const there = (n: Node): boolean => n.mapper === to.mapper && n.zapper === to.zapper;
  const passed = nodesOn(root, turns);
  const cut = passed.findIndex(there);
  if (cut >= 0) return turns.slice(0, cut);
  const taken = turns.slice(0, passed.length - 1);
  const on = plainestWay(passed.at(-1) ?? root, taken.at(-1), there);
  return on === undefined ? plainestWay(root, undefined, there) : [...taken, ...on];
};

/** What a look at the flag and an insert are where no lock makes them one. */
const apart: readonly Step[] = [
  { act: { do: 'look' }, label: 'note zapping' },
  { act: { do: 'populate', unless: 'looked' }, label: 'insert leaf unless noted' },
];

/**
 * A race with some of the mapper's steps taken out, by their places in its list: what each of them is for. To insert
 * unless zapping is one step only under the driver's lock, which keeps the flag as it is; without that lock it comes
 * apart into a look and an insert.
 */
export const without = (race: Race, dropped: readonly number[]): Race => {
  let locked = false;
  const mapper = race.mapper
    .filter((_, i) => !dropped.includes(i))
    .flatMap((step): readonly Step[] => {
      const { act } = step;
      if ((act.do === 'lock' || act.do === 'unlock') && act.lock === 'driver') locked = act.do === 'lock';
      return act.do === 'populate' && act.unless === 'zapping' && !locked ? apart : [step];
    });
  return { ...race, mapper };
};
