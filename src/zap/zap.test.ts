import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { designOf, designs, zapper } from './designs.ts';
import { coarseCounts, explore, plainest, play, type Race, without } from './explore.ts';
import type { DesignId } from './ids.ts';
import { beginning, endingOf, type Step, after as stepped, type Who } from './machine.ts';

const raceOf = (id: DesignId): Race => ({ mapper: designOf(id).steps, zapper });

describe('every interleaving', () => {
  // good, stale, late, deadlock
  it.each<[DesignId, number, number, number, number]>([
    ['A', 15, 65, 0, 0],
    ['B', 11, 10, 0, 0],
    ['C', 21, 0, 0, 0],
    ['C2', 247, 20, 0, 0],
    ['D0', 25, 55, 0, 0],
    ['D', 26, 55, 0, 0],
    ['E0', 15, 15, 0, 0],
    ['E', 16, 15, 0, 0],
    ['F', 21, 0, 10, 10],
    ['G', 134, 0, 27, 0],
    ['H', 33, 0, 55, 0],
    ['I', 21, 0, 0, 0],
  ])('%s', (id, good, stale, late, deadlock) => {
    expect(explore(raceOf(id)).root.ends).toEqual({ good, stale, late, deadlock });
  });

  it.each<[DesignId, number, number]>([
    ['A', 1, 2],
    ['B', 2, 1],
    ['C', 3, 0],
    ['D0', 1, 2],
    ['D', 2, 2],
    ['E0', 1, 1],
    ['E', 2, 1],
    ['I', 3, 0],
  ])('%s, with the zap in one go', (id, good, stale) => {
    expect(coarseCounts(raceOf(id))).toEqual({ good, stale, late: 0, deadlock: 0 });
  });

  it.each<[DesignId, number, number, number, number]>([
    ['F', 3, 0, 10, 10],
    ['G', 24, 0, 18, 0],
    ['H', 26, 0, 55, 0],
  ])(
    '%s, read so that a refusing hook clears the leaf in the same step',
    (id, good, stale, late, deadlock) => {
      const mapper = designOf(id)
        .steps.filter(s => s.act.do !== 'unmap')
        .map((s): Step => (s.act.do === 'judge' ? { ...s, act: { do: 'judge', clears: true } } : s));
      expect(explore({ mapper, zapper }).root.ends).toEqual({ good, stale, late, deadlock });
    },
  );
});

/** The same by brute force: every order of turns, played one by one. */
const bruteForce = (race: Race): Record<string, number> => {
  const counts: Record<string, number> = { good: 0, stale: 0, late: 0, deadlock: 0 };
  const walk = (turns: readonly Who[]): void => {
    const played = play(race, turns);
    if (played.ending !== undefined) {
      counts[played.ending] = (counts[played.ending] ?? 0) + 1;
      return;
    }
    for (const who of played.ready) walk([...turns, who]);
  };
  walk([]);
  return counts;
};

const steps = fc.subarray(
  designs.flatMap(d => d.steps),
  { maxLength: 5 },
);

describe('the explorer', () => {
  it('counts what playing every order one by one counts', () => {
    fc.assert(
      fc.property(steps, mapper => {
        const race = { mapper, zapper };
        expect(explore(race).root.ends).toEqual(bruteForce(race));
      }),
      { numRuns: 60 },
    );
  });

  it('finds the plainest way to every end it counts, and none to one it does not', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('good', 'stale', 'late', 'deadlock'), (mapper, ending) => {
        const race = { mapper, zapper };
        const way = plainest(race, ending);
        expect(way === undefined).toBe(explore(race).root.ends[ending] === 0);
        if (way !== undefined) expect(play(race, way)).toMatchObject({ ending, blocked: undefined });
      }),
      { numRuns: 200 },
    );
  });

  it('finds a bad order in C once a step is taken out', () => {
    const race = raceOf('C');
    expect(plainest(race)).toBeUndefined();
    const labels = race.mapper.map(s => s.label);
    // Its link; the driver's lock, with its unlock.
    const unlinked = without(race, [labels.indexOf('link VMA')]);
    expect(explore(unlinked).root.ends.stale).toBeGreaterThan(0);
    const checked: Race = {
      zapper,
      mapper: race.mapper.map(
        (s): Step => (s.act.do === 'populate' ? { ...s, act: { do: 'populate', unless: 'never' } } : s),
      ),
    };
    expect(explore(checked).root.ends.stale).toBeGreaterThan(0);
  });

  it('takes the fewest changes of turn: in B the zap fits whole into one place', () => {
    const way = plainest(raceOf('B')) ?? [];
    expect(way.filter((who, i) => i > 0 && who !== way[i - 1])).toHaveLength(2);
    expect(way.slice(0, 3)).toEqual(['mapper', 'mapper', 'mapper']);
  });

  it('shows the lock cycle of F, each holding what the other wants', () => {
    const { state, ready, ending } = play(raceOf('F'), plainest(raceOf('F'), 'deadlock') ?? []);
    expect(ending).toBe('deadlock');
    expect(ready).toEqual([]);
    expect(state).toMatchObject({ driver: 'zapper', rmap: 'mapper' });
  });
});

describe('a schedule by hand', () => {
  const race = raceOf('C');

  it('stops where a turn cannot be taken, and says why', () => {
    const waits = play(race, ['mapper', 'zapper', 'zapper', 'zapper']);
    expect(waits.blocked).toEqual({ turn: 3, why: 'waits' });
    expect(waits.ready).toEqual(['mapper']);
    expect(waits.ending).toBeUndefined();
    const over = play(race, [...race.mapper.map((): Who => 'mapper'), 'mapper']);
    expect(over.blocked).toEqual({ turn: race.mapper.length, why: 'finished' });
  });

  it('begins with nothing done', () => {
    expect(play(race, []).states).toEqual([beginning]);
  });
});

it('a fault that finds the memory off is a good end', () => {
  const order: Who[] = [...zapper.map((): Who => 'zapper'), ...designOf('C').steps.map((): Who => 'mapper')];
  const { state, ending } = play(raceOf('C'), order);
  expect(state).toMatchObject({ leaf: false, linked: true, zapping: true });
  expect(ending).toBe('good');
  expect(endingOf(state, true)).toBe('good');
});

describe('a step by itself', () => {
  it('unlocks only what its own thread holds', () => {
    const unlock: Step = { act: { do: 'unlock', lock: 'driver' }, label: '' };
    const held = { ...beginning, driver: 'zapper' } as const;
    expect(stepped(held, unlock, 'mapper')).toBe(held);
    expect(stepped(held, unlock, 'zapper')).toEqual(beginning);
  });

  it('leaves a leaf that nobody has zapped, which is good', () => {
    expect(endingOf({ ...beginning, leaf: true }, true)).toBe('good');
    expect(endingOf({ ...beginning, leaf: true, zapping: true }, true)).toBe('stale');
  });
});
