import { type Counts, explore, type Node, type Race } from './explore.ts';
import type { Lock, Step, Who } from './machine.ts';

/** What may still come of a race from some point on. */
export type Outlook = 'good' | 'either' | 'bad';

/** All outlooks, best first. */
const outlooks: readonly Outlook[] = ['good', 'either', 'bad'];

/** What may still come, from the interleavings that go on from there: stale, late and deadlock all are bad. */
export const outlookOf = ({ good, stale, late, deadlock }: Counts): Outlook => {
  if (stale + late + deadlock === 0) return 'good';
  return good === 0 ? 'bad' : 'either';
};

/** A position of the square: so many steps taken by each. One position may hold several states of the race. */
export interface Place {
  readonly mapper: number;
  readonly zapper: number;
  /** One or more, each once, best first. */
  readonly outlooks: readonly Outlook[];
  /** How many states of the race it holds. */
  readonly states: number;
  /** In one of them neither can go on, though steps are left. */
  readonly stuck: boolean;
}

/** A step between two positions, taken from one of them, in one or more states. */
export interface Edge {
  readonly mapper: number;
  readonly zapper: number;
  readonly who: Who;
  /** What may still come after it; each once, best first. */
  readonly outlooks: readonly Outlook[];
}

/** Positions, both ends included, at which both would hold one lock: no order leads there. */
export interface Block {
  readonly lock: Lock;
  readonly mapper: readonly [from: number, to: number];
  readonly zapper: readonly [from: number, to: number];
}

/** A step after which how it ends is decided, and before which it was not. */
export interface Decision {
  /** Steps taken before it. */
  readonly mapper: number;
  readonly zapper: number;
  readonly who: Who;
  readonly becomes: 'good' | 'bad';
  /** Interleavings that take this step here. */
  readonly orders: number;
}

/** A race as a square of paths: a mapper's step to the right, a zapper's step down. */
export interface Square {
  readonly race: Race;
  readonly root: Node;
  /** From the top left, row by row. */
  readonly places: readonly Place[];
  readonly edges: readonly Edge[];
  readonly blocks: readonly Block[];
  /** In the order of their positions. */
  readonly decisions: readonly Decision[];
}

/** Where a list holds a lock: steps taken, both ends included. Without an unlock it holds it for ever. */
const held = (steps: readonly Step[], lock: Lock): readonly (readonly [number, number])[] => {
  const spans: [number, number][] = [];
  let from: number | undefined;
  for (const [i, { act }] of steps.entries()) {
    if (!('lock' in act) || act.lock !== lock) continue;
    if (act.do === 'lock') from ??= i + 1;
    else if (from !== undefined) {
      spans.push([from, i]);
      from = undefined;
    }
  }
  return from === undefined ? spans : [...spans, [from, steps.length]];
};

const listed = (set: ReadonlySet<Outlook>): readonly Outlook[] => outlooks.filter(o => set.has(o));

/** How many orders lead from the beginning to each node. */
const waysTo = (root: Node, nodes: readonly Node[]): ReadonlyMap<Node, number> => {
  const ways = new Map<Node, number>([[root, 1]]);
  // All steps lead to more steps taken: in that order each node is complete before it is passed on.
  const ordered = nodes.toSorted((a, b) => a.mapper + a.zapper - b.mapper - b.zapper);
  for (const node of ordered)
    for (const { node: to } of node.next) ways.set(to, (ways.get(to) ?? 0) + (ways.get(node) ?? 0));
  return ways;
};

/** Lays a race out as a square. */
export const squareOf = (race: Race): Square => {
  const { root, nodes } = explore(race);
  const ways = waysTo(root, nodes);
  const totalOf = ({ ends: { good, stale, late, deadlock } }: Node): number => good + stale + late + deadlock;
  const places = new Map<string, { at: Node; found: Set<Outlook>; states: number; stuck: boolean }>();
  const edges = new Map<string, { at: Node; who: Who; found: Set<Outlook> }>();
  const decisions = new Map<string, Decision>();
  for (const node of nodes) {
    const { mapper, zapper } = node;
    const key = `${mapper} ${zapper}`;
    const place = places.get(key) ?? { at: node, found: new Set<Outlook>(), states: 0, stuck: false };
    const outlook = outlookOf(node.ends);
    place.found.add(outlook);
    place.states++;
    if (node.ends.deadlock > 0 && node.next.length === 0) place.stuck = true;
    places.set(key, place);
    for (const { who, node: to } of node.next) {
      const becomes = outlookOf(to.ends);
      const edge = edges.get(`${key} ${who}`) ?? { at: node, who, found: new Set<Outlook>() };
      edge.found.add(becomes);
      edges.set(`${key} ${who}`, edge);
      if (outlook !== 'either' || becomes === 'either') continue;
      const decision = `${key} ${who} ${becomes}`;
      const orders = (decisions.get(decision)?.orders ?? 0) + (ways.get(node) ?? 0) * totalOf(to);
      decisions.set(decision, { mapper, zapper, who, becomes, orders });
    }
  }
  const byPlace = (a: { mapper: number; zapper: number }, b: { mapper: number; zapper: number }): number =>
    a.zapper - b.zapper || a.mapper - b.mapper;
  return {
    race,
    root,
    places: [...places.values()]
      .map(({ at: { mapper, zapper }, found, states, stuck }) => ({
        mapper,
        zapper,
        outlooks: listed(found),
        states,
        stuck,
      }))
      .sort(byPlace),
    edges: [...edges.values()]
      .map(({ at: { mapper, zapper }, who, found }) => ({ mapper, zapper, who, outlooks: listed(found) }))
      .sort(byPlace),
    blocks: (['driver', 'rmap'] as const).flatMap(lock =>
      held(race.mapper, lock).flatMap(mapper =>
        held(race.zapper, lock).map((zapper): Block => ({ lock, mapper, zapper })),
      ),
    ),
    decisions: [...decisions.values()].sort(byPlace),
  };
};
