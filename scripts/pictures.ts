/**
 * `npm run pictures`: draws the stored pictures of web/picture/stored/ anew. This is how a change of a picture is
 * accepted: look at `git diff` and at the pictures first.
 *
 * `npm run pictures -- --png FOLDER`: changes nothing there, but makes a PNG of each in FOLDER to look at, and beside
 * it `….new.png` where the picture is drawn differently now.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { SCENE_SIZE, storedPictures } from '../web/picture/scenes.ts';
import { findChromium, isRoot } from './chromium.mjs';

const STORED = fileURLToPath(new URL('../web/picture/stored/', import.meta.url));

const rewrite = (): void => {
  mkdirSync(STORED, { recursive: true });
  const pictures = storedPictures();
  const wanted = new Set(pictures.map(p => p.file));
  for (const file of readdirSync(STORED)) if (!wanted.has(file)) rmSync(join(STORED, file));
  let changed = 0;
  for (const { file, svg } of pictures) {
    const path = join(STORED, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === svg) continue;
    writeFileSync(path, svg);
    changed++;
  }
  const bytes = pictures.reduce((sum, p) => sum + Buffer.byteLength(p.svg), 0);
  console.log(`${pictures.length} pictures, ${Math.ceil(bytes / 1024)} KiB, ${changed} written`);
};

const render = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    chromiumSandbox: !isRoot,
  });
  const page = await browser.newPage({ viewport: SCENE_SIZE, deviceScaleFactor: 2 });
  const shoot = async (svg: string, name: string): Promise<void> => {
    await page.setContent(
      `<body style="margin:0"><img style="display:block" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`,
    );
    const image = page.locator('img');
    // A browser shows nothing of a document that is not well-formed; here that is an error.
    await image.evaluate((i: HTMLImageElement) => i.decode());
    await image.screenshot({ path: join(folder, name) });
    console.log(join(folder, name));
  };
  for (const { file, svg } of storedPictures()) {
    const path = join(STORED, file);
    const stored = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const name = file.replace(/\.svg$/, '');
    if (stored !== undefined) await shoot(stored, `${name}.png`);
    if (stored !== svg) await shoot(svg, `${name}.new.png`);
  }
  await browser.close();
};

const [flag, folder] = process.argv.slice(2);
if (flag === undefined) rewrite();
else if (flag === '--png' && folder !== undefined) await render(folder);
else {
  console.error('Usage: npm run pictures [-- --png FOLDER]');
  process.exitCode = 1;
}
