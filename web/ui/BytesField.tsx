import { type ReactNode, useId, useState } from 'react';
import { formatExact, formatSize, type Read, readBytes } from '../../src/text.ts';
import type { TermId } from '../scenario/glossary.ts';
import { Term } from './Term.tsx';

/** A size as a person would write it where that is exact, else as a sum: `2 GiB`, `512K+4K`. */
export const writeSize = (n: number): string => {
  const pretty = formatSize(n);
  const back = readBytes(pretty);
  return back.ok && back.value === n ? pretty : formatExact(n);
};

/** Refuses what is not a whole number of pages. */
export const readPages = (text: string): Read<number> => {
  const read = readBytes(text);
  if (!read.ok || read.value % 4096 === 0) return read;
  return { ok: false, reason: 'not a multiple of 4 KiB' };
};

/** An address is never cut: what is longer takes the room its label leaves, or a line of its own. */
const NARROW_CHARS = 15;
const ONE_LINE_CHARS = 30;

const fieldClass = (label: string, shown: string): string => {
  if (shown.length <= NARROW_CHARS) return 'field';
  return shown.length + label.length <= ONE_LINE_CHARS ? 'field wide' : 'field long';
};

export interface BytesFieldProps {
  readonly label: string;
  /** The label is a word that is explained. */
  readonly term?: TermId;
  readonly value: number;
  readonly onCommit: (value: number) => void;
  /** How the value is written; sizes unless told otherwise. */
  readonly write?: (value: number) => string;
  /** How it is read; {@link readBytes} unless told otherwise. */
  readonly read?: (text: string) => Read<number>;
  /** Why the field cannot be used; undefined: it can. */
  readonly disabled?: string | undefined;
  /** What stands under the field. */
  readonly note?: ReactNode;
}

/**
 * A labelled text field for an exact number of bytes. It takes `2G`, `0x38_8000_0000`, `512K+4K`. What cannot be
 * read stays in the field, underlined, with the reason; the old value stays in force.
 */
export const BytesField = ({
  label,
  term,
  value,
  onCommit,
  write = writeSize,
  read = readBytes,
  disabled,
  note,
}: BytesFieldProps) => {
  const id = useId();
  /** What is being typed; undefined: the value itself is shown. */
  const [draft, setDraft] = useState<{ readonly text: string; readonly over: number }>();
  // A draft belongs to the value it was typed over: undo and sliders end it.
  const text = draft?.over === value ? draft.text : undefined;
  const result = text === undefined ? undefined : read(text);
  const problem = result !== undefined && !result.ok ? result.reason : undefined;
  const under = problem ?? disabled;
  const commit = (): void => {
    if (result === undefined || !result.ok) return;
    setDraft(undefined);
    if (result.value !== value) onCommit(result.value);
  };
  const shown = write(value);
  return (
    <div className={fieldClass(label, shown)}>
      {term === undefined ? (
        <label htmlFor={id}>{label}</label>
      ) : (
        // A label must not hold a second control, so the field carries its name itself.
        <span>
          <Term id={term}>{label}</Term>
        </span>
      )}
      <input
        id={id}
        className="bytes"
        type="text"
        aria-label={term === undefined ? undefined : label}
        inputMode="text"
        autoComplete="off"
        spellCheck={false}
        value={text ?? shown}
        disabled={disabled !== undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={under === undefined ? undefined : `${id}-why`}
        onChange={e => setDraft({ text: e.target.value, over: value })}
        onFocus={e => e.target.select()}
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
      {note !== undefined && <div className="note">{note}</div>}
    </div>
  );
};
