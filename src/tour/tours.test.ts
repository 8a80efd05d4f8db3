import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lessonIds } from '../scenario/lessons.ts';
import { writeLink } from '../scenario/link.ts';
import { solve } from '../solve.ts';
import { numbersIn, unbacked, wordsOf, wrongClaims, wrongNumbers } from './claims.ts';
import { readScenario, readTour, writeTour } from './tour.ts';
import { type TourId, tourIds, tours } from './tours.ts';

const packer = { pack: () => '', unpack: () => undefined };

const TOURS = readFileSync(new URL('../../docs/tours.md', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => /^\| `[a-z]+` /.test(line));

/** Fields of the labs that a scene may name before the lab knows them. */
const OF_LABS = /^Not known, and left out: (?:(?:zd|mem|memvs)(?:, )?)+\.$/;

describe.each(tourIds.map(id => [id] as const))('the tour “%s”', (id: TourId) => {
  const tour = tours[id];

  it('is played to its end, and the engine says every number of its words', () => {
    expect(tour.scenes.flatMap(scene => wrongClaims(scene, scene.claims))).toEqual([]);
  });

  it('has a title and a line in the menu that say no more than its scenes', () => {
    const { claims, scenes } = tour;
    const text = `${tour.title}\n${tour.about}`;
    expect(unbacked(text, tour)).toEqual([]);
    const own = claims.map(c => c.says).join(' ');
    expect(scenes.flatMap(s => wrongNumbers(tour.title, own, s.link, claims))).toEqual([]);
    expect(claims.filter(c => !numbersIn(text).includes(c.says))).toEqual([]);
  });

  it('is in the table of docs/tours.md, with numbers of its own', () => {
    const row = TOURS.find(r => r.startsWith(`| \`${id}\` `));
    expect(row).toBeDefined();
    expect(unbacked(row ?? '', tour)).toEqual([]);
  });

  it('has scenes that open as they are meant, each with an answer', () => {
    for (const { link, title, predict } of tour.scenes) {
      const { scenario, problems, notes = [] } = readScenario(link, packer);
      expect([title, problems]).toEqual([title, []]);
      expect(notes.filter(n => !OF_LABS.test(n))).toEqual([]);
      expect(solve(scenario).device?.leaves.length).toBeGreaterThan(0);
      if (predict !== undefined) {
        expect(new Set(predict.choices).size).toBe(predict.choices.length);
        expect(predict.choices[predict.answer]).toBeDefined();
      }
    }
  });

  it('has links of at most 78 columns with the address of our own server', () => {
    const links = tour.scenes.map(s => writeLink(readScenario(s.link, packer).scenario, packer));
    expect(links.filter(l => l.length > 78 - 'http://127.0.0.1:4173/'.length)).toEqual([]);
  });

  it('is told in words that a hall can read, with sources', () => {
    expect(tour.sources.length).toBeGreaterThan(0);
    for (const s of tour.sources) expect(s).toMatch(/^https:\/\//);
    for (const { title, caption, notes } of tour.scenes) {
      expect(title.length).toBeLessThan(50);
      expect(caption.length).toBeLessThan(130);
      expect(caption).toMatch(/[.]$/);
      expect(notes.length).toBeGreaterThan(10);
    }
  });

  it('comes back from its file', () => {
    const read = readTour(writeTour(tour));
    const plain = tour.scenes.map(({ claims: _, ...scene }) => scene);
    expect(read).toEqual({ ok: true, value: { title: tour.title, scenes: plain, sources: tour.sources } });
  });
});

describe('the tours', () => {
  it('are all in docs/tours.md, and nothing else', () => expect(TOURS).toHaveLength(tourIds.length));

  it('have names that no lesson has, so that a link can tell them apart', () => {
    const names: readonly string[] = lessonIds;
    expect(tourIds.filter(id => names.includes(id))).toEqual([]);
  });

  it('are told from numbers nobody stands behind', () => {
    const [scene] = tours.bar.scenes;
    if (scene === undefined) throw new Error('no scene');
    expect(numbersIn(wordsOf(scene))).toContain('524,288');
    expect(wrongClaims({ ...scene, caption: `${scene.caption} Or 3.` }, scene.claims)).toHaveLength(1);
    expect(wrongClaims({ ...scene, notes: 'Or twelve.' }, scene.claims).join()).toContain('behind twelve');
    expect(unbacked('2 GiB, 524,288, 77 of them, three', tours.bar)).toEqual(['77']);
    expect(wrongClaims({ ...scene, link: 'lts' }, scene.claims).join()).toContain('says 524,288');
    expect(wrongClaims(scene, scene.claims.slice(1)).length).toBeGreaterThan(0);
    // The choices that are wrong may say anything; the right one may not.
    const predict = { question: 'How many?', choices: ['7', '8'], answer: 1 };
    expect(wrongClaims({ ...scene, predict }, scene.claims).join()).toContain('behind 8');
  });
});
