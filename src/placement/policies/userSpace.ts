import {
  alignUp,
  type Bytes,
  bytes,
  GiB,
  lowestBit,
  type Pa,
  pa,
  powerAbove,
  type Va,
  va,
  word,
} from '../../units.ts';
import { MAP } from '../flags.ts';
import type { Recorder } from '../mm.ts';
import { type Placement, vfioOffset } from '../mmap.ts';
import { type Mapped, mmapInto, munmapFrom, type Process } from '../process.ts';
import type { MmapRequest, VfioRegion } from '../request.ts';

/** A part of a region that is to be mapped: bytes in the region. */
export interface Area {
  readonly offset: Bytes;
  readonly size: Bytes;
}

/** One thing that a program does to place its areas, in order. */
export type Step =
  /** mmap(NULL, length, PROT_NONE, private anonymous): room to spare. */
  | { readonly kind: 'reserve'; readonly start: Va; readonly end: Va }
  /** The program's own arithmetic: the first multiple of `align` at or above `from`. */
  | { readonly kind: 'roundUp'; readonly from: Va; readonly to: Va; readonly align: Bytes }
  /** munmap() of what is not wanted: below, between or above the areas. */
  | {
      readonly kind: 'unmap';
      readonly part: 'head' | 'gap' | 'tail';
      readonly start: Va;
      readonly end: Va;
    }
  /** mmap() of the device; `fixed`: MAP_FIXED over the reservation, else wherever the kernel likes. */
  | {
      readonly kind: 'map';
      readonly fixed: boolean;
      readonly start: Va;
      readonly end: Va;
      readonly offset: Bytes;
    }
  /** A call failed, and the program gives up. */
  | { readonly kind: 'failed'; readonly call: 'reserve' | 'map'; readonly offset: Bytes };

/** A part of the region where it was mapped. */
export interface DeviceMapping {
  readonly start: Va;
  readonly end: Va;
  /** Bytes in the region. */
  readonly offset: Bytes;
  readonly pa: Pa;
}

/** What became of the areas. */
export interface Outcome {
  /** Of the first mapping, or of the call that failed. */
  readonly placement: Placement;
  readonly steps: readonly Step[];
  /** One an area, in ascending order of offset; empty where a call failed. */
  readonly mappings: readonly DeviceMapping[];
  /** The process afterwards. */
  readonly process: Process;
}

/** What is to be mapped. */
export interface Device {
  /** The number of the BAR. */
  readonly index: number;
  readonly region: VfioRegion;
  /** Ascending, not overlapping, at least one. */
  readonly areas: readonly Area[];
  readonly prot: number;
}

/** How a program places the areas of a device. `record` hears the first search. */
export type UserRule = (process: Process, device: Device, record?: Recorder) => Outcome;

/** A call in the making: every step so far, and the process after it. */
interface Run {
  process: Process;
  readonly device: Device;
  readonly steps: Step[];
  readonly mappings: DeviceMapping[];
  /** The first successful placement of the device. */
  first: Placement | undefined;
  failed: Placement | undefined;
  /** Heard by the next search only. */
  record: Recorder | undefined;
}

const requestOf = (input: {
  readonly device: Device;
  readonly area: Area;
  readonly at: number | undefined;
}): MmapRequest => ({
  file: 'vfio',
  hint: word(input.at ?? 0),
  length: word(input.area.size),
  offset: word(vfioOffset(input.device.index, input.area.offset)),
  prot: input.device.prot,
  flags: MAP.SHARED | (input.at === undefined ? 0 : MAP.FIXED),
  region: input.device.region,
  hugePage: bytes(2 ** 21),
  shmemEnabled: 'never',
  shadowStack: false,
});

const take = (run: Run, mapped: Mapped): Placement => {
  run.process = mapped.process;
  run.record = undefined;
  return mapped.placement;
};

/** Maps one area, at an address or wherever the kernel likes; false where that fails. */
const mapArea = (run: Run, area: Area, at?: number): boolean => {
  const request = requestOf({ device: run.device, area, at });
  const placement = take(run, mmapInto(run.process, request, 'vfio', run.record));
  const { offset } = area;
  if (!placement.ok) {
    run.steps.push({ kind: 'failed', call: 'map', offset });
    run.failed = placement;
    return false;
  }
  const { start, end } = placement;
  run.steps.push({ kind: 'map', fixed: at !== undefined, start, end, offset });
  run.mappings.push({ start, end, offset, pa: pa(run.device.region.phys + offset) });
  run.first ??= placement;
  return true;
};

/** Reserves room for `size` at a multiple of `align`, and trims what is not needed; undefined where that fails. */
const reserve = (run: Run, size: number, align: number, offset: Bytes, flags: number): number | undefined => {
  const request: MmapRequest = {
    ...requestOf({ device: run.device, area: { offset: bytes(0), size: bytes(0) }, at: undefined }),
    file: 'anon',
    length: word(size + align),
    offset: word(0),
    prot: 0,
    flags: MAP.PRIVATE | flags,
    region: undefined,
  };
  const placement = take(run, mmapInto(run.process, request, '', run.record));
  if (!placement.ok) {
    run.steps.push({ kind: 'failed', call: 'reserve', offset });
    run.failed = placement;
    return undefined;
  }
  const { start, end } = placement;
  run.steps.push({ kind: 'reserve', start, end });
  const base = alignUp(start, align);
  run.steps.push({ kind: 'roundUp', from: start, to: va(base), align: bytes(align) });
  unmap(run, 'head', start, base);
  unmap(run, 'tail', base + size, end);
  return base;
};

/** munmap(); an empty range is EINVAL, which the programs ignore. */
const unmap = (run: Run, part: 'head' | 'gap' | 'tail', start: number, end: number): void => {
  if (end <= start) return;
  run.process = munmapFrom(run.process, start, end);
  run.steps.push({ kind: 'unmap', part, start: va(start), end: va(end) });
};

const ruleOf =
  (play: (run: Run, areas: readonly Area[]) => void): UserRule =>
  (process, device, record) => {
    const run: Run = {
      process,
      device,
      steps: [],
      mappings: [],
      first: undefined,
      failed: undefined,
      record,
    };
    const { page } = process.mm.arch;
    const areas = device.areas.map(a => ({ ...a, size: bytes(alignUp(a.size, page)) }));
    // A program maps areas that the kernel told it of. For any other the kernel's own refusal is the answer.
    const room = alignUp(device.region.size, page);
    const odd = areas.find(a => a.size === 0 || a.offset + a.size > room);
    if (odd === undefined) play(run, areas);
    else mapArea(run, odd);
    const placement = run.failed ?? run.first;
    if (placement === undefined) throw new Error('a rule for user space mapped nothing');
    const { steps, mappings } = run;
    return { placement, steps, mappings: placement.ok ? mappings : [], process: run.process };
  };

/**
 * QEMU 9.2: every area for itself, aligned to the lowest bit of its own size, at most 1 GiB. Where the area lies in
 * the region does not count.
 *
 * Source: 00b519c0bca0, hw/vfio/region.c in later releases.
 */
export const qemuByArea = ruleOf((run, areas) => {
  for (const area of areas) {
    const align = Math.min(lowestBit(area.size), GiB);
    const base = reserve(run, area.size, align, area.offset, 0);
    if (base === undefined || !mapArea(run, area, base)) return;
  }
});

/**
 * QEMU since 3863e47828d5 (2026): one reservation for the whole region, aligned to its size, at most 1 GiB; areas keep
 * their distances in it.
 */
export const qemuByRegion = ruleOf((run, areas) => {
  const { page } = run.process.mm.arch;
  const size = alignUp(run.device.region.size, page);
  const align = Math.min(powerAbove(size), GiB);
  const base = reserve(run, size, align, bytes(0), 0);
  if (base === undefined) return;
  let at = base;
  for (const area of areas) {
    unmap(run, 'gap', at, base + area.offset);
    if (!mapArea(run, area, base + area.offset)) return;
    at = base + area.offset + area.size;
  }
  unmap(run, 'tail', at, base + size);
});

/**
 * Cloud Hypervisor since v53.0: every area for itself, aligned to the next power of two at or above its size, at most
 * 1 GiB; a single page is mapped as it comes. Where the area lies in the region does not count.
 *
 * Source: de4ff39f4dd5 (June 2026), pci/src/mmap.rs; the areas: generate_sparse_areas(), pci/src/vfio.rs.
 */
export const cloudHypervisor = ruleOf((run, areas) => {
  const { page } = run.process.mm.arch;
  for (const area of areas) {
    const align = Math.min(powerAbove(area.size), GiB);
    if (align === page) {
      if (!mapArea(run, area)) return;
      continue;
    }
    const base = reserve(run, area.size, align, area.offset, MAP.NORESERVE);
    if (base === undefined || !mapArea(run, area, base)) return;
  }
});

/** A program that leaves it all to the kernel, as Cloud Hypervisor did up to v52.0. Source: pci/src/mmap.rs, v52.0. */
export const eachAsItComes = ruleOf((run, areas) => {
  for (const area of areas) if (!mapArea(run, area)) return;
});
