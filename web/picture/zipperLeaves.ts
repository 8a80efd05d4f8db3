import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import type { Pane } from './panes.ts';
import { pill, triangle, write } from './sheet.ts';
import { clampTo } from './teeth.ts';
import type { Sheet } from './types.ts';
import { kindName } from './zipperVerdict.ts';

/** What lies between the jaws of the zipper: leaves with their counts, and what is beside the mapping. */

/** Something that lies beside the mapping, in offsets of the mapping. */
export interface Neighbour {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** Neighbours in VA and in PA. */
export interface Beside {
  readonly va: readonly Neighbour[];
  readonly pa: readonly Neighbour[];
}

/** The vertical bands that {@link drawBeside} draws in. */
interface BesideBands {
  readonly leavesY: number;
  readonly leavesH: number;
  readonly paY: number;
  readonly jawH: number;
}

/** What lies beside the mapping: other mappings between the jaws, other BARs along the physical one. */
export const drawBeside = (s: Sheet, beside: Beside, pane: Pane, b: BesideBands): void => {
  const block = (n: Neighbour, y: number, h: number, fill: 'vma' | 'vma2'): void => {
    const x0 = clampTo(pane, pane.scale.toPx(n.from));
    const x1 = Math.max(clampTo(pane, pane.scale.toPx(n.to)), x0 + 1);
    s.marks.push({ kind: 'rect', x: x0, y, w: x1 - x0, h, fill });
    if (s.measure(n.name, { size: 11 }) + 10 < x1 - x0)
      write(s, {
        x: (x0 + x1) / 2,
        y: y + h / 2,
        text: n.name,
        size: 11,
        ink: fill === 'vma' ? 'ink' : 'onVma2',
        align: 'middle',
      });
  };
  for (const n of beside.va) block(n, b.leavesY + 8, b.leavesH - 16, 'vma');
  for (const n of beside.pa) block(n, b.paY + b.jawH - 16, 16, 'vma2');
};

/** A mapping of a few pixels is not overlooked: a head above it and its size. One out of sight is said to be there. */
export const pointOut = (s: Sheet, pane: Pane, length: number, y: number): void => {
  const x0 = pane.scale.toPx(0);
  const x1 = pane.scale.toPx(length);
  const style = { size: 11.5, weight: 600, ink: 'ink', halo: 'bg' } as const;
  const side = x1 <= pane.x ? 'left' : x0 >= pane.x + pane.w ? 'right' : undefined;
  if (side !== undefined) {
    const text = side === 'left' ? '\u2190 the mapping' : 'the mapping \u2192';
    const x = side === 'left' ? pane.x + 6 : pane.x + pane.w - 6;
    write(s, { x, y: y - 10, text, ...style, align: side === 'left' ? 'start' : 'end' });
    return;
  }
  if (x1 - x0 > 12) return;
  const mid = Math.min(Math.max((x0 + x1) / 2, pane.x), pane.x + pane.w);
  triangle(s, mid, y - 6, 5, 'down', 'ink');
  // On the left where there is room, in fewer words if need be: the lens of the next pane runs to the right.
  const words = [`the mapping, ${formatSize(length)}`, formatSize(length)];
  const left = words.find(text => mid - 12 - s.measure(text, style) > pane.x);
  if (left !== undefined) write(s, { x: mid - 10, y: y - 9, text: left, ...style, align: 'end' });
  else write(s, { x: mid + 10, y: y - 9, text: words[0] ?? '', ...style });
};

/** A run of leaves as far as a pane shows it. */
interface Shown {
  readonly run: LeafRun;
  readonly x: number;
  readonly w: number;
  /** Where the run's first leaf begins, perhaps left of the pane. */
  readonly first: number;
  readonly pitch: number;
}

const shownRuns = (pane: Pane, device: DeviceAnswer): readonly Shown[] =>
  device.units.flatMap(run => {
    const from = run.va - device.mapping.start;
    const to = from + run.size * run.count;
    if (to <= pane.from || from >= pane.to) return [];
    const x0 = Math.max(pane.scale.toPx(from), pane.x);
    const w = Math.max(2.5, Math.min(pane.scale.toPx(to), pane.x + pane.w) - x0);
    const pitch = (run.size / (pane.to - pane.from)) * pane.w;
    return [{ run, x: Math.min(x0, pane.x + pane.w - w), w, first: pane.scale.toPx(from), pitch }];
  });

/** The leaves of a mapping in a pane, as one mark a run, from `y` on and `h` high, in pixels. */
export const drawLeaves = (s: Sheet, pane: Pane, device: DeviceAnswer, y: number, h: number): void => {
  for (const { run, x, w, first, pitch } of shownRuns(pane, device))
    s.marks.push({ kind: 'leaves', leaf: run.kind, x, y, w, h, first, pitch, corrupt: run.corrupt });
};

/** Count and size of each run, upon the leaves or in a pill; after the teeth, so that none strikes it through. */
export const labelLeaves = (
  s: Sheet,
  pane: Pane,
  device: DeviceAnswer,
  y: number,
  h: number,
  first: boolean,
  few = false,
): void => {
  for (const shown of shownRuns(pane, device)) {
    const { run, x, w, pitch } = shown;
    const mid = x + w / 2;
    const middle = y + h / 2;
    const name = kindName(run.kind);
    const on = `${run.kind}.on` as const;
    if (run.corrupt) {
      if (w > 90) pill(s, mid, middle, 'corrupt entries', { size: 12, weight: 600, ink: 'red' });
    } else if (run.size > pane.size || (first && pitch > pane.w)) {
      const style = { size: 11.5, weight: 600 };
      // The slab of a PUD is plain enough to write on; other leaves have a texture.
      const plain = run.kind === 'pud';
      const pad = plain ? 12 : 26;
      const text = [`inside one ${name} leaf`, `in a ${name} leaf`, `in a ${name}`].find(
        t => s.measure(t, style) + pad < w,
      );
      if (text === undefined || pitch < pane.w * 0.9) continue;
      if (plain) write(s, { x: mid, y: middle, text, ...style, ink: on, align: 'middle' });
      else pill(s, mid, middle, text, { ...style, ink: `${run.kind}.text` });
    } else if (first) {
      const each = `${name} ${formatSize(run.size)}`;
      const big = { size: 16, weight: 700 };
      const small = { size: 12.5, weight: 700, mono: true };
      const text = `${formatCount(run.count)} × ${each}`;
      if (pitch > s.measure(each, big) + 24) {
        const from = Math.max(0, Math.floor((pane.x - shown.first) / pitch));
        const to = Math.min(run.count, Math.ceil((pane.x + pane.w - shown.first) / pitch));
        for (let i = from; i < to; i++) {
          // In the middle of what is seen of it.
          const x0 = Math.max(shown.first + i * pitch, pane.x);
          const x1 = Math.min(shown.first + (i + 1) * pitch, pane.x + pane.w);
          if (x1 - x0 < s.measure(each, big) + 24) continue;
          const leafX = (x0 + x1) / 2;
          if (run.kind === 'pud')
            write(s, { x: leafX, y: middle, text: each, ...big, ink: on, align: 'middle' });
          else pill(s, leafX, middle, each, { ...small, ink: `${run.kind}.text` });
          if (few) break;
        }
      } else if (few && device.units.length === 1 && pane.from > 0) {
        // The number of the scene says the same, and of a part of the mapping it would mislead.
      } else if (s.measure(text, small) + 22 < w)
        pill(s, mid, middle, text, { ...small, ink: `${run.kind}.text` });
    }
  }
};
