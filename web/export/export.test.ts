import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyScenario } from '../../scripts/anyScenario.ts';
import { releases } from '../../src/kernel/releases.ts';
import { policies } from '../../src/placement/policies.ts';
import { lessons } from '../../src/scenario/lessons.ts';
import { spacePresets } from '../../src/scenario/presets.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { xmlProblem } from '../draw/testing.ts';
import { type Twin, twinsOf } from '../scenario/twins.ts';
import { loadCodec } from '../state/codec.ts';
import { lengthWarning, MAIL_COLUMNS } from '../state/linkLength.ts';
import { readHash } from '../state/links.ts';
import { carriedIn, HEAD_BYTES, mayCarry, PNG_KEYWORD } from './carried.ts';
import { drawnMap, fileThemes, svgFile, WIDTHS } from './drawn.ts';
import { answerJson, jsonFile } from './json.ts';
import { crc32, textOf, withTexts } from './png.ts';
import { type ExportScene, fileName, sceneOf, titleOf } from './scene.ts';
import { csvOf, markdownOf } from './tables.ts';
import { markdownLink, plainText } from './text.ts';

/** A page where a project of this name would be found. */
const PAGE = 'https://example.github.io/hugemap/';

const utf8 = new TextEncoder();
const sceneAt = (hash: string): ExportScene => sceneOf(readHash(hash).scenario, PAGE);

/** The smallest PNG: one pixel of grey. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='),
  c => c.charCodeAt(0),
);
const pngOf = (link: string): Uint8Array<ArrayBuffer> =>
  withTexts(PIXEL, [
    { keyword: 'Title', text: 'A picture of 2 ≡ 2' },
    { keyword: PNG_KEYWORD, text: link },
  ]);

beforeAll(loadCodec);

/** Any Scenario that a link can carry. */
const carriable = anyScenario.map(s => readHash(sceneOf(s, PAGE).link).scenario);

/** Opens a file as a drop would. */
const reopened = (bytes: Uint8Array): Scenario | undefined => {
  if (!mayCarry(bytes.subarray(0, HEAD_BYTES))) return undefined;
  const carried = carriedIn(bytes);
  return carried.kind === 'link' ? readHash(carried.link).scenario : undefined;
};

describe('a file of any Scenario', () => {
  it('is well-formed as SVG, and SVG, PNG and JSON reopen to the same Scenario', () => {
    fc.assert(
      fc.property(
        carriable,
        fc.constantFrom(...WIDTHS),
        fc.constantFrom(...fileThemes),
        (scenario, width, theme) => {
          const scene = sceneOf(scenario, PAGE);
          const svg = svgFile(scene, width, theme);
          expect(xmlProblem(svg)).toBeUndefined();
          expect(reopened(utf8.encode(svg))).toEqual(scenario);
          expect(reopened(pngOf(scene.link))).toEqual(scenario);
          expect(reopened(utf8.encode(jsonFile(scene)))).toEqual(scenario);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has a name of few letters that tells the scene', () => {
    fc.assert(
      fc.property(anyScenario, scenario => {
        const name = fileName(sceneOf(scenario, PAGE), 'svg');
        expect(name).toMatch(/^hugemap-[a-z0-9._-]+\.svg$/);
        expect(name.length).toBeLessThanOrEqual(100);
      }),
      { numRuns: 50 },
    );
    expect(fileName(sceneAt(''), 'svg')).toBe('hugemap-7.3-x86_64-4-2g-524288-pte.svg');
    expect(fileName(sceneAt('#1&p=xu2&as=scene'), '2x.png')).toBe('hugemap-7.3-x86_64-4-xu2-2g-2-pud.2x.png');
    expect(fileName(sceneAt('#1&len=4G'), 'txt')).toBe('hugemap-7.3-x86_64-4-4g-einval.txt');
  });

  it('is the same twice', () => {
    for (const { hash } of lessons) {
      const [one, two] = [sceneAt(hash), sceneAt(hash)];
      expect(svgFile(one, 868, 'light')).toBe(svgFile(two, 868, 'light'));
      expect(jsonFile(one)).toBe(jsonFile(two));
      expect(plainText(one)).toBe(plainText(two));
    }
  });
});

describe('the picture', () => {
  it('says in its first line what it shows, and nothing of the Map lies over that', () => {
    const scene = sceneAt('');
    const { marks, width } = drawnMap(scene, 868, 'dark');
    const [title, ...rest] = marks;
    expect(title).toMatchObject({ kind: 'text', text: titleOf(scene) });
    expect(titleOf(scene)).toBe('BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels: 524,288 PTE leaves');
    expect(width).toBe(868);
    const tops = rest.flatMap(m =>
      m.kind === 'path'
        ? m.points.map(p => p[1])
        : m.kind === 'hop'
          ? [m.from[1] - m.rise]
          : m.kind === 'circle'
            ? [m.y - m.r]
            : m.kind === 'text'
              ? [m.y - m.size / 2]
              : [m.y],
    );
    expect(Math.min(...tops)).toBeGreaterThan(31);
  });

  it('is enlarged for a projector, to the width asked for', () => {
    const { width, scale } = drawnMap(sceneAt(''), 1280, 'projector');
    expect(scale).toBeGreaterThan(1.2);
    expect(width * scale).toBeCloseTo(1280);
    expect(svgFile(sceneAt(''), 1280, 'projector')).toContain(' width="1280" ');
  });
});

describe('text in a PNG', () => {
  it('has the CRC of the specification', () => {
    expect(crc32(utf8.encode('123456789'))).toBe(0xcbf4_3926);
    expect(crc32(utf8.encode('IEND'))).toBe(0xae42_6082);
  });

  it('comes back as it was, and the rest of the picture stays', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z]{1,79}$/),
        fc.string({ unit: 'grapheme', maxLength: 200 }).filter(t => !t.startsWith('\ufeff')),
        (keyword, text) => {
          const png = withTexts(PIXEL, [{ keyword, text }]);
          expect(textOf(png, keyword, 4096)).toBe(text);
          expect([...png.subarray(0, 33)]).toEqual([...PIXEL.subarray(0, 33)]);
          expect([...png.subarray(-(PIXEL.length - 33))]).toEqual([...PIXEL.subarray(33)]);
        },
      ),
    );
  });

  it('is read from tEXt too, as other tools write it, and not where it is compressed, damaged or too long', () => {
    const chunk = (type: string, data: string): Uint8Array => {
      const body = Uint8Array.from(`${type}${data}`, c => c.charCodeAt(0));
      const bytes = new Uint8Array(body.length + 8);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, data.length);
      bytes.set(body, 4);
      view.setUint32(body.length + 4, crc32(body));
      return bytes;
    };
    const png = (added: Uint8Array): Uint8Array =>
      Uint8Array.from([...PIXEL.subarray(0, 33), ...added, ...PIXEL.subarray(33)]);
    expect(textOf(png(chunk('tEXt', 'Hugemap\0#1&len=1G')), 'Hugemap', 100)).toBe('#1&len=1G');
    expect(textOf(png(chunk('iTXt', 'Hugemap\0\u0001\0\0\0x')), 'Hugemap', 100)).toBeUndefined();
    expect(textOf(png(chunk('iTXt', 'Hugemap\0\0\0nonsense')), 'Hugemap', 100)).toBeUndefined();
    expect(textOf(png(chunk('tEXt', `Hugemap\0${'x'.repeat(200)}`)), 'Hugemap', 100)).toBeUndefined();
    const bad = png(chunk('tEXt', 'Hugemap\0#1&len=1G'));
    bad[50] = (bad[50] ?? 0) ^ 1;
    expect(textOf(bad, 'Hugemap', 100)).toBeUndefined();
    expect(textOf(PIXEL, 'Hugemap', 100)).toBeUndefined();
  });

  it('nothing throws, however a PNG is broken', () => {
    const whole = pngOf('#1&len=1G');
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
        (length, changes) => {
          const bytes = whole.slice(0, length);
          for (const [at, byte] of changes) bytes[at] = byte;
          const carried = carriedIn(bytes);
          if (carried.kind === 'link') expect(carried.link).toBe('#1&len=1G');
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('what is dropped', () => {
  const carried = (text: string) => carriedIn(utf8.encode(text));
  const svg = (metadata: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg">${metadata}<rect/></svg>`;

  it('is read as an editor leaves it', () => {
    const link = { kind: 'link', link: '#1&k=6.12.117&len=1G' };
    const text = '#1&amp;k=6.12.117&amp;len=1G';
    expect(carried(svg(`<metadata id="hugemap">${text}</metadata>`))).toEqual(link);
    expect(
      carried(
        `\ufeff<?xml version="1.0"?>\n<!-- made by hand -->\n${svg(`<metadata\n  id='other'>x</metadata><metadata class="a"\n id='hugemap' >\n ${text}\n</metadata>`)}`,
      ),
    ).toEqual(link);
    expect(carried(JSON.stringify({ link: link.link, format: 'hugemap-answer' }))).toEqual(link);
  });

  it('is foreign where it carries nothing of ours', () => {
    for (const text of [
      svg(''),
      svg('<metadata>#1&amp;len=1G</metadata>'),
      svg('<metadata id="hugemap">javascript:alert(1)</metadata>'),
      svg('<metadata id="hugemap"><script>alert(1)</script></metadata>'),
      svg('<metadata id="hugemap">#1&amp;find=&lt;img src=x onerror=alert(1)&gt;</metadata>'),
      svg('<metadata id="hugemap">https://elsewhere.example/#1</metadata>'),
      svg('<metadata id="hugemap">#1'),
      '<svg><metadata id="hugemap"',
      svg('<metadata>x</metadata>'.repeat(1000)),
      '{"format":"hugemap-answer"}',
      '{"format":"hugemap-answer","link":["#1"]}',
      '{"format":"hugemap-answer","link":"#1","__proto__":{"x":1}',
    ])
      expect(carried(text).kind, text.slice(0, 80)).toBe('foreign');
    expect(carriedIn(PIXEL)).toEqual({ kind: 'foreign', why: 'is a PNG that carries no scene of Hugemap' });
    expect(carriedIn(pngOf('javascript:alert(1)')).kind).toBe('foreign');
  });

  it('is another’s business where it is no such file', () => {
    for (const text of [
      '',
      '55b60fd55000-55b61015c000 r--p 00000000 00:00 0 /usr/bin/x.svg',
      '{"kind":"capture","kernel":"7.3"}\n',
      '00:01.0 PCI bridge <svg>',
      '<p>text</p>',
    ]) {
      expect(mayCarry(utf8.encode(text))).toBe(false);
      expect(carried(text).kind).toBe('other');
    }
    expect(carriedIn(Uint8Array.from([0x1f, 0x8b, 8, 0])).kind).toBe('other');
  });

  it('has a bound: a link of 5 MiB is not read', () => {
    const long = `#1&vmas=${'A'.repeat(5 * 2 ** 20)}`;
    expect(carried(svg(`<metadata id="hugemap">${long}</metadata>`)).kind).toBe('foreign');
    expect(carriedIn(pngOf(long)).kind).toBe('foreign');
    expect(carried(JSON.stringify({ format: 'hugemap-answer', link: long })).kind).toBe('foreign');
  });

  it('changes no prototype', () => {
    carried('{"format":"hugemap-answer","link":"#1&__proto__=1","__proto__":{"polluted":1}}');
    readHash('#1&__proto__=1&constructor=1');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

/** CSV read by the letter of RFC 4180. */
const readCsv = (csv: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  let at = 0;
  while (at < csv.length) {
    const row: string[] = [];
    for (;;) {
      let cell = '';
      if (csv[at] === '"') {
        at++;
        for (;;) {
          const end = csv.indexOf('"', at);
          if (end < 0) throw new Error('a quote is open');
          cell += csv.slice(at, end);
          at = end + 1;
          if (csv[at] !== '"') break;
          cell += '"';
          at++;
        }
      } else {
        const plain = /[^",\r\n]*/y;
        plain.lastIndex = at;
        cell = plain.exec(csv)?.[0] ?? '';
        at += cell.length;
      }
      row.push(cell);
      if (csv[at] !== ',') break;
      at++;
    }
    if (csv.slice(at, at + 2) !== '\r\n') throw new Error(`no end of line at ${at}`);
    at += 2;
    rows.push(row);
  }
  return rows;
};

describe('a table', () => {
  const twin = (rows: readonly (readonly string[])[]): Twin => ({
    caption: 'T',
    head: ['A', 'B'],
    rows,
    note: undefined,
  });

  it('is CSV that comes back cell by cell, and none that a spreadsheet computes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))), rows => {
        const [head, ...read] = readCsv(csvOf(twin(rows)));
        expect(head).toEqual(['A', 'B']);
        expect(
          read.map(r => r.map(c => c.replace(/^'(?=[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20])/, ''))),
        ).toEqual(rows.map(r => r.map(c => c.replace(/^'(?=[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20])/, ''))));
        for (const cell of read.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
    expect(csvOf(twin([['=HYPERLINK("x")', 'a,b']]))).toBe(`A,B\r\n"'=HYPERLINK(""x"")","a,b"\r\n`);
  });

  it('is Markdown whose cells stay cells', () => {
    const text = markdownOf(twin([['a|b\n# c', '<b>*x*</b>']]));
    expect(text).toBe('**T**\n\n| A | B |\n| --- | --- |\n| a\\|b \\# c | \\<b\\>\\*x\\*\\</b\\> |\n');
  });

  it('is there for every lesson', () => {
    for (const { hash } of lessons) {
      const scene = sceneAt(hash);
      for (const t of twinsOf(scene, 10_000)) {
        const rows = readCsv(csvOf(t));
        expect(rows).toHaveLength(t.rows.length + 1);
        for (const row of rows) expect(row).toHaveLength(t.head.length);
      }
    }
  });

  it('has every row where it is exported, and says what it leaves out where it is shown', () => {
    const scene = sceneAt('');
    expect(twinsOf(scene)[0]?.note).toMatch(/left out/);
    expect(twinsOf(scene, 10_000)[0]?.note).toBeUndefined();
  });
});

describe('the text', () => {
  it('is this, for the 2 GiB BAR', () => {
    expect(plainText(sceneAt('#1&as=scene'))).toBe(
      [
        'BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels',
        'VA 0x7ffe_6cc5_4000  PA 0x38_8000_0000  2 GiB',
        '',
        '1 GiB teeth, the whole mapping: VA - PA == 0x2cc5_4000, 716.33 MiB',
        'VA  ----------v-------------------------------v----------------------',
        '    :::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::',
        '              +--------------------->         +--------------------->',
        'PA  ^-------------------------------^-------------------------------^',
        '    : PTE 4 KiB',
        '',
        'offset              VA                      leaves',
        '0x0                 0x7ffe_6cc5_4000        524,288 PTE of 4 KiB',
        '',
        'now:  524,288 PTE leaves, 524,288 faults, 4.02 MiB of page tables',
        'best: 2 PUD leaves, 2 faults, 4 KiB of page tables',
        '',
        'https://example.github.io/hugemap/#1&as=scene',
        '',
      ].join('\n'),
    );
  });

  it('says why where nothing is mapped', () => {
    expect(plainText(sceneAt('#1&len=4G'))).toBe(
      [
        'BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels',
        '',
        'mmap() fails with EINVAL. A length of 4 GiB ends 2 GiB beyond the 2 GiB',
        'BAR.',
        '',
        'https://example.github.io/hugemap/#1&len=4G',
        '',
      ].join('\n'),
    );
  });

  it('keeps to 72 columns of ASCII but for the link', () => {
    fc.assert(
      fc.property(anyScenario, scenario => {
        const scene = sceneOf(scenario, PAGE);
        for (const line of plainText(scene).split('\n')) {
          if (line.includes(scene.url)) continue;
          expect(line).toMatch(/^[\x20-\x7e]{0,72}$/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('names the link in Markdown, whatever stands in it', () => {
    expect(markdownLink(sceneAt('#1&find=(x)&as=scene'))).toBe(
      '[BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels: 524,288 PTE leaves](https://example.github.io/hugemap/#1&as=scene&find=%28x%29)',
    );
  });
});

describe('the JSON', () => {
  it('has the request, the machine and the answer', () => {
    const json = answerJson(sceneAt('#1&k=6.12.117'));
    expect(json).toMatchObject({
      format: 'hugemap-answer',
      version: 1,
      link: '#1&k=6.12.117',
      url: `${PAGE}#1&k=6.12.117`,
      request: { file: 'vfio', offset: 0, length: 2 ** 31, hint: '0x0', flags: '0x1' },
      machine: { arch: 'x86_64-4', kernel: '6.12.117', policy: 'shipped', page: 4096 },
      device: { bar: { index: 2, base: '0x3880000000', size: 2 ** 31 } },
      answer: {
        placement: { ok: true, by: 'search' },
        leaves: [{ kind: 'pmd', size: 2 ** 21, count: 1024, corrupt: 0 }],
        faults: 1024,
        mappings: [{ best: { leaves: [{ kind: 'pud', count: 2 }] } }],
      },
    });
    expect(json.answer.reasons.length).toBeGreaterThan(0);
  });

  it('says why where nothing is mapped', () => {
    expect(answerJson(sceneAt('#1&len=4G')).answer).toMatchObject({
      placement: { ok: false, errno: 'EINVAL', refusal: 'beyond the end of the BAR' },
      leaves: null,
      mappings: [],
    });
  });
});

it('docs/export.md describes every key of the JSON', () => {
  const doc = readFileSync(new URL('../../docs/export.md', import.meta.url), 'utf8');
  const keys = new Set<string>();
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        keys.add(key);
        collect(inner);
      }
  };
  for (const hash of ['', '#1&len=4G', '#1&ranges=1G@0x50_0000_0000&holes=0x2000+4K'])
    collect(answerJson(sceneAt(hash)));
  expect(keys.size).toBeGreaterThan(50);
  // `answer.leaves` names the key `leaves`.
  const named = new Set([...doc.matchAll(/`([^`]+)`/g)].flatMap(([, t = '']) => t.split(/[.,]\s*/)));
  expect([...keys].filter(k => !named.has(k))).toEqual([]);
});

describe('the length of a link', () => {
  const length = (hash: string): number => sceneAt(hash).url.length;

  it('is at most 78 for the lessons, but for one of many words', () => {
    const long = lessons.filter(l => length(l.hash) > MAIL_COLUMNS).map(l => l.id);
    expect(long).toEqual(['contiguous']);
    for (const { hash } of lessons) expect(length(hash)).toBeLessThanOrEqual(102);
  });

  it('is at most 78 for every space, policy and kernel, alone and together', () => {
    for (const { id: as } of spacePresets)
      for (const { id: p } of policies)
        for (const { version: k } of releases)
          expect(length(`#1&k=${k}&p=${p}&as=${as}`)).toBeLessThanOrEqual(MAIL_COLUMNS);
  });

  it('is warned of where mail or chat would cut it', () => {
    expect(lengthWarning(78)).toBe('');
    expect(lengthWarning(79)).toMatch(/may break/);
    expect(lengthWarning(999)).toMatch(/mail cuts/);
    expect(lengthWarning(2001)).toMatch(/chats/);
    expect(sceneOf(defaultScenario, PAGE).url).toBe(PAGE);
  });
});
