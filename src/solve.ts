import type { Arch } from './arch/arch.ts';
import { archOf } from './arch/index.ts';
import { costOf, type LeafCost } from './cost/cost.ts';
import { type FaultEra, factsOf, type KernelFacts } from './kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from './kernel/version.ts';
import { tlbUnits } from './leaves/contiguous.ts';
import type { PfnMapping } from './leaves/mapping.ts';
import { type LeafRules, leafRules } from './leaves/rules.ts';
import { type LeafRun, leafCount } from './leaves/runs.ts';
import { firstMidOffsets, type TouchOrder, touchAll } from './leaves/touch.ts';
import { type BestPossible, bestPossible, type WhySize, whyNotLarger } from './leaves/why.ts';
import { ERRNO } from './placement/errno.ts';
import type { Mm, PlacementEvent, Recorder } from './placement/mm.ts';
import { mmap, type Placement, vfioOffset } from './placement/mmap.ts';
import type { Area, Device, DeviceMapping, Outcome, Step } from './placement/policies/userSpace.ts';
import { policyOf } from './placement/policies.ts';
import { mmapInto, type Process } from './placement/process.ts';
import { type Limits, type MmapRequest, ordinaryLimits, type VfioRegion } from './placement/request.ts';
import { skippedBytes } from './placement/skipped.ts';
import { barMappable, barStart } from './scenario/devices.ts';
import { processOf } from './scenario/process.ts';
import type { Scenario, TouchChoice } from './scenario/scenario.ts';
import { makeAddressSpace } from './space/addressSpace.ts';
import { withExtra } from './space/gapIndex.ts';
import { type Bytes, bytes, MiB, pa, type Va, va, word } from './units.ts';

/** A machine and a process, ready to be asked many requests. */
export interface Prepared {
  readonly arch: Arch;
  readonly version: KernelVersion;
  readonly facts: KernelFacts;
  readonly mm: Mm;
  readonly limits: Limits;
  /** What was changed so that the process fits the architecture, in sentences. */
  readonly notes: readonly string[];
}

/** The answer to one Scenario. */
export interface Solution {
  readonly prepared: Prepared;
  readonly placement: Placement;
  /** What device memory the placed VMA shows; undefined when placement failed or nothing physical is mapped. */
  readonly device: DeviceAnswer | undefined;
  /**
   * One answer a mapping, in ascending order of offset: holes in the BAR make several, and `device` is the first.
   * Empty where `device` is undefined.
   */
  readonly parts: readonly DeviceAnswer[];
  /** Over all parts; undefined where there is none. */
  readonly total: PartsTotal | undefined;
  /** What a program did to place its mappings; empty where the kernel decides. */
  readonly steps: readonly Step[];
}

/** What all mappings of one request come to. */
export type PartsTotal = Pick<DeviceAnswer, 'leaves' | 'faults' | 'cost' | 'bestCost'>;

/** What the faults make of a placed device mapping. */
export interface DeviceAnswer {
  readonly mapping: PfnMapping;
  readonly rules: LeafRules;
  /** The leaves after every page was touched once in the chosen order. */
  readonly leaves: readonly LeafRun[];
  /** What one TLB entry may hold: the leaves, or blocks of them where entries are marked contiguous. */
  readonly units: readonly LeafRun[];
  readonly faults: number;
  readonly why: readonly WhySize[];
  readonly cost: LeafCost;
  readonly best: BestPossible;
  readonly bestCost: LeafCost;
}

const kernelOf = (text: string): KernelVersion => {
  const version = parseKernelVersion(text);
  if (!version) throw new Error(`not a kernel version: ${text}`);
  return version;
};

/** Builds what stays the same while the request changes: kernel facts, VMAs and the gap index. */
export const prepare = (machine: Scenario['machine'], space: Scenario['space']): Prepared => {
  const arch = archOf(machine.arch);
  const version = kernelOf(machine.kernel);
  const facts = policyOf(machine.policy).apply(factsOf(version));
  const { vmas, layout, randomize, lid, notes } = processOf(arch, space);
  // An index of many VMAs is built once, whatever the lid.
  const bare = makeAddressSpace(lid?.bare ?? vmas, layout, facts, arch);
  return {
    arch,
    version,
    facts,
    notes,
    mm: {
      arch,
      facts,
      space:
        lid === undefined
          ? bare
          : { ...bare, vmas, count: vmas.length, index: withExtra(bare.index, lid.vma.start, lid.vma.end) },
      randomize,
      bit32Start: () => 0,
    },
    // The lid stands for mappings the process might have; by itself it must not fill the table.
    limits: {
      ...ordinaryLimits,
      maxMapCount: ordinaryLimits.maxMapCount + (lid === undefined ? 0 : 1),
    },
  };
};

/** The BAR as vfio-pci offers it on the Scenario's architecture. */
const regionOf = ({ device: { bar }, machine }: Scenario): VfioRegion => ({
  phys: barStart(bar.base, archOf(machine.arch).page),
  size: bar.size,
  mappable: barMappable(bar.base, bar.size, archOf(machine.arch).page),
});

/** The mmap() call a Scenario makes. */
export const requestOf = (scenario: Scenario): MmapRequest => {
  const { request, device, machine } = scenario;
  const vfio = request.file === 'vfio';
  return {
    file: request.file,
    hint: word(request.hint),
    length: word(request.length),
    offset: word(vfio ? vfioOffset(device.bar.index, request.offset) : request.offset),
    prot: request.prot,
    flags: request.flags,
    // Past 1 TiB the offset names the next region, which is not this BAR.
    region: vfio && request.offset < 2 ** 40 ? regionOf(scenario) : undefined,
    hugePage: archOf(machine.arch).hugePages[0] ?? bytes(2 * MiB),
    shmemEnabled: machine.shmem,
    shadowStack: false,
  };
};

const orderOf = (choice: TouchChoice, mapping: PfnMapping, page: number): TouchOrder => {
  switch (choice) {
    case 'asc':
      return { kind: 'ascending' };
    case 'desc':
      return { kind: 'descending' };
    case 'middle':
      return {
        kind: 'firstThenAscending',
        first: firstMidOffsets(mapping.end - mapping.start, page).slice(1, 2),
      };
  }
};

/** Where nothing of a device is mapped. */
const nothing = { device: undefined, parts: [], total: undefined, steps: [] } as const;

/** The mapped range less the holes of the BAR, ascending. */
const areasOf = ({ device, request }: Scenario): readonly Area[] => {
  const areas: Area[] = [];
  const end = request.offset + request.length;
  let at = request.offset as number;
  const upTo = (stop: number): void => {
    if (stop > at) areas.push({ offset: bytes(at), size: bytes(stop - at) });
  };
  for (const hole of device.holes) {
    if (hole.offset >= end) break;
    upTo(hole.offset);
    at = Math.max(at, hole.offset + hole.size);
  }
  upTo(end);
  return areas;
};

/** The scenario of one area alone. */
const ofArea = (scenario: Scenario, area: Area): Scenario => ({
  ...scenario,
  request: { ...scenario.request, offset: area.offset, length: area.size },
});

/** One mmap() an area on the growing address space, as a program does that leaves placement to the kernel. */
const mapEach = (
  scenario: Scenario,
  prepared: Prepared,
  areas: readonly Area[],
): Pick<Outcome, 'placement' | 'mappings'> => {
  let process: Process = prepared;
  let first: Placement | undefined;
  const mappings: DeviceMapping[] = [];
  for (const area of areas) {
    const { placement, process: next } = mmapInto(process, requestOf(ofArea(scenario, area)), 'vfio');
    if (!placement.ok) return { placement, mappings: [] };
    first ??= placement;
    process = next;
    const { start, end } = placement;
    mappings.push({
      start,
      end,
      offset: area.offset,
      pa: pa(barStart(scenario.device.bar.base, prepared.arch.page) + area.offset),
    });
  }
  const placement = first ?? { ok: false, errno: ERRNO.EINVAL, refusal: 'holes leave nothing to map' };
  return { placement, mappings };
};

const totalOf = (parts: readonly DeviceAnswer[], arch: Arch): PartsTotal | undefined => {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return first;
  const sum = (of: (part: DeviceAnswer) => number): number => parts.reduce((n, part) => n + of(part), 0);
  const faults = sum(part => part.faults);
  const { era } = first.rules;
  // Neighbours may share a table, so tables are counted over all runs at once; faults are each mapping's own.
  const whole = (runs: readonly LeafRun[], own: number, tlbEntries: number): LeafCost => ({
    ...costOf(
      [...runs].sort((a, b) => a.va - b.va),
      arch,
      era,
    ),
    faults: own,
    tlbEntries,
  });
  const leaves = parts.flatMap(part => part.leaves);
  return {
    leaves,
    faults,
    cost: whole(
      leaves,
      faults,
      sum(part => part.cost.tlbEntries),
    ),
    bestCost: whole(
      parts.flatMap(part => part.best.runs),
      sum(part => part.bestCost.faults),
      sum(part => part.bestCost.tlbEntries),
    ),
  };
};

/**
 * One answer a physical range that a mapping shows: no leaf reaches over a seam, as its block would have to lie in
 * one range. Source: dax_pgoff_to_phys(), drivers/dax/device.c, 6.12.
 */
const answersOf = (
  scenario: Scenario,
  prepared: Prepared,
  { start, end, offset }: Pick<DeviceMapping, 'start' | 'end' | 'offset'>,
): readonly DeviceAnswer[] => {
  const seams = scenario.device.ranges
    .map(r => r.offset)
    .filter(at => at > offset && at < offset + (end - start));
  const cuts = [offset, ...seams, offset + (end - start)];
  return cuts.slice(1).map((to, i) => {
    const from = cuts[i] ?? offset;
    const answer = deviceAnswer(
      scenario,
      prepared,
      va(start + (from - offset)),
      va(start + (to - offset)),
      bytes(from),
    );
    // Where one fault fills the VMA it fills every range of it.
    return i > 0 && fillsAtOnce(answer.rules.era) ? { ...answer, faults: 0 } : answer;
  });
};

const fillsAtOnce = (era: FaultEra): boolean => era === 'fullRemap' || era === 'fullInsert';

/** Physical address behind a byte of the BAR. */
const physOf = ({ bar, ranges }: Scenario['device'], offset: number, page: Bytes): number => {
  const range = ranges.findLast(r => r.offset <= offset);
  return range === undefined ? barStart(bar.base, page) + offset : range.phys + (offset - range.offset);
};

const several = (
  scenario: Scenario,
  prepared: Prepared,
  outcome: Pick<Outcome, 'placement' | 'mappings'>,
  steps: readonly Step[],
): Solution => {
  const { placement, mappings } = outcome;
  const parts = mappings.flatMap(m => answersOf(scenario, prepared, m));
  return { prepared, placement, device: parts[0], parts, total: totalOf(parts, prepared.arch), steps };
};

/** The device as a program sees it. */
const deviceOf = (scenario: Scenario, areas: readonly Area[]): Device => ({
  index: scenario.device.bar.index,
  region: regionOf(scenario),
  areas,
  prot: scenario.request.prot,
});

/** The areas that a program maps; the whole range where the holes do not touch it. */
export const programAreas = (scenario: Scenario): readonly Area[] => {
  const { offset, length } = scenario.request;
  return scenario.device.holes.length === 0 ? [{ offset, size: length }] : areasOf(scenario);
};

/**
 * Scenario -> AddressSpace -> Placement -> LeafRun[] -> Cost. `prepared` must come from the same machine and
 * space; it is asked for so that a drag does not build the space again.
 */
export const solve = (scenario: Scenario, prepared = prepare(scenario.machine, scenario.space)): Solution => {
  const policy = policyOf(scenario.machine.policy);
  const vfio = scenario.request.file === 'vfio';
  if (policy.kind === 'none')
    return {
      prepared,
      placement: { ok: false, errno: ERRNO.ENODEV, refusal: 'no MMU' },
      ...nothing,
    };
  if (vfio && policy.kind === 'program') {
    const areas = programAreas(scenario);
    if (areas.length === 0) return several(scenario, prepared, mapEach(scenario, prepared, areas), []);
    const outcome = policy.rule(prepared, deviceOf(scenario, areas));
    return several(scenario, prepared, outcome, outcome.steps);
  }
  if (vfio && scenario.device.holes.length > 0) {
    const areas = areasOf(scenario);
    if (scenario.request.length > 0)
      return several(scenario, prepared, mapEach(scenario, prepared, areas), []);
  }
  const placement = mmap(prepared.mm, prepared.limits, requestOf(scenario));
  if (!placement.ok || !vfio) return { prepared, placement, ...nothing };
  if (scenario.device.ranges.length > 0) {
    const { start, end } = placement;
    const mapping = { start, end, offset: scenario.request.offset, pa: scenario.device.bar.base };
    return several(scenario, prepared, { placement, mappings: [mapping] }, []);
  }
  const device = deviceAnswer(scenario, prepared, placement.start, placement.end);
  return { prepared, placement, device, parts: [device], total: device, steps: [] };
};

/** Which leaves faults may install for a Scenario's request. */
export const rulesOf = (
  { machine, request }: Pick<Scenario, 'machine' | 'request'>,
  { arch, facts, version }: Pick<Prepared, 'arch' | 'facts' | 'version'>,
): LeafRules =>
  leafRules(arch, facts, version, {
    enabled: machine.thp,
    advice: request.advice,
    processDisabled: false,
  });

/**
 * Bytes of address space that alignment leaves free beside all that was mapped; `events` are those of {@link trace}.
 * Undefined where no search chose the place. A program maps at a fixed address inside what a search gave it.
 */
export const skippedOf = (
  { placement, parts, steps }: Pick<Solution, 'placement' | 'parts' | 'steps'>,
  events: readonly PlacementEvent[],
): number | undefined => {
  if (!placement.ok) return undefined;
  if (placement.by !== 'search' && !steps.some(step => step.kind === 'reserve')) return undefined;
  const end = Math.max(placement.end, parts.at(-1)?.mapping.end ?? 0);
  return skippedBytes({ ...placement, end: va(end), by: 'search' }, events);
};

/** What faults do to the BAR from `offset` on, the request's own if none is given, were it mapped at [start, end). */
export const deviceAnswer = (
  scenario: Scenario,
  prepared: Prepared,
  start: Va,
  end: Va,
  offset: Bytes = scenario.request.offset,
): DeviceAnswer => {
  const { arch } = prepared;
  const rules = rulesOf(scenario, prepared);
  const mapping: PfnMapping = {
    start,
    end,
    pa: pa(physOf(scenario.device, offset, arch.page)),
  };
  const touched = touchAll(mapping, rules, orderOf(scenario.request.touch, mapping, arch.page));
  if (touched === undefined) throw new Error('only a permutation can be too long to play');
  const best = bestPossible(bytes(end - start), mapping.pa, rules);
  const { cont } = scenario.machine;
  const units = tlbUnits(mapping, touched.leaves, arch, cont);
  const cost = { ...costOf(touched.leaves, arch, rules.era), tlbEntries: leafCount(units) };
  return {
    mapping,
    rules,
    leaves: touched.leaves,
    units,
    faults: touched.faults,
    why: whyNotLarger(mapping, rules, touched.leaves),
    cost,
    best,
    bestCost: {
      ...costOf(best.runs, arch, rules.era),
      tlbEntries: leafCount(tlbUnits(identityOf(mapping), best.runs, arch, cont)),
    },
  };
};

/** The mapping as it would be if its VA were its PA: where the best runs are counted. */
const identityOf = (m: PfnMapping): PfnMapping => ({
  start: va(m.pa),
  end: va(m.pa + (m.end - m.start)),
  pa: m.pa,
});

/**
 * The steps the kernel takes to place a Scenario's request, in order: the search drawn on the address space. Of
 * several mappings it is the first one's; of a program that reserves, the first reservation's.
 */
export const trace = (
  scenario: Scenario,
  prepared = prepare(scenario.machine, scenario.space),
): readonly PlacementEvent[] => {
  const events: PlacementEvent[] = [];
  const record: Recorder = event => {
    events.push(event);
  };
  const policy = policyOf(scenario.machine.policy);
  if (policy.kind === 'none') return events;
  const vfio = scenario.request.file === 'vfio';
  const areas = vfio && scenario.request.length > 0 ? programAreas(scenario) : [];
  const [first] = areas;
  if (vfio && policy.kind === 'program') {
    if (first !== undefined) policy.rule(prepared, deviceOf(scenario, areas), record);
  } else mmap(prepared.mm, prepared.limits, requestOf(first ? ofArea(scenario, first) : scenario), record);
  return events;
};
