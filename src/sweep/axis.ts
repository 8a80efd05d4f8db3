import { archOf } from '../arch/index.ts';
import type { Scenario, SweepAxis, SweepInput } from '../scenario/scenario.ts';
import { alignDown, alignUp, GiB, powerAbove } from '../units.ts';
import { randomRange } from './aslr.ts';
import { openOf } from './inputs.ts';

/** The points of one axis: `from`, `from + step`, …, `count` of them. In bytes, `step` a power of two of pages. */
export interface Axis {
  readonly input: SweepInput;
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** Value of a point of an axis. */
export const valueAt = (axis: Axis, index: number): number => axis.from + index * axis.step;

/** The last value of an axis. */
export const lastOf = (axis: Axis): number => valueAt(axis, axis.count - 1);

/** The point nearest to a value; it may lie outside the axis by any distance, the point does not. */
export const nearest = (axis: Axis, value: number): number =>
  Math.min(Math.max(Math.round((value - axis.from) / axis.step), 0), axis.count - 1);

/** Smallest power-of-two multiple of a page of which at most `most` span `span` bytes. */
const stepFor = (span: number, page: number, most: number): number => {
  let step = page;
  while (Math.floor(span / step) > most) step *= 2;
  return step;
};

/** First and last value that make sense for an input, in bytes; page multiples. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Largest BAR: VFIO numbers regions from bit 40 of the file offset on. */
const MOST_REGION = 2 ** 40;
/** End of physical addresses. */
const MOST_PHYS = 2 ** 57;

/** All values that an input may have at all. */
export const boundsOf = (s: Scenario, input: SweepInput): Bounds => {
  const arch = archOf(s.machine.arch);
  const { page } = arch;
  switch (input) {
    case 'off':
      return { from: 0, to: MOST_REGION - page };
    case 'len':
    case 'size':
      return { from: page, to: MOST_REGION };
    case 'base':
      return { from: 0, to: MOST_PHYS - MOST_REGION };
    case 'hint':
      return { from: 0, to: Math.min(arch.taskSize, 2 ** 57) - page };
    case 'gap': {
      const open = openOf(s);
      return { from: page, to: Math.max(page, alignDown(open.end - open.start, page)) };
    }
    case 'aslr': {
      const open = openOf(s);
      const room = Math.max(0, alignDown(open.end - open.start, page) - page);
      return { from: 0, to: Math.min(randomRange(arch) - page, room) };
    }
  }
};

/** What an axis shows where nobody chose: the BAR itself, or a few GiB about where things are. */
const usual = (s: Scenario, input: SweepInput): Bounds => {
  const { bar } = s.device;
  const { page } = archOf(s.machine.arch);
  const vfio = s.request.file === 'vfio';
  const reach = vfio ? bar.size : s.request.offset + s.request.length;
  const span = Math.max(4 * page, reach);
  switch (input) {
    case 'off':
      return { from: 0, to: span - page };
    case 'len':
      return { from: page, to: span };
    case 'size':
      return {
        from: page,
        to: 2 * powerAbove(Math.max(page, bar.size, s.request.offset + s.request.length)),
      };
    case 'base': {
      const from = alignDown(bar.base, GiB);
      return { from, to: from + 2 * GiB - page };
    }
    case 'hint': {
      const open = openOf(s);
      const top = alignUp(open.end, GiB);
      const from = s.request.hint > 0 ? alignDown(s.request.hint, 4 * GiB) : Math.max(page, top - 8 * GiB);
      return { from, to: from + 8 * GiB - page };
    }
    case 'gap':
      return { from: page, to: 2 * powerAbove(Math.max(page, s.request.length)) };
    case 'aslr':
      return { from: 0, to: 2 * GiB - page };
  }
};

/**
 * The points of an axis: at most `most` steps of a power of two of pages. Without a chosen range the first point of a
 * length, a size or a gap is one step, so that the points are those of a grid through 0.
 */
export const axisOf = (s: Scenario, { input, range }: SweepAxis, most: number): Axis => {
  const { page } = archOf(s.machine.arch);
  const bounds = boundsOf(s, input);
  const wanted = range ?? usual(s, input);
  const inside = (n: number): number => Math.min(Math.max(alignDown(n, page), bounds.from), bounds.to);
  const low = inside(Math.min(wanted.from, wanted.to));
  const to = inside(Math.max(wanted.from, wanted.to));
  const step = stepFor(to - low, page, most);
  const from = range === undefined ? Math.min(alignUp(low, step), alignDown(to, page)) : low;
  return { input, from, step, count: Math.max(1, Math.floor((to - from) / step) + 1) };
};
