import { Fragment } from 'react';
import type { LeafKind } from '../../src/arch/arch.ts';

/** A sentence in pieces: text, code, an address, a commit of mainline, a leaf size in its own colour. */
export type Piece =
  | string
  | { readonly code: string }
  | { readonly commit: string }
  | { readonly leaf: LeafKind; readonly text: string };

/** The same sentence as plain text. */
export const plain = (pieces: readonly Piece[]): string =>
  pieces
    .map(p => {
      if (typeof p === 'string') return p;
      if ('code' in p) return p.code;
      return 'commit' in p ? p.commit : p.text;
    })
    .join('');

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
  return <b className={`ink-${piece.leaf}`}>{piece.text}</b>;
};

/** Shows a sentence in pieces. A commit is a link to the kernel's own history; nothing is fetched until it is followed. */
export const Pieces = ({ of }: { readonly of: readonly Piece[] }) => {
  // Equal pieces may follow each other in one sentence; what stood before tells them apart.
  let before = '';
  return of.map(piece => {
    before += `|${plain([piece])}`;
    return <Fragment key={before}>{one(piece)}</Fragment>;
  });
};
