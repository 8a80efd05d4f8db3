import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extrapolatedFrom, releases } from './releases.ts';
import { arrivedIn, contains, formatKernelVersion, parseKernelVersion, versionRank } from './version.ts';

const parse = (text: string) => {
  const v = parseKernelVersion(text);
  if (!v) throw new Error(`not a version: ${text}`);
  return v;
};

describe('reading a kernel version', () => {
  it.each([
    ['6.12', 6, 12, 0, 0],
    ['6.12.0', 6, 12, 0, 0],
    ['v6.9.11', 6, 9, 11, 0],
    ['6.12.117', 6, 12, 117, 0],
    ['7.3-rc4', 7, 3, 0, 4],
    ['7.3rc7', 7, 3, 0, 7],
    ['6.12.0-rc6', 6, 12, 0, 6],
    [' 6.18.44 ', 6, 18, 44, 0],
    ['7.3.4+deb13-amd64', 7, 3, 4, 0],
    ['6.12.117+deb12-amd64', 6, 12, 117, 0],
    ['6.8.0-45-generic', 6, 8, 0, 0],
    ['5.14.0-427.el9.x86_64', 5, 14, 0, 0],
    ['6.1.0-56-amd64', 6, 1, 192, 0],
    ['6.1.0-8-amd64', 6, 1, 0, 0],
    ['6.1.192', 6, 1, 192, 0],
  ])('%s', (text, major, minor, patch, rc) => {
    expect(parseKernelVersion(text)).toEqual({ major, minor, patch, rc });
  });

  it.each([
    ['6.12.117+deb13-rt-amd64', '6.12.117-rt'],
    ['6.6.52-rt41', '6.6.52-rt'],
    ['6.8.1-1015-realtime', '6.8.1-rt'],
    ['5.14.0-427.el9.x86_64+rt', '5.14-rt'],
    ['7.3-rc4-rt2', '7.3-rc4-rt'],
    ['6.12.117-rt', '6.12.117-rt'],
    ['6.12.117-artful', '6.12.117'],
    ['7.3.4-rtl8192', '7.3.4'],
    ['6.1.0-51-rt-amd64', '6.1.192-rt'],
  ])('a realtime one is told by its name: %s is %s', (text, name) => {
    const v = parse(text);
    expect(formatKernelVersion(v)).toBe(name);
    expect(v.rt === true).toBe(name.endsWith('-rt'));
    expect(parse(name)).toEqual(v);
    expect(versionRank(v)).toBe(versionRank(parse(name.replace(/-rt$/, ''))));
  });

  it.each(['', '6', 'x6.12', '6.12.1.2', '6.', '.12', '6.12.', 'linux', '6.1234', '6,12'])(
    '%s is none',
    text => {
      expect(parseKernelVersion(text)).toBeUndefined();
    },
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), text => void parseKernelVersion(text)));
  });

  it('reads back what it writes', () => {
    const part = fc.nat(999);
    fc.assert(
      fc.property(part, part, part, fc.nat(99), (major, minor, patch, rc) => {
        const v = { major, minor, patch: rc > 0 ? 0 : patch, rc };
        expect(parseKernelVersion(formatKernelVersion(v))).toEqual(v);
      }),
    );
    expect(['6.12', '6.12.117', '7.3-rc4'].map(t => formatKernelVersion(parse(t)))).toEqual([
      '6.12',
      '6.12.117',
      '7.3-rc4',
    ]);
  });
});

describe('the order of versions', () => {
  it('is that of the releases', () => {
    const ascending = [
      '5.7',
      '5.8-rc1',
      '5.8',
      '6.1.25',
      '6.1.192',
      '6.9.11',
      '6.10-rc1',
      '6.10-rc3',
      '6.10-rc4',
      '6.10',
      '6.11.6',
      '6.11.7',
      '6.12-rc5',
      '6.12-rc6',
      '6.12',
      '6.12.4',
      '6.12.117',
      '6.13-rc1',
      '6.13-rc6',
      '6.13',
      '6.13.1',
      '6.14-rc1',
      '7.0',
      '7.3',
    ];
    const ranks = ascending.map(t => versionRank(parse(t)));
    expect([...ranks].sort((a, b) => a - b)).toEqual(ranks);
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  it('offered releases parse and descend', () => {
    const ranks = releases.map(r => versionRank(parse(r.version)));
    expect([...ranks].sort((a, b) => b - a)).toEqual(ranks);
  });
});

describe('a change', () => {
  const since = { mainline: '6.13-rc6', stable: { '6.12': 10, '6.9': 0 } };
  it.each([
    ['6.13-rc5', false],
    ['6.13-rc6', true],
    ['6.13', true],
    ['7.0', true],
    ['6.12.9', false],
    ['6.12.10', true],
    ['6.12.117', true],
    ['6.12-rc7', false],
    ['6.11.99', false],
    ['6.9', true],
    ['6.9-rc1', false],
  ])('of 6.13-rc6, 6.12.10 and 6.9 is in %s: %s', (text, expected) => {
    expect(contains(parse(text), since)).toBe(expected);
  });

  it('whose date is no version is a mistake of ours', () => {
    expect(() => contains(parse('6.1'), { mainline: 'soon' })).toThrow('not a kernel version in the table');
  });
});

describe('the range that was checked', () => {
  it.each([
    ['6.1', undefined],
    ['6.1-rc3', '6.1'],
    ['6.0.19', '6.1'],
    ['5.4', '6.1'],
    ['6.12.117', undefined],
    ['7.3', undefined],
    ['7.3.4', undefined],
    ['7.4-rc1', '7.3'],
    ['8.0', '7.3'],
  ])('%s: extrapolated from %s', (text, from) => {
    const version = parseKernelVersion(text);
    expect(version && extrapolatedFrom(version)).toBe(from);
  });
});

describe('arrivedIn', () => {
  const since = { mainline: '6.15-rc6', stable: { '6.12': 29, '6.14': 7 } };
  const release = (text: string): string => {
    const v = parseKernelVersion(text);
    if (v === undefined) throw new Error(text);
    return arrivedIn(v, since);
  };
  it('names the point release of a series that got it later, else the mainline release', () => {
    expect(['6.12.117', '6.14.9', '6.15', '7.3-rc4'].map(release)).toEqual([
      '6.12.29',
      '6.14.7',
      '6.15',
      '6.15',
    ]);
  });
});
