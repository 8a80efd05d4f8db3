import { bisectRight } from 'd3-array';

/** One axis: values (addresses, offsets) to pixels and back. */
export interface Scale {
  readonly toPx: (value: number) => number;
  readonly toValue: (px: number) => number;
}

/** A stretch of a folded axis. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly w: number;
}

/**
 * The plain axis from `start` to `start + span`, on pixels `x` to `x + width`. The scale takes the difference to
 * `start` first, where it is exact; only then does the value become pixels.
 */
export const linearScale = (start: number, span: number, x: number, width: number): Scale => {
  // Both ends come out exactly; what has no length lies in the middle.
  const between = (from: number, to: number, share: number): number => from * (1 - share) + to * share;
  const share = (n: number, from: number, length: number): number =>
    length === 0 ? 0.5 : (n - from) / length;
  return {
    toPx: value => between(x, x + width, share(value, start, span)),
    toValue: px => between(start, start + span, share(px, x, width)),
  };
};

/**
 * An axis made of stretches, each with its own width: the folded rows. Segments ascend and touch; what lies
 * outside them stays at the ends.
 */
export const foldedScale = (segments: readonly Segment[]): Scale => {
  const last = segments.at(-1);
  const first = segments[0];
  if (!last || !first) return { toPx: () => 0, toValue: () => 0 };
  const from = segments.map(s => s.from);
  const x = segments.map(s => s.x);
  const scales = segments.map(s => linearScale(s.from, s.to - s.from, s.x, s.w));
  const scaleAt = (starts: readonly number[], at: number): Scale =>
    scales[Math.max(0, bisectRight(starts, at) - 1)] ?? { toPx: () => 0, toValue: () => 0 };
  const within = (n: number, least: number, most: number): number => Math.min(Math.max(n, least), most);
  return {
    toPx: value => {
      const v = within(value, first.from, last.to);
      return scaleAt(from, v).toPx(v);
    },
    toValue: px => {
      const p = within(px, first.x, last.x + last.w);
      return scaleAt(x, p).toValue(p);
    },
  };
};
