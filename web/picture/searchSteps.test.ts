import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../src/placement/policies.ts';
import { readLink } from '../../src/scenario/link.ts';
import { spacePresets } from '../../src/scenario/presets.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { prepare, solve, trace } from '../../src/solve.ts';
import { makeAddressSpace } from '../../src/space/addressSpace.ts';
import { gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import { bytes, va } from '../../src/units.ts';
import { arithmeticOf, type SearchStep, type SearchSteps, searchSteps } from './searchSteps.ts';
import { stepSentence } from './searchWords.ts';

const linked = (hash: string): Scenario => readLink(hash, { pack: t => t, unpack: t => t }).scenario;

const stepsOf = (scenario: Scenario): SearchSteps => {
  const prepared = prepare(scenario.machine, scenario.space);
  return searchSteps(trace(scenario, prepared), solve(scenario, prepared));
};

const all = (steps: SearchSteps): readonly SearchStep[] =>
  Array.from({ length: steps.count }, (_, i) => steps.at(i));

/** What the written sum comes to, worked out from its text alone. */
const worked = (sum: string): { left: bigint; right: bigint } => {
  const [left = '', right = ''] = sum.split(' = ');
  const word = (text: string): bigint => BigInt(text.replaceAll('_', ''));
  const masked = /^\((\S+) − (\S+)\) & (\S+)$/.exec(left);
  if (masked) {
    const [, a = '', b = '', mask = ''] = masked;
    return { left: BigInt.asUintN(64, word(a) - word(b)) & word(mask), right: word(right) };
  }
  let total = 0n;
  let sign = 1n;
  for (const term of left.split(' ')) {
    if (term === '+') sign = 1n;
    else if (term === '−') sign = -1n;
    else total += sign * word(term);
  }
  return { left: total, right: word(right) };
};

/** Everything that must hold of the steps of a Scenario. */
const check = (scenario: Scenario, prepared = prepare(scenario.machine, scenario.space)): void => {
  const { mmapMinAddr } = prepared.arch;
  const solution = solve(scenario, prepared);
  const steps = all(searchSteps(trace(scenario, prepared), solution));
  expect(steps.at(-1)).toEqual({ kind: 'done', placement: solution.placement });
  // One expectation over all sentences: there are hundreds of thousands.
  expect(steps.map(stepSentence).find(text => /NaN|undefined|Infinity/.test(text))).toBeUndefined();
  let result: number | undefined;
  let needed = 0;
  for (const step of steps) {
    for (const line of arithmeticOf(step)) {
      const { left, right } = worked(line.sum);
      expect(left, line.sum).toBe(right);
      expect(BigInt(line.value)).toBe(right);
    }
    switch (step.kind) {
      case 'begin':
        needed = step.needed;
        expect(needed).toBe(step.length + step.alignMask + step.startGap);
        break;
      case 'passed':
        if (
          step.size <= 0 ||
          step.size >= needed ||
          step.size + step.shortfall !== needed ||
          (prepared.facts.searchMinAddr && step.from < mmapMinAddr)
        )
          expect.fail(`${stepSentence(step)} Needed: ${needed}`);
        break;
      case 'guarded':
        expect(step.size).toBeGreaterThanOrEqual(needed);
        expect(step.guard).toBeGreaterThan(0);
        break;
      case 'taken':
        expect(step.size).toBeGreaterThanOrEqual(needed);
        expect(arithmeticOf(step).at(-1)?.value).toBe(step.addr);
        expect(step.addr).toBeGreaterThanOrEqual(step.from);
        expect(step.addr + step.search.length).toBeLessThanOrEqual(step.to);
        result = step.addr;
        break;
      case 'hint':
        if (step.verdict === 'taken') result = step.hint;
        break;
      case 'congruent':
        expect(arithmeticOf(step).at(-1)?.value).toBe(step.addr);
        result = step.addr;
        break;
      case 'program':
        if (step.step.kind === 'roundUp') {
          expect(arithmeticOf(step).at(-1)?.value).toBe(step.step.to);
          result ??= step.step.to;
        }
        break;
      default:
        break;
    }
  }
  const { placement } = solution;
  const rounded = solution.steps.find(s => s.kind === 'roundUp');
  if (placement.ok && placement.by !== 'fixed') expect(result).toBe(placement.start);
  if (placement.ok && rounded?.kind === 'roundUp') expect(rounded.to).toBe(placement.start);
};

test('the steps of every address space, policy and kernel end where the engine placed the mapping', () => {
  for (const { id: space } of spacePresets)
    for (const { id: policy } of policies)
      for (const kernel of ['6.1.192', '6.12.117', '7.3'])
        for (const more of [
          '',
          '&layout=bottomup',
          '&hint=0x7f42_0000_0000',
          '&len=3M',
          '&bar=2@0x0+128T&len=100T',
        ])
          check(linked(`#1&as=${space}&p=${policy}&k=${kernel}${more}`));
}, 60_000);

test('steps hold for any length and any lid', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('', '#1&as=scene', '#1&as=qemu-run&k=6.12.117', '#1&as=scene&p=thp', '#1&p=xu1'),
      fc.integer({ min: 1, max: 2 ** 19 }),
      fc.option(fc.integer({ min: 16, max: 2 ** 34 }), { nil: undefined }),
      (hash, pages, lid) => {
        const base = linked(hash);
        check({
          ...base,
          request: { ...base.request, length: bytes(pages * 4096) },
          space: { ...base.space, ...(lid === undefined ? {} : { lid: va(lid * 4096) }) },
        });
      },
    ),
    { numRuns: 150 },
  );
});

test('a process of 65,530 mappings is stepped in order, and played in at most 20 seconds', () => {
  const base = linked('#1&as=bare');
  const prepared = prepare(base.machine, base.space);
  const bottom = prepared.mm.space.layout.mmapBase - 65_530 * 0x3000;
  const vmas = Array.from({ length: 65_530 }, (_, i) => ({
    start: va(bottom + i * 0x3000),
    end: va(bottom + 0x1000 + i * 0x3000 + (i % 2) * 0x1000),
    growsDown: i % 5000 === 0,
    shadowStack: false,
    perms: 'rw-p',
    name: '',
  }));
  const { mm } = prepared;
  const many = {
    ...prepared,
    mm: { ...mm, space: makeAddressSpace(vmas, mm.space.layout, prepared.facts, prepared.arch) },
  };
  const steps = searchSteps(trace(base, many), solve(base, many));
  expect(steps.count).toBeGreaterThan(65_500);
  const { index } = many.mm.space;
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < steps.count; i += 97) {
    const step = steps.at(i);
    if (step.kind !== 'passed') continue;
    expect(step.gap).toBeLessThan(before);
    expect(step.size).toBeLessThanOrEqual(gapEnd(index, step.gap) - gapStart(index, step.gap));
    before = step.gap;
  }
  const { plan } = steps;
  expect(plan.reduce((ms, stop) => ms + stop.ms, 0)).toBeLessThanOrEqual(20_000);
  expect(plan.at(-1)?.step).toBe(steps.count - 1);
  plan.forEach((stop, i) => {
    expect(stop.step).toBeGreaterThan(plan[i - 1]?.step ?? -1);
  });
});

test('a short search is played a step a second, every step', () => {
  const steps = stepsOf(linked('#1&as=scene'));
  expect(all(steps).map(s => s.kind)).toEqual([
    'unaligned',
    'begin',
    'passed',
    'passed',
    'passed',
    'passed',
    'taken',
    'done',
  ]);
  expect(steps.plan).toEqual(Array.from({ length: 8 }, (_, step) => ({ step, ms: 1000 })));
  expect(stepSentence(steps.at(2))).toBe(
    'The gap at 0x7fff_f7f6_0000 to 0x7fff_f7fc_2000 is too small: 392 KiB, and 2 GiB is needed. 2 GiB − 392 KiB is missing.',
  );
  expect(arithmeticOf(steps.at(6)).map(l => l.sum)).toEqual([
    '0x7ffe_ecc5_4000 − 0x8000_0000 = 0x7ffe_6cc5_4000',
  ]);
});

test('the row shows the gap that is looked at, crosses no later one, and keeps the mapping for the end', () => {
  const steps = stepsOf(linked('#1&as=scene'));
  expect(steps.shown(1)).toMatchObject({ reached: 'nothing', current: undefined, done: false });
  const third = steps.shown(3);
  expect(third.current?.kind).toBe('passed');
  expect(third.reached).toBe(third.current?.gap);
  expect(steps.shown(7)).toMatchObject({ reached: 'all', current: undefined, done: true });
  // Any number is a step.
  expect(steps.at(-5)).toEqual(steps.at(0));
  expect(steps.at(1e9)).toEqual(steps.at(7));
});

test('a guard that cuts a gap is a step of its own', () => {
  const base = linked('#1&as=bare');
  const prepared = prepare(base.machine, base.space);
  const top = prepared.mm.space.layout.mmapBase;
  const stack = (start: number) => ({
    start: va(start),
    end: va(start + 0x1000),
    growsDown: true,
    shadowStack: false,
    perms: 'rw-p',
    name: '[stack]',
  });
  // Just as much as is asked for lies between two stacks, but the guard of the upper one is part of it.
  const list = [stack(top - 0x100_1000), stack(top - 0x1000)];
  const space = makeAddressSpace(list, prepared.mm.space.layout, prepared.facts, prepared.arch);
  const other = { ...prepared, mm: { ...prepared.mm, space } };
  const scenario = { ...base, request: { ...base.request, length: bytes(0xfff_000) } };
  check(scenario, other);
  const steps = all(searchSteps(trace(scenario, other), solve(scenario, other)));
  const cut = steps.filter(s => s.kind === 'guarded');
  expect(cut).toHaveLength(2);
  expect(cut[0]).toMatchObject({ size: 0xfff_000, guard: 2 ** 20 });
  expect(steps.map(s => s.kind).slice(-5)).toEqual(['guarded', 'passed', 'guarded', 'taken', 'done']);
  expect(cut[0] && stepSentence(cut[0])).toMatch(/1 MiB below .* is the guard/);
});
