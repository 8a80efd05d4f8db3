import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import { expectFigure, openApp, pasteInto, qemuMaps, verdict } from './app.ts';
import { untilWhole, visitAll } from './everywhere.ts';

test.setTimeout(150_000);

/** Every error that the page reports, from now on. */
const errorsOf = (page: Page): readonly string[] => {
  const errors: string[] = [];
  page.on('pageerror', e => errors.push(String(e)));
  page.on('console', m => {
    if (m.type() === 'error') errors.push(m.text());
  });
  return errors;
};

/** Uses the page: every screen, a captured case, a slider, a paste, a link, Back. */
const workThrough = async (page: Page): Promise<void> => {
  await expectFigure(page, '524,288');
  await visitAll(page);
  await page.getByRole('slider', { name: 'Length' }).press('PageDown');
  await expectFigure(page, '262,144');
  // Back undoes the step.
  await page.goBack();
  await expectFigure(page, '524,288');
  await page.getByRole('link', { name: 'Evidence', exact: true }).click();
  await page.getByRole('listbox', { name: 'Cases of Linux 7.3.4, x86-64, 4 levels' }).press('Home');
  await expect(page.getByRole('region', { name: 'Case', exact: true }).getByRole('heading')).toHaveText(
    'leaf-whole-1',
  );
  await page.goBack();
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await pasteInto(page, qemuMaps());
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('status')).toContainText('461 VMAs');
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(page).toHaveURL(/vmas=/);
};

/** Whether the page's workers run: the one that paints during drags, and the one for long jobs. */
const hasWorkers = (page: Page): boolean => page.workers().length === 2;

const offline = (context: BrowserContext): Promise<void> => context.setOffline(true);

test('the built folder, taken elsewhere, works from disk without a network', async ({ page, context }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap talk #1 '));
  try {
    cpSync('dist', folder, { recursive: true });
    await offline(context);
    const errors = errorsOf(page);
    const asked: string[] = [];
    page.on('request', r => asked.push(r.url()));
    const start = `${pathToFileURL(join(folder, 'index.html')).href}#1&as=scene`;
    await page.goto(start);
    await workThrough(page);
    expect(hasWorkers(page)).toBe(true);
    // Its link, with an address space in it, opens in a new tab.
    const link = page.url();
    const other = await context.newPage();
    await other.goto(link);
    await expect(other.getByText('461')).not.toHaveCount(0);
    expect(asked.filter(url => !/^(?:file|blob|data):/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('two embedded pictures keep in step from disk', async ({ page, context }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap talk #2 '));
  try {
    cpSync('dist', folder, { recursive: true });
    await offline(context);
    const errors = errorsOf(page);
    await page.setViewportSize({ width: 1440, height: 1100 });
    await page.goto(pathToFileURL(join(folder, 'embed/example.html')).href);
    await expect(page.getByRole('status')).toHaveText('Both pictures are there.');
    const verdictIn = (id: string) => page.frameLocator(id).getByRole('region', { name: 'Verdict' });
    await expect(verdictIn('#newer')).toContainText('524,288 PTE leaves');
    await page.getByRole('button', { name: 'Map half of the BAR in both' }).click();
    await expect(verdictIn('#newer')).toContainText('262,144 PTE leaves');
    await expect(verdictIn('#older')).toContainText('512 PMD leaves');
    // A hand in one moves the other.
    const box = await page
      .frameLocator('#newer')
      .getByRole('img', { name: /^Map: / })
      .boundingBox();
    if (box === null) throw new Error('no picture');
    // On the upper jaw.
    await page.mouse.move(box.x + 200, box.y + 230);
    await page.mouse.down();
    await page.mouse.move(box.x + 230, box.y + 230, { steps: 4 });
    await page.mouse.up();
    await expect(verdictIn('#older').getByRole('link')).toHaveAttribute('href', /hint=/);
    expect(errors).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('once loaded, everything works without a network', async ({ page, context }) => {
  await openApp(page, '#1&as=scene');
  await untilWhole(page);
  await offline(context);
  const errors = errorsOf(page);
  await workThrough(page);
  expect(errors).toEqual([]);
});

test('any static server will do, under any path, with or without a slash of its own', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hugemap-'));
  const inner = await serve(folder, 0, '127.0.0.1');
  try {
    cpSync('dist', join(folder, 'some/deep path/of/mine'), { recursive: true });
    const { port } = inner.address() as AddressInfo;
    const missing: string[] = [];
    page.on('response', r => {
      if (r.status() >= 400) missing.push(r.url());
    });
    await page.goto(`http://127.0.0.1:${port}/some/deep%20path/of/mine/index.html#1&as=scene`);
    await expectFigure(page, '524,288');
    await untilWhole(page);
    await visitAll(page);
    expect(missing).toEqual([]);
  } finally {
    inner.closeAllConnections();
    inner.close();
    rmSync(folder, { recursive: true });
  }
});

test('a page that was left and came back is as it was', async ({ page, context }) => {
  await openApp(page, '#1&as=scene&k=6.12.117');
  await untilWhole(page);
  await expectFigure(page, '1,024');
  await offline(context);
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await page.goBack();
  await expect(verdict(page)).toBeVisible();
  await page.goForward();
  await expect(page).toHaveURL(/s=compare/);
});
