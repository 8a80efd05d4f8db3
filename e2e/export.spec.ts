import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { svgFile } from '../web/export/drawn.ts';
import { sceneOf } from '../web/export/scene.ts';
import { readHash } from '../web/state/links.ts';
import { expectFigure, openApp, pasteInto, qemuMaps, sideways, verdict, violations } from './app.ts';

const SCENE = '#1&k=6.12.117&as=scene&v=-2M..6M&at=1M';

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Export' });

const openExport = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog(page)).toBeVisible();
};

/** What a button of the dialog saves. */
const saved = async (page: Page, name: string | RegExp): Promise<{ name: string; bytes: Buffer }> => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog(page)
      .getByRole('button', { name, exact: typeof name === 'string' })
      .click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
};

/** Drops a file on the page, as a hand would. */
const drop = async (page: Page, name: string, bytes: Buffer, type = ''): Promise<void> => {
  const data = await page.evaluateHandle(
    ([n, base64, t]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      transfer.items.add(new File([content], n, { type: t }));
      return transfer;
    },
    [name, bytes.toString('base64'), type] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
};

const verdictText = (page: Page): Promise<readonly string[]> =>
  verdict(page).getByRole('paragraph').allTextContents();

test('every file has its content; SVG, PNG and JSON reopen to the same verdict on every screen', async ({
  page,
}) => {
  test.slow();
  await openApp(page, SCENE);
  const before = await verdictText(page);
  const hash = new URL(page.url()).hash;
  await openExport(page);

  const svg = await saved(page, 'SVG');
  expect(svg.name).toBe('hugemap-6.12.117-x86_64-4-2g-1024-pmd.svg');
  // The same file as any other machine makes of this scene.
  const base = page.url().replace(/#.*$/, '');
  expect(svg.bytes.toString()).toBe(svgFile(sceneOf(readHash(hash).scenario, base), 868, 'light'));
  const parsed = await page.evaluate(text => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    return {
      problem: document.querySelector('parsererror')?.textContent,
      title: document.querySelector('title')?.textContent,
      link: document.querySelector('metadata')?.textContent,
      scripts: document.querySelectorAll('script, [href], image, foreignObject').length,
    };
  }, svg.bytes.toString());
  expect(parsed).toEqual({
    problem: undefined,
    title: 'BAR 2 of 2 GiB, Linux 6.12.117, x86-64, 4 levels: 1,024 PMD leaves',
    link: hash,
    scripts: 0,
  });

  const pngs = [];
  for (const [i, scale] of [1, 2, 4].entries()) {
    const png = await saved(page, new RegExp(`^PNG ${(868 * scale).toLocaleString('en')} `));
    expect(png.name).toBe(`hugemap-6.12.117-x86_64-4-2g-1024-pmd.${['', '2x.', '4x.'][i]}png`);
    // IHDR: width and height, big endian.
    expect(png.bytes.readUInt32BE(16)).toBe(868 * scale);
    expect(png.bytes.readUInt32BE(20)).toBeGreaterThan(700 * scale);
    expect(png.bytes.includes(Buffer.from(`iTXtHugemap\0\0\0\0\0${hash}`))).toBe(true);
    pngs.push(png);
  }
  const png = pngs[1];
  if (png === undefined) throw new Error('no PNG');
  // A browser still reads it, chunks and all.
  const decoded = await page.evaluate(async base64 => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, png.bytes.toString('base64'));
  expect(decoded).toEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]);

  const text = await saved(page, 'Text');
  expect(text.bytes.toString()).toContain('\n0x0 ');
  for (const line of text.bytes.toString().split('\n'))
    if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(72);
  expect(text.bytes.toString()).toContain(`\n${page.url()}\n`);

  const csv = await saved(page, 'CSV');
  expect(csv.name).toMatch(/\.leaves\.csv$/);
  expect(csv.bytes.toString()).toMatch(
    /^VA,PA,Leaf,Count\r\n0x7ffe_[0-9a-f_]+,0x38_8000_0000,PMD 2 MiB,"1,024"\r\n$/,
  );
  await dialog(page)
    .getByRole('combobox', { name: 'Which table' })
    .selectOption('Page tables of this mapping');
  const md = await saved(page, 'Markdown');
  expect(md.bytes.toString()).toContain('| PMD | ');

  const json = await saved(page, 'JSON');
  expect(JSON.parse(json.bytes.toString())).toMatchObject({
    format: 'hugemap-answer',
    link: hash,
    answer: { leaves: [{ kind: 'pmd', count: 1024 }] },
  });
  await expect(dialog(page).getByRole('status')).toContainText('Saved as hugemap-');

  for (const { name, bytes } of [svg, png, json])
    for (const elsewhere of ['#1&s=evidence', '#1&s=diagnose', '#1&len=1G', '']) {
      await page.goto('about:blank');
      await page.goto(`/${elsewhere}`);
      await expect(page.getByRole('button', { name: 'Export', exact: true })).toBeVisible();
      await drop(page, name, bytes);
      await expect(page).toHaveURL(new RegExp(`${hash.replaceAll(/[.+]/g, '\\$&')}$`));
      await expect.poll(() => verdictText(page)).toEqual(before);
      // A step like any other.
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(page).not.toHaveURL(/6\.12\.117/);
    }
});

test('a pasted address space travels in the picture', async ({ page }) => {
  await openApp(page);
  await pasteInto(page, qemuMaps());
  await page.getByRole('dialog').getByRole('button', { name: /^Use/ }).click();
  await expectFigure(page, '1,024');
  await openExport(page);
  await expect(dialog(page)).toContainText('It carries the pasted address space.');
  await expect(dialog(page)).toContainText(/[\d,]+ characters: mail and many chats cut it/);
  const svg = await saved(page, 'SVG');
  await page.goto('about:blank');
  await openApp(page);
  await drop(page, 'anything', svg.bytes);
  await expectFigure(page, '1,024');
  await expect(page).toHaveURL(/vmas=/);
});

test('a file can be chosen, and one that is none of ours is named', async ({ page }) => {
  await openApp(page);
  await openExport(page);
  const input = dialog(page).locator('input[type=file]');
  await input.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await expect(dialog(page).getByRole('alert')).toContainText(
    'notes.txt is no SVG, PNG or JSON exported here.',
  );
  await input.setInputFiles({
    name: 'mine.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"format":"hugemap-answer","link":"#1&hint=0x7f42_4000_0000"}'),
  });
  await expect(dialog(page)).toBeHidden();
  await expectFigure(page, '2');
});

test('foreign and hostile pictures change nothing and say so', async ({ page }) => {
  await openApp(page);
  await drop(page, 'logo.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'));
  const about = page.getByRole('region', { name: 'About the link' });
  await expect(about).toContainText('logo.svg is an SVG that carries no scene of Hugemap');
  await about.getByRole('button', { name: 'Dismiss' }).click();
  for (const content of [
    '<img src=x onerror="document.title=1">',
    '#1&amp;len=&lt;script&gt;document.title=1&lt;/script&gt;',
    'javascript:document.title=1',
  ]) {
    await drop(
      page,
      '<img src=x onerror="document.title=2">.svg',
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=3"><script>document.title=4</script><metadata id="hugemap">${content}</metadata></svg>`,
      ),
    );
    await expect(about).toContainText('an SVG whose scene is damaged');
    await about.getByRole('button', { name: 'Dismiss' }).click();
  }
  await drop(
    page,
    'old.svg',
    Buffer.from('<svg><metadata id="hugemap">#1&amp;k=banana&amp;len=1G</metadata></svg>'),
  );
  // Read as any link: the bad field is named, the rest applies.
  await expect(about).toContainText('banana');
  await expect(page.getByRole('textbox', { name: 'Length' })).toHaveValue('1 GiB');
  await expect(page).toHaveTitle(/Hugemap/);
});

test('what is none of ours goes where it went', async ({ page }) => {
  await openApp(page);
  await drop(page, 'maps', Buffer.from(qemuMaps()), 'text/plain');
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('461 VMAs');
});

test('copies: the link with a warning, Markdown, and the picture with the link under it', async ({
  page,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await openApp(page, '#1&as=scene');
  const remark = page.locator('.remark');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(remark).toHaveText(/^Link copied, 33 characters$/);
  // All of it can be read, and not its first letters alone.
  expect(
    await remark.locator('span').evaluate(e => e.clientWidth >= e.scrollWidth && e.clientWidth > 150),
  ).toBe(true);
  const command = async (name: string): Promise<void> => {
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Find a command' }).fill(name);
    await page.keyboard.press('Enter');
  };
  await command('Copy as Markdown');
  await expect(remark).toHaveText('Markdown copied');
  expect(await clipboard()).toBe(
    `[BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels: 524,288 PTE leaves](${page.url()})`,
  );
  await command('Copy as plain text');
  await expect(remark).toHaveText('Picture as text copied');
  const text = await clipboard();
  expect(text).toContain('PA  ^---');
  expect(text.trimEnd().endsWith(`\n\n${page.url()}`)).toBe(true);
  const [download] = await Promise.all([page.waitForEvent('download'), command('Export: SVG')]);
  expect(download.suggestedFilename()).toBe('hugemap-7.3-x86_64-4-2g-524288-pte.svg');

  await page.goto(
    '/#1&bar=2@0x38_8012_3000+130052K&as=scene&base=0x7fff_ffff_f000&hint=0x7f42_1234_5000&len=126M',
  );
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(remark).toHaveText(/characters: mail may break it after 78$/);
});

test('where copying is refused, the text is shown selected', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new Error('no')) },
    });
  });
  await openApp(page, '#1&as=scene');
  await page.getByRole('button', { name: 'Copy link' }).click();
  const box = dialog(page).getByRole('textbox', { name: /did not allow copying/ });
  await expect(box).toBeFocused();
  const selected = (): Promise<string> => page.evaluate(() => String(getSelection()));
  expect(await selected()).toBe(page.url());
  await dialog(page).getByRole('button', { name: 'Copy as plain text' }).click();
  await expect(box).toHaveValue(/PA {2}\^---/);
  await expect(box).toBeFocused();
  expect((await selected()).trim()).toBe((await box.inputValue()).trim());
  expect(await violations(page)).toEqual([]);
  // Closed, it is forgotten.
  await page.keyboard.press('Escape');
  await openExport(page);
  await expect(box).toBeHidden();
});

for (const theme of ['dark', 'light', 'projector'] as const)
  for (const [w, h] of [
    [1440, 900],
    [390, 844],
  ] as const)
    test(`nothing for axe to find and no sideways scroll: ${theme}, ${w}×${h}`, async ({ page }) => {
      await page.setViewportSize({ width: w, height: h });
      await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
      await openApp(page, '#1&s=map&as=scene');
      if (w < 720) await page.getByRole('button', { name: 'More' }).click();
      await openExport(page);
      await expect(dialog(page).getByRole('img')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const over = await dialog(page).evaluate(e => e.scrollWidth - e.clientWidth);
      expect(over).toBe(0);
      const small = await dialog(page)
        .locator('button:visible, select:visible')
        .evaluateAll(all => all.filter(e => e.getBoundingClientRect().height < 24).length);
      expect(small).toBe(0);
    });

for (const theme of ['light', 'projector'])
  test(`the header has room at every width: ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openApp(page);
    for (const width of [1920, 1440, 1360, 1359, 1240, 1220, 1219, 1100, 1024, 900, 800, 720, 719, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const right = async (of: string): Promise<number> => {
        const box = await page.locator(of).boundingBox();
        return (box?.x ?? 0) + (box?.width ?? 0);
      };
      await expect.poll(() => right('.header .tools'), `${width}`).toBeLessThanOrEqual(width);
      const tools = await page.locator('.header .tools').boundingBox();
      const screens = '.header nav, .header select[aria-label=Screen]';
      expect(await right(screens), `${width}`).toBeLessThanOrEqual(tools?.x ?? 0);
      // The picture follows the window a frame later.
      await expect.poll(() => sideways(page), `${width}`).toBe(0);
    }
    // Behind a menu where it is tight.
    await page.getByRole('button', { name: 'More' }).click();
    await openExport(page);
  });

for (const [lab, title] of [
  ['dma', 'What DMA mapping does with it'],
  ['pages', 'Are these pages next to each other?'],
  ['zap', 'Zap against mmap, B'],
] as const)
  test(`a lab exports its own picture: ${lab}`, async ({ page }) => {
    await page.goto(`/#1&s=labs&lab=${lab}`);
    await expect(page.locator('main canvas').first()).toBeVisible();
    await page.keyboard.press('e');
    await expect(dialog(page)).toContainText('The picture below is that of this screen');
    const svg = (await saved(page, 'SVG')).bytes.toString();
    expect(svg).toContain(title);
    expect(svg).toContain('s=labs');
    expect(svg.length).toBeGreaterThan(4000);
  });

test('on another screen it is said what is exported instead', async ({ page }) => {
  // The screen comes after the dialog was asked for: its table is then offered all the same.
  let letCome = (): void => undefined;
  const asked = new Promise<void>(come => {
    letCome = come;
  });
  await page.route(/CompareScreen/, async route => {
    await asked;
    await route.continue();
  });
  // The page has not loaded before its screen has.
  await page.goto('/#1&s=compare&as=scene', { waitUntil: 'domcontentloaded' });
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog(page)).toContainText('they reopen on Compare.');
  const which = dialog(page).getByRole('combobox', { name: 'Which table' });
  await expect(which).not.toHaveValue('Compare');
  letCome();
  await expect(which).toHaveValue('Compare');
  const csv = await saved(page, 'CSV');
  expect(csv.name).toMatch(/\.compare\.csv$/);
  expect(csv.bytes.toString()).toMatch(/^Policy,.*\r\n(?:.*\r\n){3,}$/);
  const json = await saved(page, 'JSON');
  expect(JSON.parse(json.bytes.toString())).toMatchObject({ link: '#1&as=scene&s=compare' });
});

test('from disk too, with nothing asked of the network and nothing against the policy', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', e => errors.push(String(e)));
  page.on('console', m => {
    if (m.type() === 'error') errors.push(m.text());
  });
  const requests: string[] = [];
  page.on('request', r => {
    if (!/^(?:data|blob|file):/.test(r.url())) requests.push(r.url());
  });
  await page.goto(`${pathToFileURL('dist/index.html').href}#1&hint=0x7f42_4000_0000`);
  await expectFigure(page, '2');
  await page.keyboard.press('e');
  await expect(dialog(page)).toContainText('It leads to this computer’s disk.');
  const svg = await saved(page, 'SVG');
  const png = await saved(page, /^PNG 868 /);
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Hint' }).fill('0');
  await page.keyboard.press('Enter');
  await expectFigure(page, '524,288');
  await drop(page, svg.name, svg.bytes);
  await expectFigure(page, '2');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectFigure(page, '524,288');
  await drop(page, png.name, png.bytes);
  await expectFigure(page, '2');
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
});

for (const [screen, title, told, rows] of [
  [
    'compare',
    'Same request under every kernel and proposal',
    'vfio hook, align to PA',
    'Linux 6.12.10 and newer 6.12.y',
  ],
  [
    'sweep',
    'Offset in the BAR against length: which leaf is the largest?',
    'past the end of the BAR',
    '8 MiB',
  ],
] as const)
  test(`${screen} exports its own picture and table, which reopen there`, async ({ page }) => {
    await page.goto(`/#1&s=${screen}`);
    await expect(page.getByRole('main').locator('canvas').first()).toBeVisible();
    await page.keyboard.press('e');
    await expect(dialog(page)).toContainText(
      'The picture below and the first table are those of this screen',
    );
    // The worker is at it for a moment.
    await expect(dialog(page).getByRole('img')).toHaveAttribute('src', new RegExp(encodeURIComponent(told)));
    const svg = await saved(page, 'SVG');
    expect(svg.bytes.toString()).toContain(`<title>${title}</title>`);
    expect(svg.bytes.toString()).toContain(`s=${screen}</metadata>`);
    const csv = (await saved(page, 'CSV')).bytes.toString();
    expect(csv).toContain(rows);
    await page.goto('/');
    await page.keyboard.press('e');
    await dialog(page)
      .locator('input[type=file]')
      .setInputFiles({ name: 'x.svg', mimeType: 'image/svg+xml', buffer: svg.bytes });
    await expect(page).toHaveURL(new RegExp(`s=${screen}`));
  });
