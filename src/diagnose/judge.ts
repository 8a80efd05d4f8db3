import type { Arch } from '../arch/arch.ts';
import { costOf, type LeafCost } from '../cost/cost.ts';
import { factsOf } from '../kernel/facts.ts';
import { releases } from '../kernel/releases.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { defaultThpPolicy, type LeafRules, leafRules } from '../leaves/rules.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { type BestPossible, bestPossible } from '../leaves/why.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, deviceAnswer, type Prepared } from '../solve.ts';
import { intersects } from '../space/gapIndex.ts';
import { type Bytes, bytes, mod, type Pa, type Va, va } from '../units.ts';
import type { Cause, Miss, Nearest, Verdict } from './diagnosis.ts';
import { type Stretch, scenarioFor } from './scenarioOf.ts';

/** What every row of one diagnosis is judged with. */
export interface Bench {
  readonly machine: Scenario['machine'];
  readonly source: Scenario['space']['source'];
  readonly prepared: Prepared;
  /** The same kernel for a `resource` file of sysfs. */
  readonly sysfs: Prepared;
  /** What the newest kernel with THP on would install on this architecture. */
  readonly idealRules: LeafRules;
}

/** The leaves of the newest known kernel with THP on. */
export const idealRulesOf = (arch: Arch): LeafRules => {
  const version = parseKernelVersion(releases[0]?.version ?? '7.3');
  if (version === undefined) throw new Error('the newest release does not parse');
  return leafRules(arch, factsOf(version), version, defaultThpPolicy);
};

/**
 * The same machine for mappings of a `resource` file: remap_pfn_range() writes all their PTEs in mmap() itself.
 * Source: pci_mmap_resource_range(), drivers/pci/mmap.c; remap_pfn_range(), mm/memory.c, 6.12 and 7.3.
 */
export const asSysfs = (prepared: Prepared): Prepared => ({
  ...prepared,
  facts: { ...prepared.facts, faultEra: 'premap' },
});

/** The leaves of a stretch mapped at `start`, touched in ascending order. */
export const answerAt = (bench: Bench, s: Stretch, start: Va, sysfs = false): DeviceAnswer => {
  const scenario = scenarioFor(bench.machine, bench.source, s);
  const prepared = sysfs ? bench.sysfs : bench.prepared;
  return deviceAnswer(scenario, prepared, start, va(start + s.length));
};

/** The best layout at any address on any released kernel with THP on, and its cost. */
export const idealOf = (bench: Bench, length: Bytes, at: Pa): BestPossible & { readonly cost: LeafCost } => {
  const best = bestPossible(length, at, bench.idealRules);
  return { ...best, cost: costOf(best.runs, bench.prepared.arch, bench.idealRules.era) };
};

const largestOf = (runs: readonly LeafRun[]): number => runs.reduce((max, run) => Math.max(max, run.size), 0);

const missesOf = (answer: DeviceAnswer): readonly Miss[] =>
  answer.rules.levels
    .filter(level => level.size <= answer.best.modulus)
    .map(({ kind, size }) => ({ kind, size, residue: residueOf(answer, size) }))
    .filter(miss => miss.residue !== 0);

/** (VA - PA) modulo a power of two, in bytes. */
const residueOf = ({ mapping }: DeviceAnswer, size: Bytes): Bytes =>
  bytes(mod(mapping.start - mapping.pa, size));

/** What one answer comes to. */
export interface Judged {
  readonly verdict: Verdict;
  readonly cause: Cause;
}

/**
 * The verdict on one mapping by itself.
 *
 * `good`: as few leaves as at any address on any released kernel with THP on. `bad`: it has base pages only, and on
 * this kernel another address, or another setting of the THP switch, would give larger leaves; or a leaf holds a wrong
 * PFN. `better`: it has larger leaves, and another address would give still larger ones; or only another kernel would.
 * `bare`: no kernel has more than base pages for device memory on this architecture.
 */
export const judge = (answer: DeviceAnswer, ideal: BestPossible, bare: boolean): Judged => {
  const corrupt = answer.leaves.some(run => run.corrupt);
  if (corrupt) return { verdict: 'bad', cause: { kind: 'corrupt', misses: missesOf(answer) } };
  const count = leafCount(answer.leaves);
  const largest = largestOf(answer.leaves);
  if (answer.best.leaves < count)
    return {
      verdict: largest === answer.rules.page ? 'bad' : 'better',
      cause: { kind: 'congruence', misses: missesOf(answer) },
    };
  if (ideal.leaves < count) {
    const refused = answer.rules.verdicts.find(v => v.size === ideal.modulus && !v.usable);
    if (refused !== undefined && !refused.usable) {
      const { refusal } = refused;
      return refusal.kind === 'policy'
        ? { verdict: 'bad', cause: { kind: 'thp', refusal } }
        : { verdict: 'better', cause: { kind: 'kernel', refusal } };
    }
  }
  const short = ideal.modulus === answer.rules.page;
  return { verdict: 'good', cause: { kind: 'none', largest: bytes(largest), short, bare } };
};

/** The nearest start below that agrees, of a mapping that does not, not below `mmap_min_addr`. */
export const nearestOf = (answer: DeviceAnswer, { arch, mm }: Prepared): Nearest | undefined => {
  const { mapping, best } = answer;
  const length = mapping.end - mapping.start;
  for (const { size, parts } of answer.why) {
    if (size !== best.modulus) continue;
    for (const { cause } of parts) {
      if (cause.kind !== 'congruence' || cause.below === undefined) continue;
      const { start, leaves } = cause.below;
      if (start < arch.mmapMinAddr) continue;
      // The mapping itself would be gone from there.
      const free = !intersects(mm.space.index, start, Math.min(start + length, mapping.start));
      return { start, distance: cause.residue, leaves, free };
    }
  }
  return undefined;
};

/** (VA - PA) modulo every leaf size that the kernel may install, in bytes, large to small. */
export const residueIn = (
  answer: DeviceAnswer,
): readonly { readonly size: Bytes; readonly residue: Bytes }[] =>
  answer.rules.levels.map(({ size }) => ({ size, residue: residueOf(answer, size) }));
