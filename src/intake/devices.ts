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

/** A range without a BAR number that a mapping may show, and the part of it. */
export interface UnnumberedPlace {
  readonly address: string;
  /** Physical address of the mapping's first byte. */
  readonly pa: Pa;
  /** Offset of that byte in the range. */
  readonly offset: Bytes;
  readonly range: UnnumberedRange;
}

/** So many places of one mapping are listed: nobody chooses among more. */
export const MOST_PLACES = 256;

/** The memory of some devices, to be asked for one mapping after the other. */
export class DeviceMemory {
  /** BARs and ranges that were looked at so far: what asking has cost. */
  looked = 0;
  private readonly bars: { readonly address: string; readonly bar: PciBar }[] = [];
  private readonly byIndex = new Map<number, { readonly address: string; readonly bar: PciBar }[]>();
  private readonly ranges: { readonly address: string; readonly range: UnnumberedRange }[] = [];

  constructor(devices: readonly PciDevice[]) {
    for (const { address, bars, unnumbered } of devices) {
      for (const bar of bars) {
        if (bar.kind !== 'mem') continue;
        const entry = { address, bar };
        this.bars.push(entry);
        const same = this.byIndex.get(bar.index);
        if (same === undefined) this.byIndex.set(bar.index, [entry]);
        else same.push(entry);
      }
      for (const range of unnumbered ?? []) this.ranges.push({ address, range });
    }
  }

  /** The first {@link MOST_PLACES} that `placeOf` gives a place. */
  private find<T, P>(all: readonly T[], placeOf: (of: T) => P | undefined): readonly P[] {
    const found: P[] = [];
    let i = 0;
    while (i < all.length && found.length < MOST_PLACES) {
      const place = placeOf(all[i++] as T);
      if (place !== undefined) found.push(place);
    }
    this.looked += i;
    return found;
  }

  /** The memory BARs number `index` that are long enough for [`offset`, `offset` + `length`), all in bytes. */
  byNumber(index: number, offset: Bytes, length: Bytes): readonly BarPlace[] {
    return this.find(this.byIndex.get(index) ?? [], ({ address, bar }) =>
      holds(bar, offset, length)
        ? { address, bar: bar.index, pa: (bar.base + offset) as Pa, offset }
        : undefined,
    );
  }

  /** The memory BARs that contain the physical range [`start`, `start` + `length`), in bytes. */
  byPa(start: Pa, length: Bytes): readonly BarPlace[] {
    return this.find(this.bars, ({ address, bar }) =>
      holds(bar, start - bar.base, length)
        ? { address, bar: bar.index, pa: start, offset: (start - bar.base) as Bytes }
        : undefined,
    );
  }

  /** The ranges without a number that contain the physical range [`start`, `start` + `length`), in bytes. */
  rangesByPa(start: Pa, length: Bytes): readonly UnnumberedPlace[] {
    return this.find(this.ranges, ({ address, range }) =>
      start >= range.base && start + length <= range.base + Math.max(range.size, 4096)
        ? { address, pa: start, offset: (start - range.base) as Bytes, range }
        : undefined,
    );
  }

  /**
   * The ranges without a number that are as long as the smallest BAR with room for [`offset`, `offset` + `length`),
   * in bytes: a power of two, and 4 KiB at least.
   */
  rangesBySize(offset: Bytes, length: Bytes): readonly UnnumberedPlace[] {
    const size = 2 ** Math.ceil(Math.log2(Math.max(offset + length, 4096)));
    return this.find(this.ranges, ({ address, range }) =>
      range.size === size ? { address, pa: (range.base + offset) as Pa, offset, range } : undefined,
    );
  }
}
