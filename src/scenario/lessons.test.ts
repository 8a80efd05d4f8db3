import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { leafCount } from '../leaves/runs.ts';
import type { DeviceAnswer, Solution } from '../solve.ts';
import { prepare, solve, trace } from '../solve.ts';
import { gapEnd, gapStart } from '../space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { alignDown, GiB, KiB, MiB, mod } from '../units.ts';
import { type Lesson, type LessonId, lessonIds, lessonOf, lessonScenario, lessons } from './lessons.ts';
import { LINK_VERSION, readLink, writeLink } from './link.ts';
import { defaultScenario, type Scenario } from './scenario.ts';

const packer = { pack: () => '', unpack: () => undefined };

/** Every number of a sentence, with its unit, as it stands there; names such as MAP_32BIT are no numbers. */
const numbersIn = (text: string): readonly string[] =>
  [
    ...text
      .replaceAll(/MAP_32BIT|Linux [\d.]+|above \d+ bits/g, '')
      .matchAll(/0x[0-9a-f_]+|\d[\d,]*(?:\.\d+)?(?: [KMGT]iB)?/g),
  ].map(m => m[0]);

interface Scene {
  readonly scenario: Scenario;
  readonly solution: Solution;
}
const sceneOf = (id: LessonId): Scene => {
  const scenario = lessonScenario(id);
  if (scenario === undefined) throw new Error(`no lesson ${id}`);
  return { scenario, solution: solve(scenario) };
};
const deviceOf = ({ solution }: Scene): DeviceAnswer => {
  if (solution.device === undefined) throw new Error('not placed');
  return solution.device;
};
const count = (d: Pick<DeviceAnswer, 'leaves'>, kind: string): string =>
  formatCount(leafCount(d.leaves.filter(run => run.kind === kind)));
const best = (d: DeviceAnswer): string => formatCount(leafCount(d.best.runs));
/** (VA − PA) mod `size`, as a size. */
const off = (d: DeviceAnswer, size: number): string => formatSize(mod(d.mapping.start - d.mapping.pa, size));
const length = ({ scenario }: Scene): string => formatSize(scenario.request.length);

/** What the engine says of each number in the sentence, in the order in which they stand there. */
const figures: Readonly<Record<LessonId, (scene: Scene) => readonly string[]>> = {
  today: s => {
    const d = deviceOf(s);
    expect(d.faults).toBe(leafCount(d.leaves));
    return [length(s), off(d, GiB), count(d, 'pte'), best(d)];
  },
  lts: s => [count(deviceOf(s), 'pmd'), formatSize(GiB), off(deviceOf(s), GiB)],
  congruent: s => {
    const d = deviceOf(s);
    expect([mod(s.scenario.request.hint, GiB), mod(d.mapping.pa, GiB)]).toEqual([0, 0]);
    return [formatSize(GiB), count(d, 'pud')];
  },
  offset: s => {
    const d = deviceOf(s);
    expect([mod(d.mapping.start, GiB), leafCount(d.leaves)]).toEqual([0, d.faults]);
    return [formatSize(GiB), formatSize(s.scenario.request.offset), count(d, 'pte')];
  },
  length: s => {
    const d = deviceOf(s);
    const { page } = archOf(s.scenario.machine.arch);
    expect(leafCount(d.leaves)).toBe(leafCount(d.best.runs));
    return [formatSize(s.scenario.request.length + page), count(d, 'pud'), count(d, 'pmd'), count(d, 'pte')];
  },
  hole: s => {
    const [first, second, ...none] = s.solution.parts;
    if (first === undefined || second === undefined) throw new Error('not two parts');
    expect(none).toEqual([]);
    const hole = s.scenario.device.holes[0]?.size ?? 0;
    return [formatSize(hole), off(second, 2 * MiB), count(first, 'pmd'), count(second, 'pte')];
  },
  corrupt: s => {
    const d = deviceOf(s);
    const bad = d.leaves.filter(run => run.corrupt);
    expect(new Set(bad.map(run => run.kind))).toEqual(new Set(['pud']));
    // The PFN of the first corrupt leaf, modulo its size.
    const [run] = bad;
    const pfn = d.mapping.pa + ((run?.va ?? 0) - d.mapping.start);
    return [formatCount(leafCount(bad)), formatCount(leafCount(d.leaves)), formatSize(GiB - mod(pfn, GiB))];
  },
  touch: s => {
    const { scenario } = s;
    const up = solve({ ...scenario, request: { ...scenario.request, touch: 'asc' } });
    const later = solve({ ...scenario, machine: { ...scenario.machine, kernel: '6.12.29' } });
    expect(later.device?.faults).toBe(2);
    return [count(deviceOf(s), 'pte'), formatCount(up.device?.faults ?? 0)];
  },
  huge: s => {
    const d = deviceOf(s);
    return [formatCount(d.faults), formatSize(alignDown(d.cost.tableBytes, GiB)), best(d)];
  },
  pages64k: s => {
    const d = deviceOf(s);
    const { page, pmdSize } = archOf(s.scenario.machine.arch);
    expect(d.best.modulus).toBe(pmdSize);
    return [count(d, 'pte'), best(d), formatSize(pmdSize), formatCount(pmdSize / page)];
  },
  contiguous: s => {
    const d = deviceOf(s);
    expect(off(d, 2 * MiB)).toBe('0');
    const { page } = archOf(s.scenario.machine.arch);
    return [formatSize(page), count(d, 'pte'), formatSize(2 * MiB), formatCount(d.cost.tlbEntries)];
  },
  guard: s => {
    const { scenario } = s;
    const { mm } = prepare(scenario.machine, scenario.space);
    const guarded = trace(scenario).find(e => e.kind === 'guarded');
    if (guarded === undefined) throw new Error('no retry');
    const { index } = mm.space;
    const [start, end] = [gapStart(index, guarded.gap), gapEnd(index, guarded.gap)];
    // It would fit, and it does not once the guard is off.
    expect(guarded.candidate).toBeGreaterThanOrEqual(start);
    expect(guarded.guardStart - start).toBeLessThan(scenario.request.length);
    const { placement } = s.solution;
    expect(placement.ok && placement.start < start).toBe(true);
    return [length(s), formatSize(end - start), formatSize(end - guarded.guardStart)];
  },
  levels5: s => {
    const { scenario, solution } = s;
    const { placement } = solution;
    expect(placement.ok && placement.by).toBe('hint');
    const at = (hint: number): number => {
      const { placement: p } = solve({ ...scenario, request: { ...scenario.request, hint } });
      return p.ok ? p.start : 0;
    };
    const border = 128 * 2 ** 40;
    expect(at(0)).toBeLessThan(border);
    expect(at(border)).toBeGreaterThanOrEqual(border);
    return [formatSize(border), count(deviceOf(s), 'pud')];
  },
  enomem: s => {
    const { placement } = s.solution;
    expect(!placement.ok && placement.refusal).toBe('no gap fits');
    const search = trace(s.scenario).find(e => e.kind === 'search');
    if (search === undefined) throw new Error('no search');
    return [formatSize(alignDown(search.high - search.low, KiB)), formatAddress(search.low), length(s)];
  },
};

const all: readonly Lesson[] = lessons;

describe('lessons', () => {
  it('come in the order of their names, each once', () => {
    expect(all.map(l => l.id)).toEqual([...lessonIds]);
    expect(new Set(all.map(l => l.hash)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(12);
  });

  it.each(all)('$id: every number of “$teaches” is the engine’s', ({ id, teaches }) => {
    expect(numbersIn(teaches)).toEqual(figures[id](sceneOf(id)));
  });

  it.each(all)('$id: the link is canonical, of this version, and shows the Map', ({ id, hash }) => {
    const { scenario, problems, notes } = readLink(hash, packer);
    expect({ problems, notes }).toEqual({ problems: [], notes: undefined });
    expect(writeLink(scenario, packer)).toBe(hash);
    if (hash !== '') expect(hash).toMatch(new RegExp(`^#${LINK_VERSION}&`));
    expect(scenario.view).toEqual(defaultScenario.view);
    expect(lessonOf(scenario)?.id).toBe(id);
  });

  it.each(all)('$id: title and sentence are short enough for the menu', ({ title, teaches }) => {
    expect(title.length).toBeLessThanOrEqual(40);
    expect(teaches.length).toBeLessThanOrEqual(125);
    expect(teaches).toMatch(/\.$/);
  });

  it('know a scene however it is looked at, and no other', () => {
    const view = { ...defaultScenario.view, screen: 'compare' as const };
    expect(lessonOf({ ...defaultScenario, view })?.id).toBe('today');
    expect(lessonOf({ ...defaultScenario, request: { ...defaultScenario.request, hint: 4096 } })).toBe(
      undefined,
    );
    expect(lessonScenario('nothing')).toBeUndefined();
  });
});
