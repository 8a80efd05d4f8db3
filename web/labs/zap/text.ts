import { designOf } from '../../../src/zap/designs.ts';
import type { Shown } from './race.ts';
import { endWords, figureOf } from './words.ts';

const WIDTH = 72;
const flags = [
  ['zapping', 'Z'],
  ['linked', 'V'],
  ['leaf', 'L'],
  ['returned', 'R'],
] as const;

/** Breaks a text into lines of a mail. */
const folded = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** The order as plain text of 72 columns, for a mail: a turn a line, mapper left, zapper right, the flags after it. */
export const orderText = ({ design, dropped, square, race, turns, played, told }: Shown): string => {
  const { title, steps } = designOf(design);
  const { count, of, what } = figureOf(square.root.ends);
  const out = dropped.map(i => `"${steps[i]?.label ?? ''}"`).join(', ');
  const at = { mapper: 0, zapper: 0 };
  const rows = turns.map((who, i) => {
    const label = race[who][at[who]++]?.label ?? '';
    const state = played.states[i + 1];
    const set = flags.map(([flag, letter]) => (state?.[flag] ? letter : '.')).join(' ');
    const lanes = who === 'mapper' ? label.padEnd(52) : `${' '.repeat(30)}${label.padEnd(22)}`;
    return `${String(i + 1).padStart(2)}  ${lanes}  ${set}${told?.turn === i && told.ending !== 'good' ? ' <--' : ''}`;
  });
  return [
    ...folded(`${design}: ${title.replaceAll('`', '')}${out === '' ? '' : `, without ${out}`}`),
    `${count} of ${of} ${what}.`,
    '',
    `    ${'mapper'.padEnd(30)}${'zapper'.padEnd(22)}  Z V L R`,
    ...rows,
    '',
    ...(told === undefined ? [] : folded(`${endWords(told).head} ${endWords(told).text}`)),
    'Z zapping, V VMA linked, L leaf, R zap has returned',
  ].join('\n');
};
