import type { Arch } from '../arch/arch.ts';
import { layoutFromBase, type MmapLayout, mmapLayout } from '../space/mmapLayout.ts';
import { firstAbove, type Vma } from '../space/vma.ts';
import { alignDown, alignUp, type Va, va } from '../units.ts';
import { spacePreset } from './presets.ts';
import type { Scenario } from './scenario.ts';

type Space = Scenario['space'];

/** A Scenario's process on one architecture: what is mapped, where searches begin, and what had to be changed for it. */
export interface Process {
  readonly vmas: readonly Vma[];
  readonly layout: MmapLayout;
  /** The process was started with address randomization. */
  readonly randomize: boolean;
  /** The lid, one of the VMAs, where there is one and it takes effect. */
  readonly lid: Lid | undefined;
  /** What was changed to fit the architecture, in sentences for the reader. */
  readonly notes: readonly string[];
}

/** One more VMA in a gap of an address space, and that space without it. */
export interface Lid {
  readonly bare: readonly Vma[];
  readonly vma: Vma;
}

interface Fitted {
  readonly vmas: readonly Vma[];
  readonly dropped: number;
  readonly moved: number;
}

/** The last fit of a list: a drag asks for the same one several times a frame, and the list may be long. */
const lastFit = new WeakMap<readonly Vma[], { readonly arch: Arch; readonly fit: Fitted }>();

/** VMAs as another page size and address width leave them: whole pages, inside user space. */
const fitted = (vmas: readonly Vma[], arch: Arch): Fitted => {
  const known = lastFit.get(vmas);
  if (known?.arch === arch) return known.fit;
  const fit = fitAnew(vmas, arch);
  lastFit.set(vmas, { arch, fit });
  return fit;
};

const fitAnew = (vmas: readonly Vma[], arch: Arch): Fitted => {
  let dropped = 0;
  let moved = 0;
  let last = 0;
  const out: Vma[] = [];
  for (const v of vmas) {
    const start = Math.max(alignDown(v.start, arch.page), last);
    const end = alignUp(v.end, arch.page);
    if (end > arch.taskSize || end <= start) {
      dropped++;
      continue;
    }
    last = end;
    if (start === v.start && end === v.end) out.push(v);
    else {
      moved++;
      out.push({ ...v, start: va(start), end: va(end) });
    }
  }
  return dropped + moved === 0 ? { vmas, dropped, moved } : { vmas: out, dropped, moved };
};

/**
 * The process of a Scenario. A preset that belongs to another architecture gives way to a bare process, pasted VMAs
 * are fitted to the pages and the width of the architecture; both are said in `notes`.
 */
export const processOf = (arch: Arch, space: Space): Process => {
  const notes: string[] = [];
  const input = { stackLimit: space.stackLimit, legacy: space.legacy };
  let preset = space.source.kind === 'preset' ? spacePreset(space.source.id) : undefined;
  if (preset !== undefined && !preset.fits(arch)) {
    notes.push(`“${preset.label}” is an x86-64 process; a bare process stands in for it on ${arch.label}.`);
    preset = spacePreset('bare');
  }
  const given = space.mmapBase ?? (space.source.kind === 'pasted' ? space.source.mmapBase : preset?.mmapBase);
  const base = given === undefined || given > arch.taskSize ? undefined : va(alignDown(given, arch.page));
  if (given !== undefined && base !== given)
    notes.push(
      base === undefined
        ? 'The mmap_base given lies beyond this user space: it follows from the stack limit instead.'
        : 'mmap_base was rounded down to a page.',
    );

  const still = mmapLayout(arch, { ...input, randomize: false, random: 0 });
  const randomize = preset?.randomize ?? (base !== undefined && base !== still.mmapBase);
  // The base of a running process tells its random draw, and the draw its legacy base.
  const layout: MmapLayout =
    base === undefined
      ? still
      : { ...layoutFromBase(arch, base, { ...input, legacy: false, randomize }), topDown: still.topDown };

  let vmas: readonly Vma[] = [];
  if (preset !== undefined) vmas = preset.vmas(arch, layout);
  else if (space.source.kind === 'pasted') {
    const fit = fitted(space.source.vmas, arch);
    vmas = fit.vmas;
    if (fit.dropped > 0) notes.push(`${fit.dropped} mappings lie outside this user space and were left out.`);
    if (fit.moved > 0) notes.push(`${fit.moved} mappings were widened to whole pages of ${arch.label}.`);
  }
  const at = space.lid === undefined ? undefined : va(alignDown(space.lid, arch.page));
  const vma = at === undefined ? undefined : lidVma(vmas, at, layout.mmapBase);
  if (vma === undefined) return { vmas, layout, randomize, lid: undefined, notes };
  const next = firstAbove(vmas, vma.start);
  // The fastest copy of tens of thousands: slices that are joined take three times as long.
  const covered = vmas.toSpliced(next, 0, vma);
  return { vmas: covered, layout, randomize, lid: { bare: vmas, vma }, notes };
};

/** What takes everything from `lid` to the next VMA above it, or to mmap_base where none is in between. */
export const lidVma = (vmas: readonly Vma[], lid: Va, mmapBase: Va): Vma | undefined => {
  const above = vmas[firstAbove(vmas, lid)];
  const end = Math.min(above?.start ?? mmapBase, lid < mmapBase ? mmapBase : Number.POSITIVE_INFINITY);
  if (end <= lid || !Number.isFinite(end)) return undefined;
  return { start: lid, end: va(end), growsDown: false, shadowStack: false, perms: '---p', name: 'lid' };
};
