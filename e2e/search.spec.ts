import { expect, test } from '@playwright/test';
import { openApp, pasteInto, qemuMaps } from './app.ts';

test('the search is stepped with the mouse, and the arithmetic of the winner is spelled out', async ({
  page,
}) => {
  await openApp(page, '#1&as=scene');
  await page.getByRole('button', { name: 'Play the search' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  const count = page.locator('.player-count');
  await expect(count).toHaveText(/^Step \d of 8$/);
  const first = page.getByRole('button', { name: 'First step' });
  if ((await first.getAttribute('aria-disabled')) === null) await first.click();
  await expect(count).toHaveText('Step 1 of 8');
  await page.getByRole('button', { name: 'Next step' }).click();
  const sentence = page.locator('.player-sentence');
  await expect(sentence).toContainText('The search starts at 0x7fff_f7ff_f000 and goes down');
  await page.getByRole('button', { name: 'Next step' }).click();
  await expect(sentence).toContainText('too small: 392 KiB, and 2 GiB is needed');
  await expect(page.getByRole('img', { name: /^Gap 392 KiB, needed 2 GiB/ })).toBeVisible();
  await page.getByRole('button', { name: 'Last step' }).click();
  await expect(count).toHaveText('Step 8 of 8');
  await page.getByRole('button', { name: 'Previous step' }).click();
  await expect(sentence).toContainText('large enough: 42.66 TiB');
  await expect(page.locator('.player-lines')).toContainText(
    '0x7ffe_ecc5_4000 − 0x8000_0000 = 0x7ffe_6cc5_4000',
  );
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Play the search' })).toBeFocused();
});

test('of several mappings the search of the first is played, and shown', async ({ page }) => {
  await openApp(page, '#1&as=scene&holes=0x1000_0000+4K&part=2');
  await page.getByRole('button', { name: 'Play the search' }).click();
  await expect(page.getByRole('combobox', { name: 'Part looked at' })).toHaveValue('1');
  const last = page.getByRole('button', { name: 'Last step' });
  await last.click();
  const sentence = page.locator('.player-sentence');
  const done = 'The mapping is at 0x7ffe_dcc5_4000 to 0x7ffe_ecc5_4000.';
  await expect(sentence).toHaveText(done);
  // Another mapping, looked at meanwhile, was not found by this search.
  await page.getByRole('combobox', { name: 'Part looked at' }).selectOption('2');
  await last.click();
  await expect(sentence).toHaveText(done);
});

test('the search is played and stepped by keyboard alone', async ({ page }) => {
  await openApp(page, '#1&as=scene&p=xu1');
  const play = page.getByRole('button', { name: 'Play the search' });
  await play.focus();
  await page.keyboard.press('Enter');
  const pause = page.getByRole('button', { name: 'Pause' });
  await expect(pause).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeFocused();
  // On to the buttons that step forward and to the end.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Next step' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const count = page.locator('.player-count');
  await expect(count).toHaveText('Step 9 of 9');
  // At the end the button keeps the focus.
  await expect(page.getByRole('button', { name: 'Last step' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('.player-sentence')).toContainText('congruent modulo 1 GiB');
  await expect(page.locator('.player-lines')).toContainText('= 0x7ffe_4000_0000');
  await page.keyboard.press('Escape');
  await expect(play).toBeFocused();
});

test('playing goes on by itself and ends at the mapping', async ({ page }) => {
  await page.clock.install();
  await openApp(page, '#1&as=scene');
  await page.getByRole('button', { name: 'Play the search' }).click();
  const count = page.locator('.player-count');
  await expect(count).toHaveText('Step 1 of 8');
  for (let step = 2; step <= 8; step++) {
    await page.clock.runFor(1000);
    await expect(count).toHaveText(`Step ${step} of 8`);
  }
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await page.clock.runFor(500);
  await expect(page.locator('.player [role="status"]')).toContainText(
    'The mapping is at 0x7ffe_6cc5_4000 to 0x7ffe_ecc5_4000.',
  );
});

test('without motion nothing advances by itself', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.clock.install();
  await openApp(page, '#1&as=scene');
  await page.getByRole('button', { name: 'Play the search' }).click();
  await page.clock.runFor(5000);
  const count = page.locator('.player-count');
  await expect(count).toHaveText('Step 1 of 8');
  await page.getByRole('button', { name: 'Step on' }).click();
  await page.clock.runFor(5000);
  await expect(count).toHaveText('Step 2 of 8');
});

test('another scenario starts the search again, and a pasted process has its own', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  await page.getByRole('button', { name: 'Play the search' }).click();
  await page.getByRole('button', { name: 'Last step' }).click();
  const count = page.locator('.player-count');
  await expect(count).toHaveText('Step 8 of 8');
  await page.getByRole('radio', { name: /vfio hook, align to PA/ }).check();
  await expect(count).toHaveText('Step 1 of 9');
  await page.getByRole('button', { name: 'Close' }).click();
  await pasteInto(page, qemuMaps());
  await page
    .getByRole('button', { name: /^(Use|Open|Apply|Show)/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Play the search' }).click();
  await page.getByRole('button', { name: 'Last step' }).click();
  await expect(page.locator('.player-sentence')).toContainText('The mapping is at');
});
