import type { ReactNode } from 'react';
import { formatExact, formatSize, type Read, readBytes } from '../../src/text.ts';
import type { TermId } from '../scenario/glossary.ts';
import { ReadField } from './ReadField.tsx';

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
  const shown = write(value);
  return (
    <ReadField
      label={label}
      term={term}
      shown={shown}
      read={read}
      onCommit={next => {
        if (next !== value) onCommit(next);
      }}
      className={fieldClass(label, shown)}
      disabled={disabled}
      note={note}
    />
  );
};
