import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captureKernel } from './captureKernel.ts';
import { replayLeafRow } from './leafRow.ts';

const kernelOf = (kernel: string, variant = 'stock') => {
  const k = captureKernel(kernel, variant);
  if ('unsupported' in k) throw new Error(k.unsupported);
  return k;
};
const kernel = kernelOf('7.3.4+deb13-amd64');

// A mapping of 4 MiB + one page, congruent, starting 8 KiB into a PMD; the process has one VMA far away.
const row = {
  kernel: '7.3.4+deb13-amd64',
  variant: 'stock',
  arch: 'x86_64',
  page_size: 4096,
  thp_enabled: 'always',
  layout: { vmas: [{ start: '0x400000', end: '0x401000', flags: 'r--p', growsdown: false, name: '/init' }] },
  spec: { order: 'asc', madv: 'none' },
  request: { len: '0x401000', bar: { phys: '0x652000000', size: '0x1000000', bar_offset: '0x2000' } },
  result: { addr: '0x100012002000' },
  faults: [
    [0, 4096, 511],
    [4186112, 4096, 3],
  ],
  leaves: [
    { va: '0x100012002000', size: '0x1000', count: 510 },
    { va: '0x100012200000', size: '0x200000', count: 1 },
    { va: '0x100012400000', size: '0x1000', count: 3 },
  ],
  minflt: 514,
  touched: 1025,
  write_pass_minflt: 0,
  vmpte_kb_before: 40,
  vmpte_kb: 56,
};

describe('a leaf row', () => {
  test('that the engine agrees with matches in every field', () => {
    expect(replayLeafRow(row, kernel)).toEqual({
      kind: 'matched',
      compared: ['minflt', 'faults', 'leaves', 'write_pass_minflt', 'vmpte_kb'],
    });
  });

  test.each([
    ['minflt', { minflt: 515 }],
    ['faults', { faults: [[0, 4096, 514]] }],
    ['leaves', { leaves: [] }],
    ['write_pass_minflt', { write_pass_minflt: 3 }],
    ['vmpte_kb', { vmpte_kb: 60 }],
  ] as const)('with another %s differs there and says both', (field, change) => {
    const verdict = replayLeafRow({ ...row, ...change }, kernel);
    expect(verdict).toMatchObject({ kind: 'differs', fields: [field] });
    if (verdict.kind === 'differs') {
      expect(verdict.expected).toMatch(`${field} `);
      expect(verdict.got).toMatch(`${field} `);
      expect(verdict.got).not.toBe(verdict.expected);
    }
  });

  test('with touches before the pass compares their flags', () => {
    const one = {
      ...row,
      spec: { order: 'one:0x101', madv: 'none' },
      pre: [
        [0x101 * 4096, 1],
        [0x101 * 4096, 0],
      ],
      faults: [
        [0, 4096, 257],
        [258 * 4096, 4096, 253],
        [4186112, 4096, 3],
      ],
    };
    expect(replayLeafRow(one, kernel)).toMatchObject({ kind: 'matched' });
    expect(replayLeafRow({ ...one, pre: [[0x101 * 4096, 0]] }, kernel)).toMatchObject({ fields: ['pre'] });
  });

  test('with more than 6000 runs of faults is compared as far as its list goes', () => {
    const pages = 8192;
    const perm = { mul: 2731, add: 5 };
    const list: (readonly number[])[] = [];
    for (let i = 0; i <= 6000; i++) list.push([((i * perm.mul + perm.add) % pages) * 4096, 0, 1]);
    const long = {
      ...row,
      spec: { order: 'perm', madv: 'nohuge' },
      perm,
      request: { len: '0x2000000', bar: { phys: '0x652000000', size: '0x2000000', bar_offset: '0x0' } },
      faults: list,
      leaves: undefined,
      minflt: pages,
      touched: pages,
      vmpte_kb: 116,
    };
    expect(replayLeafRow(long, kernel)).toMatchObject({ kind: 'matched' });
    const wrong = list.with(5500, [0, 0, 1]);
    expect(replayLeafRow({ ...long, faults: wrong }, kernel)).toMatchObject({ fields: ['faults'] });
    expect(replayLeafRow({ ...long, faults: list.slice(0, 6000) }, kernel)).toMatchObject({
      fields: ['faults'],
    });
  });

  // __p4d_alloc() has no counter, so VmPTE grows by the same at five levels.
  test('of a machine with 57 bits has no more in VmPTE', () => {
    const high = { ...row, leaves: undefined, va_bits: 57, result: { addr: '0x1000012002000' } };
    expect(replayLeafRow({ ...high, vmpte_kb: 56 }, kernel)).toMatchObject({ kind: 'matched' });
    expect(replayLeafRow({ ...high, vmpte_kb: 60 }, kernel)).toMatchObject({ kind: 'differs' });
    const build = { ...high, va_bits: undefined, variant: 'stock-la57' };
    expect(replayLeafRow({ ...build, vmpte_kb: 56 }, kernel)).toMatchObject({ kind: 'matched' });
    expect(replayLeafRow({ ...high, va_bits: 47, vmpte_kb: 56 }, kernel)).toMatchObject({ kind: 'matched' });
  });

  test('of an era where a fault maps everything has one fault', () => {
    const { leaves: _, ...old } = { ...row, faults: [[0, 0, 1]], minflt: 1, vmpte_kb: 60 };
    expect(replayLeafRow(old, kernelOf('6.1.0-56-amd64'))).toMatchObject({ kind: 'matched' });
  });

  test('of a kernel without transparent huge pages shows no switch, and PTEs only', () => {
    const small = {
      ...row,
      kernel: '6.12.117+deb13-rt-amd64',
      thp_enabled: '?',
      leaves: undefined,
    };
    const verdict = replayLeafRow(small, kernelOf('6.12.117+deb13-rt-amd64'));
    expect(verdict).toMatchObject({ kind: 'differs', expected: expect.stringContaining('minflt') });
  });

  test('is unsupported where the engine has no answer', () => {
    const reason = (change: object) => replayLeafRow({ ...row, ...change }, kernel);
    expect(reason({ arch: 'sparc64' })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ page_size: 65536 })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ result: { errno: 12 } })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ touched: 4 })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ thp_enabled: '?' })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ spec: { order: 'spiral', madv: 'none' } })).toMatchObject({ kind: 'unsupported' });
    expect(reason({ spec: { order: 'asc', madv: 'free' } })).toMatchObject({ kind: 'unsupported' });
  });

  test('that is damaged is malformed with the field named, never a throw', () => {
    const of = (x: unknown) => replayLeafRow(x, kernel);
    expect(of(undefined)).toMatchObject({ kind: 'malformed' });
    expect(of({ ...row, minflt: 'many' })).toMatchObject({
      kind: 'malformed',
      reason: expect.stringMatching('minflt'),
    });
    expect(of({ ...row, result: { addr: '0x1000120020ff' } })).toMatchObject({ kind: 'malformed' });
    expect(of({ ...row, faults: [[0, 1]] })).toMatchObject({ kind: 'malformed' });
    expect(of({ ...row, spec: { order: 'rnd:8', madv: 'none' }, pre: [[-4096, 1]] })).toMatchObject({
      kind: 'malformed',
    });
    const kinds = ['matched', 'differs', 'unsupported', 'malformed'];
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(row)), fc.jsonValue(), (key, value) => {
        expect(kinds).toContain(of({ ...row, [key]: value }).kind);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(kinds).toContain(of(value).kind);
      }),
    );
  });
});

describe('the kernel of a capture', () => {
  test('is its release, changed by the name of the build', () => {
    expect(kernelOf('6.12.117+deb12-amd64').facts).toMatchObject({
      faultEra: 'hugeAligned',
      thpGate: 'bypassed',
      vfioHook: 'none',
    });
    expect(kernelOf('6.12.117', 'nofile').facts).toMatchObject({ unhookedAlign: 'never', vfioHook: 'none' });
    expect(kernelOf('6.12.117', 'vfio-thp').facts).toMatchObject({ unhookedAlign: 'never', vfioHook: 'thp' });
    expect(kernelOf('6.12.117', 'vfio-peterx-v1').facts).toMatchObject({ vfioHook: 'peterxV1' });
    expect(kernelOf('6.12.117', 'fault-pfncheck').facts).toMatchObject({
      faultEra: 'hugeExact',
      thpGate: 'obeyed',
    });
    expect(kernelOf('6.12.117', 'fault-v6.12.0').facts).toMatchObject({
      faultEra: 'hugeExactNoPfn',
      thpGate: 'obeyed',
    });
    expect(kernelOf('6.18.44', 'host').facts).toEqual(kernelOf('6.18.44', 'ref').facts);
  });

  test('is refused when either name means nothing', () => {
    expect(captureKernel('vmlinuz', 'stock')).toHaveProperty('unsupported');
    expect(captureKernel('6.12.117', 'homemade')).toHaveProperty('unsupported');
  });
});
