/** A JSON object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

/** True for a JSON object, not an array and not null. */
export const isJson = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);

/** The message of a field that is not as the format says. */
class Malformed extends Error {}

/** Runs a reader and gives its value, or the reason why the input is malformed. */
export const reading = <T>(read: () => T): { readonly value: T } | { readonly malformed: string } => {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof Malformed) return { malformed: error.message };
    throw error;
  }
};

/** The object in field `key`. */
export const objectIn = (o: Json, key: string): Json => {
  const x = o[key];
  if (!isJson(x)) throw new Malformed(`"${key}" is not an object`);
  return x;
};

/** The array in field `key`. */
export const arrayIn = (o: Json, key: string): readonly unknown[] => {
  const x = o[key];
  if (!Array.isArray(x)) throw new Malformed(`"${key}" is not a list`);
  return x;
};

/** The string in field `key`. */
export const stringIn = (o: Json, key: string): string => {
  const x = o[key];
  if (typeof x !== 'string') throw new Malformed(`"${key}" is not a string`);
  return x;
};

/** The finite number in field `key`. */
export const numberIn = (o: Json, key: string): number => {
  const x = o[key];
  if (typeof x !== 'number' || !Number.isFinite(x)) throw new Malformed(`"${key}" is not a number`);
  return x;
};

/** The whole number in field `key`, exact as a double. */
export const integerIn = (o: Json, key: string): number => {
  const n = numberIn(o, key);
  if (!Number.isSafeInteger(n)) throw new Malformed(`"${key}" is not an integer`);
  return n;
};

/** The whole number in field `key`, not below 0. */
export const countIn = (o: Json, key: string): number => {
  const n = integerIn(o, key);
  if (n < 0) throw new Malformed(`"${key}" is negative`);
  return n;
};

/** The boolean in field `key`. */
export const booleanIn = (o: Json, key: string): boolean => {
  const x = o[key];
  if (typeof x !== 'boolean') throw new Malformed(`"${key}" is not true or false`);
  return x;
};

/** A 64-bit value written as `0x…`. */
export const hex = (x: unknown, what: string): bigint => {
  if (typeof x !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(x))
    throw new Malformed(`"${what}" is not a 64-bit hexadecimal number`);
  return BigInt(x);
};

/** A page-aligned 64-bit value written as `0x…`, exact as a double. */
export const pageHex = (x: unknown, what: string): number => {
  const n = hex(x, what);
  if (n % 4096n !== 0n) throw new Malformed(`"${what}" is not a multiple of 4 KiB`);
  return Number(n);
};

/** The permissions in field `key`, as maps prints them. */
export const permsIn = (o: Json, key: string): string => {
  const x = stringIn(o, key);
  if (!/^[rwxps-]{4}$/.test(x)) throw new Malformed(`"${key}" is not of the form rw-p`);
  return x;
};

/** Fails the reader that runs. */
export const malformed = (reason: string): never => {
  throw new Malformed(reason);
};

/** Fails the reader that runs where ranges lie on each other or do not ascend; gives them back where all is well. */
export const ascending = <T extends { readonly start: number; readonly end: number }>(
  ranges: readonly T[],
): readonly T[] => {
  let end = 0;
  for (const [i, range] of ranges.entries()) {
    if (range.start < end || range.end <= range.start)
      return malformed(`mapping ${i + 1} of the process overlaps the one before it, or is empty`);
    end = range.end;
  }
  return ranges;
};
