import type { Arch, LeafKind } from '../arch/arch.ts';
import type { LeafRules } from '../leaves/rules.ts';
import type { TouchChoice } from '../scenario/scenario.ts';
import { alignDown, alignUp, mod } from '../units.ts';

/** The leaf sizes, small to large: the number of a size in the figures of a point is its place here. */
export const leafKinds: readonly LeafKind[] = ['pte', 'contpte', 'pmd', 'contpmd', 'pud'];

/** True in the eras in which the order of touches decides the leaves. Source: c1d9dac0db16, which ended them. */
const ordered = (rules: LeafRules): boolean => rules.era === 'hugeExact' || rules.era === 'hugeExactNoPfn';

/**
 * Faults, largest leaf and page tables of one mapping, counted without listing the leaves: the same as touchAll() and
 * costOf() say, in a few dozen operations and without allocation. Leaves of one size lie in the middle, smaller ones on
 * both flanks, so that counts of each size and the slots that need a table follow from both ends alone.
 *
 * Source: see src/leaves/runs.ts and src/cost/cost.ts, with which a property test compares it.
 */
export class LeafFigures {
  /** Page faults of touching every page once. */
  faults = 0;
  /** Bytes of page tables below the root. */
  tableBytes = 0;
  /** Place of the largest leaf in {@link leafKinds}. */
  largest = 0;
  /** That leaf holds a PFN that is not a multiple of its size. */
  corrupt = false;

  /** Leaf sizes, large to small, the page last. */
  private readonly sizes: readonly number[];
  private readonly kinds: readonly number[];
  private readonly checksPfn: boolean;
  /** Faults of a mapping that fills at once; -1: one a leaf. */
  private readonly atOnce: number;
  /** A slot that a table of each level but the root serves, and the bytes of that table. */
  private readonly slots: readonly number[];
  private readonly tables: readonly number[];
  /** For each slot the smallest leaf that fills it: a place in `sizes`, or -1. */
  private readonly filling: readonly number[];

  /** True where the closed form holds: not where single touches split blocks before the rest is touched. */
  static holds(rules: LeafRules, touch: TouchChoice): boolean {
    return !(ordered(rules) && touch === 'middle' && rules.levels.length > 0);
  }

  constructor(arch: Arch, rules: LeafRules, touch: TouchChoice) {
    // From above the exact eras never meet the first page of a block first.
    const levels = ordered(rules) && touch === 'desc' ? [] : rules.levels;
    this.sizes = [...levels.map(l => l.size as number), rules.page];
    this.kinds = [...levels.map(l => leafKinds.indexOf(l.kind)), 0];
    this.checksPfn = rules.era !== 'hugeExactNoPfn';
    this.atOnce =
      rules.era === 'premap' ? 0 : rules.era === 'fullRemap' || rules.era === 'fullInsert' ? 1 : -1;
    this.slots = arch.levels.slice(1).map(l => 2 ** l.shift);
    this.tables = arch.levels.slice(0, -1).map(l => l.tableBytes as number);
    this.filling = this.slots.map(slot => this.sizes.findLastIndex(size => size >= slot));
  }

  /** Counts for a mapping of [start, end) that shows `pa` at its start; addresses as in PfnMapping. */
  count(start: number, end: number, pa: number): void {
    const { sizes } = this;
    const last = sizes.length - 1;
    let top = 0;
    for (; top < last; top++) {
      const size = sizes[top] as number;
      if (this.checksPfn && mod(start - pa, size) !== 0) continue;
      if (alignUp(start, size) < alignDown(end, size)) break;
    }
    const size = sizes[top] as number;
    this.largest = this.kinds[top] as number;
    this.corrupt = top < last && mod(start - pa, size) !== 0;
    let lo = top === last ? start : alignUp(start, size);
    let hi = top === last ? end : alignDown(end, size);
    let leaves = (hi - lo) / size;
    for (let k = top + 1; k <= last; k++) {
      const smaller = sizes[k] as number;
      const from = k === last ? start : alignUp(start, smaller);
      const to = k === last ? end : alignDown(end, smaller);
      leaves += (lo - from + (to - hi)) / smaller;
      lo = from;
      hi = to;
    }
    this.faults = this.atOnce < 0 ? leaves : this.atOnce;
    let sum = 0;
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i] as number;
      const filling = this.filling[i] as number;
      let count = Math.ceil(end / slot) - Math.floor(start / slot);
      if (filling >= top) {
        const block = sizes[filling] as number;
        count -= (alignDown(end, block) - alignUp(start, block)) / slot;
      }
      sum += count * (this.tables[i] as number);
    }
    this.tableBytes = sum;
  }
}
