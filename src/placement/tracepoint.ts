import type { PlacementEvent } from './mm.ts';

const hex = (n: number): string => `0x${BigInt(n).toString(16)}`;

/** VM_UNMAPPED_AREA_TOPDOWN. */
const TOPDOWN = 1;

/** The kernel's -ENOMEM, as err prints it. */
const ENOMEM = -12;

/** What of the kernel's line {@link tracepointLines} leaves out, in words. */
export const TRACEPOINT_OMITS = 'total_vm, between err and flags, is left out: it counts the whole process.';

/**
 * What the tracepoint vm_unmapped_area prints for a request, one line a search, in the kernel's own field names
 * and hex, without total_vm.
 * Source: TRACE_EVENT(vm_unmapped_area), include/trace/events/mmap.h; align_offset as
 * arch_get_unmapped_area_topdown() sets it, arch/x86/kernel/sys_x86_64.c.
 */
export const tracepointLines = (events: readonly PlacementEvent[]): readonly string[] => {
  const lines: string[] = [];
  let search: Extract<PlacementEvent, { kind: 'search' }> | undefined;
  const finish = (addr: number | undefined): void => {
    if (search === undefined) return;
    const flags = search.topDown ? TOPDOWN : 0;
    lines.push(
      `vm_unmapped_area: addr=${hex(addr ?? 0)} err=${addr === undefined ? ENOMEM : 0} flags=${hex(flags)} len=${hex(search.length)} lo=${hex(search.low)} hi=${hex(search.high)} mask=${hex(search.alignMask)} ofs=${hex(search.alignOffset)}`,
    );
    search = undefined;
  };
  for (const event of events) {
    switch (event.kind) {
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
