import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlignmentLine, parseAlignmentLog } from './alignmentLog.ts';
import { clip, type NumberedLine, toLines } from './line.ts';
import { isDumpLine, parsePageTableDump } from './pageTableDump.ts';
import { isQemuRegionLine, parseQemuTrace } from './qemuTrace.ts';
import { isHugeFaultLine, parseHugeFaults } from './vfioDebug.ts';

const folder = new URL('./fixtures/', import.meta.url);
const files = readdirSync(folder);
const linesOf = (file: string): readonly NumberedLine[] =>
  toLines(readFileSync(new URL(file, folder), 'utf8')).lines.map((text, i) => ({ line: i + 1, text }));

/** What a fixture is, by its name. */
const own: readonly (readonly [string, RegExp, (line: string) => boolean])[] = [
  ['vfio-pci debug lines', /^vfio-huge-fault/, isHugeFaultLine],
  ['alignment log', /^alignment-test/, isAlignmentLine],
  ['QEMU traces', /vfio-trace/, isQemuRegionLine],
  ['page-table dump', /page-tables/, isDumpLine],
];

/** One line each of inputs without a fixture here. */
const OTHERS = [
  '00100000-bfffffff : System RAM',
  '  380000000000-3807ffffffff : 0000:01:00.0',
  ' qemu-kvm-4242 [002] .....  4351.435234: vm_unmapped_area: addr=0x7f4240200000 err=0 total_vm=0x1234 flags=0x1 len=0x200000 lo=0x1000 hi=0x7f4240400000 mask=0x0 ofs=0x0',
  'Linux version 6.12.117-amd64 (debian-kernel@lists.debian.org)',
  'VmPTE:\t     132 kB',
  '[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable',
  '[    1.422280] acpi PNP0A08:01: ECAM area [mem 0x4010100000-0x40102fffff] reserved by PNP0C02:00',
  '[    0.000000] radix-mmu: Mapped 0x0000000000000000-0x0000000005400000 with 2.00 MiB pages (exec)',
  'vfio-pci 0000:01:00.0: enabling device (0000 -> 0002)',
  'vfio_region_read  (0000:01:00.0:region0+0x0, 4) = 0x0',
  'root@host:~# cat /sys/kernel/debug/kernel_page_tables',
  '',
];

describe('no line is known to two formats', () => {
  it.each(own)('%s: its own lines, and no others', (_, mine, is) => {
    for (const file of files) {
      const lines = linesOf(file).filter(l => l.text !== '');
      const found = lines.filter(l => is(l.text));
      if (mine.test(file)) expect([file, found.length > 0]).toEqual([file, true]);
      else expect([file, found]).toEqual([file, []]);
    }
    expect(OTHERS.filter(is)).toEqual([]);
  });
});

describe('any line can be read by any reader', () => {
  const readers = [parseHugeFaults, parseAlignmentLog, parseQemuTrace, parsePageTableDump];
  it('the fixtures, all of them, and what is said of a line names it', () => {
    for (const read of readers)
      for (const file of files) {
        const lines = linesOf(file);
        const r = read(lines);
        for (const p of [...r.problems, ...r.notes]) expect(p.text).toBe(clip(lines[p.line - 1]?.text ?? ''));
      }
  });
  it('lines of a million characters', () => {
    const parts = [
      '0x',
      ' ',
      '[',
      'a',
      '0x0000000000001000-',
      'vfio_region_mmap Region ',
      'order = ',
      '---[ ',
      '1@1.1:',
    ];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(1e6 / part.length));
      for (const prefix of [
        '',
        '0x0000000000000000-0x0000000000001000 ',
        'vfio_pci_mmap_huge_fault(,order = 9)',
        'Failed random offset, got order ',
      ])
        for (const read of readers) expect(read([{ line: 1, text: prefix + text }]).items).toEqual([]);
      for (const [, , is] of own) is(text);
    }
  });
});
