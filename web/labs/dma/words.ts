import { autoAlignment, hasDmabuf, IOMMUFD_PIN_PAGES, iommufdFolios } from '../../../src/dma/iova.ts';
import type { DmaMapped, DmaRefused, SizeCount } from '../../../src/dma/map.ts';
import { iommuLeafCount, iommuLeaves } from '../../../src/dma/pgsize.ts';
import { pinChanges, pinRules } from '../../../src/dma/pin.ts';
import { repeats } from '../../../src/dma/tables.ts';
import { contains, formatKernelVersion } from '../../../src/kernel/version.ts';
import { leavesText } from '../../../src/leaves/words.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { mod } from '../../../src/units.ts';
import { leavesPieces } from '../../scenario/words.ts';
import { type Piece, plain } from '../../ui/Pieces.tsx';
import { cpuLeaves, type DmaFacts, type RampBounds, rampOf } from './answer.ts';

const many = (n: number, one: string, more = `${one}s`): string =>
  `${formatCount(n)} ${n === 1 ? one : more}`;

/** “2 × 1 GiB”, each size in the colour of its class, largest first; the last ones counted together. */
export const sizesPieces = (sizes: readonly SizeCount[], bounds: RampBounds, most = 4): readonly Piece[] => {
  const shown = sizes.length > most ? sizes.slice(0, most - 1) : sizes;
  const rest = sizes.slice(shown.length);
  const pieces = shown.flatMap(({ size, count }, i): Piece[] => [
    i === 0 ? '' : ', ',
    { leaf: rampOf(size, bounds), text: `${formatCount(count)} × ${formatSize(size)}` },
  ]);
  if (rest.length === 0) return pieces;
  const count = rest.reduce((sum, r) => sum + r.count, 0);
  return [...pieces, ` and ${formatCount(count)} smaller`];
};

/** Why the kernel refuses the call. */
export const refusalWords = (refused: DmaRefused, { iommu }: Pick<DmaFacts, 'iommu'>): string => {
  const { about } = refused;
  switch (refused.reason) {
    case 'sizes':
      return 'The IOMMU has no page size left.';
    case 'granule':
      return `VA, IOVA and length must be multiples of ${formatSize(about)}, the smallest page that both sides have.`;
    case 'width':
      return `The range ends beyond the ${about} bits that ${iommu.label} translates.`;
    case 'reserved': {
      const hit = iommu.reserved.find(r => r.from === about);
      return `The range crosses ${hit?.what ?? 'a reserved range'} at ${formatAddress(about)}.`;
    }
    case 'pa':
      return `The physical pieces are not made of ${formatSize(about)}, the smallest page of this IOMMU.`;
  }
};

/** One reason, with its head. */
export interface DmaReason {
  readonly title: string;
  readonly text: readonly Piece[];
}

const kernelName = ({ solution }: DmaFacts): string =>
  `Linux ${formatKernelVersion(solution.prepared.version)}`;

const pinReason = (facts: DmaFacts, mapped: DmaMapped): DmaReason => {
  const { scenario, solution, arch, length, memory, folio } = facts;
  const { version } = solution.prepared;
  const { smallPages } = scenario.view.labs.dma;
  const rules = pinRules(version, arch.page, smallPages);
  const { steps, compared, tests } = mapped.pinning;
  const pages = length / arch.page;
  const name = kernelName(facts);
  if (smallPages)
    return {
      title: 'Steps.',
      text: [
        { code: 'disable_hugepages' },
        ` makes every step one page, and every page a call of `,
        { code: 'iommu_map()' },
        `: ${formatCount(steps)}.`,
      ],
    };
  if (memory === 'bar') {
    const since = pinChanges.leaf;
    return rules.pfnStep === 'leaf'
      ? {
          title: 'Steps.',
          text: [
            `${name} looks a leaf up and takes all PFNs to its end: one step a leaf, ${formatCount(steps)}. ${steps === pages ? 'Every leaf is a page here, so that nothing is won over 6.14, which took a page a step. ' : `Up to 6.14 it took a page a step: ${formatCount(pages)}. `}`,
            { commit: since.commit },
          ],
        }
      : {
          title: 'Steps.',
          text: [
            `${name} takes one page a step, whatever leaf it lies in: ${formatCount(steps)}. Since 6.15 a step goes to the end of the leaf: ${formatCount(cpuLeaves(facts))} here. `,
            { commit: since.commit },
          ],
        };
  }
  const batches: readonly Piece[] =
    rules.batch === 1
      ? [`${name} pins one page a call: ${formatCount(steps)}. `]
      : [
          `One page holds ${formatCount(rules.batch)} pointers, so that a call of `,
          { code: 'pin_user_pages_remote()' },
          ` pins as many pages: ${many(steps, 'call')}. `,
        ];
  return {
    title: 'Steps.',
    text: [
      ...batches,
      ...(rules.counter === 'piece'
        ? ([
            `Inside a batch `,
            { code: 'num_pages_contiguous()' },
            ` compares ${formatCount(compared)} pointers and hands on ${many(tests, 'piece')} of ${formatSize(Math.min(folio, rules.batch * arch.page))} at most. `,
            { commit: pinChanges.piece.commit },
          ] as const)
        : [
            contains(version, { mainline: '6.17-rc1' })
              ? `Each of ${formatCount(tests)} pages is compared by itself: the counter was refused for 6.17-rc1 and came with 6.18.`
              : `Each of ${formatCount(tests)} pages is compared by itself; since 6.18 a contiguous piece is counted at once.`,
          ]),
    ],
  };
};

const faultReason = (facts: DmaFacts, mapped: DmaMapped): DmaReason => {
  if (facts.memory !== 'bar')
    return {
      title: 'Faults.',
      text: [
        `${many(mapped.faults, 'fault')} if nothing was touched before: one for each ${formatSize(facts.folio)}.`,
      ],
    };
  const { faults } = mapped;
  const leaves = cpuLeaves(facts);
  const cause =
    faults === 0
      ? 'mmap() itself filled the page table.'
      : faults < leaves
        ? `The first fault fills the whole mapping with ${formatCount(leaves)} entries.`
        : `A step that finds no leaf takes one fault and looks again: ${many(faults, 'fault')}.`;
  return { title: 'Faults.', text: [cause, ` The CPU has `, ...leavesPieces(facts.cpu.leaves), '.'] };
};

const runReason = (facts: DmaFacts, mapped: DmaMapped): DmaReason => {
  const { runs, calls } = mapped.pinning;
  const { folio, memory } = facts;
  const text: readonly Piece[] =
    runs === 1
      ? [
          memory === 'bar'
            ? 'The PFNs of a BAR follow each other, so that all of it is one run and one call of '
            : 'All of it lies in one piece: one call of ',
          { code: 'iommu_map()' },
          ` for ${formatSize(facts.length)}.`,
        ]
      : [
          `${many(runs, 'run')} of `,
          facts.scenario.view.labs.dma.smallPages ? formatSize(facts.arch.page) : formatSize(folio),
          ` and ${many(calls, 'call')} of `,
          { code: 'iommu_map()' },
          memory === 'bar' ? '.' : ': folios lie apart from each other.',
        ];
  return { title: 'Runs.', text };
};

const sizeReason = (facts: DmaFacts, mapped: DmaMapped): DmaReason => {
  const { iova, pa, iommu, sizes } = facts;
  const got: readonly Piece[] = [`${iommu.label}: `, ...sizesPieces(mapped.sizes, facts.arch, 14), '. '];
  const spread = mapped.sizes.filter(s => repeats(iommu, s.size) > 1);
  const again: readonly Piece[] =
    spread.length === 0
      ? []
      : [
          ` A size between two levels is written into neighbours alike: ${many(mapped.tables.entries, 'entry', 'entries')} in all.`,
        ];
  const { best } = mapped;
  if (pa === undefined || best === undefined) {
    const largest = sizes.findLast(z => z <= facts.folio) ?? 0;
    const off = largest === 0 ? 0 : mod(iova, largest);
    return {
      title: 'IOMMU.',
      text: [
        ...got,
        off === 0
          ? 'The IOVA is a multiple of the folio, so that each gets the largest entry that fits.'
          : `The IOVA is ${formatSize(off)} off a multiple of ${formatSize(largest)}, so that no folio gets an entry of that size.`,
        ...again,
      ],
    };
  }
  return {
    title: 'IOMMU.',
    text: [
      ...got,
      best.residue === 0
        ? `IOVA and PA agree modulo ${formatSize(best.size)}, the largest entry that fits: no IOVA does better.`
        : `IOVA − PA is ${formatSize(best.residue)} modulo ${formatSize(best.size)}: not one entry of that size, where ${formatCount(best.leaves)} in all would do.`,
      ...again,
    ],
  };
};

/** What one step of the pin loop takes in: leaves where the kernel goes to the end of one, else pages. */
export const stepsOver = ({ scenario, solution, arch, memory }: DmaFacts): string => {
  const { pfnStep } = pinRules(solution.prepared.version, arch.page, scenario.view.labs.dma.smallPages);
  return memory === 'bar' && pfnStep === 'leaf' ? 'the CPU’s leaves' : 'the CPU’s pages';
};

/** Why the figures are what they are, in the order of the work. */
export const reasonsOf = (facts: DmaFacts, mapped: DmaMapped): readonly DmaReason[] => [
  pinReason(facts, mapped),
  faultReason(facts, mapped),
  runReason(facts, mapped),
  sizeReason(facts, mapped),
];

/** What iommufd does with the same memory, in sentences. */
export const iommufdWords = (facts: DmaFacts): readonly (readonly Piece[])[] => {
  const { arch, solution, length, memory, folio, sizes, pa, cpu } = facts;
  const { version } = solution.prepared;
  const pmd = arch.pmdSize;
  const first = (address: number): number => autoAlignment(version, address, length, pmd, arch.page);
  /** Entries where iommufd's own choice is a multiple of `align` and of no more. */
  const entries = (align: number): string => {
    const count = iommuLeafCount(iommuLeaves(sizes, align, pa ?? 0, length));
    return count === 0 ? 'none' : formatCount(count);
  };
  if (memory === 'bar') {
    const align = first(0);
    return [
      [
        { code: 'IOMMU_IOAS_MAP' },
        ' of this VA fails with ',
        { code: 'EFAULT' },
        ': iommufd pins pages, and a BAR has none. Only type1 looks leaves up.',
      ],
      hasDmabuf(version)
        ? [
            { code: 'IOMMU_IOAS_MAP_FILE' },
            ' of a dma-buf that vfio-pci exports (6.19): one physical range, so no CPU leaves, no faults, no steps and one call. The entries follow from IOVA and PA just the same.',
          ]
        : [`${kernelName(facts)} has no other way; vfio-pci exports BARs as dma-buf since 6.19.`],
      ...(hasDmabuf(version)
        ? [
            [
              `Left to choose an IOVA, it gives a multiple of ${formatSize(align)} and asks nothing of the physical address: ${entries(align)} IOMMU entries if it is a multiple of no more.`,
            ],
          ]
        : []),
    ];
  }
  const { pins, runs, batches } = iommufdFolios(length / arch.page, folio / arch.page);
  const align = first(cpu.va);
  return [
    [
      `${many(pins, 'call')} to pin, ${formatCount(IOMMUFD_PIN_PAGES)} pages at most each; ${many(runs, 'run')} in ${many(batches, 'batch', 'batches')}, each run one `,
      { code: 'iommu_map()' },
      '. Pages are compared by PFN, one by one.',
    ],
    [
      `Left to choose an IOVA, it gives a multiple of ${formatSize(align)}: no more than the VA is, nor than a PMD.`,
    ],
  ];
};

/** The verdict as it is spoken. */
export const spokenDma = (facts: DmaFacts | undefined): string => {
  if (facts === undefined) return 'No BAR is mapped, so that there is nothing to map for DMA.';
  const { result } = facts;
  if (!result.ok) return `Refused with ${result.errno}. ${refusalWords(result, facts)}`;
  return `${many(result.pinning.steps, 'step')}, ${many(result.faults, 'fault')}, ${many(result.leaves, 'IOMMU entry', 'IOMMU entries')}: ${plain(sizesPieces(result.sizes, facts.arch))}. The CPU has ${leavesText(facts.cpu.leaves)}.`;
};
