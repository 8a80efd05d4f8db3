import type { AlignmentResult } from '../intake/facts.ts';
import { leafCount } from '../leaves/runs.ts';
import type { DeviceAnswer } from '../solve.ts';
import { type Bytes, bytes, GiB, MiB } from '../units.ts';
import type { PublicTest } from './diagnosis.ts';

/** The alignment that the public test expects of a length, in bytes, by x86's leaves. See docs/policies.md. */
export const multipleForSize = (size: number): Bytes =>
  bytes(size < 2 * MiB ? 4096 : size < GiB ? 2 * MiB : GiB);

/**
 * The alignment that it expects of a mapping from an offset to the end of the BAR, in bytes. The limits are above
 * 1 GiB and above 2 MiB, not from there on.
 */
export const multipleForOffset = (offset: number, length: number): Bytes => {
  const common = [2 * GiB, 4 * MiB].find(n => offset % n === 0 && length % n === 0);
  return bytes(common === undefined ? 4096 : common / 2 === GiB ? GiB : 2 * MiB);
};

/** How the rule of the public test judges a mapping, against the leaves that it gets. */
export const publicTest = (
  answer: DeviceAnswer,
  offset: number,
  log: AlignmentResult | undefined,
): PublicTest => {
  const { start, end } = answer.mapping;
  const length = end - start;
  const wanted = offset === 0 ? multipleForSize(length) : multipleForOffset(offset, length);
  const passes = start % wanted === 0;
  const fewest = leafCount(answer.leaves) === answer.best.leaves;
  return {
    wanted,
    passes,
    differs: passes === fewest ? undefined : passes ? 'multiple, not congruent' : 'congruent, no multiple',
    log: log?.passed === undefined ? undefined : { line: log.line, passed: log.passed },
  };
};
