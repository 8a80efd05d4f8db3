/**
 * npm test: installs what is missing, then runs every check in order and stops at the first that fails.
 * `npm test -- unit e2e` runs only those steps. The last line is the count over all test suites.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { fail, install, run, tool } from './tools.mjs';

const reports = mkdtempSync(join(tmpdir(), 'hugemap-test-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
const report = name => join(reports, `${name}.json`);

const unit = () =>
  run(tool('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report('unit')}`,
  ]);

const e2e = async () => {
  const browser = await ensureChromium();
  return run(tool('playwright'), ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report('e2e'),
    ...(browser === undefined ? {} : { HUGEMAP_CHROMIUM: browser }),
  });
};

const steps = [
  // The engine alone has neither DOM nor Node to lean on.
  {
    name: 'types',
    title: 'Type check',
    action: async () => {
      const whole = await run(tool('tsc'), ['--noEmit']);
      return whole.code === 0 ? run(tool('tsc'), ['--noEmit', '-p', 'tsconfig.src.json']) : whole;
    },
  },
  { name: 'lint', title: 'Lint and format', action: () => run(tool('biome'), ['check']) },
  { name: 'unused', title: 'Unused code', action: () => run(tool('knip'), ['--no-progress']) },
  { name: 'unit', title: 'Unit, property and capture tests', action: unit },
  { name: 'build', title: 'Build', action: () => run(tool('vite'), ['build']) },
  { name: 'e2e', title: 'Browser tests', action: e2e },
];

const wanted = process.argv.slice(2);
const unknown = wanted.find(name => !steps.some(step => step.name === name));
if (unknown !== undefined)
  fail(`No step "${unknown}". The steps are: ${steps.map(step => step.name).join(', ')}.`);
// The browser tests look at the build, so they never run against an old one.
const chosen = steps.filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name) || (name === 'build' && wanted.includes('e2e')),
);

const readReport = name =>
  existsSync(report(name)) ? JSON.parse(readFileSync(report(name), 'utf8')) : undefined;

/** Passed, failed and skipped tests of a step that wrote a report; undefined for the others. */
const countsOf = name => {
  const data = readReport(name);
  if (!data) return undefined;
  if (name === 'unit')
    return [data.numPassedTests, data.numFailedTests, data.numPendingTests + data.numTodoTests];
  const { expected, flaky, unexpected, skipped } = data.stats;
  return [expected + flaky, unexpected, skipped];
};

const seconds = since => `${((performance.now() - since) / 1000).toFixed(1)} s`;

await install();

const summary = [];
const total = [0, 0, 0];
let ok = true;
for (const { name, title, action } of chosen) {
  console.log(`\n=== ${title} (${name}) ===\n`);
  const start = performance.now();
  const { code } = await action().catch(error => {
    console.error(error.message);
    return { code: 1 };
  });
  ok = code === 0;
  const counts = countsOf(name) ?? [0, 0, 0];
  // A step that fails without a failing test (a type error, a suite that did not load) is a failure too.
  if (!ok && counts[1] === 0) counts[1] = 1;
  for (const i of total.keys()) total[i] += counts[i];
  const verdict = `${ok ? 'passed' : 'FAILED'} in ${seconds(start)}`;
  console.log(`\n--- ${title}: ${verdict}`);
  summary.push(`${title.padEnd(34)} ${verdict}`);
  if (!ok) break;
}

console.log('\n=== Summary ===\n');
for (const line of summary) console.log(line);
for (const { title } of chosen.slice(summary.length)) console.log(`${title.padEnd(34)} not run`);
console.log(`\n${total[0]} passed, ${total[1]} failed, ${total[2]} skipped`);
process.exitCode = ok ? 0 : 1;
