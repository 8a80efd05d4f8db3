import { parseKernelVersion } from '../kernel/version.ts';
import type { Figures } from './facts.ts';
import { Listing, listed, type NumberedLine, type Parsed, problem } from './line.ts';

/** No line that gives a figure is longer, the kernel's own version with its compiler included. */
const LONGEST = 600;

const VERSION = /(?:^|[\s\]:])Linux version (\S{1,100})(.*)$/;
const UNAME_A = /^Linux \S{1,255} (\d\S{1,100}) (#\d.*)$/;
/** /proc/version_signature apart, what else is headed by a version: the login greeting, and a kernel's .config. */
const GREETING = /\((?:GNU\/)?Linux (\d\S{1,100}) (\w{3,12})\)$/;
const CONFIG_HEAD = /^(?:# )?Linux\/(\w{2,12}) (\d\S{1,100}) Kernel Configuration$/;
/** Asked for in any number and order, uname prints one line: system, release, version and machine. */
const RELEASE =
  /^(?:(?:kernel(?: version| release)?|uname -\w{1,8}) ?[:=] ?)?(?:Linux )?v?(\d\.\d{1,3}(?:[.+~-][\w.+~:-]{0,80})?)(?: (.{1,300}))?$/i;
/** What may follow the release: its version (`#1 SMP …`), machine, processor and system. */
const AFTER_RELEASE = /^(?:#\d.*|(?:(?:arch: )?[\w-]{3,12}|GNU\/Linux|bits: \d\d)(?: |$)){1,5}$/;
const MACHINE = /^(?:(?:machine|arch(?:itecture)?|uname -m) *[:=] *)?([\w-]{3,12})$/i;
/** Names that packages, systemd and people have for what `uname -m` says otherwise. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['amd64', 'x86_64'],
  ['x86-64', 'x86_64'],
  ['arm64', 'aarch64'],
  ['powerpc64le', 'ppc64le'],
  ['ppc64el', 'ppc64le'],
  ['ppc64-le', 'ppc64le'],
  ['loong64', 'loongarch64'],
  ['armhf', 'armv7l'],
  ['i386', 'i686'],
]);
/** What `uname -m` says: UTS_MACHINE of arch/MACHINE/Makefile, and what setarch and 32-bit shells make of it. */
const UNAME_M =
  'x86_64|aarch64(?:_be)?|riscv(?:64|32)|s390x?|ppc64(?:le)?|ppc|loongarch64|i[456]86|armv[5-8]\\w{1,4}|sparc(?:64)?|mips(?:64)?(?:el)?|parisc(?:64)?|alpha|ia64|m68k|sh4a?|xtensa|openrisc|microblaze';
const IS_MACHINE = new RegExp(`^(?:${UNAME_M})$`);
const MACHINE_WORD = new RegExp(
  `(?:^|[\\s._(-])((?:${[...OTHER_NAMES.keys()].join('|')}|${UNAME_M}))(?=$|[\\s_)-])`,
  'g',
);
const machineOf = (word: string): string | undefined =>
  OTHER_NAMES.get(word) ?? (IS_MACHINE.test(word) ? word : undefined);

/** `getconf PAGESIZE`, alone or as `getconf -a` and people write it; the sizes that base pages have. */
const PAGE_SIZE =
  /^(?:(?:getconf )?(?:page[ _]?size(?: \(bytes\))?|_SC_PAGE_?SIZE) *[:=]? *)?(4096|8192|16384|65536)(?: (?:bytes|B))?$/i;
/** Base pages as a .config chooses them. */
const PAGE_CONFIG =
  /^CONFIG_(?:(?:ARM64|PPC|PARISC_PAGE_SIZE)_(4|16|64)K(?:B?_PAGES)?|PAGE_SIZE_(4|8|16|64)KB)=y$/;
const THP_CONFIG =
  /^(?:CONFIG_TRANSPARENT_HUGEPAGE_(ALWAYS|MADVISE|NEVER)=y|# CONFIG_(TRANSPARENT_HUGEPAGE) is not set)$/;
const MACHINE_CONFIG = /^CONFIG_(X86_64|ARM64|S390|LOONGARCH|SPARC64)=y$/;
const MACHINE_OF_CONFIG: Readonly<Record<string, string>> = {
  X86_64: 'x86_64',
  ARM64: 'aarch64',
  S390: 's390x',
  LOONGARCH: 'loongarch64',
  SPARC64: 'sparc64',
};
const CONFIG =
  /^(?:CONFIG_\w{1,80}=|# CONFIG_\w{1,80} is not set$|# Automatically generated file; DO NOT EDIT\.$)/;
/** The kernel's command line: what it boots, and the switch that /sys shows until somebody writes it. */
const BOOTED = /(?:^|[\s:])BOOT_IMAGE=\S{0,200}?vmlinuz-(\d\S{1,100})(?: |$)/;
const BOOT_THP = /(?:^|[\s:])transparent_hugepage=(always|madvise|never)(?: |$)/;

/** A map of bpftrace that counts faults: all, or the leaves of one order. */
const BPF_COUNT = /^@(faults|leaves\[\d{1,2}\]): (\d{1,15})$/;
const BPF_OTHER = /^(?:Attach(?:ing|ed) \d{1,4} probes?\b|\^C$|@order\[\d{1,10}\]: \d{1,4}$)/;

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
  /** A default, which what /sys shows overrules. */
  | { readonly kind: 'thpDefault'; readonly text: string }
  | { readonly kind: 'boot'; readonly kernel: string | undefined; readonly thp: string | undefined }
  | { readonly kind: 'page'; readonly size: number }
  | { readonly kind: 'leaves'; readonly count: number }
  | { readonly kind: 'faults'; readonly count: number; readonly minor: boolean }
  | { readonly kind: 'vmPte'; readonly kib: number }
  | { readonly kind: 'other' };

/** What a log says of faults in passing is nobody's count of them. */
const isLogged = (t: string): boolean =>
  t.length > 200 || /^(?:[[<]|\d{4}-\d\d-|[A-Z][a-z]{2} [ \d]\d \d\d:)/.test(t);

const count = (digits: string): number => Number(digits.replaceAll(/\D/g, ''));

/** A word that some line read here has, or begins with; no line of maps, iomem or `resource` passes. */
const HAS_WORD =
  /Linux |BOOT_IMAGE=|transparent_hugepage=|Kernel Conf|CONFIG_|[Ff]aults?|[Ff][Ll][Tt]|never\]?\s*$/;
const BEGINS_WITH =
  /^(?:\w{1,30}:\t|\s*(?:v?\d\.\d|[\w-]{3,12}\s*$|@|\^C|# (?:Auto|CONF)|<not|Perf|VmPTE|vmpte|User |Syst|Perc|Elap|Aver|Maxi|Majo|Volu|Invo|Swaps|File |Sock|Sign|[Pp]age|PAGE|_SC|getconf |Exit |Comm|Attach|[Kk]ernel|[Uu]name|[Mm]achine|[Aa]rch|\d{1,2}\.\d|[\d.,]+ +[a-zA-Z]))/;
const mayBeFigure = (line: string): boolean => BEGINS_WITH.test(line) || HAS_WORD.test(line);

/** The machine that a compiler's or a package's name in `text` tells; the last one of uname -a's three. */
const machineIn = (text: string): string | undefined => {
  const last = [...text.matchAll(MACHINE_WORD)].at(-1)?.[1];
  return last === undefined ? undefined : machineOf(last);
};

const configFigure = (t: string): Figure | undefined => {
  const [, family, version] = CONFIG_HEAD.exec(t) ?? [];
  if (version !== undefined && parseKernelVersion(version) !== undefined)
    return { kind: 'kernel', text: version, rest: family === 'x86' ? '' : (family ?? '') };
  const [, a, b] = PAGE_CONFIG.exec(t) ?? [];
  if (a !== undefined || b !== undefined) return { kind: 'page', size: Number(a ?? b) * 1024 };
  const [, mode, none] = THP_CONFIG.exec(t) ?? [];
  if (mode !== undefined || none !== undefined)
    return { kind: 'thpDefault', text: mode?.toLowerCase() ?? 'never' };
  const machine = MACHINE_OF_CONFIG[MACHINE_CONFIG.exec(t)?.[1] ?? ''];
  if (machine !== undefined) return { kind: 'machine', text: machine };
  return CONFIG.test(t) ? { kind: 'other' } : undefined;
};

const figureOf = (line: string): Figure | undefined => {
  if (line.length > LONGEST || !mayBeFigure(line)) return undefined;
  const t = line.trim();
  if (t.includes('Linux ')) {
    const m = VERSION.exec(t) ?? UNAME_A.exec(t) ?? GREETING.exec(t);
    if (m && parseKernelVersion(m[1] ?? '') !== undefined)
      return { kind: 'kernel', text: m[1] ?? '', rest: m[2] ?? '' };
  }
  if (/^[vkuVKUL\d]/.test(t)) {
    const [, text, rest = ''] = RELEASE.exec(t) ?? [];
    // 5.04 is a number of seconds: no release has a minor number with a zero before it.
    if (
      text !== undefined &&
      !/^\d+\.0\d/.test(text) &&
      (rest === '' ||
        (AFTER_RELEASE.test(rest) && (rest.startsWith('#') || machineIn(rest) !== undefined))) &&
      parseKernelVersion(text) !== undefined
    )
      return { kind: 'kernel', text, rest };
  }
  if (t.includes('CONFIG_') || t.includes('Kernel Configuration') || t.startsWith('# Auto')) {
    const found = configFigure(t);
    if (found !== undefined) return found;
  }
  if (t.includes('BOOT_IMAGE=') || t.includes('transparent_hugepage=')) {
    const booted = BOOTED.exec(t)?.[1];
    const kernel = booted !== undefined && parseKernelVersion(booted) !== undefined ? booted : undefined;
    const mode = BOOT_THP.exec(t)?.[1];
    if (kernel !== undefined || mode !== undefined) return { kind: 'boot', kernel, thp: mode };
  }
  if (t.length <= 60) {
    const machine = machineOf((MACHINE.exec(t)?.[1] ?? '').toLowerCase());
    if (machine !== undefined) return { kind: 'machine', text: machine };
    const page = PAGE_SIZE.exec(t)?.[1];
    if (page !== undefined) return { kind: 'page', size: Number(page) };
    const [, what, n] = BPF_COUNT.exec(t) ?? [];
    if (n !== undefined)
      return what === 'faults'
        ? { kind: 'faults', count: count(n), minor: false }
        : { kind: 'leaves', count: count(n) };
    if (BPF_OTHER.test(t)) return { kind: 'other' };
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

/**
 * Reads single figures: the kernel (`Linux version …`, uname with any options, a bare version, BOOT_IMAGE, the head
 * of a .config), the machine (`uname -m`, hostnamectl, lscpu, or a name in the version: x86_64-linux-gnu-gcc,
 * 6.12.117-arm64; as uname -m says it), the base page (`getconf PAGESIZE`, a .config), page faults (perf stat's
 * page-faults or minor-faults, time's, `faults: n`, `minflt=n`, bpftrace's `@faults: n` and the sum of its
 * `@leaves[order]: n`), VmPTE of /proc/PID/status in KiB, and transparent_hugepage/enabled, else what the command
 * line or the .config makes of it at boot. Of each the first is kept, save that minor faults
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
  let thp: (Figures['thp'] & { readonly byDefault: boolean }) | undefined;
  let page: Figures['page'];
  let leaves: Figures['faults'];
  const differs = (n: NumberedLine, what: string, kept: number): void => {
    notes.push(problem(n.line, n.text, `another ${what} than in line ${kept}, which is kept`));
  };
  const takeMachine = (n: NumberedLine, text: string): void => {
    if (machine !== undefined && machine.text !== text) differs(n, 'machine', machine.line);
    machine ??= { text, line: n.line };
  };
  const takeKernel = (n: NumberedLine, text: string): void => {
    if (kernel !== undefined && kernel.text !== text) differs(n, 'kernel', kernel.line);
    kernel ??= { text, line: n.line };
  };
  const takeThp = (n: NumberedLine, text: string, byDefault: boolean): void => {
    if (thp === undefined || (thp.byDefault && !byDefault)) thp = { text, line: n.line, byDefault };
    else if (thp.text !== text && thp.byDefault === byDefault) differs(n, 'THP mode', thp.line);
  };
  for (const n of lines) {
    const f = figureOf(n.text);
    if (f === undefined || f.kind === 'other') continue;
    items.push(n);
    switch (f.kind) {
      case 'kernel': {
        takeKernel(n, f.text);
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
        takeThp(n, f.text, false);
        break;
      case 'thpDefault':
        takeThp(n, f.text, true);
        break;
      case 'boot':
        if (f.kernel !== undefined) takeKernel(n, f.kernel);
        if (f.thp !== undefined) takeThp(n, f.thp, true);
        break;
      case 'page':
        if (page !== undefined && page.size !== f.size) differs(n, 'page size', page.line);
        page ??= { size: f.size, line: n.line };
        break;
      case 'leaves':
        leaves = { count: (leaves?.count ?? 0) + f.count, line: leaves?.line ?? n.line };
        break;
    }
  }
  return {
    items,
    ...listed(new Listing(), notes),
    figures: {
      ...(kernel === undefined ? {} : { kernel }),
      ...(machine === undefined ? {} : { machine }),
      ...(faults === undefined
        ? leaves === undefined
          ? {}
          : { faults: leaves }
        : { faults: { count: faults.count, line: faults.line } }),
      ...(vmPte === undefined ? {} : { vmPte }),
      ...(thp === undefined ? {} : { thp: { text: thp.text, line: thp.line } }),
      ...(page === undefined ? {} : { page }),
    },
  };
};
