import { va } from '../units.ts';
import { fullAddress } from './devices.ts';
import type { HugeFault } from './facts.ts';
import {
  hexNumber,
  type Note,
  type NumberedLine,
  type Parsed,
  type Problem,
  problem,
  trimmed,
} from './line.ts';
import { logLine } from './logPrefix.ts';

/** vm_fault_t (enum vm_fault_reason, include/linux/mm_types.h). */
const RETURNED = { oom: 0x1, sigbus: 0x2, nopage: 0x100 } as const;

const has = (bits: number, bit: number): boolean => Math.floor(bits / bit) % 2 === 1;

/** Above any level of a page table: 2^30 pages. */
const MAX_ORDER = 30;
const PAGE = 4096;

/** Not the first `huge_fault`: dynamic debug's flag f writes the function once more before. */
const FAULT =
  /(?:^|\s)(?:\S{1,80} ([0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]): )?\w{0,64}huge_fault ?\(?,? ?order = (\d{1,9})\)?,? (.*)$/;
const EARLY = /^BAR (\d{1,9}) page offset 0x([0-9a-f]{1,16}): 0x([0-9a-f]{1,8})$/;
const LATE = /^PFN 0x([0-9a-f]{1,16}), VA 0x([0-9a-f]{1,16}), pgoff 0x[0-9a-f]{1,16}: 0x([0-9a-f]{1,8})$/;
const GRACE = /^pfn 0x([0-9a-f]{1,16}): 0x([0-9a-f]{1,8})$/;
const SUPPRESSED = /^\w{0,64}huge_fault: (\d{1,12}) callbacks suppressed$/;

const EXPECTED =
  'expected BAR n page offset 0x…: 0x…, or PFN 0x…, VA 0x…, pgoff 0x…: 0x…, or pfn 0x…: 0x… after the order';

/** True for the dynamic debug line of vfio-pci about a huge fault, in any form, also damaged, and for the line that counts those left out. */
export const isHugeFaultLine = (line: string): boolean => {
  if (!line.includes('huge_fault')) return false;
  const { text } = logLine(trimmed(line));
  return /huge_fault ?\(?,? ?order/.test(text) || SUPPRESSED.test(text);
};

/**
 * Reads the dev_dbg_ratelimited() of vfio-pci's fault handler, `DRIVER DEVICE: FUNCTION…`, in its forms:
 *
 * - `vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offset 0x200: 0x100`: drivers/vfio/pci/vfio_pci_core.c
 *   since 6.12 (f9e54c3a2f5b); `(,` is how it is written there. The offset is that of the mapping, not of the
 *   BAR, in pages: of the touched page at first, of the leaf since c1d9dac0db16 (6.15 and stable).
 * - `vfio_pci_mmap_huge_fault(order = 9) PFN 0x…, VA 0x…, pgoff 0x…: 0x100`: the same function since BARs are
 *   mapped through a dma-buf (M. Evans, 2026; https://lore.kernel.org/r/20260416131815.2729131-5-mattev@meta.com
 *   and its later versions). PFN is 0 where none was found; VA is the touched page.
 * - `nvgrace_gpu_vfio_pci_huge_fault order = 9 pfn 0x…: 0x100`: drivers/vfio/pci/nvgrace-gpu/main.c (A. Agrawal, November 2025).
 *
 * The last figure is the vm_fault_t: NOPAGE (0x100) is a leaf installed, FALLBACK (0x800) an order refused, for
 * alignment or for want of such leaves; then the same address comes again with a smaller order. SIGBUS (2) is
 * memory decoding off, a device asleep or revoked; OOM (1) no memory for a page table.
 *
 * The kernel prints at most ten such lines in five seconds; `N callbacks suppressed` is noted, as a count of
 * lines is then no count of faults. A line that is not whole is a problem. Never throws; linear.
 */
export const parseHugeFaults = (lines: readonly NumberedLine[]): Parsed<HugeFault> => {
  const items: HugeFault[] = [];
  const problems: Problem[] = [];
  const notes: Note[] = [];
  for (const { line, text } of lines) {
    const t = logLine(trimmed(text)).text.trim();
    const bad = (reason: string): void => {
      problems.push(problem(line, text, reason));
    };
    const suppressed = SUPPRESSED.exec(t);
    if (suppressed) {
      const [, n] = suppressed;
      const faults = n === '1' ? 'one such line' : `${n} such lines`;
      notes.push(problem(line, text, `the kernel left out ${faults}: there were more faults than lines`));
      continue;
    }
    const m = FAULT.exec(t);
    if (!m) {
      bad('expected …_huge_fault(,order = n) …');
      continue;
    }
    const [, address, orderText, rest = ''] = m;
    const early = EARLY.exec(rest);
    const late = LATE.exec(rest);
    const grace = GRACE.exec(rest);
    const digits = early?.[3] ?? late?.[3] ?? grace?.[2];
    if (digits === undefined) {
      bad(EXPECTED);
      continue;
    }
    const order = Number(orderText);
    const returned = Number.parseInt(digits, 16);
    const bar = early ? Number(early[1]) : undefined;
    const pageOffset = early ? hexNumber(early[2] ?? '') : undefined;
    const frame = late?.[1] ?? grace?.[1];
    const pfn = frame === undefined ? undefined : hexNumber(frame);
    const address2 = late?.[2] === undefined ? undefined : hexNumber(late[2]);
    if (order > MAX_ORDER) bad(`an order above ${MAX_ORDER} is no leaf`);
    else if (early && pageOffset === undefined) bad('the page offset has more than 53 bits');
    else if (frame !== undefined && pfn === undefined) bad('the page frame has more than 53 bits');
    else if (late && (address2 === undefined || address2 % PAGE !== 0))
      bad('the address is not a multiple of 4 KiB');
    else {
      const installed =
        has(returned, RETURNED.nopage) && !has(returned, RETURNED.oom) && !has(returned, RETURNED.sigbus);
      items.push({
        line,
        device: address === undefined ? undefined : fullAddress(address),
        order,
        bar,
        pageOffset,
        pfn: pfn === 0 && !installed ? undefined : pfn,
        va: address2 === undefined ? undefined : va(address2),
        installed,
        returned,
      });
    }
  }
  return { items, problems, notes };
};
