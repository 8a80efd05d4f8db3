import { formatAddress } from '../../src/text.ts';
import { write } from './sheet.ts';
import { drawBlock } from './vaBlock.ts';
import type { VaItem } from './vaItems.ts';
import type { Labels } from './vaLabels.ts';
import type { Row } from './vaLayout.ts';
import type { Drawn } from './vaStretches.ts';
import { vmaKinds } from './vmaKind.ts';

/** What is written under the folded row, and what its blocks mean. */

/** The line under the row: the new mapping's bounds first, then as many names as have room. */
export const drawNames = (
  { s, x, w, rowY, rowH, step }: Row,
  { names, placed: span }: Drawn,
  placed: { readonly start: number; readonly end: number } | undefined,
): void => {
  const y = rowY + rowH + 10;
  const taken: { x0: number; x1: number }[] = [];
  const free = (x0: number, x1: number): boolean =>
    x0 >= x - 2 && x1 <= x + w + 2 && taken.every(t => x1 + 6 <= t.x0 || x0 - 6 >= t.x1);
  if (placed && span && step === undefined) {
    const style = { size: 11, mono: true };
    const [a, b] = [formatAddress(placed.start), formatAddress(placed.end)];
    const [aw, bw] = [s.measure(a, style), s.measure(b, style)];
    // Side by side under the block where both fit, else hanging out to its left and right.
    const fits = aw + bw + 10 <= span.x1 - span.x0;
    const ax = Math.max(x, fits ? span.x0 : Math.min(span.x0, span.x1 - bw - aw - 10));
    write(s, { x: ax, y, text: a, ...style, ink: 'ink' });
    const bx = Math.max(ax + aw + 10, span.x1 - bw);
    // On the narrowest of screens there is room for the start alone.
    const both = bx + bw <= x + w + 2;
    if (both) write(s, { x: bx, y, text: b, ...style, ink: 'ink' });
    taken.push({ x0: ax, x1: both ? bx + bw : ax + aw });
  }
  for (const name of [...names].sort((a, b) => Number(b.first) - Number(a.first))) {
    const width = s.measure(name.text, { size: 11 });
    // A name may move aside a little; its own block is still the nearest.
    const mid = [name.x, name.x + 12, name.x - 12, x + width / 2, x + w - width / 2]
      .filter(m => Math.abs(m - name.x) <= 40)
      .find(m => free(m - width / 2, m + width / 2));
    if (mid === undefined) continue;
    taken.push({ x0: mid - width / 2, x1: mid + width / 2 });
    write(s, { x: mid, y, text: name.text, size: 11, ink: 'mut', align: 'middle' });
  }
};

/** The kinds in the row, and what room they take on one line. */
export interface Legend {
  readonly kinds: typeof vmaKinds;
  readonly widths: readonly number[];
  readonly line: number;
}

/** The kinds of mapping that the row shows. */
export const legendOf = (row: Row, items: readonly VaItem[]): Legend => {
  const present = new Set(items.map(i => (i.kind === 'vmas' ? i.what : undefined)));
  const kinds = row.narrow ? [] : vmaKinds.filter(k => present.has(k.kind));
  const widths = kinds.map(k => 16 + 19 + row.s.measure(k.label, { size: 10.5 }));
  return { kinds, widths, line: widths.reduce((a, b) => a + b, 0) };
};

/** What the blocks mean: on the title line, else in the part of the lane that nothing needs, else nowhere. */
export const drawLegend = (
  row: Row,
  { kinds, widths, line }: Legend,
  bracket: { readonly x0: number; readonly x1: number },
  titleEnd: number,
  top: number,
  labels: Labels,
): void => {
  const { s, x, w, laneY } = row;
  if (kinds.length < 2) return;
  const swatch = 16;
  const entry = (at: number, y: number, k: (typeof kinds)[number]) => {
    drawBlock(s, k.kind, at, y - 6, swatch, 11);
    write(s, { x: at + swatch + 5, y, text: k.label, size: 10.5, ink: 'mut' });
  };
  if (titleEnd + 20 + line <= x + w) {
    let at = x + w - line;
    kinds.forEach((k, i) => {
      entry(at, top + 8, k);
      at += widths[i] ?? 0;
    });
    return;
  }
  const column = Math.max(...widths);
  const columns = Math.ceil(kinds.length / 3);
  const need = columns * column;
  const up = row.search?.topDown === false;
  const from = up ? x + w - need : x;
  if (up ? from < bracket.x1 + 14 : from + need > bracket.x0 - 14) return;
  if (!labels.empty(from - 4, from + need, laneY, laneY + 60)) return;
  kinds.forEach((k, i) => {
    entry(from + Math.floor(i / 3) * column, laneY + (14 + (i % 3) * 15), k);
  });
};
