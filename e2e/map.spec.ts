import { expect, test } from '@playwright/test';
import { atRest, dragSlider, expectFigure, openApp, verdict } from './app.ts';

test('a 2 GiB BAR: 524,288 leaves on 7.3, 1,024 on 6.12, 2 at a congruent address', async ({ page }) => {
  await openApp(page);
  await expectFigure(page, '524,288');
  await expect(verdict(page)).toContainText('PTE leaves of 4 KiB');
  await expect(verdict(page)).toContainText('Best possible: 2 PUD leaves');

  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.12.117' });
  await expectFigure(page, '1,024');
  await expect(verdict(page)).toContainText('PMD leaves of 2 MiB');

  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 7.3' });
  await expectFigure(page, '524,288');
  await page.getByRole('button', { name: 'Move it there' }).click();
  await expectFigure(page, '2');
  await expect(verdict(page)).toContainText('PUD leaves of 1 GiB');
  await expect(page).toHaveURL(/hint=0x7f42_4000_0000/);
});

test('of two choices within a frame the last is made: shown at once, and followed a frame later', async ({
  page,
}) => {
  await openApp(page);
  await expectFigure(page, '524,288');
  const kernel = page.getByRole('combobox', { name: 'Kernel' });
  const seen = await kernel.evaluate(async (element: HTMLSelectElement) => {
    for (const value of ['6.10', '6.12.117']) {
      element.value = value;
      element.dispatchEvent(new Event('change', { bubbles: true }));
    }
    // What is painted first.
    await new Promise(requestAnimationFrame);
    return [element.value, document.querySelector('[data-testid="verdict"]')?.textContent];
  });
  expect(seen).toEqual(['6.12.117', '524,288']);
  await expectFigure(page, '1,024');
  // One step, not two.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectFigure(page, '524,288');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
});

test('the proposals built for the captures: Pighin 1,024, Xu v1 2', async ({ page }) => {
  await openApp(page);
  await page.getByRole('radio', { name: /THP helper in vfio/ }).check();
  await expectFigure(page, '1,024');
  await page.getByRole('radio', { name: /vfio hook, align to PA/ }).check();
  await expectFigure(page, '2');
  await page.getByRole('radio', { name: /Linux 6.12 long-term/ }).check();
  await expectFigure(page, '1,024');
  await page.getByRole('radio', { name: /Linux 7.3 as shipped/ }).check();
  await expectFigure(page, '524,288');
});

test('dragging the length changes the leaves under the hand, and the address only steps on release', async ({
  page,
}) => {
  await openApp(page);
  const slider = page.getByRole('slider', { name: 'Length' });
  const steps = await page.evaluate(() => history.length);
  await dragSlider(page, slider, 1, 0.5);
  const figure = verdict(page).getByRole('paragraph').first();
  await expect(figure).not.toHaveText('524,288');
  expect(await page.evaluate(() => history.length)).toBe(steps);
  await page.mouse.up();
  await atRest(page);
  const during = await figure.textContent();
  await expect(page).toHaveURL(/len=/);
  expect(await page.evaluate(() => history.length)).toBe(steps + 1);
  await expect(slider).toHaveAttribute('aria-valuetext', /KiB|MiB|GiB/);

  await page.goBack();
  await expectFigure(page, '524,288');
  await page.goForward();
  await expectFigure(page, during ?? '');
});

test('dragging pgoff moves the physical comb, exactly and in both notations', async ({ page }) => {
  await openApp(page, '#1&as=scene&k=6.12.117&len=1G');
  await expectFigure(page, '512');
  const slider = page.getByRole('slider', { name: 'Offset in BAR' });
  await dragSlider(page, slider, 0, 0.4);
  await page.mouse.up();
  const offset = await page.getByRole('textbox', { name: 'Offset in BAR' }).inputValue();
  expect(offset).not.toBe('0');
  await expect(page).toHaveURL(/off=/);

  // A page off the block: no PMD block fits at the flanks any more.
  await page.getByRole('textbox', { name: 'Offset in BAR' }).fill('512M+4K');
  await page.getByRole('textbox', { name: 'Offset in BAR' }).press('Enter');
  await expect(page.getByText('2 << 40 | 512M+4K')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Scenario' }).getByText('0x2002_0001')).toBeVisible();
});

test('slider keys: a page, a PMD with Shift, doubling with PageUp', async ({ page }) => {
  await openApp(page, '#1&len=16M');
  const slider = page.getByRole('slider', { name: 'Length' });
  const field = page.getByRole('textbox', { name: 'Length' });
  await slider.focus();
  await slider.press('ArrowRight');
  await expect(page).toHaveURL(/len=16M\+4K/);
  await slider.press('ArrowLeft');
  await slider.press('Shift+ArrowRight');
  await expect(page).toHaveURL(/len=18M/);
  await slider.press('Shift+ArrowLeft');
  await slider.press('PageUp');
  await expect(field).toHaveValue('32 MiB');
  await slider.press('PageDown');
  await expect(field).toHaveValue('16 MiB');
});

test('a 16 KiB kernel: sliders step by its page, and vm_pgoff counts its pages', async ({ page }) => {
  await openApp(page, '#1&a=arm64-16k-47&len=16M');
  const slider = page.getByRole('slider', { name: 'Offset in BAR' });
  await slider.focus();
  await slider.press('ArrowRight');
  await expect(page).toHaveURL(/off=16K/);
  await expect(page.getByRole('complementary', { name: 'Scenario' }).getByText('0x800_0001')).toBeVisible();
});

test('an exact field takes sums and addresses, and keeps the old value when it cannot read one', async ({
  page,
}) => {
  await openApp(page);
  const length = page.getByRole('textbox', { name: 'Length' });
  await length.fill('512K+4K');
  await length.press('Enter');
  await expectFigure(page, '129');
  await length.fill('two gigs');
  await length.press('Enter');
  await expect(length).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText(/is not a number/)).toBeVisible();
  await expectFigure(page, '129');
  await expect(page).toHaveURL(/len=516K/);
});

test('refusals carry their errno and reason', async ({ page }) => {
  await openApp(page, '#1&len=4G');
  await expect(verdict(page)).toContainText('EINVAL');
  await page.goto('/#1&as=bare&f=anon&fl=private&len=128T-8K');
  await expect(verdict(page)).toContainText('ENOMEM');
});

test('corrupt entries of 6.12.0 are never shown as success', async ({ page }) => {
  await openApp(page, '#1&k=6.12&len=1G-4K');
  await expect(verdict(page)).toContainText(/corrupt/i);
});

test('old kernels: one fault maps every PTE', async ({ page }) => {
  await openApp(page, '#1&k=6.1.192');
  await expect(verdict(page)).toContainText('524,288');
  await expect(page.getByRole('row', { name: /Faults to touch all/ })).toContainText('1');
});

test('undo and redo walk the changes', async ({ page }) => {
  await openApp(page);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.12.117' });
  await expectFigure(page, '1,024');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectFigure(page, '524,288');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expectFigure(page, '1,024');
});

test('the crosshair reads one byte through every row', async ({ page }) => {
  await openApp(page, '#1&as=scene');
  const map = page.getByRole('img', { name: /^Map:/ });
  await map.focus();
  await map.press('Home');
  await map.press('Shift+ArrowRight');
  await map.press('ArrowRight');
  const picture = page.getByRole('region', { name: 'Picture' });
  await expect(picture).toContainText('0x7ffe_6ce5_5000');
  await expect(picture).toContainText('0x38_8020_1000');
  // Under the pointer, too.
  const box = await map.boundingBox();
  if (!box) throw new Error('no picture');
  await page.mouse.move(box.x + 300, box.y + 300);
  await expect(page.getByRole('tooltip')).toContainText('VA 0x7ffe_');
});
