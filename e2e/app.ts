import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import axe from 'axe-core';

/** The maps of a real QEMU process, as a person would paste them. */
export const qemuMaps = (): string =>
  readFileSync(new URL('../src/intake/fixtures/qemu-system-x86_64.maps.txt', import.meta.url), 'utf8');

/** `lspci -vv` of a small machine. */
export const lspciText = (): string =>
  readFileSync(new URL('../src/intake/fixtures/microvm.lspci-vv.txt', import.meta.url), 'utf8');

/** Opens the app at a hash; fails the test on any error the page reports. */
export const openApp = async (page: Page, hash = ''): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible();
};

/** Serves what matches as a static host would that sends no policy of ours. */
export const withoutHeader = (page: Page, matches: string): Promise<unknown> =>
  page.route(matches, async route => {
    if (!route.request().url().startsWith('http://127.0.0.1')) return route.abort();
    const response = await route.fetch();
    const { 'content-security-policy': _, ...headers } = response.headers();
    return route.fulfill({ response, headers });
  });

/** Lets go of all routes: what an idle page still asks for when the test is over is nobody's. */
export const letGo = (page: Page): Promise<void> => page.unrouteAll({ behavior: 'ignoreErrors' });

/** The verdict. */
export const verdict = (page: Page): Locator => page.getByRole('region', { name: 'Verdict' });

/** Waits until the verdict begins with this figure. */
export const expectFigure = (page: Page, figure: string): Promise<void> =>
  expect(verdict(page).getByRole('paragraph').first()).toHaveText(figure);

/** Drags the thumb of a native slider with the mouse, in steps, to a share of its track. */
export const dragSlider = async (page: Page, slider: Locator, from: number, to: number): Promise<void> => {
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  if (!box) throw new Error('the slider is not on screen');
  // A thumb's middle does not reach the ends of the track.
  const x = (share: number): number => box.x + 8 + (box.width - 16) * share;
  await page.mouse.move(x(from), box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 8; i++) await page.mouse.move(x(from + ((to - from) * i) / 8), box.y + box.height / 2);
};

/** Waits until the page itself has painted what a drag came to. */
export const atRest = (page: Page): Promise<void> =>
  expect(page.locator('.drawing canvas')).not.toHaveAttribute('aria-busy');

/** Puts text on the page as a paste into the open dialog would. */
export const pasteInto = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('button', { name: 'Paste maps, lspci…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('textbox', { name: /^Text of maps/ })
    .fill(text);
};

/** What axe finds wrong with the page as it stands, a line a rule; what fades in is judged when it is there. */
export const violations = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`(async () => {
    const moving = document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map(a => a.finished));
    ${axe.source};
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | '));
  })()`) as Promise<readonly string[]>;

/** Every theme of the app. */
const themes = ['dark', 'light', 'projector'] as const;

/** The windows that screens are looked at in: desk, stage and phone. */
export const windows = { desk: [1440, 900], stage: [1920, 1080], phone: [390, 844] } as const;

/** How many pixels the page is wider than its window. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A test for each theme and window: what `open` shows has no axe violation and no sideways scroll. */
export const testLooks = (
  sizes: readonly (keyof typeof windows)[],
  open: (page: Page) => Promise<void>,
): void => {
  for (const theme of themes)
    for (const size of sizes) {
      const [width, height] = windows[size];
      test(`no axe violation, no sideways scroll: ${theme}, ${width}×${height}`, async ({ page }) => {
        await page.setViewportSize({ width, height });
        await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
        await open(page);
        expect(await violations(page)).toEqual([]);
        expect(await sideways(page)).toBe(0);
      });
    }
};
