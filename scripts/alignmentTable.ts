/**
 * `npm run docs:alignment`: who passes the public test of how VFIO mappings are aligned, as a table between markers
 * in docs/policies.md. The same draws every time, so that a test can hold the page to it.
 *
 * The test: vfio-pci-device-map-alignment.c of github.com/awilliam/tests at dc9e6a4abb72. Its three rules are told
 * here in our own words; it reports the third, but does not fail by it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { ArchId } from '../src/arch/arch.ts';
import { archOf } from '../src/arch/index.ts';
import { multipleForOffset, multipleForSize } from '../src/diagnose/alignmentTest.ts';
import { leafCount } from '../src/leaves/runs.ts';
import { type PolicyId, policies } from '../src/placement/policies.ts';
import { defaultScenario, type Scenario } from '../src/scenario/scenario.ts';
import { type Prepared, prepare, solve } from '../src/solve.ts';
import { formatSize } from '../src/text.ts';
import { alignDown, bytes, pa, va } from '../src/units.ts';

/** A generator of numbers in [0, 1) that gives the same ones every time. */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** One mapping that a rule asks for, in bytes. */
export interface Draw {
  readonly bar: number;
  readonly base: number;
  readonly offset: number;
  readonly length: number;
}

/** One of the test's rules; the last column is ours. */
interface Rule {
  readonly title: string;
  readonly draw: (random: () => number, bar: number) => Pick<Draw, 'offset' | 'length'>;
  /** The expected alignment; undefined: the fewest leaves that this offset and length allow. */
  readonly wanted: ((d: Draw) => number) | undefined;
}

/** A multiple of 4 KiB below `size`, as often of a large power of two as of a small one. */
const below = (random: () => number, size: number): number => {
  const unit = 4096 * 2 ** Math.floor(random() * Math.log2(size / 4096));
  return Math.floor(random() * (size / unit)) * unit;
};

/** The columns of the table. */
export const rules: readonly Rule[] = [
  {
    title: 'offset 0',
    draw: (_, bar) => ({ offset: 0, length: bar }),
    wanted: d => multipleForSize(d.bar),
  },
  {
    title: 'random offset',
    draw: (random, bar) => {
      const offset = below(random, bar);
      return { offset, length: bar - offset };
    },
    wanted: d => multipleForOffset(d.offset, d.length),
  },
  {
    title: 'random size',
    draw: (random, bar) => ({ offset: 0, length: bar - below(random, bar) }),
    wanted: d => multipleForSize(d.length),
  },
  {
    title: 'fewest leaves',
    draw: (random, bar) => {
      const offset = below(random, bar);
      return { offset, length: bar - offset - below(random, bar - offset) };
    },
    wanted: undefined,
  },
];

const DRAWS = 150;

/** Processes that differ in where free space ends, with room for everything. */
const spacesOf = (machine: Scenario['machine'], random: () => number): readonly Prepared[] => {
  const top = archOf(machine.arch).window - 2 ** 37;
  return Array.from({ length: 5 }, () =>
    prepare(machine, {
      ...defaultScenario.space,
      source: { kind: 'preset', id: 'bare' },
      lid: va(alignDown(top - random() * 2 ** 36, archOf(machine.arch).page)),
    }),
  );
};

/** Whether a policy maps a draw as the rule wants. */
export const holds = (
  rule: Rule,
  d: Draw,
  machine: Scenario['machine'],
  prepared: Prepared | undefined,
): boolean => {
  const scenario: Scenario = {
    ...defaultScenario,
    machine,
    device: { ...defaultScenario.device, bar: { index: 2, base: pa(d.base), size: bytes(d.bar) } },
    request: { ...defaultScenario.request, offset: bytes(d.offset), length: bytes(d.length) },
  };
  const { device } = solve(scenario, prepared);
  if (device === undefined) return false;
  return rule.wanted === undefined
    ? leafCount(device.leaves) === leafCount(device.best.runs)
    : device.mapping.start % rule.wanted(d) === 0;
};

/** `yes`, or the first draw that went wrong. */
const verdict = (rule: Rule, machine: Scenario['machine']): string => {
  const random = seeded(1);
  const spaces = spacesOf(machine, random);
  for (let i = 0; i < DRAWS; i++) {
    const bar = 2 ** (13 + Math.floor(random() * 23));
    const base = bar * (1 + Math.floor(random() * 64));
    const d: Draw = { bar, base, ...rule.draw(random, bar) };
    if (holds(rule, d, machine, spaces[i % spaces.length])) continue;
    if (d.length === bar) return `no: ${formatSize(bar)}`;
    const where = d.offset === 0 ? '' : ` from +${formatSize(d.offset)}`;
    return `no: ${formatSize(d.length)}${where} of ${formatSize(bar)}`;
  }
  return 'yes';
};

const columns: readonly { readonly arch: ArchId; readonly title: string }[] = [
  { arch: 'x86_64-4', title: 'x86-64' },
  { arch: 'arm64-4k-48', title: 'arm64, 4K pages' },
];

/** A policy's row on an architecture: a verdict a rule. */
export const rowOf = (arch: ArchId, policy: PolicyId): readonly string[] => {
  const machine = { ...defaultScenario.machine, arch, policy };
  return rules.map(rule => verdict(rule, machine));
};

const tableOf = (arch: ArchId, title: string): string => {
  const rows = policies.filter(p => p.kind !== 'none').map(p => [`\`${p.id}\``, ...rowOf(arch, p.id)]);
  const head = ['policy', ...rules.map(r => r.title)];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map(r => r[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((c, i) => c.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [
    `${title}, kernel ${defaultScenario.machine.kernel}:`,
    '',
    line(head),
    line(widths.map(w => '-'.repeat(w))),
    ...rows.map(line),
  ].join('\n');
};

const BEGIN = '<!-- npm run docs:alignment -->';
const END = '<!-- end -->';

/** The page with its tables replaced. */
export const withTables = (page: string): string => {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`no ${BEGIN} and ${END} in the page`);
  return `${page.slice(0, from)}${BEGIN}\n\n${columns.map(c => tableOf(c.arch, c.title)).join('\n\n')}\n\n${page.slice(to)}`;
};

const PAGE = new URL('../docs/policies.md', import.meta.url);

/** The page as it is. */
export const readPage = (): string => readFileSync(PAGE, 'utf8');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(PAGE, withTables(readPage()));
