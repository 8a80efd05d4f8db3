import { freeAt } from '../placement/ask.ts';
import { MAP } from '../placement/flags.ts';
import type { Mm } from '../placement/mm.ts';
import { leavesUpTo } from '../placement/policies/gunthorpe.ts';
import { mayInstall } from '../placement/policies/leafSizes.ts';
import { lengthSizes } from '../placement/policies/wilcox.ts';
import type { Policy, PolicyId } from '../placement/policies.ts';
import { type SearchQuery, type SearchRules, vmUnmappedArea } from '../placement/search.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Prepared } from '../solve.ts';
import { alignUp, GiB, mod, powerBelow } from '../units.ts';

/** How a policy chooses the address of a mapping without hint. */
type Way =
  /** a plain search */
  | 'plain'
  /** the THP helper with PMD_SIZE, then plainly */
  | 'helper'
  /** the same, only for whole multiples of PMD_SIZE */
  | 'helperOfMultiples'
  | 'xu1'
  | 'xu2'
  | 'xu2pa'
  | 'jg'
  | 'jgfull'
  | 'jgh'
  /** searches with a mask, congruent to the file offset, for sizes up to the length */
  | 'byLength'
  /** the same, congruent to the physical address of a request that begins in the BAR */
  | 'byPfn';

/** How a program chooses room for a mapping. */
type Reserve = 'lowestBit' | 'region' | 'power' | 'none';

const reserveOf = (policy: PolicyId): Reserve | undefined => {
  switch (policy) {
    case 'qemu9':
      return 'lowestBit';
    case 'qemu':
      return 'region';
    case 'chv':
      return 'power';
    case 'chv52':
      return 'none';
    default:
      return undefined;
  }
};

const wayOf = (mm: Mm): Way => {
  const { vfioHook, lengthAlign, unhookedAlign } = mm.facts;
  switch (vfioHook) {
    case 'none':
      break;
    case 'thp':
      return 'helper';
    case 'peterxV1':
      return 'xu1';
    case 'xu2':
      return 'xu2';
    case 'xu2pa':
      return 'xu2pa';
    case 'jg':
      return 'jg';
    case 'jgh':
      return 'jgh';
    case 'jgfull':
      return 'jgfull';
    case 'spfn':
    case 'spfnc':
      return 'byPfn';
  }
  if (lengthAlign !== undefined) return 'byLength';
  return alignWay(unhookedAlign);
};

const alignWay = (rule: Mm['facts']['unhookedAlign']): Way => {
  switch (rule) {
    case 'never':
      return 'plain';
    case 'anyLength':
      return 'helper';
    case 'pmdMultiple':
    case 'pmdMultipleNoHint':
      return 'helperOfMultiples';
  }
};

/** How many answers of the search are kept: one policy asks for a few lengths a row. */
const KEPT = 8;

/**
 * Where an ordinary VFIO request goes, without allocation: the rules of src/placement/ as far as they concern a shared
 * mapping of one BAR, placed from the top down. The search chooses a gap by the bytes needed alone, so its
 * answer is kept by them and the alignment is worked out afterwards.
 *
 * It says `false` wherever anything out of the ordinary happens, such as a search that finds nothing; mmap() answers
 * then. A property test compares it with solve().
 */
export class Placer {
  /** Where the mapping begins, in bytes. */
  start = 0;
  /** The end of the gap that the search pushed the mapping against. */
  edge = 0;
  /**
   * Bytes by which everything that decides the search lies lower than in the space at hand. Only sound where the gap
   * chosen moves along: see luck.ts.
   */
  slide = 0;

  private readonly mm: Mm;
  private readonly way: Way;
  private readonly reserve: Reserve | undefined;
  private readonly anonWay: Way;
  private readonly rules: SearchRules;
  private readonly query: { -readonly [K in keyof SearchQuery]: SearchQuery[K] };
  private readonly page: number;
  private readonly pmd: number;
  private readonly pud: number;
  /** What mayInstall() says of PMD_SIZE and PUD_SIZE. */
  private readonly hasPmd: boolean;
  private readonly hasPud: boolean;
  /** Sizes that are tried with a mask, large to small. */
  private readonly sizes: readonly number[];
  private readonly cascade: boolean;
  private readonly asksDriver: boolean;
  /** A hint is tested for the length itself, before anything else. */
  readonly plainHint: boolean;
  /** A hint that is not free leaves nothing but the plain search. */
  private readonly hintEnds: boolean;
  private readonly window: number;
  private readonly longest: number;
  private readonly least: number;

  private readonly needs = new Float64Array(KEPT).fill(-1);
  private readonly edges = new Float64Array(KEPT);
  private next = 0;
  /** A top-down search failed where the kernel would go on from the bottom up. */
  private lost = false;

  /** Whether a Scenario's requests are of the ordinary kind, whatever offset, length, base and size they have. */
  static serves({ request, device }: Scenario, policy: Policy, { mm, limits }: Prepared): boolean {
    if (policy.kind === 'none' || request.file !== 'vfio') return false;
    if (device.holes.length > 0 || device.ranges.length > 0 || device.bar.index > 5) return false;
    // A program gives its own flags and no hint.
    if (policy.kind === 'kernel' && (request.flags & ~MAP.NORESERVE) !== MAP.SHARED) return false;
    const { colourMask, placement } = mm.arch;
    return (
      mm.space.layout.topDown &&
      colourMask === 0 &&
      (placement.kind === 'x86' || placement.kind === 'generic') &&
      // A program's own mappings count too.
      mm.space.vmas.length + 8 < limits.maxMapCount &&
      limits.sysctlMinAddr === undefined &&
      limits.lockable === undefined &&
      limits.addressSpaceLeft === undefined &&
      limits.ram === undefined
    );
  }

  constructor(prepared: Prepared, policy: PolicyId) {
    const { mm } = prepared;
    const { arch, facts, space } = mm;
    this.mm = mm;
    this.way = wayOf(mm);
    this.reserve = reserveOf(policy);
    this.anonWay = alignWay(facts.anonAlign);
    this.page = arch.page;
    this.pmd = arch.pmdSize;
    this.pud = arch.pudSize;
    this.hasPmd = mayInstall(mm, arch.pmdSize);
    this.hasPud = mayInstall(mm, arch.pudSize);
    this.least = arch.mmapMinAddr;
    this.rules = { minAddr: facts.searchMinAddr ? arch.mmapMinAddr : 0, guards: facts.searchGuards };
    const generic = arch.placement.kind === 'generic';
    // Above half of the window the checks of length and limits begin to matter: rare, and left to mmap().
    this.longest = arch.window / 2;
    this.query = {
      topDown: true,
      length: 0,
      lowLimit: generic ? Math.max(arch.page, facts.searchMinAddr ? 0 : arch.mmapMinAddr) : arch.page,
      highLimit: space.layout.mmapBase,
      alignMask: 0,
      alignOffset: 0,
      startGap: 0,
    };
    this.sizes =
      this.way === 'jg' || this.way === 'jgfull' || this.way === 'jgh'
        ? leavesUpTo(mm, Number.POSITIVE_INFINITY)
        : this.way === 'byPfn'
          ? lengthSizes(mm, false)
          : lengthSizes(mm, facts.lengthAlign?.contiguous ?? false);
    this.asksDriver = ['xu1', 'jg', 'jgfull', 'jgh', 'byPfn'].includes(this.way);
    const { way } = this;
    const noHint = facts.unhookedAlign === 'pmdMultipleNoHint';
    this.plainHint = way !== 'helper' && way !== 'xu1' && (way !== 'helperOfMultiples' || noHint);
    this.hintEnds = way !== 'byLength' && way !== 'byPfn';
    this.window = arch.window;
    this.cascade = this.way === 'byPfn' ? facts.vfioHook === 'spfnc' : (facts.lengthAlign?.cascade ?? false);
  }

  /**
   * Places `length` bytes (a page multiple above 0) at `offset` of a BAR of `size` bytes at `base`, `file` being the
   * file offset. `past`: the range reaches past the end of the BAR, so that a program leaves it to the kernel to
   * refuse. Programs give no hint. True: `start` and `edge` are the answer; `edge` is NaN where the hint was taken.
   */
  place(
    file: number,
    offset: number,
    length: number,
    base: number,
    size: number,
    past: boolean,
    hint: number,
  ): boolean {
    const room = alignUp(size, this.page);
    this.lost = false;
    const program = this.reserve !== undefined;
    if (hint !== 0 && !program) {
      if (!this.plainHint || mod(hint, this.page) !== 0) return false;
      if (hint < this.least || length > this.longest || hint + length > this.window) return false;
      if (freeAt(this.mm.space.index, hint, length)) {
        this.start = hint;
        this.edge = Number.NaN;
        return true;
      }
      const found = this.hintEnds ? this.plain(length) : this.kernel(file, offset, length, base, room, size);
      return found && !this.lost && this.start >= this.least && this.start !== hint;
    }
    const found =
      past || !program || this.reserve === 'none'
        ? this.kernel(file, offset, length, base, room, size)
        : this.program(offset, length, room);
    return found && !this.lost && this.start >= this.least;
  }

  private program(offset: number, length: number, room: number): boolean {
    const { page, reserve } = this;
    let align = page;
    if (reserve === 'lowestBit') while (align < GiB && mod(length, align * 2) === 0) align *= 2;
    else while (align < GiB && align < (reserve === 'region' ? room : length)) align *= 2;
    // The lowest bit is looked for from 4 KiB on, whatever the page.
    if (reserve === 'power' && align === page) return this.kernel(0, offset, length, 0, room, room);
    const inside = reserve === 'region' ? offset : 0;
    const whole = (reserve === 'region' ? room : length) + align;
    if (whole > this.longest) return false;
    const fits =
      this.anonWay === 'plain' || (this.anonWay === 'helperOfMultiples' && mod(whole, this.pmd) !== 0)
        ? this.plain(whole)
        : this.helper(whole, 0, this.pmd) || this.plain(whole);
    if (!fits || this.start < this.least) return false;
    this.start = alignUp(this.start, align) + inside;
    return true;
  }

  private kernel(
    file: number,
    offset: number,
    length: number,
    base: number,
    room: number,
    size: number,
  ): boolean {
    if (length > this.longest) return false;
    const { pmd, pud } = this;
    const phys = base + offset;
    // A driver knows nothing of a request that begins past the end of its BAR.
    if (offset >= room) {
      if (this.way === 'xu2' || this.way === 'xu2pa')
        return this.helper(length, file, this.page) || this.plain(length);
      if (this.asksDriver) return this.plain(length);
    }
    switch (this.way) {
      case 'plain':
        return this.plain(length);
      case 'helper':
        return this.helper(length, file, pmd) || this.plain(length);
      case 'helperOfMultiples':
        return (mod(length, pmd) === 0 && this.helper(length, file, pmd)) || this.plain(length);
      case 'xu1': {
        const most = Math.min(room, length);
        return (
          (this.hasPmd &&
            ((most >= pud && this.hasPud && this.helper(length, phys, pud)) ||
              (most >= pmd && this.helper(length, phys, pmd)))) ||
          this.plain(length)
        );
      }
      case 'xu2':
      case 'xu2pa': {
        const reach = Math.min(room - offset, length);
        const leaf =
          reach >= pud && this.hasPud ? pud : reach >= pmd && this.hasPmd ? pmd : (this.page as number);
        return this.helper(length, this.way === 'xu2' ? file : phys, leaf) || this.plain(length);
      }
      case 'jg':
      case 'jgfull': {
        const order = powerBelow(size);
        const most = this.way === 'jg' ? Math.min(order, length) : order;
        for (const leaf of this.sizes)
          if (leaf <= most) return this.masked(length, file, leaf) || this.giveUp();
        return this.plain(length);
      }
      case 'jgh': {
        const most = Math.min(powerBelow(size), length);
        for (const leaf of this.sizes)
          if (leaf <= most) return this.helper(length, file, leaf) || this.plain(length);
        return this.plain(length);
      }
      case 'byLength':
      case 'byPfn':
        for (const leaf of this.sizes) {
          if (leaf > length) continue;
          if (this.masked(length, this.way === 'byPfn' ? phys : file, leaf)) return true;
          if (!this.cascade) break;
        }
        return this.plain(length);
    }
  }

  /** Where a top-down search for `needed` bytes ends up: the end of the range found, or -1. */
  private search(needed: number): number {
    const { needs, edges } = this;
    for (let i = 0; i < KEPT; i++) if (needs[i] === needed) return this.slid(edges[i] as number);
    this.query.length = needed;
    const found = vmUnmappedArea(this.mm.space.index, this.rules, this.query);
    const edge = found < 0 ? -1 : found + needed;
    needs[this.next] = needed;
    edges[this.next] = edge;
    this.next = (this.next + 1) % KEPT;
    return this.slid(edge);
  }

  private slid(edge: number): number {
    return edge < 0 ? edge : edge - this.slide;
  }

  /** Leaves the answer to mmap(). */
  private giveUp(): true {
    this.lost = true;
    return true;
  }

  private plain(length: number): boolean {
    const edge = this.search(length);
    this.edge = edge;
    this.start = edge - length;
    return edge >= 0;
  }

  /** The search with an alignment mask: see searchDown() of src/placement/search.ts. */
  private masked(length: number, toward: number, size: number): boolean {
    const edge = this.search(length + size - this.page);
    if (edge < 0) return false;
    this.edge = edge;
    this.start = edge - length - mod(edge - length - toward, size);
    return true;
  }

  /** The THP helper: see src/placement/thp.ts. False: it gives up. */
  private helper(length: number, toward: number, size: number): boolean {
    const end = toward + length;
    if (end - alignUp(toward, size) < size) return false;
    const edge = this.search(length + size);
    if (edge < 0) return this.giveUp();
    const found = edge - length - size;
    const distance = mod(toward - found, size);
    this.edge = edge;
    this.start = found + (distance === 0 && this.mm.facts.thpFlushTop ? size : distance);
    return true;
  }
}
