import { GiB, TiB } from '../units.ts';

/** Something that was measured or counted in public. */
export interface Published {
  readonly claim: string;
  /** Who, where and when. */
  readonly source: string;
  /** A commit of mainline, or the Message-ID under which lore.kernel.org has it. */
  readonly commit?: string;
  readonly message?: string;
}

/** A size of BAR, and what was published about it. */
export interface DmaPreset {
  readonly size: number;
  readonly published: readonly Published[];
}

/** The sizes the threads speak of. */
export const dmaPresets: readonly DmaPreset[] = [
  {
    size: 2 * GiB,
    published: [
      {
        claim: '524,288 faults against 1,024; “orders of magnitude” in MAP_DMA time',
        source: 'A. Pighin, 16 June 2026',
      },
    ],
  },
  {
    size: 32 * GiB,
    published: [
      {
        claim: 'about 1 s before, under 1 ms after: 8M steps to 32, on 1 GiB leaves',
        source: 'A. Williamson, 5 February 2025',
        commit: '0fd06844de5d',
        message: '20250205231728.2527186-1-alex.williamson@redhat.com',
      },
    ],
  },
  {
    size: 128 * GiB,
    published: [
      {
        claim:
          'four such BARs: about 2 s for each write that turns memory decode on or off, 2 minutes of boot',
        source: 'M. Augustin, 25 November 2024',
      },
    ],
  },
  { size: TiB, published: [] },
];

/** What was published about ordinary memory, 16 GiB of it. */
export const publishedMemory: readonly Published[] = [
  {
    claim:
      'hugetlb: 0.052 s to 0.031 s with the counter; THP: 0.047 s to 0.027 s; 4 KiB pages: 0.280 s to 0.261 s',
    source: 'Li Zhe, 10 July 2025',
    message: '20250710085355.54208-1-lizhe.67@bytedance.com',
  },
  {
    claim: 'batches of 512 pages in place of one: guest memory pinned about 8 % faster',
    source: 'D. Jordan, February 2021',
    commit: '4d83de6da265',
  },
];

/** What was published about BARs of other sizes. */
export const publishedBars: readonly Published[] = [
  {
    claim:
      '16 GiB: 0.4 s to 1.5 µs, when old kernels took a PFN map to be contiguous without looking at each page',
    source: 'Jason Cai',
    commit: '356e88ebe447',
  },
  {
    claim:
      'about 64 GiB, from 6.9 to 6.13: RCU stalls and soft lockups where VA was aligned to 4 KiB alone, none where it was to 2 MiB',
    source: 'A. Mastro, 29 May 2025',
  },
];
