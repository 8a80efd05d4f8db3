import { BLOCK_FORMATS, type BlockKind, LINE_FORMATS, type LineKind } from './formats.ts';
import { isIoportsLine } from './iomem.ts';
import { isBlank, isPrompt, type Lines, linesOf, type NumberedLine, type Problem, problem } from './line.ts';
import { logLine } from './logPrefix.ts';

/** A part of a text in one known format, lines kept with their numbers. */
export interface KnownSection extends Lines {
  readonly kind: BlockKind;
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

/** A text taken apart. */
export interface Recognised {
  /** In the order of the text. Lines of line formats, and other lines of a log, are blank in them. */
  readonly sections: readonly Section[];
  /** The lines of every line format that the text has, in the order of the text. */
  readonly lines: ReadonlyMap<LineKind, readonly NumberedLine[]>;
  /** Lines of a log that no format knows, if any: how many, and the first. */
  readonly logged: { readonly count: number; readonly first: NumberedLine } | undefined;
}

const FIELD = /^\s*[A-Z]\w*:\s/;
const LAST_OF_MAPS = /\[vsyscall\]\s*$/;
const STACK = /\[stack\]\s*$/;
/** What ftrace, trace-cmd report and perf script print around the events. */
const TRACE_HEADER =
  /^(?:# (?:tracer: |entries-in-buffer\/|\s*TASK-PID|\s+[|/_=>-]|={3,}|-{3,})|#$|cpus=\d+$|CPU \d+ is empty$|version = \d+$)/;
/** The names of events that QEMU logs without a time. */
const QEMU_EVENT = /^(?:vfio|kvm|pci|msix?|memory_region|virtio|iommufd|qemu)_[a-z0-9_]{2,60}\s/;

/** Something that every prefix of a logger has: most lines of other formats fail here, and cheaply. */
const MAY_BE_LOGGED =
  /^[#cCv]|[[@]|^\s*(?:<\d|\d{4}-|[A-Z][a-z]{2} [ \d]\d |[a-z0-9]{3,8} *: ?[a-z]|qemu|kvm|tracing_|vfio_|pci_|msi|memory_region_|virtio_|iommufd_)/;

const isLogged = (line: string): boolean => {
  // The bulk of lspci begins with a tab, and no logger does.
  if (line.charCodeAt(0) === 0x09 || !MAY_BE_LOGGED.test(line.slice(0, 200))) return false;
  return TRACE_HEADER.test(line) || QEMU_EVENT.test(line) || logLine(line).text.length !== line.length;
};

const lineKind = (line: string): LineKind | undefined => {
  for (const f of LINE_FORMATS) if (f.is(line)) return f.kind;
  return undefined;
};

/** What a line says about its format: a line only that format has, or nothing certain. */
type Clue = BlockKind | 'prompt' | 'log' | 'other';

const clue = (line: string): Clue => {
  for (const f of BLOCK_FORMATS) if (f.begins(line)) return f.kind;
  if (isPrompt(line)) return 'prompt';
  return isLogged(line) ? 'log' : 'other';
};

const READ = `${BLOCK_FORMATS.map(f => f.title).join(', ')}, ${LINE_FORMATS.map(f => f.title).join(', ')}`;

const expected = (line: string): string =>
  /^-(?:\+-)?\[/.test(line)
    ? 'this looks like lspci -t, which tells no addresses; lspci -vv is expected'
    : /^(?:Slot|Device):\t/.test(line)
      ? 'this looks like lspci -vmm; lspci -vv is expected'
      : isIoportsLine(line)
        ? 'this looks like /proc/ioports: ports cannot be mapped; /proc/iomem is expected'
        : `in none of the formats read here: ${READ}`;

/** `start` of a maps line, padded so that text order is number order. */
const startOf = (line: string): string =>
  (/^\s*([0-9a-fA-F]+)/.exec(line)?.[1] ?? '').toLowerCase().padStart(16, '0');

/** So many lines on end that fit nothing are no part of the section before them. */
const MOST_STRAY = 100;

/**
 * Takes a text apart by content. Lines that a line format knows are its own wherever they stand, and lines of
 * a log that none knows are only counted; both are blank to what is around them. What is left makes sections:
 * one begins at a line that only one block format has and goes on until such a line of another, or a shell
 * prompt. Lines that fit nothing stay in the section they are found in, where its reader reports them; before
 * the first section, and after a hundred of them on end, they make an unknown one. After [vsyscall], and after
 * [stack] when addresses start again from below, another process begins, and so another section. Blank text
 * gives no section. Never throws.
 */
export const recognise = (input: string | Lines): Recognised => {
  const { first, lines: given } = linesOf(input);
  const lines = [...given];
  const sections: Section[] = [];
  const byFormat = new Map<LineKind, NumberedLine[]>();
  let logged = 0;
  let firstLogged: NumberedLine | undefined;
  let from = 0;
  let kind: KnownSection['kind'] | undefined;
  let explained = 0;
  let filled = 0;
  let offending = -1;
  let stray = 0;
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
    stray = 0;
    previousMaps = '';
  };

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (isBlank(line)) continue;
    const own = lineKind(line);
    if (own !== undefined) {
      const list = byFormat.get(own);
      const entry = { line: first + i, text: line };
      if (list === undefined) byFormat.set(own, [entry]);
      else list.push(entry);
      lines[i] = '';
      continue;
    }
    if (kind === 'maps' && FIELD.test(line)) {
      filled += 1;
      explained += 1;
      stray = 0;
      continue;
    }
    const c = clue(line);
    if (c === 'log') {
      logged += 1;
      firstLogged ??= { line: first + i, text: line };
      lines[i] = '';
      continue;
    }
    if (c === 'prompt') {
      if (kind !== undefined || offending >= 0) close(i);
      filled += 1;
      explained += 1;
      continue;
    }
    if (c === 'other') {
      if (kind === 'lspci') explained += 1;
      else if (kind !== undefined) {
        stray += 1;
        if (stray > MOST_STRAY) close(i);
      }
      filled += 1;
      if (kind === undefined && offending < 0) offending = i;
      continue;
    }
    stray = 0;
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
  return {
    sections,
    lines: byFormat,
    logged: firstLogged === undefined ? undefined : { count: logged, first: firstLogged },
  };
};
