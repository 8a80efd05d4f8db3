import { expect, type Page } from '@playwright/test';
import { verdict } from './app.ts';

const CASES = '7,401 of 7,401';

/** Goes to every screen by its link, and waits until what it computes is there; ends on the Map. */
export const visitAll = async (page: Page): Promise<void> => {
  const go = (name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();
  await go('Compare');
  await expect(
    page.getByRole('heading', { name: 'Same request under every kernel and proposal' }),
  ).toBeVisible();
  await expect(page.getByRole('row').nth(10)).toBeVisible();
  await go('Sweep');
  await expect(page.getByRole('application')).toBeVisible();
  // What the worker counted.
  await expect(page.getByRole('region', { name: 'Share of requests by largest leaf' })).toContainText('%');
  await go('Diagnose');
  await expect(page.getByRole('heading', { name: 'What a real machine prints, judged' })).toBeVisible();
  await go('Labs');
  for (const lab of await page.getByRole('group', { name: 'Lab' }).getByRole('radio').all())
    await lab.check();
  await go('Evidence');
  await expect(page.getByRole('region', { name: 'Replay' }).getByRole('paragraph').first()).toHaveText(
    CASES,
    {
      timeout: 60_000,
    },
  );
  await go('Map');
  await expect(verdict(page)).toBeVisible();
};

/** Until the page has all its parts: the captures, the last of them, come one by one while it is idle. */
export const untilWhole = async (page: Page): Promise<void> => {
  await expect
    .poll(() => page.locator('script[src*="jsonl"]').count(), { timeout: 60_000 })
    .toBeGreaterThanOrEqual(SHIPPED);
  await page.waitForLoadState('networkidle');
};

/** Files of captures that come with the page: those of public/captures/index.json. */
const SHIPPED = 26;
