import { describe, expect, it } from 'vitest';
import { readLink, writeLink } from './link.ts';
import { defaultScenario } from './scenario.ts';

const packer = { pack: (t: string) => t, unpack: (t: string) => t };
const read = (text: string) => readLink(`#1&holes=${text}`, packer);

describe('holes in a link', () => {
  it('are read in any order and written ascending', () => {
    const { scenario, problems } = read('0x10000+4K,0x2000+8K');
    expect(problems).toEqual([]);
    expect(scenario.device.holes).toEqual([
      { offset: 0x2000, size: 0x2000 },
      { offset: 0x1_0000, size: 0x1000 },
    ]);
    expect(writeLink(scenario, packer)).toBe('#1&holes=0x2000+8K,0x1_0000+4K');
    expect(read('').scenario).toEqual(defaultScenario);
  });

  it.each([
    ['0x2000', 'not of the form'],
    ['0x2001+4K', 'not a multiple of 4 KiB'],
    ['0x2000+0', 'the size is 0'],
    ['0+2T', 'beyond 1 TiB'],
    ['0x2000+8K,0x3000+4K', 'holes overlap'],
    [Array.from({ length: 17 }, (_, i) => `${i * 8}K+4K`).join(','), 'more than 16 holes'],
  ])('%s is refused', (text, reason) => {
    const { scenario, problems } = read(text);
    expect(scenario.device.holes).toEqual([]);
    expect(problems[0]?.reason).toContain(reason);
  });
});
