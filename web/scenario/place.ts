import { formatAddress, type Read, readBytes } from '../../src/text.ts';
import { alignDown, alignUp } from '../../src/units.ts';

/** What a person typed into the address box, as virtual addresses in bytes. */
export type Place =
  /** Show exactly this; `rounded`: whole pages around what was typed. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number; readonly rounded: boolean }
  /** Go to this byte. */
  | { readonly kind: 'point'; readonly at: number }
  /** Show so many bytes around where one is. */
  | { readonly kind: 'span'; readonly span: number };

const HEX = '(?:0x)?[0-9a-f][0-9a-f_]*';
const MAPS_RANGE = new RegExp(`^(${HEX})\\s*(?:-|–|\\.\\.)\\s*(${HEX})$`, 'i');
const SUM = /^(.+?)\s*\+\s*(.+)$/;
const PAIR = /^([^+-]+?)\s*(?:-|–|\.\.)\s*([^+-]+)$/;

/** One end of a range: hexadecimal as maps prints it, or a number with a unit. */
const readEnd = (text: string): Read<number> => (looksHex(text) ? readHex(text) : readBytes(text));

const bad = (reason: string): Read<never> => ({ ok: false, reason });

/** A bare number of maps or of a trace: hexadecimal, with or without 0x. */
const readHex = (text: string): Read<number> => readBytes(/^0x/i.test(text) ? text : `0x${text}`);

/** A word of hexadecimal digits that can be no size: with a letter or a group of its own, or longer than sizes are. */
const looksHex = (text: string): boolean =>
  /^0x/i.test(text) || /^(?=.*[a-f_])[0-9a-f_]{6,}$/i.test(text) || /^[0-9]{9,}$/.test(text);

/**
 * Reads what people type or copy to say where to look: `0x7f42_540e_3000` or `7f42540e3000`, `A-B` as in maps,
 * `base+len`, a size such as `1G`. `page` (bytes) is what ranges are made whole pages of; `limit` is the end of user
 * space. Anything else is refused with a reason.
 */
export const readPlace = (input: string, page: number, limit: number): Read<Place> => {
  const text = input.trim().replaceAll('\u2212', '-');
  if (text === '') return bad('nothing there');
  if (text.length > 200) return bad('too long for a range');
  const ranged = (from: number, to: number): Read<Place> => {
    if (to <= from) return bad('the range ends before it begins');
    if (from >= limit) return bad(`beyond user space, which ends at ${formatAddress(limit)}`);
    const [a, b] = [alignDown(from, page), Math.min(alignUp(to, page), limit)];
    return { ok: true, value: { kind: 'range', from: a, to: b, rounded: a !== from || b !== to } };
  };
  const maps = MAPS_RANGE.exec(text);
  if (maps && looksHex(maps[1] ?? '')) {
    const from = readHex(maps[1] ?? '');
    const to = readHex(maps[2] ?? '');
    if (!from.ok) return from;
    if (!to.ok) return to;
    return ranged(from.value, to.value);
  }
  // “2G-4K” is a size; where the second number is the larger one, two ends are meant.
  const pair = PAIR.exec(text);
  if (pair) {
    const [from, to] = [readEnd(pair[1] ?? ''), readEnd(pair[2] ?? '')];
    if (from.ok && to.ok && to.value > from.value) return ranged(from.value, to.value);
  }
  const sum = SUM.exec(text);
  if (sum && looksHex(sum[1] ?? '')) {
    const from = readHex(sum[1] ?? '');
    const size = readBytes(sum[2] ?? '');
    if (!from.ok) return from;
    if (!size.ok) return size;
    if (size.value === 0) return bad('a length of 0 shows nothing');
    return ranged(from.value, from.value + size.value);
  }
  if (looksHex(text)) {
    const at = readHex(text);
    if (!at.ok) return at;
    if (at.value >= limit)
      return bad(`${formatAddress(at.value)} is beyond user space, which ends at ${formatAddress(limit)}`);
    return { ok: true, value: { kind: 'point', at: at.value } };
  }
  const span = readBytes(text);
  if (!span.ok)
    return bad(
      `${/^[-+]/.test(text) ? `“${text.slice(0, 24)}” is no place` : span.reason}; say 0x…, A-B, base+len or a size`,
    );
  if (span.value === 0) return bad('a length of 0 shows nothing');
  return {
    ok: true,
    value: { kind: 'span', span: Math.min(Math.max(alignUp(span.value, page), page), limit) },
  };
};
