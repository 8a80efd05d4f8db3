/** What replaying one captured case gave. */
export type Verdict =
  | { readonly kind: 'matched' }
  | { readonly kind: 'differs'; readonly expected: string; readonly got: string }
  /** The engine does not model what the row needs; the reason is counted. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string };

export const MATCHED: Verdict = { kind: 'matched' };
