import { cutTerms, type TermId } from '../scenario/glossary.ts';
import type { Piece } from './Pieces.tsx';

/** Pieces with words made into ones that are explained, and the words explained so far. */
interface Explained {
  readonly pieces: readonly Piece[];
  readonly known: ReadonlySet<TermId>;
}

/** Makes the first of each word of the glossary one that is explained; words in `known` stay as they are. */
export const explainTerms = (pieces: readonly Piece[], known: ReadonlySet<TermId>): Explained => {
  const explained: Piece[] = [];
  let words = known;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      const cut = cutTerms(piece, words);
      explained.push(...cut.parts);
      words = cut.known;
    } else explained.push(piece);
  }
  return { pieces: explained, known: words };
};
