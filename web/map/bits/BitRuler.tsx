import { type CSSProperties, useCallback, useRef, useState } from 'react';
import {
  addressFields,
  type BitField,
  bitAt,
  bitLength,
  congruentBits,
  fieldValue,
  leafBits,
  wordAbove,
} from '../../../src/arch/bitFields.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { formatAddress, formatSize } from '../../../src/text.ts';
import type { Word } from '../../../src/units.ts';
import { editBits, type Side } from '../../scenario/bits.ts';
import { solutionOf } from '../../state/solution.ts';
import { app, useApp, useScenario, useSolution } from '../../state/store.ts';
import { Bits } from './Bits.tsx';
import './bits.css';
import { FieldBox } from './FieldBox.tsx';
import { Verdict } from './Verdict.tsx';

/** CSS custom properties beside ordinary ones. */
type Style = CSSProperties & Readonly<Record<`--${string}`, number>>;

/** Pixels of the narrowest field and the narrowest bit, as bits.css has them. */
const NARROWEST = 104;
const LEAST_CELL = 13;

/** A refusal, and the Scenario it was said about: any change ends it. */
interface Refusal {
  readonly reason: string;
  readonly over: Scenario;
}

const nameOf = (side: Side, { name, from, to }: BitField): string => {
  if (side === 'va') return `VA ${name}`;
  return name === 'offset' ? 'PA offset' : `PA ${to - 1}–${from}`;
};

/** In full, for those who do not see that it stands under its bits; it begins with what is seen. */
const spokenName = (side: Side, field: BitField): string => {
  const { name } = field;
  if (name === 'offset') return `${side.toUpperCase()} offset in the page`;
  return side === 'va' ? `VA ${name} index` : `${nameOf(side, field)}, PFN bits under ${name}`;
};

interface BlockProps {
  readonly field: BitField;
  readonly va: Word;
  readonly pa: Word;
  /** Bits below this one agree. */
  readonly same: number;
  readonly edges: readonly { readonly bit: number; readonly kind: string; readonly meets: boolean }[];
  /** The bit of each side that Tab leads to. */
  readonly cursor: { readonly side: Side; readonly bit: number };
  readonly onEdit: (side: Side, field: Pick<BitField, 'from' | 'to'>, value: number) => string | undefined;
}

/** One field of both addresses: its numbers, its bits, and the leaf sizes whose boundary lies in it. */
const Block = ({ field, va, pa, same, edges, cursor, onEdit }: BlockProps) => {
  const style: Style = { '--n': field.to - field.from };
  const boxOf = (side: Side, address: Word) => (
    <FieldBox
      label={nameOf(side, field)}
      spoken={spokenName(side, field)}
      value={fieldValue(address, field)}
      width={field.to - field.from}
      hex={side === 'pa' || field.name === 'offset'}
      side={side}
      from={field.from}
      to={field.to}
      onEdit={onEdit}
    />
  );
  const above = field.name === 'above';
  return (
    <div className="bits-field" style={style}>
      {above ? <p className="bits-above note">above every level</p> : boxOf('va', va)}
      <div className="bits-cells">
        <Bits
          from={field.from}
          to={field.to}
          name={field.name}
          va={above ? undefined : fieldValue(va, field)}
          pa={fieldValue(pa, field)}
          same={same}
          cursorSide={cursor.bit >= field.from && cursor.bit < field.to ? cursor.side : undefined}
          cursorBit={cursor.bit >= field.from && cursor.bit < field.to ? cursor.bit : -1}
        />
        {edges.map(({ bit, kind, meets }) => (
          <span
            key={kind}
            className={`bits-edge ink-${kind}`}
            style={{ '--at': bit - field.from } as Style}
            aria-hidden="true"
          >
            <span>
              {formatSize(2 ** bit)} <b className={meets ? '' : 'red'}>{meets ? '✓' : '✕'}</b>
            </span>
          </span>
        ))}
      </div>
      {boxOf('pa', pa)}
    </div>
  );
};

/** The byte meant: the one under the crosshair, else the first; an offset in the mapping. */
const byteAt = ({ device }: Solution, crosshair: number | undefined): number => {
  const length = device === undefined ? 0 : device.mapping.end - device.mapping.start;
  return Math.min(Math.max(0, Math.floor(crosshair ?? 0)), Math.max(0, length - 1));
};

/**
 * VA and PA of the byte under the crosshair as two rows of bits under each other, to be read and to be edited: the low
 * bits that agree are one block, and it ends where a larger leaf would need one more.
 */
export const BitRuler = () => {
  const scenario = useScenario();
  const solution = useSolution();
  const crosshair = useApp(s => s.crosshair);
  const [cursor, setCursor] = useState<{ side: Side; bit: number }>({ side: 'va', bit: 0 });
  const [refusal, setRefusal] = useState<Refusal | undefined>(undefined);
  const box = useRef<HTMLFieldSetElement>(null);
  // A handler that stays the same lets every bit that did not change be left alone.
  const onEdit = useCallback((side: Side, field: Pick<BitField, 'from' | 'to'>, value: number) => {
    const { scenario: s, crosshair: at, change, pinCrosshair } = app.getState();
    const answer = solutionOf(s);
    const edit = editBits(s, answer, side, byteAt(answer, at), field, value);
    switch (edit.kind) {
      case 'byte':
        pinCrosshair(edit.offset);
        break;
      case 'change':
        change(edit.update, 'done');
        break;
      case 'refused':
        setRefusal({ reason: edit.reason, over: s });
        return edit.reason;
    }
    setRefusal(undefined);
    return undefined;
  }, []);

  const { device, prepared } = solution;
  const { arch } = prepared;
  if (device === undefined) return <p className="bits note">No device memory is mapped: there is no PA.</p>;
  const { start, end, pa: base } = device.mapping;
  const offset = byteAt(solution, crosshair);
  const va = wordAbove(start, offset);
  const pa = wordAbove(base, offset);
  const bits = bitLength(base + (end - start) - 4096);
  const fields = addressFields(arch, bits);
  const top = fields[0]?.to ?? 0;
  const topVa = addressFields(arch)[0]?.to ?? 0;
  const same = congruentBits(start, base, top);
  const leaves = leafBits(arch);
  const edges = leaves.map(l => ({ ...l, meets: l.bit <= same }));
  const bit = Math.min(cursor.bit, (cursor.side === 'va' ? topVa : top) - 1);
  const at = { side: cursor.side, bit };

  const targetOf = (e: React.SyntheticEvent): { side: Side; bit: number } | undefined => {
    const button = e.target instanceof Element ? e.target.closest<HTMLElement>('[data-bit]') : null;
    if (button === null) return undefined;
    return { side: button.dataset['side'] === 'pa' ? 'pa' : 'va', bit: Number(button.dataset['bit']) };
  };
  const press = (e: React.MouseEvent): void => {
    const hit = targetOf(e);
    if (hit === undefined) return;
    setCursor(hit);
    const address = hit.side === 'va' ? va : pa;
    onEdit(hit.side, { from: hit.bit, to: hit.bit + 1 }, 1 - bitAt(address, hit.bit));
  };
  const key = (e: React.KeyboardEvent): void => {
    const hit = targetOf(e);
    if (hit === undefined || e.altKey || e.ctrlKey || e.metaKey) return;
    const most = (side: Side): number => (side === 'va' ? topVa : top) - 1;
    const to = ((): { side: Side; bit: number } | undefined => {
      switch (e.key) {
        case 'ArrowLeft':
          return { ...hit, bit: Math.min(hit.bit + 1, most(hit.side)) };
        case 'ArrowRight':
          return { ...hit, bit: Math.max(hit.bit - 1, 0) };
        case 'ArrowUp':
          return { side: 'va', bit: Math.min(hit.bit, most('va')) };
        case 'ArrowDown':
          return { side: 'pa', bit: hit.bit };
        case 'Home':
          return { ...hit, bit: most(hit.side) };
        case 'End':
          return { ...hit, bit: 0 };
        default:
          return undefined;
      }
    })();
    if (to === undefined) return;
    e.preventDefault();
    setCursor(to);
    box.current?.querySelector<HTMLElement>(`[data-side="${to.side}"][data-bit="${to.bit}"]`)?.focus();
  };

  // A field of few bits is as wide as its numbers; the others share what is left.
  const extra = fields.reduce((sum, f) => sum + Math.max(0, NARROWEST - (f.to - f.from) * LEAST_CELL), 0);
  const style: Style = { '--bits': top, '--extra': extra };
  return (
    <div className="bits">
      <Verdict
        same={same}
        top={top}
        equal={(start as number) === base}
        leaves={leaves}
        refusal={refusal?.over === scenario ? refusal.reason : undefined}
        va={wordText(va)}
        pa={wordText(pa)}
      />
      <fieldset ref={box} className="bits-rows" style={style} onClick={press} onKeyDown={key}>
        <legend className="visually-hidden">
          Bits of the byte {crosshair === undefined ? 'the mapping begins with' : 'under the crosshair'}.
          Arrow keys move between bits, Enter flips one.
        </legend>
        {fields.map(field => (
          <Block
            key={field.name}
            field={field}
            va={va}
            pa={pa}
            same={same}
            edges={edges.filter(e => e.bit >= field.from && e.bit < field.to)}
            cursor={at}
            onEdit={onEdit}
          />
        ))}
      </fieldset>
    </div>
  );
};

/** An address whose last bits a double may not hold: its two halves written as one. */
const wordText = ({ base, rest }: Word): string =>
  base < 2 ** 53
    ? formatAddress(base + rest)
    : formatAddress(base).slice(0, -3) + rest.toString(16).padStart(3, '0');
