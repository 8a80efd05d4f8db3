import { changeBehind, factChanges } from '../../src/kernel/facts.ts';
import { type Change, commitOf, refusalPieces, sinceOf } from '../../src/leaves/refusalWords.ts';
import { leafCount } from '../../src/leaves/runs.ts';
import type { WhyPart } from '../../src/leaves/why.ts';
import { leafNames, leavesText } from '../../src/leaves/words.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { PlacementEvent, UnalignedReason } from '../../src/placement/mm.ts';
import type { Refusal } from '../../src/placement/mmap.ts';
import { policyOf } from '../../src/placement/policies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, Prepared, Solution } from '../../src/solve.ts';
import { gapEnd, gapStart } from '../../src/space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { alignDown, alignUp } from '../../src/units.ts';
import type { Piece } from '../ui/Pieces.tsx';
import { unmappedBy } from './unmapped.ts';

/** One line of reasons: what it is about, and why. */
export interface Reason {
  /** `no`: this is why not. `yes`: this holds. `so`: how it came about. */
  readonly mark: 'no' | 'yes' | 'so';
  readonly head: string;
  readonly body: readonly Piece[];
}

const faultFunction: Piece = { code: 'vfio_pci_mmap_huge_fault' };

const partPieces = (
  part: WhyPart,
  size: number,
  prepared: Prepared,
  { mapping }: DeviceAnswer,
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
            `No whole ${s} block of ${formatSize(part.end - part.start)} from PA ${formatAddress(mapping.pa)}: the first sticks out ${formatSize(cause.below)} below, the last ${formatSize(cause.above)} above. No address helps.`,
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

const sizeReasons = (prepared: Prepared, device: DeviceAnswer): readonly Reason[] => {
  const reasons: Reason[] = [];
  let congruenceSaid = false;
  let said: string | undefined;
  for (const { kind, size, parts } of device.why) {
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
      reasons.push({ mark: 'no', head: heads, body: partPieces(part, size, prepared, device) });
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
const takenClause = (joint: string, events: readonly PlacementEvent[]): string => {
  const taken = events.findLast(e => e.kind === 'taken');
  const began = events.findLast(e => e.kind === 'search');
  if (taken === undefined || began === undefined || began.alignMask !== 0) return '';
  const which = events.some(e => e.kind === 'guarded') ? 'a later' : 'the first';
  return `${joint} the ${began.topDown ? 'top' : 'bottom'} of ${which} gap with room for ${formatSize(began.length)}, ${began.topDown ? 'below' : 'from'} ${formatAddress(taken.edge)}${began.topDown ? '' : ' up'}`;
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
  // Around holes each mapping is placed by a call of its own, and the steps are those of the first.
  const first = scenario.device.holes.length === 0 || solution.device === solution.parts[0];
  // What a refused request got as far as is no placement.
  const head = !placement.ok ? 'Before that' : first ? 'Placement' : 'Placement, part 1';
  const so = (body: readonly Piece[]): void => {
    reasons.push({ mark: 'so', head, body });
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
                  `, and before 6.10 the search for such a file was never aligned${takenClause('; it takes', events)}.`,
                ]
              : [
                  'vfio has no ',
                  { code: 'get_unmapped_area' },
                  ', so the search is not aligned',
                  ...sinceOf(change, prepared.version),
                  `${takenClause(' and takes', events)}.`,
                ],
          );
        else
          so([
            `No alignment: ${event.why}`,
            ...sinceOf(ruleBehind(event.why) ?? change, prepared.version),
            `${takenClause('; the search takes', events)}.`,
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

/** Of several mappings the one looked at is told whole; of the first few others, by how much they miss. */
const otherPartReasons = ({ device, parts }: Solution): readonly Reason[] =>
  parts.slice(0, 1 + NAMED).flatMap((part, i): Reason[] => {
    if (part === device) return [];
    for (const { kind, size, parts: causes } of part.why)
      for (const { cause } of causes)
        if (cause.kind === 'congruence')
          return [
            {
              mark: 'no',
              head: `${leafNames[kind]}, part ${i + 1}`,
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
    reasons.push(...sizeReasons(prepared, device), ...otherPartReasons(solution));
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
