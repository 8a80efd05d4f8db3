import { type CSSProperties, useId, useState } from 'react';
import { archOf, archs } from '../../../src/arch/index.ts';
import { releases } from '../../../src/kernel/releases.ts';
import { formatKernelVersion, parseKernelVersion } from '../../../src/kernel/version.ts';
import { withMachine } from '../../scenario/edit.ts';
import { app, useScenario } from '../../state/store.ts';
import { Note, Section } from './Section.tsx';

const Architecture = () => {
  const { machine } = useScenario();
  const id = useId();
  const at = archs.findIndex(a => a.id === machine.arch);
  const arch = archs[at];
  const fill = { ['--part' as string]: String(at / (archs.length - 1)) } as CSSProperties;
  return (
    <div className="architecture">
      <output htmlFor={id}>{arch?.label}</output>
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
        style={fill}
        onChange={e => {
          const chosen = archs[e.target.valueAsNumber];
          if (chosen) app.getState().change(withMachine({ arch: chosen.id }), 'done');
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
  const { machine } = useScenario();
  const id = useId();
  const listed = releases.find(r => r.version === machine.kernel);
  const [typing, setTyping] = useState(false);
  const [text, setText] = useState('');
  const parsed = parseKernelVersion(text);
  const fits = parsed !== undefined && text.length <= 80;
  const problem = text !== '' && !fits ? 'not a version such as 6.12.28 or 7.3-rc4' : undefined;
  const set = (kernel: string): void => app.getState().change(withMachine({ kernel }), 'done');
  const commit = (): void => {
    if (fits) set(formatKernelVersion(parsed));
  };
  return (
    <>
      <div className="field">
        <label htmlFor={id}>Kernel</label>
        <select
          id={id}
          value={typing ? OTHER : machine.kernel}
          onChange={e => {
            const { value } = e.target;
            setTyping(value === OTHER);
            if (value === OTHER) setText(machine.kernel);
            else set(value);
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
            onChange={e => setText(e.target.value)}
            onBlur={commit}
            onKeyDown={e => {
              if (e.key === 'Enter') commit();
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
    </>
  );
};

/** Architecture and kernel. */
export const Machine = () => {
  const { machine } = useScenario();
  const listed = releases.find(r => r.version === machine.kernel);
  return (
    <Section
      title="Machine"
      about={
        <>
          <Note>{archOf(machine.arch).summary}</Note>
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
    </Section>
  );
};
