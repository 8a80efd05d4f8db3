import { memo, useId, useState } from 'react';
import type { BitField } from '../../../src/arch/bitFields.ts';
import { formatCount, type Read, readBytes } from '../../../src/text.ts';
import type { Side } from '../../scenario/bits.ts';

export interface FieldBoxProps {
  readonly label: string;
  readonly spoken: string;
  readonly value: number;
  /** Bits of the field. */
  readonly width: number;
  readonly hex: boolean;
  readonly side: Side;
  readonly from: number;
  readonly to: number;
  /** Makes the edit, or says why not. */
  readonly onEdit: (side: Side, field: Pick<BitField, 'from' | 'to'>, value: number) => string | undefined;
}

const readField = (text: string, width: number): Read<number> => {
  const read = readBytes(text);
  if (!read.ok || read.value < 2 ** width) return read;
  return {
    ok: false,
    reason: `${width === 1 ? 'one bit holds' : `${width} bits hold`} at most ${formatCount(2 ** width - 1)}`,
  };
};

/**
 * One field of an address as a number. What cannot be read or done stays in the box, with the reason; Escape takes it
 * back.
 */
export const FieldBox = memo(
  ({ label, spoken, value, width, hex, side, from, to, onEdit }: FieldBoxProps) => {
    const id = useId();
    const [draft, setDraft] = useState<
      { readonly text: string; readonly over: number; readonly problem: string | undefined } | undefined
    >(undefined);
    // A draft belongs to the number it was typed over: undo and the crosshair end it.
    const live = draft?.over === value ? draft : undefined;
    const commit = (): void => {
      if (live === undefined) return;
      const read = readField(live.text, width);
      const problem = !read.ok
        ? read.reason
        : read.value === value
          ? undefined
          : onEdit(side, { from, to }, read.value);
      setDraft(problem === undefined ? undefined : { ...live, problem });
    };
    return (
      <div className="bits-box">
        <label htmlFor={id}>{label}</label>
        <input
          id={id}
          className="bytes"
          type="text"
          autoComplete="off"
          spellCheck={false}
          aria-label={spoken}
          aria-invalid={live?.problem !== undefined}
          aria-describedby={live?.problem === undefined ? undefined : `${id}-why`}
          value={live?.text ?? (hex ? `0x${value.toString(16)}` : String(value))}
          onChange={e => setDraft({ text: e.target.value, over: value, problem: undefined })}
          onFocus={e => e.target.select()}
          onBlur={() => {
            // What was refused already is let go with the field.
            if (live?.problem === undefined) commit();
            else setDraft(undefined);
          }}
          onKeyDown={e => {
            if (e.key === 'Enter') commit();
            if (e.key === 'Escape' && live !== undefined) {
              e.stopPropagation();
              setDraft(undefined);
            }
          }}
        />
        {live?.problem !== undefined && (
          <p id={`${id}-why`} className="bad">
            <span aria-hidden="true">✕ </span>
            {live.problem}
          </p>
        )}
      </div>
    );
  },
);
