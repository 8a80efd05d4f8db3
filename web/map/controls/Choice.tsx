import { useId } from 'react';

export interface ChoiceProps<T extends string> {
  readonly label: string;
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
  value,
  options,
  onChange,
  disabled,
  wide = false,
}: ChoiceProps<T>) => {
  const id = useId();
  return (
    <div className={wide ? 'field wide' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        title={options.find(o => o.id === value)?.label}
        value={value}
        disabled={disabled !== undefined}
        aria-describedby={disabled === undefined ? undefined : `${id}-why`}
        onChange={e => {
          const chosen = options.find(o => o.id === e.target.value);
          if (chosen) onChange(chosen.id);
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
