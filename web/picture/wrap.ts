import type { Measure } from '../draw/marks.ts';

/** Breaks a text into lines of a width, at spaces. */
export const wrap = (text: string, width: number, measure: Measure, size = 11): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && measure(`${last} ${word}`, { size }) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};
