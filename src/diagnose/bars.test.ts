import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { leafCount } from '../leaves/runs.ts';
import { leavesText } from '../leaves/words.ts';
import { plain } from '../pieces.ts';
import { MAP } from '../placement/flags.ts';
import { solve } from '../solve.ts';
import { MiB, va } from '../units.ts';
import { barScenario } from './bars.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnoseChoices, Diagnosis } from './diagnosis.ts';
import { diagnosisJson } from './json.ts';
import { diagnosisTable } from './report.ts';
import { designBars, lspciText } from './testing.ts';
import { barPieces, barsRestText } from './words.ts';

const of = (text: string, choices: DiagnoseChoices = {}): Diagnosis => diagnose(readIntake(text), choices);
const lspci = lspciText('41:00.0', designBars);

describe('devices without maps', () => {
  it('have their BARs listed by size, with the best and the worst layout', () => {
    const d = of(lspci, { kernel: '7.3' });
    expect(d.bars.map(b => [b.bar, leavesText(b.best.leaves), leavesText(b.worst.leaves)])).toEqual([
      [2, '2 PUD leaves', '524,288 PTE leaves'],
      [4, '16 PMD leaves', '8,192 PTE leaves'],
      [0, '8 PMD leaves', '4,096 PTE leaves'],
    ]);
    expect(d.bars.map(b => plain(barPieces(b)))[0]).toBe(
      '2 PUD leaves, 2 faults and 4 KiB of page tables at a multiple of 1 GiB; 524,288 PTE leaves, 524,288 faults and 4.02 MiB where VA and PA agree modulo a page alone.',
    );
    expect(d.overall).toBe('nothing');
    expect(d.asks.map(a => a.what)).toEqual(['maps']);
    expect(diagnosisTable(d)).toContain('0000:41:00.0 BAR 2, 2 GiB at 0x38_8000_0000: 2 PUD leaves');
    expect(diagnosisJson(d).bars[0]).toMatchObject({ bar: 2, base: '0x3880000000', best: { faults: 2 } });
  });

  it('are judged on the kernel at hand, with a word about newer ones', () => {
    const [bar] = of(lspci, { kernel: '6.8' }).bars;
    expect(bar && leavesText(bar.best.leaves)).toBe('524,288 PTE leaves');
    expect(bar && plain(barPieces(bar))).toContain(
      'at any address. Linux of today with THP on has larger leaves for it.',
    );
  });

  it('are 64-bit x86 where nothing tells, and what the reader says', () => {
    expect(of(lspci).arch).toMatchObject({ value: 'x86_64-4', how: 'assumed' });
    expect(of(lspci, { arch: 'arm64-16k-48' }).bars.map(b => leavesText(b.best.leaves))).toEqual([
      '64 PMD leaves',
      '1 PMD leaf',
    ]);
  });

  it('count what only base pages fit on', () => {
    const d = of(lspciText('41:00.0', [{ index: 0, base: 0x9200_0000, size: MiB }]));
    expect(d.bars).toEqual([]);
    expect(barsRestText(d)).toBe('1 BAR has room for base pages only.');
  });

  it('are listed from /proc/iomem too, and from a real machine', () => {
    const fixture = (name: string): string =>
      readFileSync(new URL(`../intake/fixtures/${name}`, import.meta.url), 'utf8');
    expect(
      of(fixture('desktop.iomem.txt')).bars.map(b => [b.address, b.bar, leafCount(b.best.leaves)]),
    ).toEqual([
      ['0000:04:00.0', undefined, 8],
      ['0000:07:00.0', undefined, 1],
    ]);
    expect(of(fixture('desktop.lspci-vvvv.txt')).bars.map(b => b.size)).toEqual([32 * 2 ** 30, 16 * MiB]);
  });

  it('are as the engine maps them, where the address agrees and where it does not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 20 }),
        fc.integer({ min: 0, max: 2 ** 19 }),
        fc.integer({ min: 0, max: 9 }),
        (pages, off, order) => {
          // Natural alignment is the rule, but Enhanced Allocation may break it.
          const base = 0x38_0000_0000 + off * 4096 * 2 ** (order % 3);
          const text = lspciText('41:00.0', [{ index: 2, base, size: pages * 4096 }]);
          const intake = readIntake(text);
          const d = diagnose(intake, { kernel: '7.3' });
          for (const view of d.bars) {
            const scenario = barScenario(intake, d, view);
            if (scenario === undefined) continue;
            const at = (start: number) =>
              solve({
                ...scenario,
                request: {
                  ...scenario.request,
                  hint: va(start),
                  flags: MAP.SHARED | MAP.FIXED,
                },
              }).device;
            const fits = 2 ** 40 + (base % view.modulus);
            expect(leafCount(at(fits)?.leaves ?? [])).toBe(leafCount(view.best.leaves));
            expect(leafCount(at(fits + 4096)?.leaves ?? [])).toBe(leafCount(view.worst.leaves));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
