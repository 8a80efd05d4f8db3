import { type AddressSpace, makeAddressSpace } from '../space/addressSpace.ts';
import type { Vma } from '../space/vma.ts';
import { type Va, va } from '../units.ts';
import { MAP, PROT } from './flags.ts';
import type { Mm, Recorder } from './mm.ts';
import { mmap, type Placement } from './mmap.ts';
import type { Limits, MmapRequest } from './request.ts';

/** A process between two system calls. */
export interface Process {
  readonly mm: Mm;
  readonly limits: Limits;
}

/** What a call of mmap() left behind. */
export interface Mapped {
  readonly placement: Placement;
  /** The process afterwards; as it was where the call failed. */
  readonly process: Process;
}

/** The VMAs without [start, end), those across its edges cut; and the index at which the range would go. */
const carve = (vmas: readonly Vma[], start: Va, end: Va): { readonly kept: Vma[]; readonly at: number } => {
  let first = vmas.findIndex(v => v.end > start);
  if (first < 0) first = vmas.length;
  let last = first;
  const edges: Vma[] = [];
  let below = 0;
  for (; last < vmas.length; last++) {
    const vma = vmas[last];
    if (vma === undefined || vma.start >= end) break;
    if (vma.start < start) {
      edges.push({ ...vma, end: start });
      below = 1;
    }
    if (vma.end > end) edges.push({ ...vma, start: end });
  }
  return { kept: vmas.toSpliced(first, last - first, ...edges), at: first + below };
};

/** The space of these VMAs. Its index is built when a search asks for it: MAP_FIXED and munmap() never do. */
const spaceOf = (mm: Mm, vmas: readonly Vma[]): AddressSpace => {
  let built: AddressSpace | undefined;
  const { layout } = mm.space;
  return {
    vmas,
    layout,
    get index() {
      built ??= makeAddressSpace(vmas, layout, mm.facts, mm.arch);
      return built.index;
    },
  };
};

const withVmas = (p: Process, vmas: readonly Vma[]): Process => ({
  ...p,
  mm: { ...p.mm, space: spaceOf(p.mm, vmas) },
});

const permsOf = (request: MmapRequest): string =>
  `${request.prot & PROT.READ ? 'r' : '-'}${request.prot & PROT.WRITE ? 'w' : '-'}${request.prot & PROT.EXEC ? 'x' : '-'}${request.flags & MAP.SHARED ? 's' : 'p'}`;

/**
 * mmap() with its effect: the new VMA replaces what it overlaps. Neighbours are not merged, which would change the
 * number of VMAs and no gap.
 */
export const mmapInto = (p: Process, request: MmapRequest, name: string, record?: Recorder): Mapped => {
  const placement = mmap(p.mm, p.limits, request, record);
  if (!placement.ok) return { placement, process: p };
  const { start, end } = placement;
  const { kept, at } = carve(p.mm.space.vmas, start, end);
  const vma: Vma = { start, end, growsDown: false, shadowStack: false, perms: permsOf(request), name };
  return { placement, process: withVmas(p, kept.toSpliced(at, 0, vma)) };
};

/** munmap() of [start, end). Splitting a VMA at the limit of mappings fails in the kernel; here it does not. */
export const munmapFrom = (p: Process, start: number, end: number): Process =>
  withVmas(p, carve(p.mm.space.vmas, va(start), va(end)).kept);
