import type { Arch } from '../arch/arch.ts';
import { layoutFromBase, type MmapLayout, mmapLayout } from '../space/mmapLayout.ts';
import { firstAbove, type Vma } from '../space/vma.ts';
import { formatSize } from '../text.ts';
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
  const process = lidded(vmas, space.lid === undefined ? undefined : va(alignDown(space.lid, arch.page)), {
    layout,
    randomize,
    notes,
  });
  const { slide = 0 } = space;
  if (slide === 0) return process;
  const slid = slidBy(process, alignDown(slide, arch.page));
  if (slid === undefined)
    return { ...process, notes: [...notes, 'No room to move mmap_base so far: it stays where it is.'] };
  return {
    ...slid,
    notes: [
      ...notes,
      `mmap_base and what was placed from it lie ${formatSize(slide)} ${layout.topDown ? 'lower' : 'higher'}, as another random draw would put them.`,
    ],
  };
};

/** How much of the largest free range one must have to be taken for the one that a process grows into. */
const SHARE = 1 / 4;

/**
 * The free range that a process grows into: on the way of a search from the layout's base the first that is not small
 * beside the largest. What lies between it and the base was placed from there; a program and its heap lie beyond it.
 */
export const openRange = ({
  vmas,
  layout,
}: Pick<Process, 'vmas' | 'layout'>): { readonly start: Va; readonly end: Va } => {
  const { topDown, mmapBase, legacyBase } = layout;
  const low = topDown ? 0 : legacyBase;
  const high = topDown ? mmapBase : stackOf(vmas, mmapBase);
  const gaps: { readonly start: number; readonly end: number }[] = [];
  let from: number = low;
  for (const v of vmas) {
    if (v.start >= high) break;
    if (v.start > from) gaps.push({ start: from, end: v.start });
    from = Math.max(from, v.end);
  }
  if (high > from) gaps.push({ start: from, end: high });
  const largest = gaps.reduce((most, g) => Math.max(most, g.end - g.start), 0);
  const isOpen = (g: (typeof gaps)[number]): boolean => g.end - g.start >= largest * SHARE;
  const found = (topDown ? gaps.findLast(isOpen) : gaps.find(isOpen)) ?? { start: low, end: low };
  return { start: va(found.start), end: va(found.end) };
};

/** Where bottom-up mappings end: below the first mapping that ends above the base of the top-down ones. */
const stackOf = (vmas: readonly Vma[], mmapBase: Va): number =>
  vmas.find(v => v.end > mmapBase)?.start ?? mmapBase;

/**
 * The process as another random draw at exec would have it: mmap_base and legacy base `slide` bytes farther, with all
 * that lies between the base and the largest free range on the way of the search. Program, heap and stack have draws
 * of their own and stay. That it moves as one piece is a model: who aligns by himself, as malloc's arenas do, lands
 * elsewhere. Undefined where the free range has no room for it.
 *
 * Source: arch_pick_mmap_layout(), arch/x86/mm/mmap.c, and mm/util.c, 6.12: one draw serves both bases.
 */
const slidBy = (process: Process, slide: number): Process | undefined => {
  const { vmas, layout } = process;
  const open = openRange(process);
  if (slide >= open.end - open.start) return undefined;
  const { topDown, mmapBase, legacyBase } = layout;
  const by = topDown ? -slide : slide;
  const moves = (v: Vma): boolean =>
    topDown ? v.start >= open.end && v.end <= mmapBase : v.start >= legacyBase && v.end <= open.start;
  const moved = (v: Vma): Vma => (moves(v) ? { ...v, start: va(v.start + by), end: va(v.end + by) } : v);
  return {
    ...process,
    vmas: vmas.map(moved),
    lid:
      process.lid === undefined
        ? undefined
        : { bare: process.lid.bare.map(moved), vma: moved(process.lid.vma) },
    layout: { topDown, mmapBase: va(mmapBase - slide), legacyBase: va(legacyBase + slide) },
    randomize: true,
  };
};

/** The process with everything taken from `at` up to the next VMA. */
const lidded = (
  vmas: readonly Vma[],
  at: Va | undefined,
  rest: Pick<Process, 'layout' | 'randomize' | 'notes'>,
): Process => {
  const vma = at === undefined ? undefined : lidVma(vmas, at, rest.layout.mmapBase);
  if (vma === undefined) return { vmas, lid: undefined, ...rest };
  // The fastest copy of tens of thousands: slices that are joined take three times as long.
  const covered = vmas.toSpliced(firstAbove(vmas, vma.start), 0, vma);
  return { vmas: covered, lid: { bare: vmas, vma }, ...rest };
};

/** What takes everything from `lid` to the next VMA above it, or to mmap_base where none is in between. */
export const lidVma = (vmas: readonly Vma[], lid: Va, mmapBase: Va): Vma | undefined => {
  const above = vmas[firstAbove(vmas, lid)];
  const end = Math.min(above?.start ?? mmapBase, lid < mmapBase ? mmapBase : Number.POSITIVE_INFINITY);
  if (end <= lid || !Number.isFinite(end)) return undefined;
  return { start: lid, end: va(end), growsDown: false, shadowStack: false, perms: '---p', name: 'lid' };
};
