import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLine } from './logPrefix.ts';

const TEXT = 'vfio-pci 0000:01:00.0: vfio_pci_mmap_huge_fault(,order = 9) BAR 0 page offset 0x0: 0x100';

describe('prefixes come off, the line stays', () => {
  it.each([
    ['none', ''],
    ['dmesg', '[ 4351.435234] '],
    ['dmesg, quoted text indented', '   [    4.351234] '],
    ['dmesg -T', '[Fri Jan  3 13:48:29 2025] '],
    ['dmesg with its caller', '[ 4351.435234][  T1234] '],
    ['dmesg -r', '<7>[ 4351.435234] '],
    ['dmesg -x', 'kern  :debug : [ 4351.435234] '],
    ['dmesg --time-format iso', '2025-01-03T13:48:29,435234+01:00 '],
    ['syslog', 'Jan  3 13:48:29 host kernel: [ 4351.435234] '],
    ['journalctl', 'Jan 03 13:48:29 my-host.example kernel: '],
    ['journalctl -o short-iso', '2025-01-03T13:48:29+0100 host kernel: '],
    ['journalctl -o short-precise', 'Jan 03 13:48:29.435234 host kernel: '],
    ['journalctl -o short-monotonic', '[ 4351.435234] host kernel: '],
    ['syslog of a process', 'Jan 03 13:48:29 host qemu-kvm[4242]: '],
    ['libvirt', '2025-01-03 13:48:29.123+0000: '],
    ['QEMU -msg timestamp=on', '2025-01-03T13:48:29.123456Z '],
    ['QEMU', 'qemu-system-x86_64: '],
    ['QEMU with a time', '2025-01-03T13:48:29.123456Z qemu-system-x86_64: '],
  ])('%s', (_, prefix) => {
    expect(logLine(prefix + TEXT)).toEqual({ text: TEXT, task: undefined, pid: undefined });
  });

  it.each([
    ['ftrace', '  qemu-system-x86-4242    [002] .....  4351.435234: ', 'qemu-system-x86', 4242],
    ['ftrace before 5.10', '           <...>-4242  [002] ....  4351.435234: ', '<...>', 4242],
    ['ftrace with record-tgid', '            a b-7       (     42) [002] d..1.  1.435234: ', 'a b', 7],
    ['trace-cmd report', '      qemu-kvm-4242  [000]  4351.435234: ', 'qemu-kvm', 4242],
    ['perf script', 'CPU 0/KVM 4242 [003]  4351.435234:     ', 'CPU 0/KVM', 4242],
    ['perf script -F pid,tid', 'qemu-kvm  42/4242 [003]  4351.435234: ', 'qemu-kvm', 4242],
  ])('%s', (_, prefix, task, pid) => {
    expect(logLine(prefix + TEXT)).toEqual({ text: TEXT, task, pid });
  });

  it('QEMU with its pid and time', () => {
    expect(logLine('4242@1700000000.123456:vfio_region_mmap Region')).toEqual({
      text: 'vfio_region_mmap Region',
      task: undefined,
      pid: 4242,
    });
  });
  it('QEMU through the marker of ftrace', () => {
    expect(
      logLine(' qemu-kvm-42    [002] .....  4351.435234: tracing_mark_write: vfio_region_mmap R').text,
    ).toBe('vfio_region_mmap R');
  });
});

describe('what is no prefix stays', () => {
  it.each([
    '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ',
    '0x0000000000000000 0x0000000000000000 0x0000000000000000',
    '  00100000-bfffffff : System RAM',
    '01:00.0 VGA compatible controller: NVIDIA Corporation',
    '---[ User Space ]---',
    '0xffff888000000000-0xffff888000200000           2M     RW                 GLB NX pmd',
    '',
  ])('%s', line => {
    expect(logLine(line).text).toBe(line);
  });
  it('never throws, and gives the end of the line', () => {
    fc.assert(
      fc.property(fc.string(), line => {
        expect(line.endsWith(logLine(line).text)).toBe(true);
      }),
    );
  });
});
