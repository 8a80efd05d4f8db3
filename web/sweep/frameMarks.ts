import type { Arch } from '../../src/arch/arch.ts';
import type { Scenario, SweepColour } from '../../src/scenario/scenario.ts';
import type { Axis } from '../../src/sweep/axis.ts';
import { inputOf } from '../../src/sweep/inputs.ts';
import type { Plane } from '../../src/sweep/plane.ts';
import { CORRUPT, isMapped } from '../../src/sweep/points.ts';
import { formatSize } from '../../src/text.ts';
import { type Ink, type Mark, type Measure, roughMeasure } from '../draw/marks.ts';
import { type Best, NOBODY } from './best.ts';
import { boundariesOf, pixelOf, ticksOf } from './frame.ts';
import { type Region, regionsOf } from './regions.ts';
import { classText, inputNames, leafOf } from './words.ts';

/** Room around the plane for ticks and names of the axes, in pixels. */
export const ROOM = { name: 26, right: 12, top: 8, bottom: 44 } as const;

/** Sets of policies are named by letters. */
export const letterOf = (set: number): string =>
  set < 26 ? String.fromCharCode(65 + set) : `${letterOf(Math.floor(set / 26) - 1)}${letterOf(set % 26)}`;

/** Height of the smallest region, in pixels, that gets its name written into it. */
const NAMED = 26;

/** Room left of a plane for the numbers of its upright axis and its name, in pixels. */
export const leftRoomOf = (y: Axis, side: number, scale: number): number =>
  ROOM.name +
  Math.max(...ticksOf(y, side, 56).map(t => roughMeasure(t.text, { size: 11 * scale }) * 0.97 + 10), 30);

/** Where names can stand on a plane. `places` is that of `shownPlaces`. */
export const namedRegions = (
  plane: Plane,
  places: Int32Array,
  colour: SweepColour,
  best: Best | undefined,
): readonly Region[] =>
  regionsOf(plane.columns, plane.rows, (column, row) => {
    const place = places[row * plane.columns + column] ?? -1;
    if (place < 0) return -1;
    const cls = plane.cls[place] ?? 0;
    if (!isMapped(cls)) return cls;
    if (colour === 'best') {
      const set = best?.at[place] ?? 0;
      return set === 0 || set === NOBODY ? -1 : 100 + set - 1;
    }
    return colour === 'leaf' ? cls : -1;
  });

/** A pill with words: nothing is written on a texture itself. */
const pill = (
  measure: Measure,
  x: number,
  y: number,
  text: string,
  ink: Ink,
  size: number,
): readonly Mark[] => {
  const width = measure(text, { size, weight: 700 }) + 16;
  return [
    {
      kind: 'rect',
      x: x - width / 2,
      y: y - size * 0.8,
      w: width,
      h: size * 1.6,
      fill: 'bg',
      stroke: ink,
      strokeWidth: 1.4,
      radius: size * 0.8,
    },
    { kind: 'text', x, y, text, size, weight: 700, ink, align: 'middle' },
  ];
};

/** The middle of a text that must not leave the drawing. */
const clampText = (x: number, width: number, side: number): number => Math.min(x, side - width / 2 - 1);

/** What stands around and upon a plane. */
export interface FrameInput {
  readonly x: Axis;
  readonly y: Axis;
  /** CSS pixels of the plane. */
  readonly width: number;
  readonly height: number;
  /** Where it begins, and how wide it is with all around it. */
  readonly left: number;
  readonly side: number;
  /** How much larger letters are. */
  readonly scale: number;
  readonly regions: readonly Region[];
  readonly leaves: Arch['pfnLeaves'];
  readonly scenario: Scenario;
  readonly measure: Measure;
}

/** The axes of a plane, where leaves begin, the names of its regions, and the Map's scene: for the screen and a file. */
export const frameMarks = ({
  x,
  y,
  width,
  height,
  left,
  side,
  scale,
  regions,
  leaves,
  scenario,
  measure,
}: FrameInput): readonly Mark[] => {
  const bottom = ROOM.top + height;
  const marks: Mark[] = [
    { kind: 'rect', x: left - 0.5, y: ROOM.top - 0.5, w: width + 1, h: height + 1, stroke: 'dim' },
  ];
  for (const t of ticksOf(x, width, 96))
    marks.push(
      {
        kind: 'path',
        points: [
          [left + t.at, bottom],
          [left + t.at, bottom + 5],
        ],
        stroke: 'mut',
      },
      {
        kind: 'text',
        x: clampText(left + t.at, measure(t.text, { size: 11 * scale }), side),
        y: bottom + 14,
        text: t.text,
        size: 11 * scale,
        ink: 'mut',
        align: 'middle',
      },
    );
  for (const t of ticksOf(y, height, 56))
    marks.push(
      {
        kind: 'path',
        points: [
          [left - 5, bottom - t.at],
          [left, bottom - t.at],
        ],
        stroke: 'mut',
      },
      {
        kind: 'text',
        x: left - 8,
        y: Math.max(bottom - t.at, ROOM.top + 6),
        text: t.text,
        size: 11 * scale,
        ink: 'mut',
        align: 'end',
      },
    );
  marks.push({
    kind: 'text',
    x: left + width / 2,
    y: bottom + 31,
    text: inputNames[x.input],
    size: 12 * scale,
    weight: 600,
    ink: 'ink',
    align: 'middle',
  });
  // Where leaves of a size begin, along both axes.
  for (const leaf of leaves) {
    const dash = [2, 4];
    for (const at of boundariesOf(x, width, leaf.size))
      if (at > 1 && at < width - 1)
        marks.push({
          kind: 'path',
          points: [
            [left + at, ROOM.top],
            [left + at, bottom],
          ],
          stroke: 'ink',
          dash,
          alpha: 0.55,
        });
    for (const at of boundariesOf(y, height, leaf.size))
      if (at > 1 && at < height - 1)
        marks.push({
          kind: 'path',
          points: [
            [left, bottom - at],
            [left + width, bottom - at],
          ],
          stroke: 'ink',
          dash,
          alpha: 0.55,
        });
  }
  for (const r of regions) {
    const w = (r.columns / x.count) * width;
    const h = (r.rows / y.count) * height;
    const leaf = r.category < 100 ? leafOf(r.category) : undefined;
    const size = leaf === undefined ? undefined : leaves.find(l => l.kind === leaf)?.size;
    const name = r.category >= 100 ? letterOf(r.category - 100) : classText(r.category);
    const style = { size: (leaf === undefined ? 12 : 14) * scale, weight: 700 };
    // With its size where there is room, else the name alone, else nothing.
    const named = [...(size === undefined ? [] : [`${name} ${formatSize(size)}`]), name].find(
      text => measure(text, style) + 20 <= w,
    );
    if (h < NAMED || named === undefined) continue;
    const cx = left + ((r.column + r.columns / 2) / x.count) * width;
    const cy = bottom - ((r.row + r.rows / 2) / y.count) * height;
    const ink: Ink =
      r.category < 100 && r.category >= CORRUPT ? 'red' : leaf === undefined ? 'mut' : `${leaf}.text`;
    marks.push(...pill(measure, cx, cy, named, ink, (leaf === undefined ? 12 : 14) * scale));
  }
  // The Map's own scene, where it lies on the plane.
  const mine = {
    px: pixelOf(x, inputOf(scenario, x.input), width),
    py: pixelOf(y, inputOf(scenario, y.input), height),
  };
  if (mine.px >= 0 && mine.px <= width && mine.py >= 0 && mine.py <= height) {
    const at = { x: left + mine.px, y: bottom - mine.py };
    marks.push(
      { kind: 'circle', ...at, r: 6.5, stroke: 'bg', strokeWidth: 5 },
      { kind: 'circle', ...at, r: 6.5, stroke: 'ink', strokeWidth: 2.4 },
    );
    const right = at.x < left + width / 2;
    marks.push({
      kind: 'text',
      x: at.x + (right ? 13 : -13),
      y: Math.min(Math.max(at.y, ROOM.top + 9), bottom - 9),
      text: 'the Map’s scene',
      size: 11 * scale,
      weight: 600,
      ink: 'ink',
      halo: 'bg',
      align: right ? 'start' : 'end',
    });
  }
  return marks;
};
