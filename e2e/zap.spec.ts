import { expect, type Locator, type Page, test } from '@playwright/test';
import { testLooks, violations } from './app.ts';

const openZap = async (page: Page, more = ''): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/#1&s=labs&lab=zap${more}`);
  await expect(page.getByRole('heading', { name: /^Zap against mmap/ })).toBeVisible();
};

const square = (page: Page): Locator => page.getByRole('group', { name: /^Square of paths/ });
const figure = (page: Page): Locator => page.getByRole('paragraph').filter({ hasText: /^\d+ of \d+/ });
const order = (page: Page): Locator => page.getByRole('region', { name: 'Order of turns' });

/** Clicks the place of the square where each has taken so many steps, of so many columns. */
const clickPlace = async (page: Page, mapper: number, zapper: number, columns: number): Promise<void> => {
  const box = await square(page).boundingBox();
  if (!box) throw new Error('no square');
  // As the drawing lays it out: room for the zapper's labels at the left, 16 px at the right.
  const left = 146;
  const w = Math.min(116, (box.width - left - 16) / columns);
  await page.mouse.click(box.x + left + mapper * w, box.y + topOf + zapper * 50);
};
/** Where the first row lies with labels of two lines. */
const topOf = 70;

test('opens from its link, and from the header', async ({ page }) => {
  await openZap(page);
  await expect(figure(page)).toContainText('10 of 21');
  await expect(figure(page)).toContainText('orders leave a stale leaf');
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.getByRole('link', { name: 'Labs' }).click();
  await expect(figure(page)).toContainText('10 of 21');
});

test('a design is chosen by a click, by its square, and by keys', async ({ page }) => {
  await openZap(page);
  const table = page.getByRole('table', { name: /^Designs of the mapper/ });
  await expect(table.getByRole('row').filter({ hasText: 'hook takes the driver lock' })).toContainText(
    /21.*10.*10/,
  );
  await table.getByRole('row').filter({ hasText: 'link, then fault under the driver lock' }).click();
  await expect(figure(page)).toContainText('0 of 21');
  await expect(page).toHaveURL(/zd=C$/);
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/zd=C2$/);
  await expect(figure(page)).toContainText('20 of 267');
  await page.getByRole('button', { name: /^H 55 late of 88/ }).click();
  await expect(figure(page)).toContainText('orders let a leaf outlive the zap');
  await page.keyboard.press('u');
  await expect(figure(page)).toContainText('20 of 267');
});

test('steps the plainest bad order of B to its end', async ({ page }) => {
  await openZap(page, '&zt=0');
  const next = page.getByRole('button', { name: 'A turn on' });
  await expect(order(page)).toContainText(
    'Nothing has happened yet. 10 of the 21 orders from here end stale.',
  );
  for (let i = 0; i < 6; i++) await next.click();
  await expect(order(page)).toContainText('Turn 6 of 13, zapper: lock i_mmap');
  await expect(order(page)).toContainText('It can only end stale now: 10 orders from here.');
  await expect(page).toHaveURL(/zt=6$/);
  for (let i = 0; i < 7; i++) await next.click();
  await expect(order(page)).toContainText(
    'Stale leaf after zap. When the zap walked the rmap, the VMA was not in it',
  );
  await expect(page).toHaveURL(/lab=zap$/);
  await expect(next).toHaveAttribute('aria-disabled', 'true');
  await expect(next).toBeFocused();
});

test('is scrubbed by the slider, as one step of undo', async ({ page }) => {
  await openZap(page);
  const slider = page.getByRole('slider', { name: 'Moment' });
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(order(page)).toContainText('Turn 12 of 13, mapper: link VMA');
  await expect(page).toHaveURL(/zt=12$/);
  await page.keyboard.press('Home');
  await expect(order(page)).toContainText('Before the first turn of 13');
  await expect(slider).toHaveAttribute('aria-valuetext', 'Before the first turn of 13');
  const box = await slider.boundingBox();
  if (!box) throw new Error('no slider');
  await page.mouse.move(box.x + 7, box.y + box.height / 2);
  await page.mouse.down();
  for (const share of [0.2, 0.4, 0.6])
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  await page.mouse.up();
  await expect(order(page)).toContainText('Turn 8 of 13');
  await page.keyboard.press('u');
  await expect(order(page)).toContainText('Before the first turn of 13');
});

test('is played turn by turn, and pauses', async ({ page }) => {
  await openZap(page);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(order(page)).toContainText('Turn 1 of 13');
  await expect(order(page)).toContainText('Turn 2 of 13');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page).toHaveURL(/zt=\d+$/);
});

test.describe('with motion reduced', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test('it steps where it would play', async ({ page }) => {
    await openZap(page);
    const step = page.getByRole('button', { name: 'Step on' });
    await step.click();
    await expect(order(page)).toContainText('Before the first turn');
    await step.click();
    await expect(order(page)).toContainText('Turn 1 of 13');
    await page.keyboard.press('r');
    await expect(order(page)).toContainText('Turn 2 of 13');
  });
});

test('by hand: buttons and keys step, who waits says why, and the end is judged', async ({ page }) => {
  await openZap(page, '&zd=C');
  await page.getByRole('button', { name: 'Start by hand' }).click();
  await expect(page).toHaveURL(/zs=none$/);
  const mapper = page.getByRole('button', { name: /^Mapper steps/ });
  const zapper = page.getByRole('button', { name: /^Zapper steps/ });
  for (let i = 0; i < 4; i++) await mapper.click();
  await expect(zapper).toHaveAttribute('aria-disabled', 'true');
  await expect(zapper).toHaveAccessibleDescription(
    'the zapper waits for the driver lock, which the mapper holds',
  );
  await page.keyboard.press('z');
  await expect(order(page).getByRole('status')).toHaveText(
    'The zapper waits for the driver lock, which the mapper holds.',
  );
  await page.keyboard.press('Backspace');
  await expect(zapper).not.toHaveAttribute('aria-disabled');
  for (let i = 0; i < 7; i++) await page.keyboard.press('z');
  for (let i = 0; i < 3; i++) await page.keyboard.press('m');
  await expect(page).toHaveURL(/zd=C&zs=mmmzzzzzzzmmm$/);
  await expect(order(page)).toContainText(
    'Ends well. The mapper saw the zap and inserted nothing. A touch gets SIGBUS',
  );
  await page.reload();
  await expect(order(page)).toContainText('Ends well. The mapper saw the zap and inserted nothing.');
});

test('on the square: arrows step, a click walks, a block says why not', async ({ page }) => {
  await openZap(page, '&zs=none');
  await square(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/zs=m$/);
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/zs=m$/);
  await expect(order(page).getByRole('status')).toContainText('The zapper waits for the driver lock');
  await page.keyboard.press('ArrowLeft');
  await expect(page).toHaveURL(/zs=m&zt=0$/);
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/zs=z$/);
  await clickPlace(page, 6, 2, 6);
  await expect(page).toHaveURL(/zs=m{6}zz$/);
  await clickPlace(page, 1, 3, 6);
  await expect(order(page).getByRole('status')).toHaveText(
    'No order leads there: both would hold the driver lock.',
  );
  await clickPlace(page, 4, 0, 6);
  await expect(page).toHaveURL(/zs=m{6}zz&zt=4$/);
});

test('a drag along the square is one step of undo; a drag on the lanes scrubs', async ({ page }) => {
  await openZap(page, '&zs=none');
  const box = await square(page).boundingBox();
  if (!box) throw new Error('no square');
  const w = Math.min(116, (box.width - 146 - 16) / 6);
  const to = (mapper: number, zapper: number) =>
    [box.x + 146 + mapper * w, box.y + topOf + zapper * 50] as const;
  await page.mouse.move(...to(0, 0));
  await page.mouse.down();
  for (const [m, z] of [
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 1],
    [3, 2],
    [4, 2],
  ] as const)
    await page.mouse.move(...to(m, z));
  await page.mouse.up();
  await expect(page).toHaveURL(/zs=mmmzzm$/);
  await page.keyboard.press('u');
  await expect(page).toHaveURL(/zs=none$/);

  await page.getByRole('button', { name: 'Plainest order that ends stale' }).click();
  await page.getByRole('slider', { name: 'Moment' }).scrollIntoViewIfNeeded();
  const slider = await page.getByRole('slider', { name: 'Moment' }).boundingBox();
  if (!slider) throw new Error('no slider');
  // The lanes lie above the slider, on its axis.
  const y = slider.y - 120;
  await page.mouse.move(slider.x + slider.width - 10, y);
  await page.mouse.down();
  await page.mouse.move(slider.x + slider.width / 2, y, { steps: 4 });
  await page.mouse.up();
  await expect(order(page)).toContainText('Turn 7 of 13, zapper: clear leaf if linked');
  await expect(page).toHaveURL(/zt=7$/);
});

test('the order is copied as text', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openZap(page);
  await page.getByRole('button', { name: 'Copy as text' }).click();
  await expect(page.getByText('Order of 13 turns copied as text')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    '10 of 21 orders leave a stale leaf.',
  );
});

test('a lock taken out of C: the explorer finds a bad order', async ({ page }) => {
  await openZap(page, '&zd=C');
  await expect(figure(page)).toContainText('0 of 21');
  await page.getByRole('checkbox', { name: '4 lock driver' }).uncheck();
  await expect(page.getByRole('checkbox', { name: '6 unlock driver' })).not.toBeChecked();
  await expect(figure(page)).toContainText('20 of 267');
  await expect(order(page)).toContainText(
    'Stale leaf after zap. The mapper had looked before the zap began.',
  );
  await expect(page).toHaveURL(/zd=C&zx=4\.6$/);
  await page.getByRole('button', { name: 'Put all back' }).click();
  await expect(figure(page)).toContainText('0 of 21');
});

test('the lists say what the pictures show', async ({ page }) => {
  await openZap(page);
  await page.getByText('The order as a list, 13 turns').click();
  await expect(page.getByRole('listitem').filter({ hasText: 'here it goes wrong' })).toContainText(
    'zapper: clear leaf if linked: zapping, leaf, zapper holds the driver lock, zapper holds i_mmap',
  );
  await page.getByText('The steps that decide, 5').click();
  await expect(page.getByRole('row').filter({ hasText: 'only stale' })).toContainText('zapper: lock i_mmap');
});

test('the help lists the keys of the lab, elsewhere it does not', async ({ page }) => {
  await openZap(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('A step of the zapper');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).not.toContainText('A step of the zapper');
});

test('a bad field of the link is named, the rest applies', async ({ page }) => {
  await openZap(page, '&zd=Q&zs=mmmx&zt=2');
  await expect(page.getByText('Design of the mapper', { exact: false }).first()).toBeVisible();
  await expect(order(page)).toContainText('Turn 2 of 13');
});

testLooks(['desk', 'stage', 'phone'], async page => {
  await openZap(page, '&zd=F&zx=8');
  for (const list of await page
    .getByRole('group')
    .filter({ hasText: /^The (order|steps)/ })
    .all())
    await list.locator('summary').click();
});

test('with forced colours nothing is told by colour alone, and axe is content', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openZap(page);
  expect(await violations(page)).toEqual([]);
  await expect(figure(page)).toContainText('10 of 21');
});
