import { defineConfig } from '@playwright/test';
import { findChromium, isRoot } from './scripts/chromium.mjs';

// Another port than npm start uses, so both can run at once.
const port = Number(process.env['HUGEMAP_E2E_PORT'] || 4174);
const url = `http://127.0.0.1:${port}/`;
const executablePath = findChromium();

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  workers: 2,
  retries: 0,
  reporter: 'list',
  use: {
    baseURL: url,
    trace: 'off',
    screenshot: 'only-on-failure',
    locale: 'en-US',
    timezoneId: 'UTC',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      // Playwright passes --no-sandbox itself when this is false. Root cannot use the sandbox, and some
      // containers give it to nobody.
      chromiumSandbox: !isRoot && !process.env['HUGEMAP_NO_SANDBOX'],
      // Scrollbars take room on most desktops, and are hidden by Playwright unless told otherwise.
      ignoreDefaultArgs: ['--hide-scrollbars'],
    },
  },
  projects: [{ name: 'desktop', use: { browserName: 'chromium', viewport: { width: 1440, height: 900 } } }],
  webServer: {
    command: `node scripts/serve.mjs dist ${port}`,
    url,
    reuseExistingServer: false,
    timeout: 20_000,
  },
});
