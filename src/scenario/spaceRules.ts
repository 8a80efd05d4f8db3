import type { Arch } from '../arch/arch.ts';
import { archOf } from '../arch/index.ts';
import { firstAbove } from '../space/vma.ts';
import { formatAddress } from '../text.ts';
import { alignDown, GiB, va } from '../units.ts';
import type { LinkProblem } from './link.ts';
import { lidVma, processOf } from './process.ts';
import type { Scenario } from './scenario.ts';

type Space = Scenario['space'];

/** The first mapping of a space that lies on another one; undefined where all is well. */
const overlapping = (arch: Arch, space: Space): string | undefined => {
  let end = 0;
  for (const v of processOf(arch, space).vmas) {
    if (v.start < end || v.end <= v.start) return v.name || formatAddress(v.start);
    end = v.end;
  }
  return undefined;
};

/** Why this mmap_base cannot be set by hand, as a clause; undefined: it can. */
export const baseProblem = (arch: Arch, space: Space, base: number): string | undefined => {
  if (base % arch.page !== 0) return 'not a multiple of the page';
  if (base < GiB || base > arch.window)
    return `not between 1 GiB and the end of this user space, ${formatAddress(arch.window)}`;
  const clash = overlapping(arch, { ...space, mmapBase: va(base), lid: undefined });
  return clash === undefined ? undefined : `${clash} would lie on another mapping`;
};

/** Why a lid here has no effect, as a clause; undefined: it has one. */
export const lidProblem = (arch: Arch, given: Space, lid: number): string | undefined => {
  // A lid is given where the process stands without its slide, and slides with it.
  const { slide: _, ...space } = given;
  const { vmas, layout } = processOf(arch, { ...space, lid: undefined });
  if (lid === 0) return 'no effect: nothing lies below 0';
  if (lid >= layout.mmapBase)
    return `no effect: not below mmap_base, ${formatAddress(layout.mmapBase)}, where searches begin`;
  const inside = vmas[firstAbove(vmas, lid)];
  if (inside !== undefined && lid >= inside.start)
    return `no effect: a mapping lies there${inside.name ? `, ${inside.name}` : ''}`;
  return lidVma(vmas, va(alignDown(lid, arch.page)), layout.mmapBase) === undefined
    ? 'no effect: it takes nothing'
    : undefined;
};

/** A Scenario whose space can be built, and what was left out for it. */
export interface SoundSpace {
  readonly scenario: Scenario;
  readonly problems: readonly LinkProblem[];
}

/** Leaves out the mmap_base and the lid that the process of a link cannot have, and names each. */
export const soundSpace = (given: Scenario): SoundSpace => {
  const arch = archOf(given.machine.arch);
  const problems: LinkProblem[] = [];
  let { space } = given;
  if (space.mmapBase !== undefined) {
    const reason = baseProblem(arch, space, space.mmapBase);
    if (reason !== undefined) {
      const value = formatAddress(space.mmapBase);
      space = { ...space, mmapBase: undefined };
      const used = formatAddress(processOf(arch, space).layout.mmapBase);
      problems.push({ field: 'base', value, reason, used });
    }
  }
  if (space.lid !== undefined) {
    const reason = lidProblem(arch, space, space.lid);
    if (reason !== undefined) {
      problems.push({ field: 'lid', value: formatAddress(space.lid), reason, used: 'none' });
      space = { ...space, lid: undefined };
    }
  }
  return problems.length === 0 ? { scenario: given, problems } : { scenario: { ...given, space }, problems };
};
