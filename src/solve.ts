import type { Arch } from './arch/arch.ts';
import { archOf } from './arch/index.ts';
import { costOf, type LeafCost } from './cost/cost.ts';
import { factsOf, type KernelFacts } from './kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from './kernel/version.ts';
import type { PfnMapping } from './leaves/mapping.ts';
import { type LeafRules, leafRules } from './leaves/rules.ts';
import type { LeafRun } from './leaves/runs.ts';
import { firstMidOffsets, type TouchOrder, touchAll } from './leaves/touch.ts';
import { type BestPossible, bestPossible, type WhySize, whyNotLarger } from './leaves/why.ts';
import type { Mm, PlacementEvent, Recorder } from './placement/mm.ts';
import { mmap, type Placement, vfioOffset } from './placement/mmap.ts';
import { policyOf } from './placement/policies.ts';
import { type Limits, type MmapRequest, ordinaryLimits } from './placement/request.ts';
import { spacePreset } from './scenario/presets.ts';
import type { Scenario, TouchChoice } from './scenario/scenario.ts';
import { makeAddressSpace } from './space/addressSpace.ts';
import { layoutFromBase, type MmapLayout, mmapLayout } from './space/mmapLayout.ts';
import type { Vma } from './space/vma.ts';
import { bytes, MiB, pa, type Va, va, word } from './units.ts';

/** A machine and a process, ready to be asked many requests. */
export interface Prepared {
  readonly arch: Arch;
  readonly version: KernelVersion;
  readonly facts: KernelFacts;
  readonly mm: Mm;
  readonly limits: Limits;
}

/** The answer to one Scenario. */
export interface Solution {
  readonly prepared: Prepared;
  readonly placement: Placement;
  /** What device memory the placed VMA shows; undefined when placement failed or nothing physical is mapped. */
  readonly device: DeviceAnswer | undefined;
}

/** What the faults make of a placed device mapping. */
export interface DeviceAnswer {
  readonly mapping: PfnMapping;
  readonly rules: LeafRules;
  /** The leaves after every page was touched once in the chosen order. */
  readonly leaves: readonly LeafRun[];
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

/** The mmap layout of a Scenario's process. A running process keeps the base it was started with. */
export const layoutOf = (arch: Arch, space: Scenario['space']): MmapLayout => {
  const known =
    space.mmapBase ??
    (space.source.kind === 'preset' ? spacePreset(space.source.id).mmapBase : space.source.mmapBase);
  const input = { stackLimit: space.stackLimit, legacy: space.legacy };
  if (known === undefined) return mmapLayout(arch, { ...input, randomize: false, random: 0 });
  // The base of a running process tells its random draw, and the draw its legacy base.
  const still = mmapLayout(arch, { ...input, randomize: false, random: 0 });
  const randomize = known !== still.mmapBase;
  const topDown = layoutFromBase(arch, known, { ...input, legacy: false, randomize });
  return { ...topDown, topDown: !space.legacy };
};

/** The VMAs of a Scenario's process, with the lid that stands in for mappings it might have. */
export const vmasOf = (arch: Arch, space: Scenario['space']): readonly Vma[] => {
  const { mmapBase } = layoutOf(arch, { ...space, legacy: false });
  const vmas =
    space.source.kind === 'preset' ? spacePreset(space.source.id).vmas(mmapBase) : space.source.vmas;
  if (space.lid === undefined) return vmas;
  return withLid(vmas, space.lid, mmapBase);
};

/** Takes everything from `lid` to the next VMA above it, or to mmap_base where none is in between. */
const withLid = (vmas: readonly Vma[], lid: Va, mmapBase: Va): readonly Vma[] => {
  const next = vmas.findIndex(v => v.end > lid);
  const above = next < 0 ? undefined : vmas[next];
  const end = Math.min(above?.start ?? mmapBase, lid < mmapBase ? mmapBase : Number.POSITIVE_INFINITY);
  if (end <= lid || !Number.isFinite(end)) return vmas;
  const blocker: Vma = {
    start: lid,
    end: va(end),
    growsDown: false,
    shadowStack: false,
    perms: '---p',
    name: 'lid',
  };
  const at = next < 0 ? vmas.length : next;
  return [...vmas.slice(0, at), blocker, ...vmas.slice(at)];
};

/** Builds what stays the same while the request changes: kernel facts, VMAs and the gap index. */
export const prepare = (machine: Scenario['machine'], space: Scenario['space']): Prepared => {
  const arch = archOf(machine.arch);
  const version = kernelOf(machine.kernel);
  const facts = policyOf(machine.policy).apply(factsOf(version));
  return {
    arch,
    version,
    facts,
    mm: {
      arch,
      facts,
      space: makeAddressSpace(vmasOf(arch, space), layoutOf(arch, space), facts, arch),
      randomize: false,
      bit32Start: () => 0,
    },
    // The lid stands for mappings the process might have; by itself it must not fill the table.
    limits: {
      ...ordinaryLimits,
      maxMapCount: ordinaryLimits.maxMapCount + (space.lid === undefined ? 0 : 1),
    },
  };
};

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
    region:
      vfio && request.offset < 2 ** 40
        ? { phys: device.bar.base, size: device.bar.size, mappable: true }
        : undefined,
    hugePage: bytes(2 * MiB),
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

/**
 * Scenario -> AddressSpace -> Placement -> LeafRun[] -> Cost. `prepared` must come from the same machine and
 * space; it is asked for so that a drag does not build the space again.
 */
export const solve = (scenario: Scenario, prepared = prepare(scenario.machine, scenario.space)): Solution => {
  const placement = mmap(prepared.mm, prepared.limits, requestOf(scenario));
  if (!placement.ok || scenario.request.file !== 'vfio') return { prepared, placement, device: undefined };
  return { prepared, placement, device: deviceAnswer(scenario, prepared, placement.start, placement.end) };
};

/** What faults do to the scenario's BAR range, were it mapped at [start, end). */
export const deviceAnswer = (scenario: Scenario, prepared: Prepared, start: Va, end: Va): DeviceAnswer => {
  const { arch, facts, version } = prepared;
  const rules = leafRules(arch, facts, version, {
    enabled: scenario.machine.thp,
    advice: scenario.request.advice,
    processDisabled: false,
  });
  const mapping: PfnMapping = {
    start,
    end,
    pa: pa(scenario.device.bar.base + scenario.request.offset),
  };
  const touched = touchAll(mapping, rules, orderOf(scenario.request.touch, mapping, arch.page));
  if (touched === undefined) throw new Error('only a permutation can be too long to play');
  const best = bestPossible(bytes(end - start), mapping.pa, rules);
  const cost = costOf(touched.leaves, arch, rules.era);
  return {
    mapping,
    rules,
    leaves: touched.leaves,
    faults: touched.faults,
    why: whyNotLarger(mapping, rules, touched.leaves),
    cost,
    best,
    bestCost: costOf(best.runs, arch, rules.era),
  };
};

/** The steps the kernel takes to place a Scenario's request, in order: the search drawn on the address space. */
export const trace = (
  scenario: Scenario,
  prepared = prepare(scenario.machine, scenario.space),
): readonly PlacementEvent[] => {
  const events: PlacementEvent[] = [];
  const record: Recorder = event => {
    events.push(event);
  };
  mmap(prepared.mm, prepared.limits, requestOf(scenario), record);
  return events;
};
