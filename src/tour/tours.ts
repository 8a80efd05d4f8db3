import type { LeafKind } from '../arch/arch.ts';
import { type PolicyId, type PolicySource, policyOf, sourceUrl } from '../placement/policies.ts';
import { GiB, MiB } from '../units.ts';
import type { Claim, Figure } from './claims.ts';
import type { Scene, Tour } from './tour.ts';

/** The tours that come with the app, in the order of the menu; a name is never reused. */
export const tourIds = [
  'bar',
  'rule',
  'leak',
  'six',
  'granules',
  'msix',
  'odd',
  'order',
  'dma',
  'stars',
  'zap',
] as const;
export type TourId = (typeof tourIds)[number];

/** A scene whose numbers are claims: tours.test.ts asks the engine for each of them. */
export interface ShippedScene extends Scene {
  readonly claims: readonly Claim[];
}

/** A tour that comes with the app. */
export interface ShippedTour extends Tour {
  readonly scenes: readonly ShippedScene[];
  /** What it shows, in a sentence, for the menu. */
  readonly about: string;
  /** Numbers of its title and of that sentence which no scene has. */
  readonly claims: readonly Claim[];
}

const says = (text: string, of: Figure): Claim => ({ says: text, of });
const leaves = (text: string, leaf: LeafKind, part?: number): Claim =>
  says(text, { kind: 'leaves', leaf, ...(part === undefined ? {} : { part }) });
const off = (text: string, leaf: LeafKind, part?: number): Claim =>
  says(text, { kind: 'residue', leaf, ...(part === undefined ? {} : { part }) });
const size = (text: string, leaf: LeafKind): Claim => says(text, { kind: 'leaf size', leaf });
/** VA and PA agree modulo a size, which the words name. */
const agrees = (text: string, bytes: number, part?: number): Claim =>
  says(text, { kind: 'agrees', size: bytes, ...(part === undefined ? {} : { part }) });
const faults = (text: string): Claim => says(text, { kind: 'faults' });
const all = (text: string): Claim => says(text, { kind: 'all leaves' });
const pinSteps = (text: string): Claim => says(text, { kind: 'pin steps' });
const length = (text: string): Claim => says(text, { kind: 'length' });
const kernel = (text: string): Claim => says(text, { kind: 'kernel' });
const best = (text: string): Claim => says(text, { kind: 'best' });
const release = (text: string, commit: string, stable?: string): Claim =>
  says(text, { kind: 'release', commit, ...(stable === undefined ? {} : { stable }) });
const year = (text: string, policy: PolicyId): Claim => says(text, { kind: 'year', policy });
const series = (text: string): Claim => says(text, { kind: 'series' });
const elsewhere = (text: string, link: string, figure: Figure): Claim =>
  says(text, { kind: 'of', link, figure });

const commit = (id: string): string => `https://git.kernel.org/linus/${id}`;
const lore = (id: string): string => `https://lore.kernel.org/r/${id}`;
const url = (source: PolicySource | undefined): readonly string[] =>
  source === undefined ? [] : [sourceUrl(source)];
const DMA_COVER = '20250205231728.2527186-1-alex.williamson@redhat.com';
const PIGHIN = 'https://lore.kernel.org/r/20260616180129.160016-1-anthony.pighin@nokia.com/t/';

/** GB200's memory, which is no power of two, behind one policy or another. */
const odd = (policy: string): string => `#1&${policy}whole=2@0x1000_0000_0000+0x2f_00f0_0000`;
const cut = (policy: string, part: number): string =>
  `#1&${policy}whole=0@4G-64M+16M&holes=4M+64K${part === 1 ? '' : `&part=${part}`}`;
const EA = 'whole=0@0x3800_0010_0000+64M';
const HINT = 'hint=0x7f42_4000_0000';

/** The tours. Captions are in words of our own; what a number means is asked of the engine. */
export const tours: Readonly<Record<TourId, ShippedTour>> = {
  bar: {
    title: 'A 2 GiB BAR, three ways',
    about: 'One request, three placements: 524,288 leaves, 1,024, or 2.',
    claims: [says('three', { kind: 'different leaves', links: ['today', 'lts', '#1&p=xu1'] })],
    sources: [PIGHIN, ...url(policyOf('xu1').source), commit('34d7cf637c43')],
    scenes: [
      {
        link: 'today',
        title: 'What mmap() gives a BAR today',
        caption:
          'VA and PA disagree modulo 1 GiB and modulo 2 MiB. So every page needs a leaf of its own: 524,288.',
        predict: {
          question: 'A 2 GiB BAR, mapped whole on Linux 7.3. How many leaves?',
          choices: ['2', '1,024', '524,288'],
          answer: 2,
        },
        notes:
          'Read the red arrows: from a VA boundary to the next PA boundary. Both sizes miss. The hardware could do it with 2 leaves; nothing but the address is in the way.',
        claims: [
          size('1 GiB', 'pud'),
          size('2 MiB', 'pmd'),
          leaves('524,288', 'pte'),
          length('2 GiB'),
          kernel('7.3'),
          best('2'),
        ],
      },
      {
        link: 'lts',
        title: 'Aligned to 2 MiB',
        caption:
          'Congruent modulo 2 MiB: the 2 MiB teeth meet, and 1,024 leaves do. Modulo 1 GiB it is still 320 MiB off.',
        notes:
          '6.12 long-term still aligns files without a hook, by the length. Watch which comb moves: only VA.',
        claims: [
          agrees('2 MiB', 2 * MiB),
          leaves('1,024', 'pmd'),
          size('1 GiB', 'pud'),
          off('320 MiB', 'pud'),
          series('6.12'),
        ],
      },
      {
        link: '#1&p=xu1',
        title: 'Aligned to the physical address',
        caption: 'VA ≡ PA modulo 1 GiB. The zipper shuts: 2 leaves, 2 faults, and one page table.',
        predict: {
          question: 'Start the mapping where VA ≡ PA modulo 1 GiB. How many faults to touch it all?',
          choices: ['2', '512', '1,024'],
          answer: 0,
        },
        notes:
          'The first series of June 2025. The price is the hole above the mapping: address space, of which there are 128 TiB.',
        claims: [
          agrees('1 GiB', GiB),
          leaves('2', 'pud'),
          faults('2'),
          all('2'),
          year('2025', 'xu1'),
          says('128 TiB', { kind: 'user space' }),
        ],
      },
    ],
  },
  rule: {
    title: 'Why VA alignment alone is not the rule',
    about: 'A perfectly round address that wins nothing, and an odd one that is right.',
    claims: [],
    sources: [...url(policyOf('xu1').source), ...url(policyOf('thp').source)],
    scenes: [
      {
        link: 'offset',
        title: 'The roundest address there is',
        caption: 'VA is a multiple of 1 GiB, PA is 4 KiB further. They never agree: 524,287 PTE leaves.',
        predict: {
          question: 'VA at a multiple of 1 GiB, the mapping begins 4 KiB into the BAR. Which leaves?',
          choices: ['1 GiB ones', '2 MiB ones', 'PTEs only'],
          answer: 2,
        },
        notes: 'Both combs are perfect, each by itself. The arrow is one page short of the whole pitch.',
        claims: [size('1 GiB', 'pud'), says('4 KiB', { kind: 'offset' }), leaves('524,287', 'pte')],
      },
      {
        link: '#1&off=4K&len=2G-4K&hint=0x7f42_4000_1000',
        title: 'A page further, no longer round',
        caption:
          'VA moves up by 4 KiB, as PA is. Now they agree: 1 PUD leaf, 511 PMD and 511 PTE leaves for the cut block.',
        notes: 'The address is a multiple of nothing but the page. Only VA − PA counts.',
        claims: [
          says('4 KiB', { kind: 'offset' }),
          leaves('1', 'pud'),
          leaves('511', 'pmd'),
          leaves('511', 'pte'),
        ],
      },
      {
        link: `#1&p=thp&${EA}`,
        title: 'Aligned to the file offset, to no use',
        caption:
          'A BAR that lies 1 MiB off its natural place: congruent to the offset is not congruent to PA. 16,384 PTE leaves.',
        notes:
          'Enhanced Allocation can place a BAR so. Policies that look at the file offset trust that a BAR lies at a multiple of its size.',
        claims: [off('1 MiB', 'pmd'), leaves('16,384', 'pte')],
      },
      {
        link: `#1&p=xu1&${EA}`,
        title: 'Aligned to PA',
        caption:
          'The same BAR against its physical address: 31 PMD leaves, and PTEs only where the ends are cut.',
        notes:
          'The rule is VA ≡ PA modulo the leaf, on a whole block. Length, offset and VA alone decide nothing.',
        claims: [leaves('31', 'pmd')],
      },
    ],
  },
  leak: {
    title: 'The leak of 6.10 and its end in 6.13',
    about: 'How device files came to be aligned by accident, and how that ended.',
    claims: [],
    sources: [
      commit('ed48e87c7df3'),
      commit('d71a989cf5d9'),
      commit('f9e54c3a2f5b'),
      commit('09dfc8a5f2ce'),
      commit('34d7cf637c43'),
    ],
    scenes: [
      {
        link: '#1&k=6.9',
        title: 'Linux 6.9: nothing is aligned, nobody minds',
        caption:
          '524,288 PTE leaves, but 1 fault: vfio-pci fills the whole VMA on the first touch. The address does not matter.',
        notes: 'fullRemap since 5.8 (11c4cd07ba11). Cheap in faults, dear in page tables.',
        claims: [kernel('6.9'), leaves('524,288', 'pte'), faults('1'), release('5.8', '11c4cd07ba11')],
      },
      {
        link: '#1&k=6.10',
        title: 'Linux 6.10: the leak',
        caption:
          'A clean-up lets THP alignment reach files without a hook, devices too. VA ≡ PA modulo 2 MiB, and still 524,288 PTEs.',
        notes:
          'ed48e87c7df3 moved the default test behind “no hook”. Nobody asked for it, and vfio-pci inserts PTEs only, so it wins nothing yet: 1 fault inserts all of them (fullInsert, d71a989cf5d9).',
        claims: [
          release('6.10', 'ed48e87c7df3'),
          agrees('2 MiB', 2 * MiB),
          leaves('524,288', 'pte'),
          faults('1'),
        ],
      },
      {
        link: '#1&k=6.12.10',
        title: 'Linux 6.12: the accident pays',
        caption: 'vfio-pci learns huge leaves, one a fault. The stray alignment is worth 1,024 PMD leaves.',
        predict: {
          question: 'Linux 6.12 maps huge leaves, one a fault. The stray alignment is still there. Faults?',
          choices: ['1', '1,024', '524,288'],
          answer: 1,
        },
        notes:
          'f9e54c3a2f5b, 6.12-rc1. Before 6.12.10 nobody checked the PFN: see the lesson on corrupt leaves.',
        claims: [
          release('6.12', 'f9e54c3a2f5b'),
          leaves('1,024', 'pmd'),
          faults('1,024'),
          says('6.12-rc1', { kind: 'release', commit: 'f9e54c3a2f5b', rc: true }),
          release('6.12.10', '09dfc8a5f2ce', '6.12'),
        ],
      },
      {
        link: '#1&k=6.13',
        title: 'Linux 6.13: the leak is closed',
        caption: '34d7cf637c43 keeps alignment from files that did not ask. A fault a page remains: 524,288.',
        predict: {
          question: 'Linux 6.13 closes the leak, and keeps one fault a leaf. Faults now?',
          choices: ['1', '1,024', '524,288'],
          answer: 2,
        },
        notes:
          'Right as a fix, and a regression for devices: up to 6.11 the whole VMA cost one fault, now each page costs a trap.',
        claims: [
          release('6.13', '34d7cf637c43'),
          faults('524,288'),
          elsewhere('6.11', '#1&k=6.11', { kind: 'kernel with faults', faults: 1 }),
        ],
      },
      {
        link: 'lts',
        title: '6.12 long-term keeps it',
        caption:
          'The fix was not taken to 6.12.y: Linux 6.12.117 still aligns a BAR, and gives 1,024 leaves.',
        notes: 'So an upgrade from 6.12 to 6.18 multiplies the faults of one and the same program by 512.',
        claims: [
          kernel('6.12.117'),
          leaves('1,024', 'pmd'),
          series('6.12'),
          elsewhere('6.18', '#1&k=6.18', { kind: 'kernel' }),
          elsewhere('512', '#1&k=6.18', { kind: 'times the faults of', link: 'lts' }),
        ],
      },
    ],
  },
  six: {
    title: 'Six proposals on one request',
    about: 'Who aligns, to what, and where they part ways.',
    claims: [says('six', { kind: 'proposals' })],
    sources: [
      ...url(policyOf('thp').source),
      ...url(policyOf('xu1').source),
      ...url(policyOf('xu2').source),
      ...url(policyOf('jg').source),
      PIGHIN,
    ],
    scenes: [
      {
        link: '#1&s=compare&rows=policies&pin=none',
        title: 'One request, every proposal',
        caption:
          'A 2 GiB BAR, hint 0. Each row is a kernel patch or a program; read its leaves and its faults.',
        notes:
          'Six ideas: the THP helper, a hook of vfio, an order from the driver, its closest leaf, the core by length, the core with the first PFN.',
        claims: [
          length('2 GiB'),
          says('0', { kind: 'of', link: '#1&p=xu1', figure: { kind: 'residue', leaf: 'pud' } }),
          says('six', { kind: 'proposals' }),
        ],
      },
      {
        link: '#1&p=thp',
        title: 'The THP helper in vfio',
        caption: 'The hook that ext4 has: congruent modulo 2 MiB and no more. 1,024 PMD leaves.',
        notes: 'A. Pighin, June 2026. A. Williamson’s objection in the thread: it never aims at 1 GiB.',
        claims: [agrees('2 MiB', 2 * MiB), leaves('1,024', 'pmd'), year('2026', 'thp'), size('1 GiB', 'pud')],
      },
      {
        link: '#1&p=xu1',
        title: 'The other five agree here',
        caption:
          'Xu’s hook, Xu’s order, Gunthorpe’s closest leaf, Wilcox’s length, the first PFN: all 5 give 2 PUD leaves.',
        predict: {
          question: 'Five other proposals, the same 2 GiB request. What do they get?',
          choices: ['All of them 2 PUD leaves', 'Two of them PUD leaves', 'None of them PUD leaves'],
          answer: 0,
        },
        notes: 'On a plain request they cannot be told apart. The next scenes are where they can.',
        claims: [
          says('5', {
            kind: 'same leaves',
            links: ['#1&p=xu1', '#1&p=xu2', '#1&p=jg', '#1&p=mw', '#1&p=spfn'],
          }),
          says('five', {
            kind: 'same leaves',
            links: ['#1&p=xu1', '#1&p=xu2', '#1&p=jg', '#1&p=mw', '#1&p=spfn'],
          }),
          leaves('2', 'pud'),
          length('2 GiB'),
        ],
      },
      {
        link: `#1&p=xu2&${EA}`,
        title: 'Off its natural place: by offset',
        caption:
          'Whoever aligns to the file offset (Xu’s order, Gunthorpe, Wilcox, the helper) gets 16,384 PTE leaves.',
        notes: 'All four give the same here.',
        claims: [
          leaves('16,384', 'pte'),
          says('four', {
            kind: 'same leaves',
            links: ['xu2', 'jg', 'mw', 'thp'].map(p => `#1&p=${p}&${EA}`),
          }),
        ],
      },
      {
        link: `#1&p=spfn&${EA}`,
        title: 'Off its natural place: by first PFN',
        caption: 'Whoever knows the physical address (Xu’s hook, the first PFN) gets 31 PMD leaves.',
        notes: 'That is what the callback with the first PFN is for.',
        claims: [leaves('31', 'pmd')],
      },
    ],
  },
  granules: {
    title: 'arm64 and its granules',
    about: 'The same BAR on pages of 4 KiB, 16 KiB and 64 KiB.',
    claims: [],
    sources: [
      'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/arch/arm64/include/asm/pgtable-hwdef.h',
      ...url(policyOf('xu1').source),
    ],
    scenes: [
      {
        link: '#1&a=arm64-4k-48&as=bare',
        title: 'arm64 with 4 KiB pages',
        caption:
          'As on x86, 524,288 PTEs. But the best there is are 1,024 PMD leaves: no 1 GiB leaves for devices here.',
        notes: 'arm64 has the level, but not the option for huge PFN maps of PUD size.',
        claims: [
          size('4 KiB', 'pte'),
          leaves('524,288', 'pte'),
          best('1,024'),
          says('1 GiB', { kind: 'of', link: 'today', figure: { kind: 'leaf size', leaf: 'pud' } }),
        ],
      },
      {
        link: '#1&a=arm64-16k-47&as=bare&p=xu1',
        title: '16 KiB pages: the next leaf is 32 MiB',
        caption: 'With VA ≡ PA modulo 32 MiB: 64 leaves. Without, 131,072 PTEs.',
        notes: 'An address is right by luck once in 2,048.',
        claims: [
          size('16 KiB', 'pte'),
          size('32 MiB', 'pmd'),
          agrees('32 MiB', 32 * MiB),
          leaves('64', 'pmd'),
          elsewhere('131,072', '#1&a=arm64-16k-47&as=bare', { kind: 'leaves', leaf: 'pte' }),
          says('2,048', { kind: 'pages per leaf', leaf: 'pmd' }),
        ],
      },
      {
        link: '#1&a=arm64-64k-48&as=bare',
        title: '64 KiB pages: the next leaf is 512 MiB',
        caption: 'Nothing is aligned: 32,768 PTE leaves. An address is right by luck once in 8,192.',
        predict: {
          question: 'Pages of 64 KiB. How large is the next leaf?',
          choices: ['2 MiB', '32 MiB', '512 MiB'],
          answer: 2,
        },
        notes: 'A rule that says “align to 2 MiB” is worth nothing here.',
        claims: [
          size('64 KiB', 'pte'),
          size('512 MiB', 'pmd'),
          leaves('32,768', 'pte'),
          says('8,192', { kind: 'pages per leaf', leaf: 'pmd' }),
          elsewhere('2 MiB', 'today', { kind: 'leaf size', leaf: 'pmd' }),
        ],
      },
      {
        link: '#1&a=arm64-64k-48&as=bare&p=xu1',
        title: '64 KiB pages, aligned',
        caption: 'Congruent modulo 512 MiB: 4 leaves, 4 faults.',
        notes: 'The size has to come from the architecture, never from a constant.',
        claims: [size('64 KiB', 'pte'), agrees('512 MiB', 512 * MiB), leaves('4', 'pmd'), faults('4')],
      },
    ],
  },
  msix: {
    title: 'QEMU’s reservation and the MSI-X hole',
    about: 'A program that aligns for itself, and what a hole in the BAR does to it.',
    claims: [],
    sources: [...url(policyOf('qemu9').source), ...url(policyOf('qemu').source)],
    scenes: [
      {
        link: '#1&p=qemu9',
        title: 'QEMU 9.2 helps itself',
        caption:
          'It reserves more than it needs, trims to a round address, maps there with MAP_FIXED: 2 PUD leaves.',
        notes: '00b519c0bca0. The alignment is the lowest set bit of the size of the area.',
        claims: [leaves('2', 'pud'), says('9.2', { kind: 'text', text: policyOf('qemu9').label })],
      },
      {
        link: cut('p=qemu9&', 1),
        title: 'The MSI-X table cuts the BAR in two',
        caption: 'Before the hole of 64 KiB all is well: 2 PMD leaves.',
        notes:
          'The table’s pages are not mapped, so user space maps two areas, each with an mmap() of its own.',
        claims: [says('64 KiB', { kind: 'hole' }), leaves('2', 'pmd', 1)],
      },
      {
        link: cut('p=qemu9&', 2),
        title: 'Behind the hole',
        caption: 'Each area is aligned by its own size, wherever it lies: 1.94 MiB off, 3,056 PTE leaves.',
        predict: {
          question: 'Behind the hole of 64 KiB QEMU 9.2 aligns the rest by its own size. Which leaves?',
          choices: ['5 PMDs and some PTEs', '3,056 PTEs', '2 PMDs'],
          answer: 1,
        },
        notes: 'Aligned to what? A multiple of its size is not congruent to its place in the BAR.',
        claims: [
          says('64 KiB', { kind: 'hole' }),
          off('1.94 MiB', 'pmd', 2),
          leaves('3,056', 'pte', 2),
          says('9.2', { kind: 'text', text: policyOf('qemu9').label }),
        ],
      },
      {
        link: cut('p=qemu&', 2),
        title: 'One reservation for the whole region',
        caption:
          'Since 3863e47828d5 areas keep their distances in one reservation: 5 PMD and 496 PTE leaves.',
        notes: 'Congruent to the region’s offset. The PTEs are the block that the hole cut.',
        claims: [leaves('5', 'pmd', 2), leaves('496', 'pte', 2)],
      },
    ],
  },
  odd: {
    title: 'GB200’s odd size',
    about: 'Memory whose length is no power of two, and rules that read the alignment off the length.',
    claims: [],
    sources: [
      ...url(policyOf('qemu').source),
      ...url(policyOf('qemu9').source),
      ...url(policyOf('xu1').source),
      'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/drivers/vfio/pci/nvgrace-gpu/main.c',
    ],
    scenes: [
      {
        link: odd(''),
        title: '0x2f_00f0_0000 bytes of GPU memory',
        caption:
          'The length is 188 GiB and 15 MiB. Linux 7.3 aligns nothing: 49,286,912 PTE leaves, 376.78 MiB of tables.',
        notes: 'A sample address is used: the real base comes from ACPI.',
        claims: [
          says('0x2f_00f0_0000', { kind: 'length as address' }),
          says('188 GiB', { kind: 'whole of length', size: GiB }),
          says('15 MiB', { kind: 'length mod', size: GiB }),
          kernel('7.3'),
          leaves('49,286,912', 'pte'),
          says('376.78 MiB', { kind: 'table bytes' }),
        ],
      },
      {
        link: odd('p=qemu9&'),
        title: 'Aligned by the lowest bit of the size',
        caption:
          'The lowest set bit of the length is 1 MiB. QEMU 9.2 gets 96,263 PMD leaves: 2 MiB agrees by luck, 1 GiB does not.',
        predict: {
          question: 'QEMU 9.2 aligns to the lowest set bit of the length. How much is that?',
          choices: ['1 MiB', '2 MiB', '1 GiB'],
          answer: 0,
        },
        notes:
          'It asks for a multiple of 1 MiB. Here that happens to be one of 2 MiB as well; in another process it is PTEs.',
        claims: [
          says('1 MiB', { kind: 'lowest bit of length' }),
          says('9.2', { kind: 'text', text: policyOf('qemu9').label }),
          leaves('96,263', 'pmd'),
          size('2 MiB', 'pmd'),
          size('1 GiB', 'pud'),
        ],
      },
      {
        link: odd('p=qemu&'),
        title: 'Aligned by the next power of two',
        caption:
          'Rounded up, at most 1 GiB: 188 PUD leaves, 7 PMD and 256 PTE for the tail. 451 faults in place of 49,286,912.',
        notes: 'The same as Xu’s hook gets, and the best that any address allows.',
        claims: [
          size('1 GiB', 'pud'),
          leaves('188', 'pud'),
          leaves('7', 'pmd'),
          leaves('256', 'pte'),
          faults('451'),
          elsewhere('49,286,912', odd(''), { kind: 'faults' }),
        ],
      },
    ],
  },
  order: {
    title: 'The order of touches before 6.12.29',
    about: 'A perfect address, and still PTEs: who touched what first.',
    claims: [],
    sources: [commit('c1d9dac0db16'), commit('09dfc8a5f2ce')],
    scenes: [
      {
        link: `#1&k=6.12.28&${HINT}`,
        title: 'Touched upwards',
        caption: 'Linux 6.12.28, VA ≡ PA modulo 1 GiB. From the first byte on: 2 faults, 2 PUD leaves.',
        notes: 'The fault address is the first byte of a block each time, so the test on it succeeds.',
        claims: [kernel('6.12.28'), agrees('1 GiB', GiB), faults('2'), leaves('2', 'pud')],
      },
      {
        link: 'touch',
        title: 'Touched downwards',
        caption:
          'From the last page down: 524,288 faults. The test looked at the address touched, not at its block.',
        predict: {
          question: 'The same mapping, touched from the last page down. Faults?',
          choices: ['2', '1,024', '524,288'],
          answer: 2,
        },
        notes:
          'The fault falls back to a PTE; its table then stands where the huge leaf would go, and every neighbour is a PTE too.',
        claims: [faults('524,288')],
      },
      {
        link: `#1&k=6.12.29&${HINT}&t=desc`,
        title: 'Linux 6.12.29: rounded down first',
        caption:
          'c1d9dac0db16 rounds the address down to the leaf before it tests. Downwards or upwards: 2 faults.',
        notes: 'Mainline 6.15, and 6.14.7. From here on the order does not matter.',
        claims: [
          release('6.12.29', 'c1d9dac0db16', '6.12'),
          faults('2'),
          release('6.15', 'c1d9dac0db16'),
          release('6.14.7', 'c1d9dac0db16', '6.14'),
        ],
      },
    ],
  },
  dma: {
    title: 'DMA steps',
    about: 'VFIO_IOMMU_MAP_DMA walks the mapping leaf by leaf.',
    claims: [],
    sources: [commit('0fd06844de5d'), lore(DMA_COVER)],
    scenes: [
      {
        link: 'today',
        title: 'MAP_DMA of a badly placed BAR',
        number: { figure: '524,288', what: 'steps' },
        caption:
          'Each leaf is a fault and a step of the walk: 524,288 of them before the guest’s device has its memory.',
        notes:
          'Type1, since 0fd06844de5d: from a PFN to the end of the leaf is one step. A BAR is mapped and unmapped several times while a guest boots.',
        claims: [pinSteps('524,288')],
      },
      {
        link: '#1&p=xu1',
        title: 'MAP_DMA of a well placed one',
        number: { figure: '2', what: 'steps' },
        caption: 'The same walk in 2 steps.',
        predict: {
          question: 'The same BAR, VA ≡ PA modulo 1 GiB. Steps?',
          choices: ['2', '1,024', '524,288'],
          answer: 0,
        },
        notes:
          'The cover of the series tells of about a second for 32 GiB, and less than a millisecond after it.',
        claims: [
          pinSteps('2'),
          agrees('1 GiB', GiB),
          says('32 GiB', { kind: 'published size', message: DMA_COVER }),
        ],
      },
      {
        link: '#1&s=labs&lab=dma',
        title: 'What the IOMMU gets',
        caption:
          'IOMMU leaves follow IOVA and PA alone. A bad VA costs faults and steps, never IOMMU leaves.',
        notes: 'A guest’s BAR and the host’s are both at multiples of their size, so the two agree.',
        claims: [],
      },
    ],
  },
  stars: {
    title: 'The stars align',
    about: 'struct pages that touch while their frames do not.',
    claims: [],
    sources: [
      commit('929bf010e059'),
      commit('84efbefa26df'),
      lore('20250710085355.54208-1-lizhe.67@bytedance.com'),
    ],
    scenes: [
      {
        link: '#1&s=labs&lab=pages&mem=M1',
        title: 'Pointers touch, frames do not',
        number: { figure: '8', what: 'pages by their pointers, 4 in truth' },
        caption:
          'Sections beside a hole, memmaps handed out one after the other: 4 pages in truth, 8 by their pointers.',
        predict: {
          question: 'Comparing struct page pointers, how many pages look contiguous?',
          choices: ['1', '4', '8'],
          answer: 2,
        },
        notes: 'Not luck: in 6.12 one buffer per node is handed out in section order at boot, holes or not.',
        claims: [
          says('4', { kind: 'counted', preset: 'M1', by: 'truth' }),
          says('8', { kind: 'counted', preset: 'M1', by: 'V2' }),
          says('6.12', { kind: 'memmap of', preset: 'M1' }),
        ],
      },
      {
        link: '#1&s=labs&lab=pages&mem=M2',
        title: 'No hole, and still a stop',
        number: { figure: '4', what: 'pages a call, 8 in truth' },
        caption:
          'num_pages_contiguous() of Linux 6.18 stops at every section: 4 where 8 are true. Short, and never wrong.',
        notes: 'A short answer costs another call. 929bf010e059.',
        claims: [
          release('6.18', '929bf010e059'),
          says('4', { kind: 'counted', preset: 'M2', by: 'V5' }),
          says('8', { kind: 'counted', preset: 'M2', by: 'truth' }),
        ],
      },
    ],
  },
  zap: {
    title: 'The zap race',
    about: 'Why vfio-pci maps by fault and not in mmap().',
    claims: [],
    sources: [PIGHIN, commit('c50ca15dd496'), commit('ac0a3fc9c07d')],
    scenes: [
      {
        link: '#1&s=labs&lab=zap&zd=A&zs=mzzzzzzzmmm',
        title: 'Populate in mmap(), then link',
        caption:
          'A zap before the link finds no VMA, and the leaf stays: 65 orders of 80 leave a stale leaf.',
        notes: 'A stale leaf is access to a device whose memory is switched off.',
        claims: [
          says('65', { kind: 'race', design: 'A', ending: 'stale' }),
          says('80', { kind: 'orders', design: 'A' }),
        ],
      },
      {
        link: '#1&s=labs&lab=zap&zd=B',
        title: 'Check under the driver’s lock, then link',
        caption:
          'The check is right when it is made. In 10 orders of 21 the zap runs between it and the link.',
        predict: {
          question: 'Populate under the driver’s lock if no zap is on, then link. Is that safe?',
          choices: ['Yes, the lock decides', 'No, a zap fits between'],
          answer: 1,
        },
        notes: 'The race of the thread: the zap walks an rmap that does not lead to the VMA yet.',
        claims: [
          says('10', { kind: 'race', design: 'B', ending: 'stale' }),
          says('21', { kind: 'orders', design: 'B' }),
        ],
      },
      {
        link: '#1&s=labs&lab=zap&zd=F',
        title: 'Hold the rmap lock throughout',
        caption: 'Mapper and zapper take two locks in opposite order: 10 orders end in a deadlock.',
        notes: 'Hidden from the rmap until complete, and a hook that takes the driver’s lock.',
        claims: [says('10', { kind: 'race', design: 'F', ending: 'deadlock' })],
      },
      {
        link: '#1&s=labs&lab=zap&zd=C',
        title: 'Link, then fault under the lock',
        caption:
          'All 21 orders end well: an earlier zap is seen, a later one finds the leaf. This is what vfio-pci does.',
        notes: 'And after the zap only a fault can bring the leaves back.',
        claims: [
          says('21', { kind: 'race', design: 'C', ending: 'good' }),
          says('21', { kind: 'orders', design: 'C' }),
        ],
      },
    ],
  },
};
