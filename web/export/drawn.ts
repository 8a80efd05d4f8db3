import { type Mark, roughMeasure } from '../draw/marks.ts';
import { bottomOf, moved } from '../draw/moved.ts';
import { svgOf } from '../draw/svg.ts';
import { palettes, type ThemeName } from '../draw/tokens.ts';
import { viewportOf } from '../draw/viewport.ts';
import { enlargement } from '../picture/enlargement.ts';
import { drawMap } from '../picture/picture.ts';
import { finalSearch } from '../picture/vaItems.ts';
import { refusalText } from '../scenario/words.ts';
import { type OfferedPicture, offeredPicture } from '../state/offered.ts';
import { descriptionOf, type ExportScene, titleOf } from './scene.ts';

/** The id of the metadata element in an SVG that holds the link. */
export const METADATA_ID = 'hugemap';

/** The widths that are offered, in CSS pixels; the first is that of the picture in a window of 1440. */
export const WIDTHS = [868, 640, 1280, 1600, 1920] as const;

/** The themes that a file can have. The colours of the system are no one else's, so they stay on the screen. */
export const fileThemes = ['dark', 'light', 'projector'] as const satisfies readonly ThemeName[];
export type FileTheme = (typeof fileThemes)[number];

/** The title above a picture: in a text or on a slide nothing else says what is shown. */
const TITLE = { size: 14, weight: 600, line: 19 } as const;
/** What else is to be said, below it: why a request was refused, what the axes are about. */
const SMALL = { size: 12.5, line: 17 } as const;
const ABOVE = 12;
const BELOW = 8;

/** A text in lines that are at most `width` wide in its style; a word is not broken. */
const inLines = (
  text: string,
  width: number,
  style: { size: number; weight?: number },
): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && roughMeasure(`${last} ${word}`, style) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** The height in which a picture of the narrowest width has room; wider ones have a little more. */
const heightFor = (width: number): number => Math.round(Math.max(770, width * 0.56));

/** What the picture that a file gets shows, in a line and at length: the screen's own, or the Map's. */
export const saidOf = (scene: ExportScene): { readonly title: string; readonly description: string } => {
  const own = offeredPicture();
  return own === undefined
    ? { title: titleOf(scene), description: descriptionOf(scene) }
    : { title: own.title, description: own.about ?? own.title };
};

/** The width that is offered first: that of the Map, or the least in which a picture of a screen is not made smaller. */
export const usualWidth = (): number => {
  const own = offeredPicture();
  const fitting = WIDTHS.filter(w => own === undefined || w >= own.width);
  return fitting.length === 0
    ? Math.max(...WIDTHS)
    : own === undefined
      ? WIDTHS[0]
      : Math.max(WIDTHS[0], Math.min(...fitting));
};

/** A title over a picture, in lines from the top; `down` is where the picture begins. */
const titled = (
  lines: readonly {
    readonly text: string;
    readonly ink: 'ink' | 'mut';
    readonly size: number;
    readonly weight?: number;
    readonly line: number;
  }[],
  x: number,
): { readonly marks: readonly Mark[]; readonly down: number } => {
  let y = ABOVE;
  const marks = lines.map(({ line, ...text }): Mark => {
    y += line;
    return { kind: 'text', x, y: y - line / 2, ...text };
  });
  return { marks, down: y + BELOW };
};

/** The picture that the screen shown has of its own, under its title: in the size it has there, enlarged to `width`. */
const drawnOwn = (own: OfferedPicture, width: number): Drawn => {
  const margin = 14;
  const about = own.about === undefined ? [] : inLines(own.about, own.width, SMALL);
  const lines = [
    ...inLines(own.title, own.width, TITLE).map(text => ({ text, ink: 'ink' as const, ...TITLE })),
    ...about.map(text => ({ text, ink: 'mut' as const, ...SMALL })),
  ];
  const { marks, down } = titled(lines, margin);
  const drawn = own.draw(roughMeasure);
  // Text measured by rule of thumb may take a line more than on the screen.
  const used = Math.max(own.height, ...drawn.map(bottomOf)) + BELOW;
  const whole = own.width + 2 * margin;
  return {
    marks: [...marks, ...drawn.map(mark => moved(mark, down, margin))],
    width: whole,
    height: Math.ceil(used) + down,
    scale: width / whole,
  };
};

/** A picture for a file: its draw list, its own size, and how much larger it is shown. */
export interface Drawn {
  readonly marks: readonly Mark[];
  /** CSS pixels of the draw list. */
  readonly width: number;
  readonly height: number;
  /** CSS pixels of the file to one of the draw list. */
  readonly scale: number;
}

/** What the screen shown has as a picture, `width` CSS pixels wide: its own, or else the Map of the scene. */
export const drawnScene = (scene: ExportScene, width: number, theme: FileTheme): Drawn => {
  const own = offeredPicture();
  return own === undefined ? drawnMap(scene, width, theme) : drawnOwn(own, width);
};

/**
 * The Map of a scene, `width` CSS pixels wide, under a title: the draw list of the screen, with text measured by rule
 * of thumb, so that a scene gives the same file on every machine. The crosshair is drawn where it is pinned.
 */
export const drawnMap = (scene: ExportScene, width: number, theme: FileTheme): Drawn => {
  const { scenario, solution, events } = scene;
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
  // The margin of the picture below.
  const x = own < 600 ? 14 : 24;
  const room = own - 2 * x;
  const head = inLines(titleOf(scene), room, TITLE);
  const failed = refusalText(scenario, solution, events);
  const why = failed === undefined ? [] : inLines(failed.text, room, SMALL);
  const written = [
    ...head.map(text => ({ text, ink: 'ink' as const, ...TITLE })),
    ...why.map(text => ({ text, ink: 'mut' as const, ...SMALL })),
  ];
  const { marks: title, down } = titled(written, x);
  // Where nothing is mapped, the room of the page tables stays empty, and a file has no use for it.
  const used = device === undefined ? Math.max(...marks.map(bottomOf)) + BELOW : height;
  return {
    marks: [...title, ...marks.map(mark => moved(mark, down))],
    width: own,
    height: Math.ceil(used) + down,
    scale,
  };
};

/** What the screen shown has as a picture, as an SVG that stands alone and carries the link. */
export const svgFile = (scene: ExportScene, width: number, theme: FileTheme): string => {
  const { marks, width: w, height, scale } = drawnScene(scene, width, theme);
  return svgOf(marks, {
    width: w,
    height,
    scale,
    palette: palettes[theme],
    ...saidOf(scene),
    carried: { id: METADATA_ID, text: scene.link },
  });
};
