import { expect, test } from '@playwright/test';
import { expectFigure, openApp, verdict } from './app.ts';

test('a link reloads into the same state', async ({ page }) => {
  await openApp(page);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.12.117' });
  const length = page.getByRole('textbox', { name: 'Length' });
  await length.fill('1G+2M');
  await length.press('Enter');
  await page
    .getByRole('combobox', { name: 'Address space' })
    .selectOption({ label: 'QEMU-like, 25 VMAs, no ASLR' });
  const url = page.url();
  expect(url.length).toBeLessThanOrEqual(78);
  const before = await verdict(page).getByRole('paragraph').allTextContents();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(length).toHaveValue('1,026 MiB');
  expect(await verdict(page).getByRole('paragraph').allTextContents()).toEqual(before);
  expect(page.url()).toBe(url);
});

test('what was looked at and is no longer there is not in the link', async ({ page }) => {
  await openApp(page, '#1&a=x86_64-5&at=2G-4K');
  await expectFigure(page, '524,288');
  await page.keyboard.press('Shift+F');
  await expect(page).toHaveURL(/v=-/);
  await page.getByRole('combobox', { name: 'Architecture' }).selectOption({ label: 'x86-64, 4 levels' });
  const length = page.getByRole('textbox', { name: 'Length' });
  await length.fill('1G');
  await length.press('Enter');
  await expectFigure(page, '262,144');
  await expect(page).toHaveURL(/v=-/);
  await expect(page).not.toHaveURL(/at=/);
  const shown = page.getByRole('textbox', { name: 'Shown' });
  const range = await shown.inputValue();
  // An undo and a redo lead there, too.
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Redo' }).click();
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expectFigure(page, '262,144');
  await expect(shown).toHaveValue(range);
  await expect(page.getByRole('region', { name: 'About the link' })).toHaveCount(0);
});

test('a bad field is named, the rest applies', async ({ page }) => {
  await openApp(page, '#1&k=banana&len=1G&unknown=1');
  await expect(page.getByText(/banana/)).toBeVisible();
  await expect(page.getByText(/not a kernel version/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Length' })).toHaveValue('1 GiB');
});

for (const hash of [
  '#',
  '#1',
  '#garbage',
  '#999&len=1G+4K',
  '#1&len=%',
  '#1&vmas=AAAA',
  '#1&<script>alert(1)</script>=1',
  `#1&${'x'.repeat(20_000)}`,
])
  test(`never a blank page: ${hash.slice(0, 40)}`, async ({ page }) => {
    await openApp(page, hash);
    await expect(verdict(page)).toContainText('PTE leaves');
  });

test('a link from the future is read as far as it is known, and says so', async ({ page }) => {
  await openApp(page, '#2&k=6.12.117');
  await expectFigure(page, '1,024');
  await expect(page.getByText(/newer Hugemap/)).toBeVisible();
});

test('a hash edited by hand applies at once', async ({ page }) => {
  await openApp(page);
  await page.evaluate(() => {
    location.hash = '#1&k=6.12.117';
  });
  await expectFigure(page, '1,024');
});
