import type { Vma } from '../space/vma.ts';
import { pa, type Va } from '../units.ts';
import { type BarPlace, type PciBar, type PciDevice, placesByIndex, placesByPa } from './devices.ts';
import { MAX_INTAKE } from './limit.ts';
import { isBlank, type Note, type Parsed, type Problem, problem, toLines } from './line.ts';
import { parseLspci } from './lspci.ts';
import { type DeviceMapping, parseMaps } from './maps.ts';
import { recognise, type Section } from './recognise.ts';
import { parseResource } from './resource.ts';

/** A device mapping and the BARs it can be, as far as the pasted devices tell. */
export interface PlacedMapping extends DeviceMapping {
  /**
   * What the offset column is. `region`: VFIO region and offset, as from 6.10 on; `physical`: a physical
   * address, as before and for sysfs; `unclear`: both readings fit, or neither.
   */
  readonly reading: 'region' | 'physical' | 'unclear';
  /** Every BAR that fits the reading; several where more devices have such a BAR, none where no device fits. */
  readonly places: readonly BarPlace[];
}

/** Everything found in one paste. */
export interface Intake {
  /** The process, ascending; undefined when the text has no maps. */
  readonly vmas?: readonly Vma[];
  /** Where mmap() began to search when the process started: a guess, see {@link guessMmapBase}. */
  readonly mmapBaseGuess?: Va;
  /** lspci and sysfs joined by address. */
  readonly devices: readonly PciDevice[];
  readonly deviceMappings: readonly PlacedMapping[];
  /** Ascending by line. One may stand for many lines: those of a second process, or of a text in no known format. */
  readonly problems: readonly Problem[];
  /** Lines that were not read, blank ones aside. */
  readonly unread: number;
  readonly notes: readonly Note[];
}

const LOADER =
  /(?:^|\/)(?:ld-linux[\w.-]*\.so[\w.]*|ld-[\w.-]+\.so(?:\.\d+)?|ld64\.so\.\d+|ld\.so(?:\.\d+)?|ld-musl-[\w.-]+|linker(?:64)?)(?: \(deleted\))?$/;
const FIRST_PLACED = /^\[(?:vdso|vvar\w*|vectors|sigpage)\]$/;

/** A guess of mmap_base, or why there is none. */
export interface BaseGuess {
  readonly base?: Va;
  /** How it was inferred, or why not. */
  readonly how: string;
}

/**
 * Infers mmap_base, a byte address, from the VMAs of a process (ascending, as {@link parseMaps} gives them).
 *
 * With the usual top-down layout, exec places the program interpreter or the vdso first, so the highest VMA
 * below the stack ends at mmap_base (load_elf_binary(), mmap_base() in mm/util.c and arch/x86/mm/mmap.c). VMAs
 * that touch [stack] from below are parts of it. Without [stack] there is no guess; nor when the VMA on top is
 * not the loader although one is mapped lower (a bottom-up layout, or a mapping the fallback put above
 * mmap_base); nor when it is not the loader and lies further below the stack than a quarter of the stack's
 * address, where neither the gap for the stack nor the random offset puts it. An interpreter aligned to more
 * than a page may leave up to its alignment free above: then the guess is that much low. Never throws.
 */
export const guessMmapBase = (vmas: readonly Vma[]): BaseGuess => {
  let i = vmas.findLastIndex(v => v.name === '[stack]');
  const stack = vmas[i];
  if (!stack) return { how: 'no guess of mmap_base: there is no [stack]' };
  let low = stack.start;
  for (i -= 1; vmas[i]?.end === low; i -= 1) low = vmas[i]?.start ?? low;
  const top = vmas[i];
  if (!top) return { how: 'no guess of mmap_base: nothing is mapped below the stack' };
  let below: Vma | undefined = top;
  for (let j = i; below?.name === '' && vmas[j - 1]?.end === below.start; j -= 1) below = vmas[j - 1];
  const name = below?.name ?? '';
  if (LOADER.test(name) || FIRST_PLACED.test(name))
    return {
      base: top.end,
      how: `mmap_base is taken to be the end of ${name}, which exec places first, right below the stack's gap`,
    };
  if (vmas.some(v => v.start < top.start && LOADER.test(v.name)))
    return {
      how: 'no guess of mmap_base: the loader is not on top, so the layout is bottom-up or something was placed above it',
    };
  if (stack.end - top.end > stack.end / 4)
    return { how: 'no guess of mmap_base: nothing is mapped near the stack' };
  return {
    base: top.end,
    how: 'mmap_base is taken to be the end of the highest VMA below the stack; no loader is there to confirm it',
  };
};

const placeMapping = (m: DeviceMapping, devices: readonly PciDevice[]): PlacedMapping => {
  const asPa = placesByPa(devices, pa(m.fileOffset), m.length);
  if (m.source === 'sysfs') {
    const own = asPa.filter(p => p.address === m.device && p.bar === m.region);
    return { ...m, reading: 'physical', places: own };
  }
  if (m.offsetInRegion === undefined) return { ...m, reading: 'unclear', places: [] };
  const bound = devices.filter(d => d.driver !== undefined && /vfio/.test(d.driver));
  const mine = bound.length > 0 ? bound : devices;
  const asRegion = m.region <= 5 ? placesByIndex(mine, m.region, m.offsetInRegion, m.length) : [];
  if (asRegion.length > 0 && asPa.length === 0) return { ...m, reading: 'region', places: asRegion };
  if (asPa.length > 0 && asRegion.length === 0) return { ...m, reading: 'physical', places: asPa };
  if (asPa.length > 0) return { ...m, reading: 'unclear', places: [...asRegion, ...asPa] };
  // Physical address 0 is memory on no machine with PCI, so offset 0 of region 0 can only be a region.
  if (m.fileOffset === 0) return { ...m, reading: 'region', places: [] };
  return { ...m, reading: m.region > 8 ? 'physical' : 'unclear', places: [] };
};

const sameBar = (a: PciBar, b: PciBar): boolean =>
  a.base === b.base && a.size === b.size && a.kind === b.kind;

/** Joins two accounts of one device: lspci's names and marks, and the BARs only the other one has. */
const join = (a: PciDevice, b: PciDevice, note: (line: number, reason: string) => void): PciDevice => {
  const [main, extra] = a.name !== '' || b.name === '' ? [a, b] : [b, a];
  const added = extra.bars.filter(x => !main.bars.some(m => m.index === x.index));
  for (const x of extra.bars) {
    const m = main.bars.find(y => y.index === x.index);
    if (m && !sameBar(m, x))
      note(extra.line, `BAR ${x.index} of ${main.address} differs from line ${main.line}, which is kept`);
  }
  const placed = new Set([...main.bars, ...added].map(x => x.index));
  return {
    ...extra,
    ...main,
    bars: [...main.bars, ...added].sort((x, y) => x.index - y.index),
    unplaced: (main.unplaced.length > 0 ? main.unplaced : extra.unplaced).filter(x => !placed.has(x.index)),
    windows: main.windows.length > 0 ? main.windows : extra.windows,
    line: Math.min(a.line, b.line),
  };
};

/**
 * Reads whatever was pasted or dropped: /proc/PID/maps or smaps, `lspci -vv`, sysfs `resource`, one or several
 * in a row. Every line number speaks of the whole text. Only the first process is read; a further one is a
 * problem. Devices named twice are joined. VFIO and sysfs mappings are matched to the devices' BARs. A text of
 * more than 32 Mi characters is refused with one problem. Never throws.
 */
export const readIntake = (text: string): Intake => {
  const nothing = { devices: [], deviceMappings: [], notes: [] };
  if (text.length > MAX_INTAKE)
    return {
      ...nothing,
      problems: [problem(1, text.slice(0, 200), 'the text is longer than 32 MiB: not read')],
      unread: 1,
    };
  const sections = recognise(toLines(text));
  const problems: Problem[] = [];
  let unread = 0;
  /** A problem that stands for all the lines of a section. */
  const whole = (s: Section, p: Problem): void => {
    problems.push(p);
    unread += s.lines.filter(line => !isBlank(line)).length;
  };
  const notes: Note[] = [];
  const found: PciDevice[] = [];
  let vmas: readonly Vma[] | undefined;
  let mappings: readonly DeviceMapping[] = [];

  /** One by one: a spread of a million arguments overflows the call stack. */
  const take = (part: Parsed<unknown>): void => {
    for (const p of part.problems) problems.push(p);
    unread += part.problems.length;
    for (const n of part.notes) notes.push(n);
  };

  for (const s of sections) {
    switch (s.kind) {
      case 'maps': {
        if (vmas !== undefined) {
          whole(
            s,
            problem(s.first, s.lines[0] ?? '', 'a second address space begins here: only the first is read'),
          );
          break;
        }
        const maps = parseMaps(s);
        vmas = maps.items;
        mappings = maps.deviceMappings;
        take(maps);
        break;
      }
      case 'lspci':
      case 'resource': {
        const devices = s.kind === 'lspci' ? parseLspci(s) : parseResource(s);
        for (const d of devices.items) found.push(d);
        take(devices);
        break;
      }
      case 'unknown':
        whole(s, s.problem);
        break;
    }
  }

  const byAddress = new Map<string, PciDevice>();
  const nameless: PciDevice[] = [];
  for (const d of found) {
    const before = byAddress.get(d.address);
    if (d.address === '') nameless.push(d);
    else if (before === undefined) byAddress.set(d.address, d);
    else
      byAddress.set(
        d.address,
        join(before, d, (line, reason) => notes.push(problem(line, '', reason))),
      );
  }
  const all = [...byAddress.values(), ...nameless];
  const guess = vmas === undefined || vmas.length === 0 ? undefined : guessMmapBase(vmas);
  if (guess) notes.push(problem(0, '', guess.how));
  return {
    ...(vmas === undefined ? {} : { vmas }),
    ...(guess?.base === undefined ? {} : { mmapBaseGuess: guess.base }),
    devices: all,
    deviceMappings: mappings.map(m => placeMapping(m, all)),
    problems: problems.sort((a, b) => a.line - b.line),
    unread,
    notes: notes.sort((a, b) => a.line - b.line),
  };
};
