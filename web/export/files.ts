import { paint } from '../draw/canvas.ts';
import { palettes } from '../draw/tokens.ts';
import { PNG_KEYWORD } from './carried.ts';
import { drawnScene, type FileTheme, saidOf } from './drawn.ts';
import { withTexts } from './png.ts';
import type { ExportScene } from './scene.ts';

/** How many pixels of a PNG there may be to one CSS pixel. */
export const pngScales = [1, 2, 4] as const;
export type PngScale = (typeof pngScales)[number];

/** Pixels of the PNG of a scene. */
export const pngSize = (
  scene: ExportScene,
  width: number,
  theme: FileTheme,
  scale: PngScale,
): { readonly width: number; readonly height: number } => {
  const drawn = drawnScene(scene, width, theme);
  return { width: width * scale, height: Math.round(drawn.height * drawn.scale * scale) };
};

/** What the screen shown has as a picture, as a PNG that carries the link; undefined where the browser cannot make one so large. */
export const pngFile = async (
  scene: ExportScene,
  width: number,
  theme: FileTheme,
  scale: PngScale,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const drawn = drawnScene(scene, width, theme);
  const canvas = document.createElement('canvas');
  canvas.width = width * scale;
  canvas.height = Math.round(drawn.height * drawn.scale * scale);
  const ctx = canvas.getContext('2d');
  if (ctx === null) return undefined;
  const palette = palettes[theme];
  ctx.fillStyle = palette.bg;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.scale(drawn.scale * scale, drawn.scale * scale);
  paint(ctx, drawn.marks, palette);
  const { title, description } = saidOf(scene);
  const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'));
  return blob === null
    ? undefined
    : withTexts(new Uint8Array(await blob.arrayBuffer()), [
        { keyword: 'Title', text: title },
        { keyword: 'Description', text: description },
        { keyword: PNG_KEYWORD, text: scene.link },
      ]);
};
