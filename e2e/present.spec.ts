import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { tourIds, tours } from '../src/tour/tours.ts';
import { expectFigure, openApp, violations } from './app.ts';
import { untilWhole } from './everywhere.ts';

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
  await untilWhole(page);
  const asked: string[] = [];
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
  await expect(
    page.getByRole('img', { name: /THP helper in vfio: 1,024 PMD\..*5 proposals: 2 PUD/ }),
  ).toBeVisible();
  expect(await violations(page)).toEqual([]);
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
    await expect(page.locator('.stage-middle canvas')).toBeVisible();
    await expect(page.locator('.stage-screen')).toHaveCount(0);
  }
});

test('a screen without a picture for a hall is out of reach of the keys, and what is cut off is said', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto('/#1&s=evidence');
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible();
  await page.keyboard.press('Shift+P');
  const dialog = page.getByRole('dialog', { name: 'Present' });
  await dialog.getByRole('button', { name: 'Add what is shown' }).click();
  await dialog.getByRole('button', { name: 'Present it' }).click();
  await expect(page.locator('.stage-screen')).toBeVisible();
  await expect(page.locator('.stage-more')).toContainText('More below');
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.stage-screen [inert]') === null)).toBe(
      true,
    );
  }
  await page.locator('.stage-screen').hover();
  await page.mouse.wheel(0, 20_000);
  await expect(page.locator('.stage-more')).toHaveCount(0);
});

/** Where a part of the stage is, in CSS pixels; undefined where it is not. */
const boxOf = async (page: Page, part: string) => {
  const at = page.locator(part);
  return (await at.count()) === 0 ? undefined : ((await at.first().boundingBox()) ?? undefined);
};

test('every tour is played to its end in 1920 by 1080, and nothing runs into anything', async ({ page }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1920, height: 1080 });
  const look = async (where: string): Promise<void> => {
    const bar = await boxOf(page, '.stage-bar');
    const parts = await Promise.all(
      [
        '.stage-caption p',
        '.stage-question ol',
        '.stage-number',
        '.stage-middle canvas',
        '.stage-head h1',
      ].map(async part => ({
        part,
        box:
          part.includes('canvas') && !(await page.locator(part).first().isVisible())
            ? undefined
            : await boxOf(page, part),
      })),
    );
    for (const { part, box } of parts) {
      if (box === undefined) continue;
      const inside =
        box.x >= 0 && box.x + box.width <= 1920 && box.y >= 0 && box.y + box.height <= (bar?.y ?? 0);
      expect([where, part, inside]).toEqual([where, part, true]);
    }
    const number = await boxOf(page, '.stage-number');
    const whose = await boxOf(page, '.stage-whose');
    const head = await boxOf(page, '.stage-head h1');
    if (head !== undefined && whose !== undefined)
      expect([where, head.x + head.width <= whose.x]).toEqual([where, true]);
    if (number !== undefined && whose !== undefined)
      expect([where, number.x + number.width <= whose.x || number.y + 20 >= whose.y + whose.height]).toEqual([
        where,
        true,
      ]);
  };
  for (const id of tourIds) {
    await page.goto('about:blank');
    await openTour(page, `#1&tour=${id}`);
    const many = tours[id].scenes.length;
    for (const [i, scene] of tours[id].scenes.entries()) {
      await expect(count(page)).toHaveText(`${i + 1} / ${many}`);
      const title = page.getByRole('heading', { name: scene.title, exact: true });
      if (scene.predict !== undefined) {
        await expect(page.getByRole('heading', { name: scene.predict.question })).toBeVisible();
        // A title may tell what is asked.
        await expect(title).toHaveCount(0);
        await look(`${id} ${i + 1}, asked`);
        await page.keyboard.press('PageDown');
      }
      await expect(title).toBeVisible();
      await expect(page.locator('.stage-caption p')).toHaveText(scene.caption);
      await look(`${id} ${i + 1}`);
      await page.keyboard.press('PageDown');
    }
    await expect(page.getByText('That was the last scene. Esc leaves.')).toBeVisible();
  }
});

test('a tour that says all it may still fits', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await openApp(page);
  const text = (letters: number): string => 'Neunundneunzig lange Worte '.repeat(30).slice(0, letters).trim();
  const scene = { link: 'today', title: text(120), caption: text(400), notes: '' };
  const predict = { question: text(400), choices: [1, 2, 3, 4].map(i => `${i} ${text(110)}`), answer: 0 };
  const number = { figure: '9'.repeat(24), what: text(120) };
  const few = { question: text(105), choices: [1, 2, 3, 4].map(i => `${i} ${text(20)}`), answer: 3 };
  const tour = {
    hugemap: 'tour',
    version: 1,
    title: text(120),
    scenes: [scene, { ...scene, number }, { ...scene, predict }, { ...scene, predict: few }],
  };
  await page.evaluate(json => {
    const data = new DataTransfer();
    data.items.add(new File([json], 'long.tour.json', { type: 'application/json' }));
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
    );
  }, JSON.stringify(tour));
  await page.getByRole('button', { name: 'Present it' }).click();
  for (const where of ['plain', 'number', 'asked', 'answered', 'asked in few words', 'answered wrongly']) {
    const bar = await boxOf(page, '.stage-bar');
    for (const part of [
      '.stage-head h1',
      '.stage-number',
      '.stage-question',
      '.stage-question ol',
      '.stage-caption p',
      '.stage-tour',
    ]) {
      // A question that takes the whole height is scrolled.
      if (part === '.stage-question ol' && where === 'asked') continue;
      const box = await boxOf(page, part);
      if (box === undefined) continue;
      const below = part === '.stage-tour' ? 1080 : (bar?.y ?? 0) + 4;
      const inside = box.x >= 0 && box.x + box.width <= 1920 && box.y + box.height <= below;
      expect([where, part, inside]).toEqual([where, part, true]);
    }
    await page.keyboard.press(where === 'asked in few words' ? 'a' : 'PageDown');
  }
});

/** Presses a key and gives the pictures of the stage frame by frame, until nothing changes any more. */
const framesOf = (page: Page, key: string): Promise<readonly string[]> =>
  page.evaluate(
    pressed =>
      new Promise<readonly string[]>(done => {
        const seen: string[] = [];
        let still = 0;
        // Small, so that looking takes no time from what is looked at.
        const small = document.createElement('canvas');
        small.width = 448;
        small.height = 162;
        const look = (): void => {
          const canvas = document.querySelector('canvas');
          if (canvas) small.getContext('2d')?.drawImage(canvas, 0, 0, small.width, small.height);
          const style = getComputedStyle(document.querySelector('.stage-caption p') ?? document.body);
          const now = `${small.toDataURL()} ${style.opacity}`;
          if (now === seen.at(-1)) still++;
          else {
            seen.push(now);
            still = 0;
          }
          if (still > 30) done(seen);
          else requestAnimationFrame(look);
        };
        window.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, cancelable: true }));
        requestAnimationFrame(() => requestAnimationFrame(look));
      }),
    key,
  );

test('with motion the combs slide and what is new comes up; without it is a cut, to the same picture', async ({
  page,
}) => {
  const last: (string | undefined)[] = [];
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    await page.emulateMedia({ reducedMotion });
    await page.goto('about:blank');
    await openTour(page, '#1&tour=rule&scene=3');
    await expect(page.locator('.stage-caption p')).toHaveCSS('opacity', '1');
    const change = await framesOf(page, 'ArrowRight');
    await expect(count(page)).toHaveText('4 / 4');
    await page.goto('about:blank');
    await openTour(page, '#1&tour=bar');
    const reveal = await framesOf(page, 'ArrowRight');
    await expect(figure(page)).toHaveText('524,288');
    if (reducedMotion === 'reduce') {
      expect(change.length).toBe(1);
      expect(reveal.length).toBe(1);
    } else {
      expect(change.length).toBeGreaterThan(3);
      expect(reveal.length).toBeGreaterThan(3);
    }
    last.push(change.at(-1), reveal.at(-1));
  }
  expect(last[0]).toBe(last[2]);
  expect(last[1]).toBe(last[3]);
});

test('F takes the whole screen and gives it back; Esc leaves both', async ({ page }) => {
  const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
  // The page is told of a change with the frame after it, which no hand is quicker than.
  const becomes = async (full: boolean): Promise<void> => {
    await expect.poll(isFull).toBe(full);
    await page.evaluate(
      () => new Promise<void>(done => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  };
  await openTour(page, '#1&tour=bar&scene=2');
  await page.keyboard.press('f');
  await becomes(true);
  await expect(figure(page)).toHaveText('1,024');
  await page.keyboard.press('PageUp');
  await expect(count(page)).toHaveText('1 / 3');
  expect(await isFull()).toBe(true);
  await page.keyboard.press('f');
  await becomes(false);
  await expect(count(page)).toHaveText('1 / 3');
  await page.getByRole('button', { name: 'Full screen' }).click();
  await becomes(true);
  // What a browser does by itself when Esc is pressed there.
  await page.evaluate(() => document.exitFullscreen());
  await expectFigure(page, '524,288');
  await page.goto('about:blank');
  await openTour(page, '#1&tour=bar&scene=2');
  await page.keyboard.press('f');
  await becomes(true);
  await page.keyboard.press('Escape');
  await expectFigure(page, '524,288');
  expect(await isFull()).toBe(false);
});

test.describe('on a phone', () => {
  for (const [name, viewport] of [
    ['upright', { width: 390, height: 844 }],
    ['on its side', { width: 844, height: 390 }],
  ] as const)
    test(`${name}, every button can be pressed with a finger`, async ({ page }) => {
      await page.setViewportSize(viewport);
      await openTour(page, '#1&tour=bar');
      const large = async (): Promise<void> => {
        for (const button of await page.getByRole('button').all()) {
          if (!(await button.isVisible())) continue;
          await button.scrollIntoViewIfNeeded();
          const box = await button.boundingBox();
          expect([await button.textContent(), (box?.width ?? 0) >= 44, (box?.height ?? 0) >= 44]).toEqual([
            await button.textContent(),
            true,
            true,
          ]);
        }
        const wide = await page.evaluate(() => document.querySelector('.stage-room')?.scrollWidth ?? 0);
        expect(wide).toBeLessThanOrEqual(viewport.width);
      };
      await large();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'C 524,288' }).click();
      await expect(figure(page)).toHaveText('524,288');
      await large();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Next scene' }).click();
      await expect(figure(page)).toHaveText('1,024');
      await page.getByRole('button', { name: 'Leave' }).click();
      await expect(page.getByRole('main', { name: 'Stage' })).toHaveCount(0);
    });
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
