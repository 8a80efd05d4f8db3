import type { ZapView } from '../../../src/scenario/scenario.ts';
import { designOf, zapper } from '../../../src/zap/designs.ts';
import {
  type Counts,
  coarseCounts,
  type Node,
  nodesOn,
  type Played,
  plainest,
  play,
  type Race,
  walkTo,
  without,
} from '../../../src/zap/explore.ts';
import type { DesignId } from '../../../src/zap/ids.ts';
import type { Ending, Who } from '../../../src/zap/machine.ts';
import { type Square, squareOf } from '../../../src/zap/square.ts';
import { type Told, tell, type Waiting, waitsOf } from '../../../src/zap/tell.ts';

/** A design with what all its orders come to. */
interface Explored {
  readonly square: Square;
  /** The plainest order that ends in the worst way there is, else the plainest of all. */
  readonly plain: readonly Who[];
  /** Orders in which the zap runs in one go. */
  readonly coarse: Counts;
}

const known = new Map<string, Explored>();
const MOST = 100;

/** Explores a design without some of the mapper's steps; the answer is remembered. */
export const explored = (id: DesignId, dropped: readonly number[] = []): Explored => {
  const key = `${id} ${dropped.join('.')}`;
  const had = known.get(key);
  if (had !== undefined) return had;
  const race = without({ mapper: designOf(id).steps, zapper }, dropped);
  const made: Explored = {
    square: squareOf(race),
    plain: plainest(race) ?? plainest(race, 'good') ?? [],
    coarse: coarseCounts(race),
  };
  if (known.size >= MOST) known.clear();
  known.set(key, made);
  return made;
};

/** What the lab shows. */
export interface Shown {
  readonly design: DesignId;
  readonly dropped: readonly number[];
  readonly square: Square;
  readonly race: Race;
  /** The order looked at, as far as it can be taken. */
  readonly turns: readonly Who[];
  /** How many of its turns have been taken, 0 to all. */
  readonly at: number;
  /** Why the order of the link stops early; undefined: it does not. */
  readonly blocked: Played['blocked'];
  /** Where the turns taken have led. */
  readonly node: Node;
  /** The whole order. */
  readonly played: Played;
  /** How the whole order ends; undefined while somebody can go on. */
  readonly told: Told | undefined;
  /** Who waits for which lock after the turns taken. */
  readonly waits: readonly Waiting[];
}

/** The race, order and moment of a view. Steps that the design does not have are not taken out. */
export const shownOf = (view: ZapView): Shown => {
  const steps = designOf(view.design).steps.length;
  const dropped = view.dropped.filter(i => i < steps);
  const { square, plain } = explored(view.design, dropped);
  const { race, root } = square;
  const wanted = view.turns ?? plain;
  const played = play(race, wanted);
  const turns = wanted.slice(0, played.states.length - 1);
  const at = Math.min(view.at ?? turns.length, turns.length);
  return {
    design: view.design,
    dropped,
    square,
    race,
    turns,
    at,
    blocked: played.blocked,
    node: nodesOn(root, turns.slice(0, at)).at(-1) ?? root,
    played,
    told: tell(race, turns),
    waits: waitsOf(race, turns.slice(0, at)),
  };
};

type Change = Partial<ZapView>;

/** Another design, whole, at its plainest bad order. */
export const toDesign = (design: DesignId): Change => ({
  design,
  dropped: [],
  turns: undefined,
  at: undefined,
});

/** A step, and where it takes a lock the one that lets it go: out and back they go together. */
const withUnlock = (design: DesignId, step: number): readonly number[] => {
  const { steps } = designOf(design);
  const act = steps[step]?.act;
  if (act?.do !== 'lock') return [step];
  const unlock = steps.findIndex((s, i) => i > step && s.act.do === 'unlock' && s.act.lock === act.lock);
  return unlock < 0 ? [step] : [step, unlock];
};

/** A step taken out, or put back; a lock takes its unlock along. */
export const toggled = ({ design, dropped }: Shown, step: number): Change => {
  const both = withUnlock(design, step);
  const others = dropped.filter(d => !both.includes(d));
  const next = dropped.includes(step) ? others : [...others, ...both];
  return { dropped: next.toSorted((a, b) => a - b), turns: undefined, at: undefined };
};

/** Another moment of the same order. */
export const toMoment = ({ turns }: Shown, at: number): Change => {
  const to = Math.min(Math.max(at, 0), turns.length);
  return { at: to === turns.length ? undefined : to };
};

/**
 * One step on by one of the two. Where that is what the order does next, it stays as it is; else what was to follow
 * goes. undefined where that one has to wait, or has no step left.
 */
export const stepped = (shown: Shown, who: Who): Change | undefined => {
  const { turns, at, node } = shown;
  if (turns[at] === who) return toMoment(shown, at + 1);
  if (!node.next.some(n => n.who === who)) return undefined;
  return { turns: [...turns.slice(0, at), who], at: undefined };
};

/** The way to a position of the square; undefined where no order leads there. */
export const walked = (
  shown: Shown,
  to: { readonly mapper: number; readonly zapper: number },
): Change | undefined => {
  const { turns, at, square } = shown;
  // On the order already: another moment of it.
  const passed = nodesOn(square.root, turns);
  const on = passed.findIndex(n => n.mapper === to.mapper && n.zapper === to.zapper);
  if (on >= 0) return toMoment(shown, on);
  const way = walkTo(square.root, turns.slice(0, at), to);
  return way === undefined ? undefined : { turns: way, at: undefined };
};

/** The plainest order that ends so; undefined where none does. */
export const plainestOrder = ({ race }: Shown, ending: Ending): Change | undefined => {
  const turns = plainest(race, ending);
  return turns === undefined ? undefined : { turns, at: undefined };
};
