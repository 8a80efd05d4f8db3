/**
 * Text in a PNG: chunks written and read, nothing else of the format.
 * Source: PNG specification, third edition, 5 (chunks, CRC), 11.3.3 (tEXt, iTXt).
 */

const SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length, type and CRC of a chunk, in bytes. */
const FRAME = 12;
/** The first chunk is IHDR, of 13 bytes; what is added stands behind it. */
const HEAD = SIGNATURE.length + FRAME + 13;
/** More chunks than this are not looked at: a picture has some dozens. */
const MOST_CHUNKS = 65_536;

/** One remainder a byte, of the polynomial of ISO 3309 with its bits reversed. */
const REMAINDERS: Uint32Array = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb8_8320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** The CRC-32 of some bytes as PNG wants it: `cbf43926` for `123456789`. */
export const crc32 = (bytes: Uint8Array): number => {
  let c = 0xffff_ffff;
  for (const byte of bytes) c = (REMAINDERS[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffff_ffff) >>> 0;
};

const joined = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const number = (n: number): Uint8Array => {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, n);
  return four;
};

const utf8 = new TextEncoder();

/** The bytes of a chunk: length, type (four letters), data, CRC of type and data. */
const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = joined([utf8.encode(type), data]);
  return joined([number(data.length), body, number(crc32(body))]);
};

/** True for bytes that begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

/** A text of a picture: a keyword of 1 to 79 letters of ASCII, and what it says. */
export interface PngText {
  readonly keyword: string;
  readonly text: string;
}

/**
 * The same picture with texts in it, as uncompressed iTXt chunks (UTF-8) behind its header. Bytes that are no PNG are
 * given back as they are.
 */
export const withTexts = (
  png: Uint8Array<ArrayBuffer>,
  texts: readonly PngText[],
): Uint8Array<ArrayBuffer> =>
  !isPng(png) || png.length < HEAD
    ? png
    : joined([
        png.subarray(0, HEAD),
        // Keyword, 0; not compressed, method 0; no language, 0; no translated keyword, 0; the text.
        ...texts.map(({ keyword, text }) => chunk('iTXt', utf8.encode(`${keyword}\0\0\0\0\0${text}`))),
        png.subarray(HEAD),
      ]);

/**
 * The first text of a PNG under a keyword, `most` bytes at most; undefined where there is none, where it is longer,
 * compressed or damaged (its CRC is wrong), or where the bytes are no PNG. Reads tEXt and iTXt. Never throws.
 */
export const textOf = (png: Uint8Array, keyword: string, most: number): string | undefined => {
  if (!isPng(png)) return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE.length;
  for (let i = 0; i < MOST_CHUNKS && at + FRAME <= png.length; i++) {
    const length = view.getUint32(at);
    const end = at + FRAME + length;
    if (end > png.length) return undefined;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const data = png.subarray(at + 8, at + 8 + length);
    if ((type === 'tEXt' || type === 'iTXt') && length <= most + keyword.length + 5) {
      const text = textIn(type, data, keyword);
      if (text !== undefined)
        return crc32(png.subarray(at + 4, end - 4)) === view.getUint32(end - 4) ? text : undefined;
    }
    if (type === 'IEND') return undefined;
    at = end;
  }
  return undefined;
};

/** What a text chunk says, where it has the keyword and is not compressed. */
const textIn = (type: 'tEXt' | 'iTXt', data: Uint8Array, keyword: string): string | undefined => {
  const key = utf8.encode(`${keyword}\0`);
  if (!key.every((byte, i) => data[i] === byte)) return undefined;
  if (type === 'tEXt') return new TextDecoder('latin1').decode(data.subarray(key.length));
  if (data[key.length] !== 0) return undefined;
  const language = data.indexOf(0, key.length + 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  return translated < 0 ? undefined : new TextDecoder().decode(data.subarray(translated + 1));
};
