import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LeafKind } from '../../src/arch/arch.ts';
import type { LeavesMark, Mark, TextMark } from './marks.ts';
import { escapeXml, type SvgOptions, svgOf } from './svg.ts';
import { oddNumbers, xmlProblem } from './testing.ts';
import { palettes } from './tokens.ts';

const draw = (marks: readonly Mark[], options: Partial<SvgOptions> = {}): string =>
  svgOf(marks, { width: 100, height: 50, palette: palettes.light, title: 'A picture', ...options });

/** What is drawn upon the ground, a line an element. */
const drawn = (marks: readonly Mark[], options: Partial<SvgOptions> = {}): readonly string[] =>
  draw(marks, options).trimEnd().split('\n').slice(3, -1);

const leafKinds: readonly LeafKind[] = ['pte', 'contpte', 'pmd', 'contpmd', 'pud'];
const text = (t: string, more: Partial<TextMark> = {}): TextMark => ({
  kind: 'text',
  x: 10,
  y: 10,
  text: t,
  size: 10,
  ink: 'ink',
  ...more,
});

describe('the checker of the other tests', () => {
  test.each([
    '<a>',
    '<a></b>',
    '<a/><a/>',
    '<a b="1" b="2"/>',
    '<a>&</a>',
    '<a b="&"/>',
    '<a>x<y</a>',
    '<a>\u0001</a>',
    '<a>\ud800</a>',
    '',
    'x<a/>',
    '<a b=1/>',
  ])('refuses %j', xml => expect(xmlProblem(xml)).toBeDefined());
  test('accepts a document', () => expect(xmlProblem('<a b="&lt;"><c/>&amp;x</a>\n')).toBeUndefined());
  test('finds what is no number', () => {
    expect(oddNumbers('<path d="M1 -.5H7.25V0ZM3 4A2 2 0 1 1 4 .12Z" fill="#7c55e0"/>')).toEqual([]);
    expect(oddNumbers('<rect x="NaN" y="1"/>')).toHaveLength(1);
    expect(oddNumbers('<rect x=""/>')).toHaveLength(1);
    expect(oddNumbers('<path d="M1 Infinity"/>')).toHaveLength(1);
    expect(oddNumbers('<rect x="1e-7"/>')).toHaveLength(1);
  });
});

test('a document stands alone: its namespace, its size, its ground and what it shows', () => {
  expect(draw([])).toBe(
    `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50" viewBox="0 0 100 50" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif" stroke-linejoin="round">
<title>A picture</title>
<rect x="0" y="0" width="100" height="50" fill="#ffffff"/>
</svg>
`,
  );
});

test('a hostile name is text', () => {
  const name = '<script>&"';
  const svg = draw([text(name)], { title: name });
  expect(svg).toContain('<title>&lt;script&gt;&amp;&quot;</title>');
  expect(svg).toContain('>&lt;script&gt;&amp;&quot;</text>');
  expect(svg).not.toContain('<script');
  expect(xmlProblem(svg)).toBeUndefined();
});

test('any text makes a well-formed document, and comes back out of it', () => {
  const back = (t: string): string =>
    t
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&');
  const letters = fc.oneof(
    fc.constantFrom('<', '>', '&', '"', ']]>', '&amp;', ' '),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit: letters }), t => {
      expect(xmlProblem(draw([text(t)], { title: t }))).toBeUndefined();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold is let go
      if (!/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(t)) expect(back(escapeXml(t))).toBe(t);
    }),
    { numRuns: 200 },
  );
  for (const t of ['\0', '\u001b[1m', '\ud800', 'x\udc00', '\uffff'])
    expect(xmlProblem(draw([text(t)])), JSON.stringify(t)).toBeUndefined();
}, 60_000);

test('coordinates have two decimals at most, and no zero to spare', () => {
  expect(
    drawn([{ kind: 'rect', x: 0.126, y: -0.001, w: 10.004, h: 1 / 3, fill: 'red', alpha: 0.055 }]),
  ).toEqual(['<rect x=".13" y="0" width="10" height=".33" fill="#c8102e" fill-opacity="0.055"/>']);
});

test('a colour with alpha is a colour and an alpha', () => {
  const line = drawn([{ kind: 'rect', x: 0, y: 0, w: 1, h: 1, fill: 'trap', alpha: 0.5 }])[0];
  expect(line).toContain('fill="#0a1420" fill-opacity="0.025"');
});

test('what is filled and stroked is one element; text and its halo too', () => {
  expect(
    drawn([
      { kind: 'rect', x: 1, y: 2, w: 3, h: 4, radius: 9, fill: 'bg', stroke: 'ink', dash: [4, 3] },
      text('a  b', { halo: 'bg', mono: true, weight: 600, align: 'middle' }),
    ]),
  ).toEqual([
    '<rect x="1" y="2" width="3" height="4" rx="1.5" fill="#ffffff" stroke="#14191e" stroke-dasharray="4 3"/>',
    `<text x="10" y="12.8" xml:space="preserve" font-size="10" font-weight="600" font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace" text-anchor="middle" fill="#14191e" stroke="#ffffff" stroke-width="4" paint-order="stroke">a  b</text>`,
  ]);
});

test('paths, hops and circles', () => {
  expect(
    drawn([
      {
        kind: 'path',
        points: [
          [0, 0],
          [10, 0],
          [10, 5],
          [2, 7],
        ],
        close: true,
        fill: 'ink',
      },
      { kind: 'circle', x: 5, y: 6, r: 2, fill: 'ink' },
      { kind: 'hop', from: [0, 10], to: [8, 10], rise: 6, stroke: 'ink', strokeWidth: 1.5 },
    ]),
  ).toEqual([
    '<g fill="#14191e">',
    '<path d="M0 0H10V5L2 7Z"/>',
    '<circle cx="5" cy="6" r="2"/>',
    '</g>',
    '<path d="M0 10C2 2.02 6 2.02 8 10" fill="none" stroke="#14191e" stroke-width="1.5"/>',
  ]);
});

const leaves = (leaf: LeafKind, pitch: number, more: Partial<LeavesMark> = {}): LeavesMark => ({
  kind: 'leaves',
  leaf,
  x: 0,
  y: 0,
  w: 900,
  h: 60,
  first: 0,
  pitch,
  ...more,
});

test('half a million leaves are a few lines, and every size has a texture of its own', () => {
  const textures = leafKinds.map(leaf =>
    drawn([leaves(leaf, 0.001)])
      .join('\n')
      .replace(/#\w+/g, ''),
  );
  for (const t of textures) expect(t.split('\n').length).toBeLessThan(12);
  expect(new Set(textures).size).toBe(leafKinds.length);
  expect(textures[0]).toBe(
    '<path d="M0 30H900" fill="none" stroke="" stroke-width="60" stroke-dasharray="1.6 1.4"/>',
  );
});

test('long bricks have three notches, as texture and as blocks', () => {
  const courses = drawn([leaves('contpmd', 1)]).join('');
  // A brick of 22.5 and its gap is four teeth of 4.5 with theirs.
  expect(courses).toContain('stroke-dasharray="22.5 1.5"');
  expect(courses).toContain('stroke-dasharray="4.5 1.5"');
  const one = drawn([leaves('contpmd', 900)]).join('');
  expect(one.match(/M/g)).toHaveLength(1 + 4);
});

/** Horizontal extent of everything drawn; dashes end with their line. */
const extent = (lines: readonly string[]): readonly number[] =>
  lines.flatMap(line => {
    const box = /<rect x="([\d.-]+)" y="[\d.-]+" width="([\d.-]+)"/.exec(line);
    if (box) return [Number(box[1]), Number(box[1]) + Number(box[2])];
    const d = / d="([^"]*)"/.exec(line)?.[1] ?? '';
    let at: number[] = [];
    for (const [, command = '', rest = ''] of d.matchAll(/([A-Z])([^A-Z]*)/g)) {
      const numbers = rest.trim().split(/\s+/).map(Number);
      if (command === 'H') at = [...at, numbers[0] ?? 0];
      else if (/[MLCQA]/.test(command)) at = [...at, numbers.at(-2) ?? 0];
    }
    return at;
  });

test('leaves and hatches stay in their window without a clip', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...leafKinds),
      fc.double({ min: 0.01, max: 2000, noNaN: true }),
      fc.double({ min: 0, max: 3000, noNaN: true }),
      fc.double({ min: 2.5, max: 900, noNaN: true }),
      fc.double({ min: 4, max: 90, noNaN: true }),
      fc.boolean(),
      (leaf, pitch, before, w, h, corrupt) => {
        const lines = drawn([leaves(leaf, pitch, { x: 20, w, h, first: 20 - before, corrupt })]);
        expect(oddNumbers(lines.join('\n'))).toEqual([]);
        const xs = extent(lines);
        expect(Math.min(...xs, 20)).toBeGreaterThanOrEqual(20 - 0.01);
        expect(Math.max(...xs, 20)).toBeLessThanOrEqual(20 + w + 0.01);
        expect(xs.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test('with the colours of the system, what was filled is outlined, and textures stay', () => {
  const marks: readonly Mark[] = [
    { kind: 'rect', x: 1, y: 1, w: 9, h: 9, fill: 'vma', alpha: 0.3 },
    { kind: 'rect', x: 11, y: 1, w: 9, h: 9, fill: 'bg' },
    leaves('pte', 1, { x: 30, w: 20 }),
  ];
  expect(drawn(marks, { palette: palettes.forced, outlines: true })).toEqual([
    '<rect x="1" y="1" width="9" height="9" fill="Canvas" stroke="CanvasText"/>',
    '<rect x="11" y="1" width="9" height="9" fill="Canvas"/>',
    '<path d="M30 30H50" fill="none" stroke="CanvasText" stroke-width="60" stroke-dasharray="1.6 1.4"/>',
  ]);
  // Without outlines nothing would tell the mapping from the ground.
  expect(drawn(marks, { palette: palettes.forced })[0]).not.toContain('stroke');
});
