import type { LeafKind } from '../../../src/arch/arch.ts';
import type { DeviceAnswer } from '../../../src/solve.ts';

/** One leaf size, and whether the mapping has it. */
export interface Fit {
  readonly kind: LeafKind;
  readonly size: number;
  /** A sound leaf of this size, or of a larger one, is there. */
  readonly there: boolean;
}

/** Every leaf size of the architecture, large to small, judged by the leaves that are really there. */
export const fitsOf = (device: DeviceAnswer, leaves = device.leaves): readonly Fit[] =>
  [...device.rules.verdicts, { kind: 'pte' as const, size: device.rules.page }].map(({ kind, size }) => ({
    kind,
    size,
    there: leaves.some(run => run.size >= size && !run.corrupt),
  }));
