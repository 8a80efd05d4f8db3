import type { Read } from '../text.ts';
import type { GivenText } from './scenario.ts';

const MAX_TEXTS = 64;
const MAX_NAME = 200;

/** Texts as one, for a link, before compression: a line with the lengths and names of all, then the texts. */
export const writeTexts = (texts: readonly GivenText[]): string =>
  [
    JSON.stringify(texts.map(({ name, text }) => [text.length, name.slice(0, MAX_NAME)])),
    texts.map(t => t.text).join(''),
  ].join('\n');

/** Reads what {@link writeTexts} wrote. Never throws. */
export const readTexts = (packed: string): Read<readonly GivenText[]> => {
  const bad = (reason: string): Read<never> => ({ ok: false, reason });
  const end = packed.indexOf('\n');
  let head: unknown;
  try {
    head = JSON.parse(packed.slice(0, Math.max(0, end)));
  } catch {
    return bad('the packed texts have no head line');
  }
  if (!Array.isArray(head) || head.length > MAX_TEXTS) return bad(`not a list of up to ${MAX_TEXTS} texts`);
  const texts: GivenText[] = [];
  let at = end + 1;
  for (const entry of head) {
    const [length, name]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || typeof name !== 'string')
      return bad('a packed text has no length or no name');
    texts.push({ name: name.slice(0, MAX_NAME), text: packed.slice(at, at + length) });
    at += length;
  }
  return at === packed.length ? { ok: true, value: texts } : bad('the packed texts are cut short');
};
