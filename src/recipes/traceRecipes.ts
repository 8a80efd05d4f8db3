import { vmPteGrowth } from '../cost/cost.ts';
import { contains, formatKernelVersion, type Since } from '../kernel/version.ts';
import type { LeafRun } from '../leaves/runs.ts';
import { leafWord } from '../leaves/words.ts';
import { tracepointLines } from '../placement/tracepoint.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, type Solution, solve, trace } from '../solve.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { alignUp } from '../units.ts';

/** What each recipe shows. */
export type TraceId = 'search' | 'dyndbg' | 'orders' | 'addresses' | 'count' | 'vmpte';

/** A line for a terminal that shows on a real kernel what the Map shows. */
export type TraceRecipe = {
  readonly id: TraceId;
  readonly title: string;
  readonly needsRoot: boolean;
  /** What to look for, in a sentence or two. */
  readonly says: string;
} & (
  | {
      readonly ok: true;
      /** One or more lines of shell. The process is `$PID` where none was given. */
      readonly command: string;
      /** What the engine expects it to print for this Scenario; undefined where it has nothing to say. */
      readonly expected: string | undefined;
    }
  | {
      readonly ok: false;
      /** Why this kernel or machine has no such line. */
      readonly reason: string;
    }
);

/** The tracepoint. Source: include/trace/events/mmap.h, there in 5.8 and not in 5.4; posted March 2020. */
const TRACEPOINT: Since = { mainline: '5.7-rc1' };

/** The driver was one module, vfio-pci, until vfio-pci-core was split off. Source: 7fa005caa35e, 5.15. */
const CORE_MODULE: Since = { mainline: '5.15-rc1' };

/** vm_fault_t. Source: enum vm_fault_reason, include/linux/mm_types.h, 6.12. */
const NOPAGE = '0x100';
const FALLBACK = '0x800';

const orderOf = (size: number, page: number): number => Math.log2(size / page);

const leafAt = (leaves: readonly LeafRun[], at: number): LeafRun | undefined =>
  leaves.find(run => run.va <= at && at < run.va + run.size * run.count);

/** The page touched first, in bytes from the start. */
const firstTouched = (scenario: Scenario, length: number, page: number): number => {
  switch (scenario.request.touch) {
    case 'asc':
      return 0;
    case 'desc':
      return length - page;
    case 'middle':
      return Math.floor(length / page / 2) * page;
  }
};

/** The orders that the first fault tries, large to small, and what the driver answers to each. */
const firstFault = (
  scenario: Scenario,
  device: DeviceAnswer,
): readonly { readonly order: number; readonly taken: boolean }[] => {
  const { mapping, rules, leaves } = device;
  const { page } = rules;
  const at = mapping.start + firstTouched(scenario, mapping.end - mapping.start, page);
  const size = leafAt(leaves, at)?.size ?? page;
  return [...rules.levels.map(level => level.size), page]
    .filter(level => level >= size)
    .map(level => ({ order: orderOf(level, page), taken: level === size }));
};

/** `@leaves[18]: 2`, as bpftrace prints a map: by rising count. */
const ordersText = (leaves: readonly LeafRun[], page: number): string => {
  const counts = new Map<number, number>();
  for (const run of leaves) {
    const order = orderOf(run.size, page);
    counts.set(order, (counts.get(order) ?? 0) + run.count);
  }
  return [...counts]
    .sort((a, b) => a[1] - b[1])
    .map(([order, count]) => `@leaves[${order}]: ${count}`)
    .join('\n');
};

const noDevice = (scenario: Scenario, { total }: Solution): string | undefined => {
  if (scenario.request.file !== 'vfio') return 'No device is mapped, so vfio-pci sees no fault.';
  return total === undefined ? 'Nothing is mapped: the engine expects mmap() to fail.' : undefined;
};

/** A process id as the shell writes it. Anything but a whole number above 0 gives `$PID`, to be set by hand. */
const pidText = (pid: number | undefined): string =>
  pid !== undefined && Number.isSafeInteger(pid) && pid > 0 ? String(pid) : '"$PID"';

/**
 * Lines that show on a real kernel what the engine says of a Scenario: the search, the driver's debug line, faults by
 * order and by address, their number, and what page tables grew. Where the Scenario's kernel has no such line its
 * place says why. `pid` is the process to watch. Never throws.
 *
 * Sources, read in 6.1, 6.12 and mainline of 2026: trace_vm_unmapped_area() from vm_unmapped_area();
 * vfio_pci_mmap_fault(struct vm_fault *) up to 6.11; since f9e54c3a2f5b (6.12) vfio_pci_mmap_huge_fault(struct
 * vm_fault *, unsigned int order) and, for order 0, vfio_pci_mmap_page_fault(struct vm_fault *), with one
 * dev_dbg_ratelimited() in the former; all in drivers/vfio/pci/vfio_pci_core.c.
 */
export const traceRecipes = (scenario: Scenario, pid?: number): readonly TraceRecipe[] => {
  const solution = solve(scenario);
  return [
    search(scenario, solution, pid),
    dyndbg(scenario, solution),
    orders(scenario, solution, pid),
    addresses(scenario, solution, pid),
    count(scenario, solution, pid),
    vmpte(scenario, solution, pid),
  ];
};

const search = (scenario: Scenario, solution: Solution, pid: number | undefined): TraceRecipe => {
  const { prepared, placement } = solution;
  const base = {
    id: 'search',
    title: 'The search for a gap',
    needsRoot: true,
    says: 'One line a search: lo and hi bound it, mask and ofs say what it aligns to, addr is what it found. Start it before the program maps.',
  } as const;
  if (!contains(prepared.version, TRACEPOINT))
    return {
      ...base,
      ok: false,
      reason: `Linux ${formatKernelVersion(prepared.version)} has no tracepoint vm_unmapped_area; 5.7 and newer do.`,
    };
  const lines = tracepointLines(trace(scenario, prepared));
  const none =
    placement.ok && placement.by !== 'search'
      ? 'No line: the address was given and is free, so nothing is searched.'
      : undefined;
  return {
    ...base,
    ok: true,
    command: `sudo trace-cmd record -e mmap:vm_unmapped_area -P ${pidText(pid)}\nsudo trace-cmd report`,
    expected: lines.length > 0 ? lines.join('\n') : none,
  };
};

const dyndbg = (scenario: Scenario, solution: Solution): TraceRecipe => {
  const { prepared, device } = solution;
  const base = {
    id: 'dyndbg',
    title: 'The debug line of vfio-pci',
    needsRoot: true,
    says: `One line an attempt: order 0 is a page; ${NOPAGE} installed a leaf, ${FALLBACK} fell back to a smaller order. No order is tried where a table is in its place already. Ten lines in five seconds at most, so it shows which, not how many. Kernels that map BARs through a DMABUF, as posted in 2026, print PFN and VA instead of the BAR.`,
  } as const;
  const without = noDevice(scenario, solution);
  if (without !== undefined) return { ...base, ok: false, reason: without };
  switch (prepared.facts.faultEra) {
    case 'premap':
    case 'fullRemap':
    case 'perPage':
    case 'fullInsert':
      return {
        ...base,
        ok: false,
        reason: `vfio-pci of Linux ${formatKernelVersion(prepared.version)} prints nothing on a fault; 6.12 and newer do.`,
      };
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      break;
  }
  const { index } = scenario.device.bar;
  return {
    ...base,
    ok: true,
    command: `echo 'module vfio_pci_core func vfio_pci_mmap_huge_fault +p' | sudo tee /proc/dynamic_debug/control\nsudo dmesg --follow | grep --line-buffered vfio_pci_mmap_huge_fault`,
    expected:
      device === undefined
        ? undefined
        : firstFault(scenario, device)
            .map(
              ({ order, taken }) =>
                `vfio_pci_mmap_huge_fault(,order = ${order}) BAR ${index} page offset …: ${taken ? NOPAGE : FALLBACK}`,
            )
            .join('\n'),
  };
};

const orders = (scenario: Scenario, solution: Solution, pid: number | undefined): TraceRecipe => {
  const { prepared, total } = solution;
  const { faultEra } = prepared.facts;
  const base = { id: 'orders', title: 'Faults by order', needsRoot: true } as const;
  const without = noDevice(scenario, solution);
  const process = pidText(pid);
  switch (faultEra) {
    case 'premap':
      return {
        ...base,
        says: 'Counts the faults that vfio-pci answers.',
        ok: false,
        reason: `vfio-pci of Linux ${formatKernelVersion(prepared.version)} fills the mapping in mmap() and answers no fault.`,
      };
    case 'fullRemap':
    case 'perPage':
    case 'fullInsert': {
      const says = `Counts the faults that ${contains(prepared.version, CORE_MODULE) ? 'vfio_pci_core' : 'vfio_pci'} answers; this kernel knows no order but 0. Ctrl+C ends it.`;
      if (without !== undefined) return { ...base, says, ok: false, reason: without };
      return {
        ...base,
        says,
        ok: true,
        command: `sudo bpftrace -e 'kprobe:vfio_pci_mmap_fault /pid == $1/ { @faults = count(); }' ${process}`,
        expected: total === undefined ? undefined : `@faults: ${total.faults}`,
      };
    }
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned': {
      const says =
        'Counts the leaves that vfio-pci installed, by order: 0 is a page, and an order n leaf has 2^n of them. Ctrl+C ends it.';
      if (without !== undefined) return { ...base, says, ok: false, reason: without };
      // Order 0 is counted at its own function: the compiler may have merged the other one into it.
      return {
        ...base,
        says,
        ok: true,
        command: `sudo bpftrace -e '
kprobe:vfio_pci_mmap_huge_fault /pid == $1 && (uint32)arg1 > 0/ { @order[tid] = (uint32)arg1; }
kretprobe:vfio_pci_mmap_huge_fault /@order[tid]/ {
  if ((uint32)retval == ${NOPAGE}) { @leaves[@order[tid]] = count(); }
  delete(@order[tid]);
}
kretprobe:vfio_pci_mmap_page_fault /pid == $1 && (uint32)retval == ${NOPAGE}/ { @leaves[(uint32)0] = count(); }
' ${process}`,
        expected: total === undefined ? undefined : ordersText(total.leaves, prepared.arch.page),
      };
    }
  }
};

/** At most this many different distances between faults are told. */
const STRIDES = 3;

const addresses = (scenario: Scenario, solution: Solution, pid: number | undefined): TraceRecipe => {
  const { prepared, placement, parts, total } = solution;
  const base = {
    id: 'addresses',
    title: 'Where the faults are',
    needsRoot: true,
    says: 'One line a fault with its address: the distance from one to the next is the size of the leaf.',
  } as const;
  if (prepared.arch.family !== 'x86')
    return {
      ...base,
      ok: false,
      reason:
        'The tracepoint exceptions:page_fault_user is taken here as x86 has it; count faults by order instead.',
    };
  const without = noDevice(scenario, solution);
  if (without !== undefined) return { ...base, ok: false, reason: without };
  const hex = (n: number): string => `0x${BigInt(n).toString(16)}`;
  const range = parts.reduce(
    (r, part) => ({
      from: Math.min(r.from, part.mapping.start),
      to: Math.max(r.to, part.mapping.end),
    }),
    placement.ok ? { from: placement.start as number, to: placement.end as number } : { from: 0, to: 0 },
  );
  const strides = (total?.leaves ?? [])
    .slice(0, STRIDES)
    .map(run => `${formatCount(run.count)} from ${formatAddress(run.va)}, ${formatSize(run.size)} apart`)
    .join('; ');
  const { faultEra } = prepared.facts;
  const each = faultEra !== 'premap' && faultEra !== 'fullRemap' && faultEra !== 'fullInsert';
  return {
    ...base,
    ok: true,
    command: `sudo trace-cmd record -e exceptions:page_fault_user -f 'address >= ${hex(range.from)} && address < ${hex(range.to)}' -P ${pidText(pid)}\nsudo trace-cmd report`,
    expected: each
      ? `${strides}${(total?.leaves.length ?? 0) > STRIDES ? '; and more' : ''}`
      : `${formatCount(total?.faults ?? 0)} ${total?.faults === 1 ? 'line' : 'lines'}: one fault fills a whole mapping, where it takes one at all`,
  };
};

const count = (scenario: Scenario, solution: Solution, pid: number | undefined): TraceRecipe => {
  const faults = scenario.request.file === 'vfio' ? solution.total?.faults : undefined;
  return {
    id: 'count',
    title: 'How many faults',
    needsRoot: true,
    says: 'Faults on device memory are minor ones. What else the process touches meanwhile counts, too.',
    ok: true,
    command: `sudo perf stat -e minor-faults,major-faults -p ${pidText(pid)}`,
    expected: faults === undefined ? undefined : `${formatCount(faults)} minor-faults`,
  };
};

const vmpte = (scenario: Scenario, solution: Solution, pid: number | undefined): TraceRecipe => {
  const { prepared, total } = solution;
  const { arch, mm } = prepared;
  const runs =
    scenario.request.file === 'vfio' && total !== undefined
      ? [...total.leaves].sort((a, b) => a.va - b.va)
      : undefined;
  const grown = runs === undefined ? undefined : vmPteGrowth(runs, arch, mm.space.vmas);
  const leaves = runs?.reduce((sum, run) => sum + run.count, 0) ?? 0;
  return {
    id: 'vmpte',
    title: 'What the page tables grew',
    needsRoot: false,
    says: 'Once before the mapping and once after the last touch: the difference is what its page tables take.',
    ok: true,
    command: `grep VmPTE /proc/${pidText(pid)}/status`,
    expected:
      grown === undefined
        ? undefined
        : `${formatCount(alignUp(grown, 1024) / 1024)} kB more, for ${formatCount(leaves)} ${leafWord(leaves)}`,
  };
};
