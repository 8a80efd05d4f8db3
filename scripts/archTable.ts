/** `npm run docs:archs`: writes the table of docs/architectures.md from the rows of src/arch. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { archs } from '../src/arch/index.ts';
import { formatPower, type Va } from '../src/units.ts';

const BEGIN = '<!-- made by npm run docs:archs -->';
const END = '<!-- end of what is made -->';
const FILE = fileURLToPath(new URL('../docs/architectures.md', import.meta.url));

const power = (n: Va): string => {
  const bits = Math.log2(n);
  if (Number.isInteger(bits)) return `2^${bits}`;
  const up = Math.ceil(bits);
  return `2^${up} − ${formatPower(2 ** up - n)}`;
};

const COLUMNS = [
  'row',
  'page',
  'levels',
  'user space',
  'device leaves',
  'contiguous',
  'placement',
  'not modelled',
];

/** The table, one line a row, as Markdown without alignment. */
export const archTable = (): string =>
  [
    COLUMNS,
    COLUMNS.map(() => '---'),
    ...archs.map(a => [
      `\`${a.id}\``,
      formatPower(a.page),
      `${a.levels.length}: ${a.levels.map(l => l.shift).join(' ')}`,
      `${power(a.taskSize)}${a.window === a.taskSize ? '' : `, window ${power(a.window)}`}`,
      a.pfnLeaves
        .map(
          l =>
            `${formatPower(l.size)}${l.since === undefined ? ' never' : l.kind === 'pte' ? '' : ` ${l.since}`}`,
        )
        .join(', '),
      a.contiguous.map(c => formatPower(c.size)).join(', ') || 'none',
      a.placement.kind === 'generic'
        ? `generic${a.placement.shiftsBase ? ', base shifted by hints' : ''}`
        : a.placement.kind,
      a.unmodelled.join('; ') || '',
    ]),
  ]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n');

/** The document with its table made anew. */
export const withTable = (text: string): string => {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/architectures.md has lost its marks');
  return `${text.slice(0, from + BEGIN.length)}\n\n${archTable()}\n\n${text.slice(to)}`;
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(FILE, withTable(readFileSync(FILE, 'utf8')));
