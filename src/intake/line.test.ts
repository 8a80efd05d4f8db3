import { describe, expect, it } from 'vitest';
import { clip, hexHalves, hexNumber, isPrompt, toLines } from './line.ts';

describe('toLines', () => {
  it('takes LF, CRLF and CR, and drops a byte order mark', () => {
    expect(toLines('\uFEFFa\r\nb\nc\rd').lines).toEqual(['a', 'b', 'c', 'd']);
  });
  it('takes hard blanks for blanks, and colours away', () => {
    expect(toLines('a\u00a0b\n\u001b[01;31m\u001b[Kc\u001b[m\u001b[K d').lines).toEqual(['a b', 'c d']);
  });
  it('strips quote marks of any depth and keeps what follows them', () => {
    expect(toLines('> > a\n>b\n  >>>  c\n> \tRegion\nx > y').lines).toEqual([
      'a',
      'b',
      ' c',
      '\tRegion',
      'x > y',
    ]);
  });
  it('survives a line of nothing but quote marks', () => {
    expect(toLines('>'.repeat(1_000_000)).lines).toEqual(['']);
  });
});

describe('clip', () => {
  it('cuts to 120 characters and replaces what could harm a terminal or a page', () => {
    expect(clip('x'.repeat(500))).toHaveLength(120);
    expect(clip('a\u0000b\u001b[31mc\u202Ed\uD800')).toBe('a\uFFFDb\uFFFD[31mc\uFFFDd\uFFFD');
  });
});

describe('hexadecimal', () => {
  it('is exact up to 64 bits for multiples of 4 KiB', () => {
    for (const n of [
      '0',
      '1000',
      '7ffffffff000',
      '7ffffffffffff000',
      'fffffffffffff000',
      '0000fffffffffffff000',
    ])
      expect(BigInt(hexNumber(n) ?? -1)).toBe(BigInt(`0x${n}`));
  });
  it('refuses what does not fit', () => {
    expect(hexNumber('10000000000000000')).toBeUndefined();
    expect(hexNumber('ffffffffffffffff')).toBeUndefined();
    expect(hexHalves('ffffffffffffffff')).toEqual({ high: 0xffffffff, low: 0xffffffff });
    expect(hexHalves('10000000000000000')).toBeUndefined();
  });
});

describe('isPrompt', () => {
  it.each([
    'root@host:~# cat /proc/1/maps',
    '[root@host ~]# lspci -vv',
    '$ cat /proc/self/maps',
    'user@host:/tmp$',
    'bash-5.1# ',
    '/ # cat /sys/kernel/debug/efi_page_tables',
    '~ # ',
    'sudo lspci -vv',
    'cat /proc/1/maps',
    '$ uname -a',
    'uname -r -m',
    'host:~ # cat /proc/1234/maps',
    'root@host ~ # lspci -vv',
    'user@host ~> cat /proc/1234/maps',
    '➜  ~ lspci -vv',
    '❯ cat /proc/1234/maps',
    '🧀  cat /proc/65467/maps | grep vfio',
    '╰─$ lspci -vv',
    '┌──(kali㉿kali)-[~]',
    '+ cat /proc/1234/maps',
    'cat "/proc/$PID/maps"',
    'getconf PAGESIZE',
    '```text',
    '{noformat}',
    '❯',
  ])('knows %s', line => expect(isPrompt(line)).toBe(true));
  it.each([
    '',
    'Hello there',
    '7f0000000000-7f0000001000 rw-p 00000000 00:00 0',
    '\tLatency: 0',
    'category: x',
    'Linux 6.12.10-amd64 x86_64',
    '41:00.0 3D controller: made-up > accelerator',
    'Control: I/O- Mem+ BusMaster+ less is more',
    '[heap]',
  ])('leaves %j alone', line => expect(isPrompt(line)).toBe(false));
});
