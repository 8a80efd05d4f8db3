import { METADATA_ID } from './drawn.ts';
import { JSON_FORMAT } from './json.ts';
import { isPng, textOf } from './png.ts';

/** The keyword of the text in a PNG that holds the link. */
export const PNG_KEYWORD = 'Hugemap';

/** A link longer than this, in characters, is not read out of a file. One of 65,530 VMAs has about a megabyte. */
const MOST_LINK = 2 ** 22;

/** Bytes at the head of a file that tell what it is. */
export const HEAD_BYTES = 4096;

/** What a file is to this page, by its content. */
export type Carried =
  /** One of ours: the hash of its Scenario, to be read as any link. */
  | { readonly kind: 'link'; readonly link: string }
  /** A picture or an answer, but nothing can be read from it: why, as the end of a sentence about it. */
  | { readonly kind: 'foreign'; readonly why: string }
  /** Something else, which is another's business. */
  | { readonly kind: 'other' };

const other: Carried = { kind: 'other' };

/** A link and nothing beside it: what a fragment may hold, a version first. */
const LINK = /^#\d{1,4}(?:&[\w.,:;@+\-/~!$'()*%=&]*)?$/;

const carriedOf = (text: string | undefined, what: string): Carried => {
  if (text === undefined) return { kind: 'foreign', why: `is ${what} that carries no scene of Hugemap` };
  const link = text.trim();
  return link.length <= MOST_LINK && LINK.test(link)
    ? { kind: 'link', link }
    : { kind: 'foreign', why: `is ${what} whose scene is damaged` };
};

/** The head of a text file without its byte order mark and what stands before the first word. */
const opening = (head: string): string => head.replace(/^\ufeff/, '').trimStart();

const isSvg = (head: string): boolean => {
  const text = opening(head);
  return /^<svg[\s>]/.test(text) || (/^<(?:\?xml|!DOCTYPE svg|!--)/.test(text) && /<svg[\s>]/.test(text));
};

const isAnswer = (head: string): boolean => {
  const text = opening(head);
  return text.startsWith('{') && text.includes(`"${JSON_FORMAT}"`);
};

/** Whether the head of a file, {@link HEAD_BYTES} of it or all, is that of a file to be read by {@link carriedIn}. */
export const mayCarry = (head: Uint8Array): boolean => {
  if (isPng(head)) return true;
  const text = new TextDecoder().decode(head);
  return isSvg(text) || isAnswer(text);
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Most metadata elements that are looked at. */
const MOST_METADATA = 16;

/** The text of our metadata element. Looked for as text: the document is never made one. */
const inSvg = (svg: string): string | undefined => {
  let at = 0;
  for (let i = 0; i < MOST_METADATA; i++) {
    const open = svg.indexOf('<metadata', at);
    const content = open < 0 ? -1 : svg.indexOf('>', open) + 1;
    if (content <= 0) return undefined;
    // An editor may put more attributes there.
    const tag = svg.slice(open, Math.min(content, open + 1000));
    const end = svg.indexOf('<', content);
    if (end < 0) return undefined;
    const closed = svg.startsWith('</metadata', end);
    if (new RegExp(`\\sid=["']${METADATA_ID}["']`).test(tag))
      return !closed || end - content > 5 * MOST_LINK
        ? ''
        : svg.slice(content, end).replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name) => ENTITIES[name] ?? '');
    at = end;
  }
  return undefined;
};

const inJson = (text: string): string | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '';
  }
  if (typeof value !== 'object' || value === null || !('link' in value)) return undefined;
  return typeof value.link === 'string' ? value.link : '';
};

/**
 * What a file carries. Only a link is read out of it, and that is read as any other: nothing else in the file has a
 * say. Never throws.
 */
export const carriedIn = (bytes: Uint8Array): Carried => {
  if (isPng(bytes)) return carriedOf(textOf(bytes, PNG_KEYWORD, MOST_LINK), 'a PNG');
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const all = (): string => new TextDecoder().decode(bytes).replace(/^\ufeff/, '');
  if (isSvg(head)) return carriedOf(inSvg(all()), 'an SVG');
  if (isAnswer(head)) return carriedOf(inJson(all()), 'an answer');
  return other;
};
