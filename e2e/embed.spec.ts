import { expect, type FrameLocator, type Page, test } from '@playwright/test';
import { letGo, violations, withoutHeader } from './app.ts';

test.afterEach(({ page }) => letGo(page));

const verdictOf = (frame: FrameLocator) => frame.getByRole('region', { name: 'Verdict' });

const errorsOf = (page: Page): readonly string[] => {
  const errors: string[] = [];
  page.on('pageerror', e => errors.push(String(e)));
  page.on('console', m => {
    if (m.type() === 'error') errors.push(m.text());
  });
  return errors;
};

test('two pictures on the example page keep in step', async ({ page }) => {
  const errors = errorsOf(page);
  await page.setViewportSize({ width: 1440, height: 1100 });
  await page.goto('/embed/example.html');
  await expect(page.getByRole('status')).toHaveText('Both pictures are there.');
  const newer = page.frameLocator('#newer');
  const older = page.frameLocator('#older');
  await expect(verdictOf(newer)).toContainText('524,288 PTE leaves');
  await expect(verdictOf(older)).toContainText('1,024 PMD leaves');
  // Said by the page around: both follow, each on its kernel.
  await page.getByRole('button', { name: 'Map half of the BAR in both' }).click();
  await expect(verdictOf(newer)).toContainText('262,144 PTE leaves');
  await expect(verdictOf(older)).toContainText('512 PMD leaves');
  await expect(page.getByText('Linux 6.12.117: 512 PMD leaves')).toBeVisible();
  // By a hand: the VMA is slid in one, and the other goes with it, in the middle of the drag too.
  const canvas = newer.getByRole('img', { name: /^Map: / });
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('no picture');
  // On the upper jaw.
  const y = box.y + 230;
  await page.mouse.move(box.x + 200, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 230, y, { steps: 4 });
  await expect(verdictOf(older).getByRole('link')).toHaveAttribute('href', /hint=0x.*fl=shared\.fixed/);
  await page.mouse.up();
  const link = async (f: FrameLocator): Promise<string> =>
    ((await verdictOf(f).getByRole('link').getAttribute('href')) ?? '').replace(/&k=[^&]*/, '');
  const slid = await link(newer);
  expect(slid).toMatch(/fl=shared\.fixed/);
  await expect.poll(() => link(older)).toBe(slid);
  // Nothing of it went into the history.
  expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);
  expect(errors).toEqual([]);
});

test('no chrome, no wheel, no keys of the page; the way to the whole app', async ({ page }) => {
  await page.goto('/?embed=1&theme=dark#1&k=6.12.117');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('1,024 PMD leaves');
  expect(await violations(page)).toEqual([]);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByRole('banner')).toHaveCount(0);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('link', { name: 'Open in Hugemap' })).toHaveAttribute('href', '/#1&k=6.12.117');
  const taken = await page.getByRole('img', { name: /^Map: / }).evaluate(canvas => {
    const events = [{ ctrlKey: true, deltaY: 50 }, { deltaX: 50 }, { deltaY: 50 }].map(
      init => new WheelEvent('wheel', { ...init, bubbles: true, cancelable: true }),
    );
    for (const e of events) canvas.dispatchEvent(e);
    return events.map(e => e.defaultPrevented);
  });
  expect(taken).toEqual([false, false, false]);
  await page.keyboard.press('/');
  await page.keyboard.press('x');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

/** A page that holds the picture in a frame of this size, and goes on below it. */
const framed = async (page: Page, width: number, height: number): Promise<FrameLocator> => {
  await page.route('**/holds.html', route =>
    route.fulfill({
      contentType: 'text/html',
      body: `<body style="margin:0;height:3000px"><iframe id="f" style="border:0;width:${width}px;height:${height}px" src="/?embed=1"></iframe>`,
    }),
  );
  await page.goto('/holds.html');
  const frame = page.frameLocator('#f');
  await expect(frame.getByRole('img', { name: /^Map: / })).toBeVisible();
  return frame;
};

test('a frame of 740 pixels has room for the whole picture, and a pointer finds what it points at', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1000, height: 900 });
  const frame = await framed(page, 900, 740);
  const canvas = frame.getByRole('img', { name: /^Map: / });
  const line = await verdictOf(frame).boundingBox();
  await expect
    .poll(async () => {
      const box = await canvas.boundingBox();
      return box === null || line === null ? Number.NaN : box.y + box.height - line.y;
    })
    .toBeLessThanOrEqual(1);
  await expect(frame.getByRole('button')).toHaveCount(0);
  // The ladder is the lowest of all: its last row says what it holds.
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('no picture');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 22, { steps: 3 });
  await expect(frame.getByRole('tooltip')).toContainText(/PTE/);
});

test('a low frame leaves wheel and finger to the page around, and a button shows the rest', async ({
  page,
}) => {
  for (const [width, height] of [
    [900, 420],
    [320, 480],
  ] as const) {
    await page.setViewportSize({ width: 1000, height: 700 });
    const frame = await framed(page, width, height);
    const seen = frame.locator('.embed-window');
    const scrolled = () => seen.evaluate(e => e.scrollTop);
    await page.mouse.move(width / 2, 150);
    await page.mouse.wheel(0, 240);
    await expect.poll(() => page.evaluate('scrollY')).toBe(240);
    expect(await scrolled()).toBe(0);
    await page.evaluate('scrollTo(0, 0)');
    await frame.getByRole('button', { name: 'Lower part' }).click();
    expect(await scrolled()).toBeGreaterThan(100);
    await frame.getByRole('button', { name: 'Upper part' }).click();
    expect(await scrolled()).toBe(0);
    await page.setViewportSize({ width, height });
    await page.goto('/?embed=1');
    await expect(page.getByRole('button', { name: 'Lower part' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  }
});

/** A page of another host that embeds the app, as any static host would let it; it keeps what it is told. */
const foreign = async (page: Page, base: string | undefined, src: string): Promise<void> => {
  const baseURL = base ?? '';
  await page.route('https://host.example/**', route =>
    route.fulfill({
      contentType: 'text/html',
      body: `<script>window.said = []; addEventListener('message', e => said.push([e.origin, e.data]))</script>
        <iframe id="f" width="900" height="800" src="${baseURL}${src}"></iframe>`,
    }),
  );
  await withoutHeader(page, `${baseURL}**`);
  await page.goto('https://host.example/');
};

const saidTo = (page: Page): Promise<readonly (readonly [string, { readonly type: string }])[]> =>
  page.evaluate('window.said');

const ask = (page: Page, data: string, origin = '*'): Promise<void> =>
  page.evaluate(`document.getElementById('f').contentWindow.postMessage(${data}, '${origin}')`);

test('a page of the named origin is heard and answered; hostile messages change nothing', async ({
  page,
  baseURL,
}) => {
  await foreign(page, baseURL, '?embed=1&origin=https://host.example#1&k=6.12.117');
  const frame = page.frameLocator('#f');
  await expect(verdictOf(frame)).toContainText('1,024 PMD leaves');
  await expect.poll(async () => (await saidTo(page)).map(([, d]) => d.type)).toEqual(['ready']);
  expect((await saidTo(page))[0]?.[0]).toBe(new URL(baseURL ?? '').origin);
  // What is none of ours is not answered; what is badly formed is refused.
  for (const data of [
    'null',
    '"#1&k=7.3"',
    '({ type: "set", link: "#1&k=7.3" })',
    '({ hugemap: 1, type: "eval", code: "document.title = 1", id: 1 })',
    '({ hugemap: 1, type: "set", link: "javascript:alert(1)", id: 2 })',
    '({ hugemap: 1, type: "set", link: { a: 1 }, id: 3 })',
    'JSON.parse(\'{"hugemap":1,"type":"set","__proto__":{"link":"#1&k=7.3","polluted":1},"id":4}\')',
    '({ hugemap: 9, type: "get", id: 5 })',
    'new Blob(["x"])',
  ])
    await ask(page, data);
  await ask(page, '({ hugemap: 1, type: "set", link: "#1&k=<img src=x onerror=alert(1)>&as=scene", id: 6 })');
  await expect.poll(async () => (await saidTo(page)).length).toBe(7);
  expect((await saidTo(page)).slice(1).map(([, d]) => d)).toMatchObject([
    { type: 'refused', id: 1 },
    { type: 'refused', id: 2 },
    { type: 'refused', id: 3 },
    { type: 'refused', id: 4 },
    { type: 'refused', id: 5 },
    { type: 'answer', id: 6, state: { link: '#1&as=scene', problems: [{ field: 'k' }] } },
  ]);
  await expect(verdictOf(frame)).toContainText('524,288 PTE leaves');
  await expect(frame.locator('img')).toHaveCount(0);
  // A link with an address space waits for what unpacks it; answers come in order all the same.
  await ask(page, '({ hugemap: 1, type: "set", link: "#1&vmas=abcd", id: "a" })');
  await ask(page, '({ hugemap: 1, type: "get", id: "b" })');
  await expect
    .poll(async () => (await saidTo(page)).slice(7).map(([, d]) => d))
    .toMatchObject([
      { type: 'answer', id: 'a', state: { problems: [{ field: 'vmas' }] } },
      { type: 'answer', id: 'b' },
    ]);
});

for (const [why, src] of [
  ['names another origin', '?embed=1&origin=https://other.example#1&k=6.12.117'],
  ['names none, so that only its own counts', '?embed=1#1&k=6.12.117'],
  ['names all', '?embed=1&origin=*#1&k=6.12.117'],
] as const)
  test(`a page hears nothing and is not heard where the address ${why}`, async ({ page, baseURL }) => {
    await foreign(page, baseURL, src);
    await expect(verdictOf(page.frameLocator('#f'))).toContainText('1,024 PMD leaves');
    await ask(page, '({ hugemap: 1, type: "set", link: "#1&k=7.3", id: 1 })');
    await ask(page, '({ hugemap: 1, type: "get", id: 2 })');
    await page.waitForTimeout(300);
    expect(await saidTo(page)).toEqual([]);
    await expect(verdictOf(page.frameLocator('#f'))).toContainText('1,024 PMD leaves');
  });

test('another window than the one around is not heard, though its origin is right', async ({ page }) => {
  await page.goto('/?embed=1#1&k=6.12.117');
  await page.evaluate(() => window.postMessage({ hugemap: 1, type: 'set', link: '#1&k=7.3' }, '*'));
  await page.goto('/embed/example.html');
  await expect(page.getByRole('status')).toHaveText('Both pictures are there.');
  // One picture asks the other: same origin, wrong window.
  const frame = page.frames().find(f => f.url().includes('k=7.3'));
  await frame?.evaluate(() => {
    const other = window.parent.frames[1];
    other?.postMessage({ hugemap: 1, type: 'set', link: '#1&as=bare&len=4K' }, '*');
  });
  await page.waitForTimeout(300);
  await expect(verdictOf(page.frameLocator('#older'))).toContainText('1,024 PMD leaves');
});

test('our server lets no other origin embed it', async ({ page, baseURL }) => {
  await page.route('https://host.example/', route =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe id="f" src="${baseURL ?? ''}?embed=1"></iframe>`,
    }),
  );
  await page.goto('https://host.example/');
  await expect.poll(() => page.frames()[1]?.url()).toContain('chrome-error');
});
