import type { Vma } from '../space/vma.ts';
import { type Bytes, bytes, type Va, va } from '../units.ts';
import {
  hexNumber,
  isBlank,
  isPrompt,
  type Lines,
  Listing,
  linesOf,
  listed,
  type Parsed,
  problem,
} from './line.ts';

/**
 * A mapping of device memory, found by its name.
 *
 * The offset that maps prints means two things. From 6.10 on (aac6db75a9fc) a VFIO mapping keeps the offset
 * that was passed to mmap(): region number in the bits from 40 up, offset in the region below
 * (VFIO_PCI_OFFSET_SHIFT). Before, vfio_pci_core_mmap() overwrote it with the physical address. A sysfs
 * `resourceN` mapping has the physical address on every kernel (pci_mmap_resource_range()). Both readings are
 * given; `readIntake` tells them apart where it can, by the devices: a stable release may carry the commit too.
 */
export interface DeviceMapping {
  readonly source: 'vfio' | 'sysfs';
  readonly va: Va;
  readonly length: Bytes;
  readonly name: string;
  readonly perms: string;
  /** The offset column, in bytes, below 2^64. Read as a physical address: the old VFIO and the sysfs meaning. */
  readonly fileOffset: Bytes;
  /** BAR number: from a sysfs name, else `fileOffset` / 2^40 rounded down. */
  readonly region: number;
  /** VFIO: `fileOffset` modulo 2^40. Undefined for sysfs, whose offset is a physical address. */
  readonly offsetInRegion: Bytes | undefined;
  /** PCI address where the name has it. */
  readonly device: string | undefined;
  /** Line of the text, 1-based. */
  readonly line: number;
}

/** {@link parseMaps}: the VMAs, ascending, and the mappings of devices among them. */
export interface ParsedMaps extends Parsed<Vma> {
  readonly deviceMappings: readonly DeviceMapping[];
  /** True when the text is smaps: its VmFlags decided `growsDown` and `shadowStack`. */
  readonly smaps: boolean;
}

/** True for a line that begins a VMA: a range with permissions, also where the rest is damaged. */
export const isMapsLine = (line: string): boolean => MAPS.test(line);

const MAPS = /^\s*[0-9a-fA-F]+-[0-9a-fA-F]+\s+[-rwxspRWXSP?]{3,5}\s+[0-9a-fA-F]/;
const HEADER =
  /^\s*([0-9a-fA-F]+)-([0-9a-fA-F]+)\s+([r-][w-][x-][sp])\s+([0-9a-fA-F]+)\s+[0-9a-fA-F]+:[0-9a-fA-F]+\s+\d+(?:\s+(\S.*)?)?$/;
const SMAPS_FIELD = /^(?:[A-Z][A-Za-z_]*:\s+\d+ kB|(?:THPeligible|ProtectionKey):\s+\d+)$/;
/** Asked of a line without the blanks around it: with them in the expression, a run of blanks is tried from each one. */
const WRAPPED_NAME = /^(?:\/\S.*|\[[\w:.-]+\]|anon_inode:\S+)$/;
const PAGE = 4096;
const TOP_BIT = 2 ** 63;
const REGION = 2 ** 40;

const VFIO_NAME =
  /^(?:\/dev\/vfio\/(?:\d+|noiommu-\d+|devices\/(?:noiommu-)?vfio\d+)|anon_inode:\[vfio-device\])$/;
const SYSFS_NAME = /^\/sys\/.*\/([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\/resource([0-5])(?:_wc)?$/;

const VFIO_DEVICE = 'anon_inode:[vfio-device]';
/** No other anonymous inode begins so. */
const CUT_VFIO = /^anon_inode:\[vf/;
const MAY_BE_DEVICE = /^(?:\/dev\/vfio|\/sys|anon_inode:)/;

const deviceMapping = (v: Vma, fileOffset: number, line: number): DeviceMapping | undefined => {
  const name = v.name.replace(/ \(deleted\)$/, '');
  const common = {
    va: v.start,
    length: bytes(v.end - v.start),
    name: v.name,
    perms: v.perms,
    fileOffset: bytes(fileOffset),
    line,
  };
  const sysfs = SYSFS_NAME.exec(name);
  if (sysfs)
    return {
      ...common,
      source: 'sysfs',
      region: Number(sysfs[2]),
      offsetInRegion: undefined,
      device: sysfs[1],
    };
  if (!VFIO_NAME.test(name)) return undefined;
  const region = Math.floor(fileOffset / REGION);
  return {
    ...common,
    source: 'vfio',
    region,
    offsetInRegion: bytes(fileOffset - region * REGION),
    device: undefined,
  };
};

/** Says why a line is not a header of maps, most telling part first. */
const whyNotHeader = (line: string): string => {
  const [range = '', perms, offset, dev, inode] = line.trim().split(/\s+/, 5);
  if (!/^[0-9a-fA-F]+-[0-9a-fA-F]+$/.test(range))
    return /^[A-Z]\w*:$/.test(range)
      ? 'not a field smaps is known to have'
      : 'not a line of maps: it does not begin with an address range';
  if (perms === undefined) return 'the line stops after the address range';
  if (!/^[r-][w-][x-][sp]$/.test(perms)) return 'bad permissions: four letters such as rw-p are expected';
  if (offset === undefined || !/^[0-9a-fA-F]+$/.test(offset)) return 'no hexadecimal file offset';
  if (dev === undefined || !/^[0-9a-fA-F]+:[0-9a-fA-F]+$/.test(dev)) return 'no device number such as fe:00';
  if (inode === undefined || !/^\d+$/.test(inode)) return 'no inode number';
  return 'not a line of maps';
};

/** A {@link Vma} whose name and flags the following lines may still settle. */
type Draft = { -readonly [K in keyof Vma]: Vma[K] };

/**
 * Reads /proc/PID/maps or /proc/PID/smaps: one line per VMA as show_map_vma() in fs/proc/task_mmu.c prints
 * it, `start-end perms offset major:minor inode name`, numbers in hexadecimal except the inode.
 *
 * Addresses come out in bytes, multiples of 4 KiB below 2^63, ascending, not overlapping. A line that breaks
 * a rule is a problem and is left out; later lines are compared with the last one kept. [vsyscall], anything
 * else at or above 2^63 and the `[rollup]` of smaps_rollup are not VMAs of the process and are noted.
 * `growsDown` is the name `[stack]` in maps; in smaps `VmFlags` decides (`gd`, and `ss` for a shadow stack,
 * show_smap_vma_flags()). The name of a VFIO mapping that a narrow terminal cut is completed, with a note. Other smaps fields are skipped in silence. A name that a mailer wrapped to the next
 * line is joined again, with a note. Shell prompts are noted. Never throws; linear in the length.
 */
export const parseMaps = (input: string | Lines): ParsedMaps => {
  const { first, lines } = linesOf(input);
  const items: Draft[] = [];
  const deviceMappings: DeviceMapping[] = [];
  const problems = new Listing();
  const notes = new Listing();
  let smaps = false;
  let last: Draft | undefined;
  /** The header the next smaps fields belong to; undefined after one that was left out. */
  let open: Draft | undefined;
  /** The line just before was `open` and had no name. */
  let mayWrap = false;
  let openOffset = 0;
  const named = (d: Draft, name: string, line: number): void => {
    d.name = name;
    d.growsDown = name === '[stack]';
    if (!MAY_BE_DEVICE.test(name)) return;
    const cut = CUT_VFIO.test(name) && VFIO_DEVICE.startsWith(name) && name !== VFIO_DEVICE;
    if (cut) {
      notes.push(problem(line, name, `the name is cut short: taken for ${VFIO_DEVICE}`));
      d.name = VFIO_DEVICE;
    }
    const found = deviceMapping(d, openOffset, line);
    if (found) deviceMappings.push(found);
  };

  for (let i = 0; i < lines.length; i++) {
    const text = lines[i] ?? '';
    const line = first + i;
    const m = HEADER.exec(text);
    if (!m) {
      if (isBlank(text)) continue;
      const t = text.trim();
      const wrapped = mayWrap && WRAPPED_NAME.test(t);
      mayWrap = false;
      if (wrapped && open) {
        named(open, t, line - 1);
        notes.push(problem(line, text, 'taken as the name of the line before it, which seems wrapped'));
        continue;
      }
      if (t.startsWith('VmFlags:')) {
        smaps = true;
        const flags = ` ${t.slice(8)} `;
        if (open) {
          open.growsDown = flags.includes(' gd ');
          open.shadowStack = flags.includes(' ss ');
        }
      } else if (SMAPS_FIELD.test(t)) smaps = true;
      else if (isPrompt(text)) notes.push(problem(line, text, 'a shell prompt or command'));
      else problems.push(problem(line, text, whyNotHeader(text)));
      continue;
    }
    open = undefined;
    mayWrap = false;
    const [, from = '', to = '', perms = '', off = '', rawName = ''] = m;
    const name = rawName.trimEnd();
    const start = hexNumber(from);
    const end = hexNumber(to);
    const fileOffset = hexNumber(off);
    const bad = (reason: string): void => {
      problems.push(problem(line, text, reason));
    };
    if (start === undefined || end === undefined) {
      const wide = from.replace(/^0+/, '').length > 16 || to.replace(/^0+/, '').length > 16;
      bad(wide ? 'an address has more than 64 bits' : 'an address is not a multiple of 4 KiB');
    } else if (end < start) bad('ends before it starts');
    else if (end === start) bad('is empty: it ends where it starts');
    else if (start % PAGE !== 0 || end % PAGE !== 0) bad('an address is not a multiple of 4 KiB');
    else if (fileOffset === undefined)
      bad('the file offset is not a multiple of 4 KiB, or has more than 64 bits');
    else if (name === '[rollup]') notes.push(problem(line, text, 'the sum line of smaps_rollup, not a VMA'));
    else if (name === '[vsyscall]')
      notes.push(problem(line, text, 'the gate page of the kernel, not a VMA of the process: left out'));
    else if (end > TOP_BIT)
      notes.push(problem(line, text, 'at or above 2^63, not an address mmap() searches: left out'));
    else if (last && start < last.end)
      bad(end <= last.start ? 'lies below the line before it' : 'overlaps the line before it');
    else {
      open = {
        start: va(start),
        end: va(end),
        growsDown: false,
        shadowStack: false,
        perms,
        name: '',
      };
      last = open;
      openOffset = fileOffset;
      mayWrap = name === '';
      if (!mayWrap) named(open, name, line);
      items.push(open);
    }
  }
  return { items, ...listed(problems, notes), deviceMappings, smaps };
};
