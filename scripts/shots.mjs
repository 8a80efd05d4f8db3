/**
 * `npm run shots`: the pictures of the README, taken from the production build in dist/. Run `npm run build` first.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from '@playwright/test';
import { findChromium, isRoot } from './chromium.mjs';

const port = 4176;
const shots = [
  { file: 'map-dark', theme: 'dark', hash: '' },
  { file: 'map-light', theme: 'light', hash: '#1&k=6.12.117' },
  { file: 'map-aligned', theme: 'dark', hash: '#1&p=xu1' },
  { file: 'map-zoomed', theme: 'light', hash: '#1&as=scene&v=-2M..6M&at=1M' },
  { file: 'map-stage', theme: 'projector', hash: '#1&as=scene', keys: ['x'], width: 1920, height: 1080 },
  { file: 'compare-dark', theme: 'dark', hash: '#1&s=compare&as=scene' },
];

const server = spawn(process.execPath, ['scripts/serve.mjs', 'dist', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(server.stdout, 'data');
const browser = await chromium.launch({
  executablePath: findChromium(),
  chromiumSandbox: !isRoot,
});
for (const { file, theme, hash, keys = [], width = 1440, height = 900 } of shots) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
  await page.addInitScript(t => {
    localStorage.setItem('hugemap.theme', t);
    localStorage.setItem('hugemap.hint', 'dismissed');
  }, theme);
  await page.goto(`http://127.0.0.1:${port}/${hash}`);
  await page.locator('main').waitFor();
  await page.waitForTimeout(500);
  // Who would do better is found last.
  await page.waitForFunction(() => document.querySelector('.coming') === null);
  for (const key of keys) await page.keyboard.press(key);
  if (keys.length > 0) await page.waitForTimeout(300);
  await page.screenshot({ path: `docs/images/${file}.png` });
  await page.close();
  console.log(`docs/images/${file}.png`);
}
await browser.close();
server.kill();
