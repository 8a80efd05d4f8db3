import { type ReactNode, useId, useState } from 'react';
import type { Read } from '../../src/text.ts';
import type { TermId } from '../scenario/glossary.ts';
import { Term } from './Term.tsx';

/**
 * A labelled text field for one value. What cannot be read stays in the field, underlined, with the reason; the old
 * value stays in force.
 */
export const ReadField = <T,>({
  label,
  term,
  shown,
  read,
  onCommit,
  className = 'field',
  disabled,
  hint,
  note,
}: {
  readonly label: string;
  /** The label is a word that is explained. */
  readonly term?: TermId | undefined;
  /** The value in force, as text. */
  readonly shown: string;
  readonly read: (text: string) => Read<T>;
  /** A text was typed that can be read. */
  readonly onCommit: (value: T) => void;
  readonly className?: string;
  /** Why the field cannot be used; undefined: it can. */
  readonly disabled?: string | undefined;
  /** What stands under the field while nothing is wrong with it. */
  readonly hint?: string | undefined;
  /** What always stands there. */
  readonly note?: ReactNode;
}) => {
  const id = useId();
  /** What is being typed; it belongs to the value it was typed over: undo, sliders and other hands end it. */
  const [draft, setDraft] = useState<{ readonly text: string; readonly over: string }>();
  const text = draft?.over === shown ? draft.text : undefined;
  const result = text === undefined ? undefined : read(text);
  const problem = result !== undefined && !result.ok ? result.reason : undefined;
  const under = problem ?? disabled;
  const said = under ?? hint;
  const commit = (): void => {
    if (result === undefined || !result.ok) return;
    setDraft(undefined);
    if (text?.trim() !== shown) onCommit(result.value);
  };
  return (
    <div className={className}>
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
        autoComplete="off"
        spellCheck={false}
        value={text ?? shown}
        disabled={disabled !== undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={said === undefined ? undefined : `${id}-why`}
        onChange={e => setDraft({ text: e.target.value, over: shown })}
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
      {said !== undefined && (
        <p id={`${id}-why`} className={problem === undefined ? 'note' : 'bad'}>
          {problem !== undefined && <span aria-hidden="true">✕ </span>}
          {said}
        </p>
      )}
      {note !== undefined && <div className="note">{note}</div>}
    </div>
  );
};
