import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumberedLine } from './line.ts';
import { isHugeFaultLine, parseHugeFaults } from './vfioDebug.ts';

/**
 * Three reports, in this order:
 * P. Xu, cover letter of the huge pfnmap series (https://lore.kernel.org/r/20240826204353.2228736-1-peterx@redhat.com);
 * R. Harjani, ppc64 with 64 KiB pages
 * (https://lore.kernel.org/r/d159058a45ac5e225f2e64cc7c8bbbd1583e51f3.1772170860.git.ritesh.list@gmail.com);
 * https://bugzilla.kernel.org/show_bug.cgi?id=220057, comment 40, the lines that the mail broke joined again.
 */
const real = readFileSync(new URL('./fixtures/vfio-huge-fault.txt', import.meta.url), 'utf8');

const numbered = (text: string): readonly NumberedLine[] =>
  text.split('\n').flatMap((t, i) => (t === '' ? [] : [{ line: i + 1, text: t }]));
const parse = (text: string) => parseHugeFaults(numbered(text));

describe('real lines', () => {
  const r = parse(real);
  it('are all known and whole', () => {
    expect(numbered(real).every(l => isHugeFaultLine(l.text))).toBe(true);
    expect([r.items.length, r.problems]).toEqual([9, []]);
  });
  it('installed leaves', () => {
    expect(r.items[1]).toEqual({
      line: 2,
      device: '0000:00:06.0',
      order: 9,
      bar: 0,
      pageOffset: 0x200,
      pfn: undefined,
      va: undefined,
      installed: true,
      returned: 0x100,
    });
    expect(r.items.slice(3, 6).map(f => [f.device, f.order, f.bar, f.pageOffset])).toEqual([
      ['0001:00:00.0', 5, 2, 0],
      ['0001:00:00.0', 5, 2, 0x40],
      ['0001:00:00.0', 5, 2, 0x20],
    ]);
  });
  it('no memory for a page table is not installed', () => {
    expect(r.items.slice(6)).toMatchObject([
      {
        line: 8,
        device: '0000:01:00.0',
        order: 0,
        bar: 1,
        pageOffset: 0x3798,
        installed: false,
        returned: 1,
      },
      { line: 9, installed: false },
      { line: 10, installed: false },
    ]);
  });
  it('says that lines were left out', () => {
    expect(r.notes).toMatchObject([{ line: 4 }]);
    expect(r.notes[0]?.reason).toContain('left out 3 such lines');
  });
});

// From here on the lines are made from the format strings: no public report of the later forms was found.
describe('the later forms', () => {
  it('with PFN and VA', () => {
    expect(
      parse(
        'vfio-pci 0000:01:00.0: vfio_pci_mmap_huge_fault(order = 18) PFN 0x38000000, VA 0x7f4280000000, pgoff 0x20000000: 0x100',
      ).items,
    ).toEqual([
      {
        line: 1,
        device: '0000:01:00.0',
        order: 18,
        bar: undefined,
        pageOffset: undefined,
        pfn: 0x38000000,
        va: 0x7f4280000000,
        installed: true,
        returned: 0x100,
      },
    ]);
  });
  it('has no page frame where it fell back', () => {
    expect(
      parse(
        'vfio-pci 0000:01:00.0: vfio_pci_mmap_huge_fault(order = 18) PFN 0x0, VA 0x7f4280201000, pgoff 0x0: 0x800',
      ).items,
    ).toMatchObject([{ pfn: undefined, va: 0x7f4280201000, installed: false, returned: 0x800 }]);
  });
  it('of nvgrace-gpu', () => {
    expect(
      parse(
        'nvgrace-gpu-vfio-pci 0009:01:00.0: nvgrace_gpu_vfio_pci_huge_fault order = 9 pfn 0x42000000: 0x100',
      ).items,
    ).toMatchObject([{ device: '0009:01:00.0', order: 9, pfn: 0x42000000, bar: undefined, installed: true }]);
  });
  it('with the decorations of dynamic debug, +pmfl', () => {
    expect(
      parse(
        '[  12.345678] vfio_pci_core:vfio_pci_mmap_huge_fault:1698: vfio-pci 0000:01:00.0: vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offset 0x0: 0x800',
      ).items,
    ).toMatchObject([{ device: '0000:01:00.0', order: 9, installed: false }]);
  });
  it('without a device, where a mail broke the line', () => {
    expect(parse('vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offset 0x0: 0x100').items).toMatchObject([
      { device: undefined, bar: 0 },
    ]);
  });
});

describe('damaged lines', () => {
  it.each([
    ['vfio-pci 0000:00:06.0: vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offs', /^expected BAR n/],
    ['vfio-pci 0000:00:06.0: vfio_pci_mmap_huge_fault(,order = ', /^expected …_huge_fault/],
    ['vfio_pci_mmap_huge_fault(,order = 99) BAR 0 page offset 0x0: 0x100', /above 30/],
    ['vfio_pci_mmap_huge_fault(order = 9) PFN 0x1, VA 0x7f4280201001, pgoff 0x0: 0x100', /multiple of 4 KiB/],
    ['vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offset 0xffffffffffffffff: 0x100', /53 bits/],
  ])('%s', (text, reason) => {
    expect(isHugeFaultLine(text)).toBe(true);
    const r = parse(text);
    expect([r.items, r.problems.length, r.problems[0]?.line]).toEqual([[], 1, 1]);
    expect(r.problems[0]?.reason).toMatch(reason);
  });
  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(200), fc.nat(200), (junk, from, to) => {
        const line = numbered(real)[5]?.text ?? '';
        parse(`${line.slice(0, from)}${junk}${line.slice(to)}`);
        isHugeFaultLine(junk);
      }),
    );
  });
});

it('reads back what the kernel would print', () => {
  const hex = (n: number): string => `0x${n.toString(16)}`;
  fc.assert(
    fc.property(
      fc.record({
        bus: fc.nat(255),
        fn: fc.nat(7),
        order: fc.constantFrom(0, 5, 9, 11, 13, 14, 18),
        bar: fc.nat(5),
        at: fc.nat(2 ** 28),
        pfn: fc.integer({ min: 1, max: 2 ** 40 }),
        page: fc.nat(2 ** 35),
        returned: fc.constantFrom(0x1, 0x2, 0x100, 0x800),
        late: fc.boolean(),
      }),
      ({ bus, fn, order, bar, at, pfn, page, returned, late }) => {
        const device = `0000:${bus.toString(16).padStart(2, '0')}:1f.${fn}`;
        const what = late
          ? `(order = ${order}) PFN ${hex(pfn)}, VA ${hex(page * 4096)}, pgoff ${hex(at)}`
          : `(,order = ${order}) BAR ${bar} page offset ${hex(at)}`;
        const text = `vfio-pci ${device}: vfio_pci_mmap_huge_fault${what}: ${hex(returned)}`;
        expect(parse(`[    1.000000] ${text}`).items).toEqual([
          {
            line: 1,
            device,
            order,
            bar: late ? undefined : bar,
            pageOffset: late ? undefined : at,
            pfn: late ? pfn : undefined,
            va: late ? page * 4096 : undefined,
            installed: returned === 0x100,
            returned,
          },
        ]);
      },
    ),
  );
});
