import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, sideways, violations } from './app.ts';

const openRuler = (page: Page) => page.getByRole('button', { name: 'Bits', exact: true }).click();
const ruler = (page: Page) => page.locator('.bits');
const bit = (page: Page, side: 'VA' | 'PA', number: number) =>
  page.getByRole('button', { name: new RegExp(`^${side} bit ${number},`) });
const box = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const undo = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true });

test('a bit of the PA, flipped by mouse, changes the verdict; Undo takes it back', async ({ page }) => {
  await openApp(page, '#1&as=scene&p=xu1');
  await expectFigure(page, '2');
  await openRuler(page);
  await expect(ruler(page)).toContainText('modulo');
  await bit(page, 'PA', 21).click();
  await expect(bit(page, 'PA', 21)).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('textbox', { name: 'Physical base' })).toHaveValue('0x38_8020_0000');
  await undo(page).click();
  await expectFigure(page, '2');
  await expect(page.getByRole('textbox', { name: 'Physical base' })).toHaveValue('0x38_8000_0000');
});

test('bits of the VA by keyboard alone: walk to them, flip them until a 2 MiB leaf fits', async ({
  page,
}) => {
  await openApp(page, '#1&as=scene');
  await expectFigure(page, '524,288');
  await openRuler(page);
  await expect(ruler(page)).toContainText('Congruent up to bit 13: modulo 16 KiB.');
  await bit(page, 'VA', 0).focus();
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowLeft');
  await expect(bit(page, 'VA', 14)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(ruler(page)).toContainText('Congruent up to bit 15: modulo 64 KiB.');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await expect(ruler(page)).toContainText('Congruent up to bit 17');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(bit(page, 'VA', 18)).toBeFocused();
  await page.keyboard.press('Enter');
  await expectFigure(page, '1,024');
  await page.keyboard.press('ArrowDown');
  await expect(bit(page, 'PA', 18)).toBeFocused();
  await page.keyboard.press('End');
  await expect(bit(page, 'PA', 0)).toBeFocused();
  // One stop for Tab, and the flips are steps of their own.
  expect(await page.locator('.bit[tabindex="0"]').count()).toBe(1);
  for (let i = 0; i < 3; i++) await page.keyboard.press('u');
  await expectFigure(page, '524,288');
});

test('a field takes numbers both ways, and keeps what cannot be', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  await openRuler(page);
  await box(page, 'PA 29–21, PFN bits under PMD').fill('0x1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Physical base' })).toHaveValue('0x38_8020_0000');
  await box(page, 'VA PTE index').fill('256');
  await page.keyboard.press('Enter');
  await expectFigure(page, '524,288');
  await box(page, 'VA PTE index').fill('0');
  await page.keyboard.press('Enter');
  await expectFigure(page, '1,024');
  await box(page, 'VA PTE index').fill('512');
  await page.keyboard.press('Enter');
  await expect(ruler(page)).toContainText('9 bits hold at most 511');
  await expect(box(page, 'VA PTE index')).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Escape');
  await expect(box(page, 'VA PTE index')).toHaveValue('0');
  await bit(page, 'VA', 47).click();
  await expect(ruler(page).getByRole('status')).toContainText('user space ends at 0x7fff_ffff_f000');
  await expectFigure(page, '1,024');
  await expect(undo(page)).toBeEnabled();
});

test('bits below the page move the crosshair, on both sides', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  await openRuler(page);
  await bit(page, 'VA', 3).click();
  await expect(box(page, 'PA offset in the page')).toHaveValue('0x8');
  await expect(undo(page)).toBeDisabled();
});

test('the ruler and the walk follow the crosshair', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  await openRuler(page);
  const walk = page.locator('.walk');
  await expect(walk).toContainText('CR3');
  await expect(walk).toContainText('PTE entry 84');
  await page.getByRole('img', { name: /^Map:/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(box(page, 'VA PTE index')).toHaveValue('85');
  await expect(walk).toContainText('PTE entry 85');
  await expect(walk).toContainText('0x38_8000_1000');
});

test('every picture has a table', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  expect(await page.locator('.twin').count()).toBe(0);
  await page.locator('summary', { hasText: 'As tables' }).click();
  const table = (name: string) => page.getByRole('table', { name });
  await expect(
    table('Address space around the mapping').getByRole('row', { name: /29\.99 MiB/ }),
  ).toContainText('too small');
  await expect(table('Zipper: where leaves of each size fit')).toContainText('miss by 336 KiB');
  await expect(table('Physical address space')).toContainText('a multiple of its size');
  await expect(table('Page tables of this mapping')).toContainText('1,025');
  expect(await violations(page)).toEqual([]);
});

for (const [theme, w, h] of [
  ['dark', 1440, 900],
  ['light', 390, 844],
  ['projector', 1920, 1080],
] as const)
  test(`no axe violation and no sideways scroll with the ruler open: ${theme}, ${w}×${h}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: w, height: h });
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openApp(page);
    await openRuler(page);
    for (const hash of ['#1', '#1&a=s390x', '#1&a=arm-lpae&bar=2@0x38_8000_0000+64M&len=64M']) {
      await page.evaluate(h => {
        location.hash = h;
      }, hash);
      await expect(bit(page, 'PA', 0)).toBeVisible();
      await expect(bit(page, 'PA', 63)).toHaveCount(hash.includes('s390x') ? 1 : 0);
      expect(await violations(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
    }
  });
