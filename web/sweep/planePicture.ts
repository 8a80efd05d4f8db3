import { archOf } from '../../src/arch/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { leafKinds } from '../../src/sweep/figures.ts';
import { CORRUPT, isMapped, POINT } from '../../src/sweep/points.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { type Ink, type Mark, type Measure, type Point, roughMeasure } from '../draw/marks.ts';
import { bottomOf, moved } from '../draw/moved.ts';
import type { OfferedPicture } from '../state/offered.ts';
import { type Best, NOBODY } from './best.ts';
import { frameMarks, leftRoomOf, letterOf, namedRegions, ROOM } from './frameMarks.ts';
import { inkIn, logShare, RAMP, shadeOfSet, shownPlaces, spanOf, valuesOf } from './paintPlane.ts';
import type { Planes } from './planes.ts';
import { classText, colourNames, inputNames, policyList, policyName } from './words.ts';

/** Neighbouring points that are painted alike: a run of columns in each of some rows, row 0 at the bottom. */
export interface Patch {
  readonly category: number;
  readonly row: number;
  /** First column of the run and the one after its last, upwards from `row`. Each touches the one below. */
  readonly runs: readonly (readonly [from: number, to: number])[];
}

/**
 * A grid as patches of one category each, which cover it once. A run joins the patch of its category that it stands on,
 * if no run left of it did. `categoryAt` below 0: nothing is painted there.
 */
export const patchesOf = (
  columns: number,
  rows: number,
  categoryAt: (column: number, row: number) => number,
): readonly Patch[] => {
  interface Growing {
    readonly category: number;
    readonly row: number;
    readonly runs: (readonly [from: number, to: number])[];
  }
  const all: Growing[] = [];
  /** Those whose last run is in the row below, from left to right. */
  let open: readonly Growing[] = [];
  for (let row = 0; row < rows; row++) {
    const now: Growing[] = [];
    let next = 0;
    for (let from = 0; from < columns; ) {
      const category = categoryAt(from, row);
      let to = from + 1;
      while (to < columns && categoryAt(to, row) === category) to++;
      if (category >= 0) {
        let joined: Growing | undefined;
        for (; next < open.length; next++) {
          const below = open[next];
          const [first = 0, end = 0] = below?.runs.at(-1) ?? [];
          if (first >= to) break;
          if (end <= from || below?.category !== category) continue;
          joined = below;
          next++;
          break;
        }
        const grown = joined ?? { category, row, runs: [] };
        if (joined === undefined) all.push(grown);
        grown.runs.push([from, to]);
        now.push(grown);
      }
      from = to;
    }
    open = now;
  }
  return all;
};

/** The outline of a patch: up its right side, down its left one. */
const outlineOf = (
  { row, runs }: Patch,
  px: (column: number) => number,
  py: (row: number) => number,
): readonly Point[] => {
  const sideOf = (end: 0 | 1): readonly Point[] =>
    runs.flatMap((run, i): readonly Point[] => {
      const [x, y] = [px(run[end]), row + i];
      const same = (other: readonly [number, number] | undefined): boolean => other?.[end] === run[end];
      return [
        ...(same(runs[i - 1]) ? [] : [[x, py(y)] as const]),
        ...(same(runs[i + 1]) ? [] : [[x, py(y + 1)] as const]),
      ];
    });
  return [...sideOf(1), ...sideOf(0).toReversed()];
};

/**
 * Diagonal lines over a part of a box of `w` by `h` pixels, `every` so many pixels: whole ones, where hatches of many
 * rectangles would not meet. `way` 1: they fall to the left, -1: to the right.
 */
const diagonals = (
  w: number,
  h: number,
  every: number,
  way: 1 | -1,
  within: (x: number, y: number) => boolean,
): readonly (readonly [Point, Point])[] => {
  const lines: (readonly [Point, Point])[] = [];
  for (let sum = every / 2; sum < w + h; sum += every) {
    const at = (t: number): Point => [way === 1 ? sum - t : w - sum + t, t];
    let from: number | undefined;
    for (let t = 0; t <= h; t++) {
      const [x, y] = at(t + 0.5);
      const inside = t < h && x >= 0 && x < w && within(x, y);
      if (inside) from ??= t;
      else if (from !== undefined) {
        lines.push([at(from), at(t)]);
        from = undefined;
      }
    }
  }
  return lines;
};

/** A file gets no more patches than this: one of points in disorder is drawn coarser. */
const MOST_PATCHES = 12_000;

/** More columns or rows than this would be less than two pixels each: so many at most are drawn. */
const MOST_SIDE = 320;

/** Pixels of a plane in a file. */
const PLANE = 600;

/** Categories from here on are shades of the ramp, and from {@link CORRUPT} up those with corrupt entries. */
const SHADE = 1000;

/** Corrupt entries upon no colour. */
const BARE = 3 * SHADE;

const KEY = { size: 11, line: 18, swatch: 26 } as const;

/**
 * The plane of Sweep for a file: what is known of it as patches, in the same words, axes and colours as on the
 * screen. Leaves are flat colours here, named where they lie. Undefined before the first points are known.
 */
export const planePicture = (
  scenario: Scenario,
  shown: Planes,
  best: Best | undefined,
  title: string,
  about: string,
): OfferedPicture | undefined => {
  const { x, y, policies } = shown.ask;
  const { colour } = scenario.view.sweep;
  const [main] = policies;
  const plane = main === undefined ? undefined : shown.planes.get(main)?.plane;
  if (main === undefined || plane === undefined) return undefined;
  const places = shownPlaces(plane, place =>
    colour === 'best' ? (best?.at[place] ?? 0) > 0 : (plane.cls[place] ?? 0) > 0,
  );
  const span = spanOf(plane, colour);
  const values = valuesOf(plane, colour);
  const shadeAt = (place: number): number => {
    if (colour === 'best') {
      const set = best?.at[place] ?? 0;
      return set > 0 && set !== NOBODY ? shadeOfSet(set) : -1;
    }
    const value = values?.[place];
    if (value === undefined || span === undefined) return -1;
    return Number.isNaN(value) ? 0 : logShare(value, span);
  };
  /** How the point of a place is painted: its class, or a shade, and whether entries are corrupt. */
  const categoryOf = (place: number): number => {
    const cls = plane.cls[place] ?? 0;
    if (!isMapped(cls) || colour === 'leaf') return cls;
    const shade = shadeAt(place);
    if (shade < 0) return cls >= CORRUPT ? BARE : -1;
    return SHADE + Math.round(shade * (RAMP - 1)) + (cls >= CORRUPT ? SHADE : 0);
  };
  // Beyond so many points a file shows every second, every fourth …
  let every = 1;
  while (Math.max(plane.columns, plane.rows) / every > MOST_SIDE) every *= 2;
  /** Of a point of the file's own grid. */
  const categoryAt = (column: number, row: number): number => {
    const place = places[row * every * plane.columns + column * every] ?? -1;
    return place < 0 ? -1 : categoryOf(place);
  };
  const sizeOf = (count: number): number => Math.ceil(count / every);
  const patched = (): readonly Patch[] => patchesOf(sizeOf(plane.columns), sizeOf(plane.rows), categoryAt);
  let patches = patched();
  while (patches.length > MOST_PATCHES) {
    every *= 2;
    patches = patched();
  }

  const left = leftRoomOf(y, PLANE, 1) - ROOM.name + 8;
  const width = PLANE;
  const height = Math.round(width * 0.97);
  const side = left + width + ROOM.right;
  const leaves = archOf(scenario.machine.arch).pfnLeaves;
  const said = [
    about,
    every > 1
      ? `One in ${formatCount(every)} of its columns and rows is drawn.`
      : 'One square is one mmap().',
    `Placed by ${policyName(main, scenario.machine.kernel)}, coloured by ${colourNames[colour]}${colour === 'leaf' || colour === 'best' ? '' : ' on a log scale'}.`,
  ].join(' ');
  const keyOf = (): readonly {
    readonly fill: (at: readonly [number, number]) => Mark;
    readonly text: string;
  }[] => {
    const swatch = ([sx, sy]: readonly [number, number]) => ({ x: sx, y: sy - 6, w: KEY.swatch, h: 12 });
    switch (colour) {
      case 'leaf':
        return leaves.map(l => ({
          fill: at => ({ kind: 'rect', ...swatch(at), fill: `${l.kind}.fill` }),
          text: `${classText(1 + leafKinds.indexOf(l.kind))} ${formatSize(l.size)}`,
        }));
      case 'best':
        return (best?.sets ?? []).slice(0, 8).map((set, i) => ({
          fill: at => ({ kind: 'rect', ...swatch(at), fill: 'ink', alpha: inkIn(shadeOfSet(i + 1)) }),
          text: `${letterOf(i)} ${policyList(set.policies, policies, scenario.machine.kernel)}`,
        }));
      case 'faults':
      case 'tables':
      case 'skipped': {
        if (span === undefined) return [];
        const write = colour === 'faults' ? formatCount : formatSize;
        return [
          { shade: logShare(span.least, span), text: `least: ${write(span.least)}` },
          { shade: logShare(span.most, span), text: `most: ${write(span.most)}` },
        ].map(({ shade, text }) => ({
          fill: at => ({ kind: 'rect', ...swatch(at), fill: 'ink', alpha: inkIn(shade) }),
          text,
        }));
      }
    }
  };

  const draw = (measure: Measure): readonly Mark[] => {
    const marks: Mark[] = [];
    const framed: Mark[] = [];
    const top = ROOM.top;
    const px = (n: number): number => Math.min(width, (n * every * width) / plane.columns);
    const py = (n: number): number => Math.min(height, (n * every * height) / plane.rows);
    for (const patch of patches) {
      const { category } = patch;
      const leaf = category < SHADE && isMapped(category) ? leafKinds[(category % CORRUPT) - 1] : undefined;
      if (category === BARE || (leaf === undefined && category < SHADE)) continue;
      framed.push({
        kind: 'path',
        points: outlineOf(
          patch,
          column => left + px(column),
          row => top + height - py(row),
        ),
        close: true,
        ...(leaf === undefined
          ? { fill: 'ink', alpha: inkIn((category % SHADE) / (RAMP - 1)) }
          : { fill: `${leaf}.fill` }),
      });
    }
    const hatch = (
      is: (category: number) => boolean,
      stroke: Ink,
      apart: number,
      way: 1 | -1,
      strokeWidth = 1,
    ): void => {
      if (!patches.some(p => is(p.category))) return;
      const within = (at: number, below: number): boolean =>
        is(
          categoryAt(
            Math.floor((at / width) * (plane.columns / every)),
            Math.floor(((height - below) / height) * (plane.rows / every)),
          ),
        );
      for (const [from, to] of diagonals(width, height, apart, way, within))
        framed.push({
          kind: 'path',
          points: [from, to].map(([fx, fy]): Point => [left + fx, top + fy]),
          stroke,
          strokeWidth,
        });
    };
    hatch(c => c === POINT.pastEnd, 'line', 8, 1);
    hatch(c => c === POINT.noRoom, 'dim', 8, 1);
    hatch(c => c === POINT.noRoom, 'dim', 8, -1);
    hatch(c => c === POINT.placed || c === POINT.refused || c === POINT.impossible, 'dim', 16, -1);
    // Red between lines of the background, so that it stands out from every fill.
    const corrupt = (c: number): boolean => (c >= CORRUPT && c < SHADE) || c >= 2 * SHADE;
    hatch(corrupt, 'bg', 12, 1, 3.5);
    hatch(corrupt, 'red', 12, 1, 1.5);
    framed.push(
      ...frameMarks({
        x,
        y,
        width,
        height,
        left,
        side,
        scale: 1,
        regions: namedRegions(plane, places, colour, best),
        leaves,
        scenario,
        measure,
      }),
    );
    marks.push({
      kind: 'text',
      x: 0,
      y: 8,
      text: inputNames[y.input],
      size: 12,
      weight: 600,
      ink: 'ink',
    });
    const down = 20;
    marks.push(...framed.map(m => moved(m, down)));
    let keyX = left;
    let keyY = down + top + height + ROOM.bottom + 10;
    for (const { fill, text } of keyOf()) {
      const w = KEY.swatch + 8 + measure(text, { size: KEY.size }) + 18;
      if (keyX > left && keyX + w > side) {
        keyX = left;
        keyY += KEY.line;
      }
      marks.push(fill([keyX, keyY]), {
        kind: 'text',
        x: keyX + KEY.swatch + 8,
        y: keyY,
        text,
        size: KEY.size,
        ink: 'mut',
      });
      keyX += w;
    }
    return marks;
  };
  return { title, about: said, width: side, height: Math.max(...draw(roughMeasure).map(bottomOf)) + 4, draw };
};
