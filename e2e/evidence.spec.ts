import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { testLooks, verdict, violations } from './app.ts';
import { untilWhole } from './everywhere.ts';

const FILE = 'linux-7.3.4-debian.x86_64';

const lines = (): readonly string[] =>
  gunzipSync(readFileSync(new URL(`../public/captures/${FILE}.jsonl.gz`, import.meta.url)))
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '');

const done = (page: Page) =>
  expect(page.getByRole('region', { name: 'Replay' })).toContainText('on this machine', { timeout: 60_000 });

const figure = (page: Page) => page.getByRole('region', { name: 'Replay' }).getByRole('paragraph').first();

const openEvidence = async (page: Page, hash = '#1&s=evidence'): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/${hash}`);
  await done(page);
};

const caseOf = (page: Page) => page.getByRole('region', { name: 'Case', exact: true });

/** Drops a file on the page as a hand would. */
const drop = async (page: Page, name: string, data: Uint8Array): Promise<void> => {
  const transfer = await page.evaluateHandle(
    ({ file, bytes }) => {
      const made = new DataTransfer();
      made.items.add(new File([new Uint8Array(bytes)], file));
      return made;
    },
    { file: name, bytes: [...data] },
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
};

test('replays every shipped case when it is opened; the files come while the page is idle', async ({
  page,
}) => {
  const asked: string[] = [];
  // The page makes its worker from a blob of its own.
  page.on('request', r => {
    if (!r.url().startsWith('blob:')) asked.push(r.url());
  });
  await page.goto('/');
  await untilWhole(page);
  const idle = asked.length;
  await page.getByRole('link', { name: 'Evidence' }).click();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await done(page);
  await expect(figure(page)).toHaveText('7,401 of 7,401');
  await expect(page.getByRole('status').filter({ hasText: '7,401 of 7,401 cases matched' })).toHaveCount(1);
  await expect(page).toHaveTitle('Hugemap');
  expect(asked.length).toBe(idle);
  // What was replayed stays while the page lives.
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await expect(verdict(page)).toBeVisible();
  const before = asked.length;
  await page.getByRole('link', { name: 'Evidence' }).click();
  await expect(figure(page)).toHaveText('7,401 of 7,401');
  expect(asked.length).toBe(before);
});

test('stops, and goes on where it stopped', async ({ page }) => {
  let release = (): void => {};
  const released = new Promise<void>(go => {
    release = go;
  });
  // One file takes its time, so that there is something to stop.
  await page.route(/vm_unmapped_area[^/]*\.js/, async route => {
    await released;
    await route.continue();
  });
  await page.goto('/#1&s=evidence');
  await expect(figure(page)).toHaveText('6,837 of 7,401', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  release();
  await expect(figure(page)).toHaveText('6,837 of 7,401');
  await page.getByRole('button', { name: 'Go on' }).click();
  await done(page);
  await expect(figure(page)).toHaveText('7,401 of 7,401');
});

test('a file that does not load is named, and asked for again', async ({ page }) => {
  await page.route(/vm_unmapped_area[^/]*\.js/, route => route.abort());
  await page.goto('/#1&s=evidence');
  await expect(page.getByRole('alert')).toContainText('this part of the page did not load', {
    timeout: 60_000,
  });
  await page.unroute(/vm_unmapped_area[^/]*\.js/);
  await page.getByRole('button', { name: 'Try the one that failed again' }).click();
  await expect(figure(page)).toHaveText('7,401 of 7,401');
});

test('a case is chosen by keyboard, told on both sides, and opened in Map with its address', async ({
  page,
}) => {
  await openEvidence(page);
  const squares = page.getByRole('listbox', { name: 'Cases of Linux 7.3.4, x86-64, 4 levels' });
  await squares.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(new RegExp(`case=${FILE}/leaf-whole-1$`));
  await page.keyboard.press('ArrowRight');
  await expect(caseOf(page).getByRole('heading')).toHaveText('leaf-phase-11');
  await expect(squares.getByRole('option', { selected: true })).toHaveText(
    'leaf-phase-11, Leaves of BARs, matched',
  );
  await page.keyboard.press('Home');
  await expect(caseOf(page).getByRole('heading')).toHaveText('leaf-whole-1');
  const address = caseOf(page).getByRole('row', { name: /^address/ });
  await expect(address.getByRole('cell')).toHaveText(['0x7fff_f7bf_7000', '0x7fff_f7bf_7000', '✓ equal']);
  await expect(caseOf(page).getByRole('row', { name: /^leaves/ })).toContainText('1,024 × 4 KiB');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Open in Map' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(verdict(page)).toContainText('1,024');
  await expect(page).toHaveURL(/vmas=/);
  await expect(page.getByText('0x7fff_f7bf_7000').first()).toBeVisible();
  await page.goBack();
  await expect(caseOf(page).getByRole('heading')).toHaveText('leaf-whole-1');
});

test('a link points at one case, and filters show what it names', async ({ page }) => {
  await openEvidence(page, '#1&s=evidence&case=vm_unmapped_area-7.3/12.3&only=c:search');
  await expect(caseOf(page).getByRole('heading')).toHaveText('12.3');
  await expect(page.getByRole('group', { name: 'Filter the cases' })).toContainText('564 cases');
  await expect(page.getByRole('listbox')).toHaveCount(1);
  await page.getByRole('combobox', { name: 'Category' }).selectOption({ label: 'Leaves of BARs' });
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.18.15' });
  await expect(page.getByRole('listbox')).toHaveCount(1);
  await page.getByRole('textbox', { name: 'Find a case by its id' }).fill('leaf-whole-1');
  await expect(page).toHaveURL(/only=k:6\.18\.15,c:leaf,id:leaf-whole-1/);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByRole('listbox')).toHaveCount(26);
});

test('a case that no Map can show says why', async ({ page }) => {
  await openEvidence(page, '#1&s=evidence&case=vm_unmapped_area-7.3/1.2');
  await expect(caseOf(page)).toContainText('Map cannot show it: it asks the search alone for an alignment');
});

test('a captured file of one’s own is replayed, a miss first, and sent nowhere', async ({ page }) => {
  await openEvidence(page);
  const requests: string[] = [];
  page.on('request', r => requests.push(r.url()));
  const [first = '', second = '', third = ''] = lines();
  const wrong = first.replace('"addr":"0x7ffff7bf7000"', '"addr":"0x7ffff7a00000"');
  const own = [second, '{"broken": ', wrong, third.replace('"fd":"vfio"', '"fd":"floppy"')].join('\n');
  await drop(page, 'mine.jsonl.gz', gzipSync(own));
  const misses = page.getByRole('region', { name: '1 case missed' });
  await expect(misses).toContainText('expected 0x7ffff7a00000, got 0x7ffff7bf7000');
  await expect(page).toHaveTitle('✕ 1 missed · Hugemap');
  await expect(figure(page)).toHaveText('7,402 of 7,404');
  const set = page.getByRole('region', { name: 'mine.jsonl.gz' });
  await expect(set).toContainText('1 of 3');
  await expect(set).toContainText('line 2: not JSON');
  await expect(page.getByRole('region', { name: 'Not supported' })).toContainText('1 case: file kind floppy');
  // It is the first square of its set, and the first on the list.
  await set.getByRole('listbox').press('Home');
  await expect(caseOf(page).getByRole('heading')).toHaveText('leaf-whole-1');
  await expect(caseOf(page).getByRole('row', { name: /^address/ })).toContainText('differs');
  expect(await violations(page)).toEqual([]);
  expect(requests).toEqual([]);
  // The same without compression, in its place.
  await drop(page, 'mine.jsonl', new TextEncoder().encode(second));
  await expect(page).toHaveTitle('Hugemap');
  await expect(figure(page)).toHaveText('7,402 of 7,402');
  await page.getByRole('region', { name: 'mine.jsonl' }).getByRole('button', { name: 'Remove' }).click();
  await expect(figure(page)).toHaveText('7,401 of 7,401');
});

test('a text that is no capture is named and changes nothing', async ({ page }) => {
  await openEvidence(page);
  await drop(page, 'notes.txt', new TextEncoder().encode('some notes\n'));
  await expect(page.getByRole('alert')).toContainText(
    'notes.txt: it holds no captured case (line 1: not JSON). What maps and lspci print is read on Diagnose.',
  );
  await expect(figure(page)).toHaveText('7,401 of 7,401');
  await drop(page, 'broken.gz', gzipSync(lines().join('\n')).subarray(0, 2000));
  await expect(page.getByRole('alert')).toContainText('broken.gz: its gzip data is damaged or cut short');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('replays from disk too, and opens a case', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', e => errors.push(String(e)));
  page.on('console', m => {
    if (m.type() === 'error') errors.push(m.text());
  });
  await page.goto(
    `${pathToFileURL('dist/index.html').href}#1&s=evidence&case=linux-6.12.117-vfio-thp.x86_64/leaf-whole-1`,
  );
  await done(page);
  await expect(figure(page)).toHaveText('7,401 of 7,401');
  await page.getByRole('button', { name: 'Open in Map' }).click();
  await expect(page.getByText('0x7fff_f7a0_0000').first()).toBeVisible();
  expect(errors).toEqual([]);
});

test('on a phone a square that is tapped shows its case, by turns too', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openEvidence(page);
  const squares = page.getByRole('listbox', { name: 'Cases of Linux 7.3.4, arm64, 16K pages, 52 bits' });
  await squares.scrollIntoViewIfNeeded();
  await squares.click({ position: { x: 4, y: 4 } });
  await expect(caseOf(page).getByRole('heading')).toBeInViewport();
  const first = await caseOf(page).getByRole('heading').textContent();
  await page.getByRole('button', { name: 'Next case' }).click();
  await expect(caseOf(page).getByRole('heading')).not.toHaveText(first ?? '');
  await expect(caseOf(page)).toContainText('equal');
});

testLooks(['desk', 'phone'], async page => {
  await openEvidence(page, `#1&s=evidence&case=${FILE}/leaf-whole-1`);
  await expect(caseOf(page).getByRole('button', { name: 'Open in Map' })).toBeVisible();
});
