import type { Bytes, Pa } from '../units.ts';

/** One base address register that has an address and a size. */
export interface PciBar {
  /** 0..5, or 6 for the expansion ROM. */
  readonly index: number;
  /** First byte: physical for memory, a port number for I/O. Exact. */
  readonly base: Pa;
  /** Length in bytes, above 0; may be below 4 KiB. */
  readonly size: Bytes;
  readonly kind: 'mem' | 'io';
  /** Width of the register. I/O BARs have 32. */
  readonly bits: 32 | 64;
  readonly prefetchable: boolean;
  /** lspci says the device does not decode it. The sysfs file does not tell: false there, except for a ROM. */
  readonly disabled: boolean;
}

/** A BAR that exists but cannot be used as one: no address, or no size. */
export interface UnplacedBar {
  readonly index: number;
  readonly kind: 'mem' | 'io';
  readonly bits: 32 | 64;
  readonly prefetchable: boolean;
  /** Length in bytes where it is known. */
  readonly size?: Bytes;
  /**
   * unassigned: it has no address; ignored: the device has one that the kernel does not use;
   * no size: the text leaves the size out; broken: a 64-bit BAR in the last slot.
   */
  readonly why: 'unassigned' | 'ignored' | 'no size' | 'broken';
}

/** A range a bridge passes on to the bus behind it. */
export interface BridgeWindow {
  readonly kind: 'io' | 'mem' | 'prefetchable';
  readonly base: Pa;
  /** Length in bytes, above 0. */
  readonly size: Bytes;
}

/** A place inside a BAR. */
export interface BarOffset {
  /** 0..5 */
  readonly bar: number;
  /** Bytes from the start of the BAR. */
  readonly offset: Bytes;
}

/** MSI-X structures: the pages of a BAR that hold them were not mappable through VFIO before 4.16. */
export interface MsixPlace {
  readonly table?: BarOffset;
  readonly pba?: BarOffset;
}

/** One BAR of the Resizable BAR capability. */
export interface ResizableBar {
  readonly bar: number;
  readonly current: Bytes;
  /** Sizes it can take, ascending; empty where lspci does not say. */
  readonly supported: readonly Bytes[];
}

/** A range of /proc/iomem under a device's address that is none of its numbered BARs. */
export interface UnnumberedRange {
  readonly base: Pa;
  /** Length in bytes, above 0. */
  readonly size: Bytes;
  /** Line of the text, 1-based. */
  readonly line: number;
}

/** One PCI function, from any of the formats. */
export interface PciDevice {
  /** `0000:01:00.0`, lower case and always with a domain; '' where the text does not tell (a bare `resource`). */
  readonly address: string;
  /** Class and device as lspci prints them, or ''. */
  readonly name: string;
  readonly driver?: string;
  /** Ascending by index. */
  readonly bars: readonly PciBar[];
  readonly unplaced: readonly UnplacedBar[];
  readonly windows: readonly BridgeWindow[];
  readonly resizable: readonly ResizableBar[];
  readonly msix?: MsixPlace;
  /** What only /proc/iomem tells: memory of the device whose BAR number is unknown; ascending by base. */
  readonly unnumbered?: readonly UnnumberedRange[];
  /** Line of the text where the device starts, 1-based. */
  readonly line: number;
}

/**
 * Puts a PCI address in the one form used here: lower case, domain 0000 where it is left out. The argument
 * is `[domain:]bus:device.function` in hexadecimal, already checked.
 */
export const fullAddress = (address: string): string => {
  const a = address.toLowerCase();
  return a.split(':').length > 2 ? a : `0000:${a}`;
};

/**
 * What is unusual about a BAR, as clauses; empty for an ordinary one. A BAR is a power of two long and
 * starts at a multiple of its length (PCI 3.0, 6.2.5.1): hardware decodes it by comparing address bits. A ROM
 * and a region from Enhanced Allocation need not obey, which is why these are notes and not errors.
 */
export const barOddities = (bar: PciBar): readonly string[] => {
  const name = bar.index === 6 ? 'the ROM' : `BAR ${bar.index}`;
  if (!Number.isInteger(Math.log2(bar.size))) return [`${name}: its size is not a power of two`];
  return bar.base % bar.size === 0 ? [] : [`${name} does not start at a multiple of its size`];
};

/** One BAR that a mapping may show, and the part of it. */
export interface BarPlace {
  readonly address: string;
  readonly bar: number;
  /** Physical address of the mapping's first byte. */
  readonly pa: Pa;
  /** Offset of that byte in the BAR. */
  readonly offset: Bytes;
}

const holds = (bar: PciBar, offset: number, length: number): boolean =>
  bar.kind === 'mem' && offset >= 0 && offset + length <= Math.max(bar.size, 4096);

/** The memory BARs number `index` that are long enough for [`offset`, `offset` + `length`), all in bytes. */
export const placesByIndex = (
  devices: readonly PciDevice[],
  index: number,
  offset: Bytes,
  length: Bytes,
): readonly BarPlace[] =>
  devices.flatMap(d =>
    d.bars
      .filter(b => b.index === index && holds(b, offset, length))
      .map(b => ({ address: d.address, bar: b.index, pa: (b.base + offset) as Pa, offset })),
  );

/** The memory BARs that contain the physical range [`start`, `start` + `length`), in bytes. */
export const placesByPa = (devices: readonly PciDevice[], start: Pa, length: Bytes): readonly BarPlace[] =>
  devices.flatMap(d =>
    d.bars
      .filter(b => holds(b, start - b.base, length))
      .map(b => ({ address: d.address, bar: b.index, pa: start, offset: (start - b.base) as Bytes })),
  );

/** A range without a BAR number that a mapping may show, and the part of it. */
export interface UnnumberedPlace {
  readonly address: string;
  /** Physical address of the mapping's first byte. */
  readonly pa: Pa;
  /** Offset of that byte in the range. */
  readonly offset: Bytes;
  readonly range: UnnumberedRange;
}

const unnumbered = (
  devices: readonly PciDevice[],
  offsetIn: (range: UnnumberedRange) => number | undefined,
): readonly UnnumberedPlace[] =>
  devices.flatMap(d =>
    (d.unnumbered ?? []).flatMap(range => {
      const offset = offsetIn(range);
      return offset === undefined
        ? []
        : [{ address: d.address, pa: (range.base + offset) as Pa, offset: offset as Bytes, range }];
    }),
  );

/** The ranges without a number that contain the physical range [`start`, `start` + `length`), in bytes. */
export const unnumberedByPa = (
  devices: readonly PciDevice[],
  start: Pa,
  length: Bytes,
): readonly UnnumberedPlace[] =>
  unnumbered(devices, r =>
    start >= r.base && start + length <= r.base + Math.max(r.size, 4096) ? start - r.base : undefined,
  );

/**
 * The ranges without a number that are as long as the smallest BAR with room for [`offset`, `offset` + `length`),
 * in bytes: a power of two, and 4 KiB at least.
 */
export const unnumberedBySize = (
  devices: readonly PciDevice[],
  offset: Bytes,
  length: Bytes,
): readonly UnnumberedPlace[] => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(offset + length, 4096)));
  return unnumbered(devices, r => (r.size === size ? offset : undefined));
};
