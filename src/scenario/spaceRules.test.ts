import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { va } from '../units.ts';
import { defaultScenario, type Scenario } from './scenario.ts';
import { baseProblem, lidProblem, soundSpace } from './spaceRules.ts';

const x86 = archOf('x86_64-4');
const withSpace = (part: Partial<Scenario['space']>): Scenario => ({
  ...defaultScenario,
  space: { ...defaultScenario.space, ...part },
});
const bare = withSpace({ source: { kind: 'preset', id: 'bare' } });

describe('mmap_base by hand', () => {
  it.each([
    [0x4000_0001, /multiple/],
    [4096, /between 1 GiB/],
    [2 ** 57, /between 1 GiB/],
  ])('%d is refused', (base, why) => {
    expect(baseProblem(x86, bare.space, base)).toMatch(why);
  });

  it('may not put the process on its own stack', () => {
    expect(baseProblem(x86, bare.space, 0x7fff_ffff_f000)).toMatch(/would lie on another mapping/);
    expect(baseProblem(x86, bare.space, 0x7fff_0000_0000)).toBeUndefined();
  });
});

describe('a lid', () => {
  const { space } = withSpace({ source: { kind: 'preset', id: 'scene' } });
  it.each([
    [0, /nothing lies below 0/],
    [0x7fff_ffff_f000, /not below mmap_base/],
    [0x7fff_f7ff_e000, /a mapping lies there, ld.so/],
  ])('at %d has no effect, and says why', (lid, why) => {
    expect(lidProblem(x86, space, lid)).toMatch(why);
  });

  it('in a gap has one', () => {
    expect(lidProblem(x86, space, 0x7ffe_0000_0000)).toBeUndefined();
  });
});

describe('a space from a link', () => {
  it('loses only what cannot be, by name', () => {
    const { scenario, problems } = soundSpace({
      ...bare,
      space: { ...bare.space, stackLimit: 2 ** 24, mmapBase: va(0x7fff_ffff_f000), lid: va(0x40_0000) },
    });
    expect(problems.map(p => p.field)).toEqual(['base', 'lid']);
    expect(scenario.space).toEqual({ ...bare.space, stackLimit: 2 ** 24 });
    expect(problems[0]?.used).toMatch(/^0x7fff_/);
  });

  it('stays the very object where all is well', () => {
    expect(soundSpace(defaultScenario)).toEqual({ scenario: defaultScenario, problems: [] });
    expect(soundSpace(defaultScenario).scenario).toBe(defaultScenario);
    const good = withSpace({ source: { kind: 'preset', id: 'scene' }, lid: va(0x7ffe_0000_0000) });
    expect(soundSpace(good).scenario).toBe(good);
  });
});
