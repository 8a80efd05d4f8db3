import type { Mark } from '../draw/marks.ts';

/** For tests: every coordinate and extent of a mark. */
const numbersOf = (m: Mark): readonly number[] => {
  switch (m.kind) {
    case 'path':
      return m.points.flat();
    case 'hop':
      return [...m.from, ...m.to];
    case 'circle':
      return [m.x, m.y, m.r];
    case 'text':
      return [m.x, m.y];
    default:
      return [m.x, m.y, m.w, m.h];
  }
};

/** For tests: the marks that no picture of `width` may have: not finite, of negative width, or text outside it. */
export const oddMarks = (marks: readonly Mark[], width: number): readonly Mark[] =>
  marks.filter(
    m =>
      !numbersOf(m).every(Number.isFinite) ||
      ('w' in m && m.w < 0) ||
      (m.kind === 'text' && (m.x < 0 || m.x > width || /NaN|undefined|Infinity/.test(m.text))),
  );
