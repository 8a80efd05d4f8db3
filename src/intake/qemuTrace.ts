import { bytes } from '../units.ts';
import { fullAddress } from './devices.ts';
import type { QemuRegion, RegionArea } from './facts.ts';
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

const READ =
  /^vfio_region_(?:setup|sparse_mmap_header|sparse_mmap_entry|mmap|unmap|mmap_fault|exit|finalize)(?: |$)/;

const HEX = '0x([0-9a-f]{1,16})';
const RANGE = `\\[${HEX} - ${HEX}\\]`;
const SETUP = new RegExp(
  `^vfio_region_setup Device (\\S{1,255}), region (\\d{1,9}) "([^"]{1,255})", flags: ${HEX}, offset: ${HEX}, size: ${HEX}$`,
);
const HEADER =
  /^vfio_region_sparse_mmap_header Device (\S{1,255}) region (\d{1,9}): (\d{1,9}) sparse mmap entries$/;
const ENTRY = new RegExp(`^vfio_region_sparse_mmap_entry sparse entry (\\d{1,9}) ${RANGE}$`);
const MAPPED = new RegExp(
  `^vfio_region_(mmap|unmap) Region (\\S.{0,254}?) mmaps\\[(\\d{1,9})\\] (?:unmap )?${RANGE}$`,
);
const FAULT = new RegExp(
  `^vfio_region_mmap_fault Region (\\S.{0,254}?) mmaps\\[(\\d{1,9})\\], ${RANGE}, fault: (-?\\d{1,9})$`,
);

const EXPECTED: Readonly<Record<string, string>> = {
  setup: 'expected Device NAME, region n "NAME", flags: 0x…, offset: 0x…, size: 0x…',
  sparse_mmap_header: 'expected Device NAME region n: n sparse mmap entries',
  sparse_mmap_entry: 'expected sparse entry n [0x… - 0x…]',
  mmap: 'expected Region NAME mmaps[n] [0x… - 0x…]',
  unmap: 'expected Region NAME mmaps[n] unmap [0x… - 0x…]',
  mmap_fault: 'expected Region NAME mmaps[n], [0x… - 0x…], fault: n',
};

const plain = (line: string): string => logLine(trimmed(line)).text.trim();

/** True for the lines of QEMU that tell how regions are mapped, also damaged ones. Its other traces are none. */
export const isQemuRegionLine = (line: string): boolean =>
  line.includes('vfio_region_') && READ.test(plain(line));

/** `0000:01:00.0 BAR 2`: the BAR of a region named by vfio_bars_setup (hw/vfio/pci.c). */
const BAR_NAME = /^(\S{1,255}) BAR (\d)$/;
const PCI_ADDRESS = /^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$/;

interface Draft {
  readonly line: number;
  name: string;
  device: string | undefined;
  index: number | undefined;
  size: number | undefined;
  readonly areas: RegionArea[];
  /** By `offset end`, so that many unmaps cost no more than many maps. */
  readonly mmaps: Map<string, RegionArea>;
  readonly failed: (RegionArea & { readonly errno: number })[];
}

/** What a sparse header announced, until its entries are there. */
interface Announced {
  readonly draft: Draft;
  readonly line: number;
  readonly text: string;
  readonly count: number;
  seen: number;
}

/**
 * Reads QEMU's traces of how it maps the regions of a VFIO device (`-trace 'vfio_region_*'`), a log of one or
 * more QEMUs, and joins them per region. The texts are those of hw/vfio/trace-events, the same since 2.6
 * (db0da029a185, b53b0f696b10; vfio_region_unmap 5.2); they are called from hw/vfio/common.c, since 9.1 or so
 * from hw/vfio/region.c.
 *
 * - vfio_region_setup names device, region number, name and size; it comes after the sparse lines of its region.
 * - vfio_region_sparse_mmap_header is followed by its entries, which name no device. Their end was the first
 *   byte after the area up to 7.0, empty areas among them, and is the last byte of the area since 7.1: a
 *   multiple of 4 KiB is the former. Where an end is neither (an area of no whole pages), an odd one is taken as
 *   the last byte.
 * - vfio_region_mmap and vfio_region_unmap: offset in the region of the first and last byte. No address: where
 *   in QEMU it went is in /proc/PID/maps.
 * - vfio_region_mmap_fault: offsets in the device's file, region number in the bits from 40 up, and the errno.
 *
 * What was unmapped again is not in `mmaps`; vfio_region_exit and vfio_region_finalize change nothing here.
 * A second setup of a region (another start, or a device plugged again) begins a new item. A region that is
 * mapped without setup in the log has its name, and device and number by that name where it is `ADDRESS BAR n`.
 * A line that is not whole is a problem. Never throws; linear.
 */
export const parseQemuTrace = (lines: readonly NumberedLine[]): Parsed<QemuRegion> => {
  const drafts: Draft[] = [];
  const byPlace = new Map<string, Draft>();
  const byName = new Map<string, Draft>();
  const announced = new Map<number, Announced>();
  const problems: Problem[] = [];
  const notes: Note[] = [];

  const begin = (
    line: number,
    name: string,
    device: string | undefined,
    index: number | undefined,
  ): Draft => {
    const d: Draft = { line, name, device, index, size: undefined, areas: [], mmaps: new Map(), failed: [] };
    drafts.push(d);
    return d;
  };
  const named = (process: number, name: string, line: number): Draft => {
    const key = `${process} ${name}`;
    const known = byName.get(key);
    if (known) return known;
    const bar = BAR_NAME.exec(name);
    const d = begin(line, name, bar?.[1], bar ? Number(bar[2]) : undefined);
    byName.set(key, d);
    return d;
  };
  const unfinished = (a: Announced | undefined): void => {
    if (a && a.seen < a.count)
      notes.push(problem(a.line, a.text, `only ${a.seen} of its ${a.count} entries follow`));
  };

  for (const { line, text } of lines) {
    const log = logLine(trimmed(text));
    const t = log.text.trim();
    const process = log.pid ?? -1;
    const bad = (reason: string): void => {
      problems.push(problem(line, text, reason));
    };
    const event = /^vfio_region_(\w+)/.exec(t)?.[1] ?? '';
    if (event === 'exit' || event === 'finalize') continue;

    const header = HEADER.exec(t);
    if (header) {
      const [, device = '', index = '', count = ''] = header;
      unfinished(announced.get(process));
      const d = begin(line, '', device, Number(index));
      byPlace.set(`${process} ${device} ${index}`, d);
      announced.set(process, { draft: d, line, text, count: Number(count), seen: 0 });
      continue;
    }
    const entry = ENTRY.exec(t);
    if (entry) {
      const a = announced.get(process);
      if (!a || a.seen >= a.count) {
        bad('belongs to no region: vfio_region_sparse_mmap_header is expected before it');
        continue;
      }
      a.seen += 1;
      const offset = hexNumber(entry[2] ?? '');
      const last = hexNumberUp(entry[3] ?? '');
      if (offset === undefined || last === undefined) bad('an offset has more than 53 bits');
      else if (offset === last)
        notes.push(problem(line, text, 'an empty area, as QEMU before 7.1 traces it: left out'));
      else if (last < offset) bad('ends before it starts');
      else a.draft.areas.push({ offset: bytes(offset), end: bytes(last % 2 === 1 ? last + 1 : last), line });
      continue;
    }
    const setup = SETUP.exec(t);
    if (setup) {
      const [, device = '', index = '', name = ''] = setup;
      const size = hexNumberUp(setup[6] ?? '');
      if (size === undefined) {
        bad('the size has more than 53 bits');
        continue;
      }
      const place = `${process} ${device} ${index}`;
      // The sparse lines of this region came first, and are used once.
      const known = byPlace.get(place);
      byPlace.delete(place);
      const a = announced.get(process);
      if (a && a.draft === known) {
        unfinished(a);
        announced.delete(process);
      }
      const d = known ?? begin(line, name, device, Number(index));
      d.name = name;
      d.size = size;
      byName.set(`${process} ${name}`, d);
      if (d.areas.some(area => area.end > size)) bad('a sparse area ends behind the region');
      continue;
    }
    const mapped = MAPPED.exec(t);
    if (mapped) {
      const [, what, name = '', , from = '', to = ''] = mapped;
      const offset = hexNumber(from);
      const last = hexNumberUp(to);
      if (offset === undefined || last === undefined) bad('an offset has more than 53 bits');
      else if (last < offset) bad('ends before it starts');
      else {
        const d = named(process, name, line);
        const end = bytes(last + 1);
        if (what === 'mmap') d.mmaps.set(`${offset} ${end}`, { offset: bytes(offset), end, line });
        else d.mmaps.delete(`${offset} ${end}`);
      }
      continue;
    }
    const fault = FAULT.exec(t);
    if (fault) {
      const offset = hexNumber(fault[3] ?? '');
      const last = hexNumberUp(fault[4] ?? '');
      if (offset === undefined || last === undefined) bad('an offset has more than 53 bits');
      else if (last < offset) bad('ends before it starts');
      else {
        const base = Math.floor(offset / REGION) * REGION;
        const d = named(process, fault[1] ?? '', line);
        d.failed.push({
          offset: bytes(offset - base),
          end: bytes(last - base + 1),
          line,
          errno: Math.abs(Number(fault[5])),
        });
      }
      continue;
    }
    bad(EXPECTED[event] ?? 'not a trace of a region');
  }
  for (const a of announced.values()) unfinished(a);
  return {
    items: drafts.map(d => ({
      line: d.line,
      index: d.index,
      areas: d.areas,
      mmaps: [...d.mmaps.values()],
      failed: d.failed,
      device: d.device !== undefined && PCI_ADDRESS.test(d.device) ? fullAddress(d.device) : d.device,
      name: d.name === '' && d.index !== undefined ? `${d.device} region ${d.index}` : d.name,
      size: d.size === undefined ? undefined : bytes(d.size),
    })),
    problems: problems.sort((a, b) => a.line - b.line),
    notes: notes.sort((a, b) => a.line - b.line),
  };
};

/** VFIO_PCI_OFFSET_SHIFT is 40. */
const REGION = 2 ** 40;

/** As {@link hexNumber}, but below 2^53 also where it is no multiple of anything: a last byte. */
const hexNumberUp = (digits: string): number | undefined => {
  const n = hexNumber(digits);
  return n !== undefined && n < 2 ** 53 ? n : undefined;
};
