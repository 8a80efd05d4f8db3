import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkCsv, checkMarkdown } from '../scripts/fuzzFiles.ts';
import { bareC, checkC, checkShell, checkSvg, takeSafely } from '../scripts/fuzzing.ts';
import { targets } from '../scripts/fuzzTargets.ts';
import { readLink, writeLink } from '../src/scenario/link.ts';
import { defaultScenario } from '../src/scenario/scenario.ts';
import { packer } from './state/packer.ts';

// As long as a busy machine needs; what hangs takes longer.
vi.setConfig({ testTimeout: 120_000 });

/** Of all inputs of `npm run fuzz`, about a fiftieth. */
const RUNS = 2200;
const shares = targets.reduce((n, t) => n + t.share, 0);

describe('what strangers write is taken without a throw, a leak or markup', () => {
  it.each(targets)('$id: $about', target => {
    fc.assert(
      fc.property(target.inputs, input => takeSafely(target, input)),
      { numRuns: Math.ceil((RUNS * target.share) / shares), seed: 20_260_101 },
    );
  });
});

describe('the checks of the fuzz find what is wrong', () => {
  it.each([
    '<svg><script>1</script></svg>',
    '<svg onload="x()"></svg>',
    '<svg><title>a < b</title></svg>',
    '<svg><title>a & b</title></svg>',
    '<svg><g></svg>',
    '<svg/><svg/>',
    '<svg>',
    '<svg><path href="https://example.org/"/></svg>',
    '<svg><text x="1" y="a"b"></text></svg>',
  ])('SVG: %s', svg => expect(() => checkSvg(svg)).toThrow());

  it('and let good ones through', () => {
    checkSvg(
      '<svg xmlns="http://www.w3.org/2000/svg"><title>a &lt; b</title><g fill="none"><path d="M0 0"/></g></svg>\n',
    );
    checkC('/* hugemap_canary */ char *s = "hugemap_canary \\" "; // hugemap_canary\n');
    checkShell("# hugemap_canary\necho 'hugemap_canary'\n");
  });

  it.each([
    '/* */ hugemap_canary(); /* */',
    'char *s = ""hugemap_canary"";',
    '// ??/\n// \nhugemap_canary();',
    '/* *\\\n/ hugemap_canary(); /* */',
    '/* never ends',
    'char *s = "never ends;\n',
    'é',
  ])('C: %s', c => expect(() => checkC(c)).toThrow());

  it.each(['a,b\r\nc\r\n', 'a', '"a\r\n', 'a"b\r\n', '=1+1\r\n', '"@SUM(A1)"\r\n', '-1\r\n'])(
    'CSV: %j',
    csv => expect(() => checkCsv(csv)).toThrow(),
  );

  it.each(['<b>', '`x`', '[x](y)', '| a |\n| b | c |', '&lt;', '![x]'])('Markdown: %s', markdown =>
    expect(() => checkMarkdown(markdown)).toThrow(),
  );

  it('tables that are well formed pass', () => {
    checkCsv('a,"b, ""c"""\r\n1,\'=2\r\n');
    checkMarkdown('**A**\n\n| a \\| b | c |\n| --- | --- |\n| \\<b\\> | \\&lt; |\n');
  });

  it('C without comments and literals is what a compiler sees', () => {
    expect(bareC('a /* b */ c "d" e // f\\\ng\nh').replaceAll(/\s+/g, ' ')).toBe('a c e h');
  });

  it.each(['$(hugemap_canary)', "echo ''hugemap_canary''", '`hugemap_canary`'])('shell: %s', text =>
    expect(() => checkShell(text)).toThrow(),
  );

  it.each([
    [
      'a reader that copies keys where they should not go',
      (input: string) => {
        const into: Record<string, unknown> = {};
        const from: unknown = JSON.parse(input);
        for (const [key, value] of Object.entries(from as object)) {
          const place: unknown = into[key] ?? {};
          Object.assign(place as object, value);
        }
      },
      '{"__proto__":{"polluted":1}}',
    ],
    ['a reader that throws', (input: string) => JSON.parse(input) as unknown, '{'],
  ] as const)('%s', (_, take, input) => {
    const [target] = targets;
    if (target === undefined) throw new Error('no targets');
    try {
      expect(() => takeSafely({ ...target, take }, input)).toThrow();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });
});

it('a link carries any text: characters beyond 16 bits, and halves of them', () => {
  const withFilter = (filter: string) => ({
    ...defaultScenario,
    view: { ...defaultScenario.view, compare: { ...defaultScenario.view.compare, filter } },
  });
  const filterOf = (text: string): string =>
    readLink(writeLink(withFilter(text), packer), packer).scenario.view.compare.filter;
  expect(filterOf('a 😀 b')).toBe('a 😀 b');
  expect(filterOf('\ud83d')).toBe('\ufffd');
});

/** Ways to turn a text into markup or a program. */
const UNSAFE =
  /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function\(|javascript:|srcdoc/;

it('no text of the app ever becomes markup or a program', () => {
  const files = (folder: URL): readonly string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(f => /(?<!\.test)\.tsx?$/.test(f));
  for (const part of ['./', '../src/']) {
    const folder = new URL(part, import.meta.url);
    const found = files(folder);
    expect(found.length).toBeGreaterThan(50);
    for (const file of found)
      expect(`${file}: ${UNSAFE.exec(readFileSync(new URL(file, folder), 'utf8')) ?? ''}`).toBe(`${file}: `);
  }
});
