import { type Bytes, bytes, GiB, KiB, MiB, pa, U64, va } from '../units.ts';
import type { DumpedLeaves } from './facts.ts';
import {
  type Halves,
  hexHalves,
  hexNumber,
  type Note,
  type NumberedLine,
  type Parsed,
  type Problem,
  problem,
  trimmed,
} from './line.ts';
import { logLine } from './logPrefix.ts';

const PAGE = 4 * KiB;

/** range, perhaps a physical address, size, and what is left. */
const ENTRY =
  /^0x([0-9a-f]{8}|[0-9a-f]{16})-0x([0-9a-f]{8}|[0-9a-f]{16})\s+(?:(\[)?0x([0-9a-f]{8}|[0-9a-f]{16})\]?\s+)?(\d{1,12})([BKMGTPE])(?:\s+(\S.*))?$/;
const BEGINS = /^0x[0-9a-f]{8,16}-0x[0-9a-f]{8,16}\s+(?:\[?0x[0-9a-f]{8,16}\]?\s+)?\d{1,12}[BKMGTPE](?:\s|$)/;
const MARKER = /^---\[ (.{1,80}) \]---$/;
/** An oops ends with such lines, which are no markers of a dump. */
const OOPS = /^end (?:trace|Kernel)/;
const SKIPPED = /^\.\.\. \d{1,12} entr(?:y|ies) skipped \.\.\.$/;

const UNITS = 'BKMGTPE';
const X86_LEVEL = /^(?:pte|pmd|pud|p4d|pgd|cr3)$/;
const LEVEL = /^(?:PTE|PMD|PUD|P4D|PGD|ASCE)$/;

/** No prefix begins like an entry: most lines need none taken off. */
const plain = (line: string): string => {
  const t = trimmed(line);
  return t.startsWith('0x') ? t : logLine(t).text.trim();
};

const isMarker = (text: string): boolean => {
  const name = MARKER.exec(text)?.[1];
  return name !== undefined && !OOPS.test(name);
};

/** True for a line that only a dump of page tables has: an entry, a marker, a count of entries skipped. */
export const isDumpLine = (line: string): boolean => {
  if (!line.includes('0x') && !line.includes('---[') && !line.includes('skipped')) return false;
  const t = plain(line);
  return BEGINS.test(t) || isMarker(t) || SKIPPED.test(t);
};

/** What an entry is, by what follows its size. */
interface Kind {
  readonly level: string;
  readonly size: Bytes | undefined;
  /** Which pages arm64 has is known only from the whole dump. */
  readonly arm64?: boolean;
}

const X86: Readonly<Record<string, number>> = { pte: 4 * KiB, pmd: 2 * MiB, pud: GiB, p4d: 512 * GiB };
const RISCV: Readonly<Record<string, number>> = { PTE: 4 * KiB, PMD: 2 * MiB, PUD: GiB };
const S390: Readonly<Record<string, number>> = { PTE: 4 * KiB, PMD: MiB, PUD: 2 * GiB };
/** With 4 KiB pages, `CON` a contiguous run (CONT_PTE_SHIFT, CONT_PMD_SHIFT of arch/arm64). */
const ARM64_4K: Readonly<Record<string, number>> = {
  PTE: 4 * KiB,
  'PTE CON': 64 * KiB,
  PMD: 2 * MiB,
  'PMD CON': 32 * MiB,
  PUD: GiB,
};

const sized = (table: Readonly<Record<string, number>>, level: string): Kind => {
  const size = table[level];
  return { level, size: size === undefined ? undefined : bytes(size) };
};

/** Undefined for an entry that maps nothing. `wide`: addresses of 64 bits. */
const kindOf = (rest: string, hasPa: boolean, wide: boolean): Kind | undefined => {
  const words = rest === '' ? [] : rest.split(/\s+/);
  const first = words[0] ?? '';
  const last = words.at(-1) ?? '';
  if (X86_LEVEL.test(last)) {
    if (words.length === 1) return undefined;
    return wide ? sized(X86, last) : { level: last, size: last === 'pte' ? bytes(PAGE) : undefined };
  }
  if (!LEVEL.test(first)) return rest === '' ? undefined : { level: '', size: undefined };
  const flags = words.slice(1);
  if (hasPa) {
    // riscv has a letter or a dot for every bit; powerpc's flags are words.
    if (!flags.includes('V')) return { level: first, size: undefined };
    // Where the highest levels are folded the name of a level does not tell its size.
    if (flags[0] === 'N') return { level: `${first} N`, size: bytes(64 * KiB) };
    return wide ? sized(RISCV, first) : { level: first, size: first === 'PTE' ? bytes(PAGE) : undefined };
  }
  if (flags.length === 0 || flags[0] === 'I' || flags[0] === 'F' || flags.includes('TBL')) return undefined;
  if (flags[0] === 'RO' || (flags[0] === 'RW' && !flags.some(f => f === 'AF' || f.includes('/'))))
    return sized(S390, first);
  const level = flags.includes('CON') ? `${first} CON` : first;
  return { level, size: undefined, arm64: wide };
};

/** Bytes from a to b, where b may be 2^64 (written as 0). Exact for multiples of 4 KiB. */
const distance = (a: Halves, b: Halves): number => (b.high - a.high) * 2 ** 32 + (b.low - a.low);

/**
 * Reads a dump of page tables from debugfs: x86's page_tables/{kernel,current_kernel,current_user,efi}, the
 * kernel_page_tables and efi_page_tables of the others, and what EFI_PGT_DUMP wrote into dmesg.
 * Only x86's current_kernel and current_user show mappings of a process: of the one that reads the file. The
 * others show the kernel's own (init_mm) and the firmware's.
 *
 * - x86, note_page() and printk_prot() in arch/x86/mm/dump_pagetables.c: `0x…-0x…  2M  RW PSE NX pmd`. The
 *   level stands last. A line of nothing but a level is a hole.
 * - arm64, arch/arm64/mm/ptdump.c: `0x…-0x…  64K PTE  RW NX SHD AF CON UXN MEM/NORMAL`. `CON` is the contiguous
 *   bit, and part of `level` here. A line of nothing but a level is a hole; `TBL`, which proposed versions
 *   print, is a table.
 * - riscv, arch/riscv/mm/ptdump.c: `0x…-0x…  0xPA  3G PUD  D A G . . W R V`; since 6.7 with `N` (64 KiB, NAPOT)
 *   and memory type before. PGD and P4D are the names of different sizes where levels are folded
 *   (e59e5e2754bf, 6.6), so they have no size here.
 * - powerpc, arch/powerpc/mm/ptdump/ptdump.c: `0x…-0x…  0xPA  32M  r X pte valid present`, the end being the
 *   last byte; the level only since 6.18 (R. Harjani, August 2025). `[0xPA]` is the same page over and over. Sizes
 *   depend on the MMU and its pages and are not given.
 * - s390, arch/s390/mm/dump_pagetables.c: `0x…-0x…  14M PMD RO X`; `I` is a hole.
 * - 32-bit arm: `0x20005000-0x20112000  1076K PTE KERNEL RW NX SHD …`, without size here.
 *
 * Holes are left out, without a word. `size` is that of one leaf where the dump is proof of it; on arm64 that
 * is where an address that is no multiple of 16 KiB shows 4 KiB pages. Markers `---[ … ]---` end nothing. A line
 * whose size does not go with its range, or that ends before it starts, is a problem. x86 skips entries of long
 * areas, which is noted. Never throws; linear.
 */
export const parsePageTableDump = (lines: readonly NumberedLine[]): Parsed<DumpedLeaves> => {
  const items: DumpedLeaves[] = [];
  const problems: Problem[] = [];
  const notes: Note[] = [];
  /** Items of arm64, by position. */
  const arm64: number[] = [];
  let small = false;

  for (const { line, text } of lines) {
    const t = plain(text);
    const entry = t.startsWith('0x');
    if (!entry && MARKER.test(t)) continue;
    if (!entry && SKIPPED.test(t)) {
      notes.push(problem(line, text, 'the kernel left entries out here'));
      continue;
    }
    const bad = (reason: string): void => {
      problems.push(problem(line, text, reason));
    };
    const m = ENTRY.exec(t);
    if (!m) {
      bad('expected 0xSTART-0xEND SIZE and a level or flags');
      continue;
    }
    const [, from = '', to = '', repeated, frame, count = '', unit = '', rest = ''] = m;
    const a = hexHalves(from);
    const b = hexHalves(to);
    const start = hexNumber(from);
    if (!a || !b || start === undefined || start % PAGE !== 0 || from.length !== to.length) {
      bad('an address is not a multiple of 4 KiB');
      continue;
    }
    // The last byte (powerpc; the top of the space on others), or the first byte after.
    const inclusive = b.low % PAGE === PAGE - 1;
    const top = b.high === 0 && b.low === 0 && start > 0;
    const whole = from.length === 8 ? 2 ** 32 : U64;
    const length = top ? whole - start : distance(a, b) + (inclusive ? 1 : 0);
    const printed = Number(count) * 1024 ** UNITS.indexOf(unit);
    if (!inclusive && b.low % PAGE !== 0) bad('an address is not a multiple of 4 KiB');
    else if (length <= 0) bad('ends before it starts');
    else if (repeated === undefined && printed !== length) bad('the size does not go with the range');
    else {
      const kind = kindOf(rest, frame !== undefined, from.length === 16);
      if (kind?.arm64 === true || (frame === undefined && LEVEL.test(rest)))
        small ||= start % (16 * KiB) !== 0 || length % (16 * KiB) !== 0;
      if (!kind) continue;
      if (kind.arm64 === true) arm64.push(items.length);
      const base = frame === undefined ? undefined : hexNumber(frame);
      items.push({
        line,
        start: va(start),
        end: va(start + length),
        level: kind.level,
        size: kind.size,
        pa: base === undefined ? undefined : pa(base),
      });
    }
  }
  if (small)
    for (const i of arm64) {
      const item = items[i];
      if (item) items[i] = { ...item, size: sized(ARM64_4K, item.level).size };
    }
  return { items, problems, notes };
};
