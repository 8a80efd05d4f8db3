import { bytes, pa } from '../units.ts';
import {
  type BridgeWindow,
  barOddities,
  fullAddress,
  type PciBar,
  type PciDevice,
  type UnplacedBar,
} from './devices.ts';
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
  trimmed,
} from './line.ts';

/** Flags of a struct resource that the file prints (include/linux/ioport.h). */
const FLAG = {
  romEnable: 0x1,
  io: 0x100,
  mem: 0x200,
  prefetch: 0x2000,
  mem64: 0x100000,
  disabled: 0x10000000,
  unset: 0x20000000,
} as const;

const has = (flags: number, bit: number): boolean => Math.floor(flags / bit) % 2 === 1;

const ADDRESS = /[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]/g;
const ADDRESS_ONCE = /[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]/;
const TRIPLE = /^(?:(\S*):)?\s*(0x[0-9a-fA-F]+)\s+(0x[0-9a-fA-F]+)\s+(0x[0-9a-fA-F]+)\s*$/;
const HEADER = /^(?:.*\/)?(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7](?:\/resource)?:?$/;
/** All signs at the front or none, so that a row of them is not tried at every length. */
const BANNER = /^=+(?!=)>? *([^ ]*) *<?=*$/;
/** Longer than any path to a device. */
const MAX_HEADER = 300;

/** True for a line of three numbers, alone or behind a path as grep prints it over several files. */
export const isResourceLine = (line: string): boolean => line.includes('0x') && TRIPLE.test(trimmed(line));

/** True for a line that names the device of the lines below it: `== 0000:00:01.0`, a path, or the `==> ... <==` of head. */
export const isResourceHeader = (line: string): boolean => {
  // Most lines of other formats fail here, and cheaply.
  if (!/[.=]/.test(line.slice(0, MAX_HEADER))) return false;
  const text = trimmed(line);
  if (text.length > MAX_HEADER) return false;
  const named = BANNER.exec(text)?.[1];
  return HEADER.test(named ?? text) && (named !== undefined || ADDRESS_ONCE.test(text));
};

/** The last PCI address in a header or path, or '' where there is none. */
const addressIn = (text: string): string => {
  const full = text.match(ADDRESS)?.at(-1);
  const short = full ?? /[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]/.exec(text)?.[0];
  return short === undefined ? '' : fullAddress(short);
};

interface Row {
  readonly line: number;
  readonly text: string;
  readonly slot: number;
  readonly start: string;
  readonly end: string;
  readonly flags: string;
}
interface Draft {
  readonly address: string;
  readonly line: number;
  readonly rows: Row[];
  /** Lines seen, also those left out: the position of a line is its meaning. */
  count: number;
}

/**
 * First line of the bridge windows, by the number of lines: 7 lines have none, 11 have them from 7 on, 13
 * have SR-IOV at 7..12, 17 have SR-IOV and then windows (enum in include/linux/pci.h: CONFIG_PCI_IOV or not).
 */
const firstWindow = (count: number): number =>
  count === 11 ? 7 : count > 13 ? 13 : Number.POSITIVE_INFINITY;

const LAST_SLOT = 16;

/**
 * Reads sysfs `resource` files: `0xSTART 0xEND 0xFLAGS` a line, END the last byte, as resource_show() in
 * drivers/pci/pci-sysfs.c prints them; lines 0 to 5 are the BARs, 6 the ROM, then SR-IOV and bridge windows.
 * Addresses and sizes are in bytes. Several files may follow each other under headers (`== ADDRESS`,
 * `PATH/resource:`, `==> PATH <==`) or with a path before each line, as grep prints them. Without a header the
 * address is ''.
 *
 * Zero lines are empty slots; a slot without an address (IORESOURCE_UNSET or _DISABLED) goes to `unplaced`.
 * SR-IOV slots are left out. A line that is none of these, ends before it starts, is neither memory nor I/O
 * or is one line too many is a problem. A device whose lines are all zero is noted. Never throws.
 */
export const parseResource = (input: string | Lines): Parsed<PciDevice> => {
  const { first, lines } = linesOf(input);
  const drafts: Draft[] = [];
  const problems = new Listing();
  const notes = new Listing();
  let d: Draft | undefined;
  const begin = (address: string, line: number): Draft => {
    const draft = { address, line, rows: [], count: 0 };
    drafts.push(draft);
    return draft;
  };

  for (let i = 0; i < lines.length; i++) {
    const text = lines[i] ?? '';
    const line = first + i;
    if (isBlank(text)) continue;
    const t = trimmed(text);
    const m = TRIPLE.exec(t);
    if (!m) {
      if (isResourceHeader(t)) d = begin(addressIn(t), line);
      else if (isPrompt(t)) {
        notes.push(problem(line, text, 'a shell prompt or command'));
        const named = addressIn(t);
        d = named === '' ? undefined : begin(named, line);
      } else problems.push(problem(line, text, 'not three numbers: 0xSTART 0xEND 0xFLAGS'));
      continue;
    }
    const [, path, start = '', end = '', flags = ''] = m;
    if (path !== undefined) {
      const address = addressIn(path);
      if (d?.address !== address) d = begin(address, line);
    }
    d ??= begin('', line);
    const slot = d.count;
    d.count += 1;
    if (slot > LAST_SLOT) problems.push(problem(line, text, 'more than 17 lines for one device'));
    else d.rows.push({ line, text, slot, start, end, flags });
  }

  const items = drafts.map((draft): PciDevice => {
    const bars: PciBar[] = [];
    const unplaced: UnplacedBar[] = [];
    const windows: BridgeWindow[] = [];
    const windowAt = firstWindow(draft.count);
    let used = false;
    for (const r of draft.rows) {
      const bad = (reason: string): void => {
        problems.push(problem(r.line, r.text, reason));
      };
      const from = hexHalves(r.start.slice(2));
      const to = hexHalves(r.end.slice(2));
      const flags = hexNumber(r.flags.slice(2));
      if (!from || !to || flags === undefined) {
        bad('a number has more than 64 bits');
        continue;
      }
      if (flags === 0 && from.high + from.low + to.high + to.low === 0) continue;
      used = true;
      const io = has(flags, FLAG.io);
      if (!io && !has(flags, FLAG.mem)) {
        if (flags === 0) bad('addresses without flags');
        else if (r.slot <= 6) bad('neither memory nor I/O');
        continue;
      }
      const size = (to.high - from.high) * 2 ** 32 + (to.low - from.low) + 1;
      const gone = has(flags, FLAG.unset) || has(flags, FLAG.disabled);
      if (r.slot >= windowAt) {
        if (gone || size <= 0) continue;
        const kind = io ? 'io' : has(flags, FLAG.prefetch) ? 'prefetchable' : 'mem';
        windows.push({ kind, base: pa(from.high * 2 ** 32 + from.low), size: bytes(size) });
        continue;
      }
      if (r.slot > 6) continue;
      const common = {
        index: r.slot,
        kind: io ? ('io' as const) : ('mem' as const),
        bits: has(flags, FLAG.mem64) ? (64 as const) : (32 as const),
        prefetchable: has(flags, FLAG.prefetch),
      };
      if (gone) {
        unplaced.push({ ...common, ...(size > 0 ? { size: bytes(size) } : {}), why: 'unassigned' });
        continue;
      }
      if (size <= 0) {
        bad('ends before it starts');
        continue;
      }
      const base = hexNumber(r.start.slice(2));
      if (base === undefined) {
        bad('the address is not aligned and too large to be held exactly');
        continue;
      }
      const disabled = r.slot === 6 && !has(flags, FLAG.romEnable);
      const bar = { ...common, base: pa(base), size: bytes(size), disabled };
      bars.push(bar);
      for (const odd of barOddities(bar)) notes.push(problem(r.line, r.text, odd));
    }
    if (!used && draft.count > 0)
      notes.push(problem(draft.line, draft.address, 'every line is zero: the device has no BARs'));
    return {
      address: draft.address,
      name: '',
      bars,
      unplaced,
      windows,
      resizable: [],
      line: draft.line,
    };
  });
  problems.list.sort((a, b) => a.line - b.line);
  return { items, ...listed(problems, notes) };
};
