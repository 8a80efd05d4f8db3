import { memo } from 'react';
import type { Side } from '../../scenario/bits.ts';

export interface BitsProps {
  readonly from: number;
  readonly to: number;
  /** The name of the field, for the names of the bits. */
  readonly name: string;
  /** Numbers of the field on both sides; no VA above the uppermost level. */
  readonly va: number | undefined;
  readonly pa: number;
  /** Bits below this one agree. */
  readonly same: number;
  /** Where Tab leads to, if into this field. */
  readonly cursorSide: Side | undefined;
  readonly cursorBit: number;
}

const bitOf = (value: number, i: number): number => Math.floor(value / 2 ** i) % 2;

/** The digit is painted by CSS, so that the name of the button stays while its state changes. */
const Bit = ({
  side,
  bit,
  on,
  name,
  state,
  tab,
  start,
}: {
  readonly side: Side;
  readonly bit: number;
  readonly on: number;
  readonly name: string;
  readonly state: 'same' | 'first' | 'other';
  readonly tab: boolean;
  /** The highest of the bits that agree. */
  readonly start: boolean;
}) => (
  <button
    type="button"
    className="bit"
    data-side={side}
    data-bit={bit}
    data-state={state}
    data-on={on === 1 || undefined}
    data-start={start || undefined}
    tabIndex={tab ? 0 : -1}
    aria-pressed={on === 1}
    aria-label={`${side.toUpperCase()} bit ${bit}, ${name}${state === 'first' ? ', the first that differs' : ''}`}
    title={`bit ${bit}`}
  />
);

const MemoBit = memo(Bit);

/** The bits of one field, VA over PA, and between them how they compare. */
export const Bits = memo(({ from, to, name, va, pa, same, cursorSide, cursorBit }: BitsProps) => {
  const numbers = Array.from({ length: to - from }, (_, i) => to - 1 - i);
  const stateOf = (bit: number): 'same' | 'first' | 'other' =>
    bit < same ? 'same' : bit === same ? 'first' : 'other';
  const row = (side: Side, value: number) =>
    numbers.map(bit => (
      <MemoBit
        key={bit}
        side={side}
        bit={bit}
        on={bitOf(value, bit - from)}
        name={name}
        state={stateOf(bit)}
        tab={cursorSide === side && cursorBit === bit}
        start={bit === same - 1}
      />
    ));
  return (
    <>
      <div className="bits-row">{va === undefined ? null : row('va', va)}</div>
      <div className="bits-row bits-ties" aria-hidden="true">
        {numbers.map(bit => (
          <span key={bit} data-state={stateOf(bit)} data-start={bit === same - 1 || undefined}>
            {stateOf(bit) === 'same' ? '=' : stateOf(bit) === 'first' ? '✕' : ''}
          </span>
        ))}
      </div>
      <div className="bits-row">{row('pa', pa)}</div>
    </>
  );
});
