import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calls, counterOf } from './counters.ts';
import { maxFolioOrder } from './folios.ts';
import { baseOf, isPresent, layoutProblem } from './layout.ts';
import { presets } from './presets.ts';
import {
  folio,
  MAX_PAGES,
  memmapKinds,
  nearestBase,
  pagesFrom,
  pagesOf,
  passedOver,
  pfnsOf,
  readRuns,
  readSectionSize,
  readSections,
  readSetup,
  runsOf,
  type Setup,
  setupOf,
  toggleSection,
  withBase,
  withKind,
  withPages,
  withSectionSize,
  withSections,
  writeRuns,
  writeSetup,
} from './setup.ts';

const setup = (text: string): Setup => {
  const read = readSetup(text);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
};

const reason = (text: string): string => {
  const read = readSetup(text);
  return read.ok ? '' : read.reason;
};

/** What every setup keeps. */
const expectSound = (s: Setup): void => {
  expect(layoutProblem(s.layout)).toBeUndefined();
  const pfns = pfnsOf(s.runs);
  expect(pfns.length).toBeGreaterThan(0);
  expect(pfns.every(pfn => isPresent(s.layout, pfn))).toBe(true);
  expect(new Set(pfns).size).toBe(pfns.length);
  // Whatever it is, a link carries it.
  expect(setup(writeSetup(s))).toEqual(s);
};

const setups: fc.Arbitrary<Setup> = fc
  .record({
    kind: fc.constantFrom(...memmapKinds),
    power: fc.integer({ min: 0, max: 4 }),
    sections: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
    places: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 6, maxLength: 6 }),
    from: fc.nat(160),
    count: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ kind, power, sections, places, from, count }) => {
    const size = 2 ** power;
    const ascending = [...sections].sort((a, b) => a - b);
    const where =
      kind === 'hotplug' ? ascending.map((s, i) => `${s}@${(places[i] ?? 0) * size}`) : ascending.map(String);
    const head = `${kind}:${size}:${where.join(',')}`;
    const first = setup(`${head}:${(ascending[0] ?? 0) * size}`);
    return { ...first, runs: pagesFrom(first.layout, from, count) };
  });

describe('a setup as text', () => {
  it.each(presets.map(p => p.id))('%s is its id', id => {
    const preset = presets.find(p => p.id === id);
    if (preset === undefined) throw new Error(id);
    expect(writeSetup(setupOf(preset))).toBe(id);
    expect(setup(id).layout).toEqual(preset.layout);
    expect(pfnsOf(setup(id).runs)).toEqual(preset.pfns);
  });

  it('is a preset where it is the same as one', () => {
    expect(writeSetup(setup('boot612:8:0,1,3:12-15,24-27'))).toBe('M1');
    expect(writeSetup(setup('vmemmap:8:0-1,3:12-15,24-27'))).toBe('M15');
    expect(writeSetup(setup('hotplug:8:3@900,0@100,2@500:20-27'))).toBe('M5');
    expect(writeSetup(setup('boot612:8:0-3:12-15,24-27'))).toBe('boot612:8:0-3:12-15,24-27');
  });

  it('gives back every setup', () => {
    fc.assert(fc.property(setups, expectSound));
  });

  it.each([
    ['M16', 'not one of M1 to M15'],
    ['boot613:8:0:1', 'not one of M1 to M15'],
    ['boot612:8:0:1:2', 'not one of M1 to M15'],
    ['boot612:9:0:1', 'not a power of two'],
    ['boot612::0:1', 'not a power of two'],
    ['boot612:262144:0:1', 'not a power of two'],
    ['boot612:8:0-300:1', 'more than 256 sections'],
    ['boot612:8:1048576:1', 'sections are numbered below 1,048,576'],
    ['boot612:8:3-1:1', '3-1 ends before it begins'],
    ['boot612:8:0,0:1', 'section 0 stands twice'],
    ['boot612:8:0:8', 'PFN 8 is no memory: section 1 is not present'],
    ['boot612:8:0,2:6-17', 'PFN 8 is no memory: section 1 is not present'],
    ['boot612:8:0:1,1', 'PFN 1 stands twice'],
    ['boot612:8:0:', 'is not a page frame'],
    ['boot612:8:0:1,', 'beside a comma'],
    ['hotplug:8:0:1', 'is not a section and its memmap'],
    ['hotplug:8:1048576@100:1', 'is too large'],
    ['hotplug:8:0@1099511627776:1', 'is too large'],
    ['hotplug:8:0@100,1@104:1', 'the memmaps of sections 0 and 1 overlap'],
    ['hotplug:8:0@100,0@200:1', 'section 0 stands twice'],
    ['boot612:131072:0-15:0-999999', 'more than 262,144 pages'],
    [`boot612:131072:0:${Array.from({ length: 65 }, (_, i) => 2 * i).join(',')}`, 'more than 64 runs'],
  ])('%s is refused', (text, why) => expect(reason(text)).toContain(why));

  it('refuses what is no text of it, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('', 'boot612:8:', 'hotplug:8:0@1:', 'flat:8:0:'),
        (text, head) => {
          expect(typeof readSetup(head + text).ok).toBe('boolean');
        },
      ),
    );
  });
});

describe('what people type', () => {
  it('lists of pages, in their order, with blanks', () => {
    const { layout } = setup('boot612:8:0-3:0');
    expect(readRuns(' 28-31, 16 - 19 ,3', layout)).toEqual({
      ok: true,
      value: [
        { first: 28, count: 4 },
        { first: 16, count: 4 },
        { first: 3, count: 1 },
      ],
    });
    // What follows is one run.
    expect(readRuns('4-7,8,9..10', layout)).toEqual({ ok: true, value: [{ first: 4, count: 7 }] });
    expect(readRuns('12-15; 24', layout)).toMatchObject({ ok: false });
    expect(writeRuns(runsOf([12, 13, 24]), ', ')).toBe('12-13, 24');
  });

  it('sections and their size', () => {
    expect(readSections('3, 0-1')).toEqual({ ok: true, value: [0, 1, 3] });
    expect(readSections('')).toMatchObject({ ok: false });
    expect(readSectionSize('32,768')).toEqual({ ok: true, value: 32768 });
    for (const bad of ['', '0', '12', '1e3', '-8', '262144'])
      expect(readSectionSize(bad)).toMatchObject({ ok: false });
  });

  it('the first pages from a frame on pass over holes', () => {
    const { layout } = setup('M1');
    expect(pagesFrom(layout, 12, 8)).toEqual(setup('M1').runs);
    expect(pagesFrom(layout, 17, 2)).toEqual([{ first: 24, count: 2 }]);
    expect(pagesFrom(layout, 99, 5)).toEqual([{ first: 31, count: 1 }]);
    expect(passedOver(layout, 12)).toBeUndefined();
    expect(passedOver(layout, 17)).toEqual({ asked: 17, section: 2, first: 24 });
    expect(passedOver(layout, 99)).toEqual({ asked: 99, section: 12, first: 31 });
  });
});

describe('changes by hand', () => {
  it('keep a setup sound', () => {
    fc.assert(
      fc.property(
        setups,
        fc.constantFrom(...memmapKinds),
        fc.nat(10),
        fc.integer({ min: 0, max: 5 }),
        fc.nat(170),
        fc.nat(170),
        (s, kind, section, power, a, b) => {
          expectSound(withKind(s, kind));
          expectSound(toggleSection(s, section));
          expectSound(withSections(s, [section, section + 2]));
          expectSound(withSectionSize(s, 2 ** power));
          expectSound(withPages(s, a, b, true));
          expectSound(withPages(s, a, b, false));
          const own = s.layout.sections[0]?.section ?? 0;
          const moved = withBase(s, own, nearestBase(s.layout, own, a));
          expect(moved.ok).toBe(true);
          if (moved.ok) expectSound(moved.value);
        },
      ),
    );
  });

  it('pages go in and out, all that are memory between two frames', () => {
    const m1 = setup('M1');
    const inside = (s: Setup, pfn: number): boolean => pfnsOf(s.runs).includes(pfn);
    fc.assert(
      fc.property(fc.nat(31), fc.nat(31), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const more = withPages(m1, a, b, true);
        const fewer = withPages(m1, a, b, false);
        const all = from <= 12 && to >= 27;
        for (let pfn = 0; pfn < 32; pfn++) {
          const within = pfn >= from && pfn <= to && isPresent(m1.layout, pfn);
          expect(inside(more, pfn)).toBe(inside(m1, pfn) || within);
          // Nothing at all is no list.
          expect(inside(fewer, pfn)).toBe(inside(m1, pfn) && (all || !within));
        }
      }),
    );
  });

  it('a list that ascends stays so, another one gets what is new at its end', () => {
    expect(writeRuns(withPages(setup('M1'), 3, 4, true).runs)).toBe('3-4,12-15,24-27');
    expect(writeRuns(withPages(setup('M6'), 24, 24, true).runs)).toBe('28-31,16-19,24');
    expect(writeRuns(withPages(setup('M6'), 29, 30, false).runs)).toBe('28,31,16-19');
  });

  it('a hole appears, and its pages leave the list', () => {
    const whole = setup('boot612:8:0-3:12-15,24-27');
    expect(calls(counterOf('V2'), whole.layout, pfnsOf(whole.runs)).map(c => c.answer)).toEqual([4, 4]);
    const holed = toggleSection(whole, 2);
    expect(writeSetup(holed)).toBe('M1');
    expect(calls(counterOf('V2'), holed.layout, pfnsOf(holed.runs)).map(c => c.answer)).toEqual([8]);
    expect(pfnsOf(toggleSection(setup('M1'), 1).runs)).toEqual([24, 25, 26, 27]);
    // The last section stays.
    expect(toggleSection(setup('boot612:8:3:24'), 3)).toEqual(setup('boot612:8:3:24'));
  });

  it('a list that ended with a section still does where sections are larger', () => {
    expect(writeSetup(withSectionSize(setup('M1'), 16))).toBe('boot612:16:0-1,3:28-31,48-51');
    expect(writeSetup(withSectionSize(withSectionSize(setup('M6'), 16), 8))).toContain(
      'hotplug:8:2@508,3@500:',
    );
  });

  it('a block lands where it is free, next to the others at the nearest', () => {
    const { layout } = setup('hotplug:8:0@100,1@200,2@116:0');
    expect(nearestBase(layout, 0, 300)).toBe(300);
    expect(nearestBase(layout, 0, 203)).toBe(208);
    expect(nearestBase(layout, 0, 196)).toBe(192);
    expect(nearestBase(layout, 0, 207)).toBe(208);
    expect(nearestBase(layout, 0, 193)).toBe(192);
    expect(nearestBase(layout, 0, 111)).toBe(108);
    expect(nearestBase(layout, 0, -5)).toBe(0);
    const over = withBase(setup('M1'), 0, 110);
    expect(over).toEqual({ ok: false, reason: 'the memmaps of sections 1 and 0 overlap' });
    const far = withBase(setup('M1'), 0, 500);
    expect(far.ok && writeSetup(far.value)).toBe('hotplug:8:0@500,1@108,3@116:12-15,24-27');
    expect(withBase(setup('M1'), 0, -1)).toMatchObject({ ok: false });
  });

  it('hotplug starts from where the blocks lie, and a new one lies above', () => {
    const free = withKind(setup('M12'), 'hotplug');
    expect(free.layout.sections).toEqual(setup('M12').layout.sections);
    expect(baseOf(toggleSection(free, 4).layout, 4)).toBe(116);
  });

  it('a folio is aligned and all memory', () => {
    const { layout } = setup('boot612:8:0-2,4:0');
    expect(folio(layout, 3, 8)).toEqual({ ok: true, value: [{ first: 8, count: 8 }] });
    expect(folio(layout, 3, 4)).toEqual({
      ok: false,
      reason: 'a folio of order 3 starts at a multiple of 8',
    });
    expect(folio(layout, 5, 0)).toEqual({
      ok: false,
      reason: 'it would reach into section 3, which is not present',
    });
    expect(folio(layout, 19, 0)).toMatchObject({ ok: false });
    expect(2 ** 18).toBe(MAX_PAGES);
  });

  it('call after call over the largest folio walks the list once', () => {
    const s = setup('boot612:32768:0-7:0-262143');
    expect(pagesOf(s.runs)).toBe(MAX_PAGES);
    expect(calls(counterOf('V5'), s.layout, pfnsOf(s.runs))).toHaveLength(8);
    // Odd sections page by page, even ones at once.
    expect(calls(counterOf('V3'), s.layout, pfnsOf(s.runs))).toHaveLength(4 * 32768 + 4);
  });
});

describe('MAX_FOLIO_ORDER', () => {
  const config = {
    model: 'vmemmap',
    gigantic: true,
    hugetlb: true,
    is64: true,
    pageBits: 12,
    sectionOrder: 15,
    pudOrder: 18,
    maxPageOrder: 10,
  } as const;
  it.each([
    [{ gigantic: false }, 10, 'buddy'],
    [{ model: 'sparse' }, 15, 'section'],
    [{}, 22, 'hugetlb'],
    [{ pageBits: 16 }, 18, 'hugetlb'],
    [{ is64: false }, 18, 'hugetlb'],
    [{ hugetlb: false }, 18, 'pud'],
  ] as const)('%j is %i, by %s', (change, order, rule) => {
    expect(maxFolioOrder({ ...config, ...change })).toEqual({ order, rule });
  });
});
