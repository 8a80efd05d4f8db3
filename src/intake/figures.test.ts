import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFigureLine, parseFigures } from './figures.ts';

const read = (...texts: readonly string[]) =>
  parseFigures(texts.flatMap((text, i) => (isFigureLine(text) ? [{ line: i + 1, text }] : [])));
const figures = (...texts: readonly string[]) => read(...texts).figures;

describe('the kernel and the machine', () => {
  it.each([
    ['6.12.117-amd64', '6.12.117-amd64', 'x86_64'],
    ['6.1.0-28-arm64', '6.1.0-28-arm64', 'aarch64'],
    ['7.3-rc4', '7.3-rc4', undefined],
    ['v6.10', '6.10', undefined],
    ['kernel: 6.14.2', '6.14.2', undefined],
    ['5.14.0-427.13.1.el9_4.x86_64', '5.14.0-427.13.1.el9_4.x86_64', 'x86_64'],
    // Debian 12, as its own documentation shows it.
    [
      'Linux debian 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22) x86_64 GNU/Linux',
      '6.1.0-28-amd64',
      'x86_64',
    ],
    [
      'Linux host 6.12.1-arch1-1 #1 SMP PREEMPT_DYNAMIC Fri, 22 Nov 2024 16:04:27 +0000 x86_64 x86_64 x86_64 GNU/Linux',
      '6.12.1-arch1-1',
      'x86_64',
    ],
    [
      '[    0.000000] Linux version 6.8.0-49-generic (buildd@lcy02-amd64-103) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0, GNU ld (GNU Binutils for Ubuntu) 2.42) #49-Ubuntu SMP',
      '6.8.0-49-generic',
      'x86_64',
    ],
    [
      'Nov 21 08:00:00 pi kernel: Linux version 6.6.31+rpt-rpi-v8 (serge@raspberrypi.com) (gcc-12 (Debian 12.2.0-14) 12.2.0, aarch64-linux-gnu-ld) #1',
      '6.6.31+rpt-rpi-v8',
      'aarch64',
    ],
    // uname with other options: -r -m, -srm, -sr -o, -rv
    ['6.12.10-amd64 x86_64', '6.12.10-amd64', 'x86_64'],
    ['Linux 6.12.10-arm64 aarch64', '6.12.10-arm64', 'aarch64'],
    ['Linux 6.12.10-amd64 x86_64 GNU/Linux', '6.12.10-amd64', 'x86_64'],
    ['6.14.2 #1 SMP PREEMPT_DYNAMIC Thu Apr 10 2025', '6.14.2', undefined],
    // hostnamectl, inxi, a login greeting, a .config, what was booted
    ['          Kernel: Linux 6.12.10-amd64', '6.12.10-amd64', 'x86_64'],
    ['Kernel: 6.12.10-1-MANJARO arch: x86_64 bits: 64', '6.12.10-1-MANJARO', 'x86_64'],
    ['Welcome to Ubuntu 24.04 LTS (GNU/Linux 6.8.0-45-generic x86_64)', '6.8.0-45-generic', 'x86_64'],
    ['# Linux/arm64 6.12.10 Kernel Configuration', '6.12.10', 'aarch64'],
    ['[    0.000000] Command line: BOOT_IMAGE=/vmlinuz-6.8.0-45-generic ro', '6.8.0-45-generic', undefined],
  ])('%s', (text, kernel, machine) => {
    const f = figures('', text);
    expect(f.kernel).toEqual({ text: kernel, line: 2 });
    expect(f.machine?.text).toBe(machine);
  });
  it.each(['5.04', '26.5', '1.2.3.4', '0x6.12', '6.12 files', 'Linux is nice', '1,024', 'x86'])(
    'not a kernel: %s',
    text => expect(figures(text).kernel).toBeUndefined(),
  );
  it('uname -m and its other names, as uname says them', () => {
    expect(figures('aarch64').machine).toEqual({ text: 'aarch64', line: 1 });
    expect(figures('arch: arm64').machine?.text).toBe('aarch64');
    expect(figures('    Architecture: x86-64').machine?.text).toBe('x86_64');
    expect(figures('Architecture:                         x86_64').machine?.text).toBe('x86_64');
    for (const m of ['i586', 'armv8l', 'sparc64', 'mips64el', 'ppc64', 's390', 'alpha', 'aarch64_be'])
      expect(figures(m).machine?.text).toBe(m);
    expect(figures('__proto__', 'constructor', 'toString')).toEqual({});
  });
  it('two that differ: the first is kept, the other noted', () => {
    const r = read('6.12.5', '6.14.2', '6.12.5');
    expect(r.figures.kernel).toEqual({ text: '6.12.5', line: 1 });
    expect(r.notes).toMatchObject([{ line: 2, reason: 'another kernel than in line 1, which is kept' }]);
  });
});

describe('faults', () => {
  it.each([
    ['           524,288      page-faults                      #  209.5 faults/sec', 524_288],
    // <CAP-5=fVJu=ke1415KQ2V_o7XpSwFwpGYRFrx=34D8Ze_vxKiVg@mail.gmail.com> on linux-kernel
    [
      '             5,901      page-faults                      #    209.5 faults/sec  page_faults_per_second',
      5901,
    ],
    ['              356 page-faults             #    0,013 M/sec', 356],
    ['         1 048 576      minor-faults:u', 1_048_576],
    [
      '               577      page-faults               #    0.094 M/sec                    ( +-  0.06% )',
      577,
    ],
    ['             17755  pagefaults           #       0.014 M/sec', 17_755],
    ['\tMinor (reclaiming a frame) page faults: 31142', 31_142],
    ['0inputs+0outputs (3major+330minor)pagefaults 0swaps', 330],
    ['faults: 524288', 524_288],
    ['faults=524288', 524_288],
    ['524,288 faults', 524_288],
    ['minflt=32', 32],
    ['minflt: 32 majflt: 0', 32],
    ['ru_minflt = 32', 32],
    ['{"va": 1, "minflt": 32}', 32],
    ['page faults: 12', 12],
    ['@faults: 4096', 4096],
  ])('%s', (text, count) => expect(figures(text).faults).toEqual({ count, line: 1 }));
  it.each([
    '                 1      major-faults',
    '\tMajor (requiring I/O) page faults: 5',
    '[   12.345678] dmar: faults: 3',
    'defaults: 3',
    'no faults found',
  ])('none: %s', text => expect(figures(text).faults).toBeUndefined());
  it('minor faults replace the count of all; what else perf prints is no damage', () => {
    const lines = [
      " Performance counter stats for 'true':",
      '                50      page-faults',
      '                49      minor-faults',
      '                 1      major-faults',
      '       0.002188931 seconds time elapsed',
      '       0.002121000 seconds user',
    ];
    expect(lines.filter(isFigureLine)).toEqual(lines);
    expect(read(...lines)).toMatchObject({ figures: { faults: { count: 49, line: 3 } }, notes: [] });
  });
  it('all that time -v prints is known', () => {
    // A report in public notes on kafka clients, as GNU time 1.7 to 1.9 prints it.
    const lines = `	Command being timed: "./optiopaytest"
	User time (seconds): 44.60
	System time (seconds): 3.88
	Percent of CPU this job got: 112%
	Elapsed (wall clock) time (h:mm:ss or m:ss): 0:42.96
	Average shared text size (kbytes): 0
	Average resident set size (kbytes): 0
	Maximum resident set size (kbytes): 73268
	Major (requiring I/O) page faults: 0
	Minor (reclaiming a frame) page faults: 17884
	Voluntary context switches: 468749
	Involuntary context switches: 2971
	Swaps: 0
	File system inputs: 0
	Socket messages sent: 0
	Signals delivered: 0
	Page size (bytes): 4096
	Exit status: 0`.split('\n');
    expect(lines.filter(isFigureLine)).toEqual(lines);
    expect(figures(...lines).faults).toEqual({ count: 17_884, line: 10 });
  });
});

describe('VmPTE and THP', () => {
  it('a real /proc/PID/status: every line is known', () => {
    const text = readFileSync(new URL('./fixtures/microvm.status.txt', import.meta.url), 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(lines.filter(l => !isFigureLine(l))).toEqual([]);
    expect(figures(...lines)).toEqual({ vmPte: { kib: expect.any(Number), line: 31 } });
  });
  it('alone, and as people write it', () => {
    expect(figures('VmPTE:\t    1292 kB').vmPte).toEqual({ kib: 1292, line: 1 });
    expect(figures('vmpte = 64 KiB').vmPte?.kib).toBe(64);
  });
  it.each([
    ['always [madvise] never', 'madvise'],
    ['[always] madvise never', 'always'],
    ['/sys/kernel/mm/transparent_hugepage/enabled:always madvise [never]', 'never'],
  ])('%s', (text, mode) => expect(figures(text).thp).toEqual({ text: mode, line: 1 }));
  it.each([
    'always within_size advise [never] deny force',
    'always defer defer+madvise [madvise] never',
    'always inherit madvise [never]',
    'always madvise never',
  ])('another file of that directory: %s', text => expect(figures(text).thp).toBeUndefined());
});

describe('what is known at boot, and by one program after the other', () => {
  it('the leaves that bpftrace counts by order, summed up; what else it prints is known', () => {
    const lines = ['Attaching 3 probes...', '^C', '@leaves[18]: 2', '@leaves[0]: 4096', '@order[1234]: 9'];
    expect(lines.filter(isFigureLine)).toEqual(lines);
    expect(figures(...lines).faults).toEqual({ count: 4098, line: 3 });
    expect(figures(...lines, 'faults: 26').faults).toEqual({ count: 26, line: 6 });
  });
  it.each([
    ['4096', 4096],
    ['65536', 65_536],
    ['PAGESIZE                           16384', 16_384],
    ['PAGE_SIZE=4096', 4096],
    ['Page size: 65536 bytes', 65_536],
    ['CONFIG_ARM64_64K_PAGES=y', 65_536],
    ['CONFIG_PAGE_SIZE_16KB=y', 16_384],
  ])('a page of %s', (text, size) => expect(figures(text).page).toEqual({ size, line: 1 }));
  it.each(['4095', '1048576', 'CONFIG_ARM64_64K_PAGES=n'])('no page: %s', text =>
    expect(figures(text).page).toBeUndefined(),
  );
  it('transparent_hugepage= is what /sys shows until it is written', () => {
    const boot = 'BOOT_IMAGE=/vmlinuz-6.12.10 root=/dev/sda1 transparent_hugepage=never quiet';
    expect(figures(boot)).toMatchObject({ thp: { text: 'never', line: 1 }, kernel: { text: '6.12.10' } });
    expect(read(boot, 'always [madvise] never')).toMatchObject({
      figures: { thp: { text: 'madvise', line: 2 } },
      notes: [],
    });
    expect(figures('CONFIG_TRANSPARENT_HUGEPAGE_MADVISE=y').thp?.text).toBe('madvise');
    expect(figures('# CONFIG_TRANSPARENT_HUGEPAGE is not set').thp?.text).toBe('never');
  });
});
