import { formatCount } from '../../src/text.ts';
import { type Twin, twinsOf } from '../scenario/twins.ts';
import { lengthWarning } from '../state/linkLength.ts';
import { offeredTable } from '../state/offered.ts';
import { app, currentUrl } from '../state/store.ts';
import { themeOf } from '../state/theme.ts';
import { saveFile } from '../ui/saveFile.ts';
import { type FileTheme, saidOf, svgFile, usualWidth } from './drawn.ts';
import { type PngScale, pngFile } from './files.ts';
import { jsonFile } from './json.ts';
import { type ExportScene, fileName, sceneOf } from './scene.ts';
import { csvOf, MOST_EXPORTED, markdownOf } from './tables.ts';
import { markdownLink, plainText } from './text.ts';

/** What the commands export. */
export type ExportKind = 'svg' | 'png' | 'text' | 'table' | 'json';
/** What the commands copy. */
export type CopyKind = 'markdown' | 'text';

/** The scene that is shown. */
export const sceneShown = (): ExportScene => {
  const url = currentUrl();
  return sceneOf(app.getState().scenario, url.replace(/#.*$/s, ''));
};

/** The theme of the screen, as a file can have it. */
export const themeShown = (): FileTheme => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = themeOf(app.getState().theme, dark, false);
  return theme === 'forced' ? 'light' : theme;
};

const saved = (name: string): void => app.getState().say(`Saved as ${name}`);

/** Saves the picture as an SVG. */
export const saveSvg = (scene: ExportScene, width: number, theme: FileTheme): void => {
  const name = fileName(scene, 'svg');
  saveFile(name, 'image/svg+xml', svgFile(scene, width, theme));
  saved(name);
};

/** Saves the picture as a PNG, `scale` pixels of it to one of CSS. */
export const savePng = async (
  scene: ExportScene,
  width: number,
  theme: FileTheme,
  scale: PngScale,
): Promise<void> => {
  const png = await pngFile(scene, width, theme, scale);
  if (png === undefined) {
    app.getState().say('The browser cannot make a picture so large: choose a smaller one');
    return;
  }
  const name = fileName(scene, scale === 1 ? 'png' : `${scale}x.png`);
  saveFile(name, 'image/png', png);
  saved(name);
};

/** Saves the picture in 72 columns. */
export const saveText = (scene: ExportScene): void => {
  const name = fileName(scene, 'txt');
  saveFile(name, 'text/plain;charset=utf-8', plainText(scene));
  saved(name);
};

/** Saves the scene and its answer as JSON. */
export const saveJson = (scene: ExportScene): void => {
  const name = fileName(scene, 'json');
  saveFile(name, 'application/json', jsonFile(scene));
  saved(name);
};

/** The tables of a scene: what the screen shown offers of its own, then those of the Map. */
export const tablesOf = (scene: ExportScene, most = MOST_EXPORTED): readonly Twin[] => {
  const own = offeredTable();
  return [...(own === undefined ? [] : [own]), ...twinsOf(scene, most)];
};

/** The number of the table that is offered first: the screen's own, or the leaves, where there are any. */
export const firstTable = (tables: readonly Twin[]): number =>
  offeredTable() === undefined
    ? Math.max(
        0,
        tables.findIndex(t => t.caption === 'Leaves'),
      )
    : 0;

/** Saves one of the tables: `which` counts from 0. */
export const saveTable = (scene: ExportScene, which: number, as: 'csv' | 'md'): void => {
  const twin = tablesOf(scene)[which];
  if (twin === undefined) return;
  const short = twin.caption.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  const name = fileName(scene, `${short}.${as}`);
  if (as === 'csv') saveFile(name, 'text/csv;charset=utf-8', csvOf(twin));
  else saveFile(name, 'text/markdown;charset=utf-8', markdownOf(twin));
  saved(name);
};

/** Puts a text on the clipboard; where the browser refuses, it is shown selected in the dialog. */
export const copyText = async (what: string, text: string, note = ''): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text);
    app.setState({ toCopy: undefined });
    app.getState().say(`${what} copied${note === '' ? '' : `: ${note}`}`);
  } catch {
    app.setState({ toCopy: { what, text }, dialog: 'export' });
  }
};

/** Copies the scene in a form for a text. */
export const copyAs = (kind: CopyKind): Promise<void> => {
  const scene = sceneShown();
  const warning = lengthWarning(scene.url.length);
  const note = warning === '' ? '' : `the link has ${formatCount(scene.url.length)} characters, ${warning}`;
  switch (kind) {
    case 'markdown':
      return copyText('Markdown', markdownLink(scene, saidOf(scene).title), note);
    case 'text':
      return copyText('Picture as text', plainText(scene), note);
  }
};

/** Saves a file of what is shown, in the theme of the screen and the usual size. */
export const exportAs = async (kind: ExportKind): Promise<void> => {
  const scene = sceneShown();
  switch (kind) {
    case 'svg':
      saveSvg(scene, usualWidth(), themeShown());
      break;
    case 'png':
      await savePng(scene, usualWidth(), themeShown(), 2);
      break;
    case 'text':
      saveText(scene);
      break;
    case 'table':
      saveTable(scene, firstTable(tablesOf(scene)), 'csv');
      break;
    case 'json':
      saveJson(scene);
      break;
  }
};
