import { scaleLinear } from 'd3-scale';

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
  const scale = scaleLinear([start, start + span], [x, x + width]);
  return { toPx: value => scale(value), toValue: px => scale.invert(px) };
};

/**
 * An axis made of stretches, each with its own width: the folded rows. Segments ascend and touch; what lies
 * outside them stays at the ends.
 */
export const foldedScale = (segments: readonly Segment[]): Scale => {
  const last = segments.at(-1);
  if (!last) return { toPx: () => 0, toValue: () => 0 };
  const scale = scaleLinear(
    [...segments.map(s => s.from), last.to],
    [...segments.map(s => s.x), last.x + last.w],
  ).clamp(true);
  return { toPx: value => scale(value), toValue: px => scale.invert(px) };
};
