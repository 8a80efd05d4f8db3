import { type Bytes, bytes, GiB, KiB, MiB, pa, TiB } from '../units.ts';
import {
  type BridgeWindow,
  barOddities,
  fullAddress,
  type MsixPlace,
  type PciBar,
  type PciDevice,
  type ResizableBar,
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

/** Not lspci -mm, which quotes the names. */
const DEVICE = /^((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7])\s+([^\s"].*)$/;

/** The cheap part of it: most lines of other formats fail here. */
const MAY_BE_DEVICE = /^\s*[0-9a-fA-F]{2,8}:[0-9a-fA-F]{2}[:.]/;

/** True for the line that begins a device: `[domain:]bus:device.function class: name` (show_terse()). */
export const isDeviceHeader = (line: string): boolean =>
  MAY_BE_DEVICE.test(line) && DEVICE.test(trimmed(line));

const UNITS: Readonly<Record<string, number>> = { '': 1, K: KiB, M: MiB, G: GiB, T: TiB, P: 1024 * TiB };

/** Reads `512K`, `16M`, `8GB`, `64` as bytes; undefined for 0, an unknown unit or more than 2^64. */
const sizeOf = (text: string): Bytes | undefined => {
  const m = /^(\d{1,20})([KMGTP]?)B?$/.exec(text);
  const unit = UNITS[m?.[2] ?? '?'];
  if (!m || unit === undefined) return undefined;
  const n = Number(m[1]) * unit;
  return n > 0 && n <= 2 ** 64 ? bytes(n) : undefined;
};

/** The marks lspci puts around an address: `[virtual]`, `[disabled]`, `[disabled by cmd]`, `[enhanced]`, `[size=..]`. */
interface Marks {
  readonly disabled: boolean;
  readonly size: Bytes | undefined;
  readonly badSize: boolean;
}
const marksOf = (text: string): Marks => {
  const size = /\[size=([^\]]*)\]/.exec(text)?.[1];
  const value = size === undefined ? undefined : sizeOf(size);
  return {
    disabled: /\[disabled(?: by cmd)?\]/.test(text),
    size: value,
    badSize: size !== undefined && value === undefined,
  };
};

type Bar = { readonly bar: PciBar } | { readonly unplaced: UnplacedBar } | { readonly reason: string };

const barOf = (
  index: number,
  kind: 'mem' | 'io',
  bits: 32 | 64,
  prefetchable: boolean,
  at: string,
  rest: string,
): Bar => {
  const { disabled, size, badSize } = marksOf(rest);
  if (badSize) return { reason: 'the size is not a number with K, M, G or T' };
  const common = { index, kind, bits, prefetchable };
  const withSize = size === undefined ? common : { ...common, size };
  if (at === '<unassigned>') return { unplaced: { ...withSize, why: 'unassigned' } };
  if (at === '<ignored>') return { unplaced: { ...withSize, why: 'ignored' } };
  if (/^<(?:broken|invalid)-64-?bit-slot>$/.test(at)) return { unplaced: { ...withSize, why: 'broken' } };
  if (!/^[0-9a-fA-F]+$/.test(at)) return { reason: 'the address is not hexadecimal' };
  if (hexHalves(at) === undefined) return { reason: 'the address has more than 64 bits' };
  const base = hexNumber(at);
  if (base === undefined) return { reason: 'the address is not aligned and too large to be held exactly' };
  if (size === undefined) return { unplaced: { ...withSize, why: 'no size' } };
  if (base + size > 2 ** 64) return { reason: 'the region ends above 64 bits' };
  return { bar: { ...common, base: pa(base), size, disabled } };
};

const REGION = /^Region (\d+):\s*(.*)$/;
const MEMORY = /^(?:\[\w+\] )*Memory at (\S+) \((32-bit|64-bit|low-1M|type 3), (non-)?prefetchable\)(.*)$/;
const PORTS = /^(?:\[\w+\] )*I\/O ports at (\S+)(.*)$/;
const ROM = /^(?:\[\w+\] )*Expansion ROM at (\S+)(.*)$/;

const regionOf = (index: number, body: string): Bar => {
  if (index > 5) return { reason: 'a region number above 5' };
  const mem = MEMORY.exec(body);
  if (mem) {
    const [, at = '', type = '', non, rest = ''] = mem;
    return barOf(index, 'mem', type === '64-bit' ? 64 : 32, non === undefined, at, rest);
  }
  const io = PORTS.exec(body);
  if (io) return barOf(index, 'io', 32, false, io[1] ?? '', io[2] ?? '');
  return { reason: 'neither "Memory at ADDRESS (BITS, prefetchable)" nor "I/O ports at ADDRESS"' };
};

const WINDOW = /^(I\/O|Memory|Prefetchable memory) behind bridge:(.*)$/;
const CARDBUS = /^(I\/O|Memory) window [01]:(.*)$/;
const RANGE = /^\s*([0-9a-fA-F]+)-([0-9a-fA-F]+)\b/;

/** A bridge window; undefined where it is closed (disabled, or its limit below its base, as -vvv prints them). */
const windowOf = (what: string, rest: string): BridgeWindow | { readonly reason: string } | undefined => {
  const r = RANGE.exec(rest);
  if (!r) return /\[disabled\]/.test(rest) ? undefined : { reason: 'no address range' };
  if (/\[disabled\]/.test(rest)) return undefined;
  const from = hexHalves(r[1] ?? '');
  const to = hexHalves(r[2] ?? '');
  if (!from || !to) return { reason: 'an address has more than 64 bits' };
  const size = (to.high - from.high) * 2 ** 32 + (to.low - from.low) + 1;
  if (size <= 0) return undefined;
  const kind =
    what === 'I/O' ? 'io' : what === 'Memory' && !/\(prefetchable\)/.test(rest) ? 'mem' : 'prefetchable';
  return { kind, base: pa(from.high * 2 ** 32 + from.low), size: bytes(size) };
};

const MSIX = /^(Vector table|PBA): BAR=([0-5]) offset=([0-9a-fA-F]{1,8})\b/;
/** What lspci -v and -vv print of every device, and the least of it that tells of BARs. */
const DETAIL = /^(?:Control:|Flags:|Region \d|Memory at |I\/O ports at |(?:\[\w+\] )*Expansion ROM )/;
/** A line of lspci -x. */
const REGISTERS = /^[0-9a-f]{2,3}:(?: [0-9a-f]{2}){1,16}$/;
const RESIZABLE = /^BAR (\d): current size: (\w+)(?:, supported: (.*))?$/;

interface Draft {
  readonly address: string;
  readonly name: string;
  readonly line: number;
  driver: string | undefined;
  readonly bars: PciBar[];
  readonly unplaced: UnplacedBar[];
  readonly windows: BridgeWindow[];
  readonly resizable: ResizableBar[];
  msix: MsixPlace | undefined;
  /** The capability the line stands under; undefined before the first one. */
  cap: string | undefined;
}

const finish = (d: Draft): PciDevice => ({
  address: d.address,
  name: d.name,
  ...(d.driver === undefined ? {} : { driver: d.driver }),
  bars: d.bars.sort((a, b) => a.index - b.index),
  unplaced: d.unplaced,
  windows: d.windows,
  resizable: d.resizable,
  ...(d.msix === undefined ? {} : { msix: d.msix }),
  line: d.line,
});

/**
 * Reads the text of `lspci -vv`, -vvv, with or without -nn, -k and -D, several devices: the lines of
 * show_bases(), show_rom(), show_htype1() (bridge windows), cap_msix() and cap_rebar() of pciutils, of any
 * version: marks such as [virtual] may stand before or after the address. Addresses and sizes are in bytes.
 *
 * A BAR with an address and a size goes to `bars`, else to `unplaced`. Region lines under a capability are
 * virtual functions' BARs (SR-IOV) and are not the device's: left out. Anything else lspci prints in a device
 * is skipped in silence, but lines at the margin of an indented text are noted; a Region, ROM or window line that does not parse, a second BAR of the same number,
 * and text before the first device are problems. BARs off their natural alignment are noted, and so are the
 * output of a single -v, which has no BAR numbers, and that of none, which has no BARs. Never throws.
 */
export const parseLspci = (input: string | Lines): Parsed<PciDevice> => {
  const { first, lines } = linesOf(input);
  const drafts: Draft[] = [];
  const problems = new Listing();
  const notes = new Listing();
  let d: Draft | undefined;
  let toldNoNumbers = false;
  let detailed = false;
  let indented = false;
  let atMargin = 0;
  let firstAtMargin: { readonly line: number; readonly text: string } | undefined;

  for (let i = 0; i < lines.length; i++) {
    const text = lines[i] ?? '';
    const line = first + i;
    if (isBlank(text)) continue;
    const t = trimmed(text);
    const head = DEVICE.exec(t);
    if (head) {
      d = {
        address: fullAddress(head[1] ?? ''),
        name: (head[2] ?? '').replace(/ \(prog-if .*$/, '').trim(),
        line,
        driver: undefined,
        bars: [],
        unplaced: [],
        windows: [],
        resizable: [],
        msix: undefined,
        cap: undefined,
      };
      drafts.push(d);
      continue;
    }
    if (isPrompt(text)) {
      notes.push(problem(line, text, 'a shell prompt or command'));
      continue;
    }
    if (!d) {
      problems.push(problem(line, text, 'text before the first device'));
      continue;
    }
    if (/^[ \t]/.test(text)) indented = true;
    else if (indented && !REGISTERS.test(t)) {
      atMargin += 1;
      firstAtMargin ??= { line, text };
    }
    detailed ||= DETAIL.test(t);
    if (t.startsWith('Capabilities:')) {
      d.cap = t;
      continue;
    }
    const add = (found: Bar): void => {
      if ('reason' in found) {
        problems.push(problem(line, text, found.reason));
        return;
      }
      const index = 'bar' in found ? found.bar.index : found.unplaced.index;
      if (d?.bars.some(b => b.index === index) || d?.unplaced.some(b => b.index === index)) {
        problems.push(problem(line, text, 'a second region of this number in one device'));
        return;
      }
      if ('bar' in found) {
        d?.bars.push(found.bar);
        for (const odd of barOddities(found.bar)) notes.push(problem(line, text, odd));
      } else d?.unplaced.push(found.unplaced);
    };
    if (t.startsWith('Region ')) {
      if (d.cap !== undefined) continue;
      const r = REGION.exec(t);
      add(r ? regionOf(Number(r[1]), r[2] ?? '') : { reason: 'no region number' });
      continue;
    }
    if (/^(?:\[\w+\] )*Expansion ROM\b/.test(t)) {
      const r = ROM.exec(t);
      add(r ? barOf(6, 'mem', 32, false, r[1] ?? '', r[2] ?? '') : { reason: 'no address' });
      continue;
    }
    const win = WINDOW.exec(t) ?? CARDBUS.exec(t);
    if (win) {
      const w = windowOf(win[1] ?? '', win[2] ?? '');
      if (w === undefined) continue;
      if ('reason' in w) problems.push(problem(line, text, w.reason));
      else d.windows.push(w);
      continue;
    }
    const msix = MSIX.exec(t);
    if (msix) {
      const place = { bar: Number(msix[2]), offset: bytes(Number.parseInt(msix[3] ?? '0', 16)) };
      d.msix = { ...d.msix, ...(msix[1] === 'PBA' ? { pba: place } : { table: place }) };
      continue;
    }
    const rebar = d.cap?.includes('Physical Resizable BAR') ? RESIZABLE.exec(t) : null;
    if (rebar) {
      const current = sizeOf(rebar[2] ?? '');
      const supported = (rebar[3] ?? '')
        .split(/\s+/)
        .map(sizeOf)
        .filter(s => s !== undefined);
      if (current !== undefined) d.resizable.push({ bar: Number(rebar[1]), current, supported });
      continue;
    }
    const driver = /^Kernel driver in use: (\S+)/.exec(t);
    if (driver?.[1] !== undefined) {
      d.driver = driver[1];
      continue;
    }
    if (!toldNoNumbers && d.cap === undefined && (MEMORY.test(t) || PORTS.test(t))) {
      toldNoNumbers = true;
      notes.push(problem(line, text, 'lspci -v prints no BAR numbers: use lspci -vv'));
    }
  }
  if (firstAtMargin !== undefined)
    notes.push(
      problem(
        firstAtMargin.line,
        firstAtMargin.text,
        atMargin === 1
          ? 'begins at the margin, where lspci prints devices alone: passed over'
          : `begins at the margin, where lspci prints devices alone: passed over, and ${atMargin - 1} more such`,
      ),
    );
  const [bare] = drafts;
  if (bare !== undefined && !detailed)
    notes.push(problem(bare.line, bare.address, 'lspci without -vv prints no BARs: use lspci -vv'));
  return { items: drafts.map(finish), ...listed(problems, notes) };
};
