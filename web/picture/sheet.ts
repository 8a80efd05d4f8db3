import type { Ink, Point, TextMark } from '../draw/marks.ts';
import type { Sheet } from './types.ts';

/**
 * Draws a line of text and gives its width. A `plate` keeps lines from striking it through, where a halo around
 * the letters would let them show between the words; for text that starts at `x`.
 */
export const write = (s: Sheet, { plate, ...mark }: Omit<TextMark, 'kind'> & { plate?: boolean }): number => {
  const w = s.measure(mark.text, mark);
  if (plate) {
    const h = mark.size + 3;
    s.marks.push({ kind: 'rect', x: mark.x - 2, y: mark.y - h / 2, w: w + 6, h, fill: 'bg' });
  }
  s.marks.push({ kind: 'text', ...mark });
  return w;
};

/** The text cut to `width` with an ellipsis; '' when not even three letters fit. */
export const fitText = (
  s: Sheet,
  text: string,
  width: number,
  style: { size: number; weight?: number; mono?: boolean },
): string => {
  if (s.measure(text, style) <= width) return text;
  for (let n = text.length - 1; n >= 3; n--) {
    const cut = `${text.slice(0, n)}…`;
    if (s.measure(cut, style) <= width) return cut;
  }
  return '';
};

/** Text on a ground of its own, so that it can stand on a texture. Gives its width. */
export const pill = (
  s: Sheet,
  x: number,
  y: number,
  text: string,
  style: { size: number; weight?: number; mono?: boolean; ink: Ink; stroke?: Ink },
): number => {
  const w = s.measure(text, style) + 18;
  const h = style.size + 9;
  s.marks.push({
    kind: 'rect',
    x: x - w / 2,
    y: y - h / 2,
    w,
    h,
    radius: h / 2,
    fill: 'bg',
    stroke: style.stroke ?? style.ink,
    strokeWidth: 1.4,
  });
  write(s, { x, y, text, align: 'middle', ...style });
  return w;
};

/** "This range is that range, magnified": straight edges from an upper to a lower range. */
export const trapezoid = (
  s: Sheet,
  upper: { y: number; x0: number; x1: number },
  lower: { y: number; x0: number; x1: number },
): void => {
  const points: readonly Point[] = [
    [upper.x0, upper.y],
    [upper.x1, upper.y],
    [lower.x1, lower.y],
    [lower.x0, lower.y],
  ];
  s.marks.push({ kind: 'path', points, close: true, fill: 'trap' });
  const edge = (a: Point, b: Point) =>
    s.marks.push({ kind: 'path', points: [a, b], stroke: 'dim', strokeWidth: 1, alpha: 0.8 });
  edge([upper.x0, upper.y], [lower.x0, lower.y]);
  edge([upper.x1, upper.y], [lower.x1, lower.y]);
};

/** A trapezoid that lands on a bracket above the labels of the lower range, so that no edge crosses them. */
export const lensOnBracket = (
  s: Sheet,
  upper: { y: number; x0: number; x1: number },
  bracket: { y: number; x0: number; x1: number },
  bottom: number,
): void => {
  trapezoid(s, upper, bracket);
  const { x0, x1, y } = bracket;
  for (const points of [
    [
      [x0, bottom],
      [x0, y],
    ],
    [
      [x0, y],
      [x1, y],
    ],
    [
      [x1, y],
      [x1, bottom],
    ],
  ] as const)
    s.marks.push({ kind: 'path', points, stroke: 'dim', strokeWidth: 1, alpha: 0.8 });
};

/** The red cross of "this is why not". */
export const cross = (s: Sheet, x: number, y: number, r = 4.5): void => {
  for (const points of [
    [
      [x - r, y - r],
      [x + r, y + r],
    ],
    [
      [x - r, y + r],
      [x + r, y - r],
    ],
  ] as const)
    s.marks.push({ kind: 'path', points, stroke: 'red', strokeWidth: 2 });
};

/** A check mark. */
export const check = (s: Sheet, x: number, y: number, ink: Ink, r = 5): void => {
  s.marks.push({
    kind: 'path',
    points: [
      [x - r, y],
      [x - r * 0.25, y + r * 0.8],
      [x + r * 1.1, y - r * 0.9],
    ],
    stroke: ink,
    strokeWidth: 2,
  });
};

/** The zigzag across a stretch that was cut short. */
export const zigzag = (s: Sheet, x: number, y: number, h: number): void => {
  for (const dx of [-3, 3]) {
    const points: Point[] = [];
    for (let i = 0; i <= 4; i++) points.push([x + dx + (i % 2 === 0 ? -3 : 3), y + (h * i) / 4]);
    s.marks.push({ kind: 'path', points, stroke: 'dim', strokeWidth: 1 });
  }
};

/** A filled triangle that points down or up. */
export const triangle = (s: Sheet, x: number, y: number, r: number, dir: 'down' | 'up', ink: Ink): void => {
  const d = dir === 'down' ? 1 : -1;
  s.marks.push({
    kind: 'path',
    points: [
      [x - r, y - d * r],
      [x + r, y - d * r],
      [x, y + d * r * 0.8],
    ],
    close: true,
    fill: ink,
  });
};
