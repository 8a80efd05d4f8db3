import { expect, type Locator, type Page, test } from '@playwright/test';
import { sideways, testLooks, violations } from './app.ts';

const LAB = '#1&s=labs&lab=pages';

const openLab = async (page: Page, hash = LAB): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await expect(page.getByRole('heading', { name: 'Are these pages next to each other?' })).toBeVisible();
};

/** The row of a counter among the answers. */
const answerOf = (page: Page, counter: string): Locator =>
  page
    .getByRole('region', { name: /^What each counter answers/ })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${counter} `) }) });

const picture = (page: Page): Locator => page.getByRole('application', { name: /^Page frames/ });

/** Where a cell of the frames lies: all of them are drawn, `of` cells and the room for a section more. */
const cellAt = async (page: Page, pfn: number, of = 32): Promise<readonly [number, number]> => {
  const box = await picture(page).boundingBox();
  if (box === null) throw new Error('no picture');
  return [box.x + ((pfn + 0.5) * box.width) / (of + 1.6), box.y + 52];
};

test('a link opens its case, and says who is wrong there', async ({ page }) => {
  await openLab(page, `${LAB}&mem=M8`);
  await expect(page.getByText('M8, three islands.')).toBeVisible();
  await expect(answerOf(page, 'V2')).toContainText('12');
  await expect(answerOf(page, 'V2')).toContainText('too long: 10 wrong frames');
  await expect(answerOf(page, 'V5')).toContainText('right');
  await expect(answerOf(page, 'V5')).toContainText('2, 8, 2');
  await expect(page.getByRole('button', { name: 'M8 three islands' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('a link of one’s own opens, and one that cannot be says why', async ({ page }) => {
  await openLab(page, `${LAB}&mem=hotplug:8:0@100,2@500,3@900:21-26`);
  await expect(page.getByRole('textbox', { name: 'Pages, in their order' })).toHaveValue('21-26');
  await expect(page.getByRole('textbox', { name: 'section 3' })).toHaveValue('900');
  await expect(answerOf(page, 'V2')).toContainText('short but safe');
  await page.goto('about:blank');
  await openLab(page, `${LAB}&mem=hotplug:8:0@100,2@104:0`);
  await expect(page.getByText('the memmaps of sections 0 and 2 overlap')).toBeVisible();
  await expect(page.getByText('M1, the stars align.')).toBeVisible();
});

test('a first page in a hole is not moved without a word', async ({ page }) => {
  await openLab(page);
  const first = page.getByRole('textbox', { name: 'First page' }).first();
  await first.fill('17');
  await first.press('Enter');
  await expect(first).toHaveValue('24');
  await expect(first).toHaveAccessibleDescription(
    'PFN 17 lies in section 2, a hole: begins at PFN 24, the next page of memory.',
  );
  // Again, though nothing moves this time.
  await first.fill('18');
  await first.press('Enter');
  await expect(first).toHaveAccessibleDescription(/^PFN 18 lies in section 2, a hole/);
  await first.fill('12');
  await first.press('Enter');
  await expect(first).toHaveAccessibleDescription('');
  expect(await violations(page)).toEqual([]);
});

test('a case by keyboard, and undo', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'M1 the stars align' }).focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'M5 hotplugged sections' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/&mem=M5$/);
  await expect(answerOf(page, 'V2')).toContainText('its struct page is 900, not 504 + 4');
  await page.keyboard.press('u');
  await expect(page.getByText('M1, the stars align.')).toBeVisible();
  await expect(page).not.toHaveURL(/mem=/);
});

test('a section becomes a hole, and comparing pointers becomes unsafe', async ({ page }) => {
  await openLab(page, `${LAB}&mem=boot612:8:0-3:12-15,24-27`);
  await expect(answerOf(page, 'V2')).toContainText('right');
  const [x, y] = await cellAt(page, 17);
  // The name of section 2, below its frames.
  await page.mouse.click(x, y + 28);
  await expect(page.getByText('M1, the stars align.')).toBeVisible();
  await expect(answerOf(page, 'V2')).toContainText('too long: 4 wrong frames');
  // A press on the hole puts the memory back.
  const [holeX, holeY] = await cellAt(page, 20);
  await page.mouse.click(holeX, holeY);
  await expect(page).toHaveURL(/mem=boot612:8:0-3:12-15,24-27/);
  await expect(answerOf(page, 'V2')).toContainText('right');
});

test('the same by keys alone: frames, pages, holes', async ({ page }) => {
  await openLab(page, `${LAB}&mem=boot612:8:0-3:12-15,24-27`);
  await picture(page).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(
    page.getByText('PFN 16: section 2, struct page 116 = 116 + 0, not in the list').first(),
  ).toBeVisible();
  await page.keyboard.press('h');
  await expect(answerOf(page, 'V2')).toContainText('too long: 4 wrong frames');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await expect(page).toHaveURL(/mem=boot612:8:0-1,3:12-14,24-27/);
  await expect(answerOf(page, 'V2')).toContainText('right');
});

test('frames are painted with the mouse in one step of undo', async ({ page }) => {
  await openLab(page);
  const steps = await page.evaluate(() => history.length);
  const [from, y] = await cellAt(page, 3);
  const [to] = await cellAt(page, 9);
  await page.mouse.move(from, y);
  await page.mouse.down();
  for (let i = 1; i <= 6; i++) await page.mouse.move(from + ((to - from) * i) / 6, y);
  await page.mouse.up();
  await expect(page.getByRole('textbox', { name: 'Pages, in their order' })).toHaveValue('3-9, 12-15, 24-27');
  expect(await page.evaluate(() => history.length)).toBe(steps + 1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('M1, the stars align.')).toBeVisible();
});

test('a memmap block is dragged, and lands where it is free', async ({ page }) => {
  await openLab(page, `${LAB}&mem=M4`);
  const box = await picture(page).boundingBox();
  if (box === null) throw new Error('no picture');
  const y = box.y + 185;
  // 16 struct pages stand in the middle; the last eight are those of section 2.
  const x = box.x + box.width / 2 + 60;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/mem=hotplug:8:0@100,2@(109|110):4-7,16-19/);
  await expect(answerOf(page, 'V2')).toContainText('right');
});

test('bad input keeps the old one and says why', async ({ page }) => {
  await openLab(page);
  const pages = page.getByRole('textbox', { name: 'Pages, in their order' });
  await pages.fill('12-17');
  await pages.press('Enter');
  await expect(page.getByText('PFN 16 is no memory: section 2 is not present')).toBeVisible();
  await expect(pages).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('M1, the stars align.')).toBeVisible();
  await pages.fill('8-15');
  await pages.press('Enter');
  await expect(page.getByText('M3, an odd section from its start.')).toBeVisible();
  const base = page.getByRole('textbox', { name: 'section 1' });
  await base.fill('104');
  await base.press('Enter');
  await expect(page.getByText('the memmaps of sections 0 and 1 overlap')).toBeVisible();
  await base.fill('500');
  await base.press('Enter');
  await expect(page).toHaveURL(/mem=hotplug:8:0@100,1@500,3@116:8-15/);
  await expect(page.getByRole('combobox', { name: 'Memmap' })).toHaveValue('hotplug');
});

test('one folio, sections of another architecture', async ({ page }) => {
  await openLab(page, `${LAB}&mem=M7`);
  await page.getByRole('textbox', { name: 'Order', exact: true }).fill('4');
  await page.getByRole('textbox', { name: 'Order', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Take one folio of order 4' }).click();
  await expect(page.getByRole('textbox', { name: 'Pages, in their order' })).toHaveValue('0-15');
  await expect(page.getByText('Larger than folios may be here since 6.18')).toBeVisible();
  await page.getByRole('combobox', { name: 'Sections as on' }).selectOption('x86-64');
  await expect(page.getByRole('textbox', { name: 'Pages per section' })).toHaveValue('32,768');
  await expect(page.getByRole('combobox', { name: 'Memmap' })).toHaveValue('vmemmap');
  for (const counter of ['V1', 'V2', 'V3', 'V5', 'J1'])
    await expect(answerOf(page, counter)).toContainText('right');
});

test('the search finds a difference and shows it, or says that there is none', async ({ page }) => {
  await openLab(page, `${LAB}&memvs=V1.V2`);
  await page.getByRole('button', { name: 'Find a layout on which they differ' }).click();
  await expect(
    page.getByText(/^Shown: V1 \d+, V2 \d+\. Found after \d+ layouts? and \d+ lists? of pages/),
  ).toBeVisible();
  await expect(page).toHaveURL(/mem=/);
  await page.getByRole('combobox', { name: 'One counter' }).selectOption('V4');
  await page.getByRole('combobox', { name: 'The other counter' }).selectOption('V5');
  await page.getByRole('button', { name: 'Find a layout on which they differ' }).click();
  await expect(
    page.getByText(/V4 and V5 agree on all of it: 82 layouts and 552 lists of pages tried/),
  ).toBeVisible();
});

test('a counter that asks for another layout shows it', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'Draw J3’s layout' }).click();
  await expect(page).toHaveURL(/memby=J3/);
  await page.getByText('The picture as a table').click();
  await expect(page.getByRole('row', { name: /^3 24 to 31 117 to 124/ })).toBeVisible();
  await page.getByRole('button', { name: 'Draw the layout as it is' }).click();
  await expect(page.getByRole('row', { name: /^3 24 to 31 116 to 123/ })).toBeVisible();
  await expect(
    page.getByRole('row', { name: '15, 24 115, 116 pointers touch, frames do not' }),
  ).toBeVisible();
});

testLooks(['desk', 'phone'], async page => {
  for (const memory of ['M1', 'M14', 'vmemmap:32768:0-15:0-262143']) {
    // Another query, so that each is opened afresh.
    await openLab(page, `?${memory}${LAB}&mem=${memory}`);
    expect(await violations(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
  }
});
