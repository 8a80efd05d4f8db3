/**
 * What programs put before a message: dmesg's `[  123.456789] `, journalctl's `Nov 21 10:00:00 host kernel: `,
 * ISO times, ftrace's `task-pid [cpu] flags time: `, perf script's, QEMU's `pid@time:`.
 */

const LONGEST = 400;
const DMESG = /^\s*(?:<\d{1,3}>)?\[\s{0,12}\d{1,12}(?:\.\d{1,9})?\](?:\[\s*[TC]?\d{1,10}\])?\s?/;
const ISO = /^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?\s+/;
const SYSLOG = /^\s*[A-Z][a-z]{2}\s{1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,9})?\s+/;
const WDAY = /^\s*\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}\]\s?/;
const HOST = /^\S{1,80} kernel: (?:\[\s{0,12}\d{1,12}\.\d{1,9}\]\s?)?/;

/** The length of what dmesg or a system log puts before a kernel message; 0 where there is nothing such. */
const kernelPrefix = (line: string): number => {
  const head = line.slice(0, LONGEST);
  const own = DMESG.exec(head) ?? WDAY.exec(head);
  if (own) return own[0].length;
  const time = ISO.exec(head) ?? SYSLOG.exec(head);
  if (!time) return 0;
  const host = HOST.exec(head.slice(time[0].length));
  return time[0].length + (host?.[0].length ?? 0);
};

/** A kernel message without what dmesg, journalctl or syslog put before it; the line itself where there is nothing such. */
export const kernelMessage = (line: string): string => line.slice(kernelPrefix(line));
