import { vfioOffset } from '../placement/mmap.ts';
import { type PolicyId, policyOf } from '../placement/policies.ts';
import { openRange } from '../scenario/process.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Prepared, prepare, rulesOf, solve, trace } from '../solve.ts';
import { alignUp, GiB } from '../units.ts';
import { randomBits, randomRange } from './aslr.ts';
import { LeafFigures } from './figures.ts';
import { withInput } from './inputs.ts';
import { Placer } from './placer.ts';
import { CORRUPT, figuresOf, isMapped } from './points.ts';

/** How often random bases give which largest leaf. */
export interface Luck {
  /**
   * `counted`: every position of mmap_base modulo `period`, which all draws share equally. `sampled`: that many draws
   * of a fixed seed, because the place does not simply move along with the base.
   */
  readonly how: 'counted' | 'sampled';
  /** Bytes after which the outcome repeats; 0 where it was sampled. */
  readonly period: number;
  /** Bases looked at. */
  readonly bases: number;
  /** Of these, how many came to each class of point. */
  readonly counts: ReadonlyMap<number, number>;
  /** Faults over the bases that were mapped; NaN where none was. */
  readonly faults: { readonly least: number; readonly mean: number; readonly most: number };
  /** Random bits of page number, usual and most; undefined where nothing was read for this architecture. */
  readonly bits: { readonly usual: number; readonly most: number } | undefined;
  readonly policy: PolicyId;
}

/** Why chance has no part. */
export type NoLuck = {
  readonly how: 'none';
  readonly why: 'fixed' | 'hint' | 'refused' | 'no device' | 'impossible';
};

const SAMPLES = 1024;
const BREATH = 4096;
const SAMPLE_BREATH = 8;
/** Above so many positions the rest is sampled. */
const MOST_POSITIONS = 2 ** 19;

/** The largest size that leaves or alignment of this request may have: adding it to mmap_base changes nothing. */
const periodOf = ({ machine, device, request }: Scenario, { arch }: Prepared): number => {
  const reach = Math.max(request.length, device.bar.size);
  const sizes = [
    arch.pudSize,
    ...arch.contiguous.map(c => c.size),
    ...arch.pfnLeaves.map(l => l.size),
    ...(policyOf(machine.policy).kind === 'program' ? [GiB] : []),
  ].filter(size => size <= reach * 2);
  return Math.max(arch.page, arch.pmdSize, ...sizes);
};

/** A tally in the making. */
class Tally {
  readonly counts = new Map<number, number>();
  private mapped = 0;
  private sum = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = 0;

  add(cls: number, faults: number): void {
    this.counts.set(cls, (this.counts.get(cls) ?? 0) + 1);
    if (!isMapped(cls)) return;
    this.mapped++;
    this.sum += faults;
    if (faults < this.least) this.least = faults;
    if (faults > this.most) this.most = faults;
  }

  get faults(): Luck['faults'] {
    const { least, most, sum, mapped } = this;
    if (mapped === 0) return { least: Number.NaN, mean: Number.NaN, most: Number.NaN };
    return { least, mean: sum / mapped, most };
  }
}

/** A seeded sequence of numbers in [0, 1): mulberry32. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * A placer of this request whose answers move along with mmap_base, or undefined where that cannot be shown.
 *
 * A top-down search chooses its gap by size. Every gap above the free range that the process grows into moves as a
 * whole, and the free range only shrinks as the base comes down; so where the farthest base still gives the place that
 * lies as much lower, all in between do. What is left is the residue of the base, which alignment and leaves look at.
 */
const movingPlacer = (
  scenario: Scenario,
  prepared: Prepared,
  period: number,
): { readonly placer: Placer; readonly place: () => boolean } | undefined => {
  const { device, request, space } = scenario;
  const policy = policyOf(scenario.machine.policy);
  if (!Placer.serves(scenario, policy, prepared)) return undefined;
  if (request.hint !== 0 && policy.kind === 'kernel') return undefined;
  const { arch } = prepared;
  const length = alignUp(request.length, arch.page);
  const { bar } = device;
  if (bar.base % arch.page !== 0 || request.offset % arch.page !== 0 || bar.size < arch.page)
    return undefined;
  const file = vfioOffset(bar.index, request.offset);
  const placer = new Placer(prepared, policy.id);
  const place = (): boolean =>
    request.offset + length <= alignUp(bar.size, arch.page) &&
    placer.place(file, request.offset, length, bar.base, bar.size, false, 0);
  if (!place()) return undefined;
  const { start } = placer;
  const { vmas, layout } = prepared.mm.space;
  const open = openRange({ vmas, layout });
  // Whole periods, so that the residue at the far end is the one at hand.
  const far = Math.floor(Math.min(randomRange(arch), open.end - open.start) / period) * period;
  if (far <= 0) return undefined;
  const farthest = (space.slide ?? 0) + far;
  const there = withInput(scenario, 'aslr', farthest);
  try {
    const { placement } = solve(there, prepare(there.machine, there.space));
    if (!placement.ok || placement.start !== start - far) return undefined;
  } catch {
    return undefined;
  }
  return { placer, place };
};

/**
 * What random bases make of a Scenario's request. Yields undefined after about a millisecond of work.
 *
 * The rule: mmap_base is drawn as a whole number of pages (arch_mmap_rnd(): get_random_long() of vm.mmap_rnd_bits bits,
 * shifted by PAGE_SHIFT; arch/x86/mm/mmap.c and mm/util.c, 6.12), every one as likely. Leaves and alignment look at
 * the base modulo a power of two only, and a draw of more bits than that has repeats it evenly.
 */
export function* luckOf(scenario: Scenario): Generator<undefined, Luck | NoLuck> {
  let prepared: Prepared;
  try {
    prepared = prepare(scenario.machine, scenario.space);
  } catch {
    return { how: 'none', why: 'impossible' };
  }
  const { placement, device, steps } = solve(scenario, prepared);
  if (!placement.ok) return { how: 'none', why: 'refused' };
  if (device === undefined) return { how: 'none', why: 'no device' };
  const reserves = steps.some(s => s.kind === 'reserve');
  if (!reserves && placement.by !== 'search')
    return { how: 'none', why: placement.by === 'fixed' ? 'fixed' : 'hint' };
  const { arch } = prepared;
  const bits = randomBits(arch);
  const common = { bits, policy: scenario.machine.policy };
  const tally = new Tally();
  const rules = rulesOf(scenario, prepared);
  const period = periodOf(scenario, prepared);
  const positions = period / arch.page;
  const moving =
    LeafFigures.holds(rules, scenario.request.touch) && positions <= MOST_POSITIONS
      ? movingPlacer(scenario, prepared, period)
      : undefined;
  if (moving !== undefined) {
    const { placer, place } = moving;
    const figures = new LeafFigures(arch, rules, scenario.request.touch);
    const length = alignUp(scenario.request.length, arch.page);
    const pa = scenario.device.bar.base + scenario.request.offset;
    for (let i = 0; i < positions; i++) {
      placer.slide = i * arch.page;
      // The search found its gap once, and every answer rests on the same searches.
      if (!place()) throw new Error('a place that moves along was not found again');
      figures.count(placer.start, placer.start + length, pa);
      tally.add(figures.largest + 1 + (figures.corrupt ? CORRUPT : 0), figures.faults);
      if (i % BREATH === BREATH - 1) yield undefined;
    }
    return {
      how: 'counted',
      period,
      bases: positions,
      counts: tally.counts,
      faults: tally.faults,
      ...common,
    };
  }
  const random = seeded(1);
  const { vmas, layout } = prepared.mm.space;
  const open = openRange({ vmas, layout });
  const span = Math.floor(Math.min(randomRange(arch), open.end - open.start) / arch.page);
  for (let i = 0; i < SAMPLES; i++) {
    const slide = (scenario.space.slide ?? 0) + Math.floor(random() * span) * arch.page;
    const there = withInput(scenario, 'aslr', slide);
    try {
      const space = prepare(there.machine, there.space);
      const figures = figuresOf(solve(there, space), trace(there, space));
      tally.add(figures.cls, figures.faults);
    } catch {
      return { how: 'none', why: 'impossible' };
    }
    if (i % SAMPLE_BREATH === SAMPLE_BREATH - 1) yield undefined;
  }
  return { how: 'sampled', period: 0, bases: SAMPLES, counts: tally.counts, faults: tally.faults, ...common };
}
