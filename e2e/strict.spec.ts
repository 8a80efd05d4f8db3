import { expect, test } from '@playwright/test';
import { openApp, pasteInto, testLooks, violations } from './app.ts';

testLooks(['desk', 'stage', 'phone'], async page => {
  await openApp(page);
});

for (const theme of ['dark', 'light', 'projector'] as const)
  test(`no axe violation while the search is played: ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openApp(page, '#1&as=scene');
    await page.getByRole('button', { name: 'Play the search' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Last step' }).click();
    await page.getByRole('button', { name: 'Previous step' }).click();
    expect(await violations(page)).toEqual([]);
  });

test('no axe violation in the dialogs and on a refused request', async ({ page }) => {
  await openApp(page, '#1&len=4G&k=banana');
  expect(await violations(page)).toEqual([]);
  await pasteInto(page, 'not maps at all');
  await expect(page.getByRole('dialog')).toContainText('line 1');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keys and help' }).click();
  expect(await violations(page)).toEqual([]);
});

for (const theme of ['dark', 'light', 'projector'] as const)
  test(`no axe violation on the stage, in the palette and while zoomed: ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openApp(page, '#1&v=-2M..6M&at=1M');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('x');
    await expect(page.getByRole('complementary', { name: 'Scenario' })).toBeHidden();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('/');
    await expect(page.getByRole('combobox', { name: 'Find a command' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
