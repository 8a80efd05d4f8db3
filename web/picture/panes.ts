import type { ContiguousHint, LeafKind } from '../../src/arch/arch.ts';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { WhyCause, WhySize } from '../../src/leaves/why.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { alignUp, mod } from '../../src/units.ts';
import type { Scale } from '../draw/scale.ts';
import { type Viewport, viewportOf, viewportScale } from '../draw/viewport.ts';

/** A size of leaf that has a comb. */
export interface Teeth {
  readonly kind: LeafKind;
  readonly size: number;
  /** undefined: the base page, which always fits, and sizes that are no leaves but marks on them. */
  readonly why: WhySize | undefined;
}

/** One pane: the mapping, or a part of it, against the teeth of one leaf size. */
export interface Pane extends Teeth {
  readonly x: number;
  readonly w: number;
  readonly view: Viewport;
  /** Offsets in the mapping, in bytes; what `view` shows. */
  readonly from: number;
  readonly to: number;
  readonly scale: Scale;
  /** It has more teeth than can be told apart: the next pane magnifies them, and has the verdict on them. */
  readonly overview?: boolean;
  /** Other sizes whose teeth stand far enough apart to be drawn here too, large to small. */
  readonly also: readonly Teeth[];
}

/** Every size with a comb, large to small: leaves, blocks of contiguous entries, the page. */
export const teethSizes = (
  device: DeviceAnswer,
  contiguous: readonly ContiguousHint[] = [],
): readonly Teeth[] =>
  [
    ...device.why.map(why => ({ kind: why.kind, size: why.size as number, why })),
    ...contiguous.map(hint => ({ kind: hint.kind, size: hint.size as number, why: undefined })),
    { kind: 'pte' as const, size: device.rules.page as number, why: undefined },
  ].sort((a, b) => b.size - a.size);

const LENS_BLOCKS = 3;
const PAGE_LENS = 6;
/** More teeth than this in the first pane stand closer than an eye can tell: it shows the end of the mapping. */
const MOST_TEETH = 10;
/** Teeth nearer than this to each other are not drawn. */
export const TOOTH_PX = 14;
/** Teeth too close to tell apart are not drawn; a lens or a nearer zoom shows them. */
export const CLOSEST_PX = 3;
const GUTTER = 0.04;

/** How wide the panes are, as shares of the whole; the gutters between them make up the rest. */
const SHARES: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [0.62, 0.34],
  3: [0.5, 0.26, 0.16],
  4: [0.4, 0.19, 0.17, 0.12],
  5: [0.3, 0.155, 0.145, 0.13, 0.11],
};
const sharesOf = (count: number): readonly number[] =>
  SHARES[count] ?? Array.from({ length: count }, () => (1 - GUTTER * (count - 1)) / count);

/** What the layout of the panes depends on. */
export interface PanesInput {
  /** What the first pane shows; undefined: the mapping, or as much of its end as has teeth an eye can tell. */
  readonly viewport?: Viewport | undefined;
  /** Only the pane of this size, counted from the largest. */
  readonly pane?: number | undefined;
  /** At most so many panes, those of the largest sizes. */
  readonly most?: number;
}

/** What the first pane shows without a viewport of its own, for a mapping of `length` bytes. */
const standardView = (length: number, size: number, blocks: number): Viewport => {
  const span = Math.min(length, size * blocks);
  return viewportOf({ from: length - span, to: length });
};

/** What the first pane shows where nobody zoomed: the mapping, or as much of its end as has teeth an eye can tell. */
export const firstView = (sizes: readonly Teeth[], length: number): Viewport => {
  const size = sizes[0]?.size ?? length;
  const blocks = length / size <= MOST_TEETH ? Math.max(1, length / size) : MOST_TEETH / 2;
  return standardView(length, size, blocks);
};

/** Which size one pane alone is about until a hand chooses: the largest that the mapping has room for. */
export const usualPane = (sizes: readonly Teeth[], length: number): number =>
  Math.max(
    0,
    sizes.findIndex(t => t.size <= length),
  );

/** The size that the first pane is about: the largest whose teeth it can show, else the one above. */
const focusOf = (sizes: readonly Teeth[], view: Viewport, w: number): Teeth | undefined => {
  const pitch = (t: Teeth): number => (t.size / view.span) * w;
  return (
    sizes.find(t => pitch(t) <= w && pitch(t) >= TOOTH_PX) ?? sizes.findLast(t => pitch(t) > w) ?? sizes[0]
  );
};

/** Lays the panes out from left to right. The first one is the widest; each next one magnifies the end of it. */
export const panesOf = (
  sizes: readonly Teeth[],
  length: number,
  input: PanesInput,
  x: number,
  w: number,
): readonly Pane[] => {
  const pane = (t: Teeth, view: Viewport, px: number, pw: number): Pane => {
    const from = view.origin + view.sub;
    const also = sizes.filter(s => s !== t && (s.size / view.span) * pw >= TOOTH_PX);
    const to = from + view.span;
    const scale = viewportScale(view, px, pw);
    return { ...t, x: px, w: pw, view, from, to, scale, also };
  };
  if (input.pane !== undefined) {
    const t = sizes[Math.min(input.pane, sizes.length - 1)];
    if (t === undefined) return [];
    const nominal = t.kind === 'pte' ? PAGE_LENS : LENS_BLOCKS;
    const blocks = input.pane === 0 && length / t.size <= MOST_TEETH ? length / t.size : nominal;
    const view = input.viewport ?? standardView(length, t.size, blocks);
    const about = input.viewport === undefined ? t : (focusOf(sizes, view, w) ?? t);
    return [pane(about, view, x, w)];
  }
  // Where the panes would be cramped the smallest goes first: its teeth always meet.
  const fits = w < 640 ? Math.max(1, Math.min(2, sizes.length - 1)) : w < 780 ? 4 : 5;
  const [largest] = sizes;
  if (largest === undefined) return [];
  const own = input.viewport;
  const view = own ?? firstView(sizes, length);
  // The zoom decides which sizes still need a lens; the width of the first pane follows from their number.
  // A mapping smaller than the largest leaf has no tooth of it to show: then the next size is what it is about.
  const about =
    own === undefined && length >= largest.size ? largest : (focusOf(sizes, view, w / 2) ?? largest);
  // As narrow as the first pane gets: of teeth too many to tell apart it is an overview, and a lens has them.
  const fine = (about.size / view.span) * (w * 0.3) < CLOSEST_PX;
  const lensed = sizes.filter(
    t =>
      (t.size < about.size || (fine && t === about)) &&
      (t.size / view.span) * (w / 2) < TOOTH_PX &&
      t.size * (t.kind === 'pte' ? PAGE_LENS : LENS_BLOCKS) < view.span,
  );
  const kept = [about, ...lensed].slice(0, Math.min(fits, input.most ?? fits));
  const shares = sharesOf(kept.length);
  let at = x;
  return kept.map((t, i) => {
    const pw = w * (shares[i] ?? 1);
    // Each lens ends where the first pane and the mapping do.
    const end = Math.min(view.origin + Math.ceil((view.sub + view.span) / 4096) * 4096, length);
    const begin = view.origin + Math.floor(view.sub / 4096) * 4096;
    const span = t.size * (t.kind === 'pte' ? PAGE_LENS : LENS_BLOCKS);
    const to = end > begin ? end : begin + span;
    const shown =
      i === 0 ? view : viewportOf({ from: Math.max(to - span, Math.min(begin, to - t.size)), to });
    const p = pane(t, shown, at, pw);
    at += pw + w * GUTTER;
    // Each size has its teeth once: in the first pane or under a lens.
    return {
      ...p,
      overview: i === 0 && kept[1] === t,
      also: i === 0 ? p.also.filter(a => !kept.includes(a) && a.size !== t.size) : [],
    };
  });
};

/** How wide the first pane is on `w` pixels when it shows `view`. */
export const firstWidth = (sizes: readonly Teeth[], length: number, view: Viewport, w: number): number =>
  panesOf(sizes, length, { viewport: view }, 0, w)[0]?.w ?? w;

/** How a size stands in the mapping. */
export type Standing =
  /** leaves of this size are there */
  | { readonly kind: 'fits' }
  /** VA and PA agree at this size, but larger leaves cover it all */
  | { readonly kind: 'covered' }
  /** entries could be marked contiguous here, but the kernel marks none of device memory */
  | { readonly kind: 'unmarked' }
  /** no leaves of the base size that could be marked */
  | { readonly kind: 'noBase' }
  /** VA and PA disagree modulo a block of contiguous entries */
  | { readonly kind: 'misses' }
  /** no whole block of contiguous entries lies in the mapping */
  | { readonly kind: 'noBlock' }
  | { readonly kind: 'not'; readonly cause: WhyCause };

/** How one size stands, for its pane's verdict and its picture. */
export const standingOf = (t: Teeth, device: DeviceAnswer): Standing => {
  const { leaves, units, mapping } = device;
  if (t.kind === 'contpte' || t.kind === 'contpmd') {
    if (units.some(r => r.kind === t.kind)) return { kind: 'fits' };
    if (leaves.some((r: LeafRun) => r.size >= t.size)) return { kind: 'covered' };
    const base = t.kind === 'contpte' ? 'pte' : 'pmd';
    if (!leaves.some(r => r.kind === base)) return { kind: 'noBase' };
    if (mod(mapping.start - mapping.pa, t.size) !== 0) return { kind: 'misses' };
    const whole = alignUp(mapping.start, t.size) + t.size <= mapping.end;
    return { kind: whole ? 'unmarked' : 'noBlock' };
  }
  const own = leaves.some(r => r.kind === t.kind);
  const larger = leaves.some(r => r.size > t.size);
  const cause = t.why?.parts.find(p => p.where === 'whole')?.cause;
  if (own) return { kind: 'fits' };
  if (cause !== undefined) return { kind: 'not', cause };
  if (larger) return { kind: 'covered' };
  const part = t.why?.parts[0]?.cause;
  return part === undefined ? { kind: 'fits' } : { kind: 'not', cause: part };
};
