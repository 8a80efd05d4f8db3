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

/** The policy for a header. Browsers ignore frame-ancestors in a <meta>, with a warning in the console. */
export const cspHeader = [...directives, "frame-ancestors 'none'"].join('; ');
