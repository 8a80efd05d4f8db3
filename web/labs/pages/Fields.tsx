import { type CSSProperties, useEffect, useId, useRef, useState } from 'react';
import type { Read } from '../../../src/text.ts';
import { app } from '../../state/store.ts';

/**
 * A labelled text field for one value. What cannot be read stays in the field, underlined, with the reason; the old
 * value stays in force.
 */
export const ReadField = <T,>({
  label,
  shown,
  read,
  onCommit,
  wide = false,
  note,
}: {
  readonly label: string;
  /** The value in force, as text. */
  readonly shown: string;
  readonly read: (text: string) => Read<T>;
  readonly onCommit: (value: T) => void;
  /** It takes a line of its own. */
  readonly wide?: boolean;
  readonly note?: string;
}) => {
  const id = useId();
  /** What is being typed; it belongs to the value it was typed over: undo and other hands end it. */
  const [draft, setDraft] = useState<{ readonly text: string; readonly over: string }>();
  const text = draft?.over === shown ? draft.text : undefined;
  const result = text === undefined ? undefined : read(text);
  const problem = result !== undefined && !result.ok ? result.reason : undefined;
  const commit = (): void => {
    if (result === undefined || !result.ok) return;
    setDraft(undefined);
    if (text?.trim() !== shown) onCommit(result.value);
  };
  const under = problem ?? note;
  return (
    <div className={wide ? 'field long' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="bytes"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={text ?? shown}
        aria-invalid={problem !== undefined}
        aria-describedby={under === undefined ? undefined : `${id}-why`}
        onChange={e => setDraft({ text: e.target.value, over: shown })}
        onBlur={commit}
        onKeyDown={e => {
          if (e.key === 'Enter') commit();
          if (e.key === 'Escape' && draft !== undefined) {
            e.stopPropagation();
            setDraft(undefined);
          }
        }}
      />
      {under !== undefined && (
        <p id={`${id}-why`} className={problem === undefined ? 'note' : 'bad'}>
          {problem !== undefined && <span aria-hidden="true">✕ </span>}
          {under}
        </p>
      )}
    </div>
  );
};

/** A native range over whole numbers. One drag is one step of undo. */
export const NumberSlider = ({
  label,
  value,
  min,
  max,
  words,
  onDrag,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly words: string;
  readonly onDrag: (value: number) => void;
}) => {
  const input = useRef<HTMLInputElement>(null);
  // React's onChange is the browser's `input`; only the browser's own `change` tells that the thumb was let go.
  useEffect(() => {
    const element = input.current;
    const done = (): void => app.getState().finish();
    element?.addEventListener('change', done);
    return () => element?.removeEventListener('change', done);
  }, []);
  const part = max > min ? (value - min) / (max - min) : 0;
  return (
    <input
      ref={input}
      className="slider"
      type="range"
      aria-label={label}
      aria-valuetext={words}
      min={min}
      max={max}
      value={value}
      disabled={max <= min}
      style={{ ['--part' as string]: String(part) } as CSSProperties}
      onChange={e => onDrag(e.target.valueAsNumber)}
      onBlur={() => app.getState().finish()}
    />
  );
};
