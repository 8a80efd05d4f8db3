/** Scenarios at random, for the properties of what is made from them: mostly such as get mapped, some that do not. */
import fc from 'fast-check';
import { archs } from '../src/arch/index.ts';
import { policies } from '../src/placement/policies.ts';
import { fileKinds } from '../src/placement/request.ts';
import { spacePresets } from '../src/scenario/presets.ts';
import { defaultScenario, type Scenario } from '../src/scenario/scenario.ts';
import { alignDown, bytes, GiB, MiB, pa, va } from '../src/units.ts';

/** Text that tries to break out of a comment, a string, a line or a shell. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '*/',
        '/*',
        '*',
        '/',
        '*\\\n/',
        '??/',
        '?',
        '\\',
        '"',
        '\n',
        '\r',
        '\u2028',
        '\u0000',
        "'",
        '$(reboot)',
        '`',
        '%s',
        'int main(void){}',
        '#include',
        '\ud800',
        'é',
      ),
      { maxLength: 8 },
    )
    .map(parts => parts.join('')),
);

const kernels = [
  '7.3',
  '6.12.117',
  '6.12.5',
  '6.12.20',
  '6.14',
  '6.11',
  '6.10-rc2',
  '6.1.192',
  '5.6',
  '5.4',
  '4.19',
];

const device: fc.Arbitrary<Scenario['device']> = fc
  .record({
    index: fc.nat(5),
    log: fc.constantFrom(31, 24, 12, 14, 16, 20, 21, 22, 26, 28, 30, 31, 32, 33, 36),
    base: fc.nat(2 ** 20),
    off: fc.constantFrom(0, 0, 0, 4096, MiB, 2 * MiB),
    holes: fc.array(fc.tuple(fc.nat(2 ** 10), fc.integer({ min: 1, max: 2 ** 10 })), { maxLength: 3 }),
    ranges: fc.oneof(
      { weight: 7, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 2 ** 8 }), fc.nat(2 ** 16)) },
    ),
    name: hostileText,
  })
  .map(d => {
    const size = 2 ** d.log;
    let at = 0;
    const holes = d.holes.map(([gap, pages]) => {
      const offset = at + gap * 4096;
      at = offset + pages * 4096;
      return { offset: bytes(offset), size: bytes(pages * 4096) };
    });
    return {
      bar: {
        index: d.index,
        base: pa(GiB + alignDown(d.base * MiB, Math.min(size, 2 ** 40)) + d.off),
        size: bytes(size),
      },
      others: [{ index: 0, base: pa(0), size: bytes(4096), owner: d.name }],
      windows: [{ label: d.name, base: pa(0), size: bytes(GiB), prefetchable: true }],
      holes: holes.filter(hole => hole.size > 0),
      ranges:
        d.ranges === undefined ? [] : [{ offset: bytes(d.ranges[0] * 65536), phys: pa(d.ranges[1] * 65536) }],
    };
  });

const machine: fc.Arbitrary<Scenario['machine']> = fc.record({
  arch: fc.oneof(
    { weight: 2, arbitrary: fc.constant<(typeof archs)[number]['id']>('x86_64-4') },
    { weight: 1, arbitrary: fc.constantFrom(...archs.map(a => a.id)) },
  ),
  // What follows the number is parsed as a distribution's own words, and must not come through.
  kernel: fc
    .tuple(
      fc.constantFrom('7.3', '7.3', '6.12.117', '6.18', '6.15', ...kernels),
      fc.constantFrom('', '', '-amd64', '-x */ int y; /*'),
    )
    .map(([kernel, rest]) => kernel + rest),
  policy: fc.oneof(fc.constant<'shipped'>('shipped'), fc.constantFrom(...policies.map(p => p.id))),
  thp: fc.constantFrom('always', 'madvise', 'never'),
  shmem: fc.constantFrom('never', 'always', 'within_size', 'advise', 'deny', 'force'),
  cont: fc.constantFrom('today', 'marked'),
});

const space: fc.Arbitrary<Scenario['space']> = fc
  .tuple(fc.constantFrom(...spacePresets.map(p => p.id)), hostileText, fc.boolean())
  .map(([id, name, pasted]) => ({
    ...defaultScenario.space,
    source: pasted
      ? { kind: 'pasted', name, vmas: [], mmapBase: va(0x7000_0000_0000) }
      : { kind: 'preset', id },
  }));

/** Any Scenario. */
export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    machine,
    device,
    space,
    file: fc.oneof(
      { weight: 4, arbitrary: fc.constant<'vfio'>('vfio') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...fileKinds),
      },
    ),
    from: fc.nat(1000).map(n => n / 1000),
    part: fc.oneof(
      fc.constant(1),
      fc.nat(1100).map(n => n / 1000),
    ),
    hint: fc.oneof(
      fc.constant(0),
      fc.nat(2 ** 30).map(n => n * 4096),
      fc.maxSafeNat(),
    ),
    flags: fc.oneof(
      fc.constant(1),
      fc.constant(0x11),
      fc.nat(0xffff_ffff).map(f => (f & ~0x4_0020) >>> 0),
    ),
    prot: fc.oneof(fc.constant(3), fc.nat(7)),
    advice: fc.constantFrom('none', 'none', 'huge', 'nohuge'),
    touch: fc.constantFrom('asc', 'desc', 'middle'),
  })
  .map(({ machine: m, device: d, space: s, from, part, ...request }) => {
    const offset = part === 1 ? 0 : alignDown(from * d.bar.size, 4096);
    return {
      machine: m,
      device: d,
      space: s,
      request: {
        ...request,
        offset: bytes(offset),
        length: bytes(part === 1 ? d.bar.size : alignDown((d.bar.size - offset) * part, 4096)),
      },
      view: defaultScenario.view,
    };
  });
