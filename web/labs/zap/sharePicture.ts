import type { Counts } from '../../../src/zap/explore.ts';
import type { Mark } from '../../draw/marks.ts';
import { totalOf } from './words.ts';

/** How the orders of a design end, as shares of a bar: plain, filled red, hatched for late, crossed for a deadlock. */
export const drawShare = (ends: Counts, width: number, height: number): readonly Mark[] => {
  const marks: Mark[] = [];
  const of = Math.max(1, totalOf(ends));
  let x = 0;
  for (const ending of ['good', 'stale', 'late', 'deadlock'] as const) {
    const count = ends[ending];
    if (count === 0) continue;
    const w = (count / of) * width;
    // A line apart from the next.
    const box = { x: x + 0.75, y: 0.75, w: Math.max(1, w - 1.5), h: height - 1.5 };
    x += w;
    switch (ending) {
      case 'good':
        marks.push({ kind: 'rect', ...box, fill: 'vma2', stroke: 'mut', strokeWidth: 1 });
        break;
      case 'stale':
        // With an edge: without one forced colours leave it as empty as the good part.
        marks.push({ kind: 'rect', ...box, fill: 'red', stroke: 'red', strokeWidth: 1 });
        break;
      case 'late':
        marks.push(
          { kind: 'hatch', ...box, stroke: 'red', pitch: 5 },
          { kind: 'rect', ...box, stroke: 'red', strokeWidth: 1.5 },
        );
        break;
      case 'deadlock': {
        marks.push({ kind: 'rect', ...box, stroke: 'red', strokeWidth: 1.5 });
        const [cx, cy, r] = [box.x + box.w / 2, height / 2, Math.min(3.5, box.w / 3)];
        for (const d of [-r, r])
          marks.push({
            kind: 'path',
            points: [
              [cx - d, cy - r],
              [cx + d, cy + r],
            ],
            stroke: 'red',
            strokeWidth: 1.5,
          });
      }
    }
  }
  return marks;
};
