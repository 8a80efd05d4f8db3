/**
 * The part of the fuzz that is about tours, files that carry a scene, what is exported, what the browser keeps, and the
 * two windows of a presentation. `fuzzing.ts` has what the inputs are made of, and says what has to hold.
 */
import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { listLine } from '../src/replay/listed.ts';
import { lessonIds } from '../src/scenario/lessons.ts';
import { readLink, writeLink } from '../src/scenario/link.ts';
import { defaultScenario, type Scenario } from '../src/scenario/scenario.ts';
import {
  linkOf,
  presentLink,
  readScenario,
  readTour,
  readTourField,
  TOUR_LIMITS,
  type Tour,
  tourField,
  writeTour,
} from '../src/tour/tour.ts';
import { tourIds, tours } from '../src/tour/tours.ts';
import { va } from '../src/units.ts';
import { xmlProblem } from '../web/draw/testing.ts';
import { detailOf } from '../web/evidence/detail.ts';
import { passes, withFilterOf } from '../web/evidence/filter.ts';
import { caseWords, categoryName } from '../web/evidence/words.ts';
import { carriedIn, HEAD_BYTES, mayCarry, PNG_KEYWORD } from '../web/export/carried.ts';
import { METADATA_ID, svgFile } from '../web/export/drawn.ts';
import { JSON_FORMAT, jsonFile } from '../web/export/json.ts';
import { crc32, textOf, withTexts } from '../web/export/png.ts';
import { type ExportScene, fileName, sceneOf } from '../web/export/scene.ts';
import { csvOf, markdownOf } from '../web/export/tables.ts';
import { markdownLink, plainText } from '../web/export/text.ts';
import { moves, readToNotes, readToStage, trusted } from '../web/present/channel.ts';
import {
  moved,
  fileName as tourFileName,
  withoutScene,
  withScene,
  withSceneAt,
} from '../web/present/draft.ts';
import { stageNumber, stageScenario } from '../web/present/words.ts';
import { readScenes } from '../web/saved/scenes.ts';
import { Keeper } from '../web/saved/shelf.ts';
import { twinsOf } from '../web/scenario/twins.ts';
import { loadCodec } from '../web/state/codec.ts';
import { MAX_INFLATED, packer } from '../web/state/packer.ts';
import {
  anyCapture,
  anyLink,
  anyScenes,
  bounded,
  bytesOfText,
  captureLine,
  checkSvg,
  damaged,
  hold,
  JSON_VALUE,
  jsonValue,
  long,
  namedScenario,
  ownedOnly,
  readBack,
  solved,
  type Target,
  textOfBytes,
  token,
  wholeLink,
} from './fuzzing.ts';

// What the app loads before it reads or writes an address space.
await loadCodec();

/** A text of JSON with some of its values put in place of others. */
const swapped = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.array(fc.tuple(fc.nat(999), jsonValue), { minLength: 1, maxLength: 4 }))
    .map(([text, swaps]) =>
      swaps.reduce((before, [at, by]) => {
        const found = [...before.matchAll(JSON_VALUE)];
        const one = found[Math.floor((at / 1000) * found.length)];
        return one === undefined
          ? before
          : before.slice(0, one.index) + by + before.slice(one.index + one[0].length);
      }, text),
    );

// Tours

/** A tour as a file has it: what the app knows of its own tours beyond that is left out. */
const plain = ({ title, scenes, sources }: Tour): Tour => ({
  title,
  scenes: scenes.map(({ link, title: name, caption, predict, number, notes }) => ({
    link,
    title: name,
    caption,
    ...(predict === undefined ? {} : { predict }),
    ...(number === undefined ? {} : { number }),
    notes,
  })),
  sources,
});

const anyScene = fc
  .record({
    link: fc.oneof(fc.constantFrom(...lessonIds), anyLink, token),
    title: token,
    caption: token,
    notes: token,
    predict: fc.option(
      fc.record({
        question: token,
        choices: fc.array(token, { maxLength: 5 }),
        answer: fc.oneof(fc.nat(4), fc.constantFrom(-1, 0.5, Number.NaN)),
      }),
    ),
    number: fc.option(fc.record({ figure: token, what: token })),
  })
  .map(scene => ({ ...scene, title: scene.title.trim() || 'A' }));

const tourJson: fc.Arbitrary<string> = fc
  .record({
    title: token,
    scenes: fc.array(anyScene, { minLength: 1, maxLength: 4 }),
    sources: fc.array(
      token.map(t => `https://${t}`),
      { maxLength: 3 },
    ),
    times: fc.constantFrom(1, 1, 1, 1, 1, 30, 200),
  })
  .map(({ scenes, times, ...tour }) => {
    const many = Array.from({ length: times }, () => scenes).flat();
    return JSON.stringify({ hugemap: 'tour', version: 1, ...tour, scenes: many }, undefined, 2);
  });

const shippedJson = fc.constantFrom(...tourIds).map(id => writeTour(plain(tours[id])));

const anyTour: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: tourJson },
  { weight: 3, arbitrary: swapped(shippedJson) },
  { weight: 2, arbitrary: damaged(fc.oneof(shippedJson, tourJson)) },
  {
    weight: 1,
    arbitrary: fc.tuple(shippedJson, jsonValue).map(([t, by]) => t.replace('{', `{"__proto__":${by},`)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(shippedJson, fc.constantFrom('title', 'caption', 'notes', 'link', 'figure'), long(token))
      .map(([t, key, by]) => t.replace(new RegExp(`"${key}": "[^"]*"`), `"${key}": ${JSON.stringify(by)}`)),
  },
  { weight: 1, arbitrary: jsonValue },
);

/** Controls, and marks that turn the direction of text. */
const TURNING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const checkTour = (given: Tour): void => {
  const tour = plain(given);
  const { title, scenes, sources } = tour;
  hold(scenes.length > 0 && scenes.length <= TOUR_LIMITS.scenes, `a tour of ${scenes.length} scenes`);
  hold(
    sources.every(s => /^https:\/\/[^\s"'<>]+$/.test(s)),
    `a source that is no address: ${sources.join(' ')}`,
  );
  for (const [i, scene] of scenes.entries()) {
    const { predict, number } = scene;
    const lines = [
      title,
      scene.title,
      scene.caption,
      ...(number === undefined ? [] : [number.figure, number.what]),
      ...(predict === undefined ? [] : [predict.question, ...predict.choices]),
    ];
    hold(
      lines.every(l => typeof l === 'string' && l.length <= TOUR_LIMITS.caption && !TURNING.test(l)),
      `words of scene ${i + 1} that are no line: ${JSON.stringify(lines)}`,
    );
    hold(
      typeof scene.notes === 'string' && !TURNING.test(scene.notes.replaceAll(/[\n\t]/g, '')),
      `notes of scene ${i + 1} that turn or hold controls`,
    );
    hold(
      predict === undefined || predict.choices[predict.answer] !== undefined,
      'the right answer is not there',
    );
  }
  const again = readTour(writeTour(tour));
  hold(
    again.ok && JSON.stringify(again.value) === JSON.stringify({ title, scenes, sources }),
    'a tour is not read as written',
  );
  hold(/^[a-z0-9-]{1,60}\.tour\.json$/.test(tourFileName(tour)), `a file named ${tourFileName(tour)}`);
  for (const scene of scenes.slice(0, 3)) {
    const read = readScenario(scene.link, packer);
    const scenario = readBack(scene.link, read);
    hold(scenario.view.present === undefined, 'a scene presents something itself');
    const link = linkOf(scenario, s => writeLink(s, packer));
    hold(link.startsWith('#') || lessonIds.some(id => id === link), `a scene written as ${link}`);
    const answer = solved(scenario);
    if (answer === undefined) continue;
    const { figure, what } = stageNumber(answer.solution);
    bounded('the number of a scene', figure.length + what.length, 0, 0, 400);
    bounded('the corner of the stage', stageScenario(answer.scenario).join('').length, 0, 0, 400);
  }
};

const takeTour = (text: string): void => {
  const read = readTour(text);
  ownedOnly(read);
  if (!read.ok) {
    bounded('the reason', read.reason.length, 0, 0, 400);
    return;
  }
  const tour = read.value;
  bounded('a tour written again', writeTour(tour).length, text.length, 8);
  checkTour(tour);
  const field = tourField(tour, packer);
  const back = readTourField(field, tours, packer);
  hold(
    back.ok && JSON.stringify(back.value.scenes) === JSON.stringify(tour.scenes),
    'a tour is not what its link says',
  );
  const link = readLink(
    presentLink(field, s => writeLink(s, packer)),
    packer,
  );
  hold(
    field.length > 60_000 || link.scenario.view.present?.tour === field,
    'a link does not present its own tour',
  );
  const [scene] = tour.scenes;
  if (scene === undefined) return;
  for (const next of [withScene(tour, scene), withoutScene(tour, 0), withSceneAt(tour, 0, scene)])
    hold(next.scenes.length <= TOUR_LIMITS.scenes, 'a draft grew beyond a tour');
  hold(moved(tour.scenes, 0, tour.scenes.length - 1).length === tour.scenes.length, 'a scene got lost');
};

const packedTour: fc.Arbitrary<string> = fc.oneof(
  { weight: 80, arbitrary: anyTour.map(t => packer.pack(t)) },
  { weight: 40, arbitrary: damaged(anyTour.map(t => packer.pack(t))) },
  {
    // A thousandth of what it unpacks to: more than a link may, and more than a tour may.
    weight: 2,
    arbitrary: fc
      .constantFrom(2 ** 21, 2 ** 25)
      .map(n => deflateRawSync(Buffer.alloc(n, '[')).toString('base64url')),
  },
  { weight: 20, arbitrary: fc.string({ maxLength: 200 }) },
);

const tourValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: packedTour.map(p => `~${p}`) },
  { weight: 2, arbitrary: fc.constantFrom(...tourIds, ...lessonIds) },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'prototype', 'today,constructor', 'a', '-', ',') },
  { weight: 1, arbitrary: token },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...lessonIds) }, token), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.constantFrom(1, 1, 1, 40, 4000),
      )
      .map(([names, times]) =>
        Array.from({ length: times }, () => names)
          .flat()
          .join(','),
      ),
  },
);

const anyTourLink = fc
  .tuple(tourValue, fc.option(token), fc.option(token), fc.option(wholeLink))
  .map(([tour, scene, notes, rest]) =>
    [
      rest ?? '#1',
      `tour=${encodeURIComponent(tour.replaceAll(/[\ud800-\udfff]/g, '_'))}`,
      ...(scene === null ? [] : [`scene=${scene}`]),
      ...(notes === null ? [] : [`notes=${notes}`]),
    ].join('&'),
  );

const takeTourLink = (link: string): void => {
  const { present } = readBack(link).view;
  if (present === undefined) return;
  hold(present.scene >= 1 && present.scene <= 999, `scene ${present.scene}`);
  if (present.tour.startsWith('~')) {
    const text = packer.unpack(present.tour.slice(1)) ?? '';
    bounded('a tour unpacked', text.length, 0, 0, MAX_INFLATED);
  }
  const read = readTourField(present.tour, tours, packer);
  ownedOnly(read);
  if (read.ok) checkTour(read.value);
  else bounded('the reason', read.reason.length, 0, 0, 400);
};

// Files that carry a scene

/** One pixel of grey: the smallest PNG. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='),
  c => c.charCodeAt(0),
);
/** Where its second chunk begins: behind the signature and IHDR. */
const AFTER_HEAD = 33;

const utf8 = new TextEncoder();
/** Text as UTF-8, a byte a character. */
const utf8Text = (text: string): string => textOfBytes(utf8.encode(text));

const four = (n: number): string =>
  String.fromCharCode((n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);

/** A chunk of a PNG with the CRC and the length that it says, true or not. */
const chunkText = (type: string, data: string, wrongLength?: number, wrongCrc?: number): string => {
  const body = type + data;
  return four(wrongLength ?? data.length) + body + four(wrongCrc ?? crc32(bytesOfText(body)));
};

const anyChunk: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('iTXt', 'iTXt', 'tEXt', 'zTXt', 'IHDR', 'IDAT', 'IEND', '\0\0\0\0'),
    fc.constantFrom(PNG_KEYWORD, PNG_KEYWORD, PNG_KEYWORD, 'Title', '', '__proto__'),
    fc.constantFrom('\0\0\0\0\0', '\0', '\0\0', '\0\x01\0\0\0', '\0\0\0en\0\0', ''),
    fc.oneof(
      { weight: 3, arbitrary: wholeLink },
      { weight: 1, arbitrary: token },
      // zTXt and compressed iTXt: small ones that unpack to much.
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(64, 2 ** 16)
          .map(n => textOfBytes(deflateSync(Buffer.alloc(n, '#1&k=7.3')))),
      },
    ),
    fc.option(fc.constantFrom(0, 1, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1), { freq: 6 }),
    fc.option(fc.constantFrom(0, 2 ** 32 - 1), { freq: 6 }),
  )
  .map(([type, keyword, between, text, length, crc]) =>
    chunkText(type, keyword + between + utf8Text(text), length ?? undefined, crc ?? undefined),
  );

const png: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 20,
    arbitrary: wholeLink.map(link => textOfBytes(withTexts(PIXEL, [{ keyword: PNG_KEYWORD, text: link }]))),
  },
  {
    weight: 30,
    arbitrary: fc.array(anyChunk, { maxLength: 6 }).map(chunks => {
      const pixel = textOfBytes(PIXEL);
      return pixel.slice(0, AFTER_HEAD) + chunks.join('') + pixel.slice(AFTER_HEAD);
    }),
  },
  {
    // Nothing but empty chunks: what takes more than linear time shows here.
    weight: 1,
    arbitrary: fc
      .constantFrom('IDAT', 'tEXt', 'iTXt')
      .map(type => textOfBytes(PIXEL).slice(0, AFTER_HEAD) + chunkText(type, '').repeat(2 ** 13)),
  },
);

/** Some bytes with some bits of them turned, or with its end cut off. */
const flipped = (files: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(files, fc.array(fc.tuple(fc.nat(9999), fc.nat(7)), { maxLength: 4 }), fc.option(fc.nat(9999)))
    .map(([file, bits, end]) => {
      const data = bytesOfText(file);
      for (const [at, bit] of bits) {
        const i = Math.floor((at / 10_000) * data.length);
        data[i] = (data[i] ?? 0) ^ (1 << bit);
      }
      return textOfBytes(end === null ? data : data.subarray(0, Math.floor((end / 10_000) * data.length)));
    });

const METADATA = `<metadata id="${METADATA_ID}">`;

const svg: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          '',
          '\ufeff',
          '<?xml version="1.0"?>\n',
          '<!-- x -->',
          '<!DOCTYPE svg [<!ENTITY a "b">]>',
        ),
        fc.array(
          fc.oneof(token, fc.constantFrom(METADATA, '<metadata>', '</metadata>', "<metadata id='", '>')),
          {
            maxLength: 4,
          },
        ),
        fc.oneof({ weight: 3, arbitrary: wholeLink }, { weight: 1, arbitrary: anyLink }, token),
        fc.constantFrom('</metadata>', '', '<', '</metadata><script>alert(1)</script>', '<b/></metadata>'),
      )
      .map(
        ([head, before, link, end]) =>
          `${head}<svg xmlns="http://www.w3.org/2000/svg">${before.join('')}${METADATA}${link.replaceAll('&', '&amp;')}${end}</svg>`,
      ),
  },
  {
    weight: 1,
    arbitrary: long(
      fc.constantFrom('<metadata', METADATA, `${METADATA}</metadata>`, ' id="', '&amp;', '<'),
    ).map(text => `<svg>${text}</svg>`),
  },
);

const answer: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: swapped(
      wholeLink.map(link =>
        JSON.stringify({ format: JSON_FORMAT, version: 1, link, request: { file: 'vfio', offset: 0 } }),
      ),
    ),
  },
  { weight: 1, arbitrary: jsonValue.map(v => `{"format":"${JSON_FORMAT}","link":${v}}`) },
  { weight: 1, arbitrary: jsonValue.map(v => `{"__proto__":{"format":"${JSON_FORMAT}","link":${v}}}`) },
);

const anyCarrier: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: flipped(png) },
  { weight: 1, arbitrary: png },
  { weight: 2, arbitrary: svg.map(utf8Text) },
  { weight: 1, arbitrary: flipped(damaged(svg).map(utf8Text)) },
  { weight: 2, arbitrary: damaged(answer).map(utf8Text) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

const takeCarrier = (file: string): void => {
  const data = bytesOfText(file);
  const mine = mayCarry(data.subarray(0, HEAD_BYTES));
  const carried = carriedIn(data);
  ownedOnly(carried);
  hold(mine || carried.kind === 'other', 'a file is read that was not looked for');
  bounded('the text of a PNG', textOf(data, PNG_KEYWORD, 2 ** 16)?.length ?? 0, file.length, 1, 0);
  switch (carried.kind) {
    case 'link':
      bounded('the link in a file', carried.link.length, file.length, 1, 0);
      hold(/^#\d[\x21-\x7e]*$/.test(carried.link) && !/[<>"]/.test(carried.link), `the link ${carried.link}`);
      readBack(carried.link);
      return;
    case 'foreign':
      bounded('why a file is not read', carried.why.length, 0, 0, 100);
      return;
    case 'other':
  }
};

// What is exported

/** Cells of a CSV file, read as RFC 4180 has it; throws where it is none. */
const csvRows = (csv: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const m = cell.exec(csv);
    hold(m !== null, `no CSV at ${JSON.stringify(csv.slice(at, at + 60))}`);
    if (m === null) break;
    row.push((m[1] ?? m[2] ?? '').replaceAll('""', '"'));
    if (m[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  hold(row.length === 0, 'the last line of the CSV does not end');
  return rows;
};

/** Throws where the cells of a CSV file are not as many in every row, or where a spreadsheet would compute one. */
export const checkCsv = (csv: string): void => {
  const rows = csvRows(csv);
  hold(new Set(rows.map(r => r.length)).size <= 1, 'rows of the CSV have different numbers of cells');
  for (const cell of rows.flat()) hold(!/^[=+\-@\t\r]/.test(cell), `a spreadsheet computes ${cell}`);
};

/** Throws where text in Markdown is more than text: an element, a link, a code, or a cell too many. */
export const checkMarkdown = (markdown: string): void => {
  const bare = markdown.replaceAll(/\\[\\`*_[\]<>|~#&]/g, '');
  hold(!/[<>`]|&(?:#|\w)|\]\(|\[/.test(bare), `Markdown with markup in it: ${bare.slice(0, 80)}`);
  const widths = new Set(
    bare
      .split('\n')
      .filter(l => l.startsWith('|'))
      .map(l => l.split('|').length),
  );
  hold(widths.size <= 1, 'rows of the Markdown have different numbers of cells');
};

const PAGE = 'https://example.org/hugemap/';

/** A Scenario in an address space whose mappings have hostile names. */
const namedSpace: fc.Arbitrary<Scenario> = fc
  .tuple(
    namedScenario,
    fc.array(fc.tuple(token, fc.integer({ min: 1, max: 2 ** 14 })), { maxLength: 6 }),
    token,
  )
  .map(([s, names, title]) => {
    let end = 2 ** 46;
    const vmas = names.map(([name, pages]) => {
      const start = end + 4096 * (pages % 7);
      end = start + pages * 4096;
      return { start: va(start), end: va(end), growsDown: false, shadowStack: false, perms: 'rw-p', name };
    });
    return {
      ...s,
      space: {
        ...s.space,
        source: { kind: 'pasted' as const, name: title, vmas, mmapBase: va(0x7fff_0000_0000) },
      },
    };
  });

const exportedLink = fc
  .oneof(namedSpace, namedScenario)
  .map(s => writeLink({ ...s, view: { ...defaultScenario.view, map: s.view.map } }, packer) || '#1');

const exported = (scene: ExportScene): void => {
  const given = scene.link.length;
  const picture = svgFile(scene, 868, 'light');
  checkSvg(picture);
  hold(xmlProblem(picture) === undefined, `the SVG: ${xmlProblem(picture)}`);
  const json = jsonFile(scene);
  ownedOnly(JSON.parse(json));
  const text = plainText(scene);
  hold(/^[\n\x20-\x7e]*$/.test(text), 'the text holds what is not ASCII');
  for (const twin of twinsOf(scene)) {
    checkCsv(csvOf(twin));
    checkMarkdown(markdownOf(twin));
  }
  const link = markdownLink(scene);
  hold(/^\[(?:\\.|[^\\[\]<>`])*\]\([^()\s<>]*\)$/.test(link), `Markdown link ${link.slice(0, 80)}`);
  hold(/^hugemap-[a-z0-9._-]{1,96}\.svg$/.test(fileName(scene, 'svg')), `a file ${fileName(scene, 'svg')}`);
  for (const [what, file] of Object.entries({ picture, json })) {
    bounded(what, file.length, given, 60, 2 ** 20);
    const back = carriedIn(utf8.encode(file));
    hold(back.kind === 'link' && back.link === scene.link, `the ${what} does not carry its scene`);
  }
};

const takeExported = (link: string): void => {
  const { scenario } = readLink(link, packer);
  const good = solved(scenario);
  if (good !== undefined) exported(sceneOf(good.scenario, PAGE));
};

// What the browser keeps

const takeShelf = (text: string): void => {
  const kept = new Map([['hugemap.scenes', text]]);
  const keeper = new Keeper(() => ({
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  }));
  const shelf = keeper.read();
  ownedOnly(shelf);
  const readable = readScenes(text).ok;
  hold(readable === (shelf.trouble === undefined), `what was kept is ${readable ? '' : 'not '}to be read`);
  const scene = { name: 'mine', link: '', saved: '' };
  const { scenes } = keeper.change(before => [...before.filter(s => s.name !== 'mine'), scene]);
  hold(scenes.at(-1) === scene, 'a scene is not kept');
  hold(readable || [...kept.values()].includes(text), 'what cannot be read is lost');
  const next = readScenes(kept.get('hugemap.scenes') ?? '');
  hold(next.ok && next.value.scenes.length === scenes.length, 'what is kept cannot be read');
};

// The two windows of a presentation

const windowValue = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('"stage"', '"notes"', '"go"', ...moves.map(m => JSON.stringify(m))),
  },
  { weight: 2, arbitrary: fc.constantFrom('1', '999', '1000', '0', '1.5', '1e999', 'true', 'false') },
  { weight: 2, arbitrary: jsonValue },
);

const anyWindowMessage: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom('hugemap', 'hugemap', 'scene', 'shown', 'began', 'to', '__proto__', 'constructor'),
          windowValue,
        ),
        { maxLength: 6 },
      )
      .map(parts => `{${parts.map(([k, v]) => `"${k}":${v}`).join()}}`),
  },
  {
    weight: 2,
    arbitrary: swapped(fc.constant('{"hugemap":"stage","scene":2,"shown":true,"began":1700000000000}')),
  },
  { weight: 1, arbitrary: jsonValue },
  { weight: 1, arbitrary: token },
);

const takeWindowMessage = (text: string): void => {
  let data: unknown = text;
  try {
    data = JSON.parse(text);
  } catch {
    // A text is a message too.
  }
  const notes = readToNotes(data);
  const stage = readToStage(data);
  ownedOnly([notes, stage]);
  if (notes !== undefined) {
    const { scene, shown, began } = notes;
    hold(
      Object.keys(notes).length === 4 &&
        Number.isInteger(scene) &&
        scene >= 1 &&
        typeof shown === 'boolean' &&
        Number.isFinite(began),
      `the stage says ${JSON.stringify(notes)}`,
    );
    hold(Number.isFinite(Date.now() - began), 'the clock of the notes has no number');
  }
  if (stage?.hugemap === 'go') hold(moves.includes(stage.to), `the notes say ${JSON.stringify(stage)}`);
  const web = { protocol: 'https:', origin: 'https://example.org' };
  hold(!trusted({ origin: text, source: data }, web, data) || text === web.origin, 'a stranger is heard');
};

// Cases of a stranger's captures, as Evidence shows them

const anyCaseText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: anyCapture },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        captureLine,
        fc.constantFrom('fd', 'order', 'madv', 'arch', 'kernel', 'kind', 'variant', 'hint', 'flag_names'),
        token,
      )
      .map(([line, key, by]) =>
        line.replace(new RegExp(`"${key}":"[^"]*"`), `"${key}":${JSON.stringify(by)}`),
      ),
  },
);

const takeCase = (line: string): void => {
  const { cases } = listLine(1, line);
  for (const c of cases.slice(0, 3)) {
    for (const text of [caseWords(c), categoryName(c.category)])
      hold(typeof text === 'string', `a name that is no text: ${typeof text}`);
    passes(c, { id: c.id, arch: c.arch });
    ownedOnly(withFilterOf({}, 'kernel', c.kernel));
    const detail = detailOf(c, line);
    ownedOnly(detail);
    if (detail === undefined) continue;
    for (const { label, text } of detail.input)
      hold(typeof label === 'string' && typeof text === 'string', `${label} is no text`);
    for (const { label, note, expected, got } of detail.compared)
      for (const side of [expected, got]) {
        hold(
          [label, note, side.text].every(t => typeof t === 'string'),
          `${label} is no text`,
        );
        bounded('the strip of a case', side.strip.length, line.length, 1, 64);
      }
    bounded('a case', JSON.stringify(detail.compared).length, line.length, 8);
  }
};

/** What reads tours, files that carry a scene, kept scenes and the other window, and what is written out. */
export const fileTargets: readonly Target[] = [
  {
    id: 'tour',
    about: 'files of tours: read, played, written again',
    share: 1.5,
    inputs: anyTour,
    take: takeTour,
  },
  {
    id: 'tour link',
    about: 'tours in links: shipped, of lessons, packed, unpacking to too much',
    share: 1,
    inputs: anyTourLink,
    take: takeTourLink,
  },
  {
    id: 'carrier',
    about: 'PNG, SVG and JSON that may carry a scene: cut, bits turned, lengths that lie',
    share: 3,
    inputs: anyCarrier,
    take: takeCarrier,
  },
  {
    id: 'exported',
    about: 'SVG, JSON, text, CSV and Markdown of scenes with hostile names',
    share: 0.3,
    inputs: exportedLink,
    take: takeExported,
  },
  { id: 'shelf', about: 'what the browser kept', share: 1, inputs: anyScenes, take: takeShelf },
  {
    id: 'window',
    about: 'messages between the stage and the notes',
    share: 3,
    inputs: anyWindowMessage,
    take: takeWindowMessage,
  },
  {
    id: 'case',
    about: 'cases of captures, as Evidence shows them',
    share: 1,
    inputs: anyCaseText,
    take: takeCase,
  },
];
