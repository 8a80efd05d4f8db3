import { archs } from '../../src/arch/index.ts';
import { policies } from '../../src/placement/policies.ts';
import type { CompareGroup, Scenario } from '../../src/scenario/scenario.ts';
import { formatSize } from '../../src/text.ts';
import { carried } from '../scenario/carried.ts';
import { type Answer, answerAlone, answerVariant } from '../state/solution.ts';
import { groupWith, kernelGroups, settingOf } from './kernels.ts';
import { measure, type RowMeasures } from './measures.ts';

/** One row: the request under one kernel, policy or architecture. */
export interface Row {
  /** `k:7.3`, `p:xu1`, `a:arm64-4k-48`: as a link names it. */
  readonly id: string;
  readonly group: CompareGroup;
  readonly name: string;
  readonly note: string;
  /** The Scenario whose answer this is; the Map shows the same. */
  readonly answer: Answer | undefined;
  readonly scenario: Scenario;
  readonly measures: RowMeasures;
  /** The kernel, policy and architecture of the Scenario at hand. */
  readonly present: boolean;
}

/** What the groups are called. */
export const groupNames: Readonly<Record<CompareGroup, string>> = {
  kernels: 'Kernels as shipped',
  policies: 'Proposals and user space',
  archs: 'Architectures',
};

/** The policy that changes nothing: its rows are the kernels. */
const SHIPPED = 'shipped';

interface Plan {
  readonly id: string;
  readonly group: CompareGroup;
  readonly name: string;
  readonly note: string;
  readonly present: boolean;
  readonly scenario: Scenario;
  readonly solve: () => Answer;
}

const kernelPlans = (s: Scenario): readonly Plan[] => {
  const groups = kernelGroups(settingOf(s), s.machine.kernel);
  const own = groupWith(groups, s.machine.kernel);
  return groups.map((g): Plan => {
    // The release at hand speaks for its group, so that opening the row in the Map changes nothing needlessly.
    const kernel = g === own && s.machine.policy === SHIPPED ? s.machine.kernel : g.kernel;
    const machine = { ...s.machine, kernel, policy: SHIPPED } as const;
    return {
      id: `k:${g.kernel}`,
      group: 'kernels',
      name: g.label,
      note: g.note,
      present: g === own && s.machine.policy === SHIPPED,
      scenario: { ...s, machine },
      solve: () => answerVariant(s, machine),
    };
  });
};

const policyPlans = (s: Scenario): readonly Plan[] =>
  policies
    .filter(p => p.id !== SHIPPED)
    .map((p): Plan => {
      const machine = { ...s.machine, policy: p.id };
      return {
        id: `p:${p.id}`,
        group: 'policies',
        name: p.label,
        note: p.who,
        present: s.machine.policy === p.id,
        scenario: { ...s, machine },
        solve: () => answerVariant(s, machine),
      };
    });

const archPlans = (s: Scenario): readonly Plan[] =>
  archs.map((arch): Plan => {
    const { scenario, notes } = carried(s, arch);
    const own = arch.id === s.machine.arch;
    return {
      id: `a:${arch.id}`,
      group: 'archs',
      name: arch.label,
      note: [`${formatSize(arch.page)} pages`, ...notes].join(', '),
      present: own,
      scenario,
      solve: () => (own ? answerVariant(s, s.machine) : answerAlone(scenario)),
    };
  });

const plans: Readonly<Record<CompareGroup, (s: Scenario) => readonly Plan[]>> = {
  kernels: kernelPlans,
  policies: policyPlans,
  archs: archPlans,
};

/** What the engine made of a process that cannot be on an architecture. */
const standIn = ({ space }: Scenario): string =>
  space.source.kind === 'preset' ? 'bare process' : 'process fitted';

const rowOf = ({ solve, ...plan }: Plan): Row => {
  try {
    const answer = solve();
    const fitted = plan.group === 'archs' && answer.solution.prepared.notes.length > 0;
    const note = fitted ? `${plan.note}, ${standIn(answer.scenario)}` : plan.note;
    return { ...plan, note, answer, scenario: answer.scenario, measures: measure(answer) };
  } catch (error) {
    // An address space that cannot be, on this row only.
    const reason = error instanceof Error ? error.message : String(error);
    return { ...plan, answer: undefined, measures: { ok: false, errno: 'impossible', reason } };
  }
};

/** The rows of these groups for a Scenario, in the table's own order. */
export const rowsOf = (s: Scenario, groups: readonly CompareGroup[]): readonly Row[] =>
  groups.flatMap(group => plans[group](s).map(rowOf));

/**
 * The row that a name from a link means. Kernels are grouped by what the request asks, so the name of any release of
 * a group means the group.
 */
export const findRow = (rows: readonly Row[], s: Scenario, id: string): Row | undefined => {
  const exact = rows.find(r => r.id === id);
  if (exact !== undefined || !id.startsWith('k:')) return exact;
  const group = groupWith(kernelGroups(settingOf(s), s.machine.kernel), id.slice(2));
  return group === undefined ? undefined : rows.find(r => r.id === `k:${group.kernel}`);
};

/** How many rows can be pinned. */
export const MOST_PINS = 2;

/**
 * The rows to show side by side where nobody has chosen: what the Map shows, and the row of another kind that takes
 * the fewest faults.
 */
export const usualPins = (rows: readonly Row[]): readonly string[] => {
  const own = rows.find(r => r.present && r.group !== 'archs') ?? rows[0];
  const faults = (r: Row): number =>
    r.measures.ok ? (r.measures.device?.faults ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const others = rows.filter(r => r.group === 'policies' && r !== own && Number.isFinite(faults(r)));
  const best = others.reduce<Row | undefined>(
    (a, b) => (a === undefined || faults(b) < faults(a) ? b : a),
    undefined,
  );
  return [own, best].flatMap(r => (r === undefined ? [] : [r.id]));
};
