/**
 * What is wrong with a document as XML, or undefined where it is well-formed. Knows what svg.ts may write and no
 * more: no comments, no CDATA, no declarations.
 */
export const xmlProblem = (xml: string): string | undefined => {
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  const tag = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>/y;
  const text = /[^<]+/y;
  while (at < xml.length) {
    text.lastIndex = at;
    const content = text.exec(xml)?.[0];
    if (content !== undefined) {
      const odd = /&(?!(?:amp|lt|gt|quot|apos);)|\]\]>/.exec(content);
      if (odd) return `${odd[0]} in text`;
      if (open.length === 0 && content.trim() !== '')
        return `text outside of the root: ${content.slice(0, 20)}`;
      at = text.lastIndex;
      continue;
    }
    tag.lastIndex = at;
    const m = tag.exec(xml);
    if (!m) return `not a tag: ${xml.slice(at, at + 60)}`;
    at = tag.lastIndex;
    const [, end, name = '', attributes = '', empty] = m;
    if (end) {
      if (attributes !== '' || empty) return `</${name}> with more than its name`;
      if (open.pop() !== name) return `</${name}> closes another element`;
      continue;
    }
    const names = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)];
    const twice = names.find((n, i) => names.findIndex(o => o[1] === n[1]) !== i);
    if (twice) return `${twice[1]} twice in <${name}>`;
    const bare = names.find(([, , value = '']) => /&(?!(?:amp|lt|gt|quot|apos);)/.test(value));
    if (bare) return `& in ${bare[1]} of <${name}>`;
    if (open.length === 0 && ++roots > 1) return 'two roots';
    if (!empty) open.push(name);
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  if (roots === 0) return 'no element';
  const odd = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(xml);
  return odd ? `character ${odd[0].codePointAt(0)}` : undefined;
};

/** Attributes that hold numbers and, in `d`, the letters of path commands. */
const NUMERIC =
  /\s(?:d|x|y|r|cx|cy|rx|width|height|viewBox|font-size|font-weight|fill-opacity|stroke-(?:width|opacity|dasharray|dashoffset))="([^"]*)"/g;

/** What stands where a document should have a number and is none, or not a plain one: `NaN`, `undefined`, `1e-7`. */
export const oddNumbers = (xml: string): readonly string[] =>
  [...xml.matchAll(NUMERIC)].flatMap(([, value = '']) =>
    value
      .split(/[\s]+|(?<=[\d.])(?=[MHVLCQAZ])|(?<=[MHVLCQAZ])/)
      .filter(part => !/^-?(?:\d+(?:\.\d+)?|\.\d+)$|^[MHVLCQAZ]$/.test(part)),
  );
