/**
 * `npm run bench:web`: how the app feels on a slow machine. Prints figures; nothing passes or fails by them.
 *
 * A production build in Chromium at 1440x900, its CPU throttled fourfold: once the default scene, once 65,530
 * VMAs and a 1 TiB BAR on 4 KiB pages. Each slider is dragged with a real mouse.
 *
 * Frame work is the time that the main thread of the page was busy between one frame and the next, from a trace:
 * the sum of its top-level tasks, counted from one AnimationFrame event to the next. So it holds input, script, style,
 * layout and the recording of paint, whatever task they ran in. It is time of the CPU, throttling included, so that
 * other programs on the machine do not count; nor does the worker that paints during drags, which is not throttled
 * either; INP is time of the clock, and wants a machine at rest. Frames in which less than 0.5 ms was done are
 * left out: they would flatter the medians. INP is the longest interaction of the Event Timing API, input to
 * next paint; the browser rounds it to 8 ms and reports none below 16 ms. One run of warm-up goes before.
 *
 * The mouse is moved by the DevTools protocol itself: Playwright's mouse runs a script in the page at every move while
 * a button is held, to catch drag and drop, and that would count as work of the page.
 */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type CDPSession, chromium, type Page } from '@playwright/test';
import { loadCodec } from '../web/state/codec.ts';
import { hashOf } from '../web/state/links.ts';
import { findChromium, isRoot } from './chromium.mjs';
import { largeScenario } from './manyVmas.ts';
import { serve } from './serve.mjs';

const PORT = Number(process.env['HUGEMAP_BENCH_PORT'] ?? 4177);
const THROTTLE = 4;
const MOVES = 90;
const LEAST_MS = 0.5;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  /** CPU time of the thread. */
  readonly tdur?: number;
  readonly pid: number;
  readonly tid: number;
}

/** Records a trace while `act` runs. */
const traced = async (client: CDPSession, act: () => Promise<void>): Promise<readonly TraceEvent[]> => {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }): void => {
    events.push(...(value as TraceEvent[]));
  };
  client.on('Tracing.dataCollected', collect);
  const categories = 'toplevel,devtools.timeline,disabled-by-default-devtools.timeline';
  await client.send('Tracing.start', { transferMode: 'ReportEvents', categories });
  await act();
  const done = new Promise<void>(resolve => client.once('Tracing.tracingComplete', () => resolve()));
  await client.send('Tracing.end');
  await done;
  client.off('Tracing.dataCollected', collect);
  return events;
};

interface Work {
  /** Milliseconds of each frame in which something was done. */
  readonly frames: readonly number[];
  /** The longest task, in milliseconds. */
  readonly longest: number;
}

const isTask = (e: TraceEvent): boolean =>
  e.ph === 'X' && /^RunTask$|ThreadControllerImpl::RunTask$/.test(e.name);

/** The work of the page's main thread, frame by frame. */
const workOf = (events: readonly TraceEvent[]): Work => {
  // The page's own main thread is the one that called most functions of a script.
  const count = new Map<string, number>();
  const key = (e: TraceEvent): string => `${e.pid}:${e.tid}`;
  for (const e of events) if (e.name === 'FunctionCall') count.set(key(e), (count.get(key(e)) ?? 0) + 1);
  const main = [...count].sort((a, b) => b[1] - a[1])[0]?.[0];
  const tasks = events.filter(e => key(e) === main && isTask(e)).sort((a, b) => a.ts - b.ts);
  const starts = events
    .filter(e => key(e) === main && e.name === 'AnimationFrame' && e.ph === 'b')
    .map(e => e.ts)
    .sort((a, b) => a - b);
  const frames: number[] = starts.map(() => 0);
  let longest = 0;
  let at = -1;
  let end = 0;
  for (const t of tasks) {
    // Tasks of a nested loop are part of the one around them.
    if (t.ts < end) continue;
    end = t.ts + (t.dur ?? 0);
    while ((starts[at + 1] ?? Number.POSITIVE_INFINITY) <= t.ts) at++;
    const ms = (t.tdur ?? t.dur ?? 0) / 1000;
    longest = Math.max(longest, ms);
    if (at >= 0) frames[at] = (frames[at] ?? 0) + ms;
  }
  return { frames: frames.filter(ms => ms >= LEAST_MS), longest };
};

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

const ms = (n: number): string => (Number.isNaN(n) ? '' : n.toFixed(1));

/** Drags the thumb of a slider there and back with the mouse, about one move a frame. */
const drag = async (
  page: Page,
  client: CDPSession,
  name: string | RegExp,
): Promise<(() => Promise<void>) | undefined> => {
  const slider = page.getByRole('slider', { name, exact: typeof name === 'string' });
  if ((await slider.count()) === 0 || (await slider.isDisabled())) return undefined;
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  if (!box) return undefined;
  const [now = 0, most = 1] = await slider.evaluate(e =>
    e instanceof HTMLInputElement ? [e.valueAsNumber, Number(e.max)] : [],
  );
  const x = (share: number): number => box.x + 8 + (box.width - 16) * share;
  const y = box.y + box.height / 2;
  const from = now / most;
  const way = from > 0.5 ? -0.45 : 0.45;
  const mouse = async (
    type: 'mouseMoved' | 'mousePressed' | 'mouseReleased',
    share: number,
    held: boolean,
  ) => {
    const button = held || type === 'mouseReleased' ? 'left' : 'none';
    const buttons = held ? 1 : 0;
    const clickCount = type === 'mouseMoved' ? 0 : 1;
    await client.send('Input.dispatchMouseEvent', { type, x: x(share), y, button, buttons, clickCount });
  };
  return async () => {
    await mouse('mouseMoved', from, false);
    await mouse('mousePressed', from, true);
    for (let i = 1; i <= MOVES; i++) {
      await mouse('mouseMoved', from + way * Math.sin((i / MOVES) * Math.PI), true);
      await setTimeout(8);
    }
    await mouse('mouseReleased', from, false);
    await setTimeout(100);
  };
};

const sliders: readonly (readonly [string, string | RegExp])[] = [
  ['offset', 'Offset in BAR'],
  ['length', 'Length'],
  ['BAR base', 'Physical base of the BAR'],
  ['BAR size', 'BAR size'],
  ['free below', /^Free below/],
];

/** What a drag costs in which the page hears nothing of the thumb: only the browser moves it. */
const floorOf = async (page: Page, client: CDPSession): Promise<readonly number[]> => {
  await page.evaluate(() => {
    const deaf = new AbortController();
    window.addEventListener('input', e => e.stopImmediatePropagation(), {
      capture: true,
      signal: deaf.signal,
    });
    Object.assign(window, { deaf });
  });
  const act = await drag(page, client, 'Length');
  const { frames } = workOf(await traced(client, act ?? (async () => {})));
  await page.evaluate(() => (window as unknown as { deaf: AbortController }).deaf.abort());
  return frames;
};

/** The longest interaction while `act` runs, in milliseconds; 0 when each took less than 16 ms. */
const inp = async (page: Page, act: () => Promise<void>): Promise<number> => {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver(list => {
      for (const e of list.getEntries())
        if ((e as PerformanceEventTiming & { interactionId: number }).interactionId > 0)
          seen.push(e.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  await act();
  await page.waitForTimeout(500);
  return page.evaluate(() => Math.max(0, ...(window as unknown as { seen: readonly number[] }).seen));
};

const interactions: readonly (readonly [string, (page: Page, client: CDPSession) => Promise<void>])[] = [
  [
    'INP, drag of the length',
    async (page, client) => {
      await (await drag(page, client, 'Length'))?.();
    },
  ],
  [
    'INP, kernel chosen by key',
    async page => {
      await page.getByRole('combobox', { name: 'Kernel' }).focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(200);
      }
    },
  ],
  [
    'INP, next theme',
    async page => {
      await page.locator('canvas').first().focus();
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('t');
        await page.waitForTimeout(200);
      }
    },
  ],
  [
    'INP, crosshair by key',
    async page => {
      await page.locator('canvas').first().focus();
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(100);
      }
    },
  ],
  [
    'INP, slider by key',
    async page => {
      await page.getByRole('slider', { name: 'Length', exact: true }).focus();
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('ArrowLeft');
        await page.waitForTimeout(100);
      }
    },
  ],
];

type Rows = Map<string, string>;

const measure = async (page: Page, url: string): Promise<Rows> => {
  const rows: Rows = new Map();
  const client = await page.context().newCDPSession(page);
  await page.goto('about:blank');
  await page.goto(url);
  await page.getByRole('slider', { name: 'Length', exact: true }).waitFor();
  await page.waitForLoadState('networkidle');
  rows.set('DOM nodes', String(await page.locator('*').count()));
  await client.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
  // Compiled code, as in any page that was used for a moment.
  await (await drag(page, client, 'Length'))?.();
  const all: number[] = [];
  let longest = 0;
  for (const [label, name] of sliders) {
    const act = await drag(page, client, name);
    if (!act) {
      rows.set(`drag ${label}`, 'no slider here');
      continue;
    }
    const work = workOf(await traced(client, act));
    all.push(...work.frames);
    longest = Math.max(longest, work.longest);
    rows.set(
      `drag ${label}`,
      `${ms(quantile(work.frames, 0.5))} ${ms(quantile(work.frames, 0.95))} ${ms(work.longest)}`.replaceAll(
        ' ',
        ' / ',
      ),
    );
    // Each drag starts from the same scene.
    await page.keyboard.press('u');
  }
  rows.set('all drags', `${ms(quantile(all, 0.5))} / ${ms(quantile(all, 0.95))} / ${ms(longest)}`);
  rows.set('frames measured', String(all.length));
  const floor = await floorOf(page, client);
  rows.set('the thumb alone', `${ms(quantile(floor, 0.5))} / ${ms(quantile(floor, 0.95))}`);
  for (const [label, act] of interactions) {
    const worst = await inp(page, () => act(page, client));
    rows.set(label, worst === 0 ? 'under 16' : ms(worst));
  }
  await client.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  rows.set('DOM nodes afterwards', String(await page.locator('*').count()));
  await client.detach();
  return rows;
};

/** The scripts that run before anything is painted: that of the page, and all that these cannot run without. */
const firstScripts = (): ReadonlySet<string> => {
  const html = readFileSync('dist/index.html', 'utf8');
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    // Each chunk says what it needs first: see scripts/chunks.ts.
    const [, needs = ''] =
      /hugemap\(\[([^\]]*)\],function/.exec(readFileSync(`dist/assets/${file}`, 'utf8')) ?? [];
    for (const [, other] of needs.matchAll(/([^/`"]+\.js)/g)) if (other !== undefined) add(other);
  };
  for (const [, file] of html.matchAll(/<script[^>]* src="\.\/assets\/([^"]+)"/g))
    if (file !== undefined) add(file);
  return found;
};

/** Bytes of JavaScript, each file compressed by itself. */
const printBytes = (): void => {
  const before = firstScripts();
  const sizes = readdirSync('dist/assets')
    .filter(f => /\.(js|css)$/.test(f))
    .map(file => ({
      file,
      first: before.has(file),
      gz: gzipSync(readFileSync(`dist/assets/${file}`), { level: 9 }).length,
    }));
  const sum = (list: typeof sizes): string =>
    list
      .reduce((n, f) => n + f.gz, 0)
      .toLocaleString('en')
      .padStart(9);
  const scripts = sizes.filter(f => f.file.endsWith('.js'));
  console.log('\nbytes, gzip -9');
  console.log(`  ${sum(scripts.filter(f => f.first))} JavaScript for the first paint`);
  console.log(`  ${sum(scripts)} JavaScript in all`);
  for (const f of sizes.filter(s => !s.first)) console.log(`  ${sum([f])}   ${f.file}`);
  console.log(`  ${sum(sizes.filter(f => f.file.endsWith('.css')))} styles`);
};

await loadCodec();
const server = await serve('dist', PORT, '127.0.0.1');
const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  chromiumSandbox: !isRoot,
});
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const home = `http://127.0.0.1:${PORT}/`;
  console.log(
    `${os.cpus()[0]?.model ?? 'unknown CPU'}, Chromium ${browser.version()}, throttled ${THROTTLE}x`,
  );
  console.log('Drags: main-thread work of a frame, p50 / p95 / longest task, in ms.\n');
  const columns = [await measure(page, home), await measure(page, home + hashOf(largeScenario()))];
  const say = (...cells: readonly string[]) =>
    console.log(cells.map((c, i) => (i === 0 ? c.padEnd(28) : c.padStart(24))).join(''));
  say('', 'default scene', '65,530 VMAs, 1 TiB');
  for (const label of columns[0]?.keys() ?? []) say(label, ...columns.map(c => c.get(label) ?? ''));
  await page.goto('about:blank');
  await page.goto(`${home}#1&s=evidence`);
  const replayed = await page.getByText('on this machine').textContent({ timeout: 120_000 });
  console.log(`\nEvidence, not throttled: ${replayed}`);
  printBytes();
} finally {
  await browser.close();
  server.close();
}
