import { type Mark, roughMeasure } from '../draw/marks.ts';
import { svgOf } from '../draw/svg.ts';
import { palettes, type ThemeName } from '../draw/tokens.ts';
import { viewportOf } from '../draw/viewport.ts';
import { enlargement } from '../picture/enlargement.ts';
import { drawMap } from '../picture/picture.ts';
import { finalSearch } from '../picture/vaItems.ts';
import { descriptionOf, type ExportScene, titleOf } from './scene.ts';

/** The id of the metadata element in an SVG that holds the link. */
export const METADATA_ID = 'hugemap';

/** The widths that are offered, in CSS pixels; the first is that of the picture in a window of 1440. */
export const WIDTHS = [868, 640, 1280, 1600, 1920] as const;

/** The themes that a file can have. The colours of the system are no one else's, so they stay on the screen. */
export const fileThemes = ['dark', 'light', 'projector'] as const satisfies readonly ThemeName[];
export type FileTheme = (typeof fileThemes)[number];

/** The height in which a picture of the narrowest width has room; wider ones have a little more. */
const heightFor = (width: number): number => Math.round(Math.max(770, width * 0.56));

/** A picture for a file: its draw list, its own size, and how much larger it is shown. */
export interface Drawn {
  readonly marks: readonly Mark[];
  /** CSS pixels of the draw list. */
  readonly width: number;
  readonly height: number;
  /** CSS pixels of the file to one of the draw list. */
  readonly scale: number;
}

/**
 * The Map of a scene, `width` CSS pixels wide: the draw list of the screen, with text measured by rule of thumb, so
 * that a scene gives the same file on every machine. The crosshair is drawn where it is pinned.
 */
export const drawnMap = (
  { scenario, solution, events }: ExportScene,
  width: number,
  theme: FileTheme,
): Drawn => {
  const { range, at } = scenario.view.map;
  const { device, parts, prepared } = solution;
  const wanted = heightFor(width);
  const scale = enlargement(theme, width, wanted);
  const own = width / scale;
  const length = device === undefined ? 0 : device.mapping.end - device.mapping.start;
  const { marks, height } = drawMap({
    scenario,
    solution,
    // The steps are those of the first mapping.
    search: device === parts[0] ? finalSearch(events, prepared.mm.space.index) : undefined,
    width: own,
    height: wanted / scale,
    crosshair: at !== undefined && at < length ? at : undefined,
    pane: undefined,
    viewport: range === undefined ? undefined : viewportOf(range),
    measure: roughMeasure,
    tablesBelow: theme === 'projector',
  });
  return { marks, width: own, height, scale };
};

/** The Map of a scene as an SVG that stands alone and carries the link. */
export const svgFile = (scene: ExportScene, width: number, theme: FileTheme): string => {
  const { marks, width: w, height, scale } = drawnMap(scene, width, theme);
  return svgOf(marks, {
    width: w,
    height,
    scale,
    palette: palettes[theme],
    title: titleOf(scene),
    description: descriptionOf(scene),
    carried: { id: METADATA_ID, text: scene.link },
  });
};
