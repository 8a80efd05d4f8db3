import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyScenario, hostileText } from '../../scripts/anyScenario.ts';
import { canCompile, check, compiled } from '../../scripts/compileC.ts';
import { policies } from '../placement/policies.ts';
import { fileKinds } from '../placement/request.ts';
import { defaultScenario, type Scenario } from '../scenario/scenario.ts';
import { deviceAnswer, programAreas, solve } from '../solve.ts';
import { alignUp, bytes, MiB, mod, pa, va } from '../units.ts';
import { cProgram } from './cProgram.ts';
import { expectedErrno, expectedRows, rowAt } from './expected.ts';

// Properties take as long as a busy machine needs.
vi.setConfig({ testTimeout: 60_000 });

const textOf = (scenario: Scenario, link?: string): string => {
  const made = cProgram(scenario, link);
  if (!made.ok) throw new Error(made.reason);
  return made.value;
};

const small: Scenario = {
  ...defaultScenario,
  device: { ...defaultScenario.device, bar: { index: 2, base: pa(0xfc00_0000), size: bytes(16 * MiB) } },
  request: { ...defaultScenario.request, length: bytes(16 * MiB) },
};
const withRequest = (request: Partial<Scenario['request']>, s = small): Scenario => ({
  ...s,
  request: { ...s.request, ...request },
});
const withMachine = (machine: Partial<Scenario['machine']>, s = small): Scenario => ({
  ...s,
  machine: { ...s.machine, ...machine },
});
const holes = [{ offset: bytes(4 * MiB), size: bytes(64 * 1024) }];
const holed: Scenario = { ...small, device: { ...small.device, holes } };

/**
 * Stands in for VFIO: a device whose regions are ordinary memory, so that every page faults once. What the program
 * calls is defined here, and so found before the C library's.
 */
const STAND_IN = `
#define _GNU_SOURCE
#include <errno.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int memory(void)
{
	int file = (int)syscall(SYS_memfd_create, "region", 0);

	if (file < 0 || ftruncate(file, strtol(getenv("REGION_SIZE"), NULL, 0)) < 0)
		abort();
	return file;
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
	return strncmp(path, "/dev/vfio/", 10) ? (int)syscall(SYS_openat, -100, path, flags, 0) : memory();
}
int open(const char *path, int flags, ...) __attribute__((alias("open64")));

int ioctl(int file, unsigned long request, ...);
int ioctl(int file, unsigned long request, ...)
{
	va_list list;
	void *argument;

	(void)file;
	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		((struct vfio_group_status *)argument)->flags = getenv("BUSY") ? 0 : VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_CHECK_EXTENSION:
		return 1;
	case VFIO_GROUP_GET_DEVICE_FD:
		return memory();
	case VFIO_DEVICE_GET_REGION_INFO: {
		struct vfio_region_info *info = argument;

		info->size = (unsigned long long)strtol(getenv("REGION_SIZE"), NULL, 0);
		info->offset = (unsigned long long)info->index << 40;
		return 0;
	}
	default:
		return 0;
	}
}

void *mmap64(void *at, size_t length, int prot, int flags, int file, long offset);
void *mmap64(void *at, size_t length, int prot, int flags, int file, long offset)
{
	if (getenv("REFUSE") && file >= 0) {
		errno = (int)strtol(getenv("REFUSE"), NULL, 0);
		return (void *)-1;
	}
	return (void *)syscall(SYS_mmap, at, length, prot, flags, file, offset & ((1L << 40) - 1));
}
void *mmap(void *at, size_t length, int prot, int flags, int file, long offset) __attribute__((alias("mmap64")));

ssize_t readlink(const char *path, char *buffer, size_t size)
{
	(void)path;
	strncpy(buffer, "../../../kernel/iommu_groups/7", size);
	return 30;
}

FILE *fopen64(const char *path, const char *mode)
{
	static char text[512];
	int i;

	(void)path;
	text[0] = 0;
	for (i = 0; i < 6; i++) {
		strcat(text, getenv("BAR_AT"));
		strcat(text, " 0x1 0x2\\n");
	}
	return fmemopen(text, strlen(text), mode);
}
FILE *fopen(const char *path, const char *mode) __attribute__((alias("fopen64")));
`;
const env = { REGION_SIZE: String(16 * MiB), BAR_AT: '0xfc000000' };
const ADDRESS = '0000:01:00.0';

const vas = (out: string): readonly number[] =>
  [...out.matchAll(/^VA (0x[0-9a-f]+)/gm)].map(m => Number(m[1]));

describe('what is expected where', () => {
  it('holds at any start, as the engine says there', () => {
    let compared = 0;
    fc.assert(
      fc.property(anyScenario, fc.nat(2 ** 18), fc.nat(2 ** 22), (any, giga, pages) => {
        const s = withRequest({ file: 'vfio' }, any);
        if (s.machine.policy === 'nommu') return;
        const solution = solve(s);
        const areas = s.request.length > 0 ? programAreas(s) : [];
        const rows = expectedRows(s, solution, areas);
        const { arch } = solution.prepared;
        const start = (giga % 2 ** 8) * 2 ** 30 + (pages % 3 === 0 ? 0 : pages * arch.page);
        for (const [i, area] of areas.entries()) {
          const at = va(start + (pages % 2 === 0 ? mod(s.device.bar.base + area.offset, 2 ** 30) : 0));
          if (mod(at, arch.page) !== 0) continue;
          const row = rowAt(rows, i, at);
          if (row === undefined || s.device.ranges.length > 0) continue;
          const end = va(at + alignUp(area.size, arch.page));
          const answer = deviceAnswer(s, solution.prepared, at, end, area.offset);
          expect(row.faults).toBe(answer.faults);
          compared++;
        }
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('at the start that the engine chose is what the Map shows', () => {
    fc.assert(
      fc.property(anyScenario, any => {
        const s = withRequest({ file: 'vfio' }, any);
        if (s.machine.policy === 'nommu' || s.request.length === 0) return;
        const solution = solve(s);
        const rows = expectedRows(s, solution, programAreas(s));
        if (solution.total === undefined || rows.length === 0) return;
        const { ranges } = s.device;
        const own = ranges.length > 0 ? solution.parts.slice(0, 1) : solution.parts;
        const faults = own.map((part, i) => rowAt(rows, i, part.mapping.start)?.faults ?? Number.NaN);
        expect(faults.reduce((a, b) => a + b, 0)).toBe(solution.total.faults);
      }),
      { numRuns: 1000 },
    );
  });

  it('is one row a leaf size, and none that changes nothing', () => {
    const rows = (s: Scenario) => expectedRows(s, solve(s), programAreas(s)).map(r => [r.modulus, r.faults]);
    expect(rows(defaultScenario)).toEqual([
      [2 ** 30, 2],
      [2 ** 21, 1024],
      [4096, 524_288],
    ]);
    expect(rows(small)).toEqual([
      [2 ** 21, 8],
      [4096, 4096],
    ]);
    expect(rows(withMachine({ kernel: '6.11' }))).toEqual([[4096, 1]]);
  });

  it('refusals are expected only where any process gets them', () => {
    const errno = (s: Scenario) => expectedErrno(solve(s));
    expect(errno(withRequest({ flags: 2 }))).toBe(22);
    expect(errno(small)).toBeUndefined();
    expect(errno({ ...small, space: { ...small.space, lid: va(0x1_0000) } })).toBeUndefined();
  });
});

describe('the text', () => {
  it('is printable, never throws, and changes by a link in its first comment only', () => {
    fc.assert(
      fc.property(anyScenario, hostileText, (s, link) => {
        const plain = cProgram(s);
        const linked = cProgram(s, link);
        expect(plain.ok).toBe(linked.ok);
        if (!plain.ok || !linked.ok) return;
        expect(linked.value).toMatch(/^[\n\t\x20-\x7e]*$/);
        const body = (text: string) => text.slice(text.indexOf('*/'));
        expect(body(linked.value)).toBe(body(plain.value));
        const comment = linked.value.slice(2, linked.value.indexOf('*/'));
        expect(comment).not.toMatch(/\/\*|\?\?\/|\\/);
        expect(linked.value.startsWith('/*\n')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no word from names that were pasted', () => {
    fc.assert(
      fc.property(hostileText, name => {
        const source = { kind: 'pasted', name, vmas: [], mmapBase: undefined } as const;
        const owner = { index: 0, base: pa(0), size: bytes(4096), owner: name };
        const named = (n: string): Scenario => ({
          ...small,
          machine: { ...small.machine, kernel: `7.3-${n.replaceAll(/[^*/?\w]/g, '')}` },
          device: { ...small.device, others: [{ ...owner, owner: n }] },
          space: { ...small.space, source: { ...source, name: n } },
        });
        expect(textOf(named(name))).toBe(textOf(named('x')));
      }),
      { numRuns: 300 },
    );
  });

  it('says the link, the kernel and the prediction', () => {
    const text = textOf(defaultScenario, 'https://example.org/#1&k=7.3');
    expect(text).toContain(' * https://example.org/#1&k=7.3\n');
    expect(text).toContain('Linux 7.3 on x86-64');
    expect(text).toContain('{ 0, 0x40000000ULL, 0x0ULL, 2, 4096, "2 PUD leaves" }');
  });

  it('is a reason where nothing is to be made', () => {
    expect(cProgram(withMachine({ policy: 'nommu' }))).toMatchObject({ ok: false });
    const all = [{ offset: bytes(0), size: bytes(16 * MiB) }];
    expect(cProgram({ ...small, device: { ...small.device, holes: all } })).toMatchObject({ ok: false });
  });
});

describe.skipIf(!canCompile('the C program'))('compiled', () => {
  it('every policy, kind of file, order and protection compiles without a warning', {
    timeout: 240_000,
  }, () => {
    const scenarios = [
      ...policies.filter(p => p.kind !== 'none').map(p => withMachine({ policy: p.id }, holed)),
      ...fileKinds.map(file => withRequest({ file })),
      withRequest({ file: 'anon', flags: 0x12, hint: 0x1000_0000_0000 }),
      withRequest({ touch: 'desc' }),
      withRequest({ touch: 'middle', advice: 'huge' }),
      withRequest({ prot: 0 }),
      withRequest({ prot: 2 }),
      withRequest({ flags: 2 }),
      withRequest({ flags: 0x1c_e1f1, hint: 0x1000_0000_0000 }),
      withRequest({ flags: 0x11, hint: 0x1000_0000_0000, advice: 'nohuge' }),
      withRequest({ length: bytes(2 ** 53 - 1) }),
      withMachine({ arch: 'i386-pae' }),
    ];
    expect(check(scenarios.map(s => textOf(s, '*/ int broken; "')))).toBe('');
  });

  it('and any other', { timeout: 240_000 }, () => {
    const made = fc
      .sample(fc.tuple(anyScenario, hostileText), { numRuns: 120, seed: 7 })
      .map(([s, link]) => cProgram(s, link));
    const texts = made.flatMap(m => (m.ok ? [m.value] : []));
    expect(texts.length).toBeGreaterThan(60);
    expect(check(texts, 'syntax')).toBe('');
  });

  it('ends cleanly where there is no such device, no argument, or a wrong one', { timeout: 60_000 }, () => {
    compiled([textOf(small)], run => {
      const none = run(['0000:ff:1f.7']);
      expect(none).toMatchObject({ code: 2, out: '' });
      expect(none.err).toBe('/sys/bus/pci/devices/0000:ff:1f.7/iommu_group: No such file or directory\n');
      for (const args of [[], ['../../etc'], [ADDRESS, 'x'], [ADDRESS, '1', '2']])
        expect(run(args)).toMatchObject({ code: 2, out: '' });
      expect(run([]).err).toMatch(/^usage: \S+ ADDRESS \[REGION\]\n$/);
    });
  });

  it.each(['asc', 'desc', 'middle'] as const)(
    'maps, touches (%s) and counts as predicted on a stand-in for VFIO',
    touch => {
      // One page off: the pages of the stand-in fault one by one, as those of a BAR would there.
      const off = withRequest({ flags: 0x11, hint: 0x1000_0000_1000, touch });
      compiled([textOf(off), STAND_IN], run => {
        const ran = run([ADDRESS], env);
        expect(ran.out).toContain('VA 0x100000001000: mod 2 MiB 0x1000, mod 1 GiB 0x1000; offset 0x0');
        expect(ran.out).toContain('4096 faults, predicted 4096 (4,096 PTE leaves): as predicted');
        expect(ran.out).toMatch(
          /VmPTE \d+ KiB before, \d+ KiB after; predicted to grow by up to about \d+ KiB/,
        );
        expect(ran.code).toBe(0);
        const [, before = '0', after = '0'] = /VmPTE (\d+) KiB before, (\d+) KiB after/.exec(ran.out) ?? [];
        expect(Number(after) - Number(before)).toBeGreaterThanOrEqual(32);
        expect(run([ADDRESS], { ...env, BUSY: '1' })).toMatchObject({ code: 2, out: '' });
      });
    },
  );

  it('and says where it is not as predicted', { timeout: 60_000 }, () => {
    // Congruent: a BAR would get 8 leaves of 2 MiB, the memory of the stand-in has pages all the same.
    compiled([textOf(withRequest({ flags: 0x11, hint: 0x1000_0000_0000 })), STAND_IN], run => {
      const ran = run([ADDRESS], env);
      expect(ran.out).toContain('4096 faults, predicted 8 (8 PMD leaves): not as predicted');
      expect(ran.code).toBe(1);
      const elsewhere = run([ADDRESS], { ...env, BAR_AT: '0xfc001000' });
      expect(elsewhere.out).toContain('nothing predicted for this start');
      expect(elsewhere.code).toBe(2);
      expect(run([ADDRESS], { ...env, REFUSE: '22' })).toMatchObject({
        code: 2,
        err: 'mmap: Invalid argument\n',
      });
    });
  });

  it('never maps over itself', { timeout: 60_000 }, () => {
    // Where a program without PIE begins, or nothing: the first page of this one would do as well.
    const source = textOf(withRequest({ flags: 0x11, hint: 0x1000_0000_0000 }));
    const over = source.replace(
      'int device;\n',
      '$&	mmap(HINT, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n',
    );
    expect(over).not.toBe(source);
    compiled([over, STAND_IN], run => {
      const ran = run([ADDRESS], env);
      expect(ran.code).toBe(2);
      expect(ran.err).toContain('MAP_FIXED would replace a mapping');
    });
  });

  it('predicts refusals', { timeout: 60_000 }, () => {
    compiled([textOf(withRequest({ flags: 2 })), STAND_IN], run => {
      expect(run([ADDRESS], { ...env, REFUSE: '22' })).toMatchObject({ code: 0 });
      expect(run([ADDRESS], { ...env, REFUSE: '12' })).toMatchObject({ code: 1 });
      // Memory does not mind MAP_PRIVATE.
      expect(run([ADDRESS], env)).toMatchObject({ code: 1 });
    });
  });

  it.each(['qemu9', 'qemu', 'chv'] as const)('reserves as %s does', { timeout: 60_000 }, policy => {
    const s = withMachine({ policy }, holed);
    const aligns = solve(s).steps.flatMap(step => (step.kind === 'roundUp' ? [step.align] : []));
    compiled([textOf(s), STAND_IN], run => {
      const starts = vas(run([ADDRESS], env).out);
      expect(starts).toHaveLength(2);
      const [first = 0, second = 0] = starts;
      if (policy === 'qemu') expect(second - first).toBe(4 * MiB + 64 * 1024);
      for (const [i, align] of aligns.entries()) expect((starts[i] ?? 1) % align).toBe(0);
      expect(aligns.length).toBe(policy === 'qemu' ? 1 : 2);
    });
  });

  it('touches in the order of the scenario', { timeout: 60_000 }, () => {
    // The order shows in the address of the first fault: a handler prints it and gives up.
    const spy = `
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static void seen(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	printf("first %p\\n", info->si_addr);
	exit(9);
}
__attribute__((constructor)) static void watch(void)
{
	struct sigaction action = { .sa_sigaction = seen, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
}
`;
    const first = (touch: Scenario['request']['touch']): number => {
      const source = textOf(withRequest({ touch, flags: 0x11, hint: 0x1000_0000_0000 }));
      let at = Number.NaN;
      // Without permission the very first touch faults for good.
      compiled(
        [source.replace('#define PROT (PROT_READ | PROT_WRITE)', '#define PROT PROT_NONE'), STAND_IN, spy],
        run => {
          at = Number(/first (\S+)/.exec(run([ADDRESS], env).out)?.[1]) - 0x1000_0000_0000;
        },
      );
      return at;
    };
    expect(first('asc')).toBe(0);
    expect(first('desc')).toBe(16 * MiB - 4096);
    expect(first('middle')).toBe(8 * MiB);
  });

  it.each(['anon', 'memfd', 'devZero'] as const)('maps %s and tells where', { timeout: 60_000 }, file => {
    compiled([textOf(withRequest({ file }))], run => {
      const ran = run([]);
      expect(ran.code).toBe(0);
      expect(vas(ran.out)).toHaveLength(1);
      expect(ran.out).toMatch(/the engine puts it at 0x[0-9a-f_]+ in the process of the scenario\n$/);
      expect(run(['x']).code).toBe(2);
    });
  });

  it('maps a file that is named', { timeout: 60_000 }, () => {
    compiled([textOf(withRequest({ file: 'hookedFile', prot: 1 }))], run => {
      expect(run(['/proc/self/exe']).code).toBe(0);
      expect(run(['/nowhere'])).toMatchObject({ code: 2, err: '/nowhere: No such file or directory\n' });
      expect(run([]).err).toMatch(/usage: \S+ FILE/);
    });
  });
});
