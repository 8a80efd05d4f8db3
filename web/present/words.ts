import { archOf } from '../../src/arch/index.ts';
import { leafCount } from '../../src/leaves/runs.ts';
import { leafNames, leavesText, tally } from '../../src/leaves/words.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { StageNumber } from '../picture/hall.ts';

/** The number of a scene: its leaves, where it landed, or why it did not. */
export const stageNumber = ({ placement, device }: Solution): StageNumber => {
  if (!placement.ok) return { figure: 'No mapping', what: placement.refusal, tone: 'bad' };
  if (device === undefined) return { figure: formatAddress(placement.start), what: '', tone: 'plain' };
  const kinds = tally(device.leaves);
  const [only] = kinds;
  // The colour of what maps most of it.
  const most = kinds.reduce(
    (a, b) => (b.count * b.size > a.count * a.size ? b : a),
    kinds[0] ?? { kind: 'pte' as const, count: 0, size: 0 },
  );
  const count = leafCount(device.leaves);
  const corrupt = kinds.reduce((sum, t) => sum + t.corrupt, 0);
  const what =
    kinds.length === 1 && only !== undefined
      ? `${leafNames[only.kind]} ${count === 1 ? 'leaf' : 'leaves'} of ${formatSize(only.size)}`
      : leavesText(device.leaves);
  return {
    figure: formatCount(count),
    what: corrupt === 0 ? what : `${what}, ${formatCount(corrupt)} corrupt`,
    tone: most.kind,
  };
};

/** Whose rule placed it, and what was asked: two lines for the corner of the stage. */
export const stageScenario = (s: Scenario): readonly [string, string] => {
  const { machine, request, device } = s;
  const shipped = machine.policy === 'shipped';
  const parts = [
    ...(shipped ? [] : [`Linux ${machine.kernel}`]),
    ...(machine.arch === 'x86_64-4' ? [] : [archOf(machine.arch).label]),
    request.file === 'vfio' ? `${formatSize(device.bar.size)} BAR` : formatSize(request.length),
    ...(request.offset === 0 ? [] : [`from ${formatSize(request.offset)}`]),
    request.hint === 0 ? 'hint 0' : 'with a hint',
    ...(request.touch === 'asc'
      ? []
      : [request.touch === 'desc' ? 'touched downwards' : 'touched in the middle first']),
  ];
  return [shipped ? `Linux ${machine.kernel} as shipped` : policyOf(machine.policy).label, parts.join(', ')];
};
