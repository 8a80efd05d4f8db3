import { alignDown, type Bytes } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import type { LeafRules } from './rules.ts';
import { acceptsBlock, closedForm, type LeafRun, leafCount, leafRun, walkClosedForm } from './runs.ts';

/**
 * In which order the pages are touched, each at its first word. Offsets are bytes from the start of the mapping.
 * Reads and writes fault alike here, because entries are made writable at once.
 */
export type TouchOrder =
  | { readonly kind: 'ascending' }
  | { readonly kind: 'descending' }
  /** these pages first, then all of them ascending */
  | { readonly kind: 'firstThenAscending'; readonly first: readonly Bytes[] }
  /** touch i is page `(i * mul + add) mod pages`; every page once when `mul` and the number of pages share no factor */
  | { readonly kind: 'permuted'; readonly mul: number; readonly add: number };

/** `[offset, stride, count]`: faults at offset, offset + stride, ... in bytes from the start of the mapping. */
export type FaultRun = readonly [offset: number, stride: number, count: number];

/** What touching a whole mapping once did. */
export interface TouchResult {
  /** Page faults of all touches. */
  readonly faults: number;
  /**
   * The touches that faulted, in order, without those in `first`. Undefined for a permutation of more than
   * {@link MAX_PERMUTED_PAGES} pages, where only the count is known.
   */
  readonly faultList: readonly FaultRun[] | undefined;
  /** For each touch of `first`, whether it faulted. */
  readonly firstFaulted: readonly boolean[];
  /** The leaves afterwards, ascending. */
  readonly leaves: readonly LeafRun[];
}

/** Up to this many pages a permutation is played touch by touch: 16 GiB of 4 KiB pages. */
export const MAX_PERMUTED_PAGES = 2 ** 22;

/** True for the eras in which the touch order decides the leaves. Source: c1d9dac0db16, which ended them. */
const isExactEra = (rules: LeafRules): boolean => rules.era === 'hugeExact' || rules.era === 'hugeExactNoPfn';

/**
 * The pages the capture order `firstmid` begins with: first, middle, last, second, quarter and third, in bytes
 * from the start. `length` and `page` in bytes, at least one page.
 */
export const firstMidOffsets = (length: number, page: number): Bytes[] => {
  const pages = length / page;
  return [
    0,
    Math.floor(pages / 2),
    pages - 1,
    Math.min(1, pages - 1),
    Math.floor(pages / 4),
    Math.floor(pages / 3),
  ].map(i => (i * page) as Bytes);
};

/**
 * Collects faults into runs the way the captures' probe does: as long as the stride holds. A second fault that
 * turns out to begin another stride belongs to that one; only at the end two faults make a run.
 */
export class FaultList {
  readonly runs: FaultRun[] = [];
  private offset = 0;
  private stride = 0;
  private count = 0;

  private one(x: number): void {
    if (this.count === 1) {
      this.stride = x - this.offset;
      this.count = 2;
    } else if (this.count > 1 && x === this.offset + this.stride * this.count) {
      this.count++;
    } else if (this.count === 2) {
      this.runs.push([this.offset, 0, 1]);
      this.offset += this.stride;
      this.stride = x - this.offset;
    } else {
      if (this.count > 2) this.runs.push([this.offset, this.stride, this.count]);
      this.offset = x;
      this.stride = 0;
      this.count = 1;
    }
  }

  /** Adds `count` faults at `offset`, `offset + stride`, ... in bytes. Constant time. */
  add(offset: number, stride: number, count: number): void {
    // After four single steps whatever was open before has ended, and the open run has this stride.
    const singly = Math.min(count, 4);
    for (let i = 0; i < singly; i++) this.one(offset + stride * i);
    this.count += count - singly;
  }

  /** Ends the list and returns it. */
  finish(): readonly FaultRun[] {
    if (this.count > 0) this.runs.push([this.offset, this.stride, this.count]);
    this.count = 0;
    return this.runs;
  }
}

const EMPTY = 0;
const LEAF = 1;
const TABLE = 2;

/**
 * The page table under one mapping, as far as single touches have shaped it. Slots nobody touched are not stored:
 * the final ascending pass covers them in closed form.
 */
class TouchedTable {
  private readonly m: PfnMapping;
  private readonly rules: LeafRules;
  /** Per level: slot number -> LEAF or TABLE. A table stays: no leaf can appear in its place any more. */
  private readonly slots: Map<number, number>[];
  private readonly pages = new Set<number>();
  private readonly runs: LeafRun[] = [];

  constructor(m: PfnMapping, rules: LeafRules) {
    this.m = m;
    this.rules = rules;
    this.slots = rules.levels.map(() => new Map<number, number>());
  }

  /** Whether the driver installs a leaf of `size` bytes for a fault at x. */
  private installs(x: number, size: number): boolean {
    const { m, rules } = this;
    const block = alignDown(x, size);
    if (isExactEra(rules) && block !== x) return false;
    return block >= m.start && block + size <= m.end && acceptsBlock(m, rules, size);
  }

  /** Touches the page at VA `x` and tells whether it faulted. */
  touch(x: number): boolean {
    const { levels, page } = this.rules;
    for (let k = 0; k < levels.length; k++) {
      const size = levels[k]?.size ?? page;
      const slots = this.slots[k];
      const slot = Math.floor(x / size);
      const state = slots?.get(slot) ?? EMPTY;
      if (state === LEAF) return false;
      if (state === EMPTY) {
        if (this.installs(x, size)) {
          slots?.set(slot, LEAF);
          return true;
        }
        slots?.set(slot, TABLE);
      }
    }
    const slot = x / page;
    if (this.pages.has(slot)) return false;
    this.pages.add(slot);
    return true;
  }

  /**
   * The leaves, ascending. With `faults` given, first touches every page in ascending order and adds the faults
   * of that pass.
   */
  finish(faults: FaultList | undefined): readonly LeafRun[] {
    const { m, rules } = this;
    const { levels, page } = rules;
    // Visited slots only ever grow, so one cursor a level into the sorted slot numbers is enough.
    const order = [
      ...this.slots.map(s => Float64Array.from(s.keys()).sort()),
      Float64Array.from(this.pages).sort(),
    ];
    const cursor = order.map(() => 0);
    const fresh = (lo: number, hi: number, k: number): void => {
      if (faults === undefined || lo >= hi) return;
      walkClosedForm(m, rules, lo, hi, k, (at, level, count) => {
        this.put(at, level, count);
        faults.add(at - m.start, levels[level]?.size ?? page, count);
      });
    };
    const visit = (lo: number, hi: number, k: number): void => {
      const size = levels[k]?.size ?? page;
      const sorted = order[k];
      let at = lo;
      for (;;) {
        const slot = sorted?.[cursor[k] ?? 0];
        if (slot === undefined || slot * size >= hi) break;
        cursor[k] = (cursor[k] ?? 0) + 1;
        const block = slot * size;
        fresh(at, block, k);
        if (k < levels.length && this.slots[k]?.get(slot) === TABLE)
          visit(Math.max(block, m.start), Math.min(block + size, m.end), k + 1);
        else this.put(block, k, 1);
        at = block + size;
      }
      fresh(at, hi, k);
    };
    visit(m.start, m.end, 0);
    return this.runs;
  }

  private put(at: number, level: number, count: number): void {
    const last = this.runs.at(-1);
    const size = this.rules.levels[level]?.size ?? this.rules.page;
    if (last !== undefined && last.size === size && last.va + last.size * last.count === at)
      this.runs[this.runs.length - 1] = { ...last, count: last.count + count };
    else this.runs.push(leafRun(this.m, this.rules, at, level, count));
  }
}

/** Eras in which a mapping fills at once: the whole list of faults is the very first touch, or nothing. */
const fillAtOnce = (m: PfnMapping, rules: LeafRules, order: TouchOrder, faults: 0 | 1): TouchResult => {
  const leaves = closedForm(m, rules);
  const none: TouchResult = { faults, faultList: [], firstFaulted: [], leaves };
  const pages = (m.end - m.start) / rules.page;
  const single = (offset: number): readonly FaultRun[] => (faults === 0 ? [] : [[offset, 0, 1]]);
  switch (order.kind) {
    case 'ascending':
      return { ...none, faultList: single(0) };
    case 'descending':
      return { ...none, faultList: single(m.end - m.start - rules.page) };
    case 'permuted':
      return { ...none, faultList: single((order.add % pages) * rules.page) };
    case 'firstThenAscending':
      return order.first.length === 0
        ? { ...none, faultList: single(0) }
        : { ...none, firstFaulted: order.first.map((_, i) => faults === 1 && i === 0) };
  }
};

const descend = (m: PfnMapping, rules: LeafRules): TouchResult => {
  // The first page met from above is never the first of its block, which is all that the exact eras accept.
  const leaves = closedForm(m, isExactEra(rules) ? { ...rules, levels: [] } : rules);
  const list = new FaultList();
  for (const run of leaves.toReversed())
    list.add(run.va + run.size * run.count - rules.page - m.start, -run.size, run.count);
  return { faults: leafCount(leaves), faultList: list.finish(), firstFaulted: [], leaves };
};

const permute = (m: PfnMapping, rules: LeafRules, mul: number, add: number): TouchResult | undefined => {
  const pages = (m.end - m.start) / rules.page;
  if (pages > MAX_PERMUTED_PAGES) {
    if (isExactEra(rules)) return undefined;
    const leaves = closedForm(m, rules);
    return { faults: leafCount(leaves), faultList: undefined, firstFaulted: [], leaves };
  }
  const table = new TouchedTable(m, rules);
  const list = new FaultList();
  let faults = 0;
  let page = add % pages;
  for (let i = 0; i < pages; i++) {
    const offset = page * rules.page;
    if (table.touch(m.start + offset)) {
      faults++;
      list.add(offset, 0, 1);
    }
    page = (page + mul) % pages;
  }
  return { faults, faultList: list.finish(), firstFaulted: [], leaves: table.finish(undefined) };
};

/**
 * Touches every page of a fresh mapping once, in the given order, one thread, and tells what faulted and which
 * leaves are there in the end. Ascending and descending cost a few steps whatever the size; `first` costs its
 * length; a permutation costs its pages. Undefined only for a permutation of more than
 * {@link MAX_PERMUTED_PAGES} pages in an era where the order decides the leaves.
 * Source: __handle_mm_fault(), create_huge_pud() and create_huge_pmd(), mm/memory.c; vfio_pci_mmap_huge_fault(),
 * drivers/vfio/pci/vfio_pci_core.c; 6.12.117 and 7.3.4. Older eras: 11c4cd07ba11, aac6db75a9fc, d71a989cf5d9.
 */
export const touchAll = (m: PfnMapping, rules: LeafRules, order: TouchOrder): TouchResult | undefined => {
  switch (rules.era) {
    case 'premap':
      return fillAtOnce(m, rules, order, 0);
    case 'fullRemap':
    case 'fullInsert':
      return fillAtOnce(m, rules, order, 1);
    case 'perPage':
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      break;
  }
  switch (order.kind) {
    case 'descending':
      return descend(m, rules);
    case 'permuted':
      return permute(m, rules, order.mul, order.add);
    case 'ascending':
    case 'firstThenAscending': {
      const table = new TouchedTable(m, rules);
      const first = order.kind === 'ascending' ? [] : order.first;
      const firstFaulted = first.map(offset => table.touch(m.start + offset));
      const list = new FaultList();
      const leaves = table.finish(list);
      // Every fault installs one leaf and every leaf came from one fault.
      return { faults: leafCount(leaves), faultList: list.finish(), firstFaulted, leaves };
    }
  }
};
