import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { spacePreset } from '../scenario/presets.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnoseChoices, Diagnosis, DiagnosisRow } from './diagnosis.ts';
import { designText, lspciText, mapsLine } from './testing.ts';
import { disagreementText, dumpText, faultsText, qemuText, testLogText } from './words.ts';

const scene = spacePreset('scene').vmas(undefined as never, undefined as never);
const of = (more: string, choices: DiagnoseChoices = { kernel: '7.3' }): Diagnosis =>
  diagnose(readIntake(designText(scene, more)), choices);
const bar2 = (d: Diagnosis): DiagnosisRow => {
  const row = d.rows.find(r => r.bar === 2);
  if (row === undefined) throw new Error('no BAR 2');
  return row;
};
const fault = (order: number, offset: number, returned: string): string =>
  `[  12.5] vfio-pci 0000:41:00.0: vfio_pci_mmap_huge_fault(,order = ${order}) BAR 2 page offset 0x${offset.toString(16)}: ${returned}\n`;

describe('fault lines', () => {
  it('that fell back, down to pages, agree with PTE leaves', () => {
    const d = of(fault(18, 0, '0x800') + fault(9, 0, '0x800') + fault(0, 0, '0x100') + fault(0, 1, '0x100'));
    expect(bar2(d).faults).toEqual({ count: 4, agree: 4, first: undefined });
    expect(faultsText(bar2(d))).toBe('4 lines of vfio-pci agree with these leaves.');
    expect(d.disagreements).toEqual([]);
  });

  it('that installed a huge leaf where none is expected are told, with both lines', () => {
    const d = of(fault(9, 0x200, '0x100'));
    expect(bar2(d).faults).toMatchObject({ count: 1, agree: 0 });
    expect(d.disagreements.map(disagreementText)).toEqual([
      expect.stringMatching(
        /^Lines \d+ and \d+: vfio-pci installed a leaf of 2 MiB in BAR 2, where 4 KiB is expected\.$/,
      ),
    ]);
  });

  it('that fell back from a leaf that is expected are told', () => {
    const start = 0x7f00_0000_0000;
    const maps = mapsLine(
      { start, end: start + 2 ** 21, perms: 'rw-s', name: 'anon_inode:[vfio-device]' },
      2 * 2 ** 40,
    );
    const lspci = lspciText('41:00.0', [{ index: 2, base: 0x38_8000_0000, size: 2 ** 21 }]);
    const d = diagnose(readIntake(`${maps}\n${lspci}\n${fault(9, 0, '0x800')}`), { kernel: '7.3' });
    expect(d.rows[0]?.faults).toMatchObject({
      count: 1,
      agree: 0,
      first: { size: 2 ** 21, expected: 2 ** 21 },
    });
  });

  it('that failed say nothing about leaves', () => {
    expect(bar2(of(fault(0, 0, '0x2'))).faults).toBeUndefined();
  });
});

describe('a page-table dump', () => {
  const dump = (level: string, flags: string): string =>
    `---[ User Space ]---\n0x00007ffe6cc54000-0x00007ffeecc54000           2G     USR RW     ${flags}     NX ${level}\n`;

  it('of PTEs agrees, of PMDs does not', () => {
    const same = of(dump('pte', 'PCD        '));
    expect(dumpText(bar2(same))).toContain('the same leaves over 2 GiB');
    const other = of(dump('pmd', 'PCD     PSE'));
    expect(bar2(other).dump).toMatchObject({ agree: 0, first: { expected: 4096 } });
    expect(other.disagreements.map(d => d.text).join()).toContain('The page tables have leaves of 2 MiB');
  });
});

describe('a failure that the alignment test tells of a mapping', () => {
  const log = (size: string, order: number): string =>
    `Using device 0000:41:00.0 in IOMMU group 1\n[BAR2]: size ${size}, order ${order}, offset 0x20000000000, flags 0xf\nTesting BAR2, require at least 30 bit alignment\nFailed minimum alignment, got order 14 want 30 (0x7ffe6cc54000)\n`;

  it('agrees with its rule in silence', () => {
    const d = of(log('0x80000000', 31));
    expect(bar2(d).publicTest?.log).toMatchObject({ passed: false, here: true });
    expect(d.disagreements).toEqual([]);
  });

  it('is not taken for one of another length at the same address', () => {
    expect(bar2(of(log('0x40000000', 30))).publicTest?.log).toBeUndefined();
  });
});

describe('QEMU traces', () => {
  it('name the region and the area that a mapping is', () => {
    const d = of(
      'vfio_region_setup Device 0000:41:00.0, region 2 "0000:41:00.0 BAR 2", flags: 0xf, offset: 0x20000000000, size: 0x80000000\n' +
        'vfio_region_mmap Region 0000:41:00.0 BAR 2 mmaps[0] [0x0 - 0x7fffffff]\n',
    );
    expect(qemuText(bar2(d))).toBe('QEMU calls the region “0000:41:00.0 BAR 2” and maps this area of it.');
    expect(d.disagreements).toEqual([]);
    const less = of('vfio_region_mmap Region 0000:41:00.0 BAR 2 mmaps[0] [0x0 - 0x3fffffff]\n');
    expect(less.disagreements.map(x => x.text).join()).toContain('QEMU names no area');
  });
});

describe('the log of the alignment test', () => {
  it('is told beside the mapping of the same BAR', () => {
    const d = of(
      [
        'Using device 0000:41:00.0 in IOMMU group 27',
        'Device 0000:41:00.0 supports 9 regions, 5 irqs',
        '[BAR2]: size 0x80000000, order 31, offset 0x20000000000, flags 0x7',
        'Testing BAR2, require at least 30 bit alignment',
        '[PASS] Minimum alignment 30',
        '',
      ].join('\n'),
    );
    expect(testLogText(bar2(d))).toMatch(
      /^Line \d+: the alignment test passed a mapping of its own of this BAR\.$/,
    );
    expect(bar2(d).publicTest).toMatchObject({ passes: false, differs: undefined });
  });
});

describe('figures among the text', () => {
  it('are taken: kernel, machine, faults', () => {
    const d = of('Linux host 6.12.5-amd64 #1 SMP x86_64 GNU/Linux\n', {});
    if (d.kernel.how === 'read') expect(d.kernel.value).toBe('6.12.5');
    const plain = of('$ uname -r\n6.12.5\n', {});
    expect(plain.kernel).toMatchObject({ value: '6.12.5', how: 'read' });
  });
});

describe('/proc/iomem in place of lspci', () => {
  const range = '3880000000-38ffffffff : 0000:41:00.0\n  3880000000-38ffffffff : vfio-pci\n';
  const maps = mapsLine(
    { start: 0x7ffe_6cc5_4000, end: 0x7ffe_ecc5_4000, perms: 'rw-s', name: 'anon_inode:[vfio-device]' },
    2 * 2 ** 40,
  );

  it('gives the address of the one range that is as long', () => {
    const d = diagnose(readIntake(`${maps}\n${range}`), { kernel: '7.3' });
    expect(d.rows[0]?.physical).toMatchObject({ kind: 'bar', by: 'input', pa: 0x38_8000_0000 });
    expect(d.rows[0]).toMatchObject({ device: '0000:41:00.0', bar: 2, verdict: 'bad' });
  });

  it('two such ranges are offered for pairing', () => {
    const two = `${maps}\n${range}4000000000-407fffffff : 0000:42:00.0\n  4000000000-407fffffff : vfio-pci\n`;
    const d = diagnose(readIntake(two), { kernel: '7.3' });
    expect(d.rows[0]?.physical).toMatchObject({ kind: 'residue', several: true });
    const choice = d.rows[0]?.candidates[1];
    const paired = diagnose(readIntake(two), {
      kernel: '7.3',
      pairings: [
        { line: 1, address: choice?.address ?? '', bar: undefined, base: choice?.base ?? (0 as never) },
      ],
    });
    expect(paired.rows[0]?.physical).toMatchObject({ by: 'choice', pa: 0x40_0000_0000 });
  });

  it('zeroed, as for everybody but root, is asked for again', () => {
    const d = diagnose(
      readIntake(
        `${maps}\n00000000-00000000 : Reserved\n00000000-00000000 : PCI Bus 0000:40\n  00000000-00000000 : 0000:41:00.0\n`,
      ),
      {
        kernel: '7.3',
      },
    );
    expect(d.rows[0]?.verdict).toBe('bad');
    expect(d.asks.map(a => a.what)).toContain('iomem as root');
    expect(lspciText('41:00.0', [])).toContain('vfio-pci');
  });
});
