import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, pasteInto, qemuMaps, violations } from './app.ts';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Saved scenes' });
const names = (page: Page) => dialog(page).getByRole('list').locator('.saved-name');

const save = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: 'Saved scenes' }).click();
  await dialog(page).getByRole('textbox', { name: 'What is shown, as' }).fill(name);
  await dialog(page)
    .getByRole('button', { name: /^(?:Save|Replace)$/ })
    .click();
};

const kernel = (page: Page, label: string) =>
  page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label });

test('a scene is named, opened, renamed, deleted and had back, and is there on the next visit', async ({
  page,
}) => {
  await openApp(page, '#1&as=scene');
  await save(page, 'On 7.3');
  await expect(names(page)).toHaveText(['On 7.3']);
  await page.keyboard.press('Escape');
  await kernel(page, 'Linux 6.12.117');
  await expectFigure(page, '1,024');
  await save(page, 'On 6.12');
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await page.keyboard.press('Control+s');
  await expect(names(page)).toHaveText(['On 7.3', 'On 6.12']);
  await dialog(page).getByRole('button', { name: 'On 7.3', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expectFigure(page, '524,288');
  await page.goBack();
  await expectFigure(page, '1,024');
  await page.keyboard.press('Control+s');
  await dialog(page).getByRole('button', { name: 'Rename On 6.12' }).click();
  const field = dialog(page).getByRole('textbox', { name: 'New name of On 6.12' });
  await field.fill('On 7.3');
  await expect(dialog(page).getByText('Another scene has this name.')).toBeVisible();
  await field.fill('Aligned to 2 MiB');
  await field.press('Enter');
  await expect(names(page)).toHaveText(['On 7.3', 'Aligned to 2 MiB']);
  await dialog(page).getByRole('button', { name: 'Delete On 7.3' }).click();
  await expect(names(page)).toHaveText(['Aligned to 2 MiB']);
  await dialog(page).getByRole('button', { name: 'Undo' }).click();
  await expect(names(page)).toHaveText(['Aligned to 2 MiB', 'On 7.3']);
  await page.reload();
  await page.keyboard.press('Control+s');
  await expect(names(page)).toHaveText(['Aligned to 2 MiB', 'On 7.3']);
});

test('all scenes travel as one file, with the address space of a machine', async ({
  page,
  browser,
  baseURL,
}) => {
  await openApp(page);
  await save(page, 'First');
  await page.keyboard.press('Escape');
  await pasteInto(page, qemuMaps());
  await page.getByRole('dialog').getByRole('button', { name: /^Use/ }).click();
  await expect(page).toHaveURL(/vmas=/);
  await save(page, 'A machine');
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Export all' }).click();
  const file = await (await download).path();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ hugemap: 'scenes', format: 1 });

  const other = await (await browser.newContext(baseURL === undefined ? {} : { baseURL })).newPage();
  await openApp(other);
  await save(other, 'First');
  const input = other.getByLabel('File of scenes');
  await input.setInputFiles(file);
  // The same scene is not there twice.
  await expect(dialog(other).getByRole('status')).toContainText('1 scene imported');
  await expect(names(other)).toHaveText(['First', 'A machine']);
  await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') });
  await expect(dialog(other).getByRole('status')).toContainText(
    'not a file of saved scenes. Nothing was changed.',
  );
  await dialog(other).getByRole('button', { name: 'A machine', exact: true }).click();
  await expect(other).toHaveURL(/vmas=/);
  await expect(other.getByText('461')).not.toHaveCount(0);
});

test('storage that is blocked is said, and nothing is lost', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
  });
  await openApp(page);
  await save(page, 'Only here');
  await expect(dialog(page).getByRole('alert')).toContainText('This browser keeps nothing for this page');
  await expect(names(page)).toHaveText(['Only here']);
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Export all' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Only here');
  await page.keyboard.press('Escape');
  await kernel(page, 'Linux 6.12.117');
  await page.getByRole('button', { name: 'Saved scenes' }).click();
  await dialog(page).getByRole('button', { name: 'Only here', exact: true }).click();
  await expectFigure(page, '524,288');
});

test('storage that is full is said, and what was kept stays', async ({ page }) => {
  await openApp(page);
  await save(page, 'Before');
  await page.evaluate(() => {
    // To the last byte.
    for (let size = 2 ** 22; size >= 1; size /= 2)
      try {
        for (let i = 0; i < 10; i++) localStorage.setItem(`filler ${size} ${i}`, 'x'.repeat(size));
      } catch {
        // Full for this size.
      }
  });
  await page.keyboard.press('Escape');
  await kernel(page, 'Linux 6.12.117');
  await save(page, 'After');
  await expect(dialog(page).getByRole('alert')).toContainText('full');
  await expect(names(page)).toHaveText(['Before', 'After']);
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) if (key.startsWith('filler')) localStorage.removeItem(key);
  });
  await dialog(page).getByRole('button', { name: 'Rename After' }).click();
  await dialog(page).getByRole('textbox', { name: 'New name of After' }).fill('Later');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('alert')).toHaveCount(0);
  await page.reload();
  await page.getByRole('button', { name: 'Saved scenes' }).click();
  await expect(names(page)).toHaveText(['Before', 'Later']);
});

test('two tabs keep one list', async ({ page, context }) => {
  await openApp(page);
  const other = await context.newPage();
  await openApp(other);
  await save(page, 'One');
  await save(other, 'Two');
  await expect(names(page)).toHaveText(['One', 'Two']);
});
