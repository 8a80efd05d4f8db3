import type { LeafKind } from './arch/arch.ts';

/** A piece of a sentence: text, code, a commit of mainline, a leaf size that a screen shows in its own colour. */
export type Piece =
  | string
  | { readonly code: string }
  | { readonly commit: string }
  | { readonly leaf: LeafKind; readonly text: string };

/** Pieces as plain text. A screen may have kinds of its own, as long as they carry their text. */
export const plain = (pieces: readonly (Piece | { readonly text: string })[]): string =>
  pieces
    .map(p => {
      if (typeof p === 'string') return p;
      if ('code' in p) return p.code;
      return 'commit' in p ? p.commit : p.text;
    })
    .join('');
