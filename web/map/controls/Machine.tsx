import { useId, useState } from 'react';
import type { ArchId } from '../../../src/arch/arch.ts';
import { archOf, archs } from '../../../src/arch/index.ts';
import { extrapolatedFrom, releases } from '../../../src/kernel/releases.ts';
import { formatKernelVersion, parseKernelVersion } from '../../../src/kernel/version.ts';
import { formatPower } from '../../../src/units.ts';
import { withArch, withMachine } from '../../scenario/edit.ts';
import { solutionOf } from '../../state/solution.ts';
import { app, useApp } from '../../state/store.ts';
import { useChosen } from '../../ui/chosen.ts';
import { Note, Section } from './Section.tsx';

const Architecture = () => {
  const machine = useApp(s => s.scenario.machine);
  const id = useId();
  const choose = (to: ArchId): void => {
    const { change, say, scenario } = app.getState();
    const { update, said } = withArch(to);
    say(said(scenario));
    change(update, 'done');
  };
  const [shown, show] = useChosen<ArchId>(machine.arch, choose);
  const at = archs.findIndex(a => a.id === shown);
  const arch = archs[at];
  return (
    <div className="architecture">
      <select
        aria-label="Architecture by name"
        value={shown}
        onChange={e => {
          const chosen = archs.find(a => a.id === e.target.value);
          if (chosen) show(chosen.id);
        }}
      >
        {archs.map(a => (
          <option key={a.id} value={a.id}>
            {a.label}
          </option>
        ))}
      </select>
      <input
        id={id}
        className="slider stepped"
        type="range"
        aria-label="Architecture"
        min={0}
        max={archs.length - 1}
        step={1}
        value={at}
        aria-valuetext={arch?.label ?? ''}
        onChange={e => {
          const chosen = archs[e.target.valueAsNumber];
          if (chosen) show(chosen.id);
        }}
      />
    </div>
  );
};

const GROUPS = [
  { label: 'Linux 7', has: (minor: string) => minor.startsWith('7.') },
  { label: '6.13 to 6.19', has: (minor: string) => /^6\.1[3-9]/.test(minor) },
  { label: '6.12 long-term', has: (minor: string) => /^6\.12/.test(minor) },
  { label: '6.11 and older', has: (minor: string) => /^6\.(?:1[01]|[0-9])(?:\.|$)/.test(minor) },
] as const;

const OTHER = 'other';

const Kernel = () => {
  const machine = useApp(s => s.scenario.machine);
  const id = useId();
  const listed = releases.find(r => r.version === machine.kernel);
  /** The field is open, with what is typed in it; undefined: closed. */
  const [draft, setDraft] = useState<{ readonly text: string | undefined; readonly over: string }>();
  // A draft belongs to the kernel it was typed over: undo and the other controls end it.
  const typing = draft?.over === machine.kernel;
  const text = (typing ? draft.text : undefined) ?? machine.kernel;
  const parsed = parseKernelVersion(text);
  const fits = parsed !== undefined && text.length <= 80;
  const problem = fits ? undefined : 'not a version such as 6.12.28 or 7.3-rc4';
  const current = parseKernelVersion(machine.kernel);
  const beyond = current === undefined ? undefined : extrapolatedFrom(current);
  const set = (kernel: string): void => app.getState().change(withMachine({ kernel }), 'done');
  const [shown, show] = useChosen(machine.kernel, set);
  const commit = (): void => {
    if (!typing || !fits) return;
    const kernel = formatKernelVersion(parsed);
    setDraft({ text: undefined, over: kernel });
    if (kernel !== machine.kernel) set(kernel);
  };
  return (
    <>
      <div className="field">
        <label htmlFor={id}>Kernel</label>
        <select
          id={id}
          value={typing ? OTHER : shown}
          onChange={e => {
            const { value } = e.target;
            setDraft(value === OTHER ? { text: undefined, over: machine.kernel } : undefined);
            if (value !== OTHER) show(value);
          }}
        >
          {listed === undefined && <option value={machine.kernel}>Linux {machine.kernel}</option>}
          {GROUPS.map(g => (
            <optgroup key={g.label} label={g.label}>
              {releases
                .filter(r => g.has(r.version))
                .map(r => (
                  <option key={r.version} value={r.version}>
                    Linux {r.version}
                  </option>
                ))}
            </optgroup>
          ))}
          <option value={OTHER}>other…</option>
        </select>
      </div>
      {typing && (
        <div className="field">
          <label htmlFor={`${id}-text`}>Version</label>
          <input
            id={`${id}-text`}
            className="bytes"
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={text}
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : `${id}-why`}
            onChange={e => setDraft({ text: e.target.value, over: machine.kernel })}
            onBlur={commit}
            onKeyDown={e => {
              if (e.key === 'Enter') commit();
              if (e.key === 'Escape') {
                e.stopPropagation();
                setDraft(undefined);
              }
            }}
          />
          {problem !== undefined && (
            <p id={`${id}-why`} className="bad">
              <span aria-hidden="true">✕ </span>
              {problem}
            </p>
          )}
        </div>
      )}
      {beyond !== undefined && <Note>Not checked: extrapolated from {beyond}.</Note>}
    </>
  );
};

/** The contiguous hint, on architectures that have one: no kernel gives it to devices, so it is a what-if. */
const Contiguous = () => {
  const machine = useApp(s => s.scenario.machine);
  const hints = archOf(machine.arch).contiguous;
  if (hints.length === 0) return null;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={machine.cont === 'marked'}
        onChange={e =>
          app.getState().change(withMachine({ cont: e.target.checked ? 'marked' : 'today' }), 'done')
        }
      />
      <span>
        What if the kernel marked {hints.map(h => formatPower(h.size)).join(' and ')} blocks contiguous
      </span>
    </label>
  );
};

/** Architecture and kernel. */
export const Machine = () => {
  const machine = useApp(s => s.scenario.machine);
  // As one text: the same notes come in a new list each time.
  const notes = useApp(s => solutionOf(s.scenario).prepared.notes.join('\n'));
  const listed = releases.find(r => r.version === machine.kernel);
  const arch = archOf(machine.arch);
  // On x86-64 what is left out is rare enough to wait behind “about”.
  const x86 = arch.placement.kind === 'x86';
  const unmodelled = arch.unmodelled.map(what => <Note key={what}>Not modelled: {what}.</Note>);
  return (
    <Section
      title="Machine"
      about={
        <>
          <Note>{arch.summary}</Note>
          <Note>Read in {arch.source}.</Note>
          {x86 ? unmodelled : null}
          {listed !== undefined && (
            <Note>
              Linux {listed.version}: {listed.note}.
            </Note>
          )}
        </>
      }
    >
      <Architecture />
      <Kernel />
      <Contiguous />
      {notes
        .split('\n')
        .filter(Boolean)
        .map(note => (
          <Note key={note}>{note}</Note>
        ))}
      {x86 ? null : unmodelled}
    </Section>
  );
};
