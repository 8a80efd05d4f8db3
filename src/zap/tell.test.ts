import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { designOf, designs, zapper } from './designs.ts';
import { plainest, play, type Race, without } from './explore.ts';
import type { DesignId } from './ids.ts';
import type { Ending, Who } from './machine.ts';
import { tell, waitsOf } from './tell.ts';

const raceOf = (id: DesignId): Race => ({ mapper: designOf(id).steps, zapper });
const told = (id: DesignId, ending?: Ending) => {
  const race = raceOf(id);
  const turns = plainest(race, ending) ?? [];
  const answer = tell(race, turns);
  const at = answer?.turn;
  const who = at === undefined ? undefined : turns[at];
  const step = who && race[who][turns.slice(0, at).filter(t => t === who).length];
  return { answer, label: step?.label };
};

describe('why an order ends as it does', () => {
  it('B: the zap found no VMA', () => {
    const { answer, label } = told('B');
    expect(answer).toMatchObject({ ending: 'stale', cause: { kind: 'unlinked' } });
    expect(label).toBe('clear leaf if linked');
  });

  it.each<[DesignId, string, string]>([
    ['D0', 'none', 'insert leaf'],
    ['E0', 'none', 'insert leaf'],
    ['C2', 'early', 'insert leaf unless noted'],
    ['D', 'early', 'insert leaf unless noted'],
    ['E', 'early', 'insert leaf unless noted'],
  ])('%s: the leaf came after the zap, the check being %s', (id, check, at) => {
    const { answer, label } = told(id);
    expect(answer).toMatchObject({ ending: 'stale', cause: { kind: 'inserted', check } });
    expect(label).toBe(at);
  });

  it('G and H: late since the leaf was inserted, the zap having returned', () => {
    for (const id of ['G', 'H'] as const) {
      const { answer, label } = told(id, 'late');
      expect(answer).toMatchObject({ ending: 'late', cause: { kind: 'inserted', check: 'none' } });
      expect(label).toBe('insert leaf');
    }
  });

  it('E without its look: nobody looked', () => {
    const race = without(raceOf('E'), [1]);
    expect(tell(race, plainest(race, 'stale') ?? [])?.cause).toEqual({ kind: 'inserted', check: 'missing' });
  });

  it('F: each waits for what the other holds, since the zapper took the driver’s lock', () => {
    const { answer, label } = told('F', 'deadlock');
    expect(answer?.cause).toEqual({
      kind: 'waiting',
      waits: [
        { who: 'mapper', lock: 'driver', holder: 'zapper' },
        { who: 'zapper', lock: 'rmap', holder: 'mapper' },
      ],
    });
    expect(label).toBe('lock driver');
  });

  it('C: cleared after the leaf, skipped before it', () => {
    const race = raceOf('C');
    const mapper = race.mapper.map((): Who => 'mapper');
    const zap = zapper.map((): Who => 'zapper');
    expect(tell(race, [...mapper, ...zap])).toMatchObject({ ending: 'good', cause: { kind: 'cleared' } });
    expect(tell(race, [...zap, ...mapper])).toMatchObject({ ending: 'good', cause: { kind: 'skipped' } });
    expect(tell(race, mapper)).toBeUndefined();
  });

  it('G: refused in time', () => {
    const race = raceOf('G');
    // The zap has said so and gone no further; the whole mapper, then the rest of the zap.
    const turns: Who[] = [
      'zapper',
      'zapper',
      ...race.mapper.map((): Who => 'mapper'),
      ...zapper.slice(2).map((): Who => 'zapper'),
    ];
    expect(tell(race, turns)).toMatchObject({ ending: 'good', cause: { kind: 'refused' } });
  });

  it('tells of every order that ends, and of the turn it names', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...designs.map(d => d.id)),
        fc.array(fc.nat(8), { maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        (id, dropped, wishes) => {
          const race = without(raceOf(id), dropped);
          const turns: Who[] = [];
          for (const wish of wishes) {
            const { ready } = play(race, turns);
            const who = ready[wish ? ready.length - 1 : 0];
            if (who === undefined) break;
            turns.push(who);
          }
          const { ending, state } = play(race, turns);
          const answer = tell(race, turns);
          expect(answer?.ending).toBe(ending);
          if (answer === undefined) return;
          expect(answer.turn ?? 0).toBeLessThan(turns.length);
          const { kind } = answer.cause;
          expect(kind === 'unlinked' || kind === 'inserted').toBe(ending === 'stale' || ending === 'late');
          expect(kind === 'waiting').toBe(ending === 'deadlock');
          if (ending === 'deadlock') {
            expect(waitsOf(race, turns).length).toBeGreaterThan(0);
            for (const w of waitsOf(race, turns)) expect(state[w.lock]).toBe(w.holder);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
