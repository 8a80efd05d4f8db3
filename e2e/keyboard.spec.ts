import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, verdict } from './app.ts';

/** Presses Tab until the wanted element has the focus; a person would too. */
const tabTo = async (page: Page, name: RegExp, role?: string): Promise<void> => {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const e = document.activeElement;
      const label =
        e?.getAttribute('aria-label') ??
        (e instanceof HTMLInputElement || e instanceof HTMLSelectElement
          ? e.labels?.[0]?.textContent
          : e?.textContent) ??
        '';
      return {
        label: label.trim(),
        role: e?.getAttribute('role') ?? (e instanceof HTMLInputElement ? e.type : (e?.tagName ?? '')),
      };
    });
    if (name.test(here.label) && (role === undefined || here.role === role)) return;
  }
  throw new Error(`Tab never reached ${name}`);
};

test('the whole flow by keyboard alone', async ({ page }) => {
  await openApp(page);
  await page.addInitScript(() => localStorage.setItem('hugemap.hint', 'dismissed'));
  await expectFigure(page, '524,288');

  // A lesson, from the list at the head of the left column.
  await tabTo(page, /Linux 7.3 aligns nothing/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expectFigure(page, '1,024');
  await page.keyboard.press('u');
  await expectFigure(page, '524,288');

  // A slider: a page less, and the link says so.
  await tabTo(page, /^Length$/, 'range');
  await page.keyboard.press('ArrowLeft');
  await expectFigure(page, '524,287');
  await expect(page).toHaveURL(/len=2G-4K/);
  await page.keyboard.press('ArrowRight');
  await expectFigure(page, '524,288');

  // Another policy.
  await tabTo(page, /Linux 7.3 as shipped/, 'radio');
  await page.keyboard.press('ArrowDown');
  await expectFigure(page, '1,024');
  await page.keyboard.press('ArrowUp');
  await expectFigure(page, '524,288');

  // Where to look: an address typed, then zoomed by keys, then back.
  await page.keyboard.press('g');
  await page.keyboard.type('0x7f42_5420_0000+2M');
  await page.keyboard.press('Enter');
  await expect(page.locator('.place .span')).toHaveText('2 MiB');
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await expect(page.locator('.place .span')).toHaveText('4 MiB');
  await page.keyboard.press('f');
  await expect(page.locator('.place .span')).toHaveText('2 GiB');

  // The page tables: into the picture, to the first byte, one PMD entry on.
  await tabTo(page, /^Map:/, 'img');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('banner').getByRole('status')).toContainText('PMD entries of 2 MiB');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('region', { name: 'At the crosshair' })).toContainText('offset0x20_0000');
  await expect(page).toHaveURL(/at=2M/);

  // The search, step by step.
  await page.keyboard.press('.');
  await expect(page.getByText(/^Step 1 of \d+$/)).toBeVisible();
  await page.keyboard.press('.');
  await expect(page.getByText(/^Step 2 of \d+$/)).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByText(/^Step 2 of \d+$/)).toBeHidden();

  // The VMA slid to where the teeth meet; the verdict is spoken.
  await page.keyboard.press('n');
  await expectFigure(page, '2');
  await expect(verdict(page).getByRole('status')).toContainText('2 PUD leaves');

  // Bits open and close, the stage too; the palette finds a theme.
  await page.keyboard.press('b');
  await expect(page.getByRole('region', { name: 'Bits of VA and PA' })).toBeVisible();
  await page.keyboard.press('b');
  await page.keyboard.press('x');
  await expect(page.getByRole('complementary', { name: 'Scenario' })).toBeHidden();
  await page.keyboard.press('x');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('next theme');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', /dark|light/);

  // And back to where it began.
  await page.keyboard.press('k');
  await expectFigure(page, '524,288');
});

test('a palette opened again at once stays open', async ({ page }) => {
  await openApp(page);
  const field = page.getByRole('combobox', { name: 'Find a command' });
  await page.keyboard.press('Control+k');
  await field.fill('Fit');
  // The browser tells of the closing a task later, when the dialog is open again.
  await field.evaluate(async element => {
    const press = async (on: Element, init: KeyboardEventInit): Promise<void> => {
      on.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true }));
      for (let i = 0; i < 9; i++) await undefined;
    };
    await press(element, { key: 'Enter' });
    await press(document.body, { key: 'k', ctrlKey: true });
  });
  await page.waitForTimeout(200);
  await expect(field).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
});
