import { expect, test } from '@playwright/test';
import { dragSlider, expectFigure, openApp, verdict, violations } from './app.ts';

/** What axe finds. Evaluated as text: the page runs no inline script. */
test('by keyboard alone: open the lessons, choose one, undo', async ({ page }) => {
  await openApp(page);
  const button = page
    .getByRole('complementary', { name: 'Scenario' })
    .getByRole('button', { name: /^Start from/ });
  await expect(button).toHaveText(/Linux 7\.3 aligns nothing/);
  await button.focus();
  await page.keyboard.press('Enter');
  const list = page.getByRole('dialog', { name: 'Lessons to start from' });
  await expect(list).toBeVisible();
  // The one shown is marked and has the focus; arrows walk from there.
  await expect(list.getByRole('button', { name: /Linux 7\.3 aligns nothing/ })).toBeFocused();
  await expect(list.locator('[aria-current]')).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(list).toBeHidden();
  await expect(button).toBeFocused();
  await expect(button).toHaveText(/Linux 6\.12 aligns to 2 MiB/);
  await expectFigure(page, '1,024');
  await expect(page).toHaveURL(/#1&k=6\.12\.117$/);
  // One step of undo.
  await page.keyboard.press('u');
  await expectFigure(page, '524,288');
  await expect(page).toHaveURL(/\/$/);

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(list.getByRole('button', { name: /ENOMEM/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(button).toBeFocused();
  await expectFigure(page, '524,288');
});

test('a scene of one’s own is no lesson', async ({ page }) => {
  await openApp(page, '#1&len=1G');
  await expect(page.getByRole('button', { name: /this is your own/ })).toBeVisible();
});

test('by keyboard alone: a word explains itself, and gives the focus back', async ({ page }) => {
  await openApp(page);
  const help = page.locator('#term-help');
  const word = verdict(page).getByRole('button', { name: 'PTE' });
  await word.focus();
  await page.keyboard.press('Enter');
  await expect(help).toBeVisible();
  await expect(help).toHaveAccessibleName('PTE');
  await expect(help).toBeFocused();
  await expect(word).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(word).toBeFocused();
  await expect(word).toHaveAttribute('aria-expanded', 'false');

  // Another word takes the same popover over; a second press on it closes.
  await word.click();
  const leaves = verdict(page).getByRole('button', { name: 'leaves' });
  await leaves.click();
  await expect(help).toHaveAccessibleName('Leaf');
  await leaves.click();
  await expect(help).toBeHidden();
});

test('every word’s explanation lies inside the window', async ({ page }) => {
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await openApp(page);
    const help = page.locator('#term-help');
    const words = page.locator('.term:visible');
    // Most stand in the columns, which come after the first paint.
    await expect.poll(() => words.count()).toBeGreaterThan(5);
    await page.waitForLoadState('networkidle');
    const count = await words.count();
    for (let i = 0; i < count; i++) {
      await words.nth(i).focus();
      await page.keyboard.press('Enter');
      const box = await help.boundingBox();
      if (box === null) throw new Error('not shown');
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(size.width);
      expect(box.y + box.height).toBeLessThanOrEqual(size.height);
      await page.keyboard.press('Escape');
    }
  }
});

test('the hint of a first visit costs one line, leads to the lessons and stays away once dismissed', async ({
  page,
}) => {
  await openApp(page);
  const legend = page.locator('.legend');
  expect((await legend.boundingBox())?.height).toBeLessThanOrEqual(26);
  await expect(legend).toContainText('Drag Offset in BAR');
  await legend.getByRole('button', { name: 'examples' }).click();
  await page.getByRole('button', { name: /^VA and PA agree/ }).click();
  await expectFigure(page, '2');
  await legend.getByRole('button', { name: 'Dismiss this hint' }).click();
  await expect(legend).not.toContainText('Drag');
  await expect(legend).toContainText('Where two of a size meet');
  await page.reload();
  await expect(legend).not.toContainText('Drag');
});

test('who would do better is a button away', async ({ page }) => {
  await openApp(page);
  await page.getByRole('button', { name: 'QEMU 9.2', exact: true }).click();
  await expectFigure(page, '2');
  await expect(page).toHaveURL(/p=qemu9/);
});

test('what would fix it is not asked while a slider is held, and keeps its room', async ({ page }) => {
  await openApp(page);
  const heading = page.getByRole('heading', { name: 'What would fix it' });
  const fix = page.locator('.fix').first();
  const before = await fix.textContent();
  const cost = page.getByRole('heading', { name: 'Cost', exact: true });
  // Who would do better is found a little later.
  await expect(page.locator('.others')).toHaveCount(2);
  const at = (await cost.boundingBox())?.y;
  await dragSlider(page, page.getByRole('slider', { name: 'Physical base of the BAR' }), 0.5, 0.52);
  await expect(heading).toBeHidden();
  expect(await fix.textContent()).toBe(before);
  expect((await cost.boundingBox())?.y).toBe(at);
  await page.mouse.up();
  await expect(heading).toBeVisible();
  await expect(fix).not.toHaveText(before ?? '');
});

test('the lessons are in the drawer of a phone, and one Escape closes one thing', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openApp(page);
  await page.getByRole('button', { name: 'Controls' }).click();
  const drawer = page.getByRole('complementary', { name: 'Scenario' });
  await drawer.getByRole('button', { name: /^Start from/ }).click();
  const list = drawer.getByRole('dialog', { name: 'Lessons to start from' });
  await expect(list).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(drawer).toBeVisible();
  await drawer.getByRole('button', { name: /^Start from/ }).click();
  await list.getByRole('button', { name: /^A 1 TiB BAR/ }).click();
  await expectFigure(page, '268,435,456');
});

for (const theme of ['dark', 'light', 'projector'])
  test(`nothing for axe to find, with lessons or a word open, ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openApp(page);
    await verdict(page).getByRole('button', { name: 'PTE' }).click();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Start from/ }).click();
    expect(await violations(page)).toEqual([]);
  });
