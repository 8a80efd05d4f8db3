import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { expectFigure, openApp, violations } from './app.ts';

const figure = (page: Page) => page.getByTestId('stage-figure');
const count = (page: Page) => page.getByTestId('stage-count');

/** Opens a link with a tour; fails the test on any error of the page. */
const openTour = async (page: Page, hash: string): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await expect(page.getByRole('main', { name: 'Stage' })).toBeVisible();
};

test('a tour opens from a link, and is played to its end by the keys of a clicker', async ({ page }) => {
  await openTour(page, '#1&tour=bar');
  const asked: string[] = [];
  await page.waitForLoadState('networkidle');
  page.on('request', r => asked.push(r.url()));
  // The first scene asks before it shows.
  await expect(page.getByRole('heading', { name: /How many leaves/ })).toBeVisible();
  await expect(figure(page)).toHaveCount(0);
  await page.keyboard.press('c');
  await expect(figure(page)).toHaveText('524,288');
  await expect(page.getByText('✓ Right.')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('PageDown');
  await expect(figure(page)).toHaveText('1,024');
  await expect(page).toHaveURL(/tour=bar&scene=2$/);
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('heading', { name: /How many faults/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  // Whoever goes on without an answer is shown it.
  await page.keyboard.press(' ');
  await expect(figure(page)).toHaveText('2');
  await expect(page.getByText(/Right|Not so/)).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('That was the last scene. Esc leaves.')).toBeVisible();
  await page.keyboard.press('Home');
  await expect(count(page)).toHaveText('1 / 3');
  await page.keyboard.press('2');
  await expect(count(page)).toHaveText('2 / 3');
  await page.keyboard.press('PageUp');
  await page.getByRole('button', { name: 'A 2' }).click();
  await expect(page.getByText('✕ Not so: 524,288.')).toBeVisible();
  expect(asked).toEqual([]);
});

test('leaving brings back what was there, and its colours', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('hugemap.theme', 'light'));
  await openApp(page, '#1&k=6.12.117&len=1G');
  await expectFigure(page, '512');
  await page.keyboard.press('Shift+P');
  await page.getByRole('button', { name: 'Start: A 2 GiB BAR, three ways' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'projector');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await expect(figure(page)).toHaveText('2');
  await page.keyboard.press('Escape');
  await expectFigure(page, '512');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page).toHaveURL(/#1&k=6\.12\.117&len=1G$/);
  // The stage was no step.
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  expect(await page.evaluate(() => localStorage.getItem('hugemap.theme'))).toBe('light');
});

test('screens other than the Map stand on the stage too', async ({ page }) => {
  await openTour(page, '#1&tour=six');
  await expect(page.getByText('THP helper in vfio').first()).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Screens' })).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(figure(page)).toHaveText('1,024');
  await page.keyboard.press('Escape');
  await expectFigure(page, '524,288');
  for (const tour of ['dma', 'stars', 'zap']) {
    await page.goto('about:blank');
    await openTour(page, `#1&tour=${tour}&scene=9`);
    await page.keyboard.press('Enter');
    await expect(page.locator('.stage-caption p')).not.toBeEmpty();
  }
});

const inStep = async (page: Page): Promise<void> => {
  const opened = page.waitForEvent('popup');
  await page.keyboard.press('n');
  const notes = await opened;
  await expect(notes.getByRole('main', { name: 'Speaker notes' })).toBeVisible();
  await expect(notes.getByText('scene 2 of 3')).toBeVisible();
  await expect(notes.getByText('Watch which comb moves')).toBeVisible();
  await expect(notes.getByText('does not hear the stage')).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(notes.getByText('scene 3 of 3')).toBeVisible();
  await expect(notes.getByText('the question is open')).toBeVisible();
  // And from there the stage is led.
  await notes.getByRole('button', { name: 'Next' }).click();
  await expect(figure(page)).toHaveText('2');
  await notes.keyboard.press('Home');
  await expect(count(page)).toHaveText('1 / 3');
  await expect(notes.getByText('scene 1 of 3')).toBeVisible();
  await expect(notes.getByRole('timer')).toHaveText(/^\d+:\d\d$/);
  expect(await violations(notes)).toEqual([]);
  await page.close();
  await expect(notes.getByText('The stage is closed.')).toBeVisible({ timeout: 10_000 });
};

test('the notes in a second window stay in step, and lead', async ({ page }) => {
  await openTour(page, '#1&tour=bar&scene=2');
  await inStep(page);
});

test('the same from disk', async ({ page }) => {
  await page.goto(`${pathToFileURL('dist/index.html').href}#1&tour=bar&scene=2`);
  await expect(figure(page)).toHaveText('1,024');
  await inStep(page);
});

test('a dot of light, a blank screen, and a tour that is not there', async ({ page }) => {
  await openTour(page, '#1&tour=bar&scene=2');
  await page.keyboard.press('l');
  await page.mouse.move(400, 300);
  await expect(page.locator('.stage-dot')).toBeVisible();
  await page.keyboard.press('l');
  await expect(page.locator('.stage-dot')).toHaveCount(0);
  await page.keyboard.press('b');
  await expect(page.locator('.stage-black')).toBeVisible();
  await page.keyboard.press('PageDown');
  await expect(page.locator('.stage-black')).toHaveCount(0);
  await expect(count(page)).toHaveText('2 / 3');
  for (const tour of ['nothing', '~AAAA']) {
    await page.goto('about:blank');
    await page.goto(`/#1&tour=${tour}`);
    await expect(page.getByRole('heading', { name: 'This tour cannot be shown' })).toBeVisible();
    await page.getByRole('button', { name: 'Leave' }).click();
    await expectFigure(page, '524,288');
  }
});

test('a tour of one’s own: made, put in order, saved, opened, presented', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openApp(page, '#1&k=6.12.117');
  const dialog = page.getByRole('dialog', { name: 'Present' });
  await page.getByRole('button', { name: 'Present', exact: true }).click();
  await dialog.getByRole('button', { name: 'Add what is shown' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('slider', { name: 'Length' }).press('PageDown');
  await expectFigure(page, '512');
  await page.keyboard.press('Shift+P');
  // It stands first by now, with the button for the next scene at hand.
  await expect(dialog.getByRole('button', { name: 'Add what is shown' })).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByRole('textbox', { name: 'Title of the tour' }).fill('Half of it');
  const second = dialog.getByRole('listitem', { name: 'Scene 2' });
  await expect(second.getByRole('textbox', { name: 'Title' })).toHaveValue(
    /^2 GiB BAR, .*, Linux 6\.12\.117$/,
  );
  await second.getByRole('textbox', { name: 'Title' }).fill('Half');
  await second.getByRole('textbox', { name: 'Caption' }).fill('Half the leaves.');
  await second.getByRole('checkbox', { name: 'Ask before it is shown' }).check();
  await second.getByRole('textbox', { name: 'Question' }).fill('And half of it?');
  await second.getByRole('textbox', { name: /^Choices/ }).fill('256\n512\n1,024');
  await second.getByRole('combobox', { name: 'The right one' }).selectOption('512');
  await dialog.getByRole('button', { name: 'Scene 2 up' }).focus();
  await page.keyboard.press('Enter');
  const first = dialog.getByRole('listitem', { name: 'Scene 1' });
  await expect(first.getByRole('textbox', { name: 'Title' })).toHaveValue('Half');
  // By hand too, and back.
  await first.locator('.grip').dragTo(second.getByRole('textbox', { name: 'Caption' }));
  await expect(second.getByRole('textbox', { name: 'Title' })).toHaveValue('Half');
  await second.locator('.grip').dragTo(first.locator('.grip'));
  await expect(first.getByRole('textbox', { name: 'Title' })).toHaveValue('Half');
  expect(await violations(page)).toEqual([]);
  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as file' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('half-of-it.tour.json');
  const text = readFileSync(await file.path(), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    title: 'Half of it',
    scenes: [{ title: 'Half' }, { link: 'lts' }],
  });
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await expect(dialog.getByText(/^Link copied/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  // The draft outlives a reload, and a file dropped on the page takes its place.
  await page.reload();
  await page.keyboard.press('Shift+P');
  await expect(first.getByRole('textbox', { name: 'Title' })).toHaveValue('Half');
  // It stands first by now, with the button for the next scene at hand.
  await expect(dialog.getByRole('button', { name: 'Add what is shown' })).toBeFocused();
  await first.getByRole('button', { name: 'Remove scene 1' }).click();
  await expect(first.getByRole('textbox', { name: 'Title' })).not.toHaveValue('Half');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(first.getByRole('textbox', { name: 'Title' })).toHaveValue('Half');
  await expect(dialog.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  await first.getByRole('textbox', { name: 'Title' }).fill('');
  await expect(dialog.getByText('Scene 1 needs a title.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Present it' })).toBeDisabled();
  await first.getByRole('button', { name: 'Remove scene 1' }).click();
  await page.keyboard.press('Escape');
  await page.evaluate(json => {
    const data = new DataTransfer();
    data.items.add(new File([json], 'half-of-it.tour.json', { type: 'application/json' }));
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
    );
  }, text);
  await expect(dialog.getByText('half-of-it.tour.json: 2 scenes')).toBeVisible();
  await dialog.getByRole('button', { name: 'Present it' }).click();
  await expect(page.getByRole('heading', { name: 'And half of it?' })).toBeVisible();
  // The link shows the same to somebody else.
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'And half of it?' })).toBeVisible();
  await page.keyboard.press('b');
  await expect(figure(page)).toHaveText('512');
  await expect(page.getByText('✓ Right.')).toBeVisible();
});
