import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';

/** A server that answers everything with one page, at a port of its own: another origin than the app's. */
const hostOf = (html: string): Promise<Server> =>
  new Promise(done => {
    const server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(html);
    });
    server.listen(0, '127.0.0.1', () => done(server));
  });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A port that nobody listens at. */
const freePort = async (): Promise<number> => {
  const server = await hostOf('');
  const port = portOf(server);
  await new Promise(done => server.close(done));
  return port;
};

/** Serves the built app as `npm start` does, with this in HUGEMAP_FRAME_ANCESTORS, while `run` runs. */
const withApp = async (ancestors: string, run: (app: string) => Promise<void>): Promise<void> => {
  const port = await freePort();
  const child = spawn(process.execPath, ['scripts/serve.mjs', 'dist', String(port)], {
    env: { ...process.env, HUGEMAP_FRAME_ANCESTORS: ancestors },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((listens, fails) => {
      child.stdout.once('data', listens);
      child.once('exit', fails);
    });
    await run(`http://127.0.0.1:${port}`);
  } finally {
    child.kill();
  }
};

/** Shows the app in a frame of another origin; what the console says of it is kept. */
const framed = async (page: Page, host: Server, app: string): Promise<readonly string[]> => {
  const said: string[] = [];
  page.on('console', m => said.push(m.text()));
  const origin = `http://127.0.0.1:${portOf(host)}`;
  await page.goto(`${origin}/?${encodeURIComponent(app)}`);
  await page.evaluate(src => {
    const frame = document.createElement('iframe');
    frame.id = 'f';
    frame.width = '900';
    frame.height = '800';
    frame.src = src;
    document.body.append(frame);
  }, `${app}/?embed=1&origin=${origin}#1&k=6.12.117`);
  return said;
};

test.describe('HUGEMAP_FRAME_ANCESTORS', () => {
  let host: Server;
  test.beforeAll(async () => {
    host = await hostOf('<!doctype html><title>Host</title><body></body>');
  });
  test.afterAll(() => {
    host.closeAllConnections();
    host.close();
  });

  test('an origin that it names may show the app in a frame', async ({ page }) => {
    await withApp(`'self' http://127.0.0.1:${portOf(host)}`, async app => {
      const said = await framed(page, host, app);
      await expect(page.frameLocator('#f').getByRole('region', { name: 'Verdict' })).toContainText(
        '1,024 PMD leaves',
      );
      expect(said).toEqual([]);
    });
  });

  // No list of origins at all is as if nothing were named: stricter, never laxer.
  for (const [why, ancestors] of [
    ['nothing is named', ''],
    ['another origin is named', "'self' https://docs.example"],
    ['nobody may', "'none'"],
    ['what is named is no list of origins', '*; script-src *'],
  ] as const)
    test(`is refused where ${why}`, async ({ page }) => {
      await withApp(ancestors, async app => {
        const said = await framed(page, host, app);
        await expect.poll(() => said.join('\n')).toMatch(/frame-ancestors/);
        await expect(page.frameLocator('#f').getByRole('region', { name: 'Verdict' })).toHaveCount(0);
        const { headers } = await page.request.get(`${app}/`).then(r => ({ headers: r.headers() }));
        expect(headers['content-security-policy']).not.toContain('script-src *');
      });
    });
});
