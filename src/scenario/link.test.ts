import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archs } from '../arch/index.ts';
import { iommuIds, memoryKinds } from '../dma/ids.ts';
import { policies } from '../placement/policies.ts';
import { fileKinds } from '../placement/request.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, GiB, MiB, pa, va } from '../units.ts';
import { designIds } from '../zap/ids.ts';
import { devicePresets } from './devices.ts';
import { lessons } from './lessons.ts';
import { LINK_VERSION, linkKeys, type Packer, PLAIN, readLink, writeLink } from './link.ts';
import { spacePresets } from './presets.ts';
import {
  type Bar,
  compareColumns,
  compareGroups,
  defaultScenario,
  type Scenario,
  type SpaceSource,
  type SweepAxis,
  sweepColours,
  sweepInputs,
} from './scenario.ts';

/** Packs nothing: text in, text out. The real one compresses, and belongs to the app. */
const plain: Packer = {
  pack: text => encodeURIComponent(text).replaceAll('~', '%7E').replaceAll('%', '~'),
  unpack: packed => {
    try {
      return decodeURIComponent(packed.replaceAll('~', '%'));
    } catch {
      return undefined;
    }
  },
};
const write = (s: Scenario): string => writeLink(s, plain);
const read = (hash: string) => readLink(hash, plain);

const pages = (max: number) => fc.integer({ min: 0, max }).map(n => n * 4096);
const bars: fc.Arbitrary<Bar> = fc
  .tuple(fc.nat(5), pages(2 ** 40), fc.integer({ min: 1, max: 2 ** 28 }))
  .map(([index, base, size]) => ({ index, base: pa(base), size: bytes(size * 4096) }));

const vmaLists: fc.Arbitrary<readonly Vma[]> = fc
  .array(
    fc.tuple(
      fc.nat(2 ** 30),
      fc.integer({ min: 1, max: 2 ** 20 }),
      fc.constantFrom('', 'g', 's'),
      fc.stringMatching(/^[r-][w-][x-][ps]$/),
      fc.string({ maxLength: 20 }).map(name => name.replaceAll(/[\n\r]/g, '')),
    ),
    { maxLength: 30 },
  )
  .map(parts => {
    let at = 0;
    return parts.map(([free, size, kind, perms, name]): Vma => {
      const start = at + free * 4096;
      at = start + size * 4096;
      return {
        start: va(start),
        end: va(at),
        growsDown: kind === 'g',
        shadowStack: kind === 's',
        perms,
        name,
      };
    });
  });

const sources: fc.Arbitrary<SpaceSource> = fc.oneof(
  fc.constantFrom(...spacePresets).map((p): SpaceSource => ({ kind: 'preset', id: p.id })),
  fc
    .tuple(
      fc.string({ maxLength: 40 }).map(name => name.replaceAll(/\s+/g, ' ')),
      vmaLists,
      fc.option(pages(2 ** 44), { nil: undefined }),
    )
    .map(
      ([name, vmas, base]): SpaceSource => ({
        kind: 'pasted',
        name,
        vmas,
        mmapBase: base === undefined ? undefined : va(base),
      }),
    ),
);
const optionalVa = fc.option(
  pages(2 ** 44).map(n => va(n)),
  { nil: undefined },
);

const names = fc.stringMatching(/^[A-Za-z0-9.:_-]{1,40}$/);
const rowNames = fc.stringMatching(/^[a-z]:[A-Za-z0-9_.+-]{1,40}$/);
const setNames = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
const filters = fc.stringMatching(/^[A-Za-z0-9._+ -]{1,12}$/);

const axes: fc.Arbitrary<SweepAxis> = fc.record({
  input: fc.constantFrom(...sweepInputs),
  range: fc.option(
    fc
      .tuple(pages(2 ** 40), fc.integer({ min: 1, max: 2 ** 40 }))
      .map(([from, count]) => ({ from, to: from + count * 4096 })),
    { nil: undefined },
  ),
});

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  machine: fc.record({
    arch: fc.constantFrom(...archs.map(a => a.id)),
    kernel: fc.constantFrom('7.3', '6.12.117', '7.3-rc4', '6.1.192', '6.12', '7.3.4', '6.10-rc3'),
    policy: fc.constantFrom(...policies.map(p => p.id)),
    thp: fc.constantFrom('always', 'madvise', 'never'),
    cont: fc.constantFrom('today', 'marked'),
    shmem: fc.constantFrom('never', 'always', 'within_size', 'advise', 'deny', 'force'),
  }),
  device: fc.record({
    bar: bars,
    others: fc
      .array(
        fc
          .tuple(bars, fc.option(names, { nil: undefined }))
          .map(([bar, owner]): Bar => (owner === undefined ? bar : { ...bar, owner })),
        { maxLength: 6 },
      )
      .map(list => list.sort((a, b) => a.base - b.base)),
    windows: fc
      .array(
        fc.record({
          label: fc.oneof(fc.constant(''), names),
          base: pages(2 ** 40).map(pa),
          size: fc.integer({ min: 1, max: 2 ** 40 }).map(n => bytes(n * 4096)),
          prefetchable: fc.boolean(),
        }),
        { maxLength: 4 },
      )
      .map(list => list.sort((a, b) => a.base - b.base || b.size - a.size)),
    ranges: fc
      .uniqueArray(
        fc.record({
          offset: fc.integer({ min: 1, max: 2 ** 27 }),
          phys: fc.integer({ min: 0, max: 2 ** 40 }),
        }),
        {
          selector: r => r.offset,
          maxLength: 4,
        },
      )
      .map(list =>
        list
          .map(r => ({ offset: bytes(r.offset * 4096), phys: pa(r.phys * 4096) }))
          .sort((a, b) => a.offset - b.offset),
      ),
    holes: fc
      .array(fc.tuple(pages(2 ** 20), fc.integer({ min: 1, max: 2 ** 20 })), { maxLength: 4 })
      .map(parts => {
        let at = 0;
        return parts.map(([gap, size]) => {
          const offset = at + gap;
          at = offset + size * 4096;
          return { offset: bytes(offset), size: bytes(size * 4096) };
        });
      }),
  }),
  space: fc.record(
    {
      source: sources,
      stackLimit: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(2 ** 31), pages(2 ** 40)),
      legacy: fc.boolean(),
      mmapBase: fc.option(
        fc.integer({ min: 2 ** 18, max: 2 ** 45 }).map(n => va(n * 4096)),
        { nil: undefined },
      ),
      lid: optionalVa,
      slide: fc.integer({ min: 1, max: 2 ** 28 }).map(n => bytes(n * 4096)),
    },
    { requiredKeys: ['source', 'stackLimit', 'legacy', 'mmapBase', 'lid'] },
  ),
  request: fc.record({
    file: fc.constantFrom(...fileKinds),
    offset: pages(2 ** 40).map(bytes),
    length: fc.oneof(pages(2 ** 40), fc.maxSafeNat()).map(bytes),
    hint: fc.oneof(pages(2 ** 47), fc.maxSafeNat()),
    // What is mapped is said by another field than MAP_ANONYMOUS and MAP_HUGETLB.
    flags: fc.integer({ min: 0, max: 0xffff_ffff }).map(f => (f & ~0x4_0020) >>> 0),
    prot: fc.nat(7),
    advice: fc.constantFrom('none', 'huge', 'nohuge'),
    touch: fc.constantFrom('asc', 'desc', 'middle'),
  }),
  view: fc.record({
    screen: fc.constantFrom('map', 'compare'),
    map: fc.record({
      range: fc.option(
        fc
          .tuple(fc.integer({ min: -(2 ** 45), max: 2 ** 45 - 1 }), fc.integer({ min: 1, max: 2 ** 40 }))
          .map(([first, count]) => ({ from: first * 4096, to: Math.min((first + count) * 4096, 2 ** 57) })),
        { nil: undefined },
      ),
      at: fc.option(pages(2 ** 40), { nil: undefined }),
      part: fc.integer({ min: 1, max: 99 }),
    }),
    diagnose: fc.record({
      texts: fc.array(fc.record({ name: fc.string({ maxLength: 20 }), text: fc.string({ maxLength: 80 }) }), {
        maxLength: 3,
      }),
      kernel: fc.option(fc.constantFrom('6.12.5', '7.3-rc4', '6.1.0-56-amd64'), { nil: undefined }),
      arch: fc.option(fc.constantFrom(...archs.map(a => a.id)), { nil: undefined }),
      thp: fc.option(fc.constantFrom('always', 'madvise', 'never'), { nil: undefined }),
      faults: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: undefined }),
      vmPteKib: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
      pairings: fc.array(
        fc.record({
          line: fc.integer({ min: 1, max: 99_999 }),
          address: fc.constantFrom('', '0000:41:00.0', '10000:01:00.7'),
          bar: fc.integer({ min: 0, max: 5 }),
        }),
        { maxLength: 3 },
      ),
    }),
    labs: fc.record({
      lab: fc.constantFrom('dma', 'pages', 'zap'),
      zap: fc.record({
        design: fc.constantFrom(...designIds),
        dropped: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8]),
        turns: fc.option(fc.array(fc.constantFrom('mapper', 'zapper'), { maxLength: 32 }), {
          nil: undefined,
        }),
        at: fc.option(fc.nat(99), { nil: undefined }),
      }),
      pages: fc.record({
        memory: fc.constantFrom('M1', 'M14', 'boot73:8:0-1:4-11', 'hotplug:1:0@100,3@500:0,3'),
        drawnFor: fc.constantFrom('none', 'J1', 'J2', 'J3'),
        pair: fc.constantFrom('V2.V5', 'V3fixed.J3'),
      }),
      dma: fc.record({
        iova: fc.option(pages(2 ** 45), { nil: undefined }),
        iommu: fc.option(fc.constantFrom(...iommuIds), { nil: undefined }),
        sizes: fc.option(
          fc.subarray([12, 16, 21, 30, 38, 42, 51]).map(powers => powers.map(n => 2 ** n)),
          { nil: undefined },
        ),
        memory: fc.constantFrom(...memoryKinds),
        vaOff: fc.boolean(),
        smallPages: fc.boolean(),
      }),
    }),
    compare: fc.record({
      sort: fc.option(fc.record({ by: fc.constantFrom(...compareColumns), down: fc.boolean() }), {
        nil: undefined,
      }),
      filter: fc.string({ maxLength: 80, unit: 'grapheme-ascii' }),
      groups: fc.subarray([...compareGroups]),
      baseline: fc.option(rowNames, { nil: undefined }),
      pins: fc.option(fc.array(rowNames, { maxLength: 2 }), { nil: undefined }),
    }),
    evidence: fc.record({
      at: fc.option(fc.record({ set: setNames, id: fc.option(setNames, { nil: undefined }) }), {
        nil: undefined,
      }),
      only: fc.record(
        { kernel: filters, arch: filters, category: filters, outcome: filters, id: filters },
        { requiredKeys: [] },
      ),
    }),
    present: fc.option(
      fc.record({
        tour: fc.stringMatching(/^(?:[a-z0-9-]{1,9}(?:,[a-z0-9-]{1,9}){0,3}|~[A-Za-z0-9_-]{1,40})$/),
        scene: fc.integer({ min: 1, max: 999 }),
        notes: fc.boolean(),
      }),
      { nil: undefined },
    ),
    sweep: fc
      .tuple(
        axes,
        axes,
        fc.constantFrom(...sweepColours),
        fc.constantFrom(64, 256, 1024),
        fc.option(
          fc.record({
            x: fc.nat(2 ** 30).map(n => n * 4096),
            y: fc.nat(2 ** 30).map(n => n * 4096),
          }),
          { nil: undefined },
        ),
      )
      .filter(([x, y]) => x.input !== y.input)
      .map(([x, y, colour, detail, point]) => ({ x, y, colour, detail, point })),
  }),
});

describe('a link', () => {
  it('gives back the scenario it was written from', () => {
    fc.assert(
      fc.property(scenarios, s => {
        const hash = write(s);
        const back = read(hash);
        expect(back.problems).toEqual([]);
        expect(back.scenario).toEqual(s);
        expect(write(back.scenario)).toBe(hash);
      }),
      { numRuns: 2000 },
    );
  });

  it('carries any words of a reader, and never throws over half a character', () => {
    const filtered = (filter: string): Scenario => ({
      ...defaultScenario,
      view: { ...defaultScenario.view, compare: { ...defaultScenario.view.compare, filter } },
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), filter => {
        expect(read(write(filtered(filter))).scenario.view.compare.filter).toBe(filter);
      }),
    );
    expect(read(write(filtered('a\ud83d'))).scenario.view.compare.filter).toBe('a\ufffd');
  });

  it('is a fragment that a browser keeps as it is', () => {
    fc.assert(
      fc.property(scenarios, s => {
        const hash = write(s);
        expect(hash).toMatch(/^(?:#1(?:&[a-z]+=[A-Za-z0-9_.,:;@+\-/~!$'()*%]*)+)?$/);
        expect(new URL(hash, 'https://example.org/').hash).toBe(hash);
      }),
      { numRuns: 500 },
    );
  });

  it('has a key of its own for every field', () => {
    expect(new Set(linkKeys).size).toBe(linkKeys.length);
  });

  it('of the default scenario is empty', () => {
    expect(write(defaultScenario)).toBe('');
    for (const hash of ['', '#', '#1'])
      expect(read(hash)).toEqual({ scenario: defaultScenario, problems: [] });
  });

  it('survives being percent-encoded on its way', () => {
    const hash = '#1&k=6.12.117&bar=2@0x38_8000_0000+4G&len=4G';
    const encoded = `#${hash.slice(1).replaceAll('@', '%40').replaceAll('+', '%2B')}`;
    expect(read(encoded)).toEqual(read(hash));
    expect(read(hash.slice(1))).toEqual(read(hash));
  });

  it('carries what the Map shows in a line, also before the mapping', () => {
    const { scenario, problems } = read('#1&v=-512K-4K..64K&at=8K');
    expect(problems).toEqual([]);
    expect(scenario.view.map).toEqual({ range: { from: -516 * 1024, to: 64 * 1024 }, at: 8192, part: 1 });
    expect(read('#1&v=-4K').problems).toMatchObject([{ field: 'v', used: 'the whole mapping' }]);
    expect(read('#1&v=4K..0').problems).toMatchObject([{ reason: 'ends before it begins' }]);
    expect(read('#1&v=1..8K').problems).toMatchObject([{ reason: 'not a multiple of 4 KiB' }]);
    expect(read('#1&v=0..1Z&at=-1').problems).toHaveLength(2);
  });

  it('carries the zap lab in a line', () => {
    const hash = '#1&s=labs&lab=zap&zd=F&zx=4.6&zs=mmzmz&zt=3';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.labs.zap).toEqual({
      design: 'F',
      dropped: [3, 5],
      turns: ['mapper', 'mapper', 'zapper', 'mapper', 'zapper'],
      at: 3,
    });
    expect(write(scenario)).toBe(hash);
    expect(read('#1&zs=none').scenario.view.labs.zap.turns).toEqual([]);
    expect(read('#1&zx=6.4.6').scenario.view.labs.zap.dropped).toEqual([3, 5]);
    expect(read('#1&zd=Z&zx=0&zs=abc&zt=-1').problems.map(p => p.field)).toEqual(['zd', 'zx', 'zs', 'zt']);
  });
  it('carries the DMA lab in a line', () => {
    const hash = '#1&s=labs&di=0x38_0000_0000&du=amd1&dz=4K.2M.2T&dm=thp&dv=page-off&dh=off';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.labs.dma).toEqual({
      iova: 0x38_0000_0000,
      iommu: 'amd1',
      sizes: [4096, 2 * MiB, 2 ** 41],
      memory: 'thp',
      vaOff: true,
      smallPages: true,
    });
    expect(write(scenario)).toBe(hash);
    expect(read('#1&dz=2M.4K.2M').scenario.view.labs.dma.sizes).toEqual([4096, 2 * MiB]);
    expect(read('#1&dz=none').scenario.view.labs.dma.sizes).toEqual([]);
    expect(read('#1&di=12&du=x&dz=12K&dm=x&dv=x&dh=x').problems.map(p => p.field)).toEqual([
      'di',
      'du',
      'dz',
      'dm',
      'dv',
      'dh',
    ]);
  });

  it('carries the Compare table in a line', () => {
    const hash = '#1&s=compare&sort=-faults&find=pud&rows=kernels.policies.archs&vs=k:7.3&pin=k:7.3,p:xu1';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view).toEqual({
      ...defaultScenario.view,
      screen: 'compare',
      map: defaultScenario.view.map,
      sweep: defaultScenario.view.sweep,
      compare: {
        sort: { by: 'faults', down: true },
        filter: 'pud',
        groups: ['kernels', 'policies', 'archs'],
        baseline: 'k:7.3',
        pins: ['k:7.3', 'p:xu1'],
      },
    });
    expect(write(scenario)).toBe(hash);
    expect(write({ ...defaultScenario, view: { ...defaultScenario.view, screen: 'compare' } })).toBe(
      '#1&s=compare',
    );
  });

  it('carries what is diagnosed', () => {
    const text = encodeURIComponent('[[3,"maps"],[1,""]]\na\nbc').replaceAll('%', '~');
    const hash = `#1&s=diagnose&dk=6.12.5&da=arm64-4k-48&dt=never&df=524288&dp=4100&pair=2:0000:41:00.0/2,7:/0&paste=${text}`;
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.diagnose).toEqual({
      texts: [
        { name: 'maps', text: 'a\nb' },
        { name: '', text: 'c' },
      ],
      kernel: '6.12.5',
      arch: 'arm64-4k-48',
      thp: 'never',
      faults: 524288,
      vmPteKib: 4100,
      pairings: [
        { line: 2, address: '0000:41:00.0', bar: 2 },
        { line: 7, address: '', bar: 0 },
      ],
    });
    expect(write(scenario)).toBe(hash);
  });

  it('carries the lab of struct pages in a line', () => {
    const hash = '#1&s=labs&lab=pages&mem=hotplug:8:0@100,2@500,3@900:20-27&memby=J3&memvs=V1.V2';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.labs).toEqual({
      ...defaultScenario.view.labs,
      lab: 'pages',
      pages: { memory: 'hotplug:8:0@100,2@500,3@900:20-27', drawnFor: 'J3', pair: 'V1.V2' },
    });
    expect(write(scenario)).toBe(hash);
  });

  it.each([
    ['paste=~', 'paste'],
    ['paste=x', 'paste'],
    [`paste=${encodeURIComponent('[[9,""]]\nshort')}`, 'paste'],
    [`paste=${encodeURIComponent('[["__proto__",""]]\n')}`, 'paste'],
    ['dk=latest', 'dk'],
    ['da=pdp11', 'da'],
    ['df=-1', 'df'],
    ['pair=0:x/9', 'pair'],
  ])('of a diagnosis that cannot be read keeps the rest: %s', (field, key) => {
    const { scenario, problems } = read(`#1&s=diagnose&${field}&k=6.12`);
    expect(problems.map(p => p.field)).toEqual([key]);
    expect(scenario.machine.kernel).toBe('6.12');
    expect(scenario.view.diagnose).toEqual(defaultScenario.view.diagnose);
  });

  it('leaves texts out that no link should carry', () => {
    const noise = Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2_654_435_761).toString(36)).join(
      ' ',
    );
    const texts = [{ name: '', text: noise }];
    const s: Scenario = {
      ...defaultScenario,
      view: { ...defaultScenario.view, diagnose: { ...defaultScenario.view.diagnose, texts } },
    };
    expect(write(s)).toBe('');
  });

  it('carries one captured case, and what the others are filtered by', () => {
    const hash =
      '#1&s=evidence&case=linux-7.3.4-debian.x86_64/leaf-whole-1&only=k:7.3.4,a:x86_64,c:leaf,o:miss,id:whole';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.evidence).toEqual({
      at: { set: 'linux-7.3.4-debian.x86_64', id: 'leaf-whole-1' },
      only: { kernel: '7.3.4', arch: 'x86_64', category: 'leaf', outcome: 'miss', id: 'whole' },
    });
    expect(write(scenario)).toBe(hash);
    expect(read('#1&case=vm_unmapped_area-7.3').scenario.view.evidence.at).toEqual({
      set: 'vm_unmapped_area-7.3',
      id: undefined,
    });
  });

  it('carries what is presented', () => {
    const hash = '#1&k=6.12&tour=bar&scene=2&notes=1';
    const { scenario, problems } = read(hash);
    expect(problems).toEqual([]);
    expect(scenario.view.present).toEqual({ tour: 'bar', scene: 2, notes: true });
    expect(write(scenario)).toBe(hash);
    expect(read('#1&tour=today,lts').scenario.view.present).toEqual({
      tour: 'today,lts',
      scene: 1,
      notes: false,
    });
    // A scene of no tour is nothing, and a tour of no name neither.
    expect(read('#1&scene=2&notes=1').problems.map(p => p.field)).toEqual(['scene', 'notes']);
    expect(read('#1&scene=2').scenario).toEqual(defaultScenario);
    for (const tour of ['', '<b>', 'A', '~', '~a b', 'a,,b'])
      expect(read(`#1&tour=${encodeURIComponent(tour)}`).problems.map(p => p.field)).toEqual(['tour']);
    expect(read('#1&tour=bar&scene=0').problems).toMatchObject([{ field: 'scene', used: '1' }]);
  });

  it('carries the Sweep in a line', () => {
    const sweep = '#1&s=sweep&x=len:8M..1G&y=gap&col=best&n=1024';
    const { scenario: swept, problems: none } = read(sweep);
    expect(none).toEqual([]);
    expect(swept.view).toMatchObject({
      screen: 'sweep',
      sweep: {
        x: { input: 'len', range: { from: 8 * 2 ** 20, to: 2 ** 30 } },
        y: { input: 'gap', range: undefined },
        colour: 'best',
        detail: 1024,
      },
    });
    expect(write(swept)).toBe(sweep);
    // One axis alone chooses the other one.
    expect(read('#1&x=len').scenario.view.sweep.y.input).toBe('off');
    expect(write(read('#1&x=len&y=off').scenario)).toBe('#1&x=len');
    // The point at hand, a value on each axis.
    const pointed = '#1&s=sweep&pt=320M+884K,2G';
    expect(read(pointed).scenario.view.sweep.point).toEqual({ x: 320 * MiB + 884 * 1024, y: 2 ** 31 });
    expect(write(read(pointed).scenario)).toBe(pointed);
    for (const point of ['', '4K', '4K,', '4K,1G,2', '1,4K', 'a,b', '4K,9000P'])
      expect(read(`#1&pt=${point}`).problems).toMatchObject([{ field: 'pt', used: 'that of the request' }]);
    expect(read('#1&y=off').problems.map(p => p.reason)).toEqual(['stands on the other axis']);
    expect(read('#1&slide=1M').scenario.space.slide).toBe(2 ** 20);
  });

  it('is short', () => {
    const s: Scenario = {
      ...defaultScenario,
      machine: { ...defaultScenario.machine, kernel: '6.12.117', policy: 'xu1' },
      device: {
        ...defaultScenario.device,
        bar: { index: 2, base: pa(0x38_8000_0000), size: bytes(4 * GiB) },
      },
      request: { ...defaultScenario.request, offset: bytes(64 * 1024), length: bytes(4 * GiB - 64 * 1024) },
    };
    expect(write(s).length).toBeLessThanOrEqual(78);
    expect(write(s)).toBe('#1&k=6.12.117&p=xu1&bar=+4G&off=64K&len=4G-64K');
  });

  it('is at most 78 columns with the address of our own server, for all that comes with the app', () => {
    const most = 78 - 'http://127.0.0.1:4173/'.length;
    const links = [
      ...lessons.map(l => l.hash),
      ...devicePresets.map(({ device }) =>
        write({
          ...defaultScenario,
          device,
          request: { ...defaultScenario.request, length: device.bar.size },
        }),
      ),
      ...spacePresets.map(({ id }) => `#1&as=${id}`),
    ].map(link => write(read(link).scenario));
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(l => l.length > most)).toEqual([]);
    expect(links.filter(l => l.length > PLAIN).length).toBeLessThan(6);
  });

  it('has shorter spellings only where it would be longer, and they mean the same', () => {
    const long = '#1&p=qemu9&bar=0@0xfc00_0000+16M&others=&holes=0x40_0000+64K&len=16M';
    const { scenario } = read(long);
    expect(write(scenario)).toBe('#1&p=qemu9&whole=0@4G-64M+16M&holes=4M+64K');
    expect(read(write(scenario)).scenario).toEqual(scenario);
    // Below the bound nothing changes.
    for (const plain of ['#1&hint=0x7000_0020_0000', '#1&base=0x7fff_ffff_f000', '#1&holes=0x40_0000+64K'])
      expect(write(read(plain).scenario)).toBe(plain);
    expect(read('#1&p=qemu9&whole=0@0xfc00_0000+16M&holes=4M+64K').scenario).toEqual(scenario);
    for (const [before, now] of [
      [
        '#1&a=arm64-16k-47&cont=marked&as=bare&hint=0x7000_0020_0000',
        '#1&a=arm64-16k-47&cont=marked&as=bare&hint=112T+2M',
      ],
      [
        '#1&bar=2@0x38_8000_0000+128M&as=scene&base=0x7fff_ffff_f000&len=127M',
        '#1&bar=+128M&as=scene&base=128T-4K&len=127M',
      ],
      ['#1&bar=2@0x1000_0000_0000+0x2f_00f0_0000&others=&len=0x2f_00f0_0000', '#1&whole=2@16T+188G+15M'],
    ] as const) {
      expect(write(read(before).scenario)).toBe(now);
      expect(read(now)).toEqual(read(before));
    }
    // What stands behind `whole` counts, and neither spelling is taken for another BAR.
    expect(read('#1&whole=+1G&len=2M').scenario.request.length).toBe(2 * MiB);
    expect(read('#1&bar=+1G&whole=0@0x1_0000_0000+4G').scenario.device.bar.size).toBe(GiB);
    expect(read('#1&others=+4K').problems).toHaveLength(1);
    expect(read('#1&whole=+2T').problems.map(p => p.field)).toEqual(['whole']);
  });
});

describe('the bridge window of a link that names none', () => {
  const windowsOf = (hash: string) => read(hash).scenario.device.windows;

  it('is the sample while the BAR lies in it, so that moving the BAR there adds nothing to the link', () => {
    expect(windowsOf('#1&bar=2@0x39_0000_0000+1G')).toEqual(defaultScenario.device.windows);
    expect(write(read('#1&bar=2@0x39_0000_0000+1G').scenario)).toBe('#1&bar=2@0x39_0000_0000+1G');
  });

  it('is none where the BAR lies elsewhere: links from before there were windows invent nothing', () => {
    for (const bar of ['2@0x0+1T', '2@0x37_8000_0000+1G', '2@0x39_c000_0000+2G', '0@0xfc00_0000+16M'])
      expect(windowsOf(`#1&bar=${bar}`)).toEqual([]);
  });

  it('is named where it stays although the BAR has left it', () => {
    const { device } = defaultScenario;
    const moved = { ...defaultScenario, device: { ...device, bar: { ...device.bar, base: pa(2 ** 40) } } };
    expect(write(moved)).toBe('#1&bar=2@1T+2G&win=sample@0x38_0000_0000+8G.pref');
    expect(read(write(moved)).scenario).toEqual(moved);
  });
});

describe('a damaged link', () => {
  it.each([
    ['a', 'pdp11', 'no such architecture'],
    ['k', 'soon', 'not a kernel version'],
    ['p', 'best', 'not one of'],
    ['thp', 'sometimes', 'not one of'],
    ['shmem', 'x', 'not one of'],
    ['bar', '7@0x0+2G', 'not of the form'],
    ['bar', '2@0x1+2G', 'not a multiple'],
    ['bar', '2@0x1000+0', 'the size is 0'],
    ['bar', '2@0x1000+2T', 'above 1 TiB'],
    ['bar', '2@0x1ff_ffff_ffff_f000+2G', 'beyond any physical address'],
    ['others', '1@0x1000+4K,x', 'not of the form'],
    ['others', 'my device/1@0x1000+4K', 'is not a PCI address'],
    ['win', '2G', 'not of the form'],
    ['win', '0x1000+0', 'the size is 0'],
    ['win', '0x1001+8G', 'not a multiple'],
    ['win', '0x1000+8G.fast', 'is not a number or a unit'],
    ['win', 'a b@0x1000+8G', 'not a name'],
    ['win', '0x1ff_ffff_ffff_f000+2G', 'beyond any physical address'],
    ['win', Array(17).fill('0x1000+4K').join(','), 'more than 16'],
    ['mem', 'M1;alert', 'not of the form M1 or'],
    ['mem', 'boot612:8:0-1', 'not of the form M1 or'],
    ['memby', 'V1', 'not one of'],
    ['memvs', 'V2', 'not of the form V2.V5'],
    ['others', Array(65).fill('1@0x1000+4K').join(','), 'more than 64'],
    ['holes', '0x2000', 'not of the form'],
    ['holes', '0x2000+0', 'the size is 0'],
    ['holes', '0xff_ffff_f000+8K', 'beyond 1 TiB'],
    ['holes', '0x1000+4K,0+8K', 'holes overlap'],
    ['holes', Array.from({ length: 17 }, (_, i) => `${i * 8}K+4K`).join(','), 'more than 16'],
    ['ranges', '1G', 'not of the form'],
    ['ranges', '0@0x1000', 'the first range is the BAR itself'],
    ['ranges', '1T@0x1000', 'beyond any region'],
    ['ranges', '1G@0x100_0000_0000_1000', 'beyond any region or physical address'],
    ['ranges', '1G@0x1000,1G@0x2000', 'two ranges begin at one offset'],
    ['ranges', Array.from({ length: 17 }, (_, i) => `${i + 1}G@0x1000`).join(','), 'more than 16'],
    ['k', `6.12-${'x'.repeat(80)}`, 'not a kernel version'],
    ['as', 'none', 'no such address space'],
    ['vmas', '~', 'damaged'],
    ['vmas', 'nothing', 'no head line'],
    ['stack', '-1', 'is not a number'],
    ['layout', 'sideways', 'not one of'],
    ['base', '0x1001', 'not a multiple'],
    ['base', '512M', 'between 1 GiB and 2^57'],
    ['lid', 'high', 'is not a number'],
    ['slide', '0x200_0000_0000_1000', 'beyond any address'],
    ['f', 'floppy', 'not one of'],
    ['off', '1K', 'not a multiple'],
    ['len', '', 'nothing there'],
    ['hint', '0xffffffffffffffffff', 'does not fit'],
    ['fl', 'shared.fast', 'is no flag'],
    ['fl', '0xfffffffff', 'is no flag'],
    ['fl', 'shared.0x20', 'what is mapped is said by f'],
    ['fl', 'shared.0x40000', 'what is mapped is said by f'],
    ['prot', '8', 'not 0 to 7'],
    ['adv', 'good', 'not one of'],
    ['t', 'random', 'not one of'],
    ['s', 'sweep2', 'not one of'],
    ['sort', '-luck', 'not one of'],
    ['find', 'x'.repeat(81), 'longer than 80'],
    ['rows', 'kernels.dreams', 'not one of'],
    ['vs', 'the best', 'not the name of a row'],
    ['pin', 'k:7.3,p:thp,p:xu1', 'more than two'],
    ['case', 'a/b/c', 'not a file of captures'],
    ['only', 'k:7.3,z:1', 'not of the form'],
    ['only', 'k', 'not of the form'],
  ])('%s=%s: that field keeps its default and is named, the rest applies', (field, value, reason) => {
    const good = field === 'len' ? '&prot=1' : '&len=6M';
    const { scenario, problems } = read(`#1&${field}=${value}${good}`);
    expect(problems).toMatchObject([{ field, reason: expect.stringContaining(reason) }]);
    expect(problems[0]?.used).not.toBe('');
    expect(problems[0]?.used).not.toBe('the default');
    expect(scenario).toEqual({
      ...defaultScenario,
      request: { ...defaultScenario.request, ...(field === 'len' ? { prot: 1 } : { length: 6 * MiB }) },
    });
  });

  it('takes what ends just where a region or physical memory does', () => {
    const { scenario, problems } = read('#1&holes=0xff_ffff_f000+4K&ranges=1T-4K@0x100_0000_0000_0000');
    expect(problems).toEqual([]);
    expect(scenario.device.holes).toEqual([{ offset: 2 ** 40 - 4096, size: 4096 }]);
    expect(scenario.device.ranges).toEqual([{ offset: 2 ** 40 - 4096, phys: 2 ** 56 }]);
  });

  it('puts BARs, holes and ranges in their order', () => {
    const { device } = read('#1&others=4@0x39_0000_0000+32M,0@0xfd00_0000+16M&holes=8K+4K,0+4K').scenario;
    expect(device.others.map(b => b.index)).toEqual([0, 4]);
    expect(device.holes.map(h => h.offset)).toEqual([0, 0x2000]);
    expect(read('#1&ranges=2G@0x1000,1G@0x2000').scenario.device.ranges.map(r => r.phys)).toEqual([
      0x2000, 0x1000,
    ]);
  });

  it('names every bad field, and shortens long values', () => {
    const { problems } = read(`#1&k=x&t=y&as=${'z'.repeat(100)}`);
    expect(problems.map(p => p.field)).toEqual(['k', 'as', 't']);
    expect(problems[1]?.value).toHaveLength(41);
  });

  it('ignores unknown fields and parts that are none', () => {
    const { scenario, problems, notes } = read('#1&zoom=3&=4&&nothing&len=6M');
    expect(problems).toEqual([]);
    expect(notes).toEqual(['Not known, and left out: zoom, =4, nothing.']);
    expect(read('#1&len=1G&k=6.12&len=6M')).toMatchObject({
      scenario: { request: { length: 6 * MiB } },
      problems: [],
      notes: ['There more than once, the last one counts: len.'],
    });
    expect(scenario.request.length).toBe(6 * MiB);
  });

  it.each(['#k=6.12', '#x', '#0&k=6.12', '#-1', '#12345', '#1.5&len=6M'])(
    '%s has no version: the default, and says so',
    hash => {
      const { scenario, problems } = read(hash);
      expect(scenario).toEqual(defaultScenario);
      expect(problems).toMatchObject([{ field: 'version' }]);
    },
  );

  it('of a version to come is read as far as it can be, and says so', () => {
    const { scenario, problems } = read(`#${LINK_VERSION + 1}&len=6M&new=thing`);
    expect(scenario.request.length).toBe(6 * MiB);
    expect(problems).toMatchObject([{ field: 'version', reason: expect.stringContaining('newer Hugemap') }]);
  });

  it('never throws, whatever the text', () => {
    const keys = [
      'a',
      'k',
      'p',
      'thp',
      'shmem',
      'bar',
      'others',
      'as',
      'vmas',
      'stack',
      'layout',
      'base',
      'lid',
      'f',
      'off',
      'len',
      'hint',
      'fl',
      'prot',
      'adv',
      't',
    ];
    const garbage = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
    const near = fc
      .array(
        fc.tuple(
          fc.constantFrom(...keys),
          fc.oneof(garbage, fc.constantFrom('%', '%zz', '0', '2G', '-', '~2%')),
        ),
      )
      .map(parts => `#1&${parts.map(([k, v]) => `${k}=${v}`).join('&')}`);
    fc.assert(
      fc.property(fc.oneof(garbage, near), hash => {
        const { scenario } = read(hash);
        // Whatever came out can be written, and says the same again.
        expect(read(write(scenario))).toEqual({ scenario, problems: [] });
      }),
      { numRuns: 5000 },
    );
  });

  it('never throws on a real link with bytes changed', () => {
    fc.assert(
      fc.property(scenarios, fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 2 }))), (s, edits) => {
        let hash = write(s);
        for (const [where, text] of edits) {
          const at = where % (hash.length + 1);
          hash = hash.slice(0, at) + text + hash.slice(at + 1);
        }
        const { scenario } = read(hash);
        expect(read(write(scenario)).problems).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/**
 * Links of version 1 as they are out in the world. They open for ever: when the format changes this table
 * stays as it is, and an upgrader is written.
 */
const stored: readonly (readonly [hash: string, change: (s: Scenario) => Scenario])[] = [
  ['#1&k=6.12.117', s => ({ ...s, machine: { ...s.machine, kernel: '6.12.117' } })],
  [
    '#1&a=x86_64-5&k=7.3-rc4&p=thp',
    s => ({ ...s, machine: { ...s.machine, arch: 'x86_64-5', kernel: '7.3-rc4', policy: 'thp' } }),
  ],
  [
    '#1&thp=never&shmem=within_size',
    s => ({ ...s, machine: { ...s.machine, thp: 'never', shmem: 'within_size' } }),
  ],
  [
    '#1&k=6.12.117&p=xu1&bar=2@0x38_8000_0000+4G&off=64K&len=4G-64K',
    s => ({
      ...s,
      machine: { ...s.machine, kernel: '6.12.117', policy: 'xu1' },
      device: { ...s.device, bar: { index: 2, base: pa(0x38_8000_0000), size: bytes(4 * GiB) } },
      request: { ...s.request, offset: bytes(0x1_0000), length: bytes(4 * GiB - 0x1_0000) },
    }),
  ],
  ['#1&others=', s => ({ ...s, device: { ...s.device, others: [] } })],
  [
    '#1&others=0@0xfd00_0000+16M,4@0x39_0000_0000+32M',
    s => ({
      ...s,
      device: {
        ...s.device,
        others: [
          { index: 0, base: pa(0xfd00_0000), size: bytes(16 * MiB) },
          { index: 4, base: pa(0x39_0000_0000), size: bytes(32 * MiB) },
        ],
      },
    }),
  ],
  [
    '#1&others=0000:02:00.1/0@0x38_0000_0000+16K',
    s => ({
      ...s,
      device: {
        ...s.device,
        others: [{ index: 0, base: pa(0x38_0000_0000), size: bytes(16 * 1024), owner: '0000:02:00.1' }],
      },
    }),
  ],
  ['#1&win=', s => ({ ...s, device: { ...s.device, windows: [] } })],
  [
    '#1&win=0x38_0000_0000+16G,0000:00:01.0@0x38_8000_0000+4G.pref',
    s => ({
      ...s,
      device: {
        ...s.device,
        windows: [
          { label: '', base: pa(0x38_0000_0000), size: bytes(16 * GiB), prefetchable: false },
          { label: '0000:00:01.0', base: pa(0x38_8000_0000), size: bytes(4 * GiB), prefetchable: true },
        ],
      },
    }),
  ],
  ['#1&as=scene', s => ({ ...s, space: { ...s.space, source: { kind: 'preset', id: 'scene' } } })],
  [
    '#1&as=bare&stack=unlimited&layout=bottomup',
    s => ({
      ...s,
      space: {
        ...s.space,
        source: { kind: 'preset', id: 'bare' },
        stackLimit: Number.POSITIVE_INFINITY,
        legacy: true,
      },
    }),
  ],
  ['#1&as=qemu-run', s => ({ ...s, space: { ...s.space, source: { kind: 'preset', id: 'qemu-run' } } })],
  [
    '#1&stack=127M+4K&base=0x7fff_f7ff_f000&lid=0x7fff_2345_6000',
    s => ({
      ...s,
      space: {
        ...s.space,
        stackLimit: 127 * MiB + 4096,
        mmapBase: va(0x7fff_f7ff_f000),
        lid: va(0x7fff_2345_6000),
      },
    }),
  ],
  [
    '#1&f=anon&len=4M&hint=0x5000_0000_1000&fl=private.fixed.noreplace.32bit.above4g.growsdown.locked.noreserve&prot=0',
    s => ({
      ...s,
      request: {
        ...s.request,
        file: 'anon',
        length: bytes(4 * MiB),
        hint: 0x5000_0000_1000,
        flags: 0x10_61d2,
        prot: 0,
      },
    }),
  ],
  ['#1&fl=shared.0x20000', s => ({ ...s, request: { ...s.request, flags: 0x2_0001 } })],
  ['#1&adv=nohuge&t=middle', s => ({ ...s, request: { ...s.request, advice: 'nohuge', touch: 'middle' } })],
];

describe('stored links of version 1', () => {
  it.each(stored)('%s', (hash, change) => {
    expect(read(hash)).toEqual({ scenario: change(defaultScenario), problems: [] });
  });

  it('of a pasted space', () => {
    const { scenario, problems } = read(
      `#1&vmas=${encodeURIComponent('2s8nw cat\na0 1 r-xp /bin/cat\n0 2 rw-pg [stack]\n3 1 rw-ps ')}`,
    );
    expect(problems).toEqual([]);
    expect(scenario.space.source).toEqual({
      kind: 'pasted',
      name: 'cat',
      mmapBase: Number.parseInt('2s8nw', 36) * 4096,
      vmas: [
        {
          start: 0x16_8000,
          end: 0x16_9000,
          growsDown: false,
          shadowStack: false,
          perms: 'r-xp',
          name: '/bin/cat',
        },
        {
          start: 0x16_9000,
          end: 0x16_b000,
          growsDown: true,
          shadowStack: false,
          perms: 'rw-p',
          name: '[stack]',
        },
        { start: 0x16_e000, end: 0x16_f000, growsDown: false, shadowStack: true, perms: 'rw-p', name: '' },
      ],
    });
  });
});

describe('a pasted space', () => {
  it.each([
    ['2s8nw x\n0 1 r-xp', 'mapping 1'],
    ['2s8nw x\n1 1 r-xp a\n0 0 r-xp b', 'mapping 2 of the packed address space is out of range'],
    ['2s8nw x\nzzzzzzzzzzz 1 r-xp a', 'out of range'],
    ['zzzzzzzzzzz x', 'mmap_base is out of range'],
    ['- ', undefined],
  ])('%j: %s', (text, reason) => {
    const { scenario, problems } = read(`#1&vmas=${plain.pack(text)}`);
    if (reason === undefined) expect(scenario.space.source).toMatchObject({ kind: 'pasted', vmas: [] });
    else expect(problems).toMatchObject([{ field: 'vmas', reason: expect.stringContaining(reason) }]);
  });
});

it('a kernel as uname prints it is kept as its version', () => {
  const { scenario, problems } = read('#1&k=7.2.9+deb13+1-amd64');
  expect(problems).toEqual([]);
  expect(scenario.machine.kernel).toBe('7.2.9');
  expect(read('#1&k=6.12.117+deb13-rt-amd64').scenario.machine.kernel).toBe('6.12.117-rt');
});
