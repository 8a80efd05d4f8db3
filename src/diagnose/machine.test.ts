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
});
