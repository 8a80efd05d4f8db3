import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { diagnose } from './diagnose.ts';
import { mapsLine } from './testing.ts';

const archIn = (text: string) => diagnose(readIntake(text)).arch;

const vma = (start: number, name: string): string =>
  `${mapsLine({ start, end: start + 2 ** 16, perms: 'r-xp', name })}\n`;

describe('the architecture', () => {
  it.each([
    ['x86_64', 'x86_64-4'],
    ['aarch64', 'arm64-4k-48'],
    ['riscv64', 'riscv64-sv48'],
    ['ppc64le', 'ppc64-radix-64k'],
    ['s390x', 's390x'],
    ['i686', 'i386-pae'],
  ])('by uname alone is the usual row: %s', (machine, id) => {
    expect(archIn(`$ uname -a\nLinux box 6.12.5 #1 SMP ${machine} GNU/Linux\n`)).toMatchObject({
      value: id,
      how: 'read',
      why: machine,
    });
  });

  it('is 64-bit for a 64-bit machine, however low everything is mapped', () => {
    const low = vma(0x40_0000, '/usr/bin/tool');
    expect(archIn(low)).toMatchObject({ value: 'x86_64-4', how: 'assumed' });
    expect(archIn(`${low}\nLinux box 6.12.5 #1 SMP x86_64 GNU/Linux\n`)).toMatchObject({
      value: 'x86_64-4',
      how: 'read',
    });
    expect(archIn(vma(0xf7f0_0000, '/usr/lib/x86_64-linux-gnu/libc.so.6'))).toMatchObject({
      value: 'x86_64-4',
      how: 'read',
    });
  });

  it('is the tightest row that holds what is mapped', () => {
    expect(archIn(vma(0x7f_0000_0000, '/lib/ld-linux-aarch64.so.1'))).toMatchObject({ value: 'arm64-4k-39' });
    expect(archIn(vma(0xff_ffff_0000_0000, '/lib/ld-linux-riscv64-lp64d.so.1'))).toMatchObject({
      value: 'riscv64-sv57',
    });
  });

  it('is one with the page that getconf tells', () => {
    expect(archIn('65536\naarch64\n')).toMatchObject({ value: 'arm64-64k-48', how: 'read' });
    expect(archIn('ppc64le\n4096\n')).toMatchObject({ value: 'ppc64-radix-4k' });
    const low = vma(0x40_1000, '/usr/bin/tool');
    const d = diagnose(readIntake(`${low}\n65536\n`));
    expect(d.arch.value).toBe('x86_64-4');
    expect(d.disagreements.map(x => x.text)).toEqual([
      'Pages of 64 KiB do not go with x86-64, 4 levels, which has 4 KiB.',
    ]);
  });

  it('is the 64-bit one where a 32-bit shell asked for its name', () => {
    const high = vma(0x7f12_3456_0000, '/usr/bin/tool');
    expect(archIn(`${high}i686\n`)).toMatchObject({ value: 'x86_64-4', how: 'read' });
    expect(archIn(`${high}armv8l\n`)).toMatchObject({ value: 'arm64-4k-48', how: 'read' });
  });

  it('that the libraries or the model contradict is said', () => {
    const texts = (text: string) => diagnose(readIntake(text)).disagreements.map(x => x.text);
    const x86 = vma(0x7f12_3456_0000, '/usr/lib64/ld-linux-x86-64.so.2');
    expect(texts(`${x86}aarch64\n`)).toEqual([
      'The machine is aarch64, and ld-linux-x86-64.so.2 of another one is mapped: a program that is emulated, or inputs of two machines.',
    ]);
    expect(texts(`${x86}x86_64\n`)).toEqual([]);
    expect(texts(`${x86}i686\n`)).toEqual([]);
    expect(texts('alpha\n')).toEqual([
      'alpha is no machine that is known here; x86-64, 4 levels is taken instead.',
    ]);
  });
});

it('a kernel with changes of later ones in it is named as such', () => {
  const { kernel } = diagnose(readIntake('5.14.0-503.11.1.el9_5.x86_64\n'));
  expect(kernel).toMatchObject({
    value: '5.14',
    why: '5.14.0-503.11.1.el9_5.x86_64 of Red Hat Enterprise Linux, which has changes of later kernels in it; taken as 5.14 of kernel.org',
  });
});
