import { ERRNO } from '../placement/errno.ts';
import type { PlacementEvent } from '../placement/mm.ts';
import { mmap, type Placement, type Refusal, vfioOffset } from '../placement/mmap.ts';
import { type PolicyId, policyOf } from '../placement/policies.ts';
import { skippedBytes } from '../placement/skipped.ts';
import type { Scenario, SweepInput } from '../scenario/scenario.ts';
import {
  type Prepared,
  prepare,
  requestOf,
  rulesOf,
  type Solution,
  skippedOf,
  solve,
  trace,
} from '../solve.ts';
import { alignUp, mod } from '../units.ts';
import { LeafFigures, leafKinds } from './figures.ts';
import { isSpaceInput, withInput } from './inputs.ts';
import { Placer } from './placer.ts';

/**
 * What became of a point, in one byte. 1 to 5: mapped, and the place of its largest leaf in {@link leafKinds} plus 1;
 * with {@link CORRUPT} added where that leaf is corrupt.
 */
export const POINT = {
  /** not computed yet */
  unknown: 0,
  /** placed, but it maps no device memory */
  placed: 6,
  /** refused: the range reaches past the end of the BAR */
  pastEnd: 8,
  /** refused with ENOMEM */
  noRoom: 9,
  /** refused for another reason */
  refused: 10,
  /** there can be no such address space */
  impossible: 11,
} as const;

export const CORRUPT = 16;

/** True where the point maps device memory, so that all figures are there. */
export const isMapped = (cls: number): boolean => {
  const kind = cls % CORRUPT;
  return kind >= 1 && kind <= leafKinds.length;
};

const refusedAs = (errno: number, refusal: Refusal): number =>
  refusal === 'beyond the end of the BAR'
    ? POINT.pastEnd
    : errno === ERRNO.ENOMEM
      ? POINT.noRoom
      : POINT.refused;

/** The figures of one point. */
export interface Figures {
  /** One of {@link POINT}, or a leaf. */
  readonly cls: number;
  readonly faults: number;
  readonly tableBytes: number;
  /** Bytes that alignment leaves free beside the mapping; NaN where no search chose the place. */
  readonly skipped: number;
}

/** Reads the figures of a point off a whole answer. */
export const figuresOf = (solution: Solution, events: readonly PlacementEvent[]): Figures => {
  const { placement, total } = solution;
  if (!placement.ok) return { cls: refusedAs(placement.errno, placement.refusal), ...none };
  const skipped = skippedOf(solution, events) ?? Number.NaN;
  if (total === undefined) return { cls: POINT.placed, ...none, skipped };
  const largest = total.leaves.reduce((a, b) => (b.size > a.size ? b : a));
  return {
    cls: leafKinds.indexOf(largest.kind) + 1 + (largest.corrupt ? CORRUPT : 0),
    faults: total.faults,
    tableBytes: total.cost.tableBytes,
    skipped,
  };
};

const none = { faults: 0, tableBytes: 0, skipped: Number.NaN } as const;

/** The way a point is answered: all give the same answer, the later ones slower. */
export type Road = 'closed form' | 'one mmap() a point' | 'whole answers';

/** An address space and who places there; `undefined` where there can be no such space. */
interface Ground {
  readonly prepared: Prepared;
  readonly placer: Placer | undefined;
}

/** Past it the offset names the next region. */
const MOST_OFFSET = 2 ** 40;
/** Spaces kept for the values of one axis. */
const MOST_GROUNDS = 1100;

/** Answers the points of a plane under one policy. The figures of the last point stay in the fields. */
export class Points implements Figures {
  cls: number = POINT.unknown;
  faults = 0;
  tableBytes = 0;
  skipped = Number.NaN;

  /** How the points are answered, at best. */
  readonly road: Road;
  private readonly scenario: Scenario;
  private readonly x: SweepInput;
  private readonly y: SweepInput;
  private readonly policy: PolicyId;
  private readonly figures: LeafFigures | undefined;
  private readonly single: boolean;
  /** By the value of the axis that changes the space. */
  private readonly grounds = new Map<number, Ground | undefined>();
  private readonly both: boolean;
  /** The one space where no axis changes it. */
  private readonly still: { readonly ground: Ground | undefined } | undefined;
  /** File offset of the BAR's first byte. */
  private readonly file: number;
  /** What the axes set. */
  private offset: number;
  private length: number;
  private base: number;
  private size: number;
  private hint: number;

  constructor(given: Scenario, x: SweepInput, y: SweepInput, policy: PolicyId = given.machine.policy) {
    const scenario = { ...given, machine: { ...given.machine, policy } };
    this.scenario = scenario;
    this.x = x;
    this.y = y;
    this.policy = policy;
    this.both = isSpaceInput(x) && isSpaceInput(y);
    const { device, request } = scenario;
    this.offset = request.offset;
    this.length = request.length;
    this.base = device.bar.base;
    this.size = device.bar.size;
    this.hint = request.hint;
    this.single =
      policyOf(policy).kind === 'kernel' &&
      request.file === 'vfio' &&
      device.holes.length === 0 &&
      device.ranges.length === 0;
    const ground = this.groundOf(scenario);
    const rules = ground === undefined ? undefined : rulesOf(scenario, ground.prepared);
    const holds = rules !== undefined && LeafFigures.holds(rules, request.touch);
    this.figures =
      ground && rules && holds ? new LeafFigures(ground.prepared.arch, rules, request.touch) : undefined;
    const hinted = request.hint !== 0 || x === 'hint' || y === 'hint';
    const placer = ground?.placer;
    this.road =
      this.figures === undefined
        ? 'whole answers'
        : placer !== undefined && (!hinted || placer.plainHint || policyOf(policy).kind === 'program')
          ? 'closed form'
          : this.single
            ? 'one mmap() a point'
            : 'whole answers';
    this.file = vfioOffset(device.bar.index, 0);
    this.still = isSpaceInput(x) || isSpaceInput(y) ? undefined : { ground };
  }

  private groundOf(scenario: Scenario): Ground | undefined {
    try {
      const prepared = prepare(scenario.machine, scenario.space);
      const serves = Placer.serves(scenario, policyOf(this.policy), prepared);
      return { prepared, placer: serves ? new Placer(prepared, this.policy) : undefined };
    } catch {
      // VMAs that overlap: an address space that cannot be.
      return undefined;
    }
  }

  private set(input: SweepInput, value: number): void {
    switch (input) {
      case 'off':
        this.offset = value;
        return;
      case 'len':
        this.length = value;
        return;
      case 'base':
        this.base = value;
        return;
      case 'size':
        this.size = value;
        return;
      case 'hint':
        this.hint = value;
        return;
      case 'gap':
      case 'aslr':
        return;
    }
  }

  /** The Scenario of a point: what the Map shows there. */
  at(vx: number, vy: number): Scenario {
    return withInput(withInput(this.scenario, this.x, vx), this.y, vy);
  }

  private ground(vx: number, vy: number): Ground | undefined {
    if (this.still !== undefined) return this.still.ground;
    if (this.both) return this.groundOf(this.at(vx, vy));
    const key = isSpaceInput(this.x) ? vx : vy;
    const known = this.grounds.get(key);
    if (known !== undefined || this.grounds.has(key)) return known;
    const ground = this.groundOf(this.at(vx, vy));
    if (this.grounds.size >= MOST_GROUNDS) this.grounds.clear();
    this.grounds.set(key, ground);
    return ground;
  }

  /** Answers the point of these two values, in bytes. Allocates nothing on the fastest road. */
  solve(vx: number, vy: number): void {
    this.set(this.x, vx);
    this.set(this.y, vy);
    const ground = this.ground(vx, vy);
    if (ground === undefined) {
      this.cls = POINT.impossible;
      this.clear();
      return;
    }
    if (this.figures === undefined || !this.closed(ground, this.figures)) this.slowly(ground, vx, vy);
  }

  private clear(): void {
    this.faults = 0;
    this.tableBytes = 0;
    this.skipped = Number.NaN;
  }

  private closed({ placer, prepared }: Ground, figures: LeafFigures): boolean {
    if (placer === undefined) return false;
    const { page } = prepared.arch;
    const { offset, base, size } = this;
    const length = alignUp(this.length, page);
    // A BAR of a page or more is mappable wherever it lies.
    if (length === 0 || size < page || offset >= MOST_OFFSET) return false;
    if (mod(offset, page) !== 0 || mod(base, page) !== 0) return false;
    const past = offset + length > alignUp(size, page);
    // A range past the end is refused by the kernel, and only after a place was found for it.
    if (!placer.place(this.file + offset, offset, length, base, size, past, this.hint)) return false;
    if (past) {
      this.cls = POINT.pastEnd;
      this.clear();
      return true;
    }
    const { start } = placer;
    figures.count(start, start + length, base + offset);
    this.cls = figures.largest + 1 + (figures.corrupt ? CORRUPT : 0);
    this.faults = figures.faults;
    this.tableBytes = figures.tableBytes;
    const skipped = placer.edge - (start + length);
    // NaN where the hint was taken.
    this.skipped = skipped >= 0 ? skipped : Number.NaN;
    return true;
  }

  private slowly({ prepared }: Ground, vx: number, vy: number): void {
    const scenario = this.at(vx, vy);
    if (!this.single || this.figures === undefined || mod(this.base, prepared.arch.page) !== 0) {
      this.take(figuresOf(solve(scenario, prepared), trace(scenario, prepared)));
      return;
    }
    const events: PlacementEvent[] = [];
    const placement: Placement = mmap(prepared.mm, prepared.limits, requestOf(scenario), event => {
      events.push(event);
    });
    if (!placement.ok) {
      this.cls = refusedAs(placement.errno, placement.refusal);
      this.clear();
      return;
    }
    const { start, end } = placement;
    this.figures.count(start, end, scenario.device.bar.base + scenario.request.offset);
    this.cls = this.figures.largest + 1 + (this.figures.corrupt ? CORRUPT : 0);
    this.faults = this.figures.faults;
    this.tableBytes = this.figures.tableBytes;
    this.skipped = skippedBytes(placement, events) ?? Number.NaN;
  }

  private take({ cls, faults, tableBytes, skipped }: Figures): void {
    this.cls = cls;
    this.faults = faults;
    this.tableBytes = tableBytes;
    this.skipped = skipped;
  }
}
