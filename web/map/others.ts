import { leafCount } from '../../src/leaves/runs.ts';
import { type Policy, policies, policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { PartsTotal, Solution } from '../../src/solve.ts';
import { formatSize } from '../../src/text.ts';
import { withMachine } from '../scenario/edit.ts';
import { leavesPieces } from '../scenario/words.ts';
import { solveVariant } from '../state/solution.ts';
import type { Update } from '../state/steps.ts';
import type { Piece } from '../ui/Pieces.tsx';
import { better } from './fix.ts';

/** A kernel, a proposal or a program that would place this very request better. */
export interface Other {
  readonly label: string;
  /** What it takes for it, in a few words; undefined: nothing to tell. */
  readonly by: string | undefined;
  readonly update: Update;
}

/** Those that come to the same result, and the result. */
export interface Others {
  readonly result: readonly Piece[];
  /** Programs and released kernels: they can be had today. */
  readonly today: readonly Other[];
  /** Proposals, of which no release has one. */
  readonly proposed: readonly Other[];
}

interface Variant extends Other {
  readonly group: 'today' | 'proposed';
  readonly machine: Scenario['machine'];
}

const RELEASES = ['6.12.117', '7.3'] as const;

/** Everything worth trying but what is chosen already. Of a proposal's open choices the first side stands for all. */
const variantsOf = ({ machine }: Scenario): readonly Variant[] => {
  const chosen = policyOf(machine.policy);
  const worthIt = (p: Policy): boolean =>
    p.kind !== 'none' && p.group !== 'kernel' && p.of === undefined && p.id !== (chosen.of ?? chosen.id);
  return [
    ...policies.filter(worthIt).map((p): Variant => {
      const to = { ...machine, policy: p.id };
      return {
        label: p.short,
        by: undefined,
        update: withMachine({ policy: p.id }),
        group: p.kind === 'program' ? 'today' : 'proposed',
        machine: to,
      };
    }),
    ...RELEASES.filter(kernel => kernel !== machine.kernel).map((kernel): Variant => {
      const to = { ...machine, kernel, policy: 'shipped' as const };
      return {
        label: `Linux ${kernel}`,
        by: undefined,
        update: withMachine({ kernel, policy: 'shipped' }),
        group: 'today',
        machine: to,
      };
    }),
  ];
};

/** What a program reserves to have room for its choice; undefined for what only asks the kernel. */
const reserved = ({ steps }: Solution): string | undefined => {
  const total = steps.reduce((sum, s) => (s.kind === 'reserve' ? sum + (s.end - s.start) : sum), 0);
  return total === 0 ? undefined : `reserves ${formatSize(total)}`;
};

/** Two results with the same key look the same to whoever maps. */
const keyOf = ({ leaves, faults }: PartsTotal): string => {
  const kinds = new Map<string, number>();
  for (const run of leaves) {
    const kind = `${run.kind}${run.corrupt ? '!' : ''}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + run.count);
  }
  return JSON.stringify([faults, ...[...kinds].sort(([a], [b]) => a.localeCompare(b))]);
};

/** One word of a sentence about others: as in other sentences, or the one that it names, to be chosen there. */
export type OtherPiece = Piece | { readonly other: Other };

/** “a, b and c”. */
const listed = (names: readonly OtherPiece[]): readonly OtherPiece[] =>
  names.flatMap((name, i) => [i === 0 ? '' : i === names.length - 1 ? ' and ' : ', ', name]);

/** Neighbours that take the same for it are named together, with what they take behind them. */
const withCost = (others: readonly Other[]): readonly OtherPiece[] => {
  const groups: Other[][] = [];
  for (const other of others) {
    const group = groups.at(-1);
    if (group !== undefined && group[0]?.by === other.by) group.push(other);
    else groups.push([other]);
  }
  return groups.flatMap((group, i) => {
    const by = group[0]?.by;
    const names = group.map(other => ({ other }));
    return [
      i === 0 ? '' : ', ',
      ...(by === undefined && i < groups.length - 1 ? names : listed(names)),
      by === undefined ? '' : ` (${by})`,
    ];
  });
};

/** “2 PUD leaves with QEMU 9.2 (reserves 3 GiB); proposed: Xu v1 and Wilcox.” */
export const othersSentence = ({ result, today, proposed }: Others): readonly OtherPiece[] => {
  const join = today.length === 0 ? 'what is proposed: ' : proposed.length === 0 ? '' : '; proposed: ';
  const words: readonly OtherPiece[] = [
    ...result,
    ' with ',
    ...withCost(today),
    join,
    ...listed(proposed.map(other => ({ other }))),
    '.',
  ];
  return words.filter(word => word !== '');
};

/** Groups shown; what comes after them is worse. */
const MOST = 2;

/**
 * Who would place this very request better than it is, merged by equal result, the best first. Empty where the
 * request maps no device or is refused. Solves the request once a policy and yields after each, so that a browser can
 * do other things in between: with 65,530 VMAs and a hole in the BAR all of them take longer than a frame.
 */
export function* othersInSteps(
  scenario: Scenario,
  solution: Solution,
): Generator<undefined, readonly Others[], undefined> {
  if (scenario.request.file !== 'vfio' || solution.total === undefined) return [];
  const groups = new Map<string, { readonly total: PartsTotal; readonly members: Variant[] }>();
  for (const variant of variantsOf(scenario)) {
    yield;
    const then = solveVariant(scenario, variant.machine);
    const { total } = then;
    if (total === undefined || !better(solution, then) || total.leaves.some(run => run.corrupt)) continue;
    const key = keyOf(total);
    const group = groups.get(key) ?? { total, members: [] };
    group.members.push({ ...variant, by: reserved(then) });
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => leafCount(a.total.leaves) - leafCount(b.total.leaves) || a.total.faults - b.total.faults)
    .slice(0, MOST)
    .map(({ total, members }) => ({
      result: leavesPieces(total.leaves),
      today: members.filter(m => m.group === 'today'),
      proposed: members.filter(m => m.group === 'proposed'),
    }));
}
