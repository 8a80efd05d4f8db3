import { expect, type Locator, type Page, test } from '@playwright/test';
import { expectFigure, verdict, violations } from './app.ts';

const SWEEP = '#1&as=scene&s=sweep';

const plane = (page: Page): Locator => page.getByRole('application');

const openSweep = async (page: Page, hash = SWEEP): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await expect(plane(page)).toBeVisible();
};

/** Waits until the point at hand reads so. */
const expectPoint = (page: Page, text: string | RegExp): Promise<void> =>
  expect(plane(page)).toHaveAttribute('aria-label', text instanceof RegExp ? text : new RegExp(text));

/** Where the square of a point is: shares of the plane from its lower left corner. */
const pixelOf = async (page: Page, right: number, up: number): Promise<{ x: number; y: number }> => {
  const box = await plane(page).locator('canvas').first().boundingBox();
  if (!box) throw new Error('no plane on screen');
  return { x: box.x + box.width * right, y: box.y + box.height * (1 - up) };
};

test('opens from the header, and a click shows the point in the Map, which undo takes back', async ({
  page,
}) => {
  await page.goto('/#1&as=scene');
  await expectFigure(page, '524,288');
  await page.getByRole('link', { name: 'Sweep' }).click();
  await expect(page.getByRole('heading', { name: 'Offset in the BAR against length' })).toBeVisible();
  await expectPoint(page, 'length 2 GiB: PTE, 524,288 faults');
  // 256 points a side: the square of offset 512 MiB is the 64th, that of length 1.25 GiB the 159th.
  const at = await pixelOf(page, 64.5 / 256, 159.5 / 256);
  await page.mouse.move(at.x, at.y);
  await expectPoint(page, 'offset in the BAR 512 MiB, length 1.25 GiB: PTE, 327,680 faults');
  await expect(page.getByRole('row', { name: /^THP helper/ }).first()).toContainText('640');
  await page.mouse.click(at.x, at.y);
  await expectFigure(page, '327,680');
  await expect(page).toHaveURL(/off=512M&len=1G\+256M/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(plane(page)).toBeVisible();
  await expectPoint(page, '327,680 faults');
});

test('the point at hand is in the link, by keyboard too, and follows what stands on the axes', async ({
  page,
}) => {
  await openSweep(page);
  await expectPoint(page, 'length 2 GiB: PTE, 524,288 faults');
  await expect(page).not.toHaveURL(/pt=/);
  await plane(page).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page).toHaveURL(/pt=128M,/);
  const label = (await plane(page).getAttribute('aria-label')) ?? '';
  expect(label).toContain('offset in the BAR 128 MiB');
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(plane(page)).toHaveAttribute('aria-label', label);
  await expect(page).toHaveURL(url);
});

test('a rectangle zooms, and there are ways back', async ({ page }) => {
  await openSweep(page);
  await expectPoint(page, '524,288 faults');
  const drag = async (): Promise<void> => {
    const from = await pixelOf(page, 0.1, 0.1);
    const to = await pixelOf(page, 0.3, 0.4);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await page.mouse.move(to.x, to.y);
    await page.mouse.up();
  };
  /** The address without the point: that goes where the hand is. */
  const axes = (): string => page.url().replace(/&pt=[^&]*/, '');
  await drag();
  await expect(page).toHaveURL(/x=off:\d+M\.\.\d+M&y=len:/);
  const once = axes();
  await drag();
  await expect.poll(axes).not.toBe(once);
  await plane(page).press('0');
  await expect.poll(axes).toBe(once);
  await plane(page).press('Escape');
  await expect(page).not.toHaveURL(/x=off:/);
  await expect(page.getByRole('button', { name: 'Zoom back' })).toBeDisabled();
  // The same range, typed.
  await page.getByRole('textbox', { name: 'x to' }).fill('64M');
  await page.getByRole('textbox', { name: 'x to' }).press('Enter');
  await expect(page).toHaveURL(/x=off:0\.\.64M/);
  await page.getByRole('button', { name: 'Zoom back' }).click();
  await expect(page).not.toHaveURL(/x=off:/);
});

test('works by keys alone', async ({ page }) => {
  await openSweep(page);
  await plane(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageDown');
  await expectPoint(page, 'offset in the BAR 0, length 8 MiB: PTE, 2,048 faults');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+ArrowRight');
  await expectPoint(page, 'offset in the BAR 128 MiB, length 16 MiB: PTE, 4,096 faults');
  await expect(page.getByRole('status').filter({ hasText: 'length 16 MiB' })).toBeAttached();
  await page.keyboard.press('End');
  await expectPoint(page, 'past the end of the BAR');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expectFigure(page, '4,096');
});

test('another policy, by a press on its small plane', async ({ page }) => {
  await openSweep(page);
  await page.getByRole('button', { name: 'Sweep Xu v2' }).click();
  await expect(page).toHaveURL(/p=xu2/);
  await expectPoint(page, 'length 2 GiB: PUD, 2 faults');
  const shares = page.getByRole('region', { name: 'Share of requests by largest leaf' });
  await expect(shares).toContainText('of 32,896 in the BAR');
  await expect(shares.getByRole('row', { name: /^Xu v2/ })).toContainText('PTE 24.7 %');
});

test('a link brings axes, ranges, colour and grain, and luck is counted', async ({ page }) => {
  await openSweep(page, `${SWEEP}&x=aslr:0..4M&y=base&col=faults&n=64`);
  await expect(page.getByRole('heading', { name: 'ASLR offset against physical base' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Colour' })).toHaveValue('faults');
  await expect(page.getByText('faults, log scale')).toBeVisible();
  await expect(page.getByLabel('Most steps along an axis')).toHaveValue('64');
  const luck = page.getByRole('region', { name: 'Luck with random bases' });
  await expect(luck).toContainText('511 of 262,144');
  await expect(luck).toContainText('Counted: every page of 1 GiB');
  await page.getByText('The corners as a table').click();
  await expect(page.getByRole('row', { name: /^Bottom left/ })).toContainText('PTE, 524,288 faults');
  // The point of an ASLR offset opens in the Map as such.
  await plane(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(verdict(page)).toBeVisible();
  await expect(page).toHaveURL(/slide=64K/);
});

test('which policy wins, with ties told', async ({ page }) => {
  await openSweep(page, `${SWEEP}&col=best&n=64`);
  const key = page.getByRole('list', { name: 'Colour key' });
  await expect(key).toContainText('all but Linux 7.3, Cloud Hypervisor v52');
});

test('a sweep that is no longer wanted stops, and the new one answers', async ({ page }) => {
  // What the page tells the worker.
  await page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: unknown): void {
      told.push(message);
      post.call(this, message);
    };
  });
  const orders = (): Promise<readonly { order: string; id: number; kind?: string }[]> =>
    page.evaluate('window.told.map(({ order, id, kind }) => ({ order, id, kind }))');
  // A hole makes every point dear: a million whole answers take minutes.
  await openSweep(page, `${SWEEP}&holes=0x1000_0000+64K&n=1024`);
  await expect(page.getByRole('progressbar')).toBeVisible();
  const first = (await orders()).find(o => o.kind === 'plane');
  await page.getByLabel('Most steps along an axis').selectOption('64');
  await expect.poll(orders).toContainEqual({ order: 'stop', id: first?.id });
  await page.goto(`/${SWEEP}&n=64`);
  await expect(page.getByRole('progressbar')).toBeHidden();
  await expectPoint(page, 'length 2 GiB: PTE, 524,288 faults');
});

for (const theme of ['dark', 'light', 'projector'] as const)
  test(`nothing for axe to find, ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    for (const colour of ['leaf', 'best']) {
      await openSweep(page, `${SWEEP}&p=xu2&col=${colour}&n=64`);
      await expect(page.getByRole('region', { name: 'Luck with random bases' })).toContainText('Counted');
      expect(await violations(page)).toEqual([]);
    }
  });

test('fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openSweep(page, `${SWEEP}&y=base`);
  await expectPoint(page, 'faults');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  expect(await violations(page)).toEqual([]);
});

test.describe('under a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });
  test('a tap moves the point and says its value, a second one opens it', async ({ page }) => {
    await openSweep(page);
    await expectPoint(page, '524,288 faults');
    const at = await pixelOf(page, 0.3, 0.4);
    await page.touchscreen.tap(at.x, at.y);
    await expectPoint(page, 'PTE');
    await expect(plane(page)).toBeVisible();
    await expect(page.locator('.at-hand')).toBeInViewport();
    await expect(page.locator('.at-hand')).toContainText('faults');
    await page.touchscreen.tap(at.x + 3, at.y - 3);
    await expect(verdict(page)).toBeVisible();
    await expect(page).toHaveURL(/len=/);
  });
});

test('two leaves are two slabs', async ({ page }) => {
  await openSweep(page, `${SWEEP}&p=xu2`);
  const row = page
    .getByRole('region', { name: 'The point under all policies' })
    .getByRole('row', { name: /^Xu v2/ });
  await expect(row).toContainText('2 PUD leaves');
  // One path, that begins anew for each slab.
  const path = row.locator('.leaf.pud > path:not(.inner)');
  await expect(path).toHaveAttribute('d', /^M[^M]+M[^M]+$/);
});
