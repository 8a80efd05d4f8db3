import type { ContiguousHint } from '../../src/arch/arch.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { alignUp, mod } from '../../src/units.ts';
import { roundness, ticksOf } from '../draw/viewport.ts';
import { CLOSEST_PX, type Pane, type Teeth, TOOTH_PX } from './panes.ts';
import { triangle, write } from './sheet.ts';
import type { Sheet } from './types.ts';

/** The combs of one pane of the zipper: blocks, teeth, the distances between them, and the addresses along them. */

/** A pixel kept inside a pane. */
export const clampTo = (pane: Pane, px: number): number => Math.min(Math.max(px, pane.x), pane.x + pane.w);

/** Offsets of the boundaries of `size` that a pane shows, counted from `base` (a VA or a PA behind offset 0). */
export const teethOf = (pane: Pane, size: number, base: number): readonly number[] => {
  if ((size / (pane.to - pane.from)) * pane.w < CLOSEST_PX) return [];
  const teeth: number[] = [];
  // From the pane's origin, so that no fraction of a page is lost at high addresses.
  for (let tooth = alignUp(Math.max(0, base + pane.view.origin), size) - base; ; tooth += size) {
    const inside = tooth - pane.view.origin - pane.view.sub;
    if (inside > pane.view.span) return teeth;
    if (inside >= 0) teeth.push(tooth);
  }
};

/** The blocks between the teeth: pale where a part lies outside the mapping, so that no leaf can sit there. */
export const drawJaw = (
  s: Sheet,
  pane: Pane,
  side: 'va' | 'pa',
  base: number,
  y: number,
  h: number,
  alpha: number,
  length: number,
  few = false,
): void => {
  const fill = `${pane.kind}.fill` as const;
  // Below address 0 there is nothing, not even blocks.
  const lowest = Math.max(pane.from, -base);
  if (lowest >= pane.to) return;
  const edges = [lowest, ...teethOf(pane, pane.size, base).filter(t => t > lowest && t < pane.to), pane.to];
  if ((pane.size / (pane.to - pane.from)) * pane.w < CLOSEST_PX) {
    // Blocks beyond telling apart: the mapping against what lies beside it.
    const left = clampTo(pane, pane.scale.toPx(lowest));
    s.marks.push({ kind: 'rect', x: left, y, w: pane.x + pane.w - left, h, fill, alpha: 0.08 * alpha });
    const x0 = clampTo(pane, pane.scale.toPx(0));
    const x1 = clampTo(pane, pane.scale.toPx(length));
    if (x1 > x0)
      s.marks.push({ kind: 'rect', x: x0, y, w: Math.max(x1 - x0, 1), h, fill, alpha: 0.34 * alpha });
    return;
  }
  edges.slice(0, -1).forEach((edge, i) => {
    const next = edges[i + 1] ?? pane.to;
    // Counted from where the base lies in its block: at the top of five levels a sum would round a byte away.
    const within = mod(base, pane.size);
    const from = Math.floor((within + edge) / pane.size) * pane.size - within;
    const to = from + pane.size;
    const x0 = pane.scale.toPx(edge);
    const x1 = pane.scale.toPx(next);
    if (x1 <= x0) return;
    const whole = from >= 0 && to <= length;
    const outside = to <= 0 || from >= length;
    s.marks.push({
      kind: 'rect',
      x: x0,
      y,
      w: x1 - x0,
      h,
      fill,
      alpha: (whole ? 0.34 : outside ? 0.05 : 0.13) * alpha,
    });
    if (few || alpha < 1 || pane.kind === 'pte' || outside) return;
    const size = formatSize(pane.size);
    const words = whole
      ? [`${size} block of ${side.toUpperCase()}`, `${size} of ${side.toUpperCase()}`]
      : from < 0
        ? to > length
          ? ['cut at both ends']
          : ['cut by the start']
        : ['cut by the end'];
    const text = words.find(t => s.measure(t, { size: 11 }) <= x1 - x0 - 18);
    if (text === undefined) return;
    write(s, {
      x: x0 + 9,
      y: side === 'va' ? y + 14 : y + h - 14,
      text,
      size: 11,
      ink: whole ? 'ink' : 'mut',
    });
  });
};

/** Where a comb stands. */
export interface Comb {
  readonly y: number;
  readonly h: number;
  /** Where the points of the teeth end. */
  readonly tip: number;
  /** How much of the jaw the teeth run through, from its mouth. */
  readonly reach: number;
  readonly alpha: number;
  readonly length: number;
}

/** The teeth themselves: VA from above, PA from below. */
export const drawTeeth = (s: Sheet, pane: Pane, t: Teeth, side: 'va' | 'pa', base: number, c: Comb): void => {
  const own = t.size === pane.size;
  const pitch = (t.size / (pane.to - pane.from)) * pane.w;
  const fine = t.kind === 'pte' || pitch < TOOTH_PX;
  const r = fine ? 3.2 : own ? 6 : 4.4;
  const back = side === 'va' ? -r : r;
  const root = side === 'va' ? c.y + c.h * (1 - c.reach) : c.y + c.h * c.reach;
  const ink = `${t.kind}.text` as const;
  for (const tooth of teethOf(pane, t.size, base)) {
    const px = clampTo(pane, pane.scale.toPx(tooth));
    const inside = tooth >= 0 && tooth <= c.length;
    const alpha = c.alpha * (inside ? 1 : 0.35);
    s.marks.push({
      kind: 'path',
      points: [
        [px, root],
        [px, c.tip + back],
      ],
      stroke: ink,
      strokeWidth: fine ? 1.3 : own ? 3 : 2,
      alpha,
    });
    triangle(s, px, c.tip + back, r, side === 'va' ? 'down' : 'up', ink);
    const head = s.marks.pop();
    if (head) s.marks.push({ ...head, alpha });
  }
};

/** Least distance from one address to the next along an axis. */
const LABEL_PX = 118;

/** Addresses along the first pane: multiples of what an entry of a level covers. */
export const drawAxis = (
  s: Sheet,
  pane: Pane,
  contiguous: readonly ContiguousHint[],
  base: number,
  y: number,
  side: 'va' | 'pa',
): void => {
  if (pane.kind === 'pte' && pane.also.length === 0 && pane.w < 200) return;
  const sizes = [
    ...new Set([
      4096,
      ...[pane, ...pane.also].map(t => t.size),
      ...contiguous.map(c => c.size as number),
      2 ** 21,
      2 ** 30,
      2 ** 39,
      2 ** 48,
    ]),
  ].sort((a, b) => a - b);
  const out = side === 'va' ? -1 : 1;
  const style = { size: 11, mono: true } as const;
  const wanted: { readonly value: number; readonly px: number }[] = [];
  for (const tick of ticksOf(pane.view, pane.w, base, sizes, LABEL_PX)) {
    const px = pane.scale.toPx(tick.value);
    if (base + tick.value < 0) continue;
    s.marks.push({
      kind: 'path',
      points: [
        [px, y],
        [px, y + out * (tick.labelled ? 5 : 3)],
      ],
      stroke: 'dim',
      strokeWidth: 1,
    });
    if (tick.labelled) wanted.push({ value: base + tick.value, px });
  }
  // At the ends a label moves inwards; of two that would touch then, the rounder address stays.
  const taken: { readonly x0: number; readonly x1: number }[] = [];
  for (const { value, px } of wanted.sort((a, b) => roundness(b.value) - roundness(a.value) || a.px - b.px)) {
    const text = formatAddress(value);
    const w = s.measure(text, style);
    const edge = side === 'va' ? 6 : 0;
    // Beside the edges of the bracket above, not upon them.
    const x0 = Math.min(Math.max(px - w / 2, pane.x + edge), pane.x + pane.w - w - edge);
    if (taken.some(t => x0 < t.x1 + 8 && t.x0 < x0 + w + 8)) continue;
    taken.push({ x0, x1: x0 + w });
    write(s, { x: x0, y: y + out * 12, text, ...style, ink: 'mut', plate: true });
  }
};

/** The red arrows: from a VA tooth to the next PA tooth on its right, exactly (VA − PA) mod size. */
export const drawDistances = (
  s: Sheet,
  pane: Pane,
  start: number,
  residue: number,
  laneTop: number,
  laneBottom: number,
  length: number,
  few = false,
): void => {
  const y = laneTop + (laneBottom - laneTop) * 0.62;
  const style = { size: 11.5, weight: 600, ink: 'red' } as const;
  const text = formatSize(residue);
  const textW = s.measure(text, style);
  const limit = pane.x + pane.w;
  const arrows = teethOf(pane, pane.size, start)
    .filter(tooth => tooth >= 0 && tooth <= length)
    .map(tooth => {
      const target = pane.scale.toPx(tooth + residue);
      return {
        x0: clampTo(pane, pane.scale.toPx(tooth)),
        x1: Math.min(target, limit),
        cut: target > limit + 0.5,
      };
    })
    .filter(a => a.x1 - a.x0 >= 2);
  /** Where each arrow's label begins; undefined where another stands there. */
  const labels = (centred: boolean): readonly (number | undefined)[] => {
    let written = pane.x - 8;
    return arrows.map(({ x0, x1, cut }) => {
      // Over its own arrow: in the middle where it fits, else from the tooth on, clear of the tooth's head.
      const roomy = x1 - x0 > textW + 8;
      const middle = (x0 + x1 - textW) / 2;
      const at = roomy ? middle : Math.min(centred ? Math.max(middle, pane.x) : x0 + 9, limit - textW);
      if (
        (few && written > pane.x) ||
        at < written + (centred ? 6 : 8) ||
        (cut && !roomy && written > pane.x)
      )
        return undefined;
      written = at + textW;
      return at;
    });
  };
  const clear = labels(false);
  const centred = labels(true);
  const count = (of: typeof clear): number => of.filter(at => at !== undefined).length;
  const chosen = count(centred) > count(clear) ? centred : clear;
  arrows.forEach(({ x0, x1, cut }, i) => {
    const at = chosen[i];
    // Without its head and without a word it would be a dash that says nothing.
    if (cut && at === undefined) return;
    const line = (points: readonly (readonly [number, number])[], strokeWidth: number) =>
      s.marks.push({ kind: 'path', points, stroke: 'red', strokeWidth });
    line(
      [
        [x0, y],
        [x1 - (cut ? 0 : 3), y],
      ],
      2,
    );
    if (!cut) {
      s.marks.push({
        kind: 'path',
        points: [
          [x1 - 6, y - 3.5],
          [x1, y],
          [x1 - 6, y + 3.5],
        ],
        close: true,
        fill: 'red',
      });
      line(
        [
          [x1, y - 6],
          [x1, y + 6],
        ],
        1.6,
      );
    }
    if (at !== undefined) write(s, { x: at, y: y - 12, text, ...style, halo: 'bg' });
  });
};
