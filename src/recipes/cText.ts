import { MAP } from '../placement/flags.ts';

/** A link longer than this says nothing to a reader of a source file: it carries a whole address space. */
const LONGEST_LINK = 2000;

/**
 * Text that can stand in a C block comment, on one line: printable ASCII only, and nothing that ends a comment,
 * begins one, or is a trigraph (`??/` is a backslash in C11).
 */
export const inComment = (text: string): string =>
  text
    .replaceAll('\u2212', '-')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/\*(?=\/)|\/(?=\*)/g, '$& ')
    .replaceAll(/\?(?=\?)/g, '? ')
    .replaceAll('\\', '/')
    .replaceAll(/\*(?=\/)|\/(?=\*)/g, '$& ')
    .trim();

/**
 * A link for a C comment. What could end the comment or is not ASCII is percent-encoded, so that the link still leads
 * where it led; one too long to read is left out, and said to be.
 */
export const linkInComment = (link: string): string => {
  if (link.length > LONGEST_LINK) return `(a link of ${link.length} characters, left out)`;
  const encoded = link.replaceAll(/[^\x21-\x7e]|[*\\"<>]|\?(?=\?)/gu, encode);
  return inComment(encoded);
};

/** Percent-encodes one character. A lone surrogate, which no link of ours has, becomes `_`. */
const encode = (character: string): string =>
  /^[\ud800-\udfff]$/u.test(character)
    ? '_'
    : encodeURIComponent(character).replaceAll('*', '%2A').replaceAll('?', '%3F');

/** A string literal. Anything but printable ASCII becomes `?`. */
export const cString = (text: string): string =>
  `"${text
    .replaceAll('\u2212', '-')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/\?(?=\?)/g, '?""')}"`;

/** A number of bytes or an address as C writes it, in hexadecimal and 64 bits wide. `n` is exact, 0 <= n < 2^64. */
export const cHex = (n: number): string => `0x${BigInt(n).toString(16)}ULL`;

const flagNames: readonly (readonly [bit: number, name: string])[] = [
  [MAP.FIXED, 'MAP_FIXED'],
  [MAP.ANONYMOUS, 'MAP_ANONYMOUS'],
  [MAP.BIT32, 'MAP_32BIT'],
  [MAP.ABOVE4G, 'MAP_ABOVE4G'],
  [MAP.GROWSDOWN, 'MAP_GROWSDOWN'],
  [MAP.LOCKED, 'MAP_LOCKED'],
  [MAP.NORESERVE, 'MAP_NORESERVE'],
  [MAP.HUGETLB, 'MAP_HUGETLB'],
  [MAP.FIXED_NOREPLACE, 'MAP_FIXED_NOREPLACE'],
];

const typeNames: Readonly<Record<number, string>> = {
  [MAP.SHARED]: 'MAP_SHARED',
  [MAP.PRIVATE]: 'MAP_PRIVATE',
  [MAP.SHARED_VALIDATE]: 'MAP_SHARED_VALIDATE',
  [MAP.DROPPABLE]: 'MAP_DROPPABLE',
};

/** Flags that headers may lack: older ones, or those of another architecture. */
const fallbacks: Readonly<Record<string, number>> = {
  MAP_32BIT: MAP.BIT32,
  MAP_ABOVE4G: MAP.ABOVE4G,
  MAP_SHARED_VALIDATE: MAP.SHARED_VALIDATE,
  MAP_DROPPABLE: MAP.DROPPABLE,
  MAP_FIXED_NOREPLACE: MAP.FIXED_NOREPLACE,
};

/** A whole number below 2^32 without the bits of `mask`. The bit operators of the language are signed. */
const without = (n: number, mask: number): number => (n & ~mask) >>> 0;

/** mmap() flags in C. `define` holds the lines that make names known which a header may lack. */
export const cFlags = (flags: number): { readonly text: string; readonly define: readonly string[] } => {
  let rest = flags >>> 0;
  const terms: string[] = [];
  const type = rest & MAP.TYPE;
  const typeName = typeNames[type];
  if (typeName !== undefined) {
    terms.push(typeName);
    rest = without(rest, MAP.TYPE);
  }
  for (const [bit, name] of flagNames)
    if (rest & bit) {
      terms.push(name);
      rest = without(rest, bit);
    }
  if (rest !== 0) terms.push(`(int)0x${rest.toString(16)}U`);
  const define = terms.flatMap(name => {
    const value = fallbacks[name];
    return value === undefined
      ? []
      : [`#ifndef ${name}`, `#define ${name} 0x${value.toString(16)}`, '#endif'];
  });
  return { text: terms.length === 0 ? '0' : terms.join(' | '), define };
};

/** Protection bits in C. */
export const cProt = (prot: number): string => {
  const names = [
    prot & 1 ? 'PROT_READ' : '',
    prot & 2 ? 'PROT_WRITE' : '',
    prot & 4 ? 'PROT_EXEC' : '',
  ].filter(name => name !== '');
  const text = names.join(' | ');
  return text === '' ? 'PROT_NONE' : text;
};
