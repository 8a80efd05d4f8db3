import type { Vma } from '../space/vma.ts';

const hex = (n: number): string => n.toString(16);

/** A line as show_map_vma() prints it, fs/proc/task_mmu.c. */
export const mapsLine = (
  v: { readonly start: number; readonly end: number; readonly perms: string; readonly name: string },
  offset = 0,
): string =>
  `${hex(v.start)}-${hex(v.end)} ${v.perms} ${hex(offset).padStart(8, '0')} ${offset > 0 ? '00:0e 1061' : '00:00 0'} ${v.name}`.trimEnd();

/** maps of a process with mappings of a VFIO device in it. */
export const mapsText = (
  vmas: readonly Vma[],
  device: readonly { readonly start: number; readonly end: number; readonly offset: number }[],
): string =>
  [
    ...vmas.map(v => ({ start: v.start as number, line: mapsLine(v) })),
    ...device.map(d => ({
      start: d.start,
      line: mapsLine({ ...d, perms: 'rw-s', name: 'anon_inode:[vfio-device]' }, d.offset),
    })),
  ]
    .sort((a, b) => a.start - b.start)
    .map(l => `${l.line}\n`)
    .join('');

const SIZES = ['', 'K', 'M', 'G', 'T'] as const;
const sizeText = (n: number): string => {
  let unit = 0;
  let size = n;
  while (size >= 1024 && size % 1024 === 0 && unit < SIZES.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size}${SIZES[unit]}`;
};

/** The regions of a device as `lspci -vv` prints them. */
export const lspciText = (
  address: string,
  bars: readonly { readonly index: number; readonly base: number; readonly size: number }[],
): string =>
  [
    `${address} 3D controller: Example Corporation Accelerator`,
    ...bars.map(
      b => `\tRegion ${b.index}: Memory at ${hex(b.base)} (64-bit, prefetchable) [size=${sizeText(b.size)}]`,
    ),
    '\tKernel driver in use: vfio-pci',
    '',
  ].join('\n');

const REGION = 2 ** 40;

/** The design's machine: three BARs in the process of the `scene` preset, mapped one after the other by 7.3. */
export const designBars = [
  { index: 0, base: 0x9200_0000, size: 16 * 2 ** 20, start: 0x7fff_f4df_d000 },
  { index: 2, base: 0x38_8000_0000, size: 2 ** 31, start: 0x7ffe_6cc5_4000 },
  { index: 4, base: 0x39_0000_0000, size: 32 * 2 ** 20, start: 0x7ffe_6ac5_4000 },
] as const;

/** Its maps and lspci, and whatever else is to be pasted with them. */
export const designText = (vmas: readonly Vma[], more = ''): string =>
  mapsText(
    vmas,
    designBars.map(b => ({ start: b.start, end: b.start + b.size, offset: b.index * REGION })),
  ) +
  lspciText('41:00.0', designBars) +
  more;
