import { alignDown, GiB, MiB } from '../../src/units.ts';

/**
 * A slider's scale: whole positions 0..steps on one side, bytes on the other. Every value is a multiple of the
 * page; both ways never decrease.
 */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly steps: number;
  /** The position that shows a value: the last one whose value is not above it. */
  readonly position: (value: number) => number;
  readonly value: (position: number) => number;
  /** The position a pointer means when it is at `position` and can be this many positions off. */
  readonly snap: (position: number, slack: number) => number;
}

const clamp = (x: number, lo: number, hi: number): number => Math.min(Math.max(x, lo), hi);

/** log2 rounded down, exact for every double. */
const floorLog2 = (x: number): number => {
  const guess = Math.floor(Math.log2(x));
  if (2 ** guess > x) return guess - 1;
  return 2 ** (guess + 1) <= x ? guess + 1 : guess;
};

/**
 * Sizes by powers of two from `page`, with `fine` equal steps in each octave; where those would be finer than a
 * page, several positions share a value. Every power of two has a position, and `max` (any multiple of the page)
 * is the last one.
 */
export const octaveScale = (max: number, page = 4096, fine = 64): Scale => {
  const raw = (value: number): number => {
    const octave = floorLog2(value / page);
    const base = page * 2 ** octave;
    return octave * fine + Math.floor(((value - base) / base) * fine);
  };
  const at = (position: number): number => {
    const base = page * 2 ** Math.floor(position / fine);
    return alignDown(base + (position % fine) * (base / fine), page);
  };
  const whole = raw(max);
  const steps = at(whole) === max ? whole : whole + 1;
  const value = (position: number): number =>
    position >= steps ? max : Math.min(at(Math.max(0, Math.floor(position))), max);
  return {
    min: page,
    max,
    steps,
    position: v => (v >= max ? steps : v <= page ? 0 : raw(v)),
    value,
    snap: (position, slack) => {
      if (steps - position <= slack) return steps;
      const octave = Math.round(position / fine) * fine;
      return Math.abs(octave - position) <= Math.min(slack, fine / 4) ? octave : position;
    },
  };
};

/** Places at a multiple of this are worth snapping to, large to small. */
const EDGES = [GiB, 2 * MiB] as const;

/** Page by page from `min` to `max`, both multiples of the page. `min` and edges of leaves pull a pointer. */
export const linearScale = (min: number, max: number, page = 4096): Scale => {
  const steps = Math.max(0, (max - min) / page);
  return {
    min,
    max,
    steps,
    position: v => clamp(Math.floor((v - min) / page), 0, steps),
    value: p => min + clamp(Math.floor(p), 0, steps) * page,
    snap: (position, slack) => {
      if (position <= slack) return 0;
      if (steps - position <= slack) return steps;
      const value = min + position * page;
      for (const edge of EDGES) {
        const near = Math.round(value / edge) * edge;
        if (near >= min && near <= max && Math.abs(near - value) <= slack * page) return (near - min) / page;
      }
      return position;
    },
  };
};

const UNITS = [
  ['TiB', 2 ** 40],
  ['GiB', GiB],
  ['MiB', MiB],
  ['KiB', 1024],
  ['bytes', 1],
] as const;

/** A size exactly, as it is spoken: “512 MiB plus 4 KiB”. */
export const sizeInWords = (n: number): string => {
  const terms: string[] = [];
  let rest = n;
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) terms.push(`${count} ${name}`);
    rest -= count * size;
  }
  return terms.join(' plus ') || '0';
};
