/**
 * npm run diagnose -- FILE...: judges the device mappings in what a machine printed, as the Diagnose screen does.
 * `-` is standard input. Exit 0: nothing is mapped badly; 1: something is; 2: nothing could be judged.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ArchId } from '../arch/arch.ts';
import { archs, findArch } from '../arch/index.ts';
import { readIntake } from '../intake/intake.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnoseChoices, Pairing } from './diagnosis.ts';
import { diagnosisJson } from './json.ts';
import { diagnosisPicture, diagnosisTable } from './report.ts';

const USAGE = `usage: npm run -s diagnose -- [OPTION]... FILE...

Reads what a machine prints (/proc/PID/maps, lspci -vv, /proc/iomem, sysfs
resource, traces, dmesg), in any number of files and any order, recognised by
content. - is standard input, and so is no file. Nothing leaves the machine.

  --table          verdict, cause and fix of every mapping (default)
  --text           pictures in 72 columns of plain text, for mail
  --json           everything, for programs; see src/diagnose/README.md
  --kernel 6.12.5  the kernel, where no uname -r is among the input
  --arch ID        the architecture, such as x86_64-4 (--arch help lists them)
  --thp WORD       transparent_hugepage/enabled: always, madvise or never
  --pair LINE=BAR  line LINE of maps is this BAR: --pair 7=41:00.0#2
  --faults N       page faults counted over the mappings
  --vmpte KIB      VmPTE of the process
  --width N        columns of the table; the terminal's, else 80

Exit status: 0 nothing is mapped badly, 1 something is, 2 nothing could be
judged: no input, no device mapping, or too little known.
`;

/** What went wrong, as one line for the person who typed the command. */
class Refused extends Error {}

const thps = ['always', 'madvise', 'never'] as const;
type Thp = (typeof thps)[number];

interface Options {
  form: 'table' | 'text' | 'json' | 'help' | 'archs';
  kernel: string | undefined;
  arch: ArchId | undefined;
  thp: Thp | undefined;
  faults: number | undefined;
  vmPteKib: number | undefined;
  width: number | undefined;
  readonly pairings: Pairing[];
  readonly files: string[];
}

const whole = (name: string, text: string): number => {
  const digits = text.replaceAll(',', '');
  if (!/^\d{1,15}$/.test(digits)) throw new Refused(`${name} takes a whole number, not “${text}”`);
  return Number(digits);
};

const pairing = (text: string): Pairing => {
  const m = /^(\d+)=(?:([0-9a-f]+:)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]))?#([0-5])$/i.exec(text);
  if (m === null) throw new Refused(`--pair takes LINE=ADDRESS#BAR such as 7=41:00.0#2, not “${text}”`);
  const [, line, domain = '0000:', slot, bar] = m;
  return {
    line: Number(line),
    address: slot === undefined ? '' : `${domain}${slot}`.toLowerCase(),
    bar: Number(bar),
  };
};

const readOptions = (args: readonly string[]): Options => {
  const o: Options = {
    form: 'table',
    kernel: undefined,
    arch: undefined,
    thp: undefined,
    faults: undefined,
    vmPteKib: undefined,
    width: undefined,
    pairings: [],
    files: [],
  };
  let onlyFiles = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (onlyFiles || arg === '-' || !arg.startsWith('-')) {
      o.files.push(arg);
      continue;
    }
    const [name = '', inline] = arg.includes('=')
      ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]
      : [arg];
    const value = (): string => {
      const found = inline ?? args[++i];
      if (found === undefined) throw new Refused(`${name} needs a value`);
      return found;
    };
    switch (name) {
      case '--':
        onlyFiles = true;
        break;
      case '-h':
      case '--help':
        o.form = 'help';
        return o;
      case '--table':
      case '--text':
      case '--json':
        o.form = name === '--table' ? 'table' : name === '--text' ? 'text' : 'json';
        break;
      case '--kernel': {
        const text = value();
        if (parseKernelVersion(text) === undefined)
          throw new Refused(`“${text}” is not a kernel version such as 6.12.5`);
        o.kernel = text;
        break;
      }
      case '--arch': {
        const text = value();
        if (text === 'help') {
          o.form = 'archs';
          return o;
        }
        const found = findArch(text);
        if (found === undefined) throw new Refused(`no architecture “${text}”; --arch help lists them`);
        o.arch = found.id;
        break;
      }
      case '--thp': {
        const text = value();
        const found = thps.find(t => t === text);
        if (found === undefined) throw new Refused(`--thp takes ${thps.join(', ')}, not “${text}”`);
        o.thp = found;
        break;
      }
      case '--faults':
        o.faults = whole(name, value());
        break;
      case '--vmpte':
        o.vmPteKib = whole(name, value());
        break;
      case '--width':
        o.width = Math.max(40, whole(name, value()));
        break;
      case '--pair':
        o.pairings.push(pairing(value()));
        break;
      default:
        throw new Refused(`no option ${name}; --help lists them`);
    }
  }
  return o;
};

const textOf = (name: string): string => {
  try {
    const raw = readFileSync(name === '-' ? 0 : name);
    return (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refused(`cannot read ${name === '-' ? 'standard input' : name}: ${why}`);
  }
};

const main = (): number => {
  const o = readOptions(process.argv.slice(2));
  if (o.form === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (o.form === 'archs') {
    process.stdout.write(archs.map(a => `${a.id.padEnd(18)}${a.label}\n`).join(''));
    return 0;
  }
  if (o.files.length === 0 && process.stdin.isTTY) throw new Refused(`nothing to read\n\n${USAGE}`);
  const files = o.files.length === 0 ? ['-'] : o.files;
  const texts = files.map(textOf);
  const text = texts.map(t => (t.endsWith('\n') ? t : `${t}\n`)).join('');
  if (text.trim() === '') throw new Refused('nothing to read: the input is empty');
  const intake = readIntake(text);
  const { pairings, kernel, arch, thp, faults, vmPteKib } = o;
  const choices: DiagnoseChoices = { pairings, kernel, arch, thp, faults, vmPteKib };
  const diagnosis = diagnose(intake, choices);
  /** Where a line of the joined text is, for a reader who gave several files. */
  const starts = texts.map((_, i) => texts.slice(0, i).reduce((n, t) => n + lineCount(t), 0));
  const place = (line: number): string => {
    const i = starts.findLastIndex(start => start < line);
    return files.length === 1 ? `line ${line}` : `${files[i] ?? ''}:${line - (starts[i] ?? 0)}`;
  };
  for (const p of intake.problems.slice(0, MOST_PROBLEMS))
    process.stderr.write(`${place(p.line)}: ${p.reason}${p.text === '' ? '' : `: ${p.text}`}\n`);
  if (intake.problems.length > MOST_PROBLEMS)
    process.stderr.write(`and ${intake.problems.length - MOST_PROBLEMS} more problems\n`);
  for (const n of intake.notes.filter(note => note.line > 0).slice(0, MOST_PROBLEMS))
    process.stderr.write(`${place(n.line)}: note: ${n.reason}\n`);
  switch (o.form) {
    case 'json':
      process.stdout.write(`${JSON.stringify(diagnosisJson(diagnosis), undefined, 2)}\n`);
      break;
    case 'text':
      process.stdout.write(diagnosisPicture(diagnosis));
      break;
    case 'table':
      process.stdout.write(diagnosisTable(diagnosis, o.width ?? Math.max(40, process.stdout.columns ?? 80)));
      break;
  }
  switch (diagnosis.overall) {
    case 'good':
    case 'better':
      return 0;
    case 'bad':
      return 1;
    case 'unknown':
    case 'nothing':
      return 2;
  }
};

const MOST_PROBLEMS = 20;

/** Lines of a text as the intake counts them, the last one ended. */
const lineCount = (text: string): number =>
  (text.endsWith('\n') ? text : `${text}\n`).split(/\r\n|\n|\r/).length - 1;

// A pager that is closed early is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`diagnose: ${error.message}\n`);
  process.exitCode = 2;
}
