import { useId } from 'react';
import { archOf } from '../../../src/arch/index.ts';
import { parseKernelVersion } from '../../../src/kernel/version.ts';
import { leafCount } from '../../../src/leaves/runs.ts';
import { leafNames, leavesText } from '../../../src/leaves/words.ts';
import { errnoName } from '../../../src/placement/errno.ts';
import { policies, policyOf, sourceUrl } from '../../../src/placement/policies.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../../../src/solve.ts';
import { formatCount, formatExact } from '../../../src/text.ts';
import { withMachine } from '../../scenario/edit.ts';
import { usePausedScenario } from '../../state/calm.ts';
import { solveVariant } from '../../state/solution.ts';
import type { Update } from '../../state/steps.ts';
import { app, useApp } from '../../state/store.ts';
import { useChosen } from '../../ui/chosen.ts';
import { LeafStrip } from '../../ui/LeafStrip.tsx';
import { Term } from '../../ui/Term.tsx';
import { Note, Section } from './Section.tsx';

/** One way to place the mapping: a released kernel, or a proposal on the kernel at hand. */
export interface PolicyRow {
  readonly id: string;
  readonly label: string;
  /** Short, for narrow screens. */
  readonly short: string;
  readonly who: string;
  readonly machine: Scenario['machine'];
  readonly chosen: boolean;
  /** Why it cannot be chosen; undefined: it can. */
  readonly off?: string | undefined;
}

const quick = [
  { kernel: '7.3', label: 'Linux 7.3 as shipped', short: '7.3 shipped', who: '6.13 to 7.3' },
  {
    kernel: '6.12.117',
    label: 'Linux 6.12 long-term',
    short: '6.12.y',
    who: '6.12.29 and newer',
  },
  { kernel: '6.1.192', label: 'Linux 6.1 long-term', short: '6.1.y', who: 'up to 6.9: PTEs only' },
] as const;

/** The rows of the policy list for a Scenario. */
export const policyRows = (s: {
  readonly machine: Scenario['machine'];
  readonly request: Pick<Scenario['request'], 'file'>;
}): readonly PolicyRow[] => {
  const { machine } = s;
  const chosenPolicy = policyOf(machine.policy);
  const family = chosenPolicy.of ?? chosenPolicy.id;
  const shipped = machine.policy === 'shipped';
  const known = quick.some(q => q.kernel === machine.kernel);
  const present: readonly PolicyRow[] = known
    ? []
    : [
        {
          id: 'present',
          label: `Linux ${machine.kernel} as shipped`,
          short: `${machine.kernel}`,
          who: 'the kernel chosen above',
          machine: { ...machine, policy: 'shipped' },
          chosen: shipped,
        },
      ];
  return [
    ...present,
    ...quick.map(q => ({
      id: q.kernel,
      label: q.label,
      short: q.short,
      who: q.who,
      machine: { ...machine, kernel: q.kernel, policy: 'shipped' as const },
      chosen: shipped && machine.kernel === q.kernel,
    })),
    ...policies
      // Of a proposal with a choice left open the other sides are shown once it is chosen; Compare lists them all.
      .filter(p => p.id !== 'shipped' && (p.of === undefined || p.of === family))
      .map(p => ({
        id: p.id,
        label: p.label,
        short: p.short,
        who: [
          p.of === undefined ? p.who : p.choices.map(c => c.side).join(', '),
          `on ${machine.kernel}`,
        ].join(', '),
        machine: { ...machine, policy: p.id },
        chosen: machine.policy === p.id,
        off: s.request.file === 'vfio' ? undefined : 'only places VFIO mappings',
      })),
  ];
};

/** What choosing a row does. */
export const choosePolicy = (row: PolicyRow): Update => withMachine(row.machine);

/** The outcome of a row as a strip, with its words for those who do not see it. */
export const Preview = ({ solution, width }: { readonly solution: Solution; readonly width?: number }) => {
  const { device, placement } = solution;
  if (!placement.ok)
    return (
      <span className="strip-word red">
        <span aria-hidden="true">✕ </span>
        {errnoName(placement.errno)}
      </span>
    );
  if (device === undefined) return <span className="strip-word">placed</span>;
  return (
    <>
      <LeafStrip
        width={width ?? 58}
        parts={device.leaves.map(run => ({
          kind: run.kind,
          share: run.size * run.count,
          count: run.count,
          corrupt: run.corrupt,
        }))}
      />
      <span className="visually-hidden">: {leavesText(device.leaves)}</span>
    </>
  );
};

/** The number of leaves of a row, in the colour of most of them. */
export const PreviewCount = ({ device }: { readonly device: DeviceAnswer }) => {
  const most = device.leaves.reduce<(typeof device.leaves)[number] | undefined>(
    (a, b) => (a === undefined || b.count > a.count ? b : a),
    undefined,
  );
  return <span className={`ink-${most?.kind ?? 'pte'}`}>{formatCount(leafCount(device.leaves))}</span>;
};

/** What a row would give. Read beside the picture, so it follows a drag when the hand pauses. */
const Outcome = ({ kernel, policy }: Pick<Scenario['machine'], 'kernel' | 'policy'>) => {
  const scenario = usePausedScenario();
  // All else from one Scenario: its address space may not fit another architecture.
  return <Preview solution={solveVariant(scenario, { ...scenario.machine, kernel, policy })} />;
};

/** Radios: who decides where the mapping goes. */
export const Policy = () => {
  const machine = useApp(s => s.scenario.machine);
  const file = useApp(s => s.scenario.request.file);
  const name = useId();
  const policy = policyOf(machine.policy);
  const rows = policyRows({ machine, request: { file } });
  const [shown, show] = useChosen(rows.find(r => r.chosen)?.id, id => {
    const row = rows.find(r => r.id === id);
    if (row) app.getState().change(choosePolicy(row), 'done');
  });
  return (
    <Section
      title="Placement policy"
      about={
        <>
          <Note>
            {policy.label}: {policy.about}
          </Note>
          {policy.source !== undefined && (
            <Note>
              <a href={sourceUrl(policy.source)} target="_blank" rel="noreferrer">
                {policy.who}
              </a>
            </Note>
          )}
        </>
      }
    >
      <div className="policies" role="radiogroup" aria-label="Placement policy">
        {rows.map(row => (
          <label key={row.id} className={row.id === shown ? 'policy chosen' : 'policy'}>
            <input
              type="radio"
              name={name}
              checked={row.id === shown}
              disabled={row.off !== undefined && !row.chosen}
              onChange={() => show(row.id)}
            />
            <span className="words">
              {row.label}
              <small title={row.off ?? row.who}>{row.off ?? row.who}</small>
            </span>
            {parseKernelVersion(row.machine.kernel) !== undefined && (
              <Outcome kernel={row.machine.kernel} policy={row.machine.policy} />
            )}
          </label>
        ))}
      </div>
    </Section>
  );
};

/** The shapes of the leaf sizes that this architecture has. */
export const LeafKey = () => {
  const machine = useApp(s => s.scenario.machine);
  const kinds = [...archOf(machine.arch).pfnLeaves].reverse();
  return (
    <Section title="Leaf sizes">
      <ul className="key">
        {kinds.map(l => (
          <li key={l.kind}>
            <LeafStrip parts={[{ kind: l.kind, share: 1 }]} width={58} height={14} />
            <span>
              <Term id={l.kind}>{leafNames[l.kind]}</Term>
            </span>
            <span>{formatExact(l.size)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
};
