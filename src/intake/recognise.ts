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
  /^(?:# (?:tracer: |entries-in-buffer\/|\s*TASK-PID|\s+[|/_=>-]|={3,}|-{3,})|#$|cpus=\d+$|CPU \d+ is empty$|CPU:\d+ \[|version = \d+$)/;
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
type Clue = BlockKind | 'prompt' | 'log' | 'foreign' | 'other';

const clue = (line: string): Clue => {
  if (foreign(line) !== undefined) return 'foreign';
  for (const f of BLOCK_FORMATS) if (f.begins(line)) return f.kind;
  if (isPrompt(line)) return 'prompt';
  return isLogged(line) ? 'log' : 'other';
};

const READ = `${BLOCK_FORMATS.map(f => f.title).join(', ')}, ${LINE_FORMATS.map(f => f.title).join(', ')}`;

/** What people paste instead of what is read, by its first line, and what would tell. */
const FOREIGN: readonly (readonly [begins: RegExp, reason: string])[] = [
  [
    /^-(?:\+-)?\[[0-9a-f]{4}[:\]]/,
    'this looks like lspci -t, which tells no addresses; lspci -vv is expected',
  ],
  [/^(?:Slot|Device):\t/, 'this looks like lspci -vmm; lspci -vv is expected'],
  [
    /^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] "/,
    'this looks like lspci -mm, which tells no addresses; lspci -vv is expected',
  ],
  [
    /^[-bcdlps](?:[-r][-w][-xsStT]){3}[.+@]? +\d+ /,
    'this looks like ls -l, which tells no addresses; sysfs resource or lspci -vv is expected',
  ],
  [
    /^[0-9a-f]{16} +\d+K? +(?:\d+ +\d+ +)?[r-][w-][x-][s-][R-]? /,
    'this looks like pmap, which tells no file offsets; /proc/PID/maps is expected',
  ],
  [
    /^ +(?:Address Perm +Offset |[0-9a-f]{6,16} [r-][w-][x-][sp] +[0-9a-f]{8,16} +[0-9a-f]{2,}:[0-9a-f]{2,} +\d+ +\d+ )/,
    'this looks like pmap -X; /proc/PID/maps is expected',
  ],
  [
    /^[0-9a-f]{8,16} (?:default|prefer|bind|interleave|local|weighted interleave)(?:[=: ]|$)/,
    'this looks like numa_maps, which tells no ends; /proc/PID/maps is expected',
  ],
  [
    /^ *(?:Start Addr +End Addr|0x[0-9a-f]{1,16} +0x[0-9a-f]{1,16} +0x[0-9a-f]{1,16} +0x[0-9a-f]{1,16} +[r-][w-][x-][sp]\b)/,
    'this looks like info proc mappings of gdb; /proc/PID/maps is expected',
  ],
];

const foreign = (line: string): string | undefined => {
  const c = line.charCodeAt(0);
  // The bulk of lspci and the fields of smaps fail here, and cheaply; Slot: and Device: have a tab.
  if (c === 0x09 || (c >= 0x41 && c <= 0x5a && !/^(?:S(?:lot|tart)|Device)/.test(line))) return undefined;
  const head = line.slice(0, 200);
  return FOREIGN.find(([begins]) => begins.test(head))?.[1];
};

const expected = (line: string): string =>
  foreign(line) ??
  (isIoportsLine(line)
    ? 'this looks like /proc/ioports: ports cannot be mapped; /proc/iomem is expected'
    : `in none of the formats read here: ${READ}`);

/**
 * What grep -H and -n, cat -n and a quoting mailer put before every line: a path to maps, a number, a bar. None of
 * the formats begins a line so.
 */
const WRAPPED =
  /^(?:\/proc\/[^\s:]{1,40}\/s?maps[:-](?:\d{1,7}[:-])?|[ \t]{0,6}\d{1,7}(?:\t|:(?![0-9a-fA-F]{2}[.:]))|[|│┃] ?)/;

/** The cheap part of it. */
const MAY_BE_WRAPPED =
  /^(?:\/proc\/|[|│┃]|[ \t]{0,6}\d{1,7}(?:\t|:(?! ))(?:[ \t]{0,12}(?:[0-9a-fA-F]{4}|0x|[0-9a-fA-F]{2}:)|\D))/;
/** The file that it names. */
const FILE = /^\/proc\/[^\s:]{1,40}\/s?maps/;

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
 * the first section, after a hundred of them on end, at the margin below a blank line behind an indented lspci, and
 * where they are known for something that is not read, they make an unknown one. After [vsyscall], and after
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
  /** Lines of this section have something before them that {@link WRAPPED} knows. */
  let wrapped = false;
  /** The file that grep says the lines are of. */
  let file: string | undefined;
  /** Lines of this section are indented. */
  let indented = false;

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
    wrapped = false;
    file = undefined;
    indented = false;
  };

  /** The line without what {@link WRAPPED} knows, where that makes it known, or the section's other lines are so. */
  const bareOf = (line: string): { readonly text: string; readonly of: string | undefined } | undefined => {
    const before = WRAPPED.exec(line)?.[0];
    if (before === undefined) return undefined;
    const text = line.slice(before.length);
    const c = clue(text);
    const known = (c !== 'other' && c !== 'log') || lineKind(text) !== undefined;
    if (!known && !wrapped) return undefined;
    return { text, of: FILE.exec(before)?.[0] };
  };

  for (let i = 0; i < lines.length; i++) {
    let line = lines[i] ?? '';
    if (isBlank(line)) continue;
    const bare = MAY_BE_WRAPPED.test(line) ? bareOf(line) : undefined;
    if (bare !== undefined) {
      if (kind === 'maps' && file !== bare.of) close(i);
      wrapped = true;
      file = bare.of;
      line = bare.text;
      lines[i] = line;
    }
    const own = lineKind(line);
    if (own !== undefined) {
      const list = byFormat.get(own);
      const entry = { line: first + i, text: line };
      if (list === undefined) byFormat.set(own, [entry]);
      else list.push(entry);
      lines[i] = '';
      continue;
    }
    if (kind === 'maps' && FIELD.test(line) && foreign(line) === undefined) {
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
    if (c === 'foreign') {
      if (kind !== undefined) close(i);
      // More telling than a first line that nothing knows.
      if (offending < 0 || foreign(lines[offending] ?? '') === undefined) offending = i;
      filled += 1;
      continue;
    }
    if (c === 'other') {
      const margin = !/^[ \t]/.test(line);
      if (kind === 'lspci' && indented && margin && isBlank(given[i - 1] ?? '')) {
        close(i);
        offending = i;
        filled += 1;
        continue;
      }
      indented ||= !margin;
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
