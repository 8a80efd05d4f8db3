import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, pasteInto, qemuMaps } from './app.ts';
import { untilWhole } from './everywhere.ts';

const compareHeading = (page: Page) =>
  page.getByRole('heading', { name: 'Same request under every kernel and proposal' });

/** The page is never idle, so that nothing comes before it is asked for. */
const neverIdle = (page: Page) =>
  page.addInitScript(() => {
    Object.assign(window, { requestIdleCallback: () => 0 });
  });

test('opens from disk, with every screen and dialog', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', e => errors.push(String(e)));
  page.on('console', m => {
    if (m.type() === 'error') errors.push(m.text());
  });
  await page.goto(`${pathToFileURL('dist/index.html').href}#1&as=scene`);
  await expectFigure(page, '524,288');
  await page.getByRole('slider', { name: 'Length' }).press('PageDown');
  await expectFigure(page, '262,144');
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(compareHeading(page)).toBeVisible();
  await page.getByRole('link', { name: 'Map' }).click();
  await pasteInto(page, qemuMaps());
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('status')).toContainText('461 VMAs');
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(page).toHaveURL(/vmas=/);
  // The link, with its address space, opens from disk too.
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(page.getByText('461')).not.toHaveCount(0);
  await page.getByRole('button', { name: 'Keys and help' }).click();
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('what is opened before the page is idle comes at once, and only that', async ({ page }) => {
  await neverIdle(page);
  const asked: string[] = [];
  page.on('request', r => asked.push(r.url()));
  await openApp(page);
  await expect(page.getByRole('slider', { name: 'Length' })).toBeVisible();
  expect(asked.filter(url => /\/(Compare|Intake|Help|packer)[^/]*$/.test(url))).toEqual([]);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(compareHeading(page)).toBeVisible();
  expect(asked.filter(url => /Intake/.test(url))).toEqual([]);
});

test('once idle, every part is here: the network may go', async ({ page, context }) => {
  await openApp(page);
  await untilWhole(page);
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(compareHeading(page)).toBeVisible();
  await page.goBack();
  await pasteInto(page, qemuMaps());
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('461 VMAs');
});

test('a part that does not load says so, and loads when asked again', async ({ page }) => {
  await page.route(/(CompareScreen|IntakeDialog)-[^/]*\.js/, route => route.abort());
  await openApp(page);
  await page.waitForLoadState('networkidle');
  await page.getByRole('link', { name: 'Compare' }).click();
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('did not load');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toContainText('did not load');
  await page.unroute(/(CompareScreen|IntakeDialog)-[^/]*\.js/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(compareHeading(page)).toBeVisible();
  // Opened again, a part is asked for again without a word.
  await page.goBack();
  await pasteInto(page, qemuMaps());
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('461 VMAs');
});

test('a link with an address space whose codec does not load says so', async ({ page }) => {
  await page.route(/packer-[^/]*\.js/, route => route.abort());
  await openApp(page, '#1&vmas=abcd');
  await expect(page.getByRole('region', { name: 'About the link' })).toContainText('did not load');
});
