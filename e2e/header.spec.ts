import { expect, test } from '@playwright/test';

const screens = ['map', 'compare', 'sweep', 'diagnose', 'evidence'] as const;

// 720 is a window of 1,440 at 200 %.
for (const width of [1024, 1000, 900, 800, 720, 390, 320])
  test(`at ${width} pixels no screen scrolls sideways, with a link more too`, async ({ page }) => {
    await page.setViewportSize({ width, height: 700 });
    for (const screen of screens) {
      await page.goto(`/#1&s=${screen}`);
      await expect(page.locator('main')).toBeVisible();
      await page.evaluate(() => {
        const nav = document.querySelector('nav[aria-label="Screens"]');
        if (nav?.lastElementChild && nav.childElementCount < 6)
          nav.append(nav.lastElementChild.cloneNode(true));
      });
      const wide = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
      await expect.poll(wide, screen).toBeLessThanOrEqual(width);
    }
  });

test('a screen is reached by the menu where there is no room for links', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 700 });
  await page.goto('/');
  await page.getByRole('combobox', { name: 'Screen' }).selectOption('Sweep');
  await expect(page).toHaveURL(/s=sweep/);
});

test('every screen opens by its name, and the caption speaks of it', async ({ page }) => {
  await page.goto('/');
  const caption = page.locator('.header .caption');
  await expect(caption).toContainText('2 GiB BAR');
  const names = {
    Diagnose: 'what a machine prints',
    Evidence: 'captures of real kernels',
    Sweep: '2 GiB BAR',
  };
  for (const [name, words] of Object.entries(names)) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a command' }).fill(`open ${name}`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
    await expect(caption).toContainText(words);
  }
});
