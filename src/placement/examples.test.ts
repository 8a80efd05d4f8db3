import { describe, expect, it } from 'vitest';
import {
  guardAtZero,
  guardedLid,
  hole,
  legacySpace,
  lidAt,
  sealed,
  sealedBelow,
  testVma,
} from '../space/testing.ts';
import { MiB } from '../units.ts';
import { andMapped, call, examplesOf, machine, resultText } from './testing.ts';

/**
 * The worked examples of placement, run on a real 6.18.44. A row: id, mapping, length, file offset, hint,
 * result. thp: a file hooked with the THP helper; none: a file without hook; zero: /dev/zero, private.
 */
const tables = {
  SA: `
    SA1   anon           0x1000              0x0         0               0x7ffefffff000
    SA2   anon           0x400000            0x0         0               0x7ffeffc00000
    SA3   anon           0x401000            0x0         0               0x7ffeffbff000
    SA4   anon           0x1ff000            0x0         0               0x7ffeffe01000
    SA5   anon           0x40000000          0x0         0               0x7ffec0000000
    SA6   thp            0x400000            0x0         0               0x7ffeffc00000
    SA7   thp            0x400000            0x1000      0               0x7ffeffa01000
    SA8   thp            0x200000            0x1000      0               0x7ffeffe00000
    SA9   thp            0x300000            0x100000    0               0x7ffeffd00000
    SA10  thp            0x2ff000            0x100000    0               0x7ffeffd01000
    SA11  thp            0x400000            0x200000    0               0x7ffeffc00000
    SA12  thp            0x500000            0x103000    0               0x7ffeff903000
    SA13  huge1G         0x40000000          0x0         0               0x7ffec0000000
    SA14  huge2M         0x1000              0x0         0               0x7ffeffe00000
    SA15  zero           0x400000            0x1000      0               0x7ffeffa01000
    SA16  anon+32bit     0x1000              0x0         0               0x40000000
    SA17  anon+32bit     0x400000            0x0         0               0x40200000
    SA18  thp+32bit      0x400000            0x1000      0               0x40001000
    SA19  huge2M+32bit   0x400000            0x0         0               0x40000000
    SA20  anon+32bit     0x1000              0x0         0x90000000      0x40000000
    SA21  anon+32bit     0x40000000          0x0         0               0x40000000
    SA22  anon+32bit     0x40001000          0x0         0               ENOMEM
  `,
  SB: `
    SB1   anon           0x1000              0x0         0               0x7fff00000000
    SB2   anon           0x400000            0x0         0               0x7ffeffc00000
    SB3   anon           0x401000            0x0         0               0x7ffeffc00000
    SB4   thp            0x400000            0x0         0               0x7ffeffc00000
    SB5   thp            0x400000            0x1000      0               0x7ffeffc01000
    SB6   thp            0x400000            0x1ff000    0               0x7ffeffbff000
    SB7   none           0x400000            0x0         0               0x7ffeffc01000
    SB8   none           0x80000000          0x0         0               0x7ffe80001000
    SB9   huge2M         0x400000            0x0         0               0x7ffeffc00000
    SB10  huge1G         0x40000000          0x0         0               0x7ffec0000000
    SB11  anon           0x1000              0x0         0x500000000123  0x500000000000
    SB12  thp            0x400000            0x0         0x500000001000  0x500000001000
    SB13  huge2M         0x400000            0x0         0x500000001000  0x500000200000
    SB14  anon           0x1000              0x0         0x1             0x7fff00000000
    SB15  anon           0x1000              0x0         0x1000          0x10000
    SB16  anon           0x1000              0x0         0x800000000000  0x7fff00000000
    SB17  anon           0x2000              0x0         0x7fffffffe000  0x7ffefffff000
    SB18  anon           0x1000              0x0         0x7fffffedd000  0x7fffffedd000
    SB19  anon           0x1000              0x0         0x7fffffede000  0x7fff00000000
    SB20  anon+fixed     0x1000              0x0         0x7ffffffdd000  0x7ffffffdd000
    SB21  anon           0x0                 0x0         0               EINVAL
    SB22  anon           0xffffffffffffffff  0x0         0               ENOMEM
    SB23  anon           0x7ffffffff000      0x0         0               ENOMEM
    SB24  anon+fixed     0x1000              0x0         0x7ffffffff000  ENOMEM
    SB25  anon+fixed     0x1000              0x0         0x500000000001  EINVAL
    SB26  anon+noreplace 0x1000              0x0         0x7fff40000000  EEXIST
    SB27  anon+noreplace 0x1000              0x0         0x500000000000  0x500000000000
    SB28  anon           0x400000            0x0         0x7ffe00000000  0x7ffeffc01000
    SB29  thp            0x400000            0x0         0x7ffe00000000  0x7ffeffc00000
  `,
  SQ: `
    SQ1   anon           0x400000            0x0         0               0x7ffeffc00000
    SQ2   anon           0x400000            0x0         0               0x7ffeff800000
    SQ3   anon           0x1000              0x0         0               0x7fff00000000
    SQ4   anon           0x200000            0x0         0               0x7ffeff600000
    SQ5   anon           0x100000            0x0         0               0x7ffeff500000
    SQ6   anon           0x200000            0x0         0               0x7ffeff200000
  `,
  SC: `
    SC1   none           0x400000            0x0         0               0x7ffe80000000
    SC2   huge2M         0x400000            0x0         0               0x7ffff8000000
    SC3   thp            0x400000            0x0         0               0x7ffff8000000
    SC4   anon           0x400000            0x0         0               0x7ffff8000000
    SC5   none           0x800000            0x0         0               0x7ffff7fff000
    SC6   none           0xc800000           0x0         0               ENOMEM
  `,
  SD: `
    SD1   huge2M         0x400000            0x0         0               ENOMEM
    SD2   thp            0x400000            0x0         0               0x7ffe80000000
    SD3   huge2M         0x200000            0x0         0               0x7ffe80200000
    SD4   thp            0x200000            0x0         0               0x7ffe80200000
  `,
  SE: `
    SE1   huge2M         0x400000            0x0         0               0x7ffd00200000
    SE2   thp            0x400000            0x0         0               0x7ffd00200000
    SE3   none           0x400000            0x0         0               0x7ffe80000000
    SE4   thp            0x400000            0x1000      0               0x7ffd00201000
  `,
  SG: `
    SG1   none           0x400000            0x0         0x7ffe80000000  0x7ffe80000000
    SG2   thp            0x400000            0x0         0x7ffe80000000  0x7ffd3fc00000
    SG3   anon           0x400000            0x0         0x7ffe80000000  0x7ffe80000000
    SG4   thp            0x200000            0x0         0x7ffe80000000  0x7ffe80000000
  `,
  SH: `
    SH1   anon           0x1000              0x0         0               0x7ffff7fff000
    SH2   anon           0x400000            0x0         0               0x7ffff8000000
    SH3   thp            0x400000            0x1000      0               0x7ffff8001000
    SH4   huge2M         0x400000            0x0         0               0x7ffff8000000
    SH5   anon           0x7edf000           0x0         0               0x7ffff7fff000
    SH6   anon           0x7ee0000           0x0         0               ENOMEM
  `,
  SL: `
    SL1   anon           0x1000              0x0         0               0x2aaaaaab3000
    SL2   anon           0x400000            0x0         0               0x2aaaaac00000
    SL3   thp            0x400000            0x1000      0               0x2aaaaac01000
    SL4   huge2M         0x400000            0x0         0               0x2aaaaac00000
    SL5   none           0x400000            0x0         0               0x2aaaaaab3000
    SL6   huge1G         0x40000000          0x0         0               0x2aaac0000000
    SL7   none           0x44d000            0x0         0               0x2aaaaaab3000
    SL8   none           0x44e000            0x0         0               0x2aaaab001000
    SL9   huge2M         0x200000            0x0         0               0x2aaaab200000
    SL10  none           0x200000            0x0         0               0x2aaaaaab3000
  `,
  SN: `
    SN1   none           0x1000              0x0         0               0x7ffdffeff000
    SN2   huge2M         0x400000            0x0         0               0x7ffdffa00000
    SN3   thp            0x400000            0x0         0               0x7ffdffa00000
  `,
  SU: `
    SU1   none           0xe0000             0x0         0               ENOMEM
    SU2   none           0xf1000             0x0         0               0x7ffff7fff000
  `,
  SP: `
    SP1a  none           0x80000000          0x0         0               0x7ffea3456000
    SP1b  thp            0x80000000          0x0         0               0x7ffea3400000
    SP2a  none           0x7fe00000          0x200000    0               0x7ffea3656000
    SP2b  thp            0x7fe00000          0x200000    0               0x7ffea3600000
    SP3a  none           0x3fe00000          0x200000    0               0x7ffee3656000
    SP3b  thp            0x3fe00000          0x200000    0               0x7ffee3600000
    SP4a  none           0x50000000          0x20000000  0               0x7ffed3456000
    SP4b  thp            0x50000000          0x20000000  0               0x7ffed3400000
    SP5a  none           0x1000000           0x0         0               0x7fff22456000
    SP5b  thp            0x1000000           0x0         0               0x7fff22400000
    SP6a  none           0x10000             0x0         0               0x7fff23446000
    SP6b  thp            0x10000             0x0         0               0x7fff23446000
    SP7a  none           0xff0000            0x10000     0               0x7fff22466000
    SP7b  thp            0xff0000            0x10000     0               0x7fff22410000
    SP8a  none           0xffff000           0x1000      0               0x7fff13457000
    SP8b  thp            0xffff000           0x1000      0               0x7fff13401000
    SP9a  none           0x300000            0x100000    0               0x7fff23156000
    SP9b  thp            0x300000            0x100000    0               0x7fff23100000
    SP1c  huge1G         0x80000000          0x0         0               0x7ffe80000000
  `,
};

const h1 = hole(0x7ffe_8000_0000, 4 * MiB);
const occupied = testVma(0x7ffe_0000_0000, 0x7ffe_0000_1000);
const growsDown = testVma(0x2aaa_ab00_0000, 0x2aaa_ab00_1000, 'growsDown');

const spaces = {
  SA: machine(lidAt(0x7fff_0000_0000)),
  SB: machine(lidAt(0x7fff_0000_1000)),
  SC: machine(sealedBelow(h1)),
  SD: machine(sealed(h1)),
  SE: machine(sealed(h1, hole(0x7ffd_0000_1000, 6 * MiB))),
  SG: machine(sealed(h1, hole(0x7ffd_0000_0000, 2 ** 30))),
  SH: machine(sealedBelow()),
  SL: machine(legacySpace(), { legacy: true }),
  SN: machine(guardedLid()),
  SU: machine(guardAtZero()),
  SP: machine(lidAt(0x7fff_2345_6000)),
};
const withOccupied = machine(lidAt(0x7fff_0000_1000, occupied));
const legacyGuarded = machine(legacySpace(growsDown), { legacy: true });

/** A few rows ask for one more VMA in their scenario. */
const spaceFor = (scenario: keyof typeof spaces, id: string) => {
  if (id === 'SB28' || id === 'SB29') return withOccupied;
  if (['SL7', 'SL8', 'SL9', 'SL10'].includes(id)) return legacyGuarded;
  return spaces[scenario];
};

const names = ['SA', 'SB', 'SC', 'SD', 'SE', 'SG', 'SH', 'SL', 'SN', 'SU', 'SP'] as const;

describe.each(names)('scenario %s', name => {
  it.each(examplesOf(tables[name]))('$id: $mapping gives $expected', ({ id, input, expected }) => {
    expect(`${id} ${resultText(call(spaceFor(name, id), input))}`).toBe(`${id} ${expected}`);
  });
});

it('the tables hold every example', () => {
  const counts = Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [name, examplesOf(table).length]),
  );
  expect(counts).toEqual({
    SA: 22,
    SB: 29,
    SQ: 6,
    SC: 6,
    SD: 4,
    SE: 4,
    SG: 4,
    SH: 6,
    SL: 10,
    SN: 3,
    SU: 2,
    SP: 19,
  });
});

describe('scenario SQ: SB again, mappings kept', () => {
  it('gives the addresses in turn', () => {
    let mm = spaces.SB;
    for (const { id, input, expected } of examplesOf(tables.SQ)) {
      const placed = call(mm, input);
      expect(`${id} ${resultText(placed)}`).toBe(`${id} ${expected}`);
      if (placed.ok) mm = andMapped(mm, placed.start, placed.end);
    }
  });
});

describe('scenario SF: a single hole', () => {
  it.each([
    ['SF1', 0x7ffe_8000_0000, 0x5f_f000, '0x7ffe80000000'],
    ['SF2', 0x7ffe_8000_0000, 0x5f_e000, 'ENOMEM'],
    ['SF3', 0x7ffe_8000_1000, 0x5f_f000, '0x7ffe80200000'],
  ] as const)('%s', (_, start, size, expected) => {
    const mm = machine(sealed(hole(start, size)));
    expect(resultText(call(mm, { file: 'hugetlbFile', length: 4 * MiB }))).toBe(expected);
  });
});
