import type { LabId } from '../../src/scenario/scenario.ts';

/** The labs, as their switch and the header call them. */
export const labNames: Readonly<Record<LabId, string>> = {
  dma: 'DMA mapping',
  pages: 'struct page contiguity',
  zap: 'Zap against mmap',
};
