import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lessons } from '../scenario/lessons.ts';
import { type Packer, writeLink } from '../scenario/link.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import {
  linkOf,
  presentLink,
  readScenario,
  readTour,
  readTourField,
  type Scene,
  TOUR_LIMITS,
  type Tour,
  tourField,
  writeTour,
} from './tour.ts';
import { tours } from './tours.ts';

/** Text as its code points in hex: what a link may carry, without compression. */
const packer: Packer = {
  pack: text => [...text].map(c => (c.codePointAt(0) ?? 0).toString(16)).join('-'),
  unpack: packed =>
    /^[0-9a-f]{1,5}(-[0-9a-f]{1,5})*$/.test(packed)
      ? packed
          .split('-')
          .map(c => String.fromCodePoint(Number.parseInt(c, 16)))
          .join('')
      : undefined,
};
const write = (s: typeof defaultScenario): string => writeLink(s, packer);

const words = (most: number) =>
  fc
    .stringMatching(/^[A-Za-z0-9 ,.“”≡−<>&"'{}]{1,80}$/)
    .map(t => t.slice(0, most).trim())
    .filter(t => t !== '');
const scenes: fc.Arbitrary<Scene> = fc
  .record({
    link: fc.oneof(fc.constantFrom(...lessons.map(l => l.id as string)), fc.constant('#1&k=6.12.117')),
    title: words(TOUR_LIMITS.title),
    caption: fc.oneof(fc.constant(''), words(TOUR_LIMITS.caption)),
    notes: fc.string({ maxLength: 60 }),
    counts: fc.option(fc.record({ figure: words(TOUR_LIMITS.figure), what: words(80) }), { nil: undefined }),
    asks: fc.option(
      fc
        .tuple(words(80), fc.uniqueArray(words(40), { minLength: 2, maxLength: 4 }), fc.nat())
        .map(([question, choices, n]) => ({ question, choices, answer: n % choices.length })),
      { nil: undefined },
    ),
  })
  .map(({ asks, counts, ...scene }) => ({
    ...scene,
    ...(asks === undefined ? {} : { predict: asks }),
    ...(counts === undefined ? {} : { number: counts }),
  }));
const anyTour: fc.Arbitrary<Tour> = fc.record({
  title: words(TOUR_LIMITS.title),
  scenes: fc.array(scenes, { minLength: 1, maxLength: 5 }),
  sources: fc.subarray(['https://lore.kernel.org/r/1', 'https://example.org/a?b=1']),
});

describe('a tour', () => {
  it('comes back from its file and from a link', () => {
    fc.assert(
      fc.property(anyTour, tour => {
        expect(readTour(writeTour(tour))).toEqual({ ok: true, value: tour });
        expect(readTourField(tourField(tour, packer), {}, packer)).toEqual({ ok: true, value: tour });
        expect(
          write({
            ...defaultScenario,
            view: {
              ...defaultScenario.view,
              present: { tour: tourField(tour, packer), scene: 1, notes: false },
            },
          }).length,
        ).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it('of lessons alone is carried by their names', () => {
    const read = readTourField('today,lts', tours, packer);
    if (!read.ok) throw new Error(read.reason);
    expect(read.value.scenes.map(s => s.title)).toEqual([lessons[0]?.title, lessons[1]?.title]);
    expect(tourField(read.value, packer)).toBe('today,lts');
    expect(presentLink('today,lts', write)).toBe('#1&tour=today,lts');
    // Other words are more than the names can say.
    const [first, ...rest] = read.value.scenes;
    if (first === undefined) throw new Error('no scene');
    const other = { ...read.value, scenes: [{ ...first, caption: 'Look.' }, ...rest] };
    expect(tourField(other, packer)).toMatch(/^~/);
  });

  it('that is shipped has a link of a line', () => {
    for (const id of Object.keys(tours)) expect(presentLink(id, write).length).toBeLessThan(30);
    expect(readTourField('bar', tours, packer)).toEqual({ ok: true, value: tours.bar });
    expect(readTourField('constructor', tours, packer).ok).toBe(false);
    expect(readTourField('__proto__', tours, packer).ok).toBe(false);
  });

  it.each([
    ['', 'not JSON'],
    ['[]', 'not a tour'],
    ['{"hugemap":"tour","title":"A"}', 'no scenes'],
    ['{"hugemap":"tour","scenes":[{"link":"lts","title":"A"}]}', 'no title'],
    ['{"hugemap":"tour","title":"A","scenes":[]}', 'no scenes'],
    ['{"hugemap":"tour","title":"A","scenes":[1]}', 'scene 1: it is not an object'],
    ['{"hugemap":"tour","title":"A","scenes":[{"link":"javascript:1","title":"B"}]}', 'neither a lesson'],
    ['{"hugemap":"tour","title":"A","scenes":[{"link":"lts"}]}', 'scene 1: it has no title'],
    [
      '{"hugemap":"tour","title":"A","scenes":[{"link":"lts","title":"B","predict":{"question":"C","choices":["D"],"answer":0}}]}',
      'two to 4 choices',
    ],
    [
      '{"hugemap":"tour","title":"A","scenes":[{"link":"lts","title":"B","predict":{"question":"C","choices":["D","E"],"answer":2}}]}',
      'its answer',
    ],
    [`{"hugemap":"tour","title":"${'A'.repeat(121)}","scenes":[{"link":"lts","title":"B"}]}`, 'above 120'],
  ])('that cannot be read says why: %s', (text, reason) => {
    const read = readTour(text);
    expect(read).toMatchObject({ ok: false });
    if (!read.ok) expect(read.reason).toContain(reason);
  });

  it('never throws, and takes no more than it may, whatever comes', () => {
    const things = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map(v => JSON.stringify({ hugemap: 'tour', title: 'A', scenes: [v] })),
    );
    fc.assert(
      fc.property(things, text => {
        const read = readTour(text);
        if (read.ok) expect(read.value.scenes.length).toBeGreaterThan(0);
        readTourField(text, tours, packer);
        readScenario(`#${text}`, packer);
      }),
      { numRuns: 1000 },
    );
    const many = JSON.stringify({
      hugemap: 'tour',
      title: 'A',
      scenes: Array.from({ length: 100 }, () => ({ link: 'lts', title: 'B' })),
    });
    expect(readTour(many)).toMatchObject({ ok: false });
    expect(readTour(' '.repeat(TOUR_LIMITS.file + 1))).toMatchObject({ ok: false });
    const marked = JSON.stringify({
      hugemap: 'tour',
      title: 'a\u202eb\nc',
      scenes: [{ link: 'lts', title: 'B' }],
      sources: ['javascript:1', 'https://a/'],
    });
    expect(readTour(marked)).toMatchObject({ value: { title: 'a b c', sources: ['https://a/'] } });
  });
});

describe('a scene', () => {
  it('presents nothing itself, and is named by its lesson where it is one', () => {
    expect(readScenario('#1&k=6.12&tour=bar&scene=2', packer).scenario.view.present).toBeUndefined();
    expect(readScenario('lts', packer).scenario.machine.kernel).toBe('6.12.117');
    expect(linkOf(readScenario('lts', packer).scenario, write)).toBe('lts');
    expect(linkOf(defaultScenario, write)).toBe('today');
    expect(linkOf(readScenario('#1&k=6.10&tour=bar', packer).scenario, write)).toBe('#1&k=6.10');
  });
});
