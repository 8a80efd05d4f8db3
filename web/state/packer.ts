import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import type { Packer } from '../../src/scenario/link.ts';

/** The longest text a link may inflate to, in bytes: a link from a stranger must not fill the memory. */
export const MAX_INFLATED = 16 * 1024 * 1024;
const MAX_PACKED = 8 * 1024 * 1024;
/** Deflate expands at most 1032 times, so a piece this long yields at most 1 MiB before the size is looked at. */
const PIECE = 1024;

const toBase64Url = (data: Uint8Array): string => {
  let binary = '';
  // A spread of all bytes at once would overflow the call stack.
  for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const fromBase64Url = (text: string): Uint8Array | undefined => {
  if (text.length > MAX_PACKED || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, c => c.charCodeAt(0));
};

const inflate = (data: Uint8Array): Uint8Array | undefined => {
  const parts: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Inflate((part, final) => {
    parts.push(part);
    size += part.length;
    ended = final;
  });
  for (let i = 0; i < data.length && !ended; i += PIECE) {
    stream.push(data.subarray(i, i + PIECE), i + PIECE >= data.length);
    if (size > MAX_INFLATED) return undefined;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Deflate and base64url. `unpack` gives undefined for damaged text and for what would grow too large. */
export const packer: Packer = {
  pack: text => toBase64Url(deflateSync(strToU8(text), { level: 9 })),
  unpack: packed => {
    const data = fromBase64Url(packed);
    if (data === undefined || data.length === 0) return undefined;
    try {
      const text = inflate(data);
      return text === undefined ? undefined : strFromU8(text);
    } catch {
      // fflate throws on damaged data; for us that is a value.
      return undefined;
    }
  },
};
