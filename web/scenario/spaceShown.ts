import type { Solution } from '../../src/solve.ts';
import { type AddressSpace, makeAddressSpace } from '../../src/space/addressSpace.ts';
import type { Vma } from '../../src/space/vma.ts';

const known = new WeakMap<Solution, AddressSpace>();

const overlap = (vmas: readonly Vma[]): boolean => vmas.some((v, i) => v.start < (vmas[i - 1]?.end ?? 0));

const withOthers = ({ prepared, device, parts }: Solution): AddressSpace => {
  const { arch, facts, mm } = prepared;
  const others = parts.flatMap((part, i): Vma[] => {
    const { start, end } = part.mapping;
    const flags = { growsDown: false, shadowStack: false, perms: 'rw-s' };
    return part === device ? [] : [{ start, end, name: `vfio, part ${i + 1}`, ...flags }];
  });
  const vmas = [...mm.space.vmas, ...others].sort((a, b) => a.start - b.start);
  return overlap(vmas) ? mm.space : makeAddressSpace(vmas, mm.space.layout, facts, arch);
};

/**
 * The address space around the mapping shown: that of the process, and around any but the first part of a device's
 * mappings, one around holes or one range behind a VMA, the others as well. The first one was searched for before they
 * were there, and its gaps are numbered without them. Where MAP_FIXED put one over what was there, it is that of the process alone.
 */
export const spaceShown = (solution: Solution): AddressSpace => {
  if (solution.device === solution.parts[0]) return solution.prepared.mm.space;
  const space = known.get(solution) ?? withOthers(solution);
  known.set(solution, space);
  return space;
};
