/** Numbers as people write and read them: sizes, addresses, counts. */

/** A number that was read, or why it was not. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1n << 10n,
  m: 1n << 20n,
  g: 1n << 30n,
  t: 1n << 40n,
  p: 1n << 50n,
};
const TERM = /^(?:0x([0-9a-f_]+)|([0-9][0-9_,]*)(?:\.([0-9]+))?)\s*(b|[kmgtp](?:ib?|b)?)?$/i;
const MAX = 1n << 64n;

const readTerm = (text: string): Read<bigint> => {
  const m = TERM.exec(text);
  if (!m) return { ok: false, reason: notATerm(text) };
  const [, hexDigits, whole = '', fraction = '', suffix = ''] = m;
  const unit = UNITS[suffix.slice(0, 1).toLowerCase()] ?? 1n;
  if (hexDigits !== undefined) {
    const digits = hexDigits.replaceAll('_', '');
    if (digits === '') return { ok: false, reason: '0x needs digits' };
    return { ok: true, value: BigInt(`0x${digits}`) * unit };
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole.replaceAll(/[_,]/g, '') + fraction) * unit;
  if (scaled % scale !== 0n)
    return { ok: false, reason: `“${shorten(text)}” is not a whole number of bytes` };
  return { ok: true, value: scaled / scale };
};

const NUMBER = /^(?:0x[0-9a-f_]*|[0-9][0-9_,]*(?:\.[0-9]+)?)\s*/i;

/** What is wrong with a term, with the part of it that cannot be read. */
const notATerm = (text: string): string => {
  if (text === '') return 'nothing stands beside the sign, which is not a number';
  const start = NUMBER.exec(text)?.[0] ?? '';
  const rest = text.slice(start.length);
  return start === '' || rest === ''
    ? `“${shorten(text)}” is not a number, a size (2G) or an address (0x…)`
    : `“${shorten(rest)}” after “${shorten(start.trim())}” is not a number or a unit (K, M, G, T, P)`;
};

const shorten = (text: string): string => (text.length > 24 ? `${text.slice(0, 24)}…` : text);

/**
 * Reads a size or an address: `2G`, `1.5M`, `0x38_8000_0000`, `4096`, and sums of such terms (`512K+4K`,
 * `2G-4K`). The result is at least 0, below 2^64, and exact as a double; anything else is refused with a reason.
 */
export const readBytes = (text: string): Read<number> => {
  const input = text.trim().replaceAll('\u2212', '-');
  if (input === '') return { ok: false, reason: 'nothing there' };
  if (input.length > 200) return { ok: false, reason: 'too long for a number' };
  const parts = input.split(/([+-])/);
  let sum = 0n;
  let sign = 1n;
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 1) {
      sign = part === '-' ? -1n : 1n;
      continue;
    }
    const term = readTerm(part.trim());
    if (!term.ok) return term;
    sum += sign * term.value;
  }
  if (sum < 0n) return { ok: false, reason: `“${shorten(input)}” is below 0` };
  if (sum >= MAX) return { ok: false, reason: `“${shorten(input)}” does not fit in 64 bits` };
  const value = Number(sum);
  if (BigInt(value) !== sum)
    return { ok: false, reason: 'above 2^53 only multiples of a page can be held exactly' };
  return { ok: true, value };
};

/** An address the way the app writes it: `0x7ffe_6cc5_4000`. `n` is exact and at least 0. */
export const formatAddress = (n: number): string =>
  `0x${BigInt(n)
    .toString(16)
    .replaceAll(/(?<=.)(?=(?:.{4})+$)/g, '_')}`;

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** A count with `,` between thousands. */
export const formatCount = (n: number): string => {
  const [whole = '', fraction] = n.toString().split('.');
  const grouped = /e/.test(whole) ? whole : whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
};

/** A whole count of one unit, if no more than five digits are needed. */
const wholeUnits = (n: number): string | undefined => {
  for (let unit = SIZES.length - 1; unit >= 0; unit--) {
    const scaled = n / 1024 ** unit;
    if (Number.isInteger(scaled) && scaled >= 1)
      return scaled < 100_000 ? `${formatCount(scaled)} ${SIZES[unit]}` : undefined;
  }
  return undefined;
};

/**
 * A size in binary units with at most two decimals; `0` for nothing. It never rounds to a whole unit that is
 * not exact: 2,044 KiB stays that and does not become 2 MiB, and what lies just off a whole unit is written as a
 * sum, `2 GiB − 4 KiB`.
 */
export const formatSize = (n: number): string => {
  if (n === 0) return '0';
  let unit = 0;
  while (unit < SIZES.length - 1 && n >= 1024 ** (unit + 1)) unit++;
  const scaled = n / 1024 ** unit;
  if (Number.isInteger(scaled)) return `${formatCount(scaled)} ${SIZES[unit]}`;
  const rounded = Number(scaled.toFixed(2));
  if (!Number.isInteger(rounded)) return `${formatCount(rounded)} ${SIZES[unit]}`;
  const whole = wholeUnits(n);
  if (whole !== undefined) return whole;
  if (rounded === 1024 && unit < SIZES.length - 1) return nearWhole(n, 1, unit + 1);
  return nearWhole(n, rounded, unit);
};

/** A size just off `count` whole units, as a sum. */
const nearWhole = (n: number, count: number, unit: number): string => {
  const base = count * 1024 ** unit;
  const rest = formatSize(Math.abs(n - base));
  const below = n < base;
  // The rest may be a sum itself: what is taken away is taken away whole.
  const signed = below
    ? rest.replaceAll(/ [+\u2212] /g, sign => (sign === ' + ' ? ' \u2212 ' : ' + '))
    : rest;
  return `${formatCount(count)} ${SIZES[unit]} ${below ? '\u2212' : '+'} ${signed}`;
};

/** A size exactly, for prose: a count of the largest unit that divides it, `1,640 MiB`, else as {@link formatExact}. */
export const formatWhole = (n: number): string => wholeUnits(n) ?? formatExact(n);

const LETTERS = ['', 'K', 'M', 'G', 'T', 'P'] as const;

const inUnits = (n: number): string => {
  const terms: string[] = [];
  let rest = n;
  for (let unit = LETTERS.length - 1; unit >= 0; unit--) {
    const size = 1024 ** unit;
    const count = Math.floor(rest / size);
    if (count > 0) terms.push(`${count}${LETTERS[unit]}`);
    rest -= count * size;
  }
  return terms.join('+') || '0';
};

/**
 * A size exactly, short enough to edit and to put in a link: `2G`, `512K+4K`, `2G-4K`. {@link readBytes} gives
 * the same number back.
 */
export const formatExact = (n: number): string => {
  let best = inUnits(n);
  for (let unit = 1; unit < LETTERS.length; unit++) {
    const size = 1024 ** unit;
    const up = Math.ceil(n / size) * size;
    if (up === n || up >= 2 ** 63) continue;
    const text = `${inUnits(up)}-${inUnits(up - n).replaceAll('+', '-')}`;
    if (text.length < best.length) best = text;
  }
  const hexText = formatAddress(n);
  return hexText.length < best.length ? hexText : best;
};
