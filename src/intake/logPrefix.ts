/** A line of a log without what the logger wrote before it. */
export interface LogLine {
  /** What was logged. The line itself where it has no prefix known here. */
  readonly text: string;
  /** Name of the task (`comm`), where ftrace, trace-cmd or perf wrote it. */
  readonly task: string | undefined;
  /** Its thread id (ftrace, trace-cmd, perf), or QEMU's process id. */
  readonly pid: number | undefined;
}

/** Longer than any prefix; what lies behind it is not looked at by the expressions. */
const REACH = 400;

/** Every one is anchored and its repeats are bounded, so that none takes longer on a longer line. */
const PLAIN: readonly RegExp[] = [
  // dmesg, dmesg -T: [    4.351435], [Fri Jan  3 13:48:29 2025]
  /^\s{0,20}\[ {0,12}(?:\d{1,10}\.\d{3,9}|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] ?/,
  // CONFIG_PRINTK_CALLER: [    T1], [   C12]
  /^\s{0,20}\[ {0,8}[TC]\d{1,10}\] ?/,
  // dmesg -r: <7>; dmesg -x: kern  :debug :
  /^\s{0,20}(?:<\d{1,3}>|[a-z0-9]{3,8} {0,8}: ?(?:emerg|alert|crit|err|warn|notice|info|debug) {0,8}: ?)/,
  // syslog and journalctl: Jan 03 13:48:29 host kernel:, 2025-01-03T13:48:29+0100 host qemu[42]:
  /^\s{0,20}(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) [\w.:-]{1,64} (?:kernel|[^\s:[\]]{1,64}\[\d{1,10}\]): ?/,
  // journalctl -o short-monotonic, after the time: host kernel:
  /^[\w.-]{1,64} kernel: ?/,
  // dmesg --time-format iso, QEMU -msg timestamp=on, libvirt, containers
  /^\s{0,20}\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?:? /,
  // error_report() of QEMU, and the marker file of ftrace, to which QEMU can write
  /^\s{0,20}(?:qemu(?:-system-[\w-]{1,40}|-kvm)?|kvm|tracing_mark_write): /,
];

const FTRACE =
  /^\s{0,40}(\S.{0,31}?)-(\d{1,10})\s{1,20}(?:\([ \d-]{1,12}\)\s{1,20})?\[\d{1,5}\]\s{1,20}(?:[^\s:]{1,12}\s{1,20})?\d{1,12}\.\d{3,9}: ?/;
const PERF =
  /^\s{0,40}(\S.{0,31}?)\s{1,20}(?:\d{1,10}\/)?(\d{1,10})\s{1,20}\[\d{1,5}\]\s{1,20}(?:[^\s:]{1,12}\s{1,20})?\d{1,12}\.\d{3,9}: {1,20}/;
const QEMU = /^\s{0,20}(\d{1,10})@\d{1,12}\.\d{1,9}:/;

/** More than any logger stacks upon another. */
const MOST = 6;

/**
 * Takes off what loggers write before a line, one prefix after the other: the time and caller of dmesg (also
 * -T, -r, -x, --time-format iso), syslog and journalctl, libvirt; task, pid, cpu, flags and time of ftrace
 * (trace_print_context() in kernel/trace/trace_output.c), trace-cmd and perf script; pid and time of QEMU's
 * log backend (scripts/tracetool/backend/log.py), its `-msg timestamp=on` and its name. What is left keeps its
 * own blanks but for the one that the prefix ends with. Never throws; constant time for one line.
 */
export const logLine = (line: string): LogLine => {
  let text = line;
  let task: string | undefined;
  let pid: number | undefined;
  for (let n = 0; n < MOST; n++) {
    const head = text.slice(0, REACH);
    const traced = FTRACE.exec(head) ?? PERF.exec(head);
    const m = traced ?? QEMU.exec(head) ?? PLAIN.map(p => p.exec(head)).find(r => r !== null);
    if (m === undefined || m === null) break;
    if (traced) {
      task = traced[1];
      pid = Number(traced[2]);
    } else if (m[1] !== undefined) pid = Number(m[1]);
    text = text.slice(m[0].length);
  }
  return { text, task, pid };
};
