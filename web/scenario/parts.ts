/** A piece of text that was given: typed or pasted (no name), or a file. */
export interface Part {
  readonly name: string;
  readonly text: string;
}

/** The parts as one text, each beginning on a line of its own. */
export const joinParts = (parts: readonly Part[]): string =>
  parts.map(p => (p.text === '' || p.text.endsWith('\n') ? p.text : `${p.text}\n`)).join('');

/** Lines of a text as src/intake counts them: LF, CRLF and CR end one. */
export const countLines = (text: string): number => {
  if (text === '') return 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  const last = text.charCodeAt(text.length - 1);
  return last === 10 || last === 13 ? count : count + 1;
};

/** Which part a line of the joined text is in, and its number there. */
export const locate = (
  parts: readonly (Part & { readonly lines: number })[],
  line: number,
): { readonly name: string; readonly line: number } => {
  let rest = line;
  for (const p of parts) {
    if (rest <= p.lines) return { name: p.name, line: rest };
    rest -= p.lines;
  }
  return { name: '', line };
};
