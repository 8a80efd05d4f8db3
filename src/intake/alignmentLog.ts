import { bytes, va } from '../units.ts';
import { fullAddress } from './devices.ts';
import type { AlignmentResult } from './facts.ts';
import {
  hexNumber,
  type Note,
  type NumberedLine,
  type Parsed,
  type Problem,
  problem,
  trimmed,
} from './line.ts';
import { logLine } from './logPrefix.ts';

const ADDRESS = '([0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7])';
const USING = new RegExp(`^Using device ${ADDRESS} in IOMMU group \\d{1,9}$`);
const DEVICE = new RegExp(`^Device ${ADDRESS} supports \\d{1,9} regions, \\d{1,9} irqs$`);
const BAR =
  /^\[BAR(\d)\]: size 0x([0-9a-f]{1,16}), order (\d{1,2}), offset 0x[0-9a-f]{1,16}, flags 0x[0-9a-f]{1,8}$/;
const TESTING_BAR = /^Testing BAR(\d), require at least (\d{1,2}) bit alignment$/;
const TESTING = /^Testing random (offset|size)$/;
const PASS = /^\[PASS\] (?:Minimum alignment (\d{1,2})|Random (offset|size))$/;
const FAILED =
  /^Failed (?:minimum alignment|random (offset|size)), got order (\d{1,2}) want (\d{1,2})(?: (offset|size) ([0-9a-f]{1,16}))? \(0x([0-9a-f]{1,16})\)$/;
const NO_MMAP = /^mmap failed: (?:(offset|size) ([0-9a-f]{1,16}), )?\S/;

/** How the lines begin: enough to know a damaged one. */
const BEGINS =
  /^(?:\[BAR\d\]: size|Testing BAR\d|Testing random (?:offset|size)$|\[PASS\] (?:Minimum alignment|Random (?:offset|size))|Failed (?:minimum alignment|random (?:offset|size)), got|mmap failed: |Skipped$)/;

/** Asked of every line of a paste, so it looks for words before it takes prefixes off. */
const MAYBE = /BAR\d|Testing r|\[PASS\]|Failed |mmap failed|Skipped|evice /;

/** No prefix begins like this: most lines need none taken off. */
const BARE = /^(?:\[BAR|\[PASS|Testing |Failed |Skipped$)/;

const plain = (line: string): string => {
  const t = trimmed(line);
  return BARE.test(t) ? t : logLine(t).text.trim();
};

/** True for a line that only the log of VFIO's alignment test has, also a damaged one. */
export const isAlignmentLine = (line: string): boolean => {
  if (!MAYBE.test(line)) return false;
  const t = plain(line);
  return BEGINS.test(t) || DEVICE.test(t) || USING.test(t);
};

type Rule = 'whole' | 'offset' | 'size';

/** The BAR that the lines speak of, and the rule that runs. */
interface State {
  readonly bar: number;
  readonly size: number;
  wanted: number | undefined;
  running: { readonly rule: Rule; readonly line: number; readonly text: string; failed: boolean } | undefined;
}

/**
 * Reads what vfio-pci-device-map-alignment prints (github.com/awilliam/tests, branch of the same name, at
 * dc9e6a4abb72; the two lines about the device are utils.c's and its own). For each BAR three rules, a million
 * mappings each: the whole BAR, a random offset to the end, a random length from the start. A result is one
 * rule that passed, or one mapping that failed; alignments are powers of two.
 *
 * The first two rules stop the program at the first failure. The third does not: it prints every failure and
 * then `[PASS] Random size` all the same, so that line counts as passed only where no failure stood before it;
 * a note says so. A rule whose result is missing and a BAR that was skipped give a result with `passed`
 * undefined. Without the lines about the device it is undefined. A line that is not whole, or belongs to no
 * BAR, is a problem. Never throws; linear.
 */
export const parseAlignmentLog = (lines: readonly NumberedLine[]): Parsed<AlignmentResult> => {
  const items: AlignmentResult[] = [];
  const problems: Problem[] = [];
  const notes: Note[] = [];
  let device: string | undefined;
  let s: State | undefined;

  const cut = (): void => {
    const r = s?.running;
    if (!s || !r) return;
    s.running = undefined;
    if (r.failed) return;
    items.push({
      line: r.line,
      device,
      bar: s.bar,
      size: r.rule === 'whole' ? bytes(s.size) : undefined,
      va: undefined,
      passed: undefined,
      rule: r.rule,
      offset: r.rule === 'offset' ? undefined : bytes(0),
      got: undefined,
      wanted: r.rule === 'whole' ? s.wanted : undefined,
    });
    notes.push(problem(r.line, r.text, 'no result follows: the log ends before this rule does'));
  };

  for (const { line, text } of lines) {
    const t = plain(text);
    const bad = (reason: string): void => {
      problems.push(problem(line, text, reason));
    };
    const named = USING.exec(t) ?? DEVICE.exec(t);
    if (named) {
      const address = fullAddress(named[1] ?? '');
      if (address !== device) {
        cut();
        s = undefined;
      }
      device = address;
      continue;
    }
    const bar = BAR.exec(t);
    if (bar) {
      cut();
      s = undefined;
      const size = hexNumber(bar[2] ?? '');
      if (size === undefined || size === 0) bad('the size is 0 or has more than 53 bits');
      else if (trailingZeros(size) !== Number(bar[3])) bad('the order does not go with the size');
      else s = { bar: Number(bar[1]), size, wanted: undefined, running: undefined };
      continue;
    }
    if (!s) {
      bad(
        BEGINS.test(t)
          ? 'belongs to no BAR: a line [BARn]: size 0x…, order n, offset 0x…, flags 0x… is expected before it'
          : 'not a line of the alignment test',
      );
      continue;
    }
    const state = s;
    const result = (r: Partial<AlignmentResult> & Pick<AlignmentResult, 'rule' | 'passed'>): void => {
      items.push({
        line,
        device,
        bar: state.bar,
        size: undefined,
        va: undefined,
        offset: undefined,
        got: undefined,
        wanted: undefined,
        ...r,
      });
    };
    if (t === 'Skipped') {
      result({ rule: 'whole', passed: undefined, size: bytes(state.size), offset: bytes(0) });
      notes.push(
        problem(line, text, `BAR ${state.bar} is smaller than 4 KiB or cannot be mapped: not tested`),
      );
      continue;
    }
    const whole = TESTING_BAR.exec(t);
    const random = TESTING.exec(t);
    if (whole || random) {
      cut();
      if (whole && Number(whole[1]) !== state.bar) {
        bad(`not the BAR of the lines before, which is BAR ${state.bar}`);
        continue;
      }
      if (whole) state.wanted = Number(whole[2]);
      const rule: Rule = whole ? 'whole' : random?.[1] === 'offset' ? 'offset' : 'size';
      state.running = { rule, line, text, failed: false };
      continue;
    }
    const pass = PASS.exec(t);
    if (pass) {
      const rule: Rule = pass[2] === 'offset' ? 'offset' : pass[2] === 'size' ? 'size' : 'whole';
      const failed = state.running?.rule === rule && state.running.failed;
      state.running = undefined;
      if (failed)
        notes.push(problem(line, text, 'the test prints this after every run: mappings failed before it'));
      else if (rule === 'whole')
        result({
          rule,
          passed: true,
          size: bytes(state.size),
          offset: bytes(0),
          got: Number(pass[1]),
          wanted: state.wanted,
        });
      else result({ rule, passed: true, offset: rule === 'size' ? bytes(0) : undefined });
      continue;
    }
    const failed = FAILED.exec(t);
    if (failed) {
      const rule: Rule = failed[1] === 'offset' ? 'offset' : failed[1] === 'size' ? 'size' : 'whole';
      const figure = failed[5] === undefined ? undefined : hexNumber(failed[5]);
      const at = hexNumber(failed[6] ?? '');
      if ((rule === 'whole') !== (failed[5] === undefined) || (rule !== 'whole' && failed[4] !== rule))
        bad(`expected … want n ${rule === 'whole' ? '' : `${rule} n `}(0x…)`);
      else if (rule !== 'whole' && (figure === undefined || figure % PAGE !== 0 || figure > state.size))
        bad(`the ${rule} is not a multiple of 4 KiB in the BAR`);
      else if (at === undefined || at === 0 || at % PAGE !== 0)
        bad('the address is not a multiple of 4 KiB above 0');
      else if (trailingZeros(at) !== Number(failed[2])) bad('the order does not go with the address');
      else {
        if (state.running) state.running.failed = true;
        const offset = rule === 'offset' ? (figure ?? 0) : 0;
        result({
          rule,
          passed: false,
          size: bytes(rule === 'size' ? (figure ?? 0) : state.size - offset),
          va: va(at),
          offset: bytes(offset),
          got: Number(failed[2]),
          wanted: Number(failed[3]),
        });
      }
      continue;
    }
    const none = NO_MMAP.exec(t);
    if (none) {
      if (state.running) state.running.failed = true;
      notes.push(problem(line, text, 'mmap() gave no address, and the test ended'));
      continue;
    }
    bad('not whole: a result, an alignment or an address is missing');
  }
  cut();
  return {
    items,
    problems,
    notes: notes.sort((a, b) => a.line - b.line),
  };
};

const PAGE = 4096;

/** The largest n for which 2^n divides `n`; above 0. Exact for every double that is an integer. */
const trailingZeros = (value: number): number => {
  let n = 0;
  for (let v = value; v % 2 === 0 && n < 64; v /= 2) n += 1;
  return n;
};
