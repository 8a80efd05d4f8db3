import { expect, type Page, test } from '@playwright/test';

const caption = (page: Page) => page.locator('.header .caption');
const heads = [
  ['dma', 'DMA mapping', 'What does DMA mapping do with it?'],
  ['pages', 'struct page contiguity', 'Are these pages next to each other?'],
  ['zap', 'Zap against mmap', 'Zap against mmap: every order of steps, one square of paths'],
] as const;

test('each lab has an address of its own, which opens in another tab', async ({ page, context }) => {
  await page.goto('/#1&s=labs');
  const labs = page.getByRole('navigation', { name: 'Labs' });
  for (const [lab, name, head] of heads) {
    const link = labs.getByRole('link', { name });
    await link.click();
    await expect(link).toHaveAttribute('aria-current', 'page');
    await expect(labs.locator('[aria-current]')).toHaveCount(1);
    await expect(page.getByRole('heading', { level: 2 })).toHaveText(head);
    const other = await context.newPage();
    await other.goto(`/${(await link.getAttribute('href')) ?? ''}`);
    await expect(other.getByRole('heading', { level: 2 })).toHaveText(head);
    await other.close();
    expect(page.url().includes(`lab=${lab}`)).toBe(lab !== 'dma');
  }
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(heads[1][2]);
});

test('the header speaks of a BAR only where the lab is about one', async ({ page }) => {
  await page.goto('/#1&s=labs');
  await expect(caption(page)).toHaveText(/^2 GiB BAR, /);
  await page.getByRole('combobox', { name: 'What is mapped' }).selectOption({ index: 1 });
  await expect(caption(page)).toHaveText('2 GiB of ordinary memory');
  const labs = page.getByRole('navigation', { name: 'Labs' });
  for (const name of ['struct page contiguity', 'Zap against mmap']) {
    await labs.getByRole('link', { name }).click();
    await expect(caption(page)).toHaveText(name);
  }
});

test('the help tells of the keys that a lab’s picture takes', async ({ page }) => {
  const help = page.getByRole('dialog', { name: 'Keys' });
  for (const [lab, what] of [
    ['pages', 'Make the section a hole, or memory'],
    ['zap', 'A step of the mapper, of the zapper'],
  ] as const) {
    await page.goto(`/#1&s=labs&lab=${lab}`);
    await expect(page.getByRole('heading', { level: 2 })).toBeVisible();
    await page.keyboard.press('?');
    await expect(help.getByRole('heading', { name: 'On this lab’s picture' })).toBeVisible();
    await expect(help).toContainText(what);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.keyboard.press('?');
  await expect(help.getByRole('heading', { name: 'On the Map’s picture' })).toBeVisible();
  await expect(help.getByRole('heading', { name: 'On this lab’s picture' })).toHaveCount(0);
});

test('the palette opens each lab, and goes through its presets', async ({ page }) => {
  const run = async (name: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a command' }).fill(name);
    await expect(page.getByRole('option', { name }).first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  };
  await page.goto('/');
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible();
  await run('Open lab: Zap against mmap');
  await expect(page.getByRole('heading', { name: /^Zap against mmap/ })).toBeVisible();
  await run('Next design');
  await expect(page).toHaveURL(/zd=C/);
  await run('Play the order, or pause');
  // A lab brings its commands: the palette lists those of the lab that is here.
  await run('Open lab: struct page contiguity');
  await expect(page.getByRole('heading', { name: 'Are these pages next to each other?' })).toBeVisible();
  await run('Next case');
  await expect(page).toHaveURL(/mem=M2/);
  await run('Previous case');
  await run('Previous case');
  await expect(page.getByText('M15, ').first()).toBeVisible();
  await run('Open lab: DMA mapping');
  await expect(page.getByRole('heading', { name: 'What does DMA mapping do with it?' })).toBeVisible();
  await run('Next size of the threads');
  await expect(page).toHaveURL(/bar=2@/);
});

test('in a lab the help has each key once', async ({ page }) => {
  await page.goto('/#1&s=labs&lab=zap');
  await expect(page.getByRole('heading', { name: /^Zap against mmap/ })).toBeVisible();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help.locator('kbd', { hasText: /^M$/ })).toHaveCount(1);
  await expect(help.getByRole('heading', { name: 'On the Map: look and slide' })).toHaveCount(0);
});
