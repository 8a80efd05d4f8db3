/** A line that could not be used, and why. */
export interface Problem {
  /** Line in the whole text, 1-based. */
  readonly line: number;
  /** The line, made safe to show by {@link clip}. */
  readonly text: string;
  /** Why, as a short clause: "ends before it starts". */
  readonly reason: string;
}

/** Something worth saying about a line that is not wrong. Line 0 speaks of the text as a whole. */
export type Note = Problem;

/** What every reader returns. Nothing ever throws. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  /** Problems beyond those listed, by {@link Listing}. */
  readonly moreProblems?: number;
  /** Notes beyond those listed. */
  readonly moreNotes?: number;
}

/** As many problems, and as many notes, are kept in memory; what comes after is counted. */
const MOST_LISTED = 1000;

/** A list that keeps the first {@link MOST_LISTED} entries and counts the rest. */
export class Listing {
  readonly list: Problem[] = [];
  /** Entries that came when the list was full. */
  more = 0;
  /** The first of those. */
  overflow: Problem | undefined;

  push(p: Problem): void {
    if (this.list.length < MOST_LISTED) this.list.push(p);
    else {
      this.overflow ??= p;
      this.more += 1;
    }
  }
}

/** The part of {@link Parsed} that two full or unfilled lists give. */
export const listed = (problems: Listing, notes: Listing): Omit<Parsed<never>, 'items'> => ({
  problems: problems.list,
  notes: notes.list,
  ...(problems.more === 0 ? {} : { moreProblems: problems.more }),
  ...(notes.more === 0 ? {} : { moreNotes: notes.more }),
});

/** Consecutive lines of a text that remember where they stood. */
export interface Lines {
  /** Number of the first line, 1-based. */
  readonly first: number;
  /** The lines, without line ends. */
  readonly lines: readonly string[];
}

/** One line that remembers where it stood: lines of a format that other lines stand between. */
export interface NumberedLine {
  /** Line in the whole text, 1-based. */
  readonly line: number;
  /** The line, without its end, with whatever a log puts before it. */
  readonly text: string;
}

const SHOWN = 120;
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Makes a line safe to show: control characters, lone surrogates and characters that turn the writing
 * direction become U+FFFD, and anything after 120 characters (UTF-16 units) is cut. Never throws.
 */
export const clip = (text: string): string => text.slice(0, SHOWN).replace(UNSAFE, '\uFFFD');

/** A {@link Problem} (or {@link Note}) about line `line`, its text clipped. */
export const problem = (line: number, text: string, reason: string): Problem => ({
  line,
  text: clip(text),
  reason,
});

/** The line without the `>` marks at its front. By hand: a repeated group overflows the stack of the matcher. */
const unquoted = (line: string): string => {
  let i = 0;
  let from = 0;
  for (; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c === 0x3e) from = line.charCodeAt(i + 1) === 0x20 ? i + 2 : i + 1;
    else if (c !== 0x20 && c !== 0x09) break;
  }
  return from === 0 ? line : line.slice(from);
};

/** What grep and ls colour with, and the erasing that follows it (SGR and EL of ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLOURS = /\u001b\[[\d;]{0,20}[mK]/g;

/**
 * Splits a text into lines. Line ends are LF, CRLF or CR; a byte order mark and the colours of a
 * terminal are dropped, and the hard blanks of a web page are blanks; the `>` marks of a
 * quoted mail are removed from the front of every line that has them (no format read here starts a line with
 * `>`). The number of lines, and so their numbers, is unchanged by that. Never throws.
 */
export const toLines = (text: string): Lines => {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const plain = marked.includes('\u00a0') ? marked.replaceAll('\u00a0', ' ') : marked;
  const body = plain.includes('\u001b[') ? plain.replaceAll(COLOURS, '') : plain;
  const lines = body.includes('\r') ? body.split(/\r\n|\n|\r/) : body.split('\n');
  if (body.includes('>'))
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line?.includes('>')) lines[i] = unquoted(line);
    }
  return { first: 1, lines };
};

/** The lines of a text, or the lines themselves when it is split already. */
export const linesOf = (input: string | Lines): Lines => (typeof input === 'string' ? toLines(input) : input);

/** No line of lspci or of a `resource` file is longer; longer ones are cut so that matching stays linear. */
const LONGEST = 4096;

/** The line without blanks around it, cut to 4096 characters. */
export const trimmed = (line: string): string =>
  (line.length > LONGEST ? line.slice(0, LONGEST) : line).trim();

/** True for a line of blanks only. */
export const isBlank = (line: string): boolean => line.trim() === '';

const PROMPT =
  /^(?:\[[^\]]{1,80}\]|[^\s$#%]{0,80}(?: [^\s$#%]{1,80})?|[~/][^\s$#%]{0,80} )[$#%] ?(?:$|\s*(?:sudo|cat|lspci|uname|head|tail|grep|egrep|awk|sed|less|more|for|ls|cd|echo|find|ssh|adb|exit|logout|su)\b)/;
const TOOL =
  'cat|lspci|uname|head|tail|z?e?grep|awk|sed|less|getconf|trace-cmd|bpftrace|perf|dmesg|journalctl|setpci|ps|virsh|lscpu|hostnamectl|tee|watch|xxd|pmap|numactl|modprobe|npm|sh|bash|dash';
/** Prompts of every shell there is: few words, then a sign that ends it, then a tool that prints what is read here. */
const ANY_PROMPT = new RegExp(
  `^(?:[^\\s$#%>]{1,60}\\s{1,2}){0,4}?(?:[^\\s$#%>❯➜λ»✗]{0,60}[$#%❯➜λ»✗]|[^\\s>]{1,60}>|[❯➜λ»✗]{1,3}|\\+{1,3}|[^\\x00-\\x7f]{1,8}|[❯➜]\\s{1,2}\\S{1,60}(?: git:\\(\\S{1,60}\\))?(?: ✗)?)>?\\s{1,2}(?:sudo (?:-\\S{1,20} )?)?(?:${TOOL})(?: [^\\s:=]|$)`,
);
/** The cheap part of it. */
const HAS_TOOL = new RegExp(` (?:${TOOL})(?: |$)`);
/** The first line of a prompt of two, and a prompt at which nothing was typed. */
const PROMPT_ABOVE =
  /^[╭┌]─|^(?:[\w.@-]{1,60}:? ~?[\w/.~-]{0,60} ?[#$%>]|[❯➜λ»]{1,3}(?:\s{1,2}[~\w/.-]{1,60})?)$/;
const COMMAND =
  /^(?:sudo (?:-\S{1,20} )?)?(?:(?:cat|head|tail|less|z?e?grep|lspci|sed|awk|getconf|trace-cmd|bpftrace|journalctl|setpci) +[-./\w"'$]|uname -\w|(?:ps|perf|dmesg) +(?:-|stat |record |report|script)|echo '|dmesg \||(?:qemu-\S{1,40}|\.\/\S{1,60}) -)|^sudo (?:-\S{1,20} )?[./\w-]{2,}/;
/** The marks around a piece of code in mail, wikis and trackers. */
const FENCE =
  /^(?:(?:`{3,}|~{3,})[\w-]{0,20}|<\/?(?:pre|code)>|\[\/?code\]|\{(?:code|noformat)(?::\w{1,20})?\})$/;

/**
 * True for a line of a pasted terminal that is a shell prompt or a command typed at one
 * (`root@host:~# cat /proc/1/maps`, `$ lspci -vv`), or the fence around a piece of code: no format contains them.
 */
export const isPrompt = (line: string): boolean => {
  // Most of lspci and none of a terminal's prompts begin with a tab.
  if (line.charCodeAt(0) === 0x09) return false;
  const t = line.slice(0, 400).trim();
  if (t === '') return false;
  return (
    COMMAND.test(t) ||
    (/[$#%]/.test(t) && PROMPT.test(t)) ||
    (/[$#%>+\u0080-\uffff]/.test(t) && HAS_TOOL.test(t) && ANY_PROMPT.test(t)) ||
    (/[`~<[{]/.test(t.charAt(0)) && FENCE.test(t)) ||
    (/^[╭┌❯➜λ»]|[#$%>]$/.test(t) && PROMPT_ABOVE.test(t))
  );
};

/** A 64-bit value in two exact 32-bit halves. */
export interface Halves {
  readonly high: number;
  readonly low: number;
}

/**
 * Reads 1 or more hexadecimal digits, without a `0x`, as two exact halves. Leading zeros are allowed;
 * undefined above 64 bits. The caller has checked that there are only digits.
 */
export const hexHalves = (digits: string): Halves | undefined => {
  const d = digits.length > 16 ? digits.replace(/^0+/, '') : digits;
  if (d.length > 16) return undefined;
  if (d.length <= 8) return { high: 0, low: d === '' ? 0 : Number.parseInt(d, 16) };
  return { high: Number.parseInt(d.slice(0, -8), 16), low: Number.parseInt(d.slice(-8), 16) };
};

/**
 * Reads hexadecimal digits as a number, 0 <= n < 2^64. Undefined above 64 bits, and undefined where a double
 * cannot hold the value exactly; multiples of 4 KiB always fit.
 */
export const hexNumber = (digits: string): number | undefined => {
  if (digits.length <= 13) return Number.parseInt(digits, 16);
  const h = hexHalves(digits);
  if (!h) return undefined;
  const top = h.high * 2 ** 32;
  const n = top + h.low;
  return n - top === h.low ? n : undefined;
};
