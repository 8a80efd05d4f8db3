import type { KernelFacts } from '../../src/kernel/facts.ts';
import { MAP } from '../../src/placement/flags.ts';
import { vfioOffset } from '../../src/placement/mmap.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** Why the offset of a request changes nothing; undefined: it does. */
export const idleOffset = ({ request }: Scenario, facts: KernelFacts): string | undefined => {
  if (request.file !== 'anon') return undefined;
  if (request.flags & MAP.SHARED) return 'Anonymous memory has no file: its offset is 0.';
  // For some releases the offset of private memory still decided how it was aligned.
  return facts.anonPgoffZero || facts.anonAlign === 'never'
    ? 'Anonymous memory has no file: the offset is ignored.'
    : undefined;
};

/** The offset in the file that byte `at` of the mapping shows, as the driver sees it; undefined without a file. */
export const fileOffsetAt = ({ request, device }: Scenario, at: number): number | undefined => {
  switch (request.file) {
    case 'anon':
      return request.flags & MAP.SHARED ? at : undefined;
    case 'vfio':
      return vfioOffset(device.bar.index, request.offset + at);
    default:
      return request.offset + at;
  }
};
