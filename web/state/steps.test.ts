import { describe, expect, it } from 'vitest';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { arrive, change, finish, firstStep, redo, type Steps, undo } from './steps.ts';

const at =
  (hint: number) =>
  (s: Scenario): Scenario => ({ ...s, request: { ...s.request, hint } });
const hint = (s: Steps): number => s.scenario.request.hint;
const start = firstStep(defaultScenario);

describe('steps', () => {
  it('makes one step of a whole drag, each move counted from where it began', () => {
    const moved = [1, 2, 3].reduce((s, n) => change(s, old => at(old.request.hint + n)(old), 'drag'), start);
    expect(hint(moved)).toBe(3);
    const done = finish(moved);
    expect(done.past).toEqual([defaultScenario]);
    expect(hint(undo(done))).toBe(0);
    expect(hint(redo(undo(done)))).toBe(3);
  });

  it('makes no step of a drag that ends where it began', () => {
    const away = change(start, at(7), 'drag');
    const back = finish(change(away, at(0), 'drag'));
    expect(back).toEqual(start);
    expect(back.scenario).toBe(defaultScenario);
    expect(change(start, at(0), 'done').past).toEqual([]);
  });

  it('ends a drag before it undoes', () => {
    const s = undo(change(start, at(7), 'drag'));
    expect(s.scenario).toBe(defaultScenario);
    expect(s.future.map(f => f.request.hint)).toEqual([7]);
  });

  it('forgets the future on a new step, and makes none of an update that changes nothing', () => {
    const two = change(change(start, at(1), 'done'), at(2), 'done');
    const other = change(undo(two), at(9), 'done');
    expect(other.future).toEqual([]);
    expect(other.past.map(p => p.request.hint)).toEqual([0, 1]);
    expect(change(two, s => s, 'done').past).toBe(two.past);
    expect(undo(start)).toBe(start);
    expect(redo(start)).toBe(start);
  });

  it('takes the browser’s Back for undo, its Forward for redo, anything else for a step', () => {
    const two = change(change(start, at(1), 'done'), at(2), 'done');
    const [, one] = two.past;
    if (one === undefined) throw new Error('no past');
    const back = arrive(two, one);
    expect(back).toEqual(undo(two));
    expect(arrive(back, two.scenario)).toEqual(two);
    const far = arrive(two, at(5)(defaultScenario));
    expect(far.past.map(p => p.request.hint)).toEqual([0, 1, 2]);
  });
});
