/** Finds a Chromium that runs, or installs one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, tool } from './tools.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export const isRoot = process.getuid?.() === 0;

/** Asked for its version, because some distributions ship a stub under the browser's name that only complains. */
const runs = path => spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;

/**
 * The browser the tests use: HUGEMAP_CHROMIUM, else the first on PATH. Undefined when there is neither, and
 * Playwright then takes its own.
 */
export const findChromium = () => {
  const asked = process.env.HUGEMAP_CHROMIUM;
  if (asked) {
    if (!runs(asked)) throw new Error(`HUGEMAP_CHROMIUM is "${asked}", which does not run as a browser.`);
    return asked;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  return names
    .flatMap(name => folders.map(folder => join(folder, name)))
    .find(path => existsSync(path) && runs(path));
};

/** True when Playwright has a browser of its own, or can install one. */
const ownBrowser = async () => {
  const { chromium } = await import('@playwright/test');
  if (existsSync(chromium.executablePath())) return true;
  console.log('No Chromium found; asking Playwright to download one ...');
  return (await run(tool('playwright'), ['install', 'chromium'])).code === 0;
};

const aptInstall = async () => {
  console.log('No Chromium found; installing the package chromium ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const packages = ['chromium', 'fonts-dejavu-core'];
  const { code } = await run('apt-get', ['update'], env);
  if (code === 0) await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], env);
};

/**
 * Sees to it that there is a browser. Resolves to its path, or to undefined for Playwright's own; throws one
 * clear line when there is none to be had.
 */
export const ensureChromium = async () => {
  const found = findChromium();
  if (found) return found;
  const hasApt = isRoot && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (hasApt) {
    await aptInstall();
    const installed = findChromium();
    if (installed) return installed;
  }
  if (await ownBrowser()) return undefined;
  throw new Error(
    'No Chromium: none on PATH, and none could be installed. Install one, or set HUGEMAP_CHROMIUM to its path.',
  );
};
