import type { SweepColour } from '../../src/scenario/scenario.ts';
import { leafKinds } from '../../src/sweep/figures.ts';
import { passesOf } from '../../src/sweep/order.ts';
import type { Plane } from '../../src/sweep/plane.ts';
import { CORRUPT, isMapped, POINT } from '../../src/sweep/points.ts';
import { paintLeaves } from '../draw/leaves.ts';
import type { Ink } from '../draw/marks.ts';
import type { Palette } from '../draw/tokens.ts';
import { type Best, NOBODY } from './best.ts';

/** A colour as four bytes in the order of an ImageData. */
export type Rgba = number;

/** What a plane is painted with: everything is resolved to bytes, so that a pixel is one write. */
export interface Inks {
  readonly bg: Rgba;
  /** By place in leafKinds: where the texture has ink, and where it has none. */
  readonly leaves: readonly { readonly on: Rgba; readonly off: Rgba }[];
  /** By place in leafKinds: a tile of the texture, 1 where there is ink. */
  readonly tiles: readonly Uint8Array[];
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly hatch: Rgba;
  readonly dots: Rgba;
  readonly red: Rgba;
  /** From few to many. */
  readonly ramp: readonly Rgba[];
  /** Two colours only: shades are dithered. */
  readonly twoColours: boolean;
  readonly ink: Rgba;
}

const TILE_WIDTH = 48;
const TILE_HEIGHT = 14;
/** Shades of figures that are no leaf sizes. */
export const RAMP = 16;

type Channels = readonly [number, number, number];

/** The bytes of a colour as the browser understands it, system colours included. */
const channelsOf = (ctx: CanvasRenderingContext2D, colour: string): Channels => {
  ctx.clearRect(0, 0, 1, 1);
  ctx.fillStyle = colour;
  ctx.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = ctx.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
};

const pack = ([r, g, b]: Channels): Rgba => (255 * 2 ** 24 + b * 2 ** 16 + g * 256 + r) >>> 0;

/** How much ink there is in a shade of the ramp: `share` 0 for few, 1 for many. */
export const inkIn = (share: number): number => 0.1 + 0.78 * share;

/** The share of a set of policies on the ramp: neighbours in number are far apart in shade. */
export const shadeOfSet = (set: number): number => ((set * 5 + 2) % 8) / 7;

const mix = (a: Channels, b: Channels, share: number): Channels => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
];

/** How far the gaps of a texture are from its fill. */
const GAP = 0.3;

/** The ramp of inks between the background and the text: for figures that are no leaf sizes. */
const rampOf = (bg: Channels, ink: Channels): readonly Channels[] =>
  Array.from({ length: RAMP }, (_, i) => mix(bg, ink, inkIn(i / (RAMP - 1))));

/** The colours of the neutral ramp for CSS, from few to many. */
export const rampCss = (steps: number): readonly string[] =>
  Array.from(
    { length: steps },
    (_, i) =>
      `color-mix(in srgb, var(--ink) ${Math.round(100 * inkIn(i / Math.max(1, steps - 1)))}%, var(--bg))`,
  );

/** Resolves what a plane is painted with. `ratio` is device pixels a CSS pixel; undefined: no canvas here. */
export const inksOf = (palette: Palette, twoColours: boolean, ratio: number): Inks | undefined => {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(TILE_WIDTH * ratio);
  canvas.height = Math.round(TILE_HEIGHT * ratio);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (ctx === null) return undefined;
  const bg = channelsOf(ctx, palette.bg);
  const ink = channelsOf(ctx, palette.ink);
  const leaves = leafKinds.map(kind => {
    const fill = channelsOf(ctx, palette.leaf[kind].fill);
    return { on: pack(fill), off: pack(twoColours ? bg : mix(fill, bg, GAP)) };
  });
  const tiles = leafKinds.map(leaf => {
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, TILE_WIDTH, TILE_HEIGHT);
    const black = (_: Ink): string => '#000000';
    paintLeaves(
      ctx,
      { kind: 'leaves', leaf, x: 0, y: 0, w: TILE_WIDTH, h: TILE_HEIGHT - 1, first: 0, pitch: 1 },
      black,
    );
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
    return Uint8Array.from({ length: canvas.width * canvas.height }, (_, i) =>
      (data[i * 4 + 3] ?? 0) > 110 ? 1 : 0,
    );
  });
  return {
    bg: pack(bg),
    leaves,
    tiles,
    tileWidth: canvas.width,
    tileHeight: canvas.height,
    hatch: pack(channelsOf(ctx, palette.line)),
    dots: pack(channelsOf(ctx, palette.dim)),
    red: pack(channelsOf(ctx, palette.red)),
    ramp: rampOf(bg, ink).map(pack),
    twoColours,
    ink: pack(ink),
  };
};

/** Where figures of a colour begin and end over a plane, for its scale; undefined where there are none. */
export const spanOf = (
  plane: Plane,
  colour: SweepColour,
): { readonly least: number; readonly most: number } | undefined => {
  const values = valuesOf(plane, colour);
  if (values === undefined) return undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!isMapped(plane.cls[i] as number) || Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most < least ? undefined : { least, most };
};

/** The figures that a colour shows; undefined where it shows a class. */
export const valuesOf = (plane: Plane, colour: SweepColour): Float64Array | undefined => {
  switch (colour) {
    case 'faults':
      return plane.faults;
    case 'tables':
      return plane.tableBytes;
    case 'skipped':
      return plane.skipped;
    case 'leaf':
    case 'best':
      return undefined;
  }
};

/** Place on a log scale, 0 to 1. Zero has a place of its own at the begin. */
export const logShare = (
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): number => {
  if (value <= 0) return 0;
  const low = Math.max(least, 1);
  const from = least <= 0 ? 0.08 : 0;
  if (most <= low) return least <= 0 ? 1 : 0.5;
  return from + ((1 - from) * Math.log(value / low)) / Math.log(most / low);
};

/** The points as they are to be shown: where one is not known yet, the coarse point whose block it lies in. */
export const shownPlaces = (
  plane: Pick<Plane, 'columns' | 'rows'>,
  known: (place: number) => boolean,
): Int32Array => {
  const { columns, rows } = plane;
  const strides = passesOf(columns, rows)
    .map(p => p.stride)
    .reverse();
  const places = new Int32Array(columns * rows).fill(-1);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (const stride of strides) {
        const place = (row - (row % stride)) * columns + column - (column % stride);
        if (!known(place)) continue;
        places[row * columns + column] = place;
        break;
      }
  return places;
};

/** A 4 by 4 order of thresholds, for shades made of two colours. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5] as const;

const gcdStep = (ratio: number, px: number): number => Math.max(2, Math.round(px * ratio));

/** What is painted, and how. */
export interface PaintInput {
  readonly plane: Plane;
  /** Of `shownPlaces`. */
  readonly places: Int32Array;
  readonly colour: SweepColour;
  readonly best: Best | undefined;
  readonly span: { readonly least: number; readonly most: number } | undefined;
  readonly inks: Inks;
  readonly ratio: number;
}

/**
 * Paints a plane into the pixels of an image, row 0 at the bottom: every pixel is the point whose square it lies in,
 * nothing is between.
 */
export const paintPlane = (
  image: ImageData,
  { plane, places, colour, best, span, inks, ratio }: PaintInput,
): void => {
  const { width, height } = image;
  const { columns, rows, cls } = plane;
  const out = new Uint32Array(image.data.buffer);
  const values = valuesOf(plane, colour);
  const columnOf = new Int32Array(width);
  for (let x = 0; x < width; x++) columnOf[x] = Math.floor((x * columns) / width);
  const hatchEvery = gcdStep(ratio, 8);
  const dotEvery = gcdStep(ratio, 6);
  const redEvery = gcdStep(ratio, 9);
  const line = Math.max(1, Math.round(ratio));
  const last = inks.ramp.length - 1;
  const shades = new Float64Array(values === undefined ? 0 : cls.length).fill(-1);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((height - 1 - y) * rows) / height);
    const tileRow = (y % inks.tileHeight) * inks.tileWidth;
    for (let x = 0; x < width; x++) {
      const place = places[row * columns + (columnOf[x] as number)] as number;
      let pixel = inks.bg;
      if (place >= 0) {
        const c = cls[place] as number;
        let shade = -1;
        if (isMapped(c)) {
          if (colour === 'leaf') {
            const kind = (c % CORRUPT) - 1;
            const leaf = inks.leaves[kind] as Inks['leaves'][number];
            pixel =
              (inks.tiles[kind] as Uint8Array)[tileRow + (x % inks.tileWidth)] === 1 ? leaf.on : leaf.off;
          } else if (colour === 'best') {
            const set = best?.at[place] ?? 0;
            if (set > 0 && set !== NOBODY) shade = shadeOfSet(set);
          } else if (values !== undefined && span !== undefined) {
            shade = shades[place] as number;
            if (shade < 0) {
              const value = values[place] as number;
              shade = Number.isNaN(value) ? 0 : logShare(value, span);
              shades[place] = shade;
            }
          }
          if (shade >= 0)
            pixel = inks.twoColours
              ? shade * 16 > (BAYER[(y % 4) * 4 + (x % 4)] as number) + 0.5
                ? inks.ink
                : inks.bg
              : (inks.ramp[Math.round(shade * last)] as number);
          if (c >= CORRUPT) {
            // Red upon a line of the background, so that it stands out from every fill.
            const across = (x + y) % redEvery;
            if (across < 2 * line) pixel = across < line ? inks.red : inks.bg;
          }
        } else if (c === POINT.pastEnd) {
          if ((x + y) % hatchEvery < line) pixel = inks.hatch;
        } else if (c === POINT.noRoom) {
          if ((x + y) % hatchEvery < line || (x - y + height) % hatchEvery < line) pixel = inks.dots;
        } else if (x % dotEvery < line && y % dotEvery < line) pixel = inks.dots;
      }
      out[y * width + x] = pixel;
    }
  }
};
