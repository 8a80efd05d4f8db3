import { Fragment } from 'react';
import { type Piece as PlainPiece, plain } from '../../src/pieces.ts';
import type { TermId } from '../scenario/glossary.ts';
import { Term } from './Term.tsx';

export { plain };

/** A piece of a sentence, or a word of it that is explained. */
export type Piece = PlainPiece | { readonly term: TermId; readonly text: string };

const one = (piece: Piece) => {
  if (typeof piece === 'string') return piece;
  if ('code' in piece) return <code>{piece.code}</code>;
  if ('commit' in piece)
    return (
      <a
        className="commit"
        href={`https://git.kernel.org/linus/${piece.commit}`}
        target="_blank"
        rel="noreferrer"
      >
        {piece.commit}
      </a>
    );
  if ('term' in piece) return <Term id={piece.term}>{piece.text}</Term>;
  return <b className={`ink-${piece.leaf}`}>{piece.text}</b>;
};

/** The marks that the next words begin with: a button breaks the line behind it, and no line begins with a comma. */
export const stopOf = (next: unknown): string =>
  typeof next === 'string' ? (/^[,;:.)]+/.exec(next)?.[0] ?? '') : '';

/** Shows a sentence in pieces. A commit is a link to the kernel's own history; nothing is fetched until it is followed. */
export const Pieces = ({ of }: { readonly of: readonly Piece[] }) => {
  let stop = '';
  return of.map((piece, i) => {
    const text = typeof piece === 'string' ? piece.slice(stop.length) : piece;
    stop = typeof piece === 'string' || !('term' in piece) ? '' : stopOf(of[i + 1]);
    return (
      // By its place, so that a figure that changes while one drags is a changed text and not a new sentence.
      <Fragment key={typeof piece !== 'string' && 'term' in piece ? `${i}${piece.term}` : i}>
        {stop === '' ? (
          one(text)
        ) : (
          <span className="joined">
            {one(text)}
            {stop}
          </span>
        )}
      </Fragment>
    );
  });
};
