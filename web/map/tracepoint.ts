import type { KernelFacts } from '../../src/kernel/facts.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import { vfioOffset } from '../../src/placement/mmap.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const hex = (n: number): string => `0x${BigInt(n).toString(16)}`;

/** VM_UNMAPPED_AREA_TOPDOWN. */
const TOPDOWN = 1;

/** info.align_offset of a search that no helper padded. */
const plainOffset = (scenario: Scenario, facts: KernelFacts): number => {
  const { file, offset, flags } = scenario.request;
  switch (file) {
    case 'vfio':
      return vfioOffset(scenario.device.bar.index, offset);
    case 'anon':
      return flags & MAP.SHARED || facts.anonPgoffZero ? 0 : offset;
    case 'anonHugetlb':
    case 'hugetlbFile':
      return 0;
    default:
      return offset;
  }
};

const isShmem = ({ request: { file, flags } }: Scenario): boolean =>
  file === 'memfd' ||
  file === 'tmpfsHugeNever' ||
  file === 'tmpfsHugeAlways' ||
  ((file === 'anon' || file === 'devZero') && (flags & MAP.SHARED) !== 0);

/**
 * What the tracepoint vm_unmapped_area prints for a request, one line a search, in the kernel's own field names
 * and hex. err is shown only where it is not 0, and total_vm is left out: it counts the whole process.
 * Source: TRACE_EVENT(vm_unmapped_area), include/trace/events/mmap.h; align_offset as
 * arch_get_unmapped_area_topdown() sets it, arch/x86/kernel/sys_x86_64.c.
 */
export const tracepointLines = (
  scenario: Scenario,
  facts: KernelFacts,
  events: readonly PlacementEvent[],
): readonly string[] => {
  const lines: string[] = [];
  let padded: number | undefined;
  let search: Extract<PlacementEvent, { kind: 'search' }> | undefined;
  const finish = (addr: number | undefined): void => {
    if (search === undefined) return;
    const at = addr === undefined ? 'addr=0x0 err=-12' : `addr=${hex(addr)}`;
    const flags = search.topDown ? TOPDOWN : 0;
    const ofs = padded ?? plainOffset(scenario, facts);
    lines.push(
      `vm_unmapped_area: ${at} flags=${hex(flags)} len=${hex(search.length)} lo=${hex(search.low)} hi=${hex(search.high)} mask=${hex(search.alignMask)} ofs=${hex(ofs)}`,
    );
    search = undefined;
  };
  for (const event of events) {
    switch (event.kind) {
      case 'pad':
        // shmem's second attempt passes no file and page offset 0, mm/shmem.c.
        padded = isShmem(scenario) ? 0 : event.offset;
        break;
      case 'padGaveUp':
      case 'congruent':
        padded = undefined;
        break;
      case 'search':
        search = event;
        break;
      case 'taken':
        finish(event.addr);
        break;
      case 'none':
        finish(undefined);
        break;
      default:
        break;
    }
  }
  return lines;
};
