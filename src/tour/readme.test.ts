import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { lessons } from '../scenario/lessons.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import { MiB } from '../units.ts';
import { type Claim, type Figure, numbersIn, wrongNumbers } from './claims.ts';
import { TOUR_LIMITS } from './tour.ts';
import { tourIds, tours } from './tours.ts';

/** How the line about a tour begins, whose numbers are counts of tours and scenes. */
const TOUR_LINE = '| `#1&tour=bar`';

const page = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const README = page('README.md');
const says = (text: string, of: Figure): Claim => ({ says: text, of });
const at = (link: string, text: string, of: Figure): Claim => says(text, { kind: 'of', link, figure: of });

const pmd = says('2 MiB', { kind: 'leaf size', leaf: 'pmd' });
const pud = says('1 GiB', { kind: 'leaf size', leaf: 'pud' });
const kernel = (text: string): Claim => says(text, { kind: 'kernel' });
const series = (text: string): Claim => says(text, { kind: 'series' });

/** Lines of the README whose numbers are the engine's: how each begins, and what stands behind its numbers. */
const told: readonly (readonly [begins: string, link: string, claims: readonly Claim[]])[] = [
  [
    'A 2 GiB PCI BAR mapped through VFIO',
    '#1',
    [
      says('2 GiB', { kind: 'length' }),
      says('524,288', { kind: 'faults' }),
      at('lts', '1,024', { kind: 'faults' }),
      at('congruent', '2', { kind: 'faults' }),
      pmd,
      pud,
      kernel('7.3'),
    ],
  ],
  [
    '![The Map: a 2 GiB BAR',
    '#1',
    [says('2 GiB', { kind: 'length' }), kernel('7.3'), says('524,288', { kind: 'leaves', leaf: 'pte' })],
  ],
  [
    '| (none)',
    '#1',
    [
      kernel('7.3'),
      says('15', { kind: 'passed gaps' }),
      says('320.89 MiB', { kind: 'residue', leaf: 'pud' }),
      says('524,288', { kind: 'leaves', leaf: 'pte' }),
    ],
  ],
  [
    '| `#1&k=6.12.117`',
    'lts',
    [
      series('6.12'),
      says('2 MiB', { kind: 'agrees', size: 2 * MiB }),
      says('1,024', { kind: 'leaves', leaf: 'pmd' }),
    ],
  ],
  ['| `#1&hint=', '#1&hint=0x7f42_4000_0000', [says('2', { kind: 'leaves', leaf: 'pud' })]],
  [
    '| `#1&as=qemu-run`',
    '#1&as=qemu-run',
    [pmd, at('#1&as=qemu-run', '64 MiB', { kind: 'agrees', size: 64 * MiB })],
  ],
  ['| `#1&v=-2M..6M&at=1M`', '#1&v=-2M..6M&at=1M', [pmd]],
  [
    '| `#1&a=arm64-64k-48`',
    '#1&a=arm64-64k-48',
    [
      says('64 KiB', { kind: 'leaf size', leaf: 'pte' }),
      says('512 MiB', { kind: 'leaf size', leaf: 'pmd' }),
      says('32,768', { kind: 'leaves', leaf: 'pte' }),
      says('4', { kind: 'best' }),
    ],
  ],
];

describe('the README tells what the engine says', () => {
  const lines = README.split('\n');
  it.each(told)('%s', (begins, link, claims) => {
    const [line, ...more] = lines.filter(l => l.startsWith(begins));
    expect(more).toEqual([]);
    // A link, a path and a name of a kernel's architecture are no numbers.
    const words = (line ?? '').replaceAll(/`[^`]*`|\([^)]*\.png\)/g, '');
    expect(wrongNumbers(begins, words, link, claims)).toEqual([]);
  });

  it('in every line about a link, or the line has no numbers but what the page counts itself', () => {
    const others = [TOUR_LINE, ...told.map(([begins]) => begins)];
    const rest = lines.filter(l => l.startsWith('| `#1') && !others.some(begins => l.startsWith(begins)));
    const open = rest.flatMap(l =>
      numbersIn(l.replaceAll(/`[^`]*`/g, '')).map(n => `${n} in ${l.slice(0, 24)}`),
    );
    // e2e/evidence.spec.ts counts the cases.
    expect(open.map(o => o.split(' ')[0])).toEqual(['7,401']);
  });
});

it('the README counts the tours and the scenes of the first', () => {
  const line = README.split('\n').find(l => l.startsWith(TOUR_LINE));
  const { scenes } = tours.bar;
  const asking = scenes.filter(s => s.predict !== undefined);
  const words = [
    'none',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
  ];
  expect(line).toContain(`${words[scenes.length]} scenes, ${words[asking.length]} with a question`);
  expect(line).toContain(`has ${words[tourIds.length - 1]} more tours`);
});

it('docs/tours.md has the bounds of a tour', () => {
  const { scenes, title, caption, notes } = TOUR_LIMITS;
  expect(page('docs/tours.md')).toContain(
    `up to ${scenes} scenes, titles up to ${title} characters, captions ${caption}, notes ${notes.toLocaleString('en')}`,
  );
});

it('the links of the README are about what they say', () => {
  expect(lessons.find(l => l.id === 'lts')?.hash).toBe('#1&k=6.12.117');
  expect(archOf('arm64-64k-48').page).toBe(65_536);
  expect(defaultScenario.machine.kernel).toBe('7.3');
});
