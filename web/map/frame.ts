import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import { paint } from '../draw/canvas.ts';
import type { Measure } from '../draw/marks.ts';
import type { Pen } from '../draw/pen.ts';
import { outlined, palettes, type ThemeName } from '../draw/tokens.ts';
import { type Viewport, zoomed } from '../draw/viewport.ts';
import { groundOf } from '../picture/ground.ts';
import { teethSizes, usualPane } from '../picture/panes.ts';
import { drawMap } from '../picture/picture.ts';
import type { Moving, Picture, ShownStep } from '../picture/types.ts';
import { type FinalSearch, finalSearch } from '../picture/vaItems.ts';
import { eventsOf } from '../state/solution.ts';

/** What is looked at, as plain data: the page draws it, and so does the worker beside it. */
export interface Framing {
  /** The box of the drawing in CSS pixels, and the enlargement in it. */
  readonly width: number;
  readonly height: number;
  readonly factor: number;
  /** What was looked at, before it is cut to what there is. */
  readonly viewport: Viewport | undefined;
  readonly crosshair: number | undefined;
  /** On a narrow screen, the pane shown: one that a hand chose, or the usual one of the mapping. */
  readonly pane: number | 'usual' | undefined;
  readonly walk: number;
  readonly tablesBelow: boolean;
}

/** That, and how it is painted. */
export interface Look extends Framing {
  /** Device pixels to one of CSS. */
  readonly ratio: number;
  readonly theme: ThemeName;
}

/** What only a picture at rest has. */
export interface Moment {
  /** The comb on its way to the answer `to`. */
  readonly comb?:
    | {
        readonly delta: number;
        readonly done: number;
        readonly to: { readonly scenario: Scenario; readonly solution: Solution };
      }
    | undefined;
  /** The step shown of a search that is played. */
  readonly step?: ShownStep | undefined;
}

/** The crosshair where it lies in the mapping of an answer. */
const crosshairOn = ({ device }: Solution, at: number | undefined): number | undefined =>
  device !== undefined && at !== undefined && at < device.mapping.end - device.mapping.start ? at : undefined;

/** What is looked at, cut to the ground of an answer: a mapping that moved may leave less of user space around it. */
const viewportOn = (solution: Solution, looked: Viewport | undefined): Viewport | undefined => {
  const ground = groundOf(solution);
  return looked === undefined || ground === undefined
    ? undefined
    : zoomed(looked, 1, 0.5, ground.page, ground.bounds);
};

/** The search of an answer as it ended. The trace is that of the first mapping: of another one there is none. */
const searchOf = (scenario: Scenario, solution: Solution): FinalSearch | undefined =>
  solution.device === solution.parts[0]
    ? finalSearch(eventsOf(scenario), solution.prepared.mm.space.index)
    : undefined;

type End = NonNullable<Moving['to']>;

const ends = new WeakMap<Solution, End>();

/** An answer as the end of a way, the same object all the way. */
const endOf = ({ scenario, solution }: { readonly scenario: Scenario; readonly solution: Solution }): End => {
  const known = ends.get(solution) ?? { solution, search: searchOf(scenario, solution) };
  ends.set(solution, known);
  return known;
};

/** The pane of a narrow screen by its number among the sizes of the teeth. */
export const paneShown = (
  { device, prepared }: Pick<Solution, 'device' | 'prepared'>,
  pane: number | 'usual',
): number => {
  const sizes = device === undefined ? [] : teethSizes(device, prepared.arch.contiguous);
  const length = device === undefined ? 0 : device.mapping.end - device.mapping.start;
  return Math.min(pane === 'usual' ? usualPane(sizes, length) : pane, Math.max(0, sizes.length - 1));
};

/** The draw list of an answer. */
export const pictureOf = (
  scenario: Scenario,
  solution: Solution,
  framing: Framing,
  measure: Measure,
  { comb, step }: Moment = {},
): Picture => {
  // Where the comb goes is where one looks.
  const answer = comb?.to.solution ?? solution;
  return drawMap({
    scenario,
    solution,
    search:
      comb === undefined
        ? searchOf(scenario, solution)
        : finalSearch(eventsOf(scenario), solution.prepared.mm.space.index),
    width: framing.width / framing.factor,
    height: framing.height / framing.factor,
    crosshair: comb === undefined ? crosshairOn(answer, framing.crosshair) : undefined,
    pane: framing.pane === undefined ? undefined : paneShown(answer, framing.pane),
    viewport: viewportOn(answer, framing.viewport),
    walk: framing.walk,
    comb: comb && {
      delta: comb.delta,
      done: comb.done,
      to: endOf(comb.to),
    },
    measure,
    // The step belongs to the new answer; on the old one its gaps have other numbers.
    step: comb === undefined ? step : undefined,
    tablesBelow: framing.tablesBelow,
  });
};

/** Device pixels of the canvas that a picture needs. */
export const canvasSize = (picture: Picture, look: Look): { readonly w: number; readonly h: number } => ({
  w: Math.round(look.width * look.ratio),
  h: Math.round(picture.height * look.factor * look.ratio),
});

/** Paints a picture over the whole of a canvas of that size. */
export const paintPicture = (
  ctx: Pen & Pick<CanvasRenderingContext2D, 'setTransform' | 'fillRect'>,
  picture: Picture,
  look: Look,
): void => {
  const scale = look.ratio * look.factor;
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  const palette = palettes[look.theme];
  ctx.fillStyle = palette.bg;
  ctx.fillRect(0, 0, look.width / look.factor, picture.height);
  paint(ctx, picture.marks, palette, outlined.has(look.theme));
};
