import { factsOf } from '../../src/kernel/facts.ts';
import { parseKernelVersion } from '../../src/kernel/version.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { type Prepared, prepare, type Solution, solve, trace } from '../../src/solve.ts';

type Machine = Scenario['machine'];
type Space = Scenario['space'];

/**
 * Remembers the last few answers of `answer` by the identity of what they depend on. Few, because an answer may
 * hold the index of 65,530 VMAs; a WeakMap would keep one for every step of undo.
 */
const lastFew = <Args extends readonly unknown[], Key extends readonly unknown[], T>(
  keep: number,
  keyOf: (...args: Args) => Key,
  answer: (...args: Args) => T,
): ((...args: Args) => T) => {
  const known: { readonly key: Key; readonly value: T }[] = [];
  return (...args) => {
    const key = keyOf(...args);
    const at = known.findIndex(k => k.key.every((part, i) => part === key[i]));
    const found = known[at];
    if (found !== undefined) {
      known.splice(at, 1);
      known.unshift(found);
      return found.value;
    }
    const value = answer(...args);
    known.unshift({ key, value });
    known.length = Math.min(known.length, keep);
    return value;
  };
};

// Presets are named by their id: two readings of a link make two objects of one preset.
const sourceKey = ({ source }: Space): unknown => (source.kind === 'preset' ? source.id : source);

const preparedKey = (m: Machine, s: Space) => [
  m.arch,
  m.kernel,
  m.policy,
  sourceKey(s),
  s.stackLimit,
  s.legacy,
  s.mmapBase,
  s.lid,
  s.slide,
];

/** prepare() of src/solve.ts, remembered: dragging the request never builds the address space again. */
export const preparedOf = lastFew(4, preparedKey, (m: Machine, s: Space): Prepared => prepare(m, s));

/** What an answer depends on: not where one looks. */
const questionKey = (s: Scenario) => [s.machine, s.device, s.space, s.request, s.view.map.part];

/**
 * The first Scenario seen that asks the same: the same object wherever one looks, so that what shows an answer is not
 * drawn again for a zoom.
 */
export const askedOf = lastFew(4, questionKey, (s: Scenario): Scenario => s);

/**
 * The same answer about another of its mappings: `part` from 1. `device` and `placement` are those of the mapping; the
 * totals stay. A number beyond them means the last.
 */
const aboutPart = (solution: Solution, part: number): Solution => {
  const device = solution.parts[Math.min(part, solution.parts.length) - 1];
  if (part === 1 || device === undefined || !solution.placement.ok) return solution;
  const { start, end } = device.mapping;
  return { ...solution, device, placement: { ...solution.placement, start, end } };
};

/** The answer to a Scenario, remembered. Throws for an address space that cannot be. */
export const solutionOf = lastFew(
  4,
  questionKey,
  (s: Scenario): Solution => aboutPart(solve(s, preparedOf(s.machine, s.space)), s.view.map.part),
);

/** The steps of the placement of a Scenario, remembered. */
export const eventsOf = lastFew(2, questionKey, (s: Scenario): readonly PlacementEvent[] =>
  trace(s, preparedOf(s.machine, s.space)),
);

const hasShadowStack = lastFew(
  2,
  (p: Prepared) => [p.mm.space.vmas],
  (p: Prepared): boolean => p.mm.space.vmas.some(v => v.shadowStack),
);

/** prepare() for the other rows of a table: as many as there are architectures, each on a process of its own. */
const preparedRow = lastFew(64, preparedKey, (m: Machine, s: Space): Prepared => prepare(m, s));

/**
 * The same address space under another kernel or policy. It is shared where it may be: only the guard below a
 * shadow stack depends on the kernel.
 */
const preparedVariant = (s: Scenario, machine: Machine): Prepared => {
  const base = preparedOf(s.machine, s.space);
  const version = parseKernelVersion(machine.kernel);
  if (version === undefined || machine.arch !== s.machine.arch || hasShadowStack(base))
    return preparedRow(machine, s.space);
  const facts = policyOf(machine.policy).apply(factsOf(version));
  return { ...base, version, facts, mm: { ...base.mm, facts } };
};

/** The answer to the same Scenario on another kernel or policy. */
export const solveVariant = (s: Scenario, machine: Machine): Solution =>
  solve({ ...s, machine }, preparedVariant(s, machine));

/** An answer, and the steps that led to it. */
export interface Answer {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly events: readonly PlacementEvent[];
}

/** {@link solveVariant} with the steps of the placement. */
export const answerVariant = (s: Scenario, machine: Machine): Answer => {
  const scenario = { ...s, machine };
  const prepared = preparedVariant(s, machine);
  return { scenario, solution: solve(scenario, prepared), events: trace(scenario, prepared) };
};

/** The answer to a Scenario on an address space of its own. */
export const answerAlone = (scenario: Scenario): Answer => {
  const prepared = preparedRow(scenario.machine, scenario.space);
  return { scenario, solution: solve(scenario, prepared), events: trace(scenario, prepared) };
};
