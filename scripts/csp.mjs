/**
 * The Content-Security-Policy, in one place: a <meta> in the built page and a header of our own server.
 *
 * connect-src is 'none': the page fetches nothing. What comes later, the shipped captures too, are scripts of its own.
 */
const directives = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'none'",
  // The worker is made from text the page already has: a page opened from disk may start no other.
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
];

/** The policy for a <meta http-equiv>. */
export const cspMeta = directives.join('; ');

/** Who may show a page of our server in a frame, where nobody says otherwise. */
const OWN = "'self'";

/**
 * The policy for a header. Browsers ignore frame-ancestors in a <meta>, with a warning in the console, and frame-src is
 * for the example of docs/embed.md alone: the <meta> of the page itself allows it no frame. `ancestors` are origins with
 * spaces between.
 */
export const cspHeader = (ancestors = OWN) =>
  [...directives, "frame-src 'self'", `frame-ancestors ${ancestors}`].join('; ');

/** Origins as a policy takes them, with spaces between; undefined where the text is anything else. */
export const readAncestors = text =>
  /^(?:'self'|'none'|https?:\/\/[A-Za-z0-9.*-]+(?::\d+)?)(?: (?:'self'|https?:\/\/[A-Za-z0-9.*-]+(?::\d+)?))*$/.test(
    text,
  )
    ? text
    : undefined;
