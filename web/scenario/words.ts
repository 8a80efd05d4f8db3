import { archOf } from '../../src/arch/index.ts';
import { type LeafRun, leafCount } from '../../src/leaves/runs.ts';
import { leafNames, leafWord, leavesText, tally } from '../../src/leaves/words.ts';
import { errnoName } from '../../src/placement/errno.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { PlacementEvent } from '../../src/placement/mm.ts';
import type { Refusal } from '../../src/placement/mmap.ts';
import { noMmuReason } from '../../src/placement/policies/noMmu.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { largestGap } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { Piece } from '../ui/Pieces.tsx';
import { unmappedBy } from './unmapped.ts';

const faultsText = (n: number): string => (n === 1 ? '1 fault' : `${formatCount(n)} faults`);

/** The same with each size in its own colour. */
export const leavesPieces = (runs: readonly LeafRun[]): readonly Piece[] => {
  const all = tally(runs);
  return all.flatMap((t, i): Piece[] => [
    i === 0 ? '' : i === all.length - 1 ? ' and ' : ', ',
    {
      leaf: t.kind,
      text: `${formatCount(t.count)} ${leafNames[t.kind]}${i === all.length - 1 ? ` ${leafWord(all.length > 1 ? 2 : t.count)}` : ''}`,
    },
  ]);
};

/** How many faults put the leaves there: “one fault each”, “1 fault maps all 524,288 PTEs”. */
export const faultSentence = (answer: DeviceAnswer): string => {
  const count = leafCount(answer.leaves);
  switch (answer.rules.era) {
    case 'premap':
      return `no fault: mmap() itself maps all ${formatCount(count)} PTEs.`;
    case 'fullRemap':
    case 'fullInsert':
      return count === 1 ? '1 fault maps the PTE.' : `1 fault maps all ${formatCount(count)} PTEs.`;
    case 'perPage':
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      if (count === 1) return 'one fault maps it all.';
      return count === 2 ? 'two faults map it all.' : 'one fault each.';
  }
};

const refusalSentences: Readonly<Record<Refusal, string>> = {
  'offset not page aligned': 'The offset is not a multiple of the page.',
  'MAP_HUGETLB on an ordinary file': 'MAP_HUGETLB needs anonymous memory or a hugetlbfs file.',
  'unknown huge page size': 'This machine has no huge pages of the size that the flags name.',
  'no huge pages on this machine': 'this machine has no huge pages, so MAP_HUGETLB cannot be had',
  '/dev/mem is closed': 'this kernel lets nobody map /dev/mem',
  'length 0': 'The length is 0.',
  'length wraps to 0': 'Rounded up to pages, the length wraps to 0.',
  'too many mappings': 'The process has more mappings than vm.max_map_count allows.',
  'longer than the address space': 'The length is more than the whole user address space.',
  'no gap fits': 'No gap of the address space is large enough.',
  'hint counts as an error number': 'An address in the last 4095 bytes of 64 bits is taken for an error.',
  'ends beyond the address space': 'The mapping would end beyond the user address space.',
  'address not page aligned': 'MAP_FIXED needs an address that is a multiple of the page.',
  'hint not aligned to the huge page': 'MAP_FIXED needs an address that is a multiple of the huge page.',
  'below mmap_min_addr': 'The address lies below vm.mmap_min_addr.',
  'overlaps a mapping (MAP_FIXED_NOREPLACE)':
    'A mapping is there already, and MAP_FIXED_NOREPLACE replaces none.',
  'may not lock memory': 'MAP_LOCKED, but RLIMIT_MEMLOCK is 0.',
  'RLIMIT_MEMLOCK exceeded': 'MAP_LOCKED, and the length is more than RLIMIT_MEMLOCK leaves.',
  'offset plus length overflows': 'Offset plus length is more than a file offset can hold.',
  'MAP_SYNC without DAX': 'MAP_SYNC needs a file of a DAX device.',
  'longer than a file can be': 'A shared memory object of 2^63 bytes or more cannot be made.',
  'flags that MAP_SHARED_VALIDATE refuses': 'MAP_SHARED_VALIDATE refuses a flag that it does not know.',
  'unknown mapping type': 'Neither MAP_SHARED nor MAP_PRIVATE: the mapping has no type.',
  'MAP_DROPPABLE with MAP_GROWSDOWN or MAP_LOCKED':
    'MAP_DROPPABLE goes with neither MAP_GROWSDOWN nor MAP_LOCKED',
  'MAP_GROWSDOWN on a file or shared memory': 'MAP_GROWSDOWN is for private anonymous memory only.',
  'RLIMIT_AS exceeded': 'The length is more than RLIMIT_AS leaves.',
  'more memory than RAM and swap': 'The length is more than RAM and swap, and vm.overcommit_memory is 0.',
  'offset not a multiple of the huge page': 'The offset is not a multiple of the huge page.',
  'beyond the physical address width': 'The range lies beyond the physical addresses of this CPU.',
  'not a mappable BAR': 'vfio-pci offers no such BAR for mapping.',
  'VFIO mapping must be shared': 'vfio-pci refuses MAP_PRIVATE: device memory cannot be copied on write.',
  'beyond the end of the BAR': 'The range ends beyond the BAR.',
  'holes leave nothing to map': 'The holes in the BAR leave nothing of the range to map.',
  'no MMU': noMmuReason,
};

/** Why mmap() failed, with the numbers in it. */
export const refusalText = (
  scenario: Scenario,
  solution: Solution,
  events: readonly PlacementEvent[],
): { readonly errno: string; readonly text: string } | undefined => {
  const { placement, prepared } = solution;
  if (placement.ok) return undefined;
  const { request, device } = scenario;
  const errno = errnoName(placement.errno);
  if (placement.refusal === 'beyond the end of the BAR') {
    const over = request.offset + request.length - device.bar.size;
    const from = request.offset === 0 ? '' : `Offset ${formatSize(request.offset)} plus length `;
    return {
      errno,
      text: `${from === '' ? 'A length of ' : from}${formatSize(request.length)} ends ${formatSize(over)} beyond the ${formatSize(device.bar.size)} BAR.`,
    };
  }
  if (placement.refusal === 'no gap fits') {
    const searches = events.filter(e => e.kind === 'search');
    const low = Math.min(...searches.map(e => e.low), prepared.arch.window);
    const high = Math.max(...searches.map(e => e.high), 0);
    // What the search itself never goes below.
    const floor = Math.max(low, prepared.facts.searchMinAddr ? prepared.arch.mmapMinAddr : 0);
    const gap = searches.length === 0 ? undefined : largestGap(prepared.mm.space.index, floor, high);
    const tail =
      gap === undefined || gap.size === 0
        ? ''
        : ` The largest gap has ${formatSize(gap.size)}, at ${formatAddress(gap.start)}.`;
    return { errno, text: `No gap has room for ${formatSize(request.length)}.${tail}` };
  }
  if (placement.refusal === 'too many mappings') {
    // The lid is no mapping of the process; the limit was raised by one for it.
    const lid = scenario.space.lid === undefined ? 0 : 1;
    const count = prepared.mm.space.vmas.length - lid;
    const limit = prepared.limits.maxMapCount - lid;
    return {
      errno,
      text: `The process has ${formatCount(count)} mappings, more than the ${formatCount(limit)} of vm.max_map_count.`,
    };
  }
  return { errno, text: refusalSentences[placement.refusal] };
};

/** “ of 2 MiB”: the size that the flags name, or the machine's own. */
const hugePageText = ({ request, machine }: Scenario): string => {
  const code = request.file === 'anonHugetlb' ? (request.flags >>> MAP.HUGE_SHIFT) & 0x3f : 0;
  const size = code === 0 ? archOf(machine.arch).hugePages[0] : 2 ** code;
  return size === undefined ? '' : ` of ${formatSize(size)}`;
};

/** What is known of the leaves of a placed mapping that shows no BAR. Undefined for VFIO. */
export const leavesElsewhere = (scenario: Scenario): string | undefined => {
  const { request } = scenario;
  const shared = (request.flags & MAP.SHARED) !== 0;
  const shmem =
    'Its leaves depend on the page cache and on the THP setting of shmem, which are not modelled.';
  switch (request.file) {
    case 'vfio':
      return undefined;
    case 'anon':
      return shared
        ? `Shared anonymous memory: a nameless file of shmem. ${shmem}`
        : 'Private anonymous memory: there is no file. Its leaves depend on THP and on free memory when it is touched, which are not modelled.';
    case 'anonHugetlb':
    case 'hugetlbFile':
      return `${request.file === 'anonHugetlb' ? 'Anonymous huge pages' : 'A file of huge pages'}: every leaf has the huge page size${hugePageText(scenario)}, and the length is rounded up to it.`;
    case 'memfd':
    case 'tmpfsHugeNever':
    case 'tmpfsHugeAlways':
      return `A file in memory. ${shmem}`;
    case 'hookedFile':
      return 'A file on disk: its leaves depend on the folios in the page cache, which are not modelled.';
    case 'ramfs':
      return 'A file of ramfs: its leaves depend on the page cache, which is not modelled.';
    case 'devZero':
      return shared
        ? `/dev/zero, shared: a nameless file of shmem. ${shmem}`
        : '/dev/zero, private: anonymous memory once it is mapped. Its leaves depend on THP, which is not modelled here.';
    case 'devMem':
      return '/dev/mem maps PFNs: remap_pfn_range() writes all its PTEs in mmap() itself. Its leaves are not modelled.';
  }
};

/**
 * Whether the answer can be bettered on its kernel with its settings. `yes`: by fewer leaves. `cost`: the leaves are
 * as few as can be, but another address would cost less. `no`: neither.
 */
const canBeBetter = (device: DeviceAnswer): 'yes' | 'cost' | 'no' => {
  if (device.leaves.some(run => run.corrupt) || device.best.leaves !== leafCount(device.leaves)) return 'yes';
  const { cost, bestCost } = device;
  return device.faults > bestCost.faults ||
    cost.tableBytes > bestCost.tableBytes ||
    cost.tlbEntries > bestCost.tlbEntries
    ? 'cost'
    : 'no';
};

/** The kernel at hand, with the proposal that is laid over it. */
const kernelName = ({ machine }: Scenario): string => {
  const { group } = policyOf(machine.policy);
  const more =
    group === 'proposal' ? ' with this proposal' : group === 'user space' ? ' with this program' : '';
  return `Linux ${machine.kernel}${more}`;
};

/** What could be better, in a sentence. */
export const bestPieces = (scenario: Scenario, device: DeviceAnswer): readonly Piece[] => {
  const { cost, bestCost } = device;
  switch (canBeBetter(device)) {
    case 'yes':
      return ['Best possible: ', ...leavesPieces(device.best.runs), '.'];
    case 'no':
      return [`${kernelName(scenario)} can do no better with these settings.`];
    case 'cost': {
      const less = [
        ...(device.faults > bestCost.faults
          ? [`${formatCount(device.faults - bestCost.faults)} faults`]
          : []),
        ...(cost.tableBytes > bestCost.tableBytes
          ? [`${formatSize(cost.tableBytes - bestCost.tableBytes)} of page tables`]
          : []),
        ...(cost.tlbEntries > bestCost.tlbEntries
          ? [`${formatCount(cost.tlbEntries - bestCost.tlbEntries)} TLB entries`]
          : []),
      ];
      return [
        `${kernelName(scenario)} can do no fewer leaves with these settings; the best address saves ${less.join(', ')}.`,
      ];
    }
  }
};

/** The verdict in one sentence, as it is spoken. */
export const spokenVerdict = (
  scenario: Scenario,
  solution: Solution,
  events: readonly PlacementEvent[],
): string => {
  const failed = refusalText(scenario, solution, events);
  if (failed !== undefined) return `mmap fails with ${failed.errno}. ${failed.text}`;
  const { placement, device } = solution;
  const at = placement.ok ? ` At ${formatAddress(placement.start)}.` : '';
  if (device === undefined) return `Placed.${at}`;
  const corrupt = device.leaves.some(run => run.corrupt) ? ' Some are corrupt.' : '';
  const lost = unmappedBy(solution);
  const unmaps =
    lost === undefined
      ? ''
      : ` It unmaps ${formatCount(lost.count)} ${lost.count === 1 ? 'mapping' : 'mappings'} that lay there.`;
  const best = canBeBetter(device) === 'yes' ? ` Best possible: ${leavesText(device.best.runs)}.` : '';
  return `${leavesText(device.leaves)}, ${faultsText(device.faults)}.${corrupt}${unmaps}${best}${at}`;
};
