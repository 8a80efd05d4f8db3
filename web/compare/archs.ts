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
 * The same request on another architecture: sizes in bytes stay, what must be a multiple of the page is rounded to
 * its own. The process is fitted by the engine, which says what it changed.
 */
export const carried = (s: Scenario, arch: Arch): Carried => {
  const machine = { ...s.machine, arch: arch.id };
  if (arch.id === s.machine.arch) return { scenario: s, notes: [] };
  const notes: string[] = [];
  const round = (name: string, from: number, to: number): number => {
    if (from !== to) notes.push(`${name} rounded to ${formatSize(to)}`);
    return to;
  };
  // The BAR is hardware and stays where and what it is, also where this architecture cannot map it.
  const offset = round('offset', s.request.offset, alignDown(s.request.offset, arch.page));
  // mmap() rounds a length up by itself; a length of 0 stays one.
  const length = round('length', s.request.length, alignUp(s.request.length, arch.page));
  return {
    scenario: {
      ...s,
      machine,
      request: { ...s.request, offset: bytes(offset), length: bytes(length) },
    },
    notes,
  };
};
