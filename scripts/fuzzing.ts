/**
 * What `npm run fuzz` and a smaller share of it in `npm test` throw at everything that reads what strangers write: links,
 * pasted texts, captures, messages, files of saved scenes. Whatever comes in, the reader neither throws nor hangs, what
 * goes out is text and not markup, no prototype changes, and no answer outgrows its question.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { diagnose } from '../src/diagnose/diagnose.ts';
import { diagnosisJson } from '../src/diagnose/json.ts';
import { scenarioPicture } from '../src/diagnose/plain.ts';
import { diagnosisPicture, diagnosisTable } from '../src/diagnose/report.ts';
import { scenarioOf } from '../src/diagnose/scenarioOf.ts';
import { designBars, lspciText, mapsText } from '../src/diagnose/testing.ts';
import { readIntake } from '../src/intake/intake.ts';
import { cProgram } from '../src/recipes/cProgram.ts';
import { traceRecipes } from '../src/recipes/traceRecipes.ts';
import { vmmRecipe } from '../src/recipes/vmmRecipe.ts';
import { listLine } from '../src/replay/listed.ts';
import { readLine } from '../src/replay/replay.ts';
import { scenarioOfRow } from '../src/replay/scenarioOfRow.ts';
import { linkKeys, type ReadLink, readLink, writeLink } from '../src/scenario/link.ts';
import { spacePreset } from '../src/scenario/presets.ts';
import type { Scenario } from '../src/scenario/scenario.ts';
import { soundSpace } from '../src/scenario/spaceRules.ts';
import { type Solution, solve, trace } from '../src/solve.ts';
import { roughMeasure } from '../web/draw/marks.ts';
import { svgOf } from '../web/draw/svg.ts';
import { palettes } from '../web/draw/tokens.ts';
import { viewportOf } from '../web/draw/viewport.ts';
import { partnerOf, partyOf, readAsk } from '../web/embed/messages.ts';
import { captureLines, UnreadableCapture } from '../web/jobs/captureLines.ts';
import { drawMap } from '../web/picture/picture.ts';
import { finalSearch } from '../web/picture/vaItems.ts';
import { joined, readScenes, writeScenes } from '../web/saved/scenes.ts';
import { spokenVerdict } from '../web/scenario/words.ts';
import { packer } from '../web/state/packer.ts';
import { preparedOf } from '../web/state/solution.ts';
import { anyScenario, hostileText } from './anyScenario.ts';

/** Something that reads what a stranger wrote. */
export interface Target {
  readonly id: string;
  /** What is thrown at it. */
  readonly about: string;
  /** Its part of all inputs, a weight. */
  readonly share: number;
  readonly inputs: fc.Arbitrary<string>;
  /** Takes an input; throws where a promise is broken. */
  readonly take: (input: string) => void;
}

/** A promise that was broken, in words. */
class Broken extends Error {}

export const hold = (kept: boolean, promise: string): void => {
  if (!kept) throw new Broken(promise);
};

// What all objects share

const builtins = [Object, Array, Function, String, Number, Boolean, RegExp, Map, Set, Promise, Uint8Array];
const shape = (): string =>
  builtins.map(b => `${Reflect.ownKeys(b).length}.${Reflect.ownKeys(b.prototype).length}`).join();
const SHAPE = shape();

/** Every object in a value has the prototype it was written with. Looks at so many at most. */
const MOST_LOOKED_AT = 5_000;
export const ownedOnly = (root: unknown): void => {
  const open: unknown[] = [root];
  for (let seen = 0; open.length > 0 && seen < MOST_LOOKED_AT; seen++) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const proto: unknown = Object.getPrototypeOf(value);
    const known =
      proto === null ||
      proto === Object.prototype ||
      proto === Array.prototype ||
      proto === Map.prototype ||
      proto === Set.prototype ||
      ArrayBuffer.isView(value) ||
      // A class of ours: its prototype has a constructor of its own that made it.
      (typeof proto === 'object' && Object.hasOwn(proto, 'constructor'));
    hold(known, 'an object got a prototype that came in with the input');
    for (const key of Object.keys(value)) open.push((value as Readonly<Record<string, unknown>>)[key]);
  }
};

/** So much text may come out of so much that went in. */
export const bounded = (what: string, size: number, given: number, per: number, least = 2 ** 18): void =>
  hold(size <= least + per * given, `${what} has ${size} characters for an input of ${given}`);

// Texts that go out

const ELEMENTS = new Set([
  'svg',
  'title',
  'desc',
  'metadata',
  'style',
  'g',
  'rect',
  'path',
  'circle',
  'text',
]);
/** A tag with attributes in double quotes, text, or one of the four references that the writer uses. */
const XML =
  /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="(?:[^"<&]|&(?:amp|lt|gt|quot);)*")*)(\/?)>|[^<&]+|&(?:amp|lt|gt|quot);/gy;

/** Throws unless the text is a well-formed picture of the elements that our writer knows, with no handler in it. */
export const checkSvg = (svg: string): void => {
  const open: string[] = [];
  XML.lastIndex = 0;
  let roots = 0;
  while (XML.lastIndex < svg.length) {
    const at = XML.lastIndex;
    const m = XML.exec(svg);
    if (m === null)
      throw new Broken(`the SVG is not well formed at ${JSON.stringify(svg.slice(at, at + 60))}`);
    const [, closing, name, attributes, alone] = m;
    if (name === undefined) {
      hold(open.length > 0 || /^\s*$/.test(m[0]), 'the SVG has text beside its root');
      continue;
    }
    hold(ELEMENTS.has(name), `the SVG holds <${name}>`);
    hold(!/ (?:on\w+|href|xlink:href)=/i.test(attributes ?? ''), `the SVG holds${attributes ?? ''}`);
    if (closing === '/') hold(open.pop() === name, `the SVG closes <${name}>, which is not open`);
    else {
      if (open.length === 0) roots++;
      if (alone !== '/') open.push(name);
    }
  }
  hold(open.length === 0 && roots === 1, 'the SVG is not one closed element');
};

/** A word that no program of ours holds by itself: where it stands in one, it came in with the input. */
const CANARY = 'hugemap_canary';

/** C as a compiler sees it after comments and literals are gone. Throws where one of them does not end. */
export const bareC = (text: string): string =>
  text
    .replaceAll('??/', '\\')
    .replaceAll(/\\\n/g, '')
    .replaceAll(
      /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*(?:"|\n|$)|'(?:[^'\\\n]|\\.)*(?:'|\n|$)/g,
      part => {
        const ended = part.startsWith('//') || (part.length > 1 && /(?:\*\/|["'])$/.test(part));
        hold(ended, `a comment or a literal of the C program does not end: ${part.slice(0, 60)}`);
        return ' ';
      },
    );

/** Throws unless the program holds nothing of the input but in comments and strings. */
export const checkC = (text: string): void => {
  hold(/^[\n\t\x20-\x7e]*$/.test(text), 'the C program holds what is not ASCII');
  hold(!bareC(text).includes(CANARY), 'the C program runs what came in with the input');
};

/** Throws where a shell would see the canary outside of single quotes or a comment. */
export const checkShell = (text: string): void => {
  const bare = text.replaceAll(/^\s*#.*$/gm, '').replaceAll(/'[^']*'/g, "''");
  hold(!bare.includes(CANARY), 'a command runs what came in with the input');
};

// What comes in

const PAYLOADS: readonly string[] = [
  `<script>${CANARY}()</script>`,
  `<img src=x onerror=${CANARY}()>`,
  `"><svg/onload=${CANARY}()>`,
  `*/ ${CANARY}(); /*`,
  `*\\\n/ ${CANARY}();`,
  `"; ${CANARY}(); "`,
  `??/\n${CANARY}`,
  `$(${CANARY})`,
  `'; ${CANARY}; '`,
  `\`${CANARY}\``,
  `javascript:${CANARY}()`,
  ']]>',
  '<!--',
  '&lt;',
  '&#0;',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '{"__proto__":{"polluted":1}}',
  '\u0000',
  '\u202e',
  '\ufeff',
  '\ud800',
  '%',
  '%00',
  '%E0%A4%A',
  '\r',
  '\n',
  '\t',
  '\u2028',
];

const NUMBERS: readonly string[] = [
  '0',
  '-1',
  '1',
  '4095',
  '4096',
  '1e308',
  'NaN',
  'Infinity',
  '0x',
  '0x0',
  '0xffffffffffffffff',
  'ffffffffffffffff',
  '18446744073709551615',
  '9007199254740993',
  '7fffffffffff',
  '0x7fff_ffff_f000',
  '2G',
  '512P',
  '1M-2M',
  '4K+',
  '99999999999999999999999999999999',
  '0.5',
  '1G..2G',
];

export const token: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PAYLOADS) },
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 1, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.nat(2 ** 31 - 1).map(n => (n * 4096).toString(16)) },
);

/** Repeats a piece until it is long: what takes more than linear time shows here. */
export const long = (pieces: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .record({ head: pieces, unit: pieces, tail: pieces, log: fc.integer({ min: 8, max: 15 }) })
    .map(
      ({ head, unit, tail, log }) =>
        head + unit.repeat(Math.ceil(2 ** log / Math.max(1, unit.length))) + tail,
    );

/** One change to a text. `at` is a share of its length. */
interface Change {
  readonly how: 'insert' | 'word' | 'cut' | 'drop' | 'twice' | 'swap' | 'end';
  readonly at: number;
  readonly token: string;
}

const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    how: fc.constantFrom<Change['how']>(
      'insert',
      'word',
      'word',
      'word',
      'cut',
      'drop',
      'twice',
      'swap',
      'end',
    ),
    at: fc.nat(999).map(n => n / 1000),
    token,
  }),
  { maxLength: 6 },
);

const changed = (text: string, { how, at, token: by }: Change): string => {
  const place = Math.floor(at * text.length);
  const lineStart = text.lastIndexOf('\n', place - 1) + 1;
  const found = text.indexOf('\n', place);
  const lineEnd = found < 0 ? text.length : found + 1;
  const line = text.slice(lineStart, lineEnd);
  switch (how) {
    case 'insert':
      return text.slice(0, place) + by + text.slice(place);
    case 'word': {
      const rest = text.slice(place).replace(/[0-9A-Za-z_.]+/, () => by);
      return text.slice(0, place) + rest;
    }
    case 'cut':
      return text.slice(0, place) + text.slice(place + 1 + (by.length % 40));
    case 'drop':
      return text.slice(0, lineStart) + text.slice(lineEnd);
    case 'twice':
      return text.slice(0, lineEnd) + line + text.slice(lineEnd);
    case 'swap':
      return text.slice(0, lineStart) + text.slice(lineEnd) + line;
    case 'end':
      return text.slice(0, place);
  }
};

export const damaged = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(texts, changes).map(([text, all]) => all.reduce(changed, text));

// Links

/** A Scenario whose names carry the canary and what could break out around it. */
export const namedScenario: fc.Arbitrary<Scenario> = fc
  .tuple(anyScenario, fc.constantFrom(...PAYLOADS), fc.boolean())
  .map(([s, name, texts]) => ({
    ...s,
    ...(s.space.source.kind === 'pasted'
      ? { space: { ...s.space, source: { ...s.space.source, name } } }
      : {}),
    ...(texts
      ? { view: { ...s.view, diagnose: { ...s.view.diagnose, texts: [{ name, text: name.repeat(20) }] } } }
      : {}),
  }));

export const wholeLink = namedScenario.map(s => writeLink(s, packer) || '#1');

/** Values that a field of any link has had, to be put behind any key. */
const fieldValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: token },
  {
    weight: 2,
    arbitrary: fc.tuple(wholeLink, fc.nat(40)).map(
      ([link, n]) =>
        link
          .split('&')
          .slice(1)
          [n]?.replace(/^[^=]*=/, '') ?? '2G',
    ),
  },
  { weight: 1, arbitrary: fc.array(token, { maxLength: 5 }).map(parts => parts.join(',')) },
  { weight: 1, arbitrary: fc.tuple(token, token).map(([a, b]) => `${a}@${b}+4K`) },
);

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...linkKeys) },
  { weight: 1, arbitrary: fc.constantFrom(...PAYLOADS) },
);

export const anyLink: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: wholeLink },
  { weight: 4, arbitrary: damaged(wholeLink) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom('#1', '#1', '#1', '#1', '1', '#2', '#9999', '#0', '#', '#-1', '#1.5', '##1'),
        fc.array(fc.tuple(key, fieldValue, fc.boolean()), { maxLength: 8 }),
      )
      .map(([head, parts]) =>
        [
          head,
          ...parts.map(
            ([k, v, escaped]) =>
              `${k}=${escaped ? encodeURIComponent(v.replaceAll(/[\ud800-\udfff]/g, '_')) : v}`,
          ),
        ].join('&'),
      ),
  },
  { weight: 1, arbitrary: token.map(t => `#${t}`) },
);

const longLink = fc.tuple(key, long(token)).map(([k, v]) => `#1&${k}=${v}`);

/** What a reader of links leaves behind is a Scenario that can be written down and read again. */
export const readBack = (given: string, link = readLink(given, packer)): Scenario => {
  ownedOnly(link);
  for (const p of link.problems) {
    bounded(`the value of a problem with ${p.field}`, p.value.length, 0, 0, 64);
    bounded(
      `the reason of a problem with ${p.field}`,
      p.reason.length + p.used.length,
      given.length,
      4,
      1024,
    );
  }
  bounded('notes on a link', (link.notes ?? []).join('').length, 0, 0, 1024);
  const written = writeLink(link.scenario, packer);
  bounded('a link written again', written.length, given.length, 6, 2 ** 17);
  const again = readLink(written, packer);
  hold(
    again.problems.length === 0,
    `a link written by us has problems: ${JSON.stringify(again.problems[0])}`,
  );
  hold(writeLink(again.scenario, packer) === written, 'a link is not the same after writing it twice');
  return link.scenario;
};

/** An address space that cannot be built is an error with a message for the reader, and nothing else is one. */
export const solved = (given: Scenario): { scenario: Scenario; solution: Solution } | undefined => {
  try {
    const { scenario } = soundSpace(given);
    return { scenario, solution: solve(scenario, preparedOf(scenario.machine, scenario.space)) };
  } catch (error) {
    hold(
      error instanceof Error && error.constructor === Error && error.message !== '',
      `solving failed within: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return undefined;
  }
};

/** Everything that is made from a Scenario and leaves the page. */
const written = (given: Scenario, link: string): void => {
  const answer = solved(given);
  if (answer === undefined) return;
  const { scenario, solution } = answer;
  const events = trace(scenario, solution.prepared);
  bounded('the verdict', spokenVerdict(scenario, solution, events).length, link.length, 1, 4096);
  bounded('the plain picture', scenarioPicture(scenario, solution)?.length ?? 0, link.length, 4);
  const { range, at } = scenario.view.map;
  const picture = drawMap({
    scenario,
    solution,
    search: finalSearch(events, solution.prepared.mm.space.index),
    width: 868,
    height: 770,
    crosshair: at,
    pane: undefined,
    viewport: range === undefined ? undefined : viewportOf(range),
    measure: roughMeasure,
    tablesBelow: false,
  });
  const { source } = scenario.space;
  const title = source.kind === 'pasted' ? source.name : spacePreset(source.id).label;
  const svg = svgOf(picture.marks, { width: 868, height: picture.height, palette: palettes.light, title });
  checkSvg(svg);
  bounded('the SVG', svg.length, link.length, 40, 2 ** 20);
  const program = cProgram(scenario, link);
  if (program.ok) checkC(program.value);
  const vmm = vmmRecipe(scenario, link);
  if (vmm.ok) ownedOnly(vmm.value);
  for (const recipe of traceRecipes(scenario)) if (recipe.ok) checkShell(recipe.command);
};

// Pasted and dropped texts

const folder = (path: string): URL => new URL(`../${path}/`, import.meta.url);

const fixtures: readonly string[] = readdirSync(folder('src/intake/fixtures'))
  .sort()
  .map(file => readFileSync(new URL(file, folder('src/intake/fixtures')), 'utf8'));

/** A machine with device mappings: maps and lspci that belong together. */
const machineText: string =
  mapsText(
    [],
    designBars.map(b => ({ start: b.start, end: b.start + b.size, offset: b.index * 2 ** 40 })),
  ) + lspciText('0000:41:00.0', designBars);

const TEXTS = [...fixtures, machineText, machineText, machineText];

/** Some lines of a real text, from anywhere in it. */
const excerpt: fc.Arbitrary<string> = fc
  .record({ text: fc.nat(TEXTS.length - 1), from: fc.nat(999), count: fc.integer({ min: 1, max: 40 }) })
  .map(({ text, from, count }) => {
    const lines = (TEXTS[text] ?? '').split(/(?<=\n)/);
    const at = lines.length <= count ? 0 : Math.floor((from / 1000) * lines.length);
    return lines.slice(at, at + count).join('');
  });

const anyText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: damaged(fc.array(excerpt, { minLength: 1, maxLength: 3 }).map(parts => parts.join('\n'))),
  },
  { weight: 3, arbitrary: damaged(fc.constant(machineText)) },
  { weight: 1, arbitrary: fc.array(token, { maxLength: 20 }).map(parts => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

const oneLine = excerpt.map(text => text.split('\n', 1)[0] ?? '');
const longText = long(
  fc.oneof(
    oneLine.map(line => `${line}\n`),
    oneLine,
    token,
  ),
);

/** What Diagnose shows of a text at most, per character of it: a mapping is a line and has a paragraph for each. */
const PER_CHARACTER = 600;

const takeText = (text: string): void => {
  const intake = readIntake(text);
  ownedOnly(intake);
  hold(intake.problems.length <= 1001 && intake.notes.length <= 1002, 'problems are not counted but listed');
  const diagnosis = diagnose(intake);
  const json = JSON.stringify(diagnosisJson(diagnosis));
  hold(typeof JSON.parse(json) === 'object', 'the JSON is none');
  bounded('the JSON', json.length, text.length, PER_CHARACTER);
  bounded('the table', diagnosisTable(diagnosis).length, text.length, PER_CHARACTER);
  const picture = diagnosisPicture(diagnosis);
  bounded('the picture', picture.length, text.length, PER_CHARACTER);
  hold(/^[\n\x20-\x7e]*$/.test(picture), 'the picture holds what is not ASCII');
  for (const row of diagnosis.rows.slice(0, 3)) {
    const scenario = scenarioOf(intake, diagnosis, row, CANARY);
    if (scenario === undefined) continue;
    readBack(text, { scenario, problems: [] });
    solved(scenario);
  }
};

// Captures

const captures: readonly string[] = readdirSync(folder('public/captures'))
  .filter(file => file.endsWith('.jsonl.gz'))
  .sort()
  .flatMap(file => {
    const lines = gunzipSync(readFileSync(new URL(file, folder('public/captures'))))
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '' && line.length < 2 ** 14);
    return [0, 0.2, 0.4, 0.6, 0.8, 0.99].map(at => lines[Math.floor(at * lines.length)] ?? '');
  });

export const captureLine = fc.nat(captures.length - 1).map(i => captures[i] ?? '');

/** What may stand in a line of JSON in place of anything. */
export const jsonValue: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('null', '[]', '{}', 'true', '-1', '0', '1e308', '1e999', '0.5', '""', '2'),
  },
  { weight: 3, arbitrary: token.map(t => JSON.stringify(t)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"0x0"', '"0xfffffffffffff000"', '"0x7ffffffff000"', '"0x1000"', '"0x1"'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(1, 100, 5000).map(n => '['.repeat(n) + ']'.repeat(n)) },
);

export const JSON_VALUE = /(?<=[:[,])(?:"(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.e+-]*|true|false|null|\{\}|\[\])/g;

/** A line with some of its values put in place of others, and some text changed. */
export const anyCapture: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(captureLine, fc.array(fc.tuple(fc.nat(999), jsonValue), { minLength: 1, maxLength: 5 }))
      .map(([line, swaps]) =>
        swaps.reduce((text, [at, by]) => {
          const found = [...text.matchAll(JSON_VALUE)];
          const one = found[Math.floor((at / 1000) * found.length)];
          return one === undefined
            ? text
            : text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
        }, line),
      ),
  },
  { weight: 2, arbitrary: damaged(captureLine) },
  {
    weight: 1,
    arbitrary: fc.tuple(captureLine, jsonValue).map(([line, by]) => line.replace('{', `{"__proto__":${by},`)),
  },
  { weight: 1, arbitrary: jsonValue },
);

const takeCapture = (line: string): void => {
  const listed = listLine(1, line);
  ownedOnly(listed);
  bounded('the list', JSON.stringify(listed).length, line.length, 8);
  const read = readLine(line);
  if (!('row' in read)) return;
  for (const query of [1, 2]) {
    const made = scenarioOfRow(read.row, query);
    ownedOnly(made);
    if (made.kind === 'scenario') {
      const { scenario } = made;
      const again = readLink(writeLink(scenario, packer), packer);
      hold(
        again.problems.length === 0,
        `the link of a case has problems: ${JSON.stringify(again.problems[0])}`,
      );
      solved(scenario);
    }
  }
};

export const bytesOfText = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0) & 0xff);
export const textOfBytes = (data: Uint8Array): string =>
  Array.from(data, c => String.fromCharCode(c)).join('');

/** Files of captures as bytes, one a character: plain, packed, damaged, and small ones that unpack to much. */
const anyFile: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: damaged(captureLine.map(line => textOfBytes(gzipSync(`${line}\n${line}`)))) },
  { weight: 1, arbitrary: long(token).map(text => textOfBytes(gzipSync(text))) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }).map(text => `\x1f\x8b${text}`) },
);

/** Files in the fuzz may unpack to so much, so that the bound itself is reached. */
const MOST_UNPACKED = 2 ** 14;

const takeFile = (file: string): void => {
  let size = 0;
  try {
    for (const { text, share } of captureLines(bytesOfText(file), MOST_UNPACKED)) {
      size += text?.length ?? 0;
      hold(share >= 0 && share <= 1, `${share} of the file is done`);
    }
  } catch (error) {
    if (!(error instanceof UnreadableCapture)) throw error;
  }
  // A piece of a packed file is taken before its size is looked at.
  bounded('what a file unpacks to', size, 0, 0, MOST_UNPACKED + 2 ** 22);
};

// What is packed in links

const packedText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: damaged(
      fc
        .array(fc.tuple(fc.nat(2 ** 20), fc.integer({ min: 1, max: 2 ** 20 }), token), { maxLength: 12 })
        .map(vmas =>
          [
            `- ${CANARY}`,
            ...vmas.map(([gap, pages, name]) => `${gap.toString(36)} ${pages.toString(36)} rw-p ${name}`),
          ].join('\n'),
        ),
    ),
  },
  {
    weight: 3,
    arbitrary: damaged(
      fc
        .array(fc.tuple(token, token), { maxLength: 5 })
        .map(texts =>
          [JSON.stringify(texts.map(([name, t]) => [t.length, name])), texts.map(([, t]) => t).join('')].join(
            '\n',
          ),
        ),
    ),
  },
  { weight: 1, arbitrary: jsonValue.map(v => `${v}\n`) },
  { weight: 1, arbitrary: long(token) },
);

const anyPacked: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('vmas', 'paste'),
    fc.oneof(
      { weight: 6, arbitrary: packedText.map(t => packer.pack(t)) },
      { weight: 2, arbitrary: damaged(packedText.map(t => packer.pack(t))) },
      { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
    ),
  )
  .map(([field, packed]) => `#1&${field}=${packed}`);

const takePacked = (link: string): void => {
  const scenario = readBackPacked(link);
  solved(scenario);
  for (const { text } of scenario.view.diagnose.texts) takeText(text.slice(0, 4096));
};

/** Deflate makes much of little, so the bound of a link written again is that of what it holds. */
const readBackPacked = (link: string): Scenario => {
  const read: ReadLink = readLink(link, packer);
  ownedOnly(read);
  const again = readLink(writeLink(read.scenario, packer), packer);
  hold(
    again.problems.length === 0,
    `a link written by us has problems: ${JSON.stringify(again.problems[0])}`,
  );
  return read.scenario;
};

// Messages to an embedded picture

const messageKey = fc.constantFrom(
  '"hugemap"',
  '"hugemap"',
  '"type"',
  '"type"',
  '"id"',
  '"link"',
  '"link"',
  '"__proto__"',
);

const messageValue = fc.oneof(
  fc.constantFrom('1', '1', '2', '"get"', '"set"', '"set"', '"#1&k=6.12.117"', '{"type":"set"}'),
  anyLink.map(l => JSON.stringify(l)),
  jsonValue,
);

const anyMessage: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.boolean(), fc.array(fc.tuple(messageKey, messageValue), { maxLength: 6 }))
      .map(([asked, parts]) => {
        const head = asked ? ['"hugemap":1', '"type":"set"'] : [];
        return `{${[...head, ...parts.map(([k, v]) => `${k}:${v}`)].join()}}`;
      }),
  },
  { weight: 1, arbitrary: jsonValue },
  { weight: 1, arbitrary: anyLink.map(link => `https://example.org/?embed=1&origin=${link}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('data:text/html,', 'blob:https://example.org/', 'about:', 'ftp://x/', ' File:'),
        token,
      )
      .map(([scheme, rest]) => scheme + rest),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('https://example.org', 'file:///x/index.html'), token, token)
      .map(([at, a, b]) => `${at}/?${b}&origin=https://${a}&x=${b}`),
  },
);

const takeMessage = (text: string): void => {
  const party = partyOf(text);
  hold(
    party === undefined || party.address !== '*' || /^\s*file:/i.test(text),
    `it talks with everybody: ${text.slice(0, 60)}`,
  );
  const partner = partnerOf(text);
  hold(partner === undefined || /^https?:\/\/[^/?#@\s*]+$/.test(partner), `it talks with ${partner}`);
  let data: unknown = text;
  try {
    data = JSON.parse(text);
  } catch {
    // A text is a message too.
  }
  const read = readAsk(data);
  ownedOnly(read);
  if (read === undefined) return;
  if (!read.ok) bounded('a refusal', read.reason.length, 0, 0, 200);
  else if (read.ask.type === 'set') readBack(read.ask.link);
};

// Files of saved scenes

export const anyScenes: fc.Arbitrary<string> = damaged(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(token, anyLink), { maxLength: 5 })
        .map(all =>
          writeScenes(all.map(([name, link]) => ({ name, link, saved: '2026-01-01T00:00:00.000Z' }))),
        ),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(jsonValue, { maxLength: 4 })
        .map(all => `{"hugemap":"scenes","format":1,"scenes":[${all.join()}]}`),
    },
    { weight: 1, arbitrary: jsonValue },
  ),
);

const takeScenes = (text: string): void => {
  const read = readScenes(text);
  ownedOnly(read);
  if (!read.ok) return;
  const { scenes } = read.value;
  bounded('a file written again', writeScenes(scenes).length, text.length, 8);
  const again = readScenes(writeScenes(scenes));
  hold(
    again.ok && JSON.stringify(again.value.scenes) === JSON.stringify(scenes),
    'a file is not read as written',
  );
  hold(joined(scenes, scenes).length === scenes.length, 'the same scenes are there twice');
  hold(new Set(scenes.map(s => s.name)).size === scenes.length, 'two scenes have one name');
};

/** What reads links, pasted texts, captures, messages to an embedded picture, and files of saved scenes. */
export const textTargets: readonly Target[] = [
  {
    id: 'link',
    about: 'links: whole, damaged, of any fields; read, solved, written again',
    share: 10,
    inputs: anyLink,
    take: link => {
      solved(readBack(link));
    },
  },
  {
    id: 'made',
    about: 'links whose names try to break out: verdict, pictures, SVG, C program, recipes',
    share: 0.5,
    inputs: fc.oneof({ weight: 3, arbitrary: wholeLink }, { weight: 1, arbitrary: anyLink }),
    take: link => {
      const { scenario } = readLink(link, packer);
      written(scenario, link);
    },
  },
  {
    id: 'long link',
    about: 'links with one long value',
    share: 2,
    inputs: longLink,
    take: l => void readBack(l),
  },
  {
    id: 'packed',
    about: 'address spaces and texts packed in links',
    share: 4,
    inputs: anyPacked,
    take: takePacked,
  },
  {
    id: 'text',
    about: 'pasted texts: read, diagnosed, reported, opened',
    share: 2,
    inputs: anyText,
    take: takeText,
  },
  {
    id: 'long text',
    about: 'pasted texts of one line again and again',
    share: 0.2,
    inputs: longText,
    take: takeText,
  },
  {
    id: 'capture',
    about: 'lines of captures: replayed, listed, opened',
    share: 2,
    inputs: anyCapture,
    take: takeCapture,
  },
  { id: 'file', about: 'files of captures, packed or not', share: 2, inputs: anyFile, take: takeFile },
  {
    id: 'message',
    about: 'messages to an embedded picture, and whom it talks with',
    share: 3,
    inputs: anyMessage,
    take: takeMessage,
  },
  { id: 'scenes', about: 'files of saved scenes', share: 3, inputs: anyScenes, take: takeScenes },
];

/** Takes an input, and then looks whether all objects are as they were. */
export const takeSafely = (target: Target, input: string): void => {
  target.take(input);
  hold(shape() === SHAPE, 'a prototype that all objects share was changed');
};
