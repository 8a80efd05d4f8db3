import type { LeafKind } from '../../src/arch/arch.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import type { Standing, Teeth } from './panes.ts';
import { check, cross, fitText, write } from './sheet.ts';
import type { Sheet } from './types.ts';

/** Words for a leaf kind on its own: `PUD`, `CONTPTE`. */
export const kindName = (kind: LeafKind): string => kind.toUpperCase();

/** What a pane says about its size. */
interface PaneVerdict {
  readonly text: string;
  readonly why: 'fits' | 'not';
  readonly aside: string;
}

/** How far the teeth miss; last without the distance, which the arrow between them has too. */
const missWords = (residue: number): readonly string[] => [
  `miss by ${formatSize(residue)}`,
  `${formatSize(residue)} off`,
  'they miss',
  'miss',
];

const verdictOf = (s: Sheet, t: Teeth, room: number, standing: Standing, residue: number): PaneVerdict => {
  const name = kindName(t.kind);
  const size = formatSize(t.size);
  const not = (text: string, aside = ''): PaneVerdict => ({ text, why: 'not', aside });
  switch (standing.kind) {
    case 'fits':
      if (t.kind === 'pte')
        return { text: first(s, room, ['always meet: PTE', 'always meet', 'meet']), why: 'fits', aside: '' };
      return residue === 0
        ? {
            text:
              t.kind === 'contpte' || t.kind === 'contpmd'
                ? first(s, room, ['meet, marked contiguous', 'meet, marked'])
                : first(s, room, [`meet: a ${size} leaf fits`, 'meet: it fits', 'meet']),
            why: 'fits',
            aside: '',
          }
        : not(`${size} leaves, PFN unchecked`);
    case 'covered':
      return { text: 'meet too', why: 'fits', aside: '' };
    case 'unmarked':
      return not(first(s, room, ['meet, but no kernel marks them', 'meet, not marked']));
    case 'noBase':
      return not(
        first(
          s,
          room,
          t.kind === 'contpmd' ? ['no PMDs to join', 'no PMDs'] : ['no PTEs to join', 'no PTEs'],
        ),
      );
    case 'misses':
      return not(first(s, room, missWords(residue)));
    case 'noBlock':
      return not(first(s, room, [`no whole ${size} block`, 'no whole block']));
    case 'not':
      break;
  }
  const { cause } = standing;
  switch (cause.kind) {
    case 'congruence': {
      const text = first(s, room, missWords(residue));
      const wide = `VA − PA ≡ ${formatAddress(residue)} (mod ${size}): no ${name}`;
      const fits = s.measure(text, VERDICT_STYLE) + 40 + s.measure(wide, { size: 11 }) < room;
      return not(text, fits ? wide : `no ${name}`);
    }
    case 'noWholeBlock':
      return not(
        first(s, room, [`no whole ${size} block`, 'no whole block']),
        `inside the mapping: no ${name}`,
      );
    case 'notUsable':
      switch (cause.refusal.kind) {
        case 'archNever':
          return not(first(s, room, [`no ${name} on this architecture`, `no ${name} here`]));
        case 'kernelTooOld':
        case 'era':
        case 'notBuilt':
          return not(
            first(s, room, ['this kernel maps PTEs only', 'PTEs only']),
            residue === 0 ? 'though the teeth meet' : '',
          );
        case 'policy':
          return not(
            first(s, room, [`THP policy forbids ${name}`, 'THP forbids']),
            residue === 0 ? 'though the teeth meet' : '',
          );
      }
      break;
    case 'bound':
      return not(first(s, room, [`cut by the ${cause.side} of the mapping`, `cut by the ${cause.side}`]));
    case 'touchOrder':
      return not(first(s, room, ['touched elsewhere first', 'touched first']), 'a page table is in the way');
  }
};

/** The verdict with its size, which nothing else names on a stage; the longest wording first. */
const fewWords = (said: PaneVerdict, size: string, standing: Standing): readonly string[] => {
  const no = `no ${size} leaf`;
  switch (standing.kind) {
    case 'fits':
      return [said.why === 'not' ? said.text : `${size} leaves fit`];
    case 'covered':
      return [`${size} meet too`];
    case 'unmarked':
    case 'noBase':
    case 'misses':
    case 'noBlock':
      return [no];
    case 'not':
      switch (standing.cause.kind) {
        case 'congruence':
        case 'noWholeBlock':
        case 'bound':
          return [no];
        case 'notUsable':
          return [`${no}: ${said.text}`, no];
        case 'touchOrder':
          return [`${no}: touched elsewhere first`, no];
      }
  }
};

const VERDICT_STYLE = { size: 12.5, weight: 600 };

/** The first wording that has room beside its mark, else the last. */
const first = (s: Sheet, room: number, texts: readonly string[]): string =>
  texts.find(t => s.measure(t, VERDICT_STYLE) + 18 <= room) ?? texts.at(-1) ?? '';

/** Whether leaves of the size are there, in a line with its mark; an aside only where it stands `alone`. Gives the pixels it took. */
export const drawVerdict = (
  s: Sheet,
  t: Teeth,
  standing: Standing,
  residue: number,
  at: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly alone: boolean;
    /** For a hall: yes or no and the size; the arrow tells the distance. */
    readonly few?: boolean;
  },
): number => {
  const said = verdictOf(s, t, at.w, standing, residue);
  const { why, aside } = said;
  const size = formatSize(t.size);
  const text =
    at.few !== true || said.text.includes('corrupt')
      ? said.text
      : first(s, at.w, fewWords(said, size, standing));
  const ink = why === 'not' ? 'red' : (`${t.kind}.text` as const);
  if (why === 'not') cross(s, at.x + 6, at.y, 5);
  else check(s, at.x + 6, at.y, ink);
  // The mark alone says yes or no where no word has room.
  const shown = fitText(s, text, at.w - 18, VERDICT_STYLE);
  const w = shown === '' ? 0 : write(s, { x: at.x + 18, y: at.y, text: shown, ...VERDICT_STYLE, ink });
  if (at.alone && aside !== '' && w + 28 + s.measure(aside, { size: 11 }) < at.w)
    write(s, { x: at.x + at.w, y: at.y, text: aside, size: 11, ink: 'mut', align: 'end' });
  return w + 18;
};
