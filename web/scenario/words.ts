import { archOf } from '../../src/arch/index.ts';
import { changeBehind, factChanges } from '../../src/kernel/facts.ts';
import { type Change, commitOf, refusalPieces, sinceOf } from '../../src/leaves/refusalWords.ts';
import { type LeafRun, leafCount } from '../../src/leaves/runs.ts';
import type { WhyPart, WhySize } from '../../src/leaves/why.ts';
import { type LeafTally, leafNames, leafWord, leavesText, tally } from '../../src/leaves/words.ts';
import { errnoName } from '../../src/placement/errno.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { PlacementEvent, UnalignedReason } from '../../src/placement/mm.ts';
import type { Refusal } from '../../src/placement/mmap.ts';
import { noMmuReason } from '../../src/placement/policies/noMmu.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, Prepared, Solution } from '../../src/solve.ts';
import { gapEnd, gapStart, largestGap } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignDown, alignUp } from '../../src/units.ts';
import type { Piece } from '../ui/Pieces.tsx';
import { unmappedBy } from './unmapped.ts';

export { type LeafTally, leafNames, leavesText, tally };

/** One line of reasons: what it is about, and why. */
export interface Reason {
  /** `no`: this is why not. `yes`: this holds. `so`: how it came about. */
  readonly mark: 'no' | 'yes' | 'so';
  readonly head: string;
  readonly body: readonly Piece[];
}

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

const faultFunction: Piece = { code: 'vfio_pci_mmap_huge_fault' };

const partPieces = (
  part: WhyPart,
  size: number,
  prepared: Prepared,
  scenario: Scenario,
): readonly Piece[] => {
  const s = formatSize(size);
  const { cause } = part;
  switch (cause.kind) {
    case 'notUsable':
      return refusalPieces(cause.refusal, prepared.version);
    case 'noWholeBlock':
      return cause.tooShort
        ? [`The mapping has ${formatSize(part.end - part.start)}, less than one block of ${s}.`]
        : [
            `No whole ${s} block of ${formatSize(part.end - part.start)} from PA ${formatAddress(scenario.device.bar.base + scenario.request.offset)}: the first sticks out ${formatSize(cause.below)} below, the last ${formatSize(cause.above)} above. No address helps.`,
          ];
    case 'congruence': {
      // The test of the PFN is older than the rounding of the address, the last change of the era.
      const change =
        prepared.facts.faultEra === 'hugeAligned'
          ? factChanges.find(c => c.fact === 'faultEra' && c.value === 'hugeExact')
          : changeBehind(prepared.version, 'faultEra');
      return [
        `From a ${s} boundary of VA to the next one of PA is ${formatSize(cause.residue)}: `,
        faultFunction,
        ' falls back',
        ...sinceOf(change, prepared.version),
        '.',
      ];
    }
    case 'bound':
      return [
        `The ${s} block across the ${cause.side} of the VMA sticks out of it by ${formatSize(cause.sticksOut)}: `,
        faultFunction,
        ` falls back, and ${formatSize(part.end - part.start)} there get smaller leaves.`,
      ];
    case 'touchOrder':
      return [
        `${formatSize(part.end - part.start)} at ${formatAddress(part.start)} were first touched off the start of a block: `,
        faultFunction,
        ' left a page table there, which stays. Since 6.15, 6.14.7 and 6.12.29 any touch will do. ',
        { commit: 'c1d9dac0db16' },
      ];
  }
};

/** What would be said alike of the next smaller size; undefined: each size has words of its own. */
const obstacleOf = ({ start, end, cause }: WhyPart): string | undefined => {
  switch (cause.kind) {
    case 'notUsable':
      return JSON.stringify(cause.refusal);
    case 'touchOrder':
      return `touched ${start} ${end}`;
    case 'noWholeBlock':
      return cause.tooShort ? 'too short' : undefined;
    case 'congruence':
    case 'bound':
      return undefined;
  }
};

const sizeReasons = (scenario: Scenario, prepared: Prepared, why: readonly WhySize[]): readonly Reason[] => {
  const reasons: Reason[] = [];
  let congruenceSaid = false;
  let said: string | undefined;
  for (const { kind, size, parts } of why) {
    for (const part of parts) {
      const head = leafNames[kind];
      if (part.cause.kind === 'congruence' && congruenceSaid) {
        reasons.push({
          mark: 'no',
          head,
          body: [`Same test at ${formatSize(size)}, ${formatSize(part.cause.residue)} apart.`],
        });
        continue;
      }
      congruenceSaid ||= part.cause.kind === 'congruence';
      // One obstacle for all sizes is said once, in the words of the smallest.
      const same = obstacleOf(part);
      const last = reasons.at(-1);
      const again = same !== undefined && same === said && last !== undefined;
      said = same;
      if (again) reasons.pop();
      const heads = again ? `${last.head}, ${head}` : head;
      reasons.push({ mark: 'no', head: heads, body: partPieces(part, size, prepared, scenario) });
    }
  }
  return reasons;
};

/** The changes that began to align: files without a hook, by accident, and private anonymous memory. */
const aligned = {
  files: factChanges.find(c => c.fact === 'unhookedAlign' && c.value !== 'never'),
  anonymous: factChanges.find(c => c.fact === 'anonAlign' && c.value !== 'never'),
} as const;

/** The change that made this a reason not to align; undefined where it is not one change's. */
const ruleBehind = (why: UnalignedReason): Change | undefined => {
  const value =
    why === 'the length is not a multiple of PMD_SIZE'
      ? 'pmdMultiple'
      : why === 'the caller gave a hint'
        ? 'pmdMultipleNoHint'
        : undefined;
  return factChanges.find(c => c.fact === 'unhookedAlign' && c.value === value);
};

/** What the search took, after its verb and what joins it; nothing where it took no gap or was aligned. */
const takenClause = (joint: string, scenario: Scenario, events: readonly PlacementEvent[]): string => {
  const taken = events.findLast(e => e.kind === 'taken');
  const began = events.findLast(e => e.kind === 'search');
  if (taken === undefined || began === undefined || began.alignMask !== 0) return '';
  const which = events.some(e => e.kind === 'guarded') ? 'a later' : 'the first';
  return `${joint} the ${began.topDown ? 'top' : 'bottom'} of ${which} gap with room for ${formatSize(scenario.request.length)}, ${began.topDown ? 'below' : 'from'} ${formatAddress(taken.edge)}${began.topDown ? '' : ' up'}`;
};

/** The range that a failed search was kept to, and what it needed there. */
const searchedReasons = ({ placement }: Solution, events: readonly PlacementEvent[]): readonly Reason[] => {
  const began = events.find(e => e.kind === 'search');
  if (placement.ok || placement.refusal !== 'no gap fits' || began === undefined) return [];
  const { low, high, needed } = began;
  const more = needed > began.length ? `, with room to align ${formatSize(needed)}` : '';
  return [
    {
      mark: 'no',
      head: 'Search',
      body: [
        { code: 'vm_unmapped_area' },
        ` was asked for ${formatSize(began.length)}${more}, between ${formatAddress(low)} and ${formatAddress(high)}, ${formatSize(high - low)} apart.`,
      ],
    },
  ];
};

const isVfio = (s: Scenario): boolean => s.request.file === 'vfio';

const isHugetlb = (s: Scenario): boolean =>
  s.request.file === 'anonHugetlb' || s.request.file === 'hugetlbFile';

const NAMED = 3;

/** What MAP_FIXED takes away, in one line of reasons; none where nothing is there. */
const unmapReasons = (solution: Solution): readonly Reason[] => {
  const lost = unmappedBy(solution);
  if (lost === undefined) return [];
  const named = lost.byName
    .slice(0, NAMED)
    .map(n => `${formatSize(n.bytes)} of ${n.name || 'nameless memory'}`);
  const more = lost.byName.length - named.length;
  const list = `${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  return [
    {
      mark: 'no',
      head: 'Unmaps',
      body: [
        { code: 'MAP_FIXED' },
        ` unmaps what is there: ${formatCount(lost.count)} ${lost.count === 1 ? 'mapping' : 'mappings'}, ${list}.`,
      ],
    },
  ];
};

/** How the kernel rounds the hint before it looks at it; nothing where it stays as it is. */
const hintRounding = ({ request }: Scenario, { arch }: Prepared): readonly Piece[] => {
  const { hint } = request;
  const down = alignDown(hint, arch.page);
  if (hint === 0 || request.flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) return [];
  if (down === 0) return [`The hint ${formatAddress(hint)} rounds down to 0: no hint.`];
  const used = down < arch.mmapMinAddr ? alignUp(arch.mmapMinAddr, arch.page) : down;
  if (used === hint) return [];
  return [
    used === down
      ? `The hint ${formatAddress(hint)} is rounded down to a page, ${formatAddress(used)}.`
      : `The hint ${formatAddress(hint)} is raised to mmap_min_addr, ${formatAddress(used)}.`,
  ];
};

/** A gap that had room until its guard was looked at. */
const guardedPieces = (
  { mm }: Prepared,
  { gap, guardStart, limit }: Extract<PlacementEvent, { kind: 'guarded' }>,
): readonly Piece[] => {
  const { index } = mm.space;
  const [start, end] = [gapStart(index, gap), gapEnd(index, gap)];
  return [
    `The gap of ${formatSize(end - start)} below ${formatAddress(end)} keeps ${formatSize(end - guardStart)} free, the guard of what grows down into it: `,
    { code: 'vm_unmapped_area' },
    ` tries again ${limit < end ? 'below' : 'above'} ${formatAddress(limit)}`,
  ];
};

/** How the address came about, from the steps of the placement. */
const placementReasons = (
  scenario: Scenario,
  solution: Solution,
  events: readonly PlacementEvent[],
): readonly Reason[] => {
  const { prepared, placement } = solution;
  const reasons: Reason[] = [];
  const so = (body: readonly Piece[]): void => {
    // What a refused request got as far as is no placement.
    reasons.push({ mark: 'so', head: placement.ok ? 'Placement' : 'Before that', body });
  };
  const rounding = hintRounding(scenario, prepared);
  if (rounding.length > 0) so(rounding);
  if (placement.ok && placement.by === 'fixed')
    so(
      solution.steps.length === 0
        ? ['MAP_FIXED decides the address.']
        : [
            'The program maps with MAP_FIXED inside a range that it reserved; the search is the reservation’s.',
          ],
    );
  const { unhookedAlign } = prepared.facts;
  const policy = policyOf(scenario.machine.policy);
  const proposed = policy.group === 'proposal' && isVfio(scenario);
  const hinted = events.some(e => e.kind === 'hint' && e.verdict === 'taken');
  for (const event of events) {
    switch (event.kind) {
      case 'hint':
        so(
          event.verdict === 'taken'
            ? [`The hint ${formatAddress(event.hint)} is free, so it is taken as it is.`]
            : [`The hint ${formatAddress(event.hint)} is passed over: ${event.verdict}.`],
        );
        break;
      case 'unaligned': {
        // Nothing was searched where the hint is taken, nor found where the request is refused.
        if (!placement.ok || hinted) break;
        if (!isVfio(scenario) || policy.group !== 'kernel') {
          so([`No alignment: ${event.why}.`]);
          break;
        }
        const change = changeBehind(prepared.version, 'unhookedAlign');
        if (unhookedAlign === 'never')
          so(
            change === undefined
              ? [
                  'vfio has no ',
                  { code: 'get_unmapped_area' },
                  `, and before 6.10 the search for such a file was never aligned${takenClause('; it takes', scenario, events)}.`,
                ]
              : [
                  'vfio has no ',
                  { code: 'get_unmapped_area' },
                  ', so the search is not aligned',
                  ...sinceOf(change, prepared.version),
                  `${takenClause(' and takes', scenario, events)}.`,
                ],
          );
        else
          so([
            `No alignment: ${event.why}`,
            ...sinceOf(ruleBehind(event.why) ?? change, prepared.version),
            `${takenClause('; the search takes', scenario, events)}.`,
          ]);
        break;
      }
      case 'padGaveUp':
        so([`Alignment to ${formatSize(event.size)} was given up: ${event.why}.`]);
        break;
      case 'congruent': {
        const toward = proposed ? policy.congruentTo : 'file offset';
        so([
          proposed ? `The proposed rule (${policy.who})` : { code: 'thp_get_unmapped_area' },
          ` asks for ${formatSize(event.size)} more and goes to an address congruent to the ${toward} modulo ${formatSize(event.size)}`,
          ...(policy.group === 'kernel' && isVfio(scenario) ? sinceOf(aligned.files, prepared.version) : []),
          ...(policy.kind === 'program' || scenario.request.file === 'anon'
            ? sinceOf(aligned.anonymous, prepared.version)
            : []),
          '.',
        ]);
        break;
      }
      case 'masked':
        so([
          event.addr === undefined
            ? `No gap has room for a mapping aligned to ${formatSize(event.size)}.`
            : `The proposed rule (${policy.who}) searches for an address congruent to the ${policy.congruentTo} modulo ${formatSize(event.size)}.`,
        ]);
        break;
      case 'search':
        if (isHugetlb(scenario) && event.alignMask !== 0)
          so([
            `hugetlb asks the search for a multiple of the huge page, ${formatSize(event.alignMask + prepared.arch.page)}: what lies between it and the next mapping is skipped`,
            ...sinceOf(changeBehind(prepared.version, 'hugetlbCore'), prepared.version),
            '.',
          ]);
        break;
      case 'fallback':
        so([
          'Nothing fits from ',
          { code: 'mmap_base' },
          `, ${formatAddress(prepared.mm.space.layout.mmapBase)}, down; the bottom-up search runs.`,
        ]);
        break;
      case 'guarded':
        so([
          ...guardedPieces(prepared, event),
          ...sinceOf(changeBehind(prepared.version, 'searchGuards'), prepared.version),
          '.',
        ]);
        break;
      default:
        break;
    }
  }
  // A process with many stacks has a guard each; the last ones decide.
  return reasons.length > 4 ? reasons.slice(-4) : reasons;
};

/** Who refused, where a driver did after an address had been chosen. */
const refusalReasons = (refusal: Refusal): readonly Reason[] => {
  switch (refusal) {
    case 'beyond the end of the BAR':
    case 'not a mappable BAR':
    case 'VFIO mapping must be shared':
      return [
        {
          mark: 'no',
          head: 'Refused',
          body: [{ code: 'vfio_pci_core_mmap' }, ' looks at the request only after the address was chosen.'],
        },
      ];
    default:
      return [];
  }
};

/** Of several mappings the first one is told whole; of the others, by how much they miss. */
const otherPartReasons = ({ parts }: Solution): readonly Reason[] =>
  parts.slice(1, 1 + NAMED).flatMap((part, i): Reason[] => {
    for (const { kind, size, parts: causes } of part.why)
      for (const { cause } of causes)
        if (cause.kind === 'congruence')
          return [
            {
              mark: 'no',
              head: `${leafNames[kind]}, part ${i + 2}`,
              body: [
                `The part at PA ${formatAddress(part.mapping.pa)} is ${formatSize(cause.residue)} off modulo ${formatSize(size)}.`,
              ],
            },
          ];
    return [];
  });

/** Every reason for what is shown, most important first. */
export const reasonsOf = (
  scenario: Scenario,
  solution: Solution,
  events: readonly PlacementEvent[],
): readonly Reason[] => {
  const { device, prepared } = solution;
  const reasons: Reason[] = [];
  if (device !== undefined) {
    const bad = device.leaves.filter(run => run.corrupt);
    if (bad.length > 0)
      reasons.push({
        mark: 'no',
        head: 'Corrupt',
        body: [
          `${leavesText(bad)} ${leafCount(bad) === 1 ? 'holds' : 'hold'} a PFN that is not a multiple of the size: Linux 6.12 to 6.12.9 install it without looking. What the CPU makes of it is undefined.`,
          ...commitOf('09dfc8a5f2ce'),
        ],
      });
    reasons.push(...sizeReasons(scenario, prepared, device.why), ...otherPartReasons(solution));
    if (reasons.length === 0)
      reasons.push({
        mark: 'yes',
        head: 'VA and PA agree',
        body: [
          `Modulo ${formatSize(device.best.modulus)} both are the same, and whole blocks of that size lie in the mapping.`,
        ],
      });
  }
  if (!solution.placement.ok)
    reasons.push(...refusalReasons(solution.placement.refusal), ...searchedReasons(solution, events));
  return [...reasons, ...unmapReasons(solution), ...placementReasons(scenario, solution, events)];
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
  const unmaps = lost === undefined ? '' : ` It unmaps ${formatCount(lost.count)} mappings that lay there.`;
  const best = canBeBetter(device) === 'yes' ? ` Best possible: ${leavesText(device.best.runs)}.` : '';
  return `${leavesText(device.leaves)}, ${faultsText(device.faults)}.${corrupt}${unmaps}${best}${at}`;
};
