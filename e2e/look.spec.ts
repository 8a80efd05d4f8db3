import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, verdict } from './app.ts';

const place = (page: Page) => page.getByRole('textbox', { name: 'Shown' });
const canvas = (page: Page) => page.getByRole('img', { name: /^Map:/ });

/** A point of the drawing, in CSS pixels from its upper left corner. */
const on = async (page: Page, x: number, y: number): Promise<{ x: number; y: number }> => {
  const box = await canvas(page).boundingBox();
  if (!box) throw new Error('no drawing');
  return { x: box.x + x, y: box.y + y };
};

/** Heights in the drawing at 1440×900: the upper jaw, the leaves, the lower jaw of the zipper. */
const VA_JAW = 225;
const LEAVES = 300;

test('a typed range is exactly the shown range, and travels in the link', async ({ page }) => {
  await openApp(page);
  await place(page).fill('0x7f42_5420_0000+2M');
  await place(page).press('Enter');
  await expect(place(page)).toHaveValue('0x7f42_5420_0000-0x7f42_5440_0000');
  await expect(page).toHaveURL(/v=1M\+116K\.\.3M\+116K/);
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(place(page)).toHaveValue('0x7f42_5420_0000-0x7f42_5440_0000');

  // As maps prints it, and to one page.
  await place(page).fill('7f4254200000-7f4254201000');
  await place(page).press('Enter');
  await expect(place(page)).toHaveValue('0x7f42_5420_0000-0x7f42_5420_1000');
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(place(page)).toHaveValue('0x7f42_540e_3000-0x7f42_d40e_3000');
});

test('Fit shows the whole mapping, however long; 0 goes back to where teeth can be told apart', async ({
  page,
}) => {
  await openApp(page, '#1&bar=2@0x800_0000_0000+1T&len=1T');
  const span = page.locator('.place .span');
  await expect(span).toHaveText('5 GiB');
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(span).toHaveText('1 TiB');
  await expect(page).toHaveURL(/v=0\.\.1T/);
  await page.keyboard.press('0');
  await expect(span).toHaveText('5 GiB');
  await expect(page).not.toHaveURL(/v=/);
  await page.keyboard.press('f');
  await expect(span).toHaveText('1 TiB');
});

test('what cannot be read is said, and nothing moves', async ({ page }) => {
  await openApp(page);
  const before = await place(page).inputValue();
  await place(page).fill('over there');
  await place(page).press('Enter');
  await expect(page.getByRole('alert')).toContainText('is not a number');
  await place(page).press('Escape');
  await expect(place(page)).toHaveValue(before);
});

test('wheel with Ctrl zooms at the pointer, without it the page scrolls', async ({ page }) => {
  await openApp(page);
  const before = await place(page).inputValue();
  const { x, y } = await on(page, 24 + 213, LEAVES);
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -200);
  await expect(place(page)).toHaveValue(before);
  await page.keyboard.down('Control');
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect(place(page)).not.toHaveValue(before);
  // The middle of the first pane stays: 1 GiB into the mapping.
  const [from = '', to = ''] = (await place(page).inputValue()).replaceAll('_', '').split('-');
  const middle = (Number(from) + Number(to)) / 2;
  expect(Math.abs(middle - (0x7f42_540e_3000 + 2 ** 30))).toBeLessThan(2 ** 24);
  await page.keyboard.press('f');
  await expect(place(page)).toHaveValue(before);
});

test('keys zoom in and out, to all of user space and back', async ({ page }) => {
  await openApp(page);
  const before = await place(page).inputValue();
  await page.keyboard.press('Shift+F');
  await expect(place(page)).toHaveValue('0x0-0x7fff_ffff_f000');
  await page.keyboard.press('0');
  await expect(place(page)).toHaveValue(before);
  await page.keyboard.press('w');
  await expect(page.locator('.place .span')).toHaveText('1 GiB');
  await page.keyboard.press('s');
  await expect(page.locator('.place .span')).toHaveText('2 GiB');
  await page.keyboard.press('g');
  await expect(place(page)).toBeFocused();
});

test('dragging the upper jaw slides the VMA until the teeth meet; one undo brings it back', async ({
  page,
}) => {
  await openApp(page);
  await expectFigure(page, '524,288');
  // 320.89 MiB lower: the teeth go so far to the right, on a pane of half of 820 px for 2 GiB.
  const pane = (await canvas(page).evaluate(c => c.clientWidth - 48)) / 2;
  const way = (320.89 / 2048) * pane;
  const from = await on(page, 24 + 120, VA_JAW);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(from.x + (way * i) / 10 + 1, from.y);
  await expect(page.getByRole('tooltip')).toContainText('MAP_FIXED');
  await page.mouse.up();
  await expectFigure(page, '2');
  await expect(verdict(page)).toContainText('PUD leaves');
  await expect(page).toHaveURL(/hint=0x7f42_4000_0000/);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectFigure(page, '524,288');
});

test('dragging below moves what is shown, and the answer stays', async ({ page }) => {
  await openApp(page);
  const before = await place(page).inputValue();
  const from = await on(page, 24 + 200, LEAVES);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x - 50, from.y, { steps: 5 });
  await page.mouse.up();
  await expect(place(page)).not.toHaveValue(before);
  await expectFigure(page, '524,288');
  await page.keyboard.press('f');
  await expect(place(page)).toHaveValue(before);
});

test('a button let go where nobody told ends the drag', async ({ page }) => {
  await openApp(page);
  const before = await place(page).inputValue();
  const from = await on(page, 24 + 200, LEAVES);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, 20);
  await page.mouse.up();
  await page.mouse.move(from.x, from.y);
  await page.mouse.move(from.x - 60, from.y, { steps: 4 });
  await expect(place(page)).toHaveValue(before);
});

test('a link that arrives while the picture glides is shown as it says', async ({ page }) => {
  await openApp(page);
  await page.keyboard.press('w');
  await page.evaluate(() => {
    location.hash = '#1&v=0..64K';
  });
  await expect(place(page)).toHaveValue('0x7f42_540e_3000-0x7f42_540f_3000');
  await page.waitForTimeout(600);
  await expect(place(page)).toHaveValue('0x7f42_540e_3000-0x7f42_540f_3000');
  await expect(page).toHaveURL(/v=0\.\.64K/);
  // A range outside user space is brought back into it.
  await page.evaluate(() => {
    location.hash = '#1&v=-64P..-63P';
  });
  await expect(place(page)).toHaveValue(/^0x0-/);
});

test('each of several mappings can be looked at, and the link says which', async ({ page }) => {
  await openApp(page, '#1&bar=0@0xfc00_0000+16M&holes=0x40_0000+64K&len=16M');
  await expectFigure(page, '1,024');
  await page.getByRole('combobox', { name: 'Part looked at' }).selectOption({ label: 'Part 2 of 2' });
  await expectFigure(page, '3,056');
  await expect(verdict(page)).toContainText('Number 2 of 2 mappings around the holes');
  await expect(page).toHaveURL(/part=2/);
  await expect(page.getByRole('region', { name: 'At the crosshair' })).toContainText('PA0xfc41_0000');
  await expect(page.getByRole('region', { name: 'At the crosshair' })).toContainText('pgoff0x410');
  // A whole BAR has one mapping, and nothing to choose.
  await page.getByRole('textbox', { name: 'Length' }).fill('4M');
  await page.getByRole('textbox', { name: 'Length' }).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Part looked at' })).toBeHidden();
  await expectFigure(page, '1,024');
});

test('a slide around holes is refused aloud, by hand and by key', async ({ page }) => {
  await openApp(page, '#1&bar=0@0xfc00_0000+16M&holes=0x40_0000+64K&len=16M');
  const figure = await verdict(page).getByRole('paragraph').first().textContent();
  await page.keyboard.press('[');
  await expect(page.getByRole('banner').getByRole('status')).toContainText('around the holes');
  await expectFigure(page, figure ?? '');
});

test('a click pins the crosshair, into the link too; Escape lets it go', async ({ page }) => {
  await openApp(page);
  const { x, y } = await on(page, 24 + 100, LEAVES);
  await page.mouse.click(x, y);
  await expect(page).toHaveURL(/at=/);
  await page.mouse.move(5, 5);
  const readout = page.getByRole('region', { name: 'At the crosshair' });
  await expect(readout).toContainText(/offset0x/);
  await canvas(page).focus();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/at=/);
});

test('a double click on a lens shows what it shows', async ({ page }) => {
  await openApp(page);
  const width = await canvas(page).evaluate(c => c.clientWidth - 48);
  const { x, y } = await on(page, 24 + width * 0.65, LEAVES);
  await page.mouse.dblclick(x, y);
  await expect(page.locator('.place .span')).toHaveText('6 MiB');
});

test('slide keys: a page, the nearest start that meets, and back to the kernel', async ({ page }) => {
  await openApp(page);
  await page.keyboard.press('[');
  await expect(page).toHaveURL(/hint=0x7f42_540e_2000/);
  await page.keyboard.press('n');
  await expectFigure(page, '2');
  await page.keyboard.press('k');
  await expectFigure(page, '524,288');
});

test('the palette runs what it finds, by keyboard alone', async ({ page }) => {
  await openApp(page);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a command' });
  await expect(field).toBeFocused();
  await field.fill('linux 6.12.117');
  await field.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expectFigure(page, '1,024');
  await page.keyboard.press('/');
  await field.fill('zzz');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expectFigure(page, '1,024');
});

test('undo brings back what was asked and leaves where one looks', async ({ page }) => {
  await openApp(page);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.12.117' });
  await expectFigure(page, '1,024');
  await page.keyboard.press('Escape');
  await place(page).fill('2M');
  await place(page).press('Enter');
  await expect(page.locator('.place .span')).toHaveText('2 MiB');
  await expect(page).toHaveURL(/v=/);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectFigure(page, '524,288');
  await expect(page.locator('.place .span')).toHaveText('2 MiB');
});

test.describe('with touch', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test('two fingers zoom', async ({ page }) => {
    await openApp(page);
    const before = await place(page).inputValue();
    const box = await canvas(page).boundingBox();
    if (!box) throw new Error('no drawing');
    const client = await page.context().newCDPSession(page);
    const y = box.y + 330;
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', gap: number) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          type === 'touchEnd'
            ? []
            : [
                { x: 195 - gap, y, id: 1 },
                { x: 195 + gap, y, id: 2 },
              ],
      });
    await touch('touchStart', 30);
    for (const gap of [50, 70, 90, 120]) await touch('touchMove', gap);
    await touch('touchEnd', 0);
    await expect(place(page)).not.toHaveValue(before);
  });
});
