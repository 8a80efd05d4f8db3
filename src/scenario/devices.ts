import { alignDown, type Bytes, bytes, GiB, KiB, MiB, type Pa, pa, TiB } from '../units.ts';
import { type Bar, type BridgeWindow, type Scenario, sampleWindow } from './scenario.ts';

/** A device that comes with the app: one BAR, what else it has, and why it is worth a look. */
export interface DevicePreset {
  readonly id: string;
  readonly label: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  readonly device: Scenario['device'];
}

const bar = (index: number, base: number, size: number): Bar => ({
  index,
  base: pa(base),
  size: bytes(size),
});

const one = (
  b: Bar,
  others: readonly Bar[] = [],
  holes: Scenario['device']['holes'] = [],
  ranges: Scenario['device']['ranges'] = [],
  windows: readonly BridgeWindow[] = [],
): Scenario['device'] => ({
  bar: b,
  others,
  windows,
  holes,
  ranges,
});

const small = [bar(0, 0xfc00_0000, 16 * MiB)];

/** The devices, the ordinary ones first, then those that break the rule that a BAR lies at a multiple of its size. */
export const devicePresets: readonly DevicePreset[] = [
  {
    id: '2g',
    label: '2 GiB BAR',
    about: 'A graphics card: one large 64-bit BAR between two small ones.',
    device: one(
      bar(2, 0x38_8000_0000, 2 * GiB),
      [...small, bar(4, 0x39_0000_0000, 32 * MiB)],
      [],
      [],
      [sampleWindow],
    ),
  },
  {
    id: '16m',
    label: '16 MiB BAR',
    about: 'A network card: 2 MiB leaves are the best there are.',
    device: one(bar(0, 0xfc00_0000, 16 * MiB)),
  },
  {
    id: '128g',
    label: '128 GiB BAR',
    about: 'An accelerator: 33,554,432 pages or 128 leaves.',
    device: one(bar(4, 0x20_0000_0000, 128 * GiB), small),
  },
  {
    id: '1t',
    label: '1 TiB BAR',
    about: 'The largest that a VFIO file offset can address: it has 40 bits for a region.',
    device: one(bar(2, 0x800_0000_0000, TiB)),
  },
  {
    id: 'msix',
    label: '16 MiB BAR with an MSI-X hole',
    about: 'The page of the MSI-X table is left out, so user space maps two areas.',
    device: one(bar(0, 0xfc00_0000, 16 * MiB), [], [{ offset: bytes(4 * MiB), size: bytes(64 * KiB) }]),
  },
  {
    id: 'ea',
    label: 'Enhanced Allocation, 1 MiB off',
    about: 'Its base is fixed by the device and no multiple of its size: aligning to the offset misleads.',
    device: one(bar(0, 0x3800_0010_0000, 64 * MiB)),
  },
  {
    id: 'gb200',
    label: 'GB200 memory, 0x2F_00F0_0000 bytes',
    about: 'A length that is no power of two: rules that read the alignment off the size go wrong.',
    device: one(bar(2, 0x1000_0000_0000, 0x2f_00f0_0000)),
  },
  {
    id: 'dax',
    label: 'Two ranges behind one file',
    about:
      'From 1.5 GiB on the memory lies elsewhere, as device dax has it: no leaf spans the seam, and the second range is 2 MiB off.',
    device: one(
      bar(2, 0x38_8000_0000, 3 * GiB),
      [],
      [],
      [{ offset: bytes(1536 * MiB), phys: pa(0x50_0020_0000) }],
    ),
  },
  {
    id: '16k',
    label: '16 KiB BAR',
    about: 'Smaller than a page of 64 KiB: mappable there only if it begins a page of its own.',
    device: one(bar(0, 0xfe00_4000, 16 * KiB)),
  },
];

/**
 * Whether vfio-pci lets a memory BAR be mapped on a machine with this page size: one smaller than a page must begin
 * a page. That the rest of such a page can be reserved, as the kernel asks too, is taken for granted.
 *
 * Source: vfio_pci_probe_mmaps(), drivers/vfio/pci/vfio_pci_core.c, 6.12 and 7.3.
 */
export const barMappable = (base: Pa, size: Bytes, page: Bytes): boolean =>
  size > 0 && (size >= page || base % page === 0);

/**
 * Where a mapping of a BAR begins in physical memory: the page its first byte lies in, as pages are what is counted.
 * PCI places a BAR of a page and more at a page's begin, but Enhanced Allocation need not.
 *
 * Source: pci_resource_start() >> PAGE_SHIFT in vfio_pci_core_mmap(), drivers/vfio/pci/vfio_pci_core.c, 6.1 to 6.12,
 * and vma_to_pfn() there, 7.3.
 */
export const barStart = (base: Pa, page: Bytes): Pa => pa(alignDown(base, page));

/**
 * The largest power of two in bytes that divides an address; undefined for 0, which all of them divide. `base` is a
 * whole number below 2^63.
 */
export const alignmentOf = (base: Pa): Bytes | undefined => {
  if (base === 0) return undefined;
  let power = 1;
  while (base % (power * 2) === 0) power *= 2;
  return bytes(power);
};

/**
 * Where the base of a BAR stands to its size: `natural`, as the base registers of PCI force it, which decode by
 * comparing the bits above the size (PCI 3.0, 6.2.5.1); `off`, as only Enhanced Allocation can place one; `odd`: a
 * size that is no power of two, so no base register holds it.
 */
export const barAlignment = ({ base, size }: Pick<Bar, 'base' | 'size'>): 'natural' | 'off' | 'odd' => {
  if (!Number.isInteger(Math.log2(size))) return 'odd';
  return base % size === 0 ? 'natural' : 'off';
};

/** A stretch of physical addresses behind the file of the mapped BAR. */
export interface PhysRange {
  readonly phys: Pa;
  /** Bytes in the BAR where it begins. */
  readonly offset: Bytes;
  /** Length in bytes, above 0. */
  readonly size: Bytes;
}

/** The physical stretches of the mapped BAR in the order of the file: one, unless it has further ranges. */
export const physRanges = ({
  bar,
  ranges,
}: Pick<Scenario['device'], 'bar' | 'ranges'>): readonly PhysRange[] => {
  const starts = [
    { offset: bytes(0), phys: bar.base },
    ...ranges.filter(r => r.offset > 0 && r.offset < bar.size),
  ];
  return starts.map(({ offset, phys }, i) => ({
    phys,
    offset,
    size: bytes((starts[i + 1]?.offset ?? bar.size) - offset),
  }));
};
