import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { prepare, type Solution, solve, trace } from '../../src/solve.ts';
import { readHash } from '../state/links.ts';
import { ladderTwin, leavesTwin, physicalTwin, spaceTwin, type Twin, zipperTwin } from './twins.ts';

const at = (hash: string) => {
  const { scenario } = readHash(hash);
  const prepared = prepare(scenario.machine, scenario.space);
  const solution = solve(scenario, prepared);
  const { device } = solution;
  return { scenario, solution, device, events: trace(scenario, prepared) };
};
const mapped = (hash: string) => {
  const all = at(hash);
  if (all.device === undefined) throw new Error(`not placed: ${hash}`);
  return { ...all, device: all.device };
};
const lines = (t: Twin): readonly string[] => t.rows.map(r => r.join(' | '));
const whole = (t: Twin): void => {
  for (const row of t.rows) {
    expect(row).toHaveLength(t.head.length);
    expect(row.join(' ')).not.toMatch(/undefined|NaN|Infinity/);
  }
  expect(new Set(lines(t)).size).toBe(t.rows.length);
};

describe('the address space as a table', () => {
  it('has the mapping, and every gap the search passed over with what it needed', () => {
    const { solution, events } = at('#1&as=scene');
    const t = spaceTwin(solution, events);
    whole(t);
    const passed = t.rows.filter(r => r[4] === 'too small');
    expect(passed.map(r => r[2])).toEqual(['2,044 KiB', '29.99 MiB', '1.68 MiB', '392 KiB']);
    expect(passed.every(r => r[3] === '2 GiB')).toBe(true);
    expect(t.rows.find(r => r[1] === 'the new mapping')?.[0]).toBe('0x7ffe_6cc5_4000');
    expect(t.rows.filter(r => r[4] === 'taken')).toHaveLength(1);
    expect(t.note).toBeUndefined();
  });

  it('ascends without overlap where nothing is replaced', () => {
    for (const hash of [
      '',
      '#1&as=scene',
      '#1&p=xu1',
      '#1&layout=bottomup&as=bare',
      '#1&len=4G',
      '#1&as=qemu-run',
    ]) {
      const { solution, events } = at(hash);
      const t = spaceTwin(solution, events);
      whole(t);
      let end = 0n;
      for (const row of t.rows) {
        const [from = '', to = ''] = [row[0], row.at(-1)];
        expect(BigInt(from.replaceAll('_', ''))).toBeGreaterThanOrEqual(end);
        end = BigInt(to.replaceAll('_', ''));
      }
      expect(t.rows.length).toBeLessThanOrEqual(60);
    }
  });

  it('says how much it leaves out of a large process', () => {
    const { solution, events } = at('');
    const { note, rows } = spaceTwin(solution, events);
    expect(rows.length).toBeGreaterThan(40);
    expect(note).toMatch(/^\d+ further mappings are left out, .* passed over 15 gaps in all/);
  });

  it('names what MAP_FIXED takes', () => {
    const { solution, events } = at('#1&fl=shared.fixed&hint=0x7f43_0000_0000');
    const t = spaceTwin(solution, events);
    whole(t);
    expect(lines(t).filter(l => l.includes('MAP_FIXED takes')).length).toBeGreaterThan(0);
    expect(lines(t).filter(l => l.includes('the new mapping'))).toHaveLength(1);
  });
});

it('the zipper as a table: each size, whether it meets, and why not', () => {
  const { solution, device } = mapped('#1&as=scene');
  const t = zipperTwin(solution, device);
  whole(t);
  expect(lines(t)).toEqual([
    'PUD 1 GiB | 0x2cc5_4000, 716.33 MiB | miss by 716.33 MiB | 1 | 0 | VA and PA are 716.33 MiB apart',
    'PMD 2 MiB | 0x5_4000, 336 KiB | miss by 336 KiB | 1,023 | 0 | VA and PA are 336 KiB apart',
    'PTE 4 KiB | 0 | meet | 524,288 | 524,288 | ',
  ]);
  const arm = mapped('#1&a=arm64-4k-48&p=xu1&cont=marked');
  const rows = lines(zipperTwin(arm.solution, arm.device));
  expect(rows.map(r => r.split(' ')[0])).toEqual(['PUD', 'CONTPMD', 'PMD', 'CONTPTE', 'PTE']);
});

it('the physical side as a table: BARs, mapped parts, holes', () => {
  const { scenario, solution } = at(
    '#1&bar=0@0xfc00_0000+16M&holes=0x40_0000+64K&len=16M&others=2@0x38_8000_0000+2G',
  );
  const t = physicalTwin(scenario, solution);
  whole(t);
  expect(t.rows.map(r => r[1]?.split(',')[0])).toEqual(['BAR 0', 'mapped', 'hole', 'mapped', 'BAR 2']);
  expect(t.rows[0]?.[3]).toBe('64 MiB, a multiple of its size');
});

it('the ladder as a table counts what the cost counts', () => {
  const count = (s: {
    scenario: Scenario;
    solution: Solution;
    device: NonNullable<Solution['device']>;
  }): void => {
    const t = ladderTwin(s.solution, s.device);
    whole(t);
    const sum = t.rows.slice(1).reduce((n, r) => n + Number(r[1]?.replaceAll(',', '')), 0);
    expect(sum).toBe(s.device.cost.tables.reduce((n, c) => n + c.count, 0));
  };
  for (const hash of ['', '#1&p=xu1', '#1&a=x86_64-5', '#1&a=s390x', '#1&len=15M&off=1028K&p=thp'])
    count(mapped(hash));
  const scene = mapped('#1&as=scene');
  expect(lines(ladderTwin(scene.solution, scene.device))[1]).toBe('PUD | 1 | 4 KiB | 3 | 0 | 509 | 1 GiB');
  expect(leavesTwin(scene.device).rows).toEqual([
    ['0x7ffe_6cc5_4000', '0x38_8000_0000', 'PTE 4 KiB', '524,288'],
  ]);
});
