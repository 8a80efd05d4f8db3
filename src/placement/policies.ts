import type { KernelFacts } from '../kernel/facts.ts';
import { noMmuReason } from './policies/noMmu.ts';
import {
  cloudHypervisor,
  eachAsItComes,
  qemuByArea,
  qemuByRegion,
  type UserRule,
} from './policies/userSpace.ts';

/** The name of a policy in links. */
export type PolicyId =
  | 'shipped'
  | 'xu1'
  | 'xu2'
  | 'xu2pa'
  | 'jg'
  | 'jgh'
  | 'jgfull'
  | 'thp'
  | 'mw'
  | 'mwc'
  | 'mwcont'
  | 'mwcontc'
  | 'spfn'
  | 'spfnc'
  | 'qemu9'
  | 'qemu'
  | 'chv'
  | 'chv52'
  | 'nommu';

/** Where a policy can be read. */
export type PolicySource =
  /** a message in the archives of the kernel's lists; `thread`: somewhere in the thread that it began */
  | { readonly kind: 'mail'; readonly id: string; readonly thread: boolean }
  | { readonly kind: 'commit'; readonly project: 'qemu' | 'cloud-hypervisor'; readonly id: string }
  | { readonly kind: 'file'; readonly path: string };

/** What an address is meant to be congruent to, where the policy finds the room. */
export type CongruentTo =
  /** nothing is meant */
  | 'nothing'
  | 'file offset'
  | 'physical address'
  /** the offset in the region, by user space */
  | 'region offset'
  /** address 0: a multiple of the size, whatever the offset */
  | 'zero';

/** One side of a choice that a proposal leaves open. */
export interface Choice {
  readonly switch: string;
  readonly side: string;
}

interface PolicyBase {
  readonly id: PolicyId;
  readonly label: string;
  /** For narrow places. */
  readonly short: string;
  /** Who proposed it, or which programs or kernels have it. */
  readonly who: string;
  /** When it was posted or released, as year and month; undefined for the kernel itself. */
  readonly date: string | undefined;
  readonly source: PolicySource | undefined;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly congruentTo: CongruentTo;
  /** The policy whose other side this one is; undefined for the one that stands for all sides. */
  readonly of: PolicyId | undefined;
  /** The sides this one takes of choices that the proposal leaves open; empty where there is none. */
  readonly choices: readonly Choice[];
  /** The facts of a kernel with this policy built in; a program's rule changes none. */
  readonly apply: (facts: KernelFacts) => KernelFacts;
}

/** A way to decide where a VFIO mapping goes: the kernel's own, a proposal laid over it, or a program's. */
export type Policy = PolicyBase &
  (
    | { readonly kind: 'kernel'; readonly group: 'kernel' | 'proposal' }
    | { readonly kind: 'program'; readonly group: 'user space'; readonly rule: UserRule }
    | { readonly kind: 'none'; readonly group: 'none'; readonly reason: string }
  );

const mail = (id: string): PolicySource => ({ kind: 'mail', id, thread: false });
const thread = (id: string): PolicySource => ({ kind: 'mail', id, thread: true });
const XU1 = '20250613134111.469884-1-peterx@redhat.com';
const XU2 = '20251204151003.171039-1-peterx@redhat.com';
const PIGHIN = '20260616180129.160016-1-anthony.pighin@nokia.com';

const same = (facts: KernelFacts): KernelFacts => facts;
/** Proposals were written on kernels that align no file without hook, and replace that rule. */
const hooked =
  (vfioHook: KernelFacts['vfioHook']) =>
  (facts: KernelFacts): KernelFacts => ({ ...facts, unhookedAlign: 'never', vfioHook });
const byLength =
  (contiguous: boolean, cascade: boolean) =>
  (facts: KernelFacts): KernelFacts => ({
    ...facts,
    unhookedAlign: 'never',
    lengthAlign: { contiguous, cascade },
  });

const proposal = { kind: 'kernel', group: 'proposal', of: undefined, choices: [] } as const;
const program = { kind: 'program', group: 'user space', of: undefined, choices: [], apply: same } as const;

const toward = (side: string): readonly Choice[] => [{ switch: 'aligned to', side }];
const builtOn = (side: string): readonly Choice[] => [{ switch: 'built on', side }];
const retry = (side: string): Choice => ({ switch: 'if the largest finds no room', side });
const sizes = (side: string): Choice => ({ switch: 'sizes', side });
const GIVE_UP = 'place plainly';
const CASCADE = 'try the next smaller';
const LEVELS = 'PUD and PMD';
const CONTIGUOUS = 'contiguous runs too';

/** The policies, in the order of the menu; a variant follows the one it varies. */
export const policies: readonly Policy[] = [
  {
    kind: 'kernel',
    group: 'kernel',
    id: 'shipped',
    label: 'As shipped',
    short: 'Shipped',
    who: 'the kernel chosen above',
    date: undefined,
    source: undefined,
    about: 'What the chosen release does.',
    congruentTo: 'nothing',
    of: undefined,
    choices: [],
    apply: same,
  },
  {
    ...proposal,
    id: 'thp',
    label: 'THP helper in vfio',
    short: 'THP helper',
    who: 'A. Pighin, June 2026',
    date: '2026-06',
    source: mail(PIGHIN),
    about: 'VFIO files get the hook that ext4 has: congruent to the file offset modulo PMD_SIZE.',
    congruentTo: 'file offset',
    apply: hooked('thp'),
  },
  {
    ...proposal,
    id: 'xu1',
    label: 'vfio hook, align to PA',
    short: 'Xu v1',
    who: 'P. Xu v1, June 2025',
    date: '2025-06',
    source: mail(XU1),
    about: 'A device op places by the physical address, by PUD and then by PMD.',
    congruentTo: 'physical address',
    apply: hooked('peterxV1'),
  },
  {
    ...proposal,
    id: 'xu2',
    label: 'Mapping order from the driver',
    short: 'Xu v2',
    who: 'P. Xu v2, December 2025',
    date: '2025-12',
    source: mail(XU2),
    about:
      'get_mapping_order() names one order, and the core runs the THP helper with it, without hints only.',
    congruentTo: 'file offset',
    choices: toward('file offset'),
    apply: hooked('xu2'),
  },
  {
    ...proposal,
    id: 'xu2pa',
    label: 'Mapping order and physical offset',
    short: 'Xu v2, PA',
    who: 'P. Xu, June 2025',
    date: '2025-06',
    source: mail('aFsPwLB41_3VDvtY@x1.local'),
    about: 'The op also returns the page offset to align against, that of the physical address.',
    congruentTo: 'physical address',
    of: 'xu2',
    choices: toward('physical address'),
    apply: hooked('xu2pa'),
  },
  {
    ...proposal,
    id: 'jg',
    label: 'Closest leaf to the driver’s order',
    short: 'Gunthorpe',
    who: 'J. Gunthorpe, December 2025',
    date: '2025-12',
    source: mail('20251216185850.GH6079@nvidia.com'),
    about:
      'The driver names the order of its BAR; the core aligns to the largest leaf not above that order and the length.',
    congruentTo: 'file offset',
    choices: [...builtOn('vm_unmapped_area'), sizes('not above the length')],
    apply: hooked('jg'),
  },
  {
    ...proposal,
    id: 'jgh',
    label: 'Closest leaf, on the THP helper',
    short: 'Gunthorpe, helper',
    who: 'J. Gunthorpe, December 2025',
    date: '2025-12',
    source: mail('20251216185850.GH6079@nvidia.com'),
    about: 'The same leaf through the THP helper, which gives up where the range holds no whole block.',
    congruentTo: 'file offset',
    of: 'jg',
    choices: [...builtOn('the THP helper'), sizes('not above the length')],
    apply: hooked('jgh'),
  },
  {
    ...proposal,
    id: 'jgfull',
    label: 'The driver’s whole order',
    short: 'Gunthorpe, strict',
    who: 'J. Gunthorpe, December 2025',
    date: '2025-12',
    source: mail('20251216185850.GH6079@nvidia.com'),
    about: 'The largest leaf that the BAR’s order allows, however short the mapping.',
    congruentTo: 'file offset',
    of: 'jg',
    choices: [...builtOn('vm_unmapped_area'), sizes('however short the mapping')],
    apply: hooked('jgfull'),
  },
  {
    ...proposal,
    id: 'mw',
    label: 'The core aligns by length',
    short: 'Wilcox',
    who: 'M. Wilcox, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about:
      'No driver asks: every mapping of PUD_SIZE or PMD_SIZE and more is first searched for with that alignment.',
    congruentTo: 'file offset',
    choices: [retry(GIVE_UP), sizes(LEVELS)],
    apply: byLength(false, false),
  },
  {
    ...proposal,
    id: 'mwc',
    label: 'The core aligns by length, cascade',
    short: 'Wilcox, cascade',
    who: 'M. Wilcox, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about: 'The same, and a size that finds no room is followed by the next smaller one.',
    congruentTo: 'file offset',
    of: 'mw',
    choices: [retry(CASCADE), sizes(LEVELS)],
    apply: byLength(false, true),
  },
  {
    ...proposal,
    id: 'mwcont',
    label: 'The core aligns by length, CONT sizes',
    short: 'Wilcox, CONT',
    who: 'M. Wilcox, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about: 'The same, with the sizes of contiguous PTE and PMD runs.',
    congruentTo: 'file offset',
    of: 'mw',
    choices: [retry(GIVE_UP), sizes(CONTIGUOUS)],
    apply: byLength(true, false),
  },
  {
    ...proposal,
    id: 'mwcontc',
    label: 'The core aligns by length, CONT sizes, cascade',
    short: 'Wilcox, CONT, cascade',
    who: 'M. Wilcox, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about: 'Contiguous sizes, and smaller ones where a larger one finds no room.',
    congruentTo: 'file offset',
    of: 'mw',
    choices: [retry(CASCADE), sizes(CONTIGUOUS)],
    apply: byLength(true, true),
  },
  {
    ...proposal,
    id: 'spfn',
    label: 'The core knows the first PFN',
    short: 'Start PFN',
    who: 'J. Gunthorpe, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about:
      'A callback tells the core the first PFN; with the length that is enough to align to the physical address.',
    congruentTo: 'physical address',
    choices: [retry(GIVE_UP)],
    apply: hooked('spfn'),
  },
  {
    ...proposal,
    id: 'spfnc',
    label: 'The core knows the first PFN, cascade',
    short: 'Start PFN, cascade',
    who: 'J. Gunthorpe, June 2026',
    date: '2026-06',
    source: thread(PIGHIN),
    about: 'The same, and a size that finds no room is followed by the next smaller one.',
    congruentTo: 'physical address',
    of: 'spfn',
    choices: [retry(CASCADE)],
    apply: hooked('spfnc'),
  },
  {
    ...program,
    id: 'qemu',
    label: 'QEMU, whole region',
    short: 'QEMU 2026',
    who: 'QEMU since 3863e47828d5',
    date: '2026-02',
    source: { kind: 'commit', project: 'qemu', id: '3863e47828d5' },
    about: 'Reserves the whole region with room to spare, aligned to its size; areas keep their distances.',
    congruentTo: 'region offset',
    rule: qemuByRegion,
  },
  {
    ...program,
    id: 'qemu9',
    label: 'QEMU 9.2, each area',
    short: 'QEMU 9.2',
    who: 'QEMU 9.2 to 3863e47828d5',
    date: '2024-12',
    source: { kind: 'commit', project: 'qemu', id: '00b519c0bca0' },
    about:
      'Reserves each area by itself, aligned to the lowest bit of its size, wherever it lies in the region.',
    congruentTo: 'zero',
    rule: qemuByArea,
  },
  {
    ...program,
    id: 'chv',
    label: 'Cloud Hypervisor, each area',
    short: 'Cloud Hypervisor',
    who: 'Cloud Hypervisor since v53.0',
    date: '2026-06',
    source: { kind: 'commit', project: 'cloud-hypervisor', id: 'de4ff39f4dd5' },
    about:
      'Reserves each area by itself, aligned to the next power of two, wherever it lies in the region; at most 1 GiB.',
    congruentTo: 'zero',
    rule: cloudHypervisor,
  },
  {
    ...program,
    id: 'chv52',
    label: 'Left to the kernel, area by area',
    short: 'Cloud Hypervisor v52',
    who: 'Cloud Hypervisor up to v52.0',
    date: '2025-06',
    source: { kind: 'commit', project: 'cloud-hypervisor', id: '42522a88c022' },
    about: 'One mmap() an area, without hint: the kernel decides.',
    congruentTo: 'nothing',
    rule: eachAsItComes,
  },
  {
    kind: 'none',
    group: 'none',
    id: 'nommu',
    label: 'No MMU',
    short: 'No MMU',
    who: 'kernels without MMU',
    date: undefined,
    source: { kind: 'file', path: 'mm/nommu.c' },
    about: noMmuReason,
    congruentTo: 'nothing',
    of: undefined,
    choices: [],
    apply: same,
    reason: noMmuReason,
  },
];

const byId: ReadonlyMap<string, Policy> = new Map(policies.map(p => [p.id, p]));

/** The policy with this id. */
export const policyOf = (id: PolicyId): Policy => {
  const found = byId.get(id);
  if (!found) throw new Error(`no policy ${id}`);
  return found;
};

/** The address at which a source can be read. */
export const sourceUrl = (source: PolicySource): string => {
  switch (source.kind) {
    case 'mail':
      return `https://lore.kernel.org/r/${source.id}${source.thread ? '/t/' : ''}`;
    case 'commit':
      return source.project === 'qemu'
        ? `https://gitlab.com/qemu-project/qemu/-/commit/${source.id}`
        : `https://github.com/cloud-hypervisor/cloud-hypervisor/commit/${source.id}`;
    case 'file':
      return `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/${source.path}`;
  }
};
