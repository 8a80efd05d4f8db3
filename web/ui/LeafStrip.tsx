import type { LeafKind } from '../../src/arch/arch.ts';

/** A part of a strip: leaves of one kind over this share of the width. */
export interface StripPart {
  readonly kind: LeafKind;
  readonly share: number;
  /** How many leaves it stands for; slabs are drawn one a leaf where there is room for that. */
  readonly count?: number;
  readonly corrupt?: boolean;
}

const lines = (x: number, width: number, height: number) => {
  const marks = [];
  for (let at = x; at < x + width - 0.8; at += 3)
    marks.push(<rect key={at} x={at} y={0} width={1.6} height={height} />);
  return marks;
};

const blocks = (x: number, width: number, height: number, wanted: number, radius: number) => {
  const count = Math.max(1, Math.round(width / wanted));
  const each = width / count;
  return Array.from({ length: count }, (_, i) => ({ x: x + i * each, width: each - 1.2 })).map(b => (
    <rect key={b.x} x={b.x} y={0} width={Math.max(1, b.width)} height={height} rx={radius} />
  ));
};

/** Pixels of the narrowest slab that still is one. */
const SLAB = 5;

/** Width of each slab: real leaves where they can be told apart, else a texture. */
const slabWidth = (width: number, count: number | undefined): number =>
  count !== undefined && count > 0 && width / count >= SLAB ? width / count : 27;

const part = (kind: LeafKind, x: number, width: number, height: number, count: number | undefined) => {
  switch (kind) {
    case 'pte':
      return lines(x, width, height);
    case 'contpte':
      return (
        <>
          {lines(x, width, height)}
          {blocks(x, width, 1.6, 12, 0)}
        </>
      );
    case 'pmd': {
      // Two courses of bricks, the lower one offset by half.
      const half = (height - 1) / 2;
      const brick = 8;
      return (
        <>
          {blocks(x, width, half, brick, 0)}
          <g transform={`translate(0 ${half + 1})`}>
            {width > brick ? (
              <>
                <rect x={x} y={0} width={brick / 2 - 1.2} height={half} />
                {blocks(x + brick / 2, width - brick / 2, half, brick, 0)}
              </>
            ) : (
              blocks(x, width, half, brick, 0)
            )}
          </g>
        </>
      );
    }
    case 'contpmd': {
      // Long bricks with three notches each.
      const half = height / 2;
      const notched = width / (4 * Math.max(1, Math.round(width / 18)));
      return (
        <>
          {blocks(x, width, half, 18, 0)}
          <g transform={`translate(0 ${half})`}>{blocks(x, width, half, notched, 0)}</g>
        </>
      );
    }
    case 'pud': {
      const wanted = slabWidth(width, count);
      const slabs = Math.max(1, Math.round(width / wanted));
      const each = width / slabs;
      return (
        <>
          {blocks(x, width, height, wanted, 3)}
          {each > 12 &&
            Array.from({ length: slabs }, (_, i) => ({ x: x + i * each + 3, width: each - 7.2 })).map(b => (
              <rect key={b.x} className="inner" x={b.x} y={3} width={b.width} height={height - 6} rx={1.5} />
            ))}
        </>
      );
    }
  }
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
          <g key={at} className={`leaf ${p.kind}`}>
            {part(p.kind, at, own, height, p.count)}
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
