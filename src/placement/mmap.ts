import type { AlignRule } from '../kernel/facts.ts';
import { intersects } from '../space/gapIndex.ts';
import { alignDown, alignUp, bytes, isZero, mod, type Va, va, type Word } from '../units.ts';
import { fixedTooLong, plainArea } from './area.ts';
import { ERRNO } from './errno.ts';
import { legacyMapMask, MAP, PROT } from './flags.ts';
import { hugetlbArea } from './hugetlb.ts';
import type { AreaRequest, Mm, Recorder } from './mm.ts';
import { vfioHooks } from './policies/hooks.ts';
import { lengthRule } from './policies/wilcox.ts';
import type { Limits, MmapRequest } from './request.ts';
import { type ShmemMount, shmemArea, shmemWantsHuge } from './shmem.ts';
import { thpAligned } from './thp.ts';

/** Which check refused a request; a screen words it. */
export type Refusal =
  | 'offset not page aligned'
  | 'MAP_HUGETLB on an ordinary file'
  | 'unknown huge page size'
  | 'no huge pages on this machine'
  | 'length 0'
  | 'length wraps to 0'
  | 'too many mappings'
  | 'longer than the address space'
  | 'no gap fits'
  | 'hint counts as an error number'
  | 'ends beyond the address space'
  | 'address not page aligned'
  | 'hint not aligned to the huge page'
  | 'below mmap_min_addr'
  | 'overlaps a mapping (MAP_FIXED_NOREPLACE)'
  | 'may not lock memory'
  | 'RLIMIT_MEMLOCK exceeded'
  | 'offset plus length overflows'
  | 'flags that MAP_SHARED_VALIDATE refuses'
  | 'MAP_SYNC without DAX'
  | 'longer than a file can be'
  | 'unknown mapping type'
  | 'MAP_GROWSDOWN on a file or shared memory'
  | 'MAP_DROPPABLE with MAP_GROWSDOWN or MAP_LOCKED'
  | 'RLIMIT_AS exceeded'
  | 'more memory than RAM and swap'
  | 'offset not a multiple of the huge page'
  | '/dev/mem is closed'
  | 'beyond the physical address width'
  | 'not a mappable BAR'
  | 'VFIO mapping must be shared'
  | 'beyond the end of the BAR'
  | 'holes leave nothing to map'
  | 'no MMU';

/** What mmap() answers. */
export type Placement =
  | {
      readonly ok: true;
      readonly start: Va;
      readonly end: Va;
      /** How the address came about. */
      readonly by: 'fixed' | 'hint' | 'search';
    }
  | { readonly ok: false; readonly errno: number; readonly refusal: Refusal };

const refuse = (errno: number, refusal: Refusal): Placement => ({ ok: false, errno, refusal });

const OFFSET_SHIFT = 2 ** 40;
const VFIO_BARS = 6;

/**
 * One mmap() call, every check in the kernel's order: the address, or the errno and which check gave it.
 * The address space is not changed. `record` receives the steps of the search.
 *
 * Not modelled, because no argument carries it: file protection modes (EACCES), LSM policy, seals, the pool of
 * free huge pages.
 *
 * Source: ksys_mmap_pgoff(), do_mmap(), __get_unmapped_area(), mmap_region(), mm/mmap.c and mm/vma.c, read in
 * 6.1, 6.12 and 7.0; vfio_pci_core_mmap(), drivers/vfio/pci/vfio_pci_core.c.
 */
export const mmap = (mm: Mm, limits: Limits, request: MmapRequest, record?: Recorder): Placement => {
  const { page } = mm.arch;
  const { file } = request;
  const hugetlb = file === 'anonHugetlb' || file === 'hugetlbFile';
  const anonymous = file === 'anon' || file === 'anonHugetlb';
  let { flags } = request;

  // System call layer.
  if (request.offset.rest !== 0 || mod(request.offset.base, page) !== 0)
    return refuse(ERRNO.EINVAL, 'offset not page aligned');
  const offset = request.offset.base;
  if (!anonymous && !hugetlb && flags & MAP.HUGETLB)
    return refuse(ERRNO.EINVAL, 'MAP_HUGETLB on an ordinary file');
  const hugePage = hugePageOf(mm, request);
  // A size named in the flags is looked up first; the default size of a machine that has none is found out later.
  if (file === 'anonHugetlb' && mm.arch.hugePages.length === 0 && hugePage !== undefined)
    return refuse(ERRNO.ENOENT, 'no huge pages on this machine');
  if (hugePage === undefined) return refuse(ERRNO.EINVAL, 'unknown huge page size');
  const asked = hugetlb ? roundUpWord(request.length, hugePage) : request.length;

  // do_mmap()
  if (isZero(asked)) return refuse(ERRNO.EINVAL, 'length 0');
  if (flags & MAP.FIXED_NOREPLACE) flags |= MAP.FIXED;
  const fixed = (flags & MAP.FIXED) !== 0;
  const length = roundUpWord(asked, page).base;
  if (length === 0) return refuse(ERRNO.ENOMEM, 'length wraps to 0');
  if (mm.space.count > limits.maxMapCount) return refuse(ERRNO.ENOMEM, 'too many mappings');

  // __get_unmapped_area()
  if (length > mm.arch.taskSize) return refuse(ERRNO.ENOMEM, 'longer than the address space');
  let start: number;
  let by: 'fixed' | 'hint' | 'search' = 'search';
  if (fixed) {
    const { hint } = request;
    const tooLong = fixedTooLong(mm, hint.base, length);
    // The copy of 6.11 and 6.12 tests the length first, as the ordinary function does after it; older ones never.
    const ownCopy = hugetlb && !mm.facts.hugetlbCore && mm.arch.placement.kind === 'generic';
    if (ownCopy && mm.facts.hugetlbMinAddr && tooLong)
      return refuse(ERRNO.ENOMEM, 'longer than the address space');
    if (hugetlb && (hint.rest !== 0 || mod(hint.base, hugePage) !== 0))
      return refuse(ERRNO.EINVAL, 'hint not aligned to the huge page');
    if (tooLong && !ownCopy) return refuse(ERRNO.ENOMEM, 'longer than the address space');
    // An address in the last 4095 bytes of 64 bits cannot be told from an error, and is taken for one.
    if (hint.base === LAST_PAGE && hint.rest > 0)
      return refuse(4096 - hint.rest, 'hint counts as an error number');
    if (hint.base > mm.arch.taskSize - length || (hint.base === mm.arch.taskSize - length && hint.rest > 0))
      return refuse(ERRNO.ENOMEM, 'ends beyond the address space');
    if (hint.rest !== 0 || mod(hint.base, page) !== 0)
      return refuse(ERRNO.EINVAL, 'address not page aligned');
    start = hint.base;
    by = 'fixed';
  } else {
    const hint = roundHintToMin(alignDown(request.hint.base, page), mm.arch.mmapMinAddr, page);
    const area: AreaRequest = {
      hint,
      length,
      flags,
      alignMask: 0,
      alignOffset: offset,
      startGap: request.shadowStack && mm.facts.startGap ? page : 0,
      isFile: !anonymous,
      byLength: lengthRule(mm),
    };
    const found = unmappedArea(mm, request, area, offset, hugePage, record);
    if (found < 0) return refuse(-found, 'no gap fits');
    if (found > mm.arch.taskSize - length) return refuse(ERRNO.ENOMEM, 'ends beyond the address space');
    start = found;
    if (hint > 0 && found === (hugetlb ? hugetlbHint(mm, hint, hugePage) : hint)) by = 'hint';
  }
  if (start < (limits.sysctlMinAddr ?? mm.arch.mmapMinAddr) && !limits.rawIo)
    return refuse(ERRNO.EPERM, 'below mmap_min_addr');

  // do_mmap(), after the address is known.
  if (flags & MAP.FIXED_NOREPLACE && intersects(mm.space.index, start, start + length))
    return refuse(ERRNO.EEXIST, 'overlaps a mapping (MAP_FIXED_NOREPLACE)');
  if (flags & MAP.LOCKED && limits.lockable !== undefined) {
    if (limits.lockable === 0) return refuse(ERRNO.EPERM, 'may not lock memory');
    if (length > limits.lockable) return refuse(ERRNO.EAGAIN, 'RLIMIT_MEMLOCK exceeded');
  }
  const late = fileChecks(mm, limits, request, flags, offset, length, hugePage);
  if (late) return late;
  return { ok: true, start: va(start), end: va(start + length), by };
};

/**
 * The huge page size that an anonymous MAP_HUGETLB request names in its flags; the file's own, or the
 * default, where it names none. undefined for a size the machine lacks.
 */
const hugePageOf = (mm: Mm, request: MmapRequest): number | undefined => {
  const code = (request.flags >>> MAP.HUGE_SHIFT) & 0x3f;
  if (request.file !== 'anonHugetlb' || code === 0) return request.hugePage;
  return mm.arch.hugePages.find(size => size === 2 ** code);
};

const LAST_PAGE = 2 ** 64 - 4096;

/** Rounds a raw word up to `size`, wrapping to 0 past 2^64 as the register does. */
const roundUpWord = (w: Word, size: number): Word => {
  const up = alignUp(w.base + (w.rest > 0 ? 4096 : 0), size);
  return { base: up >= 2 ** 64 ? 0 : up, rest: 0 };
};

/**
 * A hint below the lowest allowed address is raised to it; 0 stays "no hint".
 * Source: round_hint_to_min(), mm/mmap.c, 6.12.
 */
const roundHintToMin = (hint: number, minAddr: number, page: number): number =>
  hint !== 0 && hint < minAddr ? alignUp(minAddr, page) : hint;

const hugetlbHint = (mm: Mm, hint: number, huge: number): number =>
  mm.facts.hugetlbCore ? alignUp(hint, huge) : alignDown(hint, huge);

/** Chooses who places the mapping, and lets it. Negative errno on failure. */
const unmappedArea = (
  mm: Mm,
  request: MmapRequest,
  area: AreaRequest,
  offset: number,
  hugePage: number,
  record: Recorder | undefined,
): number => {
  const shared = (area.flags & MAP.SHARED) !== 0;
  const huge = (mount: ShmemMount): boolean =>
    mm.facts.thpBuilt && mm.arch.hugePages.length > 0 && shmemWantsHuge(mount, request.shmemEnabled);
  switch (request.file) {
    case 'anon':
      return shared
        ? shmemArea(mm, area, 0, huge('internal'), record)
        : byRule(mm, area, mm.facts.anonPgoffZero ? 0 : offset, mm.facts.anonAlign, record);
    case 'anonHugetlb':
    case 'hugetlbFile':
      return hugetlbArea(mm, area, hugePage, record);
    case 'memfd':
      return shmemArea(mm, area, offset, huge('internal'), record);
    case 'tmpfsHugeNever':
      return shmemArea(mm, area, offset, huge('never'), record);
    case 'tmpfsHugeAlways':
      return shmemArea(mm, area, offset, huge('always'), record);
    case 'hookedFile':
      return helperThenPlain(mm, area, offset, record);
    case 'ramfs':
      record?.({ kind: 'unaligned', why: 'the file places its mappings itself, unaligned' });
      return plainArea(mm, area, 0, record);
    case 'devZero':
      if (shared) return shmemArea(mm, area, offset, huge('internal'), record);
      if (mm.facts.devZeroThp) return helperThenPlain(mm, area, offset, record);
      record?.({ kind: 'unaligned', why: 'the file places its mappings itself, unaligned' });
      return plainArea(mm, area, 0, record);
    case 'devMem':
      return byRule(mm, area, offset, mm.facts.unhookedAlign, record);
    case 'vfio':
      return (
        (mm.facts.thpBuilt ? vfioHooks[mm.facts.vfioHook] : undefined)?.(
          mm,
          request.region,
          area,
          offset,
          record,
        ) ?? byRule(mm, area, offset, mm.facts.unhookedAlign, record)
      );
  }
};

/** The kernel's own rule for mappings whose file has no hook. Source: __get_unmapped_area(), mm/mmap.c. */
const byRule = (
  mm: Mm,
  area: AreaRequest,
  offset: number,
  rule: AlignRule,
  record: Recorder | undefined,
): number => {
  const reason = whyNot(mm, area, rule);
  if (reason === undefined) return helperThenPlain(mm, area, offset, record);
  if (area.byLength === undefined) record?.({ kind: 'unaligned', why: reason });
  return plainArea(mm, { ...area, alignOffset: offset }, 0, record);
};

const whyNot = (mm: Mm, area: AreaRequest, rule: AlignRule) => {
  if (!mm.facts.thpBuilt) return 'this kernel aligns no mapping of this kind' as const;
  switch (rule) {
    case 'never':
      return 'this kernel aligns no mapping of this kind' as const;
    case 'anyLength':
      return undefined;
    case 'pmdMultiple':
    case 'pmdMultipleNoHint':
      if (mod(area.length, mm.arch.pmdSize) !== 0) return 'the length is not a multiple of PMD_SIZE' as const;
      if (rule === 'pmdMultipleNoHint' && area.hint !== 0) return 'the caller gave a hint' as const;
      return undefined;
  }
};

/** Source: thp_get_unmapped_area(), mm/huge_memory.c; NULL without THP, include/linux/huge_mm.h. */
const helperThenPlain = (mm: Mm, area: AreaRequest, offset: number, record: Recorder | undefined): number => {
  const plain = { ...area, alignOffset: offset };
  if (!mm.facts.thpBuilt) {
    record?.({ kind: 'unaligned', why: 'this kernel aligns no mapping of this kind' });
    return plainArea(mm, plain, 0, record);
  }
  return thpAligned(mm, area, offset, mm.arch.pmdSize, 0, record) || plainArea(mm, plain, 1, record);
};

/** The checks on the file, after the address was chosen; undefined when all pass. */
const fileChecks = (
  mm: Mm,
  limits: Limits,
  request: MmapRequest,
  flags: number,
  offset: number,
  length: number,
  hugePage: number,
): Placement | undefined => {
  const { file } = request;
  const type = flags & MAP.TYPE;
  const growsDown = (flags & MAP.GROWSDOWN) !== 0;
  if (file === 'anon') {
    const known =
      type === MAP.SHARED || type === MAP.PRIVATE || (type === MAP.DROPPABLE && mm.facts.droppable);
    if (!known) return refuse(ERRNO.EINVAL, 'unknown mapping type');
    if (type === MAP.DROPPABLE && (growsDown || flags & MAP.LOCKED))
      return refuse(ERRNO.EINVAL, 'MAP_DROPPABLE with MAP_GROWSDOWN or MAP_LOCKED');
    if (type === MAP.SHARED && growsDown)
      return refuse(ERRNO.EINVAL, 'MAP_GROWSDOWN on a file or shared memory');
  } else {
    // file_mmap_ok(): the limit is 2^63 - 1 for regular files, 2^64 - 1 for character devices, none for those
    // that take unsigned offsets.
    const pages = offset / mm.arch.page;
    const room = (file === 'devMem' || file === 'devZero' || file === 'vfio' ? 2 ** 64 : 2 ** 63) - length;
    if (pages > room / mm.arch.page - (file === 'devMem' ? 0 : 1))
      return refuse(ERRNO.EOVERFLOW, 'offset plus length overflows');
    if (type === MAP.SHARED_VALIDATE && flags & ~legacyMapMask(mm.arch.family === 'x86', mm.facts.above4g))
      return refuse(ERRNO.EOPNOTSUPP, 'flags that MAP_SHARED_VALIDATE refuses');
    if (type !== MAP.SHARED && type !== MAP.PRIVATE && type !== MAP.SHARED_VALIDATE)
      return refuse(ERRNO.EINVAL, 'unknown mapping type');
    if (growsDown) return refuse(ERRNO.EINVAL, 'MAP_GROWSDOWN on a file or shared memory');
  }

  // mmap_region()
  if (limits.addressSpaceLeft !== undefined && length > limits.addressSpaceLeft)
    return refuse(ERRNO.ENOMEM, 'RLIMIT_AS exceeded');
  // __shmem_file_setup(), mm/shmem.c, tests the size of a new object before it is charged. Only s390 has the room.
  if ((file === 'anon' || file === 'devZero') && flags & MAP.SHARED && length >= 2 ** 63)
    return refuse(ERRNO.EINVAL, 'longer than a file can be');
  if (limits.ram !== undefined && accounted(request, flags) && length > limits.ram)
    return refuse(ERRNO.ENOMEM, 'more memory than RAM and swap');
  switch (file) {
    case 'anonHugetlb':
    case 'hugetlbFile':
      return mod(offset, hugePage) !== 0
        ? refuse(ERRNO.EINVAL, 'offset not a multiple of the huge page')
        : undefined;
    case 'devMem':
      if (!limits.devMem) return refuse(ERRNO.EPERM, '/dev/mem is closed');
      return offset + length > 2 ** limits.physBits
        ? refuse(ERRNO.EINVAL, 'beyond the physical address width')
        : undefined;
    case 'vfio':
      return vfioChecks(mm, request, flags, offset, length);
    case 'hookedFile':
      return flags & MAP.SYNC ? refuse(ERRNO.EOPNOTSUPP, 'MAP_SYNC without DAX') : undefined;
    default:
      return undefined;
  }
};

/** Whether the request is charged against memory in the heuristic overcommit mode. */
const accounted = (request: MmapRequest, flags: number): boolean => {
  if (flags & MAP.NORESERVE || request.file === 'anonHugetlb' || request.file === 'hugetlbFile') return false;
  if ((flags & MAP.TYPE) === MAP.DROPPABLE) return false;
  const shared = (flags & MAP.SHARED) !== 0;
  if (shared) return request.file === 'anon' || request.file === 'devZero';
  return (request.prot & PROT.WRITE) !== 0;
};

/** Source: vfio_pci_core_mmap(), 6.12 and 7.3. */
const vfioChecks = (
  mm: Mm,
  request: MmapRequest,
  flags: number,
  offset: number,
  length: number,
): Placement | undefined => {
  if (!(flags & MAP.SHARED)) return refuse(ERRNO.EINVAL, 'VFIO mapping must be shared');
  const { region } = request;
  if (Math.floor(offset / OFFSET_SHIFT) >= VFIO_BARS || !region?.mappable)
    return refuse(ERRNO.EINVAL, 'not a mappable BAR');
  if (mod(offset, OFFSET_SHIFT) + length > alignUp(region.size, mm.arch.page))
    return refuse(ERRNO.EINVAL, 'beyond the end of the BAR');
  return undefined;
};

/** Bytes of the BAR that a VFIO file offset points at, and the region's index. */
export const splitVfioOffset = (offset: number) => ({
  index: Math.floor(offset / OFFSET_SHIFT),
  inRegion: bytes(mod(offset, OFFSET_SHIFT)),
});

/** The file offset of byte `inRegion` of region `index`. Source: VFIO_PCI_OFFSET_SHIFT = 40. */
export const vfioOffset = (index: number, inRegion: number): number => index * OFFSET_SHIFT + inRegion;
