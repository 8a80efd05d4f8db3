import { readLink } from '../../src/scenario/link.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { roughMeasure } from '../draw/marks.ts';
import { svgOf } from '../draw/svg.ts';
import { palettes, type ThemeName } from '../draw/tokens.ts';
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

/** The scenes whose pictures are stored, in `stored/`. */
export const storedScenes = (): readonly Scene[] => [
  { id: 'shipped', title: 'Linux 7.3 as shipped', hash: '' },
  { id: 'long-term', title: 'Linux 6.12 long-term aligns to 2 MiB', hash: '#1&k=6.12.117' },
  { id: 'aligned', title: 'The hook of Xu v1 aligns to 1 GiB', hash: '#1&p=xu1' },
  { id: 'refused', title: 'More than the BAR has', hash: '#1&len=4G' },
  { id: 'arm64', title: 'arm64 with 4 KiB pages', hash: '#1&a=arm64-4k-48' },
];

/** The themes each scene is stored in; the fourth has the system's colours and not ours. */
const storedThemes: readonly ThemeName[] = ['dark', 'light', 'projector'];

/** What the columns leave for the drawing in a window of 1440 by 900, in CSS pixels. */
export const SCENE_SIZE = { width: 900, height: 824 };

/**
 * The Map of a link as a draw list, with text measured by rule of thumb: no browser and no font has a say in it. A
 * packed address space in the link is not unpacked.
 */
export const drawScene = (hash: string, width = SCENE_SIZE.width, height = SCENE_SIZE.height): Picture => {
  const { scenario } = readLink(hash, { pack: t => t, unpack: () => undefined });
  const prepared = prepare(scenario.machine, scenario.space);
  return drawMap({
    scenario,
    solution: solve(scenario, prepared),
    search: finalSearch(trace(scenario, prepared), prepared.mm.space.index),
    width,
    height,
    crosshair: undefined,
    pane: undefined,
    measure: roughMeasure,
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
    const { marks, height } = drawScene(hash);
    return storedThemes.map(theme => ({
      file: `${id}.${theme}.svg`,
      svg: svgOf(marks, { width: SCENE_SIZE.width, height, palette: palettes[theme], title }),
    }));
  });
