import type { LabId, Scenario } from '../../src/scenario/scenario.ts';
import { writeSize } from '../ui/BytesField.tsx';

/** The labs, as their switch and the header call them. */
export const labNames: Readonly<Record<LabId, string>> = {
  dma: 'DMA mapping',
  pages: 'struct page contiguity',
  zap: 'Zap against mmap',
};

/** What the lab shown is about, in a line, for the header; undefined: the scene. */
export const labCaption = ({ request, view }: Scenario): string | undefined => {
  const { lab, dma } = view.labs;
  if (lab !== 'dma') return labNames[lab];
  return dma.memory === 'bar' ? undefined : `${writeSize(request.length)} of ordinary memory`;
};
