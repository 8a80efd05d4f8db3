import { useId } from 'react';
import type { TermId } from '../../scenario/glossary.ts';
import { useChosen } from '../../ui/chosen.ts';
import { Terms } from '../../ui/Terms.tsx';

export interface ChoiceProps<T extends string> {
  readonly label: string;
  /** The word of the label that is explained. */
  readonly term?: TermId;
  readonly value: T;
  readonly options: readonly { readonly id: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  /** Why it cannot be used; undefined: it can. */
  readonly disabled?: string | undefined;
  /** The options are long: they take all the room that the label leaves. */
  readonly wide?: boolean;
}

/** A labelled native select over a closed set of values. */
export const Choice = <T extends string>({
  label,
  term,
  value,
  options,
  onChange,
  disabled,
  wide = false,
}: ChoiceProps<T>) => {
  const id = useId();
  const [shown, show] = useChosen(value, onChange);
  return (
    <div className={wide ? 'field wide' : 'field'}>
      {term === undefined ? (
        <label htmlFor={id}>{label}</label>
      ) : (
        // A label must not hold a second control, so the menu carries its name itself.
        <span>
          <Terms of={label} only={term} />
        </span>
      )}
      <select
        id={id}
        aria-label={term === undefined ? undefined : label}
        title={options.find(o => o.id === shown)?.label}
        value={shown}
        disabled={disabled !== undefined}
        aria-describedby={disabled === undefined ? undefined : `${id}-why`}
        onChange={e => {
          const chosen = options.find(o => o.id === e.target.value);
          if (chosen) show(chosen.id);
        }}
      >
        {options.map(o => (
          <option key={o.id} value={o.id}>
            {o.label}
          </option>
        ))}
      </select>
      {disabled !== undefined && (
        <p id={`${id}-why`} className="note">
          {disabled}
        </p>
      )}
    </div>
  );
};
