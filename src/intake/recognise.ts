import { isBlank, isPrompt, type Lines, linesOf, type Problem, problem } from './line.ts';
import { isDeviceHeader } from './lspci.ts';
import { isResourceHeader, isResourceLine } from './resource.ts';

/** A part of a text in one known format, lines kept with their numbers. */
export interface KnownSection extends Lines {
  readonly kind: 'maps' | 'lspci' | 'resource';
  /** Share of the non-blank lines that this format explains, above 0, at most 1. */
  readonly confidence: number;
}

/** A part of a text in no known format. */
export interface UnknownSection extends Lines {
  readonly kind: 'unknown';
  /** The first line that fits nothing, and what was expected instead. */
  readonly problem: Problem;
}

export type Section = KnownSection | UnknownSection;

const MAPS = /^\s*[0-9a-fA-F]+-[0-9a-fA-F]+\s+[-rwxspRWXSP?]{3,5}\s+[0-9a-fA-F]/;
const IOMEM = /^\s*[0-9a-fA-F]+-[0-9a-fA-F]+ : /;
const FIELD = /^\s*[A-Z]\w*:\s/;
const LAST_OF_MAPS = /\[vsyscall\]\s*$/;
const STACK = /\[stack\]\s*$/;

/** What a line says about its format: a line only that format has, or nothing certain. */
type Clue = KnownSection['kind'] | 'blank' | 'prompt' | 'other';

const clue = (line: string): Clue => {
  if (isBlank(line)) return 'blank';
  if (MAPS.test(line)) return 'maps';
  if (isResourceLine(line) || isResourceHeader(line)) return 'resource';
  if (isDeviceHeader(line)) return 'lspci';
  return isPrompt(line) ? 'prompt' : 'other';
};

const expected = (line: string): string =>
  IOMEM.test(line)
    ? 'this looks like /proc/iomem, which is not read; /proc/PID/maps, lspci -vv or a sysfs resource file is expected'
    : /^-\[/.test(line)
      ? 'this looks like lspci -t; lspci -vv is expected'
      : /^(?:Slot|Device):\t/.test(line)
        ? 'this looks like lspci -vmm; lspci -vv is expected'
        : 'not /proc/PID/maps or smaps, not lspci -vv, not a sysfs resource file';

/** `start` of a maps line, padded so that text order is number order. */
const startOf = (line: string): string =>
  (/^\s*([0-9a-fA-F]+)/.exec(line)?.[1] ?? '').toLowerCase().padStart(16, '0');

/**
 * Splits a text into sections by content. The rules: a section of a format begins at a line only that format
 * has (a range with permissions; three 0x numbers or a path to a device; `bus:device.function` and a class)
 * and goes on until such a line of another format, or a shell prompt. Lines that fit nothing stay in the
 * section they are found in, where its reader reports them; before the first section they make an unknown
 * one. After [vsyscall], and after [stack] when addresses start again from below, another process begins, and
 * so another section. Blank text gives no section. Never throws.
 */
export const recognise = (input: string | Lines): readonly Section[] => {
  const { first, lines } = linesOf(input);
  const sections: Section[] = [];
  let from = 0;
  let kind: KnownSection['kind'] | undefined;
  let explained = 0;
  let filled = 0;
  let offending = -1;
  /** The last line of maps in this section. */
  let previousMaps = '';

  const close = (to: number): void => {
    const part = { first: first + from, lines: lines.slice(from, to) };
    if (kind !== undefined) sections.push({ ...part, kind, confidence: explained / filled });
    else if (offending >= 0) {
      const text = lines[offending] ?? '';
      sections.push({ ...part, kind: 'unknown', problem: problem(first + offending, text, expected(text)) });
    }
    from = to;
    kind = undefined;
    explained = 0;
    filled = 0;
    offending = -1;
    previousMaps = '';
  };

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (kind === 'maps' && FIELD.test(line)) {
      filled += 1;
      explained += 1;
      continue;
    }
    const c = clue(line);
    if (c === 'blank') continue;
    if (c === 'prompt') {
      if (kind !== undefined || offending >= 0) close(i);
      filled += 1;
      explained += 1;
      continue;
    }
    if (c === 'other') {
      filled += 1;
      if (kind === 'lspci') explained += 1;
      else if (kind === undefined && offending < 0) offending = i;
      continue;
    }
    const nextProcess =
      kind === 'maps' &&
      c === 'maps' &&
      (LAST_OF_MAPS.test(previousMaps) ||
        (STACK.test(previousMaps) && startOf(line) < startOf(previousMaps)));
    if ((kind !== undefined && kind !== c) || (offending >= 0 && kind === undefined) || nextProcess) close(i);
    kind = c;
    filled += 1;
    explained += 1;
    if (c === 'maps') previousMaps = line;
  }
  close(lines.length);
  return sections;
};
