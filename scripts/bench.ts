/**
 * `npm run bench`: how fast the engine is, beside the kernel's own search. Prints figures and ratios; nothing
 * passes or fails by them.
 *
 * The kernel's figures: mm/vma.c and the maple tree of Linux 7.3, compiled in user space with -O2.
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { readIntake } from '../src/intake/intake.ts';
import type { KernelFacts } from '../src/kernel/facts.ts';
import { factsOf } from '../src/kernel/facts.ts';
import { parseKernelVersion } from '../src/kernel/version.ts';
import type { PolicyId } from '../src/placement/policies.ts';
import { vmUnmappedArea } from '../src/placement/search.ts';
import { defaultScenario, type Scenario, type SweepInput } from '../src/scenario/scenario.ts';
import { prepare, solve } from '../src/solve.ts';
import { buildGapIndex } from '../src/space/gapIndex.ts';
import { axisOf } from '../src/sweep/axis.ts';
import { planeParts } from '../src/sweep/plane.ts';
import { bytes, va } from '../src/units.ts';
import { MMAP_BASE, makeVmas, seeded } from './manyVmas.ts';

const KERNEL_QUERY_NS: Readonly<Record<number, string>> = {
  50: '70',
  1000: '100 to 115',
  65530: '100 to 115',
};
const KERNEL_BUILD_NS = 1100;

/** Median nanoseconds of one call, over many rounds after a warm-up long enough for the optimizing compiler. */
const time = (calls: number, run: () => void): number => {
  const warm = process.hrtime.bigint() + 300_000_000n;
  while (process.hrtime.bigint() < warm) run();
  const rounds: number[] = [];
  for (let i = 0; i < 25; i++) {
    const from = process.hrtime.bigint();
    run();
    rounds.push(Number(process.hrtime.bigint() - from) / calls);
  }
  rounds.sort((a, b) => a - b);
  return rounds[12] ?? Number.NaN;
};

const factsNow = (): KernelFacts => {
  const version = parseKernelVersion(defaultScenario.machine.kernel);
  if (!version) throw new Error('the default kernel has no version');
  return factsOf(version);
};

const QUERIES = 4096;
let sink = 0;
const facts = factsNow();
const rules = { minAddr: 0x1_0000, guards: facts.searchGuards };
const say = (...columns: readonly string[]) =>
  console.log(columns.map((c, i) => (i === 0 ? c.padEnd(34) : c.padStart(14))).join(''));

console.log(`${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`);
console.log("Medians of 25 rounds. “of kernel” is our time over the time of the kernel's own code.\n");
say('VMAs', '50', '1,000', '65,530');

const sizes = [50, 1000, 65_530];
const spaces = sizes.map(makeVmas);
const indices = spaces.map(vmas => buildGapIndex(vmas, { stackGuardGap: 2 ** 20, shadowStackGuard: 4096 }));

const builds = spaces.map(vmas => {
  const repeat = Math.max(1, Math.floor(200_000 / vmas.length));
  return time(repeat * vmas.length, () => {
    for (let i = 0; i < repeat; i++)
      // A list of its own each time: an index is remembered by its list.
      sink += buildGapIndex([...vmas], { stackGuardGap: 2 ** 20, shadowStackGuard: 4096 }).count;
  });
});
say('build, ns a VMA', ...builds.map(n => n.toFixed(1)));
say('  of kernel', ...builds.map(n => (n / KERNEL_BUILD_NS).toFixed(3)));

const query = (which: (random: () => number) => { length: number; mask: number }) =>
  indices.map(index => {
    const random = seeded(7);
    const asked = Array.from({ length: QUERIES }, () => {
      const { length, mask } = which(random);
      return {
        topDown: random() < 0.75,
        length,
        lowLimit: 4096,
        highLimit: MMAP_BASE,
        alignMask: mask,
        alignOffset: 0,
        startGap: 0,
      };
    });
    return time(QUERIES, () => {
      for (const q of asked) sink += vmUnmappedArea(index, rules, q);
    });
  });
const mixed = query(random => ({
  length: Math.ceil(2 ** (random() * 14)) * 4096,
  mask: random() < 0.3 ? 2 ** 21 - 4096 : 0,
}));
say('placement query, ns', ...mixed.map(n => n.toFixed(1)));
say("  the kernel's, ns", ...sizes.map(n => KERNEL_QUERY_NS[n] ?? ''));
say(
  '  of kernel (its lower figure)',
  ...mixed.map((n, i) => (n / Number.parseInt(KERNEL_QUERY_NS[sizes[i] ?? 0] ?? '1', 10)).toFixed(2)),
);
const large = query(() => ({ length: 2 ** 31, mask: 0 }));
say('query for 2 GiB, ns', ...large.map(n => n.toFixed(1)));

const solves = spaces.map(vmas => {
  const scenario: Scenario = {
    ...defaultScenario,
    space: {
      ...defaultScenario.space,
      source: { kind: 'pasted', name: 'bench', vmas, mmapBase: va(MMAP_BASE) },
    },
  };
  const prepared = prepare(scenario.machine, scenario.space);
  const steps = Array.from({ length: 256 }, (_, i) => ({
    ...scenario,
    request: { ...scenario.request, length: bytes(2 ** 31 - i * 4096) },
  }));
  return time(steps.length, () => {
    for (const step of steps) sink += solve(step, prepared).device?.faults ?? 0;
  });
});
say('solve whole (place, leaves, why, cost), µs', ...solves.map(n => (n / 1000).toFixed(2)));

/** Processor time of reading a paste of 10 MiB, the least of five: the machine may be busy with other work. */
const pasteMs = (text: string): string => {
  let whole = text;
  while (whole.length < 10 * 2 ** 20) whole += whole;
  whole = whole.slice(0, 10 * 2 ** 20);
  const times = Array.from({ length: 5 }, () => {
    const from = process.cpuUsage();
    sink += readIntake(whole).unread;
    const used = process.cpuUsage(from);
    return (used.user + used.system) / 1000;
  });
  return Math.min(...times).toFixed(0);
};
const sample = (name: string): string =>
  readFileSync(new URL(`../src/intake/fixtures/${name}`, import.meta.url), 'utf8');
const LOGGED = '[    1.348217] pci 0000:00:14.2: BAR 0 [mem 0x383fffa46000-0x383fffa46fff 64bit]\n';
say('\n10 MiB pasted, ms of processor', 'maps', 'lspci', 'iomem', 'trace', 'log');
say(
  '  read, by kind of text',
  pasteMs(sample('qemu-system-x86_64.maps.txt')),
  pasteMs(sample('microvm.lspci-vv.txt')),
  pasteMs(sample('microvm.iomem.txt')),
  pasteMs(sample('objdump.ftrace.txt')),
  pasteMs(LOGGED),
);
console.log('\nSweep: a plane of offset and length, the default scene, one thread');
say('', '16 x 16, ms', '256 x 256, ms', '1,024 x 1,024', 'points a second');
const swept: readonly { readonly name: string; readonly policy: PolicyId; readonly x: SweepInput }[] = [
  { name: 'as shipped', policy: 'shipped', x: 'off' },
  { name: 'THP helper', policy: 'thp', x: 'off' },
  { name: 'Xu v1', policy: 'xu1', x: 'off' },
  { name: 'QEMU 2026', policy: 'qemu', x: 'off' },
  { name: 'as shipped, gap and length', policy: 'shipped', x: 'gap' },
  { name: 'as shipped, hint and length', policy: 'shipped', x: 'hint' },
];
for (const { name, policy, x } of swept) {
  /** From the very start: the axis, the space, every pass. `first`: the coarse picture alone. */
  const plane = (detail: number, first: boolean): number => {
    const from = process.hrtime.bigint();
    const ask = {
      scenario: defaultScenario,
      x: axisOf(defaultScenario, { input: x, range: undefined }, detail),
      y: axisOf(defaultScenario, { input: 'len', range: undefined }, detail),
      policies: [policy],
    };
    for (const part of planeParts(ask)) {
      sink += part?.cls[0] ?? 0;
      if (first && part !== undefined) break;
    }
    return Number(process.hrtime.bigint() - from) / 1e6;
  };
  const median = (runs: number, detail: number, first = false): number =>
    Array.from({ length: runs }, () => plane(detail, first)).sort((a, b) => a - b)[runs >> 1] ?? Number.NaN;
  const coarse = median(9, 256, true);
  const small = median(9, 256);
  const large = median(3, 1024);
  say(
    name,
    coarse.toFixed(1),
    small.toFixed(1),
    `${large.toFixed(0)} ms`,
    `${((1024 * 1024) / large / 1000).toFixed(1)} M`,
  );
}
if (sink === 0.5) console.log('');
