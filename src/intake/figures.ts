import { parseKernelVersion } from '../kernel/version.ts';
import type { Figures } from './facts.ts';
import { Listing, listed, type NumberedLine, type Parsed, problem } from './line.ts';

/** No line that gives a figure is longer, the kernel's own version with its compiler included. */
const LONGEST = 600;

const VERSION = /(?:^|[\s\]:])Linux version (\S{1,100})(.*)$/;
const UNAME_A = /^Linux \S{1,255} (\d\S{1,100}) (#\d.*)$/;
const RELEASE =
  /^(?:(?:kernel(?: version| release)?|uname -r) ?[:=] ?)?v?(\d\.\d{1,3}(?:[.+~-][\w.+~:-]{0,80})?)$/i;
const MACHINE = /^(?:(?:machine|arch(?:itecture)?|uname -m) ?[:=] ?)?(\w{3,12})$/i;
/** What `uname -m` says, and the names that packages and people use for the same. */
const MACHINES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x86_64'],
  ['amd64', 'x86_64'],
  ['aarch64', 'aarch64'],
  ['arm64', 'aarch64'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
  ['ppc64le', 'ppc64le'],
  ['powerpc64le', 'ppc64le'],
  ['ppc64', 'ppc64'],
  ['loongarch64', 'loongarch64'],
  ['i686', 'i686'],
  ['armv7l', 'armv7l'],
]);
const MACHINE_WORD = new RegExp(`(?:^|[\\s._(-])(${[...MACHINES.keys()].join('|')})(?=$|[\\s_)-])`, 'g');

const VMPTE = /^VmPTE\s*[:=]\s*(\d{1,15})(?: ?(?:kB|KiB|K))?$/i;
/** Fields of /proc/PID/status, as proc_pid_status() and task_mem() print them: a tab follows the colon. */
const STATUS =
  /^(?:Name|Umask|State|N?[Tt]gid|Ngid|P?Pid|TracerPid|Uid|Gid|FDSize|Groups|NS(?:tgid|pid|pgid|sid)|Kthread|Vm[A-Z]\w{1,5}|Rss(?:Anon|File|Shmem)|HugetlbPages|CoreDumping|THP_enabled|untag_mask|x86_Thread_\w+|Threads|SigQ|S[hi][dg](?:Pnd|Blk|Ign|Cgt)|Cap(?:Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp(?:_filters)?|Speculation\w+|Cpus_allowed(?:_list)?|Mems_allowed(?:_list)?|(?:non)?voluntary_ctxt_switches):\t/;

const GROUPED = String.raw`\d{1,3}(?:[,.'\u00a0\u202f ]\d{3})+|\d{1,15}`;
const PERF_FAULTS = new RegExp(
  `^(${GROUPED}) +(?:page-faults|minor-faults|faults|pagefaults)(?::[a-zA-Z]+)?(?: |$)`,
);
const SAID_FAULTS = new RegExp(
  `(?:^|[\\s,;({"'])(?:ru_|page_?|minor )?(?:min_?flt|faults)["']?(?: *[:=] *| +)(${GROUPED})(?=$|[\\s,;)}])`,
  'i',
);
const PAGE_FAULTS = new RegExp(`^(?:minor )?page[- ]faults? *[:=] *(${GROUPED})$`, 'i');
const TIME_V = /^Minor \(reclaiming a frame\) page faults: (\d{1,15})$/;
const TIME = /\(\d{1,15}major\+(\d{1,15})minor\)pagefaults\b/;

/** What perf stat and time(1) print besides: known, and of no use here. */
const PERF_OTHER =
  /^(?:Performance counter stats for |\d+[.,]\d+ (?:\+- [\d.,]+ )?seconds (?:time elapsed|user|sys)\b|(?:[\d.,]+|<not (?:supported|counted)>) +(?:[Mm]sec +)?(?:task-clock|cpu-clock|context-switches|cs|cpu-migrations|migrations|major-faults|cycles|instructions|branches|branch-misses|ref-cycles|stalled-cycles-\w+|cpu_(?:core|atom)\/[\w-]+\/|[\w-]*TLB-[\w-]+|[\w-]*cache[\w-]*)(?::[a-zA-Z]+)?(?: |$))/;
const TIME_OTHER =
  /^(?:Command being timed: |(?:User|System) time \(seconds\): |Percent of CPU this job got: |Elapsed \(wall clock\) time |Average (?:shared text|unshared data|stack|total|resident set) size \(kbytes\): |Maximum resident set size \(kbytes\): |Major \(requiring I\/O\) page faults: |(?:Voluntary|Involuntary) context switches: |Swaps: |File system (?:in|out)puts: |Socket messages (?:sent|received): |Signals delivered: |Page size \(bytes\): |Exit status: |[\d.]+user [\d.]+system )/;

const THP =
  /^(?:\S*transparent_hugepage\/enabled: ?)?(?:\[(always)\] madvise never|always \[(madvise)\] never|always madvise \[(never)\])$/;

type Figure =
  | { readonly kind: 'kernel'; readonly text: string; readonly rest: string }
  | { readonly kind: 'machine' | 'thp'; readonly text: string }
  | { readonly kind: 'faults'; readonly count: number; readonly minor: boolean }
  | { readonly kind: 'vmPte'; readonly kib: number }
  | { readonly kind: 'other' };

/** What a log says of faults in passing is nobody's count of them. */
const isLogged = (t: string): boolean =>
  t.length > 200 || /^(?:[[<]|\d{4}-\d\d-|[A-Z][a-z]{2} [ \d]\d \d\d:)/.test(t);

const count = (digits: string): number => Number(digits.replaceAll(/\D/g, ''));

/** A word that some line read here begins with or has; no line of maps, iomem or `resource` passes. */
const MAY_BE_FIGURE =
  /Linux |:\t|[Ff]aults?|[Ff][Ll][Tt]|never\]?\s*$|^\s*v?\d{1,2}\.\d|^\s*(?:<not|Perf|VmPTE|vmpte|User |Syst|Perc|Elap|Aver|Maxi|Majo|Volu|Invo|Swaps|File |Sock|Sign|Page |Exit |Comm|[Kk]ernel|[Uu]name|[Mm]achine|[Aa]rch)|^\s*\w{4,11}\s*$|^\s*[\d.,]+ +[a-zA-Z]/;

const figureOf = (line: string): Figure | undefined => {
  if (line.length > LONGEST || !MAY_BE_FIGURE.test(line)) return undefined;
  const t = line.trim();
  if (t.includes('Linux ')) {
    const m = VERSION.exec(t) ?? UNAME_A.exec(t);
    if (m && parseKernelVersion(m[1] ?? '') !== undefined)
      return { kind: 'kernel', text: m[1] ?? '', rest: m[2] ?? '' };
  }
  if (t.length <= 120 && /^[vkuVKU\d]/.test(t)) {
    const text = RELEASE.exec(t)?.[1];
    // 5.04 is a number of seconds: no release has a minor number with a zero before it.
    if (text !== undefined && !/^\d+\.0\d/.test(text) && parseKernelVersion(text) !== undefined)
      return { kind: 'kernel', text, rest: '' };
  }
  if (t.length <= 30) {
    const machine = MACHINES.get((MACHINE.exec(t)?.[1] ?? '').toLowerCase());
    if (machine !== undefined) return { kind: 'machine', text: machine };
  }
  const kib = VMPTE.exec(t)?.[1];
  if (kib !== undefined) return { kind: 'vmPte', kib: Number(kib) };
  if (STATUS.test(line.trimStart())) return { kind: 'other' };
  if (/faults?|flt/i.test(t) && !t.startsWith('Major ')) {
    const minor = TIME_V.exec(t) ?? TIME.exec(t);
    if (minor) return { kind: 'faults', count: count(minor[1] ?? ''), minor: true };
    const said = PERF_FAULTS.exec(t) ?? PAGE_FAULTS.exec(t) ?? (isLogged(t) ? null : SAID_FAULTS.exec(t));
    if (said) return { kind: 'faults', count: count(said[1] ?? ''), minor: /min/i.test(said[0]) };
  }
  const thp = THP.exec(t);
  const mode = thp?.[1] ?? thp?.[2] ?? thp?.[3];
  if (mode !== undefined) return { kind: 'thp', text: mode };
  return PERF_OTHER.test(t) || TIME_OTHER.test(t) ? { kind: 'other' } : undefined;
};

/**
 * True for a line that gives one of {@link Figures}, and for the lines that stand beside it in
 * /proc/PID/status, perf stat and time -v, which then are not taken for damage.
 */
export const isFigureLine = (line: string): boolean => figureOf(line) !== undefined;

/** The machine that a compiler's or a package's name in `text` tells; the last one of uname -a's three. */
const machineIn = (text: string): string | undefined => {
  const last = [...text.matchAll(MACHINE_WORD)].at(-1)?.[1];
  return last === undefined ? undefined : MACHINES.get(last);
};

/**
 * Reads single figures: the kernel (`Linux version …`, `uname -a`, `uname -r`, a bare version), the machine
 * (`uname -m`, or a name in the version: x86_64-linux-gnu-gcc, 6.12.117-arm64; as uname -m says it), page
 * faults (perf stat's page-faults or minor-faults, time's, `faults: n`, `minflt=n`), VmPTE of
 * /proc/PID/status in KiB, and transparent_hugepage/enabled. Of each the first is kept, save that minor faults
 * replace a count of all; a different one further down is noted. `items` are the lines that gave one. Never throws.
 */
export const parseFigures = (
  lines: readonly NumberedLine[],
): Parsed<NumberedLine> & { readonly figures: Figures } => {
  const items: NumberedLine[] = [];
  const notes = new Listing();
  let kernel: Figures['kernel'];
  let machine: Figures['machine'];
  let faults: (Figures['faults'] & { readonly minor: boolean }) | undefined;
  let vmPte: Figures['vmPte'];
  let thp: Figures['thp'];
  const differs = (n: NumberedLine, what: string, kept: number): void => {
    notes.push(problem(n.line, n.text, `another ${what} than in line ${kept}, which is kept`));
  };
  const takeMachine = (n: NumberedLine, text: string): void => {
    if (machine !== undefined && machine.text !== text) differs(n, 'machine', machine.line);
    machine ??= { text, line: n.line };
  };
  for (const n of lines) {
    const f = figureOf(n.text);
    if (f === undefined || f.kind === 'other') continue;
    items.push(n);
    switch (f.kind) {
      case 'kernel': {
        if (kernel !== undefined && kernel.text !== f.text) differs(n, 'kernel', kernel.line);
        kernel ??= { text: f.text, line: n.line };
        const named = machineIn(f.rest) ?? machineIn(f.text);
        if (named !== undefined) takeMachine(n, named);
        break;
      }
      case 'machine':
        takeMachine(n, f.text);
        break;
      case 'faults':
        if (faults === undefined || (f.minor && !faults.minor)) faults = { ...f, line: n.line };
        else if (faults.count !== f.count && f.minor === faults.minor)
          differs(n, 'count of faults', faults.line);
        break;
      case 'vmPte':
        if (vmPte !== undefined && vmPte.kib !== f.kib) differs(n, 'VmPTE', vmPte.line);
        vmPte ??= { kib: f.kib, line: n.line };
        break;
      case 'thp':
        if (thp !== undefined && thp.text !== f.text) differs(n, 'THP mode', thp.line);
        thp ??= { text: f.text, line: n.line };
        break;
    }
  }
  return {
    items,
    ...listed(new Listing(), notes),
    figures: {
      ...(kernel === undefined ? {} : { kernel }),
      ...(machine === undefined ? {} : { machine }),
      ...(faults === undefined ? {} : { faults: { count: faults.count, line: faults.line } }),
      ...(vmPte === undefined ? {} : { vmPte }),
      ...(thp === undefined ? {} : { thp }),
    },
  };
};
