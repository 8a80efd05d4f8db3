import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { Segment } from '../draw/scale.ts';
import { fitText, pill, write } from './sheet.ts';
import { drawBlock, fold, inkOn } from './vaBlock.ts';
import type { VaItem } from './vaItems.ts';
import type { Labels } from './vaLabels.ts';
import { nameOf, type Row, twoLines, type Vmas } from './vaLayout.ts';
import { aboutKind } from './vmaKind.ts';

/** The stretches of the folded row, as blocks. */

/** What the items left for the search and the names to stand by. */
export interface Drawn {
  /** The new mapping; `pill`: the width of the words in the middle of it, 0 where there are none. */
  readonly placed: { readonly x0: number; readonly x1: number; readonly pill: number } | undefined;
  readonly crossed: readonly { readonly x: number; readonly gap: number | undefined }[];
  readonly names: readonly { readonly x: number; readonly text: string; readonly first: boolean }[];
}

/** Whether a played search has come to a gap. */
export const reached = ({ step, search }: Row, gap: number | undefined): boolean => {
  if (step === undefined || step.reached === 'all') return true;
  if (step.reached === 'nothing' || gap === undefined) return false;
  return search?.topDown === false ? gap <= step.reached : gap >= step.reached;
};

/** The words of a guard. Source: vm_start_gap(), include/linux/mm.h; stack_guard_gap, mm/mmap.c. */
const guardLines = (item: Extract<VaItem, { kind: 'guard' }>): readonly string[] => [
  item.rule === 'stack'
    ? `Guard of the stack above: ${formatSize(item.to - item.from)}`
    : `Guard of the shadow stack above: ${formatSize(item.to - item.from)}`,
  item.rule === 'stack'
    ? 'stack_guard_gap, 256 pages: no new mapping may end here, unless MAP_FIXED'
    : 'One page below a shadow stack, from 6.6 on',
  `${formatAddress(item.from)} to ${formatAddress(item.to)}`,
];

/** Draws the stretches of the folded row, and gives what the search and the names stand by. */
export const drawItems = (
  row: Row,
  items: readonly VaItem[],
  segments: readonly Segment[],
  placed: { readonly start: number; readonly end: number } | undefined,
  labels: Labels,
): Drawn => {
  const { s, input, rowY, rowH, search } = row;
  let span: Drawn['placed'];
  const crossed: { x: number; gap: number | undefined }[] = [];
  const names: { x: number; text: string; first: boolean }[] = [];
  const newAt = segments[items.findIndex(i => i.kind === 'new')];
  const density = placed && newAt ? (placed.end - placed.start) / newAt.w : 2 ** 25;
  items.forEach((item, i) => {
    const seg = segments[i];
    if (!seg) return;
    const size = item.to - item.from;
    const mid = seg.x + seg.w / 2;
    const box = { x: seg.x, y: rowY, w: seg.w, h: rowH };
    const spot = { ...box, addresses: { from: item.from, to: item.to } };
    const range = `${formatAddress(item.from)} to ${formatAddress(item.to)}`;
    const figure = (ink: 'red' | 'mut', weight: number) => {
      // On its way to nothing it has no room for its size.
      if (input.comb !== undefined && seg.w < 30) return;
      const [number, unit] = twoLines(size);
      const both = { x: mid, weight, ink, align: 'middle' } as const;
      write(s, { ...both, y: rowY + rowH / 2 - 6, text: number, size: 11 });
      write(s, { ...both, y: rowY + rowH / 2 + 7, text: unit, size: 10.5 });
    };
    // Cut short: far more bytes to a pixel than where the new mapping is drawn.
    const cut = size > 2 ** 30 && size / seg.w > 4 * density && seg.w > 15;
    switch (item.kind) {
      case 'vmas': {
        drawVmas(row, item, seg, cut, names);
        const name =
          item.count === 1 || item.single
            ? item.name
            : `${formatCount(item.count)} mappings, the most of ${item.name}`;
        s.hits.push({
          ...spot,
          lines: [
            `${name}: ${aboutKind(item.what)}`,
            ...(item.single && item.count > 1 ? [`${formatCount(item.count)} mappings that touch`] : []),
            range,
            formatSize(size),
          ],
        });
        break;
      }
      case 'gap': {
        if (item.role === 'passed' || item.role === 'guarded') {
          const seen = reached(row, item.gap);
          figure(seen ? 'red' : 'mut', seen ? 600 : 400);
          crossed.push({ x: mid, gap: item.gap });
          const needed = formatSize(search?.needed ?? 0);
          s.hits.push({
            ...spot,
            lines: [
              item.role === 'passed'
                ? `Gap of ${formatSize(size)}: too small for ${needed}`
                : `Gap of ${formatSize(size)} and a guard: the guard of the mapping above cuts it`,
              range,
            ],
          });
        } else {
          if (item.role === 'free' && size > 2 ** 30 && seg.w > 15)
            fold(s, seg.w > 60 ? seg.x + 18 : mid, rowY, rowH);
          if (item.role === 'free' && seg.w > 66) {
            const text = [`free ${formatSize(size)}`, 'free'].find(
              t => s.measure(t, { size: 11 }) + 34 < seg.w,
            );
            if (text !== undefined)
              write(s, {
                x: seg.x + 24 + (seg.w - 24) / 2,
                y: rowY + rowH / 2,
                text,
                size: 11,
                ink: 'mut',
                align: 'middle',
              });
          }
          s.hits.push({ ...spot, lines: [`Free: ${formatSize(size)}`, range] });
        }
        break;
      }
      case 'guard':
        s.marks.push({ kind: 'hatch', ...box, stroke: 'mut', pitch: 4 });
        s.marks.push({
          kind: 'path',
          points: [
            [seg.x, rowY],
            [seg.x, rowY + rowH],
          ],
          stroke: 'mut',
          dash: [2, 2],
        });
        names.push({ x: mid, text: 'guard', first: false });
        s.hits.push({ ...spot, lines: guardLines(item) });
        break;
      case 'skipped': {
        s.marks.push({
          kind: 'rect',
          x: seg.x + 1.5,
          y: rowY + 1,
          w: Math.max(0, seg.w - 3),
          h: rowH - 2,
          stroke: 'mut',
          dash: [3, 3],
        });
        figure('mut', 400);
        names.push({ x: mid, text: 'hole', first: true });
        s.hits.push({ ...spot, lines: [`Hole that alignment leaves: ${formatSize(size)}`, range] });
        break;
      }
      case 'unsearched':
        s.marks.push({ kind: 'hatch', ...box, stroke: 'dim' });
        if (cut || size > 2 ** 36) fold(s, mid, rowY, rowH);
        s.hits.push({ ...spot, lines: ['Not searched', range, formatSize(size)] });
        if (!row.narrow) {
          const size = 10.5;
          const half = s.measure('searched', { size }) / 2;
          // Clear of the upright line where the search begins, which is one edge of the stretch.
          const [least, most] = [row.x + half, row.x + row.w - half];
          const side = search === undefined || item.from >= search.high ? 1 : -1;
          const off = Math.max(0, half + 4 - seg.w / 2);
          const x = Math.min(Math.max(mid + side * Math.max(2, off), least), most);
          for (const [k, text] of ['not', 'searched'].entries()) {
            const y = rowY - (17 - k * 11);
            write(s, { x, y, text, size, ink: 'mut', align: 'middle', halo: 'bg' });
            labels.block(x - half, x + half, y);
          }
        }
        break;
      case 'new': {
        span = { x0: seg.x, x1: seg.x + seg.w, pill: drawPlaced(row, seg) };
        if (row.step === undefined) s.hits.push({ ...box, offsetAt: px => ((px - seg.x) / seg.w) * size });
        break;
      }
    }
  });
  // The new mapping's outline lies over its neighbours.
  if (span && row.step === undefined)
    s.marks.push({
      kind: 'rect',
      x: span.x0,
      y: rowY,
      w: span.x1 - span.x0,
      h: rowH,
      stroke: 'ink',
      strokeWidth: 2,
    });
  return { placed: input.solution.placement.ok ? span : undefined, crossed, names };
};

/** A name is cut to so many letters at least. */
const NAME_LETTERS = 6;

/** A stretch of mappings with its name and size on it, or its name for the line below. */
const drawVmas = (
  { s, rowY, rowH }: Row,
  item: Vmas,
  seg: Segment,
  cut: boolean,
  names: { x: number; text: string; first: boolean }[],
): void => {
  const mid = seg.x + seg.w / 2;
  drawBlock(s, item.what, seg.x + 0.5, rowY, Math.max(1.5, seg.w - 1), rowH);
  if (!item.single && seg.w > 26)
    // Several mappings in one: a stack of edges at its right end.
    for (const dx of [3, 6])
      s.marks.push({
        kind: 'path',
        points: [
          [seg.x + seg.w - dx, rowY],
          [seg.x + seg.w - dx, rowY + rowH],
        ],
        stroke: 'bg',
        strokeWidth: 1,
      });
  const text = nameOf(item);
  const ink = inkOn(item.what);
  const room = seg.w - (item.single ? 6 : 14);
  const style = { size: 11 };
  const inside = fitText(s, text, room, style);
  // Of a neighbour's name as much as tells what it is.
  const upright = ink !== undefined && (inside === text || (item.neighbour && inside.length > NAME_LETTERS));
  if (cut) fold(s, upright ? seg.x + 10 : mid, rowY, rowH);
  if (!upright || ink === undefined) {
    // The hatch says as much as these words; only beside the new mapping they always stand.
    if (item.name !== 'no access' || item.neighbour) names.push({ x: mid, text, first: item.neighbour });
    return;
  }
  const size = formatSize(item.to - item.from);
  const at = { x: mid - (item.single ? 0 : 4), ink, align: 'middle' } as const;
  if (s.measure(size, { size: 10 }) <= room && !cut) {
    write(s, { ...at, y: rowY + 9, text: inside, ...style });
    write(s, { ...at, y: rowY + 21, text: size, size: 10 });
  } else
    write(s, {
      ...at,
      x: cut ? at.x + 8 : at.x,
      y: rowY + rowH / 2 - 2,
      text: cut ? fitText(s, text, room - 20, style) : inside,
      ...style,
    });
};

/** The new mapping with its leaves. Gives the width of the words upon it. */
const drawPlaced = (row: Row, seg: Segment): number => {
  const { s, input, rowY: y, rowH: h } = row;
  const device = input.solution.device;
  const span = seg.to - seg.from;
  if (row.step) {
    // Not there yet: only where it will be.
    s.marks.push({
      kind: 'rect',
      x: seg.x + 1,
      y: y + 1,
      w: seg.w - 2,
      h: h - 2,
      stroke: 'mut',
      dash: [4, 4],
    });
    return 0;
  }
  if (device) {
    for (const run of device.units) {
      const x0 = seg.x + ((run.va - seg.from) / span) * seg.w;
      const runW = Math.max(2.5, ((run.size * run.count) / span) * seg.w);
      s.marks.push({
        kind: 'leaves',
        leaf: run.kind,
        x: x0,
        y: y + 2,
        w: Math.min(runW, seg.x + seg.w - x0),
        h: h - 4,
        first: x0,
        pitch: (run.size / span) * seg.w,
        corrupt: run.corrupt,
      });
    }
  } else s.marks.push({ kind: 'rect', x: seg.x, y: y + 2, w: seg.w, h: h - 4, fill: 'vma2' });
  const text = `new VMA ${formatSize(span)}`;
  const style = { size: 11.5, weight: 600 };
  if (s.measure(text, style) + 24 >= seg.w) return 0;
  return pill(s, seg.x + seg.w / 2, y + h / 2, text, {
    ...style,
    ink: 'ink',
    stroke: device?.leaves[0] ? `${device.leaves[0].kind}.text` : 'dim',
  });
};
