import type { Vma } from '../space/vma.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { pa, type Va } from '../units.ts';
import {
  type BarPlace,
  DeviceMemory,
  MOST_PLACES,
  type PciBar,
  type PciDevice,
  type UnnumberedPlace,
} from './devices.ts';
import type {
  AlignmentResult,
  DumpedLeaves,
  Figures,
  HugeFault,
  Iomem,
  QemuRegion,
  SearchTrace,
} from './facts.ts';
import { BLOCK_FORMATS, type FormatKind, type Found, LINE_FORMATS } from './formats.ts';
import { joinIomem } from './iomemBars.ts';
import { MAX_INTAKE, MAX_LINES } from './limit.ts';
import { isBlank, Listing, type Note, type Parsed, type Problem, problem, toLines } from './line.ts';
import { type DeviceMapping, parseMaps } from './maps.ts';
import { type Recognised, recognise, type Section } from './recognise.ts';

/** A device mapping and the BARs it can be, as far as the pasted devices tell. */
export interface PlacedMapping extends DeviceMapping {
  /**
   * What the offset column is. `region`: VFIO region and offset, as from 6.10 on; `physical`: a physical
   * address, as before and for sysfs; `unclear`: both readings fit, or neither.
   */
  readonly reading: 'region' | 'physical' | 'unclear';
  /** Every BAR that fits the reading; several where more devices have such a BAR, none where no device fits. */
  readonly places: readonly BarPlace[];
  /** Where no BAR fits: ranges that only /proc/iomem gives, which fit by address or are just as long as is needed. */
  readonly unnumbered: readonly UnnumberedPlace[];
}

/** A format that was found in the text. */
export interface Given {
  readonly kind: FormatKind;
  /** What it is: `lspci -vv`. */
  readonly title: string;
  /** The first line of it, 1-based. */
  readonly line: number;
  /** How many items were read: VMAs, devices, ranges, searches, … */
  readonly count: number;
  /** The count in words: `28 VMAs, 3 of devices`. */
  readonly says: string;
}

/** Two texts that put a BAR of one device at different places. */
export interface Contradiction {
  /** The lines that say so, the one that is kept first. */
  readonly lines: readonly number[];
  /** The device. */
  readonly address: string;
  /** What either says, and which is kept. */
  readonly text: string;
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
  /** Undefined when the text has none. */
  readonly iomem: Iomem | undefined;
  readonly searches: readonly SearchTrace[];
  readonly hugeFaults: readonly HugeFault[];
  readonly alignment: readonly AlignmentResult[];
  readonly qemuRegions: readonly QemuRegion[];
  readonly dumped: readonly DumpedLeaves[];
  readonly figures: Figures;
  /** Where two texts put a BAR at different places; they stand among the notes, too. */
  readonly contradictions: readonly Contradiction[];
  /** What was recognised, one entry a format, in the order of the text. */
  readonly given: readonly Given[];
  /** Ascending by line; of very many the last one tells how many more there are. One may stand for many lines: those of a second process, or of a text in no known format. */
  readonly problems: readonly Problem[];
  /** Lines that were not read, blank ones aside. */
  readonly unread: number;
  /** Ascending by line; of very many the last one tells how many more there are. */
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

/** So many BARs and ranges are looked at for all mappings together: seldom a tenth of a second. */
const MOST_LOOKED = 4_000_000;

/** Matches mappings with BARs, until that has taken too long. */
const placeMappings = (
  mappings: readonly DeviceMapping[],
  devices: readonly PciDevice[],
  say: (line: number, reason: string) => void,
): readonly PlacedMapping[] => {
  const bound = devices.filter(d => d.driver !== undefined && /vfio/.test(d.driver));
  const all = new DeviceMemory(devices);
  const mine = bound.length > 0 ? new DeviceMemory(bound) : all;
  const none = new DeviceMemory([]);
  let told = false;
  let many = 0;
  return mappings.map(m => {
    const tired = all.looked + mine.looked > MOST_LOOKED;
    if (tired && !told) {
      told = true;
      say(m.line, 'mappings from here on are not matched with devices: there are too many of both');
    }
    const placed = tired ? placeMapping(m, none, none) : placeMapping(m, all, mine);
    if (placed.places.length >= MOST_PLACES && many++ === 0)
      say(m.line, `more BARs fit this mapping than are listed: the first ${MOST_PLACES} are`);
    return placed;
  });
};

const placeMapping = (m: DeviceMapping, all: DeviceMemory, mine: DeviceMemory): PlacedMapping => {
  const asPa = all.byPa(pa(m.fileOffset), m.length);
  if (m.source === 'sysfs') {
    const own = asPa.filter(p => p.address === m.device && p.bar === m.region);
    const ranges = own.length > 0 ? [] : all.rangesByPa(pa(m.fileOffset), m.length);
    return {
      ...m,
      reading: 'physical',
      places: own,
      unnumbered: ranges.filter(r => r.address === m.device),
    };
  }
  if (m.offsetInRegion === undefined) return { ...m, reading: 'unclear', places: [], unnumbered: [] };
  const asRegion = m.region <= 5 ? mine.byNumber(m.region, m.offsetInRegion, m.length) : [];
  if (asRegion.length > 0 && asPa.length === 0)
    return { ...m, reading: 'region', places: asRegion, unnumbered: [] };
  if (asPa.length > 0 && asRegion.length === 0)
    return { ...m, reading: 'physical', places: asPa, unnumbered: [] };
  if (asPa.length > 0) return { ...m, reading: 'unclear', places: [...asRegion, ...asPa], unnumbered: [] };
  const rangeByPa = all.rangesByPa(pa(m.fileOffset), m.length);
  if (rangeByPa.length > 0) return { ...m, reading: 'physical', places: [], unnumbered: rangeByPa };
  const rangeBySize = m.region <= 5 ? mine.rangesBySize(m.offsetInRegion, m.length) : [];
  // Physical address 0 is memory on no machine with PCI, so offset 0 of region 0 can only be a region.
  if (m.fileOffset === 0) return { ...m, reading: 'region', places: [], unnumbered: rangeBySize };
  return { ...m, reading: m.region > 8 ? 'physical' : 'unclear', places: [], unnumbered: rangeBySize };
};

const sameBar = (a: PciBar, b: PciBar): boolean =>
  a.base === b.base && a.size === b.size && a.kind === b.kind;

const barText = (b: PciBar): string => `${formatAddress(b.base)}, ${formatSize(b.size)},`;

/** Joins two accounts of one device: lspci's names and marks, and the BARs only the other one has. */
const join = (a: PciDevice, b: PciDevice, note: Report['say']): PciDevice => {
  const [main, extra] = a.name !== '' || b.name === '' ? [a, b] : [b, a];
  const added = extra.bars.filter(x => !main.bars.some(m => m.index === x.index));
  for (const x of extra.bars) {
    const m = main.bars.find(y => y.index === x.index);
    if (m && !sameBar(m, x))
      note(
        extra.line,
        `BAR ${x.index} of ${main.address} is at ${barText(x)} here and at ${barText(m)} in line ${main.line}, which is kept`,
        main,
      );
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

const NOTHING = {
  devices: [],
  contradictions: [],
  deviceMappings: [],
  iomem: undefined,
  searches: [],
  hugeFaults: [],
  alignment: [],
  qemuRegions: [],
  dumped: [],
  figures: {},
  given: [],
} as const;

const plural = (n: number, [one, many]: readonly [string, string]): string =>
  `${formatCount(n)} ${n === 1 ? one : many}`;

/** As many contradictions are kept. */
const MOST_CONTRADICTIONS = 50;

/** Everything the readers have to say, and what it stands for. */
class Report {
  readonly problems = new Listing();
  readonly notes = new Listing();
  readonly contradictions: Contradiction[] = [];
  unread = 0;
  private moreNotes = 0;
  private moreProblems = 0;

  /** One problem that stands for all the lines of a section. */
  whole(s: Section, p: Problem): void {
    this.problems.push(p);
    this.unread += s.lines.reduce((n, line) => (isBlank(line) ? n : n + 1), 0);
  }

  take(part: Parsed<unknown>): void {
    for (const p of part.problems) this.problems.push(p);
    for (const n of part.notes) this.notes.push(n);
    this.moreProblems += part.moreProblems ?? 0;
    this.moreNotes += part.moreNotes ?? 0;
    this.unread += part.problems.length + (part.moreProblems ?? 0);
  }

  readonly say = (
    line: number,
    reason: string,
    against?: { readonly line: number; readonly address: string },
  ): void => {
    this.notes.push(problem(line, '', reason));
    if (against !== undefined && this.contradictions.length < MOST_CONTRADICTIONS)
      this.contradictions.push({ lines: [against.line, line], address: against.address, text: reason });
  };

  private static close(list: Listing, more: number, what: readonly [string, string]): readonly Problem[] {
    const sorted = list.list.sort((a, b) => a.line - b.line);
    const all = list.more + more;
    const last = sorted.at(-1);
    return all === 0 || last === undefined
      ? sorted
      : [...sorted, problem(list.overflow?.line ?? last.line, '', `and ${plural(all, what)}`)];
  }

  result(): Pick<Intake, 'problems' | 'notes' | 'unread' | 'contradictions'> {
    return {
      contradictions: this.contradictions,
      problems: Report.close(this.problems, this.moreProblems, ['more like this', 'more like these']),
      notes: Report.close(this.notes, this.moreNotes, ['more note', 'more notes']),
      unread: this.unread,
    };
  }
}

/** The one line of smaps_rollup that looks like a VMA. */
const ROLLUP = /\[rollup\]\s*$/;

/** What the sections of one format gave together. */
interface Tally {
  readonly line: number;
  count: number;
}

const readAll = (parts: Recognised, report: Report): { readonly found: Found; readonly given: Given[] } => {
  const found: Found = {
    maps: undefined,
    devices: [],
    iomem: undefined,
    searches: [],
    hugeFaults: [],
    alignment: [],
    qemuRegions: [],
    dumped: [],
    figures: {},
  };
  const tallies = new Map<FormatKind, Tally>();
  const tally = (kind: FormatKind, line: number, count: number): void => {
    const t = tallies.get(kind);
    if (t === undefined) tallies.set(kind, { line, count });
    else t.count += count;
  };
  for (const s of parts.sections) {
    if (s.kind === 'unknown') {
      report.whole(s, s.problem);
      continue;
    }
    const format = BLOCK_FORMATS.find(f => f.kind === s.kind);
    if (format === undefined) continue;
    // A prompt may stand before it.
    const at = Math.max(0, s.lines.findIndex(format.begins));
    const first = s.first + at;
    const text = s.lines[at] ?? '';
    if (s.kind === 'maps' && ROLLUP.test(text)) {
      const rollup = parseMaps(s);
      if (rollup.items.length === 0) {
        report.take(rollup);
        continue;
      }
    }
    if (s.kind === 'maps' && found.maps !== undefined && found.maps.items.length > 0) {
      report.whole(s, problem(first, text, 'a second address space begins here: only the first is read'));
      continue;
    }
    const again = s.kind === 'iomem' && found.iomem !== undefined && !found.iomem.zeroed;
    if (again) {
      report.whole(s, problem(first, text, 'a second /proc/iomem: only the first is read'));
      continue;
    }
    const parsed = format.read(s, found);
    report.take(parsed);
    // The better iomem took the place of the zeros.
    if (s.kind === 'iomem') tallies.delete('iomem');
    tally(s.kind, first, parsed.items.length);
  }
  for (const format of LINE_FORMATS) {
    const lines = parts.lines.get(format.kind);
    const first = lines?.[0];
    if (lines === undefined || first === undefined) continue;
    const parsed = format.read(lines, found);
    report.take(parsed);
    if (parsed.items.length > 0) tally(format.kind, first.line, parsed.items.length);
  }
  const given = [...BLOCK_FORMATS, ...LINE_FORMATS].flatMap((f): Given[] => {
    const t = tallies.get(f.kind);
    if (t === undefined) return [];
    const mapped = f.kind === 'maps' ? (found.maps?.deviceMappings.length ?? 0) : 0;
    const says = `${plural(t.count, f.item)}${mapped > 0 ? `, ${formatCount(mapped)} of devices` : ''}`;
    return [{ kind: f.kind, title: f.title, line: t.line, count: t.count, says }];
  });
  return { found, given: given.sort((a, b) => a.line - b.line) };
};

/** Joins what lspci, sysfs and iomem say of each device. */
const joinDevices = (found: Found, report: Report): readonly PciDevice[] => {
  const byAddress = new Map<string, PciDevice>();
  const nameless: PciDevice[] = [];
  for (const d of found.devices) {
    const before = byAddress.get(d.address);
    if (d.address === '') nameless.push(d);
    else byAddress.set(d.address, before === undefined ? d : join(before, d, report.say));
  }
  const all = [...byAddress.values(), ...nameless];
  return found.iomem === undefined ? all : joinIomem(all, found.iomem, found.qemuRegions, report.say);
};

/** Other lines of a log: nothing is wrong with them, unless there is nothing else. */
const sayLogged = ({ logged, sections, lines }: Recognised, report: Report): void => {
  if (logged === undefined) return;
  const { count, first } = logged;
  if (sections.length > 0 || lines.size > 0)
    report.say(
      first.line,
      `${plural(count, ['line', 'lines'])} of a log that ${count === 1 ? 'says' : 'say'} nothing of a mapping: passed over`,
    );
  else {
    report.problems.push(
      problem(
        first.line,
        first.text,
        `a log of ${plural(count, ['line', 'lines'])}, and none of them is of vfio-pci, vm_unmapped_area, QEMU's regions or a page-table dump`,
      ),
    );
    report.unread += count;
  }
};

/**
 * Reads whatever was pasted or dropped, in any number and order: the formats of {@link BLOCK_FORMATS} and
 * {@link LINE_FORMATS}. Every line number speaks of the whole text. Only the first process is read; a further
 * one is a problem. Devices named twice are joined, also with /proc/iomem. VFIO and sysfs mappings are matched
 * to the devices' BARs. A text of more than 32 Mi characters or a million lines is refused with one problem. Never throws;
 * linear in the length, as many mappings and many devices are matched up to a bound only, which is noted; problems
 * and notes are listed up to a thousand each.
 */
export const readIntake = (text: string): Intake => {
  if (text.length > MAX_INTAKE)
    return {
      ...NOTHING,
      problems: [problem(1, text.slice(0, 200), 'the text is longer than 32 MiB: not read')],
      unread: 1,
      notes: [],
    };
  const lines = toLines(text);
  if (lines.lines.length > MAX_LINES)
    return {
      ...NOTHING,
      problems: [
        problem(MAX_LINES, lines.lines[MAX_LINES] ?? '', 'the text has more than a million lines: not read'),
      ],
      unread: lines.lines.length,
      notes: [],
    };
  const parts = recognise(lines);
  const report = new Report();
  const { found, given } = readAll(parts, report);
  sayLogged(parts, report);
  const devices = joinDevices(found, report);
  const vmas = found.maps?.items;
  const guess = vmas === undefined || vmas.length === 0 ? undefined : guessMmapBase(vmas);
  if (guess) report.say(0, guess.how);
  return {
    ...(vmas === undefined ? {} : { vmas }),
    ...(guess?.base === undefined ? {} : { mmapBaseGuess: guess.base }),
    devices,
    deviceMappings: placeMappings(found.maps?.deviceMappings ?? [], devices, report.say),
    iomem: found.iomem,
    searches: found.searches,
    hugeFaults: found.hugeFaults,
    alignment: found.alignment,
    qemuRegions: found.qemuRegions,
    dumped: found.dumped,
    figures: found.figures,
    given,
    ...report.result(),
  };
};
