import { describe, expect, it } from 'vitest';
import { archs } from '../../../src/arch/index.ts';
import { iommuIds, memoryKinds } from '../../../src/dma/ids.ts';
import { type DmaView, defaultScenario, type Scenario } from '../../../src/scenario/scenario.ts';
import { bytes } from '../../../src/units.ts';
import { roughMeasure } from '../../draw/marks.ts';
import { withArch, withMachine } from '../../scenario/edit.ts';
import { withDma } from '../../scenario/view.ts';
import { solutionOf } from '../../state/solution.ts';
import { plain } from '../../ui/Pieces.tsx';
import { type DmaFacts, dmaFacts, rampOf } from './answer.ts';
import { drawDma } from './picture.ts';
import { pictureOf } from './pictureOf.ts';
import { withPreset } from './preset.ts';
import { iommufdWords, reasonsOf, refusalWords, spokenDma, stepsOver } from './words.ts';

const factsOf = (s: Scenario): DmaFacts => {
  const facts = dmaFacts(s, solutionOf(s));
  if (!facts) throw new Error('nothing is mapped');
  return facts;
};
const ask = (part: Partial<DmaView> = {}, from: Scenario = defaultScenario): DmaFacts =>
  factsOf(withDma(part)(from));

const words = (facts: DmaFacts): string => {
  if (!facts.result.ok) return refusalWords(facts.result, facts);
  return reasonsOf(facts, facts.result)
    .map(r => plain(r.text))
    .join('\n');
};

describe('the DMA lab', () => {
  it('keeps the entries of the IOMMU while the VA moves', () => {
    const { rows } = ask();
    expect(rows.map(r => r.id)).toEqual(['placed', 'pageOff', 'best', 'bestOff']);
    expect(rows.map(r => r.faults)).toEqual([524_288, 524_288, 2, 524_288]);
    const results = rows.map(r => (r.result.ok ? [r.result.pinning.steps, r.result.runs] : []));
    expect(results.map(([steps]) => steps)).toEqual([524_288, 524_288, 2, 524_288]);
    expect(new Set(results.map(([, runs]) => JSON.stringify(runs))).size).toBe(1);
    expect(ask({ vaOff: true }).cpu.va - ask().cpu.va).toBe(4096);
  });

  it('takes pages as they are touched upwards, whatever order the Map touches them in', () => {
    const s = withMachine({ kernel: '6.14' })(defaultScenario);
    const down: Scenario = { ...s, request: { ...s.request, touch: 'desc' } };
    expect(ask({}, down).cpu).toEqual(ask({}, s).cpu);
  });

  it('walks pages up to 6.14, and leaves since', () => {
    const at = (kernel: string) => ask({}, withMachine({ kernel, policy: 'xu1' })(defaultScenario));
    const steps = (f: DmaFacts) => f.result.ok && f.result.pinning.steps;
    expect([at('6.14'), at('6.15')].map(steps)).toEqual([524_288, 2]);
    expect(['6.14', '6.15'].map(k => stepsOver(at(k)))).toEqual(['the CPU’s pages', 'the CPU’s leaves']);
    expect(stepsOver(ask({ smallPages: true }))).toBe('the CPU’s pages');
    expect(words(at('6.14'))).toContain('2 here');
    expect(words(at('6.15'))).toContain('Up to 6.14 it took a page a step: 524,288.');
    expect(words(ask())).toContain('nothing is won over 6.14');
  });

  it('says how far an IOVA is off the best', () => {
    const off = ask({ iova: 0x38_0020_0000 });
    expect(words(off)).toContain(
      'IOVA − PA is 2 MiB modulo 1 GiB: not one entry of that size, where 2 in all',
    );
    expect(words(ask())).toContain('no IOVA does better');
    expect(spokenDma(off)).toBe(
      '524,288 steps, 524,288 faults, 1,024 IOMMU entries: 1,024 × 2 MiB. The CPU has 524,288 PTE leaves.',
    );
    expect(words(ask({ iova: 0xc000_0000 }))).toContain('the interrupt window at 0xfee0_0000');
    expect(words(ask({ sizes: [] }))).toBe('The IOMMU has no page size left.');
  });

  it('lists the smaller of many sizes together', () => {
    const off = { ...defaultScenario.request, offset: 0x3000, length: 0x4000_0000 };
    const s = { ...defaultScenario, request: off } as Scenario;
    expect(spokenDma(ask({ iommu: 'amd1', iova: 0x38_0000_3000 }, s))).toMatch(
      /19 IOMMU entries: 1 × 512 MiB, 1 × 256 MiB, 1 × 128 MiB and 16 smaller\./,
    );
  });

  it('tells what iommufd would do, by kernel', () => {
    const said = (kernel: string, memory: DmaView['memory'] = 'bar'): string =>
      iommufdWords(ask({ memory }, withMachine({ kernel })(defaultScenario)))
        .map(plain)
        .join('\n');
    expect(said('7.3')).toContain('EFAULT');
    expect(said('7.3')).toContain('IOMMU_IOAS_MAP_FILE');
    expect(said('6.18')).toContain('since 6.19');
    expect(said('7.3', 'thp')).toContain('64 calls to pin, 8,192 pages at most each; 1,024 runs in 1 batch');
  });

  it('is silent about a BAR where none is mapped', () => {
    const s: Scenario = { ...defaultScenario, request: { ...defaultScenario.request, file: 'anon' } };
    expect(dmaFacts(s, solutionOf(s))).toBeUndefined();
    expect(spokenDma(undefined)).toContain('No BAR');
    expect(ask({ memory: 'thp' }, s).result).toMatchObject({ ok: true, leaves: 1024 });
    // What mmap() rounds up is whole pages here too.
    const odd: Scenario = { ...s, request: { ...s.request, length: bytes(2 ** 21 + 1) } };
    expect(ask({ memory: 'pages' }, odd)).toMatchObject({
      length: 2 ** 21 + 4096,
      result: { ok: true, leaves: 513 },
    });
  });

  it('lays a preset at a multiple of its size, and maps all of it', () => {
    for (const size of [2 ** 31, 2 ** 35, 2 ** 37, 2 ** 40]) {
      const facts = factsOf(withPreset(size)(defaultScenario));
      expect([facts.length, (facts.pa ?? 1) % size, facts.iova % size]).toEqual([size, 0, 0]);
      expect(facts.scenario.device.windows.every(w => w.base <= (facts.pa ?? 0))).toBe(true);
    }
  });

  it('gives every size the class that the CPU’s own leaves have', () => {
    const x86 = ask().arch;
    const sizes = [4096, 16 * 1024, 65_536, 2 ** 20, 2 ** 21, 2 ** 24, 2 ** 25, 2 ** 29, 2 ** 30, 2 ** 42];
    expect(sizes.map(size => rampOf(size, x86))).toEqual([
      'pte',
      'pte',
      'contpte',
      'contpte',
      'pmd',
      'pmd',
      'contpmd',
      'contpmd',
      'pud',
      'pud',
    ]);
    for (const arch of archs)
      for (const leaf of arch.pfnLeaves.filter(l => l.since !== undefined))
        expect([arch.id, leaf.size, rampOf(leaf.size, arch)]).toEqual([arch.id, leaf.size, leaf.kind]);
  });
});

describe('the picture of the DMA lab', () => {
  const scenes: readonly (readonly [string, DmaFacts])[] = [
    ...iommuIds.map(iommu => [iommu, ask({ iommu })] as const),
    ...memoryKinds.map(memory => [memory, ask({ memory, iommu: 'amd1' })] as const),
    ...archs.map(a => [a.id, ask({}, withArch(a.id).update(defaultScenario))] as const),
    ['off by a page', ask({ iova: 0x38_0000_1000, vaOff: true })],
    ['at the bottom', ask({ iova: 0 })],
    ['a terabyte', factsOf(withPreset(2 ** 40)(defaultScenario))],
    ['small', ask({ smallPages: true })],
    ['no sizes', ask({ sizes: [] })],
  ];

  it.each(scenes)('of %s stays in its frame, in finite numbers', (_, facts) => {
    for (const width of [320, 560, 900]) {
      const { marks, height, byteAt } = drawDma({
        ...pictureOf(facts),
        width,
        measure: roughMeasure,
        at: 4096,
      });
      const bad = marks.filter(m => {
        const numbers = Object.values(m)
          .flat(2)
          .filter(v => typeof v === 'number');
        return numbers.some(n => !Number.isFinite(n));
      });
      expect(bad).toEqual([]);
      for (const m of marks)
        if (m.kind === 'leaves' || m.kind === 'rect') {
          expect(m.x).toBeGreaterThanOrEqual(-0.5);
          expect(m.x + m.w).toBeLessThanOrEqual(width + 0.5);
          expect(m.y + m.h).toBeLessThanOrEqual(height + 0.5);
        }
      expect(marks.length).toBeLessThan(900);
      expect(byteAt(width / 2)).toBeGreaterThanOrEqual(0);
      expect(byteAt(-5)).toBeUndefined();
    }
  });

  const texts = (facts: DmaFacts, width = 900): readonly string[] =>
    drawDma({ ...pictureOf(facts), width, measure: roughMeasure, at: undefined }).marks.flatMap(m =>
      m.kind === 'text' ? [m.text] : [],
    );

  it('writes the size on every band, and whether teeth meet', () => {
    expect(texts(ask())).toEqual(
      expect.arrayContaining(['2 × 1 GiB', '524,288 × 4 KiB', 'meet', 'miss by 320.89 MiB']),
    );
    expect(texts(ask({ iova: 0x38_0020_0000 }))).toEqual(
      expect.arrayContaining(['1,024 × 2 MiB', 'miss by 2 MiB']),
    );
    expect(texts(ask({ sizes: [] }))).toContain('nothing: EINVAL');
    expect(texts(ask({ iommu: 'smmu64k' }))).toContain('nothing: EINVAL');
  });

  it('never says that a smaller size has work where a larger one covers it', () => {
    expect(texts(ask())).toContain('covered by larger');
  });
});
