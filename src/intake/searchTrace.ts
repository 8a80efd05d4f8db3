import { bytes, va } from '../units.ts';
import type { SearchTrace } from './facts.ts';
import { hexHalves, hexNumber, Listing, listed, type NumberedLine, type Parsed, problem } from './line.ts';
import { logLine } from './logPrefix.ts';

const EVENT = 'vm_unmapped_area:';
/** The longest line that the event can print is below 400 characters. */
const LONGEST = 1000;

/** True for a line of the tracepoint mmap:vm_unmapped_area, in whatever a tracer puts before it. */
export const isSearchLine = (line: string): boolean => line.includes(EVENT);

/** Names of one field: as the format prints it, and as the raw record and the first version of the patch had it. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['addr', 'addr'],
  ['err', 'err'],
  ['total_vm', 'total_vm'],
  ['tvm', 'total_vm'],
  ['flags', 'flags'],
  ['len', 'len'],
  ['length', 'len'],
  ['lo', 'lo'],
  ['low_limit', 'lo'],
  ['hi', 'hi'],
  ['high_limit', 'hi'],
  ['mask', 'mask'],
  ['align_mask', 'mask'],
  ['ofs', 'ofs'],
  ['align_offset', 'ofs'],
]);

const fieldsOf = (text: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const m of text.matchAll(/\b([a-z_]{2,12})=(-?[0-9a-fA-FxX]{1,20})(?![\w])/g)) {
    const name = FIELDS.get(m[1] ?? '');
    if (name !== undefined && !found.has(name)) found.set(name, m[2] ?? '');
  }
  return found;
};

/** Errors are the addresses from -4095 up (IS_ERR_VALUE(), include/linux/err.h). */
const errnoOf = (digits: string): number | undefined => {
  const h = hexHalves(digits);
  return h?.high === 0xffffffff && h.low > 0xfffff000 ? h.low - 2 ** 32 : undefined;
};

const bare = (text: string): string => text.replace(/^0[xX]/, '');

const readSearch = (line: number, text: string): SearchTrace | string => {
  const at = text.indexOf(EVENT);
  const fields = fieldsOf(text.slice(at + EVENT.length, at + LONGEST));
  const numbers = new Map<string, number>();
  for (const name of ['addr', 'total_vm', 'flags', 'len', 'lo', 'hi', 'mask', 'ofs']) {
    const written = fields.get(name);
    if (written === undefined) return `no ${name}= with a number`;
    const digits = bare(written);
    if (!/^[0-9a-fA-F]+$/.test(digits)) return `${name}= is not hexadecimal`;
    const n = hexNumber(digits);
    if (n !== undefined) numbers.set(name, n);
    else if (name === 'addr' && errnoOf(digits) !== undefined) numbers.set(name, 0);
    // Kernels before 09ef5283fd96 (5.9) print an align_offset that nothing has set; without a mask it says nothing.
    else if (name === 'ofs' && numbers.get('mask') === 0) numbers.set(name, 0);
    else return `${name}= has more bits than an address`;
  }
  const n = (name: string): number => numbers.get(name) ?? 0;
  const told = fields.get('err');
  if (told !== undefined && !/^-?\d{1,4}$/.test(told)) return 'err= is not an error number';
  const err = errnoOf(bare(fields.get('addr') ?? '')) ?? Number(told ?? 0);
  if (err > 0) return 'err= is above 0';
  if (n('len') === 0) return 'len= is 0';
  const { task, pid } = logLine(text.slice(0, at));
  return {
    line,
    task: task === undefined || task === '<...>' ? undefined : task,
    pid,
    addr: err === 0 ? va(n('addr')) : undefined,
    err,
    totalVm: n('total_vm'),
    topDown: n('flags') % 2 === 1,
    length: bytes(n('len')),
    low: va(n('lo')),
    high: va(n('hi')),
    alignMask: n('mask'),
    alignOffset: n('ofs'),
  };
};

/**
 * Reads lines of the tracepoint mmap:vm_unmapped_area (include/trace/events/mmap.h, since 5.8: df529cabb7a2):
 * `addr=0x… err=0 total_vm=0x… flags=0x1 len=0x… lo=0x… hi=0x… mask=0x… ofs=0x…`, behind what ftrace,
 * trace-cmd report or perf script put before it, also where trace-cmd says [FAILED TO PARSE] and prints the
 * record's own names. Bit 0 of the flags is VM_UNMAPPED_AREA_TOPDOWN. Numbers are bytes but total_vm, which is
 * pages. A line with a field missing or not a number is a problem. Never throws.
 */
export const parseSearchTrace = (lines: readonly NumberedLine[]): Parsed<SearchTrace> => {
  const items: SearchTrace[] = [];
  const problems = new Listing();
  for (const { line, text } of lines) {
    const read = readSearch(line, text);
    if (typeof read === 'string') problems.push(problem(line, text, `a vm_unmapped_area line: ${read}`));
    else items.push(read);
  }
  return { items, ...listed(problems, new Listing()) };
};
