import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { factsOf } from '../kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel/version.ts';
import { leafRules } from '../leaves/rules.ts';
import { closedForm } from '../leaves/runs.ts';
import { GiB, KiB, MiB, mod, pa, TiB, va } from '../units.ts';
import { iommuIds } from './ids.ts';
import { iommuOf, iommus, moreSizes, usualIommu } from './iommus.ts';
import { autoAlignment, bestIova, hasDmabuf, iommufdFolios } from './iova.ts';
import { type Backing, type DmaRequest, mapDma } from './map.ts';
import { iommuLeafCount, iommuLeaves, iommuPgsize } from './pgsize.ts';
import { leavesTouched, pinFolios, pinPfnMap, pinRules } from './pin.ts';
import { dmaPresets } from './published.ts';
import { iommuTables, repeats } from './tables.ts';

const version = (text: string): KernelVersion => {
  const v = parseKernelVersion(text);
  if (!v) throw new Error(text);
  return v;
};

const leaves = (sizes: readonly number[], iova: number, at: number, size: number): readonly string[] =>
  iommuLeaves(sizes, iova, at, size).map(r => `${r.size / KiB}Kx${r.count}`);

const vtd = iommuOf('vtd2').sizes;
const amd = iommuOf('amd1').sizes;

describe('the page sizes of an IOMMU', () => {
  const up = (n: number): string => `${n / KiB}K`;
  const one = (from: number, to: number): readonly string[] => {
    const list: string[] = [];
    for (let n = from; n <= to; n *= 2) list.push(`${up(n)}x1`);
    return list;
  };
  it.each([
    ['I1', vtd, 0x38_0000_0000, 0x20_0000_0000, 2 * GiB, [`${up(GiB)}x2`]],
    ['I2', amd, 0x38_0000_0000, 0x20_0000_0000, 2 * GiB, [`${up(2 * GiB)}x1`]],
    ['I3', vtd, 0x38_0020_0000, 0x20_0000_0000, 2 * GiB, ['2048Kx1024']],
    ['I4', vtd, 0x38_0020_0000, 0x20_0020_0000, 2 * GiB, ['2048Kx511', `${up(GiB)}x1`, '2048Kx1']],
    ['I5', vtd, 0x38_0000_1000, 0x20_0000_0000, 16 * MiB, ['4Kx4096']],
    ['I6', amd, 0x3000, 0x3000, 0x3ff_d000, ['4Kx1', ...one(16 * KiB, 32 * MiB)]],
    ['I7', vtd, 0x3000, 0xe000_3000, 0x3ff_d000, ['4Kx509', '2048Kx31']],
    ['I8', iommuOf('smmu64k').sizes, 0x38_0000_0000, 0x20_0000_0000, 2 * GiB, [`${up(512 * MiB)}x4`]],
    [
      'I9',
      iommuOf('smmu16k').sizes,
      0x38_0100_0000,
      0x20_0100_0000,
      128 * MiB,
      ['16Kx1024', `${up(32 * MiB)}x3`, '16Kx1024'],
    ],
    ['I10', amd, 0, 0x400_0000_0000, TiB, [`${up(TiB)}x1`]],
    ['I11', amd, 0, 0x400_0000_0000, 512 * GiB, [`${up(256 * GiB)}x2`]],
    ['I12', [4 * KiB, 2 * MiB], 0x38_0000_0000, 0x20_0000_0000, 2 * GiB, ['2048Kx1024']],
    ['I13', amd, 0x38_0000_1000, 0x20_0000_1000, 16 * MiB, [...one(4 * KiB, 8 * MiB), '4Kx1']],
  ])('%s', (_, sizes, iova, at, size, expected) => {
    expect(leaves(sizes, iova, at, size)).toEqual(expected);
  });

  const subsets = fc
    .subarray(amd.filter(z => z <= 2 ** 34))
    .map(rest => [...new Set([4 * KiB, ...rest])].sort((a, b) => a - b));
  const address = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 30 }), fc.integer({ min: 0, max: 18 }))
    .map(([n, shift]) => ((n * 2 ** shift) % 2 ** 36) * 4 * KiB);

  it('tile the range exactly, each aligned on both sides, as few runs as sizes allow', () => {
    fc.assert(
      fc.property(
        subsets,
        address,
        address,
        fc.integer({ min: 1, max: 2 ** 32 }),
        (sizes, iova, at, count) => {
          const size = count * 4 * KiB;
          const runs = iommuLeaves(sizes, iova, at, size);
          let done = 0;
          for (const r of runs) {
            expect([r.iova, r.pa]).toEqual([iova + done, at + done]);
            expect([mod(r.iova, r.size), mod(r.pa, r.size), sizes.includes(r.size)]).toEqual([0, 0, true]);
            done += r.size * r.count;
          }
          expect(done).toBe(size);
          expect(runs.length).toBeLessThanOrEqual(2 * sizes.length);
        },
      ),
    );
  });

  it('are those of plain greed: at every step the largest that may stand there', () => {
    const small = fc.integer({ min: 0, max: 2 ** 10 }).map(n => n * 4 * KiB);
    const few = fc.subarray([8, 16, 32, 64, 256, 1024].map(n => n * KiB)).map(rest => [4 * KiB, ...rest]);
    fc.assert(
      fc.property(few, small, small, fc.integer({ min: 1, max: 2 ** 10 }), (sizes, iova, at, count) => {
        const greedy: number[] = [];
        let done = 0;
        const size = count * 4 * KiB;
        while (done < size) {
          const z = sizes.findLast(
            n => mod(iova + done, n) === 0 && mod(at + done, n) === 0 && done + n <= size,
          );
          if (z === undefined) throw new Error('nothing fits');
          greedy.push(z);
          done += z;
        }
        const mine = iommuLeaves(sizes, iova, at, size).flatMap(r => Array<number>(r.count).fill(r.size));
        expect(mine).toEqual(greedy);
      }),
    );
  });

  it('take no more runs for a terabyte than for a megabyte', () => {
    expect(iommuLeaves(vtd, 0x38_0000_1000, 0x20_0000_1000, TiB)).toHaveLength(4);
    expect(iommuLeaves(vtd, 0x38_0000_1000, 0x20_0000_0000, TiB)).toHaveLength(1);
  });

  it('give nothing where the smallest does not fit, or where there is none', () => {
    expect(iommuLeaves(iommuOf('smmu64k').sizes, 4096, 4096, 64 * KiB)).toEqual([]);
    expect(iommuLeaves([], 0, 0, GiB)).toEqual([]);
  });

  it('are asked for as many at once as stand before a larger one may begin', () => {
    // I4: both 2 MiB above 1 GiB, 2 GiB long.
    expect(iommuPgsize(vtd, 0x38_0020_0000, 0x20_0020_0000, 2 * GiB)).toEqual({ size: 2 * MiB, count: 511 });
    // Not a whole one of 1 GiB fits behind: all that is left at once.
    expect(iommuPgsize(vtd, 0x38_0020_0000, 0x20_0020_0000, GiB)).toEqual({ size: 2 * MiB, count: 512 });
    // The next larger one never comes, since IOVA and PA disagree.
    expect(iommuPgsize(vtd, 0x38_0020_0000, 0x20_0000_0000, 2 * GiB)).toEqual({ size: 2 * MiB, count: 1024 });
    expect(iommuPgsize(vtd, 0, 0, 2 * GiB)).toEqual({ size: GiB, count: 2 });
    expect(iommuPgsize([64 * KiB], 4096, 0, GiB)).toBeUndefined();
  });
});

describe('the formats', () => {
  it('are all there, with ascending sizes that a level can hold', () => {
    expect(iommus.map(i => i.id)).toEqual([...iommuIds]);
    for (const i of iommus) {
      for (const sizes of [i.sizes, moreSizes[i.id] ?? []]) {
        expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
        for (const size of sizes) {
          expect(Number.isInteger(Math.log2(size))).toBe(true);
          expect(repeats(i, size)).toBeLessThanOrEqual(256);
        }
      }
      expect(i.tableBytes).toHaveLength(i.shifts.length);
      // Eight bytes an entry, and a table of one level fills an entry of the next.
      i.shifts.slice(0, -1).forEach((shift, n) => {
        expect([i.id, i.tableBytes[n]]).toEqual([i.id, 8 * 2 ** ((i.shifts[n + 1] ?? 0) - shift)]);
      });
    }
    expect(amd).not.toContain(512 * GiB);
    expect(amd).toHaveLength(39);
    expect(usualIommu('arm64', 64 * KiB)).toBe('smmu64k');
  });

  const tablesOf = (id: (typeof iommuIds)[number], iova: number, at: number, size: number) => {
    const iommu = iommuOf(id);
    return iommuTables(iommu, iommuLeaves(iommu.sizes, iova, at, size));
  };

  it('need tables for what no leaf covers', () => {
    // Two leaves of 1 GiB stand in one table, which one table above points to; the root is not counted.
    expect(tablesOf('vtd2', 0x38_0000_0000, 0, 2 * GiB)).toEqual({
      counts: [0, 0, 1],
      bytes: 4 * KiB,
      entries: 2,
    });
    expect(tablesOf('vtd2', 0x38_0020_0000, 0, 2 * GiB).counts).toEqual([0, 3, 1]);
    expect(tablesOf('vtd2', 0x38_0000_1000, 0, 2 * GiB).counts).toEqual([1025, 3, 1]);
    expect(tablesOf('s390', 0, 0, 2 * GiB)).toEqual({
      counts: [2048, 1],
      bytes: 2048 * 2 * KiB + 16 * KiB,
      entries: 2 ** 19,
    });
    expect(tablesOf('smmu64k', 0, 0, 2 * GiB)).toEqual({ counts: [0, 1], bytes: 64 * KiB, entries: 4 });
    expect(tablesOf('smmu16k', 0x100_0000, 0x100_0000, 128 * MiB).counts).toEqual([2, 1, 1]);
  });

  it('write a size between two levels into neighbours, and AMD’s table grows with the IOVA', () => {
    expect(tablesOf('amd1', 0, 0, 2 * GiB)).toEqual({ counts: [0, 0], bytes: 0, entries: 2 });
    // However little is mapped, it has the levels that it begins with.
    expect(tablesOf('amd1', 0, 0, 4 * KiB).counts).toEqual([1, 1]);
    expect(tablesOf('amd1', 0x100_0000_0000, 0, 2 * GiB).counts).toEqual([0, 0, 1]);
    expect(tablesOf('amd1', 0, 0x400_0000_0000, 512 * GiB)).toEqual({
      counts: [0, 0],
      bytes: 0,
      entries: 512,
    });
    expect(tablesOf('amd1', 0, 0x400_0000_0000, TiB)).toEqual({ counts: [0, 0, 0], bytes: 0, entries: 2 });
  });
});

describe('pinning', () => {
  const x86 = archOf('x86_64-4');
  const cpu = (start: number, at: number, length: number) => {
    const v = version('7.3');
    const rules = leafRules(x86, factsOf(v), v, {
      enabled: 'always',
      advice: 'none',
      processDisabled: false,
    });
    return closedForm({ start: va(start), end: va(start + length), pa: pa(at) }, rules);
  };

  it.each([
    ['6.12', 2 * GiB, 0, 524_288],
    ['6.14', 32 * GiB, 0, 8_388_608],
    ['6.15', 32 * GiB, 0, 32],
    ['7.3', 32 * GiB, 2 * MiB, 16_384 - 512 * 31 + 31],
    ['7.3', 2 * GiB, 4 * KiB, 524_288],
    ['7.3', TiB, 0, 1024],
    ['6.12', TiB, 0, 268_435_456],
  ])('%s walks %d bytes, VA %d off, in %d steps', (v, length, off, steps) => {
    const at = off === 2 * MiB ? 0x40_0020_0000 : 0x40_0000_0000;
    const runs = cpu(0x7f00_0000_0000 + off, at, length);
    expect(pinPfnMap(pinRules(version(v), 4096), runs, length / 4096)).toMatchObject({
      steps,
      runs: 1,
      calls: 1,
    });
  });

  it('counts a part of a leaf as one', () => {
    const runs = cpu(0x7f00_0000_0000, 0x40_0000_0000, 4 * GiB);
    const from = 0x7f00_0000_0000;
    expect(leavesTouched(runs, from, from + 4 * GiB)).toBe(4);
    expect(leavesTouched(runs, from + GiB - 4096, from + GiB + 4096)).toBe(2);
    expect(leavesTouched(runs, from + GiB, from + 2 * GiB)).toBe(1);
    expect(leavesTouched(runs, from + 5 * GiB, from + 6 * GiB)).toBe(0);
  });

  it('takes a page at a time with disable_hugepages, on every kernel', () => {
    const runs = cpu(0x7f00_0000_0000, 0x40_0000_0000, GiB);
    for (const v of ['6.12', '6.15', '7.3']) {
      const rules = pinRules(version(v), 4096, true);
      expect(pinPfnMap(rules, runs, 2 ** 18)).toMatchObject({ steps: 2 ** 18, calls: 2 ** 18 });
      expect(pinFolios(rules, 2 ** 18, 512)).toMatchObject({ steps: 2 ** 18, calls: 2 ** 18 });
    }
  });

  it('takes ordinary memory in batches of a page of pointers', () => {
    const pages = 2 ** 22;
    const at = (v: string, folio: number) => pinFolios(pinRules(version(v), 4096), pages, folio);
    expect(at('6.17', 1)).toEqual({ steps: 8192, runs: pages, calls: pages, tests: pages, compared: 0 });
    expect(at('6.17', 512)).toEqual({ steps: 8192, runs: 8192, calls: 8192, tests: pages, compared: 0 });
    expect(at('6.18', 1)).toMatchObject({ tests: pages, compared: pages - 8192 });
    expect(at('6.18', 512)).toMatchObject({ tests: 8192, runs: 8192 });
    expect(at('6.18', 2 ** 18)).toMatchObject({ tests: 8192, runs: 16 });
    expect(pinRules(version('6.18'), 64 * KiB).batch).toBe(8192);
    expect(pinRules(version('5.11'), 4096).batch).toBe(1);
    expect([version('6.17.13'), version('6.18-rc1')].map(v => pinRules(v, 4096).counter)).toEqual([
      'page',
      'piece',
    ]);
  });

  it('counts as the loop itself does, page by page', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        (pages, f, b, piece) => {
          const [folio, batch] = [2 ** f, 2 ** b];
          // Folios apart: between two of them the PFN jumps.
          const pfn = Array.from({ length: pages }, (_, i) => i + Math.floor(i / folio) * 1000);
          let [steps, runs, tests, compared] = [0, 0, 0, 0];
          for (let at = 0, want = -1; at < pages; ) {
            steps++;
            const end = Math.min(at + batch, pages);
            while (at < end) {
              tests++;
              if (pfn[at] !== want) runs++;
              let n = 1;
              if (piece)
                while (at + n < end) {
                  compared++;
                  if (pfn[at + n] !== (pfn[at] ?? 0) + n) break;
                  n++;
                }
              want = (pfn[at] ?? 0) + n;
              at += n;
            }
          }
          const rules = {
            pfnStep: 'leaf',
            batch,
            counter: piece ? 'piece' : 'page',
            disabled: false,
          } as const;
          expect(pinFolios(rules, pages, folio)).toEqual({ steps, runs, calls: runs, tests, compared });
        },
      ),
    );
  });

  it('has a preset for each size that the threads speak of', () => {
    expect(dmaPresets.map(p => p.size / GiB)).toEqual([2, 32, 128, 1024]);
  });
});

describe('the best IOVA', () => {
  it('is congruent to the physical address modulo the largest entry that fits', () => {
    expect(bestIova(vtd, 0x38_0020_0000, 0x20_0000_0000, 2 * GiB)).toEqual({
      size: GiB,
      residue: 2 * MiB,
      below: 0x38_0000_0000,
      above: 0x38_4000_0000,
    });
    expect(bestIova(vtd, 4096, 0x3000, MiB)).toMatchObject({ size: 4096, residue: 0, below: 4096 });
    expect(bestIova(vtd, 0, 0x3000, 4 * GiB)).toMatchObject({ below: undefined, above: 0x3000 });
    expect(bestIova(iommuOf('smmu64k').sizes, 0, 0, 4096)).toBeUndefined();
  });

  it('is never beaten', () => {
    const page = fc.integer({ min: 0, max: 2 ** 20 }).map(n => n * 4096);
    fc.assert(
      fc.property(page, page, page, fc.integer({ min: 1, max: 2 ** 19 }), (a, other, at, count) => {
        const best = bestIova(amd, a, at, count * 4096);
        if (best === undefined) throw new Error('a page always fits');
        const n = (iova: number) => iommuLeafCount(iommuLeaves(amd, iova, at, count * 4096));
        expect(n(best.above)).toBe(n(at));
        if (best.below !== undefined) expect(n(best.below)).toBe(n(at));
        expect(n(best.above)).toBeLessThanOrEqual(n(other));
        expect(n(best.above)).toBeLessThanOrEqual(n(a));
      }),
    );
  });
});

describe('iommufd', () => {
  it('aligns the IOVA it chooses by length and address alone, to a PMD at most', () => {
    const at = (v: string, address: number, length = 2 * GiB) =>
      autoAlignment(version(v), address, length, 2 * MiB, 4096);
    expect(at('7.3', 0x7fff_4000_0000)).toBe(2 * MiB);
    expect(at('6.9', 0x7fff_4000_0000)).toBe(GiB);
    expect(at('7.3', 0x7fff_77ff_7000)).toBe(4096);
    expect(at('7.3', 0)).toBe(2 * MiB);
    expect(at('7.3', 0, 12 * KiB)).toBe(16 * KiB);
  });

  it('maps BARs as dma-buf since 6.19, and memory in larger batches', () => {
    expect([hasDmabuf(version('6.18')), hasDmabuf(version('6.19'))]).toEqual([false, true]);
    expect(iommufdFolios(2 ** 22, 1)).toEqual({ pins: 512, runs: 2 ** 22, batches: 769 });
    expect(iommufdFolios(2 ** 22, 512)).toEqual({ pins: 512, runs: 8192, batches: 2 });
  });
});

describe('one VFIO_IOMMU_MAP_DMA', () => {
  const bar = (at: number): Backing => ({ kind: 'bar', pa: at, leaves: [], faults: 0 });
  const ask = (part: Partial<DmaRequest> = {}): DmaRequest => ({
    version: version('7.3'),
    page: 4096,
    va: 0x7fff_0000_0000,
    length: 2 * GiB,
    iova: 0x38_0000_0000,
    backing: bar(0x38_8000_0000),
    iommu: iommuOf('vtd2'),
    sizes: vtd,
    disabled: false,
    ...part,
  });

  it('does not ask where the memory lies virtually', () => {
    const one = mapDma(ask());
    const off = mapDma(ask({ va: 0x7fff_0000_1000 }));
    expect(off).toEqual(one);
    expect(one).toMatchObject({ ok: true, leaves: 2, sizes: [{ size: GiB, count: 2 }], best: { leaves: 2 } });
  });

  it('says what it refuses', () => {
    const why = (part: Partial<DmaRequest>) => {
      const answer = mapDma(ask(part));
      return answer.ok ? 'mapped' : answer.reason;
    };
    const smmu = { iommu: iommuOf('smmu64k'), sizes: iommuOf('smmu64k').sizes };
    expect(why({ sizes: [] })).toBe('sizes');
    expect(why({ ...smmu, va: 0x7fff_0000_1000 })).toBe('granule');
    expect(why({ ...smmu, backing: bar(0x38_8000_1000) })).toBe('pa');
    expect(why({ ...smmu, backing: { kind: 'pages', folio: 4096 } })).toBe('pa');
    expect(why({ ...smmu, disabled: true })).toBe('pa');
    expect(why({ iova: 2 ** 48 - GiB })).toBe('width');
    expect(why({ iova: 0xc000_0000 })).toBe('reserved');
    expect(why({ iova: 0xfe_0000_0000, iommu: iommuOf('amd1'), sizes: amd })).toBe('reserved');
    // Up to the very bounds: below and above what is reserved, and the last byte of the width.
    expect(why({ iova: 0x8000_0000, length: 0x7ee0_0000 })).toBe('mapped');
    expect(why({ iova: 0xfef0_0000, length: MiB })).toBe('mapped');
    expect(why({ iova: 0xfeef_f000, length: MiB })).toBe('reserved');
    expect(why({ iova: 2 ** 48 - 2 * GiB })).toBe('mapped');
    // The CPU's page, where that is the larger one.
    expect(why({ page: 64 * KiB, va: 0x7fff_0000_1000 })).toBe('granule');
  });

  it('gives disable_hugepages entries of a page, and memory those of its folios', () => {
    expect(mapDma(ask({ disabled: true }))).toMatchObject({ sizes: [{ size: 4096, count: 2 ** 19 }] });
    const thp = { kind: 'thp', folio: 2 * MiB } as const;
    expect(mapDma(ask({ backing: thp }))).toMatchObject({
      sizes: [{ size: 2 * MiB, count: 1024 }],
      pinning: { calls: 1024 },
      best: undefined,
    });
    expect(mapDma(ask({ backing: thp, iova: 0x38_0000_1000 }))).toMatchObject({
      sizes: [{ size: 4096, count: 2 ** 19 }],
      pinning: { calls: 1024 },
    });
    expect(mapDma(ask({ backing: thp, length: 2 * MiB + 8192 }))).toMatchObject({
      sizes: [
        { size: 2 * MiB, count: 1 },
        { size: 4096, count: 2 },
      ],
      pinning: { runs: 2 },
    });
    expect(mapDma(ask({ backing: { kind: 'giant', folio: GiB } }))).toMatchObject({ leaves: 2 });
  });

  it('makes of folios what each alone would make', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 4096 }),
        fc.integer({ min: 1, max: 3000 }),
        (order, at, pages) => {
          const folio = 4096 * 2 ** order;
          const [iova, length] = [at * 4096, pages * 4096];
          const answer = mapDma(
            ask({ iommu: iommuOf('amd1'), sizes: amd, iova, length, backing: { kind: 'thp', folio } }),
          );
          let expected = 0;
          let faults = 0;
          for (let done = 0; done < length; done += folio, faults++)
            // Folios apart, each at a multiple of its size and no more.
            expected += iommuLeafCount(
              iommuLeaves(amd, iova + done, folio * (2 * done + 1), Math.min(folio, length - done)),
            );
          expect(answer).toMatchObject({ ok: true, leaves: expected, faults });
        },
      ),
    );
  });
});
