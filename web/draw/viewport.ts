import type { Scale } from './scale.ts';

/**
 * The stretch of an axis that is shown: `span` bytes from `origin + sub` on.
 *
 * `origin` is a multiple of 4 KiB, so that the difference to any page of a 57-bit address space is exact in a
 * double; `sub` is the rest below a page, in [0, 4096), and may be a fraction. Values are taken from `origin`
 * first and become small; only then do they become pixels. One number for the start would stand still in steps
 * of 16 bytes at the top of a 57-bit space, which is several pixels when a page fills the screen.
 */
export interface Viewport {
  readonly origin: number;
  readonly sub: number;
  readonly span: number;
}

/** A range in bytes, half-open. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const GRAIN = 4096;

/** Parts of a byte that a start is held to: far below a pixel, and coarse enough that no sum of two rounds up. */
const PARTS = 2 ** 20;

const inParts = (n: number): number => Math.round(n * PARTS) / PARTS;

/** The start `origin + sub` with the part below a page put where it belongs. */
const placed = (origin: number, sub: number, span: number): Viewport => {
  const rounded = inParts(sub);
  const carry = Math.floor(rounded / GRAIN) * GRAIN;
  return { origin: origin + carry, sub: rounded - carry, span: inParts(span) };
};

/** Shows exactly `from` to `to`, both multiples of 4 KiB, `from` below `to`. */
export const viewportOf = ({ from, to }: Range): Viewport => ({ origin: from, sub: 0, span: to - from });

/** The whole pages of 4 KiB nearest to what is shown, at least one: exactly that, where it was made of pages. */
export const rangeOf = (v: Viewport): Range => {
  const from = v.origin + Math.round(v.sub / GRAIN) * GRAIN;
  return { from, to: from + Math.max(1, Math.round(v.span / GRAIN)) * GRAIN };
};

/** The axis of a viewport on pixels `x` to `x + w`. */
export const viewportScale = (v: Viewport, x: number, w: number): Scale => ({
  toPx: value => x + ((value - v.origin - v.sub) / v.span) * w,
  toValue: px => v.origin + (v.sub + ((px - x) / w) * v.span),
});

/** The page (a multiple of `page`) that lies under a pixel of the axis; exact at any address. */
export const pageAt = (v: Viewport, x: number, w: number, px: number, page: number): number => {
  const inside = v.sub + ((px - x) / w) * v.span;
  // A page above 4 KiB may begin before the origin does.
  const lead = v.origin - Math.floor(v.origin / page) * page;
  return v.origin - lead + Math.floor((lead + inside) / page) * page;
};

const clamp = (n: number, lo: number, hi: number): number => Math.min(Math.max(n, lo), hi);

/** Moves a viewport into the bounds, and makes it no longer than they are. */
export const within = (v: Viewport, bounds: Range): Viewport => {
  const span = Math.min(v.span, bounds.to - bounds.from);
  // Each difference is taken between neighbours first, where it is exact.
  const before = bounds.from - v.origin - v.sub;
  if (before > 0) return { origin: bounds.from, sub: 0, span };
  const beyond = v.origin - bounds.to + (v.sub + span);
  if (beyond > 0) return placed(bounds.to, -span, span);
  return span === v.span ? v : { ...v, span };
};

/**
 * Zooms by `factor` (above 1: out) and keeps what lies at `at` (0: the left end, 1: the right end) where it is, or
 * puts it to `to`. Stops at `least` bytes and at the bounds.
 */
export const zoomed = (
  v: Viewport,
  factor: number,
  at: number,
  least: number,
  bounds: Range,
  to: number = at,
): Viewport => {
  const span = inParts(clamp(v.span * factor, least, bounds.to - bounds.from));
  return within(placed(v.origin, v.sub + at * v.span - to * span, span), bounds);
};

/** Moves by a share of what is shown; above 0: towards higher addresses. */
export const panned = (v: Viewport, share: number, bounds: Range): Viewport =>
  within(placed(v.origin, v.sub + share * v.span, v.span), bounds);

/** Puts `value` at the place `at` (0 to 1) of a viewport of the same span. */
export const anchored = (v: Viewport, value: number, at: number, bounds: Range): Viewport =>
  within(placed(value, -at * v.span, v.span), bounds);

/**
 * What is shown on the way from `a` to `b`, `t` from 0 to 1: the span changes evenly in log scale, about the one
 * point that both show at the same place.
 */
export const between = (a: Viewport, b: Viewport, t: number): Viewport => {
  if (t <= 0) return a;
  if (t >= 1) return b;
  const span = a.span * (b.span / a.span) ** t;
  const part = a.span === b.span ? t : (a.span - span) / (a.span - b.span);
  return placed(a.origin, a.sub + (b.origin - a.origin + b.sub - a.sub) * part, span);
};

/** True when both show the same, to the byte. */
export const sameViewport = (a: Viewport | undefined, b: Viewport | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && a.origin === b.origin && a.sub === b.sub && a.span === b.span);

/** One mark of an axis. */
export interface Tick {
  /** The place on the axis: an offset, where `base + value` is a multiple of `size`. */
  readonly value: number;
  /** The largest of the sizes that it is a multiple of. */
  readonly size: number;
  readonly labelled: boolean;
}

/** Least distance between ticks in CSS pixels. */
const TICK_PX = 7;
const MOST_TICKS = 400;

/**
 * Ticks at multiples of `sizes` (powers of two, ascending: what an entry of some level covers), counted from `base`
 * at offset 0. The smallest size whose ticks stand apart is drawn, and labelled where a label of `labelPx` has room;
 * labels go to the largest sizes first. Where no size gives two labels, powers of two between two sizes do.
 */
export const ticksOf = (
  v: Viewport,
  w: number,
  base: number,
  sizes: readonly number[],
  labelPx: number,
): readonly Tick[] => {
  const px = (bytes: number): number => (bytes / v.span) * w;
  let step = sizes.find(size => px(size) >= TICK_PX) ?? sizes.at(-1) ?? v.span;
  // Nothing of meaning but the window lies inside one entry, or its ticks are too far apart to be of use.
  const below = sizes.findLast(size => size < step);
  while (below !== undefined && px(step) > labelPx * 2.5 && step / 2 >= below && px(step / 2) >= TICK_PX)
    step /= 2;
  while (px(step) < TICK_PX) step *= 2;
  const first = Math.ceil((base + v.origin + v.sub) / step) * step - base;
  const ticks: { value: number; size: number; rank: number }[] = [];
  for (let i = 0; i < MOST_TICKS; i++) {
    const value = first + i * step;
    if (value - v.origin - v.sub > v.span) break;
    const size = sizes.findLast(s => s > step && (base + value) % s === 0) ?? step;
    ticks.push({ value, size, rank: roundness(base + value) });
  }
  // The roundest addresses get their label first; a label never comes near another one.
  const taken: number[] = [];
  const labelled = new Set<number>();
  for (const t of [...ticks].sort((a, b) => b.rank - a.rank || a.value - b.value)) {
    const at = px(t.value - v.origin - v.sub);
    if (taken.some(other => Math.abs(other - at) < labelPx)) continue;
    taken.push(at);
    labelled.add(t.value);
  }
  return ticks.map(t => ({ value: t.value, size: t.size, labelled: labelled.has(t.value) }));
};

/** How round an address is: the exponent of the largest power of two that divides it, 64 for 0. */
export const roundness = (address: number): number => {
  if (address === 0) return 64;
  let rank = 0;
  for (let rest = Math.abs(address); rest % 2 === 0; rest /= 2) rank++;
  return rank;
};
