import { formatAddress, formatSize } from '../text.ts';
import { bytes } from '../units.ts';
import {
  fullAddress,
  type PciBar,
  type PciDevice,
  type UnnumberedRange,
  type UnplacedBar,
} from './devices.ts';
import type { Iomem, QemuRegion } from './facts.ts';

const ADDRESS = /^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$/;

/** What iomem says of one device. */
interface Claim {
  readonly line: number;
  readonly ranges: UnnumberedRange[];
  vfio: boolean;
}

/** The ranges under each PCI address, and whether vfio-pci holds one of them. */
const claims = (iomem: Iomem): ReadonlyMap<string, Claim> => {
  const found = new Map<string, Claim>();
  /** The device whose range the deeper lines below stand in. */
  let open: { readonly claim: Claim; readonly depth: number } | undefined;
  for (const r of iomem.ranges) {
    if (open !== undefined && r.depth <= open.depth) open = undefined;
    if (r.end <= r.start) continue;
    if (ADDRESS.test(r.name)) {
      const address = fullAddress(r.name);
      const claim: Claim = found.get(address) ?? { line: r.line, ranges: [], vfio: false };
      found.set(address, claim);
      claim.ranges.push({ base: r.start, size: bytes(r.end - r.start), line: r.line });
      open = { claim, depth: r.depth };
    } else if (r.name === 'vfio-pci' && open !== undefined) open.claim.vfio = true;
  }
  return found;
};

const exactlyOne = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined);

/** Size of a BAR that lspci shows without address: its own, or the one it is resized to. */
const sizeOf = (d: PciDevice, b: UnplacedBar): number | undefined =>
  b.size ?? d.resizable.find(r => r.bar === b.index)?.current;

/** Takes a remark on a line; `against`: another line, of a device, that says something else. */
type Say = (
  line: number,
  reason: string,
  against?: { readonly line: number; readonly address: string },
) => void;

const rangeText = (r: UnnumberedRange): string => `${formatAddress(r.base)}, ${formatSize(r.size)}`;

/** Says where lspci or `resource` and iomem contradict each other, and takes the ranges that agree off `rest`. */
const compare = (d: PciDevice, rest: UnnumberedRange[], say: Say): void => {
  for (const b of d.bars) {
    if (b.kind !== 'mem') continue;
    const same = rest.findIndex(r => r.base === b.base && r.size === b.size);
    if (same >= 0) {
      rest.splice(same, 1);
      continue;
    }
    const near = rest.find(r => r.base < b.base + b.size && b.base < r.base + r.size);
    const alike = near ?? exactlyOne(rest.filter(r => r.size === b.size));
    // A ROM is in iomem only where something has claimed it.
    if (alike === undefined || b.index === 6) continue;
    say(
      alike.line,
      `/proc/iomem has ${rangeText(alike)} where BAR ${b.index} of ${d.address} in line ${d.line} is at ${formatAddress(b.base)}, ${formatSize(b.size)}: line ${d.line} is kept`,
      d,
    );
    rest.splice(rest.indexOf(alike), 1);
  }
};

/** Gives BARs without an address the range that alone can be theirs, and takes it off `rest`. */
const place = (d: PciDevice, rest: UnnumberedRange[], say: Say): readonly PciBar[] => {
  const wanting = d.unplaced.filter(b => b.kind === 'mem' && b.why !== 'broken');
  const placed: PciBar[] = [];
  for (const b of wanting) {
    const size = sizeOf(d, b);
    const rivals = wanting.filter(o => sizeOf(d, o) === size);
    const fitting = size === undefined ? rest : rest.filter(r => r.size === size);
    const range =
      rivals.length === 1 && (size !== undefined || wanting.length === 1) ? exactlyOne(fitting) : undefined;
    if (range === undefined) {
      if (fitting.length > 0)
        say(
          d.line,
          `BAR ${b.index} of ${d.address} has no address here, and /proc/iomem has ${fitting.length === 1 ? 'one range for several such BARs' : `${fitting.length} ranges that could be it`}: left open`,
        );
      continue;
    }
    placed.push({
      index: b.index,
      base: range.base,
      size: range.size,
      kind: 'mem',
      bits: b.bits,
      prefetchable: b.prefetchable,
      disabled: false,
    });
    rest.splice(rest.indexOf(range), 1);
    say(
      range.line,
      `BAR ${b.index} of ${d.address} has no address in line ${d.line}: /proc/iomem gives it, ${rangeText(range)}${size === undefined ? ', the only range left' : ', by its size'}`,
    );
  }
  return placed;
};

const REGION = /^((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]) BAR ([0-5])\b/;

/** The sizes that QEMU tells of the BARs of each device, by address and then number. */
const toldSizes = (regions: readonly QemuRegion[]): ReadonlyMap<string, ReadonlyMap<number, number>> => {
  const all = new Map<string, Map<number, number>>();
  for (const r of regions) {
    const m = REGION.exec(r.name);
    const index = r.index ?? Number(m?.[2]);
    if (!m || index > 5 || r.size === undefined || r.size === 0) continue;
    const address = fullAddress(m[1] ?? '');
    const told = all.get(address) ?? new Map<number, number>();
    all.set(address, told.set(index, r.size));
  }
  return all;
};

/** Numbers ranges by the sizes that QEMU tells of the regions of a device. */
const number = (
  address: string,
  known: readonly PciBar[],
  rest: UnnumberedRange[],
  sizes: ReadonlyMap<number, number> | undefined,
  say: Say,
): readonly PciBar[] => {
  const told = [...(sizes ?? [])].filter(([index]) => !known.some(b => b.index === index));
  const numbered: PciBar[] = [];
  for (const [index, size] of told) {
    if (told.filter(([, s]) => s === size).length > 1) continue;
    const range = exactlyOne(rest.filter(r => r.size === size));
    if (range === undefined) continue;
    numbered.push({
      index,
      base: range.base,
      size: range.size,
      kind: 'mem',
      bits: range.base + range.size > 2 ** 32 ? 64 : 32,
      prefetchable: false,
      disabled: false,
    });
    rest.splice(rest.indexOf(range), 1);
    say(
      range.line,
      `taken for BAR ${index} of ${address}: QEMU gives that region this size, ${formatSize(range.size)}`,
    );
  }
  return numbered;
};

/**
 * Joins the devices with what /proc/iomem says of them by address (pci_claim_resource() names every assigned
 * resource after its device). A BAR without an address gets the range that alone has its size; devices that
 * only iomem knows are added, their ranges without BAR numbers unless QEMU's regions tell them by size; a
 * device that holds a range of the driver vfio-pci has that driver. A contradiction is said and the device's
 * own account kept. Ranges that stay over go to `unnumbered`: a ROM or the BARs of virtual functions look the
 * same. An iomem of zeros changes nothing. Never throws.
 */
export const joinIomem = (
  devices: readonly PciDevice[],
  iomem: Iomem,
  regions: readonly QemuRegion[],
  say: Say,
): readonly PciDevice[] => {
  const byAddress = claims(iomem);
  const sizes = toldSizes(regions);
  const seen = new Set<string>();
  const complete = (d: PciDevice, claim: Claim): PciDevice => {
    const rest = [...claim.ranges];
    compare(d, rest, say);
    const placed = place(d, rest, say);
    const bars = [...d.bars, ...placed];
    bars.push(...number(d.address, bars, rest, sizes.get(d.address), say));
    const indices = new Set(bars.map(b => b.index));
    return {
      ...d,
      ...(d.driver === undefined && claim.vfio ? { driver: 'vfio-pci' } : {}),
      bars: bars.sort((a, b) => a.index - b.index),
      unplaced: d.unplaced.filter(b => !indices.has(b.index)),
      ...(rest.length === 0 ? {} : { unnumbered: rest.sort((a, b) => a.base - b.base) }),
    };
  };
  const joined = devices.map(d => {
    const claim = d.address === '' || seen.has(d.address) ? undefined : byAddress.get(d.address);
    seen.add(d.address);
    return claim === undefined ? d : complete(d, claim);
  });
  for (const [address, claim] of byAddress) {
    if (seen.has(address)) continue;
    const bare = { address, name: '', bars: [], unplaced: [], windows: [], resizable: [], line: claim.line };
    joined.push(complete(bare, claim));
  }
  const only = joined.slice(devices.length).filter(d => d.bars.length === 0);
  const one = only[0];
  if (one !== undefined)
    say(
      one.line,
      `${only.length === 1 ? `${one.address} is` : `${only.length} devices are`} known from /proc/iomem only, which gives no BAR numbers: lspci -vv gives them`,
    );
  return joined;
};
