import { expect, type Locator, type Page, test } from '@playwright/test';
import { dragSlider, expectFigure, openApp, testLooks } from './app.ts';

const SCENE = '#1&as=scene&s=compare';

const openCompare = async (page: Page, hash = SCENE): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await expect(
    page.getByRole('heading', { name: 'Same request under every kernel and proposal' }),
  ).toBeVisible();
};

const rowOf = (page: Page, name: string): Locator =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

const names = (page: Page): Promise<readonly string[]> =>
  page
    .getByRole('row')
    .getByRole('button', { name: /^(?!Compare the others)/ })
    .allTextContents();

test('opens from the header, with the scenario at hand, and Back returns to the Map', async ({ page }) => {
  await openApp(page, '#1&as=scene&len=1G');
  await expectFigure(page, '262,144');
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page).toHaveURL(/s=compare/);
  await expect(page.getByText('Leaves over the 1 GiB')).toBeVisible();
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).toContainText('262,144 PTE');
  await page.goBack();
  await expectFigure(page, '262,144');
});

test('reads 524,288, 1,024 and 2', async ({ page }) => {
  await openCompare(page);
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).toContainText('524,288 PTE');
  await expect(rowOf(page, 'Linux 6.12.10 and newer 6.12.y')).toContainText('1,024 PMD');
  await expect(rowOf(page, 'THP helper in vfio')).toContainText('0x7ffe_6cc0_0000');
  const aligned = rowOf(page, 'vfio hook, align to PA');
  await expect(aligned).toContainText('2 PUD');
  await expect(aligned).toContainText('716.33 MiB');
  await expect(aligned).toContainText('18');
  await expect(rowOf(page, 'No MMU')).toContainText('ENODEV');
});

test('a request that fails says why in every row', async ({ page }) => {
  await openCompare(page, `${SCENE}&len=4G`);
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).toContainText('EINVAL');
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).toContainText('beyond the 2 GiB BAR');
});

test('sorts by a column, both ways and back', async ({ page }) => {
  await openCompare(page);
  const own = await names(page);
  const head = page.getByRole('columnheader', { name: /^Faults/ });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await expect(page).toHaveURL(/sort=faults/);
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  const down = await names(page);
  expect(down.indexOf('Linux 6.13 to 7.3')).toBeLessThan(down.indexOf('Linux 6.1 to 6.9'));
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'none');
  expect(await names(page)).toEqual(own);
});

test('finds rows, and shows the architectures', async ({ page }) => {
  await openCompare(page);
  await page.getByRole('checkbox', { name: 'Architectures' }).check();
  await expect(rowOf(page, 'arm64, 64K pages, 48 bits')).toContainText('64 KiB pages');
  await page.getByRole('textbox', { name: 'Find rows' }).fill('arm64 64k');
  await expect(rowOf(page, 'arm64, 64K pages, 48 bits')).toBeVisible();
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Find rows' }).press('Enter');
  await expect(page).toHaveURL(/find=arm64%2064k&rows=kernels\.policies\.archs/);
});

test('pins two rows side by side, by box and by key', async ({ page }) => {
  await openCompare(page);
  const pins = page.getByRole('region', { name: 'Pinned, side by side' });
  await expect(pins.getByRole('region', { name: 'Pinned: Linux 6.13 to 7.3' })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Pin THP helper in vfio' }).check();
  await expect(pins.getByRole('img', { name: /^Zipper of THP helper in vfio: 1,024 PMD/ })).toBeVisible();
  await expect(pins.getByRole('img')).toHaveCount(2);
  await expect(page).toHaveURL(/pin=p:[a-z0-9]+,p:thp/);
  await page.getByRole('checkbox', { name: 'Pin THP helper in vfio' }).focus();
  await page.keyboard.press('p');
  await expect(pins.getByRole('img')).toHaveCount(1);
});

test('arrows walk the rows, Enter opens one in the Map', async ({ page }) => {
  await openCompare(page);
  await rowOf(page, 'Linux 6.1 to 6.9').focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
  await expect(rowOf(page, 'Linux 6.12.10 and newer 6.12.y')).toBeFocused();
  await page.keyboard.press('Enter');
  await expectFigure(page, '1,024');
  await expect(page).toHaveURL(/k=6\.12\.117/);
  await page.goBack();
  await rowOf(page, 'vfio hook, align to PA')
    .getByRole('button', { name: 'vfio hook, align to PA', exact: true })
    .click();
  await expectFigure(page, '2');
});

test('differences to a baseline, and a reload keeps the table as it was', async ({ page }) => {
  await openCompare(page);
  await page.getByRole('button', { name: 'Compare the others with Linux 6.13 to 7.3' }).click();
  const helper = rowOf(page, 'THP helper in vfio');
  await expect(helper).toContainText('×512 fewer');
  await expect(helper).toContainText('−4,100 KiB');
  await expect(helper).toContainText('+9');
  await page
    .getByRole('columnheader', { name: /^VA skipped/ })
    .getByRole('button')
    .click();
  await page.getByRole('checkbox', { name: 'Kernels as shipped' }).uncheck();
  await page.getByRole('checkbox', { name: 'Kernels as shipped' }).check();
  const url = page.url();
  expect(url).toMatch(/s=compare&sort=skipped&vs=k:7\.3/);
  const before = await names(page);
  await page.goto('about:blank');
  await page.goto(url);
  await expect(helper).toContainText('×512 fewer');
  expect(await names(page)).toEqual(before);
  expect(page.url()).toBe(url);
});

test('the copy is a table in Markdown', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openCompare(page);
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect(page.getByText(/rows copied as Markdown/)).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain('| Policy | Leaves | Faults |');
  expect(text).toContain('| Linux 6.13 to 7.3 | 524,288 PTE | 524,288 | 1,029 (4.02 MiB) | 0 |');
});

test('every row follows the length while it is dragged', async ({ page }) => {
  await openCompare(page);
  const steps = await page.evaluate(() => history.length);
  await dragSlider(page, page.getByRole('slider', { name: 'Length' }), 1, 0.6);
  await expect(rowOf(page, 'Linux 6.13 to 7.3')).not.toContainText('524,288');
  await expect(rowOf(page, 'Linux 6.12.10 and newer 6.12.y')).not.toContainText('1,024 PMD');
  await expect(rowOf(page, 'vfio hook, align to PA')).not.toContainText('2 PUD');
  expect(await page.evaluate(() => history.length)).toBe(steps);
  await page.mouse.up();
  await expect(page).toHaveURL(/len=/);
  expect(await page.evaluate(() => history.length)).toBe(steps + 1);
});

testLooks(['desk', 'stage', 'phone'], async page => {
  await openCompare(page, `${SCENE}&rows=kernels.policies.archs&vs=k:7.3`);
});
