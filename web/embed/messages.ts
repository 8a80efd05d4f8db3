/**
 * What a page and the picture that it embeds tell each other. docs/embed.md describes it; what comes in is believed in
 * nothing.
 */

/** Names the messages as ours; the number is the version of what they hold. */
export const PROTOCOL = 1;

/** What the embedding page asks. `id` comes back in the answer. */
export type Ask = { readonly id: string | number | undefined } & (
  | { readonly type: 'get' }
  /** Shows what a link says, from its `#` on. */
  | { readonly type: 'set'; readonly link: string }
);

/** What is shown, as the embedding page is told. */
export interface State {
  /** The hash of what is shown, with its `#`; '' for the default scene. */
  readonly link: string;
  /** The verdict in a sentence. */
  readonly text: string;
  /** Where the mapping begins, `0x…`; null where mmap() fails. */
  readonly start: string | null;
  readonly leaves: readonly { readonly kind: string; readonly size: number; readonly count: number }[];
  /** Page faults; null where nothing of the device is mapped. */
  readonly faults: number | null;
  /** Parts of the link that could not be used. */
  readonly problems: readonly { readonly field: string; readonly reason: string; readonly used: string }[];
}

/** What the picture says. */
export type Said =
  /** The picture is there, and may be asked. */
  | { readonly hugemap: typeof PROTOCOL; readonly type: 'ready'; readonly state: State }
  /** A hand changed what is shown; `moving` while it is still at it. */
  | {
      readonly hugemap: typeof PROTOCOL;
      readonly type: 'changed';
      readonly moving: boolean;
      readonly state: State;
    }
  | {
      readonly hugemap: typeof PROTOCOL;
      readonly type: 'answer';
      readonly id: Ask['id'];
      readonly state: State;
    }
  | {
      readonly hugemap: typeof PROTOCOL;
      readonly type: 'refused';
      readonly id: Ask['id'];
      readonly reason: string;
    };

/** The longest link that is taken, in characters: as long as one with an address space may be. */
const MAX_LINK = 2 ** 23;
const MAX_ID = 64;

/** A message that was read; undefined: not one of ours, and not answered. */
export type ReadAsk =
  | { readonly ok: true; readonly ask: Ask }
  | { readonly ok: false; readonly id: Ask['id']; readonly reason: string }
  | undefined;

const own = (of: object, key: string): unknown =>
  Object.hasOwn(of, key) ? (of as Readonly<Record<string, unknown>>)[key] : undefined;

/** Reads a message of the embedding page, whatever it holds. Looks at own keys only. Never throws. */
export const readAsk = (data: unknown): ReadAsk => {
  if (typeof data !== 'object' || data === null) return undefined;
  const version = own(data, 'hugemap');
  if (version === undefined) return undefined;
  const given = own(data, 'id');
  const id =
    (typeof given === 'number' && Number.isFinite(given)) ||
    (typeof given === 'string' && given.length <= MAX_ID)
      ? given
      : undefined;
  const bad = (reason: string): ReadAsk => ({ ok: false, id, reason });
  if (version !== PROTOCOL) return bad(`"hugemap" is not ${PROTOCOL}, the version that is spoken here`);
  switch (own(data, 'type')) {
    case 'get':
      return { ok: true, ask: { id, type: 'get' } };
    case 'set': {
      const link = own(data, 'link');
      if (typeof link !== 'string') return bad('"link" is not a text');
      if (link.length > MAX_LINK) return bad('"link" is too long');
      if (link !== '' && !link.startsWith('#')) return bad('"link" does not begin with #');
      return { ok: true, ask: { id, type: 'set', link } };
    }
    default:
      return bad('"type" is neither get nor set');
  }
};

/**
 * The one origin that is talked with: that of `origin=` in the address of the picture, where it is one, its own where it
 * names none. Undefined: nobody, as on pages from disk, whose origin is no one's.
 */
export const partnerOf = (href: string): string | undefined => {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  const named = url.searchParams.getAll('origin');
  if (named.length === 0)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : undefined;
  const [only = '', ...more] = named;
  if (more.length > 0 || !/^https?:\/\/[^/?#@*\s]+$/.test(only)) return undefined;
  try {
    return new URL(only).origin === only ? only : undefined;
  } catch {
    return undefined;
  }
};

/** Whom a picture talks with. */
export interface Party {
  /** To whom a message is addressed, for postMessage(). */
  readonly address: string;
  /** The origins whose messages are heard; the sender must be the window around the picture too. */
  readonly origins: readonly string[];
}

/** Browsers differ in what they call a page from disk. */
const DISK: Party = { address: '*', origins: ['null', 'file://'] };

/**
 * Whom the picture at an address talks with. A page from disk has no origin to name; only another one from disk can hold
 * it in a frame, so there the window around it is heard and answered, unless the address names an origin.
 */
export const partyOf = (href: string): Party | undefined => {
  const partner = partnerOf(href);
  if (partner !== undefined) return { address: partner, origins: [partner] };
  if (!URL.canParse(href)) return undefined;
  const { protocol, searchParams } = new URL(href);
  return protocol === 'file:' && !searchParams.has('origin') ? DISK : undefined;
};
