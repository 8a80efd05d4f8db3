/** What the entry scripts share: the project's folder, running a tool, installing what is missing. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Prints one line and ends with exit code 1. */
export const fail = line => {
  console.error(line);
  process.exit(1);
};

/**
 * Runs a command in the project's folder, without stdin, its output passed on. Resolves to its exit code and
 * what it wrote to stderr; a command that cannot be started counts as 127.
 */
export const run = (command, args, env = {}) =>
  new Promise(resolve => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'pipe'],
      shell: process.platform === 'win32',
    });
    let stderr = '';
    child.stderr.on('data', chunk => {
      stderr += chunk;
      process.stderr.write(chunk);
    });
    child.on('error', error => resolve({ code: 127, stderr: error.message }));
    child.on('close', code => resolve({ code: code ?? 1, stderr }));
  });

/** The path of an installed tool's command. */
export const tool = name => join(root, 'node_modules', '.bin', name);

const readLock = path => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/**
 * True when node_modules holds what package-lock.json asks for. npm keeps its own record of what it installed
 * and writes it last, so comparing the two also notices an interrupted install and one without dev packages.
 */
export const isInstalled = () => {
  const wanted = readLock('package-lock.json');
  const present = readLock('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  const matches = name =>
    present[name].version === wanted[name]?.version && present[name].integrity === wanted[name]?.integrity;
  const mayBeAbsent = name => wanted[name].optional || wanted[name].devOptional || wanted[name].peer;
  return (
    Object.keys(present).every(name => matches(name) && existsSync(join(root, name))) &&
    Object.keys(wanted).every(name => name === '' || name in present || mayBeAbsent(name))
  );
};

const networkErrors =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|network/;

/** Installs the locked packages when they are missing or out of date; ends the process when that fails. */
export const install = async () => {
  if (isInstalled()) return;
  console.log('Installing packages (npm ci) ...');
  // No install scripts: no package here needs one, and npm 11 blocks them where npm 10 would run them.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  // Two short retries: npm's own defaults keep a machine without a network waiting for more than a minute.
  args.push('--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000');
  const npm = process.env.npm_execpath;
  const { code, stderr } = npm?.endsWith('npm-cli.js')
    ? await run(process.execPath, [npm, ...args])
    : await run('npm', args);
  if (code === 0) return;
  fail(
    networkErrors.test(stderr)
      ? 'The packages could not be installed: the npm registry was not reached. The first run needs a network; run the same command again with one.'
      : `The packages could not be installed: npm ci ended with exit code ${code}; its own message is above.`,
  );
};
