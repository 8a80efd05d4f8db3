import { type Bytes, bytes, GiB, KiB, MiB, type Pa, pa, TiB } from '../units.ts';
import type { Bar, Scenario } from './scenario.ts';

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
): Scenario['device'] => ({
  bar: b,
  others,
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
    device: one(bar(2, 0x38_8000_0000, 2 * GiB), [...small, bar(4, 0x39_0000_0000, 32 * MiB)]),
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
