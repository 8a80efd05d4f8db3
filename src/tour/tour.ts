import { type LessonId, lessonIds, lessons } from '../scenario/lessons.ts';
import { type Packer, type ReadLink, readLink } from '../scenario/link.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import type { Read } from '../text.ts';

/** A question that is asked before the picture is shown. */
export interface Prediction {
  readonly question: string;
  /** Two to four of them. */
  readonly choices: readonly string[];
  /** Which of them is right, from 0. */
  readonly answer: number;
}

/** One scene of a tour: a Scenario, and what is said about it. */
export interface Scene {
  /** A lesson's name, or a link from its `#` on. */
  readonly link: string;
  /** What it is about, in a few words. */
  readonly title: string;
  /** What is to be seen in it, a sentence or two. */
  readonly caption: string;
  readonly predict?: Prediction;
  /** The one number above the picture, and what it counts, where it is another than the engine's own. */
  readonly number?: { readonly figure: string; readonly what: string };
  /** What the speaker may say beside it; '' where there is nothing. */
  readonly notes: string;
}

/** Scenes in the order in which they are shown. */
export interface Tour {
  readonly title: string;
  /** One at least. */
  readonly scenes: readonly Scene[];
  /** Addresses at which what it tells can be read. */
  readonly sources: readonly string[];
}

/** The most that a tour may hold: what comes in a link or a file comes from a stranger. */
export const TOUR_LIMITS = {
  scenes: 99,
  title: 120,
  figure: 24,
  caption: 400,
  notes: 4000,
  choices: 4,
  link: 65_536,
  sources: 40,
  file: 2 ** 21,
} as const;

/** The version that tours are written in; a newer one is read as far as it is known. */
const TOUR_VERSION = 1;

const ok = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (reason: string): Read<never> => ({ ok: false, reason });

const own = (of: object, key: string): unknown =>
  Object.hasOwn(of, key) ? (of as Record<string, unknown>)[key] : undefined;

/** What has no place in a line: controls, and marks that turn the direction of text. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** The same in a text of several lines. */
const IN_NOTES = /(?:(?![\n\t])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069])+/gu;

const line = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' && value.length <= most ? value.replaceAll(CONTROLS, ' ').trim() : undefined;

const readPrediction = (value: unknown): Read<Prediction> => {
  if (typeof value !== 'object' || value === null) return bad('its question is not an object');
  const question = line(own(value, 'question'), TOUR_LIMITS.caption);
  const given = own(value, 'choices');
  const answer = own(value, 'answer');
  if (question === undefined || question === '') return bad('its question has no text, or too much');
  if (!Array.isArray(given) || given.length < 2 || given.length > TOUR_LIMITS.choices)
    return bad(`its question needs two to ${TOUR_LIMITS.choices} choices`);
  const choices: string[] = [];
  for (const one of given) {
    const text = line(one, TOUR_LIMITS.title);
    if (text === undefined || text === '') return bad('a choice has no text, or too much');
    choices.push(text);
  }
  if (typeof answer !== 'number' || !Number.isInteger(answer) || answer < 0 || answer >= choices.length)
    return bad('its answer is not the number of a choice, counted from 0');
  return ok({ question, choices, answer });
};

const readScene = (value: unknown): Read<Scene> => {
  if (typeof value !== 'object' || value === null) return bad('it is not an object');
  const link = own(value, 'link');
  if (typeof link !== 'string' || link.length > TOUR_LIMITS.link)
    return bad('it has no link, or too long a one');
  if (!link.startsWith('#') && !lessonIds.some(id => id === link))
    return bad(`its link ${JSON.stringify(link.slice(0, 40))} is neither a lesson nor begins with #`);
  const title = line(own(value, 'title'), TOUR_LIMITS.title);
  const caption = line(own(value, 'caption') ?? '', TOUR_LIMITS.caption);
  const notes = own(value, 'notes') ?? '';
  if (title === undefined || title === '')
    return bad(`it has no title, or one above ${TOUR_LIMITS.title} characters`);
  if (caption === undefined) return bad(`its caption has more than ${TOUR_LIMITS.caption} characters`);
  if (typeof notes !== 'string' || notes.length > TOUR_LIMITS.notes)
    return bad(`its notes have more than ${TOUR_LIMITS.notes} characters`);
  const number = readNumber(own(value, 'number'));
  if (!number.ok) return number;
  const asked = own(value, 'predict');
  const predict = asked === undefined || asked === null ? undefined : readPrediction(asked);
  if (predict?.ok === false) return predict;
  return ok({
    link,
    title,
    caption,
    ...(predict === undefined ? {} : { predict: predict.value }),
    ...(number.value === undefined ? {} : { number: number.value }),
    notes: notes.replaceAll(/\r\n?/g, '\n').replaceAll(IN_NOTES, ' '),
  });
};

const readNumber = (value: unknown): Read<Scene['number']> => {
  if (value === undefined || value === null) return ok(undefined);
  const figure = typeof value === 'object' ? line(own(value, 'figure'), TOUR_LIMITS.figure) : undefined;
  const what = typeof value === 'object' ? line(own(value, 'what'), TOUR_LIMITS.title) : undefined;
  return figure === undefined || figure === '' || what === undefined
    ? bad(`its number has no figure of up to ${TOUR_LIMITS.figure} characters, or nothing that it counts`)
    : ok({ figure, what });
};

/**
 * Reads a tour from JSON, as {@link writeTour} writes it. Never throws, whatever the text; the reason names the scene
 * by its number, from 1.
 */
export const readTour = (text: string): Read<Tour> => {
  if (text.length > TOUR_LIMITS.file) return bad('longer than any tour');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('not JSON, or cut short');
  }
  if (typeof value !== 'object' || value === null || own(value, 'hugemap') !== 'tour')
    return bad('not a tour: it does not say "hugemap": "tour"');
  const title = line(own(value, 'title'), TOUR_LIMITS.title);
  if (title === undefined || title === '')
    return bad(`the tour has no title, or one above ${TOUR_LIMITS.title} characters`);
  const given = own(value, 'scenes');
  if (!Array.isArray(given) || given.length === 0) return bad('the tour has no scenes');
  if (given.length > TOUR_LIMITS.scenes) return bad(`the tour has more than ${TOUR_LIMITS.scenes} scenes`);
  const scenes: Scene[] = [];
  for (const one of given) {
    const scene = readScene(one);
    if (!scene.ok) return bad(`scene ${scenes.length + 1}: ${scene.reason}`);
    scenes.push(scene.value);
  }
  const named = own(value, 'sources');
  const sources = Array.isArray(named)
    ? named
        .slice(0, TOUR_LIMITS.sources)
        .filter((s): s is string => typeof s === 'string' && /^https:\/\/[^\s"'<>]{1,400}$/.test(s))
    : [];
  return ok({ title, scenes, sources });
};

/** A tour as JSON, a scene a paragraph: the text of a `.tour.json` file. */
export const writeTour = ({ title, scenes, sources }: Tour): string =>
  `${JSON.stringify({ hugemap: 'tour', version: TOUR_VERSION, title, scenes, sources }, undefined, 2)}\n`;

/** The shortest `tour=` of a link for a tour: lessons by their names where it is no more than that, else packed. */
export const tourField = (tour: Tour, packer: Packer): string => {
  const plain = tourOfLessons(tour.scenes.flatMap(s => lessonIds.find(id => id === s.link) ?? []));
  return plain !== undefined && writeTour(plain) === writeTour(tour)
    ? tour.scenes.map(s => s.link).join(',')
    : `~${packer.pack(JSON.stringify({ hugemap: 'tour', ...tour }))}`;
};

/** Lessons as a tour, each with its own title and sentence; undefined for none. */
const tourOfLessons = (ids: readonly LessonId[]): Tour | undefined => {
  const scenes = ids.flatMap(id =>
    lessons
      .filter(l => l.id === id)
      .map((l): Scene => ({ link: id, title: l.title, caption: l.teaches, notes: '' })),
  );
  return scenes.length === 0 ? undefined : { title: LESSONS, scenes, sources: [] };
};

const LESSONS = 'Lessons';

/** The tour that a link's `tour=` names, among those `shipped`. Never throws. */
export const readTourField = (
  field: string,
  shipped: Readonly<Record<string, Tour>>,
  packer: Pick<Packer, 'unpack'>,
): Read<Tour> => {
  if (field.startsWith('~')) {
    const text = packer.unpack(field.slice(1));
    return text === undefined
      ? bad('the packed tour is damaged: the link may have been cut')
      : readTour(text);
  }
  if (Object.hasOwn(shipped, field)) return ok(shipped[field] as Tour);
  const names = field.split(',');
  if (names.length > TOUR_LIMITS.scenes) return bad(`more than ${TOUR_LIMITS.scenes} lessons`);
  const unknown = names.find(name => !lessonIds.some(id => id === name));
  if (unknown !== undefined) return bad(`neither a tour nor a lesson is called ${unknown.slice(0, 40)}`);
  const tour = tourOfLessons(names.flatMap(name => lessonIds.find(id => id === name) ?? []));
  return tour === undefined ? bad('the list of lessons is empty') : ok(tour);
};

/** What the link of a scene says. A scene presents nothing itself. */
export const readScenario = (link: string, packer: Packer): ReadLink => {
  const hash = link.startsWith('#') ? link : (lessons.find(l => l.id === link)?.hash ?? '');
  const read = readLink(hash, packer);
  return { ...read, scenario: withoutTour(read.scenario) };
};

/** The same Scenario, with nothing presented. */
export const withoutTour = (s: Scenario): Scenario =>
  s.view.present === undefined ? s : { ...s, view: { ...s.view, present: undefined } };

/** The link text of a Scenario as a scene has it: a lesson's name where it is one, else its hash. */
export const linkOf = (s: Scenario, write: (s: Scenario) => string): string => {
  const hash = write(withoutTour(s));
  return lessons.find(l => l.hash === hash)?.id ?? (hash === '' ? '#1' : hash);
};

/** The link that presents a tour and nothing else, from its `#` on. */
export const presentLink = (tour: string, write: (s: Scenario) => string): string =>
  write({ ...defaultScenario, view: { ...defaultScenario.view, present: { tour, scene: 1, notes: false } } });
