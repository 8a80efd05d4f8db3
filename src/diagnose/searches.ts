import type { Arch } from '../arch/arch.ts';
import type { SearchTrace } from '../intake/facts.ts';
import type { Intake } from '../intake/intake.ts';
import { vmUnmappedArea } from '../placement/search.ts';
import type { Prepared } from '../solve.ts';
import { makeAddressSpace } from '../space/addressSpace.ts';
import type { Vma } from '../space/vma.ts';
import { alignUp, type Bytes, bytes, va } from '../units.ts';
import type { DiagnosisRow, DifferReason, SearchCheck, SearchSays } from './diagnosis.ts';

/** VMAs that are indexed at most for all lines together, and lines that are played at most. */
const MOST_INDEXED = 3_000_000;
const MOST_PLAYED = 256;

/** How many lines are played: each may need the address space built again. The rest is read, and counted. */
const playable = (vmas: readonly Vma[]): number =>
  Math.max(8, Math.min(MOST_PLAYED, Math.floor(MOST_INDEXED / (vmas.length + 1))));

/** The first VMA that ends above an address. */
const firstAbove = (vmas: readonly Vma[], address: number): number => {
  let lo = 0;
  let hi = vmas.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((vmas[mid]?.end ?? 0) <= address) lo = mid + 1;
    else hi = mid;
  }
  return lo;
};

/** The VMAs that overlap [start, end). */
const overlapping = (vmas: readonly Vma[], start: number, end: number): readonly Vma[] => {
  const from = firstAbove(vmas, start);
  let to = from;
  while ((vmas[to]?.start ?? end) < end) to++;
  return vmas.slice(from, to);
};

/** For so many rows it is asked what this kernel would ask for: a space is built for each. */
const MOST_ASKED = 32;

/** What a search is asked for, in bytes. */
export interface Asked {
  readonly length: number;
  readonly alignMask: number;
}

/** Sizes that a search may be padded by: every leaf and huge page of the architecture, and a leaf less a page. */
const padsOf = (arch: Arch): readonly number[] =>
  [...new Set([...arch.hardwareLeaves, arch.pmdSize, arch.pudSize])].filter(size => size > arch.page);

/** The VMA that a search found room for, and by how much the search was longer. */
const madeBy = (
  trace: SearchTrace,
  vmas: readonly Vma[],
  pads: readonly number[],
): { readonly vma: Vma; readonly pad: number } | undefined => {
  const { addr, length } = trace;
  if (addr === undefined) return undefined;
  const end = addr + length;
  const inside = overlapping(vmas, addr, end).filter(v => v.start >= addr && v.end <= end);
  const exact = inside.find(v => v.start === addr && v.end === end);
  if (exact !== undefined) return { vma: exact, pad: 0 };
  for (const v of inside) {
    const pad = pads.find(size => v.end - v.start === length - size);
    if (pad !== undefined) return { vma: v, pad };
  }
  return undefined;
};

/** The range that a line's mapping took, cut out of whatever holds it now: anonymous neighbours are merged. */
const taken = (
  trace: SearchTrace,
  vmas: readonly Vma[],
  pads: readonly number[],
): { readonly start: number; readonly end: number } | undefined => {
  const made = madeBy(trace, vmas, pads);
  if (made !== undefined) return made.vma;
  const { addr, length } = trace;
  if (addr === undefined) return undefined;
  const isIn = (start: number, end: number): boolean => {
    const v = vmas[firstAbove(vmas, start)];
    return v !== undefined && v.start <= start && v.end >= end;
  };
  if (isIn(addr, addr + length)) return { start: addr, end: addr + length };
  // What the THP helper mapped begins at the first multiple in the padded range, as anonymous memory has offset 0; where
  // the range begins at one, at the second (thp_get_unmapped_area(), 96204e15310c).
  for (const pad of pads)
    for (const start of addr % pad === 0 ? [addr + pad, addr] : [alignUp(addr, pad)]) {
      const end = start + length - pad;
      if (end > start && isIn(start, end)) return { start, end };
    }
  return undefined;
};

const without = (
  vmas: readonly Vma[],
  { start, end }: { readonly start: number; readonly end: number },
): readonly Vma[] => {
  const cut = overlapping(vmas, start, end);
  const edges = cut.flatMap(v => [
    ...(v.start < start ? [{ ...v, end: va(start) }] : []),
    ...(v.end > end ? [{ ...v, start: va(end) }] : []),
  ]);
  return vmas.toSpliced(firstAbove(vmas, start), cut.length, ...edges);
};

const says = (trace: SearchTrace, pad: number, arch: Arch): SearchSays => {
  if (trace.alignMask !== 0)
    return { kind: 'mask', size: bytes(trace.alignMask + arch.page), offset: trace.alignOffset as Bytes };
  return pad === 0 ? { kind: 'plain' } : { kind: 'padded', size: bytes(pad) };
};

const isSane = ({ length, low, high, alignMask, alignOffset }: SearchTrace): boolean =>
  [length, low, high, alignMask, alignOffset].every(n => Number.isFinite(n) && n >= 0) &&
  length > 0 &&
  [length, low, high].every(n => n % 4096 === 0);

/**
 * Plays every trace line again in the process as it was: without what this line and later ones of the same text
 * mapped. Each is asked with the limits and the mask that the line itself gives, so the policy has no say.
 * Source: TRACE_EVENT(vm_unmapped_area), include/trace/events/mmap.h.
 */
export const checkSearches = (
  { searches: traces, vmas, mmapBaseGuess: mmapBase }: Pick<Intake, 'searches' | 'vmas' | 'mmapBaseGuess'>,
  prepared: Prepared,
  rows: readonly DiagnosisRow[],
  askedFor: (row: DiagnosisRow) => Asked | undefined,
): readonly SearchCheck[] => {
  const { arch, facts, mm } = prepared;
  const pads = padsOf(arch);
  const played = traces.slice(0, playable(vmas ?? []));
  const byStart = new Map(rows.map(r => [r.start as number, r]));
  const rules = { minAddr: facts.searchMinAddr ? arch.mmapMinAddr : 0, guards: facts.searchGuards };
  let then: readonly Vma[] = vmas ?? [];
  const checks: SearchCheck[] = [];
  let asks = MOST_ASKED;
  for (const trace of played.toReversed()) {
    const made = madeBy(trace, then, pads);
    const range = taken(trace, then, pads);
    const row = made === undefined ? undefined : byStart.get(made.vma.start);
    const asked = row === undefined || asks-- <= 0 ? undefined : askedFor(row);
    const common = {
      trace,
      row: row?.key,
      says: says(trace, made?.pad ?? 0, arch),
      asKernel: asked && asked.length === trace.length && asked.alignMask === trace.alignMask,
    };
    if (range !== undefined) then = without(then, range);
    if (vmas === undefined || !isSane(trace)) {
      checks.push({
        ...common,
        outcome: { kind: 'not played', why: vmas === undefined ? 'no maps' : 'bad numbers' },
      });
      continue;
    }
    const { index } = makeAddressSpace(then, mm.space.layout, facts, arch);
    const got = vmUnmappedArea(index, rules, {
      topDown: trace.topDown,
      length: trace.length,
      lowLimit: trace.low,
      highLimit: trace.high,
      alignMask: trace.alignMask,
      alignOffset: trace.alignOffset,
      startGap: 0,
    });
    const found = got < 0 ? undefined : va(got);
    if (found === trace.addr) {
      checks.push({ ...common, outcome: { kind: 'agree' } });
      continue;
    }
    const reason: DifferReason =
      trace.topDown &&
      mmapBase !== undefined &&
      trace.high !== mmapBase &&
      Math.abs(trace.high - mmapBase) < 2 ** 44
        ? 'other process'
        : trace.addr !== undefined && range === undefined
          ? 'gone'
          : 'changed';
    checks.push({ ...common, outcome: { kind: 'differ', got: found, reason } });
  }
  return checks.reverse();
};
