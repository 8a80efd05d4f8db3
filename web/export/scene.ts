import { archOf } from '../../src/arch/index.ts';
import { leafNames, leavesText, tally } from '../../src/leaves/words.ts';
import { plain } from '../../src/pieces.ts';
import { errnoName } from '../../src/placement/errno.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import { formatAddress, formatExact, formatSize } from '../../src/text.ts';
import { reasonsOf } from '../scenario/reasons.ts';
import { spokenVerdict } from '../scenario/words.ts';
import { hashOf } from '../state/links.ts';
import { eventsOf, solutionOf } from '../state/solution.ts';

/** What every output is made of: a Scenario, its answer, and the link that brings it back. */
export interface ExportScene {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly events: readonly PlacementEvent[];
  /** The hash of the Scenario with its `#`, never empty: that of the default Scenario is `#1`. */
  readonly link: string;
  /** The whole link, for a reader. */
  readonly url: string;
}

/** A Scenario ready for every output. `page` is the address of the page without its hash. */
export const sceneOf = (scenario: Scenario, page: string): ExportScene => {
  const hash = hashOf(scenario);
  return {
    scenario,
    solution: solutionOf(scenario),
    events: eventsOf(scenario),
    link: hash || '#1',
    url: page + hash,
  };
};

/** What is asked, in a line: “BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels, Xu v2”. */
export const headOf = ({ device, machine, request }: Scenario): string => {
  const what =
    request.file === 'vfio'
      ? `BAR ${device.bar.index} of ${formatSize(device.bar.size)}`
      : `${formatSize(request.length)} of ${request.file}`;
  const policy = machine.policy === 'shipped' ? '' : `, ${policyOf(machine.policy).label}`;
  return `${what}, Linux ${machine.kernel}, ${archOf(machine.arch).label}${policy}`;
};

/** The head with what came of it: “…: 524,288 PTE leaves”. */
export const titleOf = ({ scenario, solution: { placement, device, total } }: ExportScene): string => {
  const outcome = !placement.ok
    ? errnoName(placement.errno)
    : device === undefined
      ? `placed at ${formatAddress(placement.start)}`
      : leavesText((total ?? device).leaves);
  return `${headOf(scenario)}: ${outcome}`;
};

/** The verdict and the reasons in sentences, for who cannot see the picture. */
export const descriptionOf = ({ scenario, solution, events }: ExportScene): string =>
  [
    spokenVerdict(scenario, solution, events),
    ...reasonsOf(scenario, solution, events).map(r => `${r.head}: ${plain(r.body)}`),
  ].join(' ');

const MOST_NAME = 96;

/** The screen in a name, where the picture is one of its own. */
const ofScreen = ({ view }: Scenario): readonly string[] => {
  switch (view.screen) {
    case 'labs':
      return ['lab', view.labs.lab];
    case 'sweep':
      return ['sweep', view.sweep.x.input, view.sweep.y.input, view.sweep.colour];
    case 'compare':
      return ['compare'];
    case 'map':
    case 'diagnose':
    case 'evidence':
      return [];
  }
};

/**
 * A name for a file that tells the scene: `hugemap-7.3-x86_64-4-2g-524288-pte.svg`. Letters of ASCII, digits, `.`, `_`
 * and `-` alone, 100 characters and the ending at most.
 */
export const fileName = ({ scenario, solution }: ExportScene, ending: string): string => {
  const { machine, request } = scenario;
  const { placement, device, total } = solution;
  const outcome = !placement.ok
    ? [errnoName(placement.errno)]
    : device === undefined
      ? ['placed']
      : tally((total ?? device).leaves).map(t => `${t.count}-${leafNames[t.kind]}`);
  const name = [
    'hugemap',
    ...ofScreen(scenario),
    machine.kernel,
    machine.arch,
    ...(machine.policy === 'shipped' ? [] : [machine.policy]),
    ...(request.file === 'vfio' ? [] : [request.file]),
    formatExact(request.length),
    ...outcome,
  ]
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._]+/g, '-');
  return `${name.slice(0, MOST_NAME).replace(/[-.]+$/, '')}.${ending}`;
};
