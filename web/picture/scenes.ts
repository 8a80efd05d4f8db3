import { lessons } from '../../src/scenario/lessons.ts';
import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { type Measure, roughMeasure } from '../draw/marks.ts';
import { svgOf } from '../draw/svg.ts';
import { palettes, type ThemeName } from '../draw/tokens.ts';
import { viewportOf } from '../draw/viewport.ts';
import { drawMap } from './picture.ts';
import type { Picture } from './types.ts';
import { finalSearch } from './vaItems.ts';

/** A scenario whose pictures are stored. */
export interface Scene {
  /** Names its files. */
  readonly id: string;
  readonly title: string;
  /** The hash of its link. */
  readonly hash: string;
}

/** The scenes whose pictures are stored, in `stored/`: every lesson, and two views that no lesson has. */
export const storedScenes = (): readonly Scene[] => [
  ...lessons,
  { id: 'aligned', title: 'The hook of Xu v1 aligns to 1 GiB', hash: '#1&p=xu1&as=scene' },
  {
    id: 'zoomed',
    title: 'Two blocks of 2 MiB, and what lies before the mapping',
    hash: '#1&v=-2M..6M&at=1M',
  },
];

/** The themes each scene is stored in; the fourth has the system's colours and not ours. */
const storedThemes: readonly ThemeName[] = ['dark', 'light', 'projector'];

/** What the columns leave for the drawing in a window of 1440 by 900, in CSS pixels. */
export const SCENE_SIZE = { width: 868, height: 770 };
/** The same on a projector of 1920 by 1080, where everything is drawn 1.6 times as large. */
const PROJECTED = { width: 735, height: 610 };

/**
 * The Map of a link as a draw list, with text measured by rule of thumb: no browser and no font has a say in it. A
 * packed address space in the link is not unpacked.
 */
export const drawScene = (
  hash: string,
  width = SCENE_SIZE.width,
  height = SCENE_SIZE.height,
  tablesBelow = false,
  measure: Measure = roughMeasure,
): Picture => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: () => undefined });
  const prepared = prepare(scenario.machine, scenario.space);
  const { range, at } = scenario.view.map;
  return drawMap({
    scenario,
    solution: solve(scenario, prepared),
    search: finalSearch(trace(scenario, prepared), prepared.mm.space.index),
    width,
    height,
    crosshair: at,
    pane: undefined,
    viewport: range === undefined ? undefined : viewportOf(range),
    measure,
    tablesBelow,
  });
};

/** A picture as it should be stored. */
export interface StoredPicture {
  /** Of its file: `<scene>.<theme>.svg`. */
  readonly file: string;
  readonly svg: string;
}

/** Every stored picture, drawn anew. */
export const storedPictures = (): readonly StoredPicture[] =>
  storedScenes().flatMap(({ id, title, hash }) => {
    const plain = drawScene(hash);
    // On a projector less is drawn, and larger.
    const large = drawScene(hash, PROJECTED.width, PROJECTED.height, true);
    return storedThemes.map(theme => {
      const projected = theme === 'projector';
      const { marks, height } = projected ? large : plain;
      const { width } = projected ? PROJECTED : SCENE_SIZE;
      return {
        file: `${id}.${theme}.svg`,
        svg: svgOf(marks, { width, height, palette: palettes[theme], title }),
      };
    });
  });
