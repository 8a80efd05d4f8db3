import type { Read } from '../../src/text.ts';

/** A scene that was given a name. */
export interface SavedScene {
  /** No two scenes have one. */
  readonly name: string;
  /** The hash of its link, '' for the default scene. */
  readonly link: string;
  /** When it was saved, as ISO 8601 writes it in UTC; '' where that is not known. */
  readonly saved: string;
}

/** What a file of scenes gave. */
export interface ReadScenes {
  readonly scenes: readonly SavedScene[];
  /** Entries that are no scene. */
  readonly skipped: number;
}

export const MAX_NAME = 120;
/** So many scenes are kept; a file may hold as many. */
export const MAX_SCENES = 1000;
/** The longest file that is read, in characters. */
export const MAX_FILE = 2 ** 25;
const MAX_LINK = 2 ** 23;
const FORMAT = 1;

/** A name as it is kept: one line, no spaces around it. */
export const cleanName = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME);

const field = (of: object, key: string): unknown =>
  Object.hasOwn(of, key) ? (of as Readonly<Record<string, unknown>>)[key] : undefined;

const readScene = (entry: unknown): SavedScene | undefined => {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const name = field(entry, 'name');
  const link = field(entry, 'link');
  const saved = field(entry, 'saved');
  if (typeof name !== 'string' || typeof link !== 'string' || cleanName(name) === '') return undefined;
  if (link.length > MAX_LINK || !/^(?:|#.*)$/.test(link)) return undefined;
  const time = typeof saved === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{5,12}Z$/.test(saved) ? saved : '';
  return { name: cleanName(name), link, saved: time };
};

/** A scene under a name that none of the others has: `name (2)` where they have its own. */
const renamed = (scene: SavedScene, taken: ReadonlySet<string>): SavedScene => {
  let { name } = scene;
  for (let n = 2; taken.has(name); n++) {
    const end = ` (${n})`;
    name = `${scene.name.slice(0, MAX_NAME - end.length)}${end}`;
  }
  return name === scene.name ? scene : { ...scene, name };
};

/**
 * Scenes with others behind them. What both have is there once; of two different ones of a name the later gets another.
 * Of too many the last are left out.
 */
export const joined = (a: readonly SavedScene[], b: readonly SavedScene[]): readonly SavedScene[] => {
  const all = [...a];
  const taken = new Set(a.map(s => s.name));
  const known = new Set(a.map(s => `${s.name}\n${s.link}`));
  for (const scene of b) {
    if (all.length >= MAX_SCENES) break;
    if (known.has(`${scene.name}\n${scene.link}`)) continue;
    const made = renamed(scene, taken);
    taken.add(made.name);
    known.add(`${made.name}\n${made.link}`);
    all.push(made);
  }
  return all;
};

/** Reads a file of scenes, or what the browser kept, whatever it holds. Looks at own keys only. Never throws. */
export const readScenes = (text: string): Read<ReadScenes> => {
  const bad = (reason: string): Read<never> => ({ ok: false, reason });
  if (text.length > MAX_FILE) return bad('it is longer than 32 MiB');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return bad('it is not JSON');
  }
  if (typeof data !== 'object' || data === null || field(data, 'hugemap') !== 'scenes')
    return bad('it is not a file of saved scenes');
  const format = field(data, 'format');
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) return bad('it names no format');
  if (format > FORMAT) return bad('a newer Hugemap wrote it');
  const list = field(data, 'scenes');
  if (!Array.isArray(list)) return bad('it holds no list of scenes');
  const found = list.slice(0, MAX_SCENES).flatMap(entry => readScene(entry) ?? []);
  return { ok: true, value: { scenes: joined([], found), skipped: list.length - found.length } };
};

/** Scenes as a file, and as the browser keeps them. */
export const writeScenes = (scenes: readonly SavedScene[]): string =>
  `${JSON.stringify({ hugemap: 'scenes', format: FORMAT, scenes }, undefined, 1)}\n`;
