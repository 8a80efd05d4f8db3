import { useId, useState } from 'react';
import { archs } from '../../src/arch/index.ts';
import type { Told } from '../../src/diagnose/diagnosis.ts';
import { parseKernelVersion } from '../../src/kernel/version.ts';
import type { DiagnoseView } from '../../src/scenario/scenario.ts';
import { withDiagnose } from '../scenario/view.ts';
import { app, useApp } from '../state/store.ts';

const say = (part: Partial<DiagnoseView>): void => app.getState().change(withDiagnose(part), 'done');

/** Where a setting comes from, unless the reader chose it. */
const whence = ({ how, why, line }: Told<string>): string => {
  switch (how) {
    case 'chosen':
      return '';
    case 'read':
      return line === undefined ? why : `line ${line}`;
    case 'assumed':
      return `assumed: ${why}`;
  }
};

/** A field of text that keeps what was typed until it is one; what was in force before stays so. */
const TextField = ({
  label,
  value,
  placeholder,
  note,
  read,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly note: string;
  /** Why a text will not do; undefined: it will. */
  readonly read: (text: string) => string | undefined;
  readonly onChange: (text: string) => void;
}) => {
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const problem = draft === undefined || draft.trim() === '' ? undefined : read(draft.trim());
  const finish = (): void => {
    if (draft !== undefined && problem === undefined) {
      if (draft.trim() !== value) onChange(draft.trim());
      setDraft(undefined);
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        spellCheck={false}
        autoComplete="off"
        value={draft ?? value}
        placeholder={placeholder}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        onChange={e => setDraft(e.target.value)}
        onBlur={finish}
        onKeyDown={e => {
          if (e.key === 'Enter') finish();
          if (e.key === 'Escape') setDraft(undefined);
        }}
      />
      <p id={`${id}-note`} className={problem === undefined ? 'note' : 'bad'}>
        {problem === undefined ? note : `✕ ${problem}`}
      </p>
    </div>
  );
};

const notACount = (text: string): string | undefined =>
  /^\d{1,3}(?:,\d{3})+$|^\d{1,15}$/.test(text) ? undefined : 'not a whole number';
const countOf = (text: string): number | undefined =>
  text === '' ? undefined : Number(text.replaceAll(',', ''));

const SelectField = ({
  label,
  value,
  none,
  note,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  /** What stands for nothing chosen. */
  readonly none: string;
  readonly note: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (id: string | undefined) => void;
}) => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value ?? ''}
        onChange={e => onChange(e.target.value === '' ? undefined : e.target.value)}
      >
        <option value="">{none}</option>
        {options.map(o => (
          <option key={o.id} value={o.id}>
            {o.label}
          </option>
        ))}
      </select>
      {note !== '' && <p className="note">{note}</p>}
    </div>
  );
};

const thpOptions = (['always', 'madvise', 'never'] as const).map(id => ({ id, label: id }));

/** What the reader can say beside the texts: the machine, and what was counted on it. */
export const Said = ({
  kernel,
  arch,
  thp,
}: {
  readonly kernel: Told<string>;
  readonly arch: Told<string>;
  readonly thp: Told<string>;
}) => {
  const view = useApp(s => s.scenario.view.diagnose);
  const archLabel = archs.find(a => a.id === arch.value)?.label ?? arch.value;
  return (
    <section className="said" aria-labelledby="said-title">
      <h3 id="said-title">The machine, and what was counted on it</h3>
      <div className="fields">
        <TextField
          label="Kernel"
          value={view.kernel ?? ''}
          placeholder={kernel.value}
          note={whence(kernel)}
          read={text =>
            parseKernelVersion(text) === undefined || text.length > 80
              ? 'not a version such as 6.12.28 or 7.3-rc4'
              : undefined
          }
          onChange={text => say({ kernel: text === '' ? undefined : text })}
        />
        <SelectField
          label="Architecture"
          value={view.arch}
          none={archLabel}
          note={whence(arch)}
          options={archs}
          onChange={id => say({ arch: archs.find(a => a.id === id)?.id })}
        />
        <SelectField
          label="THP"
          value={view.thp}
          none={thp.value}
          note={whence(thp)}
          options={thpOptions}
          onChange={id => say({ thp: thpOptions.find(o => o.id === id)?.id })}
        />
        <TextField
          label="Faults counted"
          value={view.faults === undefined ? '' : String(view.faults)}
          placeholder="over all BARs"
          note=""
          read={notACount}
          onChange={text => say({ faults: countOf(text) })}
        />
        <TextField
          label="VmPTE, KiB"
          value={view.vmPteKib === undefined ? '' : String(view.vmPteKib)}
          placeholder="of the process"
          note=""
          read={notACount}
          onChange={text => say({ vmPteKib: countOf(text) })}
        />
      </div>
    </section>
  );
};
