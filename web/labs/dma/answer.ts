import type { Arch, LeafKind } from '../../../src/arch/arch.ts';
import { costOf } from '../../../src/cost/cost.ts';
import type { MemoryKind } from '../../../src/dma/ids.ts';
import { type Iommu, iommuOf, moreSizes, usualIommu } from '../../../src/dma/iommus.ts';
import { type DmaMapped, type DmaRefused, mapDma } from '../../../src/dma/map.ts';
import type { PfnMapping } from '../../../src/leaves/mapping.ts';
import type { LeafRules } from '../../../src/leaves/rules.ts';
import { type LeafRun, leafCount } from '../../../src/leaves/runs.ts';
import { touchAll } from '../../../src/leaves/touch.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../../../src/solve.ts';
import { alignUp, bytes, powerAbove, TiB, va } from '../../../src/units.ts';

/** What the CPU's page table has where the program asks for DMA. */
export interface CpuSide {
  /** Virtual address of the first byte. */
  readonly va: number;
  readonly leaves: readonly LeafRun[];
  readonly faults: number;
  readonly tableBytes: number;
}

/** One way to place the same mapping, and what the same call makes of it. */
export interface VaRow {
  readonly id: 'placed' | 'pageOff' | 'best' | 'bestOff';
  readonly va: number;
  readonly leaves: readonly LeafRun[];
  readonly faults: number;
  readonly result: DmaMapped | DmaRefused;
}

/** Everything the lab shows of one Scenario. Bytes. */
export interface DmaFacts {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly arch: Arch;
  readonly memory: MemoryKind;
  /** Bytes of a folio; of a BAR, which has none, the page. */
  readonly folio: number;
  readonly iommu: Iommu;
  /** The page sizes that can be ticked, ascending, and those that are. */
  readonly offered: readonly number[];
  readonly sizes: readonly number[];
  readonly iova: number;
  readonly length: number;
  /** Of ordinary memory, whose folios lie apart, undefined. */
  readonly pa: number | undefined;
  readonly cpu: CpuSide;
  readonly result: DmaMapped | DmaRefused;
  /** Empty for ordinary memory. */
  readonly rows: readonly VaRow[];
}

/** What of an architecture decides the classes of the ramp. */
export type RampBounds = Pick<Arch, 'page' | 'pmdSize' | 'pudSize'>;

/** So many entries are marked contiguous at least, where an architecture can. */
const CONTIGUOUS = 16;

/**
 * The class of the ramp that a size belongs to, by the CPU's own leaves: the IOMMU has sizes between those that the
 * ramp was made for, so that the size is always written beside the colour.
 */
export const rampOf = (size: number, { page, pmdSize, pudSize }: RampBounds): LeafKind => {
  if (pudSize > pmdSize && size >= pudSize) return 'pud';
  if (size >= pmdSize * CONTIGUOUS) return 'contpmd';
  if (size >= pmdSize) return 'pmd';
  return size >= page * CONTIGUOUS ? 'contpte' : 'pte';
};

/** The kinds of ordinary memory that an architecture has, with the bytes of their folios. */
export const foliosOf = (arch: Arch): ReadonlyMap<MemoryKind, number> => {
  const [huge] = arch.hugePages;
  const giant = arch.hugePages.find(size => size > arch.pmdSize && size === arch.pudSize);
  const folios = new Map<MemoryKind, number>([
    ['pages', arch.page],
    ['thp', arch.pmdSize],
  ]);
  if (huge !== undefined) folios.set('huge', huge);
  if (giant !== undefined) folios.set('giant', giant);
  return folios;
};

/** Where guests begin to lay their 64-bit BARs in these pictures. */
const GUEST_BARS = 0x38_0000_0000;
/** Where a guest's memory goes on above its first 4 GiB. */
const GUEST_MEMORY = 0x1_0000_0000;

/** Where the IOVA is unless it was chosen: a guest's firmware lays a BAR at a multiple of its size. */
const usualIova = ({ device: { bar } }: Scenario, memory: MemoryKind, pa: number | undefined): number => {
  if (memory !== 'bar' || pa === undefined) return GUEST_MEMORY;
  const inside = pa >= bar.base && pa < bar.base + bar.size ? pa - bar.base : 0;
  return alignUp(GUEST_BARS, powerAbove(bar.size)) + inside;
};

/** A mapping of device memory as ascending touches leave it. */
const touched = (mapping: PfnMapping, rules: LeafRules, arch: Arch): CpuSide => {
  const { leaves, faults } = touchAll(mapping, rules, { kind: 'ascending' }) ?? { leaves: [], faults: 0 };
  return { va: mapping.start, leaves, faults, tableBytes: costOf(leaves, arch, rules.era).tableBytes };
};

const moved = (m: PfnMapping, by: number): PfnMapping => ({
  start: va(m.start + by),
  end: va(m.end + by),
  pa: m.pa,
});

/** Room for ordinary memory in any process, at a multiple of every folio. */
const MEMORY_VA = va(0x10_0000_0000);

const memorySide = (arch: Arch, folio: number, length: number): CpuSide => {
  const whole = Math.floor(length / folio);
  const rest = length - whole * folio;
  const run = (at: number, size: number, count: number): LeafRun => ({
    va: va(at),
    kind: rampOf(size, arch),
    size: bytes(size),
    count,
    corrupt: false,
  });
  const leaves = [
    ...(whole > 0 ? [run(MEMORY_VA, folio, whole)] : []),
    ...(rest > 0 ? [run(MEMORY_VA + whole * folio, arch.page, rest / arch.page)] : []),
  ];
  return {
    va: MEMORY_VA,
    leaves,
    faults: Math.ceil(length / folio),
    tableBytes: costOf(leaves, arch, 'hugeAligned').tableBytes,
  };
};

/** The nearest VA shift by a page that stays in user space. */
const shiftOf = (m: PfnMapping, arch: Arch): number =>
  m.end + arch.page > arch.taskSize ? -arch.page : arch.page;

/** The lab's facts; undefined where it is about a BAR and none is mapped. */
export const dmaFacts = (scenario: Scenario, solution: Solution): DmaFacts | undefined => {
  const { arch, version } = solution.prepared;
  const { dma } = scenario.view.labs;
  const folios = foliosOf(arch);
  const memory = dma.memory === 'bar' || folios.has(dma.memory) ? dma.memory : 'pages';
  const folio = folios.get(memory) ?? arch.page;
  const device: DeviceAnswer | undefined = solution.device;
  if (memory === 'bar' && device === undefined) return undefined;
  const iommu = iommuOf(dma.iommu ?? usualIommu(arch.family, arch.page));
  const sizes = dma.sizes ?? iommu.sizes;
  const offered = [...new Set([...iommu.sizes, ...(moreSizes[iommu.id] ?? []), ...sizes])]
    .filter(size => size <= 4 * TiB)
    .sort((a, b) => a - b);
  const mapping = device?.mapping;
  const length =
    memory === 'bar' && mapping !== undefined
      ? mapping.end - mapping.start
      : Math.max(arch.page, alignUp(scenario.request.length, arch.page));
  const pa = memory === 'bar' ? mapping?.pa : undefined;
  const iova = dma.iova ?? usualIova(scenario, memory, pa);
  const ask = (cpu: Pick<CpuSide, 'va' | 'leaves' | 'faults'>): DmaMapped | DmaRefused =>
    mapDma({
      version,
      page: arch.page,
      va: cpu.va,
      length,
      iova,
      backing:
        memory === 'bar'
          ? { kind: 'bar', pa: pa ?? 0, leaves: cpu.leaves, faults: cpu.faults }
          : { kind: memory, folio },
      iommu,
      sizes,
      disabled: dma.smallPages,
    });
  const common = { scenario, solution, arch, memory, folio, iommu, offered, sizes, iova, length, pa };
  if (memory !== 'bar' || device === undefined || mapping === undefined) {
    const cpu = memorySide(arch, folio, length);
    return { ...common, cpu, result: ask(cpu), rows: [] };
  }
  const placed = touched(mapping, device.rules, arch);
  const pageOff = touched(moved(mapping, shiftOf(mapping, arch)), device.rules, arch);
  // Any VA that agrees with PA modulo every leaf gives the same leaves: PA itself stands for it.
  const same: PfnMapping = { start: va(mapping.pa), end: va(mapping.pa + length), pa: mapping.pa };
  const best = touched(same, device.rules, arch);
  const bestOff = touched(moved(same, arch.page), device.rules, arch);
  const row = (id: VaRow['id'], side: Pick<CpuSide, 'va' | 'leaves' | 'faults'>): VaRow => ({
    id,
    va: side.va,
    leaves: side.leaves,
    faults: side.faults,
    result: ask(side),
  });
  const cpu = dma.vaOff ? pageOff : placed;
  return {
    ...common,
    cpu,
    result: ask(cpu),
    rows: [row('placed', placed), row('pageOff', pageOff), row('best', best), row('bestOff', bestOff)],
  };
};

/** Number of CPU leaves. */
export const cpuLeaves = (facts: DmaFacts): number => leafCount(facts.cpu.leaves);
