import { pa } from '../units.ts';
import type { Iomem, IomemRange } from './facts.ts';
import {
  hexHalves,
  hexNumber,
  isBlank,
  isPrompt,
  type Lines,
  Listing,
  linesOf,
  listed,
  type Parsed,
  problem,
} from './line.ts';

const LONGEST = 400;
/** grep writes the name of the file before the line; ranges have eight digits or more, those of ioports four. */
const RANGE = /^(?:\/proc\/iomem:)?([ \t]*)([0-9a-fA-F]{8,20})-([0-9a-fA-F]{8,20}) : ?(.*)$/;
const PORTS = /^(?:\/proc\/ioports:)?\s*[0-9a-fA-F]{4}-[0-9a-fA-F]{4} : /;

/** True for a line of /proc/iomem: `START-END : name`, numbers of eight digits at least. */
export const isIomemLine = (line: string): boolean =>
  line.includes('-') && RANGE.test(line.slice(0, LONGEST));

/** True for a line of /proc/ioports, which has the same form with four digits. */
export const isIoportsLine = (line: string): boolean => PORTS.test(line.slice(0, LONGEST));

/**
 * Reads /proc/iomem as r_show() in kernel/resource.c prints it: `START-END : name`, END the last byte, two
 * blanks of indentation a level. Without CAP_SYS_ADMIN every number reads as zero: then `zeroed`, and every
 * range is [0, 0), its name kept. A single range of zeros among others is what joining two windows of a host
 * bridge leaves behind (fixed by e54223275ba1): [0, 0) too. Lines of /proc/ioports are counted in one note.
 * Never throws.
 */
export const parseIomem = (input: string | Lines): Parsed<IomemRange> & { readonly iomem: Iomem } => {
  const { first, lines } = linesOf(input);
  const ranges: IomemRange[] = [];
  const problems = new Listing();
  const notes = new Listing();
  let used = 0;
  let ports = 0;
  let portsAt = 0;
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i] ?? '';
    const line = first + i;
    if (isBlank(text)) continue;
    const m = RANGE.exec(text.slice(0, LONGEST));
    if (!m) {
      if (isIoportsLine(text)) {
        ports += 1;
        if (portsAt === 0) portsAt = line;
      } else if (isPrompt(text)) notes.push(problem(line, text, 'a shell prompt or command'));
      else problems.push(problem(line, text, 'not a line of iomem: START-END : name'));
      continue;
    }
    const [, indent = '', from = '', to = '', name = ''] = m;
    const start = hexNumber(from);
    const last = hexHalves(to);
    if (hexHalves(from) === undefined || last === undefined) {
      problems.push(problem(line, text, 'an address has more than 64 bits'));
      continue;
    }
    if (start === undefined) {
      problems.push(problem(line, text, 'the address is not aligned and too large to be held exactly'));
      continue;
    }
    const zero = start === 0 && last.high === 0 && last.low === 0;
    const end = zero ? 0 : last.high * 2 ** 32 + last.low + 1;
    if (!zero && end <= start) {
      problems.push(problem(line, text, 'ends before it starts'));
      continue;
    }
    if (!zero) used += 1;
    const depth = Math.floor(indent.replaceAll('\t', '  ').length / 2);
    ranges.push({ start: pa(start), end: pa(end), name: name.trim(), depth, line });
  }
  const zeroed = ranges.length > 0 && used === 0;
  if (zeroed)
    notes.push(
      problem(
        ranges[0]?.line ?? first,
        '',
        'every address of /proc/iomem is zero: only root sees them (sudo cat /proc/iomem)',
      ),
    );
  if (ports > 0)
    notes.push(problem(portsAt, '', `/proc/ioports is left out: ports cannot be mapped (${ports} lines)`));
  return { items: ranges, ...listed(problems, notes), iomem: { ranges, zeroed } };
};
