import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { leafCount } from '../leaves/runs.ts';
import { leavesText } from '../leaves/words.ts';
import { plain } from '../pieces.ts';
import { MAP } from '../placement/flags.ts';
import { readLink, writeLink } from '../scenario/link.ts';
import { spacePreset } from '../scenario/presets.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { solve } from '../solve.ts';
import { formatAddress } from '../text.ts';
import { GiB, MiB, va } from '../units.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnoseChoices, Diagnosis, DiagnosisRow } from './diagnosis.ts';
import { diagnosisJson } from './json.ts';
import { diagnosisPicture, diagnosisTable } from './report.ts';
import { scenarioOf, whyNotOnMap } from './scenarioOf.ts';
import { designBars, designText, lspciText, mapsLine, mapsText } from './testing.ts';
import {
  askText,
  causePieces,
  causeText,
  checkScriptText,
  columnText,
  fixPieces,
  fixText,
  headline,
  missText,
  nearestPieces,
  publicTestText,
  residueText,
  totalsPieces,
} from './words.ts';

const scene = spacePreset('scene').vmas(undefined as never, undefined as never);
const design = designText(scene);
const of = (text: string, choices: DiagnoseChoices = {}): Diagnosis => diagnose(readIntake(text), choices);
const barOf = (d: Diagnosis, bar: number): DiagnosisRow => {
  const row = d.rows.find(r => r.bar === bar);
  if (row === undefined) throw new Error(`no BAR ${bar}`);
  return row;
};
const fixture = (name: string): string =>
  readFileSync(new URL(`../intake/fixtures/${name}`, import.meta.url), 'utf8');

const REGION = 2 ** 40;
const vfio = (start: number, length: number, offset: number): string =>
  `${mapsLine({ start, end: start + length, perms: 'rw-s', name: 'anon_inode:[vfio-device]' }, offset)}\n`;

describe('a badly mapped card', () => {
  const d = of(design, { kernel: '7.3' });

  it('is told in a headline and a sum', () => {
    expect(headline(d)).toBe('3 of 3 BARs are mapped badly');
    expect(plain(totalsPieces(d))).toBe(
      '536,576 PTE leaves where 26 would do: 2 PUD and 24 PMD. One cause, one fix.',
    );
    expect(d.overall).toBe('bad');
    expect(d.totals.faults).toBe(536_576);
    expect(d.totals.bestFaults).toBe(26);
  });

  it.each([
    [
      0,
      '4,096 PTE leaves',
      '8 PMD leaves',
      'VA − PA ≡ 0x1f_d000',
      'mod 2 MiB: 1.99 MiB apart, 12 KiB the other way',
      '0x7fff_f4c0_0000, 1.99 MiB lower',
    ],
    [
      2,
      '524,288 PTE leaves',
      '2 PUD leaves',
      'VA − PA ≡ 0x2cc5_4000',
      'mod 1 GiB: 716.33 MiB apart, 307.67 MiB the other way',
      '0x7ffe_4000_0000, 716.33 MiB lower',
    ],
    [
      4,
      '8,192 PTE leaves',
      '16 PMD leaves',
      'VA − PA ≡ 0x5_4000',
      'mod 2 MiB: 336 KiB apart, 1.67 MiB the other way',
      '0x7ffe_6ac0_0000, 336 KiB lower',
    ],
  ])('BAR %i: leaves, cause and nearest start', (bar, now, best, residue, apart, nearest) => {
    const row = barOf(d, bar);
    expect(row.verdict).toBe('bad');
    expect(leavesText(row.answer?.leaves ?? [])).toBe(now);
    expect(leavesText(row.ideal?.runs ?? [])).toBe(best);
    const [miss] = row.cause.kind === 'congruence' ? row.cause.misses : [];
    expect(miss && [residueText(miss), missText(miss)]).toEqual([residue, apart]);
    expect(plain(nearestPieces(row))).toContain(nearest);
  });

  it('says of the 2 GiB that no PMD fits either, and gives numbers for the way out', () => {
    const row = barOf(d, 2);
    expect(causeText(row, d)).toContain('and 336 KiB mod 2 MiB: no PMD either');
    expect(row.fixes.map(fixText)).toEqual([
      'Reserve 3 GiB with PROT_NONE, round up to a multiple of 1 GiB, map there with MAP_FIXED: 2 PUD leaves.',
      'QEMU 9.2 or later, or Cloud Hypervisor v53.0 or later, does that: 2 PUD leaves.',
      'A kernel with any of 5 proposals (Xu v1, Xu v2, Gunthorpe, Wilcox, Start PFN) would place it so: 2 PUD leaves.',
      'Linux 6.12.117 would place it with 1,024 PMD leaves.',
    ]);
  });

  it('says how the offset column was read', () => {
    expect(columnText(barOf(d, 4))).toBe(
      'Offset 0x40000000000 is region 4. Read as (region << 40) + offset in the BAR.',
    );
  });

  it('has sentences in pieces for the screen, which say the same', () => {
    for (const row of d.rows) {
      expect(plain(causePieces(row, d))).toBe(causeText(row, d));
      for (const fix of row.fixes) expect(plain(fixPieces(fix))).toBe(fixText(fix));
    }
    expect(fixPieces(barOf(d, 2).fixes[0] as never)).toContainEqual({ code: 'PROT_NONE' });
  });

  it('opens in the Map with the same leaves, and without the flag asks the kernel', () => {
    const intake = readIntake(design);
    for (const row of d.rows) {
      const scenario = scenarioOf(intake, d, row, 'host-41');
      expect(scenario).toBeDefined();
      if (scenario === undefined) continue;
      expect(scenario.request).toMatchObject({ hint: row.start, flags: MAP.SHARED | MAP.FIXED });
      const { placement, total } = solve(scenario);
      expect(placement).toMatchObject({ ok: true, start: row.start, end: row.end });
      expect(total?.leaves).toEqual(row.answer?.leaves);
      const free: Scenario = { ...scenario, request: { ...scenario.request, hint: 0, flags: MAP.SHARED } };
      expect(solve(free).placement).toMatchObject({ ok: true, by: 'search' });
    }
    const bar2 = scenarioOf(intake, d, barOf(d, 2));
    // 7.3 put it there: without the flag it goes there again.
    expect(
      bar2 && solve({ ...bar2, request: { ...bar2.request, hint: 0, flags: 1 } }).placement,
    ).toMatchObject({
      start: 0x7ffe_6cc5_4000,
    });
    expect(bar2?.device.others.map(b => b.index)).toEqual([0, 4]);
  });

  it('does not open in the Map, and says why, what no link could say', () => {
    const mapped = (size: string, base: string) => {
      const intake = readIntake(
        `7f4000000000-7f4080000000 rw-s 20000000000 00:0e 12 anon_inode:[vfio-device]\n0000:41:00.0 3D controller: X\n\tRegion 2: Memory at ${base} (64-bit, prefetchable) [size=${size}]\n`,
      );
      const diagnosis = diagnose(intake);
      const [row] = diagnosis.rows;
      if (row === undefined) throw new Error('no row');
      return { why: whyNotOnMap(row), scenario: scenarioOf(intake, diagnosis, row) };
    };
    const none = { pack: () => '', unpack: () => undefined };
    const large = mapped('2T', '40000000000');
    expect(large.scenario).toBeUndefined();
    expect(large.why).toContain('a region of 2 TiB is above 1 TiB');
    const full = mapped('1T', '40000000000');
    expect(full.why).toBeUndefined();
    if (full.scenario === undefined) throw new Error('not opened');
    const { scenario, problems } = readLink(writeLink(full.scenario, none), none);
    expect(problems.filter(p => p.field !== 'vmas')).toEqual([]);
    expect(scenario.device.bar.size).toBe(2 ** 40);
  });
});

describe('every promise of a fix', () => {
  const page = 4096;
  const lengths = fc.constantFrom(MiB, 2 * MiB, 16 * MiB, 64 * MiB, GiB, 2 * GiB, 4 * GiB);

  it('is what the engine gives when the fix is made', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 0, max: 2 ** 20 }),
        fc.constantFrom('7.3', '6.18', '6.12.5', '6.12.117', '6.6', '6.13'),
        fc.constantFrom('always', 'never', 'madvise'),
        (length, pages, kernel, thp) => {
          const start = 0x7ff0_0000_0000 + pages * page;
          const base = 0x100_0000_0000;
          const text =
            mapsText(scene, [{ start, end: start + length, offset: 2 * REGION }]) +
            lspciText('41:00.0', [{ index: 2, base, size: length }]);
          const intake = readIntake(text);
          const d = diagnose(intake, { kernel, thp });
          const [row] = d.rows;
          expect(row).toBeDefined();
          if (row?.answer === undefined || row.ideal === undefined) throw new Error('not judged');
          const opened = scenarioOf(intake, d, row);
          if (opened === undefined) throw new Error('not opened');
          expect(solve(opened).total?.leaves).toEqual(row.answer.leaves);
          if (row.verdict === 'good') expect(leafCount(row.answer.leaves)).toBe(row.ideal.leaves);
          else expect(row.cause.kind).not.toBe('none');
          for (const fix of row.fixes) {
            const free: Scenario = { ...opened, request: { ...opened.request, hint: 0, flags: MAP.SHARED } };
            const leavesOf = (s: Scenario) => solve(s).total?.leaves;
            switch (fix.kind) {
              case 'recipe': {
                expect(fix.start % fix.align).toBe(fix.residue);
                expect(fix.reserve).toBe(length + fix.align);
                const fixed = { ...opened.request, hint: fix.start, flags: MAP.SHARED | MAP.FIXED_NOREPLACE };
                const machine: Scenario['machine'] = {
                  ...opened.machine,
                  ...(fix.needs === 'thp' ? { thp: 'always' } : {}),
                  ...(fix.needs === 'kernel' ? { kernel: '7.3', thp: 'always' } : {}),
                };
                expect(leavesOf({ ...opened, machine, request: fixed })).toEqual(fix.leaves);
                expect(leafCount(fix.leaves)).toBe(row.ideal.leaves);
                break;
              }
              case 'vmm':
              case 'proposal':
                for (const policy of fix.policies)
                  expect(leafCount(leavesOf({ ...free, machine: { ...free.machine, policy } }) ?? [])).toBe(
                    leafCount(fix.leaves),
                  );
                break;
              case 'kernel': {
                const machine = { ...opened.machine, kernel: fix.version };
                expect(leavesOf({ ...(fix.placed ? free : opened), machine })).toEqual(fix.leaves);
                break;
              }
              case 'thp':
                expect(leavesOf({ ...opened, machine: { ...opened.machine, thp: 'always' } })).toEqual(
                  fix.leaves,
                );
                break;
              case 'vfio':
              case 'join':
                break;
            }
            if (row.cause.kind !== 'corrupt')
              expect(leafCount(fix.leaves)).toBeLessThan(leafCount(row.answer.leaves));
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('what is missing', () => {
  const bar2 = designBars[1];
  const maps = mapsText(scene, [{ start: bar2.start, end: bar2.start + bar2.size, offset: 2 * REGION }]);

  it('without lspci the offset decides, because a BAR starts at a multiple of its size', () => {
    const d = of(maps, { kernel: '7.3' });
    const [row] = d.rows;
    expect(row?.physical.kind).toBe('residue');
    expect(row?.verdict).toBe('bad');
    expect(row && leavesText(row.answer?.leaves ?? [])).toBe('524,288 PTE leaves');
    expect(d.asks.map(a => a.what)).toEqual(['lspci']);
    expect(diagnosisTable(d)).toContain('an ordinary BAR starts at a multiple of its size');
    expect(diagnosisTable(d)).toMatch(/Enhanced\s+Allocation\s+may\s+place/);
  });

  it('two cards of one kind give the same answer, and are offered for pairing', () => {
    const two =
      maps +
      lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 2 * GiB }]) +
      lspciText('42:00.0', [{ index: 2, base: 0x40_0000_0000, size: 2 * GiB }]);
    const d = of(two, { kernel: '7.3' });
    const [row] = d.rows;
    expect(row?.physical).toMatchObject({ kind: 'residue', several: true });
    expect(row?.candidates.map(c => c.address)).toEqual(['0000:41:00.0', '0000:42:00.0']);
    expect(row?.verdict).toBe('bad');
    expect(d.asks.map(a => a.what)).toEqual(['pairing']);
    const paired = of(two, {
      kernel: '7.3',
      pairings: [{ line: row?.line ?? 0, address: '0000:42:00.0', bar: 2 }],
    });
    expect(paired.rows[0]?.physical).toMatchObject({ kind: 'bar', by: 'choice', pa: 0x40_0000_0000 });
    expect(paired.asks).toEqual([]);
  });

  it('where BARs off their alignment fit, too, it says best and worst', () => {
    const d = of(
      maps +
        lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 2 * GiB }]) +
        lspciText('42:00.0', [{ index: 2, base: 0x2cc5_4000, size: 2 * GiB }]),
      { kernel: '7.3' },
    );
    const [row] = d.rows;
    expect(row?.physical.kind).toBe('several');
    expect(row?.verdict).toBe('unknown');
    expect(leavesText(row?.answer?.leaves ?? [])).toBe('524,288 PTE leaves');
    expect(leafCount(row?.atBest?.leaves ?? [])).toBeLessThan(524_288);
  });

  it('says what to paste where there are no maps, or none of a device', () => {
    expect(of('').asks.map(a => a.what)).toEqual(['maps']);
    expect(of(lspciText('41:00.0', designBars)).asks.map(a => a.what)).toEqual(['maps']);
    const d = of(fixture('qemu-system-x86_64.maps.txt'));
    expect(d.asks.map(a => a.what)).toEqual(['device mappings']);
    expect(headline(d)).toBe('No device mapping was found');
  });

  it('an offset that is a physical address is one on kernels before 6.10', () => {
    const old = vfio(0x7f00_0020_0000, 4 * MiB, 0x38_8000_0000);
    const d = of(old, { kernel: '6.6' });
    expect(d.rows[0]?.physical).toEqual({ kind: 'column', pa: 0x38_8000_0000 });
    const c = d.rows[0]?.cause;
    expect(c).toMatchObject({ kind: 'kernel' });
    expect(d.rows[0]?.verdict).toBe('better');
    expect(d.rows[0]?.fixes.map(fixText)).toEqual(['On Linux 7.3 the same address has 2 PMD leaves.']);
  });

  it('a physical address under a kernel that prints none is told, with both lines', () => {
    const text =
      vfio(0x7f00_0020_0000, 4 * MiB, 0x38_8000_0000) +
      lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 4 * MiB }]);
    const d = of(text, { kernel: '7.3' });
    expect(d.disagreements).toHaveLength(1);
    expect(d.disagreements[0]?.text).toContain('kernels before 6.10 print');
    expect(d.disagreements[0]?.lines).toEqual([1]);
    expect(d.rows[0]?.verdict).toBe('good');
  });

  it('a BAR of a mapped device that iomem has elsewhere is told, one of another device is not', () => {
    const text =
      vfio(0x7f00_0020_0000, 4 * MiB, 2 * REGION) +
      lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 4 * MiB }]) +
      lspciText('42:00.0', [{ index: 0, base: 0x39_8000_0000, size: 4 * MiB }]).replace('vfio-pci', 'other') +
      `3800000000-39ffffffff : PCI Bus 0000:40
  38c0000000-38c03fffff : 0000:41:00.0
  39c0000000-39c03fffff : 0000:42:00.0
`;
    const d = of(text, { kernel: '7.3' });
    expect(d.disagreements).toEqual([
      {
        lines: [2, 9],
        text: '/proc/iomem has 0x38_c000_0000, 4 MiB where BAR 2 of 0000:41:00.0 in line 2 is at 0x38_8000_0000, 4 MiB: line 2 is kept.',
      },
    ]);
  });

  it('more mapped than the BAR has is told', () => {
    const d = of(
      vfio(0x7f00_0000_0000, 4 * GiB, 2 * REGION) +
        lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 2 * GiB }]),
    );
    expect(d.disagreements.map(x => x.text)).toEqual([
      '4 GiB of region 2 are mapped, and BAR 2 of 0000:41:00.0 has 2 GiB.',
    ]);
  });
});

describe('causes', () => {
  const at = (start: number, length: number, offset = 0, choices: DiagnoseChoices = { kernel: '7.3' }) =>
    of(vfio(start, length, 2 * REGION + offset), choices).rows[0];
  const aligned = 0x7f00_0000_0000;

  it('nothing is wrong where VA and PA agree', () => {
    expect(at(aligned, 2 * GiB)).toMatchObject({ verdict: 'good', cause: { kind: 'none', largest: GiB } });
    expect(at(aligned + 0x3000, 0x8000)).toMatchObject({
      verdict: 'good',
      cause: { kind: 'none', short: true },
    });
  });

  it('THP set to never, on kernels that obey it', () => {
    const never = at(aligned, 2 * GiB, 0, { kernel: '6.18', thp: 'never' });
    expect(never).toMatchObject({ verdict: 'bad', cause: { kind: 'thp' } });
    expect(never?.fixes.map(f => f.kind)).toEqual(['thp', 'kernel']);
    expect(at(aligned, 2 * GiB, 0, { kernel: '7.3', thp: 'never' })).toMatchObject({ verdict: 'good' });
  });

  it('PMD where PUD would fit could be better, PTE is bad, a wrong PFN too', () => {
    expect(at(aligned + 2 * MiB, 2 * GiB)).toMatchObject({
      verdict: 'better',
      cause: { kind: 'congruence' },
    });
    expect(at(aligned + 4096, 2 * GiB)).toMatchObject({ verdict: 'bad' });
    // 6.12.0 writes leaves without a look at the PFN.
    expect(at(aligned + 4096, 4 * MiB, 0, { kernel: '6.12' })).toMatchObject({
      verdict: 'bad',
      cause: { kind: 'corrupt' },
    });
  });

  it('a BAR in pieces that touch', () => {
    const cut = GiB + 4096;
    const d = of(vfio(aligned, cut, 2 * REGION) + vfio(aligned + cut, 2 * GiB - cut, 2 * REGION + cut), {
      kernel: '7.3',
    });
    expect(d.groups).toHaveLength(1);
    expect(d.rows.map(r => r.cause.kind)).toEqual(['split', 'split']);
    expect(fixText(d.rows[0]?.fixes[0] ?? { kind: 'join', leaves: [] })).toBe(
      'Map the pieces with one mmap(): 2 PUD leaves.',
    );
  });

  it('pieces that touch, of a BAR that is mapped a second time', () => {
    const cut = GiB + 4096;
    const pieces = (at: number): string =>
      vfio(at, cut, 2 * REGION) + vfio(at + cut, 2 * GiB - cut, 2 * REGION + cut);
    const d = of(pieces(aligned) + pieces(aligned + 4 * GiB) + lspciText('41:00.0', designBars), {
      kernel: '7.3',
    });
    expect(d.rows.map(r => r.cause)).toEqual(Array(4).fill({ kind: 'split', pieces: 2, leaves: 2 }));
  });

  it('a hole for MSI-X', () => {
    const hole = { at: 2 * MiB, size: 0x1000 };
    const d = of(
      vfio(aligned, hole.at, 0) +
        vfio(aligned + hole.at + hole.size, 4 * MiB - hole.at - hole.size, hole.at + hole.size),
      { kernel: '7.3' },
    );
    expect(d.groups[0]?.holes).toEqual([{ offset: hole.at, size: hole.size }]);
    expect(d.rows.map(r => r.cause.kind)).toEqual(['none', 'hole']);
    expect(d.rows.map(r => r.verdict)).toEqual(['good', 'good']);
  });

  it('a resource file of sysfs has PTEs only', () => {
    const path = '/sys/devices/pci0000:00/0000:00:03.0/0000:41:00.0/resource2';
    const d = of(
      `${mapsLine({ start: aligned, end: aligned + 4 * MiB, perms: 'rw-s', name: path }, 0x38_8000_0000)}\n`,
      { kernel: '7.3' },
    );
    expect(d.rows[0]).toMatchObject({ verdict: 'better', cause: { kind: 'kernel' } });
    expect(d.rows[0] && causeText(d.rows[0], d)).toContain('remap_pfn_range');
    expect(d.rows[0]?.fixes.map(fixText)).toEqual(['Map it through VFIO: 2 PMD leaves at this address.']);
    expect(d.rows[0]?.answer?.faults).toBe(0);
  });

  it('the public test judges by multiples alone, and where that differs it is said', () => {
    const row = at(aligned + 2 * MiB + 4096, 4 * MiB, 4096);
    expect(row?.verdict).toBe('good');
    expect(at(aligned + 512 * MiB, 5 * GiB, 512 * MiB)?.publicTest).toMatchObject({
      wanted: 2 * MiB,
      passes: true,
    });
    const passed = at(aligned, 16 * MiB, 4096);
    expect(passed?.publicTest).toMatchObject({ passes: true, differs: 'multiple, not congruent' });
    expect(passed && publicTestText(passed)).toContain('passes it');
  });

  it('so does the script vfio-check-alignment, by the length rounded up', () => {
    const small = at(0x7fff_f4c0_0000, 16 * MiB);
    expect(small).toMatchObject({
      verdict: 'good',
      checkScript: { wanted: 16 * MiB, passes: false, differs: 'warns' },
    });
    expect(small && checkScriptText(small)).toContain('needs 2 MiB only');
    const shifted = at(aligned, 2 * GiB, 2 * MiB);
    expect(shifted?.checkScript).toEqual({ wanted: GiB, passes: true, differs: 'passes' });
    expect(shifted && checkScriptText(shifted)).toContain('physical address');
    const old = at(aligned, 2 * GiB, 0, { kernel: '6.1' });
    expect(old && checkScriptText(old)).toContain('what this kernel installs');
    expect(at(aligned, 2 * GiB)?.checkScript).toEqual({ wanted: GiB, passes: true, differs: undefined });
    expect(at(aligned + 4096, 2 * GiB)?.checkScript?.differs).toBeUndefined();
    expect(at(aligned, 3 * MiB)?.checkScript?.wanted).toBe(4 * MiB);
  });
});

describe('counts', () => {
  it('of faults are held against every layout', () => {
    const d = of(design, { kernel: '7.3', faults: 536_576 });
    expect(d.counts[0]?.matches.map(m => m.id)).toEqual(['now']);
    expect(of(design, { kernel: '7.3', faults: 26 }).counts[0]?.matches.map(m => m.id)).toEqual(['best']);
    const one = of(design, { kernel: '7.3', faults: 2 }).counts[0];
    expect(one?.matches[0]).toMatchObject({ id: 'best', row: barOf(of(design), 2).key });
    const off = of(design, { kernel: '7.3', faults: 536_000 }).counts[0];
    expect(off?.matches).toEqual([]);
    expect(off?.nearest).toMatchObject({ off: -576 });
  });

  it('of VmPTE leave room for the tables of everything else', () => {
    const d = of(design, { kernel: '7.3', vmPteKib: 4300 });
    expect(d.counts[0]?.matches.length).toBeGreaterThan(0);
    expect(of(design, { kernel: '7.3', vmPteKib: 0 }).counts[0]?.matches).toEqual([]);
  });
});

describe('a mapping by itself', () => {
  const alone = (start: number, size: number): string =>
    mapsLine({ start, end: start + size, perms: 'rw-s', name: 'anon_inode:[vfio-device]' });

  it('of offset 0 is a region on every kernel: no device lies at physical address 0', () => {
    for (const kernel of ['6.1.0', '7.3'])
      expect(diagnose(readIntake(alone(0x7f00_0000_1000, 4 * MiB)), { kernel }).rows[0]).toMatchObject({
        bar: 0,
        column: { as: 'region' },
        physical: { kind: 'residue' },
      });
  });

  it('is told of no start below mmap_min_addr', () => {
    const near = (start: number) => diagnose(readIntake(alone(start, 4 * MiB)), { kernel: '7.3' }).rows[0];
    expect(near(64 * MiB + 4096)?.nearest?.start).toBe(64 * MiB);
    expect(near(2 * MiB - 4096)).toMatchObject({ verdict: 'bad', nearest: undefined });
  });
});

describe('VmPTE', () => {
  const at = 0x7f00_0000_1000;
  const bar = (offset: number, start: number, size: number): string =>
    mapsLine({ start, end: start + size, perms: 'rw-s', name: 'anon_inode:[vfio-device]' }, offset);
  const checked = (text: string, vmPteKib: number, arch: 'x86_64-4' | 'x86_64-5' = 'x86_64-4') =>
    diagnose(readIntake(text), { kernel: '7.3', arch, vmPteKib }).counts[0];

  it('is that of the leaves where nothing else is mapped, at five levels too', () => {
    // 8 MiB a page beside: five tables of PTEs, one each above.
    const text = bar(0, at, 8 * MiB);
    for (const arch of ['x86_64-4', 'x86_64-5'] as const) {
      expect(checked(text, 28, arch)).toMatchObject({ slack: 0, matches: [{ id: 'now', tableKib: 28 }] });
      expect(checked(text, 8, arch)?.matches).toMatchObject([{ id: 'best', tableKib: 8 }]);
      expect(checked(text, 24, arch)?.matches).toEqual([]);
    }
  });

  it('leaves room for a device mapping of which nothing is known, and none for what cannot be touched', () => {
    const known = bar(0, at, 8 * MiB);
    // Region 7 is the configuration space, no BAR.
    const other = bar(7 * 2 ** 40, at + GiB, MiB);
    const d = diagnose(readIntake(`${known}\n${other}`), { kernel: '7.3', vmPteKib: 28 + 8 });
    expect(d.rows.map(r => r.verdict)).toEqual(['bad', 'unknown']);
    expect(d.counts[0]?.slack).toBeGreaterThan(0);
    expect(d.counts[0]?.matches.map(m => m.id)).toContain('now');
    const guard = mapsLine({ start: at + GiB, end: at + 2 * GiB, perms: '---p', name: '' });
    expect(checked(`${known}\n${guard}`, 28)).toMatchObject({ slack: 0 });
  });
});

describe('the machine', () => {
  it('is read off the addresses and names, or assumed and said to be', () => {
    expect(of(design).kernel).toMatchObject({ value: '7.3', how: 'assumed' });
    const arm = [
      mapsLine({ start: 0xaaaa_0000_0000, end: 0xaaaa_0001_0000, perms: 'r-xp', name: '/usr/bin/x' }),
      mapsLine({
        start: 0xffff_8000_0000,
        end: 0xffff_8001_0000,
        perms: 'r-xp',
        name: '/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1',
      }),
    ].join('\n');
    expect(of(arm).arch).toMatchObject({ value: 'arm64-4k-48', how: 'read' });
    expect(of(design, { arch: 'x86_64-5' }).arch).toMatchObject({ value: 'x86_64-5', how: 'chosen' });
    expect(of(design, { kernel: 'vmlinuz' }).kernel.how).toBe('assumed');
  });
});

describe('whatever is pasted', () => {
  const all = [
    design,
    fixture('qemu-system-x86_64.maps.txt'),
    fixture('microvm.lspci-vv.txt'),
    fixture('microvm.sysfs-resource.txt'),
  ];
  const lines = all.flatMap(t => t.split('\n'));
  const check = (text: string, choices: DiagnoseChoices = {}): void => {
    const d = of(text, choices);
    diagnosisTable(d);
    JSON.stringify(diagnosisJson(d));
    for (const line of diagnosisPicture(d).split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  };

  it('is answered without a throw: random text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), text => check(text)),
      { numRuns: 100 },
    );
  }, 30_000);

  it('is answered without a throw: real lines cut, shuffled and mixed', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc
            .tuple(fc.constantFrom(...lines), fc.integer({ min: 0, max: 200 }))
            .map(([l, n]) => (n > 120 ? l : l.slice(0, n))),
          { maxLength: 60 },
        ),
        fc.constantFrom('7.3', '6.12', '6.6', undefined),
        fc.constantFrom('x86_64-4', 'arm64-64k-48', 'riscv64-sv39', 's390x', 'i386-pae', undefined),
        (some, kernel, arch) => check(some.join('\n'), { kernel, arch }),
      ),
      { numRuns: 200 },
    );
  }, 30_000);

  it('is answered without a throw: mappings of any address, length and offset', () => {
    const page = fc.integer({ min: 0, max: 2 ** 35 }).map(n => n * 4096);
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            page,
            page,
            fc.oneof(
              page,
              page.map(n => n + 2 * REGION),
              fc.constant(2 ** 63),
            ),
          ),
          { maxLength: 5 },
        ),
        fc.constantFrom('x86_64-4', 'x86_64-5', 'arm64-64k-48', 'arm64-16k-47', 'riscv64-sv39', undefined),
        (maps, arch) =>
          check(maps.map(([start, length, offset]) => vfio(start, length, offset)).join(''), { arch }),
      ),
      { numRuns: 200 },
    );
  }, 30_000);

  it('has its rows capped where there are too many, and says so', () => {
    let text = '';
    for (let i = 0; i < 6000; i++) text += vfio(va(0x7f00_0000_0000 + i * 0x4000), 0x2000, 0);
    const d = of(text);
    expect(d.rows.length).toBeLessThan(6000);
    expect(d.disagreements.some(x => x.text.includes('not judged'))).toBe(true);
    expect(d.rows[0]?.start).toBe(0x7f00_0000_0000);
    expect(formatAddress(d.rows[0]?.start ?? 0)).toBe('0x7f00_0000_0000');
  }, 30_000);
});

describe('what is said goes with the architecture and the kernel', () => {
  const text = (start: number, length: number): string =>
    `${mapsText([], [{ start, end: start + length, offset: 2 * 2 ** 40 }])}${lspciText('41:00.0', [
      { index: 2, base: 2 ** 38, size: length },
    ])}`;
  const at = (start: number, length: number, choices: Partial<DiagnoseChoices>) => {
    const d = diagnose(readIntake(text(start, length)), { pairings: [], ...choices });
    const [row] = d.rows;
    if (row === undefined) throw new Error('no row');
    return { d, row };
  };

  it('a recipe that needs another kernel names one that has such leaves there', () => {
    // riscv64 has leaves of 1 GiB for device memory since 6.16, and 6.12.10 has none at all.
    const { row } = at(0x10_0048_d000, 2 ** 31, { kernel: '6.12.29', arch: 'riscv64-sv48', thp: 'always' });
    expect(row.fixes.map(fixText)[0]).toContain('on Linux 6.16 or later');
    const x86 = at(0x10_0048_d000, 2 ** 31, { kernel: '6.6', arch: 'x86_64-4', thp: 'always' });
    expect(x86.row.fixes.map(fixText)[0]).toContain('on Linux 6.12.10 or later');
  });

  it('where the architecture has base pages only, nothing else is given for the reason', () => {
    const { d, row } = at(0x10_002c_e000, 2 ** 36, { kernel: '6.15', arch: 'loongarch64-4k' });
    expect(row.verdict).toBe('good');
    expect(causeText(row, d)).toBe('Linux maps device memory with base pages only on this architecture.');
    expect(publicTestText(row)).toMatch(/as this architecture has base pages only\.$/);
    expect(checkScriptText(row)).toMatch(/This architecture has base pages only, whatever the address\.$/);
  });

  it('the public test is not contradicted where the mapping is bad for another reason too', () => {
    const failed = at(0x10_000a_a000, 2 ** 31, { kernel: '6.17', arch: 'x86_64-4', thp: 'madvise' });
    expect([failed.row.verdict, failed.row.cause.kind, publicTestText(failed.row)]).toEqual([
      'bad',
      'thp',
      '',
    ]);
    const passed = at(0x10_0000_0000, 2 ** 31, { kernel: '6.17', arch: 'x86_64-4', thp: 'madvise' });
    expect(publicTestText(passed.row)).toMatch(
      /passes it: .* It does not look at what this kernel installs\.$/,
    );
  });

  it('THP is not to be switched on where 6.12 would then install wrong PFNs', () => {
    const { row } = at(0x10_000a_a000, 2 ** 31, { kernel: '6.12.5', arch: 'x86_64-4', thp: 'madvise' });
    expect(row.fixes.map(f => f.kind)).toEqual(['recipe']);
    expect(row.fixes.every(f => f.leaves.every(run => !run.corrupt))).toBe(true);
    const congruent = at(0x10_0000_0000, 2 ** 31, { kernel: '6.12.5', arch: 'x86_64-4', thp: 'madvise' });
    expect(congruent.row.fixes.map(f => f.kind)).toContain('thp');
  });

  it('one BAR is no “1 of 1”', () => {
    expect(headline(at(0x10_000a_a000, 2 ** 31, { kernel: '7.3' }).d)).toBe('The BAR is mapped badly');
    expect(headline(at(0x10_0000_0000, 2 ** 31, { kernel: '6.6' }).d)).toBe('The BAR could be mapped better');
  });
});

describe('sizes that do not go together', () => {
  const lspci = lspciText('41:00.0', [{ index: 2, base: 2 ** 38, size: 2 ** 31 }]);
  const maps = mapsText([], [{ start: 2 ** 36, end: 2 ** 36 + 2 ** 31, offset: 2 * 2 ** 40 }]);

  it.each([
    [
      'QEMU gives',
      'vfio_region_setup Device 0000:41:00.0, region 2 "0000:41:00.0 BAR 2", flags: 0xf, offset: 0x20000000000, size: 0x40000000\n',
    ],
    [
      'The alignment test gives',
      'Using device 0000:41:00.0 in IOMMU group 27\n[BAR2]: size 0x40000000, order 30, offset 0x20000000000, flags 0xf\nTesting BAR2, require at least 30 bit alignment\n[PASS] Minimum alignment 30\n',
    ],
  ])('%s', (who, log) => {
    const told = of(`${maps}${lspci}${log}`).disagreements.map(x => x.text);
    expect(told).toContain(
      `${who} BAR 2 of 0000:41:00.0 1 GiB, and it has 2 GiB here: another machine, or resized since.`,
    );
    const same = log.replaceAll('0x40000000', '0x80000000').replaceAll(/order 30/g, 'order 31');
    expect(of(`${maps}${lspci}${same}`).disagreements).toEqual([]);
  });

  it('lspci that does not fit is not asked for as if none were there', () => {
    const d = of(`${maps}${lspci.replace('2G', '1G')}`);
    expect(d.asks.map(askText)).toContain(
      'Paste lspci -vv of the same boot: none of the BARs that were pasted fits 1 mapping.',
    );
    expect(of(maps).asks.map(askText)).toContain(
      'Paste lspci -vv: it gives the physical address of 1 mapping.',
    );
  });
});
