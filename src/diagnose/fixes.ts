import { factsOf } from '../kernel/facts.ts';
import { releases } from '../kernel/releases.ts';
import { parseKernelVersion, versionRank } from '../kernel/version.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { MAP } from '../placement/flags.ts';
import { type PolicyId, policies } from '../placement/policies.ts';
import { mmapInto } from '../placement/process.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { prepare, solve } from '../solve.ts';
import { alignUp, bytes, mod, type Va, va, word } from '../units.ts';
import type { Cause, Fix } from './diagnosis.ts';
import { answerAt, type Bench } from './judge.ts';
import { type Stretch, scenarioFor } from './scenarioOf.ts';

type Source = Scenario['space']['source'];

/** Releases that a fix names: the long-term one that aligns, and the newest. */
const LONG_TERM = '6.12.117';
const NEWEST = releases[0]?.version ?? LONG_TERM;

/** The released programs of the policies, as their words name them. */
const PROGRAMS: readonly PolicyId[] = ['qemu9', 'qemu', 'chv'];

const corruptIn = (runs: readonly LeafRun[]): boolean => runs.some(run => run.corrupt);

/**
 * Reserve, round up, map: mmap(NULL, length + align, PROT_NONE), the first address in it that is congruent, and
 * MAP_FIXED there. Played in the process without the mapping; undefined where the reservation finds no room.
 */
const recipeOf = (
  bench: Bench,
  source: Source,
  s: Stretch,
  align: number,
  needs?: 'thp' | 'kernel',
): Extract<Fix, { readonly kind: 'recipe' }> | undefined => {
  const scenario = scenarioFor({ ...bench.machine, policy: 'shipped' }, source, s);
  const prepared = prepare(scenario.machine, scenario.space);
  const reserve = s.length + align;
  const { placement } = mmapInto(
    prepared,
    {
      file: 'anon',
      hint: word(0),
      length: word(reserve),
      offset: word(0),
      prot: 0,
      flags: MAP.PRIVATE | MAP.NORESERVE,
      region: undefined,
      hugePage: bytes(2 ** 21),
      shmemEnabled: 'never',
      shadowStack: false,
    },
    '',
  );
  if (!placement.ok) return undefined;
  const residue = mod(s.pa, align);
  const start = va(alignUp(placement.start - residue, align) + residue);
  const { leaves } = answerAt(bench, s, start);
  return {
    needs,
    from: undefined,
    kind: 'recipe',
    reserve: bytes(reserve),
    align: bytes(align),
    residue: bytes(residue),
    start,
    leaves,
  };
};

/** The leaves where a policy on a kernel would place the stretch; undefined where it finds no room. */
const placedBy = (machine: Scenario['machine'], source: Source, s: Stretch): readonly LeafRun[] | undefined =>
  solve(scenarioFor(machine, source, s)).total?.leaves;

const programs = (bench: Bench, source: Source, s: Stretch, most: number): readonly Fix[] => {
  const good = PROGRAMS.flatMap(policy => {
    const leaves = placedBy({ ...bench.machine, policy }, source, s);
    return leaves !== undefined && leafCount(leaves) <= most && !corruptIn(leaves)
      ? [{ policy, leaves }]
      : [];
  });
  const [first] = good;
  return first === undefined
    ? []
    : [{ kind: 'vmm', policies: good.map(g => g.policy), leaves: first.leaves }];
};

/** The proposals for the kernel that give the fewest leaves, fewer than `now`; one for all sides of a proposal. */
const proposals = (bench: Bench, source: Source, s: Stretch, now: number): readonly Fix[] => {
  let best: { readonly policies: PolicyId[]; readonly leaves: readonly LeafRun[] } | undefined;
  for (const p of policies) {
    if (p.group !== 'proposal' || p.of !== undefined) continue;
    const leaves = placedBy({ ...bench.machine, policy: p.id }, source, s);
    if (leaves === undefined || corruptIn(leaves)) continue;
    const count = leafCount(leaves);
    if (count >= now) continue;
    const least = best === undefined ? Number.POSITIVE_INFINITY : leafCount(best.leaves);
    if (count < least) best = { policies: [p.id], leaves };
    else if (count === least) best?.policies.push(p.id);
  }
  return best === undefined ? [] : [{ kind: 'proposal', ...best }];
};

/** The kernel at hand where it aligns, else the long-term release that does, where it would place this better. */
const aligningKernel = (bench: Bench, source: Source, s: Stretch, now: number): readonly Fix[] => {
  const own = bench.prepared.facts.unhookedAlign !== 'never';
  const version = own ? bench.machine.kernel : LONG_TERM;
  const leaves = placedBy({ ...bench.machine, kernel: version, policy: 'shipped' }, source, s);
  return leaves === undefined || leafCount(leaves) >= now
    ? []
    : [{ kind: 'kernel', version, placed: true, own, leaves }];
};

const onKernel = (bench: Bench, kernel: string): Bench | undefined => {
  const version = parseKernelVersion(kernel);
  return version === undefined
    ? undefined
    : {
        ...bench,
        machine: { ...bench.machine, kernel },
        prepared: { ...bench.prepared, version, facts: factsOf(version) },
      };
};

/** The same machine with the newest kernel, and THP on. */
const onNewest = (bench: Bench): Bench | undefined => {
  const newest = onKernel(bench, NEWEST);
  return newest && { ...newest, machine: { ...newest.machine, thp: 'always' } };
};

/** Releases, newest first, and the first of 6.12 that looks at the PFN. */
const RELEASED: readonly string[] = [...releases.map(r => r.version), '6.12.10'].sort((a, b) => {
  const [x, y] = [parseKernelVersion(a), parseKernelVersion(b)];
  return x === undefined || y === undefined ? 0 : versionRank(y) - versionRank(x);
});

/** The oldest release that has so few leaves at an address, as all later ones do, with the THP switch as it is. */
const oldestWith = (bench: Bench, s: Stretch, start: Va, most: number): string => {
  let oldest = NEWEST;
  for (const version of RELEASED) {
    const there = onKernel(bench, version);
    if (there === undefined) continue;
    // What these install elsewhere in the process may be corrupt.
    if (there.prepared.facts.faultEra === 'hugeExactNoPfn') break;
    const { leaves } = answerAt(there, s, start);
    if (leafCount(leaves) > most || corruptIn(leaves)) break;
    oldest = version;
  }
  return oldest;
};

/** At the same address on the newest kernel, which ignores the THP switch. */
const newerKernel = (bench: Bench, s: Stretch, start: number, now: number): readonly Fix[] => {
  const newest = onNewest(bench);
  if (newest === undefined) return [];
  const { leaves } = answerAt(newest, s, va(start));
  return leafCount(leaves) >= now
    ? []
    : [{ kind: 'kernel', version: NEWEST, placed: false, own: false, leaves }];
};

/** What would give fewer leaves, the surest first. `source` is the process without the mapping. */
export const fixesOf = (
  bench: Bench,
  source: Source,
  s: Stretch,
  row: {
    readonly start: number;
    readonly cause: Cause;
    readonly now: number;
    /** The largest leaf of the best layout on this kernel, in bytes. */
    readonly align: number;
    /** How many leaves the best layout has. */
    readonly best: number;
    readonly source: 'vfio' | 'sysfs';
    /** The first fix is enough: the others take longer to play. */
    readonly brief: boolean;
  },
): readonly Fix[] => {
  const { cause, now, start } = row;
  switch (cause.kind) {
    case 'none':
    case 'hole':
    case 'split':
    case 'unknown':
      return [];
    case 'thp': {
      const always: Bench = { ...bench, machine: { ...bench.machine, thp: 'always' } };
      const { leaves, best } = answerAt(always, s, va(start));
      // 6.12 to 6.12.9 would install leaves with wrong PFNs here.
      if (leafCount(leaves) < now && !corruptIn(leaves))
        return [{ kind: 'thp', leaves }, ...newerKernel(bench, s, start, now)];
      const recipe = recipeOf(always, source, s, best.modulus, 'thp');
      return recipe === undefined ? [] : [recipe];
    }
    case 'kernel': {
      if (row.source === 'sysfs') {
        const { leaves } = answerAt(bench, s, va(start));
        return leafCount(leaves) < now ? [{ kind: 'vfio', leaves }] : [];
      }
      const there = newerKernel(bench, s, start, now);
      if (there.length > 0) return there;
      const newest = onNewest(bench);
      const recipe =
        newest && recipeOf(newest, source, s, answerAt(newest, s, va(start)).best.modulus, 'kernel');
      return [
        ...(recipe === undefined
          ? []
          : [{ ...recipe, from: oldestWith(bench, s, recipe.start, leafCount(recipe.leaves)) }]),
        ...aligningKernel(bench, source, s, now),
      ];
    }
    case 'corrupt':
    case 'congruence': {
      const recipe = recipeOf(bench, source, s, row.align);
      if (row.brief) return recipe === undefined ? [] : [recipe];
      return [
        ...(recipe === undefined ? [] : [recipe]),
        ...programs(bench, source, s, row.best),
        ...proposals(bench, source, s, cause.kind === 'corrupt' ? Number.POSITIVE_INFINITY : now),
        ...(cause.kind === 'corrupt'
          ? newerKernel(bench, s, start, Number.POSITIVE_INFINITY)
          : aligningKernel(bench, source, s, now)),
      ];
    }
  }
};
