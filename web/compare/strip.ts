import type { Mark } from '../draw/marks.ts';
import type { Measures } from './measures.ts';

/** Runs of leaves are drawn no narrower. */
const LEAST = 2.5;

/**
 * The leaves of a row on the axis that all rows share: `axis` bytes over `width` pixels. What is left of the axis is
 * outlined, where a row maps less than others.
 */
export const stripMarks = (
  { device, length }: Measures,
  axis: number,
  width: number,
  height: number,
): readonly Mark[] => {
  const marks: Mark[] = [];
  const px = (n: number): number => (n / axis) * width;
  const end = Math.max(LEAST, px(length));
  if (end < width - 1)
    marks.push({
      kind: 'rect',
      x: end,
      y: 0.5,
      w: width - end - 0.5,
      h: height - 1,
      stroke: 'line',
      dash: [3, 3],
    });
  if (device === undefined) {
    marks.push({ kind: 'rect', x: 0.5, y: 0.5, w: end - 1, h: height - 1, fill: 'vma' });
    return marks;
  }
  for (const run of device.runs) {
    const first = px(run.from);
    const w = Math.max(LEAST, px(run.size * run.count));
    marks.push({
      kind: 'leaves',
      leaf: run.kind,
      x: Math.min(first, width - w),
      y: 0,
      w,
      h: height,
      first,
      pitch: px(run.size),
      corrupt: run.corrupt,
    });
  }
  return marks;
};

/** Equal for strips that look the same. */
export const stripSignature = ({ device, length }: Measures, axis: number): string =>
  `${axis}|${length}|${device?.runs.map(r => `${r.kind}${r.from}x${r.size}x${r.count}${r.corrupt ? '!' : ''}`).join()}`;
