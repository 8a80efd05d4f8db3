import { setTimeout } from 'node:timers/promises';
import { expect, type Page, test } from '@playwright/test';
import { largeScenario } from '../scripts/manyVmas.ts';
import { loadCodec } from '../web/state/codec.ts';
import { hashOf } from '../web/state/links.ts';
import { atRest, dragSlider, openApp, verdict } from './app.ts';

/** What the canvas of the picture shows, as a data URL. */
const pixels = (page: Page): Promise<string> =>
  page.locator('.drawing canvas').evaluate(c => (c instanceof HTMLCanvasElement ? c.toDataURL() : ''));

/** Counts the texts that the page itself paints from here on. */
const countTexts = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { prototype } = CanvasRenderingContext2D;
    const { fillText } = prototype;
    Object.assign(window, { texts: 0 });
    prototype.fillText = function (...args) {
      (window as unknown as { texts: number }).texts++;
      fillText.apply(this, args);
    };
  });
const texts = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { texts: number }).texts);

/** What the canvas shows once nothing new comes: the last picture is here when it is what stays. */
const still = async (page: Page): Promise<string> => {
  let now = '';
  await expect
    .poll(async () => {
      const last = now;
      now = await pixels(page);
      return last === now;
    })
    .toBe(true);
  return now;
};

const many = async (): Promise<string> => {
  await loadCodec();
  return hashOf(largeScenario());
};

/** Waits until what paints beside the page has all it needs. */
const painterReady = async (page: Page): Promise<void> => {
  const slider = page.getByRole('slider', { name: 'Length', exact: true });
  await expect(async () => {
    // Held for as long as the key is.
    await slider.focus();
    await page.keyboard.down('ArrowLeft');
    const busy = page.locator('.drawing canvas[aria-busy]');
    await expect(busy)
      .toHaveCount(1, { timeout: 300 })
      .finally(() => page.keyboard.up('ArrowLeft'));
  }).toPass();
  await atRest(page);
};

const scenes: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['the default scene', () => ''],
  ['a part of a mapping', () => '#1&as=scene&k=6.12.117&len=1G&v=256M-512M'],
  ['65,530 VMAs and a BAR of 1 TiB', many],
];

for (const [name, hash] of scenes)
  for (const theme of ['dark', 'light', 'projector'] as const)
    test(`a drag is painted beside the page, pixel for pixel as the page paints it: ${name}, ${theme}`, async ({
      page,
    }) => {
      await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
      await openApp(page, await hash());
      await painterReady(page);
      const before = await pixels(page);
      await countTexts(page);
      await dragSlider(page, page.getByRole('slider', { name: 'Length', exact: true }), 1, 0.6);
      const figure = verdict(page).getByRole('paragraph').first();
      await expect.poll(() => pixels(page)).not.toBe(before);
      const beside = await still(page);
      const said = await figure.textContent();
      expect(await texts(page)).toBe(0);
      await page.mouse.up();
      await atRest(page);
      expect(await texts(page)).toBeGreaterThan(0);
      expect((await pixels(page)) === beside).toBe(true);
      await expect(figure).toHaveText(said ?? '');
    });

test('a picture that comes later than all the rest of the page is painted beside it too', async ({
  page,
}) => {
  await page.route(/\/Drawing-[^/]*\.js/, async route => {
    await setTimeout(1500);
    await route.continue();
  });
  // The page is complete before it has asked for the picture, as it is now and then.
  await page.addInitScript(() => Object.defineProperty(document, 'readyState', { get: () => 'complete' }));
  await openApp(page);
  await painterReady(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  test('one pane is painted beside the page as the page paints it', async ({ page }) => {
    await openApp(page);
    await painterReady(page);
    await countTexts(page);
    await dragSlider(page, page.getByRole('slider', { name: 'Length', exact: true }), 1, 0.6);
    const beside = await still(page);
    expect(await texts(page)).toBe(0);
    await page.mouse.up();
    await atRest(page);
    expect((await pixels(page)) === beside).toBe(true);
  });
});

test('a choice made while a drag is painted ends it, and the page shows the choice', async ({ page }) => {
  await openApp(page);
  await painterReady(page);
  const slider = page.getByRole('slider', { name: 'Length', exact: true });
  await slider.focus();
  await page.keyboard.down('ArrowLeft');
  await page.keyboard.press('u');
  await atRest(page);
  await page.keyboard.up('ArrowLeft');
  await atRest(page);
  const { canvas, figure } = await page.evaluate(() => ({
    canvas: document.querySelector('.drawing canvas')?.getAttribute('aria-label') ?? '',
    figure: document.querySelector('[data-testid="verdict"]')?.textContent ?? '',
  }));
  expect(canvas).toContain(`Map: ${figure} leaves`);
});
