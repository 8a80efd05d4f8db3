import type { LeafBit } from '../../../src/arch/bitFields.ts';
import { leafNames } from '../../../src/leaves/words.ts';
import { formatSize } from '../../../src/text.ts';

export interface VerdictProps {
  /** How many low bits agree, of how many. */
  readonly same: number;
  readonly top: number;
  /** VA and PA are one number. */
  readonly equal: boolean;
  readonly leaves: readonly LeafBit[];
  /** Why the last edit was not made; undefined: it was. */
  readonly refusal: string | undefined;
  readonly va: string;
  readonly pa: string;
}

/** What the bits say, in a sentence, or why an edit was refused. */
export const Verdict = ({ same, top, equal, leaves, refusal, va, pa }: VerdictProps) => {
  const next = leaves.find(l => l.bit > same);
  return (
    <div className="bits-verdict">
      <p>
        {equal || same >= top ? (
          <b>VA and PA agree in every bit shown.</b>
        ) : (
          <>
            <b>
              Congruent up to bit {same - 1}: modulo {formatSize(2 ** same)}.
            </b>{' '}
            {next === undefined ? (
              <>Bit {same} differs first; enough for every leaf size here.</>
            ) : (
              <span className="red">
                <span aria-hidden="true">✕ </span>Bit {same} differs: a {leafNames[next.kind]} of{' '}
                {formatSize(2 ** next.bit)} needs bits 0 to {next.bit - 1}.
              </span>
            )}
          </>
        )}
      </p>
      <p className="bits-at">
        VA <span className="value">{va}</span> PA <span className="value">{pa}</span>
      </p>
      <p className="bits-refusal bad" role="status">
        {refusal !== undefined && (
          <>
            <span aria-hidden="true">✕ </span>
            {refusal}
          </>
        )}
      </p>
    </div>
  );
};
