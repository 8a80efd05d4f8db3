import type { LeafKind } from '../../src/arch/arch.ts';

/** A part of a strip: leaves of one kind over this share of the width. */
export interface StripPart {
  readonly kind: LeafKind;
  readonly share: number;
  /** How many leaves it stands for; slabs are drawn one a leaf where there is room for that. */
  readonly count?: number;
  readonly corrupt?: boolean;
}

const num = (n: number): string => String(Math.round(n * 1000) / 1000);

/** A rectangle in a path, its corners round where a radius is given. */
const rect = (x: number, y: number, w: number, h: number, radius = 0): string => {
  const r = Math.min(radius, w / 2, h / 2);
  const [across, down] = [num(w - 2 * r), num(h - 2 * r)];
  if (r <= 0) return `M${num(x)} ${num(y)}h${across}v${down}h-${across}z`;
  const to = (dx: number, dy: number): string => `a${num(r)} ${num(r)} 0 0 1 ${num(dx)} ${num(dy)}`;
  return `M${num(x + r)} ${num(y)}h${across}${to(r, r)}v${down}${to(-r, r)}h-${across}${to(-r, -r)}v-${down}${to(r, -r)}z`;
};

const lines = (x: number, width: number, height: number): string => {
  let path = '';
  for (let at = x; at < x + width - 0.8; at += 3) path += rect(at, 0, 1.6, height);
  return path;
};

const blocks = (x: number, y: number, width: number, height: number, wanted: number, radius = 0): string => {
  const count = Math.max(1, Math.round(width / wanted));
  const each = width / count;
  let path = '';
  for (let i = 0; i < count; i++) path += rect(x + i * each, y, Math.max(1, each - 1.2), height, radius);
  return path;
};

/** Pixels of the narrowest slab that still is one. */
const SLAB = 5;

/** Width of each slab: real leaves where they can be told apart, else a texture. */
const slabWidth = (width: number, count: number | undefined): number =>
  count !== undefined && count > 0 && width / count >= SLAB ? width / count : 27;

/** The shape of a part, as one path however many leaves it shows: a page has many strips. */
const part = (
  kind: LeafKind,
  x: number,
  width: number,
  height: number,
  count: number | undefined,
): string => {
  switch (kind) {
    case 'pte':
      return lines(x, width, height);
    case 'contpte':
      return lines(x, width, height) + blocks(x, 0, width, 1.6, 12);
    case 'pmd': {
      // Two courses of bricks, the lower one offset by half.
      const half = (height - 1) / 2;
      const brick = 8;
      const low = half + 1;
      const lower =
        width > brick
          ? rect(x, low, brick / 2 - 1.2, half) + blocks(x + brick / 2, low, width - brick / 2, half, brick)
          : blocks(x, low, width, half, brick);
      return blocks(x, 0, width, half, brick) + lower;
    }
    case 'contpmd': {
      // Long bricks with three notches each.
      const half = height / 2;
      const notched = width / (4 * Math.max(1, Math.round(width / 18)));
      return blocks(x, 0, width, half, 18) + blocks(x, half, width, half, notched);
    }
    case 'pud':
      return blocks(x, 0, width, height, slabWidth(width, count), 3);
  }
};

/** The inner lines of slabs. */
const inner = (x: number, width: number, height: number, count: number | undefined): string => {
  const slabs = Math.max(1, Math.round(width / slabWidth(width, count)));
  const each = width / slabs;
  let path = '';
  // Nothing fits into a narrow one.
  for (let i = 0; i < slabs && each > 12; i++) path += rect(x + i * each + 3, 3, each - 7.2, height - 6, 1.5);
  return path;
};

/** Leaves as a strip of marks: the shape tells the size, the colour repeats it. Decoration: say it in words beside it. */
export const LeafStrip = ({
  parts,
  width = 58,
  height = 12,
}: {
  readonly parts: readonly StripPart[];
  readonly width?: number;
  readonly height?: number;
}) => {
  const total = parts.reduce((sum, p) => sum + p.share, 0) || 1;
  // A share too thin to see gets two pixels of the largest one.
  const widths = parts.map(p => Math.max(2.5, (p.share / total) * width));
  const excess = widths.reduce((sum, w) => sum + w, 0) - width;
  const widest = widths.indexOf(Math.max(...widths));
  let x = 0;
  return (
    <svg
      className="strip"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {parts.map((p, i) => {
        const at = x;
        const own = Math.max(1, (widths[i] ?? 0) - (i === widest ? excess : 0));
        x += own;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part has no name but its place, and no state to mix up
          <g key={i} className={`leaf ${p.kind}`}>
            <path d={part(p.kind, at, own, height, p.count)} />
            {p.kind === 'pud' && own > 12 && <path className="inner" d={inner(at, own, height, p.count)} />}
            {p.corrupt && (
              <path
                className="hatch"
                d={Array.from(
                  { length: Math.ceil(own / 6) + 1 },
                  (_, k) => `M${at + k * 6 - 3} ${height}L${at + k * 6 + 3} 0`,
                ).join('')}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
};
