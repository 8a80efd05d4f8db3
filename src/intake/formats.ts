import { isAlignmentLine, parseAlignmentLog } from './alignmentLog.ts';
import type { PciDevice } from './devices.ts';
import type {
  AlignmentResult,
  DumpedLeaves,
  Figures,
  HugeFault,
  Iomem,
  QemuRegion,
  SearchTrace,
} from './facts.ts';
import { isFigureLine, parseFigures } from './figures.ts';
import { isIomemLine, parseIomem } from './iomem.ts';
import type { Lines, NumberedLine, Parsed } from './line.ts';
import { isDeviceHeader, parseLspci } from './lspci.ts';
import { isMapsLine, type ParsedMaps, parseMaps } from './maps.ts';
import { isDumpLine, parsePageTableDump } from './pageTableDump.ts';
import { isQemuRegionLine, parseQemuTrace } from './qemuTrace.ts';
import { isResourceHeader, isResourceLine, parseResource } from './resource.ts';
import { isSearchLine, parseSearchTrace } from './searchTrace.ts';
import { isHugeFaultLine, parseHugeFaults } from './vfioDebug.ts';

/** Everything the readers find, before it is joined. */
export interface Found {
  maps: ParsedMaps | undefined;
  readonly devices: PciDevice[];
  iomem: Iomem | undefined;
  readonly searches: SearchTrace[];
  readonly hugeFaults: HugeFault[];
  readonly alignment: AlignmentResult[];
  readonly qemuRegions: QemuRegion[];
  readonly dumped: DumpedLeaves[];
  figures: Figures;
}

interface Row<Kind extends string> {
  readonly kind: Kind;
  /** What the text is, as its reader would say it: `lspci -vv`. */
  readonly title: string;
  /** What one item is called, and several. */
  readonly item: readonly [one: string, many: string];
}

/**
 * A format whose lines follow each other. A section begins at a line that `begins` knows and goes on until a
 * line that begins another block, or a shell prompt; its reader sees every line between, also damaged ones.
 * Lines of line formats among them are read by their own readers and blank to this one.
 */
interface BlockFormat<Kind extends string> extends Row<Kind> {
  readonly shape: 'block';
  readonly begins: (line: string) => boolean;
  readonly read: (lines: Lines, found: Found) => Parsed<unknown>;
}

/**
 * A format whose every line is known by itself, whatever stands before it in the line (the time a log gives)
 * and between the lines. Its reader gets all of the text at once.
 */
interface LineFormat<Kind extends string> extends Row<Kind> {
  readonly shape: 'lines';
  readonly is: (line: string) => boolean;
  readonly read: (lines: readonly NumberedLine[], found: Found) => Parsed<unknown>;
}

/** Appends one by one: a spread of a million arguments overflows the call stack. */
const keep = <T>(into: T[], parsed: Parsed<T>): Parsed<T> => {
  for (const item of parsed.items) into.push(item);
  return parsed;
};

/** The formats of consecutive lines, in the order they are asked. */
export const BLOCK_FORMATS = [
  {
    shape: 'block',
    kind: 'maps',
    title: '/proc/PID/maps or smaps',
    item: ['VMA', 'VMAs'],
    begins: isMapsLine,
    read: (lines, found) => {
      const maps = parseMaps(lines);
      found.maps = maps;
      return maps;
    },
  },
  {
    shape: 'block',
    kind: 'resource',
    title: 'sysfs resource',
    item: ['device', 'devices'],
    begins: line => isResourceLine(line) || isResourceHeader(line),
    read: (lines, found) => keep(found.devices, parseResource(lines)),
  },
  {
    shape: 'block',
    kind: 'lspci',
    title: 'lspci -vv',
    item: ['device', 'devices'],
    begins: isDeviceHeader,
    read: (lines, found) => keep(found.devices, parseLspci(lines)),
  },
  {
    shape: 'block',
    kind: 'iomem',
    title: '/proc/iomem',
    item: ['range', 'ranges'],
    begins: isIomemLine,
    read: (lines, found) => {
      const { iomem, ...parsed } = parseIomem(lines);
      found.iomem = iomem;
      return parsed;
    },
  },
] as const satisfies readonly BlockFormat<string>[];

/** The formats of lines that stand by themselves, in the order they are asked. */
export const LINE_FORMATS = [
  {
    shape: 'lines',
    kind: 'search',
    title: 'mmap:vm_unmapped_area',
    item: ['search', 'searches'],
    is: isSearchLine,
    read: (lines, found) => keep(found.searches, parseSearchTrace(lines)),
  },
  {
    shape: 'lines',
    kind: 'hugeFault',
    title: 'vfio-pci debug lines',
    item: ['fault', 'faults'],
    is: isHugeFaultLine,
    read: (lines, found) => keep(found.hugeFaults, parseHugeFaults(lines)),
  },
  {
    shape: 'lines',
    kind: 'alignment',
    title: 'VFIO alignment test',
    item: ['mapping', 'mappings'],
    is: isAlignmentLine,
    read: (lines, found) => keep(found.alignment, parseAlignmentLog(lines)),
  },
  {
    shape: 'lines',
    kind: 'qemu',
    title: 'QEMU vfio_region traces',
    item: ['region', 'regions'],
    is: isQemuRegionLine,
    read: (lines, found) => keep(found.qemuRegions, parseQemuTrace(lines)),
  },
  {
    shape: 'lines',
    kind: 'dump',
    title: 'page-table dump',
    item: ['entry', 'entries'],
    is: isDumpLine,
    read: (lines, found) => keep(found.dumped, parsePageTableDump(lines)),
  },
  {
    shape: 'lines',
    kind: 'figures',
    title: 'single figures',
    item: ['figure', 'figures'],
    is: isFigureLine,
    read: (lines, found) => {
      const { figures, ...parsed } = parseFigures(lines);
      found.figures = { ...figures, ...found.figures };
      return parsed;
    },
  },
] as const satisfies readonly LineFormat<string>[];

export type BlockKind = (typeof BLOCK_FORMATS)[number]['kind'];
export type LineKind = (typeof LINE_FORMATS)[number]['kind'];
/** Every format read here. */
export type FormatKind = BlockKind | LineKind;
