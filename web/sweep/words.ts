import type { LeafKind } from '../../src/arch/arch.ts';
import { leafNames } from '../../src/leaves/words.ts';
import { type PolicyId, policies, policyOf } from '../../src/placement/policies.ts';
import type { Scenario, SweepColour, SweepInput } from '../../src/scenario/scenario.ts';
import { leafKinds } from '../../src/sweep/figures.ts';
import { CORRUPT, type Figures, isMapped, POINT } from '../../src/sweep/points.ts';
import { formatAddress, formatCount, formatSize, formatWhole } from '../../src/text.ts';
import { writeSize } from '../ui/BytesField.tsx';

/** What the inputs are called in a sentence. */
export const inputNames: Readonly<Record<SweepInput, string>> = {
  off: 'offset in the BAR',
  len: 'length',
  base: 'physical base of the BAR',
  size: 'size of the BAR',
  gap: 'room in the gap',
  hint: 'hint',
  aslr: 'ASLR offset',
};

/** What an input means, where its name does not say it. */
export const inputNotes: Readonly<Partial<Record<SweepInput, string>>> = {
  gap: 'Room in the gap: what a lid leaves free at the bottom of the range that the process grows into. Other free ranges stay, and a search may end there.',
  aslr: 'ASLR offset: another random draw puts mmap_base so much lower, and all that was placed from it with it.',
};

/** What the colours are called in a menu. */
export const colourNames: Readonly<Record<SweepColour, string>> = {
  leaf: 'largest leaf',
  faults: 'faults',
  tables: 'page-table bytes',
  skipped: 'wasted VA',
  best: 'best policy',
};

const questions: Readonly<Record<SweepColour, string>> = {
  leaf: 'which leaf is the largest?',
  faults: 'how many faults?',
  tables: 'how many page tables?',
  skipped: 'how much address space is wasted?',
  best: 'which policy takes the fewest faults?',
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The heading of the screen. */
export const titleOf = (x: SweepInput, y: SweepInput, colour: SweepColour): string =>
  `${capital(inputNames[x])} against ${inputNames[y]}: ${questions[colour]}`;

/** A size exactly: neighbouring points of a fine grain must not read alike. */
const exactSize = (n: number): string => {
  const pretty = formatSize(n);
  return writeSize(n) === pretty ? pretty : formatWhole(n);
};

/** A value of an input as the reader writes it, exactly. */
export const valueText = (input: SweepInput, value: number): string => {
  switch (input) {
    case 'base':
      return formatAddress(value);
    case 'hint':
      return value === 0 ? '0' : formatAddress(value);
    case 'off':
    case 'len':
    case 'size':
    case 'gap':
    case 'aslr':
      return exactSize(value);
  }
};

/** A policy where there is room for a line. */
export const policyName = (id: PolicyId, kernel: string): string =>
  id === 'shipped' ? `Linux ${kernel} as shipped` : policyOf(id).label;

/** A policy where there is little room. */
export const policyShort = (id: PolicyId, kernel: string): string =>
  id === 'shipped' ? `Linux ${kernel}` : policyOf(id).short;

/** The policies of the screen: the one chosen, then the others; of a proposal with open choices the first side. */
export const policiesOf = ({ machine: { policy } }: Pick<Scenario, 'machine'>): readonly PolicyId[] => [
  policy,
  ...policies.filter(p => p.kind !== 'none' && p.of === undefined && p.id !== policy).map(p => p.id),
];

/** The leaf of a point that maps device memory. */
export const leafOf = (cls: number): LeafKind | undefined =>
  isMapped(cls) ? leafKinds[(cls % CORRUPT) - 1] : undefined;

/** What became of a point, in a word or two. */
export const classText = (cls: number): string => {
  const leaf = leafOf(cls);
  if (leaf !== undefined) return `${leafNames[leaf]}${cls >= CORRUPT ? ', corrupt' : ''}`;
  switch (cls) {
    case POINT.placed:
      return 'placed';
    case POINT.pastEnd:
      return 'past the end of the BAR';
    case POINT.noRoom:
      return 'no room: ENOMEM';
    case POINT.impossible:
      return 'no such address space';
    case POINT.unknown:
      return 'not computed yet';
    default:
      return 'refused';
  }
};

/** The figures of a point in a line. */
export const figuresText = ({ cls, faults, tableBytes, skipped }: Figures): string =>
  isMapped(cls)
    ? `${classText(cls)}, ${formatCount(faults)} fault${faults === 1 ? '' : 's'}, ${formatSize(tableBytes)} of page tables${Number.isNaN(skipped) ? '' : `, ${formatSize(skipped)} of VA wasted`}`
    : classText(cls);

/** Some of a list of policies in words: whichever is shorter, those that are in it or those that are not. */
export const policyList = (some: readonly PolicyId[], all: readonly PolicyId[], kernel: string): string => {
  const names = (ids: readonly PolicyId[]): string => ids.map(id => policyShort(id, kernel)).join(', ');
  const rest = all.filter(id => !some.includes(id));
  if (rest.length === 0) return 'all alike';
  return rest.length < some.length ? `all but ${names(rest)}` : names(some);
};

/** A share of a whole, never rounded to all or nothing. */
export const percentText = (part: number, whole: number): string => {
  if (part === 0 || whole === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return `${percent.toPrecision(1).replace(/e.*/, '')}${percent < 1e-6 ? '…' : ''} %`;
  return percent > 99.9 ? '> 99.9 %' : `${percent.toFixed(1)} %`;
};
