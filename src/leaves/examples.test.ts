import { expect, test } from 'vitest';
import { x86Level4 } from '../arch/x86.ts';
import { costOf } from '../cost/cost.ts';
import { factsOf } from '../kernel/facts.ts';
import { parseKernelVersion } from '../kernel/version.ts';
import { type Bytes, GiB, KiB, MiB, type Pa, TiB, type Va } from '../units.ts';
import type { PfnMapping } from './mapping.ts';
import { defaultThpPolicy, type LeafRules, leafRules, type ThpPolicy } from './rules.ts';
import { closedForm, type LeafRun } from './runs.ts';
import { type TouchOrder, touchAll } from './touch.ts';

// Worked out from the kernel's rules before this engine existed, by a page-by-page model. The numbers are theirs.
const B = 0x7f00_0000_0000;

const rulesFor = (kernel: string, policy: Partial<ThpPolicy> = {}): LeafRules => {
  const version = parseKernelVersion(kernel);
  if (!version) throw new Error(kernel);
  return leafRules(x86Level4, factsOf(version), version, { ...defaultThpPolicy, ...policy });
};
const map = (start: number, length: number, pa: number): PfnMapping => ({
  start: start as Va,
  end: (start + length) as Va,
  pa: pa as Pa,
});
const write = (runs: readonly LeafRun[]): string =>
  runs.map(r => `${r.corrupt ? 'corrupt ' : ''}${r.kind} x${r.count}`).join(', ');

interface Example {
  readonly no: string;
  readonly what: string;
  readonly kernel?: string;
  readonly policy?: Partial<ThpPolicy>;
  readonly start: number;
  readonly length: number;
  readonly pa: number;
  readonly runs: string;
  readonly faults: number;
  /** pte/pmd/pud tables */
  readonly tables: string;
}

const examples: readonly Example[] = [
  {
    no: '1',
    what: 'whole BAR, congruent',
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pud x2',
    faults: 2,
    tables: '0/0/1',
  },
  {
    no: '2',
    what: 'off by 2 MiB',
    start: B + 2 * MiB,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pmd x1024',
    faults: 1024,
    tables: '0/3/1',
  },
  {
    no: '3',
    what: 'off by a page',
    start: B + 4 * KiB,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pte x524288',
    faults: 524288,
    tables: '1025/3/1',
  },
  {
    no: '4',
    what: 'starts in the middle of a GiB',
    start: B + 512 * MiB,
    length: 2 * GiB,
    pa: 0x20_2000_0000,
    runs: 'pmd x256, pud x1, pmd x256',
    faults: 513,
    tables: '0/2/1',
  },
  {
    no: '5',
    what: 'THP never, gate obeyed',
    kernel: '7.3-rc3',
    policy: { enabled: 'never' },
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pte x524288',
    faults: 524288,
    tables: '1024/2/1',
  },
  {
    no: '5b',
    what: 'THP never, gate bypassed',
    kernel: '7.3-rc4',
    policy: { enabled: 'never' },
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pud x2',
    faults: 2,
    tables: '0/0/1',
  },
  {
    no: '6',
    what: 'starts 2 MiB into a GiB',
    start: B + 2 * MiB,
    length: 2 * GiB,
    pa: 0x20_0020_0000,
    runs: 'pmd x511, pud x1, pmd x1',
    faults: 513,
    tables: '0/2/1',
  },
  {
    no: '7',
    what: 'one PMD',
    start: B,
    length: 2 * MiB,
    pa: 0xe000_0000,
    runs: 'pmd x1',
    faults: 1,
    tables: '0/1/1',
  },
  {
    no: '8',
    what: 'a page into a PMD, congruent',
    start: B + 4 * KiB,
    length: 16 * MiB,
    pa: 0xe000_1000,
    runs: 'pte x511, pmd x7, pte x1',
    faults: 519,
    tables: '2/1/1',
  },
  {
    no: '9',
    what: 'a page short',
    start: B,
    length: 16 * MiB - 4 * KiB,
    pa: 0xe000_0000,
    runs: 'pmd x7, pte x511',
    faults: 518,
    tables: '1/1/1',
  },
  {
    no: '10',
    what: 'offset in VA and PA',
    start: B + 2 * MiB + 4 * KiB,
    length: 8 * MiB,
    pa: 0xe000_1000,
    runs: 'pte x511, pmd x3, pte x1',
    faults: 515,
    tables: '2/1/1',
  },
  {
    no: '11',
    what: 'small BAR',
    start: B,
    length: 16 * KiB,
    pa: 0xfe00_0000,
    runs: 'pte x4',
    faults: 4,
    tables: '1/1/1',
  },
  {
    no: '12',
    what: 'part of a BAR',
    start: B + GiB - 2 * MiB,
    length: 3 * GiB,
    pa: 0x20_ffe0_0000,
    runs: 'pmd x1, pud x2, pmd x511',
    faults: 514,
    tables: '0/2/1',
  },
  {
    no: '26',
    what: 'all three sizes',
    start: B,
    length: GiB + 2 * MiB + 4 * KiB,
    pa: 0x20_0000_0000,
    runs: 'pud x1, pmd x1, pte x1',
    faults: 3,
    tables: '1/1/1',
  },
  {
    no: '27',
    what: '128 GiB',
    start: B,
    length: 128 * GiB,
    pa: 0x200_0000_0000,
    runs: 'pud x128',
    faults: 128,
    tables: '0/0/1',
  },
  {
    no: '28',
    what: '128 GiB off by 2 MiB',
    start: B + 2 * MiB,
    length: 128 * GiB,
    pa: 0x200_0000_0000,
    runs: 'pmd x65536',
    faults: 65536,
    tables: '0/129/1',
  },
  {
    no: '29',
    what: '64 GiB off by a page',
    start: B + 4 * KiB,
    length: 64 * GiB,
    pa: 0x200_0000_0000,
    runs: 'pte x16777216',
    faults: 16777216,
    tables: '32769/65/1',
  },
  {
    no: '30',
    what: 'after an MSI-X hole, congruent',
    start: B + 12 * KiB,
    length: 64 * MiB - 12 * KiB,
    pa: 0xe000_3000,
    runs: 'pte x509, pmd x31',
    faults: 540,
    tables: '1/1/1',
  },
  {
    no: '31',
    what: 'after an MSI-X hole, as QEMU places it',
    start: B + GiB,
    length: 64 * MiB - 12 * KiB,
    pa: 0xe000_3000,
    runs: 'pte x16381',
    faults: 16381,
    tables: '32/1/1',
  },
  {
    no: '32',
    what: 'area at 512 MiB, as QEMU places it',
    start: B,
    length: 64 * GiB - 512 * MiB,
    pa: 0x40_2000_0000,
    runs: 'pmd x32512',
    faults: 32512,
    tables: '0/64/1',
  },
  {
    no: '33',
    what: 'area at 512 MiB, congruent',
    start: B + 512 * MiB,
    length: 64 * GiB - 512 * MiB,
    pa: 0x40_2000_0000,
    runs: 'pmd x256, pud x63',
    faults: 319,
    tables: '0/1/1',
  },
  {
    no: '34',
    what: 'PA 1 MiB past a PMD, VA at one',
    start: B,
    length: 8 * MiB,
    pa: 0x20_0010_0000,
    runs: 'pte x2048',
    faults: 2048,
    tables: '4/1/1',
  },
  {
    no: '35',
    what: 'the same, congruent',
    start: B + MiB,
    length: 8 * MiB,
    pa: 0x20_0010_0000,
    runs: 'pte x256, pmd x3, pte x256',
    faults: 515,
    tables: '2/1/1',
  },
  {
    no: '38',
    what: '1 TiB',
    start: 0x7e00_0000_0000,
    length: TiB,
    pa: 0x800_0000_0000,
    runs: 'pud x1024',
    faults: 1024,
    tables: '0/0/2',
  },
  {
    no: '39',
    what: 'no whole GiB inside',
    start: B + 16 * KiB,
    length: GiB,
    pa: 0x20_0000_4000,
    runs: 'pte x508, pmd x511, pte x4',
    faults: 1023,
    tables: '2/2/1',
  },
  {
    no: '40',
    what: '1 GiB less a page',
    start: B,
    length: GiB - 4 * KiB,
    pa: 0x20_0000_0000,
    runs: 'pmd x511, pte x511',
    faults: 1022,
    tables: '1/1/1',
  },
  {
    no: '41',
    what: 'across a 512 GiB boundary',
    start: 0x7f7f_c000_0000,
    length: 3 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pud x3',
    faults: 3,
    tables: '0/0/2',
  },
  {
    no: '42',
    what: '256 MiB',
    start: B + 2 * MiB,
    length: 256 * MiB,
    pa: 0xd000_0000,
    runs: 'pmd x128',
    faults: 128,
    tables: '0/1/1',
  },
  {
    no: '45',
    what: 'era fullInsert',
    kernel: '6.10',
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pte x524288',
    faults: 1,
    tables: '1024/2/1',
  },
  {
    no: '46',
    what: 'era hugeExact, ascending',
    kernel: '6.12.28',
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_0000,
    runs: 'pud x2',
    faults: 2,
    tables: '0/0/1',
  },
  {
    no: '49',
    what: 'era hugeExact, offset',
    kernel: '6.12.28',
    start: B + 2 * MiB,
    length: 2 * GiB,
    pa: 0x20_0020_0000,
    runs: 'pmd x511, pud x1, pmd x1',
    faults: 513,
    tables: '0/2/1',
  },
  {
    no: '51',
    what: 'PFN not checked',
    kernel: '6.12',
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_1000,
    runs: 'corrupt pud x2',
    faults: 2,
    tables: '0/0/1',
  },
  {
    no: '52',
    what: 'the same, PFN checked',
    kernel: '6.12.28',
    start: B,
    length: 2 * GiB,
    pa: 0x20_0000_1000,
    runs: 'pte x524288',
    faults: 524288,
    tables: '1024/2/1',
  },
];

test.each(examples)('example $no: $what', e => {
  const rules = rulesFor(e.kernel ?? '7.3', e.policy);
  const m = map(e.start, e.length, e.pa);
  const runs = closedForm(m, rules);
  const cost = costOf(runs, x86Level4, rules.era);
  expect(write(runs)).toBe(e.runs);
  expect(cost.faults).toBe(e.faults);
  expect(cost.tables.map(t => t.count).join('/')).toBe(e.tables);
  const touched = touchAll(m, rules, { kind: 'ascending' });
  expect(touched?.faults).toBe(e.faults);
  expect(touched?.leaves).toEqual(runs);
});

test('example 44: one page unmapped at 512 MiB leaves two VMAs', () => {
  const rules = rulesFor('7.3');
  const hole = 512 * MiB;
  expect(write(closedForm(map(B, hole, 0x20_0000_0000), rules))).toBe('pmd x256');
  const high = map(B + hole + 4 * KiB, GiB - hole - 4 * KiB, 0x20_0000_0000 + hole + 4 * KiB);
  expect(write(closedForm(high, rules))).toBe('pte x511, pmd x255');
});

test('example 53: one GiB as two adjacent VMAs gets no PUD', () => {
  const rules = rulesFor('7.3');
  const halves = [0, 512 * MiB].flatMap(at => closedForm(map(B + at, 512 * MiB, 0x20_0000_0000 + at), rules));
  expect(write(halves)).toBe('pmd x256, pmd x256');
  expect(costOf(halves, x86Level4, rules.era)).toMatchObject({
    faults: 512,
    tables: [{ count: 0 }, { count: 1 }, { count: 1 }],
  });
});

const first = (offset: number): TouchOrder => ({ kind: 'firstThenAscending', first: [offset as Bytes] });

test('example 47: one touch in the middle of a block spoils it in era hugeExact', () => {
  const touched = touchAll(map(B, 2 * GiB, 0x20_0000_0000), rulesFor('6.12.28'), first(512 * MiB + 4 * KiB));
  expect(write(touched?.leaves ?? [])).toBe('pmd x256, pte x512, pmd x255, pud x1');
  expect(touched?.faults).toBe(1024);
  expect(touched?.firstFaulted).toEqual([true]);
});

test('example 48: descending touches get only base pages in era hugeExact', () => {
  const touched = touchAll(map(B, 2 * GiB, 0x20_0000_0000), rulesFor('6.12.28'), { kind: 'descending' });
  expect(write(touched?.leaves ?? [])).toBe('pte x524288');
  expect(touched?.faultList).toEqual([[2 * GiB - 4096, -4096, 524288]]);
});

test('example 50: one touch at 1 GiB + 8 KiB costs the only PUD in era hugeExact', () => {
  const m = map(B + 2 * MiB, 2 * GiB, 0x20_0020_0000);
  const touched = touchAll(m, rulesFor('6.12.28'), first(GiB + 8 * KiB - 2 * MiB));
  expect(touched?.faults).toBe(1535);
  expect(write(touched?.leaves ?? [])).toBe('pmd x511, pte x512, pmd x512');
});
