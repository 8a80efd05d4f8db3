import { type AddressSpace, makeAddressSpace } from '../space/addressSpace.ts';
import { firstAbove, type Vma } from '../space/vma.ts';
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

/** A list of VMAs that was edited in one place: `middle` stands for numbers `first` to `last` (exclusive) of `base`. */
interface Patch {
  readonly base: readonly Vma[];
  readonly first: number;
  readonly last: number;
  readonly middle: readonly Vma[];
}

/** A space after system calls. The list is made when somebody asks for it: a call reads only what lies around it. */
interface Patched extends AddressSpace {
  readonly patch: Patch;
}

const isPatched = (space: AddressSpace): space is Patched => 'patch' in space;

/** `vmas` without [start, end), those across its edges cut, and `put` in its place. */
const carved = (vmas: readonly Vma[], start: Va, end: Va, put: readonly Vma[]): readonly Vma[] => {
  const first = firstAbove(vmas, start);
  let last = first;
  const low: Vma[] = [];
  const high: Vma[] = [];
  for (; last < vmas.length; last++) {
    const vma = vmas[last];
    if (vma === undefined || vma.start >= end) break;
    if (vma.start < start) low.push({ ...vma, end: start });
    if (vma.end > end) high.push({ ...vma, start: end });
  }
  return vmas.toSpliced(first, last - first, ...low, ...put, ...high);
};

/** The process with `put`, nothing or one VMA, in place of all that lies in [start, end). */
const edited = (p: Process, start: Va, end: Va, put: readonly Vma[]): Process => {
  const { space } = p.mm;
  const before = isPatched(space) ? space.patch : undefined;
  const base = before?.base ?? space.vmas;
  const from = firstAbove(base, start);
  const above = firstAbove(base, end);
  const to = (base[above]?.start ?? end) < end ? above + 1 : above;
  const old = before ?? { first: from, last: from, middle: [] };
  const first = Math.min(old.first, from);
  const last = Math.max(old.last, to);
  const window = base.slice(first, old.first).concat(old.middle, base.slice(old.last, last));
  const patch: Patch = { base, first, last, middle: carved(window, start, end, put) };
  return { ...p, mm: { ...p.mm, space: spaceOf(p.mm, patch) } };
};

/** The space of a patched list. Its index is built when a search asks for it: MAP_FIXED and munmap() never do. */
const spaceOf = (mm: Mm, patch: Patch): Patched => {
  const { base, first, last, middle } = patch;
  const { layout } = mm.space;
  let vmas: readonly Vma[] | undefined;
  let built: AddressSpace | undefined;
  return {
    patch,
    layout,
    count: base.length - (last - first) + middle.length,
    get vmas() {
      vmas ??= base.toSpliced(first, last - first, ...middle);
      return vmas;
    },
    get index() {
      built ??= makeAddressSpace(this.vmas, layout, mm.facts, mm.arch);
      return built.index;
    },
  };
};

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
  const vma: Vma = { start, end, growsDown: false, shadowStack: false, perms: permsOf(request), name };
  return { placement, process: edited(p, start, end, [vma]) };
};

/** munmap() of [start, end). Splitting a VMA at the limit of mappings fails in the kernel; here it does not. */
export const munmapFrom = (p: Process, start: number, end: number): Process =>
  edited(p, va(start), va(end), []);
