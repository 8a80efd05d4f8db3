import type { Arch } from '../../src/arch/arch.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { formatSize } from '../../src/text.ts';
import { alignDown, alignUp, bytes } from '../../src/units.ts';

/** A Scenario carried to another architecture, and what had to change on the way. */
export interface Carried {
  readonly scenario: Scenario;
  readonly notes: readonly string[];
}

/**
 * The same request on another architecture, for the Map and for Compare alike: the offset, which must be a multiple
 * of the page, is rounded down to its own. The length keeps its bytes, as mmap() rounds it up by itself
 * (PAGE_ALIGN(len) in do_mmap(), mm/mmap.c), so that the way back finds it again; the notes name both. The BAR is
 * hardware and stays where and what it is, also where this architecture cannot map it. The process is fitted by the
 * engine, which says what it changed.
 */
export const carried = (s: Scenario, arch: Arch): Carried => {
  if (arch.id === s.machine.arch) return { scenario: s, notes: [] };
  const { request } = s;
  const offset = alignDown(request.offset, arch.page);
  const length = alignUp(request.length, arch.page);
  return {
    scenario: {
      ...s,
      machine: { ...s.machine, arch: arch.id },
      request: { ...request, offset: bytes(offset) },
    },
    notes: [
      ...(offset === request.offset ? [] : [`offset rounded to ${formatSize(offset)}`]),
      ...(length === request.length ? [] : [`length rounded to ${formatSize(length)}`]),
    ],
  };
};
