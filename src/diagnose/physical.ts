import type { PciDevice } from '../intake/devices.ts';
import type { Intake, PlacedMapping } from '../intake/intake.ts';
import type { FaultEra } from '../kernel/facts.ts';
import { type Bytes, bytes, mod, type Pa, pa, powerAbove } from '../units.ts';
import type { Candidate, Pairing, Physical } from './diagnosis.ts';

/** What is known of the device memory behind one mapping. */
export interface Behind {
  readonly physical: Physical;
  /** Offset in the BAR, in bytes, where it is known. */
  readonly offset: Bytes | undefined;
  readonly candidates: readonly Candidate[];
  /** BAR number, also where the device is not known. */
  readonly bar: number | undefined;
  /** How the offset column was read. */
  readonly as: 'region' | 'address';
}

/** No physical address that a Scenario can carry lies above. */
const HIGHEST = 2 ** 57;

/** A made-up place for a BAR nobody told of: a multiple of every size up to 256 GiB. */
const STAND_IN = 2 ** 38;

/**
 * Whether the offset column of maps is region and offset (true) or a physical address, where the devices do not
 * tell. Source: vfio_pci_core_mmap() overwrote vm_pgoff until aac6db75a9fc, which came with the fault era `perPage`
 * and was taken along by the stable release that got `fullInsert`.
 */
export const keepsOffset = (era: FaultEra): boolean => era !== 'premap' && era !== 'fullRemap';

/** Ranges of /proc/iomem that fit a mapping. */
const rangesOf = (m: PlacedMapping): readonly Candidate[] =>
  m.unnumbered.map(({ address, pa: at, range }) => ({
    address,
    bar: undefined,
    base: range.base,
    size: range.size,
    pa: at,
    line: range.line,
  }));

/** The memory BARs by `address` and number. */
const barsByKey = (devices: readonly PciDevice[]): ReadonlyMap<string, Omit<Candidate, 'pa'>> =>
  new Map(
    devices.flatMap(d =>
      d.bars
        .filter(b => b.kind === 'mem')
        .map(({ index, base, size }) => [
          `${d.address}#${index}`,
          { address: d.address, bar: index, base, size, line: d.line },
        ]),
    ),
  );

/** Tells what lies behind mappings of one paste. */
export const makeBehind = (
  from: Intake,
  era: FaultEra,
  pairings: readonly Pairing[],
): ((m: PlacedMapping) => Behind) => {
  const bars = barsByKey(from.devices);
  const paired = new Map(pairings.map(p => [p.line, p]));

  /** As region and offset. */
  const asRegion = (m: PlacedMapping, offset: Bytes): Behind => {
    const bar = m.region <= 5 ? m.region : undefined;
    if (bar === undefined)
      return { physical: { kind: 'unknown', why: 'no BAR fits' }, offset, candidates: [], bar, as: 'region' };
    const need = offset + m.length;
    const listed = m.places
      .filter(p => p.bar === m.region && p.offset === offset)
      .flatMap((p): readonly Candidate[] => {
        const found = bars.get(`${p.address}#${p.bar}`);
        return found === undefined ? [] : [{ ...found, pa: p.pa }];
      });
    const candidates = listed.length > 0 ? listed : rangesOf(m);
    const common = { offset, candidates, bar, as: 'region' as const };
    const [first, ...rest] = candidates;
    if (first !== undefined && rest.length === 0)
      return { ...common, physical: { kind: 'bar', by: 'input', pa: first.pa, candidate: first } };
    // No leaf in the range is longer than this, so only residues modulo it count.
    const modulus = powerAbove(need);
    const residue = mod(offset, modulus);
    const natural = candidates.every(c => mod(c.pa, modulus) === residue);
    if (!natural) return { ...common, physical: { kind: 'several' } };
    const base = first !== undefined ? first.pa - offset : Math.max(STAND_IN, modulus);
    return {
      ...common,
      physical: { kind: 'residue', standIn: pa(base + offset), several: rest.length > 0 },
    };
  };

  const asPa = (m: PlacedMapping): Behind => {
    const start = pa(m.fileOffset);
    const listed = m.places
      .filter(p => p.pa === start)
      .flatMap((p): readonly Candidate[] => {
        const found = bars.get(`${p.address}#${p.bar}`);
        return found === undefined ? [] : [{ ...found, pa: start }];
      });
    const candidates = listed.length > 0 ? listed : rangesOf(m);
    const [only] = candidates;
    if (only !== undefined)
      return {
        physical: { kind: 'bar', by: 'input', pa: start, candidate: only },
        offset: bytes(start - only.base),
        candidates,
        bar: only.bar ?? (m.source === 'sysfs' ? m.region : undefined),
        as: 'address',
      };
    const bar = m.source === 'sysfs' ? m.region : undefined;
    return { physical: { kind: 'column', pa: start }, offset: undefined, candidates, bar, as: 'address' };
  };

  const byChoice = (m: PlacedMapping, own: Behind): Behind | undefined => {
    const choice = paired.get(m.line);
    if (choice === undefined) return undefined;
    const found =
      choice.bar === undefined
        ? rangesOf(m).find(r => r.address === choice.address && r.base === choice.base)
        : bars.get(`${choice.address}#${choice.bar}`);
    if (found === undefined) return undefined;
    // Whichever reading of the column lies in the BAR; the start of the BAR where neither does.
    const asAddress = m.fileOffset - found.base;
    const offset = [m.offsetInRegion ?? -1, asAddress].find(o => o >= 0 && o + m.length <= found.size);
    if (offset === undefined) return undefined;
    const candidate = { ...found, pa: pa(found.base + offset) };
    return {
      physical: { kind: 'bar', by: 'choice', pa: candidate.pa, candidate },
      offset: bytes(offset),
      candidates: [candidate],
      bar: candidate.bar ?? own.bar,
      as: offset === m.offsetInRegion ? 'region' : 'address',
    };
  };

  const read = (m: PlacedMapping): Behind => {
    const offset = m.offsetInRegion;
    if (m.source === 'sysfs' || offset === undefined) return asPa(m);
    switch (m.reading) {
      case 'region':
        return asRegion(m, offset);
      case 'physical':
        return asPa(m);
      case 'unclear':
        return keepsOffset(era) ? asRegion(m, offset) : asPa(m);
    }
  };

  return m => {
    const own = read(m);
    const choice = byChoice(m, own);
    // The candidates stay, so that the reader can choose again.
    const found = choice === undefined ? own : { ...choice, candidates: own.candidates };
    const at = physOf(found.physical);
    return at !== undefined && at + m.length > HIGHEST
      ? { ...found, physical: { kind: 'unknown', why: 'beyond the address space' } }
      : found;
  };
};

/** The physical address to reckon with: right modulo every leaf that fits. Undefined where there is none. */
export const physOf = (p: Physical): Pa | undefined => {
  switch (p.kind) {
    case 'bar':
    case 'column':
      return p.pa;
    case 'residue':
      return p.standIn;
    case 'several':
    case 'unknown':
      return undefined;
  }
};
