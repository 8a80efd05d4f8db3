import { expect, type Page, test } from '@playwright/test';
import { letGo, openApp, pasteInto, qemuMaps, withoutHeader } from './app.ts';
import { untilWhole, visitAll } from './everywhere.ts';

test.afterEach(({ page }) => letGo(page));

/** What the browser refused, as directive and what was refused, from now on. */
const watchBreaches = async (page: Page): Promise<() => Promise<readonly string[]>> => {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    document.addEventListener('securitypolicyviolation', e =>
      seen.push(`${e.effectiveDirective} ${e.blockedURI}`),
    );
  });
  return () => page.evaluate('seen');
};

test('after load the page asks for nothing, whatever is opened', async ({ page }) => {
  test.setTimeout(120_000);
  const asked: string[] = [];
  const breaches: string[] = [];
  page.on('request', r => asked.push(r.url()));
  page.on('websocket', w => asked.push(w.url()));
  page.on('console', m => {
    if (/Content Security Policy|Refused/.test(m.text())) breaches.push(m.text());
  });
  await openApp(page);
  await untilWhole(page);
  const { origin } = new URL(page.url());
  // Blobs are made by the page itself: its workers.
  const own = [`${origin}/`, `blob:${origin}/`, 'data:'];
  expect(asked.filter(url => !own.some(start => url.startsWith(start)))).toEqual([]);
  const loaded = asked.length;

  await visitAll(page);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption({ label: 'Linux 6.12.117' });
  await page.getByRole('slider', { name: 'Length' }).press('PageDown');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('button', { name: 'Keys and help' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await pasteInto(page, qemuMaps());
  await page.getByRole('dialog').getByRole('button', { name: /^Use/ }).click();
  await expect(page).toHaveURL(/vmas=/);
  await page.goBack();
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('projector');
  expect(asked.slice(loaded).filter(url => !url.startsWith('blob:'))).toEqual([]);
  expect(breaches).toEqual([]);
});

/** What each directive is for, as an attempt to do it. */
const attempts: readonly (readonly [directive: string, attempt: string])[] = [
  ['connect-src', 'await fetch(location.href).catch(() => {})'],
  ['connect-src', "await fetch('https://example.org/').catch(() => {})"],
  ['connect-src', "try { new WebSocket('wss://example.org/') } catch {}"],
  ['connect-src', "try { const x = new XMLHttpRequest(); x.open('GET', '/'); x.send() } catch {}"],
  ['connect-src', "navigator.sendBeacon('/x', 'y')"],
  ['img-src', "new Image().src = 'https://example.org/x.png'"],
  [
    'script-src-elem',
    "const s = document.createElement('script'); s.textContent = 'window.owned = 1'; document.head.append(s)",
  ],
  [
    'script-src-elem',
    "const s = document.createElement('script'); s.src = 'https://example.org/x.js'; document.head.append(s)",
  ],
  [
    'script-src-elem',
    "const s = document.createElement('script'); s.src = 'data:text/javascript,window.owned=1'; document.head.append(s)",
  ],
  [
    'script-src-attr',
    "const d = document.createElement('div'); d.innerHTML = '<img src=x onerror=\"window.owned=1\">'; document.body.append(d)",
  ],
  [
    'style-src-elem',
    "const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s)",
  ],
  [
    'style-src-attr',
    "const d = document.createElement('div'); d.innerHTML = '<p style=\"color: red\">x</p>'; document.body.append(d)",
  ],
  [
    'style-src-elem',
    "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = 'https://example.org/x.css'; document.head.append(l)",
  ],
  ['script-src', "setTimeout('window.owned = 1')"],
  ['font-src', "await new FontFace('x', 'url(https://example.org/x.woff2)').load().catch(() => {})"],
  [
    'frame-src',
    "const f = document.createElement('iframe'); f.src = 'https://example.org/'; document.body.append(f)",
  ],
  [
    'object-src',
    "const o = document.createElement('object'); o.data = 'https://example.org/x'; document.body.append(o)",
  ],
  [
    'media-src',
    "const v = document.createElement('video'); v.src = 'https://example.org/x.mp4'; document.body.append(v)",
  ],
  [
    'base-uri',
    "const b = document.createElement('base'); b.href = 'https://example.org/'; document.head.append(b)",
  ],
  [
    'form-action',
    "const f = document.createElement('form'); f.action = 'https://example.org/'; document.body.append(f); f.submit()",
  ],
  ['worker-src', "try { new Worker('/assets/x.js') } catch {}"],
];

for (const host of ['our server', 'a static host that sends no header'] as const)
  test(`the policy holds in the browser, from ${host}`, async ({ page }) => {
    if (host !== 'our server') await withoutHeader(page, '**/*');
    await openApp(page);
    // A program in the page could try all of this; the page's own world is where the policy counts.
    const breaches = await watchBreaches(page);
    for (const [directive, attempt] of attempts) {
      const before = (await breaches()).length;
      await page.evaluate(`(async () => { ${attempt} })()`);
      await expect
        .poll(async () => (await breaches()).slice(before).map(b => b.split(' ')[0]), { message: attempt })
        .toContain(directive);
    }
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

test('the header says what the page says, and who may show it in a frame', async ({ page }) => {
  const response = await page.goto('/');
  const header = response?.headers()['content-security-policy'] ?? '';
  const own = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  for (const directive of (own ?? '').split('; ')) expect(header).toContain(directive);
  expect(own).toContain("default-src 'none'");
  expect(own).toContain("connect-src 'none'");
  expect(header).not.toMatch(/unsafe|\*/);
  expect(header).toContain('frame-ancestors');
});
