import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archs } from '../arch/index.ts';
import { releases } from '../kernel/releases.ts';
import { lessonScenario, lessons } from '../scenario/lessons.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { solve } from '../solve.ts';
import { bytes, GiB, MiB, pa } from '../units.ts';
import { ascii, COLUMNS, scenarioPicture, wrap } from './plain.ts';

const picture = (s: Scenario): string => scenarioPicture(s, solve(s)) ?? '';

describe('the picture of a Scenario', () => {
  it('shows teeth that meet, and leaves with their boundaries', () => {
    const hint = 0x7f42_4000_0000;
    const text = picture({ ...defaultScenario, request: { ...defaultScenario.request, hint } });
    expect(text).toBe(
      [
        'BAR 2 of 2 GiB, Linux 7.3, x86-64, 4 levels',
        'VA 0x7f42_4000_0000  PA 0x38_8000_0000  2 GiB',
        '',
        '1 GiB teeth, the whole mapping: the teeth meet',
        'VA  v-------------------------------v-------------------------------v',
        '    |###############################|###############################|',
        '    |                               |                               |',
        'PA  ^-------------------------------^-------------------------------^',
        '    # PUD 1 GiB',
        '',
        'offset              VA                      leaves',
        '0x0                 0x7f42_4000_0000        2 PUD of 1 GiB',
        '',
        'now:  2 PUD leaves, 2 faults, 4 KiB of page tables',
        'best: the same',
        '',
      ].join('\n'),
    );
  });

  it('has the figures of the default Scenario, with the arrow from VA to PA', () => {
    const text = picture(defaultScenario);
    expect(text).toContain('524,288 PTE of 4 KiB');
    expect(text).toMatch(/\n {4} *\+-+> *\+-+>\n/);
    expect(text).toContain('best: 2 PUD leaves, 2 faults');
  });

  it('is there for every lesson that maps a device, and the same twice', () => {
    for (const { id } of lessons) {
      const scenario = lessonScenario(id) ?? defaultScenario;
      const solution = solve(scenario);
      const text = scenarioPicture(scenario, solution);
      expect(text === undefined).toBe(solution.parts.length === 0);
      expect(scenarioPicture(scenario, solve(scenario))).toBe(text);
    }
  });

  it('keeps to 72 columns of ASCII, whatever is mapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...archs.filter(a => a.taskSize > 2 ** 38).map(a => a.id)),
        fc.constantFrom(...releases.map(r => r.version)),
        fc.integer({ min: 1, max: 2 ** 20 }),
        fc.integer({ min: 0, max: 2 ** 20 }),
        fc.constantFrom(0, 4096, 65_536, MiB),
        (arch, kernel, pages, start, off) => {
          const length = bytes(pages * 65_536);
          const s: Scenario = {
            ...defaultScenario,
            machine: { ...defaultScenario.machine, arch, kernel },
            device: { ...defaultScenario.device, bar: { index: 2, base: pa(2 ** 40 + off), size: length } },
            space: { ...defaultScenario.space, source: { kind: 'preset', id: 'bare' } },
            request: { ...defaultScenario.request, length, hint: GiB + start * 65_536 },
          };
          for (const line of picture(s).split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,72}$/);
        },
      ),
      { numRuns: 100 },
    );
  }, 30_000);
});

describe('words for mail', () => {
  it('are broken at blanks, and cut where no line holds them', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 12, max: COLUMNS }), (text, width) => {
        const lines = wrap(text, width, '    ', '  ');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  }, 30_000);

  it('have plain forms of the signs', () => {
    expect(ascii('VA \u2212 PA \u2261 0 “x”')).toBe('VA - PA == 0 "x"');
  });
});
