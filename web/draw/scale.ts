/** One axis: values (addresses, offsets) to pixels and back. */
export interface Scale {
  readonly toPx: (value: number) => number;
  readonly toValue: (px: number) => number;
}

/**
 * The plain axis from `start` to `start + span`, on pixels `x` to `x + width`. The difference to `start` is
 * taken first, where it is exact; only then does the value become pixels.
 */
export const linearScale = (start: number, span: number, x: number, width: number): Scale => ({
  toPx: value => x + ((value - start) / span) * width,
  toValue: px => start + ((px - x) / width) * span,
});

/** A stretch of a folded axis. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly w: number;
}

/** An axis made of stretches, each with its own width: the folded rows. Segments ascend and touch. */
export const foldedScale = (segments: readonly Segment[]): Scale => ({
  toPx: value => {
    const s = segments.find(seg => value < seg.to) ?? segments.at(-1);
    if (!s) return 0;
    return s.x + Math.min(1, Math.max(0, (value - s.from) / (s.to - s.from))) * s.w;
  },
  toValue: px => {
    const s = segments.find(seg => px < seg.x + seg.w) ?? segments.at(-1);
    if (!s) return 0;
    return s.from + Math.min(1, Math.max(0, (px - s.x) / s.w)) * (s.to - s.from);
  },
});
