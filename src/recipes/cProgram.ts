import type { Arch } from '../arch/arch.ts';
import { formatKernelVersion } from '../kernel/version.ts';
import { errnoName } from '../placement/errno.ts';
import { MAP, PROT } from '../placement/flags.ts';
import type { Area } from '../placement/policies/userSpace.ts';
import { policyOf } from '../placement/policies.ts';
import type { FileKind } from '../placement/request.ts';
import { barMappable } from '../scenario/devices.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { programAreas, type Solution, solve } from '../solve.ts';
import { formatAddress, formatSize, type Read } from '../text.ts';
import { alignUp, type Bytes, bytes, formatPower, GiB, lowestBit, powerAbove } from '../units.ts';
import { cFlags, cHex, cProt, cString, inComment, linkInComment } from './cText.ts';
import { type ExpectedRow, expectedErrno, expectedRows } from './expected.ts';

/** One line of a block comment, or an empty one. */
const star = (text: string): string => {
  const indent = text.length - text.trimStart().length;
  return text === '' ? ' *' : ` * ${' '.repeat(indent)}${inComment(text)}`;
};

/** What to put for the file that is mapped. */
interface Source {
  /** Words of the usage line, after the program's name. */
  readonly argument: string;
  /** Arguments that it takes at most, the first of them needed. */
  readonly open: string;
  readonly includes: readonly string[];
  /** What to know before it is run. */
  readonly notes: readonly string[];
}

const fromPath = (what: string): Source => ({
  argument: 'FILE',
  open: `	int file = argc == 2 ? open(argv[1], OPEN_FLAGS) : usage(argv[0]);

	if (file < 0)
		fail(argv[1]);`,
  includes: ['fcntl.h'],
  notes: [`FILE is ${what}. It is opened and mapped, and neither read nor written.`],
});

const withoutPath = (open: string, includes: readonly string[], notes: readonly string[]): Source => ({
  argument: '',
  open: `	int file = argc == 1 ? ${open} : usage(argv[0]);`,
  includes,
  notes,
});

const opened = (path: string): string => `opened("${path}")`;

/** How a process comes by each kind of file. */
const sourceOf = (file: Exclude<FileKind, 'vfio'>): Source => {
  switch (file) {
    case 'anon':
      return withoutPath('-1', [], []);
    case 'anonHugetlb':
      return withoutPath('-1', [], ['Huge pages must have been set aside: sysctl vm.nr_hugepages.']);
    case 'memfd':
      return withoutPath('made()', [], []);
    case 'devZero':
      return withoutPath(opened('/dev/zero'), ['fcntl.h'], []);
    case 'devMem':
      return withoutPath(
        opened('/dev/mem'),
        ['fcntl.h'],
        ['Needs root, and a kernel that lets /dev/mem be mapped.'],
      );
    case 'hugetlbFile':
      return fromPath('a file on hugetlbfs, of the page size in question');
    case 'tmpfsHugeNever':
      return fromPath('a file on a tmpfs mounted with huge=never');
    case 'tmpfsHugeAlways':
      return fromPath('a file on a tmpfs mounted with huge=always');
    case 'hookedFile':
      return fromPath('a file on ext4, xfs or btrfs');
    case 'ramfs':
      return fromPath('a file on ramfs');
  }
};

const openers: Readonly<Record<string, string>> = {
  'made()': `static int made(void)
{
	int file = memfd_create("mapping", 0);

	if (file < 0)
		fail("memfd_create");
	return file;
}
`,
  opened: `static int opened(const char *path)
{
	int file = open(path, OPEN_FLAGS);

	if (file < 0)
		fail(path);
	return file;
}
`,
};

/** How the areas get their places: by the kernel, or in a reservation of the program's own. */
type Placing =
  | { readonly kind: 'request' }
  /** mmap(NULL) of each area, as programs do */
  | { readonly kind: 'plain' }
  | { readonly kind: 'each'; readonly aligns: readonly Bytes[]; readonly reserveFlags: string }
  | { readonly kind: 'whole'; readonly size: Bytes; readonly align: Bytes };

const PRIVATE = 'MAP_PRIVATE | MAP_ANONYMOUS';

/**
 * What the program of a policy does; see src/placement/policies/userSpace.ts for the sources. A request that every
 * kernel refuses is made plainly: over a reservation MAP_FIXED might have removed it before the refusal.
 */
const placingOf = (scenario: Scenario, arch: Arch, areas: readonly Area[], refused: boolean): Placing => {
  const policy = policyOf(scenario.machine.policy);
  if (policy.kind !== 'program' || scenario.request.file !== 'vfio') return { kind: 'request' };
  if (refused) return { kind: 'plain' };
  const { page } = arch;
  const sizes = areas.map(area => alignUp(area.size, page));
  const atMost = (align: number): Bytes => bytes(Math.min(align, GiB));
  switch (policy.id) {
    case 'qemu9':
      return { kind: 'each', aligns: sizes.map(size => atMost(lowestBit(size))), reserveFlags: PRIVATE };
    case 'chv':
      return {
        kind: 'each',
        // A single page is mapped as it comes.
        aligns: sizes.map(size => atMost(powerAbove(size))).map(a => (a === page ? bytes(0) : a)),
        reserveFlags: `${PRIVATE} | MAP_NORESERVE`,
      };
    case 'qemu': {
      const size = bytes(alignUp(scenario.device.bar.size, page));
      return { kind: 'whole', size, align: atMost(powerAbove(size)) };
    }
    default:
      return { kind: 'plain' };
  }
};

const RESERVE = (
  flags: string,
): string => `/* Room for 'length' bytes at a multiple of 'align': reserve more, and give the ends back. */
static char *reserve(u64 length, u64 align)
{
	char *room = mmap(NULL, length + align, PROT_NONE, ${flags}, -1, 0);
	u64 skip;

	if (room == MAP_FAILED)
		fail("reserve");
	skip = -(u64)(uintptr_t)room & (align - 1);
	if (skip > 0)
		munmap(room, skip);
	if (skip < align)
		munmap(room + skip + length, align - skip);
	return room + skip;
}
`;

/** The function that maps one area. `base` is the file offset of the region. */
const placeText = (placing: Placing, fixed: boolean): string => {
  const head = `static void *place(int file, u64 base, const struct area *area)
{
	off_t offset = (off_t)(base + area->offset);
`;
  const plain = 'mmap(NULL, area->length, PROT, MAP_SHARED, file, offset)';
  const over = (at: string) => `mmap(${at}, area->length, PROT, MAP_SHARED | MAP_FIXED, file, offset)`;
  switch (placing.kind) {
    case 'request': {
      // MAP_FIXED replaces what is there, and this is another process than the scenario's: never its own code.
      const guard = `	if (mmap(HINT, area->length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		 -1, 0) == MAP_FAILED && errno == EEXIST)
		fail("MAP_FIXED would replace a mapping of this very process");
`;
      return `/* The request, as the scenario makes it. */
${head}
${fixed ? guard : ''}	return mmap(HINT, area->length, PROT, FLAGS, file, offset);
}
`;
    }
    case 'plain':
      return `/* No hint: the kernel decides. */
${head}
	return ${plain};
}
`;
    case 'each':
      return `${RESERVE(placing.reserveFlags)}
/* Each area over a reservation of its own. */
${head}
	if (area->align == 0)
		return ${plain};
	return ${over('reserve(area->length, area->align)')};
}
`;
    case 'whole':
      return `${RESERVE(PRIVATE)}
/* One reservation for the whole region; areas keep their distances. */
${head}	static char *room;

	if (room == NULL)
		room = reserve(${cHex(placing.size)}, ${cHex(placing.align)});
	return ${over('room + area->offset')};
}
`;
  }
};

const VFIO = String.raw`static int open_or_fail(const char *path)
{
	int file = open(path, O_RDWR);

	if (file < 0)
		fail(path);
	return file;
}

/* Opens a device that is bound to vfio-pci: its IOMMU group, a container, the device. */
static int open_device(const char *address)
{
	static const int models[] = { VFIO_TYPE1v2_IOMMU, VFIO_TYPE1_IOMMU, VFIO_SPAPR_TCE_v2_IOMMU };
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[512], link[256], *number;
	int container, group, device;
	size_t i;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		fail(path);
	link[n] = '\0';
	number = strrchr(link, '/');
	snprintf(path, sizeof(path), "/dev/vfio/%s", number ? number + 1 : link);
	container = open_or_fail("/dev/vfio/vfio");
	group = open_or_fail(path);
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) < 0)
		fail("VFIO_GROUP_GET_STATUS");
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		errno = EBUSY;
		fail("a device of this IOMMU group has a driver other than vfio-pci");
	}
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		fail("VFIO_GROUP_SET_CONTAINER");
	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (ioctl(container, VFIO_CHECK_EXTENSION, models[i]) > 0)
			break;
	if (i == sizeof(models) / sizeof(models[0]) || ioctl(container, VFIO_SET_IOMMU, models[i]) < 0)
		fail("VFIO_SET_IOMMU");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (device < 0)
		fail("VFIO_GROUP_GET_DEVICE_FD");
	return device;
}

/* Where the BAR really is, from sysfs; false where that cannot be read. */
static int bar_base(const char *address, unsigned region, u64 *base)
{
	char path[512];
	u64 start = 0, end, flags;
	unsigned line;
	FILE *file;
	int found = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", address);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	for (line = 0; fscanf(file, "%llx %llx %llx", &start, &end, &flags) == 3; line++)
		if (line == region) {
			*base = start;
			found = start != 0;
			break;
		}
	fclose(file);
	return found;
}
`;

const TOUCH_HEAD = `static void touch(const volatile char *at, u64 pages)
{
	u64 i;
`;

/** Reads the first word of every page, in the scenario's order. */
const touchText = (scenario: Scenario): string => {
  const read = (page: string) => `(void)*(const volatile uint32_t *)(at + ${page} * PAGE);`;
  switch (scenario.request.touch) {
    case 'asc':
      return `/* One word a page, upwards. */
${TOUCH_HEAD}
	for (i = 0; i < pages; i++)
		${read('i')}
}
`;
    case 'desc':
      return `/* One word a page, downwards. */
${TOUCH_HEAD}
	for (i = pages; i > 0; i--)
		${read('(i - 1)')}
}
`;
    case 'middle':
      return `/* One word a page: the one in the middle first, then upwards. */
${TOUCH_HEAD}
	${read('(pages / 2)')}
	for (i = 0; i < pages; i++)
		${read('i')}
}
`;
  }
};

const MEASURE = String.raw`static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* VmPTE of this process in KiB: what its page tables take. */
static long vm_pte(void)
{
	char text[4096], *at;
	int file = open("/proc/self/status", O_RDONLY);
	ssize_t n = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

	if (file >= 0)
		close(file);
	if (n < 0)
		return -1;
	text[n] = '\0';
	at = strstr(text, "VmPTE:");
	return at ? strtol(at + 6, NULL, 10) : -1;
}
`;

const FAIL = String.raw`static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}
`;

const usageText = (argument: string): string => String.raw`static _Noreturn int usage(const char *name)
{
	fprintf(stderr, "usage: %s${argument === '' ? '' : ` ${argument}`}\n", name);
	exit(2);
}
`;

const PRINT_PLACE = String.raw`static void print_place(const void *at, u64 offset)
{
	u64 va = (uintptr_t)at;

	printf("VA 0x%llx: mod " PMD_NAME " 0x%llx, mod " PUD_NAME " 0x%llx; offset 0x%llx: mod " PMD_NAME
	       " 0x%llx, mod " PUD_NAME " 0x%llx\n", va, va % PMD_SIZE, va % PUD_SIZE, offset,
	       offset % PMD_SIZE, offset % PUD_SIZE);
}

static int refused(void)
{
	int why = errno;

	if (EXPECTED_ERRNO == 0)
		fail("mmap");
	printf("mmap: %s\n", strerror(why));
	printf(why == EXPECTED_ERRNO ? "refused as predicted\n" : "another refusal than predicted\n");
	return why == EXPECTED_ERRNO ? 0 : 1;
}
`;

/** The errno by its name, as its number is not the same everywhere; undefined where it has none here. */
const errnoConstant = (errno: number): string | undefined => {
  const name = errnoName(errno);
  return /^E[A-Z]+$/.test(name) ? name : undefined;
};

const define = (name: string, value: string): string => `#define ${name} ${value}`;

const tableOf = (areas: readonly Area[], placing: Placing): string => {
  const rows = areas.map((area, i) => {
    const align = placing.kind === 'each' ? (placing.aligns[i] ?? 0) : 0;
    return `	{ ${cHex(area.offset)}, ${cHex(area.size)}, ${cHex(align)} },`;
  });
  return `/* What is mapped: bytes of the region, and by what the program aligns it itself (0: not at all). */
static const struct area {
	u64 offset, length, align;
} areas[] = {
${rows.join('\n')}
};
#define AREAS (sizeof(areas) / sizeof(areas[0]))
`;
};

const rowsOf = (rows: readonly ExpectedRow[]): string => `/*
 * What touching an area should cost, by where it starts: its first row with start % modulus == residue holds.
 * 'tables' are bytes of page tables where no neighbour shares one.
 */
static const struct row {
	unsigned area;
	u64 modulus, residue, faults, tables;
	const char *leaves;
} rows[] = {
${rows.map(r => `	{ ${r.area}, ${cHex(r.modulus)}, ${cHex(r.residue)}, ${r.faults}, ${r.tables}, ${cString(r.leaves)} },\n`).join('')}	{ 0, 0, 0, 0, 0, NULL }
};
`;

const EXPECT = `static const struct row *expect(unsigned area, const void *at)
{
	const struct row *row;

	for (row = rows; row->leaves != NULL; row++)
		if (row->area == area && (uintptr_t)at % row->modulus == row->residue)
			return row;
	return NULL;
}
`;

const ADVICE: Readonly<Record<Scenario['request']['advice'], string>> = {
  none: '',
  huge: 'MADV_HUGEPAGE',
  nohuge: 'MADV_NOHUGEPAGE',
};

const vfioMain = (scenario: Scenario, touches: boolean): string => {
  const advice = ADVICE[scenario.request.advice];
  const advise =
    advice === ''
      ? ''
      : `		if (madvise(at[i], areas[i].length, ${advice}) < 0)
			fail("madvise");
`;
  const counting = String.raw`
	faults_so_far();
	for (i = 0; i < AREAS; i++) {
		const struct row *row = comparable ? expect((unsigned)i, at[i]) : NULL;
		long before = faults_so_far(), faults;

		touch(at[i], (areas[i].length + PAGE - 1) / PAGE);
		faults = faults_so_far() - before;
		print_place(at[i], areas[i].offset);
		printf("  %ld faults", faults);
		if (row == NULL) {
			printf(", nothing predicted for this start\n");
			unknown = 1;
			continue;
		}
		printf(", predicted %llu (%s): %s\n", row->faults, row->leaves,
		       (u64)faults == row->faults ? "as predicted" : "not as predicted");
		if ((u64)faults != row->faults)
			wrong = 1;
		tables += row->tables;
	}
	printf("VmPTE %ld KiB before, %ld KiB after", vm_pte_before, vm_pte());
	printf(unknown ? "\n" : "; predicted to grow by up to about %llu KiB\n", tables / 1024);
	if (EXPECTED_ERRNO != 0) {
		printf("mapped, where a refusal was predicted\n");
		return 1;
	}
	return wrong ? 1 : unknown ? 2 : 0;
}
`;
  const notTouched = String.raw`
	for (i = 0; i < AREAS; i++)
		print_place(at[i], areas[i].offset);
	printf("not touched: the mapping cannot be read\n");
	return EXPECTED_ERRNO != 0;
}
`;
  return String.raw`int main(int argc, char **argv)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = REGION };
	void *at[AREAS];
	struct utsname name;
	unsigned domain, bus, slot, function;
	char rest;
	u64 base = 0${touches ? ', tables = 0' : ''};
${touches ? '	int wrong = 0, unknown = 0, comparable;\n	long vm_pte_before;\n' : ''}	size_t i;
	int device;

	if (argc < 2 || argc > 3 ||
	    sscanf(argv[1], "%x:%x:%x.%x%c", &domain, &bus, &slot, &function, &rest) != 4 ||
	    (argc == 3 && sscanf(argv[2], "%u%c", &info.index, &rest) != 1))
		usage(argv[0]);
	if ((u64)sysconf(_SC_PAGESIZE) != PAGE) {
		fprintf(stderr, "the scenario has pages of %llu bytes, this machine of %ld\n", PAGE,
			sysconf(_SC_PAGESIZE));
		return 2;
	}
	device = open_device(argv[1]);
	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		fail("VFIO_DEVICE_GET_REGION_INFO");
	uname(&name);
	printf("here: Linux %s, %s; predicted: " PREDICTED_FOR "\n", name.release, name.machine);
	printf("region %u: %llu bytes; the scenario has %llu\n", info.index, (u64)info.size, BAR_SIZE);
	if (bar_base(argv[1], info.index, &base))
		printf("BAR at 0x%llx; the scenario has it at 0x%llx\n", base, BAR_BASE);
${
  touches
    ? `	/* Leaves depend on the physical address modulo the largest of them, and on nothing above that. */
	comparable = base == 0 || base % LARGEST == BAR_BASE % LARGEST;
	if (!comparable)
		printf("the BAR lies elsewhere modulo %llu bytes: the prediction is not for it\\n", LARGEST);
	vm_pte_before = vm_pte();
`
    : ''
}	for (i = 0; i < AREAS; i++) {
		at[i] = place(device, info.offset, &areas[i]);
		if (at[i] == MAP_FAILED)
			return refused();
${advise}	}
${touches ? counting : notTouched}`;
};

const otherMain = (source: Source): string => String.raw`int main(int argc, char **argv)
{
${source.open}
	void *at = place(file, 0, &areas[0]);

	if (at == MAP_FAILED)
		return refused();
	print_place(at, areas[0].offset);
	printf(PREDICTED_PLACE "\n");
	return EXPECTED_ERRNO != 0;
}
`;

const wrap = (text: string): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > 108) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

const predictedFor = (scenario: Scenario, { prepared }: Solution): string => {
  const policy = policyOf(scenario.machine.policy);
  const linux = `Linux ${formatKernelVersion(prepared.version)} on ${prepared.arch.label}`;
  return policy.id === 'shipped' ? linux : `${linux}; ${policy.label} (${policy.who})`;
};

const headerOf = (
  scenario: Scenario,
  solution: Solution,
  link: string | undefined,
  argument: string,
  notes: readonly string[],
): string => {
  const { bar } = scenario.device;
  const { request } = scenario;
  const what =
    request.file === 'vfio'
      ? `BAR ${bar.index} at ${formatAddress(bar.base)}, ${formatSize(bar.size)}; mapped are ${formatSize(request.length)} from offset ${formatSize(request.offset)}.`
      : `Mapped are ${formatSize(request.length)} from offset ${formatSize(request.offset)}.`;
  const lines = [
    'Makes one mapping of Hugemap on a real machine, to hold it against the prediction.',
    '',
    ...(link === undefined ? [] : [`@${link}`, '']),
    `${predictedFor(scenario, solution)}. ${what}`,
    '',
    'Build: cc -std=c11 -O2 -Wall -Wextra -o mapping mapping.c',
    `Run:   ${request.file === 'vfio' ? 'sudo ' : ''}./mapping${argument === '' ? '' : ` ${argument}`}`,
    '',
    ...notes.flatMap(note => [...note.split('\n'), '']),
    'Exit status: 0 as predicted, 1 not as predicted, 2 nothing to compare.',
  ];
  const body = lines.flatMap(line => {
    if (line.startsWith('@')) return [` * ${linkInComment(line.slice(1))}`];
    return line.startsWith('  ') ? [star(line)] : wrap(line).map(star);
  });
  return ['/*', ...body, ' */'].join('\n');
};

const BIND = [
  'The device must be bound to vfio-pci, and no other device of its IOMMU group to a driver of the host:',
  '  modprobe vfio-pci',
  '  echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override',
  '  echo 0000:01:00.0 > /sys/bus/pci/devices/0000:01:00.0/driver/unbind',
  '  echo 0000:01:00.0 > /sys/bus/pci/drivers_probe',
  'It is opened through its group, /dev/vfio/N, with a type1 (or SPAPR) container.',
];

const includeLines = (names: readonly string[]): string =>
  [...new Set(names)]
    .sort()
    .map(name => `#include <${name}>`)
    .join('\n');

/** Flags of the request as this program makes it: what the kind of file asks for is added. */
const flagsOf = ({ request }: Scenario): number => {
  switch (request.file) {
    case 'anon':
      return request.flags | MAP.ANONYMOUS;
    case 'anonHugetlb':
      return request.flags | MAP.ANONYMOUS | MAP.HUGETLB;
    default:
      return request.flags;
  }
};

/**
 * A C program (C11, libc and kernel headers only) that makes the Scenario's mapping on a real machine. For a device
 * it opens the BAR through VFIO (group and type1 or SPAPR container), maps as the Scenario's request or program does,
 * touches every page in the Scenario's order, and compares the faults with what the engine expects at the address that
 * the mapping got there: one row a leaf size, as only VA - PA modulo each size counts. Other files are mapped and not
 * touched; the address is printed beside the engine's. There is no stand-in for a device: memory has other leaves.
 *
 * `link` leads back to the Scenario and goes into the comment at the top, made harmless. Where there is nothing to
 * make the reason is given. Never throws.
 *
 * Source of the calls: include/uapi/linux/vfio.h, 6.12; the programs' own recipes: src/placement/policies/userSpace.ts.
 */
export const cProgram = (scenario: Scenario, link?: string): Read<string> => {
  const { request, device } = scenario;
  const policy = policyOf(scenario.machine.policy);
  if (policy.kind === 'none')
    return { ok: false, reason: 'A machine without MMU places nothing, so there is nothing to make.' };
  const solution = solve(scenario);
  const { arch } = solution.prepared;
  const vfio = request.file === 'vfio';
  const areas: readonly Area[] =
    vfio && request.length > 0 ? programAreas(scenario) : [{ offset: request.offset, size: request.length }];
  if (areas.length === 0)
    return { ok: false, reason: 'The holes in the BAR leave nothing of the range to map.' };

  const errno = expectedErrno(solution);
  const placing = placingOf(scenario, arch, areas, errno !== undefined);
  const flags = cFlags(flagsOf(scenario));
  const fixed = (request.flags & MAP.FIXED) !== 0;
  const touches = vfio && (request.prot & PROT.READ) !== 0;
  const rows = touches && errno === undefined ? expectedRows(scenario, solution, areas) : [];
  // Not the rows' own moduli: a size that fits nowhere at this base might fit at another.
  const longest = areas.reduce((size, area) => Math.max(size, area.size), 0);
  const largest = arch.pfnLeaves.find(leaf => leaf.size <= longest)?.size ?? arch.page;
  const source = request.file === 'vfio' ? undefined : sourceOf(request.file);
  const argument = source?.argument ?? 'ADDRESS [REGION]';
  const needsFixed = fixed && placing.kind === 'request';

  const notes = source?.notes.slice() ?? [];
  if (vfio) {
    notes.push(BIND.join('\n'));
    if (touches)
      notes.push('It reads one word of every page: leave out devices whose registers must not be read.');
    if (device.ranges.length > 0)
      notes.push('The scenario has further physical ranges behind the file, which no PCI BAR has.');
    if (!barMappable(device.bar.base, device.bar.size, arch.page))
      notes.push('This BAR shares its page, so vfio-pci offers it for reading and writing only.');
  } else
    notes.push(
      'It maps and does not touch: leaves are told for device memory only. The address depends on the process.',
    );
  if (errno !== undefined) notes.push(`The engine expects ${errnoName(errno)}.`);
  else if (!solution.placement.ok)
    notes.push(
      `In the scenario's process this is refused (${solution.placement.refusal}); this program is another one.`,
    );

  const place = solution.placement.ok
    ? `the engine puts it at ${formatAddress(solution.placement.start)} in the process of the scenario`
    : `the engine has it refused: ${solution.placement.refusal}`;
  const header = headerOf(scenario, solution, link, argument, notes);
  const includes = vfio
    ? [
        'errno.h',
        'fcntl.h',
        'linux/vfio.h',
        'stdint.h',
        'stdio.h',
        'stdlib.h',
        'string.h',
        'sys/ioctl.h',
        'sys/mman.h',
        'sys/resource.h',
        'sys/utsname.h',
        'unistd.h',
      ]
    : ['errno.h', 'stdint.h', 'stdio.h', 'stdlib.h', 'string.h', 'sys/mman.h', ...(source?.includes ?? [])];
  const usesOpenFlags = source?.includes.includes('fcntl.h') === true;
  const opener = Object.entries(openers).find(([name]) => source?.open.includes(`? ${name}`) === true);
  const sections = [
    header,
    '#define _GNU_SOURCE\n#define _FILE_OFFSET_BITS 64',
    includeLines(includes),
    'typedef unsigned long long u64;',
    [
      ...(vfio ? [define('PAGE', cHex(arch.page))] : []),
      define('PMD_SIZE', cHex(arch.pmdSize)),
      define('PMD_NAME', cString(formatPower(arch.pmdSize))),
      define('PUD_SIZE', cHex(arch.pudSize)),
      define('PUD_NAME', cString(formatPower(arch.pudSize))),
      ...(vfio
        ? [
            define('REGION', String(device.bar.index)),
            define('BAR_BASE', cHex(device.bar.base)),
            define('BAR_SIZE', cHex(device.bar.size)),
            ...(touches ? [define('LARGEST', cHex(largest))] : []),
            define(
              'PREDICTED_FOR',
              cString(inComment(predictedFor(scenario, solution)).replaceAll('%', '%%')),
            ),
          ]
        : [define('PREDICTED_PLACE', cString(place.replaceAll('%', '%%')))]),
      ...(placing.kind === 'request'
        ? [
            ...flags.define,
            ...(needsFixed && !flags.define.includes('#ifndef MAP_FIXED_NOREPLACE')
              ? cFlags(MAP.FIXED_NOREPLACE).define
              : []),
            define('HINT', `((void *)(uintptr_t)${cHex(request.hint)})`),
            define('FLAGS', `(${flags.text})`),
          ]
        : []),
      define('PROT', `(${cProt(request.prot)})`),
      ...(usesOpenFlags ? [define('OPEN_FLAGS', request.prot & PROT.WRITE ? 'O_RDWR' : 'O_RDONLY')] : []),
      define('EXPECTED_ERRNO', errno === undefined ? '0' : (errnoConstant(errno) ?? String(errno))),
    ].join('\n'),
    tableOf(areas, placing),
    ...(touches ? [rowsOf(rows)] : []),
    FAIL,
    usageText(argument),
    ...(opener === undefined ? [] : [opener[1]]),
    ...(vfio ? [VFIO] : []),
    placeText(placing, needsFixed),
    ...(touches ? [touchText(scenario), MEASURE, EXPECT] : []),
    PRINT_PLACE,
    vfio ? vfioMain(scenario, touches) : otherMain(source ?? sourceOf('anon')),
  ];
  return { ok: true, value: `${sections.map(section => section.trimEnd()).join('\n\n')}\n` };
};
