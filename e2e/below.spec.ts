import { expect, type Page, test } from '@playwright/test';
import { openApp } from './app.ts';

/** How much of the picture is seen, and how high it is, in CSS pixels. */
const seen = (page: Page): Promise<{ readonly seen: number; readonly of: number }> =>
  page.locator('.drawing').evaluate(box => ({
    seen: box.clientHeight + box.scrollTop,
    of: box.scrollHeight,
  }));

const more = (page: Page) => page.getByRole('button', { name: 'More below' });

test('with the player open the ladder begins in sight, and a button leads to its rest', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openApp(page);
  await expect(more(page)).toHaveCount(0);
  await page.keyboard.press('m');
  await expect(page.locator('.player')).toBeVisible();
  await expect(more(page)).toBeVisible();
  // Four rows of 33 pixels: two of them, and the title, are above the edge.
  const before = await seen(page);
  expect(before.of - before.seen).toBeLessThan(2.5 * 33);
  // Stepping does not move the picture.
  const top = (): Promise<number> => page.locator('.drawing').evaluate(e => e.getBoundingClientRect().top);
  const at = await top();
  for (let i = 0; i < 18; i++) {
    await page.keyboard.press('.');
    expect(await top()).toBe(at);
  }
  await more(page).click();
  await expect(more(page)).toHaveCount(0);
  await expect(page.getByRole('img', { name: /^Map:/ })).toBeFocused();
  const after = await seen(page);
  expect(after.of - after.seen).toBeLessThan(1);
});

test('with player and ruler open it is said that there is more; closed, all is in sight again', async ({
  page,
}) => {
  await openApp(page);
  await page.keyboard.press('m');
  await page.keyboard.press('b');
  await expect(more(page)).toBeVisible();
  await page.keyboard.press('b');
  await page.keyboard.press('m');
  await expect(more(page)).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the page scrolls, and nothing needs to be said', async ({ page }) => {
    await openApp(page);
    await expect(page.getByRole('img', { name: /^Map:/ })).toBeVisible();
    await expect(more(page)).toHaveCount(0);
  });
});

test('in a low window the button covers nothing of what is read beside it', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openApp(page);
  await expect(more(page)).toBeVisible();
  const left = await more(page).evaluate(e => e.getBoundingClientRect().left);
  const right = await page
    .locator('.readout dl > div')
    .evaluateAll(all => Math.max(...all.map(e => e.getBoundingClientRect().right)));
  expect(right).toBeLessThanOrEqual(left);
});

test('beside scrollbars that take room all of the picture is in sight, and the columns are as wide as without', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openApp(page);
  const wide = (selector: string) =>
    page.locator(selector).evaluate(e => ({
      bar: e instanceof HTMLElement ? e.offsetWidth - e.clientWidth : 0,
      content: e.firstElementChild?.getBoundingClientRect().width,
      over: e.scrollHeight - e.clientHeight,
    }));
  await expect(page.getByRole('slider', { name: 'Length', exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Map:/ })).toBeVisible();
  const left = await wide('#controls');
  // The border, and a scrollbar: otherwise this tests nothing.
  expect(left.bar).toBeGreaterThan(5);
  expect(left.content).toBe(252 - 33);
  expect((await wide('aside.verdict')).content).toBe(288 - 33);
  expect((await wide('.drawing')).over).toBe(0);
});
